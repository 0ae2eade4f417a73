//! Between a parser and the sink: counts what is told, and stops at the limit of errors.

use crate::source::{Item, Position, Problem, Severity, Sink};
use alloc::string::{String, ToString};
use core::fmt;
use core::ops::ControlFlow;

/// What a parser told its sink.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Items told.
    pub items: u64,
    /// Errors told: where this is not 0, no image may be built. What is told once a run, such as names that
    /// want an origin, counts once.
    pub errors: u32,
    /// Warnings told.
    pub warnings: u32,
    /// Reading stopped before the end of the text: a limit was reached, or the sink wants no more.
    pub stopped: bool,
}

/// The sink of one run of a parser.
pub(crate) struct Report<'s, S> {
    sink: &'s mut S,
    limit: u32,
    summary: Summary,
}

impl<'s, S: Sink> Report<'s, S> {
    pub(crate) fn new(sink: &'s mut S, limit: u32) -> Self {
        Self { sink, limit: limit.max(1), summary: Summary::default() }
    }

    pub(crate) fn item(&mut self, item: Item<'_>, at: Position) {
        self.summary.items = self.summary.items.saturating_add(1);
        if self.sink.item(item, at).is_break() {
            self.summary.stopped = true;
        }
    }

    pub(crate) fn error(&mut self, at: Position, message: String, hint: Option<&'static str>) {
        if self.summary.stopped {
            return;
        }
        self.summary.errors = self.summary.errors.saturating_add(1);
        self.sink.problem(Problem { at, message, hint, severity: Severity::Error });
        if self.summary.errors >= self.limit {
            self.summary.stopped = true;
            self.sink.problem(Problem {
                at,
                message: "too many errors; the rest is not read".to_string(),
                hint: None,
                severity: Severity::Error,
            });
        }
    }

    pub(crate) fn warning(&mut self, at: Position, message: String, hint: Option<&'static str>) {
        // Warnings have no limit of their own: they are dropped where errors would have stopped.
        if self.summary.warnings >= self.limit {
            return;
        }
        self.summary.warnings = self.summary.warnings.saturating_add(1);
        self.sink.problem(Problem { at, message, hint, severity: Severity::Warning });
    }

    /// True when no more should be read.
    pub(crate) fn is_stopped(&self) -> bool {
        self.summary.stopped
    }

    pub(crate) fn summary(&self) -> Summary {
        self.summary
    }
}

/// Sees to it that a part ends at the first problem.
pub(crate) struct Watch<'s, S> {
    sink: &'s mut S,
    has_problem: bool,
}

impl<'s, S> Watch<'s, S> {
    pub(crate) fn new(sink: &'s mut S) -> Self {
        Self { sink, has_problem: false }
    }

    pub(crate) fn has_problem(&self) -> bool {
        self.has_problem
    }
}

impl<S: Sink> Sink for Watch<'_, S> {
    fn item(&mut self, item: Item<'_>, at: Position) -> ControlFlow<()> {
        if self.has_problem { ControlFlow::Break(()) } else { self.sink.item(item, at) }
    }

    fn problem(&mut self, _problem: Problem) {
        self.has_problem = true;
    }
}

/// An error at an offset of the text being read. Built on the error path only.
#[derive(Debug)]
pub(crate) struct Fault {
    /// Offset in the text.
    pub(crate) at: usize,
    /// For people, one line.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) hint: Option<&'static str>,
    /// A name that wants an origin: the same is wrong with many names at once.
    pub(crate) no_origin: bool,
}

impl Fault {
    #[cold]
    pub(crate) fn new(at: usize, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), hint: None, no_origin: false }
    }

    #[cold]
    pub(crate) fn hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }

    /// The same fault, for want of an origin.
    #[cold]
    pub(crate) fn no_origin(mut self) -> Self {
        self.hint = Some("end the names with '.', add $ORIGIN, or give the origin as ORIGIN=FILE");
        self.no_origin = true;
        self
    }

    /// The same fault at another place: that of the text it was made from.
    #[cold]
    pub(crate) fn moved(mut self, at: usize) -> Self {
        self.at = at;
        self
    }
}

/// Shows octets of a source inside a message: printable ASCII as it is, the rest as `\DDD`, at most 40.
pub(crate) struct Shown<'a>(pub(crate) &'a [u8]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for &octet in self.0.iter().take(SHOWN_OCTETS) {
            match octet {
                0x20..=0x7e => write!(f, "{}", char::from(octet))?,
                _ => write!(f, "\\{octet:03}")?,
            }
        }
        if self.0.len() > SHOWN_OCTETS {
            f.write_str("...")?;
        }
        Ok(())
    }
}

/// A count or an offset as the 32 bits of a [`Position`]; the largest value stands for what is longer.
pub(crate) fn clamp_to_u32(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Octets of the byte order mark with which editors on one operating system begin UTF-8 files; columns of
/// the first line are counted after it.
pub(crate) fn mark_length(text: &[u8]) -> usize {
    if text.starts_with(MARK) { MARK.len() } else { 0 }
}

const MARK: &[u8] = b"\xef\xbb\xbf";
const SHOWN_OCTETS: usize = 40;
