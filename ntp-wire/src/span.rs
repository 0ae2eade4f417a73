//! A signed length of time.

use crate::bits::saturate64;

/// A signed length of time in units of 2^-32 s (0.23 ns), up to 68 years either way.
///
/// Offsets, delays and dispersions are spans. Arithmetic saturates: a nonsensical input (a clock
/// that was never set) gives the largest span, never a wrong sign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(i64);

impl Span {
    /// No time.
    pub const ZERO: Self = Self(0);
    /// One second.
    pub const SECOND: Self = Self(1 << 32);
    /// The longest span, 68 years.
    pub const MAX: Self = Self(i64::MAX);
    /// The most negative span, -68 years.
    pub const MIN: Self = Self(i64::MIN);

    /// From units of 2^-32 s.
    #[must_use]
    pub const fn from_bits(bits: i64) -> Self {
        Self(bits)
    }

    /// In units of 2^-32 s.
    #[must_use]
    pub const fn to_bits(self) -> i64 {
        self.0
    }

    /// From whole seconds; saturates beyond 68 years.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(saturate64((seconds as i128) << 32))
    }

    /// From nanoseconds, rounded to the nearest unit (halves towards later); saturates.
    #[must_use]
    #[inline]
    pub const fn from_nanos(nanos: i64) -> Self {
        // Whole seconds are exact, so only the rest is scaled: a division of 128 bits costs ten times as much.
        let rest = (nanos.rem_euclid(NANOS) << 32).saturating_add(NANOS / 2) / NANOS;
        let seconds = (nanos.div_euclid(NANOS) as i128) << 32;
        Self(saturate64(seconds.saturating_add(rest as i128)))
    }

    /// In nanoseconds, rounded to the nearest (halves towards later). Every span fits.
    #[must_use]
    pub const fn to_nanos(self) -> i64 {
        let scaled = (self.0 as i128).saturating_mul(NANOS as i128);
        saturate64(scaled.saturating_add(1 << 31) >> 32)
    }

    /// The length without its sign.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self(self.0.saturating_abs())
    }

    /// `self + other`, saturating.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// `self - other`, saturating.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// With the other sign; the most negative span becomes the longest.
    #[must_use]
    pub const fn negated(self) -> Self {
        Self(self.0.saturating_neg())
    }

    /// Half of it, rounded towards earlier.
    #[must_use]
    pub const fn half(self) -> Self {
        Self(self.0 >> 1)
    }

    /// `(self + other) / 2` without overflow, rounded towards earlier.
    #[must_use]
    pub const fn midpoint(self, other: Self) -> Self {
        let sum = (self.0 as i128).wrapping_add(other.0 as i128);
        Self(saturate64(sum >> 1))
    }
}

const NANOS: i64 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn units() {
        assert_eq!(Span::from_seconds(1), Span::SECOND);
        assert_eq!(Span::from_nanos(500_000_000).to_bits(), 1 << 31);
        assert_eq!(Span::from_nanos(-1_500_000_000).to_bits(), -3 << 31);
        assert_eq!(Span::from_bits(-1).to_nanos(), 0);
        assert_eq!(Span::from_seconds(i64::MIN), Span::MIN);
        assert_eq!(Span::from_nanos(i64::MAX), Span::MAX);
    }

    #[test]
    fn midpoint_of_the_extremes() {
        assert_eq!(Span::MAX.midpoint(Span::MIN), Span::from_bits(-1));
        assert_eq!(Span::MAX.midpoint(Span::MAX), Span::MAX);
        assert_eq!(Span::MIN.midpoint(Span::MIN), Span::MIN);
        assert_eq!(Span::MIN.negated(), Span::MAX);
    }

    proptest! {
        #[test]
        fn nanos_and_back(nanos in -2_147_483_648_000_000_000_i64..2_147_483_648_000_000_000) {
            prop_assert_eq!(Span::from_nanos(nanos).to_nanos(), nanos);
        }

        #[test]
        fn nanos_by_wide_division(nanos: i64) {
            let exact = ((i128::from(nanos) << 32) + 500_000_000).div_euclid(1_000_000_000);
            prop_assert_eq!(Span::from_nanos(nanos).to_bits(), saturate64(exact));
        }
    }
}
