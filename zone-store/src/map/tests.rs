//! The ranges against a scan of all prefixes.

use proptest::prelude::*;
use std::collections::BTreeMap;
use std::vec::Vec;

use super::build::{Entry, build};
use super::{HALF, HEADER, MapForm, Ranges};
use crate::bytes::to_usize;

/// Longest-prefix match by looking at every prefix no longer than `source`.
fn naive(entries: &[Entry], address: u128, source: u8, width: u8) -> Option<u32> {
    entries
        .iter()
        .filter(|e| e.len <= source)
        .filter(|e| e.len == 0 || (e.start ^ address) >> (width - e.len) == 0)
        .max_by_key(|e| e.len)
        .map(|e| e.value)
}

fn table(raw: Vec<(u128, u8, u32)>, width: u8) -> Vec<Entry> {
    let mut unique = BTreeMap::new();
    for (bits, len, value) in raw {
        let len = len % (width + 1);
        let start =
            if len == 0 { 0 } else { bits >> (128 - width) >> (width - len) << (width - len) };
        unique.insert((start, len), value);
    }
    unique.into_iter().map(|((start, len), value)| Entry { start, len, value }).collect()
}

/// In both forms, and with values of all sizes.
fn check(entries: &[Entry], width: u8, asked: &[u128]) -> Result<(), TestCaseError> {
    let (fast, small) = (MapForm::Fast, MapForm::Small);
    for (form, locations) in [(fast, 100), (fast, 65_535), (small, 100), (small, 300)] {
        check_form(entries, width, locations, form, asked)?;
    }
    Ok(())
}

