//! The clock filter of RFC 5905 §10: of the last eight samples the one with the least delay.

use super::Sample;
use crate::sort::sort_by_key;
use crate::{Frequency, Span, Timestamp};

/// The last eight samples of one server.
#[derive(Clone, Copy, Debug)]
pub struct ClockFilter {
    /// Newest first.
    stages: [Option<Sample>; STAGES],
    /// The time of the sample last returned.
    used: Option<Timestamp>,
}

/// What the filter makes of its samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filtered {
    /// The sample with the least delay. Never older than one returned before.
    pub best: Sample,
    /// RFC 5905's filter dispersion: each stage's, weighted by a half, a quarter, and so on in the
    /// order of delay. An empty stage counts 16 s, so few samples mean a large value.
    pub dispersion: Span,
    /// Root mean square of the other offsets against the best; at least `precision`.
    pub jitter: Span,
}

impl ClockFilter {
    /// Without samples.
    #[must_use]
    pub const fn new() -> Self {
        Self { stages: [None; STAGES], used: None }
    }

    /// Takes a sample in, and the oldest of eight out.
    ///
    /// Nothing is returned when the best sample is one returned before: a sample serves once.
    /// `precision` is the client's.
    ///
    /// # Cost
    /// O(1): eight samples sorted.
    pub fn push(&mut self, sample: Sample, precision: Span) -> Option<Filtered> {
        self.stages.rotate_right(1);
        let [newest, ..] = &mut self.stages;
        *newest = Some(sample);
        let now = sample.time;
        let mut order = self.stages;
        sort_by_key(&mut order, |stage| stage.map_or(Span::MAX, |sample| sample.delay));
        let [Some(best), ..] = order else {
            return None;
        };
        let filtered = Filtered {
            best,
            dispersion: dispersion(&order, now),
            jitter: jitter(&order, best.offset).max(precision),
        };
        let fresh = self.used.is_none_or(|used| best.time.since(used) > Span::ZERO);
        if fresh {
            self.used = Some(best.time);
        }
        fresh.then_some(filtered)
    }

    /// Adds `step` to every offset, after the client's clock was moved by it: the samples stay
    /// good.
    pub fn clock_stepped(&mut self, step: Span) {
        for sample in self.stages.iter_mut().flatten() {
            sample.offset = sample.offset.minus(step);
            sample.time = sample.time.plus(step);
        }
        self.used = self.used.map(|used| used.plus(step));
    }
}

impl Default for ClockFilter {
    fn default() -> Self {
        Self::new()
    }
}

impl Filtered {
    /// Error bound of the best offset at `now`, RFC 5905 §11.2.2: half of the whole delay, the
    /// whole dispersion, and jitter.
    #[must_use]
    pub const fn root_distance(&self, now: Timestamp) -> Span {
        let sample = Sample { dispersion: self.dispersion, ..self.best };
        sample.root_distance(now).plus(self.jitter)
    }
}

fn dispersion(order: &[Option<Sample>; STAGES], now: Timestamp) -> Span {
    let mut sum = Span::ZERO;
    for stage in order.iter().rev() {
        let own = match stage {
            Some(sample) => {
                let age = Frequency::PHI.over(now.since(sample.time).abs());
                sample.dispersion.plus(age).min(MAX_DISPERSION)
            }
            None => MAX_DISPERSION,
        };
        // From the last to the first, each halving halves all before it.
        sum = sum.plus(own).half();
    }
    sum
}

fn jitter(order: &[Option<Sample>; STAGES], offset: Span) -> Span {
    let mut squares = 0_u128;
    let mut others = 0_u128;
    for sample in order.iter().skip(1).flatten() {
        let difference = u128::from(sample.offset.minus(offset).to_bits().unsigned_abs());
        squares = squares.saturating_add(difference.saturating_mul(difference));
        others = others.saturating_add(1);
    }
    let mean = squares.checked_div(others).unwrap_or(0);
    Span::from_bits(i64::try_from(mean.isqrt()).unwrap_or(i64::MAX))
}

/// RFC 5905's NSTAGE.
const STAGES: usize = 8;
/// RFC 5905's MAXDISP.
const MAX_DISPERSION: Span = Span::from_seconds(16);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Leap, ReferenceId, Short, Stratum};

    const PRECISION: Span = Span::from_nanos(1000);

    fn sample(second: i64, offset_ms: i64, delay_ms: i64) -> Sample {
        Sample {
            time: Timestamp::from_unix(1_700_000_000 + second, 0),
            offset: Span::from_nanos(offset_ms * 1_000_000),
            delay: Span::from_nanos(delay_ms * 1_000_000),
            dispersion: Span::ZERO,
            leap: Leap::None,
            stratum: Stratum(1),
            root_delay: Short::ZERO,
            root_dispersion: Short::ZERO,
            reference_id: ReferenceId::GPS,
        }
    }

    #[test]
    fn the_least_delay_wins_and_serves_once() {
        let mut filter = ClockFilter::new();
        assert_eq!(filter.push(sample(0, 5, 30), PRECISION).unwrap().best, sample(0, 5, 30));
        assert_eq!(filter.push(sample(16, 1, 10), PRECISION).unwrap().best, sample(16, 1, 10));
        for second in 2..9 {
            assert_eq!(filter.push(sample(second * 16, 9, 20), PRECISION), None);
        }
        // The best of 16 s has left; the next best is newer.
        let next = filter.push(sample(144, 9, 20), PRECISION).unwrap();
        assert_eq!(next.best.offset, Span::from_nanos(9_000_000));
    }

    #[test]
    fn dispersion_and_jitter_of_rfc_5905() {
        let mut filter = ClockFilter::new();
        let first = filter.push(sample(0, 5, 30), PRECISION).unwrap();
        // One good stage, then 16 s times 1/4 + 1/8 + ... + 1/256.
        assert_eq!(first.dispersion, Span::from_nanos(16_000_000_000 / 256 * 127));
        assert_eq!(first.jitter, PRECISION);
        let second = filter.push(sample(1, 8, 10), PRECISION).unwrap();
        // One other sample, 3 ms away.
        assert_eq!(second.jitter, Span::from_nanos(3_000_000));
    }

    #[test]
    fn a_step_moves_the_samples() {
        let mut filter = ClockFilter::new();
        filter.push(sample(0, 5, 10), PRECISION);
        let step = Span::from_nanos(5_000_000);
        filter.clock_stepped(step);
        let stages = filter.stages[0].unwrap();
        assert_eq!(stages.offset, Span::ZERO);
        assert_eq!(stages.time, sample(0, 0, 0).time.plus(step));
    }
}
