//! The whole decision loop in a world whose truth is known, beside other policies, over 100 seeds.
//!
//! A day in bins of half an hour. Clients in 40 prefixes and six PoPs; paths that are longer than the map says; demand
//! that follows the sun; congestion that comes and goes on single paths; a PoP that fails; slow drift; forged samples
//! for every tenth cell. Each policy sees what it would see in life: `geographic` the map, `anycast` the routes, `last-best`
//! the medians of the last bin, `ours` the samples through this crate, and the `oracle` the truth, under
//! capacity, at every bin.
//!
//! What is counted: traffic-weighted milliseconds above the oracle (a policy that minds no capacity can be below it), traffic moved in a bin, traffic above a PoP's
//! capacity, and traffic sent to a PoP that is down.

mod common;

use common::Random;
use rum_stats::assign::{Options, Problem, assign};
use rum_stats::availability::{self, Outcome, Report};
use rum_stats::compare::Median;
use rum_stats::stability::{Move, Placement, Rules, Verdict, within_cap};
use rum_stats::time::Ring;
use rum_stats::{Confidence, Interval, Micros, trust};

const POPS: usize = 6;
const PREFIXES: usize = 40;
const BINS: usize = 48;
const BIN_SECONDS: u64 = 1800;
const SEEDS: u64 = 100;
/// Beacons of a prefix to each PoP in a bin.
const SAMPLES: usize = 8;
const UTILISATION: f64 = 0.8;
const FAR_KM: f64 = 15_000.0;
const LEARNING: usize = 12;

struct World {
    demand: Vec<f64>,
    capacity: Vec<f64>,
    distance_km: Vec<f64>,
    base: Vec<f64>,
    drift: Vec<f64>,
    routes: Vec<Vec<usize>>,
    forged: Vec<bool>,
    /// (cell, first bin, last bin, milliseconds)
    congestion: Vec<(usize, usize, usize, f64)>,
    /// (PoP, first bin, last bin)
    outage: (usize, usize, usize),
    longitude: Vec<f64>,
}

impl World {
    fn new(random: &mut Random) -> Self {
        let pops: Vec<_> = (0..POPS).map(|_| (random.unit(), random.unit())).collect();
        let (mut demand, mut longitude, mut distance_km, mut base, mut drift, mut routes) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for _ in 0..PREFIXES {
            let (x, y) = (random.unit(), random.unit());
            demand.push(random.lognormal(1.0, 0.8));
            longitude.push(x);
            let start = base.len();
            for (px, py) in &pops {
                let km = FAR_KM * (x - px).hypot(y - py);
                distance_km.push(km);
                // One path in five goes a long way round.
                let detour = if random.unit() < 0.2 { 40.0 + 60.0 * random.unit() } else { 0.0 };
                base.push(8.0 + km / 100.0 * (1.2 + 0.3 * random.unit()) + detour);
                drift.push(8.0 * (random.unit() - 0.5));
            }
            // Routing knows little of latency: three times in four the best, else one of the next two.
            let mut order: Vec<usize> = (0..POPS).collect();
            order.sort_by(|a, b| base[start + a].total_cmp(&base[start + b]));
            if random.unit() > 0.75 {
                order.swap(0, 1 + random.below(2));
            }
            routes.push(order);
        }
        let total: f64 = demand.iter().sum();
        let mut capacity: Vec<f64> = (0..POPS).map(|_| 0.5 + random.unit()).collect();
        let factor = total * 1.9 / capacity.iter().sum::<f64>();
        capacity.iter_mut().for_each(|capacity| *capacity *= factor);
        let congestion = (0..40)
            .map(|_| {
                let start = random.below(BINS);
                (
                    random.below(PREFIXES * POPS),
                    start,
                    start + 2 + random.below(8),
                    20.0 + 60.0 * random.unit(),
                )
            })
            .collect();
        let start = 15 + random.below(15);
        let outage = (random.below(POPS), start, start + 2 + random.below(4));
        let forged = (0..PREFIXES * POPS).map(|_| random.unit() < 0.1).collect();
        Self {
            demand,
            capacity,
            distance_km,
            base,
            drift,
            routes,
            forged,
            congestion,
            outage,
            longitude,
        }
    }

