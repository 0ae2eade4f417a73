//! Latency sketches: a histogram of fixed layout that records in nanoseconds and merges anywhere.

mod counter;
mod encoding;
mod layout;
mod ranks;
mod sparse;

pub use counter::{Counter, Mass};
pub use encoding::{DecodeError, Full, MAX_ENCODED};
pub use layout::{
    BUCKETS, BUCKETS_PER_OCTAVE, HIGHEST, LOWEST, RELATIVE_ERROR, bucket_of, lower_bound, middle,
    upper_bound,
};
pub use ranks::Ranks;
pub use sparse::{Cell, Slab, SlabFull};

use crate::micros::Micros;

/// The everyday sketch: 256 counters of 32 bits, 1 KiB, nothing else.
///
/// ```
/// use rum_stats::{Micros, Sketch};
///
/// let mut here = Sketch::new();
/// let mut there = Sketch::new();
/// (1..=100).for_each(|ms| here.record(Micros::from_millis(ms)));
/// (101..=200).for_each(|ms| there.record(Micros::from_millis(ms)));
/// here.merge(&there);
/// assert_eq!(here.count(), 200);
/// let median = here.quantile(0.5).unwrap().millis();
/// assert!((median - 100.0).abs() < 0.022 * 100.0);
/// ```
pub type Sketch = Histogram<u32>;

/// Half the size, 512 octets: for many cells with few samples. Counters saturate at 65 535.
pub type SmallSketch = Histogram<u16>;

/// A sketch of weights instead of counts, for samples that fade with time. See [`crate::time`].
pub type WeightedSketch = Histogram<f32>;

/// 256 buckets, each 4.4 % wide, from 0.5 ms to 33.6 s; see [`bucket_of`] for the exact bounds.
///
/// No total, no sum, no minimum: a record touches one counter, hence one cache line. Two sketches merge
/// by adding counters, in any order and grouping with the same result. A counter that reaches its
/// maximum stays there, and [`Histogram::is_saturated`] says so; up to that point no count is lost.
#[derive(Clone, PartialEq, Eq)]
pub struct Histogram<C> {
    counts: [C; BUCKETS],
}

impl<C: Counter> Histogram<C> {
    /// Counts a sample.
    ///
    /// Cost: no allocation, no float, no division; one counter touched.
    #[inline]
    pub fn record(&mut self, value: Micros) {
        if let Some(count) = self.counts.get_mut(usize::from(bucket_of(value))) {
            *count = count.increment();
        }
    }

    /// Counts a sample `times` times.
    #[inline]
    pub fn record_many(&mut self, value: Micros, times: u32) {
        if let Some(count) = self.counts.get_mut(usize::from(bucket_of(value))) {
            *count = count.add(C::from_u32(times));
        }
    }

    /// Adds all samples of another sketch of any counter width. A saturated counter saturates this one, even
    /// a wider one: how many samples it stands for is unknown, and so is the count from then on.
    pub fn merge<D: Counter>(&mut self, other: &Histogram<D>) {
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine = mine.add(C::from_u32(theirs.to_u32()));
        }
    }

    /// Takes samples away, as when a time slice leaves a window. No counter goes below 0, and a
    /// saturated one stays saturated because what it lost is unknown.
    pub fn subtract(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine = mine.subtract(*theirs);
        }
    }

    /// Multiplies every counter by `factor` (0 to 1; anything else is clamped, NaN is 0), so that old
    /// samples weigh less. Each count is rounded to the nearest, halves up, so the total is off by at
    /// most half a sample per used bucket. A saturated counter stays saturated unless the factor is 0.
    pub fn scale(&mut self, factor: f64) {
        let factor = if factor > 0.0 { factor.min(1.0) } else { 0.0 };
        if factor == 0.0 {
            *self = Self::default();
            return;
        }
        for count in &mut self.counts {
            if *count != C::SATURATED {
                *count = C::from_u32(crate::number::to_u32(count.mass() * factor + 0.5));
            }
        }
    }

    /// Samples in the sketch. A lower bound when [`Histogram::is_saturated`], unless a saturated
    /// [`SmallSketch`] was merged in.
    pub fn count(&self) -> u64 {
        self.counts.iter().fold(0, |sum, count| sum.wrapping_add((*count).into()))
    }

    /// True when a counter has reached its maximum: it says "this many or more" from then on.
    pub fn is_saturated(&self) -> bool {
        self.counts.contains(&C::SATURATED)
    }

    /// Samples above a threshold, such as 900 ms for lost SYNs. Whole buckets are exact; the samples of
    /// the bucket that the threshold cuts are taken as spread evenly, rounded to the nearest.
    pub fn count_above(&self, threshold: Micros) -> u64 {
        let ranks = self.ranks();
        let below = ranks.below(f64::from(threshold.0));
        crate::number::to_u64((ranks.total() - below).max(0.0) + 0.5)
    }
}

