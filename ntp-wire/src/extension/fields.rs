//! One extension field, and the walk over all of them.

use super::{Framing, Rule};

/// The type of an extension field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FieldType(pub u16);

impl FieldType {
    /// NTS unique identifier, RFC 8915 §5.3.
    pub const UNIQUE_IDENTIFIER: Self = Self(0x0104);
    /// NTS cookie, RFC 8915 §5.4.
    pub const NTS_COOKIE: Self = Self(0x0204);
    /// NTS cookie placeholder, RFC 8915 §5.5.
    pub const NTS_COOKIE_PLACEHOLDER: Self = Self(0x0304);
    /// NTS authenticator and encrypted fields, RFC 8915 §5.6.
    pub const NTS_AUTHENTICATOR: Self = Self(0x0404);
    /// UDP checksum complement, RFC 7821.
    pub const CHECKSUM_COMPLEMENT: Self = Self(0x2005);
    /// chrony's experimental monotonic timestamps (`extfield F323`).
    pub const MONO_ROOT: Self = Self(0xf323);
    /// chrony's experimental network correction (`extfield F324`).
    pub const NET_CORRECTION: Self = Self(0xf324);
}

/// One extension field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// What it holds.
    pub field_type: FieldType,
    /// The octets after type and length, padding included.
    pub body: &'a [u8],
    /// Where the field starts, counted from the end of the header.
    pub offset: usize,
}

impl<'a> Field<'a> {
    /// The first field of `octets`, where a length as short as 4 is allowed, and what follows it.
    #[cfg(feature = "nts")]
    pub(crate) fn next(octets: &'a [u8]) -> Option<(Self, &'a [u8])> {
        Self::split(octets, Framing::Lenient).ok()
    }

    /// The first field of `octets` and what follows it. The offset is left at 0.
    pub(super) fn split(octets: &'a [u8], framing: Framing) -> Result<(Self, &'a [u8]), Rule> {
        let (&[a, b, c, d], _) = octets.split_first_chunk().ok_or(Rule::FieldHeader)?;
        let length = usize::from(u16::from_be_bytes([c, d]));
        let least = match framing {
            Framing::Strict => 16,
            Framing::Lenient => 4,
        };
        if length < least {
            return Err(Rule::FieldTooShort);
        }
        if length % 4 != 0 {
            return Err(Rule::FieldNotAligned);
        }
        let (field, rest) = octets.split_at_checked(length).ok_or(Rule::FieldTooLong)?;
        let (_, body) = field.split_at_checked(4).ok_or(Rule::FieldHeader)?;
        let field_type = FieldType(u16::from_be_bytes([a, b]));
        Ok((Self { field_type, body, offset: 0 }, rest))
    }
}

/// The extension fields of a packet, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fields<'a> {
    rest: &'a [u8],
    framing: Framing,
    offset: usize,
}

impl<'a> Fields<'a> {
    pub(super) const EMPTY: Self = Self { rest: &[], framing: Framing::Strict, offset: 0 };

    pub(super) const fn new(octets: &'a [u8], framing: Framing) -> Self {
        Self { rest: octets, framing, offset: 0 }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        let Ok((field, rest)) = Field::split(self.rest, self.framing) else {
            self.rest = &[];
            return None;
        };
        let field = Field { offset: self.offset, ..field };
        self.offset = self.offset.saturating_add(self.rest.len().saturating_sub(rest.len()));
        self.rest = rest;
        Some(field)
    }
}

impl core::iter::FusedIterator for Fields<'_> {}
