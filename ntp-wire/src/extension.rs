//! What follows the header: extension fields and a MAC, RFC 7822.
//!
//! Fields and MAC are told apart by length alone, so the walk needs the version: versions 1 to 3
//! have no fields, and everything after the header is a MAC. In version 4 the last 20 or 24 octets
//! are a MAC, and so are the last 4 (a crypto-NAK); everything before is fields of at least 16.

mod fields;
mod writer;

use thiserror::Error;

use crate::Version;

pub use fields::{Field, FieldType, Fields};
pub use writer::{Full, Writer};

/// The part of a packet after its header, in order.
///
/// ```
/// use ntp_wire::Version;
/// use ntp_wire::extension::{FieldType, Framing, Trailer};
///
/// let octets = [&[0x01, 0x04, 0, 36][..], &[7; 32]].concat();
/// let trailer = Trailer::parse(Version::V4, &octets, Framing::Strict).unwrap();
/// let field = trailer.fields().next().unwrap();
/// assert_eq!(field.field_type, FieldType::UNIQUE_IDENTIFIER);
/// assert_eq!(field.body, [7; 32]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trailer<'a> {
    fields: Fields<'a>,
    mac: Option<MacView<'a>>,
    /// Octets at the end that fit no rule; only with [`Framing::Lenient`].
    ignored: usize,
}

impl<'a> Trailer<'a> {
    /// Walks what follows the header of a packet in `version`.
    ///
    /// # Errors
    /// [`BadTrailer`] names the octet, counted from the end of the header, and the rule.
    ///
    /// # Cost
    /// O(number of fields), at most a quarter of the octets given; only headers are touched.
    pub fn parse(version: Version, octets: &'a [u8], framing: Framing) -> Result<Self, BadTrailer> {
        if octets.is_empty() {
            return Ok(Self { fields: Fields::EMPTY, mac: None, ignored: 0 });
        }
        if version < Version::V4 {
            return match MacView::parse(octets) {
                Some(mac) => Ok(Self { fields: Fields::EMPTY, mac: Some(mac), ignored: 0 }),
                None if framing == Framing::Lenient => {
                    Ok(Self { fields: Fields::EMPTY, mac: None, ignored: octets.len() })
                }
                None => Err(BadTrailer { offset: 0, rule: Rule::MacLength }),
            };
        }
        let mut rest = octets;
        let (mac, error) = loop {
            match rest.len() {
                0 => break (None, None),
                // RFC 7822 §7.5.1.4: 24 octets or fewer are a MAC. Only these lengths are in use.
                4 | 20 | 24 => break (MacView::parse(rest), None),
                _ => {}
            }
            match Field::split(rest, framing) {
                Ok((_, after)) => rest = after,
                Err(rule) => break (None, Some(rule)),
            }
        };
        let offset = octets.len().saturating_sub(rest.len());
        let ignored = match error {
            Some(rule) if framing == Framing::Strict => return Err(BadTrailer { offset, rule }),
            Some(_) => rest.len(),
            None => 0,
        };
        let (fields, _) = octets.split_at_checked(offset).unwrap_or_default();
        Ok(Self { fields: Fields::new(fields, framing), mac, ignored })
    }

    /// The extension fields in order.
    #[must_use]
    pub const fn fields(&self) -> Fields<'a> {
        self.fields
    }

    /// The MAC at the end, if there is one.
    #[must_use]
    pub const fn mac(&self) -> Option<MacView<'a>> {
        self.mac
    }

    /// How many octets at the end are neither field nor MAC; always 0 with [`Framing::Strict`].
    #[must_use]
    pub const fn ignored(&self) -> usize {
        self.ignored
    }
}

/// How a trailer that breaks the rules of RFC 7822 is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Every octet must belong to a field of at least 16 octets and a length divisible by 4, or to
    /// a MAC.
    Strict,
    /// Fields may be as short as 4 octets; from the first octet that fits no rule the rest is
    /// ignored. RFC 5905 asked for less than RFC 7822, and some senders still do.
    Lenient,
}

/// A key identifier and a digest, as they lie in the packet; nothing is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MacView<'a> {
    /// Which key.
    pub key_id: u32,
    /// The digest: 16 to 64 octets (68 in MS-SNTP), or none, which is a crypto-NAK (RFC 5905 §7.3).
    pub digest: &'a [u8],
}

impl<'a> MacView<'a> {
    /// The digests in use: MD5 and AES-CMAC, SHA-1 or a longer one cut off, SHA-2; MS-SNTP's long form.
    fn parse(octets: &'a [u8]) -> Option<Self> {
        let (key_id, digest) = octets.split_first_chunk()?;
        matches!(digest.len(), 0 | 16 | 20 | 32 | 48 | 64 | 68)
            .then_some(Self { key_id: u32::from_be_bytes(*key_id), digest })
    }

    /// Whether it says "I could not authenticate you" (RFC 5905 §7.3).
    #[must_use]
    pub const fn is_crypto_nak(&self) -> bool {
        self.digest.is_empty()
    }

    /// Whether it is a request of Windows in a domain (MS-SNTP): the place of a digest is all zero
    /// and the key identifier the client's account. Only a domain controller can answer it, so this
    /// crate does not. In version 3 only, which the caller knows; a digest of zeroes is nobody's.
    #[must_use]
    pub fn is_ms_sntp(&self) -> bool {
        matches!(self.digest.len(), 16 | 68) && self.digest.iter().all(|octet| *octet == 0)
    }
}

/// A trailer that is neither fields nor a MAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("octet {offset} after the header: {rule}")]
pub struct BadTrailer {
    /// Where, counted from the end of the header.
    pub offset: usize,
    /// Which rule is broken.
    pub rule: Rule,
}

/// The rules of a trailer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Rule {
    /// Not a MAC of a length that is in use.
    #[error("a MAC has 4 octets and a digest of 16, 20, 32, 48, 64 or 68")]
    MacLength,
    /// Fewer than the four octets of type and length.
    #[error("an extension field starts with four octets")]
    FieldHeader,
    /// A length below the least.
    #[error("an extension field is at least 16 octets long")]
    FieldTooShort,
    /// A length that is not a multiple of four.
    #[error("the length of an extension field is a multiple of four")]
    FieldNotAligned,
    /// A length beyond the end of the packet.
    #[error("an extension field ends after the packet")]
    FieldTooLong,
}

#[cfg(test)]
mod tests;
