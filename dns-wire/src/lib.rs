//! DNS messages as zero-copy views, and a builder into the caller's buffer: no_std, no allocation, no panic.
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
