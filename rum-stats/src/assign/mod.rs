//! Which PoP serves which clients, under capacity.
//!
//! Minimise the total of demand times latency such that every client prefix is served and no PoP takes
//! more than its usable capacity. A linear programme with a row per prefix, solved by its dual: each PoP
//! has a price in milliseconds, each prefix goes where latency plus price is least, and prices rise where
//! the load is too high. The least total at any prices is a bound that no assignment can beat, so every
//! answer says how far from the best it can be. What the prices leave over capacity is then moved where it
//! costs least, prefixes being split in units of 1/256, which is what DNS weights can say.
//!
//! The same input gives the same output, to the bit, on any run.

mod assignment;
mod chains;
mod dual;
mod giants;
mod improve;
mod repair;

pub use assignment::{Assignment, WHOLE};

use dual::Dual;

/// What is to be assigned. Slices of the caller; nothing is copied.
#[derive(Clone, Copy, Debug)]
pub struct Problem<'a> {
    /// Demand of each prefix, in any unit that capacity shares: requests a second, bits a second. Finite,
    /// not negative.
    pub demand: &'a [f64],
    /// Milliseconds from each prefix to each PoP, a row per prefix. Not negative; an infinite one says
    /// that the PoP cannot serve the prefix.
    pub latency: &'a [f32],
    /// Capacity of each PoP. Finite, not negative; 0 is a closed PoP, which gets nothing.
    pub capacity: &'a [f64],
    /// The share of the capacity that may be used, above 0, usually 0.8.
    pub utilisation: f64,
}

/// How hard to try.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Rounds of price changes at most. Most of the gain is in the first 100. Where they do not suffice, and the problem is
    /// so small that it costs little, up to 2000 follow.
    pub rounds: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { rounds: 300 }
    }
}

/// Why a [`Problem`] is none. Indices count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// No PoPs, or more than 65 534.
    #[error("{0} PoPs, where 1 to 65534 are possible")]
    Pops(usize),
    /// The matrix is not prefixes times PoPs long.
    #[error("the latency matrix has {found} entries, not {expected}")]
    Matrix {
        /// Prefixes times PoPs.
        expected: usize,
        /// Its length.
        found: usize,
    },
    /// A demand that is negative or no number.
    #[error("the demand of prefix {0} is negative or not finite")]
    Demand(usize),
    /// A latency that is negative or NaN.
    #[error("the latency of prefix {prefix} to PoP {pop} is negative or NaN")]
    Latency {
        /// Its row.
        prefix: usize,
        /// Its column.
        pop: usize,
    },
    /// A capacity that is negative or no number.
    #[error("the capacity of PoP {0} is negative or not finite")]
    Capacity(usize),
    /// A utilisation that is not above 0 or not finite.
    #[error("the utilisation is not above 0")]
    Utilisation,
    /// Demands or usable capacities so large that their sums, in milliseconds, are no numbers.
    #[error("all demand or all usable capacity is too large to add up")]
    TooLarge,
}

/// Assigns every prefix.
///
/// More demand than usable capacity is no error: all usable capacities are then taken as larger by the
/// same factor, [`Assignment::overload`], so that the excess is shared evenly. A prefix that reaches no
/// open PoP is left out and counted in [`Assignment::unreachable`]. What cannot be moved off a full PoP
/// because its prefixes reach no other stays and is counted in [`Assignment::overflow`].
///
/// # Errors
/// [`Invalid`] names the first thing wrong with the problem.
///
/// # Cost
/// Memory: 18 octets for each prefix beside the caller's matrix, more for those that the repair moves
/// and for those that are large beside the smallest PoP (2 % of it). Time: a
/// few passes over the matrix, as prices settle and prefixes whose choice cannot have changed are not
/// looked at again.
pub fn assign(problem: &Problem<'_>, options: &Options) -> Result<Assignment, Invalid> {
    problem.check()?;
    let usable = Usable::of(problem);
    let dual = Dual::ascend(problem, &usable.capacity, options.rounds);
    let mut plan = repair::Plan::of(problem, &usable.capacity, dual);
    if plan.is_far()
        && let Some(dual) =
            Dual::ascend_longer(problem, &usable.capacity, options.rounds, &plan.prices)
    {
        plan = plan.better(repair::Plan::of(problem, &usable.capacity, dual));
    }
    Ok(plan.finish(usable.overload))
}

