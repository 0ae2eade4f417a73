//! From sorted records to the names of a zone and their RRsets, checked.

use alloc::format;
use alloc::vec::Vec;

use dns_wire::RType;

use crate::bytes::to_usize;
use crate::compile::outline::Outline;
use crate::compile::plan::{Plan, SetSpec, ZonePart};
use crate::compile::policy::Check;
use crate::compile::rows::{RRSIG, Row, Rows, Run, covered};
use crate::compile::{Combine, CompileOptions, Problems, sort_key, too_many_octets};
use crate::node::NO_CUT;
use crate::nsec3::params_of;

/// Plans a stretch of names.
pub(crate) struct Planner<'a> {
    pub(crate) options: &'a CompileOptions,
    /// What names may need of [`CompileOptions::max_octets`].
    pub(crate) room: u64,
    pub(crate) rows: &'a Rows,
    /// From provisional to final location numbers.
    pub(crate) locations: &'a [u32],
    pub(crate) problems: Problems,
    pub(crate) plan: Plan,
    /// The group at hand, used again for each.
    pub(crate) buffer: Vec<u8>,
}

/// What the apex of a zone says of all of it.
#[derive(Clone, Debug)]
pub(crate) struct ZoneFacts<'a> {
    pub(crate) zone: u32,
    pub(crate) apex: &'a [u8],
    /// It has DNSKEY.
    signed: bool,
    /// Iterations and salt, from NSEC3PARAM.
    pub(crate) nsec3_params: Option<(u16, Vec<u8>)>,
    /// The depth of the apex where it has a DNAME, else [`NO_CUT`].
    cut: u8,
}

impl<'a> ZoneFacts<'a> {
    /// From the runs of a zone, which begin with those of its apex. `None` when the apex is too deep.
    pub(crate) fn of(zone: u32, apex: &'a [u8], runs: &[(u32, Run)], rows: &Rows) -> Option<Self> {
        let own = runs.iter().take_while(|(_, run)| rows.key(run) == apex);
        let own: Vec<&Row> = own.flat_map(|(_, run)| rows.of(run)).collect();
        let has = |rtype: u16| own.iter().any(|row| row.rtype == rtype);
        let params = own.iter().filter(|row| row.rtype == NSEC3PARAM);
        let params = params.map(|row| rows.rdata(row)).min();
        let depth = u8::try_from(sort_key::ends(apex).count()).ok()?;
        Some(Self {
            zone,
            apex,
            signed: has(DNSKEY),
            nsec3_params: params.and_then(params_of),
            cut: if has(DNAME) { depth } else { NO_CUT },
        })
    }
}

