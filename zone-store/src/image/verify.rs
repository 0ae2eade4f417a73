//! Whether an image is what the compiler writes, as far as a look-up relies on it.

mod nodes;
#[cfg(all(test, feature = "alloc"))]
mod tests;

use crate::bytes::{Reader, from, to_usize};
use crate::image::{ImageError, ImageErrorKind, Section};
use crate::index::Index;
use crate::key::Key;
use crate::location::{Bind, Location};
use crate::node::Node;
use crate::nsec3::MAX_ITERATIONS;
use crate::rrset::Group;
use crate::store::{Store, ZoneView};

/// Checks all sections, in one pass.
pub(crate) fn verify(store: &Store<'_>) -> Result<(), ImageError> {
    zones(store)?;
    locations(store)?;
    maps(store)?;
    binds(store)
}

fn zones(store: &Store<'_>) -> Result<(), ImageError> {
    let bad = |what| error(Section::Zones, 0, what);
    let mut end = 0;
    let mut zones = 0u64;
    let mut names = 0u64;
    let mut depths = 0u128;
    let mut nsec_end = 0;
    let mut nsec3_end = 0;
    for id in 0..store.zone_count() {
        let zone = store.zone(id).ok_or(bad("zone record leads nowhere"))?;
        let key = Key::read(zone.name, store.seed()).ok_or(bad("apex is not a name"))?;
        if key.depth() != zone.depth
            || key.wire() != zone.name
            || zone.start != end
            || zone.end <= zone.start
        {
            return Err(bad("zone record does not fit its zone"));
        }
        if zone.nsec().0 != nsec_end || zone.nsec3().0 != nsec3_end {
            return Err(bad("proofs are out of place"));
        }
        depths |= 1u128.wrapping_shl(u32::from(zone.depth));
        let hash = key.hash(key.depth()).unwrap_or(0);
        zones = zones.wrapping_add(store.zone_index().term(hash, id));
        names = names.wrapping_add(nodes::nodes(store, &zone, &key)?);
        proofs(store, &zone)?;
        end = zone.end;
        nsec_end = zone.nsec().1;
        nsec3_end = zone.nsec3().1;
    }
    let whole = to_usize(end) == store.nodes().len()
        && depths == store.depths()
        && to_usize(nsec_end) == store.nsec().len()
        && to_usize(nsec3_end) == store.nsec3().len();
    if !whole {
        return Err(bad("zones do not add up"));
    }
    leads(store.zone_index(), zones, Section::ZoneIndex)?;
    leads(store.index(), names, Section::Index)
}

/// Whether an index leads to what has this sum of terms, and to nothing else.
fn leads(index: Index<'_>, sum: u64, section: Section) -> Result<(), ImageError> {
    if index.sum() == Some(sum) {
        Ok(())
    } else {
        Err(error(section, 0, "index does not fit the names"))
    }
}

/// The NSEC names and NSEC3 hashes of a zone: in order, and leading to records.
fn proofs(store: &Store<'_>, zone: &ZoneView<'_>) -> Result<(), ImageError> {
    let bad = |what| error(Section::Nsec, to_usize(zone.nsec().0), what);
    let places = store
        .nsec()
        .get(to_usize(zone.nsec().0)..to_usize(zone.nsec().1))
        .ok_or(bad("past the end"))?;
    let ordered = places.is_sorted_by(|a, b| u32::from_le_bytes(*a) < u32::from_le_bytes(*b));
    let lead = places.iter().all(|place| {
        let offset = u32::from_le_bytes(*place);
        let node = from(store.nodes(), offset).and_then(Node::read);
        let has = node.is_some_and(|n| {
            let entry = n.find(NSEC);
            entry.and_then(|e| e.default_group(store.sets())).is_some_and(is_whole)
        });
        (zone.start..zone.end).contains(&offset) && has
    });
    if !ordered || !lead {
        return Err(bad("NSEC is out of place"));
    }
    let bad = |what| error(Section::Nsec3, to_usize(zone.nsec3().0), what);
    let hashes = store
        .nsec3()
        .get(to_usize(zone.nsec3().0)..to_usize(zone.nsec3().1))
        .ok_or(bad("past the end"))?;
    let ordered = hashes.is_sorted_by(|a, b| a.first_chunk::<20>() < b.first_chunk::<20>());
    let lead = hashes.iter().all(|place| {
        let offset = place.last_chunk::<4>().map(|o| u32::from_le_bytes(*o));
        offset.and_then(|o| store.sets().group(o)).is_some_and(is_whole)
    });
    if !ordered
        || !lead
        || (!hashes.is_empty() && store.nsec3_params(zone).is_none_or(|(n, _)| n > MAX_ITERATIONS))
    {
        return Err(bad("NSEC3 is out of place"));
    }
    Ok(())
}

