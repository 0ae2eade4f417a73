//! Client maps: from an address to a location, by longest prefix, and the ECS scope of the answer.
//!
//! # The rules of RFC 7871 as kept here
//! - The prefixes of a map are de-aggregated into disjoint ranges when compiled (§7.2.1, choice 1); adjacent
//!   ranges of one location are joined, and what no prefix covers is a range too, the gap.
//! - The scope of an answer is the shortest length at which the block around the address lies inside the
//!   range that answered. Such blocks of one map never overlap, so no two answers conflict.
//! - A SOURCE PREFIX-LENGTH too short to tell the ranges beneath it apart is answered by the longest prefix of
//!   the map that covers it. The scope is then longer than the source, which tells the resolver so.
//!
//! # Form
//! ```text
//! family: shift u8 | dropped u8 | octets per start u8 | octets per value u8 | slots u32 | ranges u32 |
//!         covers u32 | base u128 | index u32 x (slots + 1) | starts | values |
//!         covers: start u128, length u32, parent u32, value u32
//! ```
//! `index[s]` counts the ranges that start before `base + (s << shift)`. A start is kept as its distance from
//! the slot it is in, without the `dropped` low bits that are zero in all of them.

#[cfg(feature = "alloc")]
pub(crate) mod build;

use crate::bytes::{Reader, to_usize};

/// The ranges of one map and one address family, where they lie in the image.
///
/// Addresses are numbers of 32 or 128 bits in a `u128`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ranges<'a> {
    shift: u8,
    dropped: u8,
    start_octets: u8,
    value_octets: u8,
    base: u128,
    index: &'a [[u8; 4]],
    starts: &'a [u8],
    values: &'a [u8],
    covers: &'a [[u8; COVER]],
    count: u32,
}

