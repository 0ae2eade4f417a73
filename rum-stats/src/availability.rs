//! Is a PoP up? Drain what surely fails, keep what is merely quiet, and never drain too much.

use crate::interval::{Confidence, Interval};

/// The interval of a success rate by Wilson (1927); good for small counts and for rates near 0 and 1.
/// `None` without trials or when `successes` is more than `trials`.
pub fn wilson(successes: u64, trials: u64, confidence: Confidence) -> Option<Interval> {
    if trials == 0 || successes > trials {
        return None;
    }
    let (n, z) = (crate::number::from_u64(trials), confidence.z());
    let p = crate::number::from_u64(successes) / n;
    let scale = 1.0 / (1.0 + z * z / n);
    let middle = scale * (p + z * z / (2.0 * n));
    let half = scale * z * libm::sqrt(p * (1.0 - p) / n + z * z / (4.0 * n * n));
    Some(Interval { estimate: p, low: (middle - half).max(0.0), high: (middle + half).min(1.0) })
}

/// What clients reported of a PoP over the last minutes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Report {
    /// Fetches that worked.
    pub successes: u64,
    /// Fetches tried.
    pub trials: u64,
    /// Capacity of the PoP, in any unit.
    pub capacity: f64,
}

/// How to judge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    /// The success rate that a PoP must not be surely below: 0.9.
    pub floor: f64,
    /// How sure: 95 %.
    pub confidence: Confidence,
    /// The most of all capacity that may be drained by these rules: a third. If more looks broken, the
    /// measurement probably is, and nothing is drained.
    pub most_drained: f64,
}

impl Default for Rules {
    fn default() -> Self {
        Self { floor: 0.9, confidence: Confidence::P95, most_drained: 1.0 / 3.0 }
    }
}

impl Rules {
    /// True when even the upper end of the success rate is below the floor. Asking it of the lower end
    /// would drain a healthy PoP with 34 successes in 34 trials. No trials: not failing.
    pub fn is_failing(&self, report: &Report) -> bool {
        wilson(report.successes, report.trials, self.confidence)
            .is_some_and(|rate| rate.high < self.floor)
    }

    /// Judges all PoPs, writing into `drain` which of them to drain. PoPs past the end of `drain` are
    /// judged too, but not written.
    pub fn judge(&self, reports: &[Report], drain: &mut [bool]) -> Outcome {
        let total: f64 = reports.iter().map(|report| report.capacity).sum();
        let failing: f64 = reports
            .iter()
            .filter(|report| self.is_failing(report))
            .map(|report| report.capacity)
            .sum();
        // Written so that a capacity that is no number fails open too.
        let few = failing <= total * self.most_drained;
        for (drain, report) in drain.iter_mut().zip(reports) {
            *drain = few && self.is_failing(report);
        }
        if few {
            Outcome::Drained { share: if total > 0.0 { failing / total } else { 0.0 } }
        } else {
            Outcome::FailOpen { failing: failing / total }
        }
    }
}

/// What [`Rules::judge`] did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome {
    /// The failing PoPs are to be drained: this share of all capacity, possibly 0.
    Drained {
        /// 0 to 1.
        share: f64,
    },
    /// Too much looks broken: nothing is drained. Call a person.
    FailOpen {
        /// The share of capacity that looks broken.
        failing: f64,
    },
}

/// The share of its capacity that a PoP may use after it came back at `since` (seconds): `step` (0.1) at once
/// and as much again every `every` seconds (300) until all of it.
pub fn ramp(since: u64, now: u64, step: f64, every: u64) -> f64 {
    let steps = now.saturating_sub(since).checked_div(every).unwrap_or(u64::MAX);
    (step * (crate::number::from_u64(steps) + 1.0)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(successes: u64, trials: u64) -> Report {
        Report { successes, trials, capacity: 10.0 }
    }

    #[test]
    fn published_values() {
        // Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20.
        for (successes, trials, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)]
        {
            let rate = wilson(successes, trials, Confidence::P95).unwrap();
            assert!((rate.low - low).abs() < 5e-5 && (rate.high - high).abs() < 5e-5, "{rate:?}");
        }
        assert_eq!(wilson(0, 0, Confidence::P95), None);
        assert_eq!(wilson(2, 1, Confidence::P95), None);
    }

    #[test]
    fn a_quiet_healthy_pop_is_kept() {
        let rules = Rules::default();
        assert!(wilson(34, 34, Confidence::P95).unwrap().low < 0.9);
        assert!(!rules.is_failing(&report(34, 34)));
        assert!(!rules.is_failing(&report(0, 0)));
        assert!(!rules.is_failing(&report(2, 3)));
        assert!(rules.is_failing(&report(80, 100)));
        assert!(!rules.is_failing(&report(86, 100)));
    }

    #[test]
    fn too_much_at_once_fails_open() {
        let rules = Rules::default();
        let mut drain = [true; 4];
        let fine = report(990, 1000);
        let outcome = rules.judge(&[report(100, 1000), fine, fine, fine], &mut drain);
        assert_eq!(
            (outcome, drain),
            (Outcome::Drained { share: 0.25 }, [true, false, false, false])
        );
        let outcome = rules.judge(&[report(100, 1000), report(0, 1000), fine, fine], &mut drain);
        assert_eq!((outcome, drain), (Outcome::FailOpen { failing: 0.5 }, [false; 4]));
        assert_eq!(rules.judge(&[], &mut []), Outcome::Drained { share: 0.0 });
        // All fail, and one capacity is unknown: nothing is drained.
        let unknown = Report { capacity: f64::NAN, ..report(0, 1000) };
        rules.judge(&[report(0, 1000), report(0, 1000), unknown, fine], &mut drain);
        assert_eq!(drain, [false; 4]);
    }

    #[test]
    fn ramps_back() {
        assert_eq!(ramp(1000, 1000, 0.1, 300), 0.1);
        assert!((ramp(1000, 1899, 0.1, 300) - 0.3).abs() < 1e-12);
        assert_eq!(ramp(1000, 9000, 0.1, 300), 1.0);
        assert_eq!(ramp(1000, 0, 0.1, 0), 1.0);
    }
}
