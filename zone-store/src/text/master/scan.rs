//! Splits a master file into entries and their fields (RFC 1035 §5.1): blanks, line ends, parentheses,
//! quotes, escapes and comments are settled here; what a field means is not.

use super::field::{Entry, Field, Form, ScanError, ScanErrorKind};
use crate::text::block::{BLOCK, block_at, mask};
use crate::text::report::mark_length;
use alloc::vec::Vec;
use memchr::memchr;

/// Where the outermost parenthesis is.
#[derive(Clone, Copy, Debug)]
struct Opened {
    at: usize,
    line: u32,
}

/// How far the quick way came.
enum Plain {
    /// To the end of an entry.
    Entry,
    /// To something that is read octet by octet.
    Other,
}

/// Reads a text entry by entry.
#[derive(Clone, Debug)]
pub(crate) struct Scanner<'t> {
    text: &'t [u8],
    at: usize,
    line: u32,
    /// Offset of the block whose special octets are in `specials`.
    block: usize,
    /// Special octets of the block still to come.
    specials: u64,
    /// Where the entry read last begins.
    entry: Entry,
}

impl<'t> Scanner<'t> {
    pub(crate) fn new(text: &'t [u8]) -> Self {
        Self::from_line(text, 1)
    }

    /// Of a text whose first line has that number.
    pub(crate) fn from_line(text: &'t [u8], line: u32) -> Self {
        Self {
            text,
            at: mark_length(text),
            line,
            block: 0,
            specials: specials(&block_at(text, 0)),
            entry: Entry::default(),
        }
    }

    /// Reads the fields of the next entry that has some; `None` at the end of the text. After an error the
    /// scanner stands at the next line that can begin an entry.
    pub(crate) fn next_entry(
        &mut self,
        fields: &mut Vec<Field<'t>>,
    ) -> Option<Result<(), ScanError>> {
        fields.clear();
        self.begin_entry();
        // Most entries are a line of plain fields; where one is not, the rest of it is read octet by octet.
        match self.plain_fields(fields) {
            Plain::Entry => Some(Ok(())),
            Plain::Other => {
                let scanned = self.other_fields(fields);
                self.look(self.at);
                scanned
            }
        }
    }

    /// Where the entry read last begins.
    pub(crate) fn entry(&self) -> &Entry {
        &self.entry
    }

    /// Reads fields up to the end of the line, or up to an octet that only [`Self::other_fields`] knows.
    fn plain_fields(&mut self, fields: &mut Vec<Field<'t>>) -> Plain {
        let mut start = self.at;
        loop {
            while self.specials == 0 {
                let next = self.block.saturating_add(BLOCK);
                if next >= self.text.len() {
                    self.at = start;
                    return Plain::Other;
                }
                self.block = next;
                self.specials = specials(&block_at(self.text, next));
            }
            let found = usize::try_from(self.specials.trailing_zeros()).unwrap_or(0);
            let at = self.block.saturating_add(found);
            self.specials &= self.specials.wrapping_sub(1);
            let Some(&octet) = self.text.get(at) else {
                self.at = start;
                return Plain::Other;
            };
            if octet > b' ' {
                self.at = start;
                return Plain::Other;
            }
            if !matches!(octet, b' ' | b'\n' | b'\t' | b'\r') {
                continue;
            }
            if at > start {
                if fields.len() >= MAX_FIELDS {
                    self.at = start;
                    return Plain::Other;
                }
                let text = self.text.get(start..at).unwrap_or_default();
                fields.push(Field { text, form: Form::Plain, escaped: false, at: start });
            }
            start = at.saturating_add(1);
            if octet == b'\n' {
                self.line = self.line.saturating_add(1);
                self.at = start;
                if !fields.is_empty() {
                    return Plain::Entry;
                }
                self.begin_entry();
            }
        }
    }

    /// Has the special octets from `at` on ready.
    fn look(&mut self, at: usize) {
        let within = at & BLOCK.wrapping_sub(1);
        self.block = at.saturating_sub(within);
        let seen = u32::try_from(within).unwrap_or(0);
        let specials = specials(&block_at(self.text, self.block));
        self.specials = specials & u64::MAX.checked_shl(seen).unwrap_or(0);
    }

    /// Reads the rest of an entry, octet by octet.
    fn other_fields(&mut self, fields: &mut Vec<Field<'t>>) -> Option<Result<(), ScanError>> {
        let mut depth = 0_u32;
        let mut opened = Opened { at: self.at, line: self.line };
        loop {
            let start = self.at;
            match self.peek() {
                Some(b' ' | b'\t' | b'\r') => self.advance(1),
                Some(b'\n') => {
                    self.advance(1);
                    self.line = self.line.saturating_add(1);
                    if depth > 0 {
                        if fields.is_empty() {
                            // The entry is where its first field is.
                            (self.entry.line, self.entry.line_start) = (self.line, self.at);
                        }
                        continue;
                    }
                    if !fields.is_empty() {
                        return Some(Ok(()));
                    }
                    self.begin_entry();
                }
                Some(b';') => self.skip_to_line_end(),
                Some(b'(') => {
                    if depth == 0 {
                        opened = Opened { at: start, line: self.line };
                    }
                    depth = depth.saturating_add(1);
                    self.advance(1);
                }
                Some(b')') => {
                    let Some(outer) = depth.checked_sub(1) else {
                        return Some(Err(self.fail(start, ScanErrorKind::Unopened)));
                    };
                    depth = outer;
                    self.advance(1);
                }
                Some(_) => {
                    if fields.len() >= MAX_FIELDS {
                        return Some(Err(self.fail_entry(depth, opened, start)));
                    }
                    match self.field(start) {
                        Ok(field) => {
                            self.entry.has_pairs |= field.form == Form::Pair;
                            fields.push(field);
                        }
                        Err(kind) => return Some(Err(self.fail(start, kind))),
                    }
                }
                None if depth > 0 => {
                    return Some(Err(self.fail_entry(depth, opened, start)));
                }
                None if fields.is_empty() => return None,
                None => return Some(Ok(())),
            }
        }
    }

