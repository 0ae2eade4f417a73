//! Zone transfers as they arrive (AXFR RFC 5936, IXFR RFC 1995): a state machine that is fed
//! messages and says what to add and what to remove.

use crate::rdata::Soa;
use crate::{
    Additional, Builder, Class, Full, Header, Message, Name, NameBuf, RType, Rcode, Record,
    Records, Section, Ttl, WireError,
};

/// A transfer under way.
///
/// Send its [`request`](Self::request), feed it every message of the stream, in order, and do what it says; nothing
/// is to be kept before [`is_done`](Self::is_done). Where the messages are signed, their end is when the
/// [`TsigStream`](crate::tsig::TsigStream) that checks them is settled too.
///
/// A server whose changes do not fit into a datagram answers with its newer SOA and nothing else (RFC 1995 §2): a
/// transfer over UDP that is not done after one message is to be asked for again, by a new `Transfer`, over TCP.
///
/// ```
/// use dns_wire::transfer::{Transfer, TransferStep};
/// use dns_wire::{Builder, Class, Message, NameBuf, RType, Ttl};
/// let zone: NameBuf = "example.".parse()?;
/// let mut transfer = Transfer::incremental(zone.as_name(), 6);
/// let mut buffer = [0; 512];
/// let request = Message::parse(transfer.request(&mut buffer, 1)?.finish())?;
/// # let soa = [&[0, 0, 0, 0, 0, 7][..], &[0; 16]].concat();
/// # let mut answer = [0; 512];
/// # let mut answers = Builder::reply(&mut answer, &request)?;
/// # for (rtype, rdata) in [(RType::SOA, &soa[..]), (RType::A, &[192, 0, 2, 1]), (RType::SOA, &soa)] {
/// #     answers.push(zone.as_name(), rtype, Class::IN, Ttl(60), rdata)?;
/// # }
/// # let octets = answers.finish();
/// // For each message that comes:
/// let message = Message::parse(octets)?;
/// let mut records = Vec::new();
/// for step in transfer.message(&message)? {
///     match step? {
///         TransferStep::Replace => records.clear(),
///         TransferStep::Add(record) => records.push(record.rdata.display(record.rtype).to_string()),
///         TransferStep::Remove(record) => {
///             records.retain(|have| *have != record.rdata.display(record.rtype).to_string());
///         }
///         _ => {}
///     }
/// }
/// assert_eq!(records, ["192.0.2.1", ". . 7 0 0 0 0"]);
/// assert!(transfer.is_done());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Transfer {
    zone: NameBuf,
    /// The serial that we have, for an incremental transfer.
    base: Option<u32>,
    state: State,
    /// The serial of the first SOA: where the transfer leads.
    target: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing seen yet.
    Start,
    /// The first SOA of a whole zone is being looked at.
    Opening,
    /// The first SOA seen, of an incremental transfer: the next record tells what follows.
    Undecided,
    /// The whole zone, up to an SOA with the target's serial.
    Whole,
    /// That SOA is being looked at.
    Closing,
    /// Records to remove, up to an SOA.
    Removing,
    /// Records to add that lead to this serial, up to an SOA.
    Adding(u32),
    /// All seen.
    Done,
    /// There is nothing newer; what is sent all the same is not looked at.
    UpToDate,
}

