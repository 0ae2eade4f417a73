//! Client maps: longest-prefix match beside prefix-trie and ip_network_table, and the answer that rests on it.

use std::hint::black_box;
use std::io::Read;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use criterion::{Criterion, Throughput};
use zone_store::text::{data, map};
use zone_store::{CompileOptions, Compiler, MapForm};

use crate::answers::ask;
use crate::zones::{open, query};

/// Prefixes and a small location each.
fn prefixes() -> Vec<(IpAddr, u8, u16)> {
    let text = std::env::var("UNDERHOOD_DATA").ok().and_then(|folder| {
        let file = std::fs::File::open(format!("{folder}/full-view-with-country.txt.xz")).ok()?;
        let mut text = String::new();
        lzma_rust2::XzReader::new(file, false).read_to_string(&mut text).ok()?;
        Some(text)
    });
    match text {
        Some(text) => text
            .lines()
            .map(|line| {
                let (prefix, location) = line.split_once(' ').unwrap();
                let (address, len) = prefix.split_once('/').unwrap();
                (address.parse().unwrap(), len.parse().unwrap(), location.parse().unwrap())
            })
            .collect(),
        None => {
            let mut state = 1u64;
            let mut next = || {
                state =
                    state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
                state >> 32
            };
            let mut made: Vec<(IpAddr, u8, u16)> = (0..900_000)
                .map(|_| {
                    let len = 16 + (next() % 9) as u8;
                    let address = 0x0100_0000 + (next() as u32 % 0xdf00_0000);
                    (
                        Ipv4Addr::from(address >> (32 - len) << (32 - len)).into(),
                        len,
                        (next() % 243) as u16,
                    )
                })
                .collect();
            made.extend((0..160_000).map(|_| {
                let len = 29 + (next() % 20) as u8;
                let address = 0x2001u128 << 112
                    | u128::from(next() % 0x0c00) << 112
                    | u128::from(next()) << 80;
                (
                    Ipv6Addr::from(address >> (128 - len) << (128 - len)).into(),
                    len,
                    (next() % 243) as u16,
                )
            }));
            made.sort();
            made.dedup_by_key(|p| (p.0, p.1));
            made
        }
    }
}

/// An address inside each of many prefixes, in no order.
fn addresses(prefixes: &[(IpAddr, u8, u16)], v4: bool) -> Vec<IpAddr> {
    let own: Vec<_> = prefixes.iter().filter(|p| p.0.is_ipv4() == v4).collect();
    let mut state = 7u64;
    (0..1 << 20)
        .map(|_| {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            let (address, len, _) = own[(state >> 33) as usize % own.len()];
            match address {
                IpAddr::V4(a) => {
                    let hosts = u32::MAX.checked_shr((*len).into()).unwrap_or(0);
                    IpAddr::V4((u32::from(*a) | (state as u32 & hosts)).into())
                }
                IpAddr::V6(a) => {
                    let hosts = u128::MAX.checked_shr((*len).into()).unwrap_or(0);
                    IpAddr::V6((u128::from(*a) | (u128::from(state) << 64 & hosts)).into())
                }
            }
        })
        .collect()
}

pub(crate) fn maps(c: &mut Criterion) {
    let prefixes = prefixes();
    let text: String = prefixes.iter().map(|(a, l, v)| format!("{a}/{l} {v}\n")).collect();
    let lines = ".example:192.0.2.1:a\n8www.example:\n+www.example:192.0.2.80:60:::1\n+www.example:192.0.2.81:60::7:1\n+www.example:192.0.2.82:60::7:2\n";
    let build = |lines: &str, text: &str, maps, name: &[u8], what: &str| {
        let options = CompileOptions { maps, ..CompileOptions::default() };
        let mut compiler = Compiler::new(options);
        data::parse(lines.as_bytes(), data::Options::new(0), &mut compiler);
        map::parse(text.as_bytes(), map::Options::new(1, name), &mut compiler);
        open(compiler.finish().unwrap(), what)
    };
    let image = build(lines, &text, MapForm::Fast, b"", "map");
    let small = build("", &text, MapForm::Small, b"", "map, small");
    // The worst case: no two prefixes lead to one location, so none are joined.
    let numbered = prefixes.iter().enumerate();
    let worst: String = numbered.map(|(i, (a, l, _))| format!("{a}/{l} {i}\n")).collect();
    let distinct = build("", &worst, MapForm::Fast, b"", "map, all locations distinct");
    let distinct_small =
        build("", &worst, MapForm::Small, b"", "map, all locations distinct, small");
    // And by family, as the budget is.
    for (family, v4) in [("IPv4", true), ("IPv6", false)] {
        let of_family = prefixes.iter().filter(|(a, ..)| a.is_ipv4() == v4);
        let text: String = of_family.map(|(a, l, v)| format!("{a}/{l} {v}\n")).collect();
        for (form, maps) in [("fast", MapForm::Fast), ("small", MapForm::Small)] {
            build("", &text, maps, b"", &format!("map, {form}, {family} alone"));
        }
    }
    let store = image.store();
    let forms = [
        ("zone-store", &image),
        ("zone-store, small", &small),
        ("zone-store, all locations distinct", &distinct),
        ("zone-store, all locations distinct, small", &distinct_small),
    ];
    let forms = forms.map(|(what, image)| (what, image.store().maps().next().unwrap()));

    let mut trie = prefix_trie::PrefixMap::<ipnet::Ipv4Net, u16>::new();
    let mut trie6 = prefix_trie::PrefixMap::<ipnet::Ipv6Net, u16>::new();
    let mut table = ip_network_table::IpNetworkTable::<u16>::new();
    for (address, len, value) in &prefixes {
        match address {
            IpAddr::V4(a) => drop(trie.insert(ipnet::Ipv4Net::new(*a, *len).unwrap(), *value)),
            IpAddr::V6(a) => drop(trie6.insert(ipnet::Ipv6Net::new(*a, *len).unwrap(), *value)),
        }
        table.insert(ip_network::IpNetwork::new(*address, *len).unwrap(), *value);
    }
    for (family, v4) in [("IPv4", true), ("IPv6", false)] {
        let asked = addresses(&prefixes, v4);
        let mut group = c.benchmark_group(format!("longest prefix, {family}"));
        group.throughput(Throughput::Elements(1));
        let mut at = 0;
        let mut next = || {
            at = (at + 1) & (asked.len() - 1);
            asked[at]
        };
        for (what, map) in &forms {
            group.bench_function(*what, |b| b.iter(|| map.locate(next())));
        }
        group.bench_function("prefix-trie", |b| {
            b.iter(|| match next() {
                IpAddr::V4(a) => trie.get_lpm(&a.into()).map(|(_, v)| *v),
                IpAddr::V6(a) => trie6.get_lpm(&a.into()).map(|(_, v)| *v),
            });
        });
        group.bench_function("ip_network_table", |b| {
            b.iter(|| table.longest_match(next()).map(|(_, v)| *v));
        });
        group.finish();
    }

    let mut out = [0u8; 1232];
    // A client at the location that has rows: two of its own and the default's, of which one is drawn.
    let there = prefixes.iter().find_map(|(address, len, location)| match address {
        IpAddr::V4(address) if *location == 7 && *len <= 24 => Some(address.octets()),
        _ => None,
    });
    let [n0, n1, n2, _] = there.expect("a prefix of the location 7");
    let hot = query("www.example.", Some([n0, n1, n2]));
    let mut random = 0;
    c.bench_function("answer/located and weighted, hot", |b| {
        b.iter(|| {
            random += 1;
            ask(store, black_box(&hot), random, &mut out)
        });
    });
}
