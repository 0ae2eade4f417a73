//! Signature times: seconds since 1970 modulo 2^32, shown as YYYYMMDDHHmmSS (RFC 4034 §3.2).

use core::fmt;

use super::Rrsig;
use super::kind::{Kind, Part, decimal};
use super::tokens::{Token, Tokens};
use crate::{Full, Reader, TextError, TextErrorKind, WireError, Writer};

/// Seconds since 1970-01-01 00:00:00 UTC, modulo 2^32, compared by serial number arithmetic
/// (RFC 4034 §3.1.5, RFC 1982): see [`is_not_after`](SignatureTime::is_not_after).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SignatureTime(pub u32);

impl SignatureTime {
    /// Whether this time is not after the other. Times are compared by what lies between them, which is less than
    /// 68 years either way (RFC 1982 §3.2), so the order is that of time past 2106 too.
    #[must_use]
    pub fn is_not_after(self, other: Self) -> bool {
        other.0.wrapping_sub(self.0) < 1 << 31
    }

    /// From the text YYYYMMDDHHmmSS, or from a plain number of seconds of at most ten digits.
    #[must_use]
    pub fn from_text(text: &[u8]) -> Option<Self> {
        if text.len() != 14 {
            return decimal(text)
                .filter(|_| text.len() <= 10)
                .and_then(|seconds| u32::try_from(seconds).ok())
                .map(Self);
        }
        let part = |from: usize, to: usize| {
            decimal(text.get(from..to)?).and_then(|value| i64::try_from(value).ok())
        };
        let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
        let (hour, minute, second) = (part(8, 10)?, part(10, 12)?, part(12, 14)?);
        if year < 1970 || !(1..=12).contains(&month) || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        if day < 1 || day > days_in_month(year, month) {
            return None;
        }
        let days = days_from_date(year, month, day);
        let seconds = days
            .wrapping_mul(86400)
            .wrapping_add(hour.wrapping_mul(3600))
            .wrapping_add(minute.wrapping_mul(60))
            .wrapping_add(second);
        u32::try_from(seconds.rem_euclid(1 << 32)).ok().map(Self)
    }
}

/// YYYYMMDDHHmmSS. Times past 2106 are shown as if in the first 2^32 seconds; on the wire they are the same.
impl fmt::Display for SignatureTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = i64::from(self.0);
        let (days, second) = (seconds.div_euclid(86400), seconds.rem_euclid(86400));
        let (year, month, day) = date_from_days(days);
        let (hour, rest) = (second.div_euclid(3600), second.rem_euclid(3600));
        let (minute, second) = (rest.div_euclid(60), rest.rem_euclid(60));
        write!(f, "{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}")
    }
}

impl Rrsig<'_> {
    /// Whether the signature is valid at this time, its borders in it (RFC 4034 §3.1.5). Algorithm, key tag, signer and
    /// the signature itself are for the caller to check.
    ///
    /// ```
    /// use dns_wire::rdata::{Rdata, Rrsig, SignatureTime};
    ///
    /// let octets = [&[0, 1, 13, 2][..], &[0, 0, 0, 60], &[0, 0, 0, 9], &[255, 255, 255, 250], &[0, 7, 0, 1]].concat();
    /// let signature: Rrsig = Rdata::flat(&octets).parse()?;
    /// // From six seconds before 2^32 to nine after it.
    /// assert!(signature.is_valid_at(SignatureTime(u32::MAX)));
    /// assert!(signature.is_valid_at(SignatureTime(9)));
    /// assert!(!signature.is_valid_at(SignatureTime(10)));
    /// # Ok::<(), dns_wire::WireError>(())
    /// ```
    #[must_use]
    pub fn is_valid_at(&self, now: SignatureTime) -> bool {
        self.inception.is_not_after(now) && now.is_not_after(self.expiration)
    }
}

/// A [`SignatureTime`] in RDATA.
pub(crate) struct Time;

impl Kind for Time {
    type Value<'a> = SignatureTime;
    const PART: Part = Part::Fixed(4);

    #[inline(always)]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<SignatureTime, WireError> {
        reader.u32().map(SignatureTime)
    }

    fn write(value: SignatureTime, out: &mut Writer<'_>) -> Result<(), Full> {
        out.array(value.0.to_be_bytes())
    }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        let token = tokens.need()?;
        let time =
            SignatureTime::from_text(token.text).ok_or(tokens.error(TextErrorKind::Time, 0))?;
        out.array(time.0.to_be_bytes()).map_err(tokens.full())
    }

    fn show(value: SignatureTime, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{value}")
    }
}

/// Days since 1970-01-01 of a date in the Gregorian calendar. Years are counted from March, so that
/// the leap day is the last of its year; 146097 days make 400 years.
fn days_from_date(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year.wrapping_sub(1) } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let month = month.wrapping_add(9).rem_euclid(12);
    let day_of_year =
        month.wrapping_mul(153).wrapping_add(2).div_euclid(5).wrapping_add(day).wrapping_sub(1);
    let day_of_era = year_of_era
        .wrapping_mul(365)
        .wrapping_add(year_of_era.div_euclid(4))
        .wrapping_sub(year_of_era.div_euclid(100))
        .wrapping_add(day_of_year);
    era.wrapping_mul(146_097).wrapping_add(day_of_era).wrapping_sub(719_468)
}

/// The inverse of [`days_from_date`].
fn date_from_days(days: i64) -> (i64, i64, i64) {
    let days = days.wrapping_add(719_468);
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = day_of_era
        .wrapping_sub(day_of_era.div_euclid(1460))
        .wrapping_add(day_of_era.div_euclid(36_524))
        .wrapping_sub(day_of_era.div_euclid(146_096))
        .div_euclid(365);
    let before = year_of_era
        .wrapping_mul(365)
        .wrapping_add(year_of_era.div_euclid(4))
        .wrapping_sub(year_of_era.div_euclid(100));
    let day_of_year = day_of_era.wrapping_sub(before);
    let month = day_of_year.wrapping_mul(5).wrapping_add(2).div_euclid(153);
    let day = day_of_year
        .wrapping_sub(month.wrapping_mul(153).wrapping_add(2).div_euclid(5))
        .wrapping_add(1);
    let month = if month < 10 { month.wrapping_add(3) } else { month.wrapping_sub(9) };
    let year = era.wrapping_mul(400).wrapping_add(year_of_era).wrapping_add(i64::from(month <= 2));
    (year, month, day)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    let leap = year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
