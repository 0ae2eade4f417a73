//! Asks for every network of the world over real sockets: who is sent where, and what that means for them.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use dns_wire::edns::ClientSubnet;
use dns_wire::{Message, RType, Rcode};
use rum_stats::metrics::{Weighted, share_within, weighted_mean, weighted_quantile};
use service::dns_client::{DnsClient, Question};

use crate::facts::{Load, Outcome};
use crate::site::{Site, located_name};
use crate::world::World;

/// Where the answers sent each network.
#[derive(Debug)]
pub(crate) struct Census {
    /// Share of a network's answers that named a PoP, `networks × pops`, row by row.
    shares: Vec<f64>,
    pops: usize,
    pub(crate) queries: u64,
    pub(crate) failed: u64,
}

impl Census {
    /// Asks [`DRAWS`] times for each network, the answers being drawn by weight.
    pub(crate) fn take(world: &World, site: &Site, server: SocketAddr) -> Result<Self, String> {
        let mut askers = Askers::new(server);
        let pops = world.pops.len();
        let mut census =
            Self { shares: vec![0.0; world.networks.len() * pops], pops, queries: 0, failed: 0 };
        for network in 0..world.networks.len() {
            for _ in 0..DRAWS {
                census.queries += 1;
                match askers.ask(world, site, network)? {
                    Some(pop) => census.shares[network * pops + pop] += 1.0 / f64::from(DRAWS),
                    None => census.failed += 1,
                }
            }
        }
        Ok(census)
    }

    /// The share of a network's answers that named each PoP.
    pub(crate) fn row(&self, network: usize) -> &[f64] {
        &self.shares[network * self.pops..][..self.pops]
    }

    /// The PoP that a network is mostly sent to.
    pub(crate) fn main_pop(&self, network: usize) -> usize {
        let row = self.row(network);
        (0..self.pops).max_by(|a, b| row[*a].total_cmp(&row[*b])).unwrap_or(0)
    }

    /// What the answers mean for the population, by the world's truth.
    pub(crate) fn outcome(&self, world: &World) -> Outcome {
        let mut seen = Vec::new();
        let mut lost = Vec::new();
        let mut loads = vec![0.0; self.pops];
        for (index, network) in world.networks.iter().enumerate() {
            let best = world.best_ms(index);
            for (pop, share) in
                self.row(index).iter().enumerate().filter(|(_, share)| **share > 0.0)
            {
                let (ms, weight) = (world.truth_ms(index)[pop], network.demand * share);
                seen.push(Weighted { value: ms, weight });
                lost.push(Weighted { value: ms - best, weight });
                loads[pop] += weight;
            }
        }
        let total = world.demand();
        let load = |(pop, load): (&crate::world::Pop, f64)| Load {
            pop: pop.name.clone(),
            share: load / total,
            utilisation: load / pop.capacity,
        };
        Outcome {
            queries: self.queries,
            failed: self.failed,
            p50_ms: weighted_quantile(&mut seen, 0.5).unwrap_or(0.0),
            p90_ms: weighted_quantile(&mut seen, 0.9).unwrap_or(0.0),
            mean_ms: weighted_mean(&seen).unwrap_or(0.0),
            within_10_ms: share_within(&lost, 10.0).unwrap_or(0.0),
            load: world.pops.iter().zip(loads).map(load).collect(),
        }
    }
}

/// A socket for each address that questions come from.
#[derive(Debug)]
pub(crate) struct Askers {
    server: SocketAddr,
    clients: BTreeMap<Ipv4Addr, DnsClient>,
}

impl Askers {
    pub(crate) fn new(server: SocketAddr) -> Self {
        Self { server, clients: BTreeMap::new() }
    }

    /// The PoP that a network is sent to, `None` when the answer named none: a failure.
    pub(crate) fn ask(
        &mut self,
        world: &World,
        site: &Site,
        network: usize,
    ) -> Result<Option<usize>, String> {
        let source = world.resolver(network);
        if !self.clients.contains_key(&source) {
            let client = DnsClient::new(source.into(), self.server)
                .map_err(|error| format!("cannot ask from {source}: {error}"))?;
            self.clients.insert(source, client);
        }
        let Some(client) = self.clients.get_mut(&source) else {
            return Ok(None);
        };
        // A lost or late reply is what the census counts, not the end of it.
        let Ok(reply) = client.ask(&question(world, network)) else {
            return Ok(None);
        };
        Ok(address(reply).and_then(|address| site.pop_of(world, address)))
    }
}

/// What the resolver of a network asks.
pub(crate) fn question(world: &World, network: usize) -> Question {
    let question = Question::new(located_name(), RType::A);
    let network = &world.networks[network];
    match ClientSubnet::new(network.prefix.into(), 24, 0) {
        Some(subnet) if network.sends_ecs => question.for_client(subnet),
        _ => question,
    }
}

/// The first address of a reply that is an answer.
pub(crate) fn address(reply: &[u8]) -> Option<IpAddr> {
    let message = Message::parse(reply).ok()?;
    if message.rcode(message.edns().ok()?.as_ref()) != Rcode::NOERROR {
        return None;
    }
    let record = message.answers().filter_map(Result::ok).find(|r| r.rtype == RType::A)?;
    <[u8; 4]>::try_from(record.rdata.octets()).ok().map(IpAddr::from)
}

/// Questions for each network.
const DRAWS: u32 = 16;
