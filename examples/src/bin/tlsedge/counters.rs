//! What an edge did, counted.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use rustls::HandshakeKind;
use serde::Serialize;

/// Counted while the edge runs.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    /// Connections accepted.
    pub(crate) connections: Counter,
    /// Handshakes with certificate and signature.
    pub(crate) full: Counter,
    /// Handshakes that took up an earlier session.
    pub(crate) resumed: Counter,
    /// Handshakes that came to nothing.
    pub(crate) broken: Counter,
    /// Requests.
    pub(crate) requests: Counter,
    /// Requests that the origin did not answer: 502 and 504.
    pub(crate) failed: Counter,
    /// Requests that claimed to have been forwarded. The claim was dropped.
    pub(crate) claims: Counter,
    /// Connections to the origin.
    pub(crate) to_origin: Counter,
}

impl Counters {
    /// Counts a handshake that was made.
    pub(crate) fn handshake(&self, kind: Option<HandshakeKind>) {
        let resumed = kind == Some(HandshakeKind::Resumed);
        if resumed { &self.resumed } else { &self.full }.add();
    }

    /// As it stands now.
    pub(crate) fn report(&self) -> Report {
        Report {
            connections: self.connections.value(),
            handshakes_full: self.full.value(),
            handshakes_resumed: self.resumed.value(),
            handshakes_broken: self.broken.value(),
            requests: self.requests.value(),
            failed: self.failed.value(),
            claims_dropped: self.claims.value(),
            connections_to_origin: self.to_origin.value(),
        }
    }
}

/// Goes up by one.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn value(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// For people by `Display`, for scripts by serde.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    connections: u64,
    handshakes_full: u64,
    handshakes_resumed: u64,
    handshakes_broken: u64,
    requests: u64,
    failed: u64,
    claims_dropped: u64,
    connections_to_origin: u64,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "connections: {}, handshakes: {} full, {} resumed, {} broken, requests: {}, failed: {}, connections to the origin: {}",
            self.connections,
            self.handshakes_full,
            self.handshakes_resumed,
            self.handshakes_broken,
            self.requests,
            self.failed,
            self.connections_to_origin
        )
    }
}
