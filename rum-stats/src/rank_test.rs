//! The Mann-Whitney test from buckets: does one path tend to be slower, whatever the shapes?

use crate::normal;
use crate::sketch::{Counter, Histogram};

/// What the ranks say of samples `a` against samples `b`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankTest {
    /// Pairs in which `a` is the larger, equal buckets counting half: the U of `a`.
    pub u: f64,
    /// `u` over all pairs: the chance that a sample of `a` is above one of `b`. 0.5 for equals.
    pub superiority: f64,
    /// Standard errors that `u` is from what equals would give, with the correction for ties. Positive
    /// where `a` is the slower.
    pub z: f64,
}

impl RankTest {
    /// The test of two sketches. `None` when either is empty or all samples share a bucket.
    ///
    /// U = Σ a_k (B_<k + b_k / 2) over the buckets, and its variance for equals is
    /// m n / 12 · ((N + 1) - Σ (t³ - t) / (N (N - 1))), where t are the samples of a bucket in both.
    ///
    /// Cost: one pass over the counters, no allocation.
    pub fn of<A: Counter, B: Counter>(a: &Histogram<A>, b: &Histogram<B>) -> Option<Self> {
        let (mut u, mut below, mut m, mut ties) = (0.0, 0.0, 0.0, 0.0);
        for (a, b) in a.buckets().iter().zip(b.buckets()) {
            let (a, b) = (a.mass(), b.mass());
            u += a * (below + b / 2.0);
            below += b;
            m += a;
            let t = a + b;
            ties += t * t * t - t;
        }
        let (n, total) = (below, below + m);
        let variance = m * n / 12.0 * ((total + 1.0) - ties / (total * (total - 1.0)));
        if variance.is_nan() || variance <= 0.0 {
            return None;
        }
        let z = (u - m * n / 2.0) / libm::sqrt(variance);
        Some(Self { u, superiority: u / (m * n), z })
    }

    /// The chance of a difference this large, in either direction, between equals (normal approximation;
    /// good from about 10 samples each).
    pub fn p_value(&self) -> f64 {
        2.0 * normal::cumulative(-self.z.abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Micros, Sketch};
    use proptest::prelude::*;

    fn sketch(values: &[u32]) -> Sketch {
        let mut sketch = Sketch::new();
        sketch.extend(values.iter().map(|value| Micros(*value)));
        sketch
    }

    #[test]
    fn text_book_case() {
        // Ranks of a: 4, 6, 7 of 7: U = 17 - 6 = 11; no ties: variance 3 * 4 * 8 / 12 = 8.
        let test =
            RankTest::of(&sketch(&[4000, 6000, 7000]), &sketch(&[1000, 2000, 3000, 5000])).unwrap();
        assert_eq!(test.u, 11.0);
        assert!((test.z - 5.0 / 8.0_f64.sqrt()).abs() < 1e-12);
        assert!((test.superiority - 11.0 / 12.0).abs() < 1e-12);
    }

    #[test]
    fn nothing_to_say() {
        assert_eq!(RankTest::of(&sketch(&[]), &sketch(&[1000])), None);
        assert_eq!(RankTest::of(&sketch(&[1000, 1000]), &sketch(&[1000])), None);
    }

    proptest! {
        #[test]
        fn counts_pairs(a in proptest::collection::vec(600..9000_u32, 1..30), b in proptest::collection::vec(600..9000_u32, 1..30)) {
            let mut pairs = 0.0;
            for x in &a {
                for y in &b {
                    let (x, y) = (crate::sketch::bucket_of(Micros(*x)), crate::sketch::bucket_of(Micros(*y)));
                    pairs += if x > y { 1.0 } else if x == y { 0.5 } else { 0.0 };
                }
            }
            if let Some(test) = RankTest::of(&sketch(&a), &sketch(&b)) {
                prop_assert_eq!(test.u, pairs);
                let other = RankTest::of(&sketch(&b), &sketch(&a)).unwrap();
                prop_assert!((test.z + other.z).abs() < 1e-9);
            }
        }
    }
}
