//! Prefixes with more demand than PoPs have room.
//!
//! At any prices such a prefix makes one whole choice and so jumps between PoPs for ever, and the prices with it. Here it goes to
//! all PoPs at once, to each by `exp(-(L + p) / T)`: the slope is then smooth, and as the temperature `T` falls from round
//! to round the shares tend to the split that the linear programme wants. The bound is always that of whole choices.

use super::{Problem, add};
use alloc::vec;
use alloc::vec::Vec;

/// The giants of a problem, and where they are.
pub(super) struct Giants {
    giants: Vec<Giant>,
    /// Milliseconds.
    temperature: f64,
}

struct Giant {
    prefix: usize,
    demand: f64,
    /// The part of it at each PoP.
    shares: Vec<f64>,
}

impl Giants {
    /// `None` without any.
    pub(super) fn of(problem: &Problem<'_>, capacity: &[f64]) -> Option<Self> {
        let open = capacity.iter().filter(|capacity| **capacity > 0.0);
        let limit = open.copied().fold(f64::INFINITY, f64::min) * GIANT;
        let large = problem.demand.iter().enumerate().filter(|(_, demand)| **demand >= limit);
        let giant = |(prefix, demand): (usize, &f64)| {
            let shares = vec![0.0; problem.pops()];
            Giant { prefix, demand: *demand, shares }
        };
        let giants: Vec<Giant> = large.map(giant).collect();
        (!giants.is_empty()).then_some(Self { giants, temperature: HOT })
    }

    pub(super) fn prefixes(&self) -> impl Iterator<Item = usize> + '_ {
        self.giants.iter().map(|giant| giant.prefix)
    }

    /// The temperature of a round.
    pub(super) fn cool(&mut self, round: u32, rounds: u32) -> f64 {
        let done = f64::from(round) / f64::from(rounds.max(1));
        self.temperature = HOT * libm::pow(COLD / HOT, done);
        self.temperature
    }

    /// The step under which the largest giant does not overshoot: prices move by about the temperature.
    pub(super) fn steady(&self, temperature: f64, mean_load: f64) -> f64 {
        let largest = self.giants.iter().map(|giant| giant.demand).fold(mean_load, f64::max);
        2.0 * temperature * mean_load / largest
    }

    /// Shares them out at these prices. Their part of the dual function.
    pub(super) fn choose(&mut self, problem: &Problem<'_>, prices: &[f32]) -> f64 {
        let mut bound = 0.0;
        for giant in &mut self.giants {
            let row = problem.row(giant.prefix);
            let total = |(ms, price): (&f32, &f32)| f64::from(*ms) + f64::from(*price);
            let least = row.iter().zip(prices).map(total).fold(f64::INFINITY, f64::min);
            if !least.is_finite() {
                continue;
            }
            let mut sum = 0.0;
            for (share, cell) in giant.shares.iter_mut().zip(row.iter().zip(prices)) {
                *share = libm::exp((least - total(cell)) / self.temperature);
                sum += *share;
            }
            giant.shares.iter_mut().for_each(|share| *share /= sum);
            bound += giant.demand * least;
        }
        bound
    }

    /// Adds them to the loads of the PoPs.
    pub(super) fn load(&self, loads: &mut [f64]) {
        for giant in &self.giants {
            for (pop, share) in (0_u16..).zip(&giant.shares) {
                add(loads, pop, giant.demand * share);
            }
        }
    }

    /// The shares of those at several PoPs, by prefix.
    pub(super) fn shares(self) -> Vec<(usize, Vec<(u16, f64)>)> {
        let shares = self.giants.into_iter().map(|giant| {
            let held = (0_u16..).zip(giant.shares).filter(|(_, share)| *share >= LEAST_SHARE);
            (giant.prefix, held.collect::<Vec<_>>())
        });
        shares.filter(|(_, held)| held.len() > 1).collect()
    }
}

/// A prefix with this part of the capacity of the smallest PoP is one.
const GIANT: f64 = 0.5;

/// Temperatures in milliseconds: at first, and in the end.
const HOT: f64 = 4.0;
const COLD: f64 = 0.02;

/// Less of a giant is not worth a unit of its weights.
const LEAST_SHARE: f64 = 1.0 / 512.0;
