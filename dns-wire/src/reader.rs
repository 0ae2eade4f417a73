//! Reading octets without a panic: the only way in which this crate takes a message or RDATA apart.

use crate::{MessageName, WireError, WireErrorKind};

/// A place in octets. For RDATA in a message the octets are the message, so that compression pointers, which point
/// back, can be followed.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    octets: &'a [u8],
    /// The part of `octets` that is to be read.
    rest: &'a [u8],
    /// Where `rest` ends.
    end: usize,
    pointers: bool,
}

impl<'a> Reader<'a> {
    /// Octets that stand alone: what is in them is uncompressed.
    #[inline]
    pub(crate) fn flat(octets: &'a [u8]) -> Self {
        Self { octets, rest: octets, end: octets.len(), pointers: false }
    }

    /// The last octets of `octets`, what is in them uncompressed.
    pub(crate) fn tail(octets: &'a [u8], rest: &'a [u8]) -> Self {
        Self { octets, rest, end: octets.len(), pointers: false }
    }

    /// A part of a message, which ends at `end`.
    #[inline]
    pub(crate) fn in_message(message: &'a [u8], part: &'a [u8], end: usize) -> Self {
        Self { octets: message, rest: part, end, pointers: true }
    }

    #[inline]
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Octets before those that are to be read.
    #[inline]
    pub(crate) fn position(&self) -> usize {
        self.end.wrapping_sub(self.rest.len())
    }

    #[inline]
    pub(crate) fn error(&self, kind: WireErrorKind) -> WireError {
        WireError::new(kind, self.position())
    }

    #[inline(always)]
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        match self.rest.split_first_chunk::<N>() {
            Some((chunk, rest)) => {
                self.rest = rest;
                Ok(*chunk)
            }
            None => Err(self.error(WireErrorKind::Truncated)),
        }
    }

    #[inline]
    pub(crate) fn u8(&mut self) -> Result<u8, WireError> {
        self.array::<1>().map(|[octet]| octet)
    }

    #[inline]
    pub(crate) fn u16(&mut self) -> Result<u16, WireError> {
        self.array().map(u16::from_be_bytes)
    }

    #[inline]
    pub(crate) fn u32(&mut self) -> Result<u32, WireError> {
        self.array().map(u32::from_be_bytes)
    }

    #[inline(always)]
    pub(crate) fn take(&mut self, length: usize) -> Result<&'a [u8], WireError> {
        match self.rest.split_at_checked(length) {
            Some((octets, rest)) => {
                self.rest = rest;
                Ok(octets)
            }
            None => Err(self.error(WireErrorKind::Truncated)),
        }
    }

    #[inline]
    pub(crate) fn take_rest(&mut self) -> &'a [u8] {
        core::mem::take(&mut self.rest)
    }

    /// A name; with compression pointers only where the caller and the octets allow them.
    #[inline(always)]
    pub(crate) fn name(&mut self, pointers: bool) -> Result<MessageName<'a>, WireError> {
        let pointers = pointers && self.pointers;
        let (name, rest) = MessageName::read(self.octets, self.rest, self.position(), pointers)?;
        self.rest = rest;
        Ok(name)
    }

    #[inline]
    pub(crate) fn finish(&self) -> Result<(), WireError> {
        if self.is_empty() { Ok(()) } else { Err(self.error(WireErrorKind::Trailing)) }
    }
}
