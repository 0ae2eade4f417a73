//! The text form that the IERS and NIST publish.

use super::{BadTable, Change, LeapTable, Rule};

pub(super) fn read(text: &[u8], table: &mut LeapTable) -> Result<(), BadTable> {
    for (line, number) in text.split(|&octet| octet == b'\n').zip(1..) {
        let bad = |rule| BadTable { place: number, rule };
        match line {
            [b'#', b'$', rest @ ..] => table.updated = Some(unix(word(rest, 0)).map_err(bad)?),
            [b'#', b'@', rest @ ..] => table.expires = Some(unix(word(rest, 0)).map_err(bad)?),
            [b'#', ..] => {}
            data if word(data, 0).is_empty() => {}
            data => {
                let at = unix(word(data, 0)).map_err(bad)?;
                let ahead = digits(word(data, 1)).map_err(bad)?;
                let tai_minus_utc = i16::try_from(ahead).map_err(|_| bad(Rule::Number))?;
                table.push(Change { at, tai_minus_utc }).map_err(bad)?;
            }
        }
    }
    Ok(())
}

#[cfg(feature = "leap-list")]
pub(super) fn digest_fits(text: &[u8]) -> Result<bool, BadTable> {
    use sha1::digest::Digest as _;

    let mut hash = sha1::Sha1::new();
    let mut stated = None;
    for (line, number) in text.split(|&octet| octet == b'\n').zip(1..) {
        match line {
            [b'#', b'h', rest @ ..] => {
                stated = Some(digest(rest).ok_or(BadTable { place: number, rule: Rule::Digest })?);
            }
            [b'#', b'$' | b'@', rest @ ..] => hash.update(word(rest, 0)),
            [b'#', ..] => {}
            data => {
                hash.update(word(data, 0));
                hash.update(word(data, 1));
            }
        }
    }
    let stated = stated.ok_or(BadTable { place: 0, rule: Rule::Digest })?;
    Ok(hash.finalize().0 == stated)
}

/// Five groups of up to eight hexadecimal digits: leading zeroes of a group may be missing.
#[cfg(feature = "leap-list")]
fn digest(line: &[u8]) -> Option<[u8; 20]> {
    let mut octets = [0; 20];
    for (group, place) in octets.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let digits = core::str::from_utf8(word(line, group)).ok()?;
        *place = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
    }
    Some(octets)
}

/// The word with this number, counted from zero, before a comment; empty when there is none.
fn word(line: &[u8], number: usize) -> &[u8] {
    let line = line.split(|&octet| octet == b'#').next().unwrap_or_default();
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    words.nth(number).unwrap_or_default()
}

/// NTP seconds, which in these files count on beyond 2^32, as Unix seconds.
fn unix(word: &[u8]) -> Result<i64, Rule> {
    digits(word).map(|ntp| ntp.saturating_sub(2_208_988_800))
}

/// A decimal number of up to 15 digits.
fn digits(word: &[u8]) -> Result<i64, Rule> {
    if word.is_empty() || word.len() > 15 {
        return Err(Rule::Number);
    }
    word.iter().try_fold(0_i64, |value, octet| match octet {
        b'0'..=b'9' => Ok(value.saturating_mul(10).saturating_add(i64::from(octet & 15))),
        _ => Err(Rule::Number),
    })
}
