//! What can be shown of a map's decisions: who surely gained, who lost, on what data, how old.

use crate::interval::Interval;
use crate::pool::Level;

/// The traffic that a map surely made faster, and the traffic that it surely made slower, by at least a
/// limit. Shares of all traffic.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Gains {
    /// Traffic whose gain has its lower end at or above the limit.
    pub improved: f64,
    /// Traffic whose gain has its upper end at or below minus the limit.
    pub worsened: f64,
    /// Mean of the estimated gains over the traffic.
    pub mean: f64,
}

impl Gains {
    /// From the gain of each prefix and its traffic. `limit` is in the unit of the gains: 5 ms.
    pub fn of(gains: impl IntoIterator<Item = (Interval, f64)>, limit: f64) -> Self {
        let (mut result, mut total) = (Self::default(), 0.0);
        for (gain, traffic) in gains {
            total += traffic;
            result.improved += if gain.low >= limit { traffic } else { 0.0 };
            result.worsened += if gain.high <= -limit { traffic } else { 0.0 };
            result.mean += traffic * gain.estimate;
        }
        if total > 0.0 {
            result.improved /= total;
            result.worsened /= total;
            result.mean /= total;
        }
        result
    }
}

/// Traffic by the level of the data that decided for it, as shares of all traffic.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Levels {
    traffic: [f64; 4],
    undecided: f64,
}

impl Levels {
    /// Counts traffic; `None` is traffic decided without any data, by geography or default.
    pub fn add(&mut self, level: Option<Level>, traffic: f64) {
        let place = level.and_then(|level| {
            let index = Level::ALL.iter().position(|other| *other == level)?;
            self.traffic.get_mut(index)
        });
        *place.unwrap_or(&mut self.undecided) += traffic;
    }

    /// The share decided at a level, or without data.
    pub fn share(&self, level: Option<Level>) -> f64 {
        let total = self.traffic.iter().sum::<f64>() + self.undecided;
        let known = Level::ALL.iter().zip(&self.traffic).find(|(other, _)| Some(**other) == level);
        let traffic = known.map_or(self.undecided, |(_, traffic)| *traffic);
        if total > 0.0 { traffic / total } else { 0.0 }
    }
}

/// How old the data are that decided, weighed by traffic. Seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Staleness {
    /// The mean age.
    pub mean: f64,
    /// The oldest.
    pub max: f64,
    /// The share of traffic decided on data older than the limit.
    pub stale: f64,
}

impl Staleness {
    /// From the age of the newest data of each prefix, in seconds, and its traffic.
    pub fn of(ages: impl IntoIterator<Item = (f64, f64)>, limit: f64) -> Self {
        let (mut result, mut total) = (Self::default(), 0.0);
        for (age, traffic) in ages {
            total += traffic;
            result.mean += traffic * age;
            result.max = result.max.max(age);
            result.stale += if age > limit { traffic } else { 0.0 };
        }
        if total > 0.0 {
            result.mean /= total;
            result.stale /= total;
        }
        result
    }
}

/// How often a prefix came back within `window` seconds to a PoP that it had left: A, B, A. `history` has
/// the second and the PoP of every placement, in order of time.
pub fn flip_flops(history: &[(u64, u16)], window: u64) -> u32 {
    let mut count = 0_u32;
    for triple in history.windows(3) {
        if let [(_, first), (left, second), (back, third)] = triple
            && first == third
            && first != second
            && back.saturating_sub(*left) <= window
        {
            count = count.saturating_add(1);
        }
    }
    count
}

/// By how much a map with client subnets multiplies the queries that a caching resolver sends. `rates` are
/// the queries a second of its clients for the name, one for each scope of the map; `ttl` is in seconds.
///
/// A cache entry asked for at rate λ (Poisson) is fetched λ / (1 + λ TTL) times a second. One entry for
/// each scope is compared with one for all. 1 without queries.
pub fn query_multiplier(rates: &[f64], ttl: f64) -> f64 {
    let fetches = |rate: f64| rate / (1.0 + rate * ttl);
    let together = fetches(rates.iter().sum());
    if together > 0.0 {
        rates.iter().map(|rate| fetches(*rate)).sum::<f64>() / together
    } else {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gains_count_only_what_is_sure() {
        let gain = |low: f64, high: f64| Interval { estimate: f64::midpoint(low, high), low, high };
        let gains = [(gain(6.0, 10.0), 2.0), (gain(-1.0, 9.0), 5.0), (gain(-9.0, -5.0), 1.0)];
        let result = Gains::of(gains, 5.0);
        assert_eq!((result.improved, result.worsened, result.mean), (0.25, 0.125, 29.0 / 8.0));
        assert_eq!(Gains::of([], 5.0), Gains::default());
    }

    #[test]
    fn levels_and_ages() {
        let mut levels = Levels::default();
        levels.add(Some(Level::Prefix), 6.0);
        levels.add(Some(Level::Country), 3.0);
        levels.add(None, 1.0);
        let shares = [Some(Level::Prefix), Some(Level::Country), Some(Level::Network), None]
            .map(|l| levels.share(l));
        assert_eq!(shares, [0.6, 0.3, 0.0, 0.1]);
        let age = Staleness::of([(60.0, 3.0), (7200.0, 1.0)], 3600.0);
        assert_eq!((age.mean, age.max, age.stale), (1845.0, 7200.0, 0.25));
    }

    #[test]
    fn flip_flops_within_the_window() {
        let history = [(0, 1), (100, 2), (200, 1), (90_000, 2), (90_100, 3), (90_200, 2)];
        assert_eq!(flip_flops(&history, 86_400), 2);
        assert_eq!(flip_flops(&history, 100_000), 3);
        assert_eq!(flip_flops(&[], 1), 0);
    }

    #[test]
    fn busy_scopes_multiply_and_quiet_ones_do_not() {
        // Each scope is asked for all the time: one fetch a TTL each.
        assert!((query_multiplier(&[1000.0; 8], 300.0) - 8.0).abs() < 0.01);
        // Hardly anyone asks: every query is a fetch, with ECS or without.
        assert!((query_multiplier(&[1e-6; 8], 300.0) - 1.0).abs() < 0.01);
        assert_eq!(query_multiplier(&[], 300.0), 1.0);
    }
}
