//! From the prefixes of a map to its disjoint ranges.

use alloc::vec::Vec;

use crate::bytes::{low32, low64, to_usize};
use crate::map::COVER;
use crate::map::slots::{COUNTED, Key, MARKED, SEARCHED};

/// What the ranges of a map are to be: quick to search, or few octets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MapForm {
    /// A look-up in a cache line or two.
    #[default]
    Fast,
    /// As few octets as the crate knows to make of it: a third of the others for a table of all routes with countries.
    /// A look-up takes about twice as long.
    Small,
}

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
pub(crate) fn build(
    out: &mut Vec<u8>,
    entries: &[Entry],
    width: u8,
    locations: usize,
    map_form: MapForm,
) -> usize {
    write(out, &sweep(entries, width), width, locations, map_form)
}

/// Appends ranges to `out`; returns how many there are. `locations` is how many there are in all.
pub(crate) fn write(
    out: &mut Vec<u8>,
    swept: &Swept,
    width: u8,
    locations: usize,
    map_form: MapForm,
) -> usize {
    let ranges = &swept.ranges;
    let form = Form::of(ranges, width, map_form);
    // All bits set is a gap.
    let value_octets = match locations {
        0..0xff if map_form == MapForm::Small => 1,
        0..0xffff => 2,
        _ => 4,
    };
    out.extend_from_slice(&[form.shift, form.octets, value_octets, 0]);
    for number in [form.slots, ranges.len(), swept.covers.len()] {
        out.extend_from_slice(&to_u32(number).to_le_bytes());
    }
    out.extend_from_slice(&form.base.to_le_bytes());
    form.write_slots(out, ranges);
    // Of the high half alone.
    let unused = if form.octets == 8 { 8 } else { 0 };
    for (start, _) in ranges {
        let start = start.to_le_bytes();
        out.extend(start.iter().skip(unused).take(usize::from(form.octets)));
    }
    for (_, value) in ranges {
        let value = value.unwrap_or(u32::MAX).to_le_bytes();
        out.extend(value.iter().take(usize::from(value_octets)));
    }
    for (entry, parent) in &swept.covers {
        out.extend_from_slice(&cover_octets(entry, *parent));
    }
    ranges.len()
}

