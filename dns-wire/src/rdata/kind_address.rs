//! Addresses of other families, and numbers written in groups.

use core::fmt;

use super::encoding::{hex_digit, hex_text_with_dots, show_hex};
use super::kind::{Kind, Part, decimal};
use super::tokens::{Token, Tokens};
use crate::{Full, Reader, TextError, TextErrorKind, WireError, WireErrorKind, Writer};

/// Octets in groups of `GROUP`, in hexadecimal with a separator between: EUI-48 and EUI-64
/// (RFC 7043), node identifiers and locators (RFC 6742).
pub(crate) struct Groups<const OCTETS: usize, const GROUP: usize, const SEPARATOR: char>;

impl<const OCTETS: usize, const GROUP: usize, const SEPARATOR: char> Kind
    for Groups<OCTETS, GROUP, SEPARATOR>
{
    type Value<'a> = [u8; OCTETS];
    const PART: Part = Part::Fixed(OCTETS);

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<[u8; OCTETS], WireError> {
        reader.array()
    }

    fn write(value: [u8; OCTETS], out: &mut Writer<'_>) -> Result<(), Full> {
        out.array(value)
    }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        let token = tokens.need()?;
        let bad = tokens.error(TextErrorKind::Hex, 0);
        let mut octets = [0u8; OCTETS];
        let mut groups = token.text.split(|&octet| char::from(octet) == SEPARATOR);
        for place in octets.chunks_mut(GROUP) {
            let group = groups.next().ok_or(bad)?;
            // RFC 7043 wants two digits an octet; RFC 6742 lets leading zeros of a group be left out.
            let enough = if GROUP == 1 { group.len() == 2 } else { (1..=4).contains(&group.len()) };
            if !enough {
                return Err(bad);
            }
            let mut value = 0u16;
            for &octet in group {
                value = value << 4 | u16::from(hex_digit(octet).ok_or(bad)?);
            }
            let [high, low] = value.to_be_bytes();
            match place {
                [one] => *one = low,
                [one, two] => (*one, *two) = (high, low),
                _ => return Err(bad),
            }
        }
        if groups.next().is_some() {
            return Err(bad);
        }
        out.array(octets).map_err(tokens.full())
    }

    fn show(value: [u8; OCTETS], f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, group) in value.chunks(GROUP).enumerate() {
            if index > 0 {
                write!(f, "{SEPARATOR}")?;
            }
            for octet in group {
                write!(f, "{octet:02x}")?;
            }
        }
        Ok(())
    }
}

/// A node number of 64 bits: written as one number, or as its two halves with a dot between, neither
/// with leading zeros (draft-johnson-dns-ipn-cla-07 §3.1).
pub(crate) struct NodeNumber;

impl Kind for NodeNumber {
    type Value<'a> = u64;
    const PART: Part = Part::Fixed(8);

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<u64, WireError> {
        reader.array().map(u64::from_be_bytes)
    }

    fn write(value: u64, out: &mut Writer<'_>) -> Result<(), Full> {
        out.array(value.to_be_bytes())
    }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        let token = tokens.need()?;
        let mut halves = token.text.splitn(2, |&octet| octet == b'.').map(|digits| {
            decimal(digits).filter(|_| digits.len() == 1 || digits.first() != Some(&b'0'))
        });
        let value = match (halves.next().flatten(), halves.next()) {
            (whole, None) => whole,
            (Some(high), Some(Some(low))) => u32::try_from(high)
                .ok()
                .zip(u32::try_from(low).ok())
                .map(|(high, low)| u64::from(high) << 32 | u64::from(low)),
            _ => None,
        };
        let value = value.ok_or(tokens.error(TextErrorKind::Number, 0))?;
        out.array(value.to_be_bytes()).map_err(tokens.full())
    }

    fn show(value: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{value}")
    }
}

/// An ATM address (ATM Name System 1.0, AF-SAA-0069.000 §5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AtmAddress<'a> {
    /// Format 0: an ATM end system address, shown in hexadecimal.
    EndSystem(&'a [u8]),
    /// Format 1: an E.164 number, ASCII digits, shown after a plus sign.
    E164(&'a [u8]),
}

/// An [`AtmAddress`] to the end of the RDATA.
pub(crate) struct Atm;

impl Kind for Atm {
    type Value<'a> = AtmAddress<'a>;
    const PART: Part = Part::Rest;

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<AtmAddress<'a>, WireError> {
        let at = *reader;
        let format = reader.u8()?;
        let octets = reader.take_rest();
        match format {
            _ if octets.is_empty() => Err(reader.error(WireErrorKind::Truncated)),
            0 => Ok(AtmAddress::EndSystem(octets)),
            1 if octets.iter().all(u8::is_ascii_digit) => Ok(AtmAddress::E164(octets)),
            _ => Err(at.error(WireErrorKind::Value)),
        }
    }

    fn write(value: AtmAddress<'_>, out: &mut Writer<'_>) -> Result<(), Full> {
        let (format, octets) = match value {
            AtmAddress::EndSystem(octets) => (0, octets),
            AtmAddress::E164(octets) => (1, octets),
        };
        out.u8(format)?;
        out.slice(octets)
    }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        let token = tokens.need()?;
        if let Some(number) = token.text.strip_prefix(b"+") {
            if number.is_empty() || !number.iter().all(u8::is_ascii_digit) {
                return Err(tokens.error(TextErrorKind::Number, 1));
            }
            out.u8(1).map_err(tokens.full())?;
            return out.slice(number).map_err(tokens.full());
        }
        out.u8(0).map_err(tokens.full())?;
        let before = out.len();
        hex_text_with_dots(token.text, 0, tokens, out)?;
        if out.len() == before {
            return Err(tokens.error(TextErrorKind::Hex, 0));
        }
        Ok(())
    }

    fn show(value: AtmAddress<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match value {
            AtmAddress::EndSystem(octets) => show_hex(octets, f),
            AtmAddress::E164(octets) => {
                write!(f, "+{}", core::str::from_utf8(octets).unwrap_or(""))
            }
        }
    }
}
