//! From the plans to the octets of the image.

use alloc::vec::Vec;

use crate::bytes::to_usize;
use crate::compile::plan::{NodeSpec, Plan, SetSpec};
use crate::compile::pool::Shared;
use crate::compile::sort_key;
use crate::compile::workers::{self, Workers};
use crate::index;
use crate::key::Key;
use crate::key::below::Apex;
use crate::node::{NO_CUT, Node};
use crate::rrset::FORM_SHIFT;
use crate::store::salted;

/// What the record of a zone is written from, besides its names.
#[derive(Debug)]
pub(crate) struct ZoneHead {
    /// Sort key of the apex.
    pub(crate) apex: Vec<u8>,
    /// Iterations and salt, from NSEC3PARAM.
    pub(crate) nsec3_params: Option<(u16, Vec<u8>)>,
}

/// The names of a plan, written; offsets from their start.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) nodes: Vec<u8>,
    /// Where each name is.
    pub(crate) places: Vec<u32>,
    /// By part of a zone: where it ends in `nodes`, in `places` and in `nsec`.
    ends: Vec<(usize, usize, usize)>,
    /// Where the names with NSEC are, in order.
    pub(crate) nsec: Vec<u32>,
}

impl Names {
    /// `None` when they take more than 4 GiB.
    pub(crate) fn of(
        plan: &Plan,
        number: usize,
        zones: &[ZoneHead],
        shared: &Shared,
    ) -> Option<Self> {
        let mut out = Self::default();
        for part in &plan.zones {
            let apex_len = zones.get(to_usize(part.zone))?.apex.len();
            for node in plan.nodes_of(part) {
                let offset = len32(&out.nodes)?;
                out.places.push(offset);
                out.node(plan, number, node, apex_len, shared)?;
                let has_nsec = plan.sets_of(node).iter().any(|set| set.rtype == NSEC);
                if has_nsec && (node.cut == NO_CUT || node.cut == node.depth) {
                    out.nsec.push(offset);
                }
            }
            out.ends.push((out.nodes.len(), out.places.len(), out.nsec.len()));
        }
        Some(out)
    }

    fn node(
        &mut self,
        plan: &Plan,
        number: usize,
        node: &NodeSpec,
        apex_len: usize,
        shared: &Shared,
    ) -> Option<()> {
        let sets = plan.sets_of(node);
        self.nodes.extend_from_slice(&[node.flags, node.depth, node.cut, 0]);
        let name_at = self.nodes.len();
        sort_key::wire(&mut self.nodes, plan.key(node).get(apex_len..)?);
        let name_len = u8::try_from(self.nodes.len().checked_sub(name_at)?).ok()?;
        *self.nodes.get_mut(name_at.checked_sub(1)?)? = name_len;
        let types = sets.chunk_by(|a, b| a.rtype == b.rtype);
        self.nodes.push(u8::try_from(types.clone().count()).ok()?);
        for same in types {
            self.entry(plan, number, same, shared)?;
        }
        Some(())
    }

    fn entry(
        &mut self,
        plan: &Plan,
        number: usize,
        sets: &[SetSpec],
        shared: &Shared,
    ) -> Option<()> {
        let first = sets.first()?;
        self.nodes.extend_from_slice(&first.rtype.to_le_bytes());
        let word_at = self.nodes.len();
        self.nodes.extend_from_slice(&[0; 4]);
        let form = match sets {
            [set] if set.location == 0 => match shared.place(number, set.group) {
                Some(place) => {
                    self.nodes.extend_from_slice(&place.to_le_bytes());
                    1u32
                }
                None => {
                    self.nodes.extend_from_slice(plan.pool.group(set.group));
                    0
                }
            },
            _ => {
                for set in sets {
                    let place = shared.place(number, set.group)?;
                    self.nodes.extend_from_slice(&set.location.to_le_bytes());
                    self.nodes.extend_from_slice(&place.to_le_bytes());
                }
                2
            }
        };
        let length = self.nodes.len().checked_sub(word_at)?.checked_sub(4)?;
        let word = form.checked_shl(FORM_SHIFT)? | u32::try_from(length).ok()?;
        self.nodes.get_mut(word_at..)?.first_chunk_mut::<4>()?.copy_from_slice(&word.to_le_bytes());
        Some(())
    }
}

/// The sections of zones and names.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub(crate) zones: Vec<u8>,
    pub(crate) zone_names: Vec<u8>,
    pub(crate) nodes: Vec<u8>,
    pub(crate) sets: Vec<u8>,
    pub(crate) nsec: Vec<u8>,
    pub(crate) nsec3: Vec<u8>,
    pub(crate) depths: u128,
    apexes: Vec<Vec<u8>>,
    /// Zones and where the names of each are, stretch by stretch.
    places: Vec<Vec<(u32, Vec<u32>)>>,
}

