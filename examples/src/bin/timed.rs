//! `timed`: a stateless NTP server that passes this machine's clock on, with Network Time Security if wanted.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Parser;
use service::console::{end, tell};
use service::ntp_server::{LOCAL_STRATUM, NtpServer};
use service::nts::{CookieKeys, KeyEstablishment};
use service::ports;
use service::signals::{Request, Requests};

/// Serve this machine's clock over NTP (RFC 5905, versions 1 to 4).
#[derive(Debug, Parser)]
#[command(
    name = "timed",
    version,
    after_help = "Example:\n  timed --listen 127.0.0.1:1123\n  chronyd -Q -x 'server 127.0.0.1 port 1123 iburst maxsamples 1'\n  timed --nts 127.0.0.1:4460 --certificate chain.pem --key key.pem\n  asktime --nts 127.0.0.1 --trust chain.pem"
)]
struct Arguments {
    /// Where to listen.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:1123", value_parser = ports::address)]
    listen: SocketAddr,
    /// The stratum to claim. Below 10 you vouch for the clock.
    #[arg(long, value_name = "1..15", default_value_t = LOCAL_STRATUM, value_parser = clap::value_parser!(u8).range(1..=15))]
    stratum: u8,
    /// Worker threads.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: u16,
    /// Also authenticate (NTS, RFC 8915): where to listen for key establishment. 4460 is its port.
    #[arg(long, value_name = "ADDRESS:PORT", requires_all = ["certificate", "key"], value_parser = ports::address)]
    nts: Option<SocketAddr>,
    /// The certificate chain for NTS, in PEM.
    #[arg(long, value_name = "FILE", requires = "nts")]
    certificate: Option<PathBuf>,
    /// Its private key, in PEM.
    #[arg(long, value_name = "FILE", requires = "nts")]
    key: Option<PathBuf>,
}

fn main() -> ExitCode {
    end(run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let requests = Requests::listen()?;
    let socket = ports::udp(arguments.listen)?;
    let stop = Arc::new(AtomicBool::new(false));
    let address = socket.local_addr().unwrap_or(arguments.listen);
    let server = NtpServer::new(arguments.stratum);
    let no_workers = |error| format!("cannot start the workers: {error}");
    let (server, mut workers, established) =
        match (arguments.nts, &arguments.certificate, &arguments.key) {
            (Some(listen), Some(certificate), Some(key)) => {
                let cookies = Arc::new(CookieKeys::new());
                let ours =
                    KeyEstablishment::new(certificate, key, Arc::clone(&cookies), address.port())?;
                let listener = ports::tcp(listen)?;
                let at = listener.local_addr().unwrap_or(listen);
                let workers = ours.start(listener, &stop).map_err(no_workers)?;
                (server.with_nts(cookies), workers, Some(at))
            }
            _ => (server, Vec::new(), None),
        };
    let server = Arc::new(server);
    let threads = usize::from(arguments.threads);
    workers.extend(server.start(&socket, threads, &stop).map_err(no_workers)?);
    tell(format!("timed: NTP on {address} (UDP), stratum {}; Ctrl-C stops", arguments.stratum));
    if let Some(at) = established {
        tell(format!("timed: NTS key establishment on {at} (TCP)"));
    }
    requests.each(|request| match request {
        Request::Reload => tell("timed: nothing to reload, the clock is read for each reply"),
        Request::Stop => stop.store(true, Ordering::Relaxed),
    });
    for worker in workers {
        let _ = worker.join();
    }
    let (answered, ignored) = server.counts();
    tell(format!("timed: requests answered: {answered}, packets ignored: {ignored}"));
    Ok(())
}
