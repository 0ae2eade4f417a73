//! The salt and the hashed name of NSEC3 (RFC 5155 §3.3): octets with a length octet before them.

use core::fmt;

use super::encoding::{Digits, base32hex_digit, hex_text, show_base32hex, show_hex};
use super::kind::{Kind, Part};
use super::tokens::{Token, Tokens};
use crate::{Full, Reader, TextError, TextErrorKind, WireError, WireErrorKind, Writer};

/// Octets in hexadecimal; `-` when there are none.
pub(crate) struct Salt;

impl Kind for Salt {
    type Value<'a> = &'a [u8];
    const PART: Part = Part::Counted;

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], WireError> {
        let length = reader.u8()?;
        reader.take(usize::from(length))
    }

    fn write(value: &[u8], out: &mut Writer<'_>) -> Result<(), Full> {
        out.u8(u8::try_from(value.len()).map_err(|_| Full)?)?;
        out.slice(value)
    }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        let token = tokens.need()?;
        if token.text == b"-" {
            return out.u8(0).map_err(tokens.full());
        }
        let mut digits = Digits::new(4);
        let length = counted(TextErrorKind::Length, tokens, out, |out| {
            hex_text(token.text, &mut digits, tokens, out)
        })?;
        if digits.is_complete() && length > 0 {
            return Ok(());
        }
        Err(tokens.error(TextErrorKind::Hex, 0))
    }

    fn show(value: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if value.is_empty() { f.write_str("-") } else { show_hex(value, f) }
    }
}

/// A hashed owner name, shown as unpadded Base32hex.
pub(crate) struct HashedName;

impl Kind for HashedName {
    type Value<'a> = &'a [u8];
    const PART: Part = Part::Counted;

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], WireError> {
        let length = reader.u8()?;
        if length == 0 {
            return Err(reader.error(WireErrorKind::Length));
        }
        reader.take(usize::from(length))
    }

    fn write(value: &[u8], out: &mut Writer<'_>) -> Result<(), Full> {
        Salt::write(value, out)
    }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        let token = tokens.need()?;
        let mut digits = Digits::new(5);
        let length = counted(TextErrorKind::Length, tokens, out, |out| {
            for (at, &octet) in token.text.iter().enumerate() {
                let digit =
                    base32hex_digit(octet).ok_or(tokens.error(TextErrorKind::Base32, at))?;
                digits.push(digit, out).map_err(tokens.full())?;
            }
            Ok(())
        })?;
        if digits.is_complete() && length > 0 {
            return Ok(());
        }
        Err(tokens.error(TextErrorKind::Base32, 0))
    }

    fn show(value: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show_base32hex(value, f)
    }
}

/// Writes a length octet and what `content` writes, and returns the length. More than 255 octets are an error
/// of the kind `too_long`.
pub(crate) fn counted<'t, T: Iterator<Item = Token<'t>>>(
    too_long: TextErrorKind,
    tokens: &Tokens<'_, 't, T>,
    out: &mut Writer<'_>,
    content: impl FnOnce(&mut Writer<'_>) -> Result<(), TextError>,
) -> Result<u8, TextError> {
    let length_at = out.len();
    out.u8(0).map_err(tokens.full())?;
    content(out)?;
    let length = out.len().saturating_sub(length_at).saturating_sub(1);
    let length = u8::try_from(length).map_err(|_| tokens.error(too_long, 255))?;
    out.patch(length_at, length);
    Ok(length)
}
