//! An estimate with what is known about its error.

/// A confidence interval. The unit is that of what was estimated: microseconds for differences, a plain
/// number for ratios and shares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The estimate itself.
    pub estimate: f64,
    /// The lower end; at most the upper end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// Half the width of the interval.
    pub fn half_width(&self) -> f64 {
        (self.high - self.low) / 2.0
    }

    /// True when `value` is inside, ends included.
    pub fn contains(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }
}

/// How sure an interval is: the share of such intervals that hold the truth.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Confidence(f64);

impl Confidence {
    /// 95 %.
    pub const P95: Self = Self(0.95);
    /// 99 %.
    pub const P99: Self = Self(0.99);

    /// A level above 0 and below 1, or `None`.
    pub fn new(level: f64) -> Option<Self> {
        (level > 0.0 && level < 1.0).then_some(Self(level))
    }

    /// The level, 0 to 1.
    pub fn level(self) -> f64 {
        self.0
    }

    /// Standard errors on each side of the estimate: 1.96 at 95 %.
    pub fn z(self) -> f64 {
        crate::normal::quantile(0.5 + self.0 / 2.0)
    }
}

impl Default for Confidence {
    fn default() -> Self {
        Self::P95
    }
}
