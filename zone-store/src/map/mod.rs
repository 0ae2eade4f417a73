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
//! family: shift u8 | octets per start u8 | octets per value u8 | 0 | slots u32 | ranges u32 | covers u32 |
//!         base u64 | slot x (slots + 1) | starts | values | covers: start u128, length u32, parent u32, value u32
//! IPv4 slot: ranges that start before it u32 | marks u64
//! IPv6 slot: ranges that start before it u32
//! ```
//! A start is a u32 for IPv4, a u64 for IPv6 where the low halves of all are zero, a u128 otherwise; of a small map
//! of IPv4 the low half of an address. A value of one octet or two that has all bits set is a gap, as is u32::MAX.
//!
//! A slot of IPv4 is 64 units of `1 << shift` addresses, from 0.0.0.0 on; mark `i` says that a range starts with
//! unit `i`. Counting the marks up to an address tells its range, without a look at a start: that takes a cache
//! line of a slot and one of a value. Where a range starts inside a unit the slot has no marks and the top bit
//! of its count is set: its starts are searched, as those of IPv6 are, where a slot is `1 << shift` high halves
//! from `base` on.
//!
//! A small map (`MapForm::Small`) of IPv4 has slots of 65,536 addresses, each no more than a count as
//! those of IPv6, so that two octets are enough of a start; and of IPv6 it has a sixteenth of the slots.

#[cfg(feature = "alloc")]
pub(crate) mod build;
mod slots;

use crate::bytes::{Reader, low32, low64, to_usize};
#[cfg(feature = "alloc")]
pub use build::MapForm;
#[cfg(feature = "alloc")]
pub(crate) use build::cover_octets;
use slots::{Key, Place, Slots};

/// The ranges of one map and one address family, where they lie in the image.
///
/// Addresses are numbers of 32 or 128 bits in a `u128`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ranges<'a> {
    start_octets: u8,
    value_octets: u8,
    count: u32,
    slots: Slots<'a>,
    starts: &'a [u8],
    values: &'a [u8],
    pub(crate) covers: &'a [[u8; COVER]],
}

