//! What was measured, beside the model.

use std::time::Duration;

use rum_stats::tls::{Handshake, Origin, Timing, direct, via_edge};
use serde::Serialize;

use super::client::Taken;
use super::world::Paths;

/// All of it, as `--json` prints it.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) client_to_edge_ms: f64,
    pub(super) edge_to_origin_ms: f64,
    pub(super) direct_ms: f64,
    pub(super) connections_each: usize,
    pub(super) rows: Vec<Row>,
    pub(super) cold: Cold,
}

/// New connections of one kind: medians, and what the model says.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) handshake: &'static str,
    pub(super) direct: Waits,
    pub(super) edge: Waits,
    pub(super) saved_ms: f64,
    pub(super) model_direct: Waits,
    pub(super) model_edge: Waits,
    pub(super) model_saved_ms: f64,
}

/// TLS 1.3 by an edge that has no connection to the origin yet.
#[derive(Debug, Serialize)]
pub(super) struct Cold {
    pub(super) edge: Waits,
    pub(super) model_edge: Waits,
}

/// From the start of TCP.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Waits {
    pub(super) set_up_ms: f64,
    pub(super) first_byte_ms: f64,
}

impl Row {
    pub(super) fn new(
        name: &'static str,
        handshake: Handshake,
        paths: Paths,
        measured_direct: &[Taken],
        measured_edge: &[Taken],
    ) -> Self {
        let model_direct = Waits::from(direct(handshake, ms(paths.direct), 0.0));
        let model_edge = model_edge(handshake, paths, Origin::Warm);
        let (direct, edge) = (Waits::median(measured_direct), Waits::median(measured_edge));
        Self {
            handshake: name,
            direct,
            edge,
            saved_ms: to_microseconds(direct.first_byte_ms - edge.first_byte_ms),
            model_direct,
            model_edge,
            model_saved_ms: to_microseconds(model_direct.first_byte_ms - model_edge.first_byte_ms),
        }
    }
}

impl Cold {
    pub(super) fn new(paths: Paths, measured: &[Taken]) -> Self {
        let model_edge = model_edge(Handshake::Tls13, paths, Origin::Cold(Handshake::Tls13));
        Self { edge: Waits::median(measured), model_edge }
    }
}

fn model_edge(handshake: Handshake, paths: Paths, origin: Origin) -> Waits {
    via_edge(handshake, ms(paths.to_edge), ms(paths.to_origin), origin, 0.0).into()
}

impl Waits {
    fn median(taken: &[Taken]) -> Self {
        let of = |phase: fn(&Taken) -> Duration| {
            let mut all: Vec<_> = taken.iter().map(phase).collect();
            all.sort_unstable();
            all.get(all.len() / 2).copied().map_or(0.0, ms)
        };
        Self { set_up_ms: of(|taken| taken.set_up), first_byte_ms: of(|taken| taken.first_byte) }
    }
}

impl From<Timing> for Waits {
    fn from(timing: Timing) -> Self {
        Self { set_up_ms: timing.set_up, first_byte_ms: timing.first_byte }
    }
}

pub(super) fn ms(duration: Duration) -> f64 {
    to_microseconds(duration.as_secs_f64() * 1000.0)
}

/// Milliseconds to three places: more was not measured.
fn to_microseconds(ms: f64) -> f64 {
    (ms * 1000.0).round() / 1000.0
}
