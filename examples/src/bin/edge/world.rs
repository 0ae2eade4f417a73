//! A small made-up world with a known truth: cities, networks, PoPs, and the round-trip time between any
//! network and any PoP. The rest of `edge` sees of it only what a real service would: beacons.

use std::net::Ipv4Addr;

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt as _, SeedableRng as _};
use rand_distr::{Distribution as _, LogNormal};

/// The world that a seed makes.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) cities: Vec<City>,
    pub(crate) pops: Vec<Pop>,
    pub(crate) networks: Vec<Network>,
    /// Round-trip time in milliseconds without noise, `networks × pops`, row by row.
    truth: Vec<f64>,
}

#[derive(Debug)]
pub(crate) struct City {
    pub(crate) name: String,
    pub(crate) block: u8,
    at: Place,
    demand: f64,
}

#[derive(Debug)]
pub(crate) struct Pop {
    pub(crate) name: String,
    pub(crate) capacity: f64,
    at: Place,
}

/// A /24 of clients of one provider in one city.
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) prefix: Ipv4Addr,
    pub(crate) city: usize,
    /// Share of the demand, in the units of `Pop::capacity`.
    pub(crate) demand: f64,
    /// Whether its resolver sends EDNS Client Subnet. If not, all the name server sees is the resolver.
    pub(crate) sends_ecs: bool,
}

impl World {
    /// The world of `seed`: the same for the same seed on every machine.
    pub(crate) fn new(seed: u64) -> Self {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let cities: Vec<City> = rows(CITIES, |[name, latitude, longitude, demand, block]| City {
            name: name.into(),
            block: number(block),
            at: Place { latitude: number(latitude), longitude: number(longitude) },
            demand: number(demand),
        });
        let pops: Vec<Pop> = rows(POPS, |[name, _, latitude, longitude, capacity]| Pop {
            name: name.into(),
            capacity: number(capacity),
            at: Place { latitude: number(latitude), longitude: number(longitude) },
        });
        let (mut networks, mut truth) = (Vec::new(), Vec::new());
        for (index, city) in cities.iter().enumerate() {
            for provider in 0..PROVIDERS {
                let detours: Vec<f64> = pops.iter().map(|_| detour(&mut rng)).collect();
                for host in 0..NETWORKS_EACH {
                    networks.push(Network {
                        prefix: Ipv4Addr::new(100, city.block, provider * 16 + host, 0),
                        city: index,
                        demand: city.demand / f64::from(PROVIDERS * NETWORKS_EACH),
                        sends_ecs: provider == ECS_PROVIDER,
                    });
                    let access = 3.0 + 9.0 * rng.random::<f64>();
                    truth.extend(pops.iter().zip(&detours).map(|(pop, detour)| {
                        access + detour * city.at.kilometres(&pop.at) / KM_PER_MS_ROUND_TRIP
                    }));
                }
            }
        }
        Self { cities, pops, networks, truth }
    }

    /// The round-trip times from a network to each PoP, in milliseconds, without noise.
    pub(crate) fn truth_ms(&self, network: usize) -> &[f64] {
        let width = self.pops.len();
        &self.truth[network * width..][..width]
    }

