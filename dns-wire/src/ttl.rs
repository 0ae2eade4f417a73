//! Time to live.

use core::fmt;

/// Time to live of a record, in seconds: 0 to 2^31 - 1 (RFC 2181 §8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ttl(pub u32);

impl Ttl {
    /// The largest value that RFC 2181 §8 allows.
    pub const MAX: Self = Self(0x7fff_ffff);

    /// The value as a receiver takes it: one with the top bit set is zero (RFC 2181 §8).
    #[must_use]
    pub const fn effective(self) -> Self {
        if self.0 > Self::MAX.0 { Self(0) } else { self }
    }
}

impl fmt::Display for Ttl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
