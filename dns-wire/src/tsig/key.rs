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
    pub(super) fn mac_len(&self) -> usize {
        let all = self.algorithm.mac_len();
        // Not `clamp`, which panics where the bounds are the wrong way round.
        let least = self.algorithm.least_mac_len();
        self.mac_len.map_or(all, |wanted| usize::from(wanted).max(least).min(all))
    }
}

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
