//! The image that a delta makes of its base.

use alloc::vec::Vec;

use dns_wire::RType;

use crate::compile::build::write_image;
use crate::compile::maps::MapSections;
use crate::compile::outline::Outline;
use crate::compile::plan::{Nsec3Spec, Plan, SetSpec, ZonePart};
use crate::compile::write::ZoneHead;
use crate::compile::{Alone, location_section};
use crate::delta::contents::{
    Set, bind_order, bound, key_of, locations, merge, nodes, proofs_of, sets_of,
};
use crate::delta::maps::Family;
use crate::delta::{Change, Delta, DeltaError, SetChange, ZoneChange};
use crate::image::Image;
use crate::node::Node;
use crate::nsec3::{hash_label, params_of};
use crate::rrset::Group;
use crate::source::Id;
use crate::store::{Store, ZoneView};

impl<'a> Delta<'a> {
    /// Makes the new image from the old one: the image that compiling the new sources makes, octet for octet.
    ///
    /// # Errors
    /// [`DeltaError::WrongBase`] for another image than the one it was made for; `NotInBase`, `Unsound` and
    /// `WrongResult` for a delta that lies. Whatever the delta, there is no panic.
    ///
    /// # Cost
    /// O(n) in the names of the base: a compilation without the reading and the sorting. Memory for both images
    /// and as much again.
    pub fn apply<B: AsRef<[u8]>>(&self, base: &'a Image<B>) -> Result<Image<Vec<u8>>, DeltaError> {
        let given = base.digest();
        if given != self.base {
            return Err(DeltaError::WrongBase { made_for: self.base, given });
        }
        let store = base.store();
        let image = self.rewrite(&store).ok_or(DeltaError::NotInBase)?;
        let image = Image::open(image).map_err(|_| DeltaError::Unsound)?;
        let (promised, made) = (self.result, image.digest());
        if made == promised { Ok(image) } else { Err(DeltaError::WrongResult { promised, made }) }
    }

    fn rewrite(&self, base: &Store<'a>) -> Option<Vec<u8>> {
        let old_locations = locations(base);
        let new_locations = self.locations_of(&old_locations)?;
        let mut plan = Plan::default();
        let mut heads = Vec::new();
        let zones = (0..base.zone_count()).filter_map(|id| base.zone(id));
        let order = |a: &ZoneView<'_>, b: &&ZoneChange<'_>| key_of(a.name).cmp(&key_of(b.apex));
        for (zone, change) in merge(zones, self.zones.iter(), order) {
            match (zone.is_some(), change.map(|change| change.change)) {
                (true, None | Some(Change::Changed)) | (false, Some(Change::Added)) => {}
                (true, Some(Change::Removed)) => continue,
                _ => return None,
            }
            let mut writer = ZoneWriter {
                base,
                old_locations: &old_locations,
                new_locations: &new_locations,
                plan: &mut plan,
            };
            let number = u32::try_from(heads.len()).ok()?;
            heads.push(writer.zone(number, zone.as_ref(), change)?);
        }
        let maps = self.maps_of(base, &old_locations, &new_locations)?;
        let section = location_section(&new_locations)?;
        let locations = new_locations.len().saturating_sub(1);
        let joins = !self.is_override;
        let compiled =
            write_image(&[plan], &heads, joins, section, locations, maps, &Alone, &mut |_| ());
        compiled.map(|compiled| compiled.image)
    }

