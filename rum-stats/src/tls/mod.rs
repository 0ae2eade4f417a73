//! What ending TLS near the clients saves: a model of round trips, and an estimate from what browsers measure.
//!
//! - The model, [`direct`] and [`via_edge`]: set-up and first byte for each [`Handshake`].
//! - The estimate: [`Phases`] of a page load become a [`Visit`], many visits become an [`Observed`], and with
//!   the round trips to a candidate PoP that gives the [`Observed::saving`] for each new connection, with
//!   an interval.

mod handshake;
mod observed;
mod phases;

pub use handshake::{Handshake, Origin, Timing, direct, saving, via_edge};
pub use observed::{Observed, Saving};
pub use phases::{Phases, Unusable, Visit};
