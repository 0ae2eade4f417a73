//! Any query gets a reply that is a message, or none; asked twice, the same one.
//!
//! Oracle: the reply parses whole with every record, repeats the id, is no longer than it may be, and an
//! NXDOMAIN is never given for a name that the store has records for.
#![no_main]

use std::sync::LazyLock;

use dns_wire::{Message, Rcode};
use libfuzzer_sys::fuzz_target;
use zone_store::text::{data, map, master};
use zone_store::{Client, Compiler, Dropped, Image, Overrides, Policy, Transport};

static IMAGE: LazyLock<Image<Vec<u8>>> = LazyLock::new(|| {
    let mut compiler = Compiler::default();
    let zone = b"$ORIGIN e.\n$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\n@ MX 1 ns\nns A 192.0.2.1\n*.w TXT wild\n\
        alias CNAME ns\nloop CNAME loop\nsub NS ns.sub\nns.sub A 192.0.2.3\nold DNAME w\na.b.c A 192.0.2.4\n\
        @ NSEC a.b.c NS SOA NSEC\na.b.c NSEC @ A NSEC\n";
    master::parse(zone, master::Options::new(0), &mut compiler);
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
        assert_eq!(message.rcode(), Ok(answered.rcode));
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
