//! SipHash-2-4 (Aumasson, Bernstein 2012): a short keyed hash that outsiders cannot predict.

/// 128 secret bits of the caller.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Key(pub [u8; 16]);

impl core::fmt::Debug for Key {
    /// Says nothing.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Key(..)")
    }
}

/// The 64-bit hash of a message under a key.
///
/// Cost: a few nanoseconds for each 8 octets.
pub fn sip_hash(key: &Key, message: &[u8]) -> u64 {
    let (k0, k1) = halves(&key.0);
    let mut state = State {
        v0: k0 ^ 0x736f_6d65_7073_6575,
        v1: k1 ^ 0x646f_7261_6e64_6f6d,
        v2: k0 ^ 0x6c79_6765_6e65_7261,
        v3: k1 ^ 0x7465_6462_7974_6573,
    };
    let (words, rest) = message.as_chunks::<8>();
    for word in words {
        state.absorb(u64::from_le_bytes(*word));
    }
    let mut last = [0_u8; 8];
    for (to, from) in last.iter_mut().zip(rest) {
        *to = *from;
    }
    let [length, ..] = message.len().to_le_bytes();
    state.absorb(u64::from_le_bytes(last) | (u64::from(length) << 56));
    state.v2 ^= 0xFF;
    for _ in 0..4 {
        state.round();
    }
    state.v0 ^ state.v1 ^ state.v2 ^ state.v3
}

fn halves(key: &[u8; 16]) -> (u64, u64) {
    let both = u128::from_le_bytes(*key);
    let [a, b, c, d, e, f, g, h, ..] = both.to_le_bytes();
    let low = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
    let [a, b, c, d, e, f, g, h, ..] = (both >> 64).to_le_bytes();
    (low, u64::from_le_bytes([a, b, c, d, e, f, g, h]))
}

struct State {
    v0: u64,
    v1: u64,
    v2: u64,
    v3: u64,
}

impl State {
    fn absorb(&mut self, word: u64) {
        self.v3 ^= word;
        self.round();
        self.round();
        self.v0 ^= word;
    }

    fn round(&mut self) {
        self.v0 = self.v0.wrapping_add(self.v1);
        self.v2 = self.v2.wrapping_add(self.v3);
        self.v1 = self.v1.rotate_left(13) ^ self.v0;
        self.v3 = self.v3.rotate_left(16) ^ self.v2;
        self.v0 = self.v0.rotate_left(32);
        self.v2 = self.v2.wrapping_add(self.v1);
        self.v0 = self.v0.wrapping_add(self.v3);
        self.v1 = self.v1.rotate_left(17) ^ self.v2;
        self.v3 = self.v3.rotate_left(21) ^ self.v0;
        self.v2 = self.v2.rotate_left(32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::hash::Hasher;
    use proptest::prelude::*;

    /// Appendix A of the paper.
    #[test]
    fn paper_vector() {
        let key = Key(core::array::from_fn(|i| i as u8));
        let message: [u8; 15] = core::array::from_fn(|i| i as u8);
        assert_eq!(sip_hash(&key, &message), 0xa129_ca61_49be_45e5);
    }

    proptest! {
        #[test]
        fn agrees_with_the_standard_library(k0: u64, k1: u64, message: std::vec::Vec<u8>) {
            let mut key = [0; 16];
            key[..8].copy_from_slice(&k0.to_le_bytes());
            key[8..].copy_from_slice(&k1.to_le_bytes());
            #[allow(deprecated, reason = "the only keyed SipHash-2-4 in the standard library")]
            let mut hasher = core::hash::SipHasher::new_with_keys(k0, k1);
            hasher.write(&message);
            prop_assert_eq!(sip_hash(&Key(key), &message), hasher.finish());
        }
    }
}
