//! How good a map is, in the numbers worth publishing. All weigh traffic; for one country or network, give them its
//! prefixes only.
//!
//! | what | where |
//! |---|---|
//! | (a) p50 and p90 of round trips or first bytes, for this map and any other | [`weighted_quantile`], [`Experience`] |
//! | (b) traffic within 5, 10 and 25 ms of the best PoP | [`Experience::within`], [`share_within`] |
//! | (c) traffic surely improved, and surely made worse, by 5 ms | [`Gains`] |
//! | (d) mean regret | [`Experience::regret`] |
//! | (e) fullest and 95th percentile PoP, overflow | [`Utilisation`] |
//! | (f) traffic remapped by a rebuild, flip-flops | [`churn`], [`flip_flops`] |
//! | (g) traffic decided at the level of its own data, or above | [`Levels`] |
//! | (h) age of the data | [`Staleness`] |
//! | (i) entries of the map, and what it multiplies DNS queries by | `ClientMap::entries`, [`query_multiplier`] |

#[cfg(feature = "alloc")]
mod load;
mod proof;

#[cfg(feature = "alloc")]
pub use load::Utilisation;
pub use proof::{Gains, Levels, Staleness, flip_flops, query_multiplier};

#[cfg(feature = "alloc")]
use crate::assign::{Assignment, Problem, WHOLE};
#[cfg(feature = "alloc")]
use alloc::vec::Vec;

/// A value and how much traffic has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighted {
    /// The value, often milliseconds.
    pub value: f64,
    /// The traffic, in any unit; not negative.
    pub weight: f64,
}

/// The value that the share `q` (0 to 1) of the traffic is at or below: the least such value of those
/// given. `None` without traffic. Sorts the values, and allocates nothing.
pub fn weighted_quantile(values: &mut [Weighted], q: f64) -> Option<f64> {
    values.sort_unstable_by(|a, b| a.value.total_cmp(&b.value));
    let total: f64 = values.iter().map(|value| value.weight).sum();
    let wanted = total * q.clamp(0.0, 1.0);
    let mut seen = 0.0;
    let mut last = None;
    for value in values.iter().filter(|value| value.weight > 0.0) {
        seen += value.weight;
        last = Some(value.value);
        if seen >= wanted {
            break;
        }
    }
    last
}

/// The share of the traffic whose value is at most `limit`; `None` without traffic.
pub fn share_within(values: &[Weighted], limit: f64) -> Option<f64> {
    let total: f64 = values.iter().map(|value| value.weight).sum();
    let within: f64 =
        values.iter().filter(|value| value.value <= limit).map(|value| value.weight).sum();
    (total > 0.0).then(|| within / total)
}

/// The mean over the traffic; `None` without traffic.
pub fn weighted_mean(values: &[Weighted]) -> Option<f64> {
    let total: f64 = values.iter().map(|value| value.weight).sum();
    (total > 0.0)
        .then(|| values.iter().map(|value| value.value * value.weight).sum::<f64>() / total)
}

/// The milliseconds that each part of the traffic sees. Prefixes that reach no PoP are left out.
#[cfg(feature = "alloc")]
pub fn latencies(problem: &Problem<'_>, assignment: &Assignment) -> Vec<Weighted> {
    per_share(problem, assignment, |_, ms| ms)
}

/// The milliseconds that each part of the traffic loses against its nearest open PoP, whatever that
/// one's load. [`weighted_mean`] of it is the mean regret; [`share_within`] of it the share within so
/// many milliseconds of the best.
#[cfg(feature = "alloc")]
pub fn regrets(problem: &Problem<'_>, assignment: &Assignment) -> Vec<Weighted> {
    per_share(problem, assignment, |best, ms| ms - best)
}

/// Traffic by latency in one line of numbers. All in milliseconds or shares of the traffic.
#[cfg(feature = "alloc")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Experience {
    /// Half of the traffic is at or below.
    pub p50: f64,
    /// Nine tenths of it are.
    pub p90: f64,
    /// The mean.
    pub mean: f64,
    /// The mean lost against the nearest PoP.
    pub regret: f64,
    /// The share within 5, 10 and 25 ms of the nearest PoP.
    pub within: [f64; 3],
}

