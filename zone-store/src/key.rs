//! A name prepared for look-up: lower case, its labels found, and a hash of each of its suffixes.

use crate::bytes::high32;

/// A name in lower case with the place and the hash of every suffix.
///
/// Suffixes are counted by depth: depth 0 is the root, depth [`Key::depth`] the whole name. A key is close to a
/// kilobyte and so is filled where it stands, not passed around.
pub(crate) struct Key {
    wire: [u8; WIRE],
    /// Where each label starts in `wire`, from the left, the root's octet last.
    lefts: [u8; DEPTHS],
    /// The hash of the suffix of each depth.
    hashes: [u32; DEPTHS],
    seed: u64,
    len: u8,
    depth: u8,
}

impl Key {
    /// The root, with a hash for this seed.
    pub(crate) fn new(seed: u64) -> Self {
        let mut hashes = [0; DEPTHS];
        if let Some(root) = hashes.first_mut() {
            *root = high32(seed);
        }
        Self { wire: [0; WIRE], lefts: [0; DEPTHS], hashes, seed, len: 1, depth: 0 }
    }

    /// A key for the name at the start of `bytes`; see [`Key::fill`].
    pub(crate) fn read(bytes: &[u8], seed: u64) -> Option<Self> {
        let mut key = Self::new(seed);
        key.fill(bytes)?;
        Some(key)
    }

    /// Takes in the uncompressed name at the start of `bytes`. `None` when it is cut short, holds a label type
    /// other than 00 (RFC 1035 §4.1.4: nothing before a question can be pointed at), or is longer than 255
    /// octets; the key is then not to be used.
    ///
    /// Cost: O(octets), one pass forward and one back.
    pub(crate) fn fill(&mut self, bytes: &[u8]) -> Option<()> {
        // Forward: where the labels are.
        let mut at = 0u8;
        let mut depth = 0u8;
        loop {
            let len = *bytes.get(usize::from(at))?;
            *self.lefts.get_mut(usize::from(depth))? = at;
            at = at.checked_add(1)?;
            if len == 0 {
                break;
            }
            if len > 63 {
                return None;
            }
            at = at.checked_add(len)?;
            depth = depth.checked_add(1)?;
        }
        let len = usize::from(at);
        self.wire.get_mut(..len)?.copy_from_slice(bytes.get(..len)?);
        // Length octets are below `A`, so the whole wire form is folded at once, eight octets at a time.
        for word in self.wire.as_chunks_mut::<8>().0.iter_mut().take(len.div_ceil(8)) {
            *word = lower_case(u64::from_le_bytes(*word)).to_le_bytes();
        }
        self.len = at;
        self.depth = depth;
        // Back: from the root down to the whole name, so that each hash takes in one label more.
        let mut hash = high32(self.seed);
        let lefts = self.lefts.get(..usize::from(depth))?.iter().rev();
        for (left, slot) in lefts.zip(self.hashes.iter_mut().skip(1)) {
            hash = hash_child(self.seed, hash, bytes, usize::from(*left))?;
            *slot = hash;
        }
        Some(())
    }

    /// Its length in octets, the root's among them.
    pub(crate) fn len(&self) -> u8 {
        self.len
    }

    /// The seed of its hashes.
    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// How many labels it has, the root not counted.
    pub(crate) fn depth(&self) -> u8 {
        self.depth
    }

    /// Where the suffix of `depth` labels starts.
    pub(crate) fn start(&self, depth: u8) -> Option<u8> {
        let from_left = self.depth.checked_sub(depth)?;
        self.lefts.get(usize::from(from_left)).copied()
    }

    /// The hash of the suffix of `depth` labels.
    pub(crate) fn hash(&self, depth: u8) -> Option<u32> {
        if depth > self.depth {
            return None;
        }
        self.hashes.get(usize::from(depth)).copied()
    }

    /// The hash of the name `*.<suffix of depth labels>`: where a wildcard would be (RFC 4592 §2.2.1).
    pub(crate) fn wildcard_hash(&self, depth: u8) -> Option<u32> {
        hash_child(self.seed, self.hash(depth)?, b"\x01*\0\0\0\0\0\0", 0)
    }

    /// The suffix of `depth` labels, in wire form.
    pub(crate) fn suffix(&self, depth: u8) -> Option<&[u8]> {
        self.wire.get(usize::from(self.start(depth)?)..usize::from(self.len))
    }

    /// The labels between the suffix of `depth` and its own suffix of `above`, without a root.
    pub(crate) fn between(&self, depth: u8, above: u8) -> Option<&[u8]> {
        self.wire.get(usize::from(self.start(depth)?)..usize::from(self.start(above)?))
    }

    /// The labels between two of its suffixes, as [`Key::between`]; `None` when the name is not that deep.
    pub(crate) fn between_suffix(&self, depth: u8, above: u8) -> Option<&[u8]> {
        if depth < above { None } else { self.between(depth, above) }
    }

    /// The whole name in wire form.
    pub(crate) fn wire(&self) -> &[u8] {
        self.wire.get(..usize::from(self.len)).unwrap_or_default()
    }
}

