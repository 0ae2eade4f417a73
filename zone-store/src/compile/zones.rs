//! Which zone a record belongs to.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::vec::Vec;

use dns_wire::RType;

use crate::compile::policy::Check;
use crate::compile::rows::{Rows, Run, Side};
use crate::compile::{Problems, sort_key};

/// The zones, in canonical order of their apexes.
#[derive(Debug, Default)]
pub(crate) struct Zones {
    /// Apex keys.
    pub(crate) apexes: Vec<Vec<u8>>,
    by_apex: BTreeMap<Vec<u8>, Apex>,
}

#[derive(Debug)]
struct Apex {
    zone: u32,
    /// The sources that hold its SOA.
    sources: Vec<u32>,
}

impl Zones {
    /// Every owner of an SOA is an apex.
    pub(crate) fn find(rows: &Rows) -> Self {
        let mut by_apex: BTreeMap<Vec<u8>, Apex> = BTreeMap::new();
        for run in &rows.runs {
            if rows.of(run).iter().any(|row| row.rtype == SOA) {
                let apex = by_apex
                    .entry(rows.key(run).to_vec())
                    .or_insert(Apex { zone: 0, sources: Vec::new() });
                if !apex.sources.contains(&run.source) {
                    apex.sources.push(run.source);
                }
            }
        }
        let apexes: Vec<Vec<u8>> = by_apex.keys().cloned().collect();
        for (zone, apex) in (0..).zip(by_apex.values_mut()) {
            apex.zone = zone;
        }
        Self { apexes, by_apex }
    }

    /// Each run of records with its zone, sorted by zone and owner. Records outside all zones are told, those
    /// that came with addresses once a source.
    pub(crate) fn assign(&self, rows: &Rows, problems: &mut Problems) -> Vec<(u32, Run)> {
        let mut placed: Vec<(u32, u64, Run)> = Vec::with_capacity(rows.runs.len());
        let mut left_out = LeftOut::default();
        for run in &rows.runs {
            let key = rows.key(run);
            if self.is_cut(key) {
                for (row, single) in rows.singles(run) {
                    if let Some((zone, len)) = self.zone_of(key, run.source, rows.side(run, row)) {
                        placed.push((zone, sort_key::word(key, len), single));
                    }
                }
                continue;
            }
            match self.zone_of(key, run.source, Side::Child) {
                Some((zone, len)) => placed.push((zone, sort_key::word(key, len), *run)),
                None if run.reverse => left_out.add(rows, run),
                None => {
                    let Some(row) = rows.of(run).first() else { continue };
                    let (rtype, owner) = (RType(row.rtype), sort_key::text(key));
                    let message = format!("{rtype} record of {owner} is in no zone");
                    let hint =
                        "every record needs a zone: an SOA at its owner or at a name above it";
                    problems.find(Check::OutOfZone, || (row.at, message, Some(hint)));
                }
            }
        }
        left_out.tell(rows, problems);
        // The zone and eight octets of the key settle most comparisons without a look at the keys.
        placed.sort_by(|(zone, prefix, run), (other_zone, other_prefix, other)| {
            (zone, prefix)
                .cmp(&(other_zone, other_prefix))
                .then_with(|| rows.key(run).cmp(rows.key(other)))
        });
        placed.into_iter().map(|(zone, _, run)| (zone, run)).collect()
    }

    /// The deepest apex at or above the owner that the same source declares; without one, the deepest of all.
    /// So a master file keeps its delegations and glue although a file of the child is there as well, and
    /// data lines, which do not say, go to the child.
    fn zone_of(&self, key: &[u8], source: u32, side: Side) -> Option<(u32, usize)> {
        if self.by_apex.len() == 1 {
            // The usual case, without a search.
            let (apex, _) = self.by_apex.first_key_value()?;
            return key.starts_with(apex).then_some((0, apex.len()));
        }
        let at_cut = match side {
            Side::Child => true,
            Side::Parent => false,
            Side::Signer => !self.above(key).any(|(_, apex)| apex.sources.contains(&source)),
        };
        let own = self.by_apex.get(key).filter(|_| at_cut).map(|apex| (key.len(), apex));
        let mut deepest = None;
        for (end, apex) in own.into_iter().chain(self.above(key)) {
            if apex.sources.contains(&source) {
                return Some((apex.zone, end));
            }
            deepest = deepest.or(Some((apex.zone, end)));
        }
        deepest
    }

    /// Whether a name is the apex of a zone and another zone is above it.
    fn is_cut(&self, key: &[u8]) -> bool {
        self.by_apex.len() > 1 && self.by_apex.contains_key(key) && self.above(key).next().is_some()
    }

    /// The zones above a name, the deepest first.
    fn above<'z>(&'z self, key: &'z [u8]) -> impl Iterator<Item = (usize, &'z Apex)> {
        let ends = sort_key::ends(key).rev().filter(|end| *end < key.len());
        let root = (!key.is_empty()).then_some(0);
        ends.chain(root).filter_map(|end| Some((end, self.by_apex.get(key.get(..end)?)?)))
    }
}

/// The PTR records that came with addresses and are in no zone: by source the first run, and how many.
#[derive(Debug, Default)]
struct LeftOut<'a>(BTreeMap<u32, (&'a Run, usize)>);

impl<'a> LeftOut<'a> {
    fn add(&mut self, rows: &'a Rows, run: &'a Run) {
        let (_, count) = self.0.entry(run.source).or_insert((run, 0));
        *count = count.saturating_add(rows.of(run).len());
    }

    fn tell(self, rows: &Rows, problems: &mut Problems) {
        for (run, count) in self.0.into_values() {
            let owner = sort_key::text(rows.key(run));
            let at = rows.of(run).first().map(|row| row.at).unwrap_or_default();
            let message = match count {
                1 => format!("the PTR record of {owner} is in no zone and left out"),
                _ => format!(
                    "the PTR record of {owner} is in no zone and left out, with {} more",
                    count.saturating_sub(1)
                ),
            };
            let hint = "lines '=' and '6' make them; to serve them, add their zone, else write '+' and '3'";
            problems.warn_with(at, message, hint);
        }
    }
}

const SOA: u16 = 6;
