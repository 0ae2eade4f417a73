//! Fields and entries of a master file, as the scanner finds them.

use alloc::vec::Vec;

/// A field of an entry, with its escapes still in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Field<'t> {
    /// The octets; of a quoted field those between the quotes.
    pub(crate) text: &'t [u8],
    /// How it is written.
    pub(crate) form: Form,
    /// It may have a backslash.
    pub(crate) escaped: bool,
    /// Offset of its first octet in the text, the quote included.
    pub(crate) at: usize,
}

/// How a field is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Octets without blanks.
    Plain,
    /// Between quotes.
    Quoted,
    /// `key="value"` (RFC 9460 §2.1): plain, with a quoted end.
    Pair,
}

/// Where an entry begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its line, from 1.
    pub(crate) line: u32,
    /// Offset of the first octet of that line.
    pub(crate) line_start: usize,
    /// The line begins with a blank: the owner is left out.
    pub(crate) indented: bool,
    /// A field is a [`Form::Pair`].
    pub(crate) has_pairs: bool,
}

/// What cannot be split into fields, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ScanError {
    pub(crate) at: usize,
    /// Line of `at`, from 1.
    pub(crate) line: u32,
    pub(crate) kind: ScanErrorKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScanErrorKind {
    /// `(` without `)`.
    Unclosed,
    /// `)` without `(`.
    Unopened,
    /// A quote that the line does not end.
    Unquoted,
    /// `\` before the end of the line or of the text.
    EscapedEnd,
    /// More fields than any record has.
    TooManyFields,
}

/// Neither quoted nor escaped.
pub(super) fn is_simple(field: &Field<'_>) -> bool {
    field.form == Form::Plain && !field.escaped
}

/// Outside of SVCB and HTTPS, `key="value"` is two fields as in any master file.
#[cold]
pub(super) fn split_pairs(fields: &mut Vec<Field<'_>>) {
    let mut split = Vec::with_capacity(fields.len().saturating_add(8));
    for &field in fields.iter() {
        let quote = field.text.iter().position(|&octet| octet == b'"');
        let (Form::Pair, Some(quote)) = (field.form, quote) else {
            split.push(field);
            continue;
        };
        let (key, value) = field.text.split_at_checked(quote).unwrap_or_default();
        let inner = value.get(1..value.len().saturating_sub(1)).unwrap_or_default();
        split.push(Field { text: key, form: Form::Plain, ..field });
        split.push(Field {
            text: inner,
            form: Form::Quoted,
            at: field.at.saturating_add(quote),
            ..field
        });
    }
    *fields = split;
}

/// Where a field would stand that is missing at the end.
pub(super) fn end_of(fields: &[Field<'_>]) -> usize {
    fields.last().map_or(0, |last| {
        let quotes = if last.form == Form::Quoted { 2 } else { 0 };
        last.at.saturating_add(last.text.len()).saturating_add(quotes)
    })
}
