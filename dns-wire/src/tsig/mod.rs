//! Transaction signatures (RFC 8945): made and checked, the clock and the key being arguments.
//!
//! A client calls [`sign`] for its request and [`verify`] for the response, with the MAC of the request.
//! A server finds the name of the key with [`TsigRecord::find`], picks the key, calls [`verify`], and answers
//! with [`sign`], or with [`refuse`] when the request is not to be trusted. The messages of a transfer go
//! through a [`TsigStream`] on both sides.

mod algorithm;
mod error;
mod hasher;
mod key;
mod message;
mod record;
mod stream;

pub use algorithm::TsigAlgorithm;
pub use error::TsigError;
pub use key::{TsigKey, TsigMac};
pub use message::{TsigContext, TsigVerified, refuse, sign, verify};
pub use record::TsigRecord;
pub use stream::TsigStream;
