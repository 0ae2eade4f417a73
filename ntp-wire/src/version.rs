//! The protocol version.

/// The version number in a packet's first octet, 0 to 7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u8);

impl Version {
    /// RFC 1059. Has no mode field.
    pub const V1: Self = Self(1);
    /// RFC 1119.
    pub const V2: Self = Self(2);
    /// RFC 1305.
    pub const V3: Self = Self(3);
    /// RFC 5905.
    pub const V4: Self = Self(4);

    /// From the three bits of the header; higher bits are ignored.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits & 7)
    }

    /// The three bits of the header.
    #[must_use]
    pub const fn to_bits(self) -> u8 {
        self.0
    }
}
