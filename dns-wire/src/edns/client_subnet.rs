//! Client subnet (RFC 7871 §6).

use core::fmt;
use core::net::{IpAddr, Ipv4Addr};

use super::{EdnsOption, OptionCode};
use crate::{Full, WireError, WireErrorKind, Writer};

/// The part of the client's address that a resolver tells, and for how much of it an answer holds.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientSubnet {
    /// The address, its first bit the highest, zeros after its last. Not an [`IpAddr`], whose two forms overlap: it is
    /// moved in other words than it is written in, which waits for the writing.
    bits: [u64; 2],
    family: Family,
    source: u8,
    scope: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Family {
    V4,
    V6,
}

impl ClientSubnet {
    /// A subnet; bits of `address` past `source` are cleared. `None` when a prefix length is longer
    /// than the address.
    #[must_use]
    pub fn new(address: IpAddr, source: u8, scope: u8) -> Option<Self> {
        let (family, width, bits) = match address {
            IpAddr::V4(v4) => (Family::V4, 32, u128::from(u32::from(v4)).wrapping_shl(96)),
            IpAddr::V6(v6) => (Family::V6, 128, u128::from(v6)),
        };
        if source > width || scope > width {
            return None;
        }
        let mask = u128::MAX.checked_shl(128u32.saturating_sub(u32::from(source))).unwrap_or(0);
        Some(Self { bits: halves(bits & mask), family, source, scope })
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
        let subnet = match (u16::from_be_bytes([a, b]), octets.len()) {
            (1, 0..=4) => {
                let bits = v4(option.data, octets.len());
                let past = bits.wrapping_shl(source.into());
                (past == 0 && scope <= 32).then_some((Family::V4, [bits, 0]))
            }
            (2, 0..=16) => {
                let bits = v6(octets);
                let past = bits.checked_shl(source.into()).unwrap_or(0);
                (past == 0 && scope <= 128).then_some((Family::V6, halves(bits)))
            }
            (1 | 2, _) => return Err(error(WireErrorKind::Length)),
            _ => return Err(error(WireErrorKind::Value)),
        };
        match subnet {
            Some((family, bits)) => Ok(Self { bits, family, source, scope }),
            None => Err(error(WireErrorKind::Value)),
        }
    }

    /// The address, zero past [`source`](Self::source).
    #[inline]
    #[must_use]
    pub fn address(&self) -> IpAddr {
        let [high, low] = self.bits;
        match self.family {
            Family::V4 => {
                let [a, b, c, d, ..] = high.to_be_bytes();
                IpAddr::V4(Ipv4Addr::new(a, b, c, d))
            }
            Family::V6 => IpAddr::V6((u128::from(high).wrapping_shl(64) | u128::from(low)).into()),
        }
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
        Self::new(self.address(), self.source, scope)
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
        match self.address() {
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

impl fmt::Debug for ClientSubnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientSubnet({}/{}/{})", self.address(), self.source, self.scope)
    }
}

/// The bits of an address of at most four octets, which are the last of `data`.
#[inline]
fn v4(data: &[u8], octets: usize) -> u64 {
    // Other fields lie before it, so that four octets can be read, and those shifted out that are not of it: a copy of
    // as many as there are would be a call.
    let [a, b, c, d] = data.last_chunk().copied().unwrap_or_default();
    let past = u32::try_from(octets.wrapping_mul(8)).unwrap_or(0);
    u64::from_be_bytes([a, b, c, d, 0, 0, 0, 0]).wrapping_shl(32u32.wrapping_sub(past))
}

/// The bits of an address of at most sixteen octets.
#[inline]
fn v6(octets: &[u8]) -> u128 {
    let mut all = [0; 16];
    for (place, &octet) in all.iter_mut().zip(octets) {
        *place = octet;
    }
    u128::from_be_bytes(all)
}

/// The upper and the lower half.
fn halves(bits: u128) -> [u64; 2] {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = bits.to_be_bytes();
    [u64::from_be_bytes([a, b, c, d, e, f, g, h]), u64::from_be_bytes([i, j, k, l, m, n, o, p])]
}
