//! Distance from a reference clock, RFC 5905 figure 11.

/// How many servers lie between this clock and a reference clock.
///
/// 1 is a server with a reference clock, 2 to 15 a server of that many steps, 16 means not
/// synchronised. 0 on the wire means "unspecified" and marks a kiss. 17 to 255 are reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stratum(pub u8);

impl Stratum {
    /// 0 on the wire: unspecified, or a kiss-o'-death packet.
    pub const UNSPECIFIED: Self = Self(0);
    /// 1: directly attached to a reference clock.
    pub const PRIMARY: Self = Self(1);
    /// 16, RFC 5905's MAXSTRAT: not synchronised.
    pub const UNSYNCHRONISED: Self = Self(16);

    /// Whether a clock at this stratum can be followed: 1 to 15.
    #[must_use]
    pub const fn is_synchronised(self) -> bool {
        1 <= self.0 && self.0 < Self::UNSYNCHRONISED.0
    }

    /// The stratum of a server that follows one at this stratum; never above 16.
    #[must_use]
    pub const fn next(self) -> Self {
        if self.is_synchronised() { Self(self.0.saturating_add(1)) } else { Self::UNSYNCHRONISED }
    }
}
