//! A leap second and the two ways to count through it.

use crate::{Span, Timestamp};

/// Whether a second is added or left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A positive leap: 23:59:60 exists.
    Insert,
    /// A negative leap: 23:59:59 does not exist.
    Delete,
}

/// One leap second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeapSecond {
    /// 00:00:00 UTC right after it, first of a month.
    pub midnight: Timestamp,
    /// Its sign.
    pub kind: Kind,
}

impl LeapSecond {
    /// When UTC leaves the unstepped count: the start of 23:59:60, or the instant at which
    /// 23:59:59 would have started.
    #[must_use]
    pub const fn step(&self) -> Timestamp {
        match self.kind {
            Kind::Insert => self.midnight,
            Kind::Delete => self.midnight.minus(Span::SECOND),
        }
    }

    /// The unstepped count at a UTC reading.
    ///
    /// The readings within a second before midnight are taken as the first pass: give those of
    /// the second pass (23:59:60) one second later.
    #[must_use]
    pub const fn unstepped(&self, utc: Timestamp) -> Timestamp {
        if utc.since(self.midnight).to_bits() < 0 {
            return utc;
        }
        match self.kind {
            Kind::Insert => utc.plus(Span::SECOND),
            Kind::Delete => utc.minus(Span::SECOND),
        }
    }

    /// The UTC reading at an unstepped count. 23:59:60 reads as 23:59:59 again.
    #[must_use]
    pub const fn utc(&self, unstepped: Timestamp) -> Timestamp {
        if unstepped.since(self.step()).to_bits() < 0 {
            return unstepped;
        }
        match self.kind {
            Kind::Insert => unstepped.minus(Span::SECOND),
            Kind::Delete => unstepped.plus(Span::SECOND),
        }
    }
}
