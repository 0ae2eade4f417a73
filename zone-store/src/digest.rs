//! The checksum of a section: fast, and certain to see any change within one aligned 8-octet word.
//! It guards against damage, not against forgery: an attacker who writes images is not stopped by it.

/// A 64-bit checksum. Each step is a bijection of the word it takes in, so two inputs that differ in one
/// word never agree; other differences are missed with a chance of about 2^-64.
pub(crate) fn checksum(bytes: &[u8], seed: u64) -> u64 {
    let mut lanes = [seed, seed ^ PRIME_1, seed ^ PRIME_2, seed ^ PRIME_3];
    let (blocks, tail) = bytes.as_chunks::<32>();
    for block in blocks {
        absorb(&mut lanes, block);
    }
    let mut last = [0u8; 32];
    for (to, from) in last.iter_mut().zip(tail) {
        *to = *from;
    }
    absorb(&mut lanes, &last);
    let len = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    lanes.into_iter().fold(step(seed, len), step)
}

/// Four independent chains keep the multiplier busy: about 32 octets in the time of one multiplication.
fn absorb(lanes: &mut [u64; 4], block: &[u8; 32]) {
    let (words, _) = block.as_chunks::<8>();
    for (lane, word) in lanes.iter_mut().zip(words) {
        *lane = step(*lane, u64::from_le_bytes(*word));
    }
}

fn step(state: u64, word: u64) -> u64 {
    (state ^ word).wrapping_mul(PRIME_1).rotate_left(29)
}

// Odd, so that multiplying by them loses nothing.
const PRIME_1: u64 = 0x9e37_79b1_85eb_ca87;
const PRIME_2: u64 = 0xc2b2_ae3d_27d4_eb4f;
const PRIME_3: u64 = 0x1656_67b1_9e37_79f9;

#[cfg(test)]
mod tests {
    use super::checksum;
    use std::vec::Vec;

    #[test]
    fn any_changed_bit_is_seen() {
        let bytes: Vec<u8> = (0..=99u8).collect();
        let good = checksum(&bytes, 7);
        for i in 0..bytes.len() {
            for bit in 0..8 {
                let mut bad = bytes.clone();
                bad[i] ^= 1 << bit;
                assert_ne!(checksum(&bad, 7), good, "octet {i} bit {bit}");
            }
        }
    }

    #[test]
    fn length_and_seed_count() {
        assert_ne!(checksum(&[0; 3], 7), checksum(&[0; 4], 7));
        assert_ne!(checksum(&[0; 32], 7), checksum(&[], 7));
        assert_ne!(checksum(b"x", 7), checksum(b"x", 8));
    }
}