    /// The names of the new locations, sorted, the default first.
    fn locations_of(&self, old: &[Id<'a>]) -> Option<Vec<Id<'a>>> {
        let kept = old.iter().filter(|id| self.removed_locations.binary_search(id).is_err());
        let mut all: Vec<Id<'a>> = kept.chain(&self.added_locations).copied().collect();
        all.sort_unstable();
        let has_default = all.first().is_some_and(|id| id.is_empty());
        let was_there = |id: &Id<'a>| old.binary_search(id).is_ok();
        let is_true = self.removed_locations.iter().all(was_there)
            && !self.added_locations.iter().any(was_there);
        (has_default && is_true).then_some(all)
    }

    fn maps_of(
        &self,
        base: &Store<'a>,
        old_locations: &[Id<'a>],
        new_locations: &[Id<'a>],
    ) -> Option<MapSections> {
        let mut out = MapSections::new(self.map_form);
        let mut names: Vec<Id<'a>> = Vec::new();
        let maps = (0..base.map_count()).filter_map(|number| base.map(number));
        for (map, change) in merge(maps, self.maps.iter(), |a, b| a.name.cmp(b.name)) {
            match (map.is_some(), change.map(|change| change.change)) {
                (true, None | Some(Change::Changed)) | (false, Some(Change::Added)) => {}
                (true, Some(Change::Removed)) => continue,
                _ => return None,
            }
            let name = map.as_ref().map(|map| map.name).or(change.map(|change| change.name));
            names.push(name?);
            let (mut v4, mut v6) = match &map {
                Some(map) => {
                    let read = |ranges| Family::read(ranges, old_locations);
                    (read(&map.v4)?, read(&map.v6)?)
                }
                None => (Family::empty(), Family::empty()),
            };
            if let Some(change) = change {
                (v4, v6) = (v4.changed(&change.v4, 32)?, v6.changed(&change.v6, 128)?);
            }
            let v4 = v4.numbered(new_locations, 32)?;
            let v6 = v6.numbered(new_locations, 128)?;
            out.map(names.last()?, [&v4, &v6], new_locations.len())?;
        }
        out.finish_maps()?;
        let order = |a: &(&[u8], _), b: &&crate::delta::BindingChange<'a>| bind_order(a.0, b.name);
        for (old, change) in merge(bound(base).into_iter(), self.bindings.iter(), order) {
            let bound = match change {
                Some(change) => change.new.map(|maps| (change.name, maps)),
                None => old,
            };
            let Some((name, maps)) = bound else { continue };
            let number = |map: Option<Id<'a>>| match map {
                Some(id) => Some(Some(u32::try_from(names.binary_search(&id).ok()?).ok()?)),
                None => Some(None),
            };
            let [a, b, c, d] = maps;
            out.bind(name, [number(a)?, number(b)?, number(c)?, number(d)?])?;
        }
        Some(out)
    }
}

/// Writes the zones of the result, one after the other.
struct ZoneWriter<'s, 'a> {
    base: &'s Store<'a>,
    old_locations: &'s [Id<'a>],
    new_locations: &'s [Id<'a>],
    plan: &'s mut Plan,
}

impl<'a> ZoneWriter<'_, 'a> {
    fn zone(
        &mut self,
        number: u32,
        zone: Option<&ZoneView<'a>>,
        change: Option<&ZoneChange<'a>>,
    ) -> Option<ZoneHead> {
        let apex_wire = zone.map_or(change.map(|change| change.apex), |zone| Some(zone.name))?;
        let apex = key_of(apex_wire);
        let first_node = self.plan.nodes.len();
        let mut part = ZonePart { zone: number, first_node, ..ZonePart::default() };
        let mut outline = Outline::new(&apex);
        let changed = change.map_or(&[][..], |change| &change.sets);
        let changed = changed.chunk_by(|a, b| a.owner == b.owner);
        let changed: Vec<(Vec<u8>, &[SetChange<'a>])> =
            changed.map(|sets| (key_of(sets.first().map_or(&[], |set| set.owner)), sets)).collect();
        let mut key = apex.clone();
        let mut had: Vec<Set<'a>> = Vec::new();
        let order =
            |a: &(Node<'a>, &[u8]), b: &(Vec<u8>, &[SetChange<'a>])| key_of(a.0.name).cmp(&b.0);
        let mut rest = changed.into_iter().peekable();
        let mut proofs = self.proofs(zone, change)?.into_iter().peekable();
        let mut old = nodes(self.base, zone).peekable();
        // Most names stay as they are: they are not compared with anything but the next that changes.
        loop {
            let next = match (old.peek(), rest.peek()) {
                (None, None) => break,
                (Some(_), None) => core::cmp::Ordering::Less,
                (None, Some(_)) => core::cmp::Ordering::Greater,
                (Some(a), Some(b)) => order(a, b),
            };
            let node = if next.is_le() { old.next() } else { None };
            let sets = if next.is_ge() { rest.next().map_or(&[][..], |c| c.1) } else { &[] };
            let name = match (&node, sets.first()) {
                (Some((node, _)), _) => node.name,
                (None, Some(set)) => set.owner,
                (None, None) => return None,
            };
            had.clear();
            if let Some((node, _)) = &node {
                sets_of(self.base, self.old_locations, node, &mut had)?;
            }
            let now = if sets.is_empty() { core::mem::take(&mut had) } else { apply(&had, sets)? };
            if !now.is_empty() {
                key.truncate(apex.len());
                crate::compile::sort_key::push(&mut key, name);
                let below = key.get(apex.len()..)?;
                while let Some(proof) =
                    proofs.next_if(|proof| place_of(proof.0).as_slice() <= below)
                {
                    self.put_proof(&mut part, proof)?;
                }
                outline.open(self.plan, &mut part, &key)?;
                put(self.plan, &now, |id| number_of(self.new_locations, id))?;
                outline.close(self.plan)?;
            }
            if sets.is_empty() {
                had = now;
            }
        }
        part.end_node = self.plan.nodes.len();
        for proof in proofs {
            self.put_proof(&mut part, proof)?;
        }
        let nsec3_params = params(self.plan, part.first_node, &apex)?;
        self.plan.zones.push(part);
        Some(ZoneHead { apex, nsec3_params })
    }

    /// The NSEC3 records, by hash.
    fn proofs(
        &self,
        zone: Option<&ZoneView<'a>>,
        change: Option<&ZoneChange<'a>>,
    ) -> Option<Vec<Proof<'a>>> {
        let mut now = Vec::new();
        let changes = change.map_or(&[][..], |change| &change.proofs);
        let had = proofs_of(self.base, zone)?;
        for (old, change) in merge(had.into_iter(), changes.iter(), |a, b| a.0.cmp(b.hash)) {
            let (hash, group) = match (old, change) {
                (old, Some(change)) => {
                    if old.map(|old| old.1) != change.old {
                        return None;
                    }
                    (change.hash, change.new)
                }
                (Some((hash, group)), None) => (hash, Some(group)),
                (None, None) => continue,
            };
            now.extend(group.map(|group| (hash, group)));
        }
        Some(now)
    }

