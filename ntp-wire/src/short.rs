//! The 32-bit short format, RFC 5905 §6.

use crate::Span;
use crate::bits::low32;

/// An unsigned length of time: 16 bits of seconds, 16 of fraction. The unit is 2^-16 s (15 µs).
///
/// Root delay and root dispersion travel in it. RFC 5905 holds them as non-negative; a value of
/// 2^15 s or more is read as what it says, not as a negative number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Short(u32);

impl Short {
    /// No time.
    pub const ZERO: Self = Self(0);
    /// The longest, just below 65 536 s.
    pub const MAX: Self = Self(u32::MAX);

    /// From the 32 bits of the wire.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// The 32 bits of the wire.
    #[must_use]
    pub const fn to_bits(self) -> u32 {
        self.0
    }

    /// The shortest value that is not below `span`, so that an error bound stays a bound.
    /// Negative spans give zero, too long ones [`MAX`](Self::MAX).
    #[must_use]
    pub const fn at_least(span: Span) -> Self {
        let bits = span.to_bits();
        if bits <= 0 {
            return Self::ZERO;
        }
        let units = bits.cast_unsigned().saturating_add(0xffff) >> 16;
        if units > u32::MAX as u64 { Self::MAX } else { Self(low32(units)) }
    }

    /// The same length as a [`Span`]; exact.
    #[must_use]
    pub const fn to_span(self) -> Span {
        Span::from_bits(((self.0 as u64) << 16).cast_signed())
    }

    /// `self + other`; saturates at [`MAX`](Self::MAX).
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn extremes() {
        assert_eq!(Short::at_least(Span::MIN), Short::ZERO);
        assert_eq!(Short::at_least(Span::MAX), Short::MAX);
        assert_eq!(Short::at_least(Span::SECOND), Short::from_bits(0x1_0000));
        assert_eq!(Short::at_least(Span::from_bits(1)), Short::from_bits(1));
    }

    proptest! {
        #[test]
        fn span_and_back(bits: u32) {
            let short = Short::from_bits(bits);
            prop_assert_eq!(Short::at_least(short.to_span()), short);
        }

        #[test]
        fn never_below_the_span(bits in 0_i64..0xffff_ffff_ffff) {
            let span = Span::from_bits(bits);
            let short = Short::at_least(span).to_span();
            prop_assert!(short >= span && short.minus(span) < Span::from_bits(0x1_0000));
        }
    }
}
