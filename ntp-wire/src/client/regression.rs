//! The modern estimator: a weighted straight line through the offsets of one server.
//!
//! The slope is the frequency error, so the estimate stays good between samples, and the scatter
//! tells how good. Three things keep the line honest:
//! - samples with a long delay weigh less: whatever held them up, held them up one way;
//! - a sample far off the line beyond its weight is left out;
//! - samples from before the oscillator changed its pace are dropped: residuals of a true line
//!   change their sign often, those of a bent one seldom (the runs test).

use super::Sample;
use crate::bits::round64;
use crate::{Frequency, Span, Timestamp};

/// The latest samples of one server, at most `N`.
#[derive(Clone, Debug)]
pub struct Regression<const N: usize = 64> {
    /// Oldest first.
    points: [Point; N],
    count: usize,
}

#[derive(Clone, Copy, Debug)]
struct Point {
    time: Timestamp,
    offset: Span,
    delay: Span,
    dispersion: Span,
}

/// What the samples say of the clock at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// Server minus client.
    pub offset: Span,
    /// Half of the interval in which the true offset lies with a probability of 95 %, as far as
    /// errors are as the samples show them, and the newest sample's dispersion: clocks that tick in
    /// milliseconds scatter less than they are wrong. What else is common to all, such as a path
    /// that is longer one way, no statistics can see. A [`Bound`](super::Bound) does.
    pub offset_error: Span,
    /// How fast the offset grows: the server's clock gains on ours by this.
    pub frequency: Frequency,
    /// Half of the same interval for the frequency, by scatter alone.
    pub frequency_error: Frequency,
    /// Root mean square of the residuals.
    pub jitter: Span,
    /// How many samples the line runs through.
    pub samples: usize,
}

impl<const N: usize> Regression<N> {
    /// Without samples.
    #[must_use]
    pub const fn new() -> Self {
        let point = Point {
            time: Timestamp::UNSET,
            offset: Span::ZERO,
            delay: Span::ZERO,
            dispersion: Span::ZERO,
        };
        Self { points: [point; N], count: 0 }
    }

    /// Takes a sample in, and the oldest out of a full store. One that is not later than the
    /// newest is not taken.
    pub fn push(&mut self, sample: &Sample) {
        let Sample { time, offset, delay, dispersion, .. } = *sample;
        let point = Point { time, offset, delay, dispersion };
        if self.held().last().is_some_and(|last| point.time.since(last.time) <= Span::ZERO) {
            return;
        }
        if self.count == N {
            self.points.rotate_left(usize::from(N > 0));
            self.count = self.count.saturating_sub(1);
        }
        if let Some(place) = self.points.get_mut(self.count) {
            *place = point;
            self.count = self.count.saturating_add(1);
        }
    }

    /// How many samples are held.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether none is held.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The clock was stepped by `step` and speeded up by `frequency` at `now`: the samples are
    /// changed to what they would have been.
    pub fn clock_corrected(&mut self, now: Timestamp, step: Span, frequency: Frequency) {
        for point in self.points.iter_mut().take(self.count) {
            let gained = frequency.over(now.since(point.time));
            point.offset = point.offset.minus(step).plus(gained);
            point.time = point.time.plus(step);
        }
    }

    /// The estimate for `now`; nothing with fewer than three samples. Samples from before the
    /// oscillator changed its pace are dropped for good.
    ///
    /// # Cost
    /// O(n) for n samples, and once more for each that is dropped. No allocation.
    pub fn estimate(&mut self, now: Timestamp) -> Option<Estimate> {
        // At most as many turns as there are samples: each drops one.
        for _ in 0..N {
            let line = Line::through(self.held())?;
            if self.count == LEAST || !line.is_bent(self.held()) {
                return Some(line.at(now));
            }
            self.points.rotate_left(1);
            self.count = self.count.saturating_sub(1);
        }
        None
    }

    fn held(&self) -> &[Point] {
        self.points.get(..self.count).unwrap_or_default()
    }
}

impl<const N: usize> Default for Regression<N> {
    fn default() -> Self {
        Self::new()
    }
}

/// `offset = middle + slope * (t - mean)`, seconds relative to the newest point.
struct Line {
    newest: Point,
    weighting: Weighting,
    mean: f64,
    middle: f64,
    slope: f64,
    /// Sum of weights, and of weighted squares of times about their mean.
    weights: f64,
    spread: f64,
    /// Variance of a sample of weight one.
    variance: f64,
    /// Beyond this residual, in units of its own deviation, a sample is left out.
    limit: f64,
    used: usize,
}

impl Line {
    /// Twice: without, and then with the knowledge of which samples are far off.
    fn through(points: &[Point]) -> Option<Self> {
        let weighting = Weighting::of(points)?;
        let first = Self::fit(points, weighting, |_| true)?;
        let scale = libm::sqrt(first.variance);
        let limit = FAR * scale;
        if limit <= 0.0 || first.used <= 5 {
            return Some(first);
        }
        let near = |point: &Point| {
            let (x, y) = first.coordinates(point);
            let weight = weighting.weight(point);
            let residual = y - first.middle - first.slope * (x - first.mean);
            residual * residual * weight <= limit * limit
        };
        Self::fit(points, weighting, near).map(|line| Self { limit, ..line })
    }

