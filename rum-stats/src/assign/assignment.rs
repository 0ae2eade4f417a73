//! What [`super::assign`] answers.

use alloc::vec::Vec;

/// The weight of an unsplit prefix; the weights of a split one add up to it.
pub const WHOLE: u16 = 256;

/// Who is served where, at what cost, and how good that is at least.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// The PoP of each prefix: for a split one that of its largest share, [`Assignment::NOWHERE`] for one
    /// that reaches no open PoP.
    pub(super) pops: Vec<u16>,
    /// Shares of the split prefixes, by prefix, then largest first.
    pub(super) splits: Vec<Split>,
    /// Load of each PoP, in the unit of demand.
    pub loads: Vec<f64>,
    /// Shadow price of each PoP: milliseconds of latency that a unit of demand would save in total, were
    /// there capacity for one more unit. 0 where there is room.
    pub prices: Vec<f64>,
    /// Sum of demand times milliseconds.
    pub cost: f64,
    /// No assignment within the usable capacity costs less. The certificate: at most
    /// `cost / bound - 1` is lost.
    pub bound: f64,
    /// Demand over usable capacity when above 1, else 1. Above 1 all PoPs are filled beyond the
    /// utilisation asked for, by this factor.
    pub overload: f64,
    /// Demand of the prefixes that reach no open PoP.
    pub unreachable: f64,
    /// Demand that stays above a usable capacity (after [`Assignment::overload`]), as its prefixes reach no
    /// PoP with room. 0 in a sane problem.
    pub overflow: f64,
}

/// Part of a split prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Split {
    pub(super) prefix: u32,
    pub(super) pop: u16,
    pub(super) weight: u16,
}

impl Assignment {
    /// In place of a PoP for a prefix that reaches none.
    pub const NOWHERE: u16 = u16::MAX;

    /// Prefixes.
    pub fn prefixes(&self) -> usize {
        self.pops.len()
    }

    /// The PoP with the largest share of a prefix, `None` when it reaches none or does not exist.
    pub fn main_pop(&self, prefix: usize) -> Option<u16> {
        self.pops.get(prefix).copied().filter(|pop| *pop != Self::NOWHERE)
    }

    /// The PoPs of a prefix and their weights in 1/256, largest first, adding up to 256; nothing for a
    /// prefix that reaches none.
    pub fn shares(&self, prefix: usize) -> impl Iterator<Item = (u16, u16)> + Clone + '_ {
        let splits = self.splits_of(prefix);
        let whole =
            if splits.is_empty() { self.main_pop(prefix).map(|pop| (pop, WHOLE)) } else { None };
        whole.into_iter().chain(splits.iter().map(|split| (split.pop, split.weight)))
    }

    /// True when several PoPs share a prefix.
    pub fn is_split(&self, prefix: usize) -> bool {
        !self.splits_of(prefix).is_empty()
    }

    /// How many prefixes are split.
    pub fn split_count(&self) -> usize {
        self.splits.chunk_by(|a, b| a.prefix == b.prefix).count()
    }

    /// The most that the cost can be above the best possible, as a share of the bound. Infinite when the
    /// bound is 0 and the cost is not.
    pub fn gap(&self) -> f64 {
        if self.cost <= self.bound {
            0.0
        } else if self.bound > 0.0 {
            self.cost / self.bound - 1.0
        } else {
            f64::INFINITY
        }
    }

    fn splits_of(&self, prefix: usize) -> &[Split] {
        let prefix = crate::number::index_u32(prefix);
        let start = self.splits.partition_point(|split| split.prefix < prefix);
        let rest = self.splits.get(start..).unwrap_or(&[]);
        let end = rest.partition_point(|split| split.prefix == prefix);
        rest.get(..end).unwrap_or(&[])
    }
}