/// What a record of a transfer means. To do what `Replace`, `Remove` and `Add` say, in order, is to have the zone,
/// its SOA included.
#[derive(Clone, Copy, Debug)]
pub enum TransferStep<'m> {
    /// We have the newest version already. There are no more steps, also where a whole zone follows.
    UpToDate,
    /// The SOA of the version that the transfer leads to; what to do is said next.
    Start(Record<'m>),
    /// The whole zone follows, its SOA as the last: forget what was there.
    Replace,
    /// Changes follow, to be applied to what we have.
    Change,
    /// Remove this record.
    Remove(Record<'m>),
    /// Add this record.
    Add(Record<'m>),
    /// Not of the zone and to be left out: addresses of servers that are outside it are sent by some.
    Ignored(Record<'m>),
    /// The transfer is complete and leads to this serial.
    Done(u32),
}

/// Why a transfer cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransferError {
    /// Octets that cannot be read.
    #[error("malformed: {0}")]
    Malformed(WireError),
    /// The server refuses.
    #[error("the server answers {0}")]
    Rcode(Rcode),
    /// Not a response, or truncated.
    #[error("not a whole response")]
    NotAResponse,
    /// A question for another zone or type.
    #[error("an answer to another question")]
    Question,
    /// The first record is not the zone's SOA.
    #[error("the first record is not the SOA of the zone")]
    NoSoa,
    /// An SOA whose serial does not follow.
    #[error("SOA serial {0} out of sequence")]
    Sequence(u32),
    /// An SOA of another name than the zone's.
    #[error("an SOA that is not at the apex of the zone")]
    NotApex,
    /// A record after the end.
    #[error("a record after the end")]
    AfterEnd,
}

impl Transfer {
    /// A transfer of the whole zone.
    #[must_use]
    pub fn whole(zone: Name<'_>) -> Self {
        Self { zone: zone.into(), base: None, state: State::Start, target: 0 }
    }

    /// A transfer of what changed since `serial`; the server may send the whole zone instead.
    #[must_use]
    pub fn incremental(zone: Name<'_>, serial: u32) -> Self {
        Self { base: Some(serial), ..Self::whole(zone) }
    }

    /// The question to ask.
    #[must_use]
    pub fn qtype(&self) -> RType {
        if self.base.is_some() { RType::IXFR } else { RType::AXFR }
    }

    /// Writes the request: the question and, of an incremental transfer, in the authority section an SOA with the
    /// serial that we have (RFC 1995 §3). The other fields of that tell a server nothing and are zero. What is to
    /// stand in the additional section is the caller's to push.
    ///
    /// # Errors
    /// When there is no room.
    ///
    /// ```
    /// use dns_wire::{Message, NameBuf, RType, rdata::Soa, transfer::Transfer};
    /// let zone: NameBuf = "example.".parse()?;
    /// let mut buffer = [0; 512];
    /// let request = Transfer::incremental(zone.as_name(), 7).request(&mut buffer, 1)?.finish();
    /// let request = Message::parse(request)?;
    /// assert_eq!(request.question().expect("one").qtype, RType::IXFR);
    /// let soa = request.authorities().next().expect("one")?;
    /// assert_eq!(soa.rdata.parse::<Soa<'_>>()?.serial, 7);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn request<'b>(
        &self,
        buffer: &'b mut [u8],
        id: u16,
    ) -> Result<Builder<'b, Additional>, Full> {
        let zone = self.zone.as_name();
        let mut questions = Builder::new(buffer, Header { id, ..Header::default() })?;
        questions.push_question(zone, self.qtype(), Class::IN)?;
        let mut authorities = questions.answers().authorities();
        if let Some(serial) = self.base {
            let [a, b, c, d] = serial.to_be_bytes();
            // The root twice, the serial, four times.
            let soa = [0, 0, a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            authorities.push(zone, RType::SOA, Class::IN, Ttl(0), &soa)?;
        }
        Ok(authorities.additionals())
    }

    /// True when all of it has been seen.
    #[must_use]
    pub fn is_done(&self) -> bool {
        matches!(self.state, State::Done | State::UpToDate)
    }

    /// Takes the next message of the stream. It is looked at as far as the steps are taken: take all.
    ///
    /// # Errors
    /// When the message as a whole cannot be part of the transfer.
    pub fn message<'t, 'm>(
        &'t mut self,
        message: &Message<'m>,
    ) -> Result<TransferSteps<'t, 'm>, TransferError> {
        let header = message.header();
        if !header.flags.response() || header.flags.truncated() {
            return Err(TransferError::NotAResponse);
        }
        let edns = message.edns().map_err(TransferError::Malformed)?;
        let rcode = message.rcode(edns.as_ref());
        if rcode != Rcode::NOERROR {
            return Err(TransferError::Rcode(rcode));
        }
        // Messages after the first may leave the question out (RFC 5936 §2.2.1).
        for question in message.questions() {
            let question = question.map_err(TransferError::Malformed)?;
            if question.name != self.zone.as_name() || question.qtype != self.qtype() {
                return Err(TransferError::Question);
            }
        }
        Ok(TransferSteps { transfer: self, records: message.answers(), again: None, failed: false })
    }

    /// What a record means, and whether it means more than that.
    fn step<'m>(&mut self, record: Record<'m>) -> Result<(TransferStep<'m>, bool), TransferError> {
        let soa = match record.rtype {
            RType::SOA => {
                Some(record.rdata.parse::<Soa<'_>>().map_err(TransferError::Malformed)?.serial)
            }
            _ => None,
        };
        let owner = record.owner.to_name_buf().map_err(TransferError::Malformed)?;
        if soa.is_some() && owner != self.zone {
            return Err(TransferError::NotApex);
        }
        let within = owner.as_name().is_subdomain_of(self.zone.as_name());
        let (next, step, again) = match (self.state, soa) {
            (State::Start, None) => return Err(TransferError::NoSoa),
            (State::Done | State::UpToDate, _) => return Err(TransferError::AfterEnd),
            (_, None) if !within => return Ok((TransferStep::Ignored(record), false)),
            (State::Start, Some(serial)) => {
                self.target = serial;
                match self.base {
                    None => (State::Opening, TransferStep::Start(record), true),
                    Some(base) if !is_newer(serial, base) => {
                        (State::UpToDate, TransferStep::UpToDate, false)
                    }
                    Some(_) => (State::Undecided, TransferStep::Start(record), false),
                }
            }
            (State::Opening, _) => (State::Whole, TransferStep::Replace, false),
            (State::Undecided, Some(serial)) if Some(serial) == self.base => {
                (State::Adding(serial), TransferStep::Change, true)
            }
            (State::Undecided | State::Whole, Some(serial)) if serial != self.target => {
                return Err(TransferError::Sequence(serial));
            }
            (State::Undecided, _) => (State::Whole, TransferStep::Replace, true),
            // The zone's SOA is the last of its records (RFC 5936 §2.2): it is at hand, the first may have been in
            // another message.
            (State::Whole, Some(_)) => (State::Closing, TransferStep::Add(record), true),
            (State::Closing, _) => (State::Done, TransferStep::Done(self.target), false),
            (State::Whole | State::Adding(_), None) => {
                (self.state, TransferStep::Add(record), false)
            }
            (State::Removing, None) => (State::Removing, TransferStep::Remove(record), false),
            (State::Removing, Some(serial)) => {
                (State::Adding(serial), TransferStep::Add(record), false)
            }
            (State::Adding(serial), Some(next)) if next != serial => {
                return Err(TransferError::Sequence(next));
            }
            (State::Adding(serial), Some(_)) if serial == self.target => {
                (State::Done, TransferStep::Done(serial), false)
            }
            (State::Adding(_), Some(_)) => (State::Removing, TransferStep::Remove(record), false),
        };
        self.state = next;
        Ok((step, again))
    }
}

/// What one message says, step by step. After an error it ends.
#[derive(Debug)]
#[must_use = "a message is looked at as far as its steps are taken"]
pub struct TransferSteps<'t, 'm> {
    transfer: &'t mut Transfer,
    records: Records<'m>,
    /// The last record, when it means one step more.
    again: Option<Record<'m>>,
    failed: bool,
}

impl<'m> Iterator for TransferSteps<'_, 'm> {
    type Item = Result<TransferStep<'m>, TransferError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed || self.transfer.state == State::UpToDate {
            return None;
        }
        debug_assert_eq!(Section::Answer, self.records.section());
        let record = match self.again.take() {
            Some(record) => Ok(record),
            None => self.records.next()?.map_err(TransferError::Malformed),
        };
        let step = record.and_then(|record| Ok((record, self.transfer.step(record)?)));
        match step {
            Ok((record, (step, again))) => {
                self.again = again.then_some(record);
                Some(Ok(step))
            }
            Err(error) => {
                self.failed = true;
                Some(Err(error))
            }
        }
    }
}

impl core::iter::FusedIterator for TransferSteps<'_, '_> {}

/// Serial number arithmetic (RFC 1982 §3.2): true when `serial` comes after `base`.
fn is_newer(serial: u32, base: u32) -> bool {
    serial.wrapping_sub(base).cast_signed() > 0
}
