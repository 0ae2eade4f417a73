//! What an image holds, in the terms of a delta, and two sorted runs of that walked together.

use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::bytes::{Reader, to_usize};
use crate::compile::sort_key;
use crate::delta::BoundMaps;
use crate::key::Key;
use crate::location::{Bind, Location};
use crate::node::Node;
use crate::rrset::{Form, Group};
use crate::source::Id;
use crate::store::{Store, ZoneView};

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
