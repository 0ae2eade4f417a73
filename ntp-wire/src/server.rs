//! The responder: a request and the server's state in, a reply or a reason out.
//!
//! A reply is never longer than its request, so a forged source address gains an attacker nothing.

mod policy;
mod respond;
mod state;

pub(crate) use respond::compose;

pub use policy::{Policy, Versions};
pub use respond::{Arrival, Ignored, kiss, respond};
pub use state::ServerState;
