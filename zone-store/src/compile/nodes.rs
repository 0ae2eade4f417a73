//! From sorted records to the names of a zone and their RRsets, checked.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::bytes::{low8, to_usize};
use crate::compile::interner::Interner;
use crate::compile::rows::{RRSIG, Row, Rows, Run, covered};
use crate::compile::{Combine, CompileOptions, Problems, sort_key};
use crate::node::{HAS_WILDCARD, IS_ALIAS, IS_CUT, IS_DNAME, NO_CUT};
use crate::nsec3::MAX_ITERATIONS;
use crate::rrset::{COUNT_MASK, SIGNED, WEIGHTED};
use crate::source::Position;
use dns_wire::{Name, RType};

/// A name of a zone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NodeSpec {
    /// The key of the name, as a range of [`Plan::keys`].
    key: (u32, u32),
    pub(crate) depth: u8,
    pub(crate) flags: u8,
    pub(crate) cut: u8,
    first_set: u32,
    end_set: u32,
}

/// The records of one name, type and location.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SetSpec {
    pub(crate) rtype: u16,
    pub(crate) location: u32,
    /// The group in the pool.
    pub(crate) group: u32,
}

/// An NSEC3 record: its owner's hash, and its group in the pool.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Nsec3Spec {
    pub(crate) hash: [u8; 20],
    pub(crate) group: u32,
}

/// What an image is written from.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    keys: Vec<u8>,
    pub(crate) nodes: Vec<NodeSpec>,
    pub(crate) sets: Vec<SetSpec>,
    /// Groups as they are stored, each once.
    pub(crate) pool: Interner,
    pub(crate) zones: Vec<ZoneSpec>,
    pub(crate) records: usize,
}

/// A zone.
#[derive(Debug, Default)]
pub(crate) struct ZoneSpec {
    pub(crate) first_node: usize,
    pub(crate) end_node: usize,
    pub(crate) nsec3: Vec<Nsec3Spec>,
    /// Iterations and salt, from NSEC3PARAM.
    pub(crate) nsec3_params: Option<(u16, Vec<u8>)>,
}

impl Plan {
    pub(crate) fn key(&self, node: &NodeSpec) -> &[u8] {
        self.keys.get(to_usize(node.key.0)..to_usize(node.key.1)).unwrap_or_default()
    }

