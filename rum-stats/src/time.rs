//! Samples that age: a ring of time slices, weighed by half-life when it is read.
//!
//! Slices are plain sketches, so recording stays as cheap as ever and nothing is rounded: weights are
//! applied when a question is asked, and may differ from one question to the next.

use crate::micros::Micros;
use crate::sketch::{BUCKETS, Counter, Histogram, WeightedSketch};

/// The last `SLICES` slices of time, usually 8 of 15 minutes: 8 KiB with `u32` counters.
///
/// Times are seconds from any fixed start, such as the Unix epoch.
///
/// ```
/// use rum_stats::{Micros, time::Ring};
///
/// let mut ring = Ring::<u32, 8>::new(900);
/// ring.record(10_000, Micros::from_millis(30));
/// ring.record(13_600, Micros::from_millis(50));
/// let faded = ring.faded(13_600, 3600.0);
/// // An hour old weighs half: two samples of weight 1 and 1/2 are worth 1.8.
/// assert!((faded.effective - 1.8).abs() < 1e-9);
/// ```
#[derive(Clone, Debug)]
pub struct Ring<C: Counter, const SLICES: usize> {
    slices: [Histogram<C>; SLICES],
    /// Seconds in a slice, at least 1.
    width: u64,
    /// The number of the newest slice: its start over the width.
    newest: u64,
}

/// A weighted sketch and how much it is worth.
#[derive(Clone, Debug, PartialEq)]
pub struct Faded {
    /// The samples by weight.
    pub sketch: WeightedSketch,
    /// The effective number of samples (Kish): (Σ w)² / Σ w². What intervals take for `n`; see
    /// [`crate::compare::Median::of_weighted`].
    pub effective: f64,
}

impl<C: Counter, const SLICES: usize> Ring<C, SLICES> {
    /// An empty ring of slices of `width` seconds (0 is taken as 1).
    pub fn new(width: u64) -> Self {
        Self { slices: core::array::from_fn(|_| Histogram::new()), width: width.max(1), newest: 0 }
    }

    /// Counts a sample taken at `at`. A sample from the future moves the ring on; one older than the
    /// ring is refused, and the answer is false.
    pub fn record(&mut self, at: u64, value: Micros) -> bool {
        self.advance(at);
        match self.slice_at(at) {
            Some(slice) => {
                slice.record(value);
                true
            }
            None => false,
        }
    }

    /// Adds a whole sketch of samples taken at `at`, as [`Ring::record`] does one.
    pub fn merge<D: Counter>(&mut self, at: u64, samples: &Histogram<D>) -> bool {
        self.advance(at);
        match self.slice_at(at) {
            Some(slice) => {
                slice.merge(samples);
                true
            }
            None => false,
        }
    }

    /// Moves on to the slice of `now`, emptying those that fall out. Going back does nothing.
    pub fn advance(&mut self, now: u64) {
        let number = self.number(now);
        let steps = number.saturating_sub(self.newest);
        // Beyond a full turn all slices are empty anyway.
        let turn = u64::try_from(SLICES).unwrap_or(u64::MAX);
        for step in 1..=steps.min(turn) {
            let place = self.place(number.saturating_sub(step.saturating_sub(1)));
            if let Some(slice) = self.slices.get_mut(place) {
                *slice = Histogram::new();
            }
        }
        self.newest = self.newest.max(number);
    }

    /// All samples in the ring, each with weight 1.
    pub fn window(&self) -> Histogram<C> {
        let mut sum = Histogram::new();
        self.slices.iter().for_each(|slice| sum.merge(slice));
        sum
    }

    /// The samples of one slice, by any time in it; `None` when it is not in the ring.
    pub fn slice(&self, at: u64) -> Option<&Histogram<C>> {
        let number = self.number(at);
        self.holds(number).then(|| self.slices.get(self.place(number)))?
    }

