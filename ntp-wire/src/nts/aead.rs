//! The three algorithms behind one face.

use aes::{Aes128, Aes128Enc, Aes256Enc};
use aes_gcm_siv::aead::AeadInOut;
use aes_gcm_siv::{AesGcmSiv, KeyInit};
use thiserror::Error;

use super::siv::Siv;

/// An AEAD algorithm of the IANA registry that this crate can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// 15, AEAD_AES_SIV_CMAC_256: every NTS implementation has it.
    SivCmac256,
    /// 17, AEAD_AES_SIV_CMAC_512.
    SivCmac512,
    /// 30, AEAD_AES_128_GCM_SIV: shorter cookies. chrony 4.4 and later.
    GcmSiv128,
}

impl Algorithm {
    /// By its number in the registry.
    #[must_use]
    pub const fn from_id(id: u16) -> Option<Self> {
        match id {
            15 => Some(Self::SivCmac256),
            17 => Some(Self::SivCmac512),
            30 => Some(Self::GcmSiv128),
            _ => None,
        }
    }

    /// Its number in the registry.
    #[must_use]
    pub const fn id(self) -> u16 {
        match self {
            Self::SivCmac256 => 15,
            Self::SivCmac512 => 17,
            Self::GcmSiv128 => 30,
        }
    }

    /// Octets of a key: what to export from TLS for each direction.
    #[must_use]
    pub const fn key_length(self) -> usize {
        match self {
            Self::SivCmac256 => 32,
            Self::SivCmac512 => 64,
            Self::GcmSiv128 => 16,
        }
    }

    /// Octets of the nonces this crate makes.
    #[must_use]
    pub const fn nonce_length(self) -> usize {
        match self {
            Self::SivCmac256 | Self::SivCmac512 => 16,
            Self::GcmSiv128 => 12,
        }
    }
}

/// A key of one direction, ready to use.
#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "no allocation: the largest is on the stack anyway")]
pub(super) enum Cipher {
    Siv256(Siv<Aes128Enc>),
    Siv512(Siv<Aes256Enc>),
    GcmSiv(AesGcmSiv<Aes128>),
}

impl Cipher {
    /// Nothing when the key has not the algorithm's length.
    pub(super) fn new(algorithm: Algorithm, key: &[u8]) -> Option<Self> {
        Some(match algorithm {
            Algorithm::SivCmac256 => {
                let (mac, counter) = key.split_at_checked(16)?;
                Self::Siv256(Siv::new(mac, counter)?)
            }
            Algorithm::SivCmac512 => {
                let (mac, counter) = key.split_at_checked(32)?;
                Self::Siv512(Siv::new(mac, counter)?)
            }
            Algorithm::GcmSiv128 => Self::GcmSiv(AesGcmSiv::new_from_slice(key).ok()?),
        })
    }

    /// Seals `text[16..]` (SIV, tag in front) or `text[..len - 16]` (GCM-SIV, tag behind) in place:
    /// [`plain`] says where the plain text goes. Nothing when `text` has no room for the tag, or the
    /// nonce not the right length.
    pub(super) fn seal(&self, associated: &[u8], nonce: &[u8], text: &mut [u8]) -> Option<()> {
        match self {
            Self::Siv256(siv) => {
                let (tag, text) = text.split_first_chunk_mut()?;
                *tag = siv.seal([associated, nonce], text);
            }
            Self::Siv512(siv) => {
                let (tag, text) = text.split_first_chunk_mut()?;
                *tag = siv.seal([associated, nonce], text);
            }
            Self::GcmSiv(gcm) => {
                let nonce: [u8; 12] = nonce.try_into().ok()?;
                let (text, tag) = text.split_last_chunk_mut()?;
                *tag = gcm.encrypt_inout_detached(&nonce.into(), associated, text.into()).ok()?.0;
            }
        }
        Some(())
    }

    /// Opens in place and returns the plain text.
    pub(super) fn open<'t>(
        &self,
        associated: &[u8],
        nonce: &[u8],
        text: &'t mut [u8],
    ) -> Result<&'t mut [u8], NotAuthentic> {
        // An empty nonce would make equal packets look equal; nobody sends it.
        if nonce.is_empty() {
            return Err(NotAuthentic);
        }
        match self {
            Self::Siv256(siv) => {
                let (tag, text) = text.split_first_chunk_mut().ok_or(NotAuthentic)?;
                siv.open([associated, nonce], *tag, text).then_some(text).ok_or(NotAuthentic)
            }
            Self::Siv512(siv) => {
                let (tag, text) = text.split_first_chunk_mut().ok_or(NotAuthentic)?;
                siv.open([associated, nonce], *tag, text).then_some(text).ok_or(NotAuthentic)
            }
            Self::GcmSiv(gcm) => {
                let nonce: [u8; 12] = nonce.try_into().map_err(|_| NotAuthentic)?;
                let (text, tag) = text.split_last_chunk_mut::<16>().ok_or(NotAuthentic)?;
                let tag = (*tag).into();
                gcm.decrypt_inout_detached(&nonce.into(), associated, (&mut *text).into(), &tag)
                    .map_err(|_| NotAuthentic)?;
                Ok(text)
            }
        }
    }

    /// The part of `text` that holds the plain text before sealing.
    pub(super) fn plain<'t>(&self, text: &'t mut [u8]) -> Option<&'t mut [u8]> {
        match self {
            Self::Siv256(_) | Self::Siv512(_) => {
                text.split_first_chunk_mut::<TAG>().map(|(_, plain)| plain)
            }
            Self::GcmSiv(_) => text.split_last_chunk_mut::<TAG>().map(|(plain, _)| plain),
        }
    }

    pub(super) const fn nonce_length(&self) -> usize {
        match self {
            Self::Siv256(_) | Self::Siv512(_) => 16,
            Self::GcmSiv(_) => 12,
        }
    }
}

impl core::fmt::Debug for Cipher {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Cipher(..)")
    }
}

/// The tag does not fit the key, the nonce and the octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not authentic")]
pub struct NotAuthentic;

/// Octets of a tag, in all three algorithms.
pub(super) const TAG: usize = 16;
