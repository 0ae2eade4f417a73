//! Service parameters of SVCB and HTTPS records (RFC 9460 §2.2).

mod key;
mod text;
mod value;

pub use key::SvcParamKey;
pub use value::{
    Addresses4, Addresses6, ParamList, SvcParamKeys, SvcParamValue, TlsGroups, Transports,
};

use core::fmt;

use super::kind::{Kind, Part};
use super::tokens::{Token, Tokens};
use crate::{Full, Reader, TextError, WireError, WireErrorKind, Writer};

/// Parameters in ascending order of their keys, each key at most once, each value checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SvcParams<'a>(&'a [u8]);

impl<'a> SvcParams<'a> {
    /// The parameters, in ascending order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (SvcParamKey, SvcParamValue<'a>)> + Clone + use<'a> {
        raw(self.0).filter_map(|(key, octets)| Some((key, SvcParamValue::read(key, octets)?)))
    }

    /// The value of a key.
    #[must_use]
    pub fn value(&self, key: SvcParamKey) -> Option<SvcParamValue<'a>> {
        let (_, octets) = raw(self.0).find(|(found, _)| *found == key)?;
        SvcParamValue::read(key, octets)
    }

    /// The octets.
    #[must_use]
    pub fn as_wire(&self) -> &'a [u8] {
        self.0
    }

    /// True when the parameters do not contradict one another: all keys that `mandatory` lists are
    /// there (RFC 9460 §8), and `no-default-alpn` stands with `alpn` (§7.1.1). Zone text that is not
    /// so is refused; in messages it is for the client to judge.
    #[must_use]
    pub fn is_self_consistent(&self) -> bool {
        let has = |key| raw(self.0).any(|(found, _)| found == key);
        let listed = match self.value(SvcParamKey::MANDATORY) {
            Some(SvcParamValue::Mandatory(keys)) => keys.iter().all(has),
            _ => true,
        };
        listed && (has(SvcParamKey::ALPN) || !has(SvcParamKey::NO_DEFAULT_ALPN))
    }
}

/// [`SvcParams`] to the end of the RDATA.
pub(crate) struct Params;

impl Kind for Params {
    type Value<'a> = SvcParams<'a>;
    const PART: Part = Part::Rest;

    fn read<'a>(reader: &mut Reader<'a>) -> Result<SvcParams<'a>, WireError> {
        let all = reader.rest();
        let mut last = None;
        while !reader.is_empty() {
            let at = *reader;
            let key = reader.u16()?;
            if last >= Some(key) {
                return Err(at.error(WireErrorKind::Order));
            }
            last = Some(key);
            let length = reader.u16()?;
            let at = *reader;
            let octets = reader.take(usize::from(length))?;
            SvcParamValue::read(SvcParamKey(key), octets).ok_or(at.error(WireErrorKind::Value))?;
        }
        Ok(SvcParams(all))
    }

    fn write(value: SvcParams<'_>, out: &mut Writer<'_>) -> Result<(), Full> {
        out.slice(value.0)
    }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        text::read(tokens, out)
    }

    fn show(value: SvcParams<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (key, value)) in value.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            text::show(key, value, f)?;
        }
        Ok(())
    }

    fn is_blank(value: SvcParams<'_>) -> bool {
        value.0.is_empty()
    }
}

/// Keys and values as they stand; ends where the octets do.
fn raw(wire: &[u8]) -> impl Iterator<Item = (SvcParamKey, &[u8])> + Clone {
    let mut rest = wire;
    core::iter::from_fn(move || {
        let (&[a, b, c, d], after) = rest.split_first_chunk::<4>()?;
        let (octets, after) = after.split_at_checked(usize::from(u16::from_be_bytes([c, d])))?;
        rest = after;
        Some((SvcParamKey(u16::from_be_bytes([a, b])), octets))
    })
}
