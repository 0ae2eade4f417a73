//! Why a message is not to be trusted.

use crate::{Rcode, WireError};

/// Why a message is not to be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TsigError {
    /// There is no TSIG record.
    #[error("no TSIG record")]
    Missing,
    /// The message, or its TSIG record, is malformed: FORMERR.
    #[error("malformed: {0}")]
    Malformed(WireError),
    /// The TSIG record is not the last, or there are two, or its class or TTL is wrong: FORMERR.
    #[error("TSIG record not alone at the end, or of a wrong class or TTL")]
    Place,
    /// A MAC of more octets than the algorithm has, or of fewer than any policy may take: FORMERR
    /// (RFC 8945 §5.2.2.1).
    #[error("a MAC of {0} octets")]
    MacLength(u16),
    /// Another key or algorithm: BADKEY.
    #[error("unknown key or algorithm")]
    Key,
    /// The MAC is wrong: BADSIG.
    #[error("wrong signature")]
    Signature,
    /// Too early or too late; the signature is right. Seconds since 1970 as signed: BADTIME.
    #[error("signed at {0}, out of the window")]
    Time(u64),
    /// The signature is right, and shorter than the key's policy wants: BADTRUNC.
    #[error("signature truncated to {0} octets")]
    Truncated(u16),
    /// The other side reports an error; the signature is right where it could be checked.
    #[error("the peer reports {}", .0.in_tsig())]
    Reported(Rcode),
    /// The other side finds our time out of its window; the signature is right. Seconds since 1970 by its
    /// clock (RFC 8945 §5.2.3).
    #[error("the peer's clock shows {0}, and our time is out of its window")]
    PeerTime(u64),
    /// More messages of a stream in a row without a signature than there may be (RFC 8945 §5.3.1).
    #[error("a hundred messages in a row without a signature")]
    Unsigned,
}

impl TsigError {
    /// The code for the TSIG record of the response (RFC 8945 §5.2); FORMERR where there is none.
    #[must_use]
    pub fn rcode(&self) -> Rcode {
        match self {
            Self::Key => Rcode::BADKEY,
            Self::Truncated(_) => Rcode::BADTRUNC,
            Self::Signature => Rcode::BADSIG,
            Self::Time(_) => Rcode::BADTIME,
            _ => Rcode::FORMERR,
        }
    }
}
