//! What time it can be: `now ± ε` as a promise, not an estimate.

use crate::{Frequency, Span, Timestamp};

/// Everything the samples so far allow the offset to be.
///
/// Each sample says: the offset lies within its root distance. As time goes by, each bound widens
/// by the greatest drift the local oscillator can have. The intersection of all of them is at least
/// as narrow as the best. Without new samples it grows: that is hold-over.
///
/// It is as true as its inputs: right servers, and an oscillator that keeps its drift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    low: Span,
    high: Span,
    /// When `low` and `high` held.
    at: Timestamp,
    drift: Frequency,
}

impl Bound {
    /// From one measurement: the offset lies within `distance` of `offset` at `at`. `drift` is the
    /// most the local oscillator can gain or lose ([`Frequency::PHI`], 15 ppm, unless known better).
    #[must_use]
    pub const fn new(at: Timestamp, offset: Span, distance: Span, drift: Frequency) -> Self {
        Self { low: offset.minus(distance.abs()), high: offset.plus(distance.abs()), at, drift }
    }

    /// Takes in another measurement.
    ///
    /// Returns false when it contradicts the bound: then one of the inputs was wrong, the drift
    /// was exceeded or the clock was stepped, and the bound is as it was. What to do is the
    /// caller's to decide: start afresh, or ask others.
    pub const fn measure(&mut self, at: Timestamp, offset: Span, distance: Span) -> bool {
        let (low, high) = self.range_at(at);
        let new = Self::new(at, offset, distance, self.drift);
        let narrowed = Self {
            low: if low.to_bits() > new.low.to_bits() { low } else { new.low },
            high: if high.to_bits() < new.high.to_bits() { high } else { new.high },
            at,
            drift: self.drift,
        };
        let agrees = narrowed.low.to_bits() <= narrowed.high.to_bits();
        if agrees {
            *self = narrowed;
        }
        agrees
    }

    /// The clock was moved by `step`: offsets shrink by it.
    pub const fn clock_stepped(&mut self, step: Span) {
        self.low = self.low.minus(step);
        self.high = self.high.minus(step);
        self.at = self.at.plus(step);
    }

    /// The least and the greatest the offset can be at `now`.
    #[must_use]
    pub const fn range_at(&self, now: Timestamp) -> (Span, Span) {
        let growth = self.drift.over(now.since(self.at).abs());
        (self.low.minus(growth), self.high.plus(growth))
    }

    /// The middle of what the offset can be at `now`, and how far off that can be.
    #[must_use]
    pub const fn offset_at(&self, now: Timestamp) -> (Span, Span) {
        let (low, high) = self.range_at(now);
        // Rounding the middle down costs a unit on the other side.
        (low.midpoint(high), high.minus(low).half().plus(Span::from_bits(1)))
    }

    /// The true time when the local clock reads `now`: earliest and latest.
    #[must_use]
    pub const fn interval(&self, now: Timestamp) -> Interval {
        let (low, high) = self.range_at(now);
        Interval { earliest: now.plus(low), latest: now.plus(high) }
    }
}

/// The true time lies between two instants, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// It is not earlier.
    pub earliest: Timestamp,
    /// It is not later.
    pub latest: Timestamp,
}

impl Interval {
    /// Whether `instant` has passed for certain: every clock that is right shows more.
    #[must_use]
    pub const fn is_after(&self, instant: Timestamp) -> bool {
        self.earliest.since(instant).to_bits() > 0
    }

    /// Whether `instant` is still to come for certain.
    #[must_use]
    pub const fn is_before(&self, instant: Timestamp) -> bool {
        self.latest.since(instant).to_bits() < 0
    }

    /// Half of its width: ε.
    #[must_use]
    pub const fn epsilon(&self) -> Span {
        self.latest.since(self.earliest).plus(Span::from_bits(1)).half()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const START: Timestamp = Timestamp::from_unix(1_700_000_000, 0);

    #[test]
    fn hold_over_grows_by_the_drift() {
        let bound = Bound::new(START, Span::SECOND, Span::from_nanos(1_000_000), Frequency::PHI);
        let later = START.plus(Span::from_seconds(1000));
        let (offset, error) = bound.offset_at(later);
        assert_eq!(offset, Span::SECOND);
        // 1 ms and 15 ppm of 1000 s.
        assert!((error.to_nanos() - 16_000_000).abs() <= 1);
        let interval = bound.interval(later);
        assert!(interval.is_after(later));
        assert!(interval.is_before(later.plus(Span::from_seconds(2))));
        assert!(
            !interval.is_before(later.plus(Span::SECOND))
                && !interval.is_after(later.plus(Span::SECOND))
        );
        assert!((interval.epsilon().to_nanos() - 16_000_000).abs() <= 1);
    }

    #[test]
    fn a_contradiction_is_told_and_changes_nothing() {
        let mut bound = Bound::new(START, Span::ZERO, Span::from_nanos(1000), Frequency::PHI);
        let before = bound;
        assert!(!bound.measure(START, Span::SECOND, Span::from_nanos(1000)));
        assert_eq!(bound, before);
    }

    proptest! {
        /// A clock that drifts within its limit, servers that are right: the bound always holds and
        /// is never wider than the newest measurement.
        #[test]
        fn holds(steps in prop::collection::vec((1_i64..5000, -15_000_000_i64..=15_000_000, -1.0_f64..1.0, 1_i64..1 << 30), 1..30)) {
            let (mut now, mut offset) = (START, Span::ZERO);
            let mut bound = Bound::new(now, offset, Span::SECOND, Frequency::PHI);
            for (seconds, drift, error, distance) in steps {
                let elapsed = Span::from_seconds(seconds);
                now = now.plus(elapsed);
                let moved = i128::from(drift) * i128::from(elapsed.to_bits()) / 1_000_000_000_000;
                offset = offset.plus(Span::from_bits(moved as i64));
                let (low, high) = bound.range_at(now);
                prop_assert!(low <= offset && offset <= high);
                let measured = offset.plus(Span::from_bits((error * distance as f64) as i64));
                prop_assert!(bound.measure(now, measured, Span::from_bits(distance)));
                let (middle, reach) = bound.offset_at(now);
                prop_assert!(offset.minus(middle).abs() <= reach);
                prop_assert!(reach <= Span::from_bits(distance + 1));
            }
        }
    }
}
