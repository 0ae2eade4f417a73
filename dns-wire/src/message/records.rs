//! The records of a message, one after the other.

use crate::edns::Edns;
use crate::rdata::{Data, Rdata};
use crate::{Class, Header, MessageName, RType, Ttl, WireError, WireErrorKind};

/// A resource record (RFC 1035 §4.1.3).
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// Whose record it is.
    pub owner: MessageName<'a>,
    /// Type.
    pub rtype: RType,
    /// Class; in OPT the UDP payload size.
    pub class: Class,
    /// Time to live as it stands in the message; see [`Ttl::effective`].
    pub ttl: Ttl,
    /// The data, not yet looked into.
    pub rdata: Rdata<'a>,
}

impl<'a> Record<'a> {
    /// The record as an OPT record (RFC 6891 §6.1.2), for those who meet it on their walk;
    /// [`Message::edns`](crate::Message::edns) looks for it.
    ///
    /// # Errors
    /// When it is of another type, or not owned by the root.
    #[inline(always)]
    pub fn edns(&self) -> Result<Edns<'a>, WireError> {
        Edns::from_record(*self)
    }

    /// Checks all of the record: its owner, its RDATA, and what the names in them lead to. RDATA may be missing where
    /// an UPDATE means any or none (class ANY or NONE; RFC 2136 §2.4 and §2.5).
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn check(&self) -> Result<(), WireError> {
        self.owner.check()?;
        if matches!(self.class, Class::ANY | Class::NONE) && self.rdata.octets().is_empty() {
            return Ok(());
        }
        self.data()?.check()
    }

    /// The data as the type of the record. Addresses and services of the Internet (A and WKS; RFC 1035 §3.4) are
    /// something else in other classes, and not looked into there.
    ///
    /// # Errors
    /// What is wrong with the octets, and where.
    #[inline]
    pub fn data(&self) -> Result<Data<'a>, WireError> {
        // NONE and ANY stand for the class of the zone that an UPDATE is for (RFC 2136 §2.4 and §2.5).
        let other = !matches!(self.class, Class::IN | Class::NONE | Class::ANY);
        if other && matches!(self.rtype, RType::A | RType::WKS) {
            return Ok(Data::Unknown(self.rtype, self.rdata.octets()));
        }
        self.rdata.data(self.rtype)
    }
}

/// The sections that hold records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// Answers; prerequisites in an UPDATE.
    Answer,
    /// Authority records; updates in an UPDATE.
    Authority,
    /// Additional records.
    Additional,
}

/// Records in the order in which they stand. After an error it ends.
#[derive(Clone, Debug)]
pub struct Records<'a> {
    octets: &'a [u8],
    /// The next record, and all octets after it.
    rest: &'a [u8],
    /// Records left.
    left: u32,
    /// While no more than this are left, the last record was of the authority section, or a later one.
    authority_below: u32,
    /// The same for the additional section.
    additional_below: u32,
}

impl<'a> Records<'a> {
    pub(crate) fn new(octets: &'a [u8], rest: &'a [u8], header: Header) -> Self {
        let additional_below = u32::from(header.additionals);
        let authority_below = additional_below.wrapping_add(u32::from(header.authorities));
        let left = authority_below.wrapping_add(u32::from(header.answers));
        Self { octets, rest, left, authority_below, additional_below }
    }

    /// Skips to a section and leaves out those after it.
    pub(crate) fn only(mut self, section: Section) -> Self {
        let after = match section {
            Section::Answer => self.authority_below,
            Section::Authority => self.additional_below,
            Section::Additional => 0,
        };
        let before = match section {
            Section::Answer => self.left,
            Section::Authority => self.authority_below,
            Section::Additional => self.additional_below,
        };
        while self.left > before && self.skip_record().is_some() {
            self.left = self.left.wrapping_sub(1);
        }
        // Where a record could not be skipped, reading it tells what is wrong there.
        let unread = if self.left > before { 1 } else { before.wrapping_sub(after) };
        let section =
            if self.left > before { self.section_at(self.left.wrapping_sub(1)) } else { section };
        self.end_with(unread, section);
        self
    }

    /// The section of the record that was returned last.
    #[must_use]
    #[inline(always)]
    pub fn section(&self) -> Section {
        self.section_at(self.left)
    }

    /// Octets from the start of the message to the next record, or to the end of the last.
    #[must_use]
    #[inline]
    pub fn position(&self) -> usize {
        self.at()
    }

    #[inline]
    fn at(&self) -> usize {
        self.octets.len().wrapping_sub(self.rest.len())
    }

    #[inline(always)]
    fn section_at(&self, left: u32) -> Section {
        if left < self.additional_below {
            Section::Additional
        } else if left < self.authority_below {
            Section::Authority
        } else {
            Section::Answer
        }
    }

    /// Has so many records left, all of them of one section, as is the last.
    #[inline(always)]
    fn end_with(&mut self, left: u32, section: Section) {
        self.left = left;
        let all = left.wrapping_add(1);
        self.authority_below = if section == Section::Authority { all } else { 0 };
        self.additional_below = if section == Section::Additional { all } else { 0 };
    }

    fn skip_record(&mut self) -> Option<()> {
        let (_, fixed) = MessageName::read(self.octets, self.rest, self.at(), true).ok()?;
        let (&[.., high, low], rest) = fixed.split_first_chunk::<10>()?;
        self.rest = rest.get(usize::from(u16::from_be_bytes([high, low]))..)?;
        Some(())
    }

    #[inline(always)]
    fn read(&mut self) -> Result<Record<'a>, WireError> {
        let (owner, fixed) = MessageName::read(self.octets, self.rest, self.at(), true)?;
        let Some((&[a, b, c, d, e, f, g, h, i, j], rest)) = fixed.split_first_chunk::<10>() else {
            return Err(truncated(self.octets, fixed));
        };
        let length = usize::from(u16::from_be_bytes([i, j]));
        let Some((rdata, rest)) = rest.split_at_checked(length) else {
            return Err(truncated(self.octets, rest));
        };
        self.rest = rest;
        Ok(Record {
            owner,
            rtype: RType(u16::from_be_bytes([a, b])),
            class: Class(u16::from_be_bytes([c, d])),
            ttl: Ttl(u32::from_be_bytes([e, f, g, h])),
            rdata: Rdata::in_message(self.octets, rdata, self.at()),
        })
    }
}

/// The message ends before what starts where `rest` does.
#[cold]
fn truncated(octets: &[u8], rest: &[u8]) -> WireError {
    WireError::new(WireErrorKind::Truncated, octets.len().wrapping_sub(rest.len()))
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, WireError>;

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let record = self.read();
        if record.is_err() {
            self.end_with(0, self.section());
        }
        Some(record)
    }
}

impl core::iter::FusedIterator for Records<'_> {}
