//! Data lines: the format of tinydns-data with the additions of dnsrocks.
//!
//! One statement a line: the first character says what it is, fields follow with `:` or `,` between,
//! whichever of the two comes first in the line. Escapes are resolved after the split. `FORMATS.md` has a
//! row for each line, and each point where we differ from either program.

mod clients;
mod escape;
mod fields;
mod lines;
mod name;
mod points;
mod records;
mod row;
mod servers;
mod service;
mod split;
mod tai64;

pub use split::{Part, parse_part, split};
pub use tai64::Tai64;

use super::report::{Fault, Report};
use super::{Limits, Summary};
use crate::source::{Position, Sink};
use alloc::vec::Vec;
use lines::Lines;
use points::Points;

/// How to read data lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The number of this text in [`Position::source`].
    pub source: u32,
    /// Serial of the SOA lines that give none; tinydns and dnsrocks take the time the file was changed.
    pub serial: u32,
    /// The time, for lines with a timestamp: which of them hold, and what time to live they have left.
    /// Without one a timestamp is an error.
    pub now: Option<Tai64>,
    /// What not to exceed.
    pub limits: Limits,
}

impl Options {
    /// Serial 0 and no time.
    #[must_use]
    pub const fn new(source: u32) -> Self {
        Self { source, serial: 0, now: None, limits: Limits::DEFAULT }
    }
}

/// What a text of data lines said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// What was told.
    pub summary: Summary,
    /// When a line with a timestamp next begins or ceases to hold: compile again by then.
    pub changes_at: Option<Tai64>,
}

/// Reads data lines and tells the sink what each expands to, in the order of the text; what range points
/// (`!`) make comes last.
///
/// # Cost
/// One pass. Memory: the longest line, 64 KiB for RDATA, and the range points.
///
/// ```
/// use core::ops::ControlFlow;
/// use zone_store::source::{Item, Position, Problem, Sink};
/// use zone_store::text::data::{Options, parse};
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
/// let text = b".example.com::a.ns.example.com\n=www.example.com:192.0.2.1\n";
/// parse(text, Options::new(0), &mut count);
/// assert_eq!(count.0, 4, "SOA and NS, A and PTR");
/// ```
pub fn parse<S: Sink>(text: &[u8], options: Options, sink: &mut S) -> Read {
    read(text, 1, options, sink).0
}

/// Reads a text whose first line has that number; also tells whether there were range points.
fn read<S: Sink>(text: &[u8], first: u32, options: Options, sink: &mut S) -> (Read, bool) {
    let mut reader = Reader {
        report: Report::new(sink, options.limits.problems),
        options,
        changes_at: None,
        rdata: Vec::new(),
        owner: Vec::new(),
        target: Vec::new(),
        location: Vec::new(),
        map: Vec::new(),
        points: Points::default(),
    };
    for line in Lines::new(text, first) {
        if reader.report.is_stopped() {
            break;
        }
        let at = Position { source: options.source, line: line.number, column: line.column() };
        if let Err(fault) = reader.line(at, &line) {
            let column =
                super::report::clamp_to_u32(fault.at.saturating_sub(line.start)).saturating_add(1);
            reader.report.error(Position { column, ..at }, fault.message, fault.hint);
        }
    }
    let has_points = !reader.points.is_empty();
    reader.finish_points();
    (Read { summary: reader.report.summary(), changes_at: reader.changes_at }, has_points)
}

/// One run of the parser, and the buffers it uses again for each line.
struct Reader<'s, S> {
    report: Report<'s, S>,
    options: Options,
    changes_at: Option<Tai64>,
    rdata: Vec<u8>,
    owner: Vec<u8>,
    target: Vec<u8>,
    location: Vec<u8>,
    map: Vec<u8>,
    points: Points,
}

type Outcome = Result<(), Fault>;

#[cfg(test)]
mod tests;
