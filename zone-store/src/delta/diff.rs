//! Two images side by side, name by name.

use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::bytes::{Reader, to_usize};
use crate::compile::sort_key;
use crate::delta::{
    BindingChange, BoundMaps, Change, Delta, DeltaError, ProofChange, SetChange, ZoneChange, maps,
};
use crate::image::Image;
use crate::key::Key;
use crate::location::{Bind, Location};
use crate::node::Node;
use crate::rrset::{Form, Group};
use crate::source::Id;
use crate::store::{Store, ZoneView};

impl<'a> Delta<'a> {
    /// What leads from one image to another.
    ///
    /// # Errors
    /// [`DeltaError::Unsound`] when an image is not one that the compiler writes.
    ///
    /// # Cost
    /// One pass over both images; memory for the changes.
    pub fn between<A: AsRef<[u8]>, B: AsRef<[u8]>>(
        base: &'a Image<A>,
        result: &'a Image<B>,
    ) -> Result<Self, DeltaError> {
        let (old, new) = (base.store(), result.store());
        let changes = (|| Some((zones(&old, &new)?, maps::between(&old, &new)?)))();
        let (zones, maps) = changes.ok_or(DeltaError::Unsound)?;
        let (before, after) = (locations(&old), locations(&new));
        let missing = |of: &[Id<'a>], from: &[Id<'a>]| {
            of.iter().filter(|id| from.binary_search(id).is_err()).copied().collect()
        };
        Ok(Self {
            base: base.digest(),
            result: result.digest(),
            is_override: new.is_override(),
            map_form: new.map_form(),
            removed_locations: missing(&before, &after),
            added_locations: missing(&after, &before),
            zones,
            maps,
            bindings: bindings(&old, &new),
        })
    }
}

/// The locations by number, which is their order.
pub(super) fn locations<'a>(store: &Store<'a>) -> Vec<Id<'a>> {
    (0..store.location_count()).filter_map(|n| store.location_name(Location(n))).collect()
}

/// Walks two sorted runs together: what is in either, or in both.
pub(super) fn merge<A, B>(
    a: impl Iterator<Item = A>,
    b: impl Iterator<Item = B>,
    order: impl Fn(&A, &B) -> Ordering,
) -> impl Iterator<Item = (Option<A>, Option<B>)> {
    let (mut a, mut b) = (a.peekable(), b.peekable());
    core::iter::from_fn(move || {
        let order = match (a.peek(), b.peek()) {
            (Some(a), Some(b)) => order(a, b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return None,
        };
        Some(match order {
            Ordering::Less => (a.next(), None),
            Ordering::Greater => (None, b.next()),
            Ordering::Equal => (a.next(), b.next()),
        })
    })
}

/// The sort key of a name, or of labels without a root.
pub(super) fn key_of(wire: &[u8]) -> Vec<u8> {
    let mut key = Vec::with_capacity(wire.len().saturating_add(1));
    sort_key::push(&mut key, wire);
    key
}

fn zones<'a>(old: &Store<'a>, new: &Store<'a>) -> Option<Vec<ZoneChange<'a>>> {
    let all = |store: &Store<'a>| {
        let store = *store;
        (0..store.zone_count()).filter_map(move |id| store.zone(id))
    };
    let order = |a: &ZoneView<'a>, b: &ZoneView<'a>| key_of(a.name).cmp(&key_of(b.name));
    let mut changes = Vec::new();
    let (old_names, new_names) = (locations(old), locations(new));
    let old = Side { store: old, locations: &old_names };
    let new = Side { store: new, locations: &new_names };
    for pair in merge(all(old.store), all(new.store), order) {
        let (apex, change) = match &pair {
            (Some(zone), None) => {
                let (sets, proofs) = (Vec::new(), Vec::new());
                changes.push(ZoneChange { apex: zone.name, change: Change::Removed, sets, proofs });
                continue;
            }
            (None, Some(zone)) => (zone.name, Change::Added),
            (Some(_), Some(zone)) => (zone.name, Change::Changed),
            (None, None) => continue,
        };
        let (before, after) = pair;
        let sets = sets(&old, before.as_ref(), &new, after.as_ref())?;
        let proofs = proofs(old.store, before.as_ref(), new.store, after.as_ref())?;
        if change == Change::Added || !sets.is_empty() || !proofs.is_empty() {
            changes.push(ZoneChange { apex, change, sets, proofs });
        }
    }
    Some(changes)
}

