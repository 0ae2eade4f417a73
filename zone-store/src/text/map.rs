//! Maps: which location the clients of a prefix belong to.

use super::address::{self, PrefixError};
use super::report::{Fault, Report, Shown, clamp_to_u32, mark_length};
use super::{Limits, Summary};
use crate::source::{Id, Item, MapPrefix, Position, Prefix, Sink};
use alloc::format;
use memchr::{memchr, memchr_iter};

/// How to read a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options<'o> {
    /// The number of this text in [`Position::source`].
    pub source: u32,
    /// The map that the prefixes belong to; empty for the default map.
    pub map: Id<'o>,
    /// What not to exceed.
    pub limits: Limits,
}

impl<'o> Options<'o> {
    /// The prefixes of this map.
    #[must_use]
    pub const fn new(source: u32, map: Id<'o>) -> Self {
        Self { source, map, limits: Limits::DEFAULT }
    }
}

/// Reads a map, a prefix or a range a line, and tells the sink each prefix in the order of the text.
///
/// Fields have blanks between them, or commas where one follows the first, and may be in double quotes:
/// - `prefix location`, or `prefix,location`;
/// - `first,last,location`, the two ends of a range, which becomes the fewest prefixes; what follows in the
///   line is not looked at;
/// - `prefix` alone: a location of its own, called as the prefix is written. Where other lines do name a
///   location, that was probably forgotten, and a warning tells the first such line.
///
/// `#` begins a comment at the start of a line or after a blank. An address is a prefix of full length.
///
/// # Cost
/// One pass, no memory of its own.
///
/// ```
/// use core::ops::ControlFlow;
/// use zone_store::source::{Item, Position, Problem, Sink};
/// use zone_store::text::map::{Options, parse};
///
/// struct Count(usize);
/// impl Sink for Count {
///     fn item(&mut self, _item: Item<'_>, _at: Position) -> ControlFlow<()> {
///         self.0 += 1;
///         ControlFlow::Continue(())
///     }
///     fn problem(&mut self, problem: Problem) {
///         panic!("{problem:?}");
///     }
/// }
///
/// let mut count = Count(0);
/// parse(b"192.0.2.0/24 lisbon\n2001:db8::,2001:db8::ff,oslo\n", Options::new(0, b""), &mut count);
/// assert_eq!(count.0, 2);
/// ```
pub fn parse<S: Sink>(text: &[u8], options: Options<'_>, sink: &mut S) -> Summary {
    let mut report = Report::new(sink, options.limits.problems);
    let mut start = mark_length(text);
    let mut number = 0_u32;
    let mut named = Named::default();
    while let Some(rest) = text.get(start..).filter(|rest| !rest.is_empty()) {
        if report.is_stopped() {
            break;
        }
        let length = memchr(b'\n', rest).unwrap_or(rest.len());
        number = number.saturating_add(1);
        let line = rest.get(..length).unwrap_or_default();
        if let Err(fault) = read_line(line, number, &options, &mut named, &mut report) {
            let column = clamp_to_u32(fault.at).saturating_add(1);
            let at = Position { source: options.source, line: number, column };
            report.error(at, fault.message, fault.hint);
        }
        start = start.saturating_add(length).saturating_add(1);
    }
    if let Some(at) = named.forgotten() {
        report.warning(
            at,
            "no location, where other lines have one; the prefix is a location of its own".into(),
            Some("write the location after the prefix"),
        );
    }
    report.summary()
}

/// Which lines of a map name their location.
#[derive(Clone, Copy, Debug, Default)]
struct Named {
    /// The first that does not.
    bare: Option<Position>,
    /// One does.
    any: bool,
}

impl Named {
    /// The first line that probably lacks one.
    fn forgotten(self) -> Option<Position> {
        self.bare.filter(|_| self.any)
    }
}

