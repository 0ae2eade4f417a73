//! Symmetric keys: seal and check the MAC at the end of a packet. Feature `mac`.
//!
//! The digests are those of RFC 5905 (MD5), RFC 8573 (AES-CMAC) and what chrony and NTPsec offer
//! beside them (SHA-1, SHA-2). MD5 and SHA-1 are here to talk to old peers; use AES-CMAC.
//!
//! In version 4 a MAC is 24 octets at most, so that it cannot be taken for an extension field:
//! longer digests are cut to 20 octets, as chrony does. In version 3 they are sent whole.

mod responder;

use aes::{Aes128, Aes256};
use cmac::Cmac;
use cmac::digest::Output;
use md5::Md5;
use md5::digest::Digest as _;
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};
use thiserror::Error;

use crate::extension::{BadTrailer, Framing, Full, MacView, Trailer};
use crate::{Packet, Version};

pub use responder::{Ignored, respond};

/// A digest algorithm with its key, in memory the caller keeps.
///
/// `Debug` does not show the key.
#[derive(Clone, Copy)]
pub enum Key<'a> {
    /// MD5 of key and packet. Broken; for old peers only.
    Md5(&'a [u8]),
    /// SHA-1 of key and packet. For old peers only.
    Sha1(&'a [u8]),
    /// SHA-256 of key and packet.
    Sha256(&'a [u8]),
    /// SHA-384 of key and packet.
    Sha384(&'a [u8]),
    /// SHA-512 of key and packet.
    Sha512(&'a [u8]),
    /// AES-128-CMAC, RFC 8573.
    AesCmac128(&'a [u8; 16]),
    /// AES-256-CMAC.
    AesCmac256(&'a [u8; 32]),
}

impl Key<'_> {
    /// Appends key identifier and digest to the first `length` octets of `out`, a whole packet
    /// with its extension fields, and returns the new length.
    ///
    /// # Errors
    /// [`Full`] when there is no room, or no packet. `out` is then as it was.
    ///
    /// # Cost
    /// O(`length`), one digest.
    pub fn seal(&self, key_id: u32, out: &mut [u8], length: usize) -> Result<usize, Full> {
        let (packet, room) = out.split_at_mut_checked(length).ok_or(Full)?;
        let version = version(packet).ok_or(Full)?;
        let digest = self.digest(packet);
        let digest = digest.cut(version);
        let (id, room) = room.split_first_chunk_mut().ok_or(Full)?;
        room.get_mut(..digest.len()).ok_or(Full)?.copy_from_slice(digest);
        *id = key_id.to_be_bytes();
        Ok(length.saturating_add(4).saturating_add(digest.len()))
    }

    /// Whether `mac` is this key's for `packet`, the octets before it. In constant time for digests
    /// of equal length.
    #[must_use]
    pub fn verifies(&self, packet: &[u8], mac: &MacView<'_>) -> bool {
        let Some(version) = version(packet) else {
            return false;
        };
        equal(self.digest(packet).cut(version), mac.digest)
    }

    fn digest(&self, packet: &[u8]) -> Digest {
        match self {
            Self::Md5(key) => {
                Digest::of(&Md5::new().chain_update(key).chain_update(packet).finalize())
            }
            Self::Sha1(key) => {
                Digest::of(&Sha1::new().chain_update(key).chain_update(packet).finalize())
            }
            Self::Sha256(key) => {
                Digest::of(&Sha256::new().chain_update(key).chain_update(packet).finalize())
            }
            Self::Sha384(key) => {
                Digest::of(&Sha384::new().chain_update(key).chain_update(packet).finalize())
            }
            Self::Sha512(key) => {
                Digest::of(&Sha512::new().chain_update(key).chain_update(packet).finalize())
            }
            Self::AesCmac128(key) => Digest::of(&cmac::<Cmac<Aes128>>(*key, packet)),
            Self::AesCmac256(key) => Digest::of(&cmac::<Cmac<Aes256>>(*key, packet)),
        }
    }
}

impl core::fmt::Debug for Key<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Md5(_) => "Md5(..)",
            Self::Sha1(_) => "Sha1(..)",
            Self::Sha256(_) => "Sha256(..)",
            Self::Sha384(_) => "Sha384(..)",
            Self::Sha512(_) => "Sha512(..)",
            Self::AesCmac128(_) => "AesCmac128(..)",
            Self::AesCmac256(_) => "AesCmac256(..)",
        })
    }
}

/// Checks the MAC of a whole packet and returns the identifier of the key that fits.
///
/// `key` finds a key by its identifier. Test 5 of RFC 5905 §8.
///
/// # Errors
/// [`Unauthentic`] says why not.
pub fn verify<'k>(
    packet: &[u8],
    key: impl FnOnce(u32) -> Option<Key<'k>>,
) -> Result<u32, Unauthentic> {
    let Ok((header, rest)) = Packet::parse(packet) else {
        return Err(Unauthentic::TooShort { octets: packet.len() });
    };
    let trailer = Trailer::parse(header.version, rest, Framing::Strict)?;
    let mac = trailer.mac().ok_or(Unauthentic::NoMac)?;
    if mac.is_crypto_nak() {
        return Err(Unauthentic::CryptoNak);
    }
    if mac.is_ms_sntp() {
        return Err(Unauthentic::MsSntp);
    }
    let signed = packet.len().saturating_sub(mac.digest.len()).saturating_sub(4);
    let signed = packet.get(..signed).unwrap_or_default();
    let fits = key(mac.key_id).ok_or(Unauthentic::UnknownKey { id: mac.key_id })?;
    if fits.verifies(signed, &mac) {
        Ok(mac.key_id)
    } else {
        Err(Unauthentic::Digest { id: mac.key_id })
    }
}

