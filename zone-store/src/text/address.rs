//! Addresses and prefixes as text.

use super::plain;
use crate::source::Prefix;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An IPv4 or IPv6 address. An IPv4-mapped IPv6 address is the IPv4 address it stands for.
pub(crate) fn address(text: &[u8]) -> Option<IpAddr> {
    if let Some(v4) = plain::ipv4(text) {
        return Some(IpAddr::V4(v4.into()));
    }
    if let Some(v6) = plain::ipv6(text) {
        return Some(IpAddr::V6(v6.into()).to_canonical());
    }
    let text = core::str::from_utf8(text).ok()?;
    text.parse::<Ipv6Addr>().ok().map(|v6| IpAddr::V6(v6).to_canonical())
}

/// One to four decimal octets with dots between, and how many; the missing ones are zero.
pub(crate) fn leading_octets(text: &[u8]) -> Option<([u8; 4], u8)> {
    let mut octets = [0_u8; 4];
    let mut count = 0_u8;
    let mut parts = text.split(|&octet| octet == b'.');
    for slot in &mut octets {
        let Some(part) = parts.next() else { break };
        *slot = octet(part)?;
        count = count.saturating_add(1);
    }
    parts.next().is_none().then_some((octets, count))
}

/// Why a prefix is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PrefixError {
    /// Not an address, or not an address and a length.
    Syntax,
    /// The length is longer than the address.
    Length,
    /// An IPv4-mapped address with a length below 96: the bits past it that mark the address so are set.
    Mapped,
    /// A bit past the length is set; the prefix that was probably meant.
    HostBits(Prefix),
}

/// `address/length`, or an address alone, which is a prefix of full length.
pub(crate) fn prefix(text: &[u8]) -> Result<Prefix, PrefixError> {
    let (address_text, length_text) = match text.iter().position(|&octet| octet == b'/') {
        Some(slash) => {
            let (before, after) = text.split_at_checked(slash).ok_or(PrefixError::Syntax)?;
            (before, after.split_first().map(|(_, length)| length))
        }
        None => (text, None),
    };
    let written_as_v6 = address_text.contains(&b':');
    let address = address(address_text).ok_or(PrefixError::Syntax)?;
    let width = width(address);
    let len = match length_text {
        None => width,
        Some(text) => {
            let len = octet(text).ok_or(PrefixError::Syntax)?;
            match address {
                // Written as ::ffff:192.0.2.0/120, the length counts 128 bits.
                IpAddr::V4(_) if written_as_v6 => len.checked_sub(96).ok_or(PrefixError::Mapped)?,
                _ => len,
            }
        }
    };
    if len > width {
        return Err(PrefixError::Length);
    }
    Prefix::new(address, len).ok_or_else(|| match Prefix::new(masked(address, len), len) {
        Some(right) => PrefixError::HostBits(right),
        None => PrefixError::Syntax,
    })
}

/// The address with the bits past `len` cleared.
pub(crate) fn masked(address: IpAddr, len: u8) -> IpAddr {
    let host_bits = u32::from(width(address).saturating_sub(len));
    match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(host_bits).unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from(u32::from(v4) & mask))
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(host_bits).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from(u128::from(v6) & mask))
        }
    }
}

/// Bits of an address: 32 or 128.
pub(crate) fn width(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// Calls `each` with the fewest prefixes that make up the addresses `first` to `last`, in order.
/// At most 62 for IPv4 and 254 for IPv6. `None` when the families differ or `first` is above `last`.
pub(crate) fn cover_range(first: IpAddr, last: IpAddr, mut each: impl FnMut(Prefix)) -> Option<()> {
    let (mut start, end, width) = match (first, last) {
        (IpAddr::V4(first), IpAddr::V4(last)) => {
            (u128::from(u32::from(first)), u128::from(u32::from(last)), 32_u32)
        }
        (IpAddr::V6(first), IpAddr::V6(last)) => (u128::from(first), u128::from(last), 128),
        _ => return None,
    };
    if start > end {
        return None;
    }
    loop {
        // The largest block that starts here, and then shorter until it ends in time.
        let mut host_bits = start.trailing_zeros().min(width);
        let block_end = loop {
            let block_end = start | low_bits(host_bits);
            if block_end <= end {
                break block_end;
            }
            host_bits = host_bits.saturating_sub(1);
        };
        let len = u8::try_from(width.saturating_sub(host_bits)).ok()?;
        let address = match first {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::from(u32::try_from(start).ok()?)),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::from(start)),
        };
        each(Prefix::new(address, len)?);
        if block_end == end {
            return Some(());
        }
        start = block_end.checked_add(1)?;
    }
}

/// The last address of a prefix, as a number of its family.
pub(crate) fn last_of(prefix: Prefix) -> u128 {
    let host_bits = u32::from(width(prefix.address()).saturating_sub(prefix.len()));
    number_of(prefix.address()) | low_bits(host_bits)
}

/// An address as a number of its family.
pub(crate) fn number_of(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(u32::from(v4)),
        IpAddr::V6(v6) => u128::from(v6),
    }
}

fn low_bits(count: u32) -> u128 {
    u128::MAX.checked_shl(count).map_or(u128::MAX, |high| !high)
}

/// 0 to 255 in one to three digits without a leading zero.
fn octet(text: &[u8]) -> Option<u8> {
    if text.len() > 3 || (text.len() > 1 && text.first() == Some(&b'0')) {
        return None;
    }
    u8::try_from(super::number::decimal(text)?).ok()
}

/// [`PrefixError::Mapped`] for people.
pub(crate) const MAPPED: &str = "an IPv4-mapped prefix shorter than /96 has bits past its length";
pub(crate) const MAPPED_HINT: &str = "write the IPv4 prefix, as 192.0.2.0/24";

#[cfg(test)]
mod tests;
