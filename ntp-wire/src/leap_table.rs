//! Which leap seconds there were and will be; TAI and UTC.
//!
//! A table comes from a `leap-seconds.list` ([`LeapTable::from_list`]) or from a compiled time zone
//! of the `right/` tree ([`LeapTable::from_tzif`], RFC 9636). All times are Unix seconds: UTC
//! without leap seconds.

mod list;
mod tzif;

use thiserror::Error;

use crate::smear::{Kind, LeapSecond};
use crate::{Leap, Timestamp};

/// TAI minus UTC from each change on; room for 64 changes (there were 28 up to 2026).
///
/// ```
/// use ntp_wire::leap_table::LeapTable;
///
/// let list = include_bytes!("../tests/data/leap-seconds.list");
/// let table = LeapTable::from_list(list).unwrap();
/// assert_eq!(table.tai_minus_utc(1_500_000_000), Some(37));
/// assert!(table.has_expired(1_900_000_000));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeapTable {
    changes: [Change; CAPACITY],
    count: usize,
    updated: Option<i64>,
    expires: Option<i64>,
}

/// From `at` on, TAI is ahead of UTC by `tai_minus_utc`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Unix seconds of a midnight.
    pub at: i64,
    /// Seconds.
    pub tai_minus_utc: i16,
}

impl LeapTable {
    /// Reads a `leap-seconds.list` and checks it for sense, not its digest: see
    /// `list_digest_fits` for that (feature `leap-list`).
    ///
    /// # Errors
    /// [`BadTable`] names line and rule.
    pub fn from_list(text: &[u8]) -> Result<Self, BadTable> {
        let mut table = Self::empty();
        list::read(text, &mut table)?;
        table.check()?;
        Ok(table)
    }

    /// Reads a compiled zone file, such as `right/UTC`, and checks its leap seconds for sense.
    /// Version 4 files may carry an expiry; others have none.
    ///
    /// # Errors
    /// [`BadTable`] names the leap second (counted from one) and the rule.
    pub fn from_tzif(octets: &[u8]) -> Result<Self, BadTable> {
        let mut table = Self::empty();
        tzif::read(octets, &mut table)?;
        table.check()?;
        Ok(table)
    }

    /// The changes in order; the first is not a leap second but the start of the count in 1972.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        self.changes.get(..self.count).unwrap_or_default()
    }

    /// When the list was last changed, if it says so.
    #[must_use]
    pub const fn updated(&self) -> Option<i64> {
        self.updated
    }

    /// Until when the table is known to be complete, if it says so.
    #[must_use]
    pub const fn expires(&self) -> Option<i64> {
        self.expires
    }

    /// Whether the table may lack a leap second that happened by `unix`.
    #[must_use]
    pub fn has_expired(&self, unix: i64) -> bool {
        self.expires.is_some_and(|expires| expires <= unix)
    }

    /// TAI minus UTC at `unix`; nothing before 1972. Within 23:59:60, whose Unix time is that of
    /// the second after or before it depending on the system, the caller knows better.
    #[must_use]
    pub fn tai_minus_utc(&self, unix: i64) -> Option<i16> {
        let past = self.changes().iter().rev().find(|change| change.at <= unix);
        past.map(|change| change.tai_minus_utc)
    }

    /// TAI, in seconds since 1970-01-01 00:00:00 TAI, at `unix`; nothing before 1972.
    #[must_use]
    pub fn to_tai(&self, unix: i64) -> Option<i64> {
        self.tai_minus_utc(unix).map(|ahead| unix.saturating_add(i64::from(ahead)))
    }

    /// UTC at a TAI in seconds since 1970-01-01 00:00:00 TAI, and whether it is 23:59:60, which
    /// reads as the second before it; nothing before 1972.
    #[must_use]
    pub fn to_utc(&self, tai: i64) -> Option<(i64, bool)> {
        let mut changes = self.changes().iter().rev();
        let start = |change: &&Change| {
            // An inserted second lies before the change and belongs to it here.
            change.at.saturating_add(i64::from(change.tai_minus_utc))
        };
        let mut later: Option<&Change> = None;
        let current = changes.find(|change| {
            let begun = start(change) <= tai;
            if !begun {
                later = Some(change);
            }
            begun
        })?;
        let utc = tai.saturating_sub(i64::from(current.tai_minus_utc));
        match later {
            // At an inserted second the old count reads the midnight that is still to come.
            Some(next) if utc >= next.at => Some((utc.saturating_sub(1), true)),
            _ => Some((utc, false)),
        }
    }

    /// The first leap second after `unix`.
    #[must_use]
    pub fn next_leap(&self, unix: i64) -> Option<LeapSecond> {
        let mut pairs = self.changes().iter().zip(self.changes().iter().skip(1));
        pairs.find(|(_, after)| after.at > unix).map(|(before, after)| leap_second(before, after))
    }

    /// The last leap second at or before `unix`.
    #[must_use]
    pub fn last_leap(&self, unix: i64) -> Option<LeapSecond> {
        let mut pairs = self.changes().iter().zip(self.changes().iter().skip(1)).rev();
        pairs.find(|(_, after)| after.at <= unix).map(|(before, after)| leap_second(before, after))
    }

    /// The leap indicator to send at `unix`: a warning from `notice` seconds before a leap second
    /// on (a day is usual; RFC 5905 allows the whole month).
    #[must_use]
    pub fn indicator(&self, unix: i64, notice: u32) -> Leap {
        let mut pairs = self.changes().iter().zip(self.changes().iter().skip(1));
        let horizon = unix.saturating_add(i64::from(notice));
        match pairs.find(|(_, after)| after.at > unix && after.at <= horizon) {
            Some((before, after)) if after.tai_minus_utc > before.tai_minus_utc => Leap::Insert,
            Some(_) => Leap::Delete,
            None => Leap::None,
        }
    }

    const fn empty() -> Self {
        let changes = [Change { at: 0, tai_minus_utc: 0 }; CAPACITY];
        Self { changes, count: 0, updated: None, expires: None }
    }

    fn push(&mut self, change: Change) -> Result<(), Rule> {
        let place = self.changes.get_mut(self.count).ok_or(Rule::TooMany)?;
        *place = change;
        self.count = self.count.saturating_add(1);
        Ok(())
    }

    /// What every table must satisfy; the rules are chrony's, and that the first entry is 1972's.
    fn check(&self) -> Result<(), BadTable> {
        let bad = |place: usize, rule| BadTable { place: place.saturating_add(1), rule };
        let changes = self.changes();
        if changes.first() != Some(&FIRST) {
            return Err(bad(0, Rule::First));
        }
        for (place, (before, after)) in changes.iter().zip(changes.iter().skip(1)).enumerate() {
            let place = place.saturating_add(1);
            if after.at <= before.at {
                return Err(bad(place, Rule::Order));
            }
            let step =
                i32::from(after.tai_minus_utc).saturating_sub(i32::from(before.tai_minus_utc));
            if step.abs() != 1 {
                return Err(bad(place, Rule::Step));
            }
            if !starts_half_year(after.at) {
                return Err(bad(place, Rule::Date));
            }
        }
        if !changes.contains(&JULY_2012) {
            return Err(bad(self.count, Rule::July2012));
        }
        if matches!((self.updated, self.expires), (Some(updated), Some(expires)) if expires < updated)
        {
            return Err(bad(self.count, Rule::Expiry));
        }
        Ok(())
    }
}

