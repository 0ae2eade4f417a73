//! Octets from the front of an answer.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{BadAnswer, Float};

/// Reads from the front; a short packet is an error, never a panic.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl Reader<'_> {
    pub(super) fn take<const N: usize>(&mut self) -> Result<[u8; N], BadAnswer> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(BadAnswer::TooShort)?;
        self.0 = rest;
        Ok(*taken)
    }

    pub(super) fn u16(&mut self) -> Result<u16, BadAnswer> {
        self.take().map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, BadAnswer> {
        self.take().map(u32::from_be_bytes)
    }

    pub(super) fn float(&mut self) -> Result<Float, BadAnswer> {
        self.u32().map(Float)
    }

    /// Sixteen octets, then the family: 1 is IPv4, 2 is IPv6.
    pub(super) fn address(&mut self) -> Result<Option<IpAddr>, BadAnswer> {
        let octets: [u8; 16] = self.take()?;
        let family = self.u16()?;
        let _padding = self.u16()?;
        let [a, b, c, d, ..] = octets;
        Ok(match family {
            1 => Some(IpAddr::V4(Ipv4Addr::new(a, b, c, d))),
            2 => Some(IpAddr::V6(Ipv6Addr::from(octets))),
            _ => None,
        })
    }
}
