//! What the builder holds, whichever section is open.

use super::compress::Compressor;
use crate::rdata::{Data, Part};
use crate::writer::copy;
use crate::{Class, Full, Header, Name, RType};

#[derive(Debug)]
pub(super) struct Core<'b> {
    buffer: &'b mut [u8],
    len: usize,
    /// Octets that may be written, at most what the buffer has.
    limit: u16,
    /// Of those, octets kept for a record to come.
    pub(super) reserved: u16,
    pub(super) header: Header,
    names: Compressor,
}

impl<'b> Core<'b> {
    #[inline]
    pub(super) fn new(buffer: &'b mut [u8], header: Header) -> Result<Self, Full> {
        let limit = at_most(buffer.len());
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
        let written = at_most(self.len).saturating_add(self.reserved);
        self.limit = at_most(octets.min(self.buffer.len())).max(written);
    }

    pub(super) fn reserve(&mut self, octets: usize) -> Result<(), Full> {
        let octets = u16::try_from(octets).map_err(|_| Full)?;
        let reserved = self.reserved.checked_add(octets).ok_or(Full)?;
        if self.len.checked_add(reserved.into()).is_none_or(|end| end > self.limit.into()) {
            return Err(Full);
        }
        self.reserved = reserved;
        Ok(())
    }

    /// Where writing must end.
    #[inline]
    fn end(&self) -> usize {
        self.limit.saturating_sub(self.reserved).into()
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
        let end = self.end();
        let room = self.buffer.get_mut(..end).ok_or(Full)?;
        self.len = self.names.write(name, room, self.len)?;
        Ok(())
    }

    /// Writes a record: owner, type, class and TTL (`fixed`, as they go out), and RDATA as it stands.
    #[inline]
    pub(super) fn push_plain(
        &mut self,
        owner: Name<'_>,
        fixed: [u8; 8],
        rdata: &[u8],
    ) -> Result<(), Full> {
        let start = self.len;
        let written = self.write_record(owner, fixed, rdata);
        if written.is_err() {
            self.rewind_to(start);
        }
        written
    }

    /// The same with the names in the RDATA compressed.
    pub(super) fn push_compressed(
        &mut self,
        owner: Name<'_>,
        rtype: RType,
        fixed: [u8; 8],
        rdata: &[u8],
    ) -> Result<(), Full> {
        let start = self.len;
        let written = self
            .write_record(owner, fixed, &[])
            .and_then(|()| self.write_compressed(rtype, rdata, self.len));
        if written.is_err() {
            self.rewind_to(start);
        }
        written
    }

    #[inline(always)]
    fn write_record(&mut self, owner: Name<'_>, fixed: [u8; 8], rdata: &[u8]) -> Result<(), Full> {
        let length = u16::try_from(rdata.len()).map_err(|_| Full)?;
        let end = self.end();
        let room = self.buffer.get_mut(..end).ok_or(Full)?;
        let at = self.names.write_owner(owner, room, self.len)?;
        let rest = room.get_mut(at..).ok_or(Full)?;
        let (to_fixed, rest) = rest.split_first_chunk_mut::<8>().ok_or(Full)?;
        let (to_length, rest) = rest.split_first_chunk_mut::<2>().ok_or(Full)?;
        copy(rest.get_mut(..rdata.len()).ok_or(Full)?, rdata);
        *to_fixed = fixed;
        *to_length = length.to_be_bytes();
        self.len = at.wrapping_add(10).wrapping_add(rdata.len());
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
        self.write_length(start)
    }

    /// Writes a record whose RDATA are these data, names uncompressed.
    pub(super) fn push_data(
        &mut self,
        owner: Name<'_>,
        fixed: [u8; 8],
        data: &Data<'_>,
    ) -> Result<(), Full> {
        let start = self.len;
        let written = self.write_record(owner, fixed, &[]).and_then(|()| self.write_data(data));
        if written.is_err() {
            self.rewind_to(start);
        }
        written
    }

    fn write_data(&mut self, data: &Data<'_>) -> Result<(), Full> {
        let (start, end) = (self.len, self.end());
        let octets = data.to_wire(self.buffer.get_mut(start..end).ok_or(Full)?)?;
        self.len = start.wrapping_add(octets);
        self.write_length(start)
    }

    /// Writes the length of the RDATA that begin at `start` before them.
    #[inline(always)]
    fn write_length(&mut self, start: usize) -> Result<(), Full> {
        let length = u16::try_from(self.len.saturating_sub(start)).map_err(|_| Full)?;
        let place =
            self.buffer.get_mut(start.saturating_sub(2)..).and_then(<[u8]>::first_chunk_mut::<2>);
        *place.ok_or(Full)? = length.to_be_bytes();
        Ok(())
    }

    #[inline]
    pub(super) fn write(&mut self, octets: &[u8]) -> Result<(), Full> {
        let end = self.len.checked_add(octets.len()).ok_or(Full)?;
        if end > self.end() {
            return Err(Full);
        }
        copy(self.buffer.get_mut(self.len..end).ok_or(Full)?, octets);
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

/// As a length of a message, which has 65535 octets at most.
fn at_most(octets: usize) -> u16 {
    u16::try_from(octets).unwrap_or(u16::MAX)
}
