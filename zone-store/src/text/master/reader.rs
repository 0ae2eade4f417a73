//! What a master file carries on from entry to entry, and the loop over its entries.

use super::field::{Entry, Field, Form, ScanError, ScanErrorKind};
use super::scan::Scanner;
use super::{Loader, Options};
use crate::source::{Position, Sink};
use crate::text::block::BLOCK;
use crate::text::plain::{self, NAME_ROOM, Tail};
use crate::text::report::{Fault, Report, clamp_to_u32, mark_length};
use crate::text::{Limits, Summary};
use alloc::vec;
use alloc::vec::Vec;
use dns_wire::{Name, NameBuf};
use memchr::{memchr_iter, memrchr};

/// One run of the parser over a text and the texts it includes.
pub(crate) struct Reader<'o, 's, S> {
    pub(super) report: Report<'s, S>,
    pub(super) loader: Option<&'o mut dyn Loader>,
    pub(super) limits: Limits,
    /// Texts being read, the outermost first.
    pub(super) open: Vec<u32>,
    pub(super) includes: u32,
    pub(super) generated: u32,
    /// Directives followed so far.
    pub(super) directives: usize,
    /// Set by [`Self::replace_origin`].
    pub(super) origin: Option<NameBuf>,
    /// The origin again, for the quick way.
    pub(super) tail: Tail,
    pub(super) owner: Owner,
    pub(super) ttls: Ttls,
    /// RDATA of the record being read.
    pub(super) rdata: Vec<u8>,
    /// A name without an origin was told. Without one there are as many as there are names.
    told_no_origin: bool,
}

/// The owner of the last record, for entries that leave it out.
#[derive(Clone, Debug)]
pub(super) struct Owner {
    octets: [u8; NAME_ROOM],
    /// 0 where there is none.
    len: usize,
    /// It could not be read: the records of such an owner are checked and not told.
    is_lost: bool,
}

impl Owner {
    /// The owner, unless it is lost or none came yet.
    pub(super) fn name(&self) -> Option<Name<'_>> {
        Name::from_wire(self.octets.get(..self.len)?).ok()
    }

    pub(super) fn is_lost(&self) -> bool {
        self.is_lost
    }

    /// Takes the name in the first `len` octets of `block`, if it is of the usual spelling.
    #[inline]
    pub(super) fn set_plain(&mut self, block: &[u8; BLOCK], len: usize, tail: &Tail) -> bool {
        let read = plain::name(block, len, tail, &mut self.octets);
        // Until it is known that it is one: what is written so far is no name.
        (self.len, self.is_lost) = (read.unwrap_or(0), read.is_none());
        read.is_some()
    }

    pub(super) fn set(&mut self, name: Name<'_>) {
        let wire = name.as_wire();
        if let Some(place) = self.octets.get_mut(..wire.len()) {
            place.copy_from_slice(wire);
            (self.len, self.is_lost) = (wire.len(), false);
        }
    }
}

impl Default for Owner {
    fn default() -> Self {
        Self { octets: [0; NAME_ROOM], len: 0, is_lost: false }
    }
}

/// Where a record without a time to live gets one, in this order.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ttls {
    /// `$TTL` (RFC 2308 §4).
    pub(super) default: Option<u32>,
    /// The last one written (RFC 1035 §5.1).
    pub(super) last: Option<u32>,
    /// MINIMUM of the SOA, when the SOA itself has none: as BIND does, with a warning.
    pub(super) minimum: Option<u32>,
}

impl<'o, 's, S: Sink> Reader<'o, 's, S> {
    pub(super) fn new(options: Options<'o>, sink: &'s mut S) -> Self {
        Self {
            report: Report::new(sink, options.limits.problems),
            loader: options.loader,
            limits: options.limits,
            open: Vec::new(),
            includes: 0,
            generated: 0,
            directives: 0,
            origin: options.origin.map(NameBuf::from),
            tail: Tail::new(options.origin.as_ref().map(Name::as_wire)),
            owner: Owner::default(),
            ttls: Ttls { default: options.default_ttl.map(|ttl| ttl.0), last: None, minimum: None },
            rdata: vec![0; MAX_RDATA],
            told_no_origin: false,
        }
    }

