//! The hash index: from the hash of a name to where the name is, one cache line a probe.
//!
//! A bucket of 64 octets holds twelve one-octet tags, a mark that says whether entries went on to the next
//! bucket for want of room, and twelve offsets. A miss costs one line unless that mark is set.

use crate::bytes::{low8, scale};

/// A hash index where it lies in the image.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Index<'a> {
    buckets: &'a [[u8; BUCKET]],
}

impl<'a> Index<'a> {
    /// `None` unless the section is whole buckets.
    pub(crate) fn new(bytes: &'a [u8]) -> Option<Self> {
        let (buckets, rest) = bytes.as_chunks::<BUCKET>();
        rest.is_empty().then_some(Self { buckets })
    }

    /// The first entry with this hash that `is_it` accepts.
    ///
    /// Cost: one cache line, at most [`PROBES`], whatever the hash.
    pub(crate) fn find<T>(&self, hash: u32, mut is_it: impl FnMut(u32) -> Option<T>) -> Option<T> {
        let count = u32::try_from(self.buckets.len()).ok()?;
        let (home, tag) = place(hash, count);
        let mut at = home;
        for _ in 0..PROBES {
            let bucket = self.buckets.get(crate::bytes::to_usize(at))?;
            let (tags, rest) = bucket.split_first_chunk::<SLOTS>()?;
            let (full, rest) = rest.split_first_chunk::<4>()?;
            let (offsets, _) = rest.as_chunks::<4>();
            for (slot, offset) in tags.iter().zip(offsets) {
                if *slot == tag
                    && let Some(found) = is_it(u32::from_le_bytes(*offset))
                {
                    return Some(found);
                }
            }
            if full.first() == Some(&0) {
                return None;
            }
            at = next(at, count);
        }
        None
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
    entries: impl Iterator<Item = (u32, u32)>,
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
        let bucket = buckets.get_mut(crate::bytes::to_usize(at))?;
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
fn place(hash: u32, count: u32) -> (u32, u8) {
    let spread = u64::from(hash).wrapping_mul(SPREAD);
    (scale(crate::bytes::low32(spread >> 16), count), low8(spread).max(1))
}

fn next(at: u32, count: u32) -> u32 {
    let next = at.wrapping_add(1);
    if next < count { next } else { 0 }
}

const BUCKET: usize = 64;
const SLOTS: usize = 12;
/// The most buckets a search reads: the bound on its work. A million names need about twelve.
const PROBES: usize = 32;
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::{Index, build};

    #[test]
    fn finds_all_and_only_what_was_put_in() {
        for n in [0u32, 1, 11, 12, 13, 1000, 100_000] {
            let hash = |i: u32| i.wrapping_mul(0x9e37_79b9);
            let bytes = build(n as usize, (0..n).map(|i| (hash(i), i))).unwrap();
            let index = Index::new(&bytes).unwrap();
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
