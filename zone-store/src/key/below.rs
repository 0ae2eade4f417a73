//! The hash of a name from its labels below an apex, as nodes hold them: what [`Key`] makes of the whole name, without
//! the places of labels and the sums of suffixes.

use crate::bytes;

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
    /// Always `Some`: a name is a suffix of its own.
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
        // Words are counted from the end, so each is read where it lies: the last octets of the labels first, and in the
        // end their first, which alone may be fewer than eight.
        let last = match labels.last_chunk() {
            Some(last) => u64::from_le_bytes(*last),
            None => high_end(bytes::word(labels), labels.len()),
        };
        let taken = self.part.wrapping_mul(8);
        let mut word = self.word | last.wrapping_shr(taken);
        let mut folds = word ^ lower_case(word);
        let (mut sum, mut round) = (self.sum, self.round);
        let mut go_on = |next| {
            sum = sum.wrapping_add(mix(word, round));
            round = round.wrapping_add(ROUND);
            word = next;
            folds |= word ^ lower_case(word);
        };
        let free = 8usize.wrapping_sub(usize::try_from(self.part).ok()?);
        if let Some(mut left) = labels.len().checked_sub(free) {
            while let Some(at) = left.checked_sub(8) {
                go_on(u64::from_le_bytes(*labels.get(at..)?.first_chunk()?));
                left = at;
            }
            go_on(match labels.first_chunk() {
                Some(octets) => high_end(u64::from_le_bytes(*octets), left),
                None => last.wrapping_shl(64u32.wrapping_sub(taken)),
            });
        }
        (folds == 0).then(|| sum.wrapping_add(mix(word, round)))
    }
}

/// The low `len` octets of a word, fewer than eight, at its high end.
#[inline]
fn high_end(word: u64, len: usize) -> u64 {
    let missing = u32::try_from(8usize.wrapping_sub(len)).unwrap_or(8).wrapping_mul(8);
    word.checked_shl(missing).unwrap_or(0)
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
