//! Sources of every awkward shape at once: zones in zones and at the root, cuts and aliases above names that were
//! there, wildcards in empty non-terminals, both kinds of proofs, many locations, prefixes at the ends of either
//! family. Each line is in some of the images of a history, so that all come and go against each other.

use proptest::prelude::*;
use proptest::sample::select;
use zone_store::{Combine, CompileOptions, Image, MapForm};

use crate::common::{Source, compile};

/// In which images, whether data lines, and the text.
pub(crate) type Line = (u8, bool, String);

/// What holds for a whole image.
pub(crate) type Form = (Combine, MapForm);

const APEXES: [&str; 7] = [".", "e.", "sub.e.", "a.sub.e.", "b.e.", "f.", "x.f."];
const LABELS: [&str; 7] = ["a.", "b.", "*.", "ns.", "sub.", "x.", "c-d."];
const HASHES: [&str; 6] = [
    "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom",
    "35mthgpgcu1qg68fab165klnsnk3dpvl",
    "gjeqe526plbf1g8mklp59enfd789njgi",
    "00000000000000000000000000000000",
    "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv",
    "k8udemvp1j2f7eg6jebps17vp3n8i58h",
];
const MAPS: [&str; 3] = ["m", "n", ""];
const NETWORKS: [&str; 13] = [
    "0.0.0.0/0",
    "0.0.0.0/32",
    "255.255.255.255/32",
    "128.0.0.0/1",
    "10.0.0.0/8",
    "10.0.0.0/31",
    "10.0.0.1/32",
    "10.255.255.255/32",
    "::/0",
    "::/128",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
    "2001:db8::/32",
    "2001:db8::1/128",
];

fn name() -> impl Strategy<Value = String> {
    (prop::collection::vec(select(&LABELS[..]), 0..4), select(&APEXES[..])).prop_map(
        |(labels, apex)| match labels.is_empty() {
            true => apex.to_owned(),
            false => labels.concat() + apex.trim_start_matches('.'),
        },
    )
}

fn record() -> impl Strategy<Value = String> {
    let apex = || select(&APEXES[..]);
    let zone =
        apex().prop_map(|apex| format!("{apex} 60 SOA ns.e. h.e. 1 2 3 4 5\n{apex} 60 NS ns.e.\n"));
    let with_name = prop_oneof![
        3 => (0u8..3).prop_map(|i| format!("A 192.0.2.{i}")),
        1 => Just("AAAA 2001:db8::1".to_owned()),
        2 => select(&["short", "a text that is there at many names"][..]).prop_map(|t| format!("TXT \"{t}\"")),
        3 => name().prop_map(|to| format!("NS {to}")),
        2 => name().prop_map(|to| format!("DNAME {to}")),
        2 => name().prop_map(|to| format!("CNAME {to}")),
        1 => name().prop_map(|to| format!("MX 5 {to}")),
        1 => Just("DS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000".to_owned()),
        2 => name().prop_map(|to| format!("NSEC {to} A")),
    ];
    let with_name = (name(), prop_oneof![6 => Just(60), 1 => Just(7)], with_name)
        .prop_map(|(name, ttl, data)| format!("{name} {ttl} {data}\n"));
    let params = select(&["0 -", "1 ab", "2 abcd"][..]);
    let proof = (apex(), params, 0u8..2, select(&HASHES[..]), select(&HASHES[..]), any::<bool>())
        .prop_map(|(apex, params, flags, hash, next, is_proof)| match is_proof {
            true => format!(
                "{hash}.{} 60 NSEC3 1 {flags} {params} {next} A\n",
                apex.trim_start_matches('.')
            ),
            false => format!("{apex} 60 NSEC3PARAM 1 0 {params}\n"),
        });
    prop_oneof![2 => zone, 8 => with_name, 2 => proof]
}

/// The first two are those that drains are tried with.
fn place(number: u32) -> String {
    match number {
        0 => "oslo".into(),
        1 => "lima".into(),
        _ => format!("l{number}"),
    }
}

