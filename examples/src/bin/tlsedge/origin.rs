//! Connections to the origin, kept open: the client's request finds one and pays a single round trip for it.
//!
//! HTTP/2 if the origin has it: one connection for all. Else HTTP/1.1: one connection for each request under way, and
//! a few idle ones. hyper's own pool is not used, since it keeps connections by the host that a request names; here
//! every request goes to one origin, whatever host it names, and must find the same warm connection.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper::http::uri::{Authority, Scheme};
use hyper::{Request, Response, Uri};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use service::console::complain;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsConnector;

use crate::counters::Counters;
use crate::identity::H2;
use crate::outgoing::{for_http2, for_http11};
use crate::progress::Watched;

/// Where the requests go.
pub(crate) struct Origin {
    host: String,
    port: u16,
    name: ServerName<'static>,
    tls: TlsConnector,
    counters: Arc<Counters>,
    open: Mutex<Open>,
    /// Held while a connection is set up that all will share; when the last attempt failed, and how.
    setting_up: tokio::sync::Mutex<Option<(Instant, io::ErrorKind)>>,
    /// What the origin spoke last.
    shared: AtomicBool,
    /// A connection ended.
    ended: Notify,
}

#[derive(Default)]
struct Open {
    shared: Option<http2::SendRequest<Watched>>,
    idle: Vec<http1::SendRequest<Watched>>,
}

/// The sending end of a connection.
enum Sender {
    Shared(http2::SendRequest<Watched>),
    Own(http1::SendRequest<Watched>),
}

/// Why the origin did not answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// No connection could be set up.
    Unreachable(io::Error),
    /// The connection was there, and broke.
    Broken(hyper::Error),
}

impl Origin {
    /// An origin by its URI, `https` and no path. Nothing is connected yet.
    pub(crate) fn new(
        uri: &Uri,
        tls: Arc<ClientConfig>,
        counters: Arc<Counters>,
    ) -> Result<Self, String> {
        let explain = |what: &str| {
            format!(
                "the origin {uri} {what}\n  hint: wanted is such as https://origin.example:8443"
            )
        };
        if uri.scheme() != Some(&Scheme::HTTPS) {
            return Err(explain("is not https: between edge and origin lies the open network"));
        }
        if uri.path() != "/" || uri.query().is_some() {
            return Err(explain("has a path, and requests keep theirs"));
        }
        let host = uri.host().ok_or_else(|| explain("has no host"))?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let name = ServerName::try_from(host.clone())
            .map_err(|_| explain("has a host that no certificate can name"))?;
        Ok(Self {
            port: uri.port_u16().unwrap_or(443),
            host,
            name,
            tls: TlsConnector::from(tls),
            counters,
            open: Mutex::default(),
            setting_up: tokio::sync::Mutex::default(),
            shared: AtomicBool::new(true),
            ended: Notify::new(),
        })
    }

    /// Sees to it that there is an open connection.
    pub(crate) async fn warm(self: &Arc<Self>) -> Result<(), Failure> {
        let sender = self.sender().await?;
        if let Sender::Own(sender) = sender {
            self.put_back(sender);
        }
        Ok(())
    }

    /// Keeps at least one connection open, for ever.
    pub(crate) async fn keep_warm(self: Arc<Self>) {
        let mut pause = FIRST_PAUSE;
        loop {
            let lived = match self.warm().await {
                Ok(()) => {
                    let since = Instant::now();
                    while self.is_warm() {
                        self.ended.notified().await;
                    }
                    since.elapsed()
                }
                Err(failure) => {
                    complain(format!(
                        "{failure}; clients get 502 until it can, next attempt in {pause:.1?}"
                    ));
                    Duration::ZERO
                }
            };
            // An origin that hangs up at once is left in peace like one that does not answer; not so one that
            // lets go of what is idle.
            if lived < AT_ONCE {
                sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            } else {
                pause = FIRST_PAUSE;
            }
        }
    }

