//! Whether the names that records point to are there, as far as this zone says.

use alloc::format;
use alloc::vec::Vec;

use dns_wire::{RType, rdata};

use crate::bytes::to_usize;
use crate::compile::plan::{NodeSpec, Plan, ZonePart};
use crate::compile::policy::Check;
use crate::compile::rows::{Row, Rows, Run};
use crate::compile::{Problems, sort_key};
use crate::node::{HAS_WILDCARD, IS_ALIAS, NO_CUT};
use crate::rrset::Group;
use crate::source::Position;

/// All names of all zones, with the stretches they are in.
pub(crate) struct Targets<'a> {
    plans: &'a [Plan],
    /// By zone, the parts in order: their first key, plan and number.
    parts: Vec<Vec<(&'a [u8], usize, usize)>>,
    /// By zone, the key of the apex.
    apexes: Vec<&'a [u8]>,
    rows: &'a Rows,
    placed: &'a [(u32, Run)],
}

/// What is wrong with a target.
enum Fault {
    Dangling,
    Alias,
}

impl<'a> Targets<'a> {
    pub(crate) fn new(
        plans: &'a [Plan],
        apexes: Vec<&'a [u8]>,
        rows: &'a Rows,
        placed: &'a [(u32, Run)],
    ) -> Self {
        let mut parts: Vec<Vec<(&[u8], usize, usize)>> =
            apexes.iter().map(|_| Vec::new()).collect();
        for (number, plan) in plans.iter().enumerate() {
            for (at, part) in plan.zones.iter().enumerate() {
                if let (Some(first), Some(parts)) =
                    (plan.nodes_of(part).first(), parts.get_mut(to_usize(part.zone)))
                {
                    parts.push((plan.key(first), number, at));
                }
            }
        }
        Self { plans, parts, apexes, rows, placed }
    }

    /// Checks what the records of a stretch point to.
    ///
    /// Cost: a binary search for each target in the zone.
    pub(crate) fn check(&self, plan: &Plan, problems: &mut Problems) {
        let mut target = Vec::new();
        for part in &plan.zones {
            let Some(apex) = self.apexes.get(to_usize(part.zone)) else { continue };
            for node in plan.nodes_of(part) {
                // Below a delegation only the other side knows.
                if node.cut != NO_CUT && node.cut != node.depth {
                    continue;
                }
                for set in plan.sets_of(node) {
                    let rtype = RType(set.rtype);
                    if !points(rtype) {
                        continue;
                    }
                    let Some(group) = Group::read(plan.pool.group(set.group)) else { continue };
                    for data in group.records() {
                        for name in rdata::names(rtype, data) {
                            let is_target = name.additional || rtype == RType::CNAME;
                            if !is_target || name.name.is_root() {
                                continue;
                            }
                            target.clear();
                            sort_key::push(&mut target, name.name.as_wire());
                            if !target.starts_with(apex) {
                                continue;
                            }
                            if let Some(fault) = self.fault(part.zone, rtype, &target) {
                                self.tell(plan, part, node, rtype, data, &target, &fault, problems);
                            }
                        }
                    }
                }
            }
        }
    }

    fn fault(&self, zone: u32, rtype: RType, target: &[u8]) -> Option<Fault> {
        if let Some((plan, node)) = self.find(zone, target) {
            let has = |t: RType| plan.sets_of(node).iter().any(|set| set.rtype == t.0);
            let below = node.cut != NO_CUT && node.cut != node.depth;
            return match rtype {
                RType::CNAME => {
                    let empty = node.first_set == node.end_set && node.cut == NO_CUT;
                    empty.then_some(Fault::Dangling)
                }
                _ if has(RType::A) || has(RType::AAAA) => None,
                _ if node.flags & IS_ALIAS != 0 && matches!(rtype, RType::SVCB | RType::HTTPS) => {
                    None
                }
                _ if node.flags & IS_ALIAS != 0 => Some(Fault::Alias),
                // Glue is checked apart; a delegated name may have its address below.
                _ if below || node.cut != NO_CUT => None,
                _ => Some(Fault::Dangling),
            };
        }
        // The closest name that is there decides: a delegation or a wildcard may know more.
        let apex = self.apexes.get(to_usize(zone)).map_or(0, |apex| apex.len());
        let above = sort_key::ends(target).rev().filter(|end| *end < target.len() && *end >= apex);
        for end in above.chain((apex == 0).then_some(0)) {
            if let Some((_, node)) = self.find(zone, target.get(..end)?) {
                let open = node.cut == NO_CUT && node.flags & HAS_WILDCARD == 0;
                return open.then_some(Fault::Dangling);
            }
        }
        None
    }

    fn find(&self, zone: u32, key: &[u8]) -> Option<(&'a Plan, &'a NodeSpec)> {
        let parts = self.parts.get(to_usize(zone))?;
        let after = parts.partition_point(|(first, _, _)| *first <= key);
        let (_, plan, part) = parts.get(after.checked_sub(1)?)?;
        let plan = self.plans.get(*plan)?;
        Some((plan, plan.find(plan.zones.get(*part)?, key)?))
    }

    #[expect(clippy::too_many_arguments, reason = "one caller, which has them one by one")]
    fn tell(
        &self,
        plan: &Plan,
        part: &ZonePart,
        node: &NodeSpec,
        rtype: RType,
        data: &[u8],
        target: &[u8],
        fault: &Fault,
        problems: &mut Problems,
    ) {
        let (check, what) = match fault {
            Fault::Dangling if rtype == RType::CNAME => (Check::DanglingTarget, "is not there"),
            Fault::Dangling => (Check::DanglingTarget, "has no address"),
            Fault::Alias => (Check::AliasedTarget, "is a CNAME (RFC 2181 §10.3)"),
        };
        let key = plan.key(node);
        problems.find(check, || {
            let (owner, target) = (sort_key::text(key), sort_key::text(target));
            let at = self
                .place(part.zone, key, |row| row.rtype == rtype.0 && self.rows.rdata(row) == data);
            (at, format!("{target}, to which {rtype} of {owner} points, {what}"), None)
        });
    }

    /// Where the first record of a name stands of which that is true.
    fn place(&self, zone: u32, key: &[u8], is_it: impl Fn(&Row) -> bool) -> Position {
        let start = self.placed.partition_point(|(z, run)| (*z, self.rows.key(run)) < (zone, key));
        let of_name = self.placed.iter().skip(start);
        let of_name = of_name.take_while(|(z, run)| (*z, self.rows.key(run)) == (zone, key));
        let rows = of_name.flat_map(|(_, run)| self.rows.of(run));
        rows.filter(|row| is_it(row)).map(|row| row.at).min().unwrap_or_default()
    }
}

fn points(rtype: RType) -> bool {
    matches!(rtype, RType::NS | RType::CNAME | RType::MX | RType::SRV | RType::SVCB | RType::HTTPS)
}
