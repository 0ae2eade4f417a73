//! Borrowing strength: what a prefix without samples of its own is thought to gain from a PoP.
//!
//! What is pooled is the *difference* between two PoPs for the same clients, because the access network is
//! in both and drops out. Each level is pulled towards the one above it by how noisy it is against how much
//! prefixes of a parent really differ: prefix, announced prefix, network in a country, country.

use crate::compare::Median;

/// An estimated difference with the variance of its error: microseconds and microseconds squared, or
/// any other unit throughout.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// The estimate, of any sign.
    pub value: f64,
    /// The variance of its error, not negative.
    pub variance: f64,
}

impl Effect {
    /// The difference of two medians of the same clients, `a - b`.
    pub fn difference(a: &Median, b: &Median) -> Self {
        let (a_error, b_error) = (a.standard_error(), b.standard_error());
        Self { value: a.value - b.value, variance: a_error * a_error + b_error * b_error }
    }

    /// Its standard error.
    pub fn standard_error(&self) -> f64 {
        libm::sqrt(self.variance)
    }

    /// How sure it is that the true difference is above `margin`: 0 to 1.
    pub fn chance_above(&self, margin: f64) -> f64 {
        if self.variance > 0.0 {
            crate::normal::cumulative((self.value - margin) / self.standard_error())
        } else {
            f64::from(u8::from(self.value > margin))
        }
    }
}

/// A group of effects: what they have in common and how much they truly differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Group {
    /// The common effect.
    pub mean: Effect,
    /// The variance between members beyond what their errors explain (τ²), not negative.
    pub spread: f64,
    /// How many members had data.
    pub members: u32,
}

impl Group {
    /// The random-effects estimate of DerSimonian and Laird (1986): with w = 1/s² and
    /// Q = Σ w (δ - mean)², τ² = max(0, (Q - (k - 1)) / (Σ w - Σ w² / Σ w)), then the mean by weights
    /// 1/(s² + τ²). Members without a finite value and a positive, finite variance are left out.
    /// `None` when nothing is left.
    ///
    /// Cost: three passes, no allocation.
    pub fn of<I: Iterator<Item = Effect> + Clone>(members: I) -> Option<Self> {
        let tells = |member: &Effect| {
            member.value.is_finite() && member.variance > 0.0 && member.variance.is_finite()
        };
        // The least variances are those of exact values as far as numbers go.
        let members = members
            .filter(tells)
            .map(|member| Effect { variance: member.variance.max(LEAST_VARIANCE), ..member });
        let (mut weights, mut squares, mut sum, mut count) = (0.0, 0.0, 0.0, 0_u32);
        for member in members.clone() {
            let weight = 1.0 / member.variance;
            weights += weight;
            squares += weight * weight;
            sum += weight * member.value;
            count = count.saturating_add(1);
        }
        if weights <= 0.0 {
            return None;
        }
        let fixed = sum / weights;
        let q: f64 =
            members.clone().map(|m| (m.value - fixed) * (m.value - fixed) / m.variance).sum();
        let scale = weights - squares / weights;
        let spread =
            if scale > 0.0 { ((q - (f64::from(count) - 1.0)) / scale).max(0.0) } else { 0.0 };
        let (mut weights, mut sum) = (0.0, 0.0);
        for member in members {
            let weight = 1.0 / (member.variance + spread);
            weights += weight;
            sum += weight * member.value;
        }
        Some(Self {
            mean: Effect { value: sum / weights, variance: 1.0 / weights },
            spread,
            members: count,
        })
    }

    /// A member seen through its group: with B = s² / (s² + τ²), B parts of the group's mean and 1 - B
    /// of its own. The variance is (1 - B) s² + B² Var(mean). A member without data (`None`) is the mean
    /// with variance τ² + Var(mean).
    pub fn shrink(&self, own: Option<Effect>) -> Effect {
        let Some(own) = own.filter(|own| own.variance.is_finite()) else {
            return Effect { value: self.mean.value, variance: self.spread + self.mean.variance };
        };
        let pull = self.pull(own.variance);
        Effect {
            value: pull * self.mean.value + (1.0 - pull) * own.value,
            variance: (1.0 - pull) * own.variance + pull * pull * self.mean.variance,
        }
    }

    /// The part B that the group has in a member of this variance.
    fn pull(&self, variance: f64) -> f64 {
        let sum = variance + self.spread;
        if sum > 0.0 { variance / sum } else { 0.0 }
    }
}

/// How far down the data of a decision reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The country of the clients.
    Country,
    /// Their network (autonomous system) in that country.
    Network,
    /// The prefix that the network announces.
    Announced,
    /// The prefix itself.
    Prefix,
}

impl Level {
    /// All levels, from the widest.
    pub const ALL: [Self; 4] = [Self::Country, Self::Network, Self::Announced, Self::Prefix];
}

/// One level on the way down to a prefix.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rung {
    /// Which one.
    pub level: Level,
    /// What was measured at it, over all its clients; `None` without enough samples.
    pub measured: Option<Effect>,
    /// How much the members of the level above differ ([`Group::spread`]); of no matter at the first
    /// rung.
    pub spread: f64,
}

