//! How much faster than true time a clock runs.

use crate::Span;
use crate::bits::saturate64;

/// A relative frequency in parts per 10^12; positive is fast. One ppm is 1 000 000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Frequency(pub i64);

impl Frequency {
    /// Neither fast nor slow.
    pub const ZERO: Self = Self(0);
    /// RFC 5905's PHI, the drift an error bound assumes: 15 ppm.
    pub const PHI: Self = Self(15_000_000);

    /// From parts per million.
    #[must_use]
    pub const fn from_ppm(ppm: i64) -> Self {
        Self(ppm.saturating_mul(1_000_000))
    }

    /// What it adds up to over `elapsed`, rounded away from zero, so that a bound stays a bound.
    /// Saturates.
    #[must_use]
    pub const fn over(self, elapsed: Span) -> Span {
        let product = (self.0 as i128).saturating_mul(elapsed.to_bits() as i128);
        let up = PARTS.saturating_sub(1);
        let product =
            if product > 0 { product.saturating_add(up) } else { product.saturating_sub(up) };
        Span::from_bits(saturate64(product / PARTS))
    }
}

const PARTS: i128 = 1_000_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_up() {
        assert_eq!(Frequency::PHI.over(Span::from_seconds(1_000_000)), Span::from_seconds(15));
        assert_eq!(Frequency::from_ppm(-1).over(Span::from_bits(1)), Span::from_bits(-1));
        assert_eq!(Frequency::ZERO.over(Span::MAX), Span::ZERO);
        assert_eq!(Frequency(i64::MAX).over(Span::MIN), Span::MIN);
    }
}
