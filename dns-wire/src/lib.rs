//! DNS messages as zero-copy views, and a builder into the caller's buffer: no_std, no allocation, no panic.
//!
//! # A server in one function
//!
//! ```
//! use dns_wire::{Builder, Class, Message, Opcode, RType, Rcode, Ttl};
//!
//! /// Answers every question for an address with 192.0.2.1. `None` when nothing is to be sent.
//! fn answer<'b>(query: &Message<'_>, buffer: &'b mut [u8]) -> Option<&'b mut [u8]> {
//!     let asked = query.header().flags;
//!     if asked.response() {
//!         return None; // else two servers may answer each other for ever
//!     }
//!     let (edns, rcode) = match query.edns() {
//!         Err(_) => (None, Rcode::FORMERR),
//!         Ok(Some(edns)) if edns.version() > 0 => (Some(edns), Rcode::BADVERS), // RFC 6891 §6.1.3
//!         Ok(edns) if asked.opcode() != Opcode::QUERY => (edns, Rcode::NOTIMP),
//!         Ok(edns) => (edns, Rcode::NOERROR),
//!     };
//!     let mut answers = Builder::reply(buffer, query).ok()?;
//!     answers.set_limit(edns.map_or(512, |edns| edns.payload_size().max(512)).into());
//!     answers.reserve(if edns.is_some() { 11 } else { 0 }).ok()?;
//!     if rcode == Rcode::NOERROR
//!         && let Some(question) = query.question()
//!         && question.qtype == RType::A
//!         && let Ok(name) = question.name.to_name_buf()
//!     {
//!         // What has no room sets TC: the client asks again over TCP.
//!         let _ = answers.push_rrset(name.as_name(), RType::A, Class::IN, Ttl(60), [&[192, 0, 2, 1][..]]);
//!     }
//!     answers.set_flags(answers.flags().with_rcode(rcode));
//!     let mut additionals = answers.additionals();
//!     if let Some(edns) = edns {
//!         additionals.push_opt(1232, rcode, edns.dnssec_ok(), &[]).ok()?;
//!     }
//!     Some(additionals.finish())
//! }
//!
//! // The question for www.example. A, as it comes from the network.
//! let packet = b"\x00\x07\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x07example\x00\x00\x01\x00\x01";
//! let query = Message::parse(packet)?;
//! let mut buffer = [0; 1232];
//! let reply = Message::parse(answer(&query, &mut buffer).expect("a reply"))?;
//! let record = reply.answers().next().expect("one answer")?;
//! assert_eq!(record.owner.to_string(), "www.example.");
//! assert_eq!(record.rdata.display(record.rtype).to_string(), "192.0.2.1");
//! assert!(answer(&reply, &mut [0; 1232]).is_none());
//! # let mut notify = *packet;
//! # notify[2] = 0x20;
//! # let mut room = [0; 1232];
//! # let reply = Message::parse(answer(&Message::parse(&notify)?, &mut room).expect("a reply"))?;
//! # assert_eq!((reply.rcode(None), reply.records().count()), (Rcode::NOTIMP, 0));
//! # let mut version_1 = packet.to_vec();
//! # version_1[11] = 1;
//! # version_1.extend_from_slice(b"\x00\x00\x29\x04\xd0\x00\x01\x00\x00\x00\x00");
//! # let mut room = [0; 1232];
//! # let reply = Message::parse(answer(&Message::parse(&version_1)?, &mut room).expect("a reply"))?;
//! # assert_eq!(reply.rcode(reply.edns()?.as_ref()), Rcode::BADVERS);
//! # assert_eq!(reply.answers().count(), 0);
//! # let mut room = [0; 40];
//! # let reply = Message::parse(answer(&query, &mut room).expect("a reply"))?;
//! # assert!(reply.header().flags.truncated());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The words
//!
//! | to | there is |
//! |---|---|
//! | read a message | [`Message`], its [`Question`]s and [`Record`]s; nothing is looked at before it is asked for |
//! | write one | [`Builder`]: sections as states, each push whole or not at all |
//! | hold a name | [`Name`], borrowed and uncompressed; [`NameBuf`], owned, 255 octets; [`MessageName`], where it lies in a message, perhaps compressed |
//! | look into RDATA | [`rdata::Rdata::parse`] for a type known to the program, [`rdata::Data`] for any; [`rdata::from_text`] and [`rdata::display`] for zone text |
//! | speak EDNS | [`edns`]: the OPT record, its options, cookies, padding |
//! | transfer, update, subscribe | [`transfer`], [`update`], [`dso`], and [`stream`] for the lengths of TCP |
//! | sign messages | [`tsig`](mod@tsig), [`tkey`] |
//! | work on DNSSEC data | [`dnssec`]: canonical forms, digests, hashes, what a signature covers |
//!
//! # Decisions
//!
//! - **Numbers, not enums.** [`RType`], [`Class`], [`Rcode`] and the like are numbers with names, so that an
//!   unknown code and a known one are handled by the same line.
//! - **Lazy, then whole.** Walking a message costs what is touched; [`Message::check`] and [`rdata::validate`]
//!   look at everything.
//! - **Pointers go back, and few times.** A compression pointer points to earlier octets, a name follows a
//!   bounded number of them, and no message of 64 KiB costs more than two milliseconds to walk.
//! - **Case is kept** as it was written, and does not count in comparisons (RFC 4343). A name is compressed to
//!   one of the same case only.
//! - **Time and secrets are arguments.** Nothing reads a clock, draws a random number, or opens a socket.
//!
//! # Promises
//!
//! Panics: never, whatever the input. Allocations: none, text in both directions included. Unsafe code: none.
//! Recursion: none. What proves each is listed in the workspace's `PROMISES.md`; which test covers each record
//! type, option and parameter, in this crate's `COVERAGE.md`.
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `digest` | DS digests and NSEC3 hashes, by RustCrypto |
//! | `tsig` | transaction signatures |
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

mod builder;
mod class;
pub mod dnssec;
pub mod dso;
pub mod edns;
mod error;
mod header;
mod message;
mod name;
mod opcode;
mod rcode;
pub mod rdata;
mod reader;
mod registry;
mod rtype;
pub mod stream;
pub mod tkey;
pub mod transfer;
#[cfg(feature = "tsig")]
pub mod tsig;
mod ttl;
pub mod update;
mod writer;

pub use builder::{
    Additional, Answer, Authority, Builder, Question as QuestionSection, RecordSection,
};
pub use class::Class;
pub use error::{Full, TextError, TextErrorKind, WireError, WireErrorKind};
pub use header::{Flags, Header};
pub use message::{Message, Question, Questions, Record, Records, Section};
pub use name::{Label, Labels, MessageLabels, MessageName, Name, NameBuf};
pub use opcode::Opcode;
pub use rcode::Rcode;
pub use rtype::RType;
pub use ttl::Ttl;

use reader::Reader;
use writer::Writer;
