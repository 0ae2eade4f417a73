//! The whole decision loop in a world whose truth is known, beside other policies.
//!
//! A day in bins of half an hour. Clients in 48 prefixes of 12 announced ones, and six PoPs; paths that are longer than the
//! map says; demand that follows the sun; a quarter of it behind seven resolvers that hide their clients; two prefixes in
//! five with next to no beacons of their own; congestion that comes and goes on single paths; a PoP that fails; slow
//! drift; forged samples for every tenth cell. Each policy sees what it would see in life: `geographic` the map, `anycast`
//! the routes, `last-best` the medians of the last bin, `ours` the samples through this crate, and the `oracle` the
//! truth, under capacity, at every bin; but it too has one answer for all clients of a resolver.
//!
//! What is counted: traffic-weighted milliseconds above the oracle (a policy that minds no capacity can be below it),
//! traffic moved in a bin, traffic above a PoP's capacity, and traffic sent to a PoP that is down.
//!
//! Few worlds by default; `cargo test --release -p rum-stats --test world -- --ignored --nocapture` runs 100.

#[path = "../common/mod.rs"]
mod common;
mod model;
mod ours;

use common::Random;
use model::{BINS, POPS, PREFIXES, Placing, RESOLVERS, World, kilometres};
use ours::{Ours, Told};
use rum_stats::availability::Report;

const LEARNING: usize = 12;
const NAMES: [&str; 5] = ["geographic", "anycast", "last-best", "ours", "oracle"];

#[test]
fn regret_churn_and_overload_beside_other_policies() {
    let scores = worlds(10);
    in_order(&scores);
}

#[test]
#[ignore = "100 worlds take their time"]
fn a_hundred_worlds() {
    let scores = worlds(100);
    in_order(&scores);
}

fn in_order([geographic, anycast, last_best, ours, oracle]: &[Score; 5]) {
    assert!(oracle.regret.abs() < 1.0, "the oracle is the measure: {oracle:?}");
    // The medians of the last bin come nearer to the truth, at ten times the churn and with no mind for capacity.
    assert!(ours.regret < last_best.regret + 2.0 && ours.churn < last_best.churn / 8.0);
    assert!(ours.regret < anycast.regret / 2.0 && ours.regret < geographic.regret / 3.0);
    assert!(ours.overload < last_best.overload / 2.0 && ours.overload < anycast.overload / 1.25);
    assert!(ours.failed <= last_best.failed * 1.1);
}

