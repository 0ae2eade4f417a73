//! Octets without a form of their own, and strings that may be left out.

use core::fmt::{self, Write};

use super::encoding::{Base64Decoder, show_base64};
use super::generic;
use super::kind::{Kind, Part};
use super::kind_string::{CharacterString, Text};
use super::tokens::{Token, Tokens};
use crate::{Full, Reader, TextError, TextErrorKind, WireError, Writer};

/// Anything, shown in the generic form (RFC 3597 §5), which is also the only one read.
pub(crate) struct Opaque;

impl Kind for Opaque {
    type Value<'a> = &'a [u8];
    const PART: Part = Part::Rest;

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], WireError> {
        Ok(reader.take_rest())
    }

    fn write(value: &[u8], out: &mut Writer<'_>) -> Result<(), Full> {
        out.slice(value)
    }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        let _ = out;
        tokens.need()?;
        Err(tokens.error(TextErrorKind::Mnemonic, 0))
    }

    fn show(value: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
        generic::show(value, f)
    }
}

/// A character string that may be missing at the end of the RDATA (ISDN, RFC 1183 §3.2).
pub(crate) struct OptionalText;

impl Kind for OptionalText {
    type Value<'a> = Option<CharacterString<'a>>;
    const PART: Part = Part::Rest;

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<Self::Value<'a>, WireError> {
        if reader.is_empty() { Ok(None) } else { Text::read(reader).map(Some) }
    }

    fn write(value: Self::Value<'_>, out: &mut Writer<'_>) -> Result<(), Full> {
        value.map_or(Ok(()), |string| Text::write(string, out))
    }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        if tokens.peek().is_some() { Text::text(tokens, out) } else { Ok(()) }
    }

    fn show(value: Self::Value<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        value.map_or(Ok(()), |string| write!(f, "{string}"))
    }

    fn is_blank(value: Self::Value<'_>) -> bool {
        value.is_none()
    }
}

/// Octets to the end, shown as Base64 or, when there are none, as `-` (DOA).
pub(crate) struct Base64OrDash;

impl Kind for Base64OrDash {
    type Value<'a> = &'a [u8];
    const PART: Part = Part::Rest;

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], WireError> {
        Ok(reader.take_rest())
    }

    fn write(value: &[u8], out: &mut Writer<'_>) -> Result<(), Full> {
        out.slice(value)
    }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        let mut decoder = Base64Decoder::new();
        let mut token = tokens.need()?;
        if token.text == b"-" {
            return Ok(());
        }
        loop {
            decoder.feed(token.text, out).map_err(|(kind, at)| tokens.error(kind, at))?;
            match tokens.take() {
                Some(next) => token = next,
                None if decoder.is_complete() => return Ok(()),
                None => return Err(tokens.error(TextErrorKind::Base64, 0)),
            }
        }
    }

    fn show(value: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if value.is_empty() { f.write_char('-') } else { show_base64(value, f) }
    }
}