/// An effect and where it comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pooled {
    /// The effect for the prefix at the end of the ladder.
    pub effect: Effect,
    /// The deepest level with data.
    pub level: Level,
    /// The part that the data of that level have in the result, 0 to 1; the rest is from above.
    pub own: f64,
}

/// Walks down the ladder, each rung drawn to the one above it. Rungs come widest first. A rung without data
/// widens the variance by its spread. `None` when no rung has data.
pub fn pool(ladder: &[Rung]) -> Option<Pooled> {
    let mut result: Option<Pooled> = None;
    for rung in ladder {
        let measured = rung.measured.filter(|effect| effect.variance.is_finite());
        result = match (result, measured) {
            (None, None) => None,
            (None, Some(effect)) => Some(Pooled { effect, level: rung.level, own: 1.0 }),
            (Some(above), own) => {
                let group = Group { mean: above.effect, spread: rung.spread.max(0.0), members: 1 };
                let effect = group.shrink(own);
                Some(match own {
                    Some(own) => {
                        Pooled { effect, level: rung.level, own: 1.0 - group.pull(own.variance) }
                    }
                    None => Pooled { effect, ..above },
                })
            }
        };
    }
    result
}

/// Smaller variances count as this, so that the squares of weights are numbers.
const LEAST_VARIANCE: f64 = 1e-100;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SplitMix;
    use std::vec::Vec;

    fn effect(value: f64, variance: f64) -> Effect {
        Effect { value, variance }
    }

    #[test]
    fn extremes_do_not_spoil_a_group() {
        let members = [effect(1.0, 5e-324), effect(2.0, 1.0), effect(f64::NAN, 1.0)];
        let group = Group::of(members.into_iter()).unwrap();
        assert_eq!((group.mean.value.is_finite(), group.members), (true, 2));
    }

    #[test]
    fn closed_forms() {
        // Equal variances: Q = 2, k - 1 = 1, scale = 2 - 1 = 1, so tau^2 = 1.
        let group = Group::of([effect(0.0, 1.0), effect(2.0, 1.0)].into_iter()).unwrap();
        assert_eq!((group.mean.value, group.spread, group.mean.variance), (1.0, 1.0, 1.0));
        assert_eq!(group.shrink(Some(effect(3.0, 1.0))), effect(2.0, 0.75));
        assert_eq!(group.shrink(None), effect(1.0, 2.0));
        // No more spread than the errors explain: all the same.
        let group = Group::of([effect(5.0, 4.0), effect(5.5, 4.0)].into_iter()).unwrap();
        assert_eq!((group.spread, group.shrink(Some(effect(9.0, 4.0))).value), (0.0, 5.25));
        assert_eq!(Group::of([effect(1.0, 0.0), effect(1.0, f64::NAN)].into_iter()), None);
    }

    #[test]
    fn ladder_reports_the_level_with_data() {
        let rung = |level, measured| Rung { level, measured, spread: 4.0 };
        let [country, network, announced, prefix] = Level::ALL;
        let ladder = [
            rung(country, Some(effect(10.0, 1.0))),
            rung(network, None),
            rung(announced, Some(effect(14.0, 2.0))),
            rung(prefix, None),
        ];
        let pooled = pool(&ladder).unwrap();
        assert_eq!(pooled.level, Level::Announced);
        // Own data have 4 of 6 parts; the gap at the end adds the spread.
        assert!((pooled.own - 4.0 / 6.0).abs() < 1e-12);
        assert!((pooled.effect.value - (10.0 / 3.0 + 28.0 / 3.0)).abs() < 1e-12);
        assert!((pooled.effect.variance - (2.0 * 2.0 / 3.0 + 5.0 / 9.0 + 4.0)).abs() < 1e-12);
        assert_eq!(pool(&[rung(country, None)]), None);
    }

    /// Shrunk estimates of simulated prefixes have less error than raw ones, and their stated variance is
    /// the true one.
    #[test]
    fn pooling_lowers_the_error_and_knows_it() {
        let mut random = SplitMix::new(3);
        let (mut raw, mut pooled, mut stated, mut trials) = (0.0, 0.0, 0.0, 0.0);
        for _ in 0..300 {
            let truths: Vec<f64> = (0..40).map(|_| 8.0 + 3.0 * random.normal()).collect();
            let seen: Vec<Effect> = truths
                .iter()
                .map(|truth| {
                    let error = 1.0 + 9.0 * random.unit();
                    effect(truth + error * random.normal(), error * error)
                })
                .collect();
            let group = Group::of(seen.iter().copied()).unwrap();
            for (truth, seen) in truths.iter().zip(&seen) {
                let shrunk = group.shrink(Some(*seen));
                raw += (seen.value - truth).powi(2);
                pooled += (shrunk.value - truth).powi(2);
                stated += shrunk.variance;
                trials += 1.0;
            }
        }
        let (raw, pooled, stated) = (raw / trials, pooled / trials, stated / trials);
        assert!(pooled < raw / 4.0, "{raw} {pooled}");
        assert!((stated / pooled - 1.0).abs() < 0.15, "{stated} {pooled}");
    }
}