/// Whether the digest in a `leap-seconds.list` (the line that starts with `#h`) is that of its
/// content: SHA-1 over the digits of update time, expiry and data. Feature `leap-list`.
///
/// # Errors
/// [`BadTable`] when there is no digest, or it is malformed.
#[cfg(feature = "leap-list")]
pub fn list_digest_fits(text: &[u8]) -> Result<bool, BadTable> {
    list::digest_fits(text)
}

/// A table that cannot be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("at {place}: {rule}")]
pub struct BadTable {
    /// The line of a list, or the change in a table, counted from one.
    pub place: usize,
    /// Which rule is broken.
    pub rule: Rule,
}

/// The rules of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Rule {
    /// Not a number, or too large a one.
    #[error("not a number")]
    Number,
    /// More changes than there is room for.
    #[error("more than 64 changes")]
    TooMany,
    /// The first change must be TAI - UTC = 10 s on 1972-01-01.
    #[error("the table does not start with 10 s on 1972-01-01")]
    First,
    /// Times must increase.
    #[error("not later than the change before")]
    Order,
    /// TAI - UTC changes by one second at a time.
    #[error("TAI - UTC does not change by one second")]
    Step,
    /// Leap seconds are inserted or left out at the end of June or December.
    #[error("not midnight of 1 January or 1 July")]
    Date,
    /// 35 s from 2012-07-01 on, as everyone knows.
    #[error("35 s on 2012-07-01 is missing")]
    July2012,
    /// The expiry is before the update.
    #[error("it expired before it was made")]
    Expiry,
    /// Not a compiled zone file.
    #[error("not a TZif file with whole leap second records")]
    Tzif,
    /// A digest is five groups of hexadecimal digits.
    #[error("the digest is missing or malformed")]
    Digest,
}

const fn leap_second(before: &Change, after: &Change) -> LeapSecond {
    let kind = if after.tai_minus_utc > before.tai_minus_utc { Kind::Insert } else { Kind::Delete };
    LeapSecond { midnight: Timestamp::from_unix(after.at, 0), kind }
}

/// Whether Unix seconds are 00:00:00 on 1 January or 1 July.
fn starts_half_year(unix: i64) -> bool {
    if unix.rem_euclid(86_400) != 0 {
        return false;
    }
    // Days since 0000-03-01, by the 400-year cycle of the calendar.
    let days = unix.div_euclid(86_400).saturating_add(719_468);
    let day_of_cycle = days.rem_euclid(146_097);
    let year_of_cycle = day_of_cycle
        .saturating_sub(day_of_cycle / 1460)
        .saturating_add(day_of_cycle / 36_524)
        .saturating_sub(day_of_cycle / 146_096)
        / 365;
    let before = year_of_cycle
        .saturating_mul(365)
        .saturating_add(year_of_cycle / 4)
        .saturating_sub(year_of_cycle / 100);
    // 1 March is day 0, so 1 July is day 122 and 1 January day 306, in any year.
    matches!(day_of_cycle.saturating_sub(before), 122 | 306)
}

const CAPACITY: usize = 64;
const FIRST: Change = Change { at: 63_072_000, tai_minus_utc: 10 };
const JULY_2012: Change = Change { at: 1_341_100_800, tai_minus_utc: 35 };

#[cfg(test)]
mod tests;
