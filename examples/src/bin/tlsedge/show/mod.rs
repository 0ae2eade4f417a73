//! `tlsedge show`: the whole on loopback, over links of given round trips, measured beside the model.

mod client;
mod link;
mod report;
mod world;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use rum_stats::tls::Handshake;
use rustls::SupportedProtocolVersion;
use rustls::version::{TLS12, TLS13};
use service::console::{Align, Console, print_json};
use tokio::task::JoinSet;
use tokio::time::sleep;

use client::{Client, Taken};
use report::{Cold, Report, Row, Waits, ms};
use world::{Paths, World};

/// What `show` is told.
#[derive(Debug, Args)]
#[command(
    after_help = "Origin, links, edge and client run in this process. A link is a relay on loopback that holds octets for half a round trip each way. Since the kernel opens connections on loopback at once, it holds the first octets of each for one round trip more: what the handshake of TCP would have cost. Loss, bandwidth and congestion windows are not modelled.\n\nExample:\n  tlsedge show --client-to-edge 10 --edge-to-origin 80 --direct 95"
)]
pub(crate) struct Arguments {
    /// Round trip between client and edge.
    #[arg(long, value_name = "MS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=2000))]
    client_to_edge: u32,
    /// Round trip between edge and origin.
    #[arg(long, value_name = "MS", default_value_t = 120, value_parser = clap::value_parser!(u32).range(1..=2000))]
    edge_to_origin: u32,
    /// Round trip between client and origin.
    #[arg(long, value_name = "MS", default_value_t = 150, value_parser = clap::value_parser!(u32).range(1..=2000))]
    direct: u32,
    /// New connections of each kind, of which the medians are shown.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=50))]
    requests: u8,
    /// Print the facts as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    let console = Console::new(arguments.json);
    console.title(
        "underhood: what a TLS edge saves, measured on loopback over links of given round trips",
    );
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start the workers: {error}"))?;
    let report = runtime.block_on(measure(arguments, &console))?;
    // Idle connections are nothing to wait for.
    runtime.shutdown_background();
    if arguments.json {
        return print_json(&report, true);
    }
    print(&console, &report);
    Ok(())
}

async fn measure(arguments: &Arguments, console: &Console) -> Result<Report, String> {
    let round_trip = |ms: u32| Duration::from_millis(ms.into());
    let paths = Paths {
        to_edge: round_trip(arguments.client_to_edge),
        to_origin: round_trip(arguments.edge_to_origin),
        direct: round_trip(arguments.direct),
    };
    let each = usize::from(arguments.requests);
    let bar = console.progress(5 * u64::from(arguments.requests), "clients");
    let world = Arc::new(World::start(paths, each).await?);
    let mut running = JoinSet::new();
    let mut turn = 0;
    for round in 0..each {
        let visits = [
            (Kind::Direct12, &TLS12, world.direct),
            (Kind::Edge12, &TLS12, world.edge),
            (Kind::Direct13, &TLS13, world.direct),
            (Kind::Edge13, &TLS13, world.edge),
            (Kind::Cold, &TLS13, world.cold[round]),
        ];
        for (kind, version, at) in visits {
            let (world, wait) = (Arc::clone(&world), APART * turn);
            turn += 1;
            running.spawn(async move {
                sleep(wait).await;
                (kind, visit(&world, version, at).await)
            });
        }
    }
    // By kind, first connections and second ones.
    let mut seen: [[Vec<Taken>; 2]; 5] = Default::default();
    while let Some(done) = running.join_next().await {
        let (kind, taken) = done.map_err(|error| error.to_string())?;
        let [first, second] = taken.map_err(|error| format!("a client failed: {error}"))?;
        seen[kind as usize][0].push(first);
        seen[kind as usize][1].push(second);
        bar.inc(1);
    }
    bar.finish_and_clear();
    let [direct12, edge12, direct13, edge13, cold] = seen;
    let rows = [
        ("TLS 1.2, full", Handshake::Tls12, &direct12[0], &edge12[0]),
        ("TLS 1.2, resumed", Handshake::Tls12Resumed, &direct12[1], &edge12[1]),
        ("TLS 1.3, full", Handshake::Tls13, &direct13[0], &edge13[0]),
        ("TLS 1.3, resumed", Handshake::Tls13, &direct13[1], &edge13[1]),
    ]
    .map(|(name, handshake, direct, edge)| Row::new(name, handshake, paths, direct, edge));
    Ok(Report {
        client_to_edge_ms: ms(paths.to_edge),
        edge_to_origin_ms: ms(paths.to_origin),
        direct_ms: ms(paths.direct),
        connections_each: each,
        rows: rows.into(),
        cold: Cold::new(paths, &cold[0]),
    })
}

/// A new client's first connection, and its second, which takes up the first's session.
async fn visit(
    world: &World,
    version: &'static SupportedProtocolVersion,
    at: SocketAddr,
) -> io::Result<[Taken; 2]> {
    let client =
        Client::new(version, &world.roots, world.name.clone()).map_err(io::Error::other)?;
    let (first, second) = (client.ask(at).await?, client.ask(at).await?);
    if first.resumed || !second.resumed {
        return Err(io::Error::other("the second connection did not take up the first's session"));
    }
    Ok([first, second])
}

#[derive(Clone, Copy)]
enum Kind {
    Direct12,
    Edge12,
    Direct13,
    Edge13,
    Cold,
}

fn print(console: &Console, report: &Report) {
    console.say(format!(
        "client to edge {:.0} ms, edge to origin {:.0} ms, client to origin {:.0} ms; medians of {} new connections each, in ms",
        report.client_to_edge_ms, report.edge_to_origin_ms, report.direct_ms, report.connections_each
    ));
    let figure = |ms: f64| format!("{ms:.1}");
    let whole = |ms: f64| format!("{ms:.0}");
    let both = |waits: Waits| format!("{:.0}, {:.0}", waits.set_up_ms, waits.first_byte_ms);
    console.table(
        &[
            ("handshake", Align::Left),
            ("direct: set-up", Align::Right),
            ("first byte", Align::Right),
            ("by the PoP: set-up", Align::Right),
            ("first byte", Align::Right),
            ("saved", Align::Right),
            ("model: direct", Align::Right),
            ("by the PoP", Align::Right),
            ("saved", Align::Right),
        ],
        report.rows.iter().map(|row| {
            vec![
                row.handshake.to_owned(),
                figure(row.direct.set_up_ms),
                figure(row.direct.first_byte_ms),
                figure(row.edge.set_up_ms),
                figure(row.edge.first_byte_ms),
                figure(row.saved_ms),
                both(row.model_direct),
                both(row.model_edge),
                whole(row.model_saved_ms),
            ]
        }),
    );
    let Some(full) = report.rows.get(2) else { return };
    console.verdict(
        full.saved_ms > 0.0,
        format!(
            "TLS 1.3: the edge saves {:.1} ms until the first byte, {:.0} by the model",
            full.saved_ms, full.model_saved_ms
        ),
    );
    console.say(format!(
        "by an edge whose connection to the origin is not open yet the first byte takes {:.1} ms, {:.0} by the model",
        report.cold.edge.first_byte_ms, report.cold.model_edge.first_byte_ms
    ));
    console.aside("a link holds octets for half a round trip each way, and the first of a connection for one more: TCP's");
    console.aside("handshake, which loopback does not wait for. No loss, no limit of bandwidth; the origin answers at once");
}

/// Between the starts of two clients, so that their handshakes do not wait for each other's.
const APART: Duration = Duration::from_millis(8);
