//! A delta as octets.
//!
//! ```text
//! magic [u8; 8] | version u32 | flags u32 | base u128 | result u128 | checksum u64 of what follows
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

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::cmp::Ordering;

use dns_wire::Name;

use crate::bytes::{Reader, low8, to_usize};
use crate::delta::diff::bind_order;
use crate::delta::{
    BindingChange, Change, CoverChange, Delta, DeltaError, FamilyChange, MapChange, ProofChange,
    SetChange, Span, ZoneChange,
};
use crate::digest::checksum;
use crate::image::OVERRIDE;
use crate::map::max;
use crate::nsec::canonical;
use crate::rrset::Group;
use crate::source::Id;

impl<'a> Delta<'a> {
    /// Its octets.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut body = Writer::default();
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
        out.extend_from_slice(&(if self.is_override { OVERRIDE } else { 0 }).to_le_bytes());
        out.extend_from_slice(&self.base.to_le_bytes());
        out.extend_from_slice(&self.result.to_le_bytes());
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
        let header = (|| Some((head.u32()?, head.u128()?, head.u128()?, head.u64()?)))();
        let (flags, base, result, sum) = header.ok_or(DeltaError::Checksum)?;
        if checksum(head.rest(), SEED) != sum {
            return Err(DeltaError::Checksum);
        }
        let mut body = Body { rest: Reader::new(head.rest()), names: Vec::new() };
        let read = (|| {
            body.names = body.list(1, Body::string)?;
            Some(Self {
                base,
                result,
                is_override: flags & OVERRIDE != 0,
                removed_locations: body.sorted(1, Body::id, Ord::cmp)?,
                added_locations: body.sorted(1, Body::id, Ord::cmp)?,
                zones: body
                    .sorted(4, Body::zone, |a, b| canonical(labels(a.apex), labels(b.apex)))?,
                maps: body.sorted(4, Body::map, |a, b| a.name.cmp(b.name))?,
                bindings: body.sorted(2, Body::binding, |a, b| bind_order(a.name, b.name))?,
            })
        })();
        let at = bytes.len().saturating_sub(body.rest.rest().len());
        match read.filter(|_| flags & !OVERRIDE == 0 && body.rest.is_empty()) {
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

/// The old state of an RRset and the new.
type Groups<'a> = (Option<&'a [u8]>, Option<&'a [u8]>);

/// Reads the body. `None` is malformed.
struct Body<'a> {
    rest: Reader<'a>,
    names: Vec<Id<'a>>,
}

impl<'a> Body<'a> {
    fn zone(&mut self) -> Option<ZoneChange<'a>> {
        let change = self.change()?;
        let apex = self.string()?;
        let sound = |name: &[u8]| !name.iter().any(u8::is_ascii_uppercase);
        Name::from_wire(apex).ok().filter(|_| sound(apex))?;
        let mut sets: Vec<SetChange<'a>> = Vec::new();
        for _ in 0..self.count(2)? {
            let owner = self.string()?;
            if !sound(owner) || !is_labels(owner, apex) {
                return None;
            }
            // Each owner has changes, and follows the one before.
            let before = sets.last().map(|set| set.owner);
            if before.is_some_and(|before| canonical(before, owner).is_ge()) {
                return None;
            }
            let first = sets.len();
            for _ in 0..self.count(4)? {
                let rtype = u16::try_from(self.number()?).ok()?;
                let location = self.id()?;
                let (old, new) = self.groups()?;
                sets.push(SetChange { owner, rtype, location, old, new });
            }
            let own = sets.get(first..)?;
            let place = |set: &SetChange<'a>| (set.rtype, set.location);
            (!own.is_empty() && own.is_sorted_by(|a, b| place(a) < place(b))).then_some(())?;
        }
        let proof = |body: &mut Self| {
            let (hash, rest) = body.rest.rest().split_first_chunk::<20>()?;
            body.rest = Reader::new(rest);
            let (old, new) = body.groups()?;
            Some(ProofChange { hash, old, new })
        };
        let proofs = self.sorted(22, proof, |a, b| a.hash.cmp(b.hash))?;
        Some(ZoneChange { apex, change, sets, proofs })
    }

