//! Worlds of few places and maps, and where a client is in them by a slow and obvious reading of RFC 7871.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;
use zone_store::{Combine, CompileOptions, Image, MapForm};

use crate::common::{Source, compile};

pub(crate) const PLACES: [&str; 3] = ["fr", "no", "uk"];
pub(crate) const NAMES: [&str; 4] = ["x.e.", "y.x.e.", "z.y.x.e.", "w.e."];
/// The last is the default map.
pub(crate) const MAPS: [&str; 3] = ["m0", "m1", ""];

/// A prefix of a map: first address, length, place; `None` takes addresses out.
pub(crate) type Prefix = (u128, u8, Option<&'static str>);

/// A client map, IPv4 and IPv6 apart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Map {
    pub(crate) v4: Vec<Prefix>,
    pub(crate) v6: Vec<Prefix>,
}

/// What is bound to which map: name, by client subnet, names below it. The value is a map's number.
pub(crate) type Binds = BTreeMap<(usize, bool, bool), usize>;

/// All that a zone says of places.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) maps: Vec<Map>,
    pub(crate) binds: Binds,
    /// Name and place of rows; every name has a default row too.
    pub(crate) rows: BTreeSet<(usize, usize)>,
}

impl World {
    /// The place of a client and the scope of the answer.
    pub(crate) fn locate(
        &self,
        name: usize,
        resolver: IpAddr,
        subnet: Option<(IpAddr, u8)>,
    ) -> (Option<&'static str>, u8) {
        let mut scope = 0;
        if let (Some(map), Some((address, source))) =
            (self.bound(name, true), subnet.filter(|(_, source)| *source > 0))
        {
            let (place, length) = self.maps[map].ask(address, source);
            if place.is_some() {
                return (place, length);
            }
            scope = length;
        }
        let map = self.bound(name, false).unwrap_or(MAPS.len() - 1);
        let full = if resolver.is_ipv4() { 32 } else { 128 };
        (self.maps[map].ask(resolver, full).0, scope)
    }

    /// Its image, and its sources to tell.
    pub(crate) fn compile(&self, combine: Combine) -> (Image<Vec<u8>>, String) {
        let mut data = String::from(".e:192.0.2.1:a:60\n");
        for name in NAMES {
            data.push_str(&format!("'{name}:default:60\n"));
        }
        for (name, place) in &self.rows {
            data.push_str(&format!("'{}:{1}:60::{1}\n", NAMES[*name], PLACES[*place]));
        }
        for ((name, by_subnet, below), map) in &self.binds {
            let (kind, reach) =
                (if *by_subnet { '8' } else { 'M' }, if *below { "*." } else { "" });
            data.push_str(&format!("{kind}{reach}{}:{}\n", NAMES[*name], MAPS[*map]));
        }
        let lines = |prefixes: &[Prefix], width: u8| -> String {
            let line = |(a, len, place): &Prefix| {
                format!("{}/{len} {}\n", text_of(*a, width), place.unwrap())
            };
            prefixes.iter().map(line).collect()
        };
        let texts: Vec<String> =
            self.maps.iter().map(|map| lines(&map.v4, 32) + &lines(&map.v6, 128)).collect();
        let mut sources = vec![Source::Data(&data)];
        sources.extend(MAPS.iter().zip(&texts).map(|(name, text)| Source::Map(name, text)));
        // Each form of the maps with one of the ways to combine.
        let maps = if combine == Combine::Union { MapForm::Fast } else { MapForm::Small };
        let options = CompileOptions { combine, maps, ..CompileOptions::default() };
        let told = format!("{data}{texts:#?}");
        let compiled = compile(options, &sources).unwrap_or_else(|p| panic!("{p:#?}\n{told}"));
        (Image::open(compiled.image).unwrap(), told)
    }

    /// The map of a name: its own binding, or that of the nearest name above that reaches down.
    pub(crate) fn bound(&self, name: usize, by_subnet: bool) -> Option<usize> {
        let own = self.binds.get(&(name, by_subnet, false));
        let above = (0..NAMES.len())
            .filter(|above| NAMES[name].ends_with(&format!(".{}", NAMES[*above])))
            .filter_map(|above| {
                Some((NAMES[above].len(), self.binds.get(&(above, by_subnet, true))?))
            })
            .max();
        own.or(above.map(|(_, map)| map)).copied()
    }
}

impl Map {
    /// Place and scope for a block of addresses.
    pub(crate) fn ask(&self, address: IpAddr, source: u8) -> (Option<&'static str>, u8) {
        match address {
            IpAddr::V4(v4) => ask(&self.v4, 32, u128::from(u32::from(v4)), source),
            // An IPv4-mapped block is the IPv4 block.
            IpAddr::V6(v6) => match v6.to_ipv4_mapped().filter(|_| source >= 96) {
                Some(v4) => {
                    let (place, scope) = ask(&self.v4, 32, u128::from(u32::from(v4)), source - 96);
                    (place, scope + 96)
                }
                // So no IPv6 scope may reach over IPv4-mapped addresses.
                None => {
                    let mut prefixes = self.v6.clone();
                    prefixes.push((0xffff << 32, 96, None));
                    ask(&prefixes, 128, u128::from(v6), source)
                }
            },
        }
    }
}

