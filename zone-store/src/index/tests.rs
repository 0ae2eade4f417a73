//! What was put in is found; what is not as it was built is seen.

use std::vec::Vec;

use super::build::{build, fill};
use super::{BUCKET, HEAD, HOMES, Index, PASSED, PROBES, SLOTS};

fn hash(i: u32) -> u64 {
    u64::from(i).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// An index of so many entries, some not in their homes, and what they sum up to.
fn sample(n: u32) -> (Vec<u8>, u64) {
    let bytes = build(n as usize, (0..n).map(|i| (hash(i), i))).unwrap();
    let index = Index::new(&bytes);
    let sum = (0..n).fold(0u64, |sum, i| sum.wrapping_add(index.term(hash(i), i)));
    (bytes, sum)
}

/// An index whose first home has so many entries, and each of `homes` buckets after it twelve.
fn crowded(first: u32, homes: u32) -> impl Iterator<Item = (u64, u32)> + Clone {
    // Hashes in the middle of homes, for an index of forty buckets.
    let of = |home: u32, i: u32| ((((u64::from(home) << 32) + (1 << 31)) / 40) << 32, i);
    let others = (1..=homes).flat_map(move |home| (0..12).map(move |i| of(home, i)));
    (0..first).map(move |i| of(0, i)).chain(others)
}

#[test]
fn finds_all_and_only_what_was_put_in() {
    for n in [0u32, 1, 11, 12, 13, 1000, 100_000] {
        let (bytes, sum) = sample(n);
        let index = Index::new(&bytes);
        assert_eq!(index.sum(), Some(sum));
        for i in 0..n {
            assert_eq!(index.find(hash(i), |at| (at == i).then_some(at)), Some(i));
        }
        assert_eq!(index.find(hash(n), |at| (at == n).then_some(at)), None);
    }
}

/// Whatever the hashes and the room.
#[test]
fn sums_up_however_it_is_filled() {
    let mut state = 1u64;
    for n in 1..600u32 {
        let entries: Vec<(u64, u32)> = (0..n)
            .map(|i| {
                state = state.wrapping_mul(0xd134_2543_de82_ef95).wrapping_add(1);
                (state ^ (state >> 32), i)
            })
            .collect();
        for room in [n as usize, 2 * n as usize] {
            let Some(bytes) = build(room, entries.iter().copied()) else { continue };
            let index = Index::new(&bytes);
            let terms = entries.iter().map(|(hash, i)| index.term(*hash, *i));
            assert_eq!(index.sum(), Some(terms.fold(0, u64::wrapping_add)));
            for (hash, i) in &entries {
                assert!(index.find(*hash, |at| (at == *i).then_some(())).is_some());
            }
        }
    }
}

#[test]
fn says_when_a_hash_is_too_popular() {
    assert!(build(1000, (0..1000).map(|i| (7, i))).is_none());
}

#[test]
fn any_changed_octet_is_seen() {
    let (bytes, sum) = sample(1000);
    let mut changed = bytes.clone();
    for at in 0..bytes.len() {
        for bits in [1, 2, 4, 8, 16, 32, 64, 128, 255] {
            changed[at] ^= bits;
            assert_ne!(Index::new(&changed).sum(), Some(sum), "octet {at} ^ {bits}");
            changed[at] ^= bits;
        }
    }
    changed.push(0);
    assert_eq!(Index::new(&changed).sum(), None);
}

/// Two slots change tags, offsets, or both; a bucket or an entry takes the place of another.
#[test]
fn parts_that_change_places_are_seen() {
    let (bytes, sum) = sample(100);
    let slots = bytes.len() / BUCKET * SLOTS;
    let tag = |slot: usize| slot / SLOTS * BUCKET + slot % SLOTS;
    let offset = |slot: usize| slot / SLOTS * BUCKET + HEAD + slot % SLOTS * 4;
    for a in 0..slots {
        for b in 0..slots {
            let (tags, offsets) = ([a, b].map(tag), [a, b].map(offset));
            let is_alike =
                |at: [usize; 2], len| bytes[at[0]..at[0] + len] == bytes[at[1]..at[1] + len];
            let (same_tag, same_offset) = (is_alike(tags, 1), is_alike(offsets, 4));
            let mut changed = bytes.clone();
            changed.swap(tags[0], tags[1]);
            assert!(same_tag || Index::new(&changed).sum() != Some(sum));
            for i in 0..4 {
                changed.swap(offsets[0] + i, offsets[1] + i);
            }
            // Entries of one home may lie in any order.
            let same_home = a / SLOTS == b / SLOTS;
            assert!(
                (same_tag && same_offset) || same_home || Index::new(&changed).sum() != Some(sum)
            );
            changed.swap(tags[0], tags[1]);
            assert!(same_offset || Index::new(&changed).sum() != Some(sum));
            let mut doubled = bytes.clone();
            doubled[tags[1]] = doubled[tags[0]];
            doubled.copy_within(offsets[0]..offsets[0] + 4, offsets[1]);
            assert!((same_tag && same_offset) || Index::new(&doubled).sum() != Some(sum));
        }
    }
}

/// The layout stays right: only the sum can tell.
#[test]
fn entries_that_are_missing_or_elsewhere_are_seen() {
    let (bytes, sum) = sample(1000);
    let in_order = |bytes: &[u8], bucket: usize| {
        let at = bucket * BUCKET;
        (bytes[at + PASSED] == 0 && bytes[at + HOMES] < SLOTS as u8).then_some(at)
    };
    let (mut missing, mut elsewhere) = (0, 0);
    for bucket in 1..bytes.len() / BUCKET {
        let (Some(before), Some(at)) = (in_order(&bytes, bucket - 1), in_order(&bytes, bucket))
        else {
            continue;
        };
        let last = usize::from(bytes[at + HOMES]);
        if last == 0 || bytes[at + last] != 0 {
            continue;
        }
        let mut forged = bytes.clone();
        let [from, free] = [(at, last - 1), (before, usize::from(bytes[before + HOMES]))];
        let tag = core::mem::take(&mut forged[from.0 + from.1]);
        let offset = from.0 + HEAD + 4 * from.1;
        let value: [u8; 4] = forged[offset..offset + 4].try_into().unwrap();
        forged[offset..offset + 4].fill(0);
        forged[at + HOMES] -= 1;
        assert!(Index::new(&forged).sum().is_some_and(|other| other != sum));
        missing += 1;
        if bytes[free.0 + free.1] == 0 {
            forged[free.0 + free.1] = tag;
            let offset = free.0 + HEAD + 4 * free.1;
            forged[offset..offset + 4].copy_from_slice(&value);
            forged[free.0 + HOMES] += 1;
            assert!(Index::new(&forged).sum().is_some_and(|other| other != sum));
            elsewhere += 1;
        }
    }
    assert!(missing > 10 && elsewhere > 10, "{missing} {elsewhere}");
}

/// Laid out by the rules, but so that a look-up would not get there.
#[test]
fn entries_out_of_reach_are_refused() {
    // Home 0 has one too many. All buckets up to the last that a look-up reads are full of their own.
    let far = PROBES - 1;
    let bytes = fill(40, crowded(13, far - 1)).unwrap();
    let index = Index::new(&bytes);
    assert!(index.sum().is_some());
    let at_far = bytes.chunks(BUCKET).nth(far as usize).unwrap();
    assert_eq!((at_far[0] != 0, at_far[HOMES]), (true, 0));
    assert!(fill(40, crowded(13, far)).is_none());

    // The same by hand: the entry moves on to the bucket after, which was free.
    let mut forged = fill(40, crowded(12, far)).unwrap();
    forged[HOMES] = 13;
    for bucket in forged.chunks_mut(BUCKET).take(1 + far as usize) {
        bucket[PASSED] = 1;
    }
    let late = forged.chunks_mut(BUCKET).nth(1 + far as usize).unwrap();
    late[0] = 1;
    assert_eq!(Index::new(&forged).sum(), None);
}

#[test]
fn entries_past_the_last_bucket_are_refused() {
    let (mut bytes, _) = sample(9);
    assert_eq!(bytes.len(), BUCKET);
    bytes[9..SLOTS].fill(1);
    bytes[HOMES] = 12;
    assert!(Index::new(&bytes).sum().is_some());
    bytes[HOMES] = 13;
    bytes[PASSED] = 1;
    assert_eq!(Index::new(&bytes).sum(), None);
}

/// The other way round: with room after the last home, nothing is refused.
#[test]
fn tries_the_next_size_when_the_last_bucket_is_too_small() {
    // All in the upper half: of two buckets, all thirteen in the last.
    let entries = (0..13).map(|i| (u64::MAX / 4 * 3, i));
    let bytes = build(13, entries.clone()).unwrap();
    assert!(bytes.len() > 2 * BUCKET);
    let index = Index::new(&bytes);
    for (hash, i) in entries {
        assert_eq!(index.find(hash, |at| (at == i).then_some(at)), Some(i));
    }
}