    fn fit(points: &[Point], weighting: Weighting, near: impl Fn(&Point) -> bool) -> Option<Self> {
        let newest = *points.last()?;
        let mut line = Self {
            newest,
            weighting,
            mean: 0.0,
            middle: 0.0,
            slope: 0.0,
            weights: 0.0,
            spread: 0.0,
            variance: 0.0,
            limit: f64::INFINITY,
            used: 0,
        };
        let used = || points.iter().filter(|point| near(point));
        for point in used() {
            let (x, y) = line.coordinates(point);
            let weight = weighting.weight(point);
            line.weights += weight;
            line.mean += weight * x;
            line.middle += weight * y;
            line.used = line.used.saturating_add(1);
        }
        if line.used < LEAST {
            return None;
        }
        line.mean /= line.weights;
        line.middle /= line.weights;
        let mut product = 0.0;
        for point in used() {
            let (x, y) = line.coordinates(point);
            let weight = weighting.weight(point);
            line.spread += weight * (x - line.mean) * (x - line.mean);
            product += weight * (x - line.mean) * (y - line.middle);
        }
        line.slope = product / line.spread;
        let squares: f64 = used()
            .map(|point| {
                let residual = line.residual(point);
                weighting.weight(point) * residual * residual
            })
            .sum();
        let freedom = float(line.used.saturating_sub(2));
        line.variance = squares / freedom;
        Some(line)
    }

    /// Seconds from the newest point in time and offset.
    fn coordinates(&self, point: &Point) -> (f64, f64) {
        let x = seconds(point.time.since(self.newest.time));
        (x, seconds(point.offset.minus(self.newest.offset)))
    }

    fn residual(&self, point: &Point) -> f64 {
        let (x, y) = self.coordinates(point);
        y - self.middle - self.slope * (x - self.mean)
    }

    /// The runs test: whether residuals change their sign so seldom that chance explains it in
    /// fewer than one of twenty cases.
    fn is_bent(&self, points: &[Point]) -> bool {
        let (mut above, mut below, mut runs, mut last) = (0_usize, 0_usize, 0_usize, None);
        for point in points {
            let residual = self.residual(point);
            let weight = self.weighting.weight(point);
            if residual * residual * weight > self.limit * self.limit {
                continue;
            }
            let sign = residual > 0.0;
            if sign {
                above = above.saturating_add(1);
            } else {
                below = below.saturating_add(1);
            }
            if last != Some(sign) {
                runs = runs.saturating_add(1);
            }
            last = Some(sign);
        }
        let (a, b) = (float(above), float(below));
        let all = a + b;
        if all < 6.0 {
            return false;
        }
        // Wald and Wolfowitz.
        let expected = 1.0 + 2.0 * a * b / all;
        let variance = (expected - 1.0) * (expected - 2.0) / (all - 1.0);
        float(runs) < expected - 1.645 * libm::sqrt(variance.max(0.0))
    }

    fn at(&self, now: Timestamp) -> Estimate {
        let x = seconds(now.since(self.newest.time)) - self.mean;
        let quantile = quantile(self.used.saturating_sub(2));
        let offset_variance = self.variance * (1.0 / self.weights + x * x / self.spread);
        let frequency_variance = self.variance / self.spread;
        let relative = self.middle + self.slope * x;
        let parts = |value: f64| Frequency(round64(value * 1e12));
        Estimate {
            offset: self.newest.offset.plus(span(relative)),
            offset_error: span(quantile * libm::sqrt(offset_variance))
                .plus(self.newest.dispersion.abs())
                .plus(Span::from_bits(1)),
            frequency: parts(self.slope),
            frequency_error: parts(quantile * libm::sqrt(frequency_variance)),
            jitter: span(libm::sqrt(self.variance)),
            samples: self.used,
        }
    }
}

/// How much less a sample weighs by its delay: the square of one plus its excess over the least
/// delay, in units of what is usual.
#[derive(Clone, Copy)]
struct Weighting {
    least: Span,
    usual: f64,
}

impl Weighting {
    fn of(points: &[Point]) -> Option<Self> {
        let least = points.iter().map(|point| point.delay).min()?;
        // The middle would call queues usual that hold up half of the packets.
        let quartile = quartile(points)?;
        Some(Self { least, usual: seconds(quartile.minus(least)).max(FINEST) })
    }

    fn weight(&self, point: &Point) -> f64 {
        let excess = seconds(point.delay.minus(self.least));
        let deviation = 1.0 + excess / self.usual;
        1.0 / (deviation * deviation)
    }
}

/// The delay that a quarter of them are below. Found by halving the range it can lie in, at most 64
/// times, for which no order has to be made.
fn quartile(points: &[Point]) -> Option<Span> {
    let delays = || points.iter().map(|point| point.delay);
    let (mut low, mut high) = (delays().min()?, delays().max()?);
    while low < high {
        let middle = low.midpoint(high);
        if delays().filter(|delay| *delay <= middle).count() > points.len() / 4 {
            high = middle;
        } else {
            low = middle.plus(Span::from_bits(1));
        }
    }
    Some(low)
}

/// The two-sided 95 % quantile of Student's distribution.
fn quantile(freedom: usize) -> f64 {
    const TABLE: [f64; 10] =
        [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];
    let place = freedom.saturating_sub(1);
    // Beyond the table within 0.2 %.
    TABLE.get(place).copied().unwrap_or_else(|| 1.96 + 2.6 / float(freedom))
}

fn seconds(span: Span) -> f64 {
    span.to_bits() as f64 / UNITS
}

fn span(seconds: f64) -> Span {
    Span::from_bits(round64(seconds * UNITS))
}

fn float(count: usize) -> f64 {
    count as f64
}

const UNITS: f64 = 4_294_967_296.0;
/// A line needs two points, and its scatter a third.
const LEAST: usize = 3;
/// Differences of delays below a microsecond say nothing.
const FINEST: f64 = 1e-6;
/// One of 370 good samples is farther off.
const FAR: f64 = 3.0;

#[cfg(test)]
mod tests;