impl<'a> Ranges<'a> {
    /// The ranges at the start of `bytes`. Takes O(1).
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let [shift, dropped, start_octets, value_octets] = reader.array()?;
        let slots = reader.u32()?;
        let count = reader.u32()?;
        let covers = to_usize(reader.u32()?);
        let base = reader.u128()?;
        let index = reader.take(to_usize(slots).checked_add(1)?.checked_mul(4)?)?;
        let per = |octets: u8| to_usize(count).checked_mul(usize::from(octets));
        let starts = reader.take(per(start_octets)?)?;
        let values = reader.take(per(value_octets)?)?;
        let covers = reader.take(covers.checked_mul(COVER)?)?;
        Some(Self {
            shift,
            dropped,
            start_octets,
            value_octets,
            base,
            index: index.as_chunks().0,
            starts,
            values,
            covers: covers.as_chunks().0,
            count,
        })
    }

    /// How many ranges there are.
    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    /// The octets that these ranges take.
    #[cfg(test)]
    pub(crate) fn octets(&self) -> usize {
        [
            self.index.as_flattened().len(),
            self.starts.len(),
            self.values.len(),
            self.covers.as_flattened().len(),
        ]
        .into_iter()
        .fold(FAMILY_HEADER, usize::saturating_add)
    }

    /// The location of a full address and nothing else: `None` in a gap.
    ///
    /// Cost: a slot of the index, then a binary search of the few starts in it.
    pub(crate) fn location(&self, address: u128) -> Option<u32> {
        self.value(self.range_of(address)?)
    }

    /// The location and the scope for a block `address`/`source`; the bits past `source` are zero.
    pub(crate) fn block(&self, address: u128, source: u8, width: u8) -> Option<Block> {
        let range = self.range_of(address)?;
        let scope = self.scope(range, address, width)?;
        let location =
            if scope <= source { self.value(range) } else { self.cover(address, source, width) };
        Some(Block { location, scope })
    }

    /// The range that holds an address.
    fn range_of(&self, address: u128) -> Option<u32> {
        let Some(distance) = address.checked_sub(self.base) else { return Some(0) };
        let slot =
            usize::try_from(distance.wrapping_shr(u32::from(self.shift))).unwrap_or(usize::MAX);
        let Some(before) = self.index.get(slot) else { return self.count.checked_sub(1) };
        let Some(next) = self.index.get(slot.wrapping_add(1)) else {
            return self.count.checked_sub(1);
        };
        let (before, next) = (u32::from_le_bytes(*before), u32::from_le_bytes(*next));
        let mask = 1u128.wrapping_shl(u32::from(self.shift)).wrapping_sub(1);
        let low = (distance & mask).wrapping_shr(u32::from(self.dropped));
        let within = to_usize(before)..to_usize(next);
        let passed = match self.start_octets {
            2 => passed::<2>(self.starts, within, low),
            4 => passed::<4>(self.starts, within, low),
            6 => passed::<6>(self.starts, within, low),
            8 => passed::<8>(self.starts, within, low),
            _ => passed::<16>(self.starts, within, low),
        }?;
        before.checked_add(passed)?.checked_sub(1)
    }

    /// The location of a range, `None` for a gap.
    fn value(&self, range: u32) -> Option<u32> {
        let range = to_usize(range);
        if self.value_octets == 2 {
            let value = u16::from_le_bytes(*self.values.as_chunks::<2>().0.get(range)?);
            (value != u16::MAX).then_some(u32::from(value))
        } else {
            let value = u32::from_le_bytes(*self.values.as_chunks::<4>().0.get(range)?);
            (value != u32::MAX).then_some(value)
        }
    }

    /// The shortest prefix length at which the block around `address` stays inside its range.
    fn scope(&self, range: u32, address: u128, width: u8) -> Option<u8> {
        let below = self.start(range)?.checked_sub(1).map_or(0, |last| apart(last, address, width));
        let above = match range.checked_add(1).filter(|next| *next < self.count) {
            Some(next) => apart(self.start(next)?, address, width),
            None => 0,
        };
        Some(below.max(above))
    }

    /// The first address of a range.
    pub(crate) fn start(&self, range: u32) -> Option<u128> {
        if range == 0 {
            return Some(0);
        }
        // The slot it is in: the last one with no more than `range` starts before it.
        let slots = self.index.partition_point(|before| u32::from_le_bytes(*before) <= range);
        let slot = u128::try_from(slots.checked_sub(1)?).ok()?;
        let octets = usize::from(self.start_octets);
        let at = to_usize(range).checked_mul(octets)?;
        let mut low = [0u8; 16];
        for (to, from) in low.iter_mut().zip(self.starts.get(at..at.checked_add(octets)?)?) {
            *to = *from;
        }
        let low = u128::from_le_bytes(low).wrapping_shl(u32::from(self.dropped));
        self.base.checked_add(slot.wrapping_shl(u32::from(self.shift)))?.checked_add(low)
    }

    /// Location and first address of a range.
    pub(crate) fn range(&self, range: u32) -> Option<(u128, Option<u32>)> {
        if range >= self.count {
            return None;
        }
        Some((self.start(range)?, self.value(range)))
    }

    /// First address, length and location of the prefixes that hold others, sorted.
    #[cfg(feature = "alloc")]
    pub(crate) fn covers(&self) -> impl Iterator<Item = (u128, u8, u32)> + use<'a> {
        self.covers
            .iter()
            .filter_map(Cover::read)
            .map(|cover| (cover.start, cover.len, cover.value))
    }

    /// The location of the longest prefix of the map that covers the block. Only prefixes that hold others
    /// are kept for this: any other would have been the block's one range.
    fn cover(&self, address: u128, source: u8, width: u8) -> Option<u32> {
        let after = self.covers.partition_point(|cover| {
            Cover::read(cover).is_some_and(|c| (c.start, c.len) <= (address, source))
        });
        let mut at = after.checked_sub(1)?;
        // Prefixes nest at most as deep as an address has bits.
        for _ in 0..=width {
            let cover = Cover::read(self.covers.get(at)?)?;
            let shift = u32::from(width.saturating_sub(cover.len));
            let differs = (cover.start ^ address).checked_shr(shift).unwrap_or(0) != 0;
            if !differs && cover.len <= source {
                return Some(cover.value);
            }
            at = to_usize(cover.parent.checked_sub(1)?);
        }
        None
    }

    /// Whether everything that a look-up relies on holds: counts add up, starts ascend, locations exist.
    pub(crate) fn is_sound(&self, locations: u32, width: u8) -> bool {
        let max = u128::MAX.wrapping_shr(128u32.saturating_sub(u32::from(width)));
        let counts_ascend = self.index.is_sorted_by_key(|before| u32::from_le_bytes(*before));
        let first = self.index.first().map(|n| u32::from_le_bytes(*n));
        let last = self.index.last().map(|n| u32::from_le_bytes(*n));
        if !counts_ascend
            || self.shift >= 128
            || self.dropped > self.shift
            || !matches!(self.start_octets, 2 | 4 | 6 | 8 | 16)
            || !matches!(self.value_octets, 2 | 4)
            || first != Some(1)
            || last != Some(self.count)
            || self.base > max
        {
            return false;
        }
        let mut before = 0;
        let mut range = 0u32;
        // Slot by slot, so that each start is found without a search.
        for (slot, next) in self.index.iter().skip(1).enumerate() {
            let next = u32::from_le_bytes(*next);
            while range.wrapping_add(1) < next {
                range = range.wrapping_add(1);
                let Some(start) = self.start_in(range, slot) else { return false };
                if start <= before || start > max {
                    return false;
                }
                before = start;
            }
        }
        let values = (0..self.count).all(|i| self.value(i).is_none_or(|l| l < locations));
        let covers = self.covers.iter().enumerate().all(|(i, cover)| {
            Cover::read(cover).is_some_and(|c| {
                c.len <= width && c.value < locations && to_usize(c.parent) <= i && c.start <= max
            })
        });
        values
            && covers
            && self.covers.is_sorted_by_key(|c| Cover::read(c).map(|c| (c.start, c.len)))
    }

    fn start_in(&self, range: u32, slot: usize) -> Option<u128> {
        let octets = usize::from(self.start_octets);
        let at = to_usize(range).checked_mul(octets)?;
        let mut low = [0u8; 16];
        for (to, from) in low.iter_mut().zip(self.starts.get(at..at.checked_add(octets)?)?) {
            *to = *from;
        }
        let low = u128::from_le_bytes(low).wrapping_shl(u32::from(self.dropped));
        if low.checked_shr(u32::from(self.shift)).unwrap_or(0) != 0 {
            return None;
        }
        let slot = u128::try_from(slot).ok()?.wrapping_shl(u32::from(self.shift));
        self.base.checked_add(slot)?.checked_add(low)
    }
}

