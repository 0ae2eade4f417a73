//! Extended DNS errors (RFC 8914).

use super::{EdnsOption, OptionCode};
use crate::registry::registry;
use crate::{Full, WireError, WireErrorKind, Writer};

/// More about why a response is as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtendedError<'a> {
    /// What.
    pub info_code: InfoCode,
    /// More for people; should be UTF-8, may be empty.
    pub extra_text: &'a [u8],
}

impl<'a> ExtendedError<'a> {
    /// Reads the option.
    ///
    /// # Errors
    /// When it has fewer than two octets.
    pub fn read(option: &EdnsOption<'a>) -> Result<Self, WireError> {
        match option.data.split_first_chunk::<2>() {
            Some((&code, extra_text)) => {
                Ok(Self { info_code: InfoCode(u16::from_be_bytes(code)), extra_text })
            }
            None => Err(WireError::new(WireErrorKind::Truncated, option.position)),
        }
    }

    /// Writes the option, its code and length included, and returns its length.
    ///
    /// # Errors
    /// When `out` is too small or the text longer than 65533 octets.
    pub fn write(&self, out: &mut [u8]) -> Result<usize, Full> {
        let mut out = Writer::new(out);
        out.u16(OptionCode::EXTENDED_ERROR.0)?;
        out.u16(u16::try_from(self.extra_text.len().saturating_add(2)).map_err(|_| Full)?)?;
        out.u16(self.info_code.0)?;
        out.slice(self.extra_text)?;
        Ok(out.len())
    }
}

/// The codes of extended errors (IANA registry).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InfoCode(pub u16);

registry!(InfoCode(u16), "EDE", {
    /// None of the others.
    OTHER = 0 "OTHER",
});
