//! A verified, memory-mappable image of DNS zones and client maps, and the answer to any question of it.
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
mod digest;
mod dump;
mod image;
mod index;
mod key;
mod location;
mod map;
mod node;
mod nsec3;
mod overrides;
mod random;
mod rrset;
mod sha1;
#[cfg(feature = "alloc")]
pub mod source;
mod store;
#[cfg(feature = "alloc")]
pub mod text;

pub use answer::{Answered, AnyPolicy, Client, Dropped, Policy, Transport};
#[cfg(feature = "alloc")]
pub use compile::{Combine, CompileOptions, Compiled, Compiler, Report};
pub use dump::{Binding, ClientMap, MapRange, Zone, ZoneRecord};
pub use image::{Image, ImageError, ImageErrorKind, Section};
#[doc(hidden)]
pub use image::reseal;
pub use location::Location;
pub use overrides::Overrides;
#[cfg(feature = "alloc")]
pub use overrides::{OverrideError, OverrideTable};
pub use store::Store;
