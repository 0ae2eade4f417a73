//! The server's side: hands out keys and cookies over TLS.

use std::io::{self, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use arc_swap::{ArcSwap, Guard};
use ntp_wire::nts::ke::{self, Answer, KeError, Offer};
use ntp_wire::nts::{Algorithm, Keyring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, Stream};

use super::{LONGEST, Timed, export, invalid, read_message};
use crate::{datagrams, streams};

/// Gives clients their keys and their first cookies.
#[derive(Debug)]
pub struct KeyEstablishment {
    tls: Arc<ServerConfig>,
    cookies: Arc<CookieKeys>,
    ntp_port: u16,
}

impl KeyEstablishment {
    /// With a certificate chain and its private key, both in PEM files. Clients are sent to
    /// `ntp_port` of this host.
    ///
    /// # Errors
    /// When a file cannot be read, or key and certificate do not fit.
    pub fn new(
        certificate: &Path,
        key: &Path,
        cookies: Arc<CookieKeys>,
        ntp_port: u16,
    ) -> Result<Self, String> {
        let explain = |path: &Path, error| format!("cannot use {}: {error}", path.display());
        let chain = CertificateDer::pem_file_iter(certificate)
            .and_then(Iterator::collect)
            .map_err(|error| explain(certificate, error.to_string()))?;
        let private =
            PrivateKeyDer::from_pem_file(key).map_err(|error| explain(key, error.to_string()))?;
        let mut tls = ServerConfig::builder_with_provider(super::client::provider())
            .with_protocol_versions(&[&rustls::version::TLS13])
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, private))
            .map_err(|error| explain(certificate, error.to_string()))?;
        tls.alpn_protocols = vec![ke::ALPN.to_vec()];
        Ok(Self { tls: Arc::new(tls), cookies, ntp_port })
    }

    /// Serves `listener` until `stop`, and changes the cookie key once a day.
    ///
    /// # Errors
    /// As [`streams::accept`].
    pub fn start(
        self,
        listener: TcpListener,
        stop: &Arc<AtomicBool>,
    ) -> io::Result<Vec<JoinHandle<()>>> {
        let (cookies, stopped) = (Arc::clone(&self.cookies), Arc::clone(stop));
        let accepting = streams::accept(listener, stop, move |stream, _| {
            // A client that hangs up or sends nonsense is its own loss.
            let _ = self.converse(stream);
        })?;
        let rotating = thread::Builder::new().spawn(move || {
            let mut since = Instant::now();
            while !stopped.load(Ordering::Relaxed) {
                thread::sleep(datagrams::POLL);
                if since.elapsed() >= ROTATION {
                    cookies.rotate();
                    since = Instant::now();
                }
            }
        })?;
        Ok(vec![accepting, rotating])
    }

    fn converse(&self, stream: TcpStream) -> io::Result<()> {
        let mut socket = Timed::new(stream)?;
        let mut tls = ServerConnection::new(Arc::clone(&self.tls)).map_err(invalid)?;
        let request = read_message(&mut Stream::new(&mut tls, &mut socket))?;
        let mut reply = vec![0; LONGEST];
        let length = match Offer::parse(&request) {
            Ok(offer) => match Answer::agree(&offer, &ALGORITHMS) {
                Some(exporter) => {
                    let keys = export(&tls, exporter)?;
                    let ring = self.cookies.ring();
                    Answer::write(exporter, &keys, &ring, self.ntp_port, rand::fill, &mut reply)
                }
                None => Answer::write_refusal(&mut reply),
            },
            // RFC 8915 §4.1.3: 0 for a critical record that is not known, 1 for a bad request.
            Err(KeError::UnknownCritical(_)) => Answer::write_error(0, &mut reply),
            Err(_) => Answer::write_error(1, &mut reply),
        };
        reply.truncate(length.map_err(|_| invalid("no room for the answer"))?);
        let mut stream = Stream::new(&mut tls, &mut socket);
        stream.write_all(&reply)?;
        stream.conn.send_close_notify();
        stream.flush()
    }
}

/// The keys that seal cookies: key establishment makes cookies with the newest, the NTP server
/// opens and renews them.
#[derive(Debug)]
pub struct CookieKeys(ArcSwap<Keyring>);

impl CookieKeys {
    /// One random key.
    pub fn new() -> Self {
        Self(ArcSwap::from_pointee(Keyring::new(rand::random(), &rand::random())))
    }

    /// A new key seals from now on; the three before it still open.
    pub fn rotate(&self) {
        let (id, secret) = (rand::random(), rand::random());
        self.0.rcu(|ring| {
            let mut ring = Keyring::clone(ring);
            ring.rotate(id, &secret);
            ring
        });
    }

    /// The keys as they are now.
    pub fn ring(&self) -> Guard<Arc<Keyring>> {
        self.0.load()
    }
}

impl Default for CookieKeys {
    fn default() -> Self {
        Self::new()
    }
}

/// Best first: the short cookies of AES-GCM-SIV where a client can do them.
const ALGORITHMS: [Algorithm; 3] =
    [Algorithm::GcmSiv128, Algorithm::SivCmac256, Algorithm::SivCmac512];

/// RFC 8915 §6 suggests a new key once a day.
const ROTATION: Duration = Duration::from_secs(86_400);
