//! Client subnet (RFC 7871 §6).

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{EdnsOption, OptionCode};
use crate::{Full, WireError, WireErrorKind, Writer};

/// The part of the client's address that a resolver tells, and for how much of it an answer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientSubnet {
    address: IpAddr,
    source: u8,
    scope: u8,
}

impl ClientSubnet {
    /// A subnet; bits of `address` past `source` are cleared. `None` when a prefix length is longer
    /// than the address.
    #[must_use]
    pub fn new(address: IpAddr, source: u8, scope: u8) -> Option<Self> {
        let width = if address.is_ipv4() { 32 } else { 128 };
        if source > width || scope > width {
            return None;
        }
        let address = match address {
            IpAddr::V4(v4) => {
                let mask =
                    u32::MAX.checked_shl(32u32.saturating_sub(u32::from(source))).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from(u32::from(v4) & mask))
            }
            IpAddr::V6(v6) => {
                let mask =
                    u128::MAX.checked_shl(128u32.saturating_sub(u32::from(source))).unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from(u128::from(v6) & mask))
            }
        };
        Some(Self { address, source, scope })
    }

    /// Reads the option, strictly: as many address octets as `source` needs and no more, no bit set
    /// past it, family 1 or 2, prefix lengths within the address.
    ///
    /// # Errors
    /// Where one of these does not hold; FORMERR is due then.
    #[inline]
    pub fn read(option: &EdnsOption<'_>) -> Result<Self, WireError> {
        let error = |kind| WireError::new(kind, option.position);
        let Some((&[a, b, source, scope], octets)) = option.data.split_first_chunk::<4>() else {
            return Err(error(WireErrorKind::Truncated));
        };
        if octets.len() != usize::from(source).div_ceil(8) {
            return Err(error(WireErrorKind::Length));
        }
        let (address, past, width) = match (u16::from_be_bytes([a, b]), octets.len()) {
            (1, 0..=4) => {
                let address = v4(option.data, octets.len());
                let past = address.checked_shl(source.into()).unwrap_or(0);
                (IpAddr::V4(address.into()), past != 0, 32)
            }
            (2, 0..=16) => {
                let address = v6(octets);
                let past = address.checked_shl(source.into()).unwrap_or(0);
                (IpAddr::V6(address.into()), past != 0, 128)
            }
            (1 | 2, _) => return Err(error(WireErrorKind::Length)),
            _ => return Err(error(WireErrorKind::Value)),
        };
        if past || scope > width {
            return Err(error(WireErrorKind::Value));
        }
        Ok(Self { address, source, scope })
    }

    /// The address, zero past [`source`](Self::source).
    #[must_use]
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// SOURCE PREFIX-LENGTH: leftmost bits of the address that are told.
    #[must_use]
    pub fn source(&self) -> u8 {
        self.source
    }

    /// SCOPE PREFIX-LENGTH: leftmost bits for which the answer holds; 0 in a query.
    #[must_use]
    pub fn scope(&self) -> u8 {
        self.scope
    }

    /// The same subnet as it is sent back in a response. `None` when `scope` is longer than the address.
    #[must_use]
    pub fn with_scope(self, scope: u8) -> Option<Self> {
        Self::new(self.address, self.source, scope)
    }

    /// Writes the option, its code and length included, and returns its length: 8 to 24 octets.
    ///
    /// # Errors
    /// When `out` is too small.
    pub fn write(&self, out: &mut [u8]) -> Result<usize, Full> {
        let mut out = Writer::new(out);
        let octets = usize::from(self.source).div_ceil(8);
        out.u16(OptionCode::CLIENT_SUBNET.0)?;
        out.u16(u16::try_from(octets.saturating_add(4)).map_err(|_| Full)?)?;
        match self.address {
            IpAddr::V4(v4) => {
                out.array([0, 1, self.source, self.scope])?;
                out.slice(v4.octets().get(..octets).unwrap_or(&[]))?;
            }
            IpAddr::V6(v6) => {
                out.array([0, 2, self.source, self.scope])?;
                out.slice(v6.octets().get(..octets).unwrap_or(&[]))?;
            }
        }
        Ok(out.len())
    }
}

/// The address whose first `octets` octets, at most four, are the last of `data`, zeros after them.
#[inline]
fn v4(data: &[u8], octets: usize) -> u32 {
    // Four octets of other fields lie before it, so that four can be read: a copy of as many as there are would be a call.
    let last = data.last_chunk().map_or(0, |last| u32::from_be_bytes(*last));
    u32::try_from(octets)
        .ok()
        .and_then(|octets| last.checked_shl(32u32.wrapping_sub(octets.wrapping_mul(8))))
        .unwrap_or(0)
}

/// At most sixteen octets, and zeros after them.
#[inline]
fn v6(octets: &[u8]) -> u128 {
    let mut all = [0; 16];
    for (place, &octet) in all.iter_mut().zip(octets) {
        *place = octet;
    }
    u128::from_be_bytes(all)
}
