//! Service parameters as text (RFC 9460 §2.1 and appendix A).
//!
//! Two levels of escapes: those of character strings, and in lists of strings `\\,` and `\\\\`,
//! themselves written with the first level's escapes.

use core::fmt::{self, Write};

use nom::Parser;
use nom::bytes::complete::{tag, take_till1};
use nom::character::complete::digit1;
use nom::combinator::{all_consuming, opt, rest};
use nom::sequence::preceded;

use super::super::encoding::{Base64Decoder, show_base64};
use super::super::kind::decimal;
use super::super::kind_string::{plain_text, show_quoted};
use super::super::tokens::{Parsed, Token, Tokens};
use super::{SvcParamKey, SvcParamValue, SvcParams, raw};
use crate::{TextError, TextErrorKind, Writer};

/// Reads all parameters, in any order, and writes them in ascending order.
pub(super) fn read<'t, T: Iterator<Item = Token<'t>>>(
    tokens: &mut Tokens<'_, 't, T>,
    out: &mut Writer<'_>,
) -> Result<(), TextError> {
    let start = out.len();
    while let Some(token) = tokens.take()? {
        let (_, (name, value)) =
            parameter(token.text).map_err(|_| tokens.error(TextErrorKind::Mnemonic, 0))?;
        let key = SvcParamKey::from_text(name).ok_or(tokens.error(TextErrorKind::Mnemonic, 0))?;
        let generic = key.name().is_none_or(|known| known.as_bytes() != name);
        let value = match value {
            // `key="value"` may come as one field or, split at the quote, as two.
            Some(b"") => match tokens.peek() {
                Some(next) if next.quoted => tokens.take_string().map(|token| token.text),
                _ => Some(&b""[..]),
            },
            Some(value) => {
                let quoted = value.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
                let value = quoted.unwrap_or(value);
                // A quote within, or at one end alone, would make data of what else is in this field.
                if has_quote(value) {
                    return Err(tokens.error(TextErrorKind::Quoted, 0));
                }
                Some(value)
            }
            None => None,
        };
        read_one(key, generic, value, start, tokens, out)?;
    }
    let all = out.written().get(start..).unwrap_or(&[]);
    if !SvcParams(all).is_self_consistent() {
        return Err(tokens.error(TextErrorKind::Value, 0));
    }
    Ok(())
}

/// Whether there is a quote that is not escaped.
fn has_quote(text: &[u8]) -> bool {
    let mut escaped = false;
    text.iter().any(|&octet| {
        let found = octet == b'"' && !escaped;
        escaped = octet == b'\\' && !escaped;
        found
    })
}

/// `key[=value]` (RFC 9460 §2.1).
fn parameter(text: &[u8]) -> Parsed<'_, (&[u8], Option<&[u8]>)> {
    (take_till1(|octet| octet == b'='), opt(preceded(tag("="), rest))).parse(text)
}

/// `transport:share` (draft-johani-dnsop-svcb-oots-00 §2.2).
fn transport(text: &[u8]) -> Parsed<'_, (&[u8], &[u8])> {
    all_consuming((take_till1(|octet| octet == b':'), preceded(tag(":"), digit1))).parse(text)
}

/// A value of the form `keyNNNNN` is the octets themselves, whether the key has a form of its own or not
/// (RFC 9460 §2.1).
fn read_one<'t, T: Iterator<Item = Token<'t>>>(
    key: SvcParamKey,
    generic: bool,
    value: Option<&'t [u8]>,
    start: usize,
    tokens: &mut Tokens<'_, 't, T>,
    out: &mut Writer<'_>,
) -> Result<(), TextError> {
    let at = out.len();
    out.u16(key.0).map_err(tokens.full())?;
    out.u16(0).map_err(tokens.full())?;
    let value_at = out.len();
    match value {
        Some(value) if generic => plain_text(Token { text: value, quoted: true }, tokens, out)?,
        Some(value) => write_value(key, value, tokens, out)?,
        None => {}
    }
    let octets = out.written().get(value_at..).unwrap_or(&[]);
    if SvcParamValue::read(key, octets).is_none() {
        return Err(tokens.error(TextErrorKind::Value, 0));
    }
    let length = u16::try_from(octets.len()).map_err(|_| tokens.error(TextErrorKind::Length, 0))?;
    let [high, low] = length.to_be_bytes();
    out.patch(at.saturating_add(2), high);
    out.patch(at.saturating_add(3), low);

    // Moves the parameter before the first with a higher key.
    let mut place = start;
    for (other, octets) in raw(out.written().get(start..at).unwrap_or(&[])) {
        if other == key {
            return Err(tokens.error(TextErrorKind::Value, 0));
        }
        if other > key {
            break;
        }
        place = place.saturating_add(4).saturating_add(octets.len());
    }
    let moved = out.len().saturating_sub(at);
    if let Some(tail) = out.written_mut().get_mut(place..)
        && moved <= tail.len()
    {
        tail.rotate_right(moved);
    }
    Ok(())
}