impl Planner<'_> {
    /// Plans a zone, or a part of one, from its records, sorted by owner. `None` when an image cannot hold as
    /// much.
    pub(crate) fn zone(&mut self, facts: &ZoneFacts<'_>, runs: &[(u32, Run)]) -> Option<()> {
        let rows = self.rows;
        let first_node = self.plan.nodes.len();
        let mut part = ZonePart { zone: facts.zone, first_node, ..ZonePart::default() };
        let is_whole = runs.first().is_some_and(|(_, run)| rows.key(run) == facts.apex);
        let mut outline = if is_whole {
            Outline::new(facts.apex)
        } else {
            Outline::resume(facts.apex, facts.cut)
        };
        let mut owned: Vec<Row> = Vec::new();
        for names in runs.chunk_by(|(_, a), (_, b)| rows.key(a) == rows.key(b)) {
            let (_, first) = names.first()?;
            let key = rows.key(first);
            owned.clear();
            owned.extend(names.iter().flat_map(|(_, run)| rows.of(run)).copied());
            if owned.len() > 1 {
                owned.sort_by(|a, b| {
                    (a.rtype, self.location(a), rows.rdata(a)).cmp(&(
                        b.rtype,
                        self.location(b),
                        rows.rdata(b),
                    ))
                });
            }
            self.take_nsec3(&mut part, facts, key, &mut owned)?;
            if owned.iter().any(|row| row.rtype != RRSIG) {
                self.name(key, &mut part, &mut outline, &owned, facts.signed)?;
            } else if let Some(row) = owned.first() {
                self.warn_stray(key, row);
            }
        }
        part.end_node = self.plan.nodes.len();
        if is_whole {
            self.check_apex(&part, runs);
        }
        self.check_glue(&part, runs);
        self.plan.zones.push(part);
        Some(())
    }

    /// Adds a name and its RRsets.
    fn name(
        &mut self,
        key: &[u8],
        part: &mut ZonePart,
        outline: &mut Outline<'_>,
        rows: &[Row],
        signed: bool,
    ) -> Option<()> {
        let occluded = outline.open(&mut self.plan, part, key)?;
        let at = rows.first().map(|row| row.at).unwrap_or_default();
        if self.plan.cost_of_names() > self.room {
            self.problems.error(at, too_many_octets(self.options));
            return None;
        }
        self.sets(key, rows, signed && !occluded)?;
        let node = outline.close(&mut self.plan)?;
        self.check_name(&node, key, rows, occluded, at);
        Some(())
    }

    fn warn_stray(&mut self, key: &[u8], row: &Row) {
        self.problems.find(Check::StraySignature, || {
            let owner = sort_key::text(key);
            let message =
                format!("signatures at {owner} over an RRset that is not there are left out");
            (row.at, message, None)
        });
    }

    /// Adds the RRsets of a name.
    fn sets(&mut self, key: &[u8], rows: &[Row], signed: bool) -> Option<()> {
        let mut types = 0usize;
        let (before, rest) = rows.split_at(rows.partition_point(|row| row.rtype < RRSIG));
        let (signatures, after) = rest.split_at(rest.partition_point(|row| row.rtype == RRSIG));
        let mut used = 0usize;
        let same_type = |a: &Row, b: &Row| a.rtype == b.rtype;
        for rows_of_type in before.chunk_by(same_type).chain(after.chunk_by(same_type)) {
            let rtype = rows_of_type.first()?.rtype;
            types = types.saturating_add(1);
            let mut has_default = false;
            let located = rows_of_type.iter().any(|row| row.location != 0);
            for same in rows_of_type.chunk_by(|a, b| a.location == b.location) {
                let first = same.first()?;
                let location = self.location(first);
                has_default |= location == 0;
                let signatures: Vec<Row> = signatures
                    .iter()
                    .filter(|s| {
                        s.location == first.location
                            && covered(RRSIG, self.rows.rdata(s)) == Some(rtype)
                    })
                    .copied()
                    .collect();
                used = used.saturating_add(signatures.len());
                let group = self.group(key, same, &signatures, signed, located)?;
                self.plan.sets.push(SetSpec { rtype, location, group });
            }
            if !has_default && !self.options.allow_partial {
                let (rtype, owner) = (RType(rtype), sort_key::text(key));
                let message =
                    format!("{rtype} of {owner} has rows for some locations and no default rows");
                let hint = "add a default row, without a location, or allow partial names (--allow-partial): \
                    what exists for some clients only cannot be cached (RFC 7871 §7.4)";
                self.problems.error_with(rows_of_type.first()?.at, message, hint);
            }
        }
        if used < signatures.len() {
            self.warn_stray(key, signatures.first()?);
        }
        if types > 255 {
            let message = format!("more than 255 types at {}", sort_key::text(key));
            self.problems.error(rows.first()?.at, message);
        }
        Some(())
    }

    fn location(&self, row: &Row) -> u32 {
        self.locations.get(to_usize(row.location)).copied().unwrap_or(0)
    }
}

/// Whether a client of a location gets the default rows of a set too.
pub(crate) fn joins(combine: Combine) -> bool {
    combine == Combine::Union
}

const DNAME: u16 = 39;
const DNSKEY: u16 = 48;
const NSEC3PARAM: u16 = 51;
