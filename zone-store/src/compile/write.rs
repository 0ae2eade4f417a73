//! From the plan to the octets of the image.

use alloc::vec::Vec;

use crate::bytes::to_usize;
use crate::compile::interner::Interner;
use crate::compile::maps::{MapInput, MapSections};
use crate::compile::nodes::Planner;
use crate::compile::plan::{NodeSpec, Plan, SetSpec};
use crate::compile::report::Report;
use crate::compile::rows::Rows;
use crate::compile::zones::Zones;
use crate::compile::{CompileOptions, Compiled, Problems, nodes, sort_key};
use crate::image::{self, COUNT, OVERRIDE, Section};
use crate::index;
use crate::key::Key;
use crate::node::{NO_CUT, Node};
use crate::rrset::FORM_SHIFT;
use crate::store::salted;

/// Builds the image; `None` when something was wrong or it would be too large.
pub(crate) fn build(
    options: &CompileOptions,
    rows: Rows,
    locations: Interner,
    maps: MapInput,
    problems: &mut Problems,
) -> Option<Compiled> {
    let (location_section, numbers) = number_locations(&locations)?;
    let zones = Zones::find(&rows);
    let placed = zones.assign(&rows, problems);
    let mut planner =
        Planner { options, rows: &rows, locations: &numbers, problems, plan: Plan::default() };
    let mut rest = placed.as_slice();
    for (zone, apex) in (0u32..).zip(&zones.apexes) {
        let count = rest.partition_point(|(z, _)| *z <= zone);
        let (runs, after) = rest.split_at_checked(count)?;
        planner.zone(apex, runs)?;
        rest = after;
    }
    let plan = planner.plan;
    let maps = maps.write(&numbers, problems)?;
    warn_unreached(&rows, &locations, &numbers, &maps, problems);
    drop(placed);
    drop(rows);
    let written = Written::of(&plan, &zones)?;
    if problems.errors > 0 {
        return None;
    }
    // A seed at which no stretch of the index fills up; the first one does but for inputs made to foil it.
    let (seed, [zone_index, index, bind_index]) = (0..64u64).find_map(|attempt| {
        let seed = attempt.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Some((seed, [written.zone_index(seed)?, written.index(seed)?, maps.index(seed)?]))
    })?;
    let mut report = Report {
        zones: plan.zones.len(),
        names: plan.nodes.len(),
        records: plan.records,
        rrsets: plan.sets.len(),
        locations: locations.len().saturating_sub(1),
        maps: maps.map_count,
        prefixes: maps.prefix_count,
        ranges: maps.range_count,
        ..Report::default()
    };
    let sections: [Vec<u8>; COUNT] = [
        written.zones,
        written.zone_names,
        zone_index,
        written.nodes,
        index,
        written.sets,
        written.nsec,
        written.nsec3,
        location_section,
        maps.maps,
        maps.ranges,
        maps.binds,
        bind_index,
    ];
    report.sections = Section::ALL.into_iter().zip(sections.iter().map(Vec::len)).collect();
    let flags = if nodes::joins(options.combine) { 0 } else { OVERRIDE };
    let image = image::write(flags, seed, written.depths, &sections);
    report.octets = image.len();
    Some(Compiled { image, report })
}

/// The section of the locations, and from provisional numbers to those in the order of the names.
fn number_locations(locations: &Interner) -> Option<(Vec<u8>, Vec<u32>)> {
    let order = locations.sorted();
    let mut numbers = alloc::vec![0u32; order.len().max(1)];
    let mut ends = Vec::with_capacity(order.len().saturating_mul(4));
    let mut names = Vec::new();
    for (number, provisional) in (0u32..).zip(&order) {
        *numbers.get_mut(to_usize(*provisional))? = number;
        names.extend_from_slice(locations.string(*provisional));
        ends.extend_from_slice(&u32::try_from(names.len()).ok()?.to_le_bytes());
    }
    if order.is_empty() {
        ends.extend_from_slice(&[0; 4]);
    }
    let mut section = u32::try_from(numbers.len()).ok()?.to_le_bytes().to_vec();
    section.extend_from_slice(&ends);
    section.extend_from_slice(&names);
    Some((section, numbers))
}