/// The hash of a name from that of its parent and its first label, which stands at `at` in `octets`, length
/// octet in front. Letters count alike in both cases.
///
/// It reads what came in, not the folded copy: that was written a moment ago by other widths, and reading it
/// back across those stores costs more than folding again.
#[inline]
fn hash_child(seed: u64, parent: u32, octets: &[u8], at: usize) -> Option<u32> {
    let mut left = usize::from(*octets.get(at)?).saturating_add(1);
    let mut at = at;
    let mut hash = seed ^ u64::from(parent);
    while left > 8 {
        hash = mix(hash, lower_case(word_at(octets, at)?));
        at = at.saturating_add(8);
        left = left.saturating_sub(8);
    }
    let unused = u32::try_from(8usize.saturating_sub(left)).ok()?.saturating_mul(8);
    let word = word_at(octets, at)? & u64::MAX.wrapping_shr(unused);
    Some(high32(mix(hash, lower_case(word))))
}

/// The eight octets from `at` on, zeros past the end.
#[inline]
fn word_at(octets: &[u8], at: usize) -> Option<u64> {
    let rest = octets.get(at..)?;
    if let Some(word) = rest.first_chunk::<8>() {
        return Some(u64::from_le_bytes(*word));
    }
    let missing = u32::try_from(8usize.saturating_sub(rest.len())).ok()?.saturating_mul(8);
    if let Some(word) = octets.last_chunk::<8>() {
        return Some(u64::from_le_bytes(*word).checked_shr(missing).unwrap_or(0));
    }
    let mut word = [0u8; 8];
    for (to, from) in word.iter_mut().zip(rest) {
        *to = *from;
    }
    Some(u64::from_le_bytes(word))
}

/// Eight octets with those from `A` to `Z` in lower case.
fn lower_case(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let low_bits = word & (0x7f * ONES);
    // Bit 7 of each octet: is it at least `A`; is it above `Z`.
    let from_a = low_bits.wrapping_add((0x80 - 0x41) * ONES);
    let above_z = low_bits.wrapping_add((0x7f - 0x5a) * ONES);
    let upper = (from_a ^ above_z) & !word & (0x80 * ONES);
    word | (upper >> 2)
}

fn mix(state: u64, word: u64) -> u64 {
    let product = (state ^ word).wrapping_mul(MULTIPLIER);
    product ^ product.rotate_left(32)
}

const MULTIPLIER: u64 = 0x9fb2_1c65_1e98_df25;
/// Room for the longest name and one word more.
const WIRE: usize = 264;
/// 127 labels and the root.
const DEPTHS: usize = 128;

#[cfg(test)]
mod tests {
    use super::Key;
    use std::vec;

    #[test]
    fn suffixes() {
        let key = Key::read(b"\x03WWW\x07example\x00junk", 1).unwrap();
        assert_eq!((key.depth(), key.len()), (2, 13));
        assert_eq!(key.wire(), b"\x03www\x07example\x00");
        assert_eq!(key.suffix(1), Some(&b"\x07example\x00"[..]));
        assert_eq!(key.suffix(0), Some(&b"\x00"[..]));
        assert_eq!(key.suffix(3), None);
        assert_eq!(key.between(2, 1), Some(&b"\x03www"[..]));
        let other = Key::read(b"\x07EXAMPLE\x00", 1).unwrap();
        assert_eq!(other.hash(1), key.hash(1));
        assert_ne!(other.hash(0), key.hash(1));
    }

    #[test]
    fn folds_the_letters_and_nothing_else() {
        for octet in 0..=255u8 {
            let word = u64::from_le_bytes([octet, b'A', octet, b'z', 0, 255, octet, b'Z']);
            let l = octet.to_ascii_lowercase();
            let expected = u64::from_le_bytes([l, b'a', l, b'z', 0, 255, l, b'z']);
            assert_eq!(super::lower_case(word), expected, "{octet}");
        }
    }

    #[test]
    fn case_and_what_follows_do_not_count() {
        for name in [&b"\x01a\x00"[..], b"\x08abcdefgh\x00", b"\x07abcdefg\x09abcdefghi\x02xy\x00"]
        {
            let key = Key::read(name, 9).unwrap();
            let mut other = name.to_ascii_uppercase();
            other.extend_from_slice(b"whatever follows");
            let other = Key::read(&other, 9).unwrap();
            for depth in 0..=key.depth() {
                assert_eq!(key.hash(depth), other.hash(depth));
            }
            assert_eq!(key.wire(), other.wire());
        }
    }

    #[test]
    fn a_used_key_is_as_good_as_new() {
        let mut key = Key::read(b"\x09very-long\x09other-one\x07example\x00", 5).unwrap();
        key.fill(b"\x01a\x00").unwrap();
        let new = Key::read(b"\x01a\x00", 5).unwrap();
        assert_eq!((key.wire(), key.hash(1), key.depth()), (new.wire(), new.hash(1), 1));
        assert_eq!(key.hash(2), None);
    }

    #[test]
    fn limits() {
        let mut long = vec![];
        for _ in 0..127 {
            long.extend_from_slice(b"\x01a");
        }
        long.push(0);
        assert_eq!(Key::read(&long, 0).unwrap().depth(), 127);
        let mut longer = vec![1, b'b'];
        longer.extend_from_slice(&long);
        assert!(Key::read(&longer, 0).is_none());
        assert!(Key::read(b"\x03ww", 0).is_none());
        assert!(Key::read(b"\xc0\x0c", 0).is_none());
        assert!(Key::read(b"", 0).is_none());
        assert_eq!(Key::read(b"\x00", 0).unwrap().depth(), 0);
    }
}
