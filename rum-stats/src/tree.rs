//! The coarsest map that costs next to nothing: a binary tree of prefixes, cut where it is worth it.
//!
//! Every entry of a map costs memory, answers that caches cannot share, and traffic between DNS servers. So
//! neighbours are served as one unless keeping them apart saves traffic-weighted milliseconds that the data are sure
//! of. The cut is found by dynamic programming over the tree with a price for an entry, and the price by
//! bisection, so that the map is the smallest that the programme can give for the regret allowed.

use crate::map::MapEntry;
use crate::number::index_u32;
use crate::prefix::Prefix;
use alloc::vec::Vec;
use core::net::IpAddr;

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

/// Where to cut.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Traffic-weighted milliseconds a mean client may lose to coarseness, beyond what the data are not sure of:
    /// ε.
    pub regret: f64,
    /// Standard errors by which keeping neighbours apart must beat serving them as one: 1.645 is 95 %
    /// one-sided, 0 trusts every estimate.
    pub z: f64,
    /// Milliseconds that a change of the map costs a client it touches: a cut that was there before
    /// stays, and a new one is made, only beyond this.
    pub hysteresis: f64,
}

impl Default for Options {
    /// ε of half a millisecond, 95 % one-sided, hysteresis of 2 ms.
    fn default() -> Self {
        Self { regret: 0.5, z: 1.645, hysteresis: 2.0 }
    }
}

/// A prefix of the map, decided as a whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Block {
    /// The clients. Its length is the ECS scope that makes the answer true for all of it (RFC 7871
    /// §7.2.1): blocks are disjoint, so no answer's scope overlaps a longer one.
    pub prefix: Prefix,
    /// The PoP of least latency plus price.
    pub pop: u16,
    /// Its traffic.
    pub demand: f64,
    /// Traffic times milliseconds lost against deciding each leaf on its own.
    pub regret: f64,
}

/// A cut tree.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tree {
    /// By prefix, disjoint.
    pub blocks: Vec<Block>,
    /// Traffic times milliseconds lost to coarseness, over all blocks.
    pub regret: f64,
    /// The part of it that the data are not sure of: it was lost even with entries for nothing.
    pub unsure: f64,
    /// Traffic of the leaves that reach no PoP; they are in no block.
    pub unreachable: f64,
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

impl Tree {
    /// Cuts the tree. `before` holds the prefixes of the map now in use, in rising order, or is empty.
    ///
    /// # Errors
    /// [`BadLeaves`].
    ///
    /// # Cost
    /// O(n · PoPs) once, O(n) for each of 40 steps of the bisection. 64 octets for each leaf.
    pub fn cut(
        leaves: &Leaves<'_>,
        before: &[Prefix],
        options: &Options,
    ) -> Result<Self, BadLeaves> {
        leaves.check()?;
        let mut grown = Grown::grow(leaves, before);
        let demand: f64 =
            grown.nodes.iter().filter(|node| node.halves.is_none()).map(|node| node.demand).sum();
        grown.decide(0.0, options);
        let unsure = grown.regret();
        let allowed = unsure + options.regret.max(0.0) * demand;
        // The price of an entry at which the regret is just allowed: it grows with the price.
        let (mut low, mut high) = (0.0, 1e-9);
        while high < 1e18 {
            grown.decide(high, options);
            if grown.regret() > allowed {
                break;
            }
            (low, high) = (high, high * 16.0);
        }
        for _ in 0..BISECTIONS {
            let middle = f64::midpoint(low, high);
            grown.decide(middle, options);
            if grown.regret() > allowed {
                high = middle;
            } else {
                low = middle;
            }
        }
        grown.decide(low, options);
        Ok(Self {
            blocks: grown.blocks(),
            regret: grown.regret(),
            unsure,
            unreachable: grown.unreachable,
        })
    }

    /// Mean milliseconds lost to coarseness, over the traffic in blocks.
    pub fn mean_regret(&self) -> f64 {
        let demand: f64 = self.blocks.iter().map(|block| block.demand).sum();
        if demand > 0.0 { self.regret / demand } else { 0.0 }
    }

