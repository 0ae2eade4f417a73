//! What a server follows, RFC 5905 §7.3.

use core::net::Ipv4Addr;
#[cfg(feature = "mac")]
use core::net::Ipv6Addr;

#[cfg(feature = "mac")]
use md5::digest::Digest as _;

/// Four octets that name a server's source.
///
/// At stratum 0 a kiss code, at stratum 1 the kind of reference clock in ASCII, above that the
/// source's IPv4 address, or the first four octets of the MD5 digest of its IPv6 address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ReferenceId(pub [u8; 4]);

impl ReferenceId {
    /// A server that follows its own undisciplined clock, as chrony's `local` shows it.
    pub const LOCAL: Self = Self([127, 127, 1, 1]);
    /// A server that smears a leap second or slews by design, as chrony's `smoothtime` shows it.
    pub const SMEARED: Self = Self([127, 127, 1, 255]);
    /// A Global Positioning System clock at stratum 1.
    pub const GPS: Self = Self(*b"GPS\0");
    /// A pulse-per-second clock at stratum 1.
    pub const PPS: Self = Self(*b"PPS\0");
}

/// As a server at stratum 2 or more shows a source with this address. Feature `mac`, for MD5.
#[cfg(feature = "mac")]
impl From<Ipv6Addr> for ReferenceId {
    fn from(address: Ipv6Addr) -> Self {
        let [a, b, c, d, ..] = md5::Md5::digest(address.octets()).0;
        Self([a, b, c, d])
    }
}

impl From<Ipv4Addr> for ReferenceId {
    fn from(address: Ipv4Addr) -> Self {
        Self(address.octets())
    }
}

#[cfg(all(test, feature = "mac"))]
mod tests {
    use super::*;

    /// By another implementation of MD5.
    #[test]
    fn addresses_of_ipv6() {
        let of = |address: &str| ReferenceId::from(address.parse::<Ipv6Addr>().unwrap()).0;
        assert_eq!(of("::1"), [0xcf, 0x40, 0x4d, 0xc8]);
        assert_eq!(of("2001:db8::1"), [0x39, 0xab, 0x9b, 0x37]);
    }
}
