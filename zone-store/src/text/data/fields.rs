//! What fields of data lines mean: numbers, names, ids, addresses, times.

use super::escape::{BadEscape, unescape};
use super::lines::Field;
use super::name::{BadName, BadNameKind, NameWriter};
use super::{Outcome, Reader, Tai64};
use crate::source::{Position, Sink};
use crate::text::address;
use crate::text::number::{MAX_TTL, decimal};
use crate::text::report::{Fault, Shown};
use alloc::format;
use alloc::vec::Vec;
use core::net::IpAddr;

/// For how long a record may be kept, and whether the line said 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lifetime {
    pub(super) ttl: u32,
    pub(super) is_zero: bool,
}

impl<S: Sink> Reader<'_, S> {
    /// The time to live of a line, or `None` where its timestamp says that it does not hold now.
    ///
    /// As in tinydns: with a time to live, or none, the line holds after the timestamp; with 0 it holds
    /// until then. An image does not count down as tinydns does, so such a line gets half of what is left,
    /// 2 s to an hour, and `changes_at` says when to compile again: no resolver keeps it too long.
    pub(super) fn lifetime(
        &mut self,
        ttl: Field<'_>,
        timestamp: Field<'_>,
        default: u32,
    ) -> Result<Option<Lifetime>, Fault> {
        let seconds = number(ttl, default, "time to live")?;
        if u64::from(seconds) > MAX_TTL {
            return Err(Fault::new(
                ttl.at,
                "a time to live above 2147483647 s (RFC 2181 section 8)",
            ));
        }
        let lifetime = Lifetime { ttl: seconds, is_zero: seconds == 0 };
        if timestamp.is_empty() {
            return Ok(Some(lifetime));
        }
        let Some(stamp) = Tai64::from_hex(timestamp.text) else {
            return Err(Fault::new(
                timestamp.at,
                format!("'{}' is no timestamp", Shown(timestamp.text)),
            )
            .hint(
                "write TAI64: 16 hexadecimal digits; leave it empty for a line that always holds",
            ));
        };
        if stamp.0 == 0 {
            return Ok(Some(lifetime));
        }
        let Some(now) = self.options.now else {
            return Err(Fault::new(timestamp.at, "a timestamp, and the time is not known here")
                .hint("no time is given"));
        };
        if seconds > 0 {
            if stamp < now {
                return Ok(Some(lifetime));
            }
            self.changes(Tai64(stamp.0.saturating_add(1)));
            return Ok(None);
        }
        let Some(left) = stamp.0.checked_sub(now.0) else { return Ok(None) };
        let half =
            u32::try_from(left / 2).unwrap_or(u32::MAX).clamp(SHORTEST_LAST_TTL, LONGEST_LAST_TTL);
        let change = stamp.0.saturating_sub(u64::from(half)).max(now.0);
        self.changes(Tai64(change.saturating_add(1)));
        Ok(Some(Lifetime { ttl: half, is_zero: true }))
    }

    fn changes(&mut self, at: Tai64) {
        self.changes_at = Some(self.changes_at.map_or(at, |earlier| earlier.min(at)));
    }

    /// The owner of a line, into `self.owner`.
    pub(super) fn owner(&mut self, at: Position, field: Field<'_>) -> Outcome {
        self.owner.clear();
        let squeezed = absolute(field, &mut self.owner)?;
        self.warn_squeezed(at, squeezed);
        Ok(())
    }

    /// A name that a line points to, into `self.target`.
    pub(super) fn target(&mut self, at: Position, field: Field<'_>) -> Outcome {
        self.target.clear();
        let squeezed = absolute(field, &mut self.target)?;
        self.warn_squeezed(at, squeezed);
        Ok(())
    }

    /// A server's name into `self.target`: `x` itself where it has a dot, else `x.kind.owner`.
    pub(super) fn server(&mut self, at: Position, x: Field<'_>, kind: &[u8]) -> Outcome {
        if x.text.contains(&b'.') {
            return self.target(at, x);
        }
        self.target.clear();
        let mut name = NameWriter::new(&mut self.target);
        name.labels(x.text)
            .and_then(|()| name.label(kind))
            .and_then(|()| name.wire(&self.owner))
            .and_then(|()| name.finish())
            .map_err(|bad| bad_name(bad, x))
    }

    fn warn_squeezed(&mut self, at: Position, squeezed: bool) {
        if squeezed {
            self.report.warning(
                at,
                "a name with an empty label, which is left out".into(),
                Some("remove the extra dot"),
            );
        }
    }

    /// The location of a line, into `self.location`; empty for the default rows.
    pub(super) fn location(&mut self, field: Field<'_>) -> Outcome {
        id(field, "location", &mut self.location)
    }

    /// The map of a line, into `self.map`; empty for the default map.
    pub(super) fn map_id(&mut self, field: Field<'_>) -> Outcome {
        id(field, "map", &mut self.map)
    }

    /// Says so where a line has more fields than its kind takes. Both programs ignore them.
    pub(super) fn surplus(&mut self, at: Position, field: Option<Field<'_>>) {
        if let Some(field) = field.filter(|field| !field.is_empty()) {
            let message = format!("a field more than this line takes: '{}'", Shown(field.text));
            self.report.warning(
                at,
                message,
                Some("it is ignored; an escaped separator is \\072 or \\054"),
            );
        }
    }
}

