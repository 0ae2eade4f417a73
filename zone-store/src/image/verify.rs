//! Whether an image is what the compiler writes, as far as a look-up relies on it.

use crate::bytes::{Reader, from, to_usize};
use crate::image::{ImageError, ImageErrorKind, Section};
use crate::key::Key;
use crate::location::{Bind, Location};
use crate::node::{NO_CUT, Node};
use crate::nsec3::MAX_ITERATIONS;
use crate::rrset::{Form, Group};
use crate::store::{Store, ZoneView, salted};

/// Checks all sections. One pass, and a look-up per name.
pub(crate) fn verify(store: &Store<'_>) -> Result<(), ImageError> {
    zones(store)?;
    locations(store)?;
    maps(store)?;
    binds(store)
}

fn zones(store: &Store<'_>) -> Result<(), ImageError> {
    let bad = |what| error(Section::Zones, 0, what);
    let mut end = 0;
    let mut names = 0usize;
    let mut depths = 0u128;
    let mut nsec_end = 0;
    let mut nsec3_end = 0;
    for (index, section) in [
        (store.zone_index(), Section::ZoneIndex),
        (store.index(), Section::Index),
        (store.bind_index(), Section::BindIndex),
    ] {
        if !index.is_whole() {
            return Err(error(section, 0, "not whole buckets"));
        }
    }
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
        let hash = key.hash(key.depth()).unwrap_or(0);
        if store.zone_index().find(hash, |found| (found == id).then_some(())).is_none() {
            return Err(error(Section::ZoneIndex, 0, "zone is not in the index"));
        }
        if zone.nsec().0 != nsec_end || zone.nsec3().0 != nsec3_end {
            return Err(bad("proofs are out of place"));
        }
        depths |= 1u128.wrapping_shl(u32::from(zone.depth));
        names = names.saturating_add(nodes(store, &zone)?);
        proofs(store, &zone)?;
        end = zone.end;
        nsec_end = zone.nsec().1;
        nsec3_end = zone.nsec3().1;
    }
    let whole = to_usize(end) == store.nodes().len()
        && depths == store.depths()
        && to_usize(nsec_end) == store.nsec().len()
        && to_usize(nsec3_end) == store.nsec3().len()
        && store.zone_index().entries() == to_usize(store.zone_count());
    if !whole || store.index().entries() != names {
        return Err(bad("zones do not add up"));
    }
    Ok(())
}

/// The nodes of a zone: whole, in order, each found by the index. Returns how many there are.
fn nodes(store: &Store<'_>, zone: &ZoneView<'_>) -> Result<usize, ImageError> {
    let mut offset = zone.start;
    let apex = Key::read(zone.name, store.seed()).ok_or(error(Section::Zones, 0, "not a name"))?;
    let (mut key, mut previous) = (&mut Key::new(store.seed()), &mut Key::new(store.seed()));
    let mut previous_name: &[u8] = &[];
    let mut count = 0usize;
    while offset < zone.end {
        let bad = |what| error(Section::Nodes, to_usize(offset), what);
        let bytes =
            store.nodes().get(to_usize(offset)..to_usize(zone.end)).ok_or(bad("past the end"))?;
        let node = Node::read(bytes).ok_or(bad("node is cut short"))?;
        let folded = key.fill_below(node.name, &apex).ok_or(bad("not a name"))?;
        let follows = match count {
            0 => node.name.is_empty(),
            _ => follows((previous, previous_name), (key, node.name), zone.depth),
        };
        if !folded || key.depth() != node.depth || !follows {
            return Err(bad("name is out of order, or the name above it is not there"));
        }
        if node.cut != NO_CUT && (node.cut > node.depth || node.cut < zone.depth) {
            return Err(bad("delegation is not above the name"));
        }
        let hash = salted(zone.id, key.hash(key.depth()).unwrap_or(0));
        if store.index().find(hash, |found| (found == offset).then_some(())).is_none() {
            return Err(error(Section::Index, to_usize(offset), "name is not in the index"));
        }
        let end = entries(store, &node).map_err(bad)?;
        let len = bytes.len().saturating_sub(end.len());
        let len = u32::try_from(len).map_err(|_| bad("node is too long"))?;
        offset = offset.checked_add(len).ok_or(bad("node is too long"))?;
        count = count.saturating_add(1);
        core::mem::swap(&mut key, &mut previous);
        previous_name = node.name;
    }
    Ok(count)
}

