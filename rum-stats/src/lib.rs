//! From Real User Metrics to a capacity-aware client map: mergeable latency sketches, comparison, assignment.
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

#[cfg(feature = "alloc")]
pub mod assign;
pub mod availability;
pub mod bootstrap;
pub mod compare;
pub mod discovery;
#[cfg(feature = "alloc")]
pub mod drain;
#[cfg(feature = "alloc")]
pub mod estimate;
pub mod exchange;
pub mod exploration;
#[cfg(feature = "alloc")]
pub mod map;
pub mod metrics;
pub mod normal;
pub mod pool;
pub mod rank_test;
#[cfg(feature = "alloc")]
pub mod resolver;
pub mod sketch;
pub mod stability;
pub mod time;
pub mod tls;
#[cfg(feature = "alloc")]
pub mod tree;
pub mod trust;

mod interval;
mod micros;
mod number;
mod prefix;
mod random;

pub use interval::{Confidence, Interval};
pub use micros::Micros;
pub use prefix::Prefix;
pub use sketch::{Sketch, SmallSketch, WeightedSketch};