pub(crate) fn ask(
    prefixes: &[Prefix],
    width: u8,
    address: u128,
    source: u8,
) -> (Option<&'static str>, u8) {
    let longest = |address: u128, limit: u8| {
        let holds = |p: &&Prefix| p.1 <= limit && first(address, p.1, width) == p.0;
        prefixes.iter().filter(holds).max_by_key(|p| p.1).and_then(|p| p.2)
    };
    // Where the place may change: at the start of a prefix and after its end.
    let changes =
        prefixes.iter().flat_map(|p| [Some(p.0), last(p.0, p.1, width).checked_add(1)]).flatten();
    let changes: Vec<u128> = changes.collect();
    let own = longest(address, width);
    let is_true_of = |len: &u8| {
        let (start, end) = (first(address, *len, width), last(address, *len, width));
        let inside = changes.iter().filter(|at| (start..=end).contains(*at));
        [start].iter().chain(inside).all(|at| longest(*at, width) == own)
    };
    let scope = (0..=width).find(is_true_of).unwrap();
    // RFC 7871 §7.2.1: the source may be too short to tell; what covers all of it answers.
    let place = if scope <= source { own } else { longest(address, source) };
    (place, scope)
}

pub(crate) fn first(address: u128, len: u8, width: u8) -> u128 {
    let hosts = u32::from(width - len);
    address.checked_shr(hosts).and_then(|a| a.checked_shl(hosts)).unwrap_or(0)
}

pub(crate) fn last(address: u128, len: u8, width: u8) -> u128 {
    let hosts = u32::from(width - len);
    first(address, len, width) | 1u128.checked_shl(hosts).map_or(u128::MAX, |size| size - 1)
}

pub(crate) fn text_of(address: u128, width: u8) -> IpAddr {
    match width {
        32 => Ipv4Addr::from(u32::try_from(address).unwrap()).into(),
        _ => Ipv6Addr::from(address).into(),
    }
}

/// Few addresses, close together, so that prefixes nest and touch.
pub(crate) fn block() -> impl Strategy<Value = (IpAddr, u8)> {
    let v4 = (0u32..256, prop_oneof![20u8..=32, 0u8..=32])
        .prop_map(|(low, len)| (text_of(first(u128::from(0x0a00_0000 | low), len, 32), 32), len));
    let v6 = (0u128..256, prop_oneof![112u8..=128, 0u8..=128])
        .prop_map(|(low, len)| (text_of(first((0x2001_0db8 << 96) | low, len, 128), 128), len));
    prop_oneof![2 => v4, 1 => v6]
}

pub(crate) fn map() -> impl Strategy<Value = Map> {
    prop::collection::btree_map(block(), 0..PLACES.len(), 0..12).prop_map(|prefixes| {
        let mut map = Map::default();
        for ((address, len), place) in prefixes {
            match address {
                IpAddr::V4(v4) => {
                    map.v4.push((u128::from(u32::from(v4)), len, Some(PLACES[place])));
                }
                IpAddr::V6(v6) => map.v6.push((u128::from(v6), len, Some(PLACES[place]))),
            }
        }
        map
    })
}

pub(crate) fn world() -> impl Strategy<Value = World> {
    let maps = prop::collection::vec(map(), MAPS.len());
    let key = (0..NAMES.len(), any::<bool>(), any::<bool>());
    let binds = prop::collection::btree_map(key, 0..MAPS.len() - 1, 0..8);
    let rows = prop::collection::btree_set((0..NAMES.len(), 0..PLACES.len()), 0..8);
    (maps, binds, rows).prop_map(|(mut maps, binds, rows)| {
        // Each place is on a map.
        for (place, at) in PLACES.iter().zip(0u128..) {
            maps[MAPS.len() - 1].v4.push((0xc612_0000 + (at << 8), 24, Some(place)));
        }
        World { maps, binds, rows }
    })
}

pub(crate) fn question() -> impl Strategy<Value = (usize, IpAddr, Option<(IpAddr, u8)>)> {
    let mapped = block().prop_map(|(address, len)| match address {
        IpAddr::V4(v4) => (IpAddr::V6(v4.to_ipv6_mapped()), len + 96),
        v6 => (v6, len),
    });
    let subnet =
        prop_oneof![2 => block().prop_map(Some), 1 => mapped.prop_map(Some), 1 => Just(None)];
    (0..NAMES.len(), block().prop_map(|(address, _)| address), subnet)
}
