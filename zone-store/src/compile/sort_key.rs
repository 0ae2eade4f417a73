//! Owner names as octet strings whose plain order is the canonical order of names (RFC 4034 §6.1), and in
//! which a name starts with each of its ancestors.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use dns_wire::Name;

/// Appends the key of a name in wire form: its labels from the root down, in lower case, each ended by 0;
/// octets 0 and 1 inside a label are written 1 1 and 1 2, so that an end sorts before any octet.
pub(crate) fn push(out: &mut Vec<u8>, wire: &[u8]) {
    let mut starts = [0u8; 128];
    let mut count = 0usize;
    let mut at = 0usize;
    while let Some(len) = wire.get(at).copied().filter(|len| *len > 0) {
        if let (Some(slot), Ok(start)) = (starts.get_mut(count), u8::try_from(at)) {
            *slot = start;
        }
        count = count.saturating_add(1);
        at = at.saturating_add(usize::from(len)).saturating_add(1);
    }
    for start in starts.iter().take(count).rev() {
        let start = usize::from(*start);
        let len = wire.get(start).map_or(0, |len| usize::from(*len));
        let label = wire.get(start.saturating_add(1)..).and_then(|rest| rest.get(..len));
        for octet in label.unwrap_or_default() {
            match octet.to_ascii_lowercase() {
                0 => out.extend_from_slice(&[1, 1]),
                1 => out.extend_from_slice(&[1, 2]),
                other => out.push(other),
            }
        }
        out.push(0);
    }
}

/// Where each label of a key ends: lengths of the keys of all ancestors, the key itself last.
pub(crate) fn ends(key: &[u8]) -> impl DoubleEndedIterator<Item = usize> {
    key.iter().enumerate().filter(|(_, octet)| **octet == 0).map(|(at, _)| at.saturating_add(1))
}

/// Appends the labels of a key in wire form, the deepest first, without a root.
pub(crate) fn wire(out: &mut Vec<u8>, key: &[u8]) {
    for label in key.strip_suffix(&[0]).map(|k| k.rsplit(|octet| *octet == 0)).into_iter().flatten()
    {
        let length_at = out.len();
        out.push(0);
        let mut octets = label.iter();
        while let Some(octet) = octets.next() {
            out.push(match octet {
                1 => octets.next().map_or(0, |escaped| escaped.saturating_sub(1)),
                other => *other,
            });
        }
        let len = out.len().saturating_sub(length_at).saturating_sub(1);
        if let Some(slot) = out.get_mut(length_at) {
            *slot = u8::try_from(len).unwrap_or(0);
        }
    }
}

/// The eight octets of a key from `at` on, as a number in their order.
pub(crate) fn word(key: &[u8], at: usize) -> u64 {
    let rest = key.get(at..).unwrap_or_default();
    if let Some(word) = rest.first_chunk::<8>() {
        return u64::from_be_bytes(*word);
    }
    let mut octets = [0u8; 8];
    for (to, from) in octets.iter_mut().zip(rest) {
        *to = *from;
    }
    u64::from_be_bytes(octets)
}

/// The name of a key, for people.
pub(crate) fn text(key: &[u8]) -> String {
    let mut name = Vec::new();
    wire(&mut name, key);
    name.push(0);
    Name::from_wire(&name).map(|name| name.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{ends, push, wire};
    use std::vec::Vec;

    fn key(name: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        push(&mut out, name);
        out
    }

    #[test]
    fn canonical_order_of_rfc_4034_section_6_1() {
        let names: [&[u8]; 9] = [
            b"\x07example\0",
            b"\x01a\x07example\0",
            b"\x08yljkjljk\x01a\x07example\0",
            b"\x01Z\x01a\x07example\0",
            b"\x04zABC\x01a\x07EXAMPLE\0",
            b"\x01z\x07example\0",
            b"\x01\x01\x01z\x07example\0",
            b"\x01*\x01z\x07example\0",
            b"\x01\xc8\x01z\x07example\0",
        ];
        for pair in names.windows(2) {
            assert!(key(pair[0]) < key(pair[1]), "{pair:?}");
        }
        assert!(key(b"\x01\0\0") < key(b"\x01\x01\0"));
        assert!(key(b"\x01a\0") < key(b"\x02a\0\0"));
    }

    #[test]
    fn back_to_wire() {
        for name in [&b"\x01\0\x02\x01A\x07Example\0"[..], b"\0", b"\x03www\x01*\0"] {
            let key = key(name);
            let mut out = Vec::new();
            wire(&mut out, &key);
            out.push(0);
            assert_eq!(out, name.to_ascii_lowercase());
            assert_eq!(ends(&key).last().unwrap_or(0), key.len());
        }
    }
}
