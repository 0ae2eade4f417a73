//! From the prefixes of a map to its disjoint ranges.

use alloc::vec::Vec;

use crate::bytes::{low64, to_usize};

/// A prefix as the compiler holds it: the address as a number of 32 or 128 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub(crate) start: u128,
    pub(crate) len: u8,
    pub(crate) value: u32,
}

impl Entry {
    /// A prefix that no location may answer for, whatever is around it.
    pub(crate) const GAP: u32 = u32::MAX;

    fn value_or_gap(&self) -> Option<u32> {
        (self.value != Self::GAP).then_some(self.value)
    }
}

/// Appends the ranges of `entries` to `out`. They are sorted, each prefix there once.
///
/// Time O(n), after the caller's sort; memory O(n). Returns the number of ranges.
#[cfg(test)]
pub(crate) fn build(out: &mut Vec<u8>, entries: &[Entry], width: u8, wide_values: bool) -> usize {
    write(out, &sweep(entries, width), width, wide_values)
}

/// Appends ranges to `out`; returns how many there are.
pub(crate) fn write(out: &mut Vec<u8>, swept: &Swept, width: u8, wide_values: bool) -> usize {
    let ranges = &swept.ranges;
    let form = Form::of(ranges, width);
    let count = ranges.len();
    let value_octets = if wide_values { 4 } else { 2 };
    out.extend_from_slice(&[form.shift, form.octets, value_octets, 0]);
    for number in [form.slots, count, swept.covers.len()] {
        out.extend_from_slice(&to_u32(number).to_le_bytes());
    }
    out.extend_from_slice(&form.base.to_le_bytes());
    let mut passed = 0usize;
    for slot in 0..=form.slots {
        let slot_start = form.slot_start(slot);
        while passed < count
            && ranges
                .get(passed)
                .is_some_and(|r| slot_start.is_none_or(|s| form.key(r.0) < s) || passed == 0)
        {
            passed = passed.saturating_add(1);
        }
        out.extend_from_slice(&to_u32(passed).to_le_bytes());
    }
    let unused = if form.octets == 8 { 8 } else { 0 };
    for (start, value) in ranges {
        let start = start.to_le_bytes();
        out.extend(start.iter().skip(unused).take(usize::from(form.octets)));
        let value = value.unwrap_or(u32::MAX).to_le_bytes();
        out.extend(value.iter().take(usize::from(value_octets)));
    }
    for (entry, parent) in &swept.covers {
        out.extend_from_slice(&entry.start.to_le_bytes());
        out.extend_from_slice(&u32::from(entry.len).to_le_bytes());
        out.extend_from_slice(&parent.to_le_bytes());
        out.extend_from_slice(&entry.value.to_le_bytes());
    }
    count
}

/// Disjoint ranges, and the prefixes that hold others.
pub(crate) struct Swept {
    /// First address and value; each range lasts until the next one.
    pub(crate) ranges: Vec<(u128, Option<u32>)>,
    /// With the number of the cover that holds it, plus one.
    pub(crate) covers: Vec<(Entry, u32)>,
}

/// One pass over the sorted prefixes with a stack of those that are open.
pub(crate) fn sweep(entries: &[Entry], width: u8) -> Swept {
    let max = u128::MAX.wrapping_shr(128u32.saturating_sub(u32::from(width)));
    let mut ranges: Vec<(u128, Option<u32>)> = Vec::with_capacity(entries.len().saturating_add(1));
    let mut begin = |start: u128, value: Option<u32>| {
        if ranges.last().is_some_and(|last| last.0 == start) {
            ranges.pop();
        }
        if ranges.last().is_none_or(|last| last.1 != value) {
            ranges.push((start, value));
        }
    };
    let mut covers: Vec<(Entry, u32)> = Vec::new();
    // The prefix, its last address, and its number among the covers once it has become one.
    let mut open: Vec<(Entry, u128, Option<u32>)> = Vec::new();
    begin(0, None);
    for entry in entries {
        let hosts = max.checked_shr(u32::from(entry.len)).unwrap_or(0);
        let last = entry.start | hosts;
        while open.last().is_some_and(|(_, end, _)| *end < entry.start) {
            if let Some((_, end, _)) = open.pop() {
                begin(end.saturating_add(1), open.last().and_then(|(e, _, _)| e.value_or_gap()));
            }
        }
        if open.last().is_some_and(|(around, _, _)| around.value == entry.value) {
            // Says what the prefix around it says already.
            continue;
        }
        let mut holder = 0;
        for (around, _, number) in &mut open {
            let known = number.unwrap_or_else(|| {
                covers.push((*around, holder));
                to_u32(covers.len())
            });
            *number = Some(known);
            holder = known;
        }
        begin(entry.start, entry.value_or_gap());
        open.push((*entry, last, None));
    }
    while let Some((_, end, _)) = open.pop() {
        if end < max {
            begin(end.saturating_add(1), open.last().and_then(|(e, _, _)| e.value_or_gap()));
        }
    }
    Swept { ranges, covers }
}

/// How the ranges are cut into slots.
struct Form {
    /// Where the first slot starts, as a key.
    base: u64,
    shift: u8,
    /// Of a start.
    octets: u8,
    slots: usize,
}

impl Form {
    fn of(ranges: &[(u128, Option<u32>)], width: u8) -> Self {
        let low = ranges.iter().fold(0, |low, (start, _)| low | low64(*start));
        let octets = match (width, low) {
            (32, _) => 4,
            (_, 0) => 8,
            _ => 16,
        };
        let mut form = Self { base: 0, shift: 63, octets, slots: 0 };
        let (Some((first, _)), Some((last, _))) = (ranges.get(1), ranges.last()) else {
            return form;
        };
        form.base = form.key(*first);
        let span = form.key(*last).saturating_sub(form.base);
        let wanted =
            u64::try_from(ranges.len().saturating_mul(SLOTS_PER_RANGE)).unwrap_or(u64::MAX);
        let mut shift = 0u32;
        while shift < 63 && span.wrapping_shr(shift) >= wanted {
            shift = shift.saturating_add(1);
        }
        form.shift = u8::try_from(shift).unwrap_or(63);
        let slots = span.wrapping_shr(shift).saturating_add(1);
        form.slots = usize::try_from(slots).unwrap_or(0);
        form
    }

    /// What the index goes by.
    fn key(&self, address: u128) -> u64 {
        low64(if self.octets == 4 { address } else { address >> 64 })
    }

    /// The first key of a slot, `None` past the last one.
    fn slot_start(&self, slot: usize) -> Option<u64> {
        let slot = u64::try_from(slot).ok()?;
        let distance = slot.checked_mul(1u64.checked_shl(u32::from(self.shift))?)?;
        self.base.checked_add(distance)
    }
}

/// At most; at least half as many. Most slots then have one start or none. A quarter of a slot a range makes a
/// map of a third of the size.
const SLOTS_PER_RANGE: usize = 4;

fn to_u32(n: usize) -> u32 {
    debug_assert!(n <= to_usize(u32::MAX));
    u32::try_from(n).unwrap_or(u32::MAX)
}