impl<'a> Ranges<'a> {
    /// The ranges at the start of `bytes`. Takes O(1).
    #[inline]
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (header, rest) = bytes.split_first_chunk::<HEADER>()?;
        let [shift, start_octets, value_octets, _, numbers @ ..] = *header;
        let mut numbers = Reader::new(&numbers);
        let (slots, count, covers) = (numbers.u32()?, numbers.u32()?, numbers.u32()?);
        let base = numbers.u64()?;
        let mut reader = Reader::new(rest);
        let slots = to_usize(slots).checked_add(1)?;
        let slots = if start_octets == 4 {
            let slots = reader.take(slots.checked_mul(slots::MARKED)?)?;
            Slots::Marked { shift, slots: slots.as_chunks().0 }
        } else {
            let slots = reader.take(slots.checked_mul(slots::COUNTED)?)?.as_chunks().0;
            let key = if start_octets == HALF { Key::V4 } else { Key::V6 };
            Slots::Counted { key, shift, base, slots }
        };
        let per = |octets: u8| to_usize(count).checked_mul(usize::from(octets));
        let starts = reader.take(per(start_octets)?)?;
        let values = reader.take(per(value_octets)?)?;
        let covers = reader.take(to_usize(covers).checked_mul(COVER)?)?;
        let covers = covers.as_chunks().0;
        Some(Self { start_octets, value_octets, count, slots, starts, values, covers })
    }

    /// How many ranges there are.
    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    /// The octets that these ranges take.
    #[cfg(test)]
    pub(crate) fn octets(&self) -> usize {
        [
            self.slots.octets(),
            self.starts.len(),
            self.values.len(),
            self.covers.as_flattened().len(),
        ]
        .into_iter()
        .fold(HEADER, usize::saturating_add)
    }

    /// The location of a full address and nothing else: `None` in a gap.
    ///
    /// Cost: a slot, mostly a binary search of the few starts in it for IPv6 and seldom one for IPv4, a value.
    #[inline]
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
    #[inline]
    pub(crate) fn range_of(&self, address: u128) -> Option<u32> {
        match self.slots.find(address)? {
            Place::Range(range) => Some(range),
            Place::Within(before, end) => self.search(before, end, address),
            Place::Last => self.count.checked_sub(1),
        }
    }

    /// The last range from `before` to `end` that does not start past an address, or else the one before them.
    #[inline]
    fn search(&self, before: u32, end: u32, address: u128) -> Option<u32> {
        let within = to_usize(before)..to_usize(end);
        let passed = match self.start_octets {
            4 => self.starts.as_chunks().0.get(within).map(|starts| {
                let key = low32(low64(address));
                starts.partition_point(|start| u32::from_le_bytes(*start) <= key)
            }),
            8 => self.starts.as_chunks().0.get(within).map(|starts| {
                let key = low64(address >> 64);
                starts.partition_point(|start| u64::from_le_bytes(*start) <= key)
            }),
            HALF => self.starts.as_chunks().0.get(within).map(|starts| {
                let [a, b, ..] = address.to_le_bytes();
                let key = u16::from_le_bytes([a, b]);
                starts.partition_point(|start| u16::from_le_bytes(*start) <= key)
            }),
            _ => self.starts.as_chunks().0.get(within).map(|starts| {
                starts.partition_point(|start| u128::from_le_bytes(*start) <= address)
            }),
        }?;
        before.checked_add(u32::try_from(passed).ok()?)?.checked_sub(1)
    }

    /// The location of a range, `None` for a gap.
    #[inline]
    fn value(&self, range: u32) -> Option<u32> {
        let range = to_usize(range);
        if self.value_octets == 2 {
            let value = u16::from_le_bytes(*self.values.as_chunks().0.get(range)?);
            return (value != u16::MAX).then_some(u32::from(value));
        }
        if self.value_octets == 1 {
            let value = *self.values.get(range)?;
            return (value != u8::MAX).then_some(u32::from(value));
        }
        let value = u32::from_le_bytes(*self.values.as_chunks().0.get(range)?);
        (value != u32::MAX).then_some(value)
    }

    /// The shortest prefix length at which the block around `address` stays inside its range.
    fn scope(&self, range: u32, address: u128, width: u8) -> Option<u8> {
        let start = |range| self.start_near(range, address);
        let below = start(range)?.checked_sub(1).map_or(0, |last| apart(last, address, width));
        let above = match range.checked_add(1).filter(|next| *next < self.count) {
            Some(next) => apart(start(next)?, address, width),
            None => 0,
        };
        Some(below.max(above))
    }

    /// The first address of a range.
    pub(crate) fn start(&self, range: u32) -> Option<u128> {
        self.start_near(range, 0)
    }

    /// The same, quicker where an address near it is known and the starts are halves.
    fn start_near(&self, range: u32, address: u128) -> Option<u128> {
        let at = to_usize(range);
        match self.start_octets {
            4 => self.starts.as_chunks().0.get(at).map(|start| u32::from_le_bytes(*start).into()),
            8 => {
                let start = self.starts.as_chunks().0.get(at)?;
                Some(u128::from(u64::from_le_bytes(*start)) << 64)
            }
            HALF => {
                let start = u16::from_le_bytes(*self.starts.as_chunks().0.get(at)?);
                let near = to_usize(low32(low64(address >> 16)));
                // The first range is before all slots.
                let slot = if range == 0 { 0 } else { self.slots.slot_of(range, near)? };
                Some(u128::try_from(slot).ok()? << 16 | u128::from(start))
            }
            _ => self.starts.as_chunks().0.get(at).map(|start| u128::from_le_bytes(*start)),
        }
    }

    /// The first addresses of all ranges.
    pub(crate) fn starts(&self) -> impl Iterator<Item = u128> + use<'a> {
        let ranges = *self;
        (0..self.count).scan(0, move |last, range| {
            // Mostly that of the range before.
            let start = ranges.start_near(range, *last)?;
            *last = start;
            Some(start)
        })
    }

    /// Location and first address of a range.
    pub(crate) fn range(&self, range: u32) -> Option<(u128, Option<u32>)> {
        Some((self.start(range)?, self.value(range)))
    }

    /// First address, length and location of the prefixes that hold others, sorted.
    #[cfg(feature = "alloc")]
    pub(crate) fn covers(&self) -> impl Iterator<Item = (u128, u8, u32)> + use<'a> {
        self.covers_from(0, 0)
    }

    /// The same, from that prefix on.
    #[cfg(feature = "alloc")]
    pub(crate) fn covers_from(
        &self,
        start: u128,
        len: u8,
    ) -> impl Iterator<Item = (u128, u8, u32)> + use<'a> {
        let before = self.covers.partition_point(|cover| {
            Cover::read(cover).is_some_and(|c| (c.start, c.len) < (start, len))
        });
        let rest = self.covers.get(before..).unwrap_or_default();
        rest.iter().filter_map(Cover::read).map(|cover| (cover.start, cover.len, cover.value))
    }

    /// The location of the longest prefix of the map that covers the block. Only prefixes that hold others
    /// are kept for this: any other would have been the block's one range.
    fn cover(&self, address: u128, source: u8, width: u8) -> Option<u32> {
        longest_cover(self.covers, address, source, width, |_| true).map(|cover| cover.value)
    }

    /// The prefix that holds others, where this is one.
    #[cfg(feature = "alloc")]
    pub(crate) fn find_cover(&self, start: u128, len: u8) -> Option<Cover> {
        find_cover(self.covers, start, len)
    }

    /// The whole range that holds an address.
    pub(crate) fn range_at(&self, address: u128, width: u8) -> Option<Range> {
        let number = self.range_of(address)?;
        let (first, value) = self.range(number)?;
        let next = number.checked_add(1).filter(|next| *next < self.count);
        let last = match next {
            Some(next) => self.start(next)?.checked_sub(1)?,
            None => max(width),
        };
        Some(Range { first, last, value })
    }

    /// Whether everything that a look-up relies on holds: counts add up, starts ascend, locations exist.
    pub(crate) fn is_sound(&self, locations: u32, width: u8) -> bool {
        let max = max(width);
        let forms: &[u8] = if width == 32 { &[HALF, 4] } else { &[8, 16] };
        if !forms.contains(&self.start_octets)
            || !matches!(self.value_octets, 1 | 2 | 4)
            || self.start(0) != Some(0)
        {
            return false;
        }
        let ranges = self.starts().is_sorted_by(|a, b| a < b)
            && self.starts().last().is_some_and(|last| last <= max)
            && self.slots.are_sound(self.starts());
        let values = (0..self.count).all(|i| self.value(i).is_none_or(|l| l < locations));
        let covers = self.covers.iter().enumerate().all(|(i, cover)| {
            Cover::read(cover).is_some_and(|c| {
                c.len <= width && c.value < locations && to_usize(c.parent) <= i && c.start <= max
            })
        });
        ranges
            && values
            && covers
            && self.covers.is_sorted_by_key(|c| Cover::read(c).map(|c| (c.start, c.len)))
    }
}

