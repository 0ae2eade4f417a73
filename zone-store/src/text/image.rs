//! What is in an image, as data lines: text from which the same image is made.

use crate::dump::Zone;
use crate::map::Ranges;
use crate::source::{Id, Prefix};
use crate::store::Store;
use crate::text::write::{
    MapEntry, Share, client_subnet_map_line, map_line, record_line, resolver_map_line, share_line,
};
use crate::{Location, location};
use alloc::string::String;
use core::net::IpAddr;
use dns_wire::{Name, NameBuf, RType};

/// Tells the data lines of a zone's records, one by one, each with its line end.
///
/// Where an image has zones one in another, each is a text of its own: which of the two a record at their border
/// belongs to is not said in data lines.
pub fn zone_lines(store: &Store<'_>, zone: &Zone<'_>, tell: &mut dyn FnMut(&str)) {
    let mut text = String::new();
    for record in zone.records() {
        text.clear();
        let location = store.location_name(record.location).unwrap_or_default();
        let owner = record.owner.as_name();
        let address = match (record.rtype, record.rdata.len()) {
            (RType::A, 4) => record.rdata.first_chunk().map(|octets: &[u8; 4]| (*octets).into()),
            (RType::AAAA, 16) => record.rdata.first_chunk().map(|o: &[u8; 16]| (*o).into()),
            _ => None,
        };
        // Only the lines of addresses have a weight, and so do only weighted addresses come from text.
        match (address, record.weight) {
            (Some(address), Some(weight)) => {
                share_line(&mut text, owner, record.ttl, Share { location, address, weight });
            }
            _ => {
                record_line(&mut text, owner, record.rtype, record.ttl, record.rdata, location);
            }
        }
        tell(&text);
    }
}

/// Tells the data lines of all maps and of the names bound to them.
pub fn map_lines(store: &Store<'_>, tell: &mut dyn FnMut(&str)) {
    let mut text = String::new();
    for number in 0..store.map_count() {
        let Some(map) = store.map(number) else { continue };
        for (ranges, width) in [(map.v4, 32u8), (map.v6, 128)] {
            let mut line = |start: u128, len: u8, location: u32| {
                let name = store.location_name(Location(location)).unwrap_or_default();
                if let Some(prefix) = prefix(start, len, width) {
                    text.clear();
                    map_line(&mut text, map.name, MapEntry { prefix, location: name });
                    tell(&text);
                }
            };
            ranges.covers().for_each(|(start, len, location)| line(start, len, location));
            range_prefixes(&ranges, width, &mut line);
        }
    }
    for bound in store.bindings() {
        let name = NameBuf::from(bound.name);
        let below = location::below(bound.name);
        let mut line = |owner: Option<Name<'_>>, map: Option<Id<'_>>, by_resolver: bool| {
            if let (Some(owner), Some(map)) = (owner, map) {
                text.clear();
                if by_resolver {
                    resolver_map_line(&mut text, owner, map);
                } else {
                    client_subnet_map_line(&mut text, owner, map);
                }
                tell(&text);
            }
        };
        let below = below.as_ref().map(NameBuf::as_name);
        line(Some(name.as_name()), bound.resolver, true);
        line(Some(name.as_name()), bound.subnet, false);
        line(below, bound.resolver_below, true);
        line(below, bound.subnet_below, false);
    }
}

/// The fewest prefixes that make up each range and hold no other prefix of the map: what a prefix of the text holds
/// would be held by it in the image made of it. So a range that has been joined around prefixes that hold others, and
/// of which no address is left to them, is cut up again.
fn range_prefixes(ranges: &Ranges<'_>, width: u8, line: &mut dyn FnMut(u128, u8, u32)) {
    let max = u128::MAX.wrapping_shr(128u32.saturating_sub(u32::from(width)));
    for number in 0..ranges.count() {
        let Some((mut start, Some(location))) = ranges.range(number) else { continue };
        let next = number.checked_add(1).and_then(|next| ranges.range(next));
        let last = next.map_or(max, |(next, _)| next.saturating_sub(1));
        loop {
            let mut hosts = start.trailing_zeros().min(u32::from(width));
            let end = |hosts: u32| {
                start | 1u128.checked_shl(hosts).map_or(u128::MAX, |size| size.wrapping_sub(1))
            };
            let len =
                |hosts: u32| u8::try_from(u32::from(width).saturating_sub(hosts)).unwrap_or(width);
            let holds = |hosts: u32| {
                let mut within = ranges.covers_from(start, len(hosts)).peekable();
                // What the map says of all of it anyway is not told twice.
                within.next_if_eq(&(start, len(hosts), location));
                within.peek().is_some_and(|(cover, ..)| *cover <= end(hosts))
            };
            while hosts > 0 && (end(hosts) > last || holds(hosts)) {
                hosts = hosts.saturating_sub(1);
            }
            line(start, len(hosts), location);
            match end(hosts).checked_add(1) {
                Some(after) if after <= last => start = after,
                _ => break,
            }
        }
    }
}

fn prefix(start: u128, len: u8, width: u8) -> Option<Prefix> {
    let address = if width == 32 {
        IpAddr::from(u32::try_from(start).ok()?.to_be_bytes())
    } else {
        IpAddr::from(start.to_be_bytes())
    };
    Prefix::new(address, len)
}