/// Rows of a location to which no map leads are for nobody.
fn warn_unreached(
    rows: &Rows,
    names: &Interner,
    numbers: &[u32],
    maps: &MapSections,
    problems: &mut Problems,
) {
    let mut told = alloc::vec![false; numbers.len()];
    for row in rows.rows.iter().filter(|row| row.location != 0) {
        let number = numbers.get(to_usize(row.location)).copied().unwrap_or(0);
        let reached = maps.led_to.get(to_usize(number)).copied().unwrap_or(false);
        if let Some(told) = told.get_mut(to_usize(number)).filter(|told| !reached && !**told) {
            *told = true;
            let name = names.string(row.location).escape_ascii();
            problems.warn(row.at, alloc::format!("no map leads to the location {name}"));
        }
    }
}

/// The sections of zones and names.
#[derive(Debug, Default)]
struct Written {
    zones: Vec<u8>,
    zone_names: Vec<u8>,
    nodes: Vec<u8>,
    sets: Vec<u8>,
    nsec: Vec<u8>,
    nsec3: Vec<u8>,
    depths: u128,
    apexes: Vec<Vec<u8>>,
    /// Zone and offset of each node.
    places: Vec<(u32, u32)>,
    /// Where each group of the pool is in `sets`, plus one; 0 is nowhere yet.
    shared: Vec<u32>,
}

impl Written {
    fn of(plan: &Plan, zones: &Zones) -> Option<Self> {
        let mut out = Self { shared: alloc::vec![0; plan.pool.len()], ..Self::default() };
        for ((id, apex_key), zone) in (0u32..).zip(&zones.apexes).zip(&plan.zones) {
            let mut apex = Vec::new();
            sort_key::wire(&mut apex, apex_key);
            apex.push(0);
            let depth = u8::try_from(sort_key::ends(apex_key).count()).ok()?;
            out.depths |= 1u128.checked_shl(u32::from(depth))?;
            let mut record = [0u32; 8];
            let [name, start, end, nsec_start, nsec_end, nsec3_start, nsec3_end, params] =
                &mut record;
            *name = len32(&out.zone_names)?;
            out.zone_names.push(depth);
            out.zone_names.push(u8::try_from(apex.len()).ok()?);
            out.zone_names.extend_from_slice(&apex);
            *start = len32(&out.nodes)?;
            *nsec_start = len32(&out.nsec)? / 4;
            for node in plan.nodes.get(zone.first_node..zone.end_node)? {
                let offset = len32(&out.nodes)?;
                out.places.push((id, offset));
                out.node(plan, node, apex_key.len())?;
                let sets = plan.sets_of(node);
                if sets.iter().any(|set| set.rtype == NSEC)
                    && (node.cut == NO_CUT || node.cut == node.depth)
                {
                    out.nsec.extend_from_slice(&offset.to_le_bytes());
                }
            }
            *end = len32(&out.nodes)?;
            *nsec_end = len32(&out.nsec)? / 4;
            *nsec3_start = len32(&out.nsec3)? / 24;
            if let Some((iterations, salt)) = &zone.nsec3_params {
                *params = len32(&out.zone_names)?;
                out.zone_names.extend_from_slice(&iterations.to_le_bytes());
                out.zone_names.push(u8::try_from(salt.len()).ok()?);
                out.zone_names.extend_from_slice(salt);
                let mut hashes = zone.nsec3.clone();
                hashes.sort_by_key(|spec| spec.hash);
                for spec in hashes {
                    let offset = out.share(plan, spec.group)?;
                    out.nsec3.extend_from_slice(&spec.hash);
                    out.nsec3.extend_from_slice(&offset.to_le_bytes());
                }
            }
            *nsec3_end = len32(&out.nsec3)? / 24;
            for field in record {
                out.zones.extend_from_slice(&field.to_le_bytes());
            }
            out.apexes.push(apex);
        }
        Some(out)
    }

