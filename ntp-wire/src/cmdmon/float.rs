//! chrony's 32-bit floating point.

use crate::bits::saturate64;
use crate::{Frequency, Span};

/// Seven bits of exponent and 25 of coefficient, both signed: `coefficient * 2^(exponent - 25)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Float(pub u32);

impl Float {
    /// As seconds, rounded towards earlier; saturates.
    #[must_use]
    pub const fn to_span(self) -> Span {
        Span::from_bits(self.times(1 << 32))
    }

    /// As parts per million, rounded down; saturates.
    #[must_use]
    pub const fn ppm(self) -> Frequency {
        Frequency(self.times(1_000_000))
    }

    /// The value times `scale`, which is below 2^40, rounded down; saturates.
    const fn times(self, scale: i64) -> i64 {
        // Sign extension by shifting up and down again.
        let exponent = (self.0.cast_signed() >> 25).saturating_sub(25);
        let coefficient = (self.0 << 7).cast_signed() >> 7;
        let product = (coefficient as i128).saturating_mul(scale as i128);
        let shift = exponent.unsigned_abs();
        if exponent < 0 {
            // -89 at the least, and 64 bits of product: a shift of 127 leaves the sign.
            saturate64(product >> if shift > 127 { 127 } else { shift })
        } else {
            // 38 at the most: 64 bits of product stay below 2^127.
            saturate64(product.saturating_mul(1_i128 << if shift > 38 { 38 } else { shift }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn by_float(bits: u32) -> f64 {
        let exponent = (bits >> 25) as i32;
        let exponent = if exponent >= 64 { exponent - 128 } else { exponent };
        let coefficient = (bits & 0x1ff_ffff) as i32;
        let coefficient =
            if coefficient >= 1 << 24 { coefficient - (1 << 25) } else { coefficient };
        f64::from(coefficient) * f64::from(exponent - 25).exp2()
    }

    proptest! {
        #[test]
        fn agrees_with_floating_point(bits: u32) {
            let value = by_float(bits);
            let span = Float(bits).to_span().to_bits() as f64;
            let exact = (value * 4_294_967_296.0).clamp(i64::MIN as f64, i64::MAX as f64);
            prop_assert!((span - exact).abs() <= 1.0, "{span} {exact}");
            let ppm = Float(bits).ppm().0 as f64;
            let exact = (value * 1e6).clamp(i64::MIN as f64, i64::MAX as f64);
            prop_assert!((ppm - exact).abs() <= 1.0);
        }
    }
}
