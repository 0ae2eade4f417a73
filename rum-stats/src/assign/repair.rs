//! From the choices at the best prices to an assignment within capacity.
//!
//! At good prices few PoPs are over capacity, and by little. Prefixes leave them in the order of what the
//! move costs at the prices, each for the best PoP that has room; the last one is split.

use super::assignment::Split;
use super::{Assignment, Problem, WHOLE, add, at, dual::Dual};
use crate::number::index_u32;
use alloc::collections::{BTreeMap, BinaryHeap};
use alloc::vec::Vec;
use core::cmp::Ordering;

/// An assignment in the making.
pub(super) struct Plan<'a> {
    pub(super) problem: &'a Problem<'a>,
    pub(super) capacity: &'a [f64],
    pub(super) prices: Vec<f64>,
    /// The PoP of each unsplit prefix.
    pub(super) pops: Vec<u16>,
    /// The shares of the split ones.
    pub(super) splits: BTreeMap<u32, Vec<(u16, u16)>>,
    pub(super) loads: Vec<f64>,
    pub(super) bound: f64,
}

impl<'a> Plan<'a> {
    /// The best that can be made of the choices.
    pub(super) fn of(problem: &'a Problem<'a>, capacity: &'a [f64], dual: Dual) -> Self {
        let mut plan = Self::new(problem, capacity, dual);
        plan.relieve();
        plan.improve();
        plan.chain();
        plan
    }

    /// The cheaper of two plans for the same problem, with the better bound and its prices. One that leaves a PoP over its
    /// capacity is no cheaper.
    pub(super) fn better(self, other: Self) -> Self {
        let over = |plan: &Self| (0_u16..).take(plan.loads.len()).any(|pop| plan.excess(pop) > 0.0);
        let (bound, prices) = if other.bound > self.bound {
            (other.bound, other.prices.clone())
        } else {
            (self.bound, self.prices.clone())
        };
        let plan = if other.cost() < self.cost() && !over(&other) { other } else { self };
        Self { bound, prices, ..plan }
    }

    fn new(problem: &'a Problem<'a>, capacity: &'a [f64], dual: Dual) -> Self {
        let Dual { prices, choices, loads, bound, shares } = dual;
        let mut plan = Self {
            problem,
            capacity,
            prices,
            pops: choices,
            splits: BTreeMap::new(),
            loads,
            bound,
        };
        for (prefix, shares) in shares {
            plan.split(prefix, &shares);
        }
        plan
    }

    /// Spreads an unsplit prefix by these shares, in whole units; what rounding leaves goes to the first.
    fn split(&mut self, prefix: usize, shares: &[(u16, f64)]) {
        let Some(from) = self.pops.get(prefix).copied() else { return };
        let units = |share: f64| {
            u16::try_from(crate::number::to_u32(share * f64::from(WHOLE))).unwrap_or(0)
        };
        let mut weights: Vec<(u16, u16)> =
            shares.iter().map(|(pop, share)| (*pop, units(*share))).collect();
        let given: u16 = weights.iter().map(|(_, weight)| *weight).sum();
        if let Some((_, first)) = weights.first_mut() {
            *first = first.saturating_add(WHOLE.saturating_sub(given));
        }
        weights.retain(|(pop, weight)| *weight > 0 && *pop != Assignment::NOWHERE);
        let unit = self.unit(prefix);
        add(&mut self.loads, from, -unit * f64::from(WHOLE));
        for (pop, weight) in &weights {
            add(&mut self.loads, *pop, unit * f64::from(*weight));
        }
        match weights[..] {
            [(only, _)] => {
                if let Some(pop) = self.pops.get_mut(prefix) {
                    *pop = only;
                }
            }
            _ => {
                self.splits.insert(index_u32(prefix), weights);
            }
        }
    }

    /// Moves load off the PoPs that are over capacity, cheapest first.
    fn relieve(&mut self) {
        let mut moves = BinaryHeap::new();
        self.each_share(|prefix, from, _| {
            if self.excess(from) > 0.0
                && self.unit(prefix) > 0.0
                && let Some((to, cost)) = self.best_with_room(prefix, from)
            {
                moves.push(Move { cost, prefix, from, to });
            }
        });
        while let Some(next) = moves.pop() {
            let excess = self.excess(next.from);
            if excess <= 0.0 {
                continue;
            }
            let moved = self.shift(next.prefix, next.from, next.to, excess);
            // What is left of the prefix, or all of it when the PoP has filled up meanwhile, tries the
            // next best. Each retry has filled a PoP as far as this prefix can, so retries are few.
            if self.weight_at(next.prefix, next.from) > 0
                && self.excess(next.from) > 0.0
                && let Some((to, cost)) = self.best_with_room(next.prefix, next.from)
                && (moved > 0 || to != next.to)
            {
                moves.push(Move { cost, to, ..next });
            }
        }
    }

    /// Every prefix at every PoP that it is at, with its weight there.
    pub(super) fn each_share(&self, mut each: impl FnMut(usize, u16, u16)) {
        for (prefix, pop) in self.pops.iter().enumerate() {
            match self.splits.get(&index_u32(prefix)) {
                Some(shares) => shares.iter().for_each(|(pop, weight)| each(prefix, *pop, *weight)),
                None if *pop != Assignment::NOWHERE => each(prefix, *pop, WHOLE),
                None => {}
            }
        }
    }

    /// Load above the usable capacity; crumbs of rounding do not count.
    fn excess(&self, pop: u16) -> f64 {
        let (load, capacity) = (at(&self.loads, pop), at(self.capacity, pop));
        if load > capacity * (1.0 + 1e-12) { load - capacity } else { 0.0 }
    }