/// Whether a name can be the next one in canonical order when all names above it are there: the name above it
/// is the previous name, or above that, and its own label is greater than the one on the way to the previous.
///
/// Both come with their labels down to the apex as they lie in the image.
fn follows(previous: (&Key, &[u8]), name: (&Key, &[u8]), zone: u8) -> bool {
    let depth = name.0.depth();
    let Some(above) = depth.checked_sub(1).filter(|above| *above >= zone) else { return false };
    let place = |(key, labels): (&Key, _), depth| {
        let labels: &[u8] = labels;
        key.start(depth).and_then(|start| labels.split_at_checked(usize::from(start)))
    };
    let (Some((label, parent)), Some((before, of_previous))) =
        (place(name, above), place(previous, above))
    else {
        return false;
    };
    if parent != of_previous {
        return false;
    }
    // `None` when the previous name is the one above.
    let start = previous.0.start(depth).map(usize::from);
    let other = start.and_then(|start| before.get(start..)).and_then(|label| label.get(1..));
    other < label.get(1..)
}

/// The entries of a node; returns what follows them.
fn entries<'a>(store: &Store<'a>, node: &Node<'a>) -> Result<&'a [u8], &'static str> {
    let mut entries = node.entries();
    let mut last = None;
    for entry in entries.by_ref() {
        if last >= Some(entry.rtype) {
            return Err("types are out of order");
        }
        last = Some(entry.rtype);
        let whole = match entry.form {
            Form::Inline => {
                Group::read(entry.payload).and_then(|g| g.end()).is_some_and(<[u8]>::is_empty)
            }
            Form::Shared => {
                entry.payload.len() == 4 && entry.default_group(store.sets()).is_some_and(is_whole)
            }
            Form::Located => {
                let (variants, rest) = entry.payload.as_chunks::<8>();
                rest.is_empty()
                    && !variants.is_empty()
                    && entry
                        .groups(store.sets())
                        .all(|(l, g)| l < store.location_count() && g.is_some_and(is_whole))
                    && entry.groups(store.sets()).is_sorted_by(|(a, _), (b, _)| a < b)
            }
        };
        if !whole {
            return Err("RRset is not whole");
        }
    }
    if entries.is_unfinished() { Err("node is cut short") } else { Ok(entries.rest()) }
}

fn is_whole(group: Group<'_>) -> bool {
    group.end().is_some()
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
    let mut count = 0usize;
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
        let find = |depth: u8, name: &[u8]| {
            let hash = key.hash(depth)?;
            store.bind_index().find(hash, |at| {
                let found = Bind::read(from(store.binds(), at)?)?;
                (found.name == name).then_some(at)
            })
        };
        let found = find(key.depth(), key.wire()).map(to_usize) == Some(offset);
        let above = key.depth().checked_sub(1);
        let above = above.is_none_or(|d| key.suffix(d).is_some_and(|name| find(d, name).is_some()));
        if !found || !above {
            return Err(error(Section::BindIndex, offset, "bound name is not in the index"));
        }
        count = count.saturating_add(1);
    }
    if store.bind_index().entries() == count {
        Ok(())
    } else {
        Err(error(Section::BindIndex, 0, "entries do not add up"))
    }
}

fn error(section: Section, offset: usize, what: &'static str) -> ImageError {
    ImageError { kind: ImageErrorKind::Inconsistent(what), section: Some(section), offset }
}

const NSEC: u16 = 47;
