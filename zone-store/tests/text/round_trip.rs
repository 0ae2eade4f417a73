//! Text to records to text and back: the same records.

use crate::peer::data;
use crate::records::{Record, good};
use dns_wire::{NameBuf, RType, Ttl};
use proptest::collection::vec;
use proptest::prelude::*;

fn written(records: &[Record]) -> String {
    records.iter().map(|record| format!("{record}\n")).collect()
}

#[test]
fn root_zone_comes_back() {
    let Some(text) = data("root-2021051901-signed.zone.xz") else { return };
    let records = good(&text);
    assert!(good(written(&records).as_bytes()) == records);
}

fn name() -> impl Strategy<Value = Vec<u8>> {
    vec(vec(any::<u8>(), 1..20), 0..6).prop_map(|labels| {
        let mut name = NameBuf::root();
        for label in &labels {
            assert!(name.push_label(label));
        }
        name.as_name().as_wire().to_vec()
    })
}

fn strings() -> impl Strategy<Value = Vec<u8>> {
    vec(vec(any::<u8>(), 0..40), 1..4).prop_map(|strings| {
        strings
            .iter()
            .flat_map(|string| std::iter::once(string.len() as u8).chain(string.iter().copied()))
            .collect()
    })
}

fn content() -> impl Strategy<Value = (RType, Vec<u8>)> {
    prop_oneof![
        any::<[u8; 4]>().prop_map(|octets| (RType::A, octets.to_vec())),
        any::<[u8; 16]>().prop_map(|octets| (RType::AAAA, octets.to_vec())),
        name().prop_map(|name| (RType::NS, name)),
        (any::<[u8; 2]>(), name())
            .prop_map(|(preference, name)| (RType::MX, [&preference[..], &name].concat())),
        (any::<[u8; 6]>(), name())
            .prop_map(|(numbers, name)| (RType::SRV, [&numbers[..], &name].concat())),
        (name(), name(), any::<[u8; 20]>()).prop_map(|(mname, rname, numbers)| (
            RType::SOA,
            [&mname[..], &rname, &numbers].concat()
        )),
        strings().prop_map(|strings| (RType::TXT, strings)),
        (65_280_u16.., vec(any::<u8>(), 0..60)).prop_map(|(rtype, octets)| (RType(rtype), octets)),
    ]
}

proptest! {
    #[test]
    fn any_records_come_back(records in vec((name(), 0_u32..=0x7fff_ffff, content()), 0..8)) {
        let records: Vec<_> = records
            .into_iter()
            .map(|(owner, ttl, (rtype, rdata))| Record { owner, ttl: Ttl(ttl), rtype, rdata })
            .collect();
        let text = written(&records);
        prop_assert!(text.is_ascii());
        prop_assert_eq!(good(text.as_bytes()), records);
    }
}