/// What a map says of a block of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// `None` in a gap.
    pub(crate) location: Option<u32>,
    pub(crate) scope: u8,
}

/// A range as it is told by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) first: u128,
    pub(crate) last: u128,
    /// `None` for a gap.
    pub(crate) value: Option<u32>,
}

impl Range {
    /// The shortest prefix length at which the block around `address`, which is in the range, stays inside.
    pub(crate) fn scope(&self, address: u128, width: u8) -> u8 {
        let below = self.first.checked_sub(1).map_or(0, |last| apart(last, address, width));
        let after = self.last.checked_add(1).filter(|after| *after <= max(width));
        below.max(after.map_or(0, |after| apart(after, address, width)))
    }
}

/// The longest prefix of those that `is_it` accepts which covers the block.
///
/// Cost: a binary search, and a step per prefix that holds the one before.
pub(crate) fn longest_cover(
    covers: &[[u8; COVER]],
    address: u128,
    source: u8,
    width: u8,
    is_it: impl Fn(&Cover) -> bool,
) -> Option<Cover> {
    let after = covers.partition_point(|cover| {
        Cover::read(cover).is_some_and(|c| (c.start, c.len) <= (address, source))
    });
    let mut at = after.checked_sub(1)?;
    // Prefixes nest at most as deep as an address has bits.
    for _ in 0..=width {
        let cover = Cover::read(covers.get(at)?)?;
        let shift = u32::from(width.saturating_sub(cover.len));
        let differs = (cover.start ^ address).checked_shr(shift).unwrap_or(0) != 0;
        if !differs && cover.len <= source && is_it(&cover) {
            return Some(cover);
        }
        at = to_usize(cover.parent.checked_sub(1)?);
    }
    None
}

/// The prefix of that start and length.
pub(crate) fn find_cover(covers: &[[u8; COVER]], start: u128, len: u8) -> Option<Cover> {
    let place = |cover: &_| Cover::read(cover).map(|cover| (cover.start, cover.len));
    let at = covers.binary_search_by_key(&Some((start, len)), place).ok()?;
    Cover::read(covers.get(at)?)
}

/// The last address of a family.
pub(crate) fn max(width: u8) -> u128 {
    u128::MAX.wrapping_shr(128u32.saturating_sub(u32::from(width)))
}

/// A prefix that holds other prefixes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cover {
    pub(crate) start: u128,
    pub(crate) len: u8,
    /// The cover that holds this one, plus one; 0 without.
    parent: u32,
    pub(crate) value: u32,
}

impl Cover {
    pub(crate) fn read(bytes: &[u8; COVER]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let start = reader.u128()?;
        let len = u8::try_from(reader.u32()?).ok()?;
        Some(Self { start, len, parent: reader.u32()?, value: reader.u32()? })
    }
}

/// The shortest prefix length that tells two different addresses apart.
fn apart(a: u128, b: u128, width: u8) -> u8 {
    let unused = 128u32.saturating_sub(u32::from(width));
    let same = (a ^ b).leading_zeros().saturating_sub(unused);
    u8::try_from(same.saturating_add(1)).unwrap_or(width).min(width)
}

pub(crate) const COVER: usize = 28;
const HEADER: usize = 24;
/// The octets of a start in a small map of IPv4: the low half of an address.
const HALF: u8 = 2;

#[cfg(all(test, feature = "alloc"))]
mod tests;