    /// The blocks as map entries, the location being the PoP.
    pub fn entries(&self) -> Vec<MapEntry> {
        let entry =
            |block: &Block| MapEntry { prefix: block.prefix, location: u32::from(block.pop) };
        self.blocks.iter().map(entry).collect()
    }
}

impl Leaves<'_> {
    fn check(&self) -> Result<(), BadLeaves> {
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

/// A node of the tree, children before parents in the list.
struct Node {
    prefix: Prefix,
    halves: Option<(u32, u32)>,
    demand: f64,
    /// The best PoP for the whole node, its cost (demand times milliseconds), and the variance of that.
    pop: u16,
    whole: f64,
    whole_variance: f64,
    /// The cost of deciding each leaf on its own.
    least: f64,
    /// Whether the map in use has an entry inside the node, other than the node itself.
    was_split: bool,
    /// The decision at the current price: cost, variance and entries of the best cut.
    cost: f64,
    variance: f64,
    entries: f64,
    split: bool,
}

struct Grown {
    nodes: Vec<Node>,
    roots: Vec<u32>,
    unreachable: f64,
    has_before: bool,
}

/// A node in the making, with its sums for each PoP.
struct Open {
    node: u32,
    prefix: Prefix,
    costs: Vec<f64>,
    variances: Vec<f64>,
}

impl Grown {
    /// Builds the tree over the sorted leaves: two neighbours on the stack join as soon as what follows
    /// has less in common with the right one than the two have with each other.
    fn grow(leaves: &Leaves<'_>, before: &[Prefix]) -> Self {
        let pops = leaves.prices.len();
        let mut grown = Self {
            nodes: Vec::new(),
            roots: Vec::new(),
            unreachable: 0.0,
            has_before: !before.is_empty(),
        };
        let mut stack: Vec<Open> = Vec::new();
        let mut spare: Vec<Open> = Vec::new();
        for (index, (prefix, demand)) in leaves.prefixes.iter().zip(leaves.demand).enumerate() {
            let start = index.saturating_mul(pops);
            let row = |cells: &'_ [f32]| -> Vec<f64> {
                let cells = cells.get(start..).unwrap_or(&[]);
                cells.iter().take(pops).map(|cell| f64::from(*cell)).collect()
            };
            let mut open = spare.pop().unwrap_or(Open {
                node: 0,
                prefix: *prefix,
                costs: Vec::new(),
                variances: Vec::new(),
            });
            open.prefix = *prefix;
            open.costs.clear();
            // A prefix without traffic still has a best PoP: it weighs next to nothing.
            let weight = demand.max(1e-12);
            let priced = row(leaves.latency)
                .into_iter()
                .zip(leaves.prices)
                .map(|(ms, price)| weight * (ms + price));
            open.costs.extend(priced);
            open.variances.clear();
            open.variances
                .extend(row(leaves.variance).iter().map(|variance| weight * weight * variance));
            if open.costs.iter().all(|cost| !cost.is_finite()) {
                grown.unreachable += demand;
                spare.push(open);
                continue;
            }
            while let [.., left, right] = &stack[..]
                && common(&left.prefix, &right.prefix) >= common(&right.prefix, prefix)
                && grown.join(&mut stack, &mut spare, before)
            {}
            open.node = grown.push(*prefix, None, *demand, &open, before);
            stack.push(open);
        }
        while grown.join(&mut stack, &mut spare, before) {}
        grown.roots = stack.iter().map(|open| open.node).collect();
        grown
    }

    /// Joins the two nodes on top of the stack; false where they have nothing in common.
    fn join(&mut self, stack: &mut Vec<Open>, spare: &mut Vec<Open>, before: &[Prefix]) -> bool {
        let [.., left, right] = &mut stack[..] else { return false };
        let Some(length) = common(&left.prefix, &right.prefix) else { return false };
        let Some(prefix) = Prefix::new(left.prefix.address(), length) else { return false };
        for (sum, more) in left.costs.iter_mut().zip(&right.costs) {
            *sum += more;
        }
        for (sum, more) in left.variances.iter_mut().zip(&right.variances) {
            *sum += more;
        }
        left.prefix = prefix;
        let halves = (left.node, right.node);
        let demand = self.node(halves.0).map_or(0.0, |n| n.demand)
            + self.node(halves.1).map_or(0.0, |n| n.demand);
        left.node = self.push(prefix, Some(halves), demand, left, before);
        spare.extend(stack.pop());
        true
    }

    fn push(
        &mut self,
        prefix: Prefix,
        halves: Option<(u32, u32)>,
        demand: f64,
        open: &Open,
        before: &[Prefix],
    ) -> u32 {
        let best = (0_u16..)
            .zip(&open.costs)
            .min_by(|a, b| a.1.total_cmp(b.1))
            .map(|(pop, cost)| (pop, *cost));
        let (pop, whole) = best.unwrap_or((0, f64::INFINITY));
        let least = match halves.and_then(|(low, high)| Some((self.node(low)?, self.node(high)?))) {
            Some((low, high)) => low.least + high.least,
            None => whole,
        };
        let inside = before.partition_point(|known| *known <= prefix);
        self.nodes.push(Node {
            prefix,
            halves,
            demand,
            pop,
            whole,
            whole_variance: super::assign::at(&open.variances, pop),
            least,
            was_split: before.get(inside).is_some_and(|next| prefix.contains(next)),
            cost: 0.0,
            variance: 0.0,
            entries: 0.0,
            split: false,
        });
        index_u32(self.nodes.len().saturating_sub(1))
    }

    /// Finds the best cut of every node at a price for an entry.
    fn decide(&mut self, price: f64, options: &Options) {
        for index in 0..self.nodes.len() {
            let Some(node) = self.nodes.get(index) else { continue };
            let mut decided = (node.whole, node.whole_variance, 1.0, false);
            if let Some((low, high)) = node.halves
                && let (Some(low), Some(high)) = (self.node(low), self.node(high))
            {
                let (cost, variance) = (low.cost + high.cost, low.variance + high.variance);
                let entries = low.entries + high.entries;
                let change = if !self.has_before {
                    0.0
                } else if node.was_split {
                    -options.hysteresis * node.demand
                } else {
                    options.hysteresis * node.demand
                };
                // The errors of the two sides are taken as independent, which they are at worst.
                let doubt = options.z * libm::sqrt(node.whole_variance + variance);
                // Where no PoP serves the whole node the cut has to be.
                let must = !node.whole.is_finite();
                if must || node.whole - cost - doubt.max(0.0) > price * (entries - 1.0) + change {
                    decided = (cost, variance, entries, true);
                }
            }
            if let Some(node) = self.nodes.get_mut(index) {
                (node.cost, node.variance, node.entries, node.split) = decided;
            }
        }
    }

    fn regret(&self) -> f64 {
        let roots = self.roots.iter().filter_map(|root| self.node(*root));
        roots.map(|root| root.cost - root.least).sum::<f64>().max(0.0)
    }

    fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut stack: Vec<u32> = self.roots.iter().rev().copied().collect();
        while let Some(index) = stack.pop() {
            let Some(node) = self.node(index) else { continue };
            match node.halves {
                Some((low, high)) if node.split => stack.extend([high, low]),
                _ => blocks.push(Block {
                    prefix: node.prefix,
                    pop: node.pop,
                    demand: node.demand,
                    regret: (node.whole - node.least).max(0.0),
                }),
            }
        }
        blocks
    }

    fn node(&self, index: u32) -> Option<&Node> {
        self.nodes.get(usize::try_from(index).ok()?)
    }
}

/// How many leading bits two prefixes share; `None` between families.
fn common(a: &Prefix, b: &Prefix) -> Option<u8> {
    let bits = match (a.address(), b.address()) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (a.to_bits() ^ b.to_bits()).leading_zeros(),
        (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits() ^ b.to_bits()).leading_zeros(),
        _ => return None,
    };
    Some(u8::try_from(bits).unwrap_or(u8::MAX).min(a.len()).min(b.len()))
}

const BISECTIONS: u32 = 40;

#[cfg(test)]
mod tests;
