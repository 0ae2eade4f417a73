//! A name prepared for look-up: lower case, its labels found, and a hash of each of its suffixes.

use crate::bytes::high32;

/// A name in lower case with the place and the hash of every suffix.
///
/// Suffixes are counted by depth: depth 0 is the root, depth [`Key::depth`] the whole name.
pub(crate) struct Key {
    wire: [u8; WIRE],
    /// Where the suffix of each depth starts in `wire`.
    starts: [u8; DEPTHS],
    hashes: [u32; DEPTHS],
    seed: u64,
    len: u8,
    depth: u8,
}

impl Key {
    /// Reads an uncompressed name from the start of `bytes`. `None` when it is cut short, holds a label
    /// type other than 00 (RFC 1035 §4.1.4: nothing before a question can be pointed at), or is longer
    /// than 255 octets.
    ///
    /// Cost: O(octets), one pass forward and one back.
    pub(crate) fn read(bytes: &[u8], seed: u64) -> Option<Self> {
        let mut key = Self {
            wire: [0; WIRE],
            starts: [0; DEPTHS],
            hashes: [0; DEPTHS],
            seed: 0,
            len: 0,
            depth: 0,
        };
        // Forward: where the labels are, from the left.
        let mut lefts = [0u8; DEPTHS];
        let mut at = 0u8;
        let mut depth = 0u8;
        loop {
            let len = *bytes.get(usize::from(at))?;
            *lefts.get_mut(usize::from(depth))? = at;
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
        // Length octets are below `A`, so the whole wire form is folded at once.
        let from = bytes.get(..len)?;
        for (to, from) in key.wire.iter_mut().zip(from) {
            *to = from.to_ascii_lowercase();
        }
        key.len = at;
        key.depth = depth;
        // Back: from the root down to the whole name, so that each hash takes in one label more.
        key.seed = seed;
        let mut hash = high32(seed);
        for d in 0..=depth {
            let left = *lefts.get(usize::from(depth.wrapping_sub(d)))?;
            *key.starts.get_mut(usize::from(d))? = left;
            if d > 0 {
                hash = hash_child(seed, hash, key.wire.get(usize::from(left)..)?);
            }
            *key.hashes.get_mut(usize::from(d))? = hash;
        }
        Some(key)
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
        if depth > self.depth {
            return None;
        }
        self.starts.get(usize::from(depth)).copied()
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
        Some(hash_child(self.seed, self.hash(depth)?, b"\x01*"))
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

/// The hash of a name from that of its parent: `bytes` starts with the length octet of the new label, in
/// lower case. Octets past the label do not count.
fn hash_child(seed: u64, parent: u32, bytes: &[u8]) -> u32 {
    let len = bytes.first().map_or(0, |len| usize::from(*len));
    let label = bytes.get(..len.saturating_add(1)).unwrap_or(bytes);
    let (words, tail) = label.as_chunks::<8>();
    let mut hash = seed ^ u64::from(parent);
    for word in words {
        hash = mix(hash, u64::from_le_bytes(*word));
    }
    let mut last = [0u8; 8];
    for (to, from) in last.iter_mut().zip(tail) {
        *to = *from;
    }
    high32(mix(hash, u64::from_le_bytes(last)))
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