/// Reads a line; faults are at offsets of the line.
fn read_line<S: Sink>(
    line: &[u8],
    number: u32,
    options: &Options<'_>,
    named: &mut Named,
    report: &mut Report<'_, S>,
) -> Result<(), Fault> {
    let line = without_comment(line).trim_ascii_end();
    let at = line.len().saturating_sub(line.trim_ascii_start().len());
    let fields = split(line, at);
    if let Some(field) = fields.iter().find(|field| field.unclosed) {
        return Err(Fault::new(field.at, "the quoted field does not end on its line")
            .hint("close it with '\"'"));
    }
    let [first, second, third] = fields;
    if first.text.is_empty() {
        return if line.len() == at {
            Ok(())
        } else {
            Err(Fault::new(first.at, "the prefix is missing"))
        };
    }
    let column = clamp_to_u32(first.at).saturating_add(1);
    let at = Position { source: options.source, line: number, column };
    let mut tell = |prefix: Prefix, location: &[u8]| {
        report.item(Item::Prefix(MapPrefix { map: options.map, prefix, location }), at);
    };
    if let (Some(low), Some(high)) = (address::address(first.text), address::address(second.text)) {
        if third.text.is_empty() {
            return Err(Fault::new(third.at, "the location of the range is missing")
                .hint("write first,last,location; a single address is written with /32 or /128"));
        }
        let location = location(third)?;
        named.any = true;
        return address::cover_range(low, high, |prefix| tell(prefix, location)).ok_or_else(|| {
            Fault::new(second.at, format!("'{}' is not an end of the range", Shown(second.text)))
                .hint("both ends are of one family, and the first is not above the last")
        });
    }
    let prefix = address::prefix(first.text).map_err(|error| bad_prefix(error, first))?;
    if !third.text.is_empty() {
        return Err(Fault::new(
            third.at,
            format!("a field more than this line takes: '{}'", Shown(third.text)),
        )
        .hint("a line is: prefix location, or first,last,location"));
    }
    if second.text.is_empty() {
        named.bare.get_or_insert(at);
        tell(prefix, location(first)?);
    } else {
        named.any = true;
        tell(prefix, location(second)?);
    }
    Ok(())
}

#[derive(Clone, Copy, Debug, Default)]
struct Field<'t> {
    text: &'t [u8],
    /// Offset in the line.
    at: usize,
    /// A quote begins it and none ends it.
    unclosed: bool,
}

/// The first three fields. Where a comma follows the first, commas stand between all, and blanks around
/// them belong to none; else blanks do. What comes after the third is left out.
fn split(line: &[u8], start: usize) -> [Field<'_>; 3] {
    let mut fields = [Field { at: line.len(), ..Field::default() }; 3];
    let mut at = start;
    let mut separator = None;
    for field in &mut fields {
        let rest = line.get(at..).unwrap_or_default();
        if rest.is_empty() {
            break;
        }
        let ends = |&octet: &u8| match separator {
            Some(b',') => octet == b',',
            Some(_) => octet.is_ascii_whitespace(),
            None => octet == b',' || octet.is_ascii_whitespace(),
        };
        let mut unclosed = false;
        let (text, after) = match rest.strip_prefix(b"\"") {
            Some(inner) => {
                let end = memchr(b'"', inner);
                unclosed = end.is_none();
                let end = end.unwrap_or(inner.len());
                (inner.get(..end), inner.get(end.saturating_add(1)..))
            }
            None => {
                let end = rest.iter().position(ends).unwrap_or(rest.len());
                (rest.get(..end).map(<[u8]>::trim_ascii_end), rest.get(end..))
            }
        };
        *field = Field { text: text.unwrap_or_default(), at, unclosed };
        let after = after.unwrap_or_default().trim_ascii_start();
        let found = after.first().copied().filter(|&octet| octet == b',').unwrap_or(b' ');
        let separator = *separator.get_or_insert(found);
        let next = after.strip_prefix(&[separator]).unwrap_or(after).trim_ascii_start();
        at = line.len().saturating_sub(next.len());
    }
    fields
}

fn without_comment(line: &[u8]) -> &[u8] {
    let begins = |&at: &usize| match at.checked_sub(1).and_then(|before| line.get(before)) {
        Some(before) => before.is_ascii_whitespace(),
        None => true,
    };
    match memchr_iter(b'#', line).find(begins) {
        Some(at) => line.get(..at).unwrap_or_default(),
        None => line,
    }
}

fn location(field: Field<'_>) -> Result<&[u8], Fault> {
    if field.text.len() > MAX_ID {
        return Err(Fault::new(field.at, format!("a location of more than {MAX_ID} octets")));
    }
    Ok(field.text)
}

#[cold]
fn bad_prefix(error: PrefixError, field: Field<'_>) -> Fault {
    let shown = Shown(field.text);
    match error {
        PrefixError::Syntax => Fault::new(field.at, format!("'{shown}' is no prefix"))
            .hint("a line is: prefix location, or first,last,location"),
        PrefixError::Length => {
            Fault::new(field.at, format!("'{shown}': the length is longer than the address"))
                .hint("at most 32 for IPv4 and 128 for IPv6")
        }
        PrefixError::Mapped => Fault::new(field.at, format!("'{shown}': {}", address::MAPPED))
            .hint(address::MAPPED_HINT),
        PrefixError::HostBits(right) => {
            let (address, len) = (right.address(), right.len());
            Fault::new(
                field.at,
                format!("'{shown}' has bits past its length; the prefix is {address}/{len}"),
            )
            .hint("write the prefix, or a longer length")
        }
    }
}

const MAX_ID: usize = 255;

#[cfg(test)]
mod tests;
