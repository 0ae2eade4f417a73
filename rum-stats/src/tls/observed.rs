//! The expected saving for the clients of a prefix when a PoP ends their connections.

use super::Visit;
use crate::compare::{Median, TooFew};
use crate::interval::{Confidence, Interval};
use crate::micros::Micros;
use crate::sketch::{Counter, Histogram, Sketch};

/// What was seen of the connections of some clients to where they end now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// Round trips, from the TCP handshakes.
    pub round_trips: Sketch,
    /// Server times.
    pub server: Sketch,
    /// Connections by their round trips of TLS: 0, 1, 2.
    pub handshakes: [u32; 3],
}

/// What moving the end of connections to a PoP is expected to save. Microseconds, negative where it costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Saving {
    /// Until the request may leave, for each new connection.
    pub set_up: Interval,
    /// Until the first byte, for each new connection.
    pub first_byte: Interval,
    /// Until the first byte, for each request: the saving of a new connection by the share of requests
    /// that need one, and the detour of the others.
    pub per_request: Interval,
    /// Mean round trips of TLS in the mix of handshakes seen.
    pub tls_round_trips: f64,
    /// The share of connections whose TCP handshake took over 900 ms: a lost SYN and its repetition.
    /// They are in the medians like any other, but if they are many the medians do not tell all.
    pub lost_syn: f64,
}

impl Observed {
    /// Nothing seen yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts a connection.
    pub fn record(&mut self, visit: &Visit) {
        self.round_trips.record(visit.tcp);
        self.server.record(visit.server);
        if let Some(count) = self.handshakes.get_mut(usize::from(visit.tls_round_trips.min(2))) {
            *count = count.saturating_add(1);
        }
    }

    /// Adds what another saw.
    pub fn merge(&mut self, other: &Self) {
        self.round_trips.merge(&other.round_trips);
        self.server.merge(&other.server);
        for (mine, theirs) in self.handshakes.iter_mut().zip(&other.handshakes) {
            *mine = mine.saturating_add(*theirs);
        }
    }

    /// The saving if a PoP ended these connections. `to_pop` holds the round trips of the same clients to the PoP,
    /// `to_origin` is the round trip between PoP and origin over connections kept open, and
    /// `new_connections` the share of requests (0 to 1) that set one up.
    ///
    /// With round trips r (now), x (to the PoP), o (PoP to origin) and h = 1 + mean TLS round trips:
    /// set-up saves h (r - x), the first byte h (r - x) + (r - x - o). Medians stand for r and x, never
    /// differences of unpaired samples; the intervals carry the errors of both medians and of h. The least round trip would
    /// take out queueing, which is right for one client over a window; over the clients of a prefix it is that of the one
    /// who sits next to the PoP, and the medians on both sides hold the same access networks.
    ///
    /// # Errors
    /// [`TooFew`] when either side has too few samples.
    pub fn saving<C: Counter>(
        &self,
        to_pop: &Histogram<C>,
        to_origin: Micros,
        new_connections: f64,
        confidence: Confidence,
    ) -> Result<Saving, TooFew> {
        let (now, near) = (Median::of(&self.round_trips)?, Median::of(to_pop)?);
        let gain = now.value - near.value;
        let gain_error = libm::hypot(now.standard_error(), near.standard_error());
        let (trips, trips_error) = self.mean_tls_round_trips();
        let origin = f64::from(to_origin.0);
        let handshake = 1.0 + trips;
        let share = new_connections.clamp(0.0, 1.0);
        // value = a * gain + b, where a carries the error of the handshake mix in `part` of it.
        let interval = |factor: f64, part: f64, fixed: f64| {
            let value = factor * gain + fixed;
            let error = libm::hypot(factor * gain_error, part * trips_error * gain);
            let half = confidence.z() * error;
            Interval { estimate: value, low: value - half, high: value + half }
        };
        let samples = crate::number::from_u64(self.round_trips.count());
        let lost = crate::number::from_u64(self.round_trips.count_above(LOST_SYN));
        Ok(Saving {
            set_up: interval(handshake, 1.0, 0.0),
            first_byte: interval(handshake + 1.0, 1.0, -origin),
            per_request: interval(share * handshake + 1.0, share, -origin),
            tls_round_trips: trips,
            lost_syn: if samples > 0.0 { lost / samples } else { 0.0 },
        })
    }

