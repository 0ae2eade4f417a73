//! The truth: clients, paths and PoPs over a day.

use crate::Random;
use rum_stats::Prefix;
use rum_stats::assign::{Options, Problem, assign};
use rum_stats::estimate::Relatives;
use rum_stats::resolver::{Clusters, Join};
use std::net::{IpAddr, Ipv4Addr};

pub(crate) const POPS: usize = 6;
/// Four to an announced prefix, two announced prefixes to a network, two networks to a country.
pub(crate) const PREFIXES: usize = 48;
/// The traffic of a prefix whose client subnet is seen, and behind it, at an index [`PREFIXES`] higher, that whose
/// resolver hides it.
pub(crate) const PARTS: usize = 2 * PREFIXES;
const NETWORKS: usize = PREFIXES / 8;
/// One for each network, and one that is used from everywhere.
pub(crate) const RESOLVERS: usize = NETWORKS + 1;
pub(crate) const BINS: usize = 48;
const HIDDEN: f64 = 0.25;
const FAR_KM: f64 = 15_000.0;

pub(crate) struct World {
    demand: Vec<f64>,
    pub(crate) capacity: Vec<f64>,
    pub(crate) distance_km: Vec<f64>,
    /// Of the network of each prefix, as a map of places has it, and of each resolver.
    pub(crate) places: Vec<(f64, f64)>,
    pub(crate) resolver_places: Vec<(f64, f64)>,
    pub(crate) pop_places: Vec<(f64, f64)>,
    base: Vec<f64>,
    drift: Vec<f64>,
    pub(crate) routes: Vec<Vec<usize>>,
    pub(crate) forged: Vec<bool>,
    /// Beacons of a prefix to each PoP in a bin: many prefixes have few.
    pub(crate) beacons: Vec<f64>,
    /// Share of the hidden traffic of each prefix that comes through the resolver used from everywhere.
    public: Vec<f64>,
    /// (cell, first bin, last bin, milliseconds)
    congestion: Vec<(usize, usize, usize, f64)>,
    /// (PoP, first bin, last bin)
    outage: (usize, usize, usize),
}

pub(crate) fn kilometres(a: (f64, f64), b: (f64, f64)) -> f64 {
    FAR_KM * (a.0 - b.0).hypot(a.1 - b.1)
}

pub(crate) fn prefix(index: usize) -> Prefix {
    Prefix::new(IpAddr::V4(Ipv4Addr::new(10, 0, index as u8, 0)), 24).unwrap()
}

pub(crate) fn relatives(prefix: usize) -> Relatives {
    let [announced, network, country] = [4, 8, 16].map(|size| (prefix / size) as u32);
    Relatives { announced, network, country }
}

impl World {
    pub(crate) fn new(random: &mut Random) -> Self {
        let mut place = || (random.unit(), random.unit());
        let pop_places: Vec<_> = (0..POPS).map(|_| place()).collect();
        let resolver_places: Vec<_> = (0..RESOLVERS).map(|_| place()).collect();
        let mut world = Self {
            demand: Vec::new(),
            capacity: Vec::new(),
            distance_km: Vec::new(),
            places: Vec::new(),
            resolver_places,
            pop_places,
            base: Vec::new(),
            drift: Vec::new(),
            routes: Vec::new(),
            forged: (0..PREFIXES * POPS).map(|_| random.unit() < 0.1).collect(),
            beacons: Vec::new(),
            public: Vec::new(),
            congestion: Vec::new(),
            outage: (0, 0, 0),
        };
        // One path in five of an announced prefix goes a long way round, and few of a single prefix in it.
        let detour = |random: &mut Random, chance: f64| {
            if random.unit() < chance { 40.0 + 60.0 * random.unit() } else { 0.0 }
        };
        let mut announced = [0.0; POPS];
        for prefix in 0..PREFIXES {
            let at = world.resolver_places[prefix / 8];
            world.places.push(at);
            if prefix % 4 == 0 {
                announced = core::array::from_fn(|_| 4.0 * random.normal() + detour(random, 0.2));
            }
            let access = 5.0 + 20.0 * random.unit();
            let start = world.base.len();
            for (pop, offset) in world.pop_places.clone().into_iter().zip(announced) {
                let km = kilometres(at, pop);
                let own = 2.0 * random.normal() + detour(random, 0.04);
                world.distance_km.push(km);
                world.base.push(access + km / 100.0 * 1.3 + offset + own);
                world.drift.push(8.0 * (random.unit() - 0.5));
            }
            // Routing knows little of latency: three times in four the best, else one of the next two.
            let mut order: Vec<usize> = (0..POPS).collect();
            order.sort_by(|a, b| world.base[start + a].total_cmp(&world.base[start + b]));
            if random.unit() > 0.75 {
                order.swap(0, 1 + random.below(2));
            }
            world.routes.push(order);
            world.demand.push(random.lognormal(1.0, 0.8));
            world.beacons.push(if random.unit() < 0.4 { 1.0 } else { 10.0 });
            world.public.push(0.6 * random.unit());
        }
        let total: f64 = world.demand.iter().sum();
        world.capacity = (0..POPS).map(|_| 0.5 + random.unit()).collect();
        let factor = total * 1.9 / world.capacity.iter().sum::<f64>();
        world.capacity.iter_mut().for_each(|capacity| *capacity *= factor);
        world.congestion = (0..40)
            .map(|_| {
                let start = random.below(BINS);
                let end = start + 2 + random.below(8);
                (random.below(PREFIXES * POPS), start, end, 20.0 + 60.0 * random.unit())
            })
            .collect();
        let start = 15 + random.below(15);
        world.outage = (random.below(POPS), start, start + 2 + random.below(4));
        world
    }