    /// All samples, weighed by 2^(-age / half-life), where the age is that of the start of a slice against
    /// the start of the slice of `now`. A half-life in seconds; not above 0 leaves only the newest
    /// slice, infinite weighs all the same. Slices later than `now` count with weight 1.
    pub fn faded(&self, now: u64, half_life: f64) -> Faded {
        let mut weights = [0.0_f32; BUCKETS];
        let (mut sum, mut sum_of_squares) = (0.0, 0.0);
        let current = self.number(now);
        let turn = u64::try_from(SLICES).unwrap_or(u64::MAX);
        for back in 0..turn {
            let Some(number) = self.newest.checked_sub(back) else { break };
            let age =
                crate::number::from_u64(current.saturating_sub(number).saturating_mul(self.width));
            let weight = if age == 0.0 {
                1.0
            } else if half_life > 0.0 {
                libm::exp2(-age / half_life)
            } else {
                0.0
            };
            let Some(slice) = self.slices.get(self.place(number)) else { break };
            let samples = slice.ranks().total();
            let factor = crate::number::to_f32(weight);
            // In single precision, which vector units do eight at a time; counts above 2^24 in one bucket lose
            // their last bits.
            for (total, count) in weights.iter_mut().zip(slice.buckets()) {
                *total += crate::number::to_f32(count.mass()) * factor;
            }
            sum += weight * samples;
            sum_of_squares += weight * weight * samples;
        }
        let effective = if sum_of_squares > 0.0 { sum * sum / sum_of_squares } else { 0.0 };
        Faded { sketch: WeightedSketch::from_buckets(weights), effective }
    }

    fn slice_at(&mut self, at: u64) -> Option<&mut Histogram<C>> {
        let number = self.number(at);
        if !self.holds(number) {
            return None;
        }
        let place = self.place(number);
        self.slices.get_mut(place)
    }

    fn holds(&self, number: u64) -> bool {
        let turn = u64::try_from(SLICES).unwrap_or(u64::MAX);
        number <= self.newest && self.newest.wrapping_sub(number) < turn
    }

    fn number(&self, at: u64) -> u64 {
        at.checked_div(self.width).unwrap_or(0)
    }

    fn place(&self, number: u64) -> usize {
        let turn = u64::try_from(SLICES).unwrap_or(u64::MAX);
        usize::try_from(number.checked_rem(turn).unwrap_or(0)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    #[test]
    fn old_slices_fall_out_and_late_samples_find_theirs() {
        let mut ring = Ring::<u32, 4>::new(10);
        assert!(ring.record(100, Micros(1000)));
        assert!(ring.record(139, Micros(2000)));
        assert_eq!(ring.window().count(), 2);
        assert!(ring.record(105, Micros(3000)));
        assert_eq!(ring.slice(100).unwrap().count(), 2);
        ring.advance(140);
        assert_eq!(ring.window().count(), 1);
        assert!(!ring.record(109, Micros(1000)));
        assert!(ring.slice(100).is_none() && ring.slice(150).is_none());
        ring.advance(u64::MAX);
        assert!(ring.window().is_empty());
    }

    #[test]
    fn half_lives() {
        let mut ring = Ring::<u16, 8>::new(900);
        for slice in 0..8 {
            for _ in 0..100 {
                ring.record(90_000 + slice * 900, Micros(5000));
            }
        }
        let even = ring.faded(96_300, f64::INFINITY);
        assert!((even.effective - 800.0).abs() < 1e-9);
        let now_only = ring.faded(96_300, 0.0);
        assert_eq!(now_only.effective, 100.0);
        let faded = ring.faded(96_300, 900.0);
        let weight: f32 = faded.sketch.buckets().iter().sum();
        assert!((weight - 100.0 * (2.0 - 1.0 / 128.0)).abs() < 1e-3);
        assert!(faded.effective < 300.0);
        assert_eq!(Ring::<u32, 0>::new(0).faded(1, 1.0).effective, 0.0);
    }

    proptest! {
        #[test]
        fn ring_is_the_samples_of_its_span(times in proptest::collection::vec(0..200_u64, 0..100)) {
            let mut ring = Ring::<u32, 5>::new(7);
            let mut latest = 0;
            for at in &times {
                latest = latest.max(*at);
                ring.record(*at, Micros(1000));
            }
            // A sample is in if it was in the span when it came, and still is.
            let mut newest = 0;
            let kept: Vec<u64> = times.iter().copied().filter(|at| {
                newest = newest.max(at / 7);
                newest - at / 7 < 5 && latest / 7 - at / 7 < 5
            }).collect();
            prop_assert_eq!(ring.window().count(), kept.len() as u64);
        }
    }
}
