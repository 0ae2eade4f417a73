//! `authd`: an authoritative DNS server that answers from an image file.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Parser;
use service::console::{end, tell};
use service::dns_server::DnsServer;
use service::ports;
use service::signals::{Request, Requests};
use service::upkeep::Upkeep;
use zone_store::Policy;

/// Serve an image over DNS, UDP and TCP. SIGHUP maps the file anew and swaps it in; a file that is refused
/// leaves the old image in service. Deltas that follow the image are shown within milliseconds, and made one
/// image with it while that goes on.
#[derive(Debug, Parser)]
#[command(
    name = "authd",
    version,
    after_help = "Example:\n  zonec build -o site.img example.zone\n  authd --image site.img --listen 127.0.0.1:5300\n  dig @127.0.0.1 -p 5300 www.example"
)]
struct Arguments {
    /// The image, made by `zonec build`. It is mapped: put another in its place by renaming that into it, as `zonec`
    /// does, and never write over it.
    #[arg(long, value_name = "IMAGE")]
    image: PathBuf,
    /// A folder of deltas, made by `zonec diff`, named `*.delta`: those that follow the image, or one another, are
    /// shown from the start and after SIGHUP. One that cannot be read is told and left out, and so are two that lead
    /// on from the same image. One that was taken is not taken again before it was gone from the folder at a reload.
    #[arg(long, value_name = "FOLDER")]
    deltas: Option<PathBuf>,
    /// Where to listen.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:5300", value_parser = ports::address)]
    listen: SocketAddr,
    /// Worker threads for UDP.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: u16,
    /// How many addresses of a weighted set go into one answer.
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..))]
    max_weighted: u8,
}

fn main() -> ExitCode {
    end(run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let requests = Requests::listen()?;
    let upkeep = Upkeep::open("authd", arguments.image.clone(), arguments.deltas.clone())?;
    let sockets = ports::pair(arguments.listen)?;
    let address = sockets.udp.local_addr().unwrap_or(arguments.listen);
    let policy = Policy { max_weighted: arguments.max_weighted, ..Policy::default() };
    let server = Arc::new(DnsServer::new(Arc::clone(upkeep.published()), policy));
    let stop = Arc::new(AtomicBool::new(false));
    let workers = server
        .start(sockets, usize::from(arguments.threads), &stop)
        .map_err(|error| format!("cannot start the workers: {error}"))?;
    tell(format!(
        "authd: DNS on {address} (UDP and TCP), image {}; SIGHUP reloads, Ctrl-C stops",
        upkeep.name()
    ));
    requests.each(|request| match request {
        Request::Reload => upkeep.reload(),
        Request::Stop => stop.store(true, Ordering::Relaxed),
    });
    for worker in workers {
        let _ = worker.join();
    }
    let (answered, dropped) = server.counts();
    tell(format!("authd: queries answered: {answered}, packets dropped: {dropped}"));
    Ok(())
}
