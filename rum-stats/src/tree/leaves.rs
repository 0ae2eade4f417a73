//! What a tree is cut from.

use crate::prefix::Prefix;

/// The finest prefixes and what is known of them. Rows as in [`crate::assign::Problem`].
#[derive(Clone, Copy, Debug)]
pub struct Leaves<'a> {
    /// Rising and disjoint; see [`BadLeaves`].
    pub prefixes: &'a [Prefix],
    /// Traffic of each; finite, not negative.
    pub demand: &'a [f64],
    /// Milliseconds to each PoP, a row per prefix; infinite where it cannot serve the prefix. Add the shadow prices of an assignment
    /// ([`crate::assign::Assignment::prices`]) through `prices` to cut with capacity in mind.
    pub latency: &'a [f32],
    /// Variances of those estimates in square milliseconds, or empty when they are taken as exact.
    pub variance: &'a [f32],
    /// Milliseconds added for each PoP, not negative; infinite for a closed one. At most 65 534 PoPs.
    pub prices: &'a [f64],
}

impl Leaves<'_> {
    pub(super) fn check(&self) -> Result<(), BadLeaves> {
        let cells = self.prefixes.len().saturating_mul(self.prices.len());
        let variance_fits = self.variance.is_empty() || self.variance.len() == cells;
        if self.demand.len() != self.prefixes.len() || self.latency.len() != cells || !variance_fits
        {
            return Err(BadLeaves::Lengths);
        }
        if self.prices.len() >= usize::from(u16::MAX) {
            return Err(BadLeaves::Pops(self.prices.len()));
        }
        if let Some(place) = self.demand.iter().position(|one| !(one.is_finite() && *one >= 0.0)) {
            return Err(BadLeaves::Demand(place));
        }
        // Infinite is a meaning of all of these, NaN of none.
        let is_bad = |number: &f32| number.is_nan() || *number < 0.0;
        if let Some(place) = self.latency.iter().chain(self.variance).position(is_bad) {
            return Err(BadLeaves::Number(place.checked_rem(cells).unwrap_or(0)));
        }
        if let Some(pop) = self.prices.iter().position(|price| price.is_nan() || *price < 0.0) {
            return Err(BadLeaves::Price(pop));
        }
        let is_bad = |pair: &[Prefix]| matches!(pair, [a, b] if a >= b || a.contains(b));
        match self.prefixes.windows(2).position(is_bad) {
            Some(place) => Err(BadLeaves::Order(place.saturating_add(1))),
            None => Ok(()),
        }
    }
}

/// Why leaves are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLeaves {
    /// The slices do not fit together: demand a number per prefix, latency (and variance) a row.
    #[error("the slices of the leaves do not fit together")]
    Lengths,
    /// More than 65 534 PoPs.
    #[error("{0} PoPs, where at most 65534 are possible")]
    Pops(usize),
    /// The demand of this leaf, counted from 0, is negative or not finite.
    #[error("the demand of leaf {0} is negative or not finite")]
    Demand(usize),
    /// This entry of the matrix, counted from 0, has a latency or a variance that is negative or NaN.
    #[error("the latency or the variance at place {0} of the matrix is negative or NaN")]
    Number(usize),
    /// The price of this PoP is negative or NaN.
    #[error("the price of PoP {0} is negative or NaN")]
    Price(usize),
    /// A prefix is not above the one before it, or inside it. Counted from 0.
    #[error("prefix {0} is not after the one before it, or inside it")]
    Order(usize),
}
