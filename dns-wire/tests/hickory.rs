//! Beside hickory-proto 0.26, in both directions: what we write it reads, what it writes we read,
//! and both see the same records.

mod common;

use std::net::{Ipv4Addr, Ipv6Addr};

use dns_wire::{Builder, Class, Header, Message, NameBuf, RType, Rcode, Ttl, rdata};
use hickory_proto::op::{Message as TheirMessage, MessageType, OpCode, Query};
use hickory_proto::rr::rdata::{MX, SOA, SRV, TXT};
use hickory_proto::rr::{Name as TheirName, RData, Record as TheirRecord, RecordType};

/// Types that hickory has codecs for without its DNSSEC features; the others it carries as octets.
const THEIRS: &[RType] = &[
    RType::A,
    RType::AAAA,
    RType::CAA,
    RType::CERT,
    RType::CNAME,
    RType::HINFO,
    RType::HTTPS,
    RType::MX,
    RType::NAPTR,
    RType::NS,
    RType::NULL,
    RType::OPENPGPKEY,
    RType::PTR,
    RType::SMIMEA,
    RType::SOA,
    RType::SRV,
    RType::SSHFP,
    RType::SVCB,
    RType::TLSA,
    RType::TXT,
];

type Row = (String, RType, u32, String);

fn ours(octets: &[u8]) -> Vec<Row> {
    let message = Message::parse(octets).unwrap();
    message.check().unwrap();
    let records = message.records().map(Result::unwrap).filter(|record| record.rtype != RType::OPT);
    records
        .map(|record| {
            let data = record.rdata.display(record.rtype).to_string();
            (record.owner.to_string(), record.rtype, record.ttl.0, data)
        })
        .collect()
}

#[test]
fn what_we_write_they_read_and_write_again_the_same() {
    let owner: NameBuf = "Owner.example.com.".parse().unwrap();
    for line in include_str!("vectors/rdata.tsv").lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<_> = line.split('\t').collect();
        let rtype: RType = fields[0].parse().unwrap();
        if !THEIRS.contains(&rtype) {
            continue;
        }
        let mut buffer = [0; 4096];
        let mut questions =
            Builder::new(&mut buffer, Header { id: 9, ..Header::default() }).unwrap();
        questions.push_question(owner.as_name(), rtype, Class::IN).unwrap();
        let mut answers = questions.answers();
        for _ in 0..2 {
            answers
                .push(owner.as_name(), rtype, Class::IN, Ttl(60), &common::unhex(fields[2]))
                .unwrap();
        }
        let mut additionals = answers.additionals();
        additionals.push_opt(1232, Rcode::NOERROR, false, &[]).unwrap();
        let written = additionals.finish();
        let read = TheirMessage::from_vec(written).unwrap();
        assert_eq!(read.answers.len(), 2, "{line}");
        assert_eq!(ours(&read.to_vec().unwrap()), ours(written), "{line}");
    }
}

#[test]
fn what_they_write_we_read() {
    let name = |text: &str| TheirName::from_ascii(text).unwrap();
    let data = [
        RData::A(Ipv4Addr::new(192, 0, 2, 1).into()),
        RData::AAAA(Ipv6Addr::LOCALHOST.into()),
        RData::NS(hickory_proto::rr::rdata::NS(name("ns.example.com."))),
        RData::CNAME(hickory_proto::rr::rdata::CNAME(name("www.example.com."))),
        RData::MX(MX::new(10, name("mx.example.com."))),
        RData::TXT(TXT::new(vec!["one".into(), "two".into()])),
        RData::SRV(SRV::new(1, 2, 443, name("host.example.com."))),
        RData::SOA(SOA::new(name("ns.example.com."), name("h.example.com."), 1, 2, 3, 4, 5)),
    ];
    let shown = [
        "192.0.2.1",
        "::1",
        "ns.example.com.",
        "www.example.com.",
        "10 mx.example.com.",
        "\"one\" \"two\"",
        "1 2 443 host.example.com.",
        "ns.example.com. h.example.com. 1 2 3 4 5",
    ];
    let mut message = TheirMessage::new(77, MessageType::Response, OpCode::Query);
    message.add_query(Query::query(name("Example.com."), RecordType::ANY));
    for data in data {
        message.add_answer(TheirRecord::from_rdata(name("Example.com."), 300, data));
    }
    let octets = message.to_vec().unwrap();
    let read = Message::parse(&octets).unwrap();
    assert_eq!(read.header().id, 77);
    assert!(read.header().flags.response());
    assert_eq!(read.question().unwrap().name.to_string(), "Example.com.");
    let rows = ours(&octets);
    assert!(rows.iter().all(|(owner, _, ttl, _)| owner == "Example.com." && *ttl == 300));
    assert!(rows.iter().map(|(.., data)| data.as_str()).eq(shown));
}

/// Octets of good messages changed at random: where both take the message, both see the same
/// owners, types and times to live.
#[test]
fn both_see_the_same_in_damaged_messages() {
    let mut buffer = [0; 4096];
    let mut answers = Builder::new(&mut buffer, Header::default()).unwrap().answers();
    let owner: NameBuf = "a.example.".parse().unwrap();
    for (rtype, text) in [
        (RType::NS, "b.example."),
        (RType::MX, "10 c.example."),
        (RType::SOA, "d.example. e.example. 1 2 3 4 5"),
        (RType::TXT, "\"some\" \"text\""),
        (RType::A, "192.0.2.1"),
    ] {
        let mut wire = [0; 512];
        let length =
            rdata::from_text(rtype, rdata::split(text.as_bytes()), None, &mut wire).unwrap();
        answers.push(owner.as_name(), rtype, Class::IN, Ttl(60), &wire[..length]).unwrap();
    }
    let good = answers.finish().to_vec();
    let mut state = 1u64;
    let mut random = |below: usize| {
        // SplitMix64.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ mixed >> 31) % below as u64) as usize
    };
    let mut both = 0;
    for _ in 0..20_000 {
        let mut octets = good.clone();
        for _ in 0..=random(2) {
            let at = random(octets.len());
            octets[at] = random(256) as u8;
        }
        let Ok(message) = Message::parse(&octets) else { continue };
        let (Ok(()), Ok(theirs)) = (message.check(), TheirMessage::from_vec(&octets)) else {
            continue;
        };
        both += 1;
        // OPT, TSIG and SIG(0) leave their section there.
        let special = |rtype: RType| matches!(rtype, RType::OPT | RType::TSIG | RType::SIG);
        let ours = message.records().map(Result::unwrap).filter(|record| !special(record.rtype));
        let ours: Vec<_> =
            ours.map(|record| (record.owner.to_name_buf().unwrap(), record.rtype.0)).collect();
        let theirs =
            theirs.all_sections().filter(|record| !special(RType(u16::from(record.record_type()))));
        let theirs: Vec<_> = theirs
            .map(|record| {
                let mut name = NameBuf::root();
                for label in record.name.iter() {
                    assert!(name.push_label(label));
                }
                (name, u16::from(record.record_type()))
            })
            .collect();
        assert_eq!(ours, theirs, "{}", common::hex(&octets));
    }
    assert!(both > 5000, "{both}");
}
