//! The hash index: from the hash of a name to where the name is, one cache line a probe.
//!
//! A bucket of 64 octets holds twelve one-octet tags, a mark that says whether entries went on to the next
//! bucket for want of room, and twelve offsets. A miss costs one line unless that mark is set.

use crate::bytes::{high32, low8, scale, to_usize};

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

    /// Whether it is whole buckets, as many as a number counts.
    pub(crate) fn is_whole(&self) -> bool {
        self.rest.is_empty() && u32::try_from(self.buckets.len()).is_ok()
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
            for (tags, offsets) in [(low, offsets), (high, offsets.get(8..).unwrap_or_default())] {
                let mut alike = alike(tags, tag);
                while alike != 0 {
                    let slot = usize::try_from(alike.trailing_zeros() / 8).ok()?;
                    // In the second word only four slots are tags.
                    if let Some(offset) = offsets.get(slot)
                        && let Some(found) = is_it(u32::from_le_bytes(*offset))
                    {
                        return Some(found);
                    }
                    alike &= alike.wrapping_sub(1);
                }
            }
            if high & FULL == 0 {
                return None;
            }
            at = next(at, count);
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

    /// How many entries there are.
    pub(crate) fn entries(&self) -> usize {
        self.buckets.iter().fold(0, |sum: usize, bucket| {
            let used = bucket.iter().take(SLOTS).filter(|tag| **tag != 0).count();
            sum.saturating_add(used)
        })
    }
}

/// Builds the index of `entries` (hash, offset). `None` when more than [`PROBES`] buckets in a row fill up:
/// another seed of the hash will do better.
#[cfg(feature = "alloc")]
pub(crate) fn build(
    len: usize,
    entries: impl Iterator<Item = (u64, u32)>,
) -> Option<alloc::vec::Vec<u8>> {
    if len == 0 {
        return Some(alloc::vec::Vec::new());
    }
    // Nine of twelve slots used on average: a name costs 7.1 octets and one in twenty is not in its home.
    // At ten it would be 6.4 octets, one in eight, and stretches of thirty full buckets.
    let count = len.div_ceil(SLOTS.saturating_sub(3));
    let mut bytes = alloc::vec![0u8; count.checked_mul(BUCKET)?];
    let (buckets, _) = bytes.as_chunks_mut::<BUCKET>();
    let count = u32::try_from(count).ok()?;
    for (hash, offset) in entries {
        let (home, tag) = place(hash, count);
        insert(buckets, home, tag, offset, count)?;
    }
    Some(bytes)
}

#[cfg(feature = "alloc")]
fn insert(buckets: &mut [[u8; BUCKET]], home: u32, tag: u8, offset: u32, count: u32) -> Option<()> {
    let mut at = home;
    for _ in 0..PROBES {
        let bucket = buckets.get_mut(to_usize(at))?;
        let (tags, rest) = bucket.split_first_chunk_mut::<SLOTS>()?;
        let (full, rest) = rest.split_first_chunk_mut::<4>()?;
        let (offsets, _) = rest.as_chunks_mut::<4>();
        for (slot, to) in tags.iter_mut().zip(offsets) {
            if *slot == 0 {
                *slot = tag;
                *to = offset.to_le_bytes();
                return Some(());
            }
        }
        *full = [1, 0, 0, 0];
        at = next(at, count);
    }
    None
}

/// The home bucket and the tag of a hash. The tag is never 0: that marks a free slot.
#[inline]
fn place(hash: u64, count: u32) -> (u32, u8) {
    (scale(high32(hash), count), low8(hash).max(1))
}

/// The high bit of each slot whose tag is this one, and perhaps of a slot above such a one: who looks closer
/// finds out.
#[inline]
fn alike(tags: u64, tag: u8) -> u64 {
    let differences = tags ^ ONES.wrapping_mul(u64::from(tag));
    differences.wrapping_sub(ONES) & !differences & (ONES << 7)
}

fn next(at: u32, count: u32) -> u32 {
    let next = at.wrapping_add(1);
    if next < count { next } else { 0 }
}

const BUCKET: usize = 64;
const SLOTS: usize = 12;
/// The most buckets a search reads: the bound on its work. A million names need about twelve.
const PROBES: usize = 32;
/// Tags, mark and what fills them up to a word.
const HEAD: usize = 16;
/// A one in each of eight tags.
const ONES: u64 = 0x0101_0101_0101_0101;
/// The mark, in the second word of the head.
const FULL: u64 = 1 << (8 * (SLOTS - 8));

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::{Index, build};

    #[test]
    fn finds_all_and_only_what_was_put_in() {
        for n in [0u32, 1, 11, 12, 13, 1000, 100_000] {
            let hash = |i: u32| u64::from(i).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let bytes = build(n as usize, (0..n).map(|i| (hash(i), i))).unwrap();
            let index = Index::new(&bytes);
            assert_eq!(index.entries(), n as usize);
            for i in 0..n {
                assert_eq!(index.find(hash(i), |at| (at == i).then_some(at)), Some(i));
            }
            assert_eq!(index.find(hash(n), |at| (at == n).then_some(at)), None);
        }
    }

    #[test]
    fn says_when_a_hash_is_too_popular() {
        assert!(build(1000, (0..1000).map(|i| (7, i))).is_none());
    }
}
