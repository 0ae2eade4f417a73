//! What a tree is cut from.

use crate::prefix::Prefix;

/// The finest prefixes and what is known of them. Rows as in [`crate::assign::Problem`].
#[derive(Clone, Copy, Debug)]
pub struct Leaves<'a> {
    /// Rising and disjoint; see [`BadLeaves`].
    pub prefixes: &'a [Prefix],
    /// Traffic of each; finite, not negative.
    pub demand: &'a [f64],
    /// Milliseconds to each PoP, a row per prefix. Add the shadow prices of an assignment
    /// ([`crate::assign::Assignment::prices`]) through `prices` to cut with capacity in mind.
    pub latency: &'a [f32],
    /// Variances of those estimates in square milliseconds, or empty when they are taken as exact.
    pub variance: &'a [f32],
    /// Milliseconds added for each PoP; infinite for a closed one.
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
    /// A prefix is not above the one before it, or inside it. Counted from 0.
    #[error("prefix {0} is not after the one before it, or inside it")]
    Order(usize),
}
