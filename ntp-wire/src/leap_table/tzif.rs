//! Leap second records of a compiled time zone, RFC 9636 §3.

use super::{BadTable, Change, FIRST, LeapTable, Rule};

pub(super) fn read(octets: &[u8], table: &mut LeapTable) -> Result<(), BadTable> {
    let bad = BadTable { place: 0, rule: Rule::Tzif };
    let first = Header::read(octets).ok_or(bad)?;
    // From version 2 on the 32-bit data are followed by the same in 64 bits.
    let (header, data, wide) = if first.version == 0 {
        (first, octets.get(HEADER..).ok_or(bad)?, false)
    } else {
        let rest = octets.get(HEADER.saturating_add(first.length(4))..).ok_or(bad)?;
        (Header::read(rest).ok_or(bad)?, rest.get(HEADER..).ok_or(bad)?, true)
    };
    let time = if wide { 8 } else { 4 };
    let records = data.get(header.before_leaps(time)..).ok_or(bad)?;
    let size = usize::saturating_add(time, 4);
    let length = size.saturating_mul(header.leaps);
    let records = records.get(..length).ok_or(bad)?;
    table.push(FIRST).map_err(|rule| BadTable { place: 0, rule })?;
    let mut before = 0_i64;
    for (record, number) in records.chunks(size).zip(1..) {
        let bad = |rule| BadTable { place: number, rule };
        let (occurrence, correction) = record.split_last_chunk().ok_or(bad(Rule::Tzif))?;
        let occurrence = match (occurrence.first_chunk(), occurrence.first_chunk()) {
            (Some(wide), _) => i64::from_be_bytes(*wide),
            (_, Some(narrow)) => i64::from(i32::from_be_bytes(*narrow)),
            _ => return Err(bad(Rule::Tzif)),
        };
        let correction = i64::from(i32::from_be_bytes(*correction));
        // The record's clock counts leap seconds; the last second of the old count is the
        // inserted one, and there is none when one is left out.
        let at = occurrence.saturating_sub(before);
        if correction == before && number == header.leaps {
            // Version 4: not a leap second but the expiry.
            table.expires = Some(at);
            break;
        }
        let at = if correction < before { at.saturating_add(1) } else { at };
        let ahead = i64::from(FIRST.tai_minus_utc).saturating_add(correction);
        let tai_minus_utc = i16::try_from(ahead).map_err(|_| bad(Rule::Number))?;
        table.push(Change { at, tai_minus_utc }).map_err(bad)?;
        before = correction;
    }
    Ok(())
}

struct Header {
    version: u8,
    indicators: usize,
    leaps: usize,
    transitions: usize,
    types: usize,
    characters: usize,
}

impl Header {
    fn read(octets: &[u8]) -> Option<Self> {
        let header = octets.first_chunk::<HEADER>()?;
        let (start, counts) = header.split_first_chunk::<20>()?;
        let [b'T', b'Z', b'i', b'f', version, ..] = *start else {
            return None;
        };
        let (counts, _) = counts.as_chunks::<4>();
        let mut counts = counts.iter().map(|count| usize::try_from(u32::from_be_bytes(*count)));
        let mut next = || counts.next()?.ok();
        let (utc, standard) = (next()?, next()?);
        let indicators = utc.checked_add(standard)?;
        Some(Self {
            version,
            indicators,
            leaps: next()?,
            transitions: next()?,
            types: next()?,
            characters: next()?,
        })
    }

    /// Octets of the data before the leap second records, with times of so many octets.
    const fn before_leaps(&self, time: usize) -> usize {
        let transitions = self.transitions.saturating_mul(time.saturating_add(1));
        let types = self.types.saturating_mul(6);
        transitions.saturating_add(types).saturating_add(self.characters)
    }

    /// Octets of all the data.
    const fn length(&self, time: usize) -> usize {
        let leaps = self.leaps.saturating_mul(time.saturating_add(4));
        self.before_leaps(time).saturating_add(leaps).saturating_add(self.indicators)
    }
}

/// Octets of a header.
const HEADER: usize = 44;
