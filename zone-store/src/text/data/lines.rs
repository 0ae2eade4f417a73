//! Lines of a text, and their fields as they are written.

use crate::text::report::{clamp_to_u32, mark_length};
use memchr::{memchr, memchr2};

/// A line that says something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'t> {
    /// From 1.
    pub(super) number: u32,
    /// Offset of the line in the text.
    pub(super) start: usize,
    /// The character that says what it is.
    pub(super) kind: u8,
    /// Offset of `kind` in the text.
    pub(super) kind_at: usize,
    /// What follows it, blanks at the end cut off.
    rest: &'t [u8],
}

/// A field as it is written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Field<'t> {
    pub(super) text: &'t [u8],
    /// Offset in the text.
    pub(super) at: usize,
}

impl Field<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

impl<'t> Line<'t> {
    /// Column of the first character that is no blank, from 1.
    pub(super) fn column(&self) -> u32 {
        clamp_to_u32(self.kind_at.saturating_sub(self.start)).saturating_add(1)
    }

    /// It has no fields at all.
    pub(super) fn is_bare(&self) -> bool {
        self.rest.is_empty()
    }

    /// The first `N` fields, and the one after them where there is one. Missing fields are empty.
    pub(super) fn fields<const N: usize>(&self) -> ([Field<'t>; N], Option<Field<'t>>) {
        let separator = match memchr2(b':', b',', self.rest).and_then(|at| self.rest.get(at)) {
            Some(&found) => found,
            None => b',',
        };
        let mut at = self.kind_at.saturating_add(1);
        let mut rest = Some(self.rest);
        let mut next = || {
            let text = rest?;
            let (field, after) = match memchr(separator, text) {
                Some(end) => {
                    (text.get(..end).unwrap_or_default(), text.get(end.saturating_add(1)..))
                }
                None => (text, None),
            };
            let found = Field { text: field, at };
            at = at.saturating_add(field.len()).saturating_add(1);
            rest = after;
            Some(found)
        };
        let mut fields = [Field::default(); N];
        let mut end = self.kind_at.saturating_add(1).saturating_add(self.rest.len());
        for field in &mut fields {
            *field = next().unwrap_or(Field { text: b"", at: end });
            end = end.max(field.at);
        }
        (fields, next())
    }
}

/// The lines of a text that say something: no comments, no empty lines.
#[derive(Clone, Debug)]
pub(super) struct Lines<'t> {
    text: &'t [u8],
    at: usize,
    number: u32,
}

impl<'t> Lines<'t> {
    /// `first` is the number of the first line.
    pub(super) fn new(text: &'t [u8], first: u32) -> Self {
        Self { text, at: mark_length(text), number: first.saturating_sub(1) }
    }
}

impl<'t> Iterator for Lines<'t> {
    type Item = Line<'t>;

    fn next(&mut self) -> Option<Line<'t>> {
        loop {
            let start = self.at;
            let remaining = self.text.get(start..).filter(|remaining| !remaining.is_empty())?;
            let length = memchr(b'\n', remaining).unwrap_or(remaining.len());
            self.at = start.saturating_add(length).saturating_add(1);
            self.number = self.number.saturating_add(1);
            // tinydns-data cuts blanks off at the end, dnsrocks at the start.
            let line = remaining.get(..length).unwrap_or_default().trim_ascii_end();
            let trimmed = line.trim_ascii_start();
            let kind_at = start.saturating_add(line.len().saturating_sub(trimmed.len()));
            match trimmed.split_first() {
                None | Some((b'#', _)) => {}
                Some((&kind, rest)) => {
                    return Some(Line { number: self.number, start, kind, kind_at, rest });
                }
            }
        }
    }
}
