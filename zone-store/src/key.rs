//! A name prepared for look-up: lower case, its labels found, and the hash of any of its suffixes at hand.
//!
//! A name is taken as words of eight octets, counted from its end. The hash of a suffix is the sum over its words
//! of a multiplication each, so one pass keeps the sums up to every word and the hash of any suffix is the sum up
//! to its last whole word and one multiplication more. A chain from label to label would take a multiplication
//! per label, one after the other: 127 for the names that attackers like.

pub(crate) mod below;

use crate::bytes::low64;

/// A name in lower case with the place of every suffix.
///
/// Suffixes are counted by depth: depth 0 is the root, depth [`Key::depth`] the whole name. A key is half a
/// kilobyte and more, and so is filled where it stands, not passed around.
pub(crate) struct Key {
    /// The name, which ends where the array does. Zeros fill its first word; before that is what was left of
    /// another name.
    wire: [u8; WIRE],
    /// Where each label starts, counted from the start of the name, from the left, the root's octet last.
    lefts: [u8; DEPTHS],
    /// The sum over the last so many words.
    sums: [u64; WORDS],
    seed: u64,
    len: u8,
    depth: u8,
}

impl Key {
    /// The root, with a hash for this seed.
    #[inline]
    pub(crate) fn new(seed: u64) -> Self {
        Self { wire: [0; WIRE], lefts: [0; DEPTHS], sums: [0; WORDS], seed, len: 1, depth: 0 }
    }

