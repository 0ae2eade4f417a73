//! From the prefixes of a map to its disjoint ranges.

use alloc::vec::Vec;

use crate::bytes::to_usize;

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
    out.extend_from_slice(&[form.shift, form.dropped, form.octets, value_octets]);
    for number in [form.slots, count, swept.covers.len()] {
        out.extend_from_slice(&to_u32(number).to_le_bytes());
    }
    out.extend_from_slice(&form.base.to_le_bytes());
    let mut passed = 0usize;
    for slot in 0..=form.slots {
        let slot_start = form.slot_start(slot);
        while passed < count
            && ranges.get(passed).is_some_and(|r| slot_start.is_none_or(|s| r.0 < s))
        {
            passed = passed.saturating_add(1);
        }
        out.extend_from_slice(&to_u32(passed).to_le_bytes());
    }
    let mask = 1u128.wrapping_shl(u32::from(form.shift)).wrapping_sub(1);
    for (start, _) in ranges {
        let low = start.saturating_sub(form.base) & mask;
        let low = low.wrapping_shr(u32::from(form.dropped)).to_le_bytes();
        out.extend(low.iter().take(usize::from(form.octets)));
    }
    for (_, value) in ranges {
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
    base: u128,
    shift: u8,
    dropped: u8,
    octets: u8,
    slots: usize,
}

impl Form {
    /// As many slots as there are ranges, about: then a slot holds one or two starts on average.
    fn of(ranges: &[(u128, Option<u32>)], width: u8) -> Self {
        let (Some((base, _)), Some((top, _))) = (ranges.get(1), ranges.last()) else {
            return Self { base: 1, shift: 127, dropped: 0, octets: 16, slots: 0 };
        };
        let span = top.saturating_sub(*base);
        let all =
            ranges.iter().skip(1).fold(0, |all, (start, _)| all | start.saturating_sub(*base));
        let dropped = all.trailing_zeros().min(u32::from(width));
        let wanted = u128::try_from(ranges.len()).unwrap_or(u128::MAX);
        let mut shift = 0u32;
        while span.checked_shr(shift).unwrap_or(0) >= wanted {
            shift = shift.saturating_add(1);
        }
        // Starts of two octets are worth a few slots more.
        let low_bits = shift.saturating_sub(dropped);
        if (17..=19).contains(&low_bits) {
            shift = dropped.saturating_add(16);
        }
        let shift = shift.max(dropped).min(127);
        let octets = match shift.saturating_sub(dropped) {
            0..=16 => 2,
            17..=32 => 4,
            33..=48 => 6,
            49..=64 => 8,
            _ => 16,
        };
        let slots = span.checked_shr(shift).unwrap_or(0).saturating_add(1);
        Self {
            base: *base,
            shift: u8::try_from(shift).unwrap_or(127),
            dropped: u8::try_from(dropped.min(shift)).unwrap_or(0),
            octets,
            slots: usize::try_from(slots).unwrap_or(0),
        }
    }

    /// The first address of a slot, `None` past the last address.
    fn slot_start(&self, slot: usize) -> Option<u128> {
        let slot = u128::try_from(slot).ok()?;
        let distance = slot.checked_mul(1u128.checked_shl(u32::from(self.shift))?)?;
        self.base.checked_add(distance)
    }
}

fn to_u32(n: usize) -> u32 {
    debug_assert!(n <= to_usize(u32::MAX));
    u32::try_from(n).unwrap_or(u32::MAX)
}
