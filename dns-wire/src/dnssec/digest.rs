//! Digests of keys and of names.

use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384};

use crate::{Name, NameBuf};

/// Why a digest was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// An algorithm that is not known here.
    #[error("digest algorithm {0} is not known")]
    Algorithm(u8),
    /// More iterations than the caller wants to pay for (RFC 9276 §3.2).
    #[error("{0} iterations are too many")]
    Iterations(u16),
    /// The output buffer is too small.
    #[error("no room")]
    Full,
}

/// The digest of a DS record for a key (RFC 4034 §5.1.4): 1 SHA-1, 2 SHA-256 (RFC 4509), 4 SHA-384
/// (RFC 6605). Writes 20, 32 or 48 octets and says how many.
///
/// # Errors
/// When the digest type is another, or `out` is too small.
pub fn ds_digest(
    owner: Name<'_>,
    dnskey: &[u8],
    digest_type: u8,
    out: &mut [u8],
) -> Result<usize, DigestError> {
    let mut owner = NameBuf::from(owner);
    owner.make_lowercase();
    let parts = [owner.as_name().as_wire(), dnskey];
    match digest_type {
        1 => write(&hash::<Sha1>(&parts), out),
        2 => write(&hash::<Sha256>(&parts), out),
        4 => write(&hash::<Sha384>(&parts), out),
        other => Err(DigestError::Algorithm(other)),
    }
}

/// The hash of a name for NSEC3 (RFC 5155 §5): SHA-1, the only algorithm there is (1).
///
/// # Errors
/// When `iterations` is more than `limit`; [`MAX_NSEC3_ITERATIONS`] is what a validator should take.
///
/// # Cost
/// `iterations` + 1 runs of SHA-1 over at most 255 + 255 octets.
pub fn nsec3_hash(
    name: Name<'_>,
    salt: &[u8],
    iterations: u16,
    limit: u16,
) -> Result<[u8; 20], DigestError> {
    if iterations > limit {
        return Err(DigestError::Iterations(iterations));
    }
    let mut name = NameBuf::from(name);
    name.make_lowercase();
    let mut digest: [u8; 20] = hash::<Sha1>(&[name.as_name().as_wire(), salt]).into();
    for _ in 0..iterations {
        digest = hash::<Sha1>(&[&digest, salt]).into();
    }
    Ok(digest)
}

fn hash<D: Digest>(parts: &[&[u8]]) -> sha2::digest::Output<D> {
    let mut hasher = D::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize()
}

fn write(digest: &[u8], out: &mut [u8]) -> Result<usize, DigestError> {
    out.get_mut(..digest.len()).ok_or(DigestError::Full)?.copy_from_slice(digest);
    Ok(digest.len())
}

/// Validators may treat zones with more iterations as insecure, and many do so above this (RFC 9276 §3.2).
pub const MAX_NSEC3_ITERATIONS: u16 = 100;
