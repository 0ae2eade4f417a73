//! RDATA where it lies.

use core::fmt;

use super::{Data, Shown};
use crate::{Full, RType, Reader, WireError, Writer};

/// The RDATA of a record, not yet looked into.
#[derive(Clone, Copy)]
pub struct Rdata<'a>(Reader<'a>);

impl<'a> Rdata<'a> {
    /// RDATA that stands alone, its names uncompressed.
    #[must_use]
    #[inline]
    pub fn flat(octets: &'a [u8]) -> Self {
        Self(Reader::flat(octets))
    }

    /// RDATA in a message, which ends at `end`.
    #[inline]
    pub(crate) fn in_message(message: &'a [u8], octets: &'a [u8], end: usize) -> Self {
        Self(Reader::in_message(message, octets, end))
    }

    /// The octets as they stand: in a message names in them may be compressed, and mean nothing outside it.
    /// To send them on there is [`Builder::push_data`](crate::Builder::push_data), to keep or compare them
    /// [`data`](Self::data) and [`Data::to_wire`].
    #[must_use]
    #[inline]
    pub fn octets(&self) -> &'a [u8] {
        self.0.rest()
    }

    /// Octets from the start of the message to the RDATA; 0 for RDATA that stands alone.
    #[must_use]
    #[inline]
    pub fn position(&self) -> usize {
        self.0.position()
    }

    /// The data as a type known when the program is written: `record.rdata.parse::<Mx>()`.
    ///
    /// # Errors
    /// What is wrong with the octets, and where.
    #[inline(always)]
    pub fn parse<T: RecordData<'a>>(&self) -> Result<T, WireError> {
        let mut reader = self.0;
        let data = T::read(&mut reader)?;
        reader.finish()?;
        Ok(data)
    }

    /// The data as the type of its record.
    ///
    /// # Errors
    /// What is wrong with the octets, and where.
    #[inline]
    pub fn data(&self, rtype: RType) -> Result<Data<'a>, WireError> {
        Data::parse(rtype, self)
    }

    /// The data in presentation form; the generic form of RFC 3597 where it is malformed or unknown.
    #[must_use]
    pub fn display(&self, rtype: RType) -> impl fmt::Display + use<'a> {
        Shown { rtype, rdata: *self }
    }
}

impl fmt::Debug for Rdata<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Rdata").field(&self.octets()).finish()
    }
}

/// A type of data. Implemented by the structs of this module.
pub trait RecordData<'a>: Copy + fmt::Display + sealed::Sealed {
    /// The number of the type.
    const RTYPE: RType;

    /// Reads it; octets after it are the caller's to judge.
    #[doc(hidden)]
    fn read(reader: &mut Reader<'a>) -> Result<Self, WireError>;

    /// Writes its wire form, names uncompressed.
    #[doc(hidden)]
    fn write(&self, out: &mut Writer<'_>) -> Result<(), Full>;

    /// Writes its wire form, names uncompressed, and returns its length.
    ///
    /// # Errors
    /// When `out` is too small.
    fn to_wire(&self, out: &mut [u8]) -> Result<usize, Full> {
        let mut out = Writer::new(out);
        self.write(&mut out)?;
        Ok(out.len())
    }
}

pub(crate) mod sealed {
    /// Keeps the list of types closed.
    pub trait Sealed {}
}
