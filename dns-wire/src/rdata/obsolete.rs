//! Forms that only obsolete types have: WKS, NXT and A6.

use core::fmt;
use core::net::Ipv6Addr;

use super::kind::{Ipv6, Kind, NameRole, Part, decimal};
use super::kind_name::{Folded, write_name};
use super::tokens::{Token, Tokens};
use crate::{
    Full, MessageName, RType, Reader, TextError, TextErrorKind, WireError, WireErrorKind, Writer,
};

/// A set of small numbers, one bit each, the first bit being 0: ports of WKS (RFC 1035 §3.4.2),
/// types of NXT (RFC 2535 §5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bits<'a>(&'a [u8]);

impl<'a> Bits<'a> {
    /// Whether there are octets past the last number: the numbers alone do not tell of them.
    pub(super) fn has_zeros_at_end(&self) -> bool {
        self.0.last() == Some(&0)
    }

    /// The numbers, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u16> + Clone + use<'a> {
        self.0.iter().zip(0u16..).flat_map(|(&octet, index)| {
            (0u16..8)
                .filter(move |bit| octet & (0x80 >> bit) != 0)
                .map(move |bit| index.wrapping_shl(3) | bit)
        })
    }
}

/// Sets a bit of the set that starts at `start` and ends where `out` ends.
fn set_bit(number: u16, start: usize, out: &mut Writer<'_>) -> Result<(), Full> {
    let octet = start.saturating_add(usize::from(number >> 3));
    while out.len() <= octet {
        out.u8(0)?;
    }
    if let Some(place) = out.written_mut().get_mut(octet) {
        *place |= 0x80 >> (number & 7);
    }
    Ok(())
}

/// Protocol and ports of a WKS record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WellKnownServices<'a> {
    /// IP protocol: 6 is TCP, 17 is UDP.
    pub protocol: u8,
    /// The ports.
    pub ports: Bits<'a>,
}

/// [`WellKnownServices`] in RDATA. Ports are read as numbers or by a few old names, and shown as numbers.
pub(crate) struct Services;

impl Kind for Services {
    type Value<'a> = WellKnownServices<'a>;
    const PART: Part = Part::Rest;

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<WellKnownServices<'a>, WireError> {
        let protocol = reader.u8()?;
        let at = *reader;
        let ports = reader.take_rest();
        if ports.len() > 8192 {
            return Err(at.error(WireErrorKind::Length));
        }
        Ok(WellKnownServices { protocol, ports: Bits(ports) })
    }

    fn write(value: WellKnownServices<'_>, out: &mut Writer<'_>) -> Result<(), Full> {
        out.u8(value.protocol)?;
        out.slice(value.ports.0)
    }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        let token = tokens.need()?;
        let protocol = match decimal(token.text) {
            Some(number) => {
                u8::try_from(number).map_err(|_| tokens.error(TextErrorKind::Number, 0))?
            }
            None if token.text.eq_ignore_ascii_case(b"TCP") => 6,
            None if token.text.eq_ignore_ascii_case(b"UDP") => 17,
            None => return Err(tokens.error(TextErrorKind::Mnemonic, 0)),
        };
        out.u8(protocol).map_err(tokens.full())?;
        let start = out.len();
        while let Some(token) = tokens.take()? {
            let port = match decimal(token.text) {
                Some(number) => {
                    u16::try_from(number).map_err(|_| tokens.error(TextErrorKind::Number, 0))?
                }
                None => SERVICES
                    .iter()
                    .find(|(name, _)| token.text.eq_ignore_ascii_case(name))
                    .map(|(_, port)| *port)
                    .ok_or(tokens.error(TextErrorKind::Mnemonic, 0))?,
            };
            set_bit(port, start, out).map_err(tokens.full())?;
        }
        Ok(())
    }

    fn show(value: WellKnownServices<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", value.protocol)?;
        value.ports.iter().try_for_each(|port| write!(f, " {port}"))
    }
}

/// The old bitmap of NXT: types 1 to 127 (RFC 2535 §5.2).
pub(crate) struct OldBitmap;

impl Kind for OldBitmap {
    type Value<'a> = Bits<'a>;
    const PART: Part = Part::Rest;

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<Bits<'a>, WireError> {
        let at = *reader;
        let octets = reader.take_rest();
        // The first bit set would mean another format, never defined.
        let first_set = octets.first().is_some_and(|octet| octet & 0x80 != 0);
        if octets.is_empty() || octets.len() > 16 || first_set || octets.last() == Some(&0) {
            return Err(at.error(WireErrorKind::Bitmap));
        }
        Ok(Bits(octets))
    }

    fn write(value: Bits<'_>, out: &mut Writer<'_>) -> Result<(), Full> {
        out.slice(value.0)
    }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        let start = out.len();
        let mut token = tokens.need()?;
        loop {
            let rtype = RType::from_text(token.text)
                .filter(|rtype| (1..128).contains(&rtype.0))
                .ok_or(tokens.error(TextErrorKind::Mnemonic, 0))?;
            set_bit(rtype.0, start, out).map_err(tokens.full())?;
            match tokens.take()? {
                Some(next) => token = next,
                None => return Ok(()),
            }
        }
    }

    fn show(value: Bits<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, number) in value.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{}", RType(number))?;
        }
        Ok(())
    }
}

