//! What can be wrong with octets, with text, and with room.

use core::fmt;

/// Octets that are not what the RFCs say they must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at octet {offset}")]
pub struct WireError {
    /// What is wrong.
    pub kind: WireErrorKind,
    /// Where: octets from the start of the message, or of what was passed in where that is not a message.
    pub offset: u32,
}

impl WireError {
    /// An error of this kind at this octet.
    #[must_use]
    pub fn new(kind: WireErrorKind, offset: usize) -> Self {
        Self { kind, offset: u32::try_from(offset).unwrap_or(u32::MAX) }
    }

    /// The same error in octets that begin so many octets further on.
    #[cfg(feature = "tsig")]
    pub(crate) fn moved(self, octets: usize) -> Self {
        let further = u32::try_from(octets).unwrap_or(u32::MAX);
        Self { offset: self.offset.saturating_add(further), ..self }
    }
}

/// The kinds of [`WireError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WireErrorKind {
    /// The octets end before the value does.
    Truncated,
    /// More octets follow than the value has.
    Trailing,
    /// A label that starts with the bits 01 or 10 (RFC 6891 §5, RFC 1035 §4.1.4).
    LabelType,
    /// A name of more than 255 octets (RFC 1035 §2.3.4).
    NameTooLong,
    /// A compression pointer that does not point to earlier octets.
    PointerForward,
    /// A name of more compression pointers than we follow.
    PointerHops,
    /// A compression pointer where none may be (RFC 3597 §4).
    PointerForbidden,
    /// A message of more than 65535 octets.
    MessageTooLong,
    /// A length inside the value that the value's format does not allow.
    Length,
    /// A value that its format does not allow.
    Value,
    /// Parts that must be in ascending order and are not.
    Order,
    /// A second OPT record (RFC 6891 §6.1.1).
    SecondOpt,
    /// An OPT record whose owner is not the root (RFC 6891 §6.1.2).
    OptOwner,
    /// A type bitmap that is empty, out of order or ends in a zero octet (RFC 4034 §4.1.2).
    Bitmap,
}

impl fmt::Display for WireErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Truncated => "octets end too early",
            Self::Trailing => "surplus octets",
            Self::LabelType => "unknown label type",
            Self::NameTooLong => "name longer than 255 octets",
            Self::PointerForward => "compression pointer that does not point back",
            Self::PointerHops => "too many compression pointers in one name",
            Self::PointerForbidden => "compression pointer where none is allowed",
            Self::MessageTooLong => "message longer than 65535 octets",
            Self::Length => "length that does not fit the format",
            Self::Value => "value that the format does not allow",
            Self::Order => "parts out of order",
            Self::SecondOpt => "second OPT record",
            Self::OptOwner => "OPT record not owned by the root",
            Self::Bitmap => "malformed type bitmap",
        })
    }
}

/// Text that is not the presentation form of what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} (field {token}, octet {offset})")]
pub struct TextError {
    /// What is wrong.
    pub kind: TextErrorKind,
    /// Which field, from 0. One past the last when a field is missing.
    pub token: u32,
    /// Octets into that field, from 0.
    pub offset: u32,
}

impl TextError {
    /// An error of this kind at this octet of the first field.
    #[must_use]
    pub fn new(kind: TextErrorKind, offset: usize) -> Self {
        Self { kind, token: 0, offset: u32::try_from(offset).unwrap_or(u32::MAX) }
    }
}

/// The kinds of [`TextError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TextErrorKind {
    /// A field is missing.
    Missing,
    /// More fields than the type has.
    Trailing,
    /// The empty text, or an empty label.
    Empty,
    /// A label of more than 63 octets.
    LabelTooLong,
    /// A name of more than 255 octets.
    NameTooLong,
    /// A relative name and no origin.
    NoOrigin,
    /// A backslash that is followed neither by three digits up to 255 nor by another character.
    Escape,
    /// Not a number, or not one in range.
    Number,
    /// Not an IPv4 or IPv6 address.
    Address,
    /// A character string of more than 255 octets.
    StringTooLong,
    /// Not hexadecimal digits, or an odd number of them.
    Hex,
    /// Not Base64 (RFC 4648 §4).
    Base64,
    /// Not Base32 with the extended hex alphabet (RFC 4648 §7).
    Base32,
    /// Not a mnemonic that is known here.
    Mnemonic,
    /// Not a time (RFC 4034 §3.2).
    Time,
    /// A length that is not the length of what follows.
    Length,
    /// A value that the type's format does not allow.
    Value,
    /// Quotes around what is no string (RFC 1035 §5.1).
    Quoted,
    /// A quote is not closed.
    Unclosed,
    /// The output buffer is full, or the RDATA longer than 65535 octets.
    Full,
}

impl fmt::Display for TextErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "field missing",
            Self::Trailing => "surplus field",
            Self::Empty => "empty label or field",
            Self::LabelTooLong => "label longer than 63 octets",
            Self::NameTooLong => "name longer than 255 octets",
            Self::NoOrigin => "relative name without an origin",
            Self::Escape => "bad escape",
            Self::Number => "bad number",
            Self::Address => "bad address",
            Self::StringTooLong => "string longer than 255 octets",
            Self::Hex => "bad hexadecimal",
            Self::Base64 => "bad base64",
            Self::Base32 => "bad base32hex",
            Self::Mnemonic => "unknown mnemonic",
            Self::Time => "bad time",
            Self::Length => "length does not match the data",
            Self::Value => "value not allowed here",
            Self::Quoted => "quotes not allowed",
            Self::Unclosed => "quote not closed",
            Self::Full => "no room",
        })
    }
}

/// The buffer, or the limit set on the message, has no room for this. Nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no room")]
pub struct Full;
