//! The generic form of RDATA: `\# length hex` (RFC 3597 §5).

use core::fmt;

use super::encoding::{Digits, hex_text, show_hex};
use super::kind::decimal;
use super::tokens::{Token, Tokens};
use crate::{TextError, TextErrorKind, Writer};

pub(crate) fn text<'t, T: Iterator<Item = Token<'t>>>(
    tokens: &mut Tokens<'_, 't, T>,
    out: &mut Writer<'_>,
) -> Result<(), TextError> {
    tokens.need()?;
    let length = tokens.need()?;
    let length = decimal(length.text).ok_or(tokens.error(TextErrorKind::Number, 0))?;
    let mut digits = Digits::new(4);
    let before = out.len();
    while let Some(token) = tokens.take()? {
        hex_text(token.text, &mut digits, tokens, out)?;
    }
    if !digits.is_complete() {
        return Err(tokens.error(TextErrorKind::Hex, 0));
    }
    if u64::try_from(out.len().saturating_sub(before)) != Ok(length) {
        return Err(tokens.error(TextErrorKind::Length, 0));
    }
    Ok(())
}

pub(crate) fn show(octets: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "\\# {}", octets.len())?;
    if !octets.is_empty() {
        f.write_str(" ")?;
        show_hex(octets, f)?;
    }
    Ok(())
}
