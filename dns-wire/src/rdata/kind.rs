//! The kinds of fields that records are made of. A kind reads its value from the wire, writes it,
//! reads it from text and shows it; every record type is a row of kinds.

use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};

use super::tokens::{Token, Tokens};
use crate::{Full, RType, Reader, TextError, TextErrorKind, WireError, Writer};

/// A field of RDATA.
pub(crate) trait Kind {
    /// What it is in Rust.
    type Value<'a>: Copy;
    /// How it lies in the octets.
    const PART: Part;

    fn read<'a>(reader: &mut Reader<'a>) -> Result<Self::Value<'a>, WireError>;
    fn write(value: Self::Value<'_>, out: &mut Writer<'_>) -> Result<(), Full>;
    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError>;
    fn show(value: Self::Value<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result;

    /// Follows names to their ends; everything else was checked when it was read.
    fn check(_value: Self::Value<'_>) -> Result<(), WireError> {
        Ok(())
    }

    /// True when nothing is shown, not even the blank before it.
    fn is_blank(_value: Self::Value<'_>) -> bool {
        false
    }
}

/// How a field lies in uncompressed RDATA, as far as finding names needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// So many octets.
    Fixed(usize),
    /// A length octet and what it counts.
    Counted,
    /// A name.
    Name(NameRole),
    /// Names up to the end.
    Names(NameRole),
    /// How many bits of an address are left out, the others in whole octets, and a name unless none is (A6).
    Split(NameRole),
    /// No more names.
    Rest,
}

/// What may and should be done with a name in RDATA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NameRole {
    /// It may be sent compressed (RFC 3597 §4: only the types of RFC 1035).
    pub(crate) compress: bool,
    /// It is lower-cased in the canonical form (RFC 4034 §6.2, RFC 6840 §5.1).
    pub(crate) lowercase: bool,
    /// Its addresses are wanted in the additional section.
    pub(crate) target: bool,
}

macro_rules! number {
    ($($(#[$doc:meta])* $kind:ident($type:ty);)*) => {$(
        $(#[$doc])*
        pub(crate) struct $kind;

        impl Kind for $kind {
            type Value<'a> = $type;
            const PART: Part = Part::Fixed(size_of::<$type>());

            #[inline(always)]
            fn read<'a>(reader: &mut Reader<'a>) -> Result<$type, WireError> {
                reader.array().map(<$type>::from_be_bytes)
            }

            fn write(value: $type, out: &mut Writer<'_>) -> Result<(), Full> {
                out.array(value.to_be_bytes())
            }

            fn text<'t, T: Iterator<Item = Token<'t>>>(
                tokens: &mut Tokens<'_, 't, T>,
                out: &mut Writer<'_>,
            ) -> Result<(), TextError> {
                let token = tokens.need()?;
                let value = decimal(token.text)
                    .and_then(|value| <$type>::try_from(value).ok())
                    .ok_or(tokens.error(TextErrorKind::Number, 0))?;
                out.array(value.to_be_bytes()).map_err(tokens.full())
            }

            fn show(value: $type, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{value}")
            }
        }
    )*};
}

number! {
    /// A number of one octet.
    U8(u8);
    /// A number of two octets.
    U16(u16);
    /// A number of four octets.
    U32(u32);
}

/// Digits only, no sign, at most `u64::MAX`.
pub(crate) fn decimal(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    let mut value = 0u64;
    for &octet in text {
        let digit = octet.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(u64::from(digit))?;
    }
    Some(value)
}

/// Seconds: a number, or numbers with the units that master files use (`1h30m`).
pub(crate) struct Period;

impl Kind for Period {
    type Value<'a> = u32;
    const PART: Part = Part::Fixed(4);

    #[inline(always)]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<u32, WireError> {
        reader.u32()
    }

    fn write(value: u32, out: &mut Writer<'_>) -> Result<(), Full> {
        out.array(value.to_be_bytes())
    }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        let token = tokens.need()?;
        let seconds = period(token.text).ok_or(tokens.error(TextErrorKind::Number, 0))?;
        out.array(seconds.to_be_bytes()).map_err(tokens.full())
    }

    fn show(value: u32, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{value}")
    }
}

/// Seconds from a number or from numbers with the units s, m, h, d, w in any case.
pub(crate) fn period(text: &[u8]) -> Option<u32> {
    let mut total = 0u64;
    let mut rest = text;
    loop {
        let digits = rest.iter().position(|octet| !octet.is_ascii_digit()).unwrap_or(rest.len());
        let (number, after) = rest.split_at_checked(digits)?;
        let number = decimal(number)?;
        let Some((unit, after)) = after.split_first() else {
            return u32::try_from(total.checked_add(number)?).ok();
        };
        let seconds = match unit.to_ascii_lowercase() {
            b's' => 1,
            b'm' => 60,
            b'h' => 3600,
            b'd' => 86400,
            b'w' => 604_800,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(seconds)?)?;
        if after.is_empty() {
            return u32::try_from(total).ok();
        }
        rest = after;
    }
}

/// A record type, by its mnemonic or as `TYPE123`.
pub(crate) struct Type;

impl Kind for Type {
    type Value<'a> = RType;
    const PART: Part = Part::Fixed(2);

    #[inline(always)]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<RType, WireError> {
        reader.u16().map(RType)
    }

    fn write(value: RType, out: &mut Writer<'_>) -> Result<(), Full> {
        out.u16(value.0)
    }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        let token = tokens.need()?;
        let rtype = RType::from_text(token.text).ok_or(tokens.error(TextErrorKind::Mnemonic, 0))?;
        out.u16(rtype.0).map_err(tokens.full())
    }

    fn show(value: RType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{value}")
    }
}

/// An IPv4 address.
pub(crate) struct Ipv4;

impl Kind for Ipv4 {
    type Value<'a> = Ipv4Addr;
    const PART: Part = Part::Fixed(4);

    #[inline(always)]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<Ipv4Addr, WireError> {
        reader.u32().map(Ipv4Addr::from)
    }

    fn write(value: Ipv4Addr, out: &mut Writer<'_>) -> Result<(), Full> {
        out.array(value.octets())
    }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        let token = tokens.need()?;
        let address = core::str::from_utf8(token.text)
            .ok()
            .and_then(|text| text.parse::<Ipv4Addr>().ok())
            .ok_or(tokens.error(TextErrorKind::Address, 0))?;
        out.array(address.octets()).map_err(tokens.full())
    }

    fn show(value: Ipv4Addr, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{value}")
    }
}

/// An IPv6 address.
pub(crate) struct Ipv6;

impl Kind for Ipv6 {
    type Value<'a> = Ipv6Addr;
    const PART: Part = Part::Fixed(16);

    #[inline(always)]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<Ipv6Addr, WireError> {
        reader.array().map(|octets| Ipv6Addr::from(u128::from_be_bytes(octets)))
    }

    fn write(value: Ipv6Addr, out: &mut Writer<'_>) -> Result<(), Full> {
        out.array(value.octets())
    }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        let token = tokens.need()?;
        let address = core::str::from_utf8(token.text)
            .ok()
            .and_then(|text| text.parse::<Ipv6Addr>().ok())
            .ok_or(tokens.error(TextErrorKind::Address, 0))?;
        out.array(address.octets()).map_err(tokens.full())
    }

    fn show(value: Ipv6Addr, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{value}")
    }
}
