//! Damage: every change of an image is refused; with sums made right again, refused or harmless.

use std::vec;
use std::vec::Vec;

use super::{COUNT, Image, ImageErrorKind, Layout, Section, write};
use crate::source::Sink;
use crate::text::{data, map, master};
use crate::{Client, Compiler, Overrides, Policy, Transport};

/// A bit of everything: zones, delegations, wildcards, NSEC, NSEC3, locations, weights, shared RRsets.
fn sample() -> Vec<u8> {
    let mut compiler = Compiler::default();
    let zone = b"$ORIGIN e.\n$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n*.w TXT \"wild\"\na.b.c A 192.0.2.2\n\
        alias CNAME a.b.c\nsub NS ns.sub\nns.sub A 192.0.2.3\nold DNAME c\n@ NSEC a.b.c NS SOA NSEC\na.b.c NSEC @ A NSEC\n\
        t1 TXT \"the same long text of two names\"\nt2 TXT \"the same long text of two names\"\n";
    master::parse(zone, master::Options::new(0), &mut compiler);
    let signed = b"$ORIGIN n3.\n$TTL 60\n@ SOA ns.e. h 1 2 3 4 5\n@ NS ns.e.\n@ NSEC3PARAM 1 0 1 ab\n\
        0p9mhaveqvm6t7vbl5lop2u3t2rp3tom NSEC3 1 0 1 ab 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom SOA\nx A 192.0.2.4\n";
    master::parse(signed, master::Options::new(1), &mut compiler);
    let lines = b".d:192.0.2.1:a\n+www.d:198.51.100.1:60::\n+www.d:198.51.100.2:60::fr:5\n+www.d:198.51.100.3:60::fr:0\n\
        8www.d:m\nM*.d:m\n";
    data::parse(lines, data::Options::new(2), &mut compiler);
    map::parse(
        b"10.0.0.0/8 fr\n10.1.0.0/16 uk\n2001:db8::/32 fr\n",
        map::Options::new(3, b"m"),
        &mut compiler,
    );
    compiler.finish().unwrap_or_else(|problems| panic!("{problems:#?}")).image
}

/// Everything a server would do with an image.
fn use_it(image: &Image<Vec<u8>>) {
    let store = image.store();
    let mut out = [0u8; 1232];
    let names: [&[u8]; 9] = [
        b"\x01e\0",
        b"\x01x\x01w\x01e\0",
        b"\x05alias\x01e\0",
        b"\x01x\x03sub\x01e\0",
        b"\x01a\x01b\x03old\x01e\0",
        b"\x03www\x01d\0",
        b"\x01x\x02n3\0",
        b"\x02t1\x01e\0",
        b"\x01q\x01b\x01c\x01e\0",
    ];
    for name in names {
        for rtype in [1u8, 2, 43, 255] {
            let mut query = vec![0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1];
            query.extend_from_slice(name);
            query.extend_from_slice(&[0, rtype, 0, 1]);
            query.extend_from_slice(&[
                0, 0, 41, 4, 208, 0, 0, 0x80, 0, 0, 11, 0, 8, 0, 7, 0, 1, 24, 0, 10, 1, 2,
            ]);
            for transport in [Transport::Datagram, Transport::Stream] {
                let client = Client { transport, ..Client::default() };
                let answered = store.answer(
                    &query,
                    &client,
                    &Policy::default(),
                    &Overrides::NONE,
                    7,
                    &mut out,
                );
                if let Ok(answered) = answered {
                    assert!(answered.len <= out.len());
                }
            }
        }
    }
    for zone in store.zones() {
        zone.serial();
        assert!(zone.records().take(10_000).count() <= 10_000);
        assert!(zone.names().take(10_000).count() <= 10_000);
    }
    for map in store.maps() {
        assert!(map.ranges().take(10_000).count() <= 10_000);
    }
    assert!(store.bindings().take(10_000).count() <= 10_000);
    for number in 0..store.location_count().min(1000) {
        store.location_name(crate::Location(number));
    }
}

#[test]
fn every_truncation_is_refused() {
    let image = sample();
    for len in 0..image.len() {
        assert!(Image::open(&image[..len]).is_err(), "{len} octets");
    }
    let mut longer = image.clone();
    longer.push(0);
    assert!(Image::open(longer).is_err());
    use_it(&Image::open(image).unwrap());
}

#[test]
fn every_changed_octet_is_refused() {
    let image = sample();
    let mut damaged = image.clone();
    for at in 0..image.len() {
        for bits in 1..=255u8 {
            damaged[at] = image[at] ^ bits;
            assert!(Image::open(&damaged).is_err(), "octet {at} ^ {bits}");
        }
        damaged[at] = image[at];
    }
}