/// One of the two images.
struct Side<'s, 'a> {
    store: &'s Store<'a>,
    locations: &'s [Id<'a>],
}

fn sets<'a>(
    old: &Side<'_, 'a>,
    before: Option<&ZoneView<'a>>,
    new: &Side<'_, 'a>,
    after: Option<&ZoneView<'a>>,
) -> Option<Vec<SetChange<'a>>> {
    let same_locations = old.locations == new.locations;
    let mut changes = Vec::new();
    let order = |a: &(Node<'a>, &[u8]), b: &(Node<'a>, &[u8])| {
        if a.0.name == b.0.name {
            return Ordering::Equal;
        }
        key_of(a.0.name).cmp(&key_of(b.0.name))
    };
    let (mut had, mut has) = (Vec::new(), Vec::new());
    for pair in merge(nodes(old.store, before), nodes(new.store, after), order) {
        if let (Some((a, a_octets)), Some((b, b_octets))) = &pair
            && a_octets == b_octets
            && same_locations
            && in_place(a)
            && in_place(b)
        {
            continue;
        }
        had.clear();
        has.clear();
        let (before, after) = pair;
        let owner = after.or(before)?.0.name;
        before.map_or(Some(()), |(node, _)| groups(old, &node, &mut had))?;
        after.map_or(Some(()), |(node, _)| groups(new, &node, &mut has))?;
        let order = |a: &Set<'a>, b: &Set<'a>| (a.0, a.1).cmp(&(b.0, b.1));
        for (old, new) in merge(had.iter().copied(), has.iter().copied(), order) {
            let (rtype, location, _) = old.or(new)?;
            let (old, new) = (old.map(|set| set.2), new.map(|set| set.2));
            if old != new {
                changes.push(SetChange { owner, rtype, location, old, new });
            }
        }
    }
    Some(changes)
}

/// Type, location and group.
pub(super) type Set<'a> = (u16, Id<'a>, &'a [u8]);

/// The nodes of a zone, each with its octets.
pub(super) fn nodes<'a>(
    store: &Store<'a>,
    zone: Option<&ZoneView<'a>>,
) -> impl Iterator<Item = (Node<'a>, &'a [u8])> + use<'a> {
    let octets = zone.and_then(|z| store.nodes().get(to_usize(z.start)..to_usize(z.end)));
    let mut rest = octets.unwrap_or_default();
    core::iter::from_fn(move || {
        let node = Node::read(rest)?;
        let mut entries = node.entries();
        entries.by_ref().for_each(drop);
        let len = rest.len().checked_sub(entries.rest().len())?;
        let (octets, after) = rest.split_at_checked(len)?;
        rest = after;
        Some((node, octets))
    })
}

/// Whether all that a node has lies in its own octets.
fn in_place(node: &Node<'_>) -> bool {
    node.entries().all(|entry| entry.form == Form::Inline)
}

/// Appends the RRsets of a node, by type and location.
fn groups<'a>(side: &Side<'_, 'a>, node: &Node<'a>, out: &mut Vec<Set<'a>>) -> Option<()> {
    sets_of(side.store, side.locations, node, out)
}

/// Appends the RRsets of a node, by type and location.
pub(super) fn sets_of<'a>(
    store: &Store<'a>,
    locations: &[Id<'a>],
    node: &Node<'a>,
    out: &mut Vec<Set<'a>>,
) -> Option<()> {
    for entry in node.entries() {
        match entry.form {
            Form::Inline => out.push((entry.rtype, &[], entry.payload)),
            Form::Shared => {
                let offset = Reader::new(entry.payload).u32()?;
                out.push((entry.rtype, &[], group_at(store, offset)?));
            }
            Form::Located => {
                for variant in entry.payload.as_chunks::<8>().0 {
                    let mut variant = Reader::new(variant);
                    let location = locations.get(to_usize(variant.u32()?))?;
                    out.push((entry.rtype, location, group_at(store, variant.u32()?)?));
                }
            }
        }
    }
    Some(())
}

