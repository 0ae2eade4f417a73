//! RRsets: checked, and put into the form that the image stores.

use alloc::format;
use alloc::vec::Vec;

use dns_wire::RType;

use crate::compile::nodes::Planner;
use crate::compile::policy::Check;
use crate::compile::rows::Row;
use crate::compile::sort_key;
use crate::rrset::{COUNT_MASK, SIGNED, WEIGHTED};

impl Planner<'_> {
    /// Puts one RRset into the pool: the records of a name, type and location, sorted by RDATA.
    pub(crate) fn group(
        &mut self,
        key: &[u8],
        rows: &[Row],
        signatures: &[Row],
        signed: bool,
        apart: bool,
    ) -> Option<u32> {
        let first = rows.first()?;
        let set = || format!("{} of {}", RType(first.rtype), sort_key::text(key));
        let is_same = |a: &Row, b: &Row| self.rows.rdata(a) == self.rows.rdata(b);
        let has_repeated = rows.iter().zip(rows.iter().skip(1)).any(|(a, b)| is_same(a, b));
        let kept = if has_repeated { self.without_repeated(key, rows) } else { Vec::new() };
        let unique = if has_repeated { kept.as_slice() } else { rows };
        let ttl = rows.iter().map(|row| row.ttl).min()?;
        if let Some(other) = rows.iter().find(|row| row.ttl != ttl) {
            let message =
                format!("TTLs of {} differ; the lowest, {ttl}, is taken (RFC 2181 §5.2)", set());
            self.problems.find(Check::DifferentTtls, || (other.at, message, None));
        }
        self.check_times(key, first.rtype, signatures);
        let weighted = unique.iter().any(|row| row.weight.is_some());
        let located = first.location != 0;
        if signed && weighted {
            let hint = "a signature covers the whole RRset (RFC 4035 §2.2)";
            let message = format!("{} is weighted in a signed zone", set());
            self.problems.error_with(first.at, message, hint);
        }
        if signed && located && signatures.is_empty() {
            let hint = "sign the rows of each location";
            let message = format!("{} for a location has no signatures in a signed zone", set());
            self.problems.error_with(first.at, message, hint);
        }
        let single = matches!(first.rtype, SOA | CNAME | DNAME);
        if single && unique.len() > 1 {
            let section = if first.rtype == SOA { "RFC 1035 §5.2" } else { "RFC 2181 §10.1" };
            let (rtype, owner) = (RType(first.rtype), sort_key::text(key));
            let message = format!("more than one {rtype} at {owner} ({section})");
            let at = unique.iter().map(|row| row.at).max()?;
            self.problems.error(at, message);
        }
        let count = u16::try_from(unique.len()).ok().filter(|n| *n <= COUNT_MASK);
        let octets = unique.iter().chain(signatures).fold(0usize, |sum, row| {
            sum.saturating_add(12).saturating_add(self.rows.rdata(row).len())
        });
        let (Some(count), true) = (count, signatures.len() <= 255) else {
            self.problems.error(
                first.at,
                format!("{} is too large: 16383 records and 255 signatures are the limit", set()),
            );
            return Some(0);
        };
        if octets > 65_000 {
            self.problems.warn(first.at, format!("{} is too large for any message", set()));
        }
        let mark = |on: bool, bit: u16| if on { bit } else { 0 };
        let word = count | mark(weighted, WEIGHTED) | mark(!signatures.is_empty(), SIGNED);
        let mut group = core::mem::take(&mut self.buffer);
        group.clear();
        group.extend_from_slice(&ttl.to_le_bytes());
        group.extend_from_slice(&word.to_le_bytes());
        if weighted {
            for row in unique {
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
        let number = self.plan.pool.put(&group, apart);
        self.buffer = group;
        number
    }

    /// Of rows with the same RDATA, one after the other, only one.
    fn without_repeated(&mut self, key: &[u8], rows: &[Row]) -> Vec<Row> {
        let mut unique: Vec<Row> = Vec::with_capacity(rows.len());
        for row in rows {
            match unique.last_mut() {
                Some(last) if self.rows.rdata(last) == self.rows.rdata(row) => {
                    self.problems.find(Check::Duplicate, || {
                        let (rtype, owner) = (RType(row.rtype), sort_key::text(key));
                        (row.at, format!("{rtype} record of {owner} is there twice"), None)
                    });
                    // Of two weights, the greater; the order of the input must not matter.
                    if row.weight > last.weight {
                        *last = *row;
                    }
                }
                _ => unique.push(*row),
            }
        }
        unique
    }
}

impl Planner<'_> {
    /// RFC 4034 §3.1.5: times of signatures compare as serial numbers do.
    fn check_times(&mut self, key: &[u8], rtype: u16, signatures: &[Row]) {
        let Some(now) = self.options.now else { return };
        for row in signatures {
            let rdata = self.rows.rdata(row);
            let time = |at: usize| {
                let octets = rdata.get(at..).and_then(<[u8]>::first_chunk);
                octets.map(|octets| u32::from_be_bytes(*octets))
            };
            let is_before = |a: u32, b: u32| a != b && b.wrapping_sub(a) < 1 << 31;
            let what = match (time(8), time(12)) {
                (Some(end), _) if is_before(end, now) => "has expired",
                (_, Some(start)) if is_before(now, start) => "does not hold yet",
                _ => continue,
            };
            self.problems.find(Check::SignatureTime, || {
                let (rtype, owner) = (RType(rtype), sort_key::text(key));
                (row.at, format!("a signature over {rtype} of {owner} {what}"), None)
            });
        }
    }
}

const CNAME: u16 = 5;
const SOA: u16 = 6;
const DNAME: u16 = 39;