    /// Makes the hashes those of another seed, from the next name on.
    pub(crate) fn reseed(&mut self, seed: u64) {
        self.seed = seed;
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
    /// Cost: O(octets), a step per label and one per eight octets.
    pub(crate) fn fill(&mut self, bytes: &[u8]) -> Option<()> {
        let len = self.find_labels(bytes)?;
        self.fold(bytes.get(..len)?)
    }

    /// Notes where the labels are. Returns the length of the name.
    #[inline]
    fn find_labels(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0u8;
        let mut depth = 0u8;
        loop {
            let len = *bytes.get(usize::from(at))?;
            // Labels of one octet, as in reverse names and in attacks, go four at a step: found one by one, each
            // would wait for the length of the one before.
            while len == 1
                && let Some(word) = bytes.get(usize::from(at)..).and_then(<[u8]>::first_chunk)
                && u64::from_le_bytes(*word) & LENGTHS == ONE_OCTET_EACH
            {
                let four = u32::from(at).wrapping_mul(0x0101_0101).wrapping_add(0x0604_0200);
                let slots = self.lefts.get_mut(usize::from(depth)..)?.first_chunk_mut::<4>()?;
                *slots = four.to_le_bytes();
                at = at.checked_add(8)?;
                depth = depth.checked_add(4)?;
            }
            let len = if len == 1 { *bytes.get(usize::from(at))? } else { len };
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
        self.len = at;
        self.depth = depth;
        Some(usize::from(at))
    }

    /// Takes the name over in lower case, and sums it up. Length octets are below `A`, so all is folded alike.
    #[inline]
    fn fold(&mut self, name: &[u8]) -> Option<()> {
        let words = self.wire.as_chunks_mut::<8>().0.iter_mut().rev();
        let mut rest = name;
        let mut sum = 0u64;
        let mut round = self.seed;
        for (to, so_far) in words.zip(&mut self.sums) {
            *so_far = sum;
            let Some((before, word)) = rest.split_last_chunk::<8>() else {
                *to = lower_case(first_word(name, rest)?).to_le_bytes();
                return Some(());
            };
            let word = lower_case(u64::from_le_bytes(*word));
            *to = word.to_le_bytes();
            sum = sum.wrapping_add(mix(word, round));
            round = round.wrapping_add(ROUND);
            rest = before;
        }
        None
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
    ///
    /// Cost: one multiplication.
    pub(crate) fn hash(&self, depth: u8) -> Option<u64> {
        let (sum, word, round, _) = self.cut(depth)?;
        Some(sum.wrapping_add(mix(word, round)))
    }

    /// The hash of the name `*.<suffix of depth labels>`: where a wildcard would be (RFC 4592 §2.2.1).
    pub(crate) fn wildcard_hash(&self, depth: u8) -> Option<u64> {
        let (sum, word, round, octets) = self.cut(depth)?;
        // The label goes before the suffix, right below the octets of the word that are taken.
        let free = 8u32.wrapping_sub(octets).wrapping_mul(8);
        let label = u128::from(u16::from_le_bytes(*b"\x01*")).wrapping_shl(free.wrapping_add(48));
        let [low, high] =
            [label & u128::from(u64::MAX), label >> 64].map(|w| w.try_into().unwrap_or(0));
        let (next, word): (u64, u64) = (low, word | high);
        if octets < 6 {
            return Some(sum.wrapping_add(mix(word, round)));
        }
        let next = mix(next, round.wrapping_add(ROUND));
        Some(sum.wrapping_add(mix(word, round)).wrapping_add(next))
    }

    /// The suffix of `depth` labels as its hash takes it: the sum over its whole words, the word that it has a
    /// part of, that word's round, and how many octets of it.
    #[inline]
    fn cut(&self, depth: u8) -> Option<(u64, u64, u64, u32)> {
        let octets = u32::from(self.len.checked_sub(self.start(depth)?)?);
        let whole = usize::try_from(octets / 8).ok()?;
        let word = self.wire.as_chunks::<8>().0.get(LAST.wrapping_sub(whole))?;
        let part = octets % 8;
        let kept = !u64::MAX.wrapping_shr(part.wrapping_mul(8));
        let round = u64::from(octets / 8).wrapping_mul(ROUND).wrapping_add(self.seed);
        Some((*self.sums.get(whole)?, u64::from_le_bytes(*word) & kept, round, part))
    }

    /// The suffix of `depth` labels, in wire form.
    pub(crate) fn suffix(&self, depth: u8) -> Option<&[u8]> {
        self.wire().get(usize::from(self.start(depth)?)..)
    }

    /// The labels between the suffix of `depth` and its own suffix of `above`, without a root.
    pub(crate) fn between(&self, depth: u8, above: u8) -> Option<&[u8]> {
        self.wire().get(usize::from(self.start(depth)?)..usize::from(self.start(above)?))
    }

    /// The labels between two of its suffixes, as [`Key::between`]; `None` when the name is not that deep.
    pub(crate) fn between_suffix(&self, depth: u8, above: u8) -> Option<&[u8]> {
        if depth < above { None } else { self.between(depth, above) }
    }

    /// Whether its suffix of `depth` labels is the `len` octets at the start of `octets`, which may go on past them.
    #[inline]
    pub(crate) fn is_suffix(&self, depth: u8, octets: &[u8], len: u8) -> bool {
        self.suffix(depth).is_some_and(|own| octets.get(..usize::from(len)) == Some(own))
    }

    /// Whether its labels between the suffix of `depth` and that of `above` are the `len` octets at the start of
    /// `octets`, which may go on past them.
    #[inline]
    pub(crate) fn is_between(&self, depth: u8, above: u8, octets: &[u8], len: u8) -> bool {
        self.between(depth, above).is_some_and(|own| octets.get(..usize::from(len)) == Some(own))
    }

    /// The whole name in wire form.
    pub(crate) fn wire(&self) -> &[u8] {
        self.wire.get(WIRE.wrapping_sub(usize::from(self.len))..).unwrap_or_default()
    }
}

/// The up to seven octets of `rest`, with which `name` starts, at the high end of a word.
#[inline]
fn first_word(name: &[u8], rest: &[u8]) -> Option<u64> {
    if let Some(word) = name.first_chunk::<8>() {
        let missing = u32::try_from(8usize.saturating_sub(rest.len())).ok()?.wrapping_mul(8);
        return Some(u64::from_le_bytes(*word).checked_shl(missing).unwrap_or(0));
    }
    let mut word = [0u8; 8];
    for (to, from) in word.iter_mut().rev().zip(rest.iter().rev()) {
        *to = *from;
    }
    Some(u64::from_le_bytes(word))
}

/// Eight octets with those from `A` to `Z` in lower case.
#[inline]
fn lower_case(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let low_bits = word & (0x7f * ONES);
    // Bit 7 of each octet: is it at least `A`; is it above `Z`.
    let from_a = low_bits.wrapping_add((0x80 - 0x41) * ONES);
    let above_z = low_bits.wrapping_add((0x7f - 0x5a) * ONES);
    let upper = (from_a ^ above_z) & !word & (0x80 * ONES);
    word | (upper >> 2)
}

/// A word's part in the sum: every bit of it counts for every bit of the result.
#[inline]
fn mix(word: u64, round: u64) -> u64 {
    let product = u128::from(word ^ round).wrapping_mul(u128::from(MULTIPLIER));
    low64(product) ^ low64(product >> 64)
}

const MULTIPLIER: u64 = 0x9fb2_1c65_1e98_df25;
/// What a round adds to the seed, so that equal words count differently from place to place.
const ROUND: u64 = 0xd6e8_feb8_6659_fd93;
/// The length octets of labels of one octet each, and what they are.
const LENGTHS: u64 = 0x00ff_00ff_00ff_00ff;
const ONE_OCTET_EACH: u64 = 0x0001_0001_0001_0001;
/// Room for the longest name, in whole words.
const WIRE: usize = 256;
const WORDS: usize = WIRE / 8;
const LAST: usize = WORDS - 1;
/// 127 labels and the root.
const DEPTHS: usize = 128;

#[cfg(test)]
mod tests;
