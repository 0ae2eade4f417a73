//! A gateway or relay whose form is told by a type (IPSECKEY RFC 4025 §2.5, AMTRELAY RFC 8777 §4.2).

use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};

use super::kind::{Ipv4, Ipv6, Kind, Part, U8};
use super::kind_name::{Plain, write_name};
use super::tokens::{Token, Tokens};
use crate::{
    Full, MessageName, Reader, TextError, TextErrorKind, WireError, WireErrorKind, Writer,
};

/// Where to go: nowhere, an address, or a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gateway<'a> {
    /// Type 0, shown as `.`.
    None,
    /// Type 1.
    V4(Ipv4Addr),
    /// Type 2.
    V6(Ipv6Addr),
    /// Type 3, never compressed.
    Name(MessageName<'a>),
}

impl<'a> Gateway<'a> {
    fn code(&self) -> u8 {
        match self {
            Self::None => 0,
            Self::V4(_) => 1,
            Self::V6(_) => 2,
            Self::Name(_) => 3,
        }
    }

    fn read(code: u8, reader: &mut Reader<'a>) -> Result<Self, WireError> {
        match code {
            0 => Ok(Self::None),
            1 => Ipv4::read(reader).map(Self::V4),
            2 => Ipv6::read(reader).map(Self::V6),
            3 => Plain::read(reader).map(Self::Name),
            _ => Err(reader.error(WireErrorKind::Value)),
        }
    }

    fn write(&self, out: &mut Writer<'_>) -> Result<(), Full> {
        match self {
            Self::None => Ok(()),
            Self::V4(address) => out.array(address.octets()),
            Self::V6(address) => out.array(address.octets()),
            Self::Name(name) => write_name(*name, out),
        }
    }
}

impl fmt::Display for Gateway<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("."),
            Self::V4(address) => address.fmt(f),
            Self::V6(address) => address.fmt(f),
            Self::Name(name) => name.fmt(f),
        }
    }
}

fn gateway_text<'t, T: Iterator<Item = Token<'t>>>(
    code: u8,
    tokens: &mut Tokens<'_, 't, T>,
    out: &mut Writer<'_>,
) -> Result<(), TextError> {
    match code {
        0 => match tokens.need()?.text {
            b"." => Ok(()),
            _ => Err(tokens.error(TextErrorKind::Value, 0)),
        },
        1 => Ipv4::text(tokens, out),
        2 => Ipv6::text(tokens, out),
        3 => Plain::text(tokens, out),
        _ => Err(tokens.error(TextErrorKind::Value, 0)),
    }
}

/// Gateway type, algorithm and gateway of an IPSECKEY record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IpsecGateway<'a> {
    /// Algorithm of the key: 1 DSA, 2 RSA, 3 ECDSA; 0 when there is no key.
    pub algorithm: u8,
    /// The gateway.
    pub gateway: Gateway<'a>,
}

/// An [`IpsecGateway`] in RDATA.
pub(crate) struct Ipsec;

impl Kind for Ipsec {
    type Value<'a> = IpsecGateway<'a>;
    const PART: Part = Part::Rest;

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<IpsecGateway<'a>, WireError> {
        let code = reader.u8()?;
        let algorithm = reader.u8()?;
        let gateway = Gateway::read(code, reader)?;
        // RFC 4025 §2.4: only 0 says that there is no key.
        if algorithm != 0 && reader.is_empty() {
            return Err(reader.error(WireErrorKind::Truncated));
        }
        Ok(IpsecGateway { algorithm, gateway })
    }

    fn write(value: IpsecGateway<'_>, out: &mut Writer<'_>) -> Result<(), Full> {
        out.array([value.gateway.code(), value.algorithm])?;
        value.gateway.write(out)
    }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        let at = out.len();
        U8::text(tokens, out)?;
        // A number: the registry is not that of DNSSEC, whose mnemonics have other numbers.
        U8::text(tokens, out)?;
        let &[code, algorithm] = out.written().get(at..).unwrap_or(&[]) else {
            return Err(tokens.error(TextErrorKind::Value, 0));
        };
        gateway_text(code, tokens, out)?;
        if algorithm != 0 && tokens.peek().is_none() {
            return Err(tokens.missing());
        }
        Ok(())
    }

    fn show(value: IpsecGateway<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", value.gateway.code(), value.algorithm, value.gateway)
    }
}

/// Discovery bit, relay type and relay of an AMTRELAY record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AmtRelay<'a> {
    /// D: discovery may be skipped (RFC 8777 §4.2.2).
    pub discovery_optional: bool,
    /// The relay.
    pub relay: Gateway<'a>,
}

/// An [`AmtRelay`] in RDATA.
pub(crate) struct Relay;

impl Kind for Relay {
    type Value<'a> = AmtRelay<'a>;
    const PART: Part = Part::Rest;

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<AmtRelay<'a>, WireError> {
        let code = reader.u8()?;
        Ok(AmtRelay {
            discovery_optional: code & 0x80 != 0,
            relay: Gateway::read(code & 0x7f, reader)?,
        })
    }

    fn write(value: AmtRelay<'_>, out: &mut Writer<'_>) -> Result<(), Full> {
        out.u8(value.relay.code() | if value.discovery_optional { 0x80 } else { 0 })?;
        value.relay.write(out)
    }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        let bit = match tokens.need()?.text {
            b"0" => 0,
            b"1" => 0x80,
            _ => return Err(tokens.error(TextErrorKind::Number, 0)),
        };
        let at = out.len();
        U8::text(tokens, out)?;
        let code = out.written().get(at).copied().unwrap_or(0);
        gateway_text(code, tokens, out)?;
        out.patch(at, code | bit);
        Ok(())
    }

    fn show(value: AmtRelay<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", u8::from(value.discovery_optional), value.relay.code(), value.relay)
    }
}
