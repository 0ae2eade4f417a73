//! Any query gets a reply that is a message, or none; asked twice, the same one.
//!
//! Oracle: the reply parses whole with every record, repeats the id, is no longer than it may be, and an
//! NXDOMAIN is never given for a name that the store has records for; every signature stands in one section with what
//! it covers, and the answer section is one chain of names from the question.
#![no_main]

use std::sync::LazyLock;

use dns_wire::{Message, RType, Rcode};
use libfuzzer_sys::fuzz_target;
use zone_store::text::{data, map, master};
use zone_store::{Client, Compiler, Dropped, Image, Overrides, Policy, Transport};

static IMAGE: LazyLock<Image<Vec<u8>>> = LazyLock::new(|| {
    let mut compiler = Compiler::default();
    let zone = b"$ORIGIN e.\n$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\n@ MX 1 ns\nns A 192.0.2.1\n*.w TXT wild\n\
        alias CNAME ns\nloop CNAME loop\nsub NS ns.sub\nns.sub A 192.0.2.3\nold DNAME w\na.b.c A 192.0.2.4\n\
        @ NSEC a.b.c NS SOA NSEC\na.b.c NSEC @ A NSEC\n";
    master::parse(zone, master::Options::new(0), &mut compiler);
    let signed =
        b"$ORIGIN s.\n$TTL 60\n@ SOA ns.e. h 1 2 3 4 5\n@ NS ns.e.\n@ NSEC3PARAM 1 0 1 ab\n\
        0p9mhaveqvm6t7vbl5lop2u3t2rp3tom NSEC3 1 1 1 ab b4um86eghhds6nea196smvmlo4ors995 SOA\n\
        b4um86eghhds6nea196smvmlo4ors995 NSEC3 1 1 1 ab 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom A\n\
        a A 192.0.2.1\na RRSIG A 13 2 60 20300101000000 20200101000000 1 s. QUFB\nx.c NS ns.x.c\n\
        *.w CNAME n.v\n*.w RRSIG CNAME 13 2 60 20300101000000 20200101000000 1 s. QUFB\n\
        *.v CNAME a\n*.v RRSIG CNAME 13 2 60 20300101000000 20200101000000 1 s. QUFB\n";
    master::parse(signed, master::Options::new(3), &mut compiler);
    let lines = b".d:192.0.2.1:a\n+www.d:198.51.100.1:60::\n+www.d:198.51.100.2:60::fr:5\n8www.d:m\nM*.d:m\n";
    data::parse(lines, data::Options::new(1), &mut compiler);
    let prefixes = b"10.0.0.0/8 fr\n10.1.0.0/16 uk\n2001:db8::/32 fr\n";
    map::parse(prefixes, map::Options::new(2, b"m"), &mut compiler);
    Image::open(compiler.finish().unwrap().image).unwrap()
});

fuzz_target!(|query: &[u8]| {
    let store = IMAGE.store();
    for transport in [Transport::Datagram, Transport::Stream] {
        let client = Client { transport, ..Client::default() };
        let ask = |out: &mut [u8]| {
            store.answer(query, &client, &Policy::default(), &Overrides::NONE, 3, out)
        };
        let mut out = vec![0; 4096];
        let answered = match ask(&mut out) {
            Ok(answered) => answered,
            Err(dropped) => {
                assert!(matches!(dropped, Dropped::TooShort | Dropped::Response));
                continue;
            }
        };
        let mut again = vec![0xff; 4096];
        assert_eq!(ask(&mut again), Ok(answered));
        let reply = &out[..answered.len];
        assert_eq!(reply, &again[..answered.len], "octets left over from before");
        assert_eq!(reply[..2], query[..2]);
        let message = Message::parse(reply).expect("a message");
        assert!(message.records().all(|record| record.is_ok()));
        let edns = message.edns().expect("at most one OPT record");
        assert_eq!(message.rcode(edns.as_ref()), answered.rcode);
        check_shape(&message);
        if transport == Transport::Datagram {
            assert!(reply.len() <= 1232);
        }
        let question = message.question();
        if let (Rcode::NXDOMAIN, Some(question)) = (answered.rcode, question)
            && message.answers().next().is_none()
        {
            let name = question.name.to_name_buf().expect("a name");
            let there =
                store.zones().any(|zone| zone.names().any(|n| n.as_name() == name.as_name()));
            assert!(!there, "{name}");
        }
    }
});

/// Names are compared without regard to case.
fn check_shape(message: &Message<'_>) {
    let Some(question) = message.question() else { return };
    let mut reached = vec![question.name.to_string().to_lowercase()];
    for record in message.answers().flatten() {
        let owner = record.owner.to_string().to_lowercase();
        let renames = |name: &String| name.ends_with(&format!(".{owner}")) || owner == ".";
        let of_dname =
            matches!(record.rtype, RType::DNAME | RType::RRSIG) && reached.iter().any(renames);
        assert!(reached.contains(&owner) || of_dname, "{owner} is not on the way");
        if record.rtype == RType::CNAME {
            reached.push(record.rdata.display(RType::CNAME).to_string().to_lowercase());
        }
    }
    if matches!(question.qtype, RType::RRSIG | RType::ANY) {
        return;
    }
    for section in [message.answers(), message.authorities(), message.additionals()] {
        let records: Vec<_> = section.flatten().collect();
        for signature in records.iter().filter(|record| record.rtype == RType::RRSIG) {
            let octets = signature.rdata.octets();
            let covered = RType(u16::from_be_bytes([octets[0], octets[1]]));
            let owner = signature.owner.to_string().to_lowercase();
            let beside = records.iter().any(|record| {
                record.rtype == covered && record.owner.to_string().to_lowercase() == owner
            });
            assert!(beside, "{owner} RRSIG {covered} alone");
        }
    }
}