impl Written {
    /// Puts together what was written apart. `None` when a section takes more than 4 GiB.
    pub(crate) fn of(
        plans: &[Plan],
        names: Vec<Names>,
        zones: &[ZoneHead],
        shared: Shared,
    ) -> Option<Self> {
        let mut out = Self::default();
        let mut nsec: Vec<Vec<u32>> = zones.iter().map(|_| Vec::new()).collect();
        let mut ends: Vec<u32> = zones.iter().map(|_| 0).collect();
        let octets = names.iter().fold(0usize, |sum, names| sum.saturating_add(names.nodes.len()));
        u32::try_from(octets).ok()?;
        let mut whole = None;
        for (plan, mut names) in plans.iter().zip(names) {
            let base = whole.as_ref().map_or(Some(0), |nodes: &Vec<u8>| len32(nodes))?;
            let mut starts = (0, 0);
            let mut places = Vec::with_capacity(plan.zones.len());
            for (part, (end, place_end, nsec_end)) in plan.zones.iter().zip(&names.ends) {
                let zone = to_usize(part.zone);
                *ends.get_mut(zone)? = base.checked_add(u32::try_from(*end).ok()?)?;
                let based = |at: &u32| at.checked_add(base);
                let of_part = names.places.get(starts.0..*place_end)?;
                places.push((part.zone, of_part.iter().map(based).collect::<Option<Vec<u32>>>()?));
                for at in names.nsec.get(starts.1..*nsec_end)? {
                    nsec.get_mut(zone)?.push(based(at)?);
                }
                starts = (*place_end, *nsec_end);
            }
            out.places.push(places);
            match &mut whole {
                // The first stretch is not copied.
                None => whole = Some(core::mem::take(&mut names.nodes)),
                Some(nodes) => nodes.append(&mut names.nodes),
            }
        }
        out.nodes = whole.unwrap_or_default();
        let mut start = 0u32;
        let mut hashes: Vec<Vec<([u8; 20], u32)>> = zones.iter().map(|_| Vec::new()).collect();
        for (number, plan) in plans.iter().enumerate() {
            for part in &plan.zones {
                for spec in &part.nsec3 {
                    let place = shared.place(number, spec.group)?;
                    hashes.get_mut(to_usize(part.zone))?.push((spec.hash, place));
                }
            }
        }
        for (((zone, end), nsec), mut hashes) in zones.iter().zip(ends).zip(nsec).zip(hashes) {
            out.zone(zone, (start, end), &nsec, &mut hashes)?;
            start = end;
        }
        out.sets = shared.sets;
        Some(out)
    }

    fn zone(
        &mut self,
        zone: &ZoneHead,
        nodes: (u32, u32),
        nsec: &[u32],
        hashes: &mut [([u8; 20], u32)],
    ) -> Option<()> {
        let mut apex = Vec::new();
        sort_key::wire(&mut apex, &zone.apex);
        apex.push(0);
        let depth = u8::try_from(sort_key::ends(&zone.apex).count()).ok()?;
        self.depths |= 1u128.checked_shl(u32::from(depth))?;
        let name = len32(&self.zone_names)?;
        self.zone_names.push(depth);
        self.zone_names.push(u8::try_from(apex.len()).ok()?);
        self.zone_names.extend_from_slice(&apex);
        let nsec_start = len32(&self.nsec)? / 4;
        for offset in nsec {
            self.nsec.extend_from_slice(&offset.to_le_bytes());
        }
        let nsec3_start = len32(&self.nsec3)? / 24;
        let mut params = 0;
        if let Some((iterations, salt)) = &zone.nsec3_params {
            params = len32(&self.zone_names)?;
            self.zone_names.extend_from_slice(&iterations.to_le_bytes());
            self.zone_names.push(u8::try_from(salt.len()).ok()?);
            self.zone_names.extend_from_slice(salt);
            hashes.sort_unstable();
            for (hash, offset) in hashes {
                self.nsec3.extend_from_slice(hash);
                self.nsec3.extend_from_slice(&offset.to_le_bytes());
            }
        }
        let nsec = (nsec_start, len32(&self.nsec)? / 4);
        let nsec3 = (nsec3_start, len32(&self.nsec3)? / 24);
        for field in [name, nodes.0, nodes.1, nsec.0, nsec.1, nsec3.0, nsec3.1, params] {
            self.zones.extend_from_slice(&field.to_le_bytes());
        }
        self.apexes.push(apex);
        Some(())
    }

    pub(crate) fn zone_index(&self, seed: u64) -> Option<Vec<u8>> {
        let hashed = (0u32..).zip(&self.apexes).filter_map(|(id, apex)| {
            let key = Key::read(apex, seed)?;
            Some((key.hash(key.depth())?, id))
        });
        index::build(self.apexes.len(), hashed)
    }

    /// The names are hashed by all workers, and put in by one.
    pub(crate) fn index(&self, seed: u64, workers: &dyn Workers) -> Option<Vec<u8>> {
        let stretches = self.places.iter().collect();
        let hashed = workers::map(workers, stretches, |parts: &Vec<(u32, Vec<u32>)>| {
            let mut hashed = Vec::with_capacity(parts.iter().map(|(_, at)| at.len()).sum());
            for (zone, places) in parts {
                let apex = Apex::of(&Key::read(self.apexes.get(to_usize(*zone))?, seed)?)?;
                for offset in places {
                    let node = Node::read(crate::bytes::from(&self.nodes, *offset)?)?;
                    hashed.push((salted(*zone, apex.hash(node.name)?), *offset));
                }
            }
            Some(hashed)
        })?;
        let hashed = hashed.into_iter().collect::<Option<Vec<_>>>()?;
        let count = hashed.iter().fold(0usize, |sum, part| sum.saturating_add(part.len()));
        index::build(count, hashed.iter().flatten().copied())
    }
}

fn len32(bytes: &[u8]) -> Option<u32> {
    u32::try_from(bytes.len()).ok()
}

const NSEC: u16 = 47;
