//! The hashed names of NSEC3 (RFC 5155 §5): hashing, and finding the record that matches or covers a hash.

use crate::bytes::{high32, to_usize};
use crate::overlay::Merged;
use crate::sha1::Sha1;
use crate::store::{NSEC3, Store, ZoneView};

/// A SHA-1 hash of a name.
pub(crate) type Hash = [u8; 20];

/// The NSEC3 records of a zone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chain<'a> {
    /// Hash and offset of the record, by hash.
    places: Merged<'a, [u8; NSEC3]>,
    iterations: u16,
    salt: &'a [u8],
}

impl<'a> Chain<'a> {
    /// `None` when the zone has no such records.
    pub(crate) fn of(store: &Store<'a>, zone: &ZoneView<'a>) -> Option<Self> {
        if !zone.has_nsec3() {
            return None;
        }
        let (start, end) = zone.nsec3();
        let image = store.nsec3().get(to_usize(start)..to_usize(end))?;
        let (gone, overlay): (&[_], &[_]) = match zone.part {
            None => (&[], &[]),
            Some(part) => (&part.nsec3_gone, &part.nsec3),
        };
        let (iterations, salt) = store.nsec3_params(zone)?;
        Some(Self { places: Merged { image, gone, overlay }, iterations, salt })
    }

    /// The hash of a name in lower-case wire form.
    ///
    /// Cost: a SHA-1 block or two per iteration; the compiler takes no more than [`MAX_ITERATIONS`].
    pub(crate) fn hash(&self, name: &[u8]) -> Hash {
        let mut hash = self.salted(name);
        for _ in 0..self.iterations {
            hash = self.salted(&hash);
        }
        hash
    }

    fn salted(&self, octets: &[u8]) -> Hash {
        let mut sha1 = Sha1::new();
        sha1.update(octets);
        sha1.update(self.salt);
        sha1.finish()
    }

    /// The number of the record of this very hash.
    pub(crate) fn matching(&self, hash: &Hash) -> Option<usize> {
        self.places.find(|place| hash_of(place).cmp(&Some(hash)))
    }

    /// The number of the record whose interval covers the hash: the one before it, and before the first the last.
    pub(crate) fn covering(&self, hash: &Hash) -> Option<usize> {
        self.places.last(|place, _| hash_of(place) <= Some(hash), |a, b| hash_of(a) < hash_of(b))
    }

    /// Where the record of that number is.
    pub(crate) fn place(&self, number: u32) -> Option<Place<'a>> {
        Place::read(self.places.get(to_usize(number))?.0)
    }
}

fn hash_of(place: &[u8; NSEC3]) -> Option<&Hash> {
    place.first_chunk()
}

/// Where an NSEC3 record is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) hash: &'a Hash,
    /// Among the shared groups.
    pub(crate) offset: u32,
}

impl<'a> Place<'a> {
    fn read(place: &'a [u8; NSEC3]) -> Option<Self> {
        let offset = place.last_chunk::<4>()?;
        Some(Self { hash: place.first_chunk()?, offset: u32::from_le_bytes(*offset) })
    }
}

/// The label of a hash: base32hex without padding (RFC 5155 §3), its length in front.
pub(crate) fn hash_label(hash: &Hash) -> [u8; 33] {
    let mut label = [0u8; 33];
    let Some((len, digits)) = label.split_first_mut() else { return label };
    *len = 32;
    for (group, digits) in hash.as_chunks::<5>().0.iter().zip(digits.chunks_exact_mut(8)) {
        let [a, b, c, d, e] = *group;
        let mut value = u64::from_be_bytes([a, b, c, d, e, 0, 0, 0]);
        for digit in digits {
            *digit = DIGITS.get(to_usize(high32(value) >> 27)).copied().unwrap_or(b'0');
            value <<= 5;
        }
    }
    label
}

/// Iterations and salt of NSEC3PARAM RDATA. Only SHA-1 is defined (RFC 5155 §11).
#[cfg(feature = "alloc")]
pub(crate) fn params_of(rdata: &[u8]) -> Option<(u16, alloc::vec::Vec<u8>)> {
    let (&[algorithm, _, high, low, salt_len], salt) = rdata.split_first_chunk::<5>()?;
    let salt = salt.get(..usize::from(salt_len))?;
    (algorithm == 1).then(|| (u16::from_be_bytes([high, low]), salt.to_vec()))
}

/// The most iterations the compiler takes. RFC 9276 §3.1 wants none; what asks for more than 150 no validator
/// believes.
pub(crate) const MAX_ITERATIONS: u16 = 150;
const DIGITS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";

#[cfg(test)]
mod tests {
    use super::{Chain, Merged, hash_label};

    /// The hashes of RFC 5155 appendix A: salt aabbccdd, 12 iterations.
    #[test]
    fn hashes_of_rfc_5155_appendix_a() {
        let places = Merged { image: &[], gone: &[], overlay: &[] };
        let chain = Chain { places, iterations: 12, salt: &[0xaa, 0xbb, 0xcc, 0xdd] };
        for (name, hash) in [
            (&b"\x07example\0"[..], "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom"),
            (b"\x01a\x07example\0", "35mthgpgcu1qg68fab165klnsnk3dpvl"),
            (b"\x01*\x01w\x07example\0", "r53bq7cc2uvmubfu5ocmm6pers9tk9en"),
        ] {
            let label = hash_label(&chain.hash(name));
            assert_eq!(&label[1..], hash.as_bytes());
            assert_eq!(label[0], 32);
        }
    }
}
