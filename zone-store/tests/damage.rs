//! Random damage to a large image, where the exhaustive tests of a small one do not reach: indexes of many buckets,
//! shared RRsets, maps of many slots, long chains of NSEC3.

mod common;

use std::fmt::Write as _;

use common::{Question, Source, ask_with, compile};
use zone_store::{CompileOptions, Image, Overrides, Policy, reseal};

/// Some 20 000 names in three zones, one of them signed, and 10 000 prefixes.
fn large() -> Vec<u8> {
    let head = "$TTL 60\n@ SOA ns.e. h.e. 1 2 3 4 5\n@ NS ns.e.\n";
    let mut plain = format!("$ORIGIN e.\n{head}ns A 192.0.2.1\n");
    let mut signed = format!("$ORIGIN s.\n{head}@ NSEC3PARAM 1 0 0 -\n");
    for i in 0..12_000 {
        let _ = writeln!(plain, "h{i}.d{} A 192.0.2.{}", i % 300, i % 250);
        if i % 40 == 0 {
            let _ = writeln!(
                plain,
                "c{i} NS ns.c{i}\nns.c{i} A 192.0.2.9\n*.w{i} TXT wild\nal{i} CNAME h{i}.d{}",
                i % 300
            );
        }
    }
    for i in 0..4000u32 {
        let hash = format!("{:08x}", i.wrapping_mul(2_654_435_761)).repeat(4);
        let _ = writeln!(signed, "x{i} A 192.0.2.1\n{hash} NSEC3 1 0 0 - {} A", "0".repeat(32));
    }
    let mut data = String::from(".d:192.0.2.1:a\n8*.d:m\nM*.d:m\n");
    let mut prefixes = String::new();
    for i in 0..3000 {
        let _ = writeln!(data, "+n{i}.d:198.51.100.1:60::\n+n{i}.d:198.51.100.2:60::p{}:5", i % 99);
    }
    for i in 0..10_000 {
        let _ = writeln!(
            prefixes,
            "{}.{}.{}.0/24 p{}",
            11 + i / 5000,
            i / 250 % 250,
            i % 250,
            i * 7 % 99
        );
        if i % 10 == 0 {
            let _ = writeln!(prefixes, "2001:db8:{i:x}::/48 p{}", i % 99);
        }
    }
    let sources = [
        Source::Zone(&plain),
        Source::Zone(&signed),
        Source::Data(&data),
        Source::Map("m", &prefixes),
    ];
    compile(CompileOptions::default(), &sources).unwrap_or_else(|p| panic!("{p:#?}")).image
}

/// Everywhere, and as often near the start of some section, where its counts are: the table of sections is in the
/// first 400 octets.
fn place(image: &[u8], random: &mut u64) -> usize {
    let mut below = |end: usize| {
        *random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(*random >> 33).unwrap() % end
    };
    if below(2) == 0 {
        return below(image.len());
    }
    let row = 40 + 24 * below(15);
    let start = u64::from_le_bytes(image[row..row + 8].try_into().unwrap());
    let start = usize::try_from(start).unwrap_or(0) % image.len();
    (start + below(64)) % image.len()
}

#[test]
fn damage_to_a_large_image_is_refused() {
    let good = large();
    assert!(good.len() > 500_000, "{}", good.len());
    let mut random = 1;
    let mut image = good.clone();
    for round in 0..150u8 {
        let at = place(&good, &mut random);
        image[at] ^= 1 << (round % 8);
        assert!(Image::open(image.as_slice()).is_err(), "octet {at}");
        image[at] = good[at];
    }
    for _ in 0..20 {
        let len = place(&good, &mut random);
        assert!(Image::open(&good[..len]).is_err(), "cut to {len}");
    }
    Image::open(image).expect("the image as it was");
}

#[test]
fn a_forged_large_image_is_refused_or_harmless() {
    let good = large();
    let mut random = 2;
    let (mut opened, mut refused) = (0, 0);
    for round in 0..150u8 {
        let mut image = good.clone();
        let at = place(&good, &mut random);
        image[at] = image[at].wrapping_add(1 + round);
        reseal(&mut image);
        let Ok(image) = Image::open(image) else {
            refused += 1;
            continue;
        };
        opened += 1;
        for i in [0, 40, 299, 1234, 3999] {
            for words in [
                format!("h{i}.d{}.e. A", i % 300),
                format!("q.h{i}.d7.e. A do"),
                format!("x.c{i}.e. A do"),
                format!("x.w{i}.e. TXT"),
                format!("al{i}.e. A"),
                format!("x{i}.s. MX do"),
                format!("no{i}.s. A do"),
                format!("n{i}.d. A ecs=12.1.{}.0/24", i % 250),
                format!("n{i}.d. A ecs=2001:db8:{i:x}::/40"),
            ] {
                let question = Question::read(&words);
                let query = question.to_wire();
                let mut out = [0; 1232];
                let answered = image.store().answer(
                    &query,
                    &question.client(),
                    &Policy::default(),
                    &Overrides::NONE,
                    u64::from(round),
                    &mut out,
                );
                if let Ok(answered) = answered {
                    dns_wire::Message::parse(&out[..answered.len]).expect("a message");
                }
            }
        }
        let octets = image.as_bytes().len();
        assert!(image.store().zones().map(|zone| zone.records().count()).sum::<usize>() <= octets);
        assert!(image.store().maps().map(|map| map.ranges().count()).sum::<usize>() <= octets);
    }
    assert!(opened > 0 && refused > 0, "{opened} {refused}");
}

/// The large image itself answers.
#[test]
fn a_large_image_answers() {
    let image = Image::open(large()).expect("an image");
    for (words, status) in [
        ("h299.d299.e. A", "NOERROR aa"),
        ("n7.d. A ecs=12.1.7.0/24", "NOERROR aa edns"),
        ("x5.s. A", "NOERROR aa"),
        ("y5.s. A", "NXDOMAIN aa"),
    ] {
        let question = Question::read(words);
        let (_, reply) = ask_with(&image, &question, &Policy::default(), &Overrides::NONE, 3);
        assert_eq!(common::Shown::of(&reply).status, status, "{words}");
    }
}
