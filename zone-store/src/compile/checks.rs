//! What must hold of a zone as a whole, and of the RRsets of a name together.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use dns_wire::RType;

use crate::compile::nodes::Planner;
use crate::compile::outline::is_wildcard;
use crate::compile::plan::{NodeSpec, SetSpec, ZonePart};
use crate::compile::policy::Check;
use crate::compile::rows::{Row, Run};
use crate::compile::sort_key;
use crate::node::{IS_CUT, IS_DNAME};
use crate::source::Position;

impl Planner<'_> {
    /// The apex needs NS, and its SOA is for everybody.
    pub(crate) fn check_apex(&mut self, part: &ZonePart, runs: &[(u32, Run)]) {
        let Some(node) = self.plan.nodes.get(part.first_node) else { return };
        let sets = self.plan.sets_of(node);
        let has_ns = sets.iter().any(|set| set.rtype == NS && set.location == 0);
        let located_soa = sets.iter().any(|set| set.rtype == SOA && set.location != 0);
        if has_ns && !located_soa {
            return;
        }
        let key = self.plan.key(node);
        let name = sort_key::text(key);
        let at = self.place(runs, key, |row| row.rtype == SOA);
        if !has_ns {
            let hint = "a zone needs NS records at its apex (RFC 1035 §5.2)";
            self.problems
                .find(Check::MissingNs, || (at, format!("zone {name} has no NS"), Some(hint)));
        }
        if located_soa {
            self.problems.error(at, format!("SOA of {name} has a location"));
        }
    }

    /// What cannot stand together at a name.
    pub(crate) fn check_name(
        &mut self,
        node: &NodeSpec,
        key: &[u8],
        rows: &[Row],
        occluded: bool,
        at: Position,
    ) {
        let sets = self.plan.sets_of(node);
        let wildcard = is_wildcard(key);
        let beside = |set: &SetSpec| !matches!(set.rtype, CNAME | KEY | NSEC);
        let aliases: Vec<u32> =
            sets.iter().filter(|set| set.rtype == CNAME).map(|set| set.location).collect();
        let conflict = sets.iter().filter(|set| beside(set)).any(|set| {
            aliases.iter().any(|alias| *alias == set.location || *alias == 0 || set.location == 0)
        });
        if conflict {
            let hint = "a name with a CNAME can have nothing else (RFC 2181 §10.1)";
            let at = rows.iter().find(|row| row.rtype == CNAME).map_or(at, |row| row.at);
            let other = sets.iter().find(|set| beside(set)).map_or(CNAME, |set| set.rtype);
            let (other, owner) = (RType(other), sort_key::text(key));
            let message = format!("CNAME and other data at {owner}: {other}");
            self.problems.find(Check::CnameAndOther, || (at, message, Some(hint)));
        }
        if wildcard && node.flags & (IS_CUT | IS_DNAME) != 0 {
            let hint = "what it would mean is not defined (RFC 4592 §4.2, §4.4)";
            let message = format!("NS or DNAME at the wildcard {}", sort_key::text(key));
            self.problems.error_with(at, message, hint);
        }
        if node.flags & IS_CUT != 0 && node.flags & IS_DNAME != 0 {
            let owner = sort_key::text(key);
            self.problems
                .error(at, format!("DNAME and NS at {owner}, below the apex (RFC 6672 §2.3)"));
        }
        if occluded && rows.iter().any(|row| !matches!(row.rtype, A | AAAA)) {
            let owner = sort_key::text(key);
            let message =
                format!("{owner} is below a delegation or a DNAME: this is never an answer");
            self.problems.find(Check::Occluded, || (at, message, None));
        }
    }

    /// Delegations whose name servers lie below them need their addresses (RFC 9471).
    pub(crate) fn check_glue(&mut self, part: &ZonePart, runs: &[(u32, Run)]) {
        let nodes = self.plan.nodes_of(part);
        let mut missing: Vec<(Position, String)> = Vec::new();
        let mut target_key = Vec::new();
        for node in nodes.iter().filter(|node| node.flags & IS_CUT != 0 && node.cut == node.depth) {
            let key = self.plan.key(node);
            for set in self.plan.sets_of(node).iter().filter(|set| set.rtype == NS) {
                let Some(group) = crate::rrset::Group::read(self.plan.pool.group(set.group)) else {
                    continue;
                };
                for target in group.records() {
                    target_key.clear();
                    sort_key::push(&mut target_key, target);
                    if !target_key.starts_with(key) {
                        continue;
                    }
                    let has_address = self.plan.find(part, &target_key).is_some_and(|n| {
                        self.plan.sets_of(n).iter().any(|set| matches!(set.rtype, A | AAAA))
                    });
                    if !has_address {
                        let at = self.place(runs, key, |row| {
                            row.rtype == NS && self.rows.rdata(row) == target
                        });
                        let name = sort_key::text(key);
                        let target = sort_key::text(&target_key);
                        missing.push((at, format!("{name} has no glue for {target}")));
                    }
                }
            }
        }
        for (at, message) in missing {
            self.problems.find(Check::MissingGlue, || (at, message, None));
        }
    }

    /// Where the first record of a name stands of which that is true. `runs` are sorted by owner.
    fn place(&self, runs: &[(u32, Run)], key: &[u8], is_it: impl Fn(&Row) -> bool) -> Position {
        let start = runs.partition_point(|(_, run)| self.rows.key(run) < key);
        let of_name = runs.iter().skip(start).take_while(|(_, run)| self.rows.key(run) == key);
        let rows = of_name.flat_map(|(_, run)| self.rows.of(run));
        rows.filter(|row| is_it(row)).map(|row| row.at).min().unwrap_or_default()
    }
}

const A: u16 = 1;
const NS: u16 = 2;
const CNAME: u16 = 5;
const SOA: u16 = 6;
const KEY: u16 = 25;
const AAAA: u16 = 28;
const NSEC: u16 = 47;
