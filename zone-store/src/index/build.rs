//! Putting entries into an index.

use alloc::vec::Vec;

use super::{BUCKET, HEAD, HOMES, PASSED, PROBES, SLOTS, place};
use crate::bytes::to_usize;

/// Builds the index of `entries` (hash, offset), with room for `len` of them. `None` when more than [`PROBES`]
/// buckets in a row fill up: another seed of the hash will do better.
pub(crate) fn build(
    len: usize,
    entries: impl Iterator<Item = (u64, u32)> + Clone,
) -> Option<Vec<u8>> {
    if len == 0 {
        return Some(Vec::new());
    }
    // Nine of twelve slots used on average: a name costs 7.1 octets and one in thirty is not in its home.
    // At ten it would be 6.4 octets, one in twenty, and stretches of forty full buckets.
    let count = len.div_ceil(SLOTS.saturating_sub(3));
    // None follows the last bucket, and one time in six entries would have to go there: then the next size.
    (0..SIZES).find_map(|more| fill(count.checked_add(more)?, entries.clone()))
}

/// The index of `count` buckets, if that many do.
pub(super) fn fill(count: usize, entries: impl Iterator<Item = (u64, u32)>) -> Option<Vec<u8>> {
    let mut bytes = alloc::vec![0u8; count.checked_mul(BUCKET)?];
    let (buckets, _) = bytes.as_chunks_mut::<BUCKET>();
    let count = u32::try_from(count).ok()?;
    let mut waiting = Vec::new();
    for (hash, offset) in entries {
        let (home, tag) = place(hash, count);
        let bucket = buckets.get_mut(to_usize(home))?;
        let homes = bucket.get_mut(HOMES)?;
        *homes = homes.checked_add(1)?;
        if !put(bucket, tag, offset)? {
            waiting.push((home, offset, tag));
        }
    }
    waiting.sort_unstable();
    for (home, offset, tag) in waiting {
        let mut reach = buckets.get_mut(to_usize(home)..)?.iter_mut().take(to_usize(PROBES));
        let mut bucket = reach.next()?;
        while !put(bucket, tag, offset)? {
            *bucket.get_mut(PASSED)? = 1;
            bucket = reach.next()?;
        }
    }
    Some(bytes)
}

/// Puts an entry into the first free slot of a bucket, if there is one.
fn put(bucket: &mut [u8; BUCKET], tag: u8, offset: u32) -> Option<bool> {
    let (head, offsets) = bucket.split_first_chunk_mut::<HEAD>()?;
    let (offsets, _) = offsets.as_chunks_mut::<4>();
    let free = head.iter_mut().zip(offsets).find(|(tag, _)| **tag == 0);
    let Some((slot, to)) = free else { return Some(false) };
    (*slot, *to) = (tag, offset.to_le_bytes());
    Some(true)
}

/// How many sizes are tried.
const SIZES: usize = 8;
