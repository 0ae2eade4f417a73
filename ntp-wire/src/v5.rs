//! NTP version 5 as draft-ietf-ntp-ntpv5-08 has it. Feature `ntpv5-draft08`.
//!
//! A draft: the layout may change, and this module with it. Every packet says which draft it
//! follows ([`DRAFT`]); others are not understood. Basic mode, both sides; no interleaved mode, no
//! reference identifiers beyond carrying the fields, no authentication.
//!
//! New against version 4: the timescale and the era are in the packet, requests carry no
//! timestamps but a cookie, and a field's length does not count its padding.

mod exchange;
mod fields;
mod header;

pub use exchange::{Exchange, Ignored, Rejected, respond};
pub use fields::{Field, Fields};
pub use header::{Flags, Header, NotV5, Time32, Timescale};

/// What the draft identification field holds.
pub const DRAFT: &[u8] = b"draft-ietf-ntp-ntpv5-08";
