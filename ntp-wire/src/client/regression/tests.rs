use super::*;
use crate::{Leap, ReferenceId, Short, Stratum};
use proptest::prelude::*;

const START: Timestamp = Timestamp::from_unix(1_700_000_000, 0);

/// A generator whose numbers look random and are the same each time.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        crate::siphash::siphash_1_3([1, 2], [self.0, 1])
    }

    /// 0 to 1.
    fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / 9_007_199_254_740_992.0
    }

    /// Mean 0, deviation 1.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

fn sample(second: f64, offset: f64, delay: f64) -> Sample {
    Sample {
        time: START.plus(span(second)),
        offset: span(offset),
        delay: span(delay),
        dispersion: Span::ZERO,
        leap: Leap::None,
        stratum: Stratum(1),
        root_delay: Short::ZERO,
        root_dispersion: Short::ZERO,
        reference_id: ReferenceId::GPS,
    }
}

#[test]
fn a_straight_line_is_found() {
    let mut regression = Regression::<64>::new();
    for second in 0..10 {
        let second = f64::from(second) * 16.0;
        regression.push(&sample(second, 0.25 + second * 20e-6, 0.01));
        assert_eq!(regression.estimate(START).is_some(), regression.len() >= 3);
    }
    let estimate = regression.estimate(START.plus(Span::from_seconds(1000))).unwrap();
    assert!((estimate.frequency.0 - 20_000_000).abs() < 100, "{estimate:?}");
    assert!((estimate.offset.to_nanos() - 270_000_000).abs() < 10);
    assert_eq!(estimate.samples, 10);
    // A sample that is not newer is not taken.
    regression.push(&sample(100.0, 5.0, 0.01));
    assert_eq!(regression.len(), 10);
}

/// The promise of the documentation: 95 of 100 times, for any number of samples.
#[test]
fn the_interval_holds_as_often_as_stated() {
    let mut random = Random(1);
    for count in [4, 6, 10, 20, 40, 64] {
        let (mut held, mut frequency_held) = (0, 0);
        let rounds = 2000;
        for _ in 0..rounds {
            let mut regression = Regression::<64>::new();
            let (offset, slope) = (random.normal() * 0.01, random.normal() * 20e-6);
            let mut second = 0.0;
            for _ in 0..count {
                second += 12.0 + 8.0 * random.uniform();
                let error = random.normal() * 50e-6;
                regression.push(&sample(second, offset + slope * second + error, 0.02));
            }
            let now = second + 64.0 * random.uniform();
            let estimate = regression.estimate(START.plus(span(now))).unwrap();
            let truth = offset + slope * now;
            held += usize::from(
                seconds(estimate.offset) - truth <= seconds(estimate.offset_error)
                    && truth - seconds(estimate.offset) <= seconds(estimate.offset_error),
            );
            let error = (estimate.frequency.0 as f64 / 1e12 - slope).abs();
            frequency_held += usize::from(error <= estimate.frequency_error.0 as f64 / 1e12);
        }
        for held in [held, frequency_held] {
            let share = held as f64 / f64::from(rounds);
            assert!((0.92..0.985).contains(&share), "{count} samples: {share}");
        }
    }
}

/// A server that ticks in milliseconds: no scatter at all, and wrong by up to a tick.
#[test]
fn coarse_clocks_do_not_look_exact() {
    let mut regression = Regression::<8>::new();
    for second in 0..8 {
        let sample = sample(f64::from(second), 0.0, 0.01);
        regression.push(&Sample { dispersion: span(1e-3), ..sample });
    }
    let estimate = regression.estimate(START.plus(span(8.0))).unwrap();
    assert!(estimate.jitter == Span::ZERO && estimate.offset_error >= span(1e-3), "{estimate:?}");
}