impl<M: Mass> Histogram<M> {
    /// An empty sketch.
    pub fn new() -> Self {
        Self::default()
    }

    /// The content of every bucket, in order of value.
    pub fn buckets(&self) -> &[M; BUCKETS] {
        &self.counts
    }

    /// A sketch from the content of its buckets.
    pub fn from_buckets(counts: [M; BUCKETS]) -> Self {
        Self { counts }
    }

    pub(crate) fn counts_mut(&mut self) -> &mut [M; BUCKETS] {
        &mut self.counts
    }

    /// True when there is no sample.
    pub fn is_empty(&self) -> bool {
        self.counts.iter().all(|count| *count == M::default())
    }

    /// The view that answers questions of rank; build it once for several.
    ///
    /// Cost: one pass over the counters.
    pub fn ranks(&self) -> Ranks<'_, M> {
        Ranks::new(self)
    }

    /// The quantile `q` (0 to 1), or `None` when the sketch is empty or `q` is NaN.
    ///
    /// It is the lower order statistic of rank `floor(q (n - 1))`, counted from 0, placed in its bucket
    /// as if the bucket's samples were spread evenly. Inside the range of the layout it differs from the
    /// sample of that rank by less than one bucket: 4.4 %.
    pub fn quantile(&self, q: f64) -> Option<Micros> {
        self.ranks().quantile(q)
    }

    /// The share of samples at or below `value` (0 to 1), or `None` when empty. Exact at bucket bounds,
    /// interpolated between.
    pub fn share_below(&self, value: Micros) -> Option<f64> {
        let ranks = self.ranks();
        (ranks.total() > 0.0).then(|| ranks.below(f64::from(value.0)) / ranks.total())
    }

    /// The mean in microseconds, each sample taken as the middle of its bucket: off by at most
    /// [`RELATIVE_ERROR`] inside the range. `None` when empty.
    pub fn mean(&self) -> Option<f64> {
        self.trimmed_mean(0.0)
    }

    /// The mean in microseconds without the lowest and the highest `trim` of the samples (0 to 0.5, 0.1
    /// leaves the middle 80 %). `None` when empty, when nothing is left, or `trim` is NaN.
    pub fn trimmed_mean(&self, trim: f64) -> Option<f64> {
        if trim.is_nan() {
            return None;
        }
        let total = self.ranks().total();
        let (first, last) = (total * trim, total * (1.0 - trim));
        let (mut seen, mut weight, mut sum) = (0.0, 0.0, 0.0);
        for (bucket, count) in (0..=u8::MAX).zip(&self.counts) {
            let mass = count.mass();
            let kept = ((seen + mass).min(last) - f64::max(seen, first)).max(0.0);
            seen += mass;
            weight += kept;
            sum += kept * middle(bucket);
        }
        (weight > 0.0).then(|| sum / weight)
    }
}

impl<M: Mass> Default for Histogram<M> {
    fn default() -> Self {
        Self { counts: [M::default(); BUCKETS] }
    }
}

impl<C: Counter> Extend<Micros> for Histogram<C> {
    fn extend<I: IntoIterator<Item = Micros>>(&mut self, samples: I) {
        samples.into_iter().for_each(|sample| self.record(sample));
    }
}

impl<M: Mass> core::fmt::Debug for Histogram<M> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let used = (0..=u8::MAX).zip(&self.counts).filter(|(_, count)| **count != M::default());
        f.debug_map().entries(used.map(|(bucket, count)| (bucket, count.mass()))).finish()
    }
}

#[cfg(test)]
mod tests;
