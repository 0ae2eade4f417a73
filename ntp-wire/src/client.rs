//! The client: ask, check what comes back, measure.
//!
//! ```
//! use ntp_wire::client::Exchange;
//! use ntp_wire::{Log2Seconds, Timestamp};
//!
//! let sent = Timestamp::from_unix(1_700_000_000, 0);
//! let mut exchange = Exchange::new(0x0123_4567_89ab_cdef, sent, Log2Seconds(-20));
//! let request: [u8; 48] = exchange.request().to_bytes();
//! // Send it, wait, and give what arrives to `exchange.accept`.
//! # let forged = [0; 48];
//! # assert!(exchange.accept(&forged, sent).is_err());
//! ```

mod bound;
mod delay;
mod discipline;
mod exchange;
mod filter;
mod poll;
mod regression;
mod sample;
pub mod select;

pub use bound::{Bound, Interval};
pub use delay::DelayLimits;
pub use discipline::{Correction, Discipline};
pub(crate) use exchange::check_reply;
pub use exchange::{Exchange, Rejected, request};
pub use filter::{ClockFilter, Filtered};
pub use poll::Poll;
pub use regression::{Estimate, Regression};
pub use sample::{Sample, Stamps};
