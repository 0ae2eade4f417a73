//! Servers, paths and the client's own oscillator.

use crate::random::Random;
use ntp_wire::client::{Exchange, Sample};
use ntp_wire::server::{Arrival, Policy, ServerState, respond};
use ntp_wire::{Leap, Log2Seconds, ReferenceId, Short, Span, Stratum, Timestamp};

/// True time begins here, not far before the era ends.
pub(crate) const START: Timestamp = Timestamp::from_unix(2_085_978_400, 0);

/// A server and the path to it. Seconds.
#[derive(Clone, Copy)]
pub(crate) struct Server {
    /// Its clock minus true time. An honest one's is within what it says of itself.
    pub(crate) error: f64,
    /// The error bound it states, as root dispersion.
    pub(crate) stated: f64,
    /// Both ways together, without queues.
    pub(crate) path: f64,
    /// The part of the path on the way there.
    pub(crate) asymmetry: f64,
    /// Mean of the queue, each way.
    pub(crate) queue: f64,
    /// Whether the path is jammed just now.
    pub(crate) jammed: bool,
    pub(crate) honest: bool,
}

pub(crate) struct Network {
    random: Random,
    /// True seconds since the start.
    time: f64,
    /// The local clock minus true time.
    local_error: f64,
    /// Of the oscillator, without correction: wanders within 14 ppm of where it starts if nobody
    /// sets it elsewhere.
    pub(crate) frequency: f64,
    wander: f64,
    /// The correction in force.
    pub(crate) slew: f64,
    pub(crate) servers: Vec<Server>,
}

impl Network {
    pub(crate) fn new(seed: u64, servers: usize, liars: usize) -> Self {
        let mut random = Random(seed.wrapping_mul(7919).wrapping_add(1));
        // Liars often agree with each other.
        let common_lie = (random.uniform() - 0.5) * 2.0;
        let servers = (0..servers)
            .map(|index| {
                let stated = 0.0001 + 0.01 * random.uniform();
                let honest = index >= liars;
                let lie = match random.below(3) {
                    0 => common_lie,
                    1 => (random.uniform() - 0.5) * 0.1,
                    _ => (random.uniform() - 0.5) * 10.0,
                };
                let error = stated * (2.0 * random.uniform() - 1.0) * 0.99;
                Server {
                    error: if honest { error } else { lie },
                    stated,
                    path: 0.0002 + 0.04 * random.uniform() * random.uniform(),
                    asymmetry: random.uniform(),
                    queue: 0.002 * random.uniform() * random.uniform(),
                    jammed: false,
                    honest,
                }
            })
            .collect();
        let local_error = (random.uniform() - 0.5) * 4.0;
        let frequency = (random.uniform() - 0.5) * 10e-6;
        Self { random, time: 0.0, local_error, frequency, wander: 0.0, slew: 0.0, servers }
    }

    /// Lets true time go by.
    pub(crate) fn pass(&mut self, seconds: f64) {
        let mut left = seconds;
        while left > 0.0 {
            let step = left.min(1.0);
            left -= step;
            self.time += step;
            // A random walk, held within bounds.
            self.wander = (self.wander + self.random.normal() * 2e-8).clamp(-9e-6, 9e-6);
            self.local_error += (self.frequency + self.wander + self.slew) * step;
        }
        for server in &mut self.servers {
            let change = if server.jammed { 0.3 } else { 0.05 };
            server.jammed ^= self.random.uniform() < change;
        }
    }

    /// What the local clock reads.
    pub(crate) fn local(&self) -> Timestamp {
        at(self.time + self.local_error)
    }

    /// What it should be moved by.
    pub(crate) fn true_offset(&self) -> Span {
        at(self.time).since(self.local())
    }

    pub(crate) fn step(&mut self, step: Span) {
        self.local_error += step.to_nanos() as f64 / 1e9;
    }

    pub(crate) fn is_honest(&self, server: usize) -> bool {
        self.servers[server].honest
    }

    /// One request and its reply, if none is lost.
    pub(crate) fn exchange(&mut self, server: usize) -> Option<Sample> {
        let Server { error, stated, path, asymmetry, queue, jammed, .. } = self.servers[server];
        let queue = if jammed { queue + 0.05 } else { queue };
        let mut exchange = Exchange::new(self.random.next(), self.local(), Log2Seconds(-20));
        let there = path * asymmetry + queue * self.random.exponential();
        let back = path * (1.0 - asymmetry) + queue * self.random.exponential();
        let held = 20e-6 * self.random.exponential();
        if self.random.uniform() < 0.02 {
            return None;
        }
        let state = ServerState {
            leap: Leap::None,
            stratum: Stratum(1),
            precision: Log2Seconds(-20),
            root_delay: Short::ZERO,
            root_dispersion: Short::at_least(Span::from_nanos((stated * 1e9) as i64)),
            reference_id: ReferenceId::GPS,
            reference_time: at(self.time + error),
        };
        self.short(there);
        let arrival = Arrival { received: at(self.time + error), noise: self.random.next() };
        self.short(held);
        let sent = at(self.time + error);
        let mut reply = [0; 48];
        let request = exchange.request().to_bytes();
        let octets = respond(&request, arrival, || sent, &state, &Policy::default(), &mut reply);
        assert_eq!(octets, Ok(48));
        self.short(back);
        Some(exchange.accept(&reply, self.local()).expect("an honest exchange is accepted"))
    }

    /// A moment within an exchange.
    fn short(&mut self, seconds: f64) {
        self.time += seconds;
        self.local_error += (self.frequency + self.wander + self.slew) * seconds;
    }
}

/// True seconds since the start as an instant, rounded to the nanosecond.
fn at(seconds: f64) -> Timestamp {
    START.plus(Span::from_nanos((seconds * 1e9).round() as i64))
}
