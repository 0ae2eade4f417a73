//! Connections of clients: accepted while there is room, each with its limits, and let go in good order.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::forward::Forwarder;
use crate::identity::H2;
use crate::silence::Limited;

/// What a client may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Connections at a time; those beyond wait in the system's queue.
    pub(crate) connections: usize,
    /// For the TLS handshake.
    pub(crate) handshake: Duration,
    /// For the head of a request, and for the pause before it on HTTP/1.1.
    pub(crate) head: Duration,
    /// For a connection on which nothing moves.
    pub(crate) silence: Duration,
    /// For all that still runs when the edge is to stop.
    pub(crate) drain: Duration,
}

/// An edge that serves.
pub(crate) struct Edge {
    accepting: JoinHandle<()>,
    graceful: Arc<GracefulShutdown>,
    limits: Limits,
}

struct Door {
    tls: TlsAcceptor,
    http: auto::Builder<TokioExecutor>,
    forwarder: Arc<Forwarder>,
    limits: Limits,
}

impl Edge {
    /// Serves `listener` from now on.
    pub(crate) fn start(
        listener: TcpListener,
        tls: Arc<ServerConfig>,
        forwarder: Forwarder,
        limits: Limits,
    ) -> Self {
        let mut http = auto::Builder::new(TokioExecutor::new());
        http.http1().timer(TokioTimer::new()).header_read_timeout(limits.head);
        http.http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(limits.silence / 4)
            .keep_alive_timeout(limits.head)
            .max_concurrent_streams(STREAMS);
        let (tls, forwarder) = (TlsAcceptor::from(tls), Arc::new(forwarder));
        let door = Arc::new(Door { tls, http, forwarder, limits });
        let graceful = Arc::new(GracefulShutdown::new());
        let accepting = tokio::spawn(accept(listener, door, Arc::clone(&graceful)));
        Self { accepting, graceful, limits }
    }

    /// Accepts no more, lets what runs finish (HTTP/2 is told by GOAWAY, HTTP/1.1 by `Connection: close`), and
    /// returns whether it did in time.
    pub(crate) async fn drain(self) -> bool {
        self.accepting.abort();
        // The listener closes, and the loop's share of `graceful` goes, when the loop has ended.
        let _ = self.accepting.await;
        let Some(graceful) = Arc::into_inner(self.graceful) else { return false };
        timeout(self.limits.drain, graceful.shutdown()).await.is_ok()
    }
}

async fn accept(listener: TcpListener, door: Arc<Door>, graceful: Arc<GracefulShutdown>) {
    let places = Arc::new(Semaphore::new(door.limits.connections));
    // It goes with this loop: who has not shaken hands when the edge is to stop is not waited for.
    let mut handshakes = JoinSet::new();
    loop {
        // Never closed, so there is always a place to wait for.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let Ok((stream, client)) = listener.accept().await else {
            // No file descriptor left, most likely. It stays so for a while.
            sleep(PAUSE).await;
            continue;
        };
        while handshakes.try_join_next().is_some() {}
        let (door, watcher) = (Arc::clone(&door), graceful.watcher());
        handshakes.spawn(async move {
            // A client that hangs up or sends nonsense is its own loss.
            let Ok(stream) = door.shake_hands(stream).await else { return };
            tokio::spawn(async move {
                let _ = door.converse(stream, client, watcher).await;
                drop(place);
            });
        });
    }
}

impl Door {
    async fn shake_hands(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let counters = &self.forwarder.counters;
        counters.connections.add();
        stream.set_nodelay(true)?;
        let shaken = timeout(self.limits.handshake, self.tls.accept(stream)).await;
        let stream = shaken
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
            .inspect_err(|_| counters.broken.add())?;
        counters.handshake(stream.get_ref().1.handshake_kind());
        Ok(stream)
    }

    async fn converse(
        &self,
        stream: TlsStream<TcpStream>,
        client: SocketAddr,
        watcher: Watcher,
    ) -> io::Result<()> {
        // By ALPN and never by a look at the first octets: that look has no time-out.
        let http = self.http.clone();
        let http = if stream.get_ref().1.alpn_protocol() == Some(H2) {
            http.http2_only()
        } else {
            http.http1_only()
        };
        let forwarder = Arc::clone(&self.forwarder);
        let service = service_fn(move |request| {
            let forwarder = Arc::clone(&forwarder);
            async move { Ok::<_, Infallible>(forwarder.answer(request, client.ip()).await) }
        });
        let stream = TokioIo::new(Limited::new(stream, self.limits.silence));
        watcher.watch(http.serve_connection(stream, service)).await.map_err(io::Error::other)
    }
}

/// Requests at a time on one connection (RFC 9113 §6.5.2 recommends no fewer than 100).
const STREAMS: u32 = 128;

/// Before another attempt to accept.
const PAUSE: Duration = Duration::from_millis(50);
