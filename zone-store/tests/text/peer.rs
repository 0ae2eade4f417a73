//! The same text read by `domain`'s zone file parser gives the same records.

use crate::records::{Record, good};
use dns_wire::{RType, Ttl};
use domain::base::name::ToName;
use domain::base::rdata::ComposeRecordData;
use domain::zonefile::inplace::{Entry, Zonefile};
use std::io::Read as _;

/// What `domain` makes of the text.
pub(crate) fn peer(text: &[u8]) -> Vec<Record> {
    let mut zone = Zonefile::from(text);
    zone.set_default_class(domain::base::iana::Class::IN);
    let mut records = Vec::new();
    while let Some(entry) = zone.next_entry().expect("a text that domain reads") {
        let Entry::Record(record) = entry else { continue };
        let mut rdata = Vec::new();
        record.data().compose_rdata(&mut rdata).expect("a Vec grows");
        records.push(Record {
            owner: record.owner().to_vec().as_slice().to_vec(),
            rtype: RType(record.rtype().to_int()),
            ttl: Ttl(record.ttl().as_secs()),
            rdata,
        });
    }
    records
}

/// A folder of real data, where there is one.
pub(crate) fn data(name: &str) -> Option<Vec<u8>> {
    let Some(folder) = std::env::var_os("UNDERHOOD_DATA") else {
        eprintln!("skipped: UNDERHOOD_DATA does not name a folder of real data");
        return None;
    };
    let path = std::path::Path::new(&folder).join(name);
    let packed =
        std::fs::File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut text = Vec::new();
    lzma_rust2::XzReader::new(packed, false).read_to_end(&mut text).expect("a packed file");
    Some(text)
}

#[test]
fn common_subset() {
    let text = br#"$ORIGIN example.
$TTL 3600
@ SOA ns1 hostmaster ( 1 7200
   3600 ; retry
   1209600 3600 )
  NS ns1
  IN NS ns2.other.
ns1 300 A 192.0.2.1
 AAAA 2001:db8::1
www 60 IN CNAME ns1
mail MX 10 mx.\097b
t TXT "one two" three "q\"uote" "\000\255" ""
s SRV 1 2 3 t
c CAA 0 issue "ca.example"
p NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:x@y!" .
d DS 12345 13 2 ( 0123456789abcdef0123456789ABCDEF
   0123456789abcdef0123456789abcdef )
l TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
f SSHFP 4 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
h HTTPS 1 . alpn=h2,h3 port=8443
n NSEC o A AAAA RRSIG NSEC TYPE65280
3 NSEC3 1 0 0 - 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR A RRSIG
r RRSIG A 8 2 300 20300101000000 20200101000000 1234 example. c2lnbmF0dXJl
k DNSKEY 257 3 13 a2V5
u TYPE65280 \# 3 010203
$ORIGIN sub
*.x A 192.0.2.9
"#;
    // Left out: `domain` 0.12 wants $ORIGIN absolute, and takes '@' in data for a label.
    let text = String::from_utf8(text.to_vec())
        .unwrap()
        .replace("$ORIGIN sub\n", "$ORIGIN sub.example.\n");
    let (ours, peers) = (good(text.as_bytes()), peer(text.as_bytes()));
    for (ours, peers) in ours.iter().zip(&peers) {
        assert_eq!(ours, peers, "{ours} against {peers}");
    }
    assert_eq!(ours.len(), peers.len());
}

#[test]
fn root_zone() {
    for (name, count) in
        [("root-2021051901-signed.zone.xz", 21_353), ("root-2026082201-norrsig.zone.xz", 22_094)]
    {
        let Some(text) = data(name) else { return };
        let (ours, peers) = (good(&text), peer(&text));
        assert_eq!(ours.len(), count);
        assert!(
            ours == peers,
            "{name}: {:?}",
            ours.iter().zip(&peers).find(|(ours, peers)| ours != peers)
        );
    }
}
