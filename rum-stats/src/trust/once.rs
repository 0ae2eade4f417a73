//! One sample for each client, cell and bin of time, in memory that does not grow.

use super::{Key, sip_hash};

/// A Bloom filter over words of the caller, emptied at the start of each bin. Samples of earlier bins are late and count as
/// seen, as what was seen then is forgotten.
///
/// It never takes a second sample for a first one. It takes a first one for a second, and so drops it, with
/// chance (1 - e^(-4 n / m))⁴ after `n` samples in `m` bits: 2.4 % at 8 bits a sample, 0.24 % at 16.
#[derive(Debug)]
pub struct Once<'a> {
    words: &'a mut [u64],
    key: Key,
    bin: u64,
}

impl<'a> Once<'a> {
    /// A filter over `words`, which are emptied. Without words everything counts as seen. The key keeps
    /// outsiders from choosing clients that collide.
    pub fn new(words: &'a mut [u64], key: Key) -> Self {
        words.fill(0);
        Self { words, key, bin: 0 }
    }

    /// True the first time that `client` (its address, or a hash of it) is seen for `cell` in the bin of
    /// time number `bin`. A later bin than the last one empties the filter; in an earlier one nothing is
    /// first.
    pub fn is_first(&mut self, client: u128, cell: u64, bin: u64) -> bool {
        if bin < self.bin {
            return false;
        }
        if bin > self.bin {
            self.words.fill(0);
            self.bin = bin;
        }
        let mut message = [0_u8; 24];
        let (low, high) = message.split_at_mut(16);
        for (to, from) in low.iter_mut().zip(client.to_le_bytes()) {
            *to = from;
        }
        for (to, from) in high.iter_mut().zip(cell.to_le_bytes()) {
            *to = from;
        }
        let hash = sip_hash(&self.key, &message);
        let bits = u64::try_from(self.words.len()).unwrap_or(0).saturating_mul(64);
        let (mut place, step) = (hash, crate::random::mix(hash) | 1);
        let mut first = false;
        for _ in 0..PROBES {
            let bit = place.checked_rem(bits).unwrap_or(0);
            if let Some(word) =
                usize::try_from(bit / 64).ok().and_then(|index| self.words.get_mut(index))
            {
                let mask = 1_u64 << (bit % 64);
                first |= *word & mask == 0;
                *word |= mask;
            }
            place = place.wrapping_add(step);
        }
        first
    }
}

const PROBES: u32 = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_samples_never_pass_and_few_first_ones_are_lost() {
        // 16 bits a sample.
        let mut words = std::vec![u64::MAX; 2500];
        let mut once = Once::new(&mut words, Key([3; 16]));
        let firsts = (0..10_000_u128).filter(|client| once.is_first(*client, 5, 1)).count();
        assert!(firsts > 9_950, "{firsts}");
        assert_eq!((0..10_000_u128).filter(|client| once.is_first(*client, 5, 1)).count(), 0);
        assert!(once.is_first(1, 5, 2));
        assert!(once.is_first(1, 6, 2));
        // Going back and forth between bins does not make anyone first again.
        assert!(!once.is_first(1, 5, 1) && !once.is_first(1, 5, 2));
        assert!(!Once::new(&mut [], Key([0; 16])).is_first(1, 1, 1));
    }
}
