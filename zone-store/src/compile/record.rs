//! What can be said of a record on its own.

use dns_wire::{RType, Ttl, rdata};

use crate::source::SourceRecord;

/// Refuses what no zone can hold, and what no one who asks would take.
pub(crate) fn check(record: &SourceRecord<'_>) -> Result<(), &'static str> {
    if record.rtype.is_meta() {
        return Err("this type is for queries, not for data");
    }
    if record.ttl > Ttl::MAX {
        return Err("TTL is above 2147483647 (RFC 2181 §8)");
    }
    if record.rdata.len() > 65_535 {
        return Err("RDATA is longer than 65535 octets");
    }
    if rdata::validate(record.rtype, record.rdata).is_err() {
        return Err("RDATA is not valid for its type");
    }
    check_digest(record.rtype, record.rdata)
}

/// Digests as long as their kind says. The wire form allows others, which no validator takes: most likely the line was
/// cut short.
fn check_digest(rtype: RType, rdata: &[u8]) -> Result<(), &'static str> {
    let octet = |at: usize| rdata.get(at).copied().unwrap_or(0);
    let digest = match rtype {
        // RFC 4034 §5.1.4, and the registry of digests: RFC 4509, 5933, 6605, 9558, 9563.
        RType::DS | RType::CDS | RType::DLV | RType::TA => match octet(3) {
            1 => Some((4, 20)),
            2 | 3 | 5 | 6 => Some((4, 32)),
            4 => Some((4, 48)),
            _ => None,
        },
        // RFC 4255 §3.1.2, RFC 6594 §4.2.
        RType::SSHFP => match octet(1) {
            1 => Some((2, 20)),
            2 => Some((2, 32)),
            _ => None,
        },
        // RFC 8976 §2.2.3.
        RType::ZONEMD => match octet(5) {
            1 => Some((6, 48)),
            2 => Some((6, 64)),
            _ => None,
        },
        _ => None,
    };
    match digest {
        Some((header, length)) if rdata.len().checked_sub(header) != Some(length) => {
            Err("the digest is not as long as its kind says")
        }
        _ => Ok(()),
    }
}