/// A forger can make the sums right. Then the content is looked at, and what passes must not do harm.
#[test]
fn every_forged_octet_is_refused_or_harmless() {
    let image = sample();
    let layout = Layout::read(&image).unwrap();
    let sections: [Vec<u8>; COUNT] = Section::ALL.map(|s| layout.section(&image, s).to_vec());
    let (mut refused, mut passed) = (0, 0);
    for number in 0..COUNT {
        for at in 0..sections[number].len() {
            for bits in [1u8, 2, 4, 8, 16, 32, 64, 128, 255] {
                let mut forged = sections.clone();
                forged[number][at] ^= bits;
                let forged = write(layout.flags, layout.seed, layout.depths, &forged);
                match Image::open(forged) {
                    Ok(image) => {
                        passed += 1;
                        use_it(&image);
                    }
                    Err(error) => {
                        refused += 1;
                        assert!(matches!(error.kind, ImageErrorKind::Inconsistent(_)), "{error}");
                    }
                }
            }
        }
    }
    // Addresses, texts and the like may change: they are data.
    assert!(refused > passed / 4, "{refused} refused, {passed} passed");
}

/// Nothing in an index is data: a forged octet of one is refused, whatever it says.
#[test]
fn every_forged_octet_of_an_index_is_refused() {
    let image = sample();
    let layout = Layout::read(&image).unwrap();
    let sections: [Vec<u8>; COUNT] = Section::ALL.map(|s| layout.section(&image, s).to_vec());
    for section in [Section::ZoneIndex, Section::Index, Section::BindIndex] {
        for at in 0..sections[section as usize].len() {
            for bits in 1..=255u8 {
                let mut forged = sections.clone();
                forged[section as usize][at] ^= bits;
                let forged = write(layout.flags, layout.seed, layout.depths, &forged);
                let error = Image::open(forged).unwrap_err();
                assert!(matches!(error.kind, ImageErrorKind::Inconsistent(_)), "{error}");
                assert_eq!(error.section, Some(section), "octet {at} ^ {bits}");
            }
        }
    }
}

#[test]
fn says_what_is_wrong() {
    let image = sample();
    let open = |change: fn(&mut Vec<u8>)| {
        let mut image = image.clone();
        change(&mut image);
        Image::open(image).unwrap_err()
    };
    assert_eq!(open(|i| i[0] = 0).kind, ImageErrorKind::NotAnImage);
    assert_eq!(open(|i| i[8] = 9).kind, ImageErrorKind::Version(9));
    assert_eq!(open(|i| i.truncate(4)).kind, ImageErrorKind::Truncated);
    assert_eq!(open(Vec::clear).kind, ImageErrorKind::Truncated);
    let damaged = open(|i| *i.last_mut().unwrap() ^= 1);
    assert_eq!(
        (damaged.kind, damaged.section),
        (ImageErrorKind::Checksum, Some(Section::BindIndex))
    );
    assert_eq!(
        std::format!("{}", open(|i| i[8] = 9)),
        "image format version 9, this program reads version 4 (header, octet 8)"
    );
}

/// The order of what is said does not change the image.
#[test]
fn the_same_input_in_any_order_is_the_same_image() {
    let zone = "$ORIGIN e.\n$TTL 60\n@ SOA ns h 1 2 3 4 5\n";
    let lines =
        ["@ NS ns", "ns A 192.0.2.1", "ns A 192.0.2.2", "*.x MX 1 ns", "a.b.c TXT x", "a.b TXT y"];
    let build = |order: &[usize]| {
        let mut text = std::string::String::from(zone);
        for i in order {
            text.push_str(lines[*i]);
            text.push('\n');
        }
        let mut compiler = Compiler::default();
        master::parse(text.as_bytes(), master::Options::new(0), &mut compiler);
        for (prefix, location) in if order[0] == 0 {
            [("10.0.0.0/8", "b"), ("11.0.0.0/8", "a")]
        } else {
            [("11.0.0.0/8", "a"), ("10.0.0.0/8", "b")]
        } {
            let line = std::format!("{prefix} {location}\n");
            map::parse(line.as_bytes(), map::Options::new(1, b""), &mut compiler);
        }
        compiler.finish().unwrap().image
    };
    let image = build(&[0, 1, 2, 3, 4, 5]);
    for order in [[5, 4, 3, 2, 1, 0], [2, 1, 0, 5, 3, 4], [3, 0, 5, 1, 4, 2]] {
        assert!(build(&order) == image);
    }
}

#[test]
fn an_empty_image_refuses_all() {
    let image = Image::open(Compiler::default().finish().unwrap().image).unwrap();
    use_it(&image);
    let mut sink = Compiler::default();
    sink.problem(crate::source::Problem {
        at: Default::default(),
        message: "wrong".into(),
        hint: None,
        severity: crate::source::Severity::Error,
    });
    assert_eq!(sink.finish().unwrap_err().errors, 1);
}
