//! Byte strings, each kept once and counted.

use alloc::vec::Vec;

use crate::bytes::{low32, to_usize};
use crate::digest::checksum;

/// A set of byte strings, numbered in the order of their first coming.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interner {
    bytes: Vec<u8>,
    /// Where each string ends; it starts where the one before ends.
    ends: Vec<u32>,
    uses: Vec<u32>,
    hashes: Vec<u32>,
    /// Open addressing: number + 1, 0 free. A power of two long, at most half full.
    table: Vec<u32>,
}

impl Interner {
    /// The number of a string, new or known. `None` when 4 GiB or 2^32 strings are reached.
    pub(crate) fn put(&mut self, string: &[u8]) -> Option<u32> {
        self.put_hashed(string, hash(string), 1)
    }

    /// The number of a string of another interner, with all its uses there.
    pub(crate) fn put_again(&mut self, other: &Self, number: u32) -> Option<u32> {
        let hash = *other.hashes.get(to_usize(number))?;
        self.put_hashed(other.string(number), hash, other.uses(number))
    }

    fn put_hashed(&mut self, string: &[u8], hash: u32, count: u32) -> Option<u32> {
        if self.ends.len().saturating_mul(2) >= self.table.len() {
            self.grow();
        }
        let mut slot = hash;
        loop {
            let entry = *self.table.get(self.wrap(slot))?;
            let Some(number) = entry.checked_sub(1) else { break };
            // Most strings that meet in a slot differ in their hashes, which lie closer together.
            if self.hashes.get(to_usize(number)) == Some(&hash) && self.string(number) == string {
                let uses = self.uses.get_mut(to_usize(number))?;
                *uses = uses.saturating_add(count);
                return Some(number);
            }
            slot = slot.wrapping_add(1);
        }
        let number = u32::try_from(self.ends.len()).ok()?;
        self.bytes.extend_from_slice(string);
        self.ends.push(u32::try_from(self.bytes.len()).ok()?);
        self.uses.push(count);
        self.hashes.push(hash);
        let at = self.wrap(slot);
        *self.table.get_mut(at)? = number.checked_add(1)?;
        Some(number)
    }

    /// The string of a number.
    pub(crate) fn string(&self, number: u32) -> &[u8] {
        let number = to_usize(number);
        let start = number.checked_sub(1).and_then(|i| self.ends.get(i)).map_or(0, |end| *end);
        let end = self.ends.get(number).copied().unwrap_or(start);
        self.bytes.get(to_usize(start)..to_usize(end)).unwrap_or_default()
    }

    /// How often it came.
    pub(crate) fn uses(&self, number: u32) -> u32 {
        self.uses.get(to_usize(number)).copied().unwrap_or(0)
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The numbers in the order of their strings.
    pub(crate) fn sorted(&self) -> Vec<u32> {
        let mut numbers: Vec<u32> = (0..).take(self.len()).collect();
        numbers.sort_unstable_by(|a, b| self.string(*a).cmp(self.string(*b)));
        numbers
    }

    fn wrap(&self, slot: u32) -> usize {
        to_usize(slot) & self.table.len().saturating_sub(1)
    }

    fn grow(&mut self) {
        let size = self.table.len().saturating_mul(4).max(64);
        self.table.clear();
        self.table.resize(size, 0);
        for (number, hash) in (0u32..).zip(self.hashes.iter().copied()) {
            let mut slot = hash;
            loop {
                let at = to_usize(slot) & size.saturating_sub(1);
                match self.table.get_mut(at) {
                    Some(entry) if *entry == 0 => {
                        *entry = number.saturating_add(1);
                        break;
                    }
                    Some(_) => slot = slot.wrapping_add(1),
                    None => break,
                }
            }
        }
    }
}

fn hash(string: &[u8]) -> u32 {
    let sum = checksum(string, 0);
    low32(sum ^ (sum >> 32))
}

#[cfg(test)]
mod tests {
    use super::Interner;
    use std::format;
    use std::vec;

    #[test]
    fn numbers_and_counts() {
        let mut interner = Interner::default();
        assert_eq!(interner.put(b""), Some(0));
        for round in 0..2 {
            for i in 0..1000u32 {
                assert_eq!(interner.put(format!("s{i}").as_bytes()), Some(i + 1), "round {round}");
            }
        }
        assert_eq!((interner.len(), interner.uses(0), interner.uses(1)), (1001, 1, 2));
        assert_eq!(interner.string(1000), b"s999");
    }

    #[test]
    fn sorts() {
        let mut interner = Interner::default();
        for s in ["b", "a", "", "aa"] {
            interner.put(s.as_bytes());
        }
        assert_eq!(interner.sorted(), vec![2, 1, 3, 0]);
    }
}
