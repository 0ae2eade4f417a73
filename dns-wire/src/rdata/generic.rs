//! The generic form of RDATA: `\# length hex` (RFC 3597 §5).

use core::fmt;

use super::Data;
use super::encoding::{Digits, hex_text, show_hex};
use super::kind::decimal;
use super::prefix_list;
use super::tokens::{Token, Tokens};
use crate::{RType, TextError, TextErrorKind, Writer};

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

/// RDATA that are of no form of the type that is defined here, and may be of one that is to come: assuming nothing about
/// them, they are carried as they are (RFC 1876 §2, RFC 3597 §5).
#[cold]
pub(crate) fn new_form(rtype: RType, octets: &[u8]) -> Option<Data<'_>> {
    let new = match rtype {
        RType::LOC => octets.first().is_some_and(|&version| version != 0),
        RType::APL => prefix_list::has_new_family(octets),
        _ => false,
    };
    new.then_some(Data::Unknown(rtype, octets))
}

pub(crate) fn show(octets: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "\\# {}", octets.len())?;
    if !octets.is_empty() {
        f.write_str(" ")?;
        show_hex(octets, f)?;
    }
    Ok(())
}
