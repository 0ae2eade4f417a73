//! Address prefix lists (APL, RFC 3123 §4).

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use nom::Parser;
use nom::bytes::complete::{tag, take_until};
use nom::character::complete::digit1;
use nom::combinator::{all_consuming, opt};
use nom::sequence::terminated;

use super::kind::{Kind, Part, decimal};
use super::tokens::{Parsed, Token, Tokens};
use crate::{Full, Reader, TextError, TextErrorKind, WireError, WireErrorKind, Writer};

/// One item: an address prefix, perhaps negated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PrefixItem {
    /// `!`: the prefix is excepted.
    pub negated: bool,
    /// The address, octets not sent being zero.
    pub address: IpAddr,
    /// Leftmost bits that count: 0 to 32 or 128.
    pub length: u8,
}

/// Items up to the end of the RDATA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PrefixList<'a>(&'a [u8]);

impl<'a> PrefixList<'a> {
    /// The items, in order.
    pub fn iter(&self) -> impl Iterator<Item = PrefixItem> + Clone + use<'a> {
        let mut reader = Reader::flat(self.0);
        core::iter::from_fn(
            move || if reader.is_empty() { None } else { read_item(&mut reader).ok() },
        )
    }
}

/// A [`PrefixList`] in RDATA.
pub(crate) struct Prefixes;

impl Kind for Prefixes {
    type Value<'a> = PrefixList<'a>;
    const PART: Part = Part::Rest;

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<PrefixList<'a>, WireError> {
        let all = reader.rest();
        while !reader.is_empty() {
            read_item(reader)?;
        }
        Ok(PrefixList(all))
    }

    fn write(value: PrefixList<'_>, out: &mut Writer<'_>) -> Result<(), Full> {
        out.slice(value.0)
    }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        while let Some(token) = tokens.take()? {
            let item = item_from_text(token.text).ok_or(tokens.error(TextErrorKind::Address, 0))?;
            write_item(item, out).map_err(tokens.full())?;
        }
        Ok(())
    }

    fn show(value: PrefixList<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, item) in value.iter().enumerate() {
            let blank = if index > 0 { " " } else { "" };
            let bang = if item.negated { "!" } else { "" };
            let family = if item.address.is_ipv4() { 1 } else { 2 };
            write!(f, "{blank}{bang}{family}:{}/{}", item.address, item.length)?;
        }
        Ok(())
    }

    fn is_blank(value: PrefixList<'_>) -> bool {
        value.0.is_empty()
    }
}

/// Whether these are whole items, one of them at least of an address family that is not defined here (RFC 3123 §4).
pub(super) fn has_new_family(octets: &[u8]) -> bool {
    let mut reader = Reader::flat(octets);
    let mut found = false;
    while !reader.is_empty() {
        let at = reader;
        if read_item(&mut reader).is_ok() {
            continue;
        }
        reader = at;
        let Ok([high, low, _, length]) = reader.array::<4>() else { return false };
        if matches!(u16::from_be_bytes([high, low]), 1 | 2)
            || reader.take(usize::from(length & 0x7f)).is_err()
        {
            return false;
        }
        found = true;
    }
    found
}

fn read_item(reader: &mut Reader<'_>) -> Result<PrefixItem, WireError> {
    let at = *reader;
    let family = reader.u16()?;
    let length = reader.u8()?;
    let negated_and_octets = reader.u8()?;
    let octets = reader.take(usize::from(negated_and_octets & 0x7f))?;
    // A sender must not send trailing zero octets (RFC 3123 §4).
    if octets.last() == Some(&0) {
        return Err(at.error(WireErrorKind::Value));
    }
    let mut all = [0u8; 16];
    all.get_mut(..octets.len()).ok_or(at.error(WireErrorKind::Length))?.copy_from_slice(octets);
    let [a, b, c, d, ..] = all;
    let address = match family {
        1 if octets.len() <= 4 && length <= 32 => IpAddr::V4(Ipv4Addr::new(a, b, c, d)),
        2 if length <= 128 => IpAddr::V6(Ipv6Addr::from(all)),
        1 | 2 => return Err(at.error(WireErrorKind::Length)),
        _ => return Err(at.error(WireErrorKind::Value)),
    };
    Ok(PrefixItem { negated: negated_and_octets & 0x80 != 0, address, length })
}

fn write_item(item: PrefixItem, out: &mut Writer<'_>) -> Result<(), Full> {
    let (family, octets, width) = match item.address {
        IpAddr::V4(v4) => {
            let [a, b, c, d] = v4.octets();
            (1, [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 4)
        }
        IpAddr::V6(v6) => (2, v6.octets(), 16),
    };
    let sent = octets
        .iter()
        .rposition(|&octet| octet != 0)
        .map_or(0, |last| last.saturating_add(1))
        .min(width);
    let negated = if item.negated { 0x80 } else { 0 };
    out.u16(family)?;
    out.u8(item.length)?;
    out.u8(u8::try_from(sent).unwrap_or(0) | negated)?;
    out.slice(octets.get(..sent).unwrap_or(&[]))
}

/// `[!]family:address/length` (RFC 3123 §5).
fn item(text: &[u8]) -> Parsed<'_, (bool, [&[u8]; 3])> {
    let family = terminated(digit1, tag(":"));
    let address = terminated(take_until("/"), tag("/"));
    all_consuming((opt(tag("!")), family, address, digit1))
        .map(|(bang, family, address, length)| (bang.is_some(), [family, address, length]))
        .parse(text)
}

fn item_from_text(text: &[u8]) -> Option<PrefixItem> {
    let (_, (negated, [family, address, length])) = item(text).ok()?;
    let address = core::str::from_utf8(address).ok()?;
    let length = u8::try_from(decimal(length)?).ok()?;
    let address = match decimal(family)? {
        1 if length <= 32 => IpAddr::V4(address.parse().ok()?),
        2 if length <= 128 => IpAddr::V6(address.parse().ok()?),
        _ => return None,
    };
    Some(PrefixItem { negated, address, length })
}
