//! Classes (RFC 1035 §3.2.4, RFC 2136 §2.3, RFC 6762 §10.2).

use crate::registry::registry;

/// The class of a record or a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Class(pub u16);

registry!(Class(u16), "CLASS", {
    /// The Internet.
    IN = 1 "IN",
    /// Chaos, today the class of server identity (RFC 4892).
    CH = 3 "CH",
    /// Hesiod.
    HS = 4 "HS",
    /// No class: a prerequisite or a deletion in an UPDATE (RFC 2136 §2.4).
    NONE = 254 "NONE",
    /// Any class, in questions and in UPDATE.
    ANY = 255 "ANY",
});

impl Class {
    /// The top bit, that multicast DNS uses: cache flush in a record, unicast wanted in a question
    /// (RFC 6762 §§5.4, 10.2).
    #[must_use]
    pub const fn multicast_bit(self) -> bool {
        self.0 & 0x8000 != 0
    }

    /// The class without the top bit of multicast DNS.
    #[must_use]
    pub const fn without_multicast_bit(self) -> Self {
        Self(self.0 & 0x7fff)
    }

    /// The class with the top bit of multicast DNS set.
    #[must_use]
    pub const fn with_multicast_bit(self) -> Self {
        Self(self.0 | 0x8000)
    }
}
