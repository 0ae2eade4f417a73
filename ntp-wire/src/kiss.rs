//! Kiss codes, RFC 5905 §7.4 and RFC 8915 §5.7.

use core::fmt;

use crate::ReferenceId;

/// Why a server sent a packet without the time: four ASCII letters in the reference identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kiss(pub [u8; 4]);

impl Kiss {
    /// Access denied: stop asking this server.
    pub const DENY: Self = Self(*b"DENY");
    /// Access denied by local policy: stop asking this server.
    pub const RSTR: Self = Self(*b"RSTR");
    /// Asking too often: lengthen the poll interval at once.
    pub const RATE: Self = Self(*b"RATE");
    /// NTS negative acknowledgement: the cookie could not be used.
    pub const NTSN: Self = Self(*b"NTSN");
}

impl From<Kiss> for ReferenceId {
    fn from(kiss: Kiss) -> Self {
        Self(kiss.0)
    }
}

impl From<ReferenceId> for Kiss {
    fn from(id: ReferenceId) -> Self {
        Self(id.0)
    }
}

impl fmt::Display for Kiss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}
