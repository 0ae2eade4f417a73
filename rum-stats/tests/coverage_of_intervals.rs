//! The intervals hold the truth as often as they say: simulation over the range in which they are used.
//!
//! Log-normal latencies with a spread of the logarithm of 0.05 to 0.8, 30 to 3000 samples on each side. The medians
//! of the trials are spread over a whole bucket, as where a median lies in its bucket matters. 5000 trials a
//! case, 2000 of the large ones: one standard error is 0.3 or 0.5 points, and the stated tolerance 1.5 points around 95 %.

mod common;

use common::Random;
use rum_stats::{Confidence, Interval, Micros, Sketch, bootstrap, compare::Median, time::Ring};

/// Trials of a case by its samples.
const fn trials(samples: u32) -> u32 {
    if samples < 1000 { 5000 } else { 2000 }
}

const MEDIANS: (f64, f64) = (50_000.0, 40_000.0);

/// (samples of a, samples of b, spread of both)
const CASES: [(u32, u32, f64); 15] = [
    (30, 30, 0.05),
    (30, 30, 0.1),
    (30, 30, 0.3),
    (30, 30, 0.8),
    (30, 300, 0.5),
    (100, 100, 0.3),
    (100, 100, 0.8),
    (300, 300, 0.1),
    (300, 300, 0.8),
    (300, 300, 0.05),
    (1000, 1000, 0.8),
    (1000, 1000, 0.3),
    (1000, 1000, 0.1),
    (1000, 1000, 0.05),
    (3000, 3000, 0.1),
];

fn covered(trials: u32, truth: f64, mut interval: impl FnMut() -> Interval) -> f64 {
    f64::from((0..trials).filter(|_| interval().contains(truth)).count() as u32) / f64::from(trials)
}

fn sketch(random: &mut Random, median: f64, samples: u32, sigma: f64) -> Sketch {
    let mut sketch = Sketch::new();
    sketch.extend((0..samples).map(|_| Micros::from_f64(random.lognormal(median, sigma))));
    sketch
}

/// Coverage of the difference and the ratio.
fn from_sketches(trials: u32, m: u32, n: u32, sigma: f64, random: &mut Random) -> (f64, f64) {
    let mut pair = || {
        // Anywhere in their buckets, which are 4.4 % wide.
        let medians =
            (MEDIANS.0 * (1.0 + 0.044 * random.unit()), MEDIANS.1 * (1.0 + 0.044 * random.unit()));
        let a = sketch(random, medians.0, m, sigma);
        let b = sketch(random, medians.1, n, sigma);
        (medians, Median::of(&a).unwrap(), Median::of(&b).unwrap())
    };
    let (mut difference, mut ratio) = (0, 0);
    for _ in 0..trials {
        let (medians, a, b) = pair();
        difference += u32::from(a.minus(&b, Confidence::P95).contains(medians.0 - medians.1));
        ratio += u32::from(a.over(&b, Confidence::P95).contains(medians.0 / medians.1));
    }
    (f64::from(difference) / f64::from(trials), f64::from(ratio) / f64::from(trials))
}

#[test]
fn difference_and_ratio_of_medians_from_sketches() {
    let mut random = Random(11);
    for (m, n, sigma) in CASES {
        let (difference, ratio) = from_sketches(trials(m), m, n, sigma, &mut random);
        println!(
            "{m} and {n} samples, spread {sigma}: difference {difference:.3}, ratio {ratio:.3}"
        );
        assert!((0.935..=0.965).contains(&difference), "difference {m} {n} {sigma}: {difference}");
        assert!((0.935..=0.965).contains(&ratio), "ratio {m} {n} {sigma}: {ratio}");
    }
}

/// Less than a bucket wide, down to a single value: the interval holds the truth more often than it says, and is not
/// wider than the bucket makes it.
#[test]
fn narrow_samples_are_on_the_safe_side() {
    let mut random = Random(15);
    for (samples, sigma) in [(30, 0.0), (1000, 0.0), (1000, 0.01), (1000, 0.02), (1000, 0.03)] {
        let (difference, ratio) =
            from_sketches(trials(samples), samples, samples, sigma, &mut random);
        println!("{samples} samples, spread {sigma}: difference {difference:.3}, ratio {ratio:.3}");
        assert!(difference > 0.935 && ratio > 0.935, "{samples} {sigma}: {difference} {ratio}");
        let median = Median::of(&sketch(&mut random, MEDIANS.0, samples, sigma)).unwrap();
        assert!(median.interval(Confidence::P95).half_width() < 0.044 * MEDIANS.0);
    }
}

#[test]
fn difference_of_medians_from_sorted_data() {
    let mut random = Random(12);
    for (m, n, sigma) in CASES {
        let mut sorted = |median: f64, samples: u32| {
            let mut values: Vec<f64> =
                (0..samples).map(|_| random.lognormal(median, sigma)).collect();
            values.sort_unstable_by(f64::total_cmp);
            Median::of_sorted(&values).unwrap()
        };
        let share = covered(2000, MEDIANS.0 - MEDIANS.1, || {
            let (a, b) = (sorted(MEDIANS.0, m), sorted(MEDIANS.1, n));
            a.minus(&b, Confidence::P95)
        });
        println!("{m} and {n} samples, spread {sigma}: sorted {share:.3}");
        assert!((0.93..=0.968).contains(&share), "{m} {n} {sigma}: {share}");
    }
}

#[test]
fn faded_samples_with_their_effective_number() {
    let mut random = Random(13);
    let mut ring = |median: f64| {
        let mut ring = Ring::<u32, 8>::new(900);
        for slice in 0..8 {
            for _ in 0..60 {
                ring.record(slice * 900, Micros::from_f64(random.lognormal(median, 0.4)));
            }
        }
        let faded = ring.faded(7 * 900, 3600.0);
        Median::of_weighted(&faded.sketch, faded.effective).unwrap()
    };
    let share = covered(2000, MEDIANS.0 - MEDIANS.1, || {
        let (a, b) = (ring(MEDIANS.0), ring(MEDIANS.1));
        a.minus(&b, Confidence::P95)
    });
    println!("faded: {share:.3}");
    assert!((0.935..=0.965).contains(&share), "{share}");
}

#[test]
fn bootstrap_of_a_ninetieth_percentile() {
    let mut random = Random(14);
    // The 90th percentile of a log-normal stands 1.2816 spreads above its median.
    let truth = (MEDIANS.0 - MEDIANS.1) * (1.281_551_565_5 * 0.4_f64).exp();
    let p90 = |s: &rum_stats::WeightedSketch| s.ranks().value_at(0.9 * s.ranks().total());
    let mut seed = 0;
    let share = covered(600, truth, || {
        seed += 1;
        let a = sketch(&mut random, MEDIANS.0, 300, 0.4);
        let b = sketch(&mut random, MEDIANS.1, 300, 0.4);
        let gap = |a: &_, b: &_| Some(p90(a)? - p90(b)?);
        bootstrap::interval(&a, &b, gap, Confidence::P95, seed, &mut [0.0; 200]).unwrap()
    });
    println!("bootstrap: {share:.3}");
    // 600 trials: one standard error is 0.9 points.
    assert!((0.92..=0.975).contains(&share), "{share}");
}
