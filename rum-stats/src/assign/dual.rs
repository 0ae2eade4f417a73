//! Prices by dual ascent.
//!
//! At prices `p` the dual function is `Σ d_i min_j (L_ij + p_j) - Σ p_j C_j`: a lower bound of the best
//! cost, concave in `p`, whose slope at `p_j` is load minus capacity. Each round moves the prices along the
//! slope by a step that shrinks with the rounds, and the best prices seen are kept.
//!
//! Most rounds change prices little, and then most prefixes cannot change their choice: a prefix whose
//! second choice was `s` ms behind stays where it is until the prices have drifted apart by `s` ms since it
//! was looked at. Only the others are looked at again.
//!
//! A prefix with the demand of a good part of a PoP jumps between two of them for ever, as no prices make it go half to
//! each. For these few the time spent at each over the later rounds is kept: it tends to the split that the linear
//! programme wants. Those larger than PoPs take [`super::giants`].

use super::giants::Giants;
use super::{Assignment, Problem, add, at};
use crate::number::to_f32;
use alloc::vec;
use alloc::vec::Vec;

/// The best prices found and what they say.
pub(super) struct Dual {
    /// Milliseconds for each PoP; infinite for a closed one.
    pub(super) prices: Vec<f64>,
    /// Where each prefix goes at these prices.
    pub(super) choices: Vec<u16>,
    /// Load of each PoP by the choices.
    pub(super) loads: Vec<f64>,
    /// The dual function at the prices.
    pub(super) bound: f64,
    /// The large prefixes that were at several PoPs, with the share of rounds at each.
    pub(super) shares: Vec<(usize, Vec<(u16, f64)>)>,
}

impl Dual {
    pub(super) fn ascend(problem: &Problem<'_>, capacity: &[f64], rounds: u32) -> Self {
        let mut state = Ascent::new(problem, capacity);
        let mut best = state.prices.clone();
        let mut best_bound = f64::NEG_INFINITY;
        let mut stays = Stays::of(problem, capacity);
        // The first rounds find the region, with steps that overshoot; the others start at the best prices found and
        // keep near them.
        let far = rounds.saturating_mul(3) / 5;
        for round in 0..rounds.max(1) {
            if round == far {
                state.restart(&best);
            }
            state.choose(problem);
            if round > far {
                stays.note(&state.choices);
            }
            let bound = state.bound(capacity);
            if bound > best_bound {
                best_bound = bound;
                best.clone_from(&state.prices);
            }
            let step = if round < far {
                FIRST_STEP / (1.0 + STEP_DECAY * f64::from(round))
            } else {
                NEAR_STEP / (1.0 + STEP_DECAY * f64::from(round.saturating_sub(far)))
            };
            if !state.step(capacity, step) {
                break;
            }
        }
        let prices = best.iter().map(|price| f64::from(*price)).collect();
        Self { shares: stays.shares(), ..Self::at_prices(problem, capacity, prices) }
    }

    /// A second ascent where the first has not come close: smoothly where there are prefixes larger than PoPs, else from the
    /// start with more rounds. `None` where the problem is too large for many more than those `made`.
    pub(super) fn ascend_longer(
        problem: &Problem<'_>,
        capacity: &[f64],
        made: u32,
        prices: &[f64],
    ) -> Option<Self> {
        let affordable = LONGER_ENTRIES.checked_div(problem.latency.len()).unwrap_or(0);
        let rounds = u32::try_from(affordable.min(MOST_ROUNDS)).ok()?;
        if rounds < LEAST_ROUNDS {
            return None;
        }
        match Giants::of(problem, capacity) {
            Some(giants) => Some(Self::ascend_smoothly(problem, capacity, rounds, prices, giants)),
            None if rounds / 2 > made => Some(Self::ascend(problem, capacity, rounds)),
            _ => None,
        }
    }

    /// Starts from prices near the best, the giants being shared out smoothly.
    fn ascend_smoothly(
        problem: &Problem<'_>,
        capacity: &[f64],
        rounds: u32,
        prices: &[f64],
        mut giants: Giants,
    ) -> Self {
        let mut state = Ascent::new(problem, capacity);
        let start: Vec<f32> = prices.iter().map(|price| to_f32(*price)).collect();
        state.restart(&start);
        for giant in giants.prefixes() {
            // They make no whole choice.
            if let Some(holds_until) = state.holds_until.get_mut(giant) {
                *holds_until = f32::INFINITY;
            }
        }
        let mut best = (f64::NEG_INFINITY, state.prices.clone());
        for round in 0..rounds {
            let temperature = giants.cool(round, rounds);
            state.choose(problem);
            let bound = state.bound(capacity) + giants.choose(problem, &state.prices);
            let choices = state.loads.clone();
            giants.load(&mut state.loads);
            if bound > best.0 {
                best = (bound, state.prices.clone());
            }
            let step = giants.steady(temperature, state.mean_load);
            let moved = state.step(capacity, step);
            state.loads = choices;
            if !moved {
                break;
            }
        }
        let prices = best.1.iter().map(|price| f64::from(*price)).collect();
        Self { shares: giants.shares(), ..Self::at_prices(problem, capacity, prices) }
    }