    pub(crate) fn sets_of(&self, node: &NodeSpec) -> &[SetSpec] {
        self.sets.get(to_usize(node.first_set)..to_usize(node.end_set)).unwrap_or_default()
    }
}

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
        self.check_apex(&zone);
        self.check_glue(&zone);
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
        let flags = self.sets(rows, signed && !occluded)?;
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
    fn sets(&mut self, rows: &[Row], signed: bool) -> Option<u8> {
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
                let group = self.group(same, &signatures, signed)?;
                self.plan.sets.push(SetSpec { rtype, location, group });
            }
            if !has_default && !self.options.allow_partial {
                let message =
                    format!("{} has rows for some locations and no default rows", RType(rtype));
                let hint = "add rows without a location: what exists for some clients only cannot be cached (RFC 7871 §7.4)";
                self.problems.error_with(same_type.first()?.at, message, hint);
            }
        }
        if used < signatures.len() {
            let at = signatures.first()?.at;
            self.problems.warn(at, "signatures of an RRset that is not there are left out");
        }
        if types > 255 {
            self.problems.error(rows.first()?.at, "more than 255 types at one name");
        }
        Some(flags)
    }

    /// Puts one RRset into the pool: the records of a name, type and location, sorted by RDATA.
    fn group(&mut self, rows: &[&Row], signatures: &[&Row], signed: bool) -> Option<u32> {
        let first = rows.first()?;
        let mut unique: Vec<&Row> = Vec::with_capacity(rows.len());
        for row in rows {
            match unique.last_mut() {
                Some(last) if self.rows.rdata(last) == self.rows.rdata(row) => {
                    self.problems.warn(row.at, "record is there twice");
                    // Of two weights, the greater; the order of the input must not matter.
                    if row.weight > last.weight {
                        *last = row;
                    }
                }
                _ => unique.push(row),
            }
        }
        let ttl = rows.iter().map(|row| row.ttl).min()?;
        if let Some(other) = rows.iter().find(|row| row.ttl != ttl) {
            let message =
                format!("TTLs of the RRset differ, the lowest, {ttl}, is taken (RFC 2181 §5.2)");
            self.problems.warn(other.at, message);
        }
        let weighted = unique.iter().any(|row| row.weight.is_some());
        let located = first.location != 0;
        if signed && weighted {
            let hint = "a signature covers the whole RRset (RFC 4035 §2.2)";
            self.problems.error_with(first.at, "weighted RRset in a signed zone".into(), hint);
        }
        if signed && located && signatures.is_empty() {
            let hint = "sign the rows of each location";
            self.problems.error_with(
                first.at,
                "RRset of a location without signatures in a signed zone".into(),
                hint,
            );
        }
        let single = matches!(first.rtype, SOA | CNAME | DNAME);
        if single && unique.len() > 1 {
            let message =
                format!("more than one {} at a name (RFC 2181 §10.1)", RType(first.rtype));
            self.problems.error(unique.get(1)?.at, message);
        }
        let count = u16::try_from(unique.len()).ok().filter(|n| *n <= COUNT_MASK);
        let octets = unique.iter().chain(signatures).fold(0usize, |sum, row| {
            sum.saturating_add(12).saturating_add(self.rows.rdata(row).len())
        });
        let (Some(count), true) = (count, signatures.len() <= 255) else {
            self.problems.error(
                first.at,
                "RRset is too large: 16383 records and 255 signatures are the limit",
            );
            return Some(0);
        };
        if octets > 65_000 {
            self.problems.warn(first.at, "RRset is too large for any message");
        }
        let mark = |on: bool, bit: u16| if on { bit } else { 0 };
        let word = count | mark(weighted, WEIGHTED) | mark(!signatures.is_empty(), SIGNED);
        let mut group = Vec::with_capacity(octets);
        group.extend_from_slice(&ttl.to_le_bytes());
        group.extend_from_slice(&word.to_le_bytes());
        if weighted {
            for row in &unique {
                group.extend_from_slice(&row.weight.unwrap_or(1).to_le_bytes());
            }
        }
        if !signatures.is_empty() {
            group.push(u8::try_from(signatures.len()).unwrap_or(0));
        }
        for row in unique.iter().chain(signatures) {
            let rdata = self.rows.rdata(row);
            group.extend_from_slice(&u16::try_from(rdata.len()).unwrap_or(0).to_be_bytes());
            group.extend_from_slice(rdata);
        }
        self.plan.records =
            self.plan.records.saturating_add(unique.len()).saturating_add(signatures.len());
        self.plan.pool.put(&group)
    }

    /// Takes the NSEC3 records, and the signatures over them, out of a name's: they have a namespace of
    /// their own (RFC 5155 §7.2.8).
    fn take_nsec3(
        &mut self,
        zone: &mut ZoneSpec,
        key: &[u8],
        apex: &[u8],
        owned: &mut Vec<Row>,
    ) -> Option<()> {
        if key == apex
            && let Some(row) = owned.iter().find(|row| row.rtype == NSEC3PARAM)
        {
            zone.nsec3_params = params_of(self.rows.rdata(row));
            if zone.nsec3_params.as_ref().is_some_and(|(n, _)| *n > MAX_ITERATIONS) {
                let message = format!("more than {MAX_ITERATIONS} NSEC3 iterations");
                let hint = "no validator believes such proofs; RFC 9276 §3.1 wants 0 iterations";
                self.problems.error_with(row.at, message, hint);
            }
        }
        if !owned.iter().any(|row| row.rtype == NSEC3) {
            return Some(());
        }
        let rdata_of = |row: &Row| self.rows.rdata(row);
        let is_nsec3 =
            |row: &Row| row.rtype == NSEC3 || covered(row.rtype, rdata_of(row)) == Some(NSEC3);
        let (taken, left): (Vec<Row>, Vec<Row>) = owned.iter().copied().partition(is_nsec3);
        *owned = left;
        // RFC 5155 §7.3: only the chain that NSEC3PARAM names is used.
        let is_of_chain = |row: &&Row| {
            let params = params_of(rdata_of(row));
            row.rtype == RRSIG || (params.is_some() && params == zone.nsec3_params)
        };
        if let Some(other) = taken.iter().find(|row| !is_of_chain(row)) {
            self.problems.warn(other.at, "NSEC3 without a fitting NSEC3PARAM is left out");
        }
        let taken: Vec<Row> = taken.iter().filter(is_of_chain).copied().collect();
        if !taken.iter().any(|row| row.rtype == NSEC3) {
            return Some(());
        }
        let (signatures, records): (Vec<&Row>, Vec<&Row>) =
            taken.iter().partition(|row| row.rtype == RRSIG);
        let at = records.first()?.at;
        let hash =
            key.get(apex.len()..).and_then(|label| label.strip_suffix(&[0])).and_then(base32hex);
        match hash {
            Some(hash) => {
                let group = self.group(&records, &signatures, false)?;
                zone.nsec3.push(Nsec3Spec { hash, group });
            }
            None => {
                self.problems
                    .error(at, "owner of NSEC3 is not a hash under the apex (RFC 5155 §3)");
            }
        }
        Some(())
    }

    fn check_apex(&mut self, zone: &ZoneSpec) {
        let Some(node) = self.plan.nodes.get(zone.first_node) else { return };
        let sets = self.plan.sets_of(node);
        let has_ns = sets.iter().any(|set| set.rtype == NS && set.location == 0);
        let located_soa = sets.iter().any(|set| set.rtype == SOA && set.location != 0);
        let name = self.name_text(node);
        if !has_ns {
            let hint = "a zone needs NS records at its apex (RFC 1035 §5.2)";
            self.problems.error_with(Position::default(), format!("zone {name} has no NS"), hint);
        }
        if located_soa {
            self.problems.error(Position::default(), format!("SOA of {name} has a location"));
        }
    }

    fn check_name(
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
            self.problems.error_with(at, "CNAME and other data at one name".into(), hint);
        }
        if wildcard && node.flags & (IS_CUT | IS_DNAME) != 0 {
            let hint = "what it would mean is not defined (RFC 4592 §4.2, §4.4)";
            self.problems.error_with(at, "NS or DNAME at a wildcard".into(), hint);
        }
        if node.flags & IS_CUT != 0 && node.flags & IS_DNAME != 0 {
            self.problems.error(at, "DNAME and NS at one name below the apex (RFC 6672 §2.3)");
        }
        if occluded && rows.iter().any(|row| !matches!(row.rtype, A | AAAA)) {
            self.problems
                .warn(at, "name is below a delegation or a DNAME: this is never an answer");
        }
    }

    /// Delegations whose name servers lie below them need their addresses (RFC 9471).
    fn check_glue(&mut self, zone: &ZoneSpec) {
        let Some(nodes) = self.plan.nodes.get(zone.first_node..zone.end_node) else { return };
        let mut missing: Vec<String> = Vec::new();
        for node in nodes.iter().filter(|node| node.flags & IS_CUT != 0 && node.cut == node.depth) {
            let key = self.plan.key(node);
            for set in self.plan.sets_of(node).iter().filter(|set| set.rtype == NS) {
                let Some(group) = crate::rrset::Group::read(self.plan.pool.string(set.group))
                else {
                    continue;
                };
                for target in group.records() {
                    let mut target_key = Vec::new();
                    sort_key::push(&mut target_key, target);
                    if !target_key.starts_with(key) {
                        continue;
                    }
                    let at = nodes.binary_search_by(|n| self.plan.key(n).cmp(&target_key));
                    let has_address = at.ok().and_then(|at| nodes.get(at)).is_some_and(|n| {
                        self.plan.sets_of(n).iter().any(|set| matches!(set.rtype, A | AAAA))
                    });
                    if !has_address {
                        let target =
                            Name::from_wire(target).map(|n| n.to_string()).unwrap_or_default();
                        missing.push(format!("{} has no glue for {target}", self.name_text(node)));
                    }
                }
            }
        }
        for message in missing {
            self.problems.warn(Position::default(), message);
        }
    }

    fn name_text(&self, node: &NodeSpec) -> String {
        let mut wire = Vec::new();
        sort_key::wire(&mut wire, self.plan.key(node));
        wire.push(0);
        Name::from_wire(&wire).map(|name| name.to_string()).unwrap_or_default()
    }

    fn location(&self, row: &Row) -> u32 {
        self.locations.get(to_usize(row.location)).copied().unwrap_or(0)
    }
}

