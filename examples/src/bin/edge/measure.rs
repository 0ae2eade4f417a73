//! Part 4: beacons, sketches, and the map that they make.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr};
use std::thread;
use std::time::Instant;

use indicatif::ProgressBar;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt as _, SeedableRng as _};
use rum_stats::assign::{self, Assignment, Problem};
use rum_stats::map::{self, Cell, ClientMap};
use rum_stats::{Micros, Prefix, Sketch};
use service::console::{Console, grouped};
use zone_store::source;
use zone_store::text::write::{MapEntry, Share, map_line, share_line};

use crate::facts;
use crate::site::{LOCATED_TTL, Site, located_name, milliseconds};
use crate::world::World;

/// What the name server can tell apart, and what was measured of it.
#[derive(Debug)]
pub(crate) struct Measured {
    /// The client networks whose resolver sends EDNS Client Subnet, and the resolvers of the others.
    pub(crate) prefixes: Vec<Prefix>,
    /// Demand of each prefix.
    demand: Vec<f64>,
    /// Which prefix each network of the world is seen as.
    pub(crate) seen_as: Vec<usize>,
    capacity: Vec<f64>,
    /// Medians in milliseconds, `prefixes × PoPs`.
    pub(crate) latency: Vec<f32>,
}

impl Measured {
    /// Plays beacons of the population through sketches on two threads, and merges what they have.
    pub(crate) fn play(console: &Console, world: &World, seed: u64) -> (Self, facts::Beacons) {
        let started = Instant::now();
        let (prefixes, demand, seen_as) = units(world);
        let bar = console.progress(BEACONS, "beacons");
        let recorder = |half: u64| record(world, prefixes.len(), &seen_as, seed ^ half, &bar);
        let (mut sketches, others) = thread::scope(|scope| {
            let other = scope.spawn(|| recorder(1));
            (recorder(2), other.join().unwrap_or_default())
        });
        // The order of merging does not matter: that is what lets any number of collectors work apart.
        for (sketch, other) in sketches.iter_mut().zip(&others) {
            sketch.merge(other);
        }
        bar.finish_and_clear();
        let pops = world.pops.len();
        let cells = sketches.iter().enumerate().map(|(cell, sketch)| Cell {
            prefix: prefixes[cell / pops],
            pop: u16::try_from(cell % pops).unwrap_or(u16::MAX),
            sketch,
        });
        let latency = map::latency_matrix(&prefixes, pops, cells, MIN_SAMPLES);
        let facts = facts::Beacons {
            samples: sketches.iter().map(Sketch::count).sum(),
            cells: sketches.len() as u64,
            ms: milliseconds(started),
        };
        console.say(format!(
            "{} beacons recorded on two threads into {} sketches of {} B, and merged, in {:.0} ms",
            grouped(facts.samples),
            grouped(facts.cells),
            grouped(size_of::<Sketch>() as u64),
            facts.ms
        ));
        let capacity = world.pops.iter().map(|pop| pop.capacity).collect();
        (Self { prefixes, demand, seen_as, capacity, latency }, facts)
    }

    /// The problem that the assignment solves.
    pub(crate) fn problem(&self) -> Problem<'_> {
        Problem {
            demand: &self.demand,
            latency: &self.latency,
            capacity: &self.capacity,
            utilisation: UTILISATION,
        }
    }
}

/// Builds the map under capacity and its data lines.
pub(crate) fn build_map(
    console: &Console,
    world: &World,
    site: &Site,
    measured: &Measured,
) -> Result<(Assignment, String, facts::Map), String> {
    let started = Instant::now();
    let assignment = assign::assign(&measured.problem(), &assign::Options::default())
        .map_err(|error| format!("the measurements make no assignment: {error}"))?;
    let client_map = map::build(&measured.prefixes, &assignment);
    let lines = data_lines(world, site, &client_map)?;
    let demand = world.demand();
    let facts = facts::Map {
        entries: client_map.entries.len() as u64,
        split: assignment.split_count() as u64,
        mean_ms: assignment.cost / demand,
        bound_ms: assignment.bound / demand,
        build_ms: milliseconds(started),
    };
    console.say(format!(
        "a map of {} entries, {} of them split between PoPs by weight, in {:.1} ms",
        facts.entries, facts.split, facts.build_ms
    ));
    console.say(format!(
        "by the measurements its mean is {:.2} ms; with PoPs at most {:.0} % full none has less than {:.2}",
        facts.mean_ms,
        UTILISATION * 100.0,
        facts.bound_ms
    ));
    Ok((assignment, lines, facts))
}