    fn is_up(&self, pop: usize, bin: usize) -> bool {
        pop != self.outage.0 || !(self.outage.1..=self.outage.2).contains(&bin)
    }

    /// The true median in milliseconds.
    fn truth(&self, cell: usize, bin: usize) -> f64 {
        let extra: f64 = self
            .congestion
            .iter()
            .filter(|(at, first, last, _)| *at == cell && (*first..=*last).contains(&bin))
            .map(|(_, _, _, ms)| ms)
            .sum();
        let shift = self.drift[cell] * bin as f64 / BINS as f64;
        (self.base[cell] + shift + extra).max(self.distance_km[cell] / 100.0 + 1.0)
    }

    fn demand(&self, prefix: usize, bin: usize) -> f64 {
        let phase = bin as f64 / BINS as f64 + self.longitude[prefix];
        self.demand[prefix] * (0.75 + 0.45 * (core::f64::consts::TAU * phase).sin())
    }

    /// Where the best assignment sends each prefix, by the truth of the bin.
    fn best(&self, bin: usize) -> (Vec<usize>, f64) {
        let demand: Vec<f64> = (0..PREFIXES).map(|prefix| self.demand(prefix, bin)).collect();
        let latency: Vec<f32> =
            (0..PREFIXES * POPS).map(|cell| self.truth(cell, bin) as f32).collect();
        let capacity: Vec<f64> = (0..POPS)
            .map(|pop| if self.is_up(pop, bin) { self.capacity[pop] } else { 0.0 })
            .collect();
        let problem =
            Problem { demand: &demand, latency: &latency, capacity: &capacity, utilisation: 1.0 };
        let answer = assign(&problem, &Options { rounds: 60 }).unwrap();
        let places =
            (0..PREFIXES).map(|prefix| usize::from(answer.main_pop(prefix).unwrap())).collect();
        (places, answer.cost / demand.iter().sum::<f64>())
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Score {
    regret: f64,
    churn: f64,
    overload: f64,
    failed: f64,
}

impl Score {
    fn add(
        &mut self,
        world: &World,
        bin: usize,
        best: f64,
        places: &[usize],
        before: Option<&[usize]>,
    ) {
        let (mut cost, mut total, mut failed, mut moved) = (0.0, 0.0, 0.0, 0.0);
        let mut loads = [0.0; POPS];
        for (prefix, pop) in places.iter().enumerate() {
            let demand = world.demand(prefix, bin);
            total += demand;
            cost += demand * world.truth(prefix * POPS + pop, bin);
            loads[*pop] += demand;
            failed += if world.is_up(*pop, bin) { 0.0 } else { demand };
            moved += if before.is_some_and(|before| before[prefix] != *pop) { demand } else { 0.0 };
        }
        let over: f64 = loads
            .iter()
            .zip(&world.capacity)
            .map(|(load, capacity)| (load - capacity).max(0.0))
            .sum();
        self.regret += cost / total - best;
        self.churn += moved / total;
        self.overload += over / total;
        self.failed += failed / total;
    }
}

/// The decision loop as an operator would build it from this crate.
struct Ours {
    rings: Vec<Ring<u16, 8>>,
    places: Vec<Placement>,
    rules: Rules,
}

impl Ours {
    fn new(start: &[usize]) -> Self {
        Self {
            rings: (0..PREFIXES * POPS).map(|_| Ring::new(BIN_SECONDS)).collect(),
            places: start.iter().map(|pop| Placement::new(*pop as u16, 0)).collect(),
            rules: Rules { least_gain: 3.0, ..Rules::for_ttl(300) },
        }
    }

    fn decide(
        &mut self,
        world: &World,
        bin: usize,
        samples: &[Vec<f64>],
        up: &[Report],
    ) -> Vec<usize> {
        let now = bin as u64 * BIN_SECONDS;
        for (cell, (ring, samples)) in self.rings.iter_mut().zip(samples).enumerate() {
            for ms in samples {
                let sample = Micros::from_f64(ms * 1000.0);
                if trust::is_possible(sample, world.distance_km[cell]) {
                    ring.record(now, sample);
                }
            }
        }
        let medians: Vec<Option<Median>> = self
            .rings
            .iter()
            .map(|ring| {
                let faded = ring.faded(now, 3600.0);
                Median::of_weighted(&faded.sketch, faded.effective).ok()
            })
            .collect();
        let mut drained = [false; POPS];
        let outcome = availability::Rules::default().judge(up, &mut drained);
        assert!(!matches!(outcome, Outcome::FailOpen { .. }), "one PoP of six fails at a time");
        let capacity: Vec<f64> =
            (0..POPS).map(|pop| if drained[pop] { 0.0 } else { world.capacity[pop] }).collect();
        let demand: Vec<f64> = (0..PREFIXES).map(|prefix| world.demand(prefix, bin)).collect();
        let latency: Vec<f32> = medians
            .iter()
            .enumerate()
            .map(|(cell, median)| {
                let current = usize::from(self.places[cell / POPS].pop) == cell % POPS;
                // To stay costs nothing, to move does.
                let bonus = if current { self.rules.switching_cost } else { 0.0 };
                median
                    .map_or(f32::INFINITY, |median| (median.value / 1000.0 - bonus).max(0.0) as f32)
            })
            .collect();
        let problem = Problem {
            demand: &demand,
            latency: &latency,
            capacity: &capacity,
            utilisation: UTILISATION,
        };
        let answer = assign(&problem, &Options { rounds: 100 }).unwrap();
        let mut moves = Vec::new();
        for prefix in 0..PREFIXES {
            let (place, Some(target)) = (&mut self.places[prefix], answer.main_pop(prefix)) else {
                continue;
            };
            if drained[usize::from(place.pop)] {
                place.moved(&self.rules, target, now);
                continue;
            }
            let at = |pop: u16| medians[prefix * POPS + usize::from(pop)];
            let (Some(here), Some(there)) = (at(place.pop), at(target)) else { continue };
            let gain = here.minus(&there, Confidence::new(0.9).unwrap());
            // Room at a full PoP is worth its price, and the gain is in microseconds so far.
            let price = answer.prices[usize::from(place.pop)] - answer.prices[usize::from(target)];
            let gain = Interval {
                estimate: gain.estimate / 1000.0 + price,
                low: gain.low / 1000.0 + price,
                high: gain.high / 1000.0 + price,
            };
            if place.propose(&self.rules, target, &gain, now) == Verdict::Move {
                moves.push(Move {
                    prefix: prefix as u32,
                    pop: target,
                    demand: demand[prefix],
                    gain: gain.estimate,
                });
            }
        }
        let allowed = within_cap(&mut moves, demand.iter().sum(), 0.2);
        for allowed in &moves[..allowed] {
            self.places[allowed.prefix as usize].moved(&self.rules, allowed.pop, now);
        }
        self.places.iter().map(|place| usize::from(place.pop)).collect()
    }
}

/// What beacons say in a bin: milliseconds for each cell, and how each PoP answered.
fn beacons(world: &World, random: &mut Random, bin: usize) -> (Vec<Vec<f64>>, Vec<Report>) {
    let mut up: Vec<Report> = world
        .capacity
        .iter()
        .map(|capacity| Report { successes: 0, trials: 0, capacity: *capacity })
        .collect();
    let mut samples = Vec::with_capacity(PREFIXES * POPS);
    for cell in 0..PREFIXES * POPS {
        let pop = cell % POPS;
        let mut here = Vec::with_capacity(SAMPLES);
        for sample in 0..SAMPLES {
            up[pop].trials += 1;
            if !world.is_up(pop, bin) || random.unit() < 0.005 {
                continue;
            }
            up[pop].successes += 1;
            let honest = random.lognormal(world.truth(cell, bin), 0.25);
            // A quarter of the samples of a forged cell: too good to be true, or half of what is.
            here.push(match sample {
                0 if world.forged[cell] => 1.0,
                1 if world.forged[cell] => honest / 2.0,
                _ => honest.max(world.distance_km[cell] / 100.0),
            });
        }
        samples.push(here);
    }
    (samples, up)
}

fn nearest(world: &World, prefix: usize, is_allowed: impl Fn(usize) -> bool) -> usize {
    let cells = (0..POPS).filter(|pop| is_allowed(*pop));
    cells
        .min_by(|a, b| {
            world.distance_km[prefix * POPS + a].total_cmp(&world.distance_km[prefix * POPS + b])
        })
        .unwrap()
}

const NAMES: [&str; 5] = ["geographic", "anycast", "last-best", "ours", "oracle"];

/// One day of one world under all policies.
fn day(seed: u64, scores: &mut [Score; 5]) {
    let mut random = Random(seed * 7919 + 1);
    let world = World::new(&mut random);
    let start: Vec<usize> = (0..PREFIXES).map(|prefix| nearest(&world, prefix, |_| true)).collect();
    let mut ours = Ours::new(&start);
    let mut before: [Option<Vec<usize>>; 5] = Default::default();
    let mut last_best = start.clone();
    let mut ours_now = start;
    for bin in 0..BINS {
        // What is in force in this bin was decided on the bins before it. Routing alone turns away from a
        // dead PoP by itself; the map of places is mended by hand after a bin.
        let up_for_hands =
            |pop: usize| world.is_up(pop, bin) || world.is_up(pop, bin.saturating_sub(1));
        let geographic =
            (0..PREFIXES).map(|prefix| nearest(&world, prefix, up_for_hands)).collect();
        let by_route =
            |order: &Vec<usize>| *order.iter().find(|pop| world.is_up(**pop, bin)).unwrap();
        let anycast = world.routes.iter().map(by_route).collect();
        let (oracle, best) = world.best(bin);
        let places: [Vec<usize>; 5] =
            [geographic, anycast, last_best.clone(), ours_now.clone(), oracle];
        // Six hours to learn before it counts.
        if bin >= LEARNING {
            for ((score, places), before) in scores.iter_mut().zip(&places).zip(&before) {
                score.add(&world, bin, best, places, before.as_deref());
            }
        }
        before = places.map(Some);
        let (mut samples, up) = beacons(&world, &mut random, bin);
        ours_now = ours.decide(&world, bin, &samples, &up);
        for (prefix, cells) in samples.chunks_mut(POPS).enumerate() {
            let medians = cells.iter_mut().map(|cell| {
                cell.sort_by(f64::total_cmp);
                cell.get(cell.len() / 2).copied().unwrap_or(f64::INFINITY)
            });
            last_best[prefix] = medians.enumerate().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap().0;
        }
    }
}

#[test]
fn regret_churn_and_overload_beside_other_policies() {
    let half = |first: u64| {
        move || {
            let mut scores = [Score::default(); 5];
            (first..SEEDS).step_by(2).for_each(|seed| day(seed, &mut scores));
            scores
        }
    };
    let other = std::thread::spawn(half(1));
    let (mut scores, other) = (half(0)(), other.join().unwrap());
    let count = SEEDS as f64 * (BINS - LEARNING) as f64;
    println!(
        "{:<12}{:>10}{:>14}{:>15}{:>14}",
        "", "regret ms", "moved / bin", "over capacity", "sent to dead"
    );
    for ((name, score), other) in NAMES.iter().zip(&mut scores).zip(&other) {
        score.regret = (score.regret + other.regret) / count;
        score.churn = (score.churn + other.churn) / count;
        score.overload = (score.overload + other.overload) / count;
        score.failed = (score.failed + other.failed) / count;
        println!(
            "{name:<12}{:>10.2}{:>13.2}%{:>14.2}%{:>13.3}%",
            score.regret,
            score.churn * 100.0,
            score.overload * 100.0,
            score.failed * 100.0
        );
    }
    let [geographic, anycast, last_best, ours, oracle] = scores;
    assert!(oracle.regret.abs() < 1.0, "the oracle is the measure: {oracle:?}");
    assert!(ours.regret < anycast.regret / 3.0 && ours.regret < geographic.regret / 3.0);
    assert!(ours.overload < last_best.overload / 2.0 && ours.overload < anycast.overload / 2.0);
    assert!(ours.churn < last_best.churn / 5.0);
    assert!(ours.failed <= last_best.failed * 1.05);
}
