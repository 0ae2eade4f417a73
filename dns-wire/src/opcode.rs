//! Operation codes (RFC 1035 §4.1.1).

use crate::registry::registry;

/// What a message asks for: 0 to 15.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Opcode(pub u8);

registry!(Opcode(u8), "OPCODE", {
    /// A question.
    QUERY = 0 "QUERY",
    /// Inverse query, obsolete (RFC 3425).
    IQUERY = 1 "IQUERY",
    /// Server status.
    STATUS = 2 "STATUS",
    /// A zone has changed (RFC 1996).
    NOTIFY = 4 "NOTIFY",
    /// Dynamic update (RFC 2136).
    UPDATE = 5 "UPDATE",
    /// DNS Stateful Operations (RFC 8490).
    DSO = 6 "DSO",
});
