//! A verified, memory-mappable image of DNS zones and client maps, and the answer to any question of it.
//!
//! ```
//! # #[cfg(feature = "alloc")] {
//! use zone_store::text::{data, map};
//! use zone_store::{Client, Compiler, Image, Overrides, Policy};
//!
//! // Compile: any number of sources, in any order.
//! let mut compiler = Compiler::default();
//! let lines = b".example:192.0.2.1:a\n8www.example:m\n\
//!     +www.example:192.0.2.80:60\n+www.example:198.51.100.80:60::oslo:1\n";
//! data::parse(lines, data::Options::new(0), &mut compiler);
//! map::parse(b"203.0.113.0/24 oslo", map::Options::new(1, b"m"), &mut compiler);
//! let compiled = compiler.finish().expect("no problems");
//!
//! // Open: a file, an mmap, bytes in the program. Checked once.
//! let image = Image::open(compiled.image).expect("an image");
//!
//! // Answer: octets in, octets out.
//! let query = b"\x12\x34\0\0\0\x01\0\0\0\0\0\0\x03www\x07example\0\0\x01\0\x01";
//! let mut reply = [0; 1232];
//! let answered = image
//!     .store()
//!     .answer(query, &Client::default(), &Policy::default(), &Overrides::NONE, 7, &mut reply)
//!     .expect("a reply");
//! assert_eq!(reply[answered.len - 4..answered.len], [192, 0, 2, 80]);
//! # }
//! ```
//!
//! # Words
//! - An **image** is one flat run of octets: zones, names, client maps, and the indexes to find them. It works
//!   where it lies and is never changed; a server swaps it for another.
//! - A **store** is the look-ups of an image that was checked. It is copied and shared freely.
//! - A **location** is where clients are. Rows (records) have one, or are **default rows**, for all.
//! - A **client map** leads from an address to a location. It is bound to names, for the address of the
//!   resolver or for that of its client (RFC 7871), and to the names below a name by `*`. A name without a
//!   bound map asks the default map, called by the empty id.
//! - A **pool** is an RRset of which few records are drawn by weight for each answer: any with a weight, and
//!   addresses of a location.
//! - A **delta** is what leads from one image to another; an **overlay** shows it before that image is written.
//! - An **override** sends the clients of a location to others until further notice.
//!
//! # Decisions
//! - A record belongs to the deepest zone at or above its owner whose SOA is in the same source; without one,
//!   to the deepest zone of all. DS belongs to the zone above.
//! - NS and DNAME at a wildcard are refused (RFC 4592 §4.2, §4.4). So is a name and type that has rows for some
//!   locations and no default rows (RFC 7871 §7.4), unless allowed.
//! - Weight 0 is the last resort: such records are drawn only when no record of the pool has a weight.
//! - With a Client Subnet option a reply holds tailored data of one name at most: a CNAME chain stops before
//!   the next (RFC 7871 §7.2.1). Referrals, denials and additional records are not tailored (§7.4).
//! - When a prefix is told that is too short to tell the ranges beneath it apart, the longest prefix of the map
//!   that covers it answers, and the scope is longer than the source.
//! - Names are kept in lower case and the reply repeats the question's own; names in RDATA keep their case.
//! - Name servers in an answer come with their addresses, glue too (RFC 9609 §4.1); other targets only with
//!   addresses that are answers themselves.
//! - A signed RRset is served whole. NSEC3 with more than 150 iterations is refused.
//!
//! # Promises
//! No look-up allocates, panics, recurses, or works without bound, whatever the query: at most 16 names are
//! followed, at most nine probes find an encloser, at most 32 buckets a name. Opening an image allocates
//! nothing and panics on nothing. Work with `alloc` is bounded by the limits of `CompileOptions`.
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

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod answer;
mod bytes;
#[cfg(feature = "alloc")]
mod compile;
#[cfg(feature = "alloc")]
mod delta;
mod digest;
mod dump;
mod image;
mod index;
mod key;
mod location;
mod map;
mod node;
mod nsec;
mod nsec3;
mod overlay;
mod overrides;
mod random;
mod rrset;
mod sha1;
#[cfg(feature = "alloc")]
pub mod source;
mod store;
#[cfg(feature = "alloc")]
pub mod text;

pub use answer::{Answered, AnyPolicy, Batch, Client, Dropped, Policy, Question, Transport};
#[cfg(feature = "alloc")]
pub use compile::{
    Alone, Check, Checks, Combine, CompileOptions, Compiled, Compiler, Job, Refused, Report, Stage,
    Workers,
};
#[cfg(feature = "alloc")]
#[doc(hidden)]
pub use delta::reseal_delta;
#[cfg(feature = "alloc")]
pub use delta::{
    BindingChange, BoundMaps, Change, Delta, DeltaError, MapChange, RangeChange, RecordChange,
    ZoneChange,
};
pub use dump::{Binding, ClientMap, MapRange, Zone, ZoneRecord};
#[doc(hidden)]
pub use image::reseal;
pub use image::{Image, ImageError, ImageErrorKind, Section};
pub use location::Location;
#[cfg(feature = "alloc")]
pub use map::MapForm;
pub use overlay::{Overlaid, Overlay};
pub use overrides::Overrides;
#[cfg(feature = "alloc")]
pub use overrides::{OverrideError, OverrideTable};
pub use store::Store;
