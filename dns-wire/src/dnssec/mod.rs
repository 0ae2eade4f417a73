//! The data side of DNSSEC: what is signed, hashed and counted. No keys and no signatures are made here.

mod canonical;
#[cfg(feature = "digest")]
mod digest;
mod key_tag;
mod signed_data;

pub use canonical::{canonical_cmp, canonical_octets};
#[cfg(feature = "digest")]
pub use digest::{DigestError, MAX_NSEC3_ITERATIONS, ds_digest, nsec3_hash};
pub use key_tag::key_tag;
pub use signed_data::{SignedDataError, signed_data};