fn write_value<'t, T: Iterator<Item = Token<'t>>>(
    key: SvcParamKey,
    value: &'t [u8],
    tokens: &Tokens<'_, 't, T>,
    out: &mut Writer<'_>,
) -> Result<(), TextError> {
    let items = || value.split(|&octet| octet == b',');
    match key {
        SvcParamKey::MANDATORY => {
            let from = out.len();
            for name in items() {
                let key =
                    SvcParamKey::from_text(name).ok_or(tokens.error(TextErrorKind::Mnemonic, 0))?;
                out.u16(key.0).map_err(tokens.full())?;
            }
            sort_pairs(out.written_mut().get_mut(from..).unwrap_or(&mut []));
            Ok(())
        }
        SvcParamKey::ALPN | SvcParamKey::DOCPATH => write_list(value, tokens, out),
        SvcParamKey::PORT | SvcParamKey::TLS_SUPPORTED_GROUPS => items().try_for_each(|item| {
            let number = decimal(item).and_then(|number| u16::try_from(number).ok());
            out.u16(number.ok_or(tokens.error(TextErrorKind::Number, 0))?).map_err(tokens.full())
        }),
        SvcParamKey::IPV4HINT => items().try_for_each(|item| {
            let address = core::str::from_utf8(item)
                .ok()
                .and_then(|text| text.parse::<core::net::Ipv4Addr>().ok());
            out.array(address.ok_or(tokens.error(TextErrorKind::Address, 0))?.octets())
                .map_err(tokens.full())
        }),
        SvcParamKey::IPV6HINT => items().try_for_each(|item| {
            let address = core::str::from_utf8(item)
                .ok()
                .and_then(|text| text.parse::<core::net::Ipv6Addr>().ok());
            out.array(address.ok_or(tokens.error(TextErrorKind::Address, 0))?.octets())
                .map_err(tokens.full())
        }),
        SvcParamKey::ECH => {
            let mut decoder = Base64Decoder::new();
            decoder.feed(value, out).map_err(|(kind, at)| tokens.error(kind, at))?;
            if decoder.is_complete() { Ok(()) } else { Err(tokens.error(TextErrorKind::Base64, 0)) }
        }
        SvcParamKey::OOTS => items().try_for_each(|item| {
            let error = tokens.error(TextErrorKind::Value, 0);
            let (_, (name, share)) = transport(item).map_err(|_| error)?;
            let share = decimal(share).and_then(|share| u8::try_from(share).ok()).ok_or(error)?;
            out.u8(u8::try_from(name.len()).map_err(|_| error)?).map_err(tokens.full())?;
            out.slice(name).map_err(tokens.full())?;
            out.u8(share).map_err(tokens.full())
        }),
        _ => plain_text(Token { text: value, quoted: true }, tokens, out),
    }
}

