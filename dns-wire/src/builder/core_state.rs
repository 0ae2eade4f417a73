//! What the builder holds, whichever section is open.

use super::compress::Compressor;
use crate::rdata::{self, Data, Part};
use crate::{Class, Full, Header, Name, RType, Ttl};

#[derive(Debug)]
pub(super) struct Core<'b> {
    buffer: &'b mut [u8],
    len: usize,
    /// Octets that may be written, at most what the buffer has.
    limit: usize,
    /// Of those, octets kept for a record to come.
    pub(super) reserved: usize,
    pub(super) header: Header,
    names: Compressor,
}

impl<'b> Core<'b> {
    #[inline]
    pub(super) fn new(buffer: &'b mut [u8], header: Header) -> Result<Self, Full> {
        let limit = buffer.len().min(usize::from(u16::MAX));
        if limit < 12 {
            return Err(Full);
        }
        let header = Header { id: header.id, flags: header.flags, ..Header::default() };
        Ok(Self { buffer, len: 12, limit, reserved: 0, header, names: Compressor::new() })
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn set_limit(&mut self, octets: usize) {
        let written = self.len.saturating_add(self.reserved);
        self.limit = octets.min(self.buffer.len()).min(usize::from(u16::MAX)).max(written);
    }

    pub(super) fn reserve(&mut self, octets: usize) -> Result<(), Full> {
        let reserved = self.reserved.checked_add(octets).ok_or(Full)?;
        if self.len.checked_add(reserved).is_none_or(|end| end > self.limit) {
            return Err(Full);
        }
        self.reserved = reserved;
        Ok(())
    }

    #[inline]
    pub(super) fn push_question(
        &mut self,
        name: Name<'_>,
        qtype: RType,
        qclass: Class,
    ) -> Result<(), Full> {
        let count = self.header.questions.checked_add(1).ok_or(Full)?;
        let start = self.len;
        let [a, b] = qtype.0.to_be_bytes();
        let [c, d] = qclass.0.to_be_bytes();
        let written = self.write_name(name).and_then(|()| self.write(&[a, b, c, d]));
        match written {
            Ok(()) => self.header.questions = count,
            Err(Full) => self.rewind_to(start),
        }
        written
    }

    /// Drops what was written at and after `len`.
    #[cold]
    pub(super) fn rewind_to(&mut self, len: usize) {
        self.len = len;
        self.names.forget_from(len);
    }

    #[inline]
    pub(super) fn write_name(&mut self, name: Name<'_>) -> Result<(), Full> {
        let end = self.limit.saturating_sub(self.reserved);
        let room = self.buffer.get_mut(..end).ok_or(Full)?;
        self.len = self.names.write(name, room, self.len)?;
        Ok(())
    }

    /// Writes all of a record but its owner.
    #[inline]
    pub(super) fn write_record(
        &mut self,
        rtype: RType,
        class: Class,
        ttl: Ttl,
        rdata: &[u8],
        compress: bool,
    ) -> Result<(), Full> {
        let length = u16::try_from(rdata.len()).map_err(|_| Full)?;
        let [a, b] = rtype.0.to_be_bytes();
        let [c, d] = class.0.to_be_bytes();
        let [e, f, g, h] = ttl.0.to_be_bytes();
        let [i, j] = length.to_be_bytes();
        let end = self.limit.saturating_sub(self.reserved);
        let room = self.buffer.get_mut(self.len..end).ok_or(Full)?;
        let (fixed, rest) = room.split_first_chunk_mut::<10>().ok_or(Full)?;
        *fixed = [a, b, c, d, e, f, g, h, i, j];
        let start = self.len.wrapping_add(10);
        if compress && rdata::is_compressible(rtype) {
            self.len = start;
            return self.write_compressed(rtype, rdata, start);
        }
        rest.get_mut(..rdata.len()).ok_or(Full)?.copy_from_slice(rdata);
        self.len = start.wrapping_add(rdata.len());
        Ok(())
    }

    /// Writes RDATA with its names compressed, and its length before it.
    fn write_compressed(&mut self, rtype: RType, rdata: &[u8], start: usize) -> Result<(), Full> {
        let mut rest = rdata;
        for part in Data::layout(rtype) {
            let taken = match *part {
                Part::Fixed(octets) => octets,
                Part::Name(_) => match Name::split_from(rest) {
                    Ok((name, after)) => {
                        self.write_name(name)?;
                        rest = after;
                        continue;
                    }
                    Err(_) => break,
                },
                _ => break,
            };
            let Some((octets, after)) = rest.split_at_checked(taken) else { break };
            self.write(octets)?;
            rest = after;
        }
        self.write(rest)?;
        let length = u16::try_from(self.len.saturating_sub(start)).map_err(|_| Full)?;
        let place =
            self.buffer.get_mut(start.saturating_sub(2)..).and_then(<[u8]>::first_chunk_mut::<2>);
        *place.ok_or(Full)? = length.to_be_bytes();
        Ok(())
    }

    #[inline]
    pub(super) fn write(&mut self, octets: &[u8]) -> Result<(), Full> {
        let end = self.len.checked_add(octets.len()).ok_or(Full)?;
        if end > self.limit.saturating_sub(self.reserved) {
            return Err(Full);
        }
        self.buffer.get_mut(self.len..end).ok_or(Full)?.copy_from_slice(octets);
        self.len = end;
        Ok(())
    }

    #[inline]
    pub(super) fn finish(self) -> &'b mut [u8] {
        if let Some(place) = self.buffer.first_chunk_mut::<12>() {
            *place = self.header.to_wire();
        }
        self.buffer.get_mut(..self.len).unwrap_or(&mut [])
    }
}
