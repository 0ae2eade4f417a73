//! The decision loop as an operator would build it from this crate: samples to medians, gaps filled from relatives, prices
//! by an assignment, the coarsest map, resolvers beside it, all of that under capacity, and moves only when they are worth it.

use crate::model::{PARTS, POPS, PREFIXES, Placing, World, prefix, relatives};
use rum_stats::assign::{Options, Problem, assign};
use rum_stats::availability::{self, Outcome, Report};
use rum_stats::compare::Median;
use rum_stats::estimate::{self, Estimates};
use rum_stats::pool::Level;
use rum_stats::resolver::Clusters;
use rum_stats::stability::{Move, Placement, Rules, Verdict, within_cap};
use rum_stats::time::Ring;
use rum_stats::tree::{self, Leaves, Tree};
use rum_stats::{Confidence, Interval, Micros, Prefix, trust};

pub(crate) const BIN_SECONDS: u64 = 1800;
const UTILISATION: f64 = 0.8;
/// At most this share of the traffic moves in a bin.
const CAP: f64 = 0.2;

pub(crate) struct Ours {
    rings: Vec<Ring<u16, 8>>,
    /// Of prefixes, then of resolvers.
    places: Vec<Placement>,
    rules: Rules,
    map: Vec<Prefix>,
    pub(crate) report: Told,
}

/// What the loop says of itself, summed over the bins.
#[derive(Clone, Copy, Default)]
pub(crate) struct Told {
    pub(crate) bins: f64,
    /// Entries of the map, where each prefix on its own would be 48.
    pub(crate) entries: f64,
    /// Milliseconds that clients without ECS lose by it.
    pub(crate) price_of_no_ecs: f64,
    /// Cells estimated from relatives.
    pub(crate) pooled: f64,
}

/// What is decided as one: a block of the map or the clients of a resolver.
struct Unit {
    /// The places it sets.
    members: Vec<usize>,
    demand: f64,
    /// Milliseconds to each PoP.
    latency: Vec<f64>,
    /// Variances of those.
    variance: Vec<f64>,
}

impl Ours {
    pub(crate) fn new(seen: &[usize], resolvers: &[usize]) -> Self {
        let start = seen.iter().chain(resolvers).map(|pop| Placement::new(*pop as u16, 0));
        Self {
            rings: (0..PREFIXES * POPS).map(|_| Ring::new(BIN_SECONDS)).collect(),
            places: start.collect(),
            rules: Rules { least_gain: 3.0, ..Rules::for_ttl(300) },
            map: Vec::new(),
            report: Told::default(),
        }
    }

    pub(crate) fn placing(&self, world: &World) -> Placing {
        let pops: Vec<usize> = self.places.iter().map(|place| usize::from(place.pop)).collect();
        let (seen, resolvers) = pops.split_at(PREFIXES);
        Placing::by_resolver(world, seen.to_vec(), resolvers)
    }

    pub(crate) fn decide(
        &mut self,
        world: &World,
        bin: usize,
        samples: &[Vec<f64>],
        up: &[Report],
    ) {
        let now = bin as u64 * BIN_SECONDS;
        let estimates = self.estimate(world, now, samples);
        let mut drained = [false; POPS];
        let outcome = availability::Rules::default().judge(up, &mut drained);
        assert!(!matches!(outcome, Outcome::FailOpen { .. }), "one PoP of six fails at a time");
        let capacity: Vec<f64> =
            (0..POPS).map(|pop| if drained[pop] { 0.0 } else { world.capacity[pop] }).collect();
        let demand: Vec<f64> = (0..PARTS).map(|part| world.demand(part, bin)).collect();
        let clusters = Clusters::of(&mut world.joins(bin), &estimates.latency, POPS);

        // Prices of the PoPs with everyone told apart who can be, then the coarsest map at those prices.
        let leaves: Vec<Unit> = (0..PREFIXES)
            .map(|leaf| Unit::of(vec![leaf], &demand, &estimates))
            .chain(
                clusters.clusters.iter().enumerate().map(|(row, cluster)| Unit {
                    members: vec![PREFIXES + cluster.resolver as usize],
                    demand: cluster.weight,
                    latency: clusters.latency[row * POPS..][..POPS]
                        .iter()
                        .map(|ms| f64::from(*ms))
                        .collect(),
                    variance: vec![0.0; POPS],
                }),
            )
            .collect();
        let prices = self.assign(&leaves, &capacity).prices;
        let prefixes: Vec<Prefix> = (0..PREFIXES).map(prefix).collect();
        let known = Leaves {
            prefixes: &prefixes,
            demand: &demand[..PREFIXES],
            latency: &estimates.latency,
            variance: &estimates.variance,
            prices: &prices,
        };
        let tree = Tree::cut(&known, &self.map, &tree::Options::default()).unwrap();
        self.map = tree.blocks.iter().map(|block| block.prefix).collect();

        // The blocks and the resolvers under capacity.
        let inside = |block: &Prefix| {
            (0..PREFIXES).filter(|leaf| block.contains(&prefixes[*leaf])).collect::<Vec<_>>()
        };
        let mut units: Vec<Unit> =
            self.map.iter().map(|block| Unit::of(inside(block), &demand, &estimates)).collect();
        units.extend(leaves.into_iter().skip(PREFIXES));
        let answer = self.assign(&units, &capacity);

        let mut moves = Vec::new();
        for (row, unit) in units.iter().enumerate() {
            let Some(target) = answer.main_pop(row) else { continue };
            for member in &unit.members {
                let place = &mut self.places[*member];
                if drained[usize::from(place.pop)] {
                    place.moved(&self.rules, target, now);
                    continue;
                }
                // Room at a full PoP is worth its price.
                let price =
                    answer.prices[usize::from(place.pop)] - answer.prices[usize::from(target)];
                let gain = unit.gain(place.pop, target, price);
                if place.propose(&self.rules, target, &gain, now) == Verdict::Move {
                    moves.push(Move {
                        prefix: *member as u32,
                        pop: target,
                        demand: unit.demand / unit.members.len() as f64,
                        gain: gain.estimate,
                    });
                }
            }
        }
        let allowed = within_cap(&mut moves, demand.iter().sum(), CAP);
        for allowed in &moves[..allowed] {
            self.places[allowed.prefix as usize].moved(&self.rules, allowed.pop, now);
        }
        let measured = |level: &&Option<Level>| **level == Some(Level::Prefix);
        self.report.bins += 1.0;
        self.report.entries += self.map.len() as f64;
        self.report.price_of_no_ecs += clusters.mean_price();
        self.report.pooled +=
            1.0 - estimates.level.iter().filter(measured).count() as f64 / (PREFIXES * POPS) as f64;
    }

