//! A message written into a buffer of the caller's, one record at a time.

mod compress;
mod core_state;
mod opt;

use core::marker::PhantomData;

use crate::rdata::{self, Data};
use crate::{Class, Flags, Full, Header, Message, Name, RType, Ttl};
use core_state::Core;

/// Writes a message. The type says which section is open: questions first, then
/// [`answers`](Builder::answers), [`authorities`](Builder::authorities), [`additionals`](Builder::additionals);
/// there is no way back.
///
/// A push writes all of its record or nothing. Names are compressed, case-exactly: a pointer never
/// changes the case in which a name was written.
///
/// ```
/// use dns_wire::{Builder, Class, Header, NameBuf, RType, Ttl};
/// let mut buffer = [0u8; 512];
/// let name: NameBuf = "www.example.".parse()?;
/// let mut questions = Builder::new(&mut buffer, Header { id: 7, ..Header::default() })?;
/// questions.push_question(name.as_name(), RType::A, Class::IN)?;
/// let mut answers = questions.answers();
/// answers.push(name.as_name(), RType::A, Class::IN, Ttl(60), &[192, 0, 2, 1])?;
/// assert_eq!(answers.finish().len(), 45);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Builder<'b, S> {
    core: Core<'b>,
    section: PhantomData<S>,
}

/// The question section is open.
#[derive(Debug)]
pub struct Question(());
/// The answer section is open.
#[derive(Debug)]
pub struct Answer(());
/// The authority section is open.
#[derive(Debug)]
pub struct Authority(());
/// The additional section is open.
#[derive(Debug)]
pub struct Additional(());

/// The sections that records go into.
pub trait RecordSection: sealed::Sealed {
    /// Records that have no room here are missed: the message is truncated (RFC 2181 §9).
    #[doc(hidden)]
    const REQUIRED: bool;

    /// Counts `records` into the section.
    #[doc(hidden)]
    fn count(header: &mut Header) -> &mut u16;
}

impl RecordSection for Answer {
    const REQUIRED: bool = true;

    #[inline]
    fn count(header: &mut Header) -> &mut u16 {
        &mut header.answers
    }
}

impl RecordSection for Authority {
    const REQUIRED: bool = true;

    #[inline]
    fn count(header: &mut Header) -> &mut u16 {
        &mut header.authorities
    }
}

impl RecordSection for Additional {
    const REQUIRED: bool = false;

    #[inline]
    fn count(header: &mut Header) -> &mut u16 {
        &mut header.additionals
    }
}

mod sealed {
    /// Keeps the list of sections closed.
    pub trait Sealed {}
    impl Sealed for super::Answer {}
    impl Sealed for super::Authority {}
    impl Sealed for super::Additional {}
}

impl<'b> Builder<'b, Question> {
    /// Starts a message. The counts in `header` are ignored.
    ///
    /// # Errors
    /// When the buffer has fewer than twelve octets. Octets past the 65535th are not used.
    #[inline]
    pub fn new(buffer: &'b mut [u8], header: Header) -> Result<Self, Full> {
        Ok(Self { core: Core::new(buffer, header)?, section: PhantomData })
    }

    /// Writes a question.
    ///
    /// # Errors
    /// When there is no room.
    #[inline]
    pub fn push_question(
        &mut self,
        name: Name<'_>,
        qtype: RType,
        qclass: Class,
    ) -> Result<(), Full> {
        self.core.push_question(name, qtype, qclass)
    }

    /// Goes on to the answers (the prerequisites of an UPDATE).
    #[inline]
    #[must_use]
    pub fn answers(self) -> Builder<'b, Answer> {
        self.into_section()
    }
}

impl<'b> Builder<'b, Answer> {
    /// Starts the response to a query: its id, opcode, RD and CD bits and question, QR set, RCODE 0.
    ///
    /// It is the caller who must not answer what is a [response](Flags::response) itself, lest two servers answer
    /// each other for ever.
    ///
    /// # Errors
    /// When there is no room for header and question, or the name asked for is malformed.
    #[inline]
    pub fn reply(buffer: &'b mut [u8], query: &Message<'_>) -> Result<Self, Full> {
        let asked = query.header();
        let flags = Flags(asked.flags.0 & REPLY_KEEPS).with_response(true);
        let mut core = Core::new(buffer, Header { id: asked.id, flags, ..Header::default() })?;
        for question in query.questions().flatten() {
            match question.name.as_flat() {
                Some(name) => core.push_question(name, question.qtype, question.qclass)?,
                None => {
                    let name = question.name.to_name_buf().map_err(|_| Full)?;
                    core.push_question(name.as_name(), question.qtype, question.qclass)?;
                }
            }
        }
        Ok(Self { core, section: PhantomData })
    }