/// What a map says of a block of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// `None` in a gap.
    pub(crate) location: Option<u32>,
    pub(crate) scope: u8,
}

/// A prefix that holds other prefixes.
#[derive(Clone, Copy, Debug)]
struct Cover {
    start: u128,
    len: u8,
    /// The cover that holds this one, plus one; 0 without.
    parent: u32,
    value: u32,
}

impl Cover {
    fn read(bytes: &[u8; COVER]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let start = reader.u128()?;
        let len = u8::try_from(reader.u32()?).ok()?;
        Some(Self { start, len, parent: reader.u32()?, value: reader.u32()? })
    }
}

/// How many of the starts in `within` are not past `low`.
fn passed<const N: usize>(
    starts: &[u8],
    within: core::ops::Range<usize>,
    low: u128,
) -> Option<u32> {
    let starts = starts.as_chunks::<N>().0.get(within)?;
    let count = if N <= 8 {
        let low = u64::try_from(low).unwrap_or(u64::MAX);
        starts.partition_point(|start| word(start) <= low)
    } else {
        starts.partition_point(|start| long_word(start) <= low)
    };
    u32::try_from(count).ok()
}

fn word<const N: usize>(bytes: &[u8; N]) -> u64 {
    let mut wide = [0u8; 8];
    for (to, from) in wide.iter_mut().zip(bytes) {
        *to = *from;
    }
    u64::from_le_bytes(wide)
}

fn long_word<const N: usize>(bytes: &[u8; N]) -> u128 {
    let mut wide = [0u8; 16];
    for (to, from) in wide.iter_mut().zip(bytes) {
        *to = *from;
    }
    u128::from_le_bytes(wide)
}

/// The shortest prefix length that tells two different addresses apart.
fn apart(a: u128, b: u128, width: u8) -> u8 {
    let unused = 128u32.saturating_sub(u32::from(width));
    let same = (a ^ b).leading_zeros().saturating_sub(unused);
    u8::try_from(same.saturating_add(1)).unwrap_or(width).min(width)
}

const COVER: usize = 28;
#[cfg(test)]
const FAMILY_HEADER: usize = 32;

#[cfg(all(test, feature = "alloc"))]
mod tests;