#[cfg(feature = "alloc")]
impl Experience {
    /// Of an assignment, judged by the latencies of `problem`, which may be others than those it was
    /// made from: the truth of a simulation, or what was measured since. `None` without traffic.
    pub fn of(problem: &Problem<'_>, assignment: &Assignment) -> Option<Self> {
        let mut seen = latencies(problem, assignment);
        let lost = regrets(problem, assignment);
        Some(Self {
            p50: weighted_quantile(&mut seen, 0.5)?,
            p90: weighted_quantile(&mut seen, 0.9)?,
            mean: weighted_mean(&seen)?,
            regret: weighted_mean(&lost)?,
            within: [
                share_within(&lost, 5.0)?,
                share_within(&lost, 10.0)?,
                share_within(&lost, 25.0)?,
            ],
        })
    }
}

/// The share of the traffic that changed its PoP from one map to the next, 0 to 1. A split prefix counts
/// by the parts that moved. `demand` is that of the prefixes, in the order of both assignments.
#[cfg(feature = "alloc")]
pub fn churn(before: &Assignment, after: &Assignment, demand: &[f64]) -> f64 {
    let (mut moved, mut total) = (0.0, 0.0);
    for (prefix, demand) in demand.iter().enumerate() {
        let stays: u16 = before
            .shares(prefix)
            .map(|(pop, weight)| {
                let same = after.shares(prefix).find(|(other, _)| *other == pop);
                same.map_or(0, |(_, other)| weight.min(other))
            })
            .sum();
        let served = before.main_pop(prefix).is_some() || after.main_pop(prefix).is_some();
        if served {
            moved += demand * f64::from(WHOLE.saturating_sub(stays)) / f64::from(WHOLE);
        }
        total += demand;
    }
    if total > 0.0 { moved / total } else { 0.0 }
}

#[cfg(feature = "alloc")]
fn per_share(
    problem: &Problem<'_>,
    assignment: &Assignment,
    value: impl Fn(f64, f64) -> f64,
) -> Vec<Weighted> {
    let mut values = Vec::with_capacity(problem.prefixes());
    for (prefix, demand) in problem.demand.iter().enumerate() {
        let open = problem
            .row(prefix)
            .iter()
            .zip(problem.capacity)
            .filter(|(_, capacity)| **capacity > 0.0);
        let best = open.fold(f64::INFINITY, |best, (ms, _)| best.min(f64::from(*ms)));
        for (pop, weight) in assignment.shares(prefix) {
            let ms = problem.latency_to(prefix, pop);
            if ms.is_finite() {
                values.push(Weighted {
                    value: value(best, ms),
                    weight: demand * f64::from(weight) / f64::from(WHOLE),
                });
            }
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_weigh_traffic() {
        let mut values = [(30.0, 1.0), (10.0, 8.0), (20.0, 1.0), (99.0, 0.0)]
            .map(|(value, weight)| Weighted { value, weight });
        assert_eq!(weighted_quantile(&mut values, 0.5), Some(10.0));
        assert_eq!(weighted_quantile(&mut values, 0.85), Some(20.0));
        assert_eq!(weighted_quantile(&mut values, 1.0), Some(30.0));
        assert_eq!(weighted_mean(&values), Some(13.0));
        assert_eq!(share_within(&values, 20.0), Some(0.9));
        assert_eq!(weighted_quantile(&mut [], 0.5), None);
    }

    #[cfg(feature = "alloc")]
    #[test]
    fn experience_and_churn() {
        use crate::assign::{Options, assign};
        let near = Problem {
            demand: &[1.0, 3.0],
            latency: &[10.0, 40.0, 10.0, 16.0],
            capacity: &[10.0, 10.0],
            utilisation: 1.0,
        };
        let far = Problem { capacity: &[1.0, 10.0], ..near };
        let (a, b) = (
            assign(&near, &Options::default()).unwrap(),
            assign(&far, &Options::default()).unwrap(),
        );
        let seen = Experience::of(&near, &a).unwrap();
        assert_eq!((seen.p50, seen.regret, seen.within), (10.0, 0.0, [1.0; 3]));
        let seen = Experience::of(&far, &b).unwrap();
        assert_eq!((seen.p90, seen.regret, seen.within), (16.0, 4.5, [0.25, 1.0, 1.0]));
        assert_eq!(churn(&a, &b, near.demand), 0.75);
        assert_eq!(churn(&a, &a, near.demand), 0.0);
        let full = Utilisation::of(&b.loads, far.capacity);
        assert_eq!((full.max, full.overflow), (1.0, 0.0));
    }
}
