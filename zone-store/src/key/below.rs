//! The hash of a name from its labels below an apex, as nodes hold them: what [`Key`] makes of the whole name, without
//! the places of labels and the sums of suffixes.

use super::{Key, ROUND, WIRE, lower_case, mix};

/// An apex, for the hashes of the names below it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Apex {
    /// The sum over its whole words.
    sum: u64,
    /// The octets before those, at the high end of the word that the last label continues; that word's round.
    word: u64,
    round: u64,
    /// How many octets these are.
    part: u32,
    len: u8,
}

impl Apex {
    /// `None` never: a name has all of its suffixes.
    pub(crate) fn of(key: &Key) -> Option<Self> {
        let (sum, word, round, part) = key.cut(key.depth())?;
        Some(Self { sum, word, round, part, len: key.len() })
    }

    /// The hash of the name that these labels, without a root, and the apex make. `None` when they are not in lower
    /// case, or the name is too long. That they are labels is not looked at.
    ///
    /// Cost: one multiplication per eight octets.
    #[inline]
    pub(crate) fn hash(&self, labels: &[u8]) -> Option<u64> {
        usize::from(self.len).checked_add(labels.len()).filter(|len| *len < WIRE)?;
        let taken = self.part.wrapping_mul(8);
        let last = last_word(labels);
        let mut folds = last ^ lower_case(last);
        let (mut sum, mut round) = (self.sum, self.round);
        let mut word = self.word | last.wrapping_shr(taken);
        let free = 8usize.wrapping_sub(usize::try_from(self.part).ok()?);
        if let Some(left) = labels.len().checked_sub(free) {
            let mut rest = labels.get(..left)?;
            loop {
                sum = sum.wrapping_add(mix(word, round));
                round = round.wrapping_add(ROUND);
                let Some((before, octets)) = rest.split_last_chunk() else { break };
                word = u64::from_le_bytes(*octets);
                folds |= word ^ lower_case(word);
                rest = before;
            }
            // What is left are the first octets: they go to the high end of the last word.
            let octets = u32::try_from(rest.len()).ok()?;
            word = match labels.first_chunk() {
                Some(first) => high_end(u64::from_le_bytes(*first), octets),
                None => last.wrapping_shl(64u32.wrapping_sub(taken)),
            };
            folds |= word ^ lower_case(word);
        }
        (folds == 0).then(|| sum.wrapping_add(mix(word, round)))
    }
}

/// The last eight octets, or as many as there are, at the high end of a word.
#[inline]
fn last_word(octets: &[u8]) -> u64 {
    if let Some(word) = octets.last_chunk() {
        return u64::from_le_bytes(*word);
    }
    if let (Some(first), Some(last)) = (octets.first_chunk(), octets.last_chunk()) {
        let len = u32::try_from(octets.len()).unwrap_or(8);
        let [first, last] = [first, last].map(|half| u64::from(u32::from_le_bytes(*half)));
        return high_end(first, len) | high_end(last, 4);
    }
    octets.iter().fold(0, |word, octet| (word >> 8) | (u64::from(*octet) << 56))
}

/// The low `len` octets of a word, up to eight, at its high end.
#[inline]
fn high_end(word: u64, len: u32) -> u64 {
    word.checked_shl(64u32.wrapping_sub(len.wrapping_mul(8))).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::vec;

    use super::{Apex, Key};

    /// Names of every length below apexes of every length in their first word.
    #[test]
    fn labels_below_an_apex_hash_as_the_name_they_make() {
        for len in 0..18u8 {
            let mut apex = if len == 0 { vec![] } else { vec![len] };
            apex.extend((0..len).map(|i| b'a' + i));
            apex.push(0);
            let key = Key::read(&apex, 5).unwrap();
            let below = Apex::of(&key).unwrap();
            for first in 0..40u8 {
                let mut labels = vec![];
                for len in [first, first / 2, first / 3] {
                    if len > 0 {
                        labels.push(len);
                        labels.extend((0..len).map(|i| b'z' - i % 26));
                    }
                }
                let name = [&labels[..], &apex].concat();
                let whole = Key::read(&name, 5).unwrap();
                assert_eq!(below.hash(&labels), whole.hash(whole.depth()), "{len} {first}");
                for at in 0..labels.len() {
                    let octet = core::mem::replace(&mut labels[at], b'A');
                    assert_eq!(below.hash(&labels), None);
                    labels[at] = octet;
                }
            }
            let longest = vec![b'a'; 255 - apex.len()];
            assert!(below.hash(&longest).is_some());
            assert!(below.hash(&vec![b'a'; 256 - apex.len()]).is_none());
        }
    }
}
