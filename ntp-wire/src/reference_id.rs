//! What a server follows, RFC 5905 §7.3.

use core::net::Ipv4Addr;

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

impl From<Ipv4Addr> for ReferenceId {
    fn from(address: Ipv4Addr) -> Self {
        Self(address.octets())
    }
}