/// The name of a location: a PoP's own, or `s` and a number for one that is shared.
pub(crate) fn location_name(world: &World, location: u32) -> String {
    let pops = world.pops.len();
    match world.pops.get(location as usize) {
        Some(pop) => pop.name.clone(),
        None => format!("s{:03}", location as usize - pops),
    }
}

/// The map as data lines: `%` for its entries, `+` for the addresses of its split locations.
fn data_lines(world: &World, site: &Site, map: &ClientMap) -> Result<String, String> {
    let mut text = String::from("# Made from beacons: who goes where.\n");
    for entry in &map.entries {
        let is_resolver = matches!(entry.prefix.address(), IpAddr::V4(v4) if v4.is_loopback());
        let prefix = source::Prefix::new(entry.prefix.address(), entry.prefix.len())
            .ok_or("a prefix of the map is none")?;
        let location = location_name(world, entry.location);
        let entry = MapEntry { prefix, location: location.as_bytes() };
        map_line(&mut text, if is_resolver { b"res" } else { b"ecs" }, entry);
    }
    let _ = writeln!(text, "# Locations that several PoPs share: their addresses, by weight.");
    let owner = located_name();
    let split = map.shares.iter().filter(|share| share.location as usize >= world.pops.len());
    for share in split {
        let location = location_name(world, share.location);
        let pop = &world.pops[share.pop as usize].name;
        for (address, weight) in scaled(site, pop, u32::from(share.weight)) {
            let share = Share { location: location.as_bytes(), address, weight };
            share_line(&mut text, owner.as_name(), LOCATED_TTL, share);
        }
    }
    Ok(text)
}

/// The addresses of a PoP with weights that add up to `weight` times a factor that all PoPs share, so that
/// a location divides its traffic between PoPs as told, and within a PoP as the site says.
fn scaled(site: &Site, pop: &str, weight: u32) -> Vec<(IpAddr, u32)> {
    let total = |all: &Vec<(IpAddr, u32)>| all.iter().map(|(_, weight)| weight).sum::<u32>().max(1);
    let common = site.addresses.values().map(total).fold(1, lowest_common_multiple);
    let Some(all) = site.addresses.get(pop) else {
        return Vec::new();
    };
    let factor = common / total(all);
    all.iter().map(|(address, own)| (*address, weight * own * factor)).collect()
}

fn lowest_common_multiple(a: u32, b: u32) -> u32 {
    let (mut x, mut y) = (a, b);
    while y > 0 {
        (x, y) = (y, x % y);
    }
    a / x * b
}

/// What the name server can tell apart: prefixes in rising order, their demand, and which one each network is.
fn units(world: &World) -> (Vec<Prefix>, Vec<f64>, Vec<usize>) {
    let seen = |network: usize| {
        let (address, len) = if world.networks[network].sends_ecs {
            (world.networks[network].prefix, 24)
        } else {
            let [_, block, ..] = world.resolver(network).octets();
            (Ipv4Addr::new(127, block, 0, 0), 16)
        };
        // Both lengths are within an IPv4 address.
        Prefix::new(address.into(), len).expect("a prefix of an IPv4 address")
    };
    let mut demand: BTreeMap<Prefix, f64> = BTreeMap::new();
    for (index, network) in world.networks.iter().enumerate() {
        *demand.entry(seen(index)).or_default() += network.demand;
    }
    let prefixes: Vec<Prefix> = demand.keys().copied().collect();
    let seen_as = (0..world.networks.len())
        .map(|network| prefixes.partition_point(|prefix| *prefix < seen(network)))
        .collect();
    (prefixes, demand.into_values().collect(), seen_as)
}

/// Half of the beacons, into sketches of one's own: `prefixes × PoPs`.
fn record(
    world: &World,
    prefixes: usize,
    seen_as: &[usize],
    seed: u64,
    bar: &ProgressBar,
) -> Vec<Sketch> {
    let pops = world.pops.len();
    let mut sketches = vec![Sketch::new(); prefixes * pops];
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    for beacon in 0..BEACONS / 2 {
        let network = rng.random_range(0..world.networks.len());
        let pop = rng.random_range(0..pops);
        let micros = world.beacon(network, pop, &mut rng);
        sketches[seen_as[network] * pops + pop].record(Micros(micros));
        if beacon % TICK == TICK - 1 {
            bar.inc(TICK);
        }
    }
    sketches
}

/// Beacons played.
const BEACONS: u64 = 1_000_000;
const TICK: u64 = 10_000;
/// A cell with fewer is taken as not measured.
const MIN_SAMPLES: u64 = 30;
/// How full a PoP may be planned.
const UTILISATION: f64 = 0.8;
