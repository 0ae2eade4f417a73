//! Part 3: a few questions, aloud.

use std::net::{IpAddr, SocketAddr};

use dns_wire::Message;
use service::console::{Align, Console};
use service::dns_client::{DnsClient, ask_by_tcp};

use crate::census::{address, question};
use crate::facts::Question;
use crate::site::Site;
use crate::world::World;

/// Asks for one network of each of [`CITIES`], and says where it is sent.
pub(crate) fn ask(
    console: &Console,
    world: &World,
    site: &Site,
    server: SocketAddr,
) -> Result<Vec<Question>, String> {
    let mut asked = Vec::new();
    for (index, city) in CITIES.iter().enumerate() {
        // Every other one of a provider whose resolver tells the client's network.
        let wants_ecs = index % 2 == 0;
        let network = world.networks.iter().position(|network| {
            world.cities[network.city].name == *city && network.sends_ecs == wants_ecs
        });
        if let Some(network) = network {
            asked.push(one(world, site, server, network, index == CITIES.len() - 1)?);
        }
    }
    console.table(
        &[
            ("client in", Align::Left),
            ("question from", Align::Left),
            ("client subnet", Align::Left),
            ("over", Align::Left),
            ("answer", Align::Left),
            ("PoP", Align::Left),
            ("scope", Align::Right),
        ],
        asked.iter().map(|question| {
            vec![
                question.city.clone(),
                question.resolver.to_string(),
                question.client_subnet.clone().unwrap_or_else(|| "-".into()),
                if question.tcp { "TCP" } else { "UDP" }.into(),
                question.address.to_string(),
                question.pop.clone(),
                question.scope.map_or_else(|| "-".into(), |scope| format!("/{scope}")),
            ]
        }),
    );
    console.aside(
        "with a client subnet (RFC 7871) the client's own network decides, and the scope says for",
    );
    console.aside("whom else the answer holds; without one all that is known is the resolver");
    Ok(asked)
}

fn one(
    world: &World,
    site: &Site,
    server: SocketAddr,
    network: usize,
    tcp: bool,
) -> Result<Question, String> {
    let source = IpAddr::from(world.resolver(network));
    let asked = question(world, network);
    let failed = |error: std::io::Error| format!("no answer from {server}: {error}");
    let reply = if tcp {
        ask_by_tcp(source, server, &asked).map_err(failed)?
    } else {
        let mut client = DnsClient::new(source, server).map_err(failed)?;
        client.ask(&asked).map_err(failed)?.to_vec()
    };
    let address = address(&reply).ok_or("an answer without an address")?;
    let pop = site.pop_of(world, address).ok_or("an address that is no PoP's")?;
    let message = Message::parse(&reply).map_err(|error| error.to_string())?;
    let edns = message.edns().map_err(|error| error.to_string())?;
    let subnet = edns.and_then(|edns| edns.client_subnet().ok().flatten());
    Ok(Question {
        city: world.cities[world.networks[network].city].name.clone(),
        resolver: source,
        client_subnet: asked.client_subnet.map(|s| format!("{}/{}", s.address(), s.source())),
        tcp,
        address,
        pop: world.pops[pop].name.clone(),
        scope: subnet.map(|subnet| subnet.scope()),
    })
}

const CITIES: [&str; 8] =
    ["Paris", "Lagos", "New York", "Lima", "Mumbai", "Sydney", "Tokyo", "Sao Paulo"];
