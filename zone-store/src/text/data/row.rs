//! Records in the form the sink takes.

use crate::source::{Item, Position, Sink, SourceRecord};
use crate::text::report::Report;
use alloc::format;
use alloc::vec::Vec;
use core::net::IpAddr;
use dns_wire::{Name, RType, Ttl};

/// A record in parts, from buffers that are borrowed apart.
pub(super) struct Row<'a> {
    pub(super) owner: &'a [u8],
    pub(super) rtype: RType,
    pub(super) ttl: u32,
    pub(super) rdata: &'a [u8],
    pub(super) location: &'a [u8],
    pub(super) weight: Option<u32>,
}

/// Hands a record to the sink.
pub(super) fn emit<S: Sink>(report: &mut Report<'_, S>, at: Position, row: Row<'_>) {
    tell(report, at, row, Item::Record);
}

/// Hands the PTR record of an address to the sink.
pub(super) fn emit_reverse<S: Sink>(report: &mut Report<'_, S>, at: Position, row: Row<'_>) {
    tell(report, at, row, Item::Reverse);
}

fn tell<'a, S: Sink>(
    report: &mut Report<'_, S>,
    at: Position,
    row: Row<'a>,
    item: impl FnOnce(SourceRecord<'a>) -> Item<'a>,
) {
    let Row { owner, rtype, ttl, rdata, location, weight } = row;
    let location = (!location.is_empty()).then_some(location);
    match Name::from_wire(owner) {
        Ok(owner) => report
            .item(item(SourceRecord { owner, rtype, ttl: Ttl(ttl), rdata, location, weight }), at),
        Err(error) => report.error(at, format!("no owner: {error}"), None),
    }
}

/// RDATA of an address.
#[derive(Clone, Copy, Debug)]
pub(super) enum AddressData {
    V4([u8; 4]),
    V6([u8; 16]),
}

impl AddressData {
    pub(super) fn as_slice(&self) -> &[u8] {
        match self {
            Self::V4(octets) => octets,
            Self::V6(octets) => octets,
        }
    }
}

pub(super) fn address_record(ip: IpAddr) -> (RType, AddressData) {
    match ip {
        IpAddr::V4(v4) => (RType::A, AddressData::V4(v4.octets())),
        IpAddr::V6(v6) => (RType::AAAA, AddressData::V6(v6.octets())),
    }
}

/// The name in in-addr.arpa (RFC 1035 §3.5) or ip6.arpa (RFC 3596 §2.5), in wire form.
pub(super) fn reverse_name(ip: IpAddr, out: &mut Vec<u8>) {
    match ip {
        IpAddr::V4(v4) => {
            for octet in v4.octets().into_iter().rev() {
                let digits = format!("{octet}");
                out.push(u8::try_from(digits.len()).unwrap_or(0));
                out.extend_from_slice(digits.as_bytes());
            }
            out.extend_from_slice(b"\x07in-addr\x04arpa\0");
        }
        IpAddr::V6(v6) => {
            for octet in v6.octets().into_iter().rev() {
                for nibble in [octet & 15, octet >> 4] {
                    let digit = char::from_digit(u32::from(nibble), 16).unwrap_or('0');
                    out.push(1);
                    out.push(u8::try_from(u32::from(digit)).unwrap_or(b'0'));
                }
            }
            out.extend_from_slice(b"\x03ip6\x04arpa\0");
        }
    }
}