    /// Counts the samples that light allows; medians of what is still true; gaps filled from relatives.
    fn estimate(&mut self, world: &World, now: u64, samples: &[Vec<f64>]) -> Estimates {
        for (cell, (ring, samples)) in self.rings.iter_mut().zip(samples).enumerate() {
            for ms in samples {
                let sample = Micros::from_f64(ms * 1000.0);
                if trust::is_possible(sample, world.distance_km[cell]) {
                    ring.record(now, sample);
                }
            }
        }
        let median = |ring: &Ring<u16, 8>| {
            let faded = ring.faded(now, 3600.0);
            Median::of_weighted(&faded.sketch, faded.effective).ok()
        };
        let medians: Vec<Option<Median>> = self.rings.iter().map(median).collect();
        let relatives: Vec<_> = (0..PREFIXES).map(relatives).collect();
        let options = estimate::Options { min_samples: 5.0, ..estimate::Options::default() };
        Estimates::of(&relatives, &medians, POPS, &options)
    }

    fn assign(&self, units: &[Unit], capacity: &[f64]) -> rum_stats::assign::Assignment {
        let demand: Vec<f64> = units.iter().map(|unit| unit.demand).collect();
        let latency: Vec<f32> = units
            .iter()
            .flat_map(|unit| unit.latency.iter().enumerate().map(move |(pop, ms)| (unit, pop, ms)))
            .map(|(unit, pop, ms)| {
                // To stay costs nothing, to move does.
                let stays =
                    unit.members.iter().filter(|m| usize::from(self.places[**m].pop) == pop);
                let share = stays.count() as f64 / unit.members.len() as f64;
                (ms - share * self.rules.switching_cost).max(0.0) as f32
            })
            .collect();
        let problem =
            Problem { demand: &demand, latency: &latency, capacity, utilisation: UTILISATION };
        assign(&problem, &Options { rounds: 100 }).unwrap()
    }
}

impl Unit {
    /// Leaves of the map together, by their traffic.
    fn of(members: Vec<usize>, demand: &[f64], estimates: &Estimates) -> Self {
        let total: f64 = members.iter().map(|leaf| demand[*leaf]).sum();
        let mean = |pop: usize, cells: &[f32], power: i32| {
            let part = |leaf: &usize| {
                f64::from(cells[leaf * POPS + pop]) * (demand[*leaf] / total).powi(power)
            };
            members.iter().map(part).sum()
        };
        Self {
            latency: (0..POPS).map(|pop| mean(pop, &estimates.latency, 1)).collect(),
            variance: (0..POPS).map(|pop| mean(pop, &estimates.variance, 2)).collect(),
            demand: total,
            members,
        }
    }

    fn gain(&self, from: u16, to: u16, price: f64) -> Interval {
        let [from, to] = [from, to].map(usize::from);
        let estimate = self.latency[from] - self.latency[to] + price;
        let error = (self.variance[from] + self.variance[to]).sqrt();
        let half = Confidence::new(0.9).unwrap().z() * error;
        Interval { estimate, low: estimate - half, high: estimate + half }
    }
}
