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
//!         base u64 | index u32 x (slots + 1) | per range: start, value |
//!         covers: start u128, length u32, parent u32, value u32
//! ```
//! A start is a u32 for IPv4, a u64 for IPv6 where the low halves of all are zero, a u128 otherwise. The index
//! goes by the address of IPv4, by the high half of one of IPv6: `index[s]` counts the ranges that start before
//! `base + (s << shift)`. A range's value is beside its start, so a look-up takes two cache lines, mostly.

#[cfg(feature = "alloc")]
pub(crate) mod build;

use crate::bytes::{Reader, low64, to_usize};

/// The ranges of one map and one address family, where they lie in the image.
///
/// Addresses are numbers of 32 or 128 bits in a `u128`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ranges<'a> {
    shift: u8,
    start_octets: u8,
    value_octets: u8,
    count: u32,
    base: u64,
    index: &'a [[u8; 4]],
    records: &'a [u8],
    covers: &'a [[u8; COVER]],
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
        let index = reader.take(to_usize(slots).checked_add(1)?.checked_mul(4)?)?;
        let record = usize::from(start_octets).checked_add(usize::from(value_octets))?;
        let records = reader.take(to_usize(count).checked_mul(record)?)?;
        let covers = reader.take(to_usize(covers).checked_mul(COVER)?)?;
        Some(Self {
            shift,
            start_octets,
            value_octets,
            count,
            base,
            index: index.as_chunks().0,
            records,
            covers: covers.as_chunks().0,
        })
    }

    /// How many ranges there are.
    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    /// The octets that these ranges take.
    #[cfg(test)]
    pub(crate) fn octets(&self) -> usize {
        [self.index.as_flattened().len(), self.records.len(), self.covers.as_flattened().len()]
            .into_iter()
            .fold(HEADER, usize::saturating_add)
    }

    /// The location of a full address and nothing else: `None` in a gap.
    ///
    /// Cost: a slot of the index, then a binary search of the few starts in it.
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
    fn range_of(&self, address: u128) -> Option<u32> {
        let key = self.key(address);
        let Some(slot) = self.slot(key) else { return Some(0) };
        let within = slot.checked_add(2).and_then(|end| self.index.get(slot..end));
        let Some([before, next]) = within else { return self.count.checked_sub(1) };
        let before = u32::from_le_bytes(*before);
        let within = to_usize(before)..to_usize(u32::from_le_bytes(*next));
        let passed = match (self.start_octets, self.value_octets) {
            (4, 2) => self.passed::<6>(within, |[a, b, c, d, ..]| {
                u64::from(u32::from_le_bytes([*a, *b, *c, *d])) <= key
            }),
            (4, _) => self.passed::<8>(within, |[a, b, c, d, ..]| {
                u64::from(u32::from_le_bytes([*a, *b, *c, *d])) <= key
            }),
            (8, 2) => self.passed::<10>(within, |record| low_word(record) <= key),
            (8, _) => self.passed::<12>(within, |record| low_word(record) <= key),
            (_, 2) => self.passed::<18>(within, |record| long_word(record) <= address),
            _ => self.passed::<20>(within, |record| long_word(record) <= address),
        }?;
        before.checked_add(passed)?.checked_sub(1)
    }

    /// How many of the ranges in `within` do not start past an address.
    #[inline]
    fn passed<const N: usize>(
        &self,
        within: core::ops::Range<usize>,
        is_passed: impl Fn(&[u8; N]) -> bool,
    ) -> Option<u32> {
        let records = self.records.as_chunks::<N>().0.get(within)?;
        u32::try_from(records.partition_point(is_passed)).ok()
    }

    /// What the index goes by.
    #[inline]
    fn key(&self, address: u128) -> u64 {
        low64(if self.start_octets == 4 { address } else { address >> 64 })
    }

    /// The slot of a key; `None` before the first.
    #[inline]
    fn slot(&self, key: u64) -> Option<usize> {
        let distance = key.checked_sub(self.base)?;
        Some(usize::try_from(distance.wrapping_shr(u32::from(self.shift))).unwrap_or(usize::MAX))
    }

    /// Start and value of a range, as octets.
    #[inline]
    fn record(&self, range: u32) -> Option<(&'a [u8], &'a [u8])> {
        let (start, value) = (usize::from(self.start_octets), usize::from(self.value_octets));
        let len = start.wrapping_add(value);
        let at = to_usize(range).checked_mul(len)?;
        self.records.get(at..)?.get(..len)?.split_at_checked(start)
    }

    /// The location of a range, `None` for a gap.
    #[inline]
    fn value(&self, range: u32) -> Option<u32> {
        let (_, value) = self.record(range)?;
        if self.value_octets == 2 {
            let value = u16::from_le_bytes(*value.first_chunk()?);
            (value != u16::MAX).then_some(u32::from(value))
        } else {
            let value = u32::from_le_bytes(*value.first_chunk()?);
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
        let (start, _) = self.record(range)?;
        match self.start_octets {
            4 => start.first_chunk().map(|start| u128::from(u32::from_le_bytes(*start))),
            8 => start.first_chunk().map(|start| u128::from(u64::from_le_bytes(*start)) << 64),
            _ => start.first_chunk().map(|start| u128::from_le_bytes(*start)),
        }
    }

    /// Location and first address of a range.
    pub(crate) fn range(&self, range: u32) -> Option<(u128, Option<u32>)> {
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
        let first = self.index.first().map(|n| u32::from_le_bytes(*n));
        let last = self.index.last().map(|n| u32::from_le_bytes(*n));
        let forms: &[u8] = if width == 32 { &[4] } else { &[8, 16] };
        if !self.index.is_sorted_by_key(|before| u32::from_le_bytes(*before))
            || self.shift >= 64
            || !forms.contains(&self.start_octets)
            || !matches!(self.value_octets, 2 | 4)
            || first != Some(1)
            || last != Some(self.count)
            || self.start(0) != Some(0)
        {
            return false;
        }
        let mut before = 0;
        let ranges = (1..self.count).all(|range| {
            let Some(start) = self.start(range) else { return false };
            let ascends = start > before && start <= max;
            before = start;
            // In the slot that counts it, so that a look-up sees it.
            let slot = self.slot(self.key(start)).unwrap_or(usize::MAX);
            let within = slot.checked_add(2).and_then(|end| self.index.get(slot..end));
            let Some([from, to]) = within else { return false };
            ascends && (u32::from_le_bytes(*from)..u32::from_le_bytes(*to)).contains(&range)
        });
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

/// The first eight octets.
#[inline]
fn low_word<const N: usize>(record: &[u8; N]) -> u64 {
    record.first_chunk().map_or(u64::MAX, |start| u64::from_le_bytes(*start))
}

/// The first sixteen octets.
#[inline]
fn long_word<const N: usize>(record: &[u8; N]) -> u128 {
    record.first_chunk().map_or(u128::MAX, |start| u128::from_le_bytes(*start))
}

/// The shortest prefix length that tells two different addresses apart.
fn apart(a: u128, b: u128, width: u8) -> u8 {
    let unused = 128u32.saturating_sub(u32::from(width));
    let same = (a ^ b).leading_zeros().saturating_sub(unused);
    u8::try_from(same.saturating_add(1)).unwrap_or(width).min(width)
}

const COVER: usize = 28;
const HEADER: usize = 24;

#[cfg(all(test, feature = "alloc"))]
mod tests;
