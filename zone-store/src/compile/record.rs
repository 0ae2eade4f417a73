//! What can be said of a record on its own.

use dns_wire::{Name, RType, Ttl, rdata};

use crate::source::SourceRecord;

/// Refuses what no zone can hold, and what no one who asks would take.
pub(crate) fn check(record: &SourceRecord<'_>) -> Result<(), &'static str> {
    match record.rtype.0 {
        0 | 41 | 128..=255 => return Err("this type is for queries, not for data"),
        _ => {}
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
    check_whole(record.rtype, record.rdata)
}

/// Keys and signatures that are there, digests as long as their kind says. The wire form allows others, which no
/// validator takes: most likely the line was cut short.
fn check_whole(rtype: RType, rdata: &[u8]) -> Result<(), &'static str> {
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
        // RFC 4034 §2.1.4; to have the DS removed a child sends one octet (RFC 8078 §4).
        RType::DNSKEY | RType::CDNSKEY if rdata.len() <= 4 => return Err("the key is missing"),
        RType::RRSIG => {
            let after = rdata.get(18..).and_then(|rest| Name::split_from(rest).ok());
            if after.is_some_and(|(_, signature)| signature.is_empty()) {
                return Err("the signature is missing");
            }
            None
        }
        _ => None,
    };
    match digest {
        Some((header, length)) if rdata.len().checked_sub(header) != Some(length) => {
            Err("the digest is not as long as its kind says")
        }
        _ => Ok(()),
    }
}
