//! Zone transfers as they arrive (AXFR RFC 5936, IXFR RFC 1995): a state machine that is fed
//! messages and says what to add and what to remove.

use crate::rdata::Soa;
use crate::{Message, Name, NameBuf, RType, Rcode, Record, Records, Section, WireError};

/// A transfer under way.
///
/// Feed it every message of the stream, in order, and apply what it says; nothing is to be kept
/// before [`is_done`](Self::is_done).
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
    /// The first SOA seen, of an incremental transfer: the next record tells what follows.
    Undecided,
    /// The whole zone, up to an SOA with the target's serial.
    Whole,
    /// Records to remove, up to an SOA.
    Removing,
    /// Records to add that lead to this serial, up to an SOA.
    Adding(u32),
    /// All seen.
    Done,
}

/// What a record of a transfer means.
#[derive(Clone, Copy, Debug)]
pub enum TransferStep<'m> {
    /// We have the newest version already.
    UpToDate,
    /// The SOA of the version that the transfer leads to; what to do with it is said next.
    Start(Record<'m>),
    /// The whole zone follows: forget what was there, and begin with the SOA of `Start`.
    Replace,
    /// Changes follow, to be applied to what we have.
    Change,
    /// Remove this record.
    Remove(Record<'m>),
    /// Add this record.
    Add(Record<'m>),
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
    /// A record of a name outside the zone.
    #[error("a record outside the zone")]
    OutOfZone,
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

    /// True when all of it has been seen.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Takes the next message of the stream.
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
        Ok(TransferSteps {
            transfer: self,
            records: message.answers(),
            pending: None,
            failed: false,
        })
    }

    fn step<'m>(
        &mut self,
        record: Record<'m>,
    ) -> Result<(TransferStep<'m>, Option<TransferStep<'m>>), TransferError> {
        let soa = match record.rtype {
            RType::SOA => {
                Some(record.rdata.parse::<Soa<'_>>().map_err(TransferError::Malformed)?.serial)
            }
            _ => None,
        };
        let owner = record.owner.to_name_buf().map_err(TransferError::Malformed)?;
        let apex = owner == self.zone;
        if !owner.as_name().is_subdomain_of(self.zone.as_name()) || (soa.is_some() && !apex) {
            return Err(TransferError::OutOfZone);
        }
        match (self.state, soa) {
            (State::Start, None) => Err(TransferError::NoSoa),
            (State::Start, Some(serial)) => {
                self.target = serial;
                match self.base {
                    None => {
                        self.state = State::Whole;
                        Ok((TransferStep::Start(record), Some(TransferStep::Replace)))
                    }
                    Some(base) if !is_newer(serial, base) => {
                        self.state = State::Done;
                        Ok((TransferStep::UpToDate, None))
                    }
                    Some(_) => {
                        self.state = State::Undecided;
                        Ok((TransferStep::Start(record), None))
                    }
                }
            }
            (State::Undecided, Some(serial)) if Some(serial) == self.base => {
                self.state = State::Removing;
                Ok((TransferStep::Change, Some(TransferStep::Remove(record))))
            }
            (State::Undecided | State::Whole, Some(serial)) if serial != self.target => {
                Err(TransferError::Sequence(serial))
            }
            // A zone of nothing but its SOA.
            (State::Undecided, Some(serial)) => {
                self.state = State::Done;
                Ok((TransferStep::Replace, Some(TransferStep::Done(serial))))
            }
            (State::Whole, Some(serial)) => {
                self.state = State::Done;
                Ok((TransferStep::Done(serial), None))
            }
            (State::Undecided, None) => {
                self.state = State::Whole;
                Ok((TransferStep::Replace, Some(TransferStep::Add(record))))
            }
            (State::Whole, None) => Ok((TransferStep::Add(record), None)),
            (State::Removing, None) => Ok((TransferStep::Remove(record), None)),
            (State::Removing, Some(serial)) => {
                self.state = State::Adding(serial);
                Ok((TransferStep::Add(record), None))
            }
            (State::Adding(_), None) => Ok((TransferStep::Add(record), None)),
            (State::Adding(serial), Some(next)) if next == serial => {
                if serial == self.target {
                    self.state = State::Done;
                    return Ok((TransferStep::Done(serial), None));
                }
                self.state = State::Removing;
                Ok((TransferStep::Remove(record), None))
            }
            (State::Adding(_), Some(next)) => Err(TransferError::Sequence(next)),
            (State::Done, _) => Err(TransferError::AfterEnd),
        }
    }
}

/// What one message says, step by step. After an error it ends.
#[derive(Debug)]
pub struct TransferSteps<'t, 'm> {
    transfer: &'t mut Transfer,
    records: Records<'m>,
    pending: Option<TransferStep<'m>>,
    failed: bool,
}

impl<'m> Iterator for TransferSteps<'_, 'm> {
    type Item = Result<TransferStep<'m>, TransferError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        if let Some(step) = self.pending.take() {
            return Some(Ok(step));
        }
        debug_assert_eq!(Section::Answer, self.records.section());
        let record = self.records.next()?;
        let step =
            record.map_err(TransferError::Malformed).and_then(|record| self.transfer.step(record));
        match step {
            Ok((step, pending)) => {
                self.pending = pending;
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
