//! Looks at 64 octets of text together: a block becomes a word with a bit for each octet.
//!
//! Comparisons are written octet by octet over arrays of a fixed length, which compilers turn into vector
//! instructions where the target has them; the bits are then gathered by multiplication, eight at a time.
//! There is no code of its own for any target.

/// Octets looked at together.
pub(super) const BLOCK: usize = 64;

/// The octets for which `is` holds, as bits; the first octet is the lowest bit.
#[inline(always)]
pub(super) fn mask(block: &[u8; BLOCK], is: impl Fn(u8) -> bool) -> u64 {
    let marks = block.map(|octet| u8::from(is(octet)));
    let (words, _) = marks.as_chunks::<8>();
    words.iter().rev().fold(0, |bits, word| (bits << 8) | gather(u64::from_le_bytes(*word)))
}

/// The lowest bits of eight octets that are 0 or 1, side by side.
fn gather(marks: u64) -> u64 {
    // Octet i lands at bit 56 + i: the factor has a bit at 56 - 7 i for each i.
    marks.wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// The block of `text` that begins at `at`, blanks after the end of the text.
pub(super) fn block_at(text: &[u8], at: usize) -> [u8; BLOCK] {
    let rest = text.get(at..).unwrap_or_default();
    if let Some(block) = rest.first_chunk::<BLOCK>() {
        return *block;
    }
    let mut block = [b' '; BLOCK];
    if let Some(start) = block.get_mut(..rest.len()) {
        start.copy_from_slice(rest);
    }
    block
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_mask_is_what_a_loop_finds(octets in proptest::collection::vec(any::<u8>(), BLOCK), bound: u8) {
            let block: [u8; BLOCK] = octets.as_slice().try_into().unwrap();
            let naive = block
                .iter()
                .enumerate()
                .fold(0_u64, |bits, (index, &octet)| bits | u64::from(octet <= bound) << index);
            prop_assert_eq!(mask(&block, |octet| octet <= bound), naive);
        }

        #[test]
        fn a_block_past_the_end_is_filled_with_blanks(octets in proptest::collection::vec(any::<u8>(), BLOCK), at in 0_usize..80) {
            let tail = block_at(&octets, at);
            let rest = octets.get(at..).unwrap_or_default();
            prop_assert_eq!(&tail[..rest.len()], rest);
            prop_assert!(tail[rest.len()..].iter().all(|&octet| octet == b' '));
        }
    }
}
