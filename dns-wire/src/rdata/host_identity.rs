//! The parts of a HIP record (RFC 8005 §5).

use core::fmt;

use super::encoding::{Base64Decoder, Digits, hex_text, show_base64, show_hex};
use super::kind::{Kind, NameRole, Part, U8};
use super::kind_name::name_text;
use super::tokens::{Token, Tokens};
use crate::{
    Full, MessageName, Reader, TextError, TextErrorKind, WireError, WireErrorKind, Writer,
};

/// Algorithm, host identity tag and public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HostIdentity<'a> {
    /// Algorithm of the key, as in IPSECKEY.
    pub algorithm: u8,
    /// The tag, 1 to 255 octets.
    pub tag: &'a [u8],
    /// The key, 1 to 65535 octets.
    pub public_key: &'a [u8],
}

/// A [`HostIdentity`] in RDATA.
pub(crate) struct Identity;

impl Kind for Identity {
    type Value<'a> = HostIdentity<'a>;
    const PART: Part = Part::Rest;

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<HostIdentity<'a>, WireError> {
        let at = *reader;
        let tag_length = reader.u8()?;
        let algorithm = reader.u8()?;
        let key_length = reader.u16()?;
        if tag_length == 0 || key_length == 0 {
            return Err(at.error(WireErrorKind::Length));
        }
        let tag = reader.take(usize::from(tag_length))?;
        let public_key = reader.take(usize::from(key_length))?;
        Ok(HostIdentity { algorithm, tag, public_key })
    }

    fn write(value: HostIdentity<'_>, out: &mut Writer<'_>) -> Result<(), Full> {
        out.u8(u8::try_from(value.tag.len()).map_err(|_| Full)?)?;
        out.u8(value.algorithm)?;
        out.u16(u16::try_from(value.public_key.len()).map_err(|_| Full)?)?;
        out.slice(value.tag)?;
        out.slice(value.public_key)
    }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        let start = out.len();
        out.u8(0).map_err(tokens.full())?;
        U8::text(tokens, out)?;
        out.u16(0).map_err(tokens.full())?;
        let tag_at = out.len();
        let token = tokens.need()?;
        let mut digits = Digits::new(4);
        hex_text(token.text, &mut digits, tokens, out)?;
        let tag_length = u8::try_from(out.len().saturating_sub(tag_at)).unwrap_or(0);
        if !digits.is_complete() || tag_length == 0 {
            return Err(tokens.error(TextErrorKind::Hex, 0));
        }
        let key_at = out.len();
        let token = tokens.need()?;
        let mut decoder = Base64Decoder::new();
        decoder.feed(token.text, out).map_err(|(kind, at)| tokens.error(kind, at))?;
        let key_length = u16::try_from(out.len().saturating_sub(key_at)).unwrap_or(0);
        if !decoder.is_complete() || key_length == 0 {
            return Err(tokens.error(TextErrorKind::Base64, 0));
        }
        let [high, low] = key_length.to_be_bytes();
        out.patch(start, tag_length);
        out.patch(start.saturating_add(2), high);
        out.patch(start.saturating_add(3), low);
        Ok(())
    }

    fn show(value: HostIdentity<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", value.algorithm)?;
        show_hex(value.tag, f)?;
        f.write_str(" ")?;
        show_base64(value.public_key, f)
    }
}

/// Names up to the end of the RDATA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameList<'a>(&'a [u8]);

impl<'a> NameList<'a> {
    /// The names, in order of preference.
    pub fn iter(&self) -> impl Iterator<Item = MessageName<'a>> + Clone + use<'a> {
        let mut reader = Reader::flat(self.0);
        core::iter::from_fn(move || if reader.is_empty() { None } else { reader.name(false).ok() })
    }
}

/// A [`NameList`], never compressed.
pub(crate) struct PlainNames;

impl Kind for PlainNames {
    type Value<'a> = NameList<'a>;
    const PART: Part = Part::Names(NameRole { compress: false, lowercase: false, target: false });

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<NameList<'a>, WireError> {
        let all = reader.rest();
        while !reader.is_empty() {
            reader.name(false)?;
        }
        Ok(NameList(all))
    }

    fn write(value: NameList<'_>, out: &mut Writer<'_>) -> Result<(), Full> {
        out.slice(value.0)
    }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        while tokens.peek().is_some() {
            name_text(tokens, out)?;
        }
        Ok(())
    }

    fn show(value: NameList<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in value.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{name}")?;
        }
        Ok(())
    }

    fn is_blank(value: NameList<'_>) -> bool {
        value.0.is_empty()
    }
}
