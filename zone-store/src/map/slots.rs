//! From an address to the few ranges that may hold it.

use crate::bytes::{low32, low64, to_usize};

/// The index of the ranges of one family: as many slots as the span of the starts was cut into, and one more
/// that ends the last.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Slots<'a> {
    /// Of IPv4: 64 units of `1 << shift` addresses a slot, a bit for each unit that a range starts with.
    Marked { shift: u8, slots: &'a [[u8; MARKED]] },
    /// Slots of `1 << shift` keys, the first one at `base`. A key is the high half of an IPv6 address, or an IPv4
    /// address.
    Counted { key: Key, shift: u8, base: u64, slots: &'a [[u8; COUNTED]] },
}

/// What counted slots go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    V4,
    V6,
}

impl Key {
    #[inline]
    pub(crate) fn of(self, address: u128) -> u64 {
        low64(if self == Self::V4 { address } else { address >> 64 })
    }
}

/// Where a look-up has to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// To this range.
    Range(u32),
    /// To the last of these that does not start past the address, or else to the range before them.
    Within(u32, u32),
    /// To the last range.
    Last,
}

impl Slots<'_> {
    /// Where the range of an address is. Takes a cache line, mostly.
    #[inline]
    pub(crate) fn find(&self, address: u128) -> Option<Place> {
        match *self {
            Slots::Marked { shift, slots } => {
                let unit = low32(low64(address)).wrapping_shr(u32::from(shift));
                let slot = to_usize(unit >> 6);
                let Some((before, marks)) = slots.get(slot).map(marked) else {
                    return Some(Place::Last);
                };
                if before & SEARCHED == 0 {
                    let passed = marks.wrapping_shl(!unit & 63).count_ones();
                    return before.wrapping_add(passed).checked_sub(1).map(Place::Range);
                }
                let (end, _) = marked(slots.get(slot.checked_add(1)?)?);
                Some(Place::Within(before & !SEARCHED, end & !SEARCHED))
            }
            Slots::Counted { key, shift, base, slots } => {
                let address = match key {
                    Key::V6 => low64(address >> 64),
                    Key::V4 => return halves(slots, address),
                };
                let Some(distance) = address.checked_sub(base) else {
                    return Some(Place::Range(0));
                };
                let slot = usize::try_from(distance.wrapping_shr(u32::from(shift)));
                let slot = slot.unwrap_or(usize::MAX);
                let within = slot.checked_add(2).and_then(|end| slots.get(slot..end));
                let Some([before, end]) = within else { return Some(Place::Last) };
                Some(Place::Within(u32::from_le_bytes(*before), u32::from_le_bytes(*end)))
            }
        }
    }

    /// The slot of a range other than the first, counted; `guess` is the one to look at first.
    #[inline]
    pub(crate) fn slot_of(&self, range: u32, guess: usize) -> Option<usize> {
        let Slots::Counted { slots, .. } = self else { return None };
        let ends_after = |slot: &[u8; COUNTED]| u32::from_le_bytes(*slot) > range;
        let is_it = guess.checked_add(2).and_then(|end| slots.get(guess..end));
        if is_it.is_some_and(|slots| {
            !slots.first().is_some_and(ends_after) && slots.last().is_some_and(ends_after)
        }) {
            return Some(guess);
        }
        slots.partition_point(|slot| !ends_after(slot)).checked_sub(1)
    }

    /// The octets that it takes.
    #[cfg(test)]
    pub(crate) fn octets(&self) -> usize {
        match self {
            Slots::Marked { slots, .. } => slots.as_flattened().len(),
            Slots::Counted { slots, .. } => slots.as_flattened().len(),
        }
    }

    /// Whether each start is in its slot and no slot tells of others. `starts` ascend from 0.
    pub(crate) fn are_sound(&self, mut starts: impl Iterator<Item = u128>) -> bool {
        let mut seen = 0u32;
        let mut next = starts.next();
        let all = match *self {
            Slots::Marked { shift, slots } => {
                let shift = u32::from(shift);
                shift < 32
                    && slots.iter().zip(slots.iter().skip(1)).zip(0u64..).all(
                        |((slot, after), number)| {
                            let ((before, marks), (end, _)) = (marked(slot), marked(after));
                            let mut expected = 0u64;
                            let mut is_whole = true;
                            if before & !SEARCHED != seen {
                                return false;
                            }
                            while let Some(start) = next {
                                let start = low64(start);
                                let unit = start.wrapping_shr(shift);
                                if unit >> 6 != number {
                                    break;
                                }
                                expected |= 1u64.wrapping_shl(low32(unit));
                                is_whole &= unit.wrapping_shl(shift) == start;
                                seen = seen.wrapping_add(1);
                                next = starts.next();
                            }
                            let is_searched = before & SEARCHED != 0;
                            end & !SEARCHED == seen
                                && if is_searched {
                                    marks == 0 && !is_whole
                                } else {
                                    is_whole && marks == expected
                                }
                        },
                    )
            }
            Slots::Counted { key, shift, base, slots } => {
                // The first range is before all slots.
                seen = 1;
                next = starts.next();
                shift < 64
                    && slots.iter().zip(slots.iter().skip(1)).zip(0u64..).all(
                        |((before, end), number)| {
                            if u32::from_le_bytes(*before) != seen {
                                return false;
                            }
                            while let Some(start) = next {
                                let distance = key.of(start).checked_sub(base);
                                if distance.map(|d| d.wrapping_shr(u32::from(shift)))
                                    != Some(number)
                                {
                                    break;
                                }
                                seen = seen.wrapping_add(1);
                                next = starts.next();
                            }
                            u32::from_le_bytes(*end) == seen
                        },
                    )
                    && slots.first().is_some_and(|before| u32::from_le_bytes(*before) == 1)
            }
        };
        all && next.is_none()
    }
}

/// Where the range of an IPv4 address is, of slots of 65,536 addresses.
///
/// Apart: with it in line a look-up of IPv6 took half as long again.
#[inline(never)]
fn halves(slots: &[[u8; COUNTED]], address: u128) -> Option<Place> {
    let slot = to_usize(low32(low64(address)) >> 16);
    let within = slot.checked_add(2).and_then(|end| slots.get(slot..end));
    let Some([before, end]) = within else { return Some(Place::Last) };
    Some(Place::Within(u32::from_le_bytes(*before), u32::from_le_bytes(*end)))
}

/// How many ranges start before a slot, and its marks.
#[inline]
fn marked(slot: &[u8; MARKED]) -> (u32, u64) {
    let [a, b, c, d, marks @ ..] = *slot;
    (u32::from_le_bytes([a, b, c, d]), u64::from_le_bytes(marks))
}

/// Ranges start within units of this slot: it has no marks, its starts are searched.
pub(crate) const SEARCHED: u32 = 1 << 31;
/// The octets of a slot.
pub(crate) const MARKED: usize = 12;
pub(crate) const COUNTED: usize = 4;
