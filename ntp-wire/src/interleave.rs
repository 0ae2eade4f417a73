//! Interleaved mode, RFC 9769: each reply carries the true transmit timestamp of the one before.
//!
//! A transmit timestamp that is in the packet must be taken before the packet is sent; the kernel
//! or the card takes a better one as it leaves. In interleaved mode that one follows in the next
//! reply.
//!
//! The server remembers replies in a [`Ring`] over memory the caller gives. Its receive timestamps
//! end in a one bit and its transmit timestamps in a zero, as chrony's do, so a request shows by
//! its origin alone which mode it asks for, and forged ones rarely cost a search.

mod client;
mod ring;

pub use client::{InterleavedExchange, Measured};
pub use ring::{Replied, Reply, Ring};