/// A decimal number, `default` where the field is empty.
pub(super) fn number(field: Field<'_>, default: u32, what: &str) -> Result<u32, Fault> {
    if field.is_empty() {
        return Ok(default);
    }
    decimal(field.text).ok_or_else(|| {
        Fault::new(field.at, format!("'{}' is no {what}", Shown(field.text)))
            .hint("write a decimal number, or leave the field empty for the default")
    })
}

/// The same, up to 65535.
pub(super) fn number_u16(field: Field<'_>, default: u16, what: &str) -> Result<u16, Fault> {
    u16::try_from(number(field, u32::from(default), what)?)
        .map_err(|_| Fault::new(field.at, format!("{what} above 65535")))
}

/// An address, `None` where the field is empty.
pub(super) fn optional_address(field: Field<'_>) -> Result<Option<IpAddr>, Fault> {
    if field.is_empty() { Ok(None) } else { required_address(field).map(Some) }
}

pub(super) fn required_address(field: Field<'_>) -> Result<IpAddr, Fault> {
    address::address(field.text).ok_or_else(|| {
        if field.is_empty() {
            return Fault::new(field.at, "the address is missing");
        }
        // What is left of an IPv6 address where ':' stands between the fields.
        let is_cut = field.text.len() <= 4 && field.text.iter().all(u8::is_ascii_hexdigit);
        Fault::new(field.at, format!("'{}' is no address", Shown(field.text))).hint(if is_cut {
            "a line with IPv6 addresses needs ',' between its fields"
        } else {
            "write four numbers up to 255 with '.' between, or an IPv6 address"
        })
    })
}

/// The octets of a field after those of `out`.
pub(super) fn octets(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    unescape(field.text, out).map_err(|BadEscape(offset)| bad_escape(field, offset))
}

/// Writes an absolute name and tells whether empty labels were left out.
pub(super) fn absolute(field: Field<'_>, out: &mut Vec<u8>) -> Result<bool, Fault> {
    let mut name = NameWriter::new(out);
    name.labels(field.text).map_err(|bad| bad_name(bad, field))?;
    let squeezed = name.squeezed;
    name.finish().map_err(|bad| bad_name(bad, field))?;
    Ok(squeezed)
}

/// dnsrocks writes the default map and the default location as two zero octets.
fn id(field: Field<'_>, what: &str, out: &mut Vec<u8>) -> Outcome {
    out.clear();
    octets(field, out)?;
    if out.as_slice() == b"\0\0" {
        out.clear();
    }
    if out.len() > MAX_ID {
        return Err(Fault::new(field.at, format!("a {what} of more than {MAX_ID} octets")));
    }
    Ok(())
}

#[cold]
pub(super) fn bad_name(bad: BadName, field: Field<'_>) -> Fault {
    let why = match bad.kind {
        BadNameKind::Escape => return bad_escape(field, bad.at),
        BadNameKind::Label => "a label is longer than 63 octets",
        BadNameKind::Length => "it is longer than 255 octets",
    };
    // What is found only at the end is told at the start.
    let offset = if bad.at < field.text.len() { bad.at } else { 0 };
    let at = field.at.saturating_add(offset);
    Fault::new(at, format!("'{}' is no name: {why}", Shown(field.text)))
}

#[cold]
fn bad_escape(field: Field<'_>, offset: usize) -> Fault {
    Fault::new(field.at.saturating_add(offset), "bad escape")
        .hint("'\\' is followed by up to three octal digits (\\000 to \\377), by xHH, or by the character itself")
}

const MAX_ID: usize = 255;
/// What tinydns gives a record that is about to die.
const SHORTEST_LAST_TTL: u32 = 2;
const LONGEST_LAST_TTL: u32 = 3_600;
