//! NTS key establishment, RFC 8915 §4: the records that travel in TLS, and what to export from it.
//!
//! The caller speaks TLS 1.3 with the protocol [`ALPN`], collects octets until [`message_length`]
//! knows where the message ends, and exports [`Exporter::context`] with the label
//! [`EXPORTER_LABEL`] for each direction.

mod answer;
mod offer;
mod record;

use super::Algorithm;

pub use answer::Answer;
pub use offer::Offer;
pub use record::{KeError, Record, RecordType, Records, message_length};

/// The application protocol of TLS.
pub const ALPN: &[u8] = b"ntske/1";
/// The label for the exporter, RFC 8915 §5.1.
pub const EXPORTER_LABEL: &[u8] = b"EXPORTER-network-time-security";
/// The TCP port of key establishment.
pub const PORT: u16 = 4460;

/// What both sides export from TLS, by what they agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exporter {
    /// The algorithm agreed on.
    pub algorithm: Algorithm,
    /// For [`Algorithm::GcmSiv128`]: whether both sides said that they follow RFC 8915.
    ///
    /// chrony 4.4 shipped with the algorithm number 15 in the context of algorithm 30. Later
    /// versions ask for the right one with record type 1024, and fall back to the wrong one when
    /// the other side does not answer it. Both are accepted here. Of no effect with the others.
    pub compliant: bool,
}

impl Exporter {
    /// The exporter's context for the keys of one direction: protocol 0 (NTPv4), algorithm, and
    /// 0 for client to server or 1 for server to client. Export
    /// [`Algorithm::key_length`] octets with it.
    #[must_use]
    pub const fn context(&self, direction: Direction) -> [u8; 5] {
        let id = match self.algorithm {
            Algorithm::GcmSiv128 if !self.compliant => Algorithm::SivCmac256.id(),
            algorithm => algorithm.id(),
        };
        let [high, low] = id.to_be_bytes();
        [0, 0, high, low, direction as u8]
    }
}

/// Whose packets a key protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The client's packets.
    ClientToServer,
    /// The server's packets.
    ServerToClient,
}

#[cfg(test)]
mod tests;