fn is_wildcard(key: &[u8]) -> bool {
    key == b"*\x00" || key.ends_with(b"\x00*\x00")
}

/// Whether a client of a location gets the default rows of a set too.
pub(crate) fn joins(combine: Combine) -> bool {
    combine == Combine::Union
}

/// Iterations and salt of NSEC3PARAM RDATA. Only SHA-1 is defined (RFC 5155 §11).
fn params_of(rdata: &[u8]) -> Option<(u16, Vec<u8>)> {
    let (&[algorithm, _, high, low, salt_len], salt) = rdata.split_first_chunk::<5>()?;
    let salt = salt.get(..usize::from(salt_len))?;
    (algorithm == 1).then(|| (u16::from_be_bytes([high, low]), salt.to_vec()))
}

/// A SHA-1 hash in base32hex without padding (RFC 4648 §7), 32 digits in lower case.
fn base32hex(text: &[u8]) -> Option<[u8; 20]> {
    let mut hash = [0u8; 20];
    let (groups, rest) = text.as_chunks::<8>();
    if groups.len() != 4 || !rest.is_empty() {
        return None;
    }
    for (to, digits) in hash.as_chunks_mut::<5>().0.iter_mut().zip(groups) {
        let mut value = 0u64;
        for digit in digits {
            let five = match digit {
                b'0'..=b'9' => digit.wrapping_sub(b'0'),
                b'a'..=b'v' => digit.wrapping_sub(b'a').wrapping_add(10),
                _ => return None,
            };
            value = (value << 5) | u64::from(five);
        }
        for (i, octet) in (0u32..5).rev().zip(to) {
            *octet = low8(value.wrapping_shr(i.wrapping_mul(8)));
        }
    }
    Some(hash)
}

const A: u16 = 1;
const NS: u16 = 2;
const CNAME: u16 = 5;
const SOA: u16 = 6;
const KEY: u16 = 25;
const AAAA: u16 = 28;
const DNAME: u16 = 39;
const NSEC: u16 = 47;
const DNSKEY: u16 = 48;
const NSEC3: u16 = 50;
const NSEC3PARAM: u16 = 51;
