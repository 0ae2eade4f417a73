//! Reading octets without a panic: the only way in which this crate takes a message or RDATA apart.

use crate::{MessageName, WireError, WireErrorKind};

/// A place in octets. For RDATA in a message the octets are the message up to the end of the RDATA,
/// so that compression pointers, which point back, can be followed.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    octets: &'a [u8],
    position: usize,
    pointers: bool,
}

impl<'a> Reader<'a> {
    #[inline(always)]
    pub(crate) fn new(octets: &'a [u8], position: usize, pointers: bool) -> Self {
        Self { octets, position, pointers }
    }

    #[inline(always)]
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.octets.get(self.position..).unwrap_or(&[])
    }

    #[inline(always)]
    pub(crate) fn is_empty(&self) -> bool {
        self.position >= self.octets.len()
    }

    pub(crate) fn error(&self, kind: WireErrorKind) -> WireError {
        WireError::new(kind, self.position)
    }

    #[inline(always)]
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        match self.rest().first_chunk::<N>() {
            Some(chunk) => {
                self.position = self.position.wrapping_add(N);
                Ok(*chunk)
            }
            None => Err(self.error(WireErrorKind::Truncated)),
        }
    }

    #[inline(always)]
    pub(crate) fn u8(&mut self) -> Result<u8, WireError> {
        self.array::<1>().map(|[octet]| octet)
    }

    #[inline(always)]
    pub(crate) fn u16(&mut self) -> Result<u16, WireError> {
        self.array().map(u16::from_be_bytes)
    }

    #[inline(always)]
    pub(crate) fn u32(&mut self) -> Result<u32, WireError> {
        self.array().map(u32::from_be_bytes)
    }

    #[inline(always)]
    pub(crate) fn take(&mut self, length: usize) -> Result<&'a [u8], WireError> {
        match self.rest().get(..length) {
            Some(octets) => {
                self.position = self.position.wrapping_add(length);
                Ok(octets)
            }
            None => Err(self.error(WireErrorKind::Truncated)),
        }
    }

    #[inline(always)]
    pub(crate) fn take_rest(&mut self) -> &'a [u8] {
        let rest = self.rest();
        self.position = self.octets.len();
        rest
    }

    /// A name; with compression pointers only where the caller and the octets allow them.
    #[inline(always)]
    pub(crate) fn name(&mut self, pointers: bool) -> Result<MessageName<'a>, WireError> {
        let (name, end) = MessageName::read(self.octets, self.position, pointers && self.pointers)?;
        self.position = end;
        Ok(name)
    }

    #[inline(always)]
    pub(crate) fn finish(&self) -> Result<(), WireError> {
        if self.is_empty() { Ok(()) } else { Err(self.error(WireErrorKind::Trailing)) }
    }
}
