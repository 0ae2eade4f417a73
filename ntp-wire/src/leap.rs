//! The leap indicator, RFC 5905 figure 9.

/// Warns of a leap second at the end of the current UTC month's last day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Leap {
    /// 0: no warning.
    None,
    /// 1: the last minute of the day has 61 seconds.
    Insert,
    /// 2: the last minute of the day has 59 seconds.
    Delete,
    /// 3: the clock is not synchronised.
    #[default]
    Unsynchronised,
}

impl Leap {
    /// From the two bits of the header; higher bits are ignored.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        match bits & 3 {
            0 => Self::None,
            1 => Self::Insert,
            2 => Self::Delete,
            _ => Self::Unsynchronised,
        }
    }

    /// The two bits of the header.
    #[must_use]
    pub const fn to_bits(self) -> u8 {
        self as u8
    }
}
