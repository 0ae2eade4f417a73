//! Samples come from strangers. What to believe, and what to give away.
//!
//! - [`nonce`]: only clients that were asked may answer, and only for a while.
//! - [`once`]: one sample from each client in each cell and bin of time.
//! - [`is_possible`]: nothing is faster than light in fibre.
//! - [`median_despite`]: the interval of a median when a share of the samples may be forged.
//! - [`anonymity`]: cells with few clients are rolled up, not dropped.

#[cfg(feature = "alloc")]
pub mod anonymity;
pub mod nonce;
pub mod once;
mod sip;

pub use sip::{Key, sip_hash};

use crate::compare::{Median, TooFew};
use crate::interval::{Confidence, Interval};
use crate::micros::Micros;
use crate::sketch::{Histogram, Mass};

/// False for a round trip that light in fibre could not make: 100 km a millisecond there and back.
pub fn is_possible(round_trip: Micros, distance_km: f64) -> bool {
    round_trip.millis() * 100.0 >= distance_km
}

/// The interval of the true median when up to the share `forged` (0 to below 1) of the samples may be
/// anything: the median lies between the quantiles (1 - f)/2 and (1 + f)/2 of what was seen, and the
/// interval adds the usual error on both sides. Microseconds.
///
/// # Errors
/// [`TooFew`] below [`crate::compare::MIN_SAMPLES`].
pub fn median_despite<M: Mass>(
    sketch: &Histogram<M>,
    forged: f64,
    confidence: Confidence,
) -> Result<Interval, TooFew> {
    let median = Median::of(sketch)?;
    let ranks = sketch.ranks();
    let n = ranks.total();
    let share = forged.clamp(0.0, 1.0);
    // Ranks on each side: the forged ones, and z standard errors of a binomial rank.
    let reach = share * n / 2.0 + confidence.z() * libm::sqrt(n) / 2.0;
    let at = |place: f64| ranks.value_at(place).ok_or(TooFew { samples: n });
    Ok(Interval { estimate: median.value, low: at(n / 2.0 - reach)?, high: at(n / 2.0 + reach)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sketch;
    use crate::random::SplitMix;

    #[test]
    fn light_is_the_limit() {
        // Seoul to Oregon is some 8200 km.
        assert!(is_possible(Micros::from_millis(150), 8200.0));
        assert!(!is_possible(Micros::from_millis(80), 8200.0));
    }

    #[test]
    fn honest_and_poisoned_samples_are_both_covered() {
        let mut random = SplitMix::new(9);
        for (forged, at) in [(0.0, 0), (0.1, 1_000), (0.1, 900_000), (0.3, 600)] {
            let mut covered = 0;
            for _ in 0..500 {
                let mut sketch = Sketch::new();
                for i in 0..300 {
                    let lie = f64::from(i) < forged * 300.0;
                    let honest = 40_000.0 * libm::exp(0.4 * random.normal());
                    sketch.record(if lie { Micros(at) } else { Micros::from_f64(honest) });
                }
                let interval = median_despite(&sketch, forged, Confidence::P95).unwrap();
                covered += u32::from(interval.contains(40_000.0));
            }
            assert!(covered >= 465, "{forged} at {at}: {covered} of 500");
        }
    }
}
