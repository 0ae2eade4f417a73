//! What an overlay holds of a zone, from its changes.

use alloc::vec::Vec;

use crate::bytes::to_usize;
use crate::compile::outline::Outline;
use crate::compile::plan::{NodeSpec, Nsec3Spec, Plan, ZonePart};
use crate::compile::pool::Shared;
use crate::compile::sort_key;
use crate::compile::write::Names;
use crate::delta::apply::{params, put};
use crate::delta::contents::{key_of, proof_of};
use crate::delta::overlay::affected::{Affected, Finder};
use crate::delta::overlay::index_of;
use crate::delta::{ProofChange, ZoneChange};
use crate::key::Key;
use crate::key::below::Apex;
use crate::node::{HAS_WILDCARD, IS_GONE, NO_CUT, Node};
use crate::nsec3::MAX_ITERATIONS;
use crate::overlay::{Part, Places, Run};
use crate::source::Id;
use crate::store::{NSEC3, Store, ZoneView, salted};

/// A zone, planned.
pub(super) struct Draft<'a> {
    pub(super) id: u32,
    pub(super) plan: Plan,
    apex: &'a [u8],
    /// The image has the zone.
    is_known: bool,
    nsec: Gone,
    nsec3: Gone,
    params: Option<(u16, Vec<u8>)>,
}

/// Of a list of the image, which places are gone, and whether any is left.
#[derive(Default)]
struct Gone {
    runs: Vec<Run>,
    some_left: bool,
}

