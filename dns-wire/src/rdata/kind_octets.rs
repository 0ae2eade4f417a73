//! Octets to the end of the RDATA, and the forms in which they are shown.

use core::fmt::{self, Write};
use core::marker::PhantomData;

use super::encoding::{Base64Decoder, Digits, hex_text, hex_text_with_dots, show_base64, show_hex};
use super::generic;
use super::kind::{Kind, Part};
use super::kind_string::{plain_text, show_quoted};
use super::tokens::{Token, Tokens};
use crate::{Full, Reader, TextError, TextErrorKind, WireError, WireErrorKind, Writer};

/// Base64, perhaps of nothing.
pub(crate) type Base64Rest = Octets<Base64, 0>;
/// Base64 of at least one octet.
pub(crate) type Base64Data = Octets<Base64, 1>;
/// Base64, or `-` for nothing (DOA).
pub(crate) type Base64OrDash = Octets<DashedBase64, 0>;
/// A digest or another identifier: at least one octet in hexadecimal.
pub(crate) type Digest = Octets<Hex, 1>;
/// `0x`, then hexadecimal with dots anywhere (RFC 1706).
pub(crate) type NsapAddress = Octets<Nsap, 1>;
/// Anything, shown in the generic form (RFC 3597 §5), which is also the only one read.
pub(crate) type Opaque = Octets<Generic, 0>;
/// Text without a length, in quotes, as URI and CAA have it.
pub(crate) type QuotedRest = Octets<Quoted, 0>;
/// The same, one octet at least.
pub(crate) type QuotedData = Octets<Quoted, 1>;

/// Octets to the end of the RDATA, at least `LEAST`, in the form `F`.
pub(crate) struct Octets<F, const LEAST: usize>(PhantomData<F>);

/// How octets are written.
pub(crate) trait Form {
    /// Nothing is shown of no octets, not even the blank before them.
    const BLANK_WHEN_EMPTY: bool = false;

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError>;

    fn show(octets: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

impl<F: Form, const LEAST: usize> Kind for Octets<F, LEAST> {
    type Value<'a> = &'a [u8];
    const PART: Part = Part::Rest;

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], WireError> {
        let octets = reader.take_rest();
        if octets.len() < LEAST {
            return Err(reader.error(WireErrorKind::Truncated));
        }
        Ok(octets)
    }

    fn write(value: &[u8], out: &mut Writer<'_>) -> Result<(), Full> {
        out.slice(value)
    }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        let before = out.len();
        F::text(tokens, out)?;
        if out.len().saturating_sub(before) < LEAST {
            return Err(tokens.missing());
        }
        Ok(())
    }

    fn show(value: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
        F::show(value, f)
    }

    fn is_blank(value: &[u8]) -> bool {
        F::BLANK_WHEN_EMPTY && value.is_empty()
    }
}

/// Over any number of fields.
pub(crate) struct Base64;

impl Form for Base64 {
    const BLANK_WHEN_EMPTY: bool = true;

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        let mut decoder = Base64Decoder::new();
        while let Some(token) = tokens.take()? {
            decoder.feed(token.text, out).map_err(|(kind, at)| tokens.error(kind, at))?;
        }
        if decoder.is_complete() { Ok(()) } else { Err(tokens.error(TextErrorKind::Base64, 0)) }
    }

    fn show(octets: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show_base64(octets, f)
    }
}

/// The same, with a dash for nothing.
pub(crate) struct DashedBase64;

impl Form for DashedBase64 {
    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        match tokens.peek() {
            Some(token) if token.text == b"-" => tokens.need().map(|_| ()),
            Some(_) => Base64::text(tokens, out),
            None => tokens.need().map(|_| ()),
        }
    }

    fn show(octets: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if octets.is_empty() { f.write_char('-') } else { show_base64(octets, f) }
    }
}

/// Over any number of fields.
pub(crate) struct Hex;

impl Form for Hex {
    const BLANK_WHEN_EMPTY: bool = true;

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        let mut digits = Digits::new(4);
        while let Some(token) = tokens.take()? {
            hex_text(token.text, &mut digits, tokens, out)?;
        }
        if digits.is_complete() { Ok(()) } else { Err(tokens.error(TextErrorKind::Hex, 0)) }
    }

    fn show(octets: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show_hex(octets, f)
    }
}

/// One field.
pub(crate) struct Nsap;

impl Form for Nsap {
    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        let token = tokens.need()?;
        match token.text {
            [b'0', b'x' | b'X', digits @ ..] => hex_text_with_dots(digits, 2, tokens, out),
            _ => Err(tokens.error(TextErrorKind::Hex, 0)),
        }
    }

    fn show(octets: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("0x")?;
        show_hex(octets, f)
    }
}

/// Read before the type is looked at, so that here it is an error to have anything else.
pub(crate) struct Generic;

impl Form for Generic {
    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        _out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        tokens.need()?;
        Err(tokens.error(TextErrorKind::Mnemonic, 0))
    }

    fn show(octets: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
        generic::show(octets, f)
    }
}

/// One field.
pub(crate) struct Quoted;

impl Form for Quoted {
    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        let token = tokens.need_string()?;
        plain_text(token, tokens, out)
    }

    fn show(octets: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show_quoted(octets, f)
    }
}