    /// Goes on to the authority section (the updates of an UPDATE).
    #[inline]
    #[must_use]
    pub fn authorities(self) -> Builder<'b, Authority> {
        self.into_section()
    }

    /// Goes on to the additional section, past an empty authority section.
    #[inline]
    #[must_use]
    pub fn additionals(self) -> Builder<'b, Additional> {
        self.into_section()
    }
}

impl<'b> Builder<'b, Authority> {
    /// Goes on to the additional section.
    #[inline]
    #[must_use]
    pub fn additionals(self) -> Builder<'b, Additional> {
        self.into_section()
    }
}

impl<'b, S: RecordSection> Builder<'b, S> {
    /// Writes a record from RDATA in uncompressed wire form. Names in it are compressed where
    /// RFC 3597 §4 allows, which is in the types of RFC 1035. RDATA as they stand in a message may be compressed
    /// already: a record is relayed by [`push_data`](Self::push_data).
    ///
    /// # Errors
    /// When there is no room; nothing is written then.
    ///
    /// # Cost
    /// O(octets), four places of a small table for each label at most, sixteen for each name compared; no allocation.
    #[inline]
    pub fn push(
        &mut self,
        owner: Name<'_>,
        rtype: RType,
        class: Class,
        ttl: Ttl,
        rdata: &[u8],
    ) -> Result<(), Full> {
        if !rdata::is_compressible(rtype) {
            return self.push_raw(owner, rtype, class, ttl, rdata);
        }
        let count = self.count_one_more()?;
        self.core.push_compressed(owner, rtype, fixed(rtype, class, ttl), rdata)?;
        *S::count(&mut self.core.header) = count;
        Ok(())
    }

    /// Writes a record whose RDATA goes out exactly as given.
    ///
    /// # Errors
    /// When there is no room; nothing is written then.
    #[inline]
    pub fn push_raw(
        &mut self,
        owner: Name<'_>,
        rtype: RType,
        class: Class,
        ttl: Ttl,
        rdata: &[u8],
    ) -> Result<(), Full> {
        let count = self.count_one_more()?;
        self.core.push_plain(owner, fixed(rtype, class, ttl), rdata)?;
        *S::count(&mut self.core.header) = count;
        Ok(())
    }

