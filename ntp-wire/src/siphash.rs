//! SipHash-1-3 of 16 octets: a hash that nobody without the key can steer.
//!
//! One message length only, so there is no buffer and no loop over input.

/// The hash of two words under a key of two words.
pub(crate) const fn siphash_1_3(key: [u64; 2], message: [u64; 2]) -> u64 {
    let [k0, k1] = key;
    let [m0, m1] = message;
    let mut state = State {
        v0: k0 ^ 0x736f_6d65_7073_6575,
        v1: k1 ^ 0x646f_7261_6e64_6f6d,
        v2: k0 ^ 0x6c79_6765_6e65_7261,
        v3: k1 ^ 0x7465_6462_7974_6573,
    };
    state = state.absorb(m0).absorb(m1).absorb(16 << 56);
    state.v2 ^= 0xff;
    state = state.round().round().round();
    state.v0 ^ state.v1 ^ state.v2 ^ state.v3
}

#[derive(Clone, Copy)]
struct State {
    v0: u64,
    v1: u64,
    v2: u64,
    v3: u64,
}

impl State {
    const fn absorb(mut self, word: u64) -> Self {
        self.v3 ^= word;
        self = self.round();
        self.v0 ^= word;
        self
    }

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
            let mut peer = DefaultHasher::new();
            peer.write(&a.to_le_bytes());
            peer.write(&b.to_le_bytes());
            prop_assert_eq!(siphash_1_3([0, 0], [a, b]), peer.finish());
        }

        #[test]
        fn depends_on_the_key(key: [u64; 2], a: u64, bit in 0_u32..64) {
            let other = [key[0] ^ 1 << bit, key[1]];
            prop_assert_ne!(siphash_1_3(key, [a, 0]), siphash_1_3(other, [a, 0]));
        }
    }
}
