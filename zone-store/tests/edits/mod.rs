//! Sources that change line by line, for the tests of deltas and overlays.

use proptest::prelude::*;
use zone_store::{CompileOptions, Image};

use crate::common::{self, Source};

pub(crate) const HEAD: &str = "e. 60 SOA ns.e. h.e. 1 2 3 4 5\ne. 60 NS ns.e.\n";

pub(crate) fn site(zones: &str, data: &str) -> Option<Image<Vec<u8>>> {
    let options = CompileOptions { allow_partial: true, ..CompileOptions::default() };
    let compiled = common::compile(options, &[Source::Zone(zones), Source::Data(data)]).ok()?;
    Some(Image::open(compiled.image).unwrap())
}

pub(crate) fn line() -> impl Strategy<Value = (bool, String)> {
    let name =
        prop::collection::vec(prop_oneof![Just("a"), Just("b"), Just("*"), Just("c-d")], 0..3)
            .prop_map(|labels| labels.iter().map(|l| format!("{l}.")).collect::<String>());
    let zone = prop_oneof![Just("e."), Just("sub.e."), Just("f.")];
    let data = prop_oneof![
        4 => (0u8..4).prop_map(|i| format!("60 A 192.0.2.{i}")),
        2 => (0u8..2).prop_map(|i| format!("60 AAAA 2001:db8::{i}")),
        2 => Just("60 TXT \"a text that is there at many names\"".to_owned()),
        1 => Just("60 TXT \"other\"".to_owned()),
        1 => Just("60 NS a.e.".to_owned()),
        1 => Just("60 DNAME f.".to_owned()),
        1 => Just("60 NSEC e. A".to_owned()),
        1 => Just("60 SOA ns.e. h.e. 1 2 3 4 5".to_owned()),
        1 => Just("60 NSEC3PARAM 1 0 0 -".to_owned()),
    ];
    let records = (name, zone, data).prop_map(|(n, z, d)| (false, format!("{n}{z} {d}\n")));
    let location = prop_oneof![Just("oslo"), Just("lima"), Just("a-longer-one"), Just("x")];
    let map = prop_oneof![Just("m"), Just("n"), Just("")];
    let prefix = (0u8..4, 0u8..4, prop_oneof![Just(8u8), Just(9), Just(16), Just(32)]).prop_map(
        |(a, b, len)| {
            let bits = u32::from_be_bytes([10 + a % 2, b * 64, 0, 0])
                & (u32::MAX << (32 - u32::from(len)));
            format!("{}/{len}", std::net::Ipv4Addr::from(bits))
        },
    );
    let v6 = (0u16..4, prop_oneof![Just(20u8), Just(32), Just(48)]).prop_map(|(a, len)| {
        let bits =
            ((0x2001u128 << 112) | (u128::from(a) << 80)) & (u128::MAX << (128 - u32::from(len)));
        format!("{}/{len}", std::net::Ipv6Addr::from(bits))
    });
    let any_prefix = prop_oneof![3 => prefix, 1 => v6];
    prop_oneof![
        6 => records,
        3 => (location.clone(), any_prefix, map.clone()).prop_map(|(l, p, m)| (true, format!("%{l},{p},{m}\n"))),
        2 => (0u8..3, location, 0u8..3).prop_map(|(i, l, w)| (true, format!("+b.e:192.0.2.{i}:60::{l}:{w}\n"))),
        1 => (prop_oneof![Just("8"), Just("M")], prop_oneof![Just("e"), Just("*.e"), Just("b.e")], map)
            .prop_map(|(k, n, m)| (true, format!("{k}{n}:{m}\n"))),
    ]
}

/// Takes the lines one by one, and leaves out what would not compile.
pub(crate) fn build(lines: &mut Vec<(bool, String)>) -> Image<Vec<u8>> {
    let text = |lines: &[(bool, String)], data: bool| {
        let of = lines.iter().filter(|l| l.0 == data).map(|l| l.1.as_str());
        of.collect::<String>()
    };
    loop {
        let zones = format!("{HEAD}{}", text(lines, false));
        match site(&zones, &text(lines, true)) {
            Some(image) => return image,
            None => drop(lines.pop()),
        }
    }
}