    /// The mean and its standard error; 0 before anything was seen.
    fn mean_tls_round_trips(&self) -> (f64, f64) {
        let [none, one, two] = self.handshakes.map(f64::from);
        let n = none + one + two;
        if n <= 0.0 {
            return (0.0, 0.0);
        }
        let mean = (one + 2.0 * two) / n;
        let variance = (one + 4.0 * two) / n - mean * mean;
        (mean, libm::sqrt(variance.max(0.0) / n))
    }
}

const LOST_SYN: Micros = Micros::from_millis(900);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SplitMix;
    use crate::tls::{Handshake, saving};

    fn visit(tcp: f64, tls_round_trips: u8) -> Visit {
        Visit { tcp: Micros::from_f64(tcp), tls: Micros(0), tls_round_trips, server: Micros(5000) }
    }

    #[test]
    fn without_noise_it_is_the_model() {
        for (trips, handshake) in
            [(2, Handshake::Tls12), (1, Handshake::Tls13), (0, Handshake::Tls13EarlyData)]
        {
            let mut seen = Observed::new();
            (0..500).for_each(|_| seen.record(&visit(150_000.0, trips)));
            let mut near = Sketch::new();
            near.record_many(Micros::from_millis(30), 500);
            let answer =
                seen.saving(&near, Micros::from_millis(120), 1.0, Confidence::P95).unwrap();
            let model = saving(handshake, 150.0, 30.0, 120.0);
            // Two buckets' worth, multiplied by the round trips.
            let tolerance = 0.022 * 180.0 * f64::from(trips + 2);
            assert!(
                (answer.first_byte.estimate / 1000.0 - model).abs() < tolerance,
                "{handshake:?} {answer:?}"
            );
            assert_eq!(answer.lost_syn, 0.0);
        }
    }

    /// A mix of full and resumed handshakes, noisy paths: the interval holds the truth as often as it says.
    #[test]
    fn intervals_cover() {
        let mut random = SplitMix::new(21);
        let (mut covered, trials) = (0, 1500);
        for _ in 0..trials {
            let (mut seen, mut near) = (Observed::new(), Sketch::new());
            for _ in 0..300 {
                let trips = if random.unit() < 0.4 { 2 } else { 1 };
                seen.record(&visit(150_000.0 * libm::exp(0.3 * random.normal()), trips));
                near.record(Micros::from_f64(30_000.0 * libm::exp(0.3 * random.normal())));
            }
            let answer =
                seen.saving(&near, Micros::from_millis(120), 0.3, Confidence::P95).unwrap();
            covered += u32::from(answer.first_byte.contains(3.4 * 120_000.0 - 120_000.0));
        }
        let share = f64::from(covered) / f64::from(trials);
        assert!((0.93..=0.97).contains(&share), "{share}");
    }

    #[test]
    fn lost_syns_are_told() {
        let mut seen = Observed::new();
        (0..95).for_each(|_| seen.record(&visit(40_000.0, 1)));
        (0..5).for_each(|_| seen.record(&visit(1_040_000.0, 1)));
        let answer = seen.saving(&seen.round_trips, Micros::ZERO, 0.5, Confidence::P95).unwrap();
        assert!((answer.lost_syn - 0.05).abs() < 1e-9);
        assert_eq!(answer.first_byte.estimate, 0.0);
        let merged = &mut Observed::new();
        merged.merge(&seen);
        assert_eq!(*merged, seen);
        assert!(
            Observed::new().saving(&seen.round_trips, Micros::ZERO, 1.0, Confidence::P95).is_err()
        );
    }
}