/// An IPv6 address in two parts (A6, RFC 2874 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SplitAddress<'a> {
    /// Bits that the address takes from `prefix`: 0 to 128.
    pub prefix_length: u8,
    /// The other bits; those of the prefix are zero.
    pub suffix: Ipv6Addr,
    /// Where the prefix is to be found; `None` when `prefix_length` is 0.
    pub prefix: Option<MessageName<'a>>,
}

/// A [`SplitAddress`] in RDATA.
pub(crate) struct Split6;

impl Kind for Split6 {
    type Value<'a> = SplitAddress<'a>;
    const PART: Part = Part::Split(NameRole { compress: false, lowercase: true, target: false });

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<SplitAddress<'a>, WireError> {
        let at = *reader;
        let prefix_length = reader.u8()?;
        let bits = 128u8.checked_sub(prefix_length).ok_or(at.error(WireErrorKind::Value))?;
        let octets = reader.take(usize::from(bits.div_ceil(8)))?;
        let mut address = [0u8; 16];
        for (to, from) in address.iter_mut().rev().zip(octets.iter().rev()) {
            *to = *from;
        }
        let suffix = Ipv6Addr::from(address);
        if u128::from(suffix) & prefix_mask(prefix_length) != 0 {
            return Err(at.error(WireErrorKind::Value));
        }
        let prefix = if prefix_length > 0 { Some(Folded::read(reader)?) } else { None };
        Ok(SplitAddress { prefix_length, suffix, prefix })
    }

    fn write(value: SplitAddress<'_>, out: &mut Writer<'_>) -> Result<(), Full> {
        let bits = 128u8.checked_sub(value.prefix_length).ok_or(Full)?;
        let skipped = 16usize.saturating_sub(usize::from(bits.div_ceil(8)));
        out.u8(value.prefix_length)?;
        out.slice(value.suffix.octets().get(skipped..).unwrap_or(&[]))?;
        value.prefix.map_or(Ok(()), |name| write_name(name, out))
    }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        let token = tokens.need()?;
        let prefix_length = decimal(token.text)
            .and_then(|number| u8::try_from(number).ok())
            .filter(|&length| length <= 128)
            .ok_or(tokens.error(TextErrorKind::Number, 0))?;
        let mut octets = [0u8; 16];
        if prefix_length < 128 {
            Ipv6::text(tokens, &mut Writer::new(&mut octets))?;
        } else if tokens.peek().is_some_and(|token| token.text == b"::") {
            // Some writers put `::` where no bit of the suffix is left.
            tokens.take()?;
        }
        let suffix = Ipv6Addr::from(u128::from_be_bytes(octets) & !prefix_mask(prefix_length));
        Self::write(SplitAddress { prefix_length, suffix, prefix: None }, out)
            .map_err(tokens.full())?;
        if prefix_length > 0 { Folded::text(tokens, out) } else { Ok(()) }
    }

    fn show(value: SplitAddress<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", value.prefix_length)?;
        if value.prefix_length < 128 {
            write!(f, " {}", value.suffix)?;
        }
        value.prefix.map_or(Ok(()), |name| write!(f, " {name}"))
    }
}

fn prefix_mask(length: u8) -> u128 {
    u128::MAX.checked_shl(128u32.saturating_sub(u32::from(length))).unwrap_or(0)
}

const SERVICES: &[(&[u8], u16)] = &[
    (b"ECHO", 7),
    (b"DISCARD", 9),
    (b"SYSTAT", 11),
    (b"DAYTIME", 13),
    (b"NETSTAT", 15),
    (b"QOTD", 17),
    (b"CHARGEN", 19),
    (b"FTP-DATA", 20),
    (b"FTP", 21),
    (b"SSH", 22),
    (b"TELNET", 23),
    (b"SMTP", 25),
    (b"TIME", 37),
    (b"RLP", 39),
    (b"NAME", 42),
    (b"NICNAME", 43),
    (b"DOMAIN", 53),
    (b"TFTP", 69),
    (b"GOPHER", 70),
    (b"FINGER", 79),
    (b"HTTP", 80),
    (b"HOSTNAME", 101),
    (b"POP2", 109),
    (b"POP3", 110),
    (b"SUNRPC", 111),
    (b"AUTH", 113),
    (b"SFTP", 115),
    (b"NNTP", 119),
    (b"NTP", 123),
    (b"IMAP", 143),
    (b"SNMP", 161),
    (b"BGP", 179),
    (b"HTTPS", 443),
];
