//! Certificates, keys and trust: from files to what TLS wants.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::ProducesTickets;
use rustls::{ClientConfig, RootCertStore, ServerConfig};

/// The edge's side towards clients: TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1.
///
/// No early data (RFC 8446 §2.3): whoever records it may send it again (§8), to every edge of a fleet, and only the
/// application knows which requests bear that (RFC 8470). It would save one more round trip to the edge, as
/// [`Handshake::Tls13EarlyData`](rum_stats::tls::Handshake::Tls13EarlyData) says.
pub(crate) fn server(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    tickets: Arc<dyn ProducesTickets>,
) -> Result<Arc<ServerConfig>, rustls::Error> {
    let mut tls = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    tls.alpn_protocols = vec![H2.to_vec(), HTTP11.to_vec()];
    tls.max_early_data_size = 0;
    tls.ticketer = tickets;
    // Where a ticket says nothing, nothing is kept here either: the fleet is as one.
    tls.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
    Ok(Arc::new(tls))
}

/// The edge's side towards the origin: HTTP/2 if the origin has it.
pub(crate) fn client(roots: RootCertStore) -> Result<Arc<ClientConfig>, rustls::Error> {
    let mut tls = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    tls.alpn_protocols = vec![H2.to_vec(), HTTP11.to_vec()];
    Ok(Arc::new(tls))
}

/// A certificate chain and its key, in PEM.
pub(crate) fn read(
    chain: &Path,
    key: &Path,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), String> {
    let private = PrivateKeyDer::from_pem_file(key)
        .map_err(|error| cannot_use(key, &error, "a private key in PEM is wanted"))?;
    Ok((certificates(chain)?, private))
}

/// The authorities in a PEM file, or those of the web.
pub(crate) fn roots(file: Option<&Path>) -> Result<RootCertStore, String> {
    let Some(file) = file else {
        return Ok(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() });
    };
    let mut roots = RootCertStore::empty();
    for certificate in certificates(file)? {
        roots
            .add(certificate)
            .map_err(|error| cannot_use(file, &error, "an authority's certificate is wanted"))?;
    }
    Ok(roots)
}

/// The cryptography of TLS.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let wanted = "certificates in PEM are wanted";
    let all: Vec<_> = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect)
        .map_err(|error| cannot_use(file, &error, wanted))?;
    if all.is_empty() {
        return Err(cannot_use(file, &"there is no certificate in it", wanted));
    }
    Ok(all)
}

fn cannot_use(file: &Path, error: &dyn std::fmt::Display, hint: &str) -> String {
    format!("cannot use {}: {error}\n  hint: {hint}", file.display())
}

/// ALPN names (RFC 9113 §3.1, RFC 7301 §6).
pub(crate) const H2: &[u8] = b"h2";
pub(crate) const HTTP11: &[u8] = b"http/1.1";
