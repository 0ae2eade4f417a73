//! Names as fields. What may be compressed and what is lower-cased is a matter of the type
//! (RFC 3597 §4, RFC 4034 §6.2).

use core::fmt;

use super::kind::{Kind, NameRole, Part};
use super::tokens::{Token, Tokens};
use crate::name::text_to_wire;
use crate::{Full, MessageName, Reader, TextError, WireError, Writer};

macro_rules! name {
    ($($(#[$doc:meta])* $kind:ident { pointers: $pointers:literal, compress: $compress:literal, lowercase: $lowercase:literal, target: $target:literal })*) => {$(
        $(#[$doc])*
        pub(crate) struct $kind;

        impl Kind for $kind {
            type Value<'a> = MessageName<'a>;
            const PART: Part =
                Part::Name(NameRole { compress: $compress, lowercase: $lowercase, target: $target });

            #[inline(always)]
            fn read<'a>(reader: &mut Reader<'a>) -> Result<MessageName<'a>, WireError> {
                reader.name($pointers)
            }

            fn write(value: MessageName<'_>, out: &mut Writer<'_>) -> Result<(), Full> {
                write_name(value, out)
            }

            fn text<'t, T: Iterator<Item = Token<'t>>>(
                tokens: &mut Tokens<'_, 't, T>,
                out: &mut Writer<'_>,
            ) -> Result<(), TextError> {
                name_text(tokens, out)
            }

            fn check(value: MessageName<'_>) -> Result<(), WireError> {
                value.check()
            }

            fn show(value: MessageName<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{value}")
            }
        }
    )*};
}

name! {
    /// In a type of RFC 1035, which may be compressed.
    Compressed { pointers: true, compress: true, lowercase: true, target: false }
    /// The same, a host whose addresses are of use.
    CompressedHost { pointers: true, compress: true, lowercase: true, target: true }
    /// In a type that old senders compressed and that we read so, but do not write so (RFC 3597 §4).
    Tolerant { pointers: true, compress: false, lowercase: true, target: false }
    /// The same, a host whose addresses are of use.
    TolerantHost { pointers: true, compress: false, lowercase: true, target: true }
    /// Never compressed, but lower-cased in the canonical form.
    Folded { pointers: false, compress: false, lowercase: true, target: false }
    /// The same, a host whose addresses are of use.
    FoldedHost { pointers: false, compress: false, lowercase: true, target: true }
    /// Never compressed, and left as it is in the canonical form.
    Plain { pointers: false, compress: false, lowercase: false, target: false }
    /// The same, a host whose addresses are of use.
    PlainHost { pointers: false, compress: false, lowercase: false, target: true }
}

pub(crate) fn write_name(name: MessageName<'_>, out: &mut Writer<'_>) -> Result<(), Full> {
    for label in name.labels() {
        let label = label.map_err(|_| Full)?;
        out.u8(u8::try_from(label.octets().len()).unwrap_or(0))?;
        out.slice(label.octets())?;
    }
    out.u8(0)
}

pub(crate) fn name_text<'t, T: Iterator<Item = Token<'t>>>(
    tokens: &mut Tokens<'_, 't, T>,
    out: &mut Writer<'_>,
) -> Result<(), TextError> {
    let token = tokens.need()?;
    match text_to_wire(token.text, tokens.origin, out) {
        Ok(_) => Ok(()),
        Err(error) => Err(tokens.locate(error)),
    }
}
