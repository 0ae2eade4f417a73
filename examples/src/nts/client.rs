//! The client's side: keys and cookies from a server that proves its name.

use std::io::{self, Write as _};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::path::Path;
use std::sync::Arc;

use ntp_wire::nts::ke::{self, Answer, Offer};
use ntp_wire::nts::{Algorithm, Session};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, Stream};

use super::{PATIENCE, Timed, export, invalid, read_message};

/// Whose certificates count.
#[derive(Clone, Debug)]
pub struct Trust(Arc<ClientConfig>);

impl Trust {
    /// The authorities in a PEM file.
    ///
    /// # Errors
    /// When the file cannot be read or holds no certificate.
    pub fn from_file(path: &Path) -> Result<Self, String> {
        let explain = |error: String| format!("cannot use {}: {error}", path.display());
        let certificates: Vec<_> = CertificateDer::pem_file_iter(path)
            .and_then(Iterator::collect)
            .map_err(|error| explain(error.to_string()))?;
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(certificates);
        if roots.is_empty() {
            return Err(explain("there is no certificate in it".into()));
        }
        let mut tls = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&rustls::version::TLS13])
            .map_err(|error| explain(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        tls.alpn_protocols = vec![ke::ALPN.to_vec()];
        Ok(Self(Arc::new(tls)))
    }
}

/// What a client takes home from key establishment.
#[derive(Debug)]
pub struct Established {
    /// Where to ask the time.
    pub server: SocketAddr,
    /// What the keys are for.
    pub algorithm: Algorithm,
    /// Keys and cookies.
    pub session: Session,
}

/// Establishes keys with `host`, offering `algorithms`, best first.
///
/// # Errors
/// When the host cannot be reached, does not prove its name, or does not agree.
pub fn establish(
    host: &str,
    port: u16,
    algorithms: &[Algorithm],
    trust: &Trust,
) -> io::Result<Established> {
    let name = ServerName::try_from(host.to_owned()).map_err(invalid)?;
    let address = resolve(host, port)?;
    let mut socket = Timed::new(TcpStream::connect_timeout(&address, PATIENCE)?)?;
    let mut tls = ClientConnection::new(Arc::clone(&trust.0), name).map_err(invalid)?;
    let offer = Offer::new(algorithms);
    let mut request = [0; 64];
    let length = offer.write(&mut request).map_err(|_| invalid("no room for the offer"))?;
    let mut stream = Stream::new(&mut tls, &mut socket);
    stream.write_all(&request[..length])?;
    let message = read_message(&mut stream)?;
    let answer = Answer::parse(&message, &offer).map_err(invalid)?;
    let keys = export(&tls, answer.exporter)?;
    let mut session = Session::new(&keys).ok_or_else(|| invalid("the keys do not fit"))?;
    for cookie in answer.cookies() {
        session.keep(cookie);
    }
    let port = answer.port.unwrap_or(NTP_PORT);
    let server = match answer.server {
        None => SocketAddr::new(address.ip(), port),
        Some(name) => resolve(std::str::from_utf8(name).map_err(invalid)?, port)?,
    };
    Ok(Established { server, algorithm: answer.exporter.algorithm, session })
}

fn resolve(host: &str, port: u16) -> io::Result<SocketAddr> {
    (host, port).to_socket_addrs()?.next().ok_or_else(|| io::ErrorKind::AddrNotAvailable.into())
}

/// The cryptography of TLS.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

const NTP_PORT: u16 = 123;