    pub(super) fn origin(&self) -> Option<Name<'_>> {
        self.origin.as_ref().map(NameBuf::as_name)
    }

    /// Sets the origin and returns the one before.
    pub(super) fn replace_origin(&mut self, origin: Option<NameBuf>) -> Option<NameBuf> {
        let before = core::mem::replace(&mut self.origin, origin);
        self.tail = Tail::new(self.origin().as_ref().map(Name::as_wire));
        before
    }

    pub(super) fn summary(&self) -> Summary {
        self.report.summary()
    }

    /// Reads one text; recursion is as deep as `limits.include_depth`.
    pub(super) fn read(&mut self, text: &[u8], source: u32) {
        self.read_from(text, source, 1);
    }

    /// Reads a text whose first line has that number.
    pub(super) fn read_from(&mut self, text: &[u8], source: u32, line: u32) {
        self.open.push(source);
        let mut scanner = Scanner::from_line(text, line);
        let mut fields = Vec::new();
        while let Some(scanned) = scanner.next_entry(&mut fields) {
            if self.report.is_stopped() {
                break;
            }
            match scanned {
                Ok(()) => self.entry(text, source, scanner.entry(), &mut fields),
                Err(error) => {
                    let line_start = text.get(..error.at).and_then(|before| memrchr(b'\n', before));
                    let line_start =
                        line_start.map_or(mark_length(text), |line_end| line_end.saturating_add(1));
                    let place = Entry { line: error.line, line_start, ..Entry::default() };
                    self.fault(text, source, &place, explain_scan(error));
                }
            }
        }
        self.open.pop();
    }

    fn entry<'t>(
        &mut self,
        text: &'t [u8],
        source: u32,
        entry: &Entry,
        fields: &mut Vec<Field<'t>>,
    ) {
        let Some(first) = fields.first() else { return };
        let at = Position {
            source,
            line: entry.line,
            column: clamp_to_u32(first.at.saturating_sub(entry.line_start)).saturating_add(1),
        };
        let is_directive =
            first.text.first() == Some(&b'$') && first.form == Form::Plain && !entry.indented;
        let outcome = match fields.split_first() {
            Some((directive, arguments)) if is_directive => {
                self.directive(at, *directive, arguments)
            }
            _ => self.record(text, at, entry, fields),
        };
        if let Err(fault) = outcome {
            self.fault(text, source, entry, fault);
        }
    }

    /// Tells a fault, its line and column counted from the entry it is in.
    #[cold]
    fn fault(&mut self, text: &[u8], source: u32, entry: &Entry, fault: Fault) {
        let before = text.get(entry.line_start..fault.at).unwrap_or_default();
        let lines = clamp_to_u32(memchr_iter(b'\n', before).count());
        let column = match memrchr(b'\n', before) {
            Some(line_end) => before.len().saturating_sub(line_end),
            None => before.len().saturating_add(1),
        };
        let at = Position {
            source,
            line: entry.line.saturating_add(lines),
            column: clamp_to_u32(column),
        };
        if fault.no_origin && core::mem::replace(&mut self.told_no_origin, true) {
            return;
        }
        self.report.error(at, fault.message, fault.hint);
    }
}

pub(super) fn explain_scan(error: ScanError) -> Fault {
    let (message, hint) = match error.kind {
        ScanErrorKind::Unclosed => ("'(' is never closed", "end the record with ')'"),
        ScanErrorKind::Unopened => {
            ("')' without '('", "remove it, or write \\) for the character itself")
        }
        ScanErrorKind::Unquoted => (
            "the quoted string does not end on its line",
            "close it with '\"'; a line feed inside is written \\010",
        ),
        ScanErrorKind::EscapedEnd => {
            ("'\\' at the end of the line", "write \\\\ for the character itself")
        }
        ScanErrorKind::TooManyFields => {
            ("more fields than any record has", "is this a master file?")
        }
    };
    Fault::new(error.at, message).hint(hint)
}

/// The longest RDATA (RFC 1035 §3.2.1: RDLENGTH has 16 bits).
pub(super) const MAX_RDATA: usize = 0xffff;