    /// Writes a record from data, names uncompressed as [`Data::to_wire`] writes them, so that those read from one
    /// message can go into another without a buffer between.
    ///
    /// # Errors
    /// When there is no room, or a name in the data is malformed; nothing is written then.
    ///
    /// ```
    /// use dns_wire::{Builder, Message};
    /// /// Sends the answers on.
    /// fn relay(response: &Message<'_>, buffer: &mut [u8]) -> Result<usize, Box<dyn std::error::Error>> {
    ///     let mut answers = Builder::new(buffer, response.header())?.answers();
    ///     for record in response.answers() {
    ///         let record = record?;
    ///         let (owner, data) = (record.owner.to_name_buf()?, record.data()?);
    ///         answers.push_data(owner.as_name(), record.class, record.ttl, &data)?;
    ///     }
    ///     Ok(answers.finish().len())
    /// }
    /// # // An MX record of the name, whose host is compressed: mail and a pointer to its owner.
    /// # let octets = b"\0\x07\x80\0\0\0\0\x01\0\0\0\0\x01a\0\0\x0f\0\x01\0\0\0\x3c\0\x09\0\x0a\x04mail\xc0\x0c";
    /// # let mut buffer = [0; 512];
    /// # let length = relay(&Message::parse(octets)?, &mut buffer)?;
    /// # let record = Message::parse(&buffer[..length])?.answers().next().expect("one")?;
    /// # assert_eq!(record.rdata.display(record.rtype).to_string(), "10 mail.a.");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn push_data(
        &mut self,
        owner: Name<'_>,
        class: Class,
        ttl: Ttl,
        data: &Data<'_>,
    ) -> Result<(), Full> {
        let count = self.count_one_more()?;
        self.core.push_data(owner, fixed(data.rtype(), class, ttl), data)?;
        *S::count(&mut self.core.header) = count;
        Ok(())
    }

    /// Writes an RRset: all of its records, or none and, in the answer and authority sections, the TC bit.
    /// What is left out of the additional section does not truncate a message (RFC 2181 §9), but the glue that a
    /// referral needs does: who leaves that out sets the bit by [`set_flags`](Builder::set_flags) (RFC 9471 §3).
    ///
    /// # Errors
    /// When there is no room for all of them.
    pub fn push_rrset<'r>(
        &mut self,
        owner: Name<'_>,
        rtype: RType,
        class: Class,
        ttl: Ttl,
        rdatas: impl IntoIterator<Item = &'r [u8]>,
    ) -> Result<(), Full> {
        let (start, count) = (self.core.len(), *S::count(&mut self.core.header));
        for rdata in rdatas {
            if self.push(owner, rtype, class, ttl, rdata).is_err() {
                self.core.rewind_to(start);
                *S::count(&mut self.core.header) = count;
                if S::REQUIRED {
                    self.core.header.flags = self.core.header.flags.with_truncated(true);
                }
                return Err(Full);
            }
        }
        Ok(())
    }

    /// Copies `records` records that are already in wire form, names and all.
    ///
    /// # Errors
    /// When there is no room; nothing is written then.
    #[inline]
    pub fn push_encoded(&mut self, octets: &[u8], records: u16) -> Result<(), Full> {
        let count = S::count(&mut self.core.header).checked_add(records).ok_or(Full)?;
        self.core.write(octets)?;
        *S::count(&mut self.core.header) = count;
        Ok(())
    }

    /// What the count of the section will be with one record more.
    #[inline]
    fn count_one_more(&mut self) -> Result<u16, Full> {
        S::count(&mut self.core.header).checked_add(1).ok_or(Full)
    }
}

impl<'b, S> Builder<'b, S> {
    /// The flags as they will be sent.
    #[must_use]
    pub fn flags(&self) -> Flags {
        self.core.header.flags
    }

    /// Sets the flags.
    pub fn set_flags(&mut self, flags: Flags) {
        self.core.header.flags = flags;
    }

    /// Octets written so far.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a message has at least its header")]
    pub fn len(&self) -> usize {
        self.core.len()
    }

    /// Sets the most octets the message may have; never more than the buffer has, nor less than is written.
    pub fn set_limit(&mut self, octets: usize) {
        self.core.set_limit(octets);
    }

    /// Keeps room for an OPT record to come, of 11 octets and its options, or a TSIG record; for both when called
    /// twice. Reserve, fill, [`push_opt`](Builder::push_opt), fill what is left, sign: OPT takes its room out of what
    /// is kept, and what is kept for TSIG stays until the message is whole. `TsigKey::record_len` has an example.
    ///
    /// # Errors
    /// When there is not as much left.
    pub fn reserve(&mut self, octets: usize) -> Result<(), Full> {
        self.core.reserve(octets)
    }

    /// Gives all kept room back.
    pub fn release(&mut self) {
        self.core.reserved = 0;
    }

    /// Writes the counts and returns the message.
    #[inline]
    #[must_use]
    pub fn finish(self) -> &'b mut [u8] {
        self.core.finish()
    }

    #[inline]
    fn into_section<T>(self) -> Builder<'b, T> {
        Builder { core: self.core, section: PhantomData }
    }
}

/// Type, class and TTL as they go out.
#[inline]
fn fixed(rtype: RType, class: Class, ttl: Ttl) -> [u8; 8] {
    let [a, b] = rtype.0.to_be_bytes();
    let [c, d] = class.0.to_be_bytes();
    let [e, f, g, h] = ttl.0.to_be_bytes();
    [a, b, c, d, e, f, g, h]
}

/// Opcode, RD and CD: what a response repeats (RFC 1035 §4.1.1, RFC 4035 §3.1.6).
const REPLY_KEEPS: u16 = 0x7910;

#[cfg(test)]
mod tests {
    use super::{Builder, Question};

    /// As the comment on the number of sets says: a larger one is moved by a call to `memcpy`.
    #[test]
    fn a_builder_is_moved_without_a_call() {
        assert!(size_of::<Builder<'_, Question>>() <= 128);
    }
}