fn located() -> impl Strategy<Value = String> {
    let place = || prop_oneof![3 => 0u32..4, 1 => 0u32..500].prop_map(place);
    let owner = || select(&["b.e", "*.b.e", "e", "x.f", "*.e", "sub.e"][..]);
    let rows = (owner(), place(), 0u8..3, 0u8..3).prop_map(|(owner, place, i, weight)| {
        format!("+{owner}:192.0.2.{i}:60::{place}:{weight}\n")
    });
    let many = (owner(), 0u32..400, 1u32..120).prop_map(|(owner, first, count)| {
        let line = |number| format!("+{owner}:192.0.2.{}:60::l{number}\n", number % 200);
        (first..first + count).map(line).collect::<String>()
    });
    let prefix = (place(), select(&NETWORKS[..]), select(&MAPS[..]))
        .prop_map(|(place, network, map)| format!("%{place},{network},{map}\n"));
    let near =
        (place(), 0u32..512, 20u32..=32, select(&MAPS[..])).prop_map(|(place, low, len, map)| {
            let bits = (0x0aff_fe00 | low) & (u32::MAX << (32 - len));
            format!("%{place},{}/{len},{map}\n", std::net::Ipv4Addr::from(bits))
        });
    let bound = select(&["", ".", "*", "e", "*.e", "b.e", "*.b.e", "f", "*.x.f"][..]);
    let binding = (select(&["8", "M"][..]), bound, select(&MAPS[..]))
        .prop_map(|(kind, name, map)| format!("{kind}{name}:{map}\n"));
    prop_oneof![4 => rows, 1 => many, 4 => prefix, 3 => near, 3 => binding]
}

/// A line of three images.
pub(crate) fn line() -> impl Strategy<Value = Line> {
    let text = prop_oneof![
        3 => record().prop_map(|text| (false, text)),
        2 => located().prop_map(|text| (true, text)),
    ];
    (prop_oneof![2 => Just(7u8), 3 => 1u8..7], text)
        .prop_map(|(images, (data, text))| (images, data, text))
}

pub(crate) fn form() -> impl Strategy<Value = Form> {
    let combine = prop_oneof![3 => Just(Combine::Union), 1 => Just(Combine::Override)];
    (combine, prop_oneof![3 => Just(MapForm::Fast), 1 => Just(MapForm::Small)])
}

/// The image of the lines that have this bit, but for those that do not go with the ones before.
pub(crate) fn image(lines: &[Line], bit: u8, form: Form) -> Image<Vec<u8>> {
    let lines: Vec<&Line> = lines.iter().filter(|line| line.0 & bit != 0).collect();
    let mut kept = Vec::new();
    add(&mut kept, &lines, form);
    made(&kept, form).expect("the lines were tried")
}

fn add<'a>(kept: &mut Vec<&'a Line>, more: &[&'a Line], form: Form) {
    let before = kept.len();
    kept.extend(more);
    if made(kept, form).is_some() {
        return;
    }
    kept.truncate(before);
    if more.len() > 1 {
        let (first, second) = more.split_at(more.len() / 2);
        add(kept, first, form);
        add(kept, second, form);
    }
}

fn made(lines: &[&Line], form: Form) -> Option<Image<Vec<u8>>> {
    let text = |data: bool| {
        lines.iter().filter(|line| line.1 == data).map(|line| line.2.as_str()).collect::<String>()
    };
    let options = CompileOptions {
        combine: form.0,
        maps: form.1,
        allow_partial: true,
        ..CompileOptions::default()
    };
    let sources = [Source::Zone(&text(false)), Source::Data(&text(true))];
    Some(Image::open(compile(options, &sources).ok()?.image).unwrap())
}

/// A question in words.
pub(crate) fn question() -> impl Strategy<Value = String> {
    let rtype =
        select(&["A", "A", "A", "TXT", "NS", "DS", "MX", "ANY", "NSEC", "NSEC3PARAM", "DNAME"][..]);
    let client = prop_oneof![
        2 => Just(String::new()),
        2 => (select(&NETWORKS[..]), any::<bool>()).prop_map(|(network, resolver)| match resolver {
            true => format!("from={}", network.split('/').next().unwrap()),
            false => format!("ecs={network}"),
        }),
        2 => (0u32..1024, 8u32..=32).prop_map(|(low, len)| {
            let bits = (0x0aff_fe00u32.wrapping_add(low)) & (u32::MAX << (32 - len));
            format!("ecs={}/{len}", std::net::Ipv4Addr::from(bits))
        }),
        1 => (0u128..3, 0u32..=128).prop_map(|(low, len)| {
            let bits = u128::MAX.checked_shl(128 - len).unwrap_or(0) & ((0x2001_0db8u128 << 96) | low);
            format!("ecs={}/{len}", std::net::Ipv6Addr::from(bits))
        }),
    ];
    let flags = select(&["tcp do", "tcp", "do size=512", ""][..]);
    let beside = select(&["", "", "zz.", "a.zz.", "*."][..]);
    (beside, name(), rtype, client, flags).prop_map(|(beside, name, rtype, client, flags)| {
        format!("{} {rtype} {client} {flags}", format!("{beside}{name}").replace("..", "."))
    })
}