/// The octets of a shared group.
fn group_at<'a>(store: &Store<'a>, offset: u32) -> Option<&'a [u8]> {
    let rest = store.sets().at(offset)?;
    let after = Group::read(rest)?.end()?;
    rest.get(..rest.len().checked_sub(after.len())?)
}

fn proofs<'a>(
    old: &Store<'a>,
    before: Option<&ZoneView<'a>>,
    new: &Store<'a>,
    after: Option<&ZoneView<'a>>,
) -> Option<Vec<ProofChange<'a>>> {
    let mut changes = Vec::new();
    let (had, has) = (proofs_of(old, before)?, proofs_of(new, after)?);
    for (old, new) in merge(had.into_iter(), has.into_iter(), |a, b| a.0.cmp(b.0)) {
        let hash = old.or(new)?.0;
        let (old, new) = (old.map(|proof| proof.1), new.map(|proof| proof.1));
        if old != new {
            changes.push(ProofChange { hash, old, new });
        }
    }
    Some(changes)
}

/// The NSEC3 records of a zone, by hash.
pub(super) fn proofs_of<'a>(
    store: &Store<'a>,
    zone: Option<&ZoneView<'a>>,
) -> Option<Vec<(&'a [u8; 20], &'a [u8])>> {
    let Some(zone) = zone else { return Some(Vec::new()) };
    let places = store.nsec3().get(to_usize(zone.nsec3().0)..to_usize(zone.nsec3().1))?;
    places.iter().map(|place| proof_of(store, place)).collect()
}

/// The hash of an NSEC3 record and its group.
pub(super) fn proof_of<'a>(
    store: &Store<'a>,
    place: &'a [u8; crate::store::NSEC3],
) -> Option<(&'a [u8; 20], &'a [u8])> {
    let offset = u32::from_le_bytes(*place.last_chunk::<4>()?);
    Some((place.first_chunk::<20>()?, group_at(store, offset)?))
}

fn bindings<'a>(old: &Store<'a>, new: &Store<'a>) -> Vec<BindingChange<'a>> {
    let (had, has) = (bound(old), bound(new));
    let order = |a: &(&[u8], BoundMaps<'_>), b: &(&[u8], BoundMaps<'_>)| bind_order(a.0, b.0);
    merge(had.into_iter(), has.into_iter(), order)
        .filter(|(old, new)| old != new)
        .filter_map(|(old, new)| {
            let name = new.or(old)?.0;
            Some(BindingChange { name, new: new.map(|bound| bound.1) })
        })
        .collect()
}

/// The order in which bound names lie in an image: by depth, then octets.
pub(super) fn bind_order(a: &[u8], b: &[u8]) -> Ordering {
    let depth = |name: &[u8]| sort_key::ends(&key_of(name)).count();
    (depth(a), a).cmp(&(depth(b), b))
}

/// The bound names as they lie in an image.
pub(super) fn bound<'a>(store: &Store<'a>) -> Vec<(&'a [u8], BoundMaps<'a>)> {
    let mut reader = Reader::new(store.binds());
    core::iter::from_fn(|| {
        let bind = Bind::read_next(&mut reader)?;
        let maps = [bind.resolver_exact, bind.subnet_exact, bind.resolver_below, bind.subnet_below];
        Some((bind.name, named(store, maps)))
    })
    .collect()
}

/// What is bound to a name and the names below it.
pub(super) fn bound_at<'a>(store: &Store<'a>, name: &[u8]) -> Option<BoundMaps<'a>> {
    let key = Key::read(name, store.seed())?;
    Some(named(store, store.bound_at(&key, key.depth())?))
}

fn named<'a>(store: &Store<'a>, maps: [Option<u32>; 4]) -> BoundMaps<'a> {
    maps.map(|number| number.and_then(|n| store.map(n)).map(|map| map.name))
}
