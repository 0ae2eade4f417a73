//! How fast a client asks, as a logarithm in one octet.

use crate::bits::low32;

/// A request rate as 4 * log2 of requests a second, averaged; or none yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate(i8);

impl Rate {
    pub(super) const UNKNOWN: Self = Self(i8::MIN);

    /// Moves a quarter of the way, at least one step, towards the rate of one request in `ticks`
    /// (1/16 s).
    #[inline]
    pub(super) fn update(&mut self, ticks: u32) {
        let new = Self::of(ticks).0;
        let step = i16::from(new).saturating_sub(i16::from(self.0));
        // Away from zero, so that the last steps are taken too.
        let up = 3_i16.saturating_mul(step.signum());
        let quarter = step.saturating_add(up) / 4;
        let step = if *self == Self::UNKNOWN { step } else { quarter };
        // Between the old value and the new one, so the low octet is all of it.
        let [_, low] = i16::from(self.0).saturating_add(step).to_be_bytes();
        self.0 = low.cast_signed();
    }

    /// Whether this rate is more than twice `other`.
    pub(super) fn more_than_twice(self, other: Self) -> bool {
        self != Self::UNKNOWN
            && other != Self::UNKNOWN
            && i16::from(self.0) > i16::from(other.0).saturating_add(4)
    }

    /// `4 * (4 - log2(ticks))`, with the logarithm linear between powers of two. Less than a
    /// tick counts as half of one.
    #[inline]
    fn of(ticks: u32) -> Self {
        // In half ticks, so that there is always a logarithm: 0 to 32.
        let halves = (u64::from(ticks) << 1).max(1);
        let log = halves.ilog2();
        // The two bits below the leading one.
        let quarter = low32(halves << 2 >> (log & 63)) & 3;
        let quarters = log.saturating_mul(4).saturating_add(quarter);
        let [.., low] = 20_u32.wrapping_sub(quarters).to_be_bytes();
        Self(low.cast_signed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithm() {
        assert_eq!(Rate::of(16), Rate(0));
        assert_eq!(Rate::of(32), Rate(-4));
        assert_eq!(Rate::of(1), Rate(16));
        assert_eq!(Rate::of(0), Rate(20));
        assert_eq!(Rate::of(24), Rate(-2));
        assert_eq!(Rate::of(u32::MAX), Rate(16 - 31 * 4 - 3));
        for ticks in 1..100_000_u32 {
            let exact = 4.0 * (4.0 - f64::from(ticks).log2());
            assert!((f64::from(Rate::of(ticks).0) - exact).abs() < 1.5, "{ticks}");
        }
    }

    #[test]
    fn averages_towards_what_it_sees() {
        let mut rate = Rate::UNKNOWN;
        rate.update(16 << 10);
        assert_eq!(rate, Rate(-40));
        for _ in 0..30 {
            rate.update(16);
        }
        assert_eq!(rate, Rate(0));
        for _ in 0..30 {
            rate.update(u32::MAX);
        }
        assert_eq!(rate, Rate::of(u32::MAX));
    }
}
