//! The canonical form and order of RDATA (RFC 4034 §§6.2, 6.3; RFC 6840 §5.1).

use core::cmp::Ordering;

use crate::RType;
use crate::rdata::next_name;

/// The octets of uncompressed RDATA in canonical form: names of the listed types in lower case.
pub fn canonical_octets(rtype: RType, rdata: &[u8]) -> impl Iterator<Item = u8> + Clone {
    // No type has more than two names that are lower-cased.
    let range = |index| match next_name(rtype, rdata, index) {
        Some((start, end, role)) if role.lowercase => start..end,
        _ => 0..0,
    };
    let names = [range(0), range(1)];
    rdata.iter().enumerate().map(move |(at, octet)| {
        if names.iter().any(|name| name.contains(&at)) {
            octet.to_ascii_lowercase()
        } else {
            *octet
        }
    })
}

/// The canonical order of two RDATA of one type, both uncompressed: as octets, the shorter first.
/// It is a total order of malformed RDATA too, whose names are taken as they stand from where they cannot be read.
#[must_use]
pub fn canonical_cmp(rtype: RType, a: &[u8], b: &[u8]) -> Ordering {
    // The raw octets are the key of both only where neither has a name: one value, one key, or sorting may panic.
    if next_name(rtype, a, 0).is_none() && next_name(rtype, b, 0).is_none() {
        return a.cmp(b);
    }
    canonical_octets(rtype, a).cmp(canonical_octets(rtype, b))
}
