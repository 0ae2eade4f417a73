//! From sorted records to the names of a zone and their RRsets, checked.

use alloc::format;
use alloc::vec::Vec;

use dns_wire::RType;

use crate::bytes::to_usize;
use crate::compile::plan::{NodeSpec, Plan, SetSpec, ZoneSpec};
use crate::compile::rows::{RRSIG, Row, Rows, Run, covered};
use crate::compile::{Combine, CompileOptions, Problems, sort_key};
use crate::node::{HAS_WILDCARD, IS_ALIAS, IS_CUT, IS_DNAME, NO_CUT};

/// Plans one zone after the other.
pub(crate) struct Planner<'a> {
    pub(crate) options: &'a CompileOptions,
    pub(crate) rows: &'a Rows,
    /// From provisional to final location numbers.
    pub(crate) locations: &'a [u32],
    pub(crate) problems: &'a mut Problems,
    pub(crate) plan: Plan,
}

/// The open names above the one at hand: length of the key, and number of the node.
type Path = Vec<(usize, usize)>;

impl Planner<'_> {
    /// Plans a zone from its records, sorted by owner. `None` when an image cannot hold as much.
    pub(crate) fn zone(&mut self, apex: &[u8], runs: &[(u32, Run)]) -> Option<()> {
        let rows = self.rows;
        let mut zone = ZoneSpec { first_node: self.plan.nodes.len(), ..ZoneSpec::default() };
        let mut path: Path = Vec::new();
        let mut owned: Vec<Row> = Vec::new();
        let signed = runs
            .iter()
            .filter(|(_, run)| rows.key(run) == apex)
            .any(|(_, run)| rows.of(run).iter().any(|row| row.rtype == DNSKEY));
        for names in runs.chunk_by(|(_, a), (_, b)| rows.key(a) == rows.key(b)) {
            let (_, first) = names.first()?;
            let key = rows.key(first);
            owned.clear();
            owned.extend(names.iter().flat_map(|(_, run)| rows.of(run)).copied());
            owned.sort_by(|a, b| {
                (a.rtype, self.location(a), rows.rdata(a)).cmp(&(
                    b.rtype,
                    self.location(b),
                    rows.rdata(b),
                ))
            });
            self.take_nsec3(&mut zone, key, apex, &mut owned)?;
            if !owned.is_empty() {
                self.name(key, apex, &owned, &mut path, signed)?;
            }
        }
        zone.end_node = self.plan.nodes.len();
        self.check_apex(&zone, runs);
        self.check_glue(&zone, runs);
        self.plan.zones.push(zone);
        Some(())
    }

    /// Adds the nodes of a name and of the empty non-terminals above it.
    fn name(
        &mut self,
        key: &[u8],
        apex: &[u8],
        rows: &[Row],
        path: &mut Path,
        signed: bool,
    ) -> Option<()> {
        while path.last().is_some_and(|(len, node)| !key.starts_with(self.key_of(*node, *len))) {
            path.pop();
        }
        let at = rows.first().map(|row| row.at).unwrap_or_default();
        let open = path.last().map_or(0, |(len, _)| *len);
        let mut ends: Vec<usize> =
            sort_key::ends(key).filter(|end| *end > open && *end >= apex.len()).collect();
        if key.is_empty() {
            ends.push(0);
        }
        for end in ends {
            let cut = path
                .last()
                .and_then(|(_, node)| self.plan.nodes.get(*node))
                .map_or(NO_CUT, |n| n.cut);
            let start = u32::try_from(self.plan.keys.len()).ok()?;
            self.plan.keys.extend_from_slice(key.get(..end)?);
            let stop = u32::try_from(self.plan.keys.len()).ok()?;
            let depth = sort_key::ends(key.get(..end)?).count();
            let depth = u8::try_from(depth).ok()?;
            let sets = u32::try_from(self.plan.sets.len()).ok()?;
            if is_wildcard(key.get(..end)?)
                && let Some(parent) = path.last().and_then(|(_, n)| self.plan.nodes.get_mut(*n))
            {
                parent.flags |= HAS_WILDCARD;
            }
            path.push((end, self.plan.nodes.len()));
            let node = NodeSpec {
                key: (start, stop),
                depth,
                flags: 0,
                cut,
                first_set: sets,
                end_set: sets,
            };
            self.plan.nodes.push(node);
        }
        let is_apex = key == apex;
        let last = self.plan.nodes.last().copied()?;
        let occluded = last.cut != NO_CUT;
        let flags = self.sets(key, rows, signed && !occluded)?;
        let mut node = self.plan.nodes.pop()?;
        node.flags = flags & if is_apex { !IS_CUT } else { !0 };
        node.end_set = u32::try_from(self.plan.sets.len()).ok()?;
        if node.cut == NO_CUT && node.flags & (IS_CUT | IS_DNAME) != 0 {
            node.cut = node.depth;
        }
        self.check_name(&node, key, rows, occluded, at);
        self.plan.nodes.push(node);
        Some(())
    }

    fn key_of(&self, node: usize, len: usize) -> &[u8] {
        let key = self.plan.nodes.get(node).map(|n| self.plan.key(n)).unwrap_or_default();
        key.get(..len).unwrap_or_default()
    }

    /// Adds the RRsets of a name; returns its flags.
    fn sets(&mut self, key: &[u8], rows: &[Row], signed: bool) -> Option<u8> {
        let mut flags = 0u8;
        let mut types = 0usize;
        let (signatures, data): (Vec<&Row>, Vec<&Row>) =
            rows.iter().partition(|row| row.rtype == RRSIG);
        let mut used = 0usize;
        for same_type in data.chunk_by(|a, b| a.rtype == b.rtype) {
            let rtype = same_type.first()?.rtype;
            types = types.saturating_add(1);
            flags |= match rtype {
                NS => IS_CUT,
                CNAME => IS_ALIAS,
                DNAME => IS_DNAME,
                _ => 0,
            };
            let mut has_default = false;
            for same in same_type.chunk_by(|a, b| a.location == b.location) {
                let first = same.first()?;
                let location = self.location(first);
                has_default |= location == 0;
                let signatures: Vec<&Row> = signatures
                    .iter()
                    .filter(|s| {
                        s.location == first.location
                            && covered(RRSIG, self.rows.rdata(s)) == Some(rtype)
                    })
                    .copied()
                    .collect();
                used = used.saturating_add(signatures.len());
                let group = self.group(key, same, &signatures, signed)?;
                self.plan.sets.push(SetSpec { rtype, location, group });
            }
            if !has_default && !self.options.allow_partial {
                let (rtype, owner) = (RType(rtype), sort_key::text(key));
                let message =
                    format!("{rtype} of {owner} has rows for some locations and no default rows");
                let hint = "add a default row, without a location, or allow partial names (--allow-partial): \
                    what exists for some clients only cannot be cached (RFC 7871 §7.4)";
                self.problems.error_with(same_type.first()?.at, message, hint);
            }
        }
        if used < signatures.len() {
            let at = signatures.first()?.at;
            let owner = sort_key::text(key);
            let message =
                format!("signatures at {owner} over an RRset that is not there are left out");
            self.problems.warn(at, message);
        }
        if types > 255 {
            let message = format!("more than 255 types at {}", sort_key::text(key));
            self.problems.error(rows.first()?.at, message);
        }
        Some(flags)
    }

    fn location(&self, row: &Row) -> u32 {
        self.locations.get(to_usize(row.location)).copied().unwrap_or(0)
    }
}

pub(crate) fn is_wildcard(key: &[u8]) -> bool {
    key == b"*\x00" || key.ends_with(b"\x00*\x00")
}

/// Whether a client of a location gets the default rows of a set too.
pub(crate) fn joins(combine: Combine) -> bool {
    combine == Combine::Union
}

const NS: u16 = 2;
const CNAME: u16 = 5;
const DNAME: u16 = 39;
const DNSKEY: u16 = 48;
