//! Octets shown as Base64, Base32 or hexadecimal.

use core::fmt;

use super::encoding::{
    Base64Decoder, Digits, base32hex_digit, hex_digit, show_base32hex, show_base64, show_hex,
};
use super::kind::{Kind, Part};
use super::tokens::{Token, Tokens};
use crate::{Full, Reader, TextError, TextErrorKind, WireError, WireErrorKind, Writer};

/// Octets to the end, shown as Base64.
pub(crate) struct Base64Rest;

impl Kind for Base64Rest {
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
        while let Some(token) = tokens.take() {
            decoder.feed(token.text, out).map_err(|(kind, at)| tokens.error(kind, at))?;
        }
        if decoder.is_complete() { Ok(()) } else { Err(tokens.error(TextErrorKind::Base64, 0)) }
    }

    fn show(value: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show_base64(value, f)
    }

    fn is_blank(value: &[u8]) -> bool {
        value.is_empty()
    }
}

/// Octets to the end, shown in hexadecimal. There may be none.
pub(crate) struct HexRest;

impl Kind for HexRest {
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
        let mut digits = Digits::new(4);
        while let Some(token) = tokens.take() {
            hex_text(token.text, &mut digits, tokens, out)?;
        }
        if digits.is_complete() { Ok(()) } else { Err(tokens.error(TextErrorKind::Hex, 0)) }
    }

    fn show(value: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show_hex(value, f)
    }

    fn is_blank(value: &[u8]) -> bool {
        value.is_empty()
    }
}

/// At least one octet to the end, shown as Base64.
pub(crate) struct Base64Data;

impl Kind for Base64Data {
    type Value<'a> = &'a [u8];
    const PART: Part = Part::Rest;

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], WireError> {
        Digest::read(reader)
    }

    fn write(value: &[u8], out: &mut Writer<'_>) -> Result<(), Full> {
        out.slice(value)
    }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        let before = out.len();
        Base64Rest::text(tokens, out)?;
        if out.len() == before {
            return Err(tokens.error(TextErrorKind::Missing, 0));
        }
        Ok(())
    }

    fn show(value: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show_base64(value, f)
    }
}

/// A digest: at least one octet to the end, shown in hexadecimal.
pub(crate) struct Digest;

impl Kind for Digest {
    type Value<'a> = &'a [u8];
    const PART: Part = Part::Rest;

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], WireError> {
        match reader.take_rest() {
            [] => Err(reader.error(WireErrorKind::Truncated)),
            digest => Ok(digest),
        }
    }

    fn write(value: &[u8], out: &mut Writer<'_>) -> Result<(), Full> {
        out.slice(value)
    }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        let before = out.len();
        HexRest::text(tokens, out)?;
        if out.len() == before {
            return Err(tokens.error(TextErrorKind::Missing, 0));
        }
        Ok(())
    }

    fn show(value: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show_hex(value, f)
    }
}

/// A length octet and so many octets in hexadecimal; `-` when there are none (RFC 5155 §3.3).
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
        let length_at = out.len();
        out.u8(0).map_err(tokens.full())?;
        if token.text == b"-" {
            return Ok(());
        }
        let mut digits = Digits::new(4);
        hex_text(token.text, &mut digits, tokens, out)?;
        let length = out.len().saturating_sub(length_at).saturating_sub(1);
        let octet = u8::try_from(length).map_err(|_| tokens.error(TextErrorKind::Length, 0))?;
        if !digits.is_complete() || octet == 0 {
            return Err(tokens.error(TextErrorKind::Hex, 0));
        }
        out.patch(length_at, octet);
        Ok(())
    }

    fn show(value: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if value.is_empty() { f.write_str("-") } else { show_hex(value, f) }
    }
}

/// A length octet and a hashed owner name, shown as unpadded Base32hex (RFC 5155 §3.3).
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
        let length_at = out.len();
        out.u8(0).map_err(tokens.full())?;
        let mut digits = Digits::new(5);
        for (at, &octet) in token.text.iter().enumerate() {
            let digit = base32hex_digit(octet).ok_or(tokens.error(TextErrorKind::Base32, at))?;
            digits.push(digit, out).map_err(tokens.full())?;
        }
        let length = out.len().saturating_sub(length_at).saturating_sub(1);
        let octet = u8::try_from(length).map_err(|_| tokens.error(TextErrorKind::Length, 0))?;
        if !digits.is_complete() || octet == 0 {
            return Err(tokens.error(TextErrorKind::Base32, 0));
        }
        out.patch(length_at, octet);
        Ok(())
    }

    fn show(value: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show_base32hex(value, f)
    }
}

pub(crate) fn hex_text<'t, T: Iterator<Item = Token<'t>>>(
    text: &[u8],
    digits: &mut Digits,
    tokens: &Tokens<'_, 't, T>,
    out: &mut Writer<'_>,
) -> Result<(), TextError> {
    for (at, &octet) in text.iter().enumerate() {
        let digit = hex_digit(octet).ok_or(tokens.error(TextErrorKind::Hex, at))?;
        digits.push(digit, out).map_err(tokens.full())?;
    }
    Ok(())
}
