//! Response codes (RFC 1035 §4.1.1, RFC 6895 §2.3).

use core::fmt;

use crate::registry::registry;

/// How a request went: 12 bits, of which the header holds the low four and OPT the rest (RFC 6891 §6.1.3).
/// TSIG and TKEY errors share the registry and use 16 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rcode(pub u16);

registry!(Rcode(u16), "RCODE", {
    /// No error.
    NOERROR = 0 "NOERROR",
    /// The request could not be read.
    FORMERR = 1 "FORMERR",
    /// The server failed.
    SERVFAIL = 2 "SERVFAIL",
    /// The name does not exist.
    NXDOMAIN = 3 "NXDOMAIN",
    /// Not implemented.
    NOTIMP = 4 "NOTIMP",
    /// Refused by policy.
    REFUSED = 5 "REFUSED",
    /// A name exists that should not (RFC 2136, RFC 6672 §2.2).
    YXDOMAIN = 6 "YXDOMAIN",
    /// An RRset exists that should not (RFC 2136).
    YXRRSET = 7 "YXRRSET",
    /// An RRset that should exist does not (RFC 2136).
    NXRRSET = 8 "NXRRSET",
    /// Not authoritative (RFC 2136), or not authorized (RFC 8945).
    NOTAUTH = 9 "NOTAUTH",
    /// A name outside the zone (RFC 2136).
    NOTZONE = 10 "NOTZONE",
    /// DSO type not implemented (RFC 8490).
    DSOTYPENI = 11 "DSOTYPENI",
    /// Bad OPT version (RFC 6891); in a TSIG record the same number is BADSIG (RFC 8945).
    BADVERS = 16 "BADVERS",
    /// Key not recognized (RFC 8945).
    BADKEY = 17 "BADKEY",
    /// Signature out of its time window (RFC 8945).
    BADTIME = 18 "BADTIME",
    /// Bad TKEY mode (RFC 2930).
    BADMODE = 19 "BADMODE",
    /// Duplicate key name (RFC 2930).
    BADNAME = 20 "BADNAME",
    /// Algorithm not supported (RFC 2930).
    BADALG = 21 "BADALG",
    /// Bad truncation (RFC 8945).
    BADTRUNC = 22 "BADTRUNC",
    /// Bad or missing server cookie (RFC 7873).
    BADCOOKIE = 23 "BADCOOKIE",
}, also {
    /// Bad signature in a TSIG record (RFC 8945 §3), the same number as BADVERS. Shown as that, except by
    /// [`in_tsig`](Self::in_tsig).
    BADSIG = 16 "BADSIG",
});

impl Rcode {
    /// The mnemonic of the error of a TSIG or TKEY record, in which 16 is BADSIG (RFC 8945 §3).
    #[must_use]
    pub fn in_tsig(self) -> impl fmt::Display {
        InTsig(self)
    }

    /// The four bits that stand in the header.
    #[must_use]
    pub const fn header_bits(self) -> u8 {
        self.0.to_be_bytes()[1] & 0x0f
    }

    /// The eight bits that stand in OPT.
    #[must_use]
    pub const fn extended_bits(self) -> u8 {
        (self.0 >> 4).to_be_bytes()[1]
    }

    /// Both parts put together.
    #[must_use]
    pub fn from_parts(extended_bits: u8, header_bits: u8) -> Self {
        Self(u16::from(extended_bits) << 4 | u16::from(header_bits & 0x0f))
    }
}

/// See [`Rcode::in_tsig`].
struct InTsig(Rcode);

impl fmt::Display for InTsig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Rcode::BADSIG => f.write_str("BADSIG"),
            other => other.fmt(f),
        }
    }
}
