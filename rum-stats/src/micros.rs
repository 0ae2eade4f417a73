//! The unit of time of a sample: whole microseconds.

use core::fmt;

/// A latency or a span of time in microseconds, 0 to 71.6 minutes, never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Micros(pub u32);

impl Micros {
    /// Zero.
    pub const ZERO: Self = Self(0);
    /// The longest span that fits.
    pub const MAX: Self = Self(u32::MAX);

    /// A span of whole milliseconds; saturates at [`Micros::MAX`].
    pub const fn from_millis(millis: u32) -> Self {
        Self(millis.saturating_mul(1000))
    }

    /// A span from a real number of microseconds, rounded to the nearest. Negative and NaN become 0,
    /// what does not fit becomes [`Micros::MAX`].
    pub fn from_f64(micros: f64) -> Self {
        Self(crate::number::to_u32(micros + 0.5))
    }

    /// The span in milliseconds.
    pub fn millis(self) -> f64 {
        f64::from(self.0) / 1000.0
    }
}

impl fmt::Display for Micros {
    /// Milliseconds with the formatter's precision, or one digit: `12.3 ms`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let precision = f.precision().unwrap_or(1);
        write!(f, "{:.precision$} ms", self.millis())
    }
}