impl<'a> Problem<'a> {
    /// PoPs.
    pub fn pops(&self) -> usize {
        self.capacity.len()
    }

    /// Client prefixes.
    pub fn prefixes(&self) -> usize {
        self.demand.len()
    }

    /// The latencies of a prefix, a PoP each; empty past the last.
    pub fn row(&self, prefix: usize) -> &'a [f32] {
        let start = prefix.saturating_mul(self.pops());
        self.latency.get(start..).and_then(|rest| rest.get(..self.pops())).unwrap_or(&[])
    }

    /// Milliseconds between a prefix and a PoP, infinite past the ends.
    pub fn latency_to(&self, prefix: usize, pop: u16) -> f64 {
        self.row(prefix).get(usize::from(pop)).map_or(f64::INFINITY, |ms| f64::from(*ms))
    }

    /// Finds the first thing wrong.
    ///
    /// # Errors
    /// [`Invalid`].
    pub fn check(&self) -> Result<(), Invalid> {
        let pops = self.pops();
        if pops == 0 || pops >= usize::from(u16::MAX) {
            return Err(Invalid::Pops(pops));
        }
        let expected = pops.saturating_mul(self.prefixes());
        if self.latency.len() != expected {
            return Err(Invalid::Matrix { expected, found: self.latency.len() });
        }
        let is_amount = |amount: &f64| amount.is_finite() && *amount >= 0.0;
        if let Some(prefix) = self.demand.iter().position(|amount| !is_amount(amount)) {
            return Err(Invalid::Demand(prefix));
        }
        if let Some(pop) = self.capacity.iter().position(|amount| !is_amount(amount)) {
            return Err(Invalid::Capacity(pop));
        }
        if !(self.utilisation > 0.0 && self.utilisation.is_finite()) {
            return Err(Invalid::Utilisation);
        }
        let capacity: f64 = self.capacity.iter().map(|capacity| capacity * self.utilisation).sum();
        let largest = self.demand.iter().sum::<f64>().max(capacity);
        if !(largest * f64::from(f32::MAX)).is_finite() {
            return Err(Invalid::TooLarge);
        }
        if let Some(at) = self.latency.iter().position(|ms| ms.is_nan() || *ms < 0.0) {
            let (prefix, pop) = (at.checked_div(pops), at.checked_rem(pops));
            return Err(Invalid::Latency { prefix: prefix.unwrap_or(0), pop: pop.unwrap_or(0) });
        }
        Ok(())
    }
}

/// Capacity after the utilisation cap, and after sharing out an overload.
struct Usable {
    capacity: alloc::vec::Vec<f64>,
    overload: f64,
}

impl Usable {
    fn of(problem: &Problem<'_>) -> Self {
        let mut capacity: alloc::vec::Vec<f64> =
            problem.capacity.iter().map(|capacity| capacity * problem.utilisation).collect();
        let reachable = |prefix: usize| {
            problem
                .row(prefix)
                .iter()
                .zip(&capacity)
                .any(|(ms, capacity)| *capacity > 0.0 && ms.is_finite())
        };
        let demand: f64 = problem
            .demand
            .iter()
            .enumerate()
            .filter(|(prefix, _)| reachable(*prefix))
            .map(|(_, demand)| demand)
            .sum();
        let total: f64 = capacity.iter().sum();
        let overload = if demand > total && total > 0.0 { demand / total } else { 1.0 };
        if overload > 1.0 {
            // A little more, so that rounding cannot leave the last crumb without a place.
            capacity.iter_mut().for_each(|capacity| *capacity *= overload * (1.0 + 1e-9));
        }
        Self { capacity, overload }
    }
}

/// What a slice holds for a PoP; 0 past the end.
pub(crate) fn at(values: &[f64], pop: u16) -> f64 {
    values.get(usize::from(pop)).copied().unwrap_or(0.0)
}

/// Adds to what a slice holds for a PoP.
fn add(values: &mut [f64], pop: u16, amount: f64) {
    if let Some(value) = values.get_mut(usize::from(pop)) {
        *value += amount;
    }
}

#[cfg(test)]
mod tests;