    /// The choices and the bound at given prices, in double precision, so that the bound is one.
    pub(super) fn at_prices(problem: &Problem<'_>, capacity: &[f64], prices: Vec<f64>) -> Self {
        let mut choices = Vec::with_capacity(problem.prefixes());
        let mut loads = vec![0.0; problem.pops()];
        let mut bound = 0.0;
        for (row, demand) in problem.latency.chunks_exact(problem.pops()).zip(problem.demand) {
            let mut choice = (f64::INFINITY, Assignment::NOWHERE);
            for (pop, (ms, price)) in (0_u16..).zip(row.iter().zip(&prices)) {
                let total = f64::from(*ms) + price;
                if total < choice.0 {
                    choice = (total, pop);
                }
            }
            if choice.1 != Assignment::NOWHERE {
                bound += demand * choice.0;
                add(&mut loads, choice.1, *demand);
            }
            choices.push(choice.1);
        }
        for (price, capacity) in prices.iter().zip(capacity) {
            if price.is_finite() {
                bound -= price * capacity;
            }
        }
        Self { prices, choices, loads, bound, shares: Vec::new() }
    }
}

/// The prefixes too large for whole choices, and where they were.
struct Stays {
    prefixes: Vec<(usize, Vec<(u16, f64)>)>,
}

impl Stays {
    fn of(problem: &Problem<'_>, capacity: &[f64]) -> Self {
        let open = capacity.iter().filter(|capacity| **capacity > 0.0);
        let least = open.copied().fold(f64::INFINITY, f64::min) * LARGE;
        let large = problem.demand.iter().enumerate().filter(|(_, demand)| **demand >= least);
        Self { prefixes: large.map(|(prefix, _)| (prefix, Vec::new())).collect() }
    }

    fn note(&mut self, choices: &[u16]) {
        for (prefix, stays) in &mut self.prefixes {
            let Some(choice) = choices.get(*prefix).copied() else { continue };
            match stays.iter_mut().find(|(pop, _)| *pop == choice) {
                Some((_, rounds)) => *rounds += 1.0,
                None => stays.push((choice, 1.0)),
            }
        }
    }

    /// Shares instead of rounds, without those that stayed put.
    fn shares(self) -> Vec<(usize, Vec<(u16, f64)>)> {
        let mut shares = self.prefixes;
        shares.retain(|(_, stays)| stays.len() > 1);
        for (_, stays) in &mut shares {
            let total: f64 = stays.iter().map(|(_, rounds)| rounds).sum();
            stays.iter_mut().for_each(|(_, rounds)| *rounds /= total);
        }
        shares
    }
}

struct Ascent {
    prices: Vec<f32>,
    choices: Vec<u16>,
    /// The drift up to which the choice of each prefix is known to hold.
    holds_until: Vec<f32>,
    /// How far any two prices can have moved apart since the start.
    drift: f64,
    loads: Vec<f64>,
    /// Sum of demand times latency of the choices.
    cost: f64,
    /// The slope of each price, smoothed over the rounds, so that what jumps to and fro cancels.
    directions: Vec<f64>,
    /// Demand of an average PoP.
    mean_load: f64,
}

impl Ascent {
    fn new(problem: &Problem<'_>, capacity: &[f64]) -> Self {
        let price = |capacity: &f64| if *capacity > 0.0 { 0.0 } else { f32::INFINITY };
        let demand: f64 = problem.demand.iter().sum();
        Self {
            prices: capacity.iter().map(price).collect(),
            choices: vec![Assignment::NOWHERE; problem.prefixes()],
            holds_until: vec![f32::NEG_INFINITY; problem.prefixes()],
            drift: 0.0,
            loads: vec![0.0; problem.pops()],
            cost: 0.0,
            directions: vec![0.0; problem.pops()],
            mean_load: demand / crate::number::from_usize(problem.pops()),
        }
    }

    /// Looks again at the prefixes whose choice may have changed.
    fn choose(&mut self, problem: &Problem<'_>) {
        let drift = to_f32(self.drift);
        let rows = problem.latency.chunks_exact(problem.pops()).zip(problem.demand);
        for ((row, demand), (choice, holds_until)) in
            rows.zip(self.choices.iter_mut().zip(&mut self.holds_until))
        {
            if drift < *holds_until {
                continue;
            }
            let (least, second) = two_least(row, &self.prices);
            let pop = if least.is_finite() {
                find(row, &self.prices, least)
            } else {
                Assignment::NOWHERE
            };
            *holds_until = if least.is_finite() { drift + (second - least) } else { f32::INFINITY };
            if pop != *choice {
                let latency = |pop: u16| row.get(usize::from(pop)).map_or(0.0, |ms| f64::from(*ms));
                add(&mut self.loads, *choice, -demand);
                add(&mut self.loads, pop, *demand);
                self.cost += demand * (latency(pop) - latency(*choice));
                *choice = pop;
            }
        }
    }