/// Queues that hold up one way: the RFC's filter and a plain mean are worse.
#[test]
fn long_delays_hardly_move_the_line() {
    let mut random = Random(7);
    let (mut ours, mut plain) = (0.0, 0.0);
    for _ in 0..500 {
        let mut regression = Regression::<64>::new();
        let mut sum = 0.0;
        for second in 0..40 {
            // Half of the packets wait up to 20 ms on the way there.
            let wait = if random.next().is_multiple_of(2) { 0.02 * random.uniform() } else { 0.0 };
            let error = wait / 2.0 + random.normal() * 10e-6;
            sum += error;
            regression.push(&sample(f64::from(second) * 16.0, error, 0.02 + wait));
        }
        let estimate = regression.estimate(START.plus(Span::from_seconds(40 * 16))).unwrap();
        ours += seconds(estimate.offset).powi(2);
        plain += (sum / 40.0).powi(2);
    }
    assert!(ours * 25.0 < plain, "{ours} {plain}");
}

#[test]
fn one_wild_sample_is_left_out() {
    let mut random = Random(3);
    let mut regression = Regression::<64>::new();
    for second in 0..30 {
        let wild = if second == 20 { 0.5 } else { 0.0 };
        let error = random.normal() * 20e-6;
        regression.push(&sample(f64::from(second) * 16.0, wild + error, 0.01));
    }
    let estimate = regression.estimate(START.plus(Span::from_seconds(480))).unwrap();
    assert!(estimate.offset.abs() < Span::from_nanos(60_000), "{estimate:?}");
}

#[test]
fn a_bend_is_forgotten() {
    let mut random = Random(5);
    let mut regression = Regression::<64>::new();
    for second in 0..64 {
        // 1 ppm until the middle, then 3 ppm.
        let second = f64::from(second) * 64.0;
        let offset = second * 1e-6 + (second - 2048.0).max(0.0) * 2e-6;
        regression.push(&sample(second, offset + random.normal() * 5e-6, 0.01));
    }
    let estimate = regression.estimate(START.plus(Span::from_seconds(4096))).unwrap();
    assert!((estimate.frequency.0 - 3_000_000).abs() < 300_000, "{estimate:?}");
    assert!(estimate.samples < 50 && regression.len() < 50);
}

#[test]
fn a_correction_leaves_the_line() {
    let mut regression = Regression::<64>::new();
    for second in 0..10 {
        let second = f64::from(second) * 16.0;
        regression.push(&sample(second, 0.25 + second * 20e-6, 0.01));
    }
    let now = START.plus(Span::from_seconds(144));
    let before = regression.estimate(now).unwrap();
    regression.clock_corrected(now, before.offset, before.frequency);
    let later = now.plus(before.offset).plus(Span::from_seconds(1000));
    let after = regression.estimate(later).unwrap();
    assert!(after.offset.abs() < Span::from_nanos(100), "{after:?}");
    assert!(after.frequency.0.abs() < 1000);
}

proptest! {
    #[test]
    fn the_quartile_is_that_of_the_sorted_delays(delays in prop::collection::vec(prop_oneof![-5_i64..5, any::<i64>()], 1..40)) {
        let point = |delay| Point { time: START, offset: Span::ZERO, delay: Span::from_bits(delay), dispersion: Span::ZERO };
        let points: std::vec::Vec<_> = delays.iter().map(|delay| point(*delay)).collect();
        let mut sorted = delays;
        sorted.sort_unstable();
        prop_assert_eq!(quartile(&points), Some(Span::from_bits(sorted[sorted.len() / 4])));
    }

    #[test]
    fn anything_is_survived(points in prop::collection::vec((any::<i64>(), any::<i64>(), any::<i64>()), 0..20), now: u64) {
        let mut regression = Regression::<8>::new();
        for (time, offset, delay) in points {
            let wild = Sample { time: START.plus(Span::from_bits(time)), offset: Span::from_bits(offset), delay: Span::from_bits(delay), ..sample(0.0, 0.0, 0.0) };
            regression.push(&wild);
            let _ = regression.estimate(Timestamp::from_bits(now));
        }
        prop_assert!(regression.len() <= 8);
        let _ = Regression::<0>::new().estimate(START);
    }
}
