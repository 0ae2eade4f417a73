//! Poll interval and precision: powers of two.

use crate::Span;

/// A power of two of seconds, as the header gives poll interval and precision: 6 is 64 s,
/// -20 is about a microsecond. RFC 5905 §7.3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Log2Seconds(pub i8);

impl Log2Seconds {
    /// The length. Exponents below -32 give the smallest span, those above 30 the longest.
    #[must_use]
    pub const fn to_span(self) -> Span {
        let shift = (self.0 as i32).saturating_add(32);
        if shift <= 0 {
            Span::from_bits(1)
        } else if shift >= 63 {
            Span::MAX
        } else {
            Span::from_bits(1_i64 << shift.cast_unsigned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths() {
        assert_eq!(Log2Seconds(0).to_span(), Span::SECOND);
        assert_eq!(Log2Seconds(6).to_span(), Span::from_seconds(64));
        assert_eq!(Log2Seconds(-1).to_span(), Span::from_nanos(500_000_000));
        assert_eq!(Log2Seconds(-128).to_span(), Span::from_bits(1));
        assert_eq!(Log2Seconds(127).to_span(), Span::MAX);
        assert!((-128..=126).all(|e| Log2Seconds(e).to_span() <= Log2Seconds(e + 1).to_span()));
    }
}
