//! A delta as octets.
//!
//! ```text
//! magic [u8; 8] | version u32 | checksum u64 of what follows | flags u32 | base u128 | result u128
//! then, every number but the first octet of a change as LEB128, octet strings behind their length:
//! names:    ids of locations and maps that the rest tells by number
//! removed locations | added locations | zones | maps | bindings, each behind their count
//! zone:     change u8 | apex | sets: owners, each with its changes of type, location, old group, new group
//!           | proofs: hash [u8; 20], old group, new group
//! map:      change u8 | name | per family: ranges: distance from the one before, length - 1, old, new
//!           | covers: start, prefix length, new
//! binding:  name | presence u8 | four maps
//! ```
//! All lists are in their order, each item once: names in canonical order, bindings by depth and octets. A group is
//! as in the image; length 0 is none. A location or map that may be missing is its number plus one.

mod body;

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::bytes::{Reader, low8};
use crate::delta::contents::bind_order;
use crate::delta::{Change, Delta, DeltaError, MapChange, SetChange, ZoneChange};
use crate::digest::checksum;
use crate::image::{OVERRIDE, SMALL_MAPS};
use crate::map::MapForm;
use crate::nsec::canonical;
use crate::source::Id;
use body::{Body, labels};

impl<'a> Delta<'a> {
    /// Its octets.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut body = Writer::default();
        let combine = if self.is_override { OVERRIDE } else { 0 };
        let maps = if self.map_form == MapForm::Small { SMALL_MAPS } else { 0 };
        body.out.extend((combine | maps).to_le_bytes());
        body.out.extend(self.base.to_le_bytes());
        body.out.extend(self.result.to_le_bytes());
        body.names(self);
        for list in [&self.removed_locations, &self.added_locations] {
            body.list(list, |body, id| body.id(id));
        }
        body.list(&self.zones, Writer::zone);
        body.list(&self.maps, Writer::map);
        body.list(&self.bindings, |body, binding| {
            body.string(binding.name);
            body.out.push(u8::from(binding.new.is_some()));
            for map in binding.new.iter().flatten() {
                body.maybe(*map);
            }
        });
        let mut out = MAGIC.to_vec();
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&checksum(&body.out, SEED).to_le_bytes());
        out.append(&mut body.out);
        out
    }

    /// Reads a delta.
    ///
    /// # Errors
    /// [`DeltaError::NotADelta`], `Version`, `Checksum` or `Malformed`: whatever the octets, there is no panic,
    /// and no more memory is taken than a small multiple of them.
    pub fn read(bytes: &'a [u8]) -> Result<Self, DeltaError> {
        let mut head = Reader::new(bytes);
        if head.array::<8>() != Some(MAGIC) {
            return Err(DeltaError::NotADelta);
        }
        let version = head.u32().ok_or(DeltaError::NotADelta)?;
        if version != VERSION {
            return Err(DeltaError::Version(version));
        }
        if head.u64() != Some(checksum(head.rest(), SEED)) {
            return Err(DeltaError::Checksum);
        }
        let header = (|| Some((head.u32()?, head.u128()?, head.u128()?)))();
        let (flags, base, result) = header.ok_or(DeltaError::Malformed(bytes.len()))?;
        let mut body = Body { rest: Reader::new(head.rest()), names: Vec::new() };
        let read = (|| {
            body.names = body.list(1, Body::string)?;
            Some(Self {
                base,
                result,
                is_override: flags & OVERRIDE != 0,
                map_form: if flags & SMALL_MAPS != 0 { MapForm::Small } else { MapForm::Fast },
                removed_locations: body.sorted(1, Body::id, Ord::cmp)?,
                added_locations: body.sorted(1, Body::id, Ord::cmp)?,
                zones: body
                    .sorted(4, Body::zone, |a, b| canonical(labels(a.apex), labels(b.apex)))?,
                maps: body.sorted(4, Body::map, |a, b| a.name.cmp(b.name))?,
                bindings: body.sorted(2, Body::binding, |a, b| bind_order(a.name, b.name))?,
            })
        })();
        let at = bytes.len().saturating_sub(body.rest.rest().len());
        match read.filter(|_| flags & !(OVERRIDE | SMALL_MAPS) == 0 && body.rest.is_empty()) {
            Some(delta) => Ok(delta),
            None => Err(DeltaError::Malformed(at)),
        }
    }
}

/// Writes the body.
#[derive(Default)]
struct Writer<'a> {
    out: Vec<u8>,
    names: BTreeMap<Id<'a>, u32>,
}

