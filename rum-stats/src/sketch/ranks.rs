//! Questions of rank to a sketch: quantiles, distribution function, order statistics.

use super::{BUCKETS, Histogram, Mass, layout};
use crate::micros::Micros;

/// A sketch with its octaves summed, so that each question looks at 32 numbers and not at 256.
#[derive(Clone, Debug)]
pub struct Ranks<'a, M> {
    counts: &'a [M; BUCKETS],
    octaves: [f64; 16],
    total: f64,
}

impl<'a, M: Mass> Ranks<'a, M> {
    pub(super) fn new(sketch: &'a Histogram<M>) -> Self {
        let counts = &sketch.counts;
        let mut octaves = [0.0; 16];
        for (sum, octave) in octaves.iter_mut().zip(counts.as_chunks::<16>().0) {
            *sum = octave.iter().map(|count| count.mass()).sum();
        }
        Self { counts, octaves, total: octaves.iter().sum() }
    }

    /// Samples, or the sum of weights.
    pub fn total(&self) -> f64 {
        self.total
    }

    /// As [`Histogram::quantile`].
    pub fn quantile(&self, q: f64) -> Option<Micros> {
        if q.is_nan() {
            return None;
        }
        let rank = libm::floor(q.clamp(0.0, 1.0) * (self.total - 1.0).max(0.0));
        self.value_at(rank + 0.5).map(Micros::from_f64)
    }

    /// The value in microseconds at a place among the sorted samples, `None` when empty. Places run from
    /// 0 to [`Ranks::total`] and are clamped; sample number `k`, counted from 1, stands at `k - 1/2`.
    /// A continuous, rising function: the inverse of [`Ranks::below`] where there are samples.
    pub fn value_at(&self, place: f64) -> Option<f64> {
        self.locate(place).map(|spot| spot.value())
    }

    /// Where a place is: the bucket, how far inside it, and what the bucket holds.
    pub(crate) fn locate(&self, place: f64) -> Option<Spot> {
        if self.total <= 0.0 || place.is_nan() {
            return None;
        }
        // Not `clamp`, which panics where a total is no number.
        let mut left = place.min(self.total).max(0.0);
        let mut bucket = 0_u16;
        let mut last = None;
        for (octave, counts) in self.octaves.iter().zip(self.counts.as_chunks::<16>().0) {
            // An octave is passed over only when the place is beyond its end.
            if left <= *octave && *octave > 0.0 {
                for (within, count) in (bucket..).zip(counts) {
                    let mass = count.mass();
                    if mass > 0.0 {
                        last = Some(Spot { bucket: within, share: (left / mass).min(1.0), mass });
                        if left <= mass {
                            return last;
                        }
                        left -= mass;
                    }
                }
                // Only by rounding of weights: the end of the octave's last used bucket.
                return last;
            }
            left -= *octave;
            bucket = bucket.wrapping_add(16);
        }
        // Only by rounding of weights: the end of the last used bucket.
        let used = (0_u16..).zip(self.counts).filter(|(_, count)| count.mass() > 0.0).last();
        used.map(|(bucket, count)| Spot { bucket, share: 1.0, mass: count.mass() })
    }

    /// Samples at or below a value in microseconds; those of the bucket it cuts are taken as spread
    /// evenly.
    pub fn below(&self, micros: f64) -> f64 {
        let mut sum = 0.0;
        for (bucket, count) in (0_u16..).zip(self.counts) {
            let (low, high) =
                (layout::lower_bound(bucket), layout::lower_bound(bucket.wrapping_add(1)));
            if micros <= low {
                break;
            }
            let share = if micros >= high { 1.0 } else { (micros - low) / (high - low) };
            sum += count.mass() * share;
        }
        // What lies outside the range was counted in the outer buckets.
        if micros >= f64::from(layout::HIGHEST.0) { self.total } else { sum }
    }
}

/// A place inside a bucket.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot {
    bucket: u16,
    /// How far from the lower bound, 0 to 1.
    pub(crate) share: f64,
    /// What the bucket holds.
    pub(crate) mass: f64,
}

impl Spot {
    /// Microseconds, the samples of the bucket being taken as spread evenly.
    pub(crate) fn value(&self) -> f64 {
        layout::lower_bound(self.bucket) + self.width() * self.share
    }

    /// The width of the bucket in microseconds.
    pub(crate) fn width(&self) -> f64 {
        layout::lower_bound(self.bucket.wrapping_add(1)) - layout::lower_bound(self.bucket)
    }
}
