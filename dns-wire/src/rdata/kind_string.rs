//! Character strings (RFC 1035 §3.3).

use core::fmt::{self, Write};

use super::kind::{Kind, Part};
use super::kind_hash::counted;
use super::tokens::{Token, Tokens};
use crate::name::unescape;
use crate::{Full, Reader, TextError, TextErrorKind, WireError, WireErrorKind, Writer};

/// A character string: 0 to 255 octets, without its length octet. Shown in quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CharacterString<'a>(pub &'a [u8]);

impl fmt::Display for CharacterString<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show_quoted(self.0, f)
    }
}

/// Character strings up to the end of the RDATA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CharacterStrings<'a>(&'a [u8]);

impl<'a> CharacterStrings<'a> {
    /// The strings, one after the other.
    pub fn iter(&self) -> impl Iterator<Item = CharacterString<'a>> + Clone + use<'a> {
        let mut rest = self.0;
        core::iter::from_fn(move || {
            let (&length, after) = rest.split_first()?;
            let (string, after) = after.split_at_checked(usize::from(length))?;
            rest = after;
            Some(CharacterString(string))
        })
    }

    /// The octets with the length octets in.
    #[must_use]
    pub fn as_wire(&self) -> &'a [u8] {
        self.0
    }
}

/// One character string.
pub(crate) struct Text;

impl Kind for Text {
    type Value<'a> = CharacterString<'a>;
    const PART: Part = Part::Counted;

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<CharacterString<'a>, WireError> {
        let length = reader.u8()?;
        reader.take(usize::from(length)).map(CharacterString)
    }

    fn write(value: CharacterString<'_>, out: &mut Writer<'_>) -> Result<(), Full> {
        out.u8(u8::try_from(value.0.len()).map_err(|_| Full)?)?;
        out.slice(value.0)
    }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        let token = tokens.need_string()?;
        counted_text(token, tokens, out)
    }

    fn show(value: CharacterString<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{value}")
    }
}

/// One character string or more.
pub(crate) struct Texts;

impl Kind for Texts {
    type Value<'a> = CharacterStrings<'a>;
    const PART: Part = Part::Rest;

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<CharacterStrings<'a>, WireError> {
        let all = reader.rest();
        if all.is_empty() {
            return Err(reader.error(WireErrorKind::Truncated));
        }
        while !reader.is_empty() {
            Text::read(reader)?;
        }
        Ok(CharacterStrings(all))
    }

    fn write(value: CharacterStrings<'_>, out: &mut Writer<'_>) -> Result<(), Full> {
        out.slice(value.0)
    }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        let mut token = tokens.need_string()?;
        loop {
            counted_text(token, tokens, out)?;
            match tokens.take_string() {
                Some(next) => token = next,
                None => return Ok(()),
            }
        }
    }

    fn show(value: CharacterStrings<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, string) in value.iter().enumerate() {
            if index > 0 {
                f.write_char(' ')?;
            }
            write!(f, "{string}")?;
        }
        Ok(())
    }
}

/// A character string that may be missing at the end of the RDATA (ISDN, RFC 1183 §3.2).
pub(crate) struct OptionalText;

impl Kind for OptionalText {
    type Value<'a> = Option<CharacterString<'a>>;
    const PART: Part = Part::Rest;

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<Self::Value<'a>, WireError> {
        if reader.is_empty() { Ok(None) } else { Text::read(reader).map(Some) }
    }

    fn write(value: Self::Value<'_>, out: &mut Writer<'_>) -> Result<(), Full> {
        value.map_or(Ok(()), |string| Text::write(string, out))
    }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        if tokens.peek().is_some() { Text::text(tokens, out) } else { Ok(()) }
    }

    fn show(value: Self::Value<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        value.map_or(Ok(()), |string| write!(f, "{string}"))
    }

    fn is_blank(value: Self::Value<'_>) -> bool {
        value.is_none()
    }
}

/// A tag of letters and digits with a length octet (RFC 8659 §4.1).
pub(crate) struct Tag;

impl Kind for Tag {
    type Value<'a> = CharacterString<'a>;
    const PART: Part = Part::Counted;

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<CharacterString<'a>, WireError> {
        let at = *reader;
        let tag = Text::read(reader)?;
        if tag.0.is_empty() || !tag.0.iter().all(u8::is_ascii_alphanumeric) {
            return Err(at.error(WireErrorKind::Value));
        }
        Ok(tag)
    }

    fn write(value: CharacterString<'_>, out: &mut Writer<'_>) -> Result<(), Full> {
        Text::write(value, out)
    }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        let token = tokens.need()?;
        if token.text.is_empty() || !token.text.iter().all(u8::is_ascii_alphanumeric) {
            return Err(tokens.error(TextErrorKind::Value, 0));
        }
        counted_text(token, tokens, out)
    }

    fn show(value: CharacterString<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(core::str::from_utf8(value.0).unwrap_or(""))
    }
}

fn counted_text<'t, T: Iterator<Item = Token<'t>>>(
    token: Token<'t>,
    tokens: &Tokens<'_, 't, T>,
    out: &mut Writer<'_>,
) -> Result<(), TextError> {
    counted(TextErrorKind::StringTooLong, tokens, out, |out| plain_text(token, tokens, out))
        .map(|_| ())
}

pub(crate) fn plain_text<'t, T: Iterator<Item = Token<'t>>>(
    token: Token<'t>,
    tokens: &Tokens<'_, 't, T>,
    out: &mut Writer<'_>,
) -> Result<(), TextError> {
    let mut rest = token.text;
    loop {
        let plain = rest.iter().position(|&octet| octet == b'\\').unwrap_or(rest.len());
        let (text, after) = rest.split_at_checked(plain).unwrap_or((rest, &[]));
        out.slice(text).map_err(tokens.full())?;
        let Some((_, after)) = after.split_first() else {
            return Ok(());
        };
        let at = token.text.len().saturating_sub(after.len()).saturating_sub(1);
        let (octet, used) = unescape(after).ok_or(tokens.error(TextErrorKind::Escape, at))?;
        out.u8(octet).map_err(tokens.full())?;
        rest = after.get(used..).unwrap_or(&[]);
    }
}

pub(crate) fn show_quoted(octets: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_char('"')?;
    for &octet in octets {
        match octet {
            b'"' | b'\\' => write!(f, "\\{}", char::from(octet))?,
            b' '..=b'~' => f.write_char(char::from(octet))?,
            _ => write!(f, "\\{octet:03}")?,
        }
    }
    f.write_char('"')
}
