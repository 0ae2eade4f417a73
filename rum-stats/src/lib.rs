//! From a latency sample to a decision one can defend: the maths of load balancing by Real User Metrics.
//!
//! ```
//! use rum_stats::assign::{Options, Problem, assign};
//! use rum_stats::{Confidence, Micros, Prefix, Sketch, compare, map};
//!
//! // Record: nanoseconds, no allocation, anywhere.
//! let (mut near, mut far) = (Sketch::new(), Sketch::new());
//! near.extend((0..200).map(|i| Micros(20_000 + 50 * i)));
//! far.extend((0..200).map(|i| Micros(70_000 + 50 * i)));
//!
//! // Compare: an interval, not a hunch.
//! let gain = compare::median_difference(&far, &near, Confidence::P95)?;
//! assert!(gain.low > 45_000.0);
//!
//! // Decide under capacity: two prefixes want the near PoP, and one of them fits.
//! let prefixes = ["192.0.2.0", "198.51.100.0"].map(|text| Prefix::new(text.parse().unwrap(), 24).unwrap());
//! let problem =
//!     Problem { demand: &[9.0, 6.0], latency: &[20.0, 70.0, 25.0, 40.0], capacity: &[12.0, 12.0], utilisation: 0.8 };
//! let answer = assign(&problem, &Options::default())?;
//! assert_eq!((answer.main_pop(0), answer.main_pop(1)), (Some(0), Some(1)));
//! // No assignment could cost over 2 % less.
//! assert!(answer.gap() < 0.02);
//!
//! // Publish: prefixes to locations, locations to PoPs by weight.
//! let map = map::build(&prefixes, &answer);
//! assert_eq!(map.entries.len(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # From sample to map
//!
//! | step | module |
//! |---|---|
//! | record, merge, encode | [`sketch`], thin cells in [`sketch::Cell`]; other systems' histograms in [`exchange`] |
//! | whom to believe | [`trust`]: nonces, one sample each, the speed of light, forged shares, k-anonymity |
//! | what is still true | [`time`]: a ring of slices, weighed by half-life |
//! | is it different | [`compare`] medians, [`rank_test`] for shapes, [`bootstrap`] for anything, [`discovery`] for many at once |
//! | what was not measured | `estimate` and [`pool`]: relatives; `resolver`: clients whose resolver hides them |
//! | who serves whom | `assign` under capacity, with shadow prices and a bound |
//! | how coarse | `tree`: the smallest map that costs next to nothing; `map`: one without loss |
//! | when to move | [`stability`]; when a PoP fails: [`availability`], `drain` |
//! | what to measure next | [`exploration`] |
//! | what TLS near the clients saves | [`tls`] |
//! | was it good | [`metrics`] |
//!
//! # Words
//!
//! A *prefix* is a block of client addresses ([`Prefix`]), a *PoP* a place that can serve it, by its column in the
//! latency matrix. A *location* is what a map says of a prefix: its shares of PoPs. *Demand* and *capacity* are in
//! any one unit. Round trips are [`Micros`] in sketches and milliseconds in matrices; every function says
//! which.
//!
//! # Promises
//!
//! Nothing panics, nothing is unsafe. Without the feature `alloc` (on by default) there is no allocation at all,
//! and with it none on the paths that see each sample. Time and randomness are arguments; equal input gives
//! equal output. `COVERAGE.md` names the test for each part.
//!
//! # Not here
//!
//! Reading beacons, storing sketches, DNS: maps leave as plain values, [`Prefix`], location, PoP and weight.
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
