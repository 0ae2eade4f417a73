//! The text formats that a store is made from: master files, data lines and maps.
//!
//! Each `parse` reads a text once, from front to back, and hands what it says to a
//! [`Sink`](crate::source::Sink), item by item in wire form. A mistake is told with its line and column,
//! and reading goes on with the next entry, so that one run tells all mistakes. Nothing is kept of what
//! was read but the state that the format itself carries on (origin, owner, time to live).
//!
//! | format | function | for |
//! |---|---|---|
//! | master file (RFC 1035 §5) | [`master::parse`] | zones |
//! | data lines (tinydns-data, dnsrocks) | [`data::parse`] | zones, maps and shares in one file |
//! | map | [`map::parse`] | `prefix location`, or ranges as CSV |
//!
//! `FORMATS.md` of this crate is the table of all lines, fields and directives.

pub mod data;
pub mod detect;
pub mod diff;
pub mod image;
pub mod map;
pub mod master;
pub mod render;
pub mod write;

mod address;
mod block;
mod number;
mod plain;
mod report;
#[cfg(test)]
mod testing;

pub use detect::{Format, detect};
pub use report::Summary;

/// What a parser refuses to exceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Errors told before reading stops, at least 1; as many warnings are told.
    pub problems: u32,
    /// `$INCLUDE` inside `$INCLUDE`.
    pub include_depth: u32,
    /// Texts taken in by `$INCLUDE`, altogether.
    pub includes: u32,
    /// Records made by `$GENERATE`, altogether.
    pub generated: u32,
    /// Range points (data line `!`): the only lines that are kept until the end, at about 40 octets each.
    pub range_points: u32,
}

impl Limits {
    /// Enough for any input made in good faith that we know of.
    pub const DEFAULT: Self = Self {
        problems: 1_000,
        include_depth: 10,
        includes: 10_000,
        generated: 1 << 20,
        range_points: 1 << 24,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
