use super::*;
use crate::{Micros, Sketch};
use std::vec::Vec;

/// By Pascal's triangle.
fn binomial_below_naive(c: u32, n: u32) -> f64 {
    let mut row = std::vec![1.0_f64];
    for _ in 0..n {
        let mut next = std::vec![row[0] / 2.0];
        next.extend(row.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0));
        next.push(row[row.len() - 1] / 2.0);
        row = next;
    }
    row[..c as usize].iter().sum()
}

#[test]
fn binomial_matches_pascal() {
    for n in [5, 6, 30, 31, 100, 333] {
        for c in 1..=n / 2 {
            let (fast, naive) =
                (binomial_below(f64::from(c), f64::from(n)), binomial_below_naive(c, n));
            assert!((fast / naive - 1.0).abs() < 1e-9, "{c} of {n}");
        }
    }
}

#[test]
fn order_statistics_are_the_papers() {
    // n = 31: 16 - 5.57 = 10.43, so c = 10.
    assert_eq!(order_statistic(31.0).unwrap().0, 10.0);
    assert_eq!(order_statistic(5.0).unwrap().0, 1.0);
    assert_eq!(order_statistic(4.0), None);
    assert_eq!(order_statistic(f64::NAN), None);
    assert_eq!(order_statistic(f64::INFINITY), None);
}

#[test]
fn approximation_joins_the_exact_form() {
    let below = order_statistic(EXACT_UP_TO).unwrap();
    let n = EXACT_UP_TO;
    let approximate = (n / 2.0 - below.0 + 0.5) / (n.sqrt() / 2.0);
    assert!((below.1 / approximate - 1.0).abs() < 3e-4, "{below:?} {approximate}");
}

#[test]
fn sketch_agrees_with_sorted_data() {
    let values: Vec<f64> =
        (0..400).map(|i| 20_000.0 * (f64::from(i) / 399.0 * 1.5).exp()).collect();
    let mut sketch = Sketch::new();
    sketch.extend(values.iter().map(|v| Micros::from_f64(*v)));
    let (exact, binned) = (Median::of_sorted(&values).unwrap(), Median::of(&sketch).unwrap());
    assert!((binned.value / exact.value - 1.0).abs() < 0.01);
    assert!((binned.standard_error() / exact.standard_error() - 1.0).abs() < 0.1);
}

#[test]
fn without_any_error_the_chance_is_certain() {
    let median = Median::of_sorted(&[5.0; 30]).unwrap();
    assert_eq!((median.p_slower(&median, 0.0), median.p_slower(&median, -1.0)), (1.0, 0.0));
}

#[test]
fn ratio_is_the_difference_of_logarithms() {
    let a: Vec<f64> = (1..=101).map(f64::from).collect();
    let b: Vec<f64> = a.iter().map(|x| 2.0 * x).collect();
    let (a, b) = (Median::of_sorted(&a).unwrap(), Median::of_sorted(&b).unwrap());
    let ratio = b.over(&a, Confidence::P95);
    assert!((ratio.estimate - 2.0).abs() < 1e-12);
    assert!((ratio.low * ratio.high - 4.0).abs() < 1e-9);
}
