//! Part 6: a PoP goes out of service, at once and within capacity.

use std::net::SocketAddr;
use std::time::Instant;

use rum_stats::assign::Assignment;
use rum_stats::drain;
use service::console::{Align, Console};
use service::published::Published;
use zone_store::{Location, OverrideTable};

use crate::census::{Askers, Census};
use crate::facts::{Drain, Gain, Outcome};
use crate::measure::{Measured, location_name};
use crate::site::{Site, milliseconds};
use crate::world::World;

/// Drains `pop`, asks for everybody again, and says who took its traffic.
#[expect(clippy::too_many_arguments, reason = "the whole loop meets here")]
pub(crate) fn drain(
    console: &Console,
    world: &World,
    site: &Site,
    measured: &Measured,
    assignment: &Assignment,
    before: &Outcome,
    published: &Published,
    server: SocketAddr,
    pop: usize,
) -> Result<Drain, String> {
    let name = world.pops[pop].name.clone();
    let started = Instant::now();
    let table = overrides(world, measured, assignment, published, pop)?;
    published.set_overrides(table);
    // The first answer for a network that the PoP served.
    let mut askers = Askers::new(server);
    let witness = (0..world.networks.len())
        .find(|network| assignment.main_pop(measured.seen_as[*network]) == u16::try_from(pop).ok());
    if let Some(network) = witness {
        askers.ask(world, site, network)?;
    }
    let visible_ms = milliseconds(started);
    let census = Census::take(world, site, server)?;
    let outcome = census.outcome(world);
    let still_there =
        (0..world.networks.len()).filter(|network| census.row(*network)[pop] > 0.0).count() as u64;
    let drained = before.load[pop].share;
    let gains =
        before.load.iter().zip(&outcome.load).enumerate().filter(|(index, _)| *index != pop);
    let to: Vec<Gain> = gains
        .map(|(_, (old, new))| Gain {
            pop: old.pop.clone(),
            share: if drained > 0.0 { (new.share - old.share) / drained } else { 0.0 },
            utilisation_before: old.utilisation,
            utilisation_after: new.utilisation,
        })
        .collect();
    console.say(format!(
        "{name} served {:.1} % of the traffic; {visible_ms:.2} ms after the order the answers go elsewhere",
        drained * 100.0
    ));
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    console.table(
        &[
            ("PoP", Align::Left),
            (&format!("of {name}'s traffic"), Align::Right),
            ("was full to", Align::Right),
            ("is full to", Align::Right),
        ],
        to.iter().map(|gain| {
            vec![
                gain.pop.clone(),
                percent(gain.share.max(0.0)),
                percent(gain.utilisation_before),
                percent(gain.utilisation_after),
            ]
        }),
    );
    console.say(format!(
        "meanwhile the median is {:.1} ms and the 90th percentile {:.1} ms",
        outcome.p50_ms, outcome.p90_ms
    ));
    let fits = outcome.load.iter().all(|load| load.utilisation <= 1.0);
    console.verdict(
        still_there == 0 && outcome.failed == 0 && fits,
        format!(
            "{} queries: {still_there} networks still sent to {name}, {} failed, every PoP within its capacity: {}",
            outcome.queries,
            outcome.failed,
            if fits { "yes" } else { "no" }
        ),
    );
    Ok(Drain { pop: name, visible_ms, still_there, to, outcome })
}

/// Each location that uses the PoP, and where its clients go instead.
fn overrides(
    world: &World,
    measured: &Measured,
    assignment: &Assignment,
    published: &Published,
    pop: usize,
) -> Result<OverrideTable, String> {
    let column = u16::try_from(pop).unwrap_or(u16::MAX);
    let plan = drain::drain(&measured.problem(), assignment, column, &drain::Options::default())
        .ok_or("no other PoP is open")?;
    let edition = published.current();
    let number = |location: u32| -> Result<Location, String> {
        let name = location_name(world, location);
        edition
            .find_location(name.as_bytes())
            .ok_or_else(|| format!("the image has no location {name}"))
    };
    let mut table = OverrideTable::default();
    for shares in plan.shares.chunk_by(|a, b| a.location == b.location) {
        let to = shares
            .iter()
            .map(|share| Ok((number(share.pop)?, u32::from(share.weight))))
            .collect::<Result<Vec<_>, String>>()?;
        table.drain(number(shares[0].location)?, &to).map_err(|error| error.to_string())?;
    }
    Ok(table)
}
