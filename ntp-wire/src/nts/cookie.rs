//! Cookies: a client's keys, sealed so that the server need not remember them. RFC 8915 §6.
//!
//! A cookie is `key id (4) ‖ nonce (16) ‖ tag (16) ‖ client key ‖ server key`, which makes 68, 100
//! or 164 octets; the length tells the algorithm, as in chrony. Only the server that made a cookie
//! reads it.

use thiserror::Error;

use super::aead::Cipher;
use super::{Algorithm, Keys};
use crate::extension::Full;

/// The keys cookies are sealed with: the newest seals, all of them open.
///
/// RFC 8915 §6 asks to rotate once a day and to keep a few. `N` keys are kept.
#[derive(Clone, Debug)]
pub struct Keyring<const N: usize = 4> {
    /// Newest first.
    keys: [Option<(u32, Cipher)>; N],
}

impl<const N: usize> Keyring<N> {
    /// With one key. `secret` must come from a good source of randomness.
    #[must_use]
    pub fn new(id: u32, secret: &[u8; 32]) -> Self {
        let mut ring = Self { keys: [const { None }; N] };
        ring.rotate(id, secret);
        ring
    }

    /// Makes a new key the one that seals, and forgets the oldest when there are `N` already.
    ///
    /// Servers that share a service share ids and secrets.
    pub fn rotate(&mut self, id: u32, secret: &[u8; 32]) {
        self.keys.rotate_right(usize::from(N > 0));
        if let Some(newest) = self.keys.first_mut() {
            *newest = Cipher::new(Algorithm::SivCmac256, secret).map(|cipher| (id, cipher));
        }
    }

    /// Octets of a cookie for this algorithm.
    #[must_use]
    pub const fn cookie_length(algorithm: Algorithm) -> usize {
        algorithm.key_length().saturating_mul(2).saturating_add(HEAD + 16)
    }

    /// Writes a cookie into `out`, which must have exactly its length. `nonce` must be random.
    ///
    /// # Errors
    /// [`Full`] when `out` has another length. It is then as it was.
    pub fn seal(&self, keys: &Keys, nonce: [u8; 16], out: &mut [u8]) -> Result<(), Full> {
        if out.len() != Self::cookie_length(keys.algorithm()) {
            return Err(Full);
        }
        let Some(Some((id, cipher))) = self.keys.first() else {
            return Err(Full);
        };
        let (head, sealed) = out.split_first_chunk_mut::<HEAD>().ok_or(Full)?;
        head.iter_mut()
            .zip(id.to_be_bytes().into_iter().chain(nonce))
            .for_each(|(to, from)| *to = from);
        let plain = cipher.plain(sealed).ok_or(Full)?;
        let both = keys.client_to_server().iter().chain(keys.server_to_client());
        plain.iter_mut().zip(both).for_each(|(to, from)| *to = *from);
        cipher.seal(&[], &nonce, sealed).ok_or(Full)
    }

    /// The keys in a cookie.
    ///
    /// # Errors
    /// [`BadCookie`] when this ring did not make it, or has forgotten its key.
    pub fn open(&self, cookie: &[u8]) -> Result<Keys, BadCookie> {
        let algorithm = match cookie.len() {
            68 => Algorithm::GcmSiv128,
            100 => Algorithm::SivCmac256,
            164 => Algorithm::SivCmac512,
            octets => return Err(BadCookie::Length { octets }),
        };
        let bad = BadCookie::NotAuthentic;
        let (id, rest) = cookie.split_first_chunk().ok_or(bad)?;
        let (nonce, sealed) = rest.split_first_chunk::<16>().ok_or(bad)?;
        let id = u32::from_be_bytes(*id);
        let mut known = self.keys.iter().flatten();
        let (_, cipher) =
            known.find(|(known, _)| *known == id).ok_or(BadCookie::UnknownKey { id })?;
        let mut text = [0; 16 + 128];
        let text = text.get_mut(..sealed.len()).ok_or(bad)?;
        text.copy_from_slice(sealed);
        let plain = cipher.open(&[], nonce, text).map_err(|_| bad)?;
        let (client, server) = plain.split_at_checked(algorithm.key_length()).ok_or(bad)?;
        Keys::new(algorithm, client, server).ok_or(bad)
    }
}

/// Why a cookie does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BadCookie {
    /// Not the length of any cookie.
    #[error("no cookie has {octets} octets")]
    Length {
        /// How many there were.
        octets: usize,
    },
    /// Sealed with a key that is not, or no longer, in the ring.
    #[error("there is no cookie key {id:#010x}")]
    UnknownKey {
        /// The identifier in the cookie.
        id: u32,
    },
    /// Not what the key sealed.
    #[error("the cookie is not authentic")]
    NotAuthentic,
}

/// Octets before what is sealed: key id and nonce.
const HEAD: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    #[test]
    fn cookies_open_until_their_key_is_forgotten() {
        let mut ring = Keyring::<2>::new(1, &[1; 32]);
        for algorithm in [Algorithm::SivCmac256, Algorithm::SivCmac512, Algorithm::GcmSiv128] {
            let length = algorithm.key_length();
            let keys = Keys::new(algorithm, &vec![5; length], &vec![6; length]).unwrap();
            let mut cookie = vec![0; Keyring::<2>::cookie_length(algorithm)];
            ring.seal(&keys, [9; 16], &mut cookie).unwrap();
            assert_eq!(ring.open(&cookie), Ok(keys));
            for octet in 0..cookie.len() {
                let mut changed = cookie.clone();
                changed[octet] ^= 1;
                assert!(ring.open(&changed).is_err());
            }
            assert_eq!(ring.seal(&keys, [9; 16], &mut [0; 99]), Err(Full));
            assert_eq!(
                ring.open(&cookie[1..]),
                Err(BadCookie::Length { octets: cookie.len() - 1 })
            );
        }
        let keys = Keys::new(Algorithm::GcmSiv128, &[5; 16], &[6; 16]).unwrap();
        let mut cookie = [0; 68];
        ring.seal(&keys, [9; 16], &mut cookie).unwrap();
        ring.rotate(2, &[2; 32]);
        assert_eq!(ring.open(&cookie), Ok(keys));
        ring.rotate(3, &[3; 32]);
        assert_eq!(ring.open(&cookie), Err(BadCookie::UnknownKey { id: 1 }));
    }
}
