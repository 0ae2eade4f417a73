//! What `edge` found out, as it stands in `--json`. The text output prints these same values.

use serde::Serialize;
use std::net::{IpAddr, SocketAddr};

/// Everything, in the order it happened.
#[derive(Debug, Serialize)]
pub(crate) struct Facts {
    pub(crate) site: Site,
    pub(crate) servers: Servers,
    pub(crate) questions: Vec<Question>,
    pub(crate) beacons: Beacons,
    pub(crate) map: Map,
    pub(crate) swap: Swap,
    pub(crate) before: Outcome,
    pub(crate) after: Outcome,
    pub(crate) moved: Moved,
    pub(crate) drain: Drain,
    pub(crate) tls: Tls,
    pub(crate) time: Time,
    pub(crate) smear: Vec<SmearRow>,
    /// True when every check that the run makes of itself held.
    pub(crate) ok: bool,
}

/// The image compiled from the sample sources.
#[derive(Debug, Serialize)]
pub(crate) struct Site {
    pub(crate) image: String,
    pub(crate) records: u64,
    pub(crate) prefixes: u64,
    pub(crate) image_bytes: u64,
    pub(crate) compile_ms: f64,
    /// Mapping the file and verifying all of it.
    pub(crate) open_ms: f64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Servers {
    pub(crate) dns: SocketAddr,
    pub(crate) ntp: SocketAddr,
}

/// One question asked over a socket, and where the answer sent the client.
#[derive(Debug, Serialize)]
pub(crate) struct Question {
    pub(crate) city: String,
    /// The address the question came from.
    pub(crate) resolver: IpAddr,
    /// The client subnet that it carried, if any.
    pub(crate) client_subnet: Option<String>,
    pub(crate) tcp: bool,
    pub(crate) address: IpAddr,
    pub(crate) pop: String,
    /// SCOPE PREFIX-LENGTH of the reply (RFC 7871); none when it had no such option.
    pub(crate) scope: Option<u8>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Beacons {
    pub(crate) samples: u64,
    /// Sketches: one per client network (or resolver) and PoP.
    pub(crate) cells: u64,
    pub(crate) ms: f64,
}

/// The map that the measurements make.
#[derive(Debug, Serialize)]
pub(crate) struct Map {
    pub(crate) entries: u64,
    /// Entries whose traffic is shared between PoPs.
    pub(crate) split: u64,
    pub(crate) mean_ms: f64,
    /// No map under these capacities can have a mean below this: the dual bound.
    pub(crate) bound_ms: f64,
    pub(crate) build_ms: f64,
}

/// Publishing the difference while queries run.
#[derive(Debug, Serialize)]
pub(crate) struct Swap {
    pub(crate) lines_removed: u64,
    pub(crate) lines_added: u64,
    pub(crate) difference_bytes: u64,
    /// From the changed lines to an image on disk.
    pub(crate) compile_ms: f64,
    /// What the server is sent.
    pub(crate) delta_bytes: u64,
    /// From the octets of the delta to answers from it: read, made an overlay, swapped.
    pub(crate) visible_ms: f64,
    /// From the delta and the image in service to the flat image of both: made, verified, swapped.
    pub(crate) compact_ms: f64,
    /// That image is the one that was compiled.
    pub(crate) same_image: bool,
    /// Queries asked around the swap, one after the other without a pause.
    pub(crate) queries: u64,
    pub(crate) failed: u64,
}

/// Where the answers send the population, and what that means for it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Outcome {
    pub(crate) queries: u64,
    pub(crate) failed: u64,
    pub(crate) p50_ms: f64,
    pub(crate) p90_ms: f64,
    pub(crate) mean_ms: f64,
    /// Share of the traffic that goes to a PoP at most 10 ms slower than its best.
    pub(crate) within_10_ms: f64,
    pub(crate) load: Vec<Load>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Load {
    pub(crate) pop: String,
    /// Share of all traffic.
    pub(crate) share: f64,
    /// Share of the PoP's capacity.
    pub(crate) utilisation: f64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Moved {
    /// Share of all traffic that goes elsewhere than before.
    pub(crate) share: f64,
    pub(crate) largest: Vec<Move>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Move {
    pub(crate) city: String,
    pub(crate) from: String,
    pub(crate) to: String,
    /// Share of all traffic.
    pub(crate) share: f64,
    pub(crate) before_ms: f64,
    pub(crate) after_ms: f64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Drain {
    pub(crate) pop: String,
    /// From the decision to the first answer without the PoP.
    pub(crate) visible_ms: f64,
    /// Answers that still named the drained PoP.
    pub(crate) still_there: u64,
    pub(crate) to: Vec<Gain>,
    pub(crate) outcome: Outcome,
}

#[derive(Debug, Serialize)]
pub(crate) struct Gain {
    pub(crate) pop: String,
    /// Share of the drained PoP's traffic that it took.
    pub(crate) share: f64,
    pub(crate) utilisation_before: f64,
    pub(crate) utilisation_after: f64,
}

/// A prediction of the model, not a measurement.
#[derive(Debug, Serialize)]
pub(crate) struct Tls {
    pub(crate) origin: String,
    pub(crate) rows: Vec<TlsRow>,
}

/// Medians over the traffic, in milliseconds.
#[derive(Debug, Serialize)]
pub(crate) struct TlsRow {
    pub(crate) handshake: &'static str,
    pub(crate) direct_setup_ms: f64,
    pub(crate) edge_setup_ms: f64,
    pub(crate) direct_first_byte_ms: f64,
    pub(crate) edge_first_byte_ms: f64,
    pub(crate) saved_ms: f64,
}

/// What our own NTP server said, over a socket.
#[derive(Debug, Serialize)]
pub(crate) struct Time {
    pub(crate) exchanges: u64,
    pub(crate) stratum: u8,
    /// Server minus client, in microseconds.
    pub(crate) offset_us: f64,
    pub(crate) delay_us: f64,
    /// The true offset lies within plus or minus this of the offset.
    pub(crate) error_us: f64,
}

/// How far a smeared clock lags true UTC, in milliseconds, `hours` after the window opens.
#[derive(Debug, Serialize)]
pub(crate) struct SmearRow {
    pub(crate) hours: f64,
    pub(crate) linear_ms: f64,
    pub(crate) quadratic_ms: f64,
    pub(crate) cosine_ms: f64,
}