    fn node(&mut self, plan: &Plan, node: &NodeSpec, apex_len: usize) -> Option<()> {
        let sets = plan.sets_of(node);
        self.nodes.extend_from_slice(&[node.flags, node.depth, node.cut, 0]);
        let name_at = self.nodes.len();
        sort_key::wire(&mut self.nodes, plan.key(node).get(apex_len..)?);
        let name_len = u8::try_from(self.nodes.len().checked_sub(name_at)?).ok()?;
        *self.nodes.get_mut(name_at.checked_sub(1)?)? = name_len;
        let types = sets.chunk_by(|a, b| a.rtype == b.rtype);
        self.nodes.push(u8::try_from(types.clone().count()).ok()?);
        for same in types {
            self.entry(plan, same)?;
        }
        Some(())
    }

    fn entry(&mut self, plan: &Plan, sets: &[SetSpec]) -> Option<()> {
        let first = sets.first()?;
        let (form, payload) = match sets {
            [set] if set.location == 0 => {
                let group = plan.pool.string(set.group);
                if group.len() >= SHARE_FROM && plan.pool.uses(set.group) > 1 {
                    (1u32, self.share(plan, set.group)?.to_le_bytes().to_vec())
                } else {
                    (0, group.to_vec())
                }
            }
            _ => {
                let mut table = Vec::with_capacity(sets.len().saturating_mul(8));
                for set in sets {
                    table.extend_from_slice(&set.location.to_le_bytes());
                    table.extend_from_slice(&self.share(plan, set.group)?.to_le_bytes());
                }
                (2, table)
            }
        };
        self.nodes.extend_from_slice(&first.rtype.to_le_bytes());
        let word = form.checked_shl(FORM_SHIFT)? | len32(&payload)?;
        self.nodes.extend_from_slice(&word.to_le_bytes());
        self.nodes.extend_from_slice(&payload);
        Some(())
    }

    /// The offset of a group among the shared ones.
    fn share(&mut self, plan: &Plan, group: u32) -> Option<u32> {
        let known = self.shared.get_mut(to_usize(group))?;
        if let Some(offset) = known.checked_sub(1) {
            return Some(offset);
        }
        let offset = len32(&self.sets)?;
        *known = offset.checked_add(1)?;
        self.sets.extend_from_slice(plan.pool.string(group));
        Some(offset)
    }

    fn zone_index(&self, seed: u64) -> Option<Vec<u8>> {
        let hashed = (0u32..).zip(&self.apexes).filter_map(|(id, apex)| {
            let key = Key::read(apex, seed)?;
            Some((key.hash(key.depth())?, id))
        });
        index::build(self.apexes.len(), hashed)
    }

    fn index(&self, seed: u64) -> Option<Vec<u8>> {
        let mut name = Vec::with_capacity(255);
        let hashed = self.places.iter().filter_map(|(zone, offset)| {
            let node = Node::read(crate::bytes::from(&self.nodes, *offset)?)?;
            name.clear();
            name.extend_from_slice(node.name);
            name.extend_from_slice(self.apexes.get(to_usize(*zone))?);
            let key = Key::read(&name, seed)?;
            Some((salted(*zone, key.hash(key.depth())?), *offset))
        });
        index::build(self.places.len(), hashed)
    }
}

fn len32(bytes: &[u8]) -> Option<u32> {
    u32::try_from(bytes.len()).ok()
}

/// Groups of fewer octets are kept at their names: the way to a shared one costs more than they do.
const SHARE_FROM: usize = 16;
const NSEC: u16 = 47;
