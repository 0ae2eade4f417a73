//! `authd`: an authoritative DNS server that answers from an image file.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Parser;
use service::console::{complain, end, tell};
use service::dns_server::DnsServer;
use service::ports;
use service::published::{Edition, Published};
use service::signals::{Request, Requests};
use zone_store::Policy;

/// Serve an image over DNS, UDP and TCP. SIGHUP maps the file anew and swaps it in; a file that is refused
/// leaves the old image in service.
#[derive(Debug, Parser)]
#[command(
    name = "authd",
    version,
    after_help = "Example:\n  zonec build -o site.img example.zone\n  authd --image site.img --listen 127.0.0.1:5300\n  dig @127.0.0.1 -p 5300 www.example"
)]
struct Arguments {
    /// The image, made by `zonec build`.
    #[arg(long, value_name = "IMAGE")]
    image: PathBuf,
    /// Where to listen.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:5300")]
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
    let published = Arc::new(Published::new(Edition::open(&arguments.image)?));
    let sockets = ports::pair(arguments.listen)?;
    let address = sockets.udp.local_addr().unwrap_or(arguments.listen);
    let policy = Policy { max_weighted: arguments.max_weighted, ..Policy::default() };
    let server = Arc::new(DnsServer::new(Arc::clone(&published), policy));
    let stop = Arc::new(AtomicBool::new(false));
    let workers = server
        .start(sockets, usize::from(arguments.threads), &stop)
        .map_err(|error| format!("cannot start the workers: {error}"))?;
    tell(format!(
        "authd: DNS on {address} (UDP and TCP), image {}; SIGHUP reloads, Ctrl-C stops",
        name(&published)
    ));
    requests.each(|request| match request {
        Request::Reload => match Edition::open(&arguments.image) {
            Ok(edition) => {
                published.replace(edition);
                tell(format!("authd: reloaded, image {}", name(&published)));
            }
            Err(message) => {
                tell(format!("authd: not reloaded, image {} stays in service", name(&published)));
                complain(message);
            }
        },
        Request::Stop => stop.store(true, Ordering::Relaxed),
    });
    for worker in workers {
        let _ = worker.join();
    }
    let (answered, dropped) = server.counts();
    tell(format!("authd: queries answered: {answered}, packets dropped: {dropped}"));
    Ok(())
}

/// An image by the first digits of its digest.
fn name(published: &Published) -> String {
    let digest = format!("{:032x}", published.current().image.digest());
    digest[..12].to_owned()
}
