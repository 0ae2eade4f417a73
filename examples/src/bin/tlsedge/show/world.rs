//! Origin, links and edges, all on loopback.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::Response;
use hyper::body::Bytes;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{RootCertStore, ServerConfig};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::link;
use crate::counters::Counters;
use crate::edge::{Edge, Limits};
use crate::forward::Forwarder;
use crate::identity;
use crate::origin::Origin;

/// The round trips of the three paths.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paths {
    pub(super) to_edge: Duration,
    pub(super) to_origin: Duration,
    pub(super) direct: Duration,
}

/// Where a client finds what.
pub(super) struct World {
    /// The origin, over the direct path.
    pub(super) direct: SocketAddr,
    /// The edge, with its connection to the origin open.
    pub(super) edge: SocketAddr,
    /// Edges that have none yet: each is good for one request.
    pub(super) cold: Vec<SocketAddr>,
    pub(super) roots: RootCertStore,
    pub(super) name: ServerName<'static>,
}

impl World {
    pub(super) async fn start(paths: Paths, cold: usize) -> Result<Self, String> {
        Self::try_start(paths, cold)
            .await
            .map_err(|error| format!("cannot set up the world on loopback: {error}"))
    }

    async fn try_start(paths: Paths, cold: usize) -> io::Result<Self> {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])
            .map_err(io::Error::other)?;
        let certificate = made.cert.der().clone();
        let key = made.signing_key.serialize_der();
        let tls = server(&certificate, &key)?;
        let mut roots = RootCertStore::empty();
        roots.add(certificate).map_err(io::Error::other)?;
        let name = ServerName::try_from("localhost").map_err(io::Error::other)?;

        let origin = origin(Arc::clone(&tls)).await?;
        let direct = link::open(origin, paths.direct).await?;
        let far = link::open(origin, paths.to_origin).await?;
        let edge = edge(far, &tls, &roots, true).await?;
        let mut colds = Vec::new();
        for _ in 0..cold {
            let edge = self::edge(far, &tls, &roots, false).await?;
            colds.push(link::open(edge, paths.to_edge).await?);
        }
        let edge = link::open(edge, paths.to_edge).await?;
        Ok(Self { direct, edge, cold: colds, roots, name })
    }
}

fn server(certificate: &CertificateDer<'static>, key: &[u8]) -> io::Result<Arc<ServerConfig>> {
    let key = PrivateKeyDer::try_from(key.to_vec()).map_err(io::Error::other)?;
    rustls::crypto::ring::Ticketer::new()
        .and_then(|tickets| identity::server(vec![certificate.clone()], key, tickets))
        .map_err(io::Error::other)
}

/// A server that has a short answer at once.
async fn origin(tls: Arc<ServerConfig>) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let tls = TlsAcceptor::from(tls);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let tls = tls.clone();
            tokio::spawn(async move {
                stream.set_nodelay(true)?;
                let stream = TokioIo::new(tls.accept(stream).await?);
                let service = service_fn(async |_| {
                    Ok::<_, Infallible>(Response::new(Full::<Bytes>::from("underhood\n")))
                });
                let http = auto::Builder::new(TokioExecutor::new());
                http.serve_connection(stream, service).await.map_err(io::Error::other)
            });
        }
    });
    Ok(address)
}

/// The edge that `serve` runs, warm or not.
async fn edge(
    origin: SocketAddr,
    tls: &Arc<ServerConfig>,
    roots: &RootCertStore,
    warm: bool,
) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let uri = format!("https://localhost:{}", origin.port()).parse().map_err(io::Error::other)?;
    let counters = Arc::new(Counters::default());
    let to_origin = identity::client(roots.clone()).map_err(io::Error::other)?;
    let origin = Origin::new(&uri, to_origin, Arc::clone(&counters)).map_err(io::Error::other)?;
    let origin = Arc::new(origin);
    if warm {
        origin.warm().await.map_err(|failure| io::Error::other(failure.to_string()))?;
        tokio::spawn(Arc::clone(&origin).keep_warm());
    }
    let forwarder = Forwarder { origin, counters, patience: PATIENCE, silence: PATIENCE };
    // It lasts as long as the runtime.
    let _ = Edge::start(listener, Arc::clone(tls), forwarder, LIMITS);
    Ok(address)
}

const PATIENCE: Duration = Duration::from_secs(60);

const LIMITS: Limits = Limits {
    connections: 1000,
    handshake: PATIENCE,
    head: PATIENCE,
    silence: PATIENCE,
    drain: PATIENCE,
};
