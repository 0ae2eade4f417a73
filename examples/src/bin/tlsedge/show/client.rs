//! A client that takes the time of each phase of a new connection, as a browser would.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, HandshakeKind, RootCertStore, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::identity::{HTTP11, provider};

/// A client with a memory of its own for sessions: what it did before decides what it can resume.
pub(super) struct Client {
    tls: TlsConnector,
    name: ServerName<'static>,
}

/// What one connection took, from the start of TCP.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taken {
    /// Until the request could leave.
    pub(super) set_up: Duration,
    /// Until the first octet of the response was there.
    pub(super) first_byte: Duration,
    /// Whether an earlier session was taken up.
    pub(super) resumed: bool,
}

impl Client {
    pub(super) fn new(
        version: &'static SupportedProtocolVersion,
        roots: &RootCertStore,
        name: ServerName<'static>,
    ) -> Result<Self, rustls::Error> {
        let mut tls = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(&[version])?
            .with_root_certificates(roots.clone())
            .with_no_client_auth();
        // By HTTP/1.1 the first octet is that of the response, and not of HTTP/2's settings.
        tls.alpn_protocols = vec![HTTP11.to_vec()];
        Ok(Self { tls: TlsConnector::from(Arc::new(tls)), name })
    }

    /// Asks once, over a new connection, and reads to the end: tickets come with the response.
    pub(super) async fn ask(&self, at: SocketAddr) -> io::Result<Taken> {
        let start = Instant::now();
        let stream = TcpStream::connect(at).await?;
        stream.set_nodelay(true)?;
        let mut stream = self.tls.connect(self.name.clone(), stream).await?;
        let set_up = start.elapsed();
        stream.write_all(REQUEST).await?;
        let mut response = vec![0; 4096];
        let len = stream.read(&mut response).await?;
        let first_byte = start.elapsed();
        let status = response[..len].get(..ALRIGHT.len());
        if status != Some(ALRIGHT) {
            let said = String::from_utf8_lossy(&response[..len]);
            return Err(io::Error::other(format!("not a good response: {said}")));
        }
        while stream.read(&mut response).await? > 0 {}
        let resumed = stream.get_ref().1.handshake_kind() == Some(HandshakeKind::Resumed);
        Ok(Taken { set_up, first_byte, resumed })
    }
}

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
const ALRIGHT: &[u8] = b"HTTP/1.1 200 ";