    fn bound(&self, capacity: &[f64]) -> f64 {
        let open = self
            .prices
            .iter()
            .zip(self.loads.iter().zip(capacity))
            .filter(|(price, _)| price.is_finite());
        self.cost
            + open
                .map(|(price, (load, capacity))| f64::from(*price) * (load - capacity))
                .sum::<f64>()
    }

    /// Goes back to these prices and forgets where it was heading.
    fn restart(&mut self, prices: &[f32]) {
        let (mut lowest, mut highest) = (0.0_f64, 0.0_f64);
        for (price, best) in
            self.prices.iter_mut().zip(prices).filter(|(price, _)| price.is_finite())
        {
            let change = f64::from(*best) - f64::from(*price);
            lowest = lowest.min(change);
            highest = highest.max(change);
            *price = *best;
        }
        self.drift += highest - lowest;
        self.directions.fill(0.0);
    }

    /// Moves the prices along the slope. False when none moves: the choices are then the best possible.
    fn step(&mut self, capacity: &[f64], step: f64) -> bool {
        let (mut lowest, mut highest) = (0.0_f64, 0.0_f64);
        for ((pop, price), direction) in (0_u16..).zip(&mut self.prices).zip(&mut self.directions) {
            if !price.is_finite() {
                continue;
            }
            let slope = (at(&self.loads, pop) - at(capacity, pop)) / self.mean_load;
            *direction = MEMORY * *direction + (1.0 - MEMORY) * slope;
            let next = to_f32((f64::from(*price) + step * *direction).max(0.0));
            let change = f64::from(next) - f64::from(*price);
            lowest = lowest.min(change);
            highest = highest.max(change);
            *price = next;
        }
        self.drift += highest - lowest;
        highest > lowest
    }
}

/// The least and the second least of latency plus price.
///
/// Eight at a time, each lane with a least and a second of its own: the compiler makes vector code of it.
fn two_least(row: &[f32], prices: &[f32]) -> (f32, f32) {
    let mut least = [f32::INFINITY; LANES];
    let mut second = [f32::INFINITY; LANES];
    let (rows, row_rest) = row.as_chunks::<LANES>();
    let (many, rest) = prices.as_chunks::<LANES>();
    for (row, prices) in rows.iter().zip(many) {
        for ((ms, price), (least, second)) in
            row.iter().zip(prices).zip(least.iter_mut().zip(&mut second))
        {
            keep_two(ms + price, least, second);
        }
    }
    for ((ms, price), (least, second)) in
        row_rest.iter().zip(rest).zip(least.iter_mut().zip(&mut second))
    {
        keep_two(ms + price, least, second);
    }
    let (mut first, mut next) = (f32::INFINITY, f32::INFINITY);
    for (least, second) in least.iter().zip(&second) {
        keep_two(*least, &mut first, &mut next);
        keep_two(*second, &mut first, &mut next);
    }
    (first, next)
}

#[inline]
fn keep_two(total: f32, least: &mut f32, second: &mut f32) {
    let larger = if total > *least { total } else { *least };
    *least = if total < *least { total } else { *least };
    *second = if larger < *second { larger } else { *second };
}

/// The first PoP whose latency plus price is the least found.
fn find(row: &[f32], prices: &[f32], least: f32) -> u16 {
    let place = row.iter().zip(prices).position(|(ms, price)| ms + price <= least);
    place.and_then(|place| u16::try_from(place).ok()).unwrap_or(Assignment::NOWHERE)
}

const LANES: usize = 8;

/// The second ascent: at most this many entries of the matrix are looked at, and rounds made; fewer than the least do
/// not cool giants slowly enough.
const LONGER_ENTRIES: usize = 40_000_000;
const MOST_ROUNDS: usize = 2000;
const LEAST_ROUNDS: u32 = 100;

/// A prefix with this part of the capacity of the smallest PoP is large.
const LARGE: f64 = 0.02;

/// Milliseconds that the first round moves the price of a PoP loaded one average PoP above its capacity.
const FIRST_STEP: f64 = 40.0;

/// How fast the steps shrink: to half after ten rounds, to a tenth after 90.
const STEP_DECAY: f64 = 0.1;

/// The same once the prices are near.
const NEAR_STEP: f64 = 1.0;

/// How much of the last direction is kept.
const MEMORY: f64 = 0.8;
