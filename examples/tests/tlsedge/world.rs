//! What stands around an edge under test: certificates, an origin, a client.

#![allow(dead_code, reason = "each test program uses its own part")]

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::{BodyExt as _, Either, Full};
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::client::conn::{http1, http2};
use hyper::header::{CONNECTION, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, HandshakeKind, RootCertStore, ServerConfig, SupportedProtocolVersion};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::support::Server;

pub(crate) const H2: &[u8] = b"h2";
pub(crate) const HTTP11: &[u8] = b"http/1.1";

/// A runtime, a folder with `localhost`'s certificate and key, and an origin.
pub(crate) struct World {
    pub(crate) runtime: tokio::runtime::Runtime,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) certificate: PathBuf,
    key: PathBuf,
    roots: RootCertStore,
    /// The origin's port.
    pub(crate) origin: u16,
    /// The origin has got a request for `/wait`.
    pub(crate) waiting: Arc<Notify>,
}

impl World {
    /// With an origin that speaks `protocols`.
    pub(crate) fn new(protocols: &[&[u8]]) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        std::fs::write(&certificate, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(made.cert.der().clone()).unwrap();
        let private = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let tls = server(made.cert.der().clone(), private, protocols);
        let waiting = Arc::new(Notify::new());
        let origin = runtime.block_on(origin(tls, Arc::clone(&waiting)));
        Self { runtime, folder, certificate, key, roots, origin, waiting }
    }

    /// An edge of the origin, with more arguments.
    pub(crate) fn edge(&self, more: &[&str]) -> Server {
        self.edge_of(self.origin, more)
    }

    /// An edge of whatever is on a port.
    pub(crate) fn edge_of(&self, port: u16, more: &[&str]) -> Server {
        let uri = format!("https://localhost:{port}");
        let [certificate, key] = [&self.certificate, &self.key].map(|file| file.to_str().unwrap());
        let ours =
            ["--origin", &uri, "--origin-ca", certificate, "--cert", certificate, "--key", key];
        Server::tlsedge(&[&ours, more].concat())
    }

    pub(crate) fn client(&self, version: &'static SupportedProtocolVersion, alpn: &[u8]) -> Client {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut tls = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(self.roots.clone())
            .with_no_client_auth();
        tls.alpn_protocols = vec![alpn.to_vec()];
        Client(TlsConnector::from(Arc::new(tls)))
    }

    pub(crate) fn seeds(&self, name: &str, text: &str) -> PathBuf {
        let file = self.folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file
    }
}

/// A client that remembers sessions.
#[derive(Clone)]
pub(crate) struct Client(TlsConnector);

impl Client {
    /// One request over a new connection; the head of the response, and how the handshake was.
    pub(crate) async fn send<B>(
        &self,
        port: u16,
        mut request: Request<B>,
    ) -> (HandshakeKind, Response<Incoming>)
    where
        B: Body<Data = Bytes, Error = Infallible> + Send + Unpin + 'static,
    {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let stream = self.0.connect(name, stream).await.unwrap();
        let tls = stream.get_ref().1;
        let kind = tls.handshake_kind().unwrap();
        let response = if tls.alpn_protocol() == Some(H2) {
            let (mut sender, connection) =
                http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
            tokio::spawn(connection);
            let path = request.uri().path().to_owned();
            if request.method() != hyper::Method::CONNECT {
                *request.uri_mut() = format!("https://www.example{path}").parse().unwrap();
            }
            sender.send_request(request).await
        } else {
            let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
            tokio::spawn(connection);
            let host = request.headers_mut().entry("host");
            host.or_insert(HeaderValue::from_static("www.example"));
            sender.send_request(request).await
        };
        (kind, response.unwrap())
    }

    /// A GET, read to its end.
    pub(crate) async fn get(&self, port: u16, path: &str) -> (HandshakeKind, Response<Bytes>) {
        let request = Request::get(path).body(Full::<Bytes>::default()).unwrap();
        let (kind, response) = self.send(port, request).await;
        (kind, whole(response).await)
    }
}

pub(crate) async fn whole(response: Response<Incoming>) -> Response<Bytes> {
    let (parts, body) = response.into_parts();
    Response::from_parts(parts, body.collect().await.unwrap().to_bytes())
}

/// A body of pieces as they come.
pub(crate) struct Pieces(pub(crate) mpsc::Receiver<Bytes>);

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}

fn server(
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
    protocols: &[&[u8]],
) -> Arc<ServerConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut tls = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    tls.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    Arc::new(tls)
}

async fn origin(tls: Arc<ServerConfig>, waiting: Arc<Notify>) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (tls, waiting) = (TlsAcceptor::from(Arc::clone(&tls)), Arc::clone(&waiting));
            tokio::spawn(async move {
                let Ok(stream) = tls.accept(stream).await else { return };
                let service = service_fn(move |request| {
                    let waiting = Arc::clone(&waiting);
                    async move { Ok::<_, Infallible>(answer(request, &waiting).await) }
                });
                let http = auto::Builder::new(TokioExecutor::new());
                let _ = http.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    port
}

async fn answer(
    request: Request<Incoming>,
    waiting: &Notify,
) -> Response<Either<Incoming, Full<Bytes>>> {
    match request.uri().path() {
        "/echo" => return Response::new(Either::Left(request.into_body())),
        "/never" => std::future::pending().await,
        "/big" => return Response::new(Either::Right(vec![b'x'; 8 << 20].into())),
        "/wait" => {
            waiting.notify_one();
            tokio::time::sleep(Duration::from_millis(700)).await;
        }
        _ => {}
    }
    let host = request.uri().authority().map(|authority| format!("authority: {authority}\n"));
    let fields = request
        .headers()
        .iter()
        .map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap()))
        .collect::<String>();
    let said = format!("{}{fields}", host.unwrap_or_default());
    let mut response = Response::new(Either::Right(Full::from(said)));
    let fields = response.headers_mut();
    fields.insert("x-of-origin", HeaderValue::from_static("kept"));
    fields.insert("x-of-this-hop", HeaderValue::from_static("dropped"));
    fields.insert(CONNECTION, HeaderValue::from_static("x-of-this-hop"));
    response
}

/// A port on which nothing listens.
pub(crate) fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

pub(crate) fn text(file: &Path) -> &str {
    file.to_str().unwrap()
}
