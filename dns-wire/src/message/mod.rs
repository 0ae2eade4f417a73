//! A message as a view of its octets (RFC 1035 §4).

mod records;

pub use records::{Record, Records, Section};

use crate::edns::Edns;
use crate::{Class, Header, MessageName, RType, Rcode, WireError, WireErrorKind};

/// A message, read where it lies. Making one checks the header and the questions; records are
/// checked as they are walked, RDATA when it is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    octets: &'a [u8],
    header: Header,
    /// The first question, which most messages have and no other, and the octets after it.
    first: Option<Question<'a>>,
    after_first: &'a [u8],
    /// The first record, and all octets after it.
    records: &'a [u8],
}

impl<'a> Message<'a> {
    /// A view of these octets.
    ///
    /// # Errors
    /// When there are fewer than twelve octets or more than 65535, or a question is malformed.
    ///
    /// # Cost
    /// O(octets of the questions); no pointer is followed and nothing after them is touched.
    #[inline(always)]
    pub fn parse(octets: &'a [u8]) -> Result<Self, WireError> {
        if octets.len() > 0xffff {
            return Err(WireError::new(WireErrorKind::MessageTooLong, 0x1_0000));
        }
        // Nothing that follows is to know how small the length is: the compiler would then write it in pieces, and whoever
        // reads it as a whole waits for them (a query 24 ns, with this 20).
        let octets = core::hint::black_box(octets);
        let Some((wire, rest)) = octets.split_first_chunk::<12>() else {
            return Err(WireError::new(WireErrorKind::Truncated, octets.len()));
        };
        let header = Header::from_wire(wire);
        let mut questions = Questions { octets, first: None, rest, left: header.questions };
        let first = questions.next().transpose()?;
        let after_first = questions.rest;
        for question in questions.by_ref() {
            question?;
        }
        Ok(Self { octets, header, first, after_first, records: questions.rest })
    }

    /// The octets.
    #[must_use]
    pub fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// The header.
    #[must_use]
    pub fn header(&self) -> Header {
        self.header
    }

    /// The first question. Messages of today have one, or none (RFC 9619).
    #[inline]
    #[must_use]
    pub fn question(&self) -> Option<Question<'a>> {
        self.first
    }

    /// All questions.
    #[inline]
    #[must_use]
    pub fn questions(&self) -> Questions<'a> {
        let left = self.header.questions;
        Questions { octets: self.octets, first: self.first, rest: self.after_first, left }
    }

    /// The octets of the questions as they stand.
    #[must_use]
    pub fn question_octets(&self) -> &'a [u8] {
        let end = self.octets.len().wrapping_sub(self.records.len());
        self.octets.get(12..end).unwrap_or(&[])
    }

    /// All records of the three sections, in order. [`Records::section`] tells which one the last record was of.
    #[must_use]
    pub fn records(&self) -> Records<'a> {
        Records::new(self.octets, self.records, self.header)
    }

    /// The records of the answer section; the prerequisites of an UPDATE.
    #[must_use]
    pub fn answers(&self) -> Records<'a> {
        self.records().only(Section::Answer)
    }

    /// The records of the authority section; the updates of an UPDATE. The answers are skipped
    /// over, so this costs O(records before).
    #[must_use]
    pub fn authorities(&self) -> Records<'a> {
        self.records().only(Section::Authority)
    }

    /// The records of the additional section, OPT and TSIG included. The sections before are skipped
    /// over, so this costs O(records before).
    #[must_use]
    pub fn additionals(&self) -> Records<'a> {
        self.records().only(Section::Additional)
    }

    /// Checks all of the message: every record, its RDATA, its names to their ends, EDNS.
    /// Octets after the last record are let be, as most readers do.
    ///
    /// # Errors
    /// The first thing that is wrong, and where.
    ///
    /// # Cost
    /// O(octets), and at most 131 steps for each name.
    pub fn check(&self) -> Result<(), WireError> {
        for question in self.questions() {
            question?.name.check()?;
        }
        let mut edns = None;
        let mut records = self.records();
        while let Some(record) = records.next() {
            let record = record?;
            record.check()?;
            if records.section() == Section::Additional {
                note_opt(&mut edns, &record)?;
            }
        }
        match edns {
            Some(edns) => edns.options().try_for_each(|option| option.map(|_| ())),
            None => Ok(()),
        }
    }

    /// The OPT record, when there is one (RFC 6891 §6.1).
    ///
    /// # Errors
    /// When records cannot be walked, there are two OPT records, or its owner is not the root.
    ///
    /// # Cost
    /// O(records), those before the additional ones skipped over; ask once and keep the answer.
    pub fn edns(&self) -> Result<Option<Edns<'a>>, WireError> {
        let mut found = None;
        for record in self.additionals() {
            note_opt(&mut found, &record?)?;
        }
        Ok(found)
    }

    /// The response code: the header's bits, and those of the message's own [`edns`](Self::edns), where it has it.
    ///
    /// # Cost
    /// Nothing is looked for, so that both cost one walk.
    ///
    /// ```
    /// # use dns_wire::{Message, Rcode, WireError};
    /// # fn main() -> Result<(), WireError> {
    /// // A header and an OPT record: BADVERS, 16, is 1 in OPT and 0 in the header.
    /// let octets = b"\x00\x07\x80\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x29\x04\xd0\x01\x00\x00\x00\x00\x00";
    /// let message = Message::parse(octets)?;
    /// let edns = message.edns()?;
    /// assert_eq!(message.rcode(edns.as_ref()), Rcode::BADVERS);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn rcode(&self, edns: Option<&Edns<'_>>) -> Rcode {
        let low = self.header.flags.rcode().header_bits();
        Rcode::from_parts(edns.map_or(0, Edns::extended_rcode), low)
    }
}