    pub(super) fn room(&self, pop: u16) -> f64 {
        at(self.capacity, pop) - at(&self.loads, pop)
    }

    /// The PoP where a prefix costs least at the prices, among those with room for a unit of it, and the
    /// milliseconds that it costs more there than at `from`.
    fn best_with_room(&self, prefix: usize, from: u16) -> Option<(u16, f64)> {
        let unit = self.unit(prefix);
        let priced = |pop: u16| self.problem.latency_to(prefix, pop) + at(&self.prices, pop);
        let mut best: Option<(u16, f64)> = None;
        for (pop, ms) in (0_u16..).zip(self.problem.row(prefix)) {
            let total = f64::from(*ms) + at(&self.prices, pop);
            if pop != from
                && total.is_finite()
                && self.room(pop) >= unit
                && best.is_none_or(|(_, least)| total < least)
            {
                best = Some((pop, total));
            }
        }
        best.map(|(pop, total)| (pop, total - priced(from)))
    }

    /// 1/256 of the demand of a prefix.
    pub(super) fn unit(&self, prefix: usize) -> f64 {
        self.problem.demand.get(prefix).copied().unwrap_or(0.0) / f64::from(WHOLE)
    }

    pub(super) fn weight_at(&self, prefix: usize, pop: u16) -> u16 {
        match self.splits.get(&index_u32(prefix)) {
            Some(shares) => {
                shares.iter().find(|(at, _)| *at == pop).map_or(0, |(_, weight)| *weight)
            }
            None => {
                if self.pops.get(prefix) == Some(&pop) {
                    WHOLE
                } else {
                    0
                }
            }
        }
    }

    /// Moves at most `amount` of demand, rounded up to whole units, as far as it is there and fits.
    /// Returns the weight moved.
    pub(super) fn shift(&mut self, prefix: usize, from: u16, to: u16, amount: f64) -> u16 {
        let unit = self.unit(prefix);
        let wanted = libm::ceil(amount / unit);
        let fits = libm::floor(self.room(to) / unit);
        let weight = u16::try_from(crate::number::to_u32(wanted.min(fits))).unwrap_or(WHOLE);
        let weight = weight.min(self.weight_at(prefix, from));
        if weight == 0 {
            return 0;
        }
        add(&mut self.loads, from, -unit * f64::from(weight));
        add(&mut self.loads, to, unit * f64::from(weight));
        let key = index_u32(prefix);
        if weight == WHOLE {
            if let Some(pop) = self.pops.get_mut(prefix) {
                *pop = to;
            }
            return weight;
        }
        let shares = self.splits.entry(key).or_insert_with(|| alloc::vec![(from, WHOLE)]);
        match shares.iter_mut().find(|(pop, _)| *pop == to) {
            Some((_, held)) => *held = held.saturating_add(weight),
            None => shares.push((to, weight)),
        }
        if let Some((_, held)) = shares.iter_mut().find(|(pop, _)| *pop == from) {
            *held = held.saturating_sub(weight);
        }
        shares.retain(|(_, weight)| *weight > 0);
        if let [(only, _)] = shares[..] {
            self.splits.remove(&key);
            if let Some(pop) = self.pops.get_mut(prefix) {
                *pop = only;
            }
        }
        weight
    }

    /// The finished assignment, its loads and cost summed afresh so that no rounding of moves stays.
    pub(super) fn finish(mut self, overload: f64) -> Assignment {
        let mut splits = Vec::new();
        for (prefix, mut shares) in core::mem::take(&mut self.splits) {
            shares.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
            if let (Some((main, _)), Ok(index)) = (shares.first(), usize::try_from(prefix))
                && let Some(pop) = self.pops.get_mut(index)
            {
                *pop = *main;
            }
            splits.extend(shares.into_iter().map(|(pop, weight)| Split { prefix, pop, weight }));
        }
        let mut assignment = Assignment {
            pops: self.pops,
            splits,
            loads: alloc::vec![0.0; self.problem.pops()],
            prices: self.prices,
            cost: 0.0,
            bound: self.bound,
            overload,
            unreachable: 0.0,
            overflow: 0.0,
        };
        assignment.sum(self.problem);
        let over = assignment.loads.iter().zip(self.capacity);
        assignment.overflow = over
            .map(
                |(load, capacity)| {
                    if *load > capacity * (1.0 + 1e-9) { load - capacity } else { 0.0 }
                },
            )
            .sum();
        assignment
    }
}

impl Assignment {
    fn sum(&mut self, problem: &Problem<'_>) {
        let mut loads = core::mem::take(&mut self.loads);
        for (prefix, demand) in problem.demand.iter().enumerate() {
            if self.main_pop(prefix).is_none() {
                self.unreachable += demand;
            }
            let mut cost = 0.0;
            for (pop, weight) in self.shares(prefix) {
                let part = demand * f64::from(weight) / f64::from(WHOLE);
                add(&mut loads, pop, part);
                cost += part * problem.latency_to(prefix, pop);
            }
            self.cost += cost;
        }
        self.loads = loads;
    }
}

/// A prefix that might leave a PoP, by what it costs.
struct Move {
    cost: f64,
    prefix: usize,
    from: u16,
    to: u16,
}

impl Ord for Move {
    /// The cheapest is the greatest, as the heap gives the greatest first; ties by index.
    fn cmp(&self, other: &Self) -> Ordering {
        other
            .cost
            .total_cmp(&self.cost)
            .then(other.prefix.cmp(&self.prefix))
            .then(other.to.cmp(&self.to))
    }
}

impl PartialOrd for Move {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Move {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Move {}