    /// Sends a request whose URI names the host it is for, and returns the head of the response. It is sent once
    /// more if the connection turned out to have ended before any of it was sent.
    pub(crate) async fn send(
        self: &Arc<Self>,
        mut request: Request<Watched>,
        authority: &Authority,
        trailers: bool,
    ) -> Result<Response<Incoming>, Failure> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let (unsent, error) = match self.sender().await? {
                Sender::Shared(mut sender) => {
                    for_http2(&mut request, authority, trailers);
                    match sender.try_send_request(request).await {
                        Ok(response) => return Ok(response),
                        Err(mut refused) => (refused.take_message(), refused.into_error()),
                    }
                }
                Sender::Own(mut sender) => {
                    for_http11(&mut request, authority);
                    match sender.try_send_request(request).await {
                        Ok(response) => {
                            self.put_back_when_done(sender);
                            return Ok(response);
                        }
                        Err(mut refused) => (refused.take_message(), refused.into_error()),
                    }
                }
            };
            match unsent {
                Some(again) if attempts < ATTEMPTS => request = again,
                _ => return Err(Failure::Broken(error)),
            }
        }
    }

    /// An open connection, or a new one.
    async fn sender(self: &Arc<Self>) -> Result<Sender, Failure> {
        if let Some(sender) = self.take() {
            return Ok(sender);
        }
        if !self.shared.load(Ordering::Relaxed) {
            return self.connect().await;
        }
        // One sets up for all who wait here, and fails for them.
        let came = Instant::now();
        let mut failed = self.setting_up.lock().await;
        if let Some(sender) = self.take() {
            return Ok(sender);
        }
        if let Some((_, kind)) = failed.filter(|(at, _)| *at > came) {
            return Err(Failure::Unreachable(kind.into()));
        }
        let connected = self.connect().await;
        *failed = connected.as_ref().err().map(|failure| (Instant::now(), failure.kind()));
        connected
    }

    async fn connect(self: &Arc<Self>) -> Result<Sender, Failure> {
        let connecting = async {
            let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
            stream.set_nodelay(true)?;
            self.tls.connect(self.name.clone(), stream).await
        };
        let stream = timeout(PATIENCE, connecting)
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
            .map_err(Failure::Unreachable)?;
        self.counters.to_origin.add();
        let shared = stream.get_ref().1.alpn_protocol() == Some(H2);
        self.shared.store(shared, Ordering::Relaxed);
        let stream = TokioIo::new(stream);
        if !shared {
            let (sender, connection) = http1::handshake(stream).await.map_err(Failure::Broken)?;
            self.run(connection);
            return Ok(Sender::Own(sender));
        }
        let (sender, connection) = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .keep_alive_interval(ALIVE)
            .keep_alive_timeout(PATIENCE)
            .keep_alive_while_idle(true)
            .initial_stream_window_size(WINDOW)
            .initial_connection_window_size(ALL_WINDOWS)
            .handshake(stream)
            .await
            .map_err(Failure::Broken)?;
        self.open().shared = Some(sender.clone());
        self.run(connection);
        Ok(Sender::Shared(sender))
    }

    fn run(self: &Arc<Self>, connection: impl Future<Output = hyper::Result<()>> + Send + 'static) {
        let origin = Arc::clone(self);
        tokio::spawn(async move {
            // However it ended, the requests on it have been told.
            let _ = connection.await;
            origin.ended.notify_one();
        });
    }

    fn take(&self) -> Option<Sender> {
        let mut open = self.open();
        if let Some(sender) = open.shared.as_ref().filter(|sender| !sender.is_closed()) {
            return Some(Sender::Shared(sender.clone()));
        }
        while let Some(sender) = open.idle.pop() {
            if sender.is_ready() {
                return Some(Sender::Own(sender));
            }
        }
        None
    }

    fn is_warm(&self) -> bool {
        let open = self.open();
        open.shared.as_ref().is_some_and(|sender| !sender.is_closed())
            || open.idle.iter().any(http1::SendRequest::is_ready)
    }

    /// The connection is free for another request once the body of this response has been read.
    fn put_back_when_done(self: &Arc<Self>, mut sender: http1::SendRequest<Watched>) {
        let origin = Arc::clone(self);
        tokio::spawn(async move {
            if sender.ready().await.is_ok() {
                origin.put_back(sender);
            }
        });
    }

    fn put_back(&self, sender: http1::SendRequest<Watched>) {
        let mut open = self.open();
        open.idle.retain(|idle| !idle.is_closed());
        if open.idle.len() < IDLE {
            open.idle.push(sender);
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreachable(error) => write!(f, "the origin cannot be reached: {error}"),
            Self::Broken(error) => write!(f, "the connection to the origin broke: {error}"),
        }
    }
}

impl Failure {
    /// Whether it took too long, rather than went wrong.
    pub(crate) fn is_timeout(&self) -> bool {
        self.kind() == io::ErrorKind::TimedOut
    }

    /// Whether it was the client's body that could not be read.
    pub(crate) fn is_of_the_client(&self) -> bool {
        matches!(self, Self::Broken(error) if error.is_user())
    }

    fn kind(&self) -> io::ErrorKind {
        match self {
            Self::Unreachable(error) => error.kind(),
            Self::Broken(_) => io::ErrorKind::ConnectionAborted,
        }
    }
}

/// For TCP and TLS together, and for the answer to a ping.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often a quiet connection is asked whether it is still there.
const ALIVE: Duration = Duration::from_secs(20);

/// A connection that ends sooner was not wanted.
const AT_ONCE: Duration = Duration::from_millis(500);

/// What the origin may send of one response ahead of its client.
const WINDOW: u32 = 256 << 10;

/// And of all: no limit, or clients who do not read would keep the others' responses from coming (RFC 9113 §5.2.2).
const ALL_WINDOWS: u32 = (1 << 31) - 1;

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Connections in a row that a request may find ended.
const ATTEMPTS: usize = 3;

/// Idle HTTP/1.1 connections kept.
const IDLE: usize = 32;
