//! TAI64 time labels, as timestamps of data lines are written.

use core::fmt;

/// A second of International Atomic Time as a TAI64 label: 2^62 is the first second of 1970 TAI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tai64(pub u64);

impl Tai64 {
    /// The label of a Unix time in seconds, as tinydns counts: 10 s ahead of it at all times, leap seconds
    /// left out, so that timestamps mean here what they mean there.
    #[must_use]
    pub const fn from_unix(seconds: i64) -> Self {
        Self(EPOCH.wrapping_add_signed(seconds))
    }

    /// The Unix time in seconds: the other way round.
    #[must_use]
    pub const fn to_unix(self) -> i64 {
        self.0.wrapping_sub(EPOCH).cast_signed()
    }

    /// Sixteen hexadecimal digits, or `None`.
    pub(crate) fn from_hex(text: &[u8]) -> Option<Self> {
        let text: &[u8; 16] = text.try_into().ok()?;
        let mut label = 0_u64;
        for &octet in text {
            let digit = char::from(octet).to_digit(16)?;
            label = (label << 4) | u64::from(digit);
        }
        Some(Self(label))
    }
}

/// Sixteen hexadecimal digits.
impl fmt::Display for Tai64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

const EPOCH: u64 = (1 << 62) + 10;

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn labels_are_sixteen_digits() {
        let label = Tai64::from_unix(0);
        assert_eq!(label.to_string(), "400000000000000a");
        assert_eq!(Tai64::from_hex(b"400000000000000A"), Some(label));
        assert_eq!(Tai64::from_unix(-10).0, 1 << 62);
        for seconds in [0, -10, 1_700_000_000, i64::MIN, i64::MAX] {
            assert_eq!(Tai64::from_unix(seconds).to_unix(), seconds);
        }
        for bad in [
            &b""[..],
            b"400000000000000",
            b"400000000000000aa",
            b"400000000000000g",
            b"+00000000000000a",
        ] {
            assert_eq!(Tai64::from_hex(bad), None, "{bad:?}");
        }
    }
}