fn locations(store: &Store<'_>) -> Result<(), ImageError> {
    let bad = error(Section::Locations, 0, "locations are out of order");
    let count = store.location_count();
    let names = (0..count).map(|number| store.location_name(Location(number)));
    if count == 0 || store.location_name(Location::DEFAULT) != Some(&[]) {
        return Err(bad);
    }
    // `None` sorts before everything, so the first look at it fails.
    let ordered = names.clone().zip(names.skip(1)).all(|(a, b)| a.is_some() && a < b);
    if ordered { Ok(()) } else { Err(bad) }
}

fn maps(store: &Store<'_>) -> Result<(), ImageError> {
    for number in 0..store.map_count() {
        let bad = error(Section::Maps, to_usize(number), "map is not sound");
        let map = store.map(number).ok_or(bad)?;
        let locations = store.location_count();
        if !map.v4.is_sound(locations, 32) || !map.v6.is_sound(locations, 128) {
            return Err(bad);
        }
    }
    let default = Reader::new(store.map_records().get(4..).unwrap_or_default()).u32().unwrap_or(0);
    if default > store.map_count() {
        return Err(error(Section::Maps, 4, "default map is not there"));
    }
    Ok(())
}

/// The bound names: each found by the index, with the names above it, and leading to maps.
fn binds(store: &Store<'_>) -> Result<(), ImageError> {
    let mut reader = Reader::new(store.binds());
    let mut sum = 0u64;
    while !reader.is_empty() {
        let offset = store.binds().len().saturating_sub(reader.rest().len());
        let bad = |what| error(Section::Binds, offset, what);
        let bind = Bind::read_next(&mut reader).ok_or(bad("binding is cut short"))?;
        let key = Key::read(bind.name, store.seed()).ok_or(bad("not a name"))?;
        let maps = [bind.resolver_exact, bind.subnet_exact, bind.resolver_below, bind.subnet_below];
        if key.wire() != bind.name || maps.into_iter().flatten().any(|map| map >= store.map_count())
        {
            return Err(bad("binding leads nowhere"));
        }
        let find = |depth: u8| {
            let name = key.suffix(depth)?;
            store.bind_index().find(key.hash(depth)?, |at| {
                let found = Bind::read(from(store.binds(), at)?)?;
                (found.name == name).then_some(at)
            })
        };
        let found = find(key.depth()).filter(|at| to_usize(*at) == offset);
        let above = key.depth().checked_sub(1).is_none_or(|above| find(above).is_some());
        let (Some(at), true) = (found, above) else {
            return Err(error(Section::BindIndex, offset, "bound name is not in the index"));
        };
        sum = sum.wrapping_add(store.bind_index().term(key.hash(key.depth()).unwrap_or(0), at));
    }
    leads(store.bind_index(), sum, Section::BindIndex)
}

fn is_whole(group: Group<'_>) -> bool {
    group.end().is_some()
}

fn error(section: Section, offset: usize, what: &'static str) -> ImageError {
    ImageError { kind: ImageErrorKind::Inconsistent(what), section: Some(section), offset }
}

const NSEC: u16 = 47;