    pub(crate) fn is_up(&self, pop: usize, bin: usize) -> bool {
        pop != self.outage.0 || !(self.outage.1..=self.outage.2).contains(&bin)
    }

    /// The true median in milliseconds between a prefix and a PoP.
    pub(crate) fn truth(&self, cell: usize, bin: usize) -> f64 {
        let here = |(at, first, last, _): &&(usize, usize, usize, f64)| {
            *at == cell && (*first..=*last).contains(&bin)
        };
        let extra: f64 = self.congestion.iter().filter(here).map(|congestion| congestion.3).sum();
        let shift = self.drift[cell] * bin as f64 / BINS as f64;
        (self.base[cell] + shift + extra).max(self.distance_km[cell] / 100.0 + 1.0)
    }

    /// The demand of a part: it follows the sun.
    pub(crate) fn demand(&self, part: usize, bin: usize) -> f64 {
        let prefix = part % PREFIXES;
        let phase = bin as f64 / BINS as f64 + self.places[prefix].0;
        let now = self.demand[prefix] * (0.75 + 0.45 * (core::f64::consts::TAU * phase).sin());
        now * if part < PREFIXES { 1.0 - HIDDEN } else { HIDDEN }
    }

    /// Who asks for the hidden clients of a prefix: resolver and share.
    pub(crate) fn resolvers(&self, prefix: usize) -> [(usize, f64); 2] {
        [(prefix / 8, 1.0 - self.public[prefix]), (NETWORKS, self.public[prefix])]
    }

    /// The join of the beacons.
    pub(crate) fn joins(&self, bin: usize) -> Vec<Join> {
        let of = |prefix: usize| {
            let demand = self.demand(PREFIXES + prefix, bin);
            self.resolvers(prefix).map(|(resolver, share)| Join {
                resolver: resolver as u32,
                prefix: prefix as u32,
                weight: demand * share,
            })
        };
        (0..PREFIXES).flat_map(of).collect()
    }

    /// The best map there is, by the truth and under capacity: one place for each prefix and for each resolver. And its
    /// milliseconds.
    pub(crate) fn best(&self, bin: usize) -> (Placing, f64) {
        let mut latency: Vec<f32> =
            (0..PREFIXES * POPS).map(|cell| self.truth(cell, bin) as f32).collect();
        let clusters = Clusters::of(&mut self.joins(bin), &latency, POPS);
        latency.extend(&clusters.latency);
        let mut demand: Vec<f64> = (0..PREFIXES).map(|prefix| self.demand(prefix, bin)).collect();
        demand.extend(clusters.clusters.iter().map(|cluster| cluster.weight));
        let capacity: Vec<f64> = (0..POPS)
            .map(|pop| if self.is_up(pop, bin) { self.capacity[pop] } else { 0.0 })
            .collect();
        let problem =
            Problem { demand: &demand, latency: &latency, capacity: &capacity, utilisation: 1.0 };
        let answer = assign(&problem, &Options { rounds: 60 }).unwrap();
        let pop = |row: usize| usize::from(answer.main_pop(row).unwrap());
        let mut resolvers = [0; RESOLVERS];
        for (row, cluster) in clusters.clusters.iter().enumerate() {
            resolvers[cluster.resolver as usize] = pop(PREFIXES + row);
        }
        let placing = Placing::by_resolver(self, (0..PREFIXES).map(pop).collect(), &resolvers);
        (placing, answer.cost / demand.iter().sum::<f64>())
    }
}

/// Where a policy sends clients.
#[derive(Clone)]
pub(crate) struct Placing {
    /// Those whose client subnet is seen, by prefix.
    pub(crate) seen: Vec<usize>,
    /// The others, by prefix: two PoPs, as [`World::resolvers`] has two resolvers.
    pub(crate) hidden: Vec<[usize; 2]>,
}

impl Placing {
    /// Told apart without a client subnet, as routing does.
    pub(crate) fn each(seen: &[usize]) -> Self {
        Self { seen: seen.to_vec(), hidden: seen.iter().map(|pop| [*pop; 2]).collect() }
    }

    /// One answer for all clients of a resolver.
    pub(crate) fn by_resolver(world: &World, seen: Vec<usize>, resolvers: &[usize]) -> Self {
        let of = |prefix| world.resolvers(prefix).map(|(resolver, _)| resolvers[resolver]);
        Self { seen, hidden: (0..PREFIXES).map(of).collect() }
    }

    /// Every flow of traffic in a bin: prefix, PoP, demand. Always in the same order.
    pub(crate) fn flows<'a>(
        &'a self,
        world: &'a World,
        bin: usize,
    ) -> impl Iterator<Item = (usize, usize, f64)> + 'a {
        (0..PREFIXES).flat_map(move |prefix| {
            let hidden = world.demand(PREFIXES + prefix, bin);
            let [(_, a), (_, b)] = world.resolvers(prefix);
            let [to_a, to_b] = self.hidden[prefix];
            [
                (prefix, self.seen[prefix], world.demand(prefix, bin)),
                (prefix, to_a, hidden * a),
                (prefix, to_b, hidden * b),
            ]
        })
    }
}
