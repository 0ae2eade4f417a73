//! The last step: chains of moves that no single move shows.
//!
//! A full PoP may be able to pass a client on to a PoP with room, and so take one that gains more than the
//! other loses. Over the cheapest move between each two PoPs these are shortest paths to a PoP with room; while
//! one of negative cost exists, and the answer is not yet close to its bound, it is carried out.

use super::{at, dual::Dual, repair::Plan};
use alloc::vec;
use alloc::vec::Vec;

impl Plan<'_> {
    /// Carries out chains while they help.
    pub(super) fn chain(&mut self) {
        let scan = self.problem.latency.len().max(1);
        // Looks at entries of the matrix, or of the tables of paths, before giving up.
        let mut budget = scan.saturating_mul(MOST_SCANS).max(LEAST_BUDGET);
        loop {
            while self.is_far() && self.chain_once(&mut budget) {}
            // The bound may be what lacks: with a sharper one the answer may be close enough, or not.
            if !self.is_far() || !self.sharpen(&mut budget) {
                return;
            }
        }
    }

    pub(super) fn is_far(&self) -> bool {
        self.cost() > self.bound * (1.0 + CLOSE_ENOUGH)
    }

    pub(super) fn cost(&self) -> f64 {
        let mut sum = 0.0;
        self.each_share(|prefix, pop, weight| {
            sum += self.unit(prefix) * f64::from(weight) * self.problem.latency_to(prefix, pop);
        });
        sum
    }

    /// One chain, the cheapest that can be carried out. A step too coarse for the room at hand is crossed out
    /// and the search made again.
    fn chain_once(&mut self, budget: &mut usize) -> bool {
        let scan = self.problem.latency.len();
        let search =
            self.problem.pops().saturating_mul(self.problem.pops()).saturating_mul(MOST_HOPS);
        // A search for a path, and a pass over the prefixes for each hop where many have to move.
        let try_costs = search.saturating_add(self.problem.prefixes().saturating_mul(MOST_HOPS));
        // The table of moves has PoPs times PoPs entries: not made where no search in it can be paid.
        if *budget < scan.saturating_add(try_costs) {
            return false;
        }
        *budget = budget.saturating_sub(scan);
        let mut moves = self.cheapest_moves();
        loop {
            let Some(left) = budget.checked_sub(try_costs) else { return false };
            *budget = left;
            let Some(path) = self.cheapest_path(&moves) else { return false };
            match self.carry_out(&path, &moves) {
                Ok(()) => return true,
                Err(_) if self.gather(&path, &moves) => return true,
                Err(coarse) => {
                    if let Some(step) = moves.get_mut(coarse) {
                        step.cost = f64::INFINITY;
                    }
                }
            }
        }
    }

    /// Takes the prices from the answer itself: what it costs to pass a client on to room is what room at a PoP is worth. If
    /// no chain gains any more, every client is where these prices send it, and the bound misses the cost by no more than the
    /// room left at PoPs with a price. Prices from the ascent that are better are kept. True when the bound rose.
    fn sharpen(&mut self, budget: &mut usize) -> bool {
        let pops = self.problem.pops();
        let search = pops.saturating_mul(pops).saturating_mul(pops);
        let scans = self.problem.latency.len().saturating_mul(2);
        let Some(left) = budget.checked_sub(scans.saturating_add(search)) else { return false };
        *budget = left;
        let moves = self.cheapest_moves();
        let mut worth: Vec<f64> = (0_u16..)
            .take(pops)
            .map(|pop| if self.has_room(pop) { 0.0 } else { f64::INFINITY })
            .collect();
        // Shortest ways by Bellman and Ford: no way has more hops than there are PoPs.
        for _ in 0..pops {
            let last = worth.clone();
            for (row, worth) in moves.chunks_exact(pops.max(1)).zip(&mut worth) {
                let ways = row.iter().zip(&last).map(|(step, rest)| step.cost + rest);
                *worth = ways.fold(*worth, f64::min).max(0.0);
            }
            if worth == last {
                break;
            }
        }
        let known = worth.iter().zip(&self.prices);
        let prices = known.map(|(worth, price)| if worth.is_finite() { *worth } else { *price });
        let dual = Dual::at_prices(self.problem, self.capacity, prices.collect());
        let rose = dual.bound > self.bound * (1.0 + 1e-9);
        if rose {
            self.bound = dual.bound;
            self.prices = dual.prices;
        }
        rose
    }

    /// Room worth passing clients on to.
    fn has_room(&self, pop: u16) -> bool {
        self.room(pop) > at(self.capacity, pop) * LEAST_ROOM
    }

    /// The path of least negative cost to a PoP with room, each PoP at most once.
    fn cheapest_path(&self, moves: &[Step]) -> Option<Vec<usize>> {
        let pops = self.problem.pops();
        // For each number of hops: the cheapest way from each PoP to room, and its first hop.
        let mut hops: Vec<Vec<(f64, usize)>> = Vec::new();
        hops.push(
            (0_u16..)
                .take(pops)
                .map(|pop| (if self.has_room(pop) { 0.0 } else { f64::INFINITY }, 0))
                .collect(),
        );
        let mut best: Option<(f64, Vec<usize>)> = None;
        for _ in 0..MOST_HOPS {
            let last = hops.last()?;
            let mut next = Vec::with_capacity(pops);
            for row in moves.chunks_exact(pops.max(1)) {
                let ways = row.iter().zip(last).map(|(step, (rest, _))| step.cost + rest);
                let way = ways.enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
                next.push(way.map_or((f64::INFINITY, 0), |(to, cost)| (cost, to)));
            }
            hops.push(next);
            let starts = hops.last()?.iter().enumerate();
            for (from, (cost, _)) in starts.filter(|(_, (cost, _))| *cost < -1e-9) {
                if best.as_ref().is_none_or(|(least, _)| cost < least) {
                    let path = walk(&hops, from);
                    let repeats = path
                        .iter()
                        .enumerate()
                        .any(|(i, pop)| path.iter().take(i).any(|before| before == pop));
                    if !repeats {
                        best = Some((*cost, path));
                    }
                }
            }
        }
        best.map(|(_, path)| path)
    }

    /// Moves along a path, from its end, what all of it can take.
    ///
    /// # Errors
    /// The place in `moves` of a step that cannot take any of it.
    fn carry_out(&mut self, path: &[usize], moves: &[Step]) -> Result<(), usize> {
        let pops = self.problem.pops();
        let mut amount =
            path.last().and_then(|end| u16::try_from(*end).ok()).map_or(0.0, |end| self.room(end));
        let mut plan: Vec<(Step, u16, u16, f64)> = Vec::with_capacity(path.len());
        for pair in path.windows(2).rev() {
            let [from, to] = *pair else { continue };
            let place = from.saturating_mul(pops).saturating_add(to);
            let (Some(step), Ok(from), Ok(to)) =
                (moves.get(place), u16::try_from(from), u16::try_from(to))
            else {
                return Err(place);
            };
            // No more than the step after it makes room for.
            let unit = self.unit(step.prefix);
            let units =
                libm::floor(amount / unit + 1e-6).min(f64::from(self.weight_at(step.prefix, from)));
            amount = units * unit;
            plan.push((*step, from, to, amount));
            let gain: f64 = plan.iter().map(|(step, _, _, amount)| -step.cost * amount).sum();
            let is_first = plan.len().saturating_add(1) == path.len();
            if units < 1.0 || (is_first && gain <= 0.0) {
                return Err(place);
            }
        }
        for (step, from, to, amount) in plan {
            // A shade less than whole units, so that rounding does not add one.
            self.shift(step.prefix, from, to, amount - self.unit(step.prefix) * 1e-6);
        }
        Ok(())
    }

    /// As [`Plan::carry_out`] where a prefix so large that no single other one makes room for a unit of it
    /// has to move: each later step takes as many prefixes, cheapest first, as the room needs.
    fn gather(&mut self, path: &[usize], moves: &[Step]) -> bool {
        let pops = self.problem.pops();
        let path: Option<Vec<u16>> = path.iter().map(|pop| u16::try_from(*pop).ok()).collect();
        let Some(path) = path else { return false };
        let mut plan: Vec<(usize, u16, u16, u16)> = Vec::new();
        let (mut cost, mut coming) = (0.0, 0.0);
        for pair in path.windows(2) {
            let [from, to] = *pair else { continue };
            let place = usize::from(from).saturating_mul(pops).saturating_add(usize::from(to));
            if plan.is_empty() {
                let Some(step) = moves.get(place) else { return false };
                coming = self.unit(step.prefix);
                cost = coming * step.cost;
                plan.push((step.prefix, from, to, 1));
                continue;
            }
            let needed = coming - self.room(from);
            let mut leaving = 0.0;
            for (milliseconds, prefix, weight) in self.by_cost(from, to) {
                if leaving >= needed {
                    break;
                }
                let unit = self.unit(prefix);
                let units = libm::ceil((needed - leaving) / unit).min(f64::from(weight));
                leaving += units * unit;
                cost += units * unit * milliseconds;
                plan.push((
                    prefix,
                    from,
                    to,
                    u16::try_from(crate::number::to_u32(units)).unwrap_or(0),
                ));
            }
            if leaving < needed {
                return false;
            }
            coming = leaving;
        }
        let fits = path.last().is_some_and(|end| self.room(*end) >= coming);
        if !fits || cost >= -1e-12 {
            return false;
        }
        for (prefix, from, to, units) in plan.into_iter().rev() {
            self.shift(prefix, from, to, self.unit(prefix) * (f64::from(units) - 1e-6));
        }
        true
    }

    /// The shares at a PoP by what they cost at another: milliseconds, prefix, weight.
    fn by_cost(&self, from: u16, to: u16) -> Vec<(f64, usize, u16)> {
        let mut shares = Vec::new();
        self.each_share(|prefix, pop, weight| {
            let cost = self.problem.latency_to(prefix, to) - self.problem.latency_to(prefix, from);
            if pop == from && cost.is_finite() && self.unit(prefix) > 0.0 {
                shares.push((cost, prefix, weight));
            }
        });
        shares.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        shares
    }

    /// For each PoP and each other one, the share whose move costs least for a unit of demand.
    fn cheapest_moves(&self) -> Vec<Step> {
        let pops = self.problem.pops();
        let none = Step { cost: f64::INFINITY, prefix: 0 };
        let mut moves = vec![none; pops.saturating_mul(pops)];
        self.each_share(|prefix, from, _| {
            if self.unit(prefix) <= 0.0 {
                return;
            }
            let here = self.problem.latency_to(prefix, from);
            let start = usize::from(from).saturating_mul(pops);
            let row = moves.get_mut(start..).unwrap_or(&mut []).iter_mut();
            for (to, (step, ms)) in (0_u16..).zip(row.zip(self.problem.row(prefix))) {
                let cost = f64::from(*ms) - here;
                if cost < step.cost && to != from && at(self.capacity, to) > 0.0 {
                    *step = Step { cost, prefix };
                }
            }
        });
        moves
    }
}

/// The path that starts with the longest hop of the table.
fn walk(hops: &[Vec<(f64, usize)>], from: usize) -> Vec<usize> {
    let mut path = vec![from];
    for ways in hops.iter().skip(1).rev() {
        let next = path.last().and_then(|at| ways.get(*at)).map_or(0, |way| way.1);
        path.push(next);
    }
    path
}

#[derive(Clone, Copy)]
struct Step {
    /// Milliseconds more for each unit of demand.
    cost: f64,
    prefix: usize,
}

/// Work spent on chains: this many passes over the matrix, and at least the entries below.
const MOST_SCANS: usize = 40;
const LEAST_BUDGET: usize = 20_000_000;
const MOST_HOPS: usize = 16;

/// The share of its capacity that must be free for a PoP to end a chain: crumbs help nobody.
const LEAST_ROOM: f64 = 1e-4;

/// Within this share of the bound nothing more is tried.
const CLOSE_ENOUGH: f64 = 2e-4;