/// Why a packet is not authentic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Unauthentic {
    /// Not even a header.
    #[error("{octets} octets are too few for a packet of 48")]
    TooShort {
        /// How many there were.
        octets: usize,
    },
    /// What follows the header is neither fields nor a MAC.
    #[error(transparent)]
    Trailer(#[from] BadTrailer),
    /// There is no MAC.
    #[error("there is no MAC")]
    NoMac,
    /// The other side could not authenticate us.
    #[error("crypto-NAK")]
    CryptoNak,
    /// A request of Windows in a domain, which only a domain controller can answer.
    #[error("MS-SNTP: only a domain controller has the key")]
    MsSntp,
    /// No key has this identifier.
    #[error("there is no key {id}")]
    UnknownKey {
        /// The identifier in the packet.
        id: u32,
    },
    /// The digest is another.
    #[error("the digest with key {id} is wrong")]
    Digest {
        /// The identifier in the packet.
        id: u32,
    },
}

/// A digest of up to 64 octets.
struct Digest {
    octets: [u8; 64],
    length: usize,
}

impl Digest {
    fn of(output: &[u8]) -> Self {
        let mut octets = [0; 64];
        let length = octets.iter_mut().zip(output).map(|(to, from)| *to = *from).count();
        Self { octets, length }
    }

    /// What is sent of it in this version.
    fn cut(&self, version: Version) -> &[u8] {
        let most = if version < Version::V4 { 64 } else { 20 };
        self.octets.get(..self.length.min(most)).unwrap_or_default()
    }
}

fn cmac<M: cmac::Mac + cmac::KeyInit>(key: &[u8], packet: &[u8]) -> Output<M> {
    // The slice has the length of the key by its type, so the default is never used.
    match <M as cmac::KeyInit>::new_from_slice(key) {
        Ok(mac) => mac.chain_update(packet).finalize().into_bytes(),
        Err(_) => Output::<M>::default(),
    }
}

fn version(packet: &[u8]) -> Option<Version> {
    Packet::parse(packet).ok().map(|(header, _)| header.version)
}

/// Equality that takes the same time wherever the first difference is.
fn equal(a: &[u8], b: &[u8]) -> bool {
    let difference = a.iter().zip(b).fold(0, |sum, (a, b)| core::hint::black_box(sum | (a ^ b)));
    a.len() == b.len() && difference == 0
}

#[cfg(test)]
mod tests;
