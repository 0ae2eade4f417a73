//! An image whose sections are changed and whose sums are made right again is refused, or works without harm.
//!
//! Input: pairs of a place (24 bits) and an octet, put over a good image. Oracle: no panic; what a look-up
//! writes is a message; all iteration ends.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use zone_store::text::{data, map, master};
use zone_store::{Client, Compiler, Image, Overrides, Policy};

static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut compiler = Compiler::default();
    let zone = b"$ORIGIN e.\n$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n*.w TXT wild\n\
        alias CNAME ns\nsub NS ns.sub\nns.sub A 192.0.2.3\nold DNAME w\n@ NSEC ns NS SOA NSEC\nns NSEC @ A NSEC\n";
    master::parse(zone, master::Options::new(0), &mut compiler);
    let signed = b"$ORIGIN s.\n$TTL 60\n@ SOA ns.e. h 1 2 3 4 5\n@ NS ns.e.\n@ NSEC3PARAM 1 0 1 ab\n\
        0p9mhaveqvm6t7vbl5lop2u3t2rp3tom NSEC3 1 0 1 ab 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom SOA\nx A 192.0.2.4\n";
    master::parse(signed, master::Options::new(3), &mut compiler);
    // So many names that the indexes have more than one bucket.
    let many: String = (0..400).map(|i| format!("h{i} A 192.0.2.{}\n", i % 20)).collect();
    let many = format!("$ORIGIN m.\n$TTL 60\n@ SOA ns.e. h 1 2 3 4 5\n@ NS ns.e.\n{many}");
    master::parse(many.as_bytes(), master::Options::new(4), &mut compiler);
    let lines = b".d:192.0.2.1:a\n+www.d:198.51.100.1:60::\n+www.d:198.51.100.2:60::fr:5\n8www.d:m\nM*.d:m\n";
    data::parse(lines, data::Options::new(1), &mut compiler);
    let prefixes = b"10.0.0.0/8 fr\n10.1.0.0/16 uk\n2001:db8::/32 fr\n";
    map::parse(prefixes, map::Options::new(2, b"m"), &mut compiler);
    compiler.finish().unwrap().image
});

fuzz_target!(|input: &[u8]| {
    let mut image = GOOD.clone();
    for change in input.chunks_exact(4) {
        let at = u32::from_le_bytes([change[0], change[1], change[2], 0]) as usize % image.len();
        image[at] = change[3];
    }
    zone_store::reseal(&mut image);
    let Ok(image) = Image::open(image) else { return };
    let store = image.store();
    let mut out = [0; 1232];
    for name in [
        &b"\x01e\0"[..],
        b"\x01x\x01w\x01e\0",
        b"\x01a\x03sub\x01e\0",
        b"\x01a\x03old\x01e\0",
        b"\x03www\x01d\0",
        b"\x02h7\x01m\0",
        b"\x01q\x01s\0",
    ] {
        for rtype in [1, 2, 43, 255] {
            let mut query = vec![0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1];
            query.extend_from_slice(name);
            query.extend_from_slice(&[0, rtype, 0, 1, 0, 0, 41, 4, 208, 0, 0, 0x80, 0]);
            query.extend_from_slice(&[0, 11, 0, 8, 0, 7, 0, 1, 24, 0, 10, 1, 2]);
            let answered = store.answer(
                &query,
                &Client::default(),
                &Policy::default(),
                &Overrides::NONE,
                7,
                &mut out,
            );
            if let Ok(answered) = answered {
                dns_wire::Message::parse(&out[..answered.len]).expect("a message");
            }
        }
    }
    let records: usize = store.zones().map(|zone| zone.records().count()).sum();
    assert!(records <= image.as_bytes().len());
    for map in store.maps() {
        assert!(map.ranges().count() <= image.as_bytes().len());
    }
});
