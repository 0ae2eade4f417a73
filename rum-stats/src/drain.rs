//! A PoP goes out of service: who takes its traffic, without waiting for a new map.
//!
//! The answer is a few rows of shares, one set for each location that used the PoP. It suits a runtime
//! override; the next map, built with the capacity of the PoP at 0, does better by placing each prefix.

use crate::assign::{Assignment, Problem, WHOLE};
use crate::map::Share;
use crate::number::{index_u32, to_u32};
use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

/// What changes when a PoP is drained.
#[derive(Clone, Debug, PartialEq)]
pub struct Drain {
    /// The new shares of every location that used the PoP, all rows of each, by location. Location
    /// numbers as in [`crate::map::build`].
    pub shares: Vec<Share>,
    /// Load of each PoP afterwards; 0 at the drained one.
    pub loads: Vec<f64>,
    /// Load above usable capacity that the others have to take because there is no room left.
    pub overflow: f64,
}

impl Drain {
    /// How many PoPs take over the location that is the drained PoP itself.
    pub fn receivers(&self, pop: u16) -> usize {
        self.shares.iter().filter(|share| share.location == u32::from(pop)).count()
    }
}

/// How to spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The most that one PoP takes of a drained location, in 1/256, while others have room. A receiver
    /// swamped by all of it would be the next to fail.
    pub most: u16,
}

impl Default for Options {
    /// At most 96/256, so at least three receivers.
    fn default() -> Self {
        Self { most: 96 }
    }
}

/// Sends the shares of `pop` to others: the nearest by demand-weighted mean latency first, each up to
/// its free usable capacity and up to [`Options::most`]; then up to its capacity alone; what is left
/// after that in proportion to capacity, reported as [`Drain::overflow`].
///
/// `None` when no other PoP is open. A PoP that some clients of a location cannot reach takes none of it
/// unless there is no other.
///
/// # Cost
/// One pass over the rows of the prefixes that use the PoP.
pub fn drain(
    problem: &Problem<'_>,
    assignment: &Assignment,
    pop: u16,
    options: &Options,
) -> Option<Drain> {
    let open = |other: u16, capacity: f64| other != pop && capacity > 0.0;
    if !(0..u16::MAX).zip(problem.capacity).any(|(other, capacity)| open(other, *capacity)) {
        return None;
    }
    let mut receivers: Vec<Receiver> = Vec::new();
    for (other, (capacity, load)) in
        (0..u16::MAX).zip(problem.capacity.iter().zip(&assignment.loads))
    {
        let usable = capacity * problem.utilisation * assignment.overload;
        let room = if open(other, *capacity) { (usable - load).max(0.0) } else { 0.0 };
        receivers.push(Receiver {
            open: open(other, *capacity),
            capacity: *capacity,
            room,
            load: *load,
        });
    }
    let mut overflow = 0.0;
    let mut shares = Vec::new();
    for (location, part) in affected(problem, assignment, pop) {
        let mut weights = part.kept;
        overflow += spread(
            &mut receivers,
            &part.milliseconds,
            part.demand,
            part.weight,
            options.most,
            &mut weights,
        );
        let mut rows: Vec<Share> = weights
            .into_iter()
            .map(|(pop, weight)| Share { location, pop: u32::from(pop), weight })
            .collect();
        rows.sort_unstable_by(|a, b| b.weight.cmp(&a.weight).then(a.pop.cmp(&b.pop)));
        shares.append(&mut rows);
    }
    let loads = (0_u16..)
        .zip(&receivers)
        .map(|(other, r)| if other == pop { 0.0 } else { r.load })
        .collect();
    Some(Drain { shares, loads, overflow })
}

struct Receiver {
    open: bool,
    capacity: f64,
    room: f64,
    load: f64,
}

/// The part of a location that has to move.
struct Part {
    /// Of the whole location, in 1/256.
    weight: u16,
    /// Of this part.
    demand: f64,
    /// Mean to each PoP.
    milliseconds: Vec<f64>,
    /// The shares that stay.
    kept: BTreeMap<u16, u16>,
}

fn affected(problem: &Problem<'_>, assignment: &Assignment, pop: u16) -> Vec<(u32, Part)> {
    let pops = index_u32(problem.pops());
    let mut whole = Part {
        weight: WHOLE,
        demand: 0.0,
        milliseconds: vec![0.0; problem.pops()],
        kept: BTreeMap::new(),
    };
    let mut parts = Vec::new();
    let mut split_location = pops;
    for (prefix, demand) in problem.demand.iter().enumerate() {
        if assignment.is_split(prefix) {
            let location = split_location;
            split_location = split_location.saturating_add(1);
            let mut kept: BTreeMap<u16, u16> = assignment.shares(prefix).collect();
            if let Some(weight) = kept.remove(&pop) {
                let milliseconds = problem.row(prefix).iter().map(|ms| f64::from(*ms)).collect();
                let demand = demand * f64::from(weight) / f64::from(WHOLE);
                parts.push((location, Part { weight, demand, milliseconds, kept }));
            }
        } else if assignment.main_pop(prefix) == Some(pop) {
            whole.demand += demand;
            for (sum, ms) in whole.milliseconds.iter_mut().zip(problem.row(prefix)) {
                // An unreachable PoP counts even for clients without demand.
                *sum += if ms.is_finite() { demand * f64::from(*ms) } else { f64::INFINITY };
            }
        }
    }
    if whole.demand > 0.0 {
        let demand = whole.demand;
        whole.milliseconds.iter_mut().for_each(|sum| *sum /= demand);
    }
    parts.insert(0, (u32::from(pop), whole));
    parts
}

