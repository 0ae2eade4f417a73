//! Signed beacons: a client may report only what it was asked, from where it was asked, and soon.

use super::{Key, sip_hash};
use crate::prefix::Prefix;
use core::net::IpAddr;

/// What the server gives a client to send back: 24 octets, `expires`, `unique`, tag, big-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Nonce {
    /// The last second at which it is taken.
    pub expires: u64,
    /// A number that the server does not use twice, such as a random one: remembering it until
    /// `expires` (with [`super::once`]) makes the nonce good for one answer only.
    pub unique: u64,
}

/// Why a nonce was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Not 24 octets.
    #[error("{0} octets, where a nonce has 24")]
    Length(usize),
    /// Not signed by this key for these clients.
    #[error("the signature is not ours, or for other clients")]
    Signature,
    /// Its time is over.
    #[error("expired at {expires}, and it is {now}")]
    Expired {
        /// The last second.
        expires: u64,
        /// The time given.
        now: u64,
    },
}

impl Nonce {
    /// The octets for a client in `clients`, usually its /24 or /48, so that an address change within it
    /// does no harm.
    pub fn sign(&self, key: &Key, clients: &Prefix) -> [u8; 24] {
        let mut octets = [0; 24];
        let (body, tag) = octets.split_at_mut(16);
        let words = [self.expires.to_be_bytes(), self.unique.to_be_bytes()];
        for (to, from) in body.iter_mut().zip(words.as_flattened()) {
            *to = *from;
        }
        for (to, from) in tag.iter_mut().zip(self.tag(key, clients).to_be_bytes()) {
            *to = from;
        }
        octets
    }

    /// The nonce in `octets`, if it was signed for `clients` and its time is not over.
    ///
    /// # Errors
    /// [`Refused`] says why. The signature is looked at first, so that times of forgeries mean nothing.
    pub fn verify(octets: &[u8], key: &Key, clients: &Prefix, now: u64) -> Result<Self, Refused> {
        let ([expires, unique, tag], []) = octets.as_chunks::<8>() else {
            return Err(Refused::Length(octets.len()));
        };
        let nonce =
            Self { expires: u64::from_be_bytes(*expires), unique: u64::from_be_bytes(*unique) };
        if nonce.tag(key, clients) ^ u64::from_be_bytes(*tag) != 0 {
            return Err(Refused::Signature);
        }
        if now > nonce.expires {
            return Err(Refused::Expired { expires: nonce.expires, now });
        }
        Ok(nonce)
    }

    fn tag(&self, key: &Key, clients: &Prefix) -> u64 {
        let address = match clients.address() {
            IpAddr::V4(v4) => u128::from(v4.to_bits()),
            IpAddr::V6(v6) => v6.to_bits(),
        };
        let family = u64::from(clients.address().is_ipv6()) << 8;
        let about = (family | u64::from(clients.len())).to_be_bytes();
        let mut message = [0_u8; 40];
        let (numbers, rest) = message.split_at_mut(24);
        let words = [self.expires.to_be_bytes(), self.unique.to_be_bytes(), about];
        for (to, from) in numbers.iter_mut().zip(words.as_flattened()) {
            *to = *from;
        }
        for (to, from) in rest.iter_mut().zip(address.to_be_bytes()) {
            *to = from;
        }
        sip_hash(key, &message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_changed_bit_is_refused() {
        let key = Key([7; 16]);
        let clients = Prefix::new("192.0.2.0".parse().unwrap(), 24).unwrap();
        let nonce = Nonce { expires: 1000, unique: 42 };
        let octets = nonce.sign(&key, &clients);
        assert_eq!(Nonce::verify(&octets, &key, &clients, 1000), Ok(nonce));
        assert_eq!(
            Nonce::verify(&octets, &key, &clients, 1001),
            Err(Refused::Expired { expires: 1000, now: 1001 })
        );
        for bit in 0..192 {
            let mut forged = octets;
            forged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Nonce::verify(&forged, &key, &clients, 0), Err(Refused::Signature));
        }
        assert_eq!(Nonce::verify(&octets, &Key([8; 16]), &clients, 0), Err(Refused::Signature));
        for other in [clients.parent().unwrap(), clients.sibling().unwrap()] {
            assert_eq!(Nonce::verify(&octets, &key, &other, 0), Err(Refused::Signature));
        }
        for length in 0..24 {
            assert_eq!(
                Nonce::verify(&octets[..length], &key, &clients, 0),
                Err(Refused::Length(length))
            );
        }
    }
}
