//! Clients whose resolver hides their address: clusters by resolver, and what the hiding costs.
//!
//! A beacon fetches a name of its own, so that the server sees which resolver asked for which client. The
//! join of both gives each resolver its mix of client prefixes. All of them get one answer, the best for the
//! mix; the difference to an answer for each is the price of lacking ECS.

use crate::number::to_f32;
use crate::sketch::{BUCKETS, Counter, Histogram, WeightedSketch};
use alloc::vec;
use alloc::vec::Vec;

/// Clients of a prefix seen behind a resolver.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Join {
    /// The resolver, by the caller's number.
    pub resolver: u32,
    /// The row of the client prefix in the latency matrix.
    pub prefix: u32,
    /// Its traffic through this resolver; finite, not negative.
    pub weight: f64,
}

/// A resolver and the clients behind it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cluster {
    /// The resolver.
    pub resolver: u32,
    /// The PoP that is best for its clients together.
    pub pop: u16,
    /// Its traffic.
    pub weight: f64,
    /// Mean milliseconds of its clients at that PoP.
    pub milliseconds: f64,
    /// Mean milliseconds that they lose because they share one answer: the price of lacking ECS.
    pub price: f64,
}

/// All resolvers, and their rows for [`crate::assign::Problem`], so that they are assigned under capacity like prefixes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clusters {
    /// By resolver.
    pub clusters: Vec<Cluster>,
    /// Mean milliseconds to each PoP, a row per cluster; infinite where a client with traffic cannot be
    /// served.
    pub latency: Vec<f32>,
    /// Traffic behind resolvers for whose clients no single PoP serves all, or of prefixes past the
    /// matrix; in no cluster.
    pub unplaced: f64,
}

impl Clusters {
    /// Clusters joins. `latency` has a row of `pops`, at most 65 535, for each prefix. Sorts the joins by
    /// resolver.
    pub fn of(joins: &mut [Join], latency: &[f32], pops: usize) -> Self {
        joins.sort_unstable_by_key(|join| (join.resolver, join.prefix));
        let mut result = Self::default();
        let mut sums = vec![0.0_f64; pops];
        for group in joins.chunk_by(|a, b| a.resolver == b.resolver) {
            sums.fill(0.0);
            let (mut weight, mut least) = (0.0, 0.0);
            for join in group.iter().filter(|join| join.weight > 0.0) {
                let start = usize::try_from(join.prefix).unwrap_or(usize::MAX).saturating_mul(pops);
                let row = latency.get(start..).and_then(|rest| rest.get(..pops)).unwrap_or(&[]);
                let best = row.iter().copied().fold(f32::INFINITY, f32::min);
                if !best.is_finite() {
                    result.unplaced += join.weight;
                    continue;
                }
                for (sum, ms) in sums.iter_mut().zip(row) {
                    *sum += join.weight * f64::from(*ms);
                }
                weight += join.weight;
                least += join.weight * f64::from(best);
            }
            let best = (0..u16::MAX).zip(&sums).min_by(|a, b| a.1.total_cmp(b.1));
            match (best, group.first()) {
                (Some((pop, sum)), Some(first)) if weight > 0.0 && sum.is_finite() => {
                    result.clusters.push(Cluster {
                        resolver: first.resolver,
                        pop,
                        weight,
                        milliseconds: sum / weight,
                        price: ((sum - least) / weight).max(0.0),
                    });
                    result.latency.extend(sums.iter().map(|sum| to_f32(sum / weight)));
                }
                _ => result.unplaced += weight,
            }
        }
        result
    }

    /// Traffic-weighted mean of the prices: what lacking ECS costs a mean client, in milliseconds.
    pub fn mean_price(&self) -> f64 {
        let weight: f64 = self.clusters.iter().map(|cluster| cluster.weight).sum();
        let lost: f64 = self.clusters.iter().map(|cluster| cluster.weight * cluster.price).sum();
        if weight > 0.0 { lost / weight } else { 0.0 }
    }
}

/// The latency distribution of a mix: sketches merged so that each counts by its traffic and not by how often
/// it was sampled. Its quantiles are those of the clients behind a resolver. Empty sketches are left out.
pub fn mixture<'a, C: Counter + 'a>(
    parts: impl IntoIterator<Item = (f64, &'a Histogram<C>)>,
) -> WeightedSketch {
    let mut weights = [0.0_f32; BUCKETS];
    for (weight, sketch) in parts {
        let samples = crate::number::from_u64(sketch.count());
        if samples > 0.0 {
            for (sum, count) in weights.iter_mut().zip(sketch.buckets()) {
                *sum += to_f32(weight * count.mass() / samples);
            }
        }
    }
    WeightedSketch::from_buckets(weights)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Micros, Sketch};

    fn join(resolver: u32, prefix: u32, weight: f64) -> Join {
        Join { resolver, prefix, weight }
    }

    #[test]
    fn more_pops_than_have_numbers() {
        let mut joins = [Join { resolver: 1, prefix: 0, weight: 1.0 }];
        let clusters = Clusters::of(&mut joins, &std::vec![5.0; 70_000], 70_000);
        assert_eq!(clusters.clusters[0].pop, 0);
    }

    #[test]
    fn the_price_of_one_answer_for_all() {
        let latency = [10.0, 50.0, 60.0, 20.0, f32::INFINITY, 5.0];
        let mut joins =
            [join(9, 1, 1.0), join(7, 0, 1.0), join(9, 0, 3.0), join(8, 2, 2.0), join(8, 99, 1.0)];
        let clusters = Clusters::of(&mut joins, &latency, 2);
        let [near, only, mixed] = clusters.clusters[..] else { panic!("{clusters:?}") };
        assert_eq!((near.resolver, near.pop, near.price), (7, 0, 0.0));
        assert_eq!((only.resolver, only.pop, only.weight), (8, 1, 2.0));
        // At PoP 0: (3 * 10 + 60) / 4 = 22.5; each at its best: (3 * 10 + 20) / 4 = 12.5.
        assert_eq!((mixed.pop, mixed.milliseconds, mixed.price), (0, 22.5, 10.0));
        assert_eq!(clusters.unplaced, 1.0);
        assert!((clusters.mean_price() - 40.0 / 7.0).abs() < 1e-12);
        assert_eq!(clusters.latency.len(), 6);
        assert!(clusters.latency[2].is_infinite());
    }

    #[test]
    fn mixtures_weigh_traffic_not_samples() {
        let (mut busy, mut sampled) = (Sketch::new(), Sketch::new());
        busy.record_many(Micros::from_millis(10), 5);
        sampled.record_many(Micros::from_millis(90), 5000);
        let mixture = mixture([(9.0, &busy), (1.0, &sampled), (5.0, &Sketch::new())]);
        assert!((mixture.share_below(Micros::from_millis(50)).unwrap() - 0.9).abs() < 1e-6);
    }
}
