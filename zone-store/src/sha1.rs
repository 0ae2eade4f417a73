//! SHA-1 (RFC 3174), the one hash of NSEC3 (RFC 5155 §11). It hides nothing and guards nothing here.

/// The hash of all the octets.
pub(crate) struct Sha1 {
    state: [u32; 5],
    block: [u8; 64],
    /// Octets taken in so far.
    len: u64,
}

impl Sha1 {
    pub(crate) fn new() -> Self {
        Self { state: INITIAL, block: [0; 64], len: 0 }
    }

    /// Takes in some octets.
    pub(crate) fn update(&mut self, octets: &[u8]) {
        for octet in octets {
            self.push(*octet);
        }
    }

    /// The hash.
    pub(crate) fn finish(mut self) -> [u8; 20] {
        let bits = self.len.wrapping_mul(8);
        self.push(0x80);
        while self.len & 63 != 56 {
            self.push(0);
        }
        for octet in bits.to_be_bytes() {
            self.push(octet);
        }
        let mut hash = [0u8; 20];
        for (to, word) in hash.as_chunks_mut::<4>().0.iter_mut().zip(self.state) {
            *to = word.to_be_bytes();
        }
        hash
    }

    fn push(&mut self, octet: u8) {
        let at = usize::try_from(self.len & 63).unwrap_or(0);
        if let Some(slot) = self.block.get_mut(at) {
            *slot = octet;
        }
        self.len = self.len.wrapping_add(1);
        if self.len & 63 == 0 {
            self.compress();
        }
    }

    /// RFC 3174 §6.2: sixteen words at a time in place of the schedule of eighty.
    fn compress(&mut self) {
        let mut words = [0u32; 16];
        for (word, octets) in words.iter_mut().zip(self.block.as_chunks::<4>().0) {
            *word = u32::from_be_bytes(*octets);
        }
        let [mut a, mut b, mut c, mut d, mut e] = self.state;
        for round in 0..80usize {
            let [first, _, third, _, _, _, _, _, ninth, _, _, _, _, fourteenth, _, _] = words;
            let (f, k) = match round {
                0..20 => ((b & c) | (!b & d), 0x5a82_7999),
                20..40 => (b ^ c ^ d, 0x6ed9_eba1),
                40..60 => ((b & c) | (b & d) | (c & d), 0x8f1b_bcdc),
                _ => (b ^ c ^ d, 0xca62_c1d6u32),
            };
            let sum = a.rotate_left(5).wrapping_add(f).wrapping_add(e).wrapping_add(k);
            (e, d, c, b, a) = (d, c, b.rotate_left(30), a, sum.wrapping_add(first));
            // The window moves on by one word.
            words.rotate_left(1);
            if let Some(last) = words.last_mut() {
                *last = (fourteenth ^ ninth ^ third ^ first).rotate_left(1);
            }
        }
        for (word, add) in self.state.iter_mut().zip([a, b, c, d, e]) {
            *word = word.wrapping_add(add);
        }
    }
}

const INITIAL: [u32; 5] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];

#[cfg(test)]
mod tests {
    use super::Sha1;
    use std::format;
    use std::string::String;

    fn hex(parts: &[&[u8]]) -> String {
        let mut sha1 = Sha1::new();
        parts.iter().for_each(|part| sha1.update(part));
        sha1.finish().iter().map(|octet| format!("{octet:02x}")).collect()
    }

    #[test]
    fn vectors_of_rfc_3174_section_7_3() {
        assert_eq!(hex(&[b"abc"]), "a9993e364706816aba3e25717850c26c9cd0d89d");
        let two = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
        assert_eq!(hex(&[two]), "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
        let eight = b"0123456701234567012345670123456701234567012345670123456701234567";
        assert_eq!(hex(&[eight; 10].map(|p| &p[..])), "dea356a2cddd90c7a7ecedc5ebb563934f460452");
    }
}
