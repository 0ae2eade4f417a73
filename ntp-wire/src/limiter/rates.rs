//! How fast a client asks, as a logarithm in one octet.

/// A request rate as 4 * log2 of requests a second, averaged; or none yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate(i8);

impl Rate {
    pub(super) const UNKNOWN: Self = Self(i8::MIN);

    /// Moves a quarter of the way, at least one step, towards the rate of one request in `ticks`
    /// (1/16 s).
    pub(super) fn update(&mut self, ticks: u32) {
        let new = Self::of(ticks).0;
        let step = i16::from(new).saturating_sub(i16::from(self.0));
        let step = match step {
            _ if self.0 == Self::UNKNOWN.0 => step,
            4.. => step / 4,
            1..4 => 1,
            0 => 0,
            -3..0 => -1,
            _ => step / 4,
        };
        // Between the old value and the new one, so it always fits.
        self.0 = i8::try_from(i16::from(self.0).saturating_add(step)).unwrap_or(new);
    }

    /// Whether this rate is more than twice `other`.
    pub(super) fn more_than_twice(self, other: Self) -> bool {
        self != Self::UNKNOWN
            && other != Self::UNKNOWN
            && i16::from(self.0) > i16::from(other.0).saturating_add(4)
    }

    /// `4 * (4 - log2(ticks))`, with the logarithm linear between powers of two. Less than a
    /// tick counts as half of one.
    fn of(ticks: u32) -> Self {
        let Some(log) = ticks.checked_ilog2() else {
            return Self(20);
        };
        // The two bits below the leading one.
        let quarter = (u64::from(ticks) << 2 >> log) & 3;
        let quarters = i32::try_from(log.saturating_mul(4)).unwrap_or(0);
        let quarters = quarters.saturating_add(i32::try_from(quarter).unwrap_or(0));
        Self(i8::try_from(16_i32.saturating_sub(quarters)).unwrap_or(0))
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