/// A list of strings: undoes the first level of escapes at the end of `out`, then the second in place.
fn write_list<'t, T: Iterator<Item = Token<'t>>>(
    value: &'t [u8],
    tokens: &Tokens<'_, 't, T>,
    out: &mut Writer<'_>,
) -> Result<(), TextError> {
    if value.is_empty() {
        return Ok(());
    }
    let error = |kind| tokens.error(kind, 0);
    // The length octet of the first string; those after take the places of the commas.
    let mut length_at = out.len();
    out.u8(0).map_err(tokens.full())?;
    let from = out.len();
    plain_text(Token { text: value, quoted: true }, tokens, out)?;
    let end = out.len();
    let octets = out.written_mut();
    let (mut read, mut write) = (from, from);
    loop {
        let octet = octets.get(read).copied().filter(|_| read < end);
        read = read.saturating_add(1);
        let kept = match octet {
            None | Some(b',') => {
                let length = write.saturating_sub(length_at).saturating_sub(1);
                let length =
                    u8::try_from(length).map_err(|_| error(TextErrorKind::StringTooLong))?;
                if length == 0 {
                    return Err(error(TextErrorKind::Empty));
                }
                if let Some(place) = octets.get_mut(length_at) {
                    *place = length;
                }
                length_at = write;
                if octet.is_none() {
                    break;
                }
                0
            }
            Some(b'\\') => {
                let escaped = octets.get(read).copied().filter(|_| read < end);
                read = read.saturating_add(1);
                match escaped {
                    Some(octet @ (b',' | b'\\')) => octet,
                    _ => return Err(error(TextErrorKind::Escape)),
                }
            }
            Some(octet) => octet,
        };
        if let Some(place) = octets.get_mut(write) {
            *place = kept;
        }
        write = write.saturating_add(1);
    }
    out.truncate(write);
    Ok(())
}

/// Sorts numbers of two octets. Lists are short; work is quadratic in at most a line of text.
fn sort_pairs(octets: &mut [u8]) {
    let (pairs, _) = octets.as_chunks_mut::<2>();
    pairs.sort_unstable();
}

pub(super) fn show(
    key: SvcParamKey,
    value: SvcParamValue<'_>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    write!(f, "{key}")?;
    match value {
        SvcParamValue::NoDefaultAlpn | SvcParamValue::Ohttp | SvcParamValue::Pvd => Ok(()),
        SvcParamValue::Mandatory(keys) => show_items(keys.iter(), f),
        SvcParamValue::Alpn(list) | SvcParamValue::DocPath(list) => show_list(list.iter(), f),
        SvcParamValue::Port(port) => write!(f, "={port}"),
        SvcParamValue::Ipv4Hint(addresses) => show_items(addresses.iter(), f),
        SvcParamValue::Ipv6Hint(addresses) => show_items(addresses.iter(), f),
        SvcParamValue::TlsSupportedGroups(groups) => show_items(groups.iter(), f),
        SvcParamValue::Ech(config) => {
            f.write_char('=')?;
            show_base64(config, f)
        }
        SvcParamValue::DohPath(path) => {
            f.write_char('=')?;
            show_quoted(path.as_bytes(), f)
        }
        SvcParamValue::Oots(transports) => {
            for (index, (name, share)) in transports.entries().enumerate() {
                f.write_str(if index == 0 { "=\"" } else { "," })?;
                write!(f, "{}:{share}", core::str::from_utf8(name).unwrap_or_default())?;
            }
            f.write_str("\"")
        }
        SvcParamValue::Unknown([]) => Ok(()),
        SvcParamValue::Unknown(octets) => {
            f.write_char('=')?;
            show_quoted(octets, f)
        }
    }
}

fn show_items(
    items: impl Iterator<Item = impl fmt::Display>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    for (index, item) in items.enumerate() {
        f.write_char(if index == 0 { '=' } else { ',' })?;
        write!(f, "{item}")?;
    }
    Ok(())
}

fn show_list<'a>(
    strings: impl Iterator<Item = &'a [u8]>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let mut strings = strings.peekable();
    if strings.peek().is_none() {
        return Ok(());
    }
    for (index, string) in strings.enumerate() {
        f.write_str(if index == 0 { "=\"" } else { "," })?;
        for &octet in string {
            match octet {
                // The second level's escape, its backslash escaped in turn.
                b',' => f.write_str("\\\\,")?,
                b'\\' => f.write_str("\\\\\\\\")?,
                b'"' => f.write_str("\\\"")?,
                b' '..=b'~' => f.write_char(char::from(octet))?,
                _ => write!(f, "\\{octet:03}")?,
            }
        }
    }
    f.write_str("\"")
}
