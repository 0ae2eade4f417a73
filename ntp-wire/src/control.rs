//! Mode 6: control messages, the client's side. RFC 9327.
//!
//! A monitor asks ntpd or NTPsec for variables; the answer is text, in fragments. Write the request
//! with [`Request::write`], give every packet that comes back to [`Assembly::accept`], and read the
//! text with [`variables`] or [`associations`].

mod assembly;
mod text;

use thiserror::Error;

use crate::extension::Full;
use crate::{Leap, Mode, Version};

pub use assembly::{Assembly, Progress};
pub use text::{Association, Associations, Variable, Variables, associations, variables};

/// What a control message asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Opcode(pub u8);

impl Opcode {
    /// Status words: of the system and its associations, or of one association.
    pub const READ_STATUS: Self = Self(1);
    /// Variables of the system (association 0) or of an association.
    pub const READ_VARIABLES: Self = Self(2);
    /// Variables of a reference clock.
    pub const READ_CLOCK_VARIABLES: Self = Self(4);
    /// The clients seen lately; needs a nonce.
    pub const READ_MRU: Self = Self(10);
    /// A nonce for [`READ_MRU`](Self::READ_MRU), to show that our address is not forged.
    pub const REQUEST_NONCE: Self = Self(12);
}

/// A request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// What is asked for.
    pub opcode: Opcode,
    /// The caller's number, echoed in each fragment of the answer.
    pub sequence: u16,
    /// The association that is meant; 0 is the system.
    pub association: u16,
    /// Names of the variables, separated by commas; empty for all.
    pub data: &'a [u8],
}

impl Request<'_> {
    /// Writes the packet into `out`, padded to a multiple of four, and returns its length.
    ///
    /// # Errors
    /// [`Full`] when there is no room, or more data than a request can carry (468 octets).
    pub fn write(&self, out: &mut [u8]) -> Result<usize, Full> {
        if self.data.len() > MOST_DATA {
            return Err(Full);
        }
        let count = u16::try_from(self.data.len()).map_err(|_| Full)?;
        let padded = self.data.len().checked_next_multiple_of(4).ok_or(Full)?;
        let length = HEADER.saturating_add(padded);
        let out = out.get_mut(..length).ok_or(Full)?;
        let (header, body) = out.split_first_chunk_mut::<HEADER>().ok_or(Full)?;
        *header = [0; HEADER];
        header[0] = Version::V4.to_bits() << 3 | Mode::Control.to_bits();
        header[1] = self.opcode.0 & 0x1f;
        header[2..4].copy_from_slice(&self.sequence.to_be_bytes());
        header[6..8].copy_from_slice(&self.association.to_be_bytes());
        header[10..12].copy_from_slice(&count.to_be_bytes());
        let (data, padding) = body.split_at_mut_checked(self.data.len()).ok_or(Full)?;
        data.copy_from_slice(self.data);
        padding.fill(0);
        Ok(length)
    }
}

/// One fragment of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fragment<'a> {
    /// The opcode of the request.
    pub opcode: Opcode,
    /// The sequence number of the request.
    pub sequence: u16,
    /// The status word: see [`SystemStatus`] and [`PeerStatus`]; with an error, its code.
    pub status: u16,
    /// The association of the request.
    pub association: u16,
    /// Whether the request failed.
    pub error: bool,
    /// Whether more fragments come after this one.
    pub more: bool,
    /// Where the data belong in the whole answer.
    pub offset: u16,
    /// The data, without padding.
    pub data: &'a [u8],
}

impl<'a> Fragment<'a> {
    /// Reads an answer's packet. What follows the data, padding or a MAC, is ignored.
    ///
    /// # Errors
    /// [`NotControl`] says why it is none.
    pub fn parse(octets: &'a [u8]) -> Result<Self, NotControl> {
        let (header, rest) = octets.split_first_chunk::<HEADER>().ok_or(NotControl::TooShort)?;
        if Mode::from_bits(header[0]) != Mode::Control {
            return Err(NotControl::Mode);
        }
        if header[1] & 0x80 == 0 {
            return Err(NotControl::Request);
        }
        let word = |high, low| u16::from_be_bytes([high, low]);
        let count = word(header[10], header[11]);
        Ok(Self {
            opcode: Opcode(header[1] & 0x1f),
            sequence: word(header[2], header[3]),
            status: word(header[4], header[5]),
            association: word(header[6], header[7]),
            error: header[1] & 0x40 != 0,
            more: header[1] & 0x20 != 0,
            offset: word(header[8], header[9]),
            data: rest.get(..usize::from(count)).ok_or(NotControl::TooShort)?,
        })
    }
}

/// Why octets are no answer to a control request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotControl {
    /// Fewer octets than the header, or than the count in it.
    #[error("too short for a control message")]
    TooShort,
    /// Another mode than 6.
    #[error("not mode 6")]
    Mode,
    /// A request.
    #[error("a request, not an answer")]
    Request,
}

/// The status word of a system, RFC 9327 §3.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SystemStatus {
    /// Leap indicator.
    pub leap: Leap,
    /// Kind of clock source, 0 to 63: 6 is NTP.
    pub source: u8,
    /// Events since the last time the status was read, at most 15.
    pub events: u8,
    /// The latest event.
    pub event: u8,
}

impl From<u16> for SystemStatus {
    fn from(status: u16) -> Self {
        let [high, low] = status.to_be_bytes();
        let (leap, source) = (Leap::from_bits(high >> 6), high & 0x3f);
        Self { leap, source, events: low >> 4, event: low & 15 }
    }
}

/// The status word of an association, RFC 9327 §3.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerStatus {
    /// Configured, not found by chance.
    pub configured: bool,
    /// Authentication is asked for.
    pub authentication: bool,
    /// Authentication succeeded.
    pub authentic: bool,
    /// Answered one of the last eight requests.
    pub reachable: bool,
    /// It broadcasts.
    pub broadcast: bool,
    /// What the selection made of it, 0 to 7: 0 rejected, 1 falseticker, 2 excess, 3 outlier,
    /// 4 candidate, 5 backup, 6 the one followed, 7 followed through its pulse.
    pub selection: u8,
    /// Events since the last time the status was read, at most 15.
    pub events: u8,
    /// The latest event.
    pub event: u8,
}

impl From<u16> for PeerStatus {
    fn from(status: u16) -> Self {
        let [high, low] = status.to_be_bytes();
        Self {
            configured: high & 0x80 != 0,
            authentication: high & 0x40 != 0,
            authentic: high & 0x20 != 0,
            reachable: high & 0x10 != 0,
            broadcast: high & 0x08 != 0,
            selection: high & 7,
            events: low >> 4,
            event: low & 15,
        }
    }
}

/// Octets of the header.
const HEADER: usize = 12;
/// RFC 9327 §2: 480 octets less the header.
const MOST_DATA: usize = 468;

#[cfg(test)]
mod tests;
