//! The coarsest map that costs next to nothing: a binary tree of prefixes, cut where it is worth it.
//!
//! Every entry of a map costs memory, answers that caches cannot share, and traffic between DNS servers. So
//! neighbours are served as one if they are alike, and else unless keeping them apart saves traffic-weighted
//! milliseconds that the data are sure of. The cut is found by dynamic programming over the tree with a price for an entry, and the price by
//! bisection, so that the map is the smallest that the programme can give for the regret allowed.

mod leaves;

pub use leaves::{BadLeaves, Leaves};

use crate::map::MapEntry;
use crate::number::index_u32;
use crate::prefix::Prefix;
use alloc::vec::Vec;

/// Where to cut.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Traffic-weighted milliseconds a mean client may lose to coarseness, beyond [`Tree::unsure`]: ε.
    pub regret: f64,
    /// Standard errors by which keeping neighbours apart must beat serving them as one: 1.645 is 95 %
    /// one-sided, 0 trusts every estimate. Raw medians need it. Those of [`crate::estimate`] are drawn to their relatives as far
    /// as they are noisy, and to doubt them again costs more than it saves: in the simulated worlds of the tests 1.645
    /// gives 3.6 ms of regret where 0 gives 1.9.
    pub z: f64,
    /// Milliseconds that a change of the map costs a client it touches: a cut that was there before
    /// stays, and a new one is made, only beyond this.
    pub hysteresis: f64,
    /// Halves whose latencies differ by no more than these milliseconds at every PoP that both know, each difference
    /// known to [`ALIKE_WIDTH`], are served as one whatever that costs, if each is so in itself. The hysteresis
    /// is added, or taken off where the map in use tells them apart. 0 leaves it to the regret.
    pub alike: f64,
}

impl Default for Options {
    /// ε of half a millisecond, estimates trusted, hysteresis of 2 ms, alike up to 5 ms, which is also the gain for which
    /// [`crate::stability::Rules`] would move anyone.
    fn default() -> Self {
        Self { regret: 0.5, z: 0.0, hysteresis: 2.0, alike: 5.0 }
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
    /// The part of it that the data are not sure of, or that is between those alike: it was lost even with entries for
    /// nothing.
    pub unsure: f64,
    /// Traffic of the leaves that reach no PoP; they are in no block.
    pub unreachable: f64,
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
        let mut grown = Grown::grow(leaves, before, options);
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
    /// Whether its halves are alike, and each in itself.
    is_uniform: bool,
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
    alike: f64,
    hysteresis: f64,
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
    fn grow(leaves: &Leaves<'_>, before: &[Prefix], options: &Options) -> Self {
        let pops = leaves.prices.len();
        let mut grown = Self {
            nodes: Vec::new(),
            roots: Vec::new(),
            unreachable: 0.0,
            has_before: !before.is_empty(),
            alike: options.alike,
            hysteresis: options.hysteresis,
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
            let weight = weight(*demand);
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
                && left.prefix.shared_bits(&right.prefix) >= right.prefix.shared_bits(prefix)
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
        let Some(length) = left.prefix.shared_bits(&right.prefix) else { return false };
        let Some(prefix) = Prefix::new(left.prefix.address(), length) else { return false };
        let limit = if !self.has_before {
            self.alike
        } else if has_inside(before, &prefix) {
            self.alike - self.hysteresis
        } else {
            self.alike + self.hysteresis
        };
        let is_uniform = self.are_alike(left, right, limit);
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
        if let Some(node) = self.nodes.last_mut() {
            node.is_uniform = is_uniform;
        }
        spare.extend(stack.pop());
        true
    }

    /// Whether two nodes, each uniform, see the same latencies to within a limit.
    fn are_alike(&self, left: &Open, right: &Open, limit: f64) -> bool {
        let is_uniform = |open: &Open| self.node(open.node).is_some_and(|node| node.is_uniform);
        if !is_uniform(left) || !is_uniform(right) {
            return false;
        }
        let per_client =
            |open: &Open| 1.0 / self.node(open.node).map_or(1.0, |node| weight(node.demand));
        let (left_share, right_share) = (per_client(left), per_client(right));
        let mut compared = false;
        for ((a, b), (a_variance, b_variance)) in
            left.costs.iter().zip(&right.costs).zip(left.variances.iter().zip(&right.variances))
        {
            let difference = a * left_share - b * right_share;
            let variance =
                a_variance * left_share * left_share + b_variance * right_share * right_share;
            // A PoP that one of them does not reach, or of which nothing is known, says nothing.
            if difference.is_finite() && variance.is_finite() {
                compared = true;
                if difference.abs() > limit || libm::sqrt(variance) * 1.96 > ALIKE_WIDTH {
                    return false;
                }
            }
        }
        compared
    }

    fn push(
        &mut self,
        prefix: Prefix,
        halves: Option<(u32, u32)>,
        demand: f64,
        open: &Open,
        before: &[Prefix],
    ) -> u32 {
        let best = (0..u16::MAX)
            .zip(&open.costs)
            .min_by(|a, b| a.1.total_cmp(b.1))
            .map(|(pop, cost)| (pop, *cost));
        let (pop, whole) = best.unwrap_or((0, f64::INFINITY));
        let least = match halves.and_then(|(low, high)| Some((self.node(low)?, self.node(high)?))) {
            Some((low, high)) => low.least + high.least,
            None => whole,
        };
        self.nodes.push(Node {
            prefix,
            halves,
            demand,
            pop,
            whole,
            whole_variance: super::assign::at(&open.variances, pop),
            least,
            was_split: has_inside(before, &prefix),
            is_uniform: self.alike > 0.0,
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
                let gains = node.whole - cost - doubt.max(0.0) > price * (entries - 1.0) + change;
                if must || (gains && !node.is_uniform) {
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

/// Whether the map in use has an entry inside a prefix, other than itself.
fn has_inside(before: &[Prefix], prefix: &Prefix) -> bool {
    let inside = before.partition_point(|known| known <= prefix);
    before.get(inside).is_some_and(|next| prefix.contains(next))
}

/// What a prefix weighs: one without traffic still has a best PoP, and next to nothing to say.
fn weight(demand: f64) -> f64 {
    demand.max(1e-12)
}

/// The half-width of a 95 % interval, in milliseconds, that a difference must have for [`Options::alike`].
pub const ALIKE_WIDTH: f64 = 10.0;

const BISECTIONS: u32 = 40;

#[cfg(test)]
mod tests;