    fn put_proof(&mut self, part: &mut ZonePart, (hash, group): Proof<'a>) -> Option<()> {
        let group = self.plan.pool.put(group, true)?;
        part.nsec3.push(Nsec3Spec { hash: *hash, group });
        Some(())
    }
}

/// The hash of an NSEC3 record and the group of it.
type Proof<'a> = (&'a [u8; 20], &'a [u8]);

/// The end of the sort key of an NSEC3 record, after its apex. A compilation comes to it among the names, and groups
/// are laid in the order of their first coming.
fn place_of(hash: &[u8; 20]) -> [u8; 33] {
    let mut place = hash_label(hash);
    place.rotate_left(1);
    if let Some(end) = place.last_mut() {
        *end = 0;
    }
    place
}

/// Adds the RRsets of the name that is open.
pub(super) fn put<'a>(
    plan: &mut Plan,
    sets: &[Set<'a>],
    number: impl Fn(Id<'a>) -> Option<u32>,
) -> Option<()> {
    for same_type in sets.chunk_by(|a, b| a.0 == b.0) {
        let located = same_type.iter().any(|set| !set.1.is_empty());
        let first = plan.sets.len();
        for (rtype, location, group) in same_type {
            let group = plan.pool.put(group, located)?;
            plan.sets.push(SetSpec { rtype: *rtype, location: number(location)?, group });
        }
        plan.sets.get_mut(first..)?.sort_unstable_by_key(|set| set.location);
    }
    Some(())
}

/// What the NSEC3PARAM of the apex says. `None` where the first name is not the apex.
pub(super) fn params(
    plan: &Plan,
    first_node: usize,
    apex: &[u8],
) -> Option<Option<(u16, Vec<u8>)>> {
    let node = plan.nodes.get(first_node)?;
    if plan.key(node) != apex {
        return None;
    }
    let sets = plan.sets_of(node).iter().filter(|set| set.rtype == RType::NSEC3PARAM.0);
    let groups = sets.filter_map(|set| Group::read(plan.pool.group(set.group)));
    let first = groups.flat_map(|group| group.records()).min();
    Some(first.and_then(params_of))
}

fn number_of(locations: &[Id<'_>], id: Id<'_>) -> Option<u32> {
    u32::try_from(locations.binary_search(&id).ok()?).ok()
}

/// The RRsets of a name after the changes. `None` where they do not fit.
pub(super) fn apply<'a>(had: &[Set<'a>], changes: &[SetChange<'a>]) -> Option<Vec<Set<'a>>> {
    let key = |change: &SetChange<'a>| (change.rtype, change.location);
    let order = |a: &Set<'a>, b: &SetChange<'a>| (a.0, a.1).cmp(&key(b));
    let mut now = Vec::with_capacity(had.len());
    for (old, change) in merge(had.iter().copied(), changes.iter().copied(), order) {
        match (old, change) {
            (old, Some(change)) => {
                if old.map(|set| set.2) != change.old {
                    return None;
                }
                now.extend(change.new.map(|group| (change.rtype, change.location, group)));
            }
            (Some(set), None) => now.push(set),
            (None, None) => {}
        }
    }
    Some(now)
}
