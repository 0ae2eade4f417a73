//! SipHash-1-3: a hash that nobody without the key can steer.
//!
//! Messages of 7, 8 or 16 octets only, so there is no buffer and no loop over input.

/// The hash of two words, as the shortest message that holds them: 7 octets when all others are
/// zero (an IPv4 client), 8 when the second word is (an IPv6 network), or all 16. No two pairs of
/// words make the same message.
#[inline]
pub(crate) const fn siphash_1_3(key: [u64; 2], words: [u64; 2]) -> u64 {
    let [first, second] = words;
    let state = State::new(key);
    let state = if first == 0 && second >> 56 == 0 {
        state.absorb(second | 7 << 56)
    } else if second == 0 {
        state.absorb(first).absorb(8 << 56)
    } else {
        state.absorb(first).absorb(second).absorb(16 << 56)
    };
    state.finish()
}

#[derive(Clone, Copy)]
struct State {
    v0: u64,
    v1: u64,
    v2: u64,
    v3: u64,
}

impl State {
    #[inline]
    const fn new([k0, k1]: [u64; 2]) -> Self {
        Self {
            v0: k0 ^ 0x736f_6d65_7073_6575,
            v1: k1 ^ 0x646f_7261_6e64_6f6d,
            v2: k0 ^ 0x6c79_6765_6e65_7261,
            v3: k1 ^ 0x7465_6462_7974_6573,
        }
    }

    #[inline]
    const fn finish(mut self) -> u64 {
        self.v2 ^= 0xff;
        let Self { v0, v1, v2, v3 } = self.round().round().round();
        v0 ^ v1 ^ v2 ^ v3
    }

    #[inline]
    const fn absorb(mut self, word: u64) -> Self {
        self.v3 ^= word;
        self = self.round();
        self.v0 ^= word;
        self
    }

    #[inline]
    const fn round(self) -> Self {
        let Self { mut v0, mut v1, mut v2, mut v3 } = self;
        v0 = v0.wrapping_add(v1);
        v2 = v2.wrapping_add(v3);
        v1 = v1.rotate_left(13) ^ v0;
        v3 = v3.rotate_left(16) ^ v2;
        v0 = v0.rotate_left(32).wrapping_add(v3);
        v2 = v2.wrapping_add(v1);
        v1 = v1.rotate_left(17) ^ v2;
        v3 = v3.rotate_left(21) ^ v0;
        v2 = v2.rotate_left(32);
        Self { v0, v1, v2, v3 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::hash::Hasher;
    use proptest::prelude::*;
    use std::hash::DefaultHasher;

    proptest! {
        /// The standard library's default hasher is SipHash-1-3 with an all-zero key.
        #[test]
        fn agrees_with_std(a: u64, b: u64) {
            let std = |octets: &[u8]| {
                let mut peer = DefaultHasher::new();
                peer.write(octets);
                peer.finish()
            };
            let b = b.max(1);
            let all = [a.max(1).to_le_bytes(), b.to_le_bytes()].concat();
            prop_assert_eq!(siphash_1_3([0, 0], [a.max(1), b]), std(&all));
            prop_assert_eq!(siphash_1_3([0, 0], [a.max(1), 0]), std(&all[..8]));
            prop_assert_eq!(siphash_1_3([0, 0], [0, b >> 8]), std(&(b >> 8).to_le_bytes()[..7]));
            let long = b | 1 << 60;
            let all = [[0; 8], long.to_le_bytes()].concat();
            prop_assert_eq!(siphash_1_3([0, 0], [0, long]), std(&all));
        }

        #[test]
        fn depends_on_the_key(key: [u64; 2], a: u64, bit in 0_u32..64) {
            let other = [key[0] ^ 1 << bit, key[1]];
            prop_assert_ne!(siphash_1_3(key, [a, 0]), siphash_1_3(other, [a, 0]));
        }
    }
}
