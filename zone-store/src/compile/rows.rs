//! The records as they come in: compact rows, and their owners as sort keys.

use alloc::vec::Vec;

use crate::bytes::to_usize;
use crate::compile::sort_key;
use crate::source::{Position, SourceRecord};

/// All records taken in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows {
    /// Owners as sort keys, one after the other.
    keys: Vec<u8>,
    rdata: Vec<u8>,
    pub(crate) runs: Vec<Run>,
    pub(crate) rows: Vec<Row>,
    /// The owner of the last record as it was written.
    last_owner: Vec<u8>,
}

/// Records of one owner that came one after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    key_start: u32,
    key_end: u32,
    pub(crate) source: u32,
    /// They come with addresses, and are left out where no zone takes them.
    pub(crate) reverse: bool,
    pub(crate) first_row: u32,
    pub(crate) end_row: u32,
}

/// A record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    rdata_start: u32,
    rdata_end: u32,
    pub(crate) ttl: u32,
    /// Provisional number.
    pub(crate) location: u32,
    pub(crate) weight: Option<u32>,
    pub(crate) rtype: u16,
    pub(crate) at: Position,
}

impl Rows {
    /// Takes in a record; `None` when there is no room for more.
    pub(crate) fn push(
        &mut self,
        record: &SourceRecord<'_>,
        reverse: bool,
        location: u32,
        at: Position,
    ) -> Option<()> {
        let owner = record.owner.as_wire();
        let rtype = record.rtype.0;
        let same = self.last_owner == owner
            && self
                .runs
                .last()
                .is_some_and(|run| (run.source, run.reverse) == (at.source, reverse));
        let row = u32::try_from(self.rows.len()).ok()?;
        if !same {
            let key_start = u32::try_from(self.keys.len()).ok()?;
            sort_key::push(&mut self.keys, owner);
            let key_end = u32::try_from(self.keys.len()).ok()?;
            self.last_owner.clear();
            self.last_owner.extend_from_slice(owner);
            let source = at.source;
            self.runs.push(Run {
                key_start,
                key_end,
                source,
                reverse,
                first_row: row,
                end_row: row,
            });
        }
        let rdata_start = u32::try_from(self.rdata.len()).ok()?;
        let rdata_end = rdata_start.checked_add(u32::try_from(record.rdata.len()).ok()?)?;
        self.rdata.extend_from_slice(record.rdata);
        let ttl = record.ttl.0;
        let weight = record.weight;
        self.rows.push(Row { rdata_start, rdata_end, ttl, location, weight, rtype, at });
        self.runs.last_mut()?.end_row = row.checked_add(1)?;
        Some(())
    }

    /// Brings the runs into the order of their owners, so that sorting all of them later is but a merge.
    pub(crate) fn sort(&mut self) {
        self.last_owner.clear();
        let runs = core::mem::take(&mut self.runs);
        let Some((first, rest)) = runs.split_first() else { return };
        // Owners mostly begin alike, with the zone: what follows tells them apart.
        let first = self.key(first);
        let common = rest.iter().fold(first.len(), |common, run| {
            first.iter().zip(self.key(run)).take(common).take_while(|(a, b)| a == b).count()
        });
        let mut keyed: Vec<(u64, Run)> =
            runs.iter().map(|run| (sort_key::word(self.key(run), common), *run)).collect();
        keyed.sort_by(|(word, run), (other_word, other)| {
            word.cmp(other_word).then_with(|| self.key(run).cmp(self.key(other)))
        });
        self.runs = keyed.into_iter().map(|(_, run)| run).collect();
    }

    /// Takes in the records of another. `locations` leads from its numbers to ours. `None` when there is no
    /// room for more.
    pub(crate) fn append(&mut self, mut other: Self, locations: &[u32]) -> Option<()> {
        self.last_owner.clear();
        let location = |row: &Row| locations.get(to_usize(row.location)).copied();
        let keys = u32::try_from(self.keys.len()).ok()?;
        let rdata = u32::try_from(self.rdata.len()).ok()?;
        let rows = u32::try_from(self.rows.len()).ok()?;
        for run in &mut other.runs {
            run.key_start = run.key_start.checked_add(keys)?;
            run.key_end = run.key_end.checked_add(keys)?;
            run.first_row = run.first_row.checked_add(rows)?;
            run.end_row = run.end_row.checked_add(rows)?;
        }
        for row in &mut other.rows {
            row.rdata_start = row.rdata_start.checked_add(rdata)?;
            row.rdata_end = row.rdata_end.checked_add(rdata)?;
            row.location = location(row)?;
        }
        if self.rows.is_empty() {
            *self = other;
            return Some(());
        }
        self.keys.append(&mut other.keys);
        self.rdata.append(&mut other.rdata);
        self.runs.append(&mut other.runs);
        self.rows.append(&mut other.rows);
        Some(())
    }

    pub(crate) fn key(&self, run: &Run) -> &[u8] {
        self.keys.get(to_usize(run.key_start)..to_usize(run.key_end)).unwrap_or_default()
    }

    pub(crate) fn rdata(&self, row: &Row) -> &[u8] {
        self.rdata.get(to_usize(row.rdata_start)..to_usize(row.rdata_end)).unwrap_or_default()
    }

    pub(crate) fn of(&self, run: &Run) -> &[Row] {
        self.rows.get(to_usize(run.first_row)..to_usize(run.end_row)).unwrap_or_default()
    }

    /// The records of a run one by one, each as a run of its own.
    pub(crate) fn singles(&self, run: &Run) -> impl Iterator<Item = (&Row, Run)> {
        let runs = (run.first_row..run.end_row).map(|row| Run {
            first_row: row,
            end_row: row.saturating_add(1),
            ..*run
        });
        self.of(run).iter().zip(runs)
    }

    /// At the apex of a zone that has another above it in the store: whose the record is.
    pub(crate) fn side(&self, run: &Run, row: &Row) -> Side {
        let rdata = self.rdata(row);
        match row.rtype {
            // RFC 4035 §2.4.
            DS => Side::Parent,
            RRSIG if covered(RRSIG, rdata) == Some(DS) => Side::Parent,
            // RFC 4034 §3.1.7: the signer is the zone.
            RRSIG => {
                let mut signer = Vec::new();
                sort_key::push(&mut signer, rdata.get(18..).unwrap_or_default());
                if signer == self.key(run) { Side::Child } else { Side::Signer }
            }
            // RFC 4035 §2.3: the parent's tells of NS and perhaps DS, never of SOA.
            NSEC if !lists_soa(rdata) => Side::Signer,
            _ => Side::Child,
        }
    }
}

/// Whose a record at a zone cut is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The zone below.
    Child,
    /// The zone above.
    Parent,
    /// The zone above, if the same source has it.
    Signer,
}

/// Whether the type bitmap of NSEC RDATA has the bit of SOA: in window 0, where type 6 is in the first octet.
fn lists_soa(rdata: &[u8]) -> bool {
    let mut types = rdata;
    while let Some((len, after)) = types.split_first() {
        types = after.get(usize::from(*len)..).unwrap_or_default();
        if *len == 0 {
            break;
        }
    }
    matches!(types, [0, _, first, ..] if first & 0x02 != 0)
}

/// The type that an RRSIG covers.
pub(crate) fn covered(rtype: u16, rdata: &[u8]) -> Option<u16> {
    if rtype != RRSIG {
        return None;
    }
    rdata.first_chunk::<2>().map(|octets| u16::from_be_bytes(*octets))
}

const DS: u16 = 43;
const NSEC: u16 = 47;
pub(crate) const RRSIG: u16 = 46;
