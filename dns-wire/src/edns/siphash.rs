//! SipHash-2-4 (Aumasson and Bernstein, 2012), which RFC 9018 §4.4 names.

/// The hash of `octets` under a key.
pub(super) fn siphash_2_4(key: [u8; 16], octets: &[u8]) -> u64 {
    let [a, b, c, d, e, f, g, h, rest @ ..] = key;
    let k0 = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
    let k1 = u64::from_le_bytes(rest);
    let mut state = State {
        v0: k0 ^ 0x736f_6d65_7073_6575,
        v1: k1 ^ 0x646f_7261_6e64_6f6d,
        v2: k0 ^ 0x6c79_6765_6e65_7261,
        v3: k1 ^ 0x7465_6462_7974_6573,
    };
    let (words, tail) = octets.as_chunks::<8>();
    for word in words {
        state.compress(u64::from_le_bytes(*word));
    }
    // The last word: the octets left over, and the length modulo 256 in the top octet.
    let mut last = [0u8; 8];
    for (to, from) in last.iter_mut().zip(tail) {
        *to = *from;
    }
    let [.., top] = &mut last;
    *top = octets.len().to_le_bytes()[0];
    state.compress(u64::from_le_bytes(last));
    state.v2 ^= 0xff;
    for _ in 0..4 {
        state.round();
    }
    state.v0 ^ state.v1 ^ state.v2 ^ state.v3
}

struct State {
    v0: u64,
    v1: u64,
    v2: u64,
    v3: u64,
}

impl State {
    fn compress(&mut self, word: u64) {
        self.v3 ^= word;
        self.round();
        self.round();
        self.v0 ^= word;
    }

    fn round(&mut self) {
        self.v0 = self.v0.wrapping_add(self.v1);
        self.v1 = self.v1.rotate_left(13) ^ self.v0;
        self.v0 = self.v0.rotate_left(32);
        self.v2 = self.v2.wrapping_add(self.v3);
        self.v3 = self.v3.rotate_left(16) ^ self.v2;
        self.v0 = self.v0.wrapping_add(self.v3);
        self.v3 = self.v3.rotate_left(21) ^ self.v0;
        self.v2 = self.v2.wrapping_add(self.v1);
        self.v1 = self.v1.rotate_left(17) ^ self.v2;
        self.v2 = self.v2.rotate_left(32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the paper's appendix A.
    #[test]
    fn the_hash_is_the_one_of_the_paper() {
        let key = core::array::from_fn(|at| at as u8);
        let octets: [u8; 15] = core::array::from_fn(|at| at as u8);
        assert_eq!(siphash_2_4(key, &octets), 0xa129_ca61_49be_45e5);
    }
}