    fn begin_entry(&mut self) {
        let indented = matches!(self.peek(), Some(b' ' | b'\t'));
        self.entry = Entry { line: self.line, line_start: self.at, indented, has_pairs: false };
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn advance(&mut self, count: usize) {
        self.at = self.at.saturating_add(count);
    }

    fn rest(&self) -> &'t [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn field(&mut self, start: usize) -> Result<Field<'t>, ScanErrorKind> {
        if self.peek() == Some(b'"') {
            self.advance(1);
            let inner = self.at;
            self.quoted_end()?;
            let text = self.text.get(inner..self.at).unwrap_or_default();
            self.advance(1);
            return Ok(Field { text, form: Form::Quoted, escaped: true, at: start });
        }
        let (mut form, mut escaped) = (Form::Plain, false);
        loop {
            let rest = self.rest();
            let length = rest.iter().position(|&octet| is_special(octet)).unwrap_or(rest.len());
            self.advance(length);
            match self.peek() {
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                Some(b'"') if length > 0 && rest.get(length.saturating_sub(1)) == Some(&b'=') => {
                    self.advance(1);
                    self.quoted_end()?;
                    self.advance(1);
                    (form, escaped) = (Form::Pair, true);
                    break;
                }
                _ => break,
            }
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        Ok(Field { text, form, escaped, at: start })
    }

    /// Moves to the closing quote. RFC 1035 §5.1 lets a quoted string go on over a line end; as BIND and
    /// Knot do, we refuse that: a forgotten quote would swallow the rest of the file.
    fn quoted_end(&mut self) -> Result<(), ScanErrorKind> {
        loop {
            let rest = self.rest();
            let length = rest
                .iter()
                .position(|octet| matches!(octet, b'"' | b'\\' | b'\n'))
                .unwrap_or(rest.len());
            self.advance(length);
            match self.peek() {
                Some(b'"') => return Ok(()),
                Some(b'\\') => self.escape()?,
                _ => return Err(ScanErrorKind::Unquoted),
            }
        }
    }

    /// Moves past `\` and the octet it takes the meaning from. Of `\DDD` the last two digits are plain.
    fn escape(&mut self) -> Result<(), ScanErrorKind> {
        match self.text.get(self.at.saturating_add(1)) {
            None | Some(b'\n') => Err(ScanErrorKind::EscapedEnd),
            Some(_) => {
                self.advance(2);
                Ok(())
            }
        }
    }

    fn skip_to_line_end(&mut self) {
        let rest = self.rest();
        self.advance(memchr(b'\n', rest).unwrap_or(rest.len()));
    }

    fn skip_line(&mut self) {
        self.skip_to_line_end();
        if self.peek() == Some(b'\n') {
            self.advance(1);
            self.line = self.line.saturating_add(1);
        }
    }

    /// The rest of the line is lost.
    #[cold]
    fn fail(&mut self, at: usize, kind: ScanErrorKind) -> ScanError {
        let line = self.line;
        self.skip_line();
        ScanError { at, line, kind }
    }

    /// An entry that does not end. Reading goes on at the first line after its first that is not indented,
    /// which is where the next entry begins in files written by people and programs alike.
    #[cold]
    fn fail_entry(&mut self, depth: u32, opened: Opened, at: usize) -> ScanError {
        let line = self.line;
        self.at = self.entry.line_start;
        self.line = self.entry.line;
        self.skip_line();
        if depth == 0 {
            return ScanError { at, line, kind: ScanErrorKind::TooManyFields };
        }
        while matches!(self.peek(), Some(b' ' | b'\t' | b')')) {
            self.skip_line();
        }
        ScanError { at: opened.at, line: opened.line, kind: ScanErrorKind::Unclosed }
    }
}

/// No RDATA has more fields than octets; some more for what comes before it.
pub(crate) const MAX_FIELDS: usize = 0xffff + 16;

/// The octets at and below the blank, and `" ( ) ; \`, as bits. Control characters among them mean nothing,
/// and who reads the bits passes over them.
fn specials(block: &[u8; BLOCK]) -> u64 {
    mask(block, |octet| {
        (octet <= b' ')
            | (octet == b'"')
            | (octet & 0xfe == b'(')
            | (octet == b';')
            | (octet == b'\\')
    })
}

fn is_special(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'(' | b')' | b';' | b'\\')
}

#[cfg(test)]
mod tests;