/// The mean scores over worlds, printed as a table.
fn worlds(seeds: u64) -> [Score; 5] {
    let half = |first: u64| {
        move || {
            let (mut scores, mut told) = ([Score::default(); 5], Told::default());
            (first..seeds).step_by(2).for_each(|seed| day(seed, &mut scores, &mut told));
            (scores, told)
        }
    };
    let other = std::thread::spawn(half(1));
    let ((mut scores, mut told), (others, theirs)) = (half(0)(), other.join().unwrap());
    let count = seeds as f64 * (BINS - LEARNING) as f64;
    println!(
        "{:<12}{:>10}{:>14}{:>15}{:>14}",
        "", "regret ms", "moved / bin", "over capacity", "sent to dead"
    );
    for ((name, score), other) in NAMES.iter().zip(&mut scores).zip(&others) {
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
    told.add(&theirs);
    println!(
        "ours: {:.1} map entries for {PREFIXES} prefixes, {:.0} % of cells from relatives, no ECS costs its clients {:.2} ms",
        told.entries / told.bins,
        told.pooled / told.bins * 100.0,
        told.price_of_no_ecs / told.bins
    );
    scores
}

/// One day of one world under all policies.
fn day(seed: u64, scores: &mut [Score; 5], told: &mut Told) {
    let mut random = Random(seed * 7919 + 1);
    let world = World::new(&mut random);
    let nearest_of = |places: &[(f64, f64)], is_allowed: &dyn Fn(usize) -> bool| {
        places.iter().map(|place| nearest(&world, *place, is_allowed)).collect::<Vec<usize>>()
    };
    let (start, start_resolvers) =
        (nearest_of(&world.places, &|_| true), nearest_of(&world.resolver_places, &|_| true));
    let mut ours = Ours::new(&start, &start_resolvers);
    let mut last_best = (start, start_resolvers);
    let mut before: [Option<Placing>; 5] = Default::default();
    for bin in 0..BINS {
        // What is in force in this bin was decided on the bins before it. Routing alone turns away from a
        // dead PoP by itself; the map of places is mended by hand after a bin.
        let by_hand = |pop: usize| world.is_up(pop, bin) || world.is_up(pop, bin.saturating_sub(1));
        let by_route =
            |order: &Vec<usize>| *order.iter().find(|pop| world.is_up(**pop, bin)).unwrap();
        let (oracle, best) = world.best(bin);
        let placings = [
            Placing::by_resolver(
                &world,
                nearest_of(&world.places, &by_hand),
                &nearest_of(&world.resolver_places, &by_hand),
            ),
            Placing::each(&world.routes.iter().map(by_route).collect::<Vec<_>>()),
            Placing::by_resolver(&world, last_best.0.clone(), &last_best.1),
            ours.placing(&world),
            oracle,
        ];
        // Six hours to learn before it counts.
        if bin >= LEARNING {
            for ((score, placing), before) in scores.iter_mut().zip(&placings).zip(&before) {
                score.add(&world, bin, best, placing, before.as_ref());
            }
        }
        before = placings.map(Some);
        let (samples, up) = beacons(&world, &mut random, bin);
        ours.decide(&world, bin, &samples, &up);
        follow(&mut last_best, &world, bin, samples);
    }
    told.add(&ours.report);
}

fn nearest(world: &World, place: (f64, f64), is_allowed: &dyn Fn(usize) -> bool) -> usize {
    let far = |pop: &usize| kilometres(place, world.pop_places[*pop]);
    let allowed = (0..POPS).filter(|pop| is_allowed(*pop));
    allowed.min_by(|a, b| far(a).total_cmp(&far(b))).unwrap()
}

/// What beacons say in a bin: milliseconds for each cell, and how each PoP answered.
fn beacons(world: &World, random: &mut Random, bin: usize) -> (Vec<Vec<f64>>, Vec<Report>) {
    let report = |capacity: &f64| Report { successes: 0, trials: 0, capacity: *capacity };
    let mut up: Vec<Report> = world.capacity.iter().map(report).collect();
    let mut samples = Vec::with_capacity(PREFIXES * POPS);
    for cell in 0..PREFIXES * POPS {
        let pop = cell % POPS;
        let mut here = Vec::new();
        // At least one on average.
        let number = (world.beacons[cell / POPS] * (0.5 + random.unit()) + 0.5) as usize;
        for sample in 0..number {
            up[pop].trials += 1;
            if !world.is_up(pop, bin) || random.unit() < 0.005 {
                continue;
            }
            up[pop].successes += 1;
            let honest = random.lognormal(world.truth(cell, bin), 0.25);
            // Two samples of a busy forged cell: too good to be true, or half of what is.
            here.push(match sample {
                3 if world.forged[cell] => 1.0,
                4 if world.forged[cell] => honest / 2.0,
                _ => honest.max(world.distance_km[cell] / 100.0),
            });
        }
        samples.push(here);
    }
    (samples, up)
}

/// `last-best`: the least median of the last bin, and for a resolver that of most of its clients.
fn follow(
    (seen, resolvers): &mut (Vec<usize>, Vec<usize>),
    world: &World,
    bin: usize,
    mut samples: Vec<Vec<f64>>,
) {
    for (place, cells) in seen.iter_mut().zip(samples.chunks_mut(POPS)) {
        let medians = cells.iter_mut().map(|cell| {
            cell.sort_by(f64::total_cmp);
            cell.get(cell.len() / 2).copied()
        });
        let known = medians.enumerate().filter_map(|(pop, ms)| Some((pop, ms?)));
        *place = known.min_by(|a, b| a.1.total_cmp(&b.1)).map_or(*place, |(pop, _)| pop);
    }
    let mut votes = [[0.0; POPS]; RESOLVERS];
    for join in world.joins(bin) {
        votes[join.resolver as usize][seen[join.prefix as usize]] += join.weight;
    }
    for (place, votes) in resolvers.iter_mut().zip(&votes) {
        *place = (0..POPS).max_by(|a, b| votes[*a].total_cmp(&votes[*b])).unwrap();
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
        placing: &Placing,
        before: Option<&Placing>,
    ) {
        let (mut cost, mut total, mut failed, mut moved) = (0.0, 0.0, 0.0, 0.0);
        let mut loads = [0.0; POPS];
        let pops_before: Option<Vec<usize>> =
            before.map(|before| before.flows(world, bin).map(|flow| flow.1).collect());
        for (index, (prefix, pop, demand)) in placing.flows(world, bin).enumerate() {
            total += demand;
            cost += demand * world.truth(prefix * POPS + pop, bin);
            loads[pop] += demand;
            failed += if world.is_up(pop, bin) { 0.0 } else { demand };
            let has_moved = pops_before.as_ref().is_some_and(|before| before[index] != pop);
            moved += if has_moved { demand } else { 0.0 };
        }
        let over = loads.iter().zip(&world.capacity).map(|(load, capacity)| load - capacity);
        self.regret += cost / total - best;
        self.churn += moved / total;
        self.overload += over.map(|over| over.max(0.0)).sum::<f64>() / total;
        self.failed += failed / total;
    }
}

impl Told {
    fn add(&mut self, other: &Self) {
        self.bins += other.bins;
        self.entries += other.entries;
        self.price_of_no_ecs += other.price_of_no_ecs;
        self.pooled += other.pooled;
    }
}
