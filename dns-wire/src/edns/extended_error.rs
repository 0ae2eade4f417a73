//! Extended DNS errors (RFC 8914).

use super::{EdnsOption, OptionCode};
use crate::registry::registry;
use crate::{Full, WireError, WireErrorKind, Writer};

/// More about why a response is as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtendedError<'a> {
    /// What.
    pub info_code: InfoCode,
    /// More for people; should be UTF-8, may be empty.
    pub extra_text: &'a [u8],
}

impl<'a> ExtendedError<'a> {
    /// Reads the option.
    ///
    /// # Errors
    /// When it has fewer than two octets.
    pub fn read(option: &EdnsOption<'a>) -> Result<Self, WireError> {
        match option.data.split_first_chunk::<2>() {
            Some((&code, extra_text)) => {
                Ok(Self { info_code: InfoCode(u16::from_be_bytes(code)), extra_text })
            }
            None => Err(WireError::new(WireErrorKind::Truncated, option.position)),
        }
    }

    /// Writes the option, its code and length included, and returns its length.
    ///
    /// # Errors
    /// When `out` is too small or the text longer than 65533 octets.
    pub fn write(&self, out: &mut [u8]) -> Result<usize, Full> {
        let mut out = Writer::new(out);
        out.u16(OptionCode::EXTENDED_ERROR.0)?;
        out.u16(u16::try_from(self.extra_text.len().saturating_add(2)).map_err(|_| Full)?)?;
        out.u16(self.info_code.0)?;
        out.slice(self.extra_text)?;
        Ok(out.len())
    }
}

/// The codes of extended errors (IANA registry).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InfoCode(pub u16);

registry!(InfoCode(u16), "EDE", {
    /// None of the others.
    OTHER = 0 "OTHER",
    /// Unsupported DNSKEY algorithm.
    UNSUPPORTED_DNSKEY_ALGORITHM = 1 "UNSUPPORTED-DNSKEY-ALGORITHM",
    /// Unsupported DS digest type.
    UNSUPPORTED_DS_DIGEST_TYPE = 2 "UNSUPPORTED-DS-DIGEST-TYPE",
    /// Stale answer.
    STALE_ANSWER = 3 "STALE-ANSWER",
    /// Forged answer.
    FORGED_ANSWER = 4 "FORGED-ANSWER",
    /// DNSSEC indeterminate.
    DNSSEC_INDETERMINATE = 5 "DNSSEC-INDETERMINATE",
    /// DNSSEC bogus.
    DNSSEC_BOGUS = 6 "DNSSEC-BOGUS",
    /// Signature expired.
    SIGNATURE_EXPIRED = 7 "SIGNATURE-EXPIRED",
    /// Signature not yet valid.
    SIGNATURE_NOT_YET_VALID = 8 "SIGNATURE-NOT-YET-VALID",
    /// DNSKEY missing.
    DNSKEY_MISSING = 9 "DNSKEY-MISSING",
    /// RRSIGs missing.
    RRSIGS_MISSING = 10 "RRSIGS-MISSING",
    /// No zone key bit set.
    NO_ZONE_KEY_BIT_SET = 11 "NO-ZONE-KEY-BIT-SET",
    /// NSEC missing.
    NSEC_MISSING = 12 "NSEC-MISSING",
    /// Cached error.
    CACHED_ERROR = 13 "CACHED-ERROR",
    /// Not ready.
    NOT_READY = 14 "NOT-READY",
    /// Blocked.
    BLOCKED = 15 "BLOCKED",
    /// Censored.
    CENSORED = 16 "CENSORED",
    /// Filtered.
    FILTERED = 17 "FILTERED",
    /// Prohibited.
    PROHIBITED = 18 "PROHIBITED",
    /// Stale NXDOMAIN answer.
    STALE_NXDOMAIN_ANSWER = 19 "STALE-NXDOMAIN-ANSWER",
    /// Not authoritative.
    NOT_AUTHORITATIVE = 20 "NOT-AUTHORITATIVE",
    /// Not supported.
    NOT_SUPPORTED = 21 "NOT-SUPPORTED",
    /// No reachable authority.
    NO_REACHABLE_AUTHORITY = 22 "NO-REACHABLE-AUTHORITY",
    /// Network error.
    NETWORK_ERROR = 23 "NETWORK-ERROR",
    /// Invalid data.
    INVALID_DATA = 24 "INVALID-DATA",
    /// Signature expired before it was valid.
    SIGNATURE_EXPIRED_BEFORE_VALID = 25 "SIGNATURE-EXPIRED-BEFORE-VALID",
    /// Too early (RFC 9250).
    TOO_EARLY = 26 "TOO-EARLY",
    /// Unsupported NSEC3 iterations value (RFC 9276).
    UNSUPPORTED_NSEC3_ITERATIONS = 27 "UNSUPPORTED-NSEC3-ITERATIONS",
    /// Unable to conform to policy.
    UNABLE_TO_CONFORM_TO_POLICY = 28 "UNABLE-TO-CONFORM-TO-POLICY",
    /// Synthesized.
    SYNTHESIZED = 29 "SYNTHESIZED",
    /// Invalid query type (RFC 9824).
    INVALID_QUERY_TYPE = 30 "INVALID-QUERY-TYPE",
});
