//! Whom a server answers, as data.

use crate::{Log2Seconds, Mode, Version};

/// What a server accepts and how it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Protocol versions that get a reply. By default 1 to 4. Version 5 has another header: leave
    /// it out, its room is `v5`.
    pub versions: Versions,
    /// Whether a symmetric active request (mode 1) is answered in mode 2. Some clients, Windows
    /// among them, ask a server this way. No association is kept. By default yes.
    pub symmetric: bool,
    /// Whether a request is answered while the server is not synchronised. The reply then says
    /// so, and a client looks elsewhere at once instead of waiting. By default yes.
    pub unsynchronised: bool,
    /// The poll interval of a reply is this or the request's, whichever is longer.
    pub poll: Log2Seconds,
}

impl Policy {
    /// The mode of the reply to a request of this version and mode, if it gets one.
    #[inline]
    pub(crate) const fn reply_mode(&self, version: Version, mode: Mode) -> Option<Mode> {
        match mode {
            Mode::Client => Some(Mode::Server),
            Mode::SymmetricActive if self.symmetric => Some(Mode::SymmetricPassive),
            // RFC 1059 has no mode field: the bits are zero. The answer is never in mode 0,
            // or two servers could talk to each other for ever.
            Mode::Reserved if version.to_bits() == 1 => Some(Mode::Server),
            _ => None,
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            versions: Versions::V1_TO_V4,
            symmetric: true,
            unsynchronised: true,
            poll: Log2Seconds(3),
        }
    }
}

/// A set of protocol versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions(u8);

impl Versions {
    /// No version at all.
    pub const NONE: Self = Self(0);
    /// The published versions, 1 to 4.
    pub const V1_TO_V4: Self = Self(0b1_1110);

    /// This set and `version`.
    #[must_use]
    pub const fn with(self, version: Version) -> Self {
        Self(self.0 | 1 << (version.to_bits() & 7))
    }

    /// Whether `version` is in the set.
    #[must_use]
    #[inline]
    pub const fn contains(self, version: Version) -> bool {
        self.0 >> (version.to_bits() & 7) & 1 == 1
    }
}
