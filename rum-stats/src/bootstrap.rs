//! The Poisson bootstrap: an interval for any statistic of two sketches, where no formula exists.
//!
//! Every bucket of a replicate holds a Poisson number of samples whose mean is the count of the bucket,
//! which is what resampling with replacement tends to. The interval lies between the quantiles of the
//! statistic over the replicates. For tails, trimmed means or shares; for medians [`crate::compare`] is a
//! thousand times cheaper.

use crate::interval::{Confidence, Interval};
use crate::random::SplitMix;
use crate::sketch::{BUCKETS, Counter, Histogram, WeightedSketch};

/// The interval of `statistic(a, b)`: a difference of 90th percentiles, a ratio of trimmed means.
///
/// `scratch` holds a number for each replicate and so says how many there are: 200 for decisions, 1000
/// for the ends of a 99 % interval. `seed` picks the replicates. `None` when the statistic is `None` for the sketches
/// themselves or for over half of the replicates, or when `scratch` is empty.
///
/// Cost: for each replicate 512 Poisson draws at most and one call of `statistic`. No allocation.
pub fn interval<A: Counter, B: Counter>(
    a: &Histogram<A>,
    b: &Histogram<B>,
    statistic: impl Fn(&WeightedSketch, &WeightedSketch) -> Option<f64>,
    confidence: Confidence,
    seed: u64,
    scratch: &mut [f64],
) -> Option<Interval> {
    let estimate = statistic(&as_weights(a, |count| count), &as_weights(b, |count| count))?;
    let mut random = SplitMix::new(seed);
    let mut replicates = 0_usize;
    let wanted = scratch.len();
    let mut places = scratch.iter_mut();
    for _ in 0..wanted {
        let replica_a = as_weights(a, |count| random.poisson(count));
        let replica_b = as_weights(b, |count| random.poisson(count));
        if let Some(value) = statistic(&replica_a, &replica_b).filter(|value| !value.is_nan())
            && let Some(place) = places.next()
        {
            *place = value;
            replicates = replicates.saturating_add(1);
        }
    }
    let values = scratch.get_mut(..replicates)?;
    if values.is_empty() || replicates < wanted / 2 {
        return None;
    }
    values.sort_unstable_by(f64::total_cmp);
    let tail = (1.0 - confidence.level()) / 2.0;
    let at = |q: f64| {
        let last = crate::number::from_u64(u64::try_from(replicates).unwrap_or(u64::MAX)) - 1.0;
        let index = crate::number::to_u64(q * last + 0.5);
        values.get(usize::try_from(index).unwrap_or(0)).copied()
    };
    Some(Interval { estimate, low: at(tail)?, high: at(1.0 - tail)? })
}

fn as_weights<C: Counter>(
    sketch: &Histogram<C>,
    mut draw: impl FnMut(f64) -> f64,
) -> WeightedSketch {
    let mut weights = [0.0_f32; BUCKETS];
    for (weight, count) in weights.iter_mut().zip(sketch.buckets()) {
        let count = count.mass();
        if count > 0.0 {
            *weight = crate::number::to_f32(draw(count));
        }
    }
    WeightedSketch::from_buckets(weights)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Micros, Sketch, compare};

    fn lognormal(median: f64, samples: u32, seed: u64) -> Sketch {
        let mut random = SplitMix::new(seed);
        let mut sketch = Sketch::new();
        sketch.extend(
            (0..samples).map(|_| Micros::from_f64(median * libm::exp(0.5 * random.normal()))),
        );
        sketch
    }

    fn median_difference(a: &WeightedSketch, b: &WeightedSketch) -> Option<f64> {
        let median = |s: &WeightedSketch| s.ranks().value_at(s.ranks().total() / 2.0);
        Some(median(a)? - median(b)?)
    }

    #[test]
    fn agrees_with_the_formula_for_medians() {
        let (a, b) = (lognormal(50_000.0, 900, 1), lognormal(40_000.0, 700, 2));
        let mut scratch = [0.0; 400];
        let boot = interval(&a, &b, median_difference, Confidence::P95, 3, &mut scratch).unwrap();
        let formula = compare::median_difference(&a, &b, Confidence::P95).unwrap();
        assert!(
            (boot.half_width() / formula.half_width() - 1.0).abs() < 0.25,
            "{boot:?} {formula:?}"
        );
        assert!(boot.contains(10_000.0));
    }

    #[test]
    fn same_seed_same_interval_and_empty_is_none() {
        let (a, b) = (lognormal(50_000.0, 100, 1), Sketch::new());
        let run = |seed| interval(&a, &a, median_difference, Confidence::P95, seed, &mut [0.0; 50]);
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
        assert_eq!(interval(&a, &b, median_difference, Confidence::P95, 1, &mut [0.0; 50]), None);
        assert_eq!(interval(&a, &a, median_difference, Confidence::P95, 1, &mut []), None);
    }
}
