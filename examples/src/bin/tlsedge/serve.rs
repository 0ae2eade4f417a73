//! `tlsedge serve`: an edge of one origin, until told to stop.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use hyper::Uri;
use rustls::server::ProducesTickets;
use service::console::{complain, print_json, tell};
use service::ports;
use service::signals::{Request, Requests};
use tokio::net::TcpListener;

use crate::counters::Counters;
use crate::edge::{Edge, Limits};
use crate::forward::Forwarder;
use crate::identity;
use crate::origin::Origin;
use crate::tickets::Tickets;

/// What `serve` is told.
#[derive(Debug, Args)]
#[command(
    after_help = "SIGHUP reads the seeds of the tickets again; SIGINT or SIGTERM lets what runs finish, and ends.\nRequests arrive with Via and Forwarded; what clients claim in Forwarded or X-Forwarded-* is dropped.\nThere is no early data (RFC 8446 §8: it can be replayed).\n\nExample:\n  echo \"{\\\"Old\\\":[],\\\"Current\\\":[\\\"$(openssl rand -hex 32)\\\"],\\\"New\\\":[]}\" > seeds.json\n  tlsedge serve --listen 127.0.0.1:8443 --origin https://origin.example --cert chain.pem --key key.pem --tickets seeds.json\n  curl --http2 --cacert chain.pem https://localhost:8443/"
)]
pub(crate) struct Arguments {
    /// Where to listen. Clients beyond this machine reach another address than 127.0.0.1.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8443", value_parser = ports::address)]
    listen: SocketAddr,
    /// Where requests go.
    #[arg(long, value_name = "https://HOST:PORT")]
    origin: Uri,
    /// Who vouches for the origin, in PEM; without it the authorities of the web do.
    #[arg(long, value_name = "FILE")]
    origin_ca: Option<PathBuf>,
    /// The certificate chain, in PEM.
    #[arg(long, value_name = "FILE")]
    cert: PathBuf,
    /// Its private key, in PEM.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The seeds of session tickets, {"Old":[],"Current":["SEED"],"New":[]}, the same on all edges of a fleet;
    /// without it tickets are good here only.
    #[arg(long, value_name = "FILE")]
    tickets: Option<PathBuf>,
    /// Connections at a time.
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    connections: u32,
    /// How long a handshake may take, and the head of a request.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..))]
    head_timeout: u16,
    /// How long the origin may take to begin its response.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..))]
    origin_timeout: u16,
    /// How long a connection may be silent.
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u16).range(1..))]
    idle_timeout: u16,
    /// How long what runs may take to finish at the end.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..))]
    drain: u16,
    /// What was done is the last line; print it as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    let requests = Requests::listen()?;
    let (chain, key) = identity::read(&arguments.cert, &arguments.key)?;
    let shared = arguments.tickets.as_deref().map(Tickets::from_file).transpose()?;
    let tickets: Arc<dyn ProducesTickets> = match &shared {
        Some(shared) => Arc::clone(shared) as _,
        None => rustls::crypto::ring::Ticketer::new().map_err(|error| error.to_string())?,
    };
    let tls = identity::server(chain, key, tickets).map_err(|error| {
        format!(
            "cannot use {} with {}: {error}\n  hint: the key must be that of the first certificate",
            arguments.cert.display(),
            arguments.key.display()
        )
    })?;
    let roots = identity::roots(arguments.origin_ca.as_deref())?;
    let to_origin = identity::client(roots).map_err(|error| error.to_string())?;
    let counters = Arc::new(Counters::default());
    let origin = Arc::new(Origin::new(&arguments.origin, to_origin, Arc::clone(&counters))?);
    let listener = ports::tcp(arguments.listen)?;
    let address = listener.local_addr().unwrap_or(arguments.listen);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start the workers: {error}"))?;

    let edge = runtime.block_on(async {
        // A connection is open before the first client comes. If it cannot be, the keeper will say why.
        let _ = origin.warm().await;
        let listener = listener
            .set_nonblocking(true)
            .and_then(|()| TcpListener::from_std(listener))
            .map_err(|error| format!("cannot listen on {address}: {error}"))?;
        let forwarder = Forwarder {
            origin: Arc::clone(&origin),
            counters: Arc::clone(&counters),
            patience: seconds(arguments.origin_timeout),
            silence: seconds(arguments.idle_timeout),
        };
        Ok::<_, String>(Edge::start(listener, tls, forwarder, arguments.limits()))
    })?;
    tell(format!("tlsedge: https on {address}, for {}; Ctrl-C stops", arguments.origin));
    runtime.spawn(origin.keep_warm());
    requests.each(|request| {
        if request == Request::Reload {
            reload(arguments, shared.as_deref());
        }
    });
    let finished = runtime.block_on(edge.drain());
    if arguments.json {
        print_json(&counters.report(), false)?;
    } else {
        tell(format!("tlsedge: {}", counters.report()));
    }
    if finished {
        Ok(())
    } else {
        Err(format!("some requests did not finish in {} s", arguments.drain))
    }
}

impl Arguments {
    fn limits(&self) -> Limits {
        Limits {
            connections: usize::try_from(self.connections).unwrap_or(usize::MAX),
            handshake: seconds(self.head_timeout),
            head: seconds(self.head_timeout),
            silence: seconds(self.idle_timeout),
            drain: seconds(self.drain),
        }
    }
}

fn reload(arguments: &Arguments, shared: Option<&Tickets>) {
    let (Some(file), Some(shared)) = (&arguments.tickets, shared) else {
        return tell("tlsedge: nothing to reload without --tickets");
    };
    match shared.reload(file) {
        Ok(count) => tell(format!("tlsedge: tickets open with {count} keys now")),
        Err(message) => {
            complain(message);
            tell("tlsedge: the keys of the tickets stay as they were");
        }
    }
}

fn seconds(count: u16) -> Duration {
    Duration::from_secs(count.into())
}