impl<'a> Draft<'a> {
    /// Of the zone `id`, the `head`th that is planned; `zone` is how the image has it.
    pub(super) fn of(
        base: &Store<'a>,
        (locations, places): (&[Id<'a>], &Places),
        (head, id): (u32, u32),
        zone: Option<ZoneView<'a>>,
        change: &ZoneChange<'a>,
    ) -> Option<Self> {
        let apex = key_of(change.apex);
        let names = Finder { base, locations, zone, apex: &apex }.names(change)?;
        let mut plan = Plan::default();
        let mut part = ZonePart { zone: head, ..ZonePart::default() };
        let mut outline = Outline::new(&apex);
        for name in &names {
            if !name.is_there {
                add_gone(&mut plan, name)?;
                continue;
            }
            outline.open(&mut plan, &mut part, &name.key)?;
            put(&mut plan, &name.sets, |location| places.number(base, location))?;
            outline.close(&mut plan)?;
            // A wildcard that is not among these names is as it was. Where it is gone, this costs a look-up.
            let had_wildcard = name.node.is_some_and(|(_, node)| node.has(HAS_WILDCARD));
            if had_wildcard {
                plan.nodes.last_mut()?.flags |= HAS_WILDCARD;
            }
        }
        // Without the apex there is no zone.
        names.first().filter(|name| name.is_there)?;
        part.end_node = plan.nodes.len();
        let params = params(&plan, 0, &apex)?;
        let nsec = nsec_gone(base, zone.as_ref(), &names)?;
        let nsec3 = proofs(base, zone.as_ref(), &change.proofs, &mut plan, &mut part)?;
        plan.zones.push(part);
        Some(Self { id, plan, apex: change.apex, is_known: zone.is_some(), nsec, nsec3, params })
    }

    /// The part, now that its names are written.
    pub(super) fn part(
        self,
        base: &Store<'a>,
        names: Names,
        number: usize,
        shared: &Shared,
    ) -> Option<Part> {
        let apex = Apex::of(&Key::read(self.apex, base.seed())?)?;
        let mut hashed = Vec::with_capacity(names.places.len());
        for offset in &names.places {
            let node = Node::read(crate::bytes::from(&names.nodes, *offset)?)?;
            hashed.push((salted(self.id, apex.hash(node.name)?), *offset));
        }
        let mut nsec3 = Vec::new();
        for spec in self.plan.zones.iter().flat_map(|part| &part.nsec3) {
            let mut place = [0u8; NSEC3];
            let (hash, offset) = place.split_first_chunk_mut::<20>()?;
            *hash = spec.hash;
            offset.copy_from_slice(&shared.place(number, spec.group)?.to_le_bytes());
            nsec3.push(place);
        }
        let has_nsec3 = self.params.is_some() && (self.nsec3.some_left || !nsec3.is_empty());
        let (iterations, salt) = self.params.unwrap_or_default();
        if has_nsec3 && iterations > MAX_ITERATIONS {
            return None;
        }
        Some(Part {
            is_removed: false,
            apex: if self.is_known { Vec::new() } else { self.apex.to_vec() },
            depth: u8::try_from(sort_key::ends(&key_of(self.apex)).count()).ok()?,
            index: index_of(&hashed)?,
            has_nsec: self.nsec.some_left || !names.nsec.is_empty(),
            nsec: names.nsec.iter().map(|offset| offset.to_le_bytes()).collect(),
            nodes: names.nodes,
            nsec_gone: self.nsec.runs,
            has_nsec3,
            nsec3,
            nsec3_gone: self.nsec3.runs,
            iterations,
            salt,
        })
    }
}

/// Adds a name that is no more, where the image has it.
fn add_gone(plan: &mut Plan, name: &Affected<'_>) -> Option<()> {
    if name.node.is_none() {
        return Some(());
    }
    let start = u32::try_from(plan.keys.len()).ok()?;
    plan.keys.extend_from_slice(&name.key);
    let stop = u32::try_from(plan.keys.len()).ok()?;
    let sets = u32::try_from(plan.sets.len()).ok()?;
    plan.nodes.push(NodeSpec {
        key: (start, stop),
        depth: u8::try_from(sort_key::ends(&name.key).count()).ok()?,
        flags: IS_GONE,
        cut: NO_CUT,
        first_set: sets,
        end_set: sets,
    });
    Some(())
}

/// Which NSEC names of the image are here.
fn nsec_gone(
    base: &Store<'_>,
    zone: Option<&ZoneView<'_>>,
    names: &[Affected<'_>],
) -> Option<Gone> {
    let Some(zone) = zone else { return Some(Gone::default()) };
    let places = base.nsec().get(to_usize(zone.nsec().0)..to_usize(zone.nsec().1))?;
    let offset_of = |place: &[u8; 4]| u32::from_le_bytes(*place);
    let offsets = names.iter().filter_map(|name| Some(name.node?.0));
    // Names lie in their order, so their offsets are sorted.
    let gone = offsets.filter_map(|at| places.binary_search_by_key(&at, offset_of).ok());
    Gone::of(gone, places.len())
}

/// Adds the NSEC3 records that are new, and finds those of the image that are not as they were.
fn proofs<'a>(
    base: &Store<'a>,
    zone: Option<&ZoneView<'a>>,
    changes: &[ProofChange<'a>],
    plan: &mut Plan,
    part: &mut ZonePart,
) -> Option<Gone> {
    let places = match zone {
        Some(zone) => base.nsec3().get(to_usize(zone.nsec3().0)..to_usize(zone.nsec3().1))?,
        None => &[],
    };
    let mut gone = Vec::new();
    for change in changes {
        let found =
            places.binary_search_by(|place| place.first_chunk::<20>().cmp(&Some(change.hash)));
        let had = match found {
            Ok(at) => Some(proof_of(base, places.get(at)?)?.1),
            Err(_) => None,
        };
        if had != change.old {
            return None;
        }
        gone.extend(found.ok());
        if let Some(group) = change.new {
            let group = plan.pool.put(group, true)?;
            part.nsec3.push(Nsec3Spec { hash: *change.hash, group });
        }
    }
    Gone::of(gone.into_iter(), places.len())
}

impl Gone {
    /// Of so many places, these, which ascend.
    fn of(places: impl Iterator<Item = usize>, all: usize) -> Option<Self> {
        let mut runs: Vec<Run> = Vec::new();
        let mut count = 0usize;
        for place in places {
            let place = u32::try_from(place).ok()?;
            let next = place.checked_add(1)?;
            count = count.checked_add(1)?;
            match runs.last_mut().filter(|run| run.1 == place) {
                Some(run) => run.1 = next,
                None => runs.push((place, next)),
            }
        }
        Some(Self { runs, some_left: count < all })
    }
}