    fn map(&mut self) -> Option<MapChange<'a>> {
        Some(MapChange {
            change: self.change()?,
            name: self.id()?,
            v4: self.family(32)?,
            v6: self.family(128)?,
        })
    }

    fn family(&mut self, width: u8) -> Option<FamilyChange<'a>> {
        let max = max(width);
        let mut before = None;
        let ranges = self.list(4, |body| {
            let first = before.unwrap_or(0u128).checked_add(body.number()?)?;
            let last = first.checked_add(body.number()?).filter(|last| *last <= max)?;
            // In order, and apart from each other.
            if before.is_some_and(|before| first <= before) {
                return None;
            }
            before = Some(last);
            Some(Span { first, last, old: body.maybe()?, new: body.maybe()? })
        })?;
        let cover = |body: &mut Self| {
            let start = body.number()?;
            let len = body.rest.u8().filter(|len| *len <= width)?;
            let hosts = max.checked_shr(u32::from(len)).unwrap_or(0);
            (start <= max && start & hosts == 0).then_some(())?;
            Some(CoverChange { start, len, new: body.maybe()? })
        };
        let covers = self.sorted(3, cover, |a, b| (a.start, a.len).cmp(&(b.start, b.len)))?;
        Some(FamilyChange { ranges, covers })
    }

    fn binding(&mut self) -> Option<BindingChange<'a>> {
        let name = self.string()?;
        Name::from_wire(name).ok()?;
        let new = match self.rest.u8()? {
            0 => None,
            1 => Some([self.maybe()?, self.maybe()?, self.maybe()?, self.maybe()?]),
            _ => return None,
        };
        Some(BindingChange { name, new })
    }

    fn change(&mut self) -> Option<Change> {
        Some(match self.rest.u8()? {
            1 => Change::Added,
            2 => Change::Removed,
            3 => Change::Changed,
            _ => return None,
        })
    }

    /// A list of items of at least `least` octets each, so that no count asks for more than the octets can hold.
    fn list<T>(
        &mut self,
        least: usize,
        mut item: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        let count = self.count(least)?;
        let mut items = Vec::with_capacity(count.min(1024));
        for _ in 0..count {
            items.push(item(self)?);
        }
        Some(items)
    }

    /// A list in its order, each item once.
    fn sorted<T>(
        &mut self,
        least: usize,
        item: impl FnMut(&mut Self) -> Option<T>,
        order: impl Fn(&T, &T) -> Ordering,
    ) -> Option<Vec<T>> {
        self.list(least, item).filter(|items| items.is_sorted_by(|a, b| order(a, b).is_lt()))
    }

    fn count(&mut self, least: usize) -> Option<usize> {
        let count = usize::try_from(self.number()?).ok()?;
        (count.checked_mul(least)? <= self.rest.rest().len()).then_some(count)
    }

    fn string(&mut self) -> Option<&'a [u8]> {
        let len = usize::try_from(self.number()?).ok()?;
        self.rest.take(len)
    }

    fn id(&mut self) -> Option<Id<'a>> {
        let number = u32::try_from(self.number()?).ok()?;
        self.names.get(to_usize(number)).copied()
    }

    fn maybe(&mut self) -> Option<Option<Id<'a>>> {
        let number = u32::try_from(self.number()?).ok()?;
        match number.checked_sub(1) {
            None => Some(None),
            Some(number) => self.names.get(to_usize(number)).copied().map(Some),
        }
    }

    /// Old and new state of an RRset.
    fn groups(&mut self) -> Option<Groups<'a>> {
        let mut group = || {
            let octets = self.string()?;
            if octets.is_empty() {
                return Some(None);
            }
            let group = Group::read(octets)?;
            (group.count > 0 && group.end()?.is_empty()).then_some(Some(octets))
        };
        let (old, new) = (group()?, group()?);
        (old != new).then_some((old, new))
    }

    fn number(&mut self) -> Option<u128> {
        let mut number = 0u128;
        for shift in (0u32..128).step_by(7) {
            let octet = self.rest.u8()?;
            let part = u128::from(octet & 0x7f);
            let shifted = part.checked_shl(shift)?;
            if shifted >> shift != part {
                return None;
            }
            number |= shifted;
            if octet & 0x80 == 0 {
                // One way to write a number.
                return (octet != 0 || shift == 0).then_some(number);
            }
        }
        None
    }
}

/// Makes the base and the sum of a delta right again after a change. For tests of what is behind them.
#[doc(hidden)]
pub fn reseal_delta(delta: &mut [u8], base: u128) {
    let sum = checksum(delta.get(56..).unwrap_or_default(), SEED);
    for (at, octets) in [(16, &base.to_le_bytes()[..]), (48, &sum.to_le_bytes())] {
        let end = octets.len().saturating_add(at);
        if let Some(place) = delta.get_mut(at..end) {
            place.copy_from_slice(octets);
        }
    }
}

/// A name without its root.
fn labels(name: &[u8]) -> &[u8] {
    name.strip_suffix(&[0]).unwrap_or(name)
}

/// Whether these are labels without a root, and a name together with what follows.
fn is_labels(labels: &[u8], apex: &[u8]) -> bool {
    let mut wire = [0u8; 255];
    let name = crate::answer::join(&mut wire, labels, apex);
    let Some(name) = name.and_then(|name| Name::from_wire(name).ok()) else { return false };
    let mut rest = name.as_wire();
    while rest.len() > apex.len() {
        let len = rest.first().map_or(0, |len| usize::from(*len));
        rest = rest.get(len.saturating_add(1)..).unwrap_or_default();
    }
    rest == apex
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
const VERSION: u32 = 1;
const SEED: u64 = 0xa409_3822_299f_31d0;
