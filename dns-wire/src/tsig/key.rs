//! Shared secrets, and what is made with them.

use super::TsigAlgorithm;
use crate::NameBuf;

/// A shared secret and the name by which both sides know it.
#[derive(Clone)]
pub struct TsigKey<'k> {
    /// The name.
    pub name: NameBuf,
    /// The algorithm.
    pub algorithm: TsigAlgorithm,
    /// The secret, of any length.
    pub secret: &'k [u8],
    /// Octets to which MACs are truncated, and the fewest that are taken; `None` for all that the algorithm
    /// makes. Held between [`TsigAlgorithm::least_mac_len`] and [`TsigAlgorithm::mac_len`].
    pub mac_len: Option<u8>,
}

impl TsigKey<'_> {
    /// Octets of the TSIG record with which this key signs: what to reserve in a message whose length is limited.
    /// The record of a refusal for BADTIME has six more (RFC 8945 §5.2.3).
    ///
    /// ```
    /// use dns_wire::tsig::{TsigAlgorithm, TsigContext, TsigKey, sign};
    /// use dns_wire::{Builder, Class, Header, NameBuf, RType, Rcode, Ttl};
    /// let name: NameBuf = "www.example.".parse()?;
    /// let algorithm = TsigAlgorithm::HmacSha256;
    /// let key = TsigKey { name: "key.example.".parse()?, algorithm, secret: b"secret", mac_len: None };
    /// let mut buffer = [0; 1232];
    /// let mut answers = Builder::new(&mut buffer, Header::default())?.answers();
    /// answers.set_limit(512);
    /// answers.reserve(11)?; // OPT without options
    /// answers.reserve(key.record_len())?;
    /// let mut address = [192, 0, 2, 0];
    /// while answers.push(name.as_name(), RType::A, Class::IN, Ttl(60), &address).is_ok() {
    ///     address[3] += 1;
    /// }
    /// let mut additionals = answers.additionals();
    /// additionals.push_opt(1232, Rcode::NOERROR, false, &[])?;
    /// let length = additionals.finish().len();
    /// let (total, _) = sign(&mut buffer, length, &key, TsigContext::Request, 1_700_000_000, 300)?;
    /// assert!((497..=512).contains(&total)); // one record more, of 16 octets, had no room
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn record_len(&self) -> usize {
        let names = [self.name.as_name(), self.algorithm.name()].map(|name| name.as_wire().len());
        names.into_iter().fold(FIXED, usize::saturating_add).saturating_add(self.mac_len())
    }

    pub(super) fn mac_len(&self) -> usize {
        let all = self.algorithm.mac_len();
        // Not `clamp`, which panics where the bounds are the wrong way round.
        let least = self.algorithm.least_mac_len();
        self.mac_len.map_or(all, |wanted| usize::from(wanted).max(least).min(all))
    }
}

/// Octets of a TSIG record without key, algorithm, MAC and other data (RFC 8945 §4.2): ten of any record; time,
/// fudge, the length of the MAC, the identifier, error, and the length of the other data.
const FIXED: usize = 10 + 6 + 2 + 2 + 2 + 2 + 2;

/// A message authentication code: 10 to 64 octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TsigMac {
    octets: [u8; 64],
    len: u8,
}

impl TsigMac {
    /// Of at most 64 octets.
    pub(super) fn new(mac: &[u8]) -> Self {
        let mut octets = [0; 64];
        let mut len = 0u8;
        for (to, from) in octets.iter_mut().zip(mac) {
            *to = *from;
            len = len.saturating_add(1);
        }
        Self { octets, len }
    }

    /// The octets.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        self.octets.get(..usize::from(self.len)).unwrap_or(&[])
    }

    pub(super) fn truncated(&self, len: usize) -> Self {
        Self::new(self.octets().get(..len).unwrap_or(self.octets()))
    }
}
