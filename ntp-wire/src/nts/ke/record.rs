//! One record, and the walk over a message.

use thiserror::Error;

use crate::extension::Full;

/// The type of a record, without its critical bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RecordType(pub u16);

impl RecordType {
    /// The last record of a message.
    pub const END: Self = Self(0);
    /// Which protocol the keys are for; 0 is NTPv4.
    pub const NEXT_PROTOCOL: Self = Self(1);
    /// The other side gives up: 0 unrecognised critical record, 1 bad request, 2 internal error.
    pub const ERROR: Self = Self(2);
    /// The other side warns.
    pub const WARNING: Self = Self(3);
    /// AEAD algorithms, best first.
    pub const ALGORITHM: Self = Self(4);
    /// A cookie.
    pub const COOKIE: Self = Self(5);
    /// The name or address of the NTP server, when it is another host.
    pub const SERVER: Self = Self(6);
    /// The port of the NTP server, when it is not 123.
    pub const PORT: Self = Self(7);
    /// "My exporter context for AEAD 30 is the one of RFC 8915": chrony's extension.
    pub const COMPLIANT_GCM_SIV: Self = Self(1024);
}

/// A record of key establishment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Whether a side that does not know the type must give up.
    pub critical: bool,
    /// What it holds.
    pub record_type: RecordType,
    /// Its content.
    pub body: &'a [u8],
}

impl<'a> Record<'a> {
    /// The first record of `octets`, and what follows.
    pub(super) fn split(octets: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (&[a, b, c, d], rest) = octets.split_first_chunk()?;
        let (body, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes([c, d])))?;
        let bits = u16::from_be_bytes([a, b]);
        let record_type = RecordType(bits & !CRITICAL);
        Some((Self { critical: bits & CRITICAL != 0, record_type, body }, rest))
    }

    /// Appends the record to the first `length` octets of `out` and returns the new length.
    ///
    /// # Errors
    /// [`Full`] when there is no room. `out` is then as it was.
    pub fn write(&self, out: &mut [u8], length: usize) -> Result<usize, Full> {
        let size = u16::try_from(self.body.len()).map_err(|_| Full)?;
        let end = length.checked_add(4).and_then(|start| start.checked_add(self.body.len()));
        let end = end.ok_or(Full)?;
        let place = out.get_mut(length..end).ok_or(Full)?;
        let (head, body) = place.split_first_chunk_mut().ok_or(Full)?;
        let critical = if self.critical { CRITICAL } else { 0 };
        let [a, b] = (self.record_type.0 & !CRITICAL | critical).to_be_bytes();
        let [c, d] = size.to_be_bytes();
        *head = [a, b, c, d];
        body.copy_from_slice(self.body);
        Ok(end)
    }
}

/// The records before the end of a message, in order.
#[derive(Clone, Copy, Debug)]
pub struct Records<'a> {
    rest: &'a [u8],
}

impl<'a> Records<'a> {
    /// Of a whole message.
    ///
    /// # Errors
    /// [`KeError::Incomplete`] when there is no end record.
    pub fn new(octets: &'a [u8]) -> Result<Self, KeError> {
        message_length(octets).map(|_| Self { rest: octets }).ok_or(KeError::Incomplete)
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        match Record::split(self.rest) {
            Some((record, rest)) if record.record_type != RecordType::END => {
                self.rest = rest;
                Some(record)
            }
            _ => {
                self.rest = &[];
                None
            }
        }
    }
}

impl core::iter::FusedIterator for Records<'_> {}

/// How many octets the message takes that `octets` begin with, once its end has arrived.
///
/// Call it again with more octets while it says nothing, and give up at a length of your choice:
/// chrony gives up at 16 384.
#[must_use]
pub fn message_length(octets: &[u8]) -> Option<usize> {
    let mut rest = octets;
    loop {
        let (record, after) = Record::split(rest)?;
        if record.record_type == RecordType::END {
            return Some(octets.len().saturating_sub(after.len()));
        }
        rest = after;
    }
}

/// Why key establishment failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeError {
    /// There is no end record yet.
    #[error("the message has no end")]
    Incomplete,
    /// A record marked critical is not known. Its type is given.
    #[error("critical record {0} is not known")]
    UnknownCritical(u16),
    /// A record that must be there exactly once is not, or has the wrong form. Its type is given.
    #[error("record {0} is missing, repeated or malformed")]
    Record(u16),
    /// No common protocol.
    #[error("the other side does not offer NTPv4")]
    Protocol,
    /// No common algorithm.
    #[error("no AEAD algorithm is common to both sides")]
    Algorithm,
    /// The other side gave up, with this code.
    #[error("the other side gave up with error {0}")]
    Error(u16),
    /// The other side sent a warning, and RFC 8915 defines none to go on after.
    #[error("the other side sent warning {0}")]
    Warning(u16),
}

const CRITICAL: u16 = 0x8000;
