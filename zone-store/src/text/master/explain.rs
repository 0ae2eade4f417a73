//! Errors of names and RDATA in words, at their place in the text.

use super::field::{Field, Form};
use crate::text::report::{Fault, Shown};
use alloc::format;
use dns_wire::{RType, TextError, TextErrorKind};

/// What is wrong with a name.
#[cold]
pub(super) fn explain_name(error: TextError, field: Field<'_>) -> Fault {
    let fault = Fault::new(
        place(error, field),
        format!("'{}' is no name: {}", Shown(field.text), error.kind),
    );
    with_hint(fault, error.kind)
}

/// What is wrong with RDATA; `end` is where a missing field would stand.
#[cold]
pub(super) fn explain_rdata(
    error: TextError,
    rtype: RType,
    fields: &[Field<'_>],
    end: usize,
) -> Fault {
    if error.kind == TextErrorKind::Full {
        let at = fields.first().map_or(end, |field| field.at);
        return Fault::new(at, format!("{rtype}: the data are longer than 65535 octets"));
    }
    let index = usize::try_from(error.token).unwrap_or(usize::MAX);
    let Some(field) = fields.get(index) else {
        return with_hint(Fault::new(end, format!("{rtype}: {}", error.kind)), error.kind);
    };
    with_hint(
        Fault::new(
            place(error, *field),
            format!("{rtype}: {} in '{}'", error.kind, Shown(field.text)),
        ),
        error.kind,
    )
}

/// The octet that is wrong. What is found only at the end of a field is wrong with all of it, and told at its
/// start.
fn place(error: TextError, field: Field<'_>) -> usize {
    let offset = usize::try_from(error.offset).unwrap_or(usize::MAX);
    if offset >= field.text.len() || error.kind == TextErrorKind::Quoted {
        return field.at;
    }
    let quote = usize::from(field.form == Form::Quoted);
    field.at.saturating_add(quote).saturating_add(offset)
}

fn with_hint(fault: Fault, kind: TextErrorKind) -> Fault {
    let hint = match kind {
        TextErrorKind::NoOrigin => return fault.no_origin(),
        TextErrorKind::Escape => {
            "'\\' is followed by three decimal digits up to 255, or by the character itself"
        }
        TextErrorKind::Empty => "two dots follow each other, or a dot begins the name",
        TextErrorKind::StringTooLong => "split it into several strings: \"...\" \"...\"",
        TextErrorKind::Trailing => "quote text that has blanks; parentheses join lines",
        TextErrorKind::Quoted => "quotes are for text: remove them",
        _ => return fault,
    };
    fault.hint(hint)
}
