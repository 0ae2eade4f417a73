//! The hash index: from the hash of a name to where the name is, one cache line a probe.
//!
//! ```text
//! bucket: tag u8 × 12 | passed u8 | homes u8 | zeros u16 | offset u32 × 12
//! ```
//! The hash of an entry names its home bucket and its tag. The first twelve of a home lie in it. The others wait:
//! each bucket after it gives its free slots to those that wait, the first home first. `passed` is 1 where some
//! wait on after that; a miss costs one line unless it is. `homes` counts the entries that have this home, so a
//! walk over the index knows the home of each entry without its hash.

#[cfg(feature = "alloc")]
mod build;
#[cfg(all(test, feature = "alloc"))]
mod tests;

use core::iter::repeat_n;

#[cfg(feature = "alloc")]
pub(crate) use build::build;

use crate::bytes::{high32, low8, low64, scale, to_usize};

/// A hash index where it lies in the image.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Index<'a> {
    buckets: &'a [[u8; BUCKET]],
    /// What is left after the last whole bucket: nothing, in what the compiler writes.
    rest: &'a [u8],
}

impl<'a> Index<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        let (buckets, rest) = bytes.as_chunks::<BUCKET>();
        Self { buckets, rest }
    }

    /// The first entry with this hash that `is_it` accepts.
    ///
    /// Cost: one cache line, at most [`PROBES`], whatever the hash.
    #[inline]
    pub(crate) fn find<T>(&self, hash: u64, mut is_it: impl FnMut(u32) -> Option<T>) -> Option<T> {
        let count = u32::try_from(self.buckets.len()).ok()?;
        let (home, tag) = place(hash, count);
        let mut at = home;
        for _ in 0..PROBES {
            let (head, offsets) = self.buckets.get(to_usize(at))?.split_first_chunk::<HEAD>()?;
            let [low, high] = head.as_chunks::<8>().0 else { return None };
            let (low, high) = (u64::from_le_bytes(*low), u64::from_le_bytes(*high));
            let offsets = offsets.as_chunks::<4>().0;
            // Both words at once: nobody could foretell in which of them the entry is.
            let mut alike = u128::from(alike(low, tag)) | u128::from(alike(high, tag)) << 64;
            while alike != 0 {
                let slot = usize::try_from(alike.trailing_zeros() / 8).ok()?;
                // The last four octets are no tags.
                if let Some(offset) = offsets.get(slot)
                    && let Some(found) = is_it(u32::from_le_bytes(*offset))
                {
                    return Some(found);
                }
                alike &= alike.wrapping_sub(1);
            }
            if high & PASSED_BIT == 0 {
                return None;
            }
            at = at.wrapping_add(1);
        }
        None
    }

    /// The tags of the hash's home. Takes a cache line, and nothing waits for it.
    #[inline]
    pub(crate) fn touch(&self, hash: u64) -> u64 {
        let count = u32::try_from(self.buckets.len()).unwrap_or(0);
        let bucket = self.buckets.get(to_usize(place(hash, count).0));
        bucket.and_then(|bucket| bucket.first_chunk()).map_or(0, |tags| u64::from_le_bytes(*tags))
    }

    /// The first offset that [`Index::find`] would try, if its home has one.
    #[inline]
    pub(crate) fn likely(&self, hash: u64) -> u32 {
        let mut first = 0;
        self.find(hash, |offset| {
            first = offset;
            Some(())
        });
        first
    }

    /// What all entries sum up to. `None` when the index is not laid out as described above.
    ///
    /// When this is the sum of the [`Index::term`]s of what should be in it, [`Index::find`] comes by each of them,
    /// and nothing else is there. As with checksums, that holds for damage and mistakes, which are missed with a
    /// chance of about 2^-64; who forges an index can make it sum up.
    ///
    /// Cost: one pass, in order.
    pub(crate) fn sum(&self) -> Option<u64> {
        let count = u32::try_from(self.buckets.len()).ok()?;
        let mut late = (0..count).zip(self.buckets).flat_map(|(home, bucket)| {
            let homes = bucket.get(HOMES).copied().map_or(0, usize::from);
            repeat_n(home, homes.saturating_sub(SLOTS))
        });
        let mut waiting = 0usize;
        let mut sum = 0u64;
        for (at, bucket) in (0..count).zip(self.buckets) {
            let (head, offsets) = bucket.split_first_chunk::<HEAD>()?;
            let [tags @ .., passed, homes, 0, 0] = head else { return None };
            let homes = usize::from(*homes);
            let mut slots = tags.iter().zip(offsets.as_chunks::<4>().0);
            for (tag, offset) in slots.by_ref().take(homes) {
                sum = sum.wrapping_add(term(at, *tag, u32::from_le_bytes(*offset))?);
            }
            for (tag, offset) in slots {
                if let Some(fewer) = waiting.checked_sub(1) {
                    waiting = fewer;
                    let home = late.next().filter(|home| at.wrapping_sub(*home) < PROBES)?;
                    sum = sum.wrapping_add(term(home, *tag, u32::from_le_bytes(*offset))?);
                } else if *tag != 0 || *offset != [0; 4] {
                    return None;
                }
            }
            waiting = waiting.saturating_add(homes.saturating_sub(SLOTS));
            if *passed != u8::from(waiting > 0) {
                return None;
            }
        }
        (waiting == 0 && self.rest.is_empty()).then_some(sum)
    }

    /// What an entry adds to the sum.
    #[inline]
    pub(crate) fn term(&self, hash: u64, offset: u32) -> u64 {
        let (home, tag) = place(hash, u32::try_from(self.buckets.len()).unwrap_or(0));
        term(home, tag, offset).unwrap_or(0)
    }
}

/// The home bucket and the tag of a hash. The tag is never 0: that marks a free slot.
#[inline]
fn place(hash: u64, count: u32) -> (u32, u8) {
    (scale(high32(hash), count), low8(hash).max(1))
}

/// What an entry adds to the sum; `None` for a free slot. All its parts go into one product, so that entries which
/// change a part with each other do not cancel out.
#[inline]
fn term(home: u32, tag: u8, offset: u32) -> Option<u64> {
    let word = (u64::from(home) << 32) | u64::from(offset);
    let word = word ^ u64::from(tag).wrapping_mul(SPREAD);
    let product = u128::from(word).wrapping_mul(u128::from(MULTIPLIER));
    (tag != 0).then_some(low64(product) ^ low64(product >> 64))
}

/// The high bit of each slot whose tag is this one, and perhaps of a slot above such a one: who looks closer
/// finds out.
#[inline]
fn alike(tags: u64, tag: u8) -> u64 {
    let differences = tags ^ ONES.wrapping_mul(u64::from(tag));
    differences.wrapping_sub(ONES) & !differences & (ONES << 7)
}

const BUCKET: usize = 64;
const SLOTS: usize = 12;
/// The most buckets a search reads: the bound on its work. A million names need about twelve.
const PROBES: u32 = 32;
/// All of a bucket but the offsets.
const HEAD: usize = 16;
/// Where `passed` and `homes` are: after the tags.
const PASSED: usize = SLOTS;
const HOMES: usize = SLOTS + 1;
/// A one in each of eight tags.
const ONES: u64 = 0x0101_0101_0101_0101;
/// `passed`, in the second word of the head.
const PASSED_BIT: u64 = 1 << (8 * (PASSED - 8));
/// Odd, and of no pattern.
const SPREAD: u64 = 0xd6e8_feb8_6659_fd93;
const MULTIPLIER: u64 = 0x9fb2_1c65_1e98_df25;