fn check_form(
    entries: &[Entry],
    width: u8,
    locations: usize,
    form: MapForm,
    asked: &[u128],
) -> Result<(), TestCaseError> {
    let mut bytes = Vec::new();
    let count = build(&mut bytes, entries, width, locations, form);
    let ranges = Ranges::read(&bytes).unwrap();
    prop_assert!(ranges.starts().eq((0..ranges.count()).filter_map(|range| ranges.start(range))));
    prop_assert_eq!(ranges.octets(), bytes.len());
    prop_assert_eq!(ranges.count() as usize, count);
    prop_assert!(count <= 2 * entries.len() + 1);
    prop_assert!(ranges.is_sound(100, width));
    let max = u128::MAX >> (128 - width);
    let edges = entries.iter().flat_map(|e| {
        let last = e.start | max.checked_shr(e.len.into()).unwrap_or(0);
        [e.start, last, e.start.saturating_sub(1), last.saturating_add(1).min(max)]
    });
    let mut blocks: Vec<(u128, u8, Option<u32>)> = Vec::new();
    for address in edges.chain(asked.iter().map(|a| a >> (128 - width))) {
        let expected = naive(entries, address, width, width);
        prop_assert_eq!(ranges.location(address), expected, "{:x}", address);
        let full = ranges.block(address, width, width).unwrap();
        prop_assert_eq!(full.location, expected);
        blocks.push((address, full.scope, expected));
        for source in 0..width {
            let cut = if source == 0 { 0 } else { address >> (width - source) << (width - source) };
            let block = ranges.block(cut, source, width).unwrap();
            // All of the block is in one range: that answers. Else the covering prefix does.
            let seen = if block.scope <= source { width } else { source };
            prop_assert_eq!(
                block.location,
                naive(entries, cut, seen, width),
                "{:x}/{}",
                cut,
                source
            );
        }
    }
    // RFC 7871 §7.2.1: no two answers conflict; the answer is true throughout the scope; no shorter scope is.
    for (address, scope, value) in &blocks {
        let inside = |other: u128, len: u8| len == 0 || (other ^ address) >> (width - len) == 0;
        for (other, other_scope, other_value) in &blocks {
            if inside(*other, (*scope).min(*other_scope)) {
                prop_assert_eq!(value, other_value);
                prop_assert_eq!(scope, other_scope);
            }
        }
        if let Some(shorter) = scope.checked_sub(1) {
            let start =
                if shorter == 0 { 0 } else { address >> (width - shorter) << (width - shorter) };
            let last = start | max.checked_shr(shorter.into()).unwrap_or(0);
            let mut probes: Vec<u128> = entries.iter().map(|e| e.start).collect();
            probes.extend(entries.iter().map(|e| {
                (e.start | max.checked_shr(e.len.into()).unwrap_or(0)).saturating_add(1).min(max)
            }));
            probes.push(start);
            let differs = probes
                .iter()
                .filter(|p| (start..=last).contains(p))
                .any(|p| naive(entries, *p, width, width) != *value);
            prop_assert!(differs, "{:x}: scope {} could be shorter", address, scope);
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn ipv4_agrees_with_a_scan(
        raw in prop::collection::vec((any::<u128>(), any::<u8>(), 0u32..5), 0..40),
        asked in prop::collection::vec(any::<u128>(), 8),
    ) {
        check(&table(raw, 32), 32, &asked)?;
    }

    /// Few distinct bits, so that prefixes nest and touch.
    #[test]
    fn dense_ipv4_agrees_with_a_scan(
        raw in prop::collection::vec((0u128..256, 20u8..33, 0u32..3), 0..40),
        asked in prop::collection::vec(0u128..512, 8),
    ) {
        let shift = |a: u128| (0x0a00_0000 + a) << 96;
        let raw = raw.into_iter().map(|(a, l, v)| (shift(a), l, v)).collect();
        let asked: Vec<u128> = asked.into_iter().map(shift).collect();
        check(&table(raw, 32), 32, &asked)?;
    }

    /// No longer than the units of a slot, so that its marks tell the range.
    #[test]
    fn short_ipv4_agrees_with_a_scan(
        raw in prop::collection::vec((any::<u128>(), 0u8..11, 0u32..3), 0..40),
        asked in prop::collection::vec(any::<u128>(), 8),
    ) {
        check(&table(raw, 32), 32, &asked)?;
    }

    #[test]
    fn ipv6_agrees_with_a_scan(
        raw in prop::collection::vec((any::<u128>(), 0u8..129, 0u32..5), 0..20),
        asked in prop::collection::vec(any::<u128>(), 8),
    ) {
        check(&table(raw, 128), 128, &asked)?;
    }
}

/// Many prefixes of 24 bits close enough together that slots have marks; `fine` of them hold a
/// longer one, so that their slots are searched.
fn many(fine: usize) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (number, value) in (0u32..2000).zip([0, 1, 2, 1].into_iter().cycle()) {
        let start = u128::from(number.wrapping_mul(0x9e37_7900) >> 7 & !0xff);
        entries.push(Entry { start, len: 24, value });
        if to_usize(number) < fine {
            entries.push(Entry { start: start + 7, len: 32, value: value + 3 });
        }
    }
    entries.sort_unstable();
    entries.dedup_by_key(|entry| (entry.start, entry.len));
    entries
}

#[test]
fn marked_and_searched_slots_agree_with_a_scan() {
    for fine in [0, 5, 2000] {
        let entries = many(fine);
        let mut bytes = Vec::new();
        build(&mut bytes, &entries, 32, 9, MapForm::Fast);
        let ranges = Ranges::read(&bytes).unwrap();
        assert!(ranges.is_sound(9, 32));
        let asked = entries.iter().flat_map(|entry| {
            [0, 6, 7, 8, 255, 256].map(|more| (entry.start + more) & 0xffff_ffff)
        });
        for address in asked.chain([0, 0xffff_ffff]).step_by(3) {
            assert_eq!(ranges.location(address), naive(&entries, address, 32, 32), "{address:x}");
        }
    }
}

/// So many ranges that halves of starts are less than whole ones: the small form is taken, and says all that the
/// other says.
#[test]
fn small_maps_say_what_others_say() {
    let entries: Vec<Entry> = (0..60_000u128)
        .zip([0, 1, 2, 1].into_iter().cycle())
        .map(|(number, value)| Entry {
            start: number.wrapping_mul(0x9e37_79b1) & 0x3fff_ff00,
            len: 24,
            value,
        })
        .collect();
    let mut entries = entries;
    entries.push(Entry { start: 0x1234_0000, len: 14, value: 7 });
    entries.sort_unstable();
    entries.dedup_by_key(|entry| (entry.start, entry.len));
    let (mut fast, mut small) = (Vec::new(), Vec::new());
    build(&mut fast, &entries, 32, 9, MapForm::Fast);
    build(&mut small, &entries, 32, 9, MapForm::Small);
    assert!(small.len() * 2 < fast.len(), "{} and {}", small.len(), fast.len());
    let (fast, small) = (Ranges::read(&fast).unwrap(), Ranges::read(&small).unwrap());
    assert_eq!((small.start_octets, small.value_octets), (HALF, 1));
    assert!(small.is_sound(9, 32) && !small.is_sound(7, 32));
    assert!(small.starts().eq(fast.starts()));
    for number in 0..small.count() {
        assert_eq!(small.range(number), fast.range(number));
    }
    let asked = entries.iter().flat_map(|entry| [0, 255, 256].map(|more| entry.start + more));
    for address in asked.chain([0, 0xffff_ffff]) {
        assert_eq!(small.location(address), fast.location(address), "{address:x}");
        for source in [32, 24, 20, 12] {
            let cut = address >> (32 - source) << (32 - source);
            assert_eq!(small.block(cut, source, 32), fast.block(cut, source, 32), "{cut:x}");
        }
    }
}

/// A slot or start of a small map that is not as it was written is refused, or makes another map: one that answers by
/// its ranges too.
#[test]
fn forged_small_maps_are_refused_or_consistent() {
    let entries: Vec<Entry> = (0..3000u128)
        .map(|number| Entry { start: number * 0x1700, len: 24, value: low32_of(number) % 5 })
        .collect();
    let mut bytes = Vec::new();
    build(&mut bytes, &entries, 32, 9, MapForm::Small);
    let ranges = Ranges::read(&bytes).unwrap();
    assert_eq!(ranges.start_octets, HALF);
    let starts = HEADER + ranges.slots.octets();
    let (mut refused, mut passed) = (0, 0);
    for at in (0..starts + 2000).step_by(3) {
        for bit in 0..8 {
            let mut forged = bytes.clone();
            forged[at] ^= 1 << bit;
            let Some(forged) = Ranges::read(&forged).filter(|forged| forged.is_sound(9, 32)) else {
                refused += 1;
                continue;
            };
            passed += 1;
            for number in (0..forged.count()).step_by(97) {
                let (start, value) = forged.range(number).unwrap();
                assert_eq!(forged.location(start), value, "octet {at} bit {bit}");
            }
        }
    }
    assert!(refused > passed, "{refused} refused, {passed} passed");
}

fn low32_of(number: u128) -> u32 {
    u32::try_from(number).unwrap()
}

/// No slot of IPv4 can say other than its starts do, and no start of a marked slot other than the marks.
#[test]
fn forged_slots_are_refused() {
    let mut bytes = Vec::new();
    build(&mut bytes, &many(5), 32, 9, MapForm::Fast);
    let ranges = Ranges::read(&bytes).unwrap();
    let slots = ranges.slots.octets();
    assert!(slots > 1000, "{slots}");
    let checked = HEADER..HEADER + slots - 8;
    for at in checked.step_by(5) {
        for bit in 0..8 {
            let mut forged = bytes.clone();
            forged[at] ^= 1 << bit;
            assert!(!Ranges::read(&forged).unwrap().is_sound(9, 32), "octet {at} bit {bit}");
        }
    }
    let mut bytes = Vec::new();
    build(&mut bytes, &many(0), 32, 9, MapForm::Fast);
    let ranges = Ranges::read(&bytes).unwrap();
    let starts = HEADER + ranges.slots.octets();
    for at in (starts..starts + ranges.starts.len()).step_by(7) {
        for bit in 0..8 {
            let mut forged = bytes.clone();
            forged[at] ^= 1 << bit;
            assert!(!Ranges::read(&forged).unwrap().is_sound(9, 32), "octet {at} bit {bit}");
        }
    }
    // The header: whatever it says, what is not refused answers.
    for at in 0..HEADER {
        for value in 0..=255 {
            let mut forged = bytes.clone();
            forged[at] = value;
            if let Some(ranges) = Ranges::read(&forged).filter(|ranges| ranges.is_sound(9, 32)) {
                ranges.location(0xffff_ffff);
                ranges.block(0x2000_0000, 24, 32);
            }
        }
    }
}

/// The example of RFC 7871 §7.2.1: 1.2.0/20 is A but 1.2.3/24 is B.
#[test]
fn the_example_of_the_rfc() {
    let a = Entry { start: 0x0102_0000, len: 20, value: 1 };
    let b = Entry { start: 0x0102_0300, len: 24, value: 2 };
    let mut bytes = Vec::new();
    build(&mut bytes, &[a, b], 32, 9, MapForm::Fast);
    let ranges = Ranges::read(&bytes).unwrap();
    let ask = |address: u128, source| {
        let block = ranges.block(address, source, 32).unwrap();
        (block.location, block.scope)
    };
    assert_eq!(ask(0x0102_0000, 24), (Some(1), 23));
    assert_eq!(ask(0x0102_0200, 24), (Some(1), 24));
    assert_eq!(ask(0x0102_0300, 24), (Some(2), 24));
    assert_eq!(ask(0x0102_0700, 24), (Some(1), 22));
    assert_eq!(ask(0x0102_0f00, 24), (Some(1), 21));
    // The source is too short to tell: the covering prefix answers, the scope says how long to ask.
    assert_eq!(ask(0x0102_0000, 20), (Some(1), 23));
    // The gaps have their own scope.
    assert_eq!(ask(0x0102_1000, 24), (None, 20));
    assert_eq!(ask(0x8000_0000, 24), (None, 1));
}