impl<'a> Writer<'a> {
    /// Numbers all ids in their order, and writes them.
    fn names(&mut self, delta: &Delta<'a>) {
        let locations = delta.removed_locations.iter().chain(&delta.added_locations).copied();
        self.names.extend(locations.map(|id| (id, 0)));
        for zone in &delta.zones {
            self.names.extend(zone.sets.iter().map(|set| (set.location, 0)));
        }
        for map in &delta.maps {
            self.names.insert(map.name, 0);
            for family in [&map.v4, &map.v6] {
                let moved = family.ranges.iter().flat_map(|range| [range.old, range.new]);
                let covers = family.covers.iter().map(|cover| cover.new);
                self.names.extend(moved.chain(covers).flatten().map(|id| (id, 0)));
            }
        }
        let bound = delta.bindings.iter().filter_map(|binding| binding.new);
        self.names.extend(bound.flatten().flatten().map(|id| (id, 0)));
        for (id, number) in self.names.values_mut().zip(0..) {
            *id = number;
        }
        self.number(u128::try_from(self.names.len()).unwrap_or(0));
        let ids: Vec<Id<'a>> = self.names.keys().copied().collect();
        for id in ids {
            self.string(id);
        }
    }

    fn zone(&mut self, zone: &ZoneChange<'a>) {
        self.out.push(octet_of(zone.change));
        self.string(zone.apex);
        let owners: Vec<&[SetChange<'a>]> = zone.sets.chunk_by(|a, b| a.owner == b.owner).collect();
        self.list(&owners, |body, sets| {
            body.string(sets.first().map_or(&[], |set| set.owner));
            body.list(sets, |body, set| {
                body.number(u128::from(set.rtype));
                body.id(&set.location);
                body.string(set.old.unwrap_or_default());
                body.string(set.new.unwrap_or_default());
            });
        });
        self.list(&zone.proofs, |body, proof| {
            body.out.extend_from_slice(proof.hash);
            body.string(proof.old.unwrap_or_default());
            body.string(proof.new.unwrap_or_default());
        });
    }

    fn map(&mut self, map: &MapChange<'a>) {
        self.out.push(octet_of(map.change));
        self.id(&map.name);
        for family in [&map.v4, &map.v6] {
            let mut before = 0u128;
            self.list(&family.ranges, |body, range| {
                body.number(range.first.wrapping_sub(before));
                body.number(range.last.wrapping_sub(range.first));
                body.maybe(range.old);
                body.maybe(range.new);
                before = range.last;
            });
            self.list(&family.covers, |body, cover| {
                body.number(cover.start);
                body.out.push(cover.len);
                body.maybe(cover.new);
            });
        }
    }

    fn list<T>(&mut self, items: &[T], mut item: impl FnMut(&mut Self, &T)) {
        self.number(u128::try_from(items.len()).unwrap_or(0));
        for each in items {
            item(self, each);
        }
    }

    fn string(&mut self, octets: &[u8]) {
        self.number(u128::try_from(octets.len()).unwrap_or(0));
        self.out.extend_from_slice(octets);
    }

    fn id(&mut self, id: &Id<'a>) {
        self.number(u128::from(self.names.get(id).copied().unwrap_or(0)));
    }

    fn maybe(&mut self, id: Option<Id<'a>>) {
        let number = id.and_then(|id| self.names.get(id)).map_or(0, |n| n.saturating_add(1));
        self.number(u128::from(number));
    }

    fn number(&mut self, mut number: u128) {
        while number >= 0x80 {
            let low = u64::try_from(number & 0x7f).unwrap_or(0);
            self.out.push(low8(low) | 0x80);
            number >>= 7;
        }
        self.out.push(u8::try_from(number).unwrap_or(0));
    }
}

/// Makes a delta one for this base, and its sum right again. For tests of what is behind them.
#[doc(hidden)]
pub fn reseal_delta(delta: &mut [u8], base: u128) {
    fn put(delta: &mut [u8], at: usize, octets: &[u8]) {
        if let Some(place) = delta.get_mut(at..at.saturating_add(octets.len())) {
            place.copy_from_slice(octets);
        }
    }
    put(delta, 24, &base.to_le_bytes());
    let sum = checksum(delta.get(20..).unwrap_or_default(), SEED);
    put(delta, 12, &sum.to_le_bytes());
}

fn octet_of(change: Change) -> u8 {
    match change {
        Change::Added => 1,
        Change::Removed => 2,
        Change::Changed => 3,
    }
}

const MAGIC: [u8; 8] = *b"\x89undrhdD";
/// The format this crate reads and writes. Groups are as in images: a change of theirs makes it one more, too.
const VERSION: u32 = 2;
const SEED: u64 = 0xa409_3822_299f_31d0;