/// Keeps the OPT record; there must be no second one (RFC 6891 §6.1.1).
#[inline]
fn note_opt<'a>(found: &mut Option<Edns<'a>>, record: &Record<'a>) -> Result<(), WireError> {
    if record.rtype != RType::OPT {
        return Ok(());
    }
    if found.is_some() {
        return Err(WireError::new(WireErrorKind::SecondOpt, record.rdata.position()));
    }
    *found = Some(Edns::from_record(*record)?);
    Ok(())
}

/// What is asked: a name, a type and a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question<'a> {
    /// The name.
    pub name: MessageName<'a>,
    /// The type.
    pub qtype: RType,
    /// The class.
    pub qclass: Class,
}

/// The questions of a message. After an error it ends.
#[derive(Clone, Debug)]
pub struct Questions<'a> {
    octets: &'a [u8],
    /// The next question, when it was read before.
    first: Option<Question<'a>>,
    /// The questions that are not, and all octets after them.
    rest: &'a [u8],
    left: u16,
}

impl<'a> Questions<'a> {
    #[inline(always)]
    fn read(&mut self) -> Result<Question<'a>, WireError> {
        let end = self.octets.len();
        let start = end.wrapping_sub(self.rest.len());
        let (name, fixed) = MessageName::read(self.octets, self.rest, start, true)?;
        let Some((&[a, b, c, d], rest)) = fixed.split_first_chunk::<4>() else {
            return Err(WireError::new(WireErrorKind::Truncated, end.wrapping_sub(fixed.len())));
        };
        self.rest = rest;
        Ok(Question {
            name,
            qtype: RType(u16::from_be_bytes([a, b])),
            qclass: Class(u16::from_be_bytes([c, d])),
        })
    }
}

impl<'a> Iterator for Questions<'a> {
    type Item = Result<Question<'a>, WireError>;

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        if let Some(question) = self.first.take() {
            return Some(Ok(question));
        }
        let question = self.read();
        if question.is_err() {
            self.left = 0;
        }
        Some(question)
    }
}

impl core::iter::FusedIterator for Questions<'_> {}