    /// The round-trip time to the PoP that is truly best for a network, in milliseconds.
    pub(crate) fn best_ms(&self, network: usize) -> f64 {
        self.truth_ms(network).iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// The address that a network's questions come from. The whole of 127.0.0.0/8 is this machine, so
    /// that a resolver "in another network" can send real packets.
    pub(crate) fn resolver(&self, network: usize) -> Ipv4Addr {
        let network = &self.networks[network];
        if network.sends_ecs {
            PUBLIC_RESOLVER
        } else {
            Ipv4Addr::new(127, self.cities[network.city].block, 0, 53)
        }
    }

    /// The round-trip time between two PoPs in milliseconds, over a backbone with few detours.
    pub(crate) fn between_pops_ms(&self, a: usize, b: usize) -> f64 {
        1.2 * self.pops[a].at.kilometres(&self.pops[b].at) / KM_PER_MS_ROUND_TRIP
    }

    pub(crate) fn demand(&self) -> f64 {
        self.networks.iter().map(|network| network.demand).sum()
    }

    /// One beacon: the round-trip time in microseconds that a client of `network` measures to `pop`.
    pub(crate) fn beacon(&self, network: usize, pop: usize, rng: &mut Xoshiro256PlusPlus) -> u32 {
        // The median is the truth; queues and radio links only ever add, now and then a lot.
        let noise = LogNormal::new(0.0, 0.25).map_or(1.0, |spread| spread.sample(rng));
        let stall = if rng.random::<f64>() < 0.02 { 200.0 } else { 0.0 };
        ((self.truth_ms(network)[pop] * noise + stall) * 1000.0) as u32
    }
}

/// How much longer than the straight line the path of one provider to one PoP is.
fn detour(rng: &mut Xoshiro256PlusPlus) -> f64 {
    let ordinary = 1.25 + 0.5 * rng.random::<f64>();
    // Three pairs in ten have no good peering: packets go by way of another continent.
    if rng.random::<f64>() < 0.3 { ordinary * (2.0 + rng.random::<f64>()) } else { ordinary }
}

#[derive(Clone, Copy, Debug)]
struct Place {
    latitude: f64,
    longitude: f64,
}

impl Place {
    /// Along the great circle, by the haversine formula.
    fn kilometres(&self, other: &Self) -> f64 {
        let (a, b) = (self.latitude.to_radians(), other.latitude.to_radians());
        let east = (other.longitude - self.longitude).to_radians();
        let h = ((b - a) / 2.0).sin().powi(2) + a.cos() * b.cos() * (east / 2.0).sin().powi(2);
        2.0 * EARTH_RADIUS_KM * h.sqrt().asin()
    }
}

/// The rows of a table with `N` columns, comments left out.
fn rows<const N: usize, T>(table: &str, row: impl Fn([&str; N]) -> T) -> Vec<T> {
    table
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            row(cells.try_into().expect("the sample tables have whole rows"))
        })
        .collect()
}

fn number<T: std::str::FromStr>(cell: &str) -> T {
    cell.parse().ok().expect("the sample tables have numbers where numbers belong")
}

/// The resolver of everybody who uses one that sends EDNS Client Subnet.
pub(crate) const PUBLIC_RESOLVER: Ipv4Addr = Ipv4Addr::new(127, 200, 0, 53);

const CITIES: &str = include_str!("../../../site/cities.csv");
const POPS: &str = include_str!("../../../site/pops.csv");
const PROVIDERS: u8 = 2;
const ECS_PROVIDER: u8 = 1;
const NETWORKS_EACH: u8 = 4;
const EARTH_RADIUS_KM: f64 = 6371.0;
/// Light in fibre goes about 200 km in a millisecond, and a round trip is two ways.
const KM_PER_MS_ROUND_TRIP: f64 = 100.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_first_map_sends_everybody_to_the_nearest_pop() {
        let world = World::new(1);
        let map = include_str!("../../../site/geo.data");
        for city in &world.cities {
            let nearest = world
                .pops
                .iter()
                .min_by(|a, b| city.at.kilometres(&a.at).total_cmp(&city.at.kilometres(&b.at)))
                .unwrap();
            for line in [
                format!("%{},100.{}.0.0/16,ecs", nearest.name, city.block),
                format!("%{},2001:db8:{}::/48,ecs", nearest.name, city.block),
                format!("%{},127.{}.0.0/16,res", nearest.name, city.block),
            ] {
                assert!(map.lines().any(|have| have == line), "{}: {line}", city.name);
            }
        }
    }

    #[test]
    fn london_to_tokyo_is_9560_km() {
        let london = Place { latitude: 51.51, longitude: -0.13 };
        let tokyo = Place { latitude: 35.68, longitude: 139.69 };
        assert!((london.kilometres(&tokyo) - 9560.0).abs() < 20.0);
    }
}