/// A prefix that holds others, as it lies in an image.
pub(crate) fn cover_octets(entry: &Entry, parent: u32) -> [u8; COVER] {
    let mut octets = [0u8; COVER];
    let (start, rest) = octets.split_at_mut(16);
    start.copy_from_slice(&entry.start.to_le_bytes());
    for (to, number) in
        rest.as_chunks_mut::<4>().0.iter_mut().zip([u32::from(entry.len), parent, entry.value])
    {
        *to = number.to_le_bytes();
    }
    octets
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
    fn of(ranges: &[(u128, Option<u32>)], width: u8, map_form: MapForm) -> Self {
        if width == 32 {
            let fast = Self::of_v4(ranges);
            let small = Self::of_v4_halves(ranges);
            let is_small = map_form == MapForm::Small && small.len(ranges) < fast.len(ranges);
            return if is_small { small } else { fast };
        }
        let low = ranges.iter().fold(0, |low, (start, _)| low | low64(*start));
        let octets = if low == 0 { 8 } else { 16 };
        let mut form = Self { base: 0, shift: 63, octets, slots: 0 };
        let (Some((first, _)), Some((last, _))) = (ranges.get(1), ranges.last()) else {
            return form;
        };
        form.base = form.key(*first);
        let span = form.key(*last).saturating_sub(form.base);
        let wanted = match map_form {
            MapForm::Fast => ranges.len().saturating_mul(SLOTS_PER_RANGE),
            MapForm::Small => ranges.len() / RANGES_PER_SLOT,
        };
        (form.shift, form.slots) = slots(span, 0, wanted);
        form
    }

    /// Slots of which all starts have their high half in common.
    fn of_v4_halves(ranges: &[(u128, Option<u32>)]) -> Self {
        let last = ranges.last().map_or(0, |(start, _)| low64(*start));
        let slots = usize::try_from(last >> 16).unwrap_or(0).saturating_add(1);
        Self { base: 0, shift: 16, octets: 2, slots }
    }

    /// The octets of slots and starts.
    fn len(&self, ranges: &[(u128, Option<u32>)]) -> usize {
        let slot = if self.octets == 4 { MARKED } else { COUNTED };
        let slots = self.slots.saturating_add(1).saturating_mul(slot);
        slots.saturating_add(ranges.len().saturating_mul(usize::from(self.octets)))
    }

    fn of_v4(ranges: &[(u128, Option<u32>)]) -> Self {
        let last = ranges.last().map_or(0, |(start, _)| low64(*start));
        let (mut shift, _) = slots(last, UNITS, ranges.len());
        // No finer than nearly all starts are: a few that are finer are worth a search.
        let inside = |shift: u8| {
            let low = u128::MAX.checked_shl(u32::from(shift)).map_or(u128::MAX, |high| !high);
            ranges.iter().filter(|(start, _)| start & low != 0).count()
        };
        while shift < 24 && inside(shift.saturating_add(1)) <= ranges.len() / 256 {
            shift = shift.saturating_add(1);
        }
        let slots = last.wrapping_shr(u32::from(shift).saturating_add(UNITS)).saturating_add(1);
        Self { base: 0, shift, octets: 4, slots: usize::try_from(slots).unwrap_or(0) }
    }

    /// The slots, and the one that ends the last.
    fn write_slots(&self, out: &mut Vec<u8>, ranges: &[(u128, Option<u32>)]) {
        let is_marked = self.octets == 4;
        let mut rest = ranges.iter().map(|(start, _)| *start).peekable();
        let mut before = 0u32;
        if !is_marked && rest.next().is_some() {
            before = 1;
        }
        let shift = u32::from(self.shift);
        for slot in 0..=self.slots {
            let slot = u64::try_from(slot).unwrap_or(u64::MAX);
            let (count, mut marks, mut is_searched) = (before, 0u64, false);
            let is_here = |start: &u128| {
                let distance = self.key(*start).saturating_sub(self.base);
                distance.wrapping_shr(shift).wrapping_shr(if is_marked { UNITS } else { 0 }) == slot
            };
            while let Some(start) = rest.next_if(is_here) {
                let start = low64(start);
                let unit = start.wrapping_shr(shift);
                marks |= 1u64.wrapping_shl(low32(unit));
                is_searched |= unit.wrapping_shl(shift) != start;
                before = before.saturating_add(1);
            }
            if is_marked {
                let (count, marks) =
                    if is_searched { (count | SEARCHED, 0) } else { (count, marks) };
                out.extend_from_slice(&count.to_le_bytes());
                out.extend_from_slice(&marks.to_le_bytes());
            } else {
                out.extend_from_slice(&count.to_le_bytes());
            }
        }
    }

    /// What the slots go by.
    fn key(&self, address: u128) -> u64 {
        if self.octets <= 4 { Key::V4.of(address) } else { Key::V6.of(address) }
    }
}

/// The least shift at which a span takes no more slots than `wanted`, each of `1 << units` units, and how many
/// it takes.
fn slots(span: u64, units: u32, wanted: usize) -> (u8, usize) {
    let wanted = u64::try_from(wanted).unwrap_or(u64::MAX).max(1);
    let mut shift = 0u8;
    let last = |shift: u8| span.wrapping_shr(units).wrapping_shr(u32::from(shift));
    while shift < 63 && last(shift) >= wanted {
        shift = shift.saturating_add(1);
    }
    (shift, usize::try_from(last(shift).saturating_add(1)).unwrap_or(0))
}

/// A slot of IPv4 has two to the power of this many.
const UNITS: u32 = 6;
/// For IPv6, at most; at least half as many. Most slots then have one start or none.
const SLOTS_PER_RANGE: usize = 4;
/// The same of a small map: slots take an octet a range at most.
const RANGES_PER_SLOT: usize = 4;

fn to_u32(n: usize) -> u32 {
    debug_assert!(n <= to_usize(u32::MAX));
    u32::try_from(n).unwrap_or(u32::MAX)
}
