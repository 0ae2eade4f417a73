//! Two images side by side, name by name.

use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::delta::contents::{
    Set, bind_order, bound, key_of, locations, merge, nodes, proofs_of, sets_of,
};
use crate::delta::{
    BindingChange, BoundMaps, Change, Delta, DeltaError, ProofChange, SetChange, ZoneChange, maps,
};
use crate::image::Image;
use crate::node::Node;
use crate::rrset::Form;
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

/// Whether all that a node has lies in its own octets.
fn in_place(node: &Node<'_>) -> bool {
    node.entries().all(|entry| entry.form == Form::Inline)
}

/// Appends the RRsets of a node, by type and location.
fn groups<'a>(side: &Side<'_, 'a>, node: &Node<'a>, out: &mut Vec<Set<'a>>) -> Option<()> {
    sets_of(side.store, side.locations, node, out)
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
