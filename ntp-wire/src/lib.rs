//! Every byte and every equation of NTP, without I/O.
//!
//! A server in two lines: [`server::respond`] turns a request into a reply. The caller owns the
//! socket, the clock, the randomness and every buffer.
//!
//! ```
//! use ntp_wire::server::{Arrival, Policy, ServerState, respond};
//! use ntp_wire::{Packet, Timestamp};
//!
//! let state = ServerState::unsynchronised();
//! let request = ntp_wire::client::request(0x1234_5678_9abc_def0);
//! let arrival = Arrival { received: Timestamp::from_unix(1_700_000_000, 0), noise: 0 };
//! let clock = || Timestamp::from_unix(1_700_000_000, 20_000);
//! let mut reply = [0; 48];
//! let octets = respond(&request.to_bytes(), arrival, clock, &state, &Policy::default(), &mut reply);
//! assert_eq!(octets, Ok(48));
//! let (reply, _) = Packet::parse(&reply).unwrap();
//! assert_eq!(reply.origin, request.transmit);
//! ```
//!
//! # Vocabulary
//! - [`Timestamp`]: an instant, 32.32 bits, which repeats every 136 years. Only differences mean
//!   anything, and those wrap: see there for eras.
//! - [`Span`]: a signed length of time in units of 2^-32 s: offsets, delays, dispersions.
//! - [`Short`]: the unsigned 16.16 form that the header uses for root delay and root dispersion.
//! - [`Packet`]: the 48-octet header, a plain struct.
//!
//! # Rooms
//! - [`server`]: reply to a request, or say why not. [`interleave`]: with the true transmit
//!   timestamp of the reply before. [`limiter`]: who asks too often, in memory the caller gives.
//! - [`client`]: ask, check the reply, measure, decide whom to believe, correct the clock.
//! - [`extension`]: what follows the header. `mac`: symmetric keys. `nts`: Network Time Security.
//! - [`leap_table`]: which leap seconds there are. [`smear`]: a leap second spread over hours, as
//!   integer functions, and a detector of it.
//! - [`control`] and [`cmdmon`]: what ntpd and chronyd tell a monitor.
//! - [`health`]: whether a server should take part in an anycast service.
//!
//! # Features
//! None is on by default, and none needs `alloc` or `std`.
//! - `mac`: MD5, SHA-1, SHA-2 and AES-CMAC; reference identifiers of IPv6 addresses.
//! - `nts`: AES-SIV and AES-GCM-SIV.
//! - `ntpv5-draft08`: version 5, module `v5`.
//! - `leap-list`: the SHA-1 check of a leap second list.
//!
//! # Promises
//! No function panics, whatever it is given. Nothing here allocates, blocks, reads a clock or
//! draws a random number. Work is bounded by a constant, or by the length of a slice given.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::string_slice,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

#[cfg(test)]
extern crate std;

pub mod client;
pub mod cmdmon;
pub mod control;
pub mod extension;
pub mod health;
pub mod interleave;
pub mod leap_table;
pub mod limiter;
#[cfg(feature = "mac")]
pub mod mac;
#[cfg(feature = "nts")]
pub mod nts;
pub mod server;
pub mod smear;
#[cfg(feature = "ntpv5-draft08")]
pub mod v5;

mod bits;
mod frequency;
mod kiss;
mod leap;
mod log2_seconds;
mod mode;
mod packet;
mod reference_id;
mod short;
mod siphash;
mod sort;
mod span;
mod stratum;
mod timestamp;
mod version;

pub use frequency::Frequency;
pub use kiss::Kiss;
pub use leap::Leap;
pub use log2_seconds::Log2Seconds;
pub use mode::Mode;
pub use packet::{Packet, TooShort};
pub use reference_id::ReferenceId;
pub use short::Short;
pub use span::Span;
pub use stratum::Stratum;
pub use timestamp::Timestamp;
pub use version::Version;
