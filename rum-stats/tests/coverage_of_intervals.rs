//! The intervals hold the truth as often as they say: simulation over the range in which they are used.
//!
//! Log-normal latencies, medians 40 and 50 ms, spread of the logarithm 0.1 to 0.8, 30 to
//! 1000 samples on each side, as long as the standard error of a median is over 0.6 % of it (a seventh of a bucket);
//! 5000 trials a case: one standard error is 0.3 points, and the stated tolerance 1.5 points around 95 %.

mod common;

use common::Random;
use rum_stats::{Confidence, Interval, Micros, Sketch, bootstrap, compare::Median, time::Ring};

const TRIALS: u32 = 5000;
const MEDIANS: (f64, f64) = (50_000.0, 40_000.0);

/// (samples of a, samples of b, spread of both)
const CASES: [(u32, u32, f64); 9] = [
    (30, 30, 0.3),
    (30, 30, 0.8),
    (30, 300, 0.5),
    (100, 100, 0.3),
    (100, 100, 0.8),
    (300, 300, 0.1),
    (300, 300, 0.8),
    (1000, 1000, 0.8),
    (1000, 1000, 0.3),
];

fn covered(trials: u32, truth: f64, mut interval: impl FnMut() -> Interval) -> f64 {
    f64::from((0..trials).filter(|_| interval().contains(truth)).count() as u32) / f64::from(trials)
}

fn sketch(random: &mut Random, median: f64, samples: u32, sigma: f64) -> Sketch {
    let mut sketch = Sketch::new();
    sketch.extend((0..samples).map(|_| Micros::from_f64(random.lognormal(median, sigma))));
    sketch
}

#[test]
fn difference_and_ratio_of_medians_from_sketches() {
    let mut random = Random(11);
    for (m, n, sigma) in CASES {
        let mut pair = || {
            let a = sketch(&mut random, MEDIANS.0, m, sigma);
            let b = sketch(&mut random, MEDIANS.1, n, sigma);
            (Median::of(&a).unwrap(), Median::of(&b).unwrap())
        };
        let difference = covered(TRIALS, MEDIANS.0 - MEDIANS.1, || {
            let (a, b) = pair();
            a.minus(&b, Confidence::P95)
        });
        let ratio = covered(TRIALS, MEDIANS.0 / MEDIANS.1, || {
            let (a, b) = pair();
            a.over(&b, Confidence::P95)
        });
        println!(
            "{m} and {n} samples, spread {sigma}: difference {difference:.3}, ratio {ratio:.3}"
        );
        assert!((0.935..=0.965).contains(&difference), "difference {m} {n} {sigma}: {difference}");
        assert!((0.935..=0.965).contains(&ratio), "ratio {m} {n} {sigma}: {ratio}");
    }
}

/// Standard errors of a tenth of a bucket: the interval then holds the truth more often than it says.
#[test]
fn narrow_samples_are_on_the_safe_side() {
    let mut random = Random(15);
    for (samples, sigma) in [(300, 0.05), (1000, 0.1)] {
        let share = covered(TRIALS, MEDIANS.0 - MEDIANS.1, || {
            let a = sketch(&mut random, MEDIANS.0, samples, sigma);
            let b = sketch(&mut random, MEDIANS.1, samples, sigma);
            Median::of(&a).unwrap().minus(&Median::of(&b).unwrap(), Confidence::P95)
        });
        println!("{samples} samples, spread {sigma}: {share:.3}");
        assert!(share > 0.935, "{share}");
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
        let share = covered(TRIALS, MEDIANS.0 - MEDIANS.1, || {
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
    let share = covered(TRIALS, MEDIANS.0 - MEDIANS.1, || {
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