/// Gives `weight` units, together `demand`, to receivers and adds them to `weights`. Returns what went
/// above usable capacity.
fn spread(
    receivers: &mut [Receiver],
    milliseconds: &[f64],
    demand: f64,
    weight: u16,
    most: u16,
    weights: &mut BTreeMap<u16, u16>,
) -> f64 {
    let unit = demand / f64::from(weight.max(1));
    let mut order: Vec<(f64, u16)> = (0_u16..)
        .zip(receivers.iter().zip(milliseconds))
        .filter(|(_, (receiver, _))| receiver.open)
        .map(|(pop, (_, ms))| (*ms, pop))
        .collect();
    if order.iter().any(|(ms, _)| ms.is_finite()) {
        order.retain(|(ms, _)| ms.is_finite());
    }
    order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut left = weight;
    for limit in [most.max(1), WHOLE] {
        for (_, pop) in &order {
            let Some(receiver) = receivers.get_mut(usize::from(*pop)) else {
                continue;
            };
            let fits = if unit > 0.0 { to_u32(receiver.room / unit) } else { u32::from(limit) };
            let taken = weights.get(pop).copied().unwrap_or(0);
            let gives =
                left.min(u16::try_from(fits).unwrap_or(u16::MAX)).min(limit.saturating_sub(taken));
            left = left.saturating_sub(gives);
            receiver.take(unit * f64::from(gives));
            if gives > 0 {
                weights.insert(*pop, taken.saturating_add(gives));
            }
        }
    }
    // No room anywhere: by capacity, and the last crumbs to the nearest.
    let excess = unit * f64::from(left);
    let total: f64 = order
        .iter()
        .filter_map(|(_, pop)| receivers.get(usize::from(*pop)))
        .map(|r| r.capacity)
        .sum();
    let rest = left;
    let shares: Vec<u16> = order
        .iter()
        .filter_map(|(_, pop)| receivers.get(usize::from(*pop)))
        .map(|r| u16::try_from(to_u32(f64::from(rest) * r.capacity / total)).unwrap_or(0))
        .collect();
    let given: u16 = shares.iter().sum();
    let crumbs = rest.saturating_sub(given);
    for ((index, (_, pop)), share) in order.iter().enumerate().zip(shares) {
        let share = if index == 0 { share.saturating_add(crumbs) } else { share };
        if share > 0
            && let Some(receiver) = receivers.get_mut(usize::from(*pop))
        {
            receiver.take(unit * f64::from(share));
            let held = weights.entry(*pop).or_insert(0);
            *held = held.saturating_add(share);
        }
    }
    excess
}

impl Receiver {
    fn take(&mut self, amount: f64) {
        self.load += amount;
        self.room = (self.room - amount).max(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assign::{self, assign};

    fn drained(demand: &[f64], latency: &[f32], capacity: &[f64], pop: u16) -> Option<Drain> {
        let problem = Problem { demand, latency, capacity, utilisation: 1.0 };
        let assignment = assign(&problem, &assign::Options::default()).unwrap();
        let drain = drain(&problem, &assignment, pop, &Options::default())?;
        let mut sums = BTreeMap::new();
        for share in &drain.shares {
            assert!(share.pop != u32::from(pop) && share.weight > 0);
            *sums.entry(share.location).or_insert(0) += share.weight;
        }
        assert!(sums.values().all(|sum| *sum == WHOLE), "{drain:?}");
        let (before, after): (f64, f64) = (assignment.loads.iter().sum(), drain.loads.iter().sum());
        assert!((before - after).abs() < 1e-6 * (1.0 + before), "{assignment:?} {drain:?}");
        Some(drain)
    }

    #[test]
    fn several_receivers_nearest_first_within_capacity() {
        let latency = [5.0, 20.0, 30.0, 40.0, 5.0, 22.0, 28.0, 41.0];
        let drain = drained(&[50.0, 50.0], &latency, &[200.0, 60.0, 60.0, 60.0], 0).unwrap();
        let weights: Vec<_> = drain.shares.iter().map(|share| (share.pop, share.weight)).collect();
        assert_eq!(weights, [(1, 96), (2, 96), (3, 64)]);
        assert_eq!((drain.overflow, drain.receivers(0)), (0.0, 3));
        assert!(drain.loads.iter().all(|load| *load <= 60.0));
    }

    #[test]
    fn no_room_is_shared_by_capacity_and_said() {
        let drain = drained(&[100.0], &[5.0, 20.0, 30.0], &[200.0, 10.0, 30.0], 0).unwrap();
        assert!((drain.overflow - 60.0).abs() < 1.0, "{drain:?}");
        assert!(drain.loads[2] > drain.loads[1]);
    }

    #[test]
    fn split_locations_move_only_their_share() {
        let drain = drained(&[10.0], &[10.0, 30.0, 50.0], &[8.0, 2.0, 50.0], 0).unwrap();
        let own: Vec<_> = drain.shares.iter().filter(|share| share.location == 3).collect();
        assert_eq!(own.iter().map(|share| share.weight).sum::<u16>(), WHOLE);
        assert!(own.iter().any(|share| share.pop == 2 && share.weight > 190), "{drain:?}");
    }

    #[test]
    fn nowhere_to_go() {
        assert_eq!(drained(&[1.0], &[1.0, 2.0], &[5.0, 0.0], 0), None);
    }
}
