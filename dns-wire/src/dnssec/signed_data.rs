//! The octets that an RRSIG signs (RFC 4034 §3.1.8.1).

use super::canonical::{canonical_cmp, canonical_octets};
use crate::rdata::Rrsig;
use crate::{Class, Name};

/// Why there is nothing to sign or to verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignedDataError {
    /// The RRSIG counts more labels than the owner has (RFC 4034 §3.1.3).
    #[error("the signature has more labels than the owner")]
    Labels,
    /// The name of the signer is malformed.
    #[error("the name of the signer is malformed")]
    Signer,
    /// RDATA of more than 65535 octets.
    #[error("RDATA longer than 65535 octets")]
    Length,
}

/// Feeds the octets that `rrsig` signs to `sink`, in pieces: the RRSIG without its signature, then
/// the RRset in canonical form and order. `rdatas` are the RDATA of the set, uncompressed; they are
/// put into canonical order in place, and one that is there twice is fed once (RFC 4034 §6.3).
///
/// `owner` is the name at which the records were found; where the RRSIG counts fewer labels, the
/// records come from a wildcard and the wildcard's name is fed (RFC 4035 §5.3.2).
///
/// # Errors
/// When the RRSIG does not fit the owner, or its signer cannot be read.
///
/// # Cost
/// O(n log n) comparisons of RDATA, no allocation.
pub fn signed_data(
    rrsig: &Rrsig<'_>,
    owner: Name<'_>,
    class: Class,
    rdatas: &mut [&[u8]],
    mut sink: impl FnMut(&[u8]),
) -> Result<(), SignedDataError> {
    let mut signer = rrsig.signer.to_name_buf().map_err(|_| SignedDataError::Signer)?;
    signer.make_lowercase();
    // A `*` that stands in the name itself is not counted (RFC 4034 §3.1.3).
    let labels = owner.label_count().saturating_sub(u8::from(owner.is_wildcard()));
    if rrsig.labels > labels {
        return Err(SignedDataError::Labels);
    }
    if rdatas.iter().any(|rdata| rdata.len() > 0xffff) {
        return Err(SignedDataError::Length);
    }
    sink(&rrsig.type_covered.0.to_be_bytes());
    sink(&[rrsig.algorithm, rrsig.labels]);
    sink(&rrsig.original_ttl.to_be_bytes());
    sink(&rrsig.expiration.0.to_be_bytes());
    sink(&rrsig.inception.0.to_be_bytes());
    sink(&rrsig.key_tag.to_be_bytes());
    sink(signer.as_name().as_wire());

    let mut suffix: crate::NameBuf = owner.suffix(rrsig.labels).into();
    suffix.make_lowercase();
    let wildcard: &[u8] = if rrsig.labels < owner.label_count() { b"\x01*" } else { b"" };
    let rtype = rrsig.type_covered;
    rdatas.sort_unstable_by(|a, b| canonical_cmp(rtype, a, b));
    let mut last: Option<&[u8]> = None;
    for rdata in rdatas.iter() {
        if last.is_some_and(|last| canonical_cmp(rtype, last, rdata).is_eq()) {
            continue;
        }
        last = Some(rdata);
        sink(wildcard);
        sink(suffix.as_name().as_wire());
        sink(&rtype.0.to_be_bytes());
        sink(&class.0.to_be_bytes());
        sink(&rrsig.original_ttl.to_be_bytes());
        sink(&u16::try_from(rdata.len()).unwrap_or(u16::MAX).to_be_bytes());
        let mut piece = [0u8; 64];
        let mut used = 0usize;
        for octet in canonical_octets(rtype, rdata) {
            if used == piece.len() {
                sink(&piece);
                used = 0;
            }
            if let Some(place) = piece.get_mut(used) {
                *place = octet;
            }
            used = used.wrapping_add(1);
        }
        sink(piece.get(..used).unwrap_or(&[]));
    }
    Ok(())
}
