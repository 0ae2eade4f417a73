//! chrony's control protocol, version 6: the requests a monitor needs.
//!
//! chronyd listens on UDP port 323, by default on loopback only. A request is as long as its answer
//! can be, so that nobody gains by forging an address. [`Command::ServerStats`] and
//! [`Command::NtpData`] are answered on its Unix socket only. There is no RFC; the layout is that
//! of chrony 4, read from what 4.3 and 4.6 send.

mod answers;
mod float;
mod reader;

use core::net::IpAddr;

use thiserror::Error;

use crate::extension::Full;
use reader::Reader;

pub use answers::{Activity, NtpData, ServerStats, Source, SourceStats, Tracking};
pub use float::Float;

/// What can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// How many sources there are: answered by [`Answer::Sources`].
    Sources,
    /// One source, by its index: answered by [`Answer::Source`].
    Source(u32),
    /// The state of the clock: answered by [`Answer::Tracking`].
    Tracking,
    /// How many sources answer: answered by [`Answer::Activity`].
    Activity,
    /// What the regression makes of a source, by its index: answered by [`Answer::SourceStats`].
    SourceStats(u32),
    /// What the server did so far: answered by [`Answer::ServerStats`].
    ServerStats,
    /// The last exchange with the source at an address: answered by [`Answer::NtpData`].
    NtpData(IpAddr),
}

impl Command {
    /// Writes the request into `out` and returns its length. `sequence` must be unpredictable.
    ///
    /// # Errors
    /// [`Full`] when there is no room for 104 octets, or 240 for [`ServerStats`](Self::ServerStats)
    /// and [`NtpData`](Self::NtpData). `out` is then as it was.
    pub fn write(self, sequence: u32, out: &mut [u8]) -> Result<usize, Full> {
        let (code, length) = match self {
            Self::Sources => (14_u16, SHORT),
            Self::Source(_) => (15, SHORT),
            Self::Tracking => (33, SHORT),
            Self::SourceStats(_) => (34, SHORT),
            Self::Activity => (44, SHORT),
            Self::ServerStats => (54, LONG),
            Self::NtpData(_) => (57, LONG),
        };
        let request = out.get_mut(..length).ok_or(Full)?;
        let (head, rest) = request.split_first_chunk_mut::<HEAD>().ok_or(Full)?;
        rest.fill(0);
        let [code_high, code_low] = code.to_be_bytes();
        let [a, b, c, d] = sequence.to_be_bytes();
        // Version, "request", command, number of attempt, sequence.
        let fixed = [VERSION, 1, 0, 0, code_high, code_low, 0, 0, a, b, c, d];
        *head = [0; HEAD];
        head.iter_mut().zip(fixed).for_each(|(to, from)| *to = from);
        let mut put =
            |octets: &[u8]| rest.iter_mut().zip(octets).for_each(|(to, from)| *to = *from);
        match self {
            Self::Source(index) | Self::SourceStats(index) => put(&index.to_be_bytes()),
            // Sixteen octets, then the family: 1 is IPv4, 2 is IPv6.
            Self::NtpData(IpAddr::V4(address)) => {
                let [a, b, c, d] = address.octets();
                put(&[a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
            }
            Self::NtpData(IpAddr::V6(address)) => {
                put(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
                put(&address.octets());
            }
            _ => {}
        }
        Ok(length)
    }
}

/// What comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// How many sources there are.
    Sources(u32),
    /// One of them.
    Source(Source),
    /// The state of the clock.
    Tracking(Tracking),
    /// How many sources answer.
    Activity(Activity),
    /// What the regression makes of a source.
    SourceStats(SourceStats),
    /// What the server did so far.
    ServerStats(ServerStats),
    /// The last exchange with a source.
    NtpData(NtpData),
}

impl Answer {
    /// Reads the answer to a request with this sequence number.
    ///
    /// # Errors
    /// [`BadAnswer`] says what is wrong, or what chronyd said was.
    pub fn parse(octets: &[u8], sequence: u32) -> Result<Self, BadAnswer> {
        let mut reader = Reader(octets);
        let [version, kind, _, _] = reader.take()?;
        if version != VERSION || kind != 2 {
            return Err(BadAnswer::NotAnAnswer);
        }
        let _command: [u8; 2] = reader.take()?;
        let reply = reader.u16()?;
        let status = reader.u16()?;
        let _: [u8; 6] = reader.take()?;
        if reader.u32()? != sequence {
            return Err(BadAnswer::Sequence);
        }
        let _: [u8; 8] = reader.take()?;
        if status != 0 {
            return Err(BadAnswer::Status(status));
        }
        Ok(match reply {
            2 => Self::Sources(reader.u32()?),
            3 => Self::Source(Source::read(&mut reader)?),
            5 => Self::Tracking(Tracking::read(&mut reader)?),
            6 => Self::SourceStats(SourceStats::read(&mut reader)?),
            12 => Self::Activity(Activity::read(&mut reader)?),
            16 | 26 => Self::NtpData(NtpData::read(&mut reader)?),
            24 => Self::ServerStats(ServerStats::read(|| reader.u32().map(u64::from))?),
            25 => Self::ServerStats(ServerStats::read(|| reader.take().map(u64::from_be_bytes))?),
            other => return Err(BadAnswer::Unknown(other)),
        })
    }
}

/// Why there is no answer in a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BadAnswer {
    /// The packet ends too early.
    #[error("the answer ends too early")]
    TooShort,
    /// Not an answer of protocol version 6.
    #[error("not an answer of protocol version 6")]
    NotAnAnswer,
    /// To another request.
    #[error("an answer to another request")]
    Sequence,
    /// chronyd refused; 2 is "not authorised", 3 "invalid", 4 "no such source".
    #[error("chronyd refused with status {0}")]
    Status(u16),
    /// An answer of this kind is not known here.
    #[error("answer {0} is not known")]
    Unknown(u16),
}

const VERSION: u8 = 6;
/// Octets of a request before its argument.
const HEAD: usize = 20;
/// Octets of a request: those of the longest common answer.
const SHORT: usize = 104;
/// The same where the answer may be longer.
const LONG: usize = 240;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn requests_are_as_long_as_answers() {
        let mut out = [0xa5; SHORT];
        assert_eq!(Command::Source(5).write(0x0102_0304, &mut out), Ok(SHORT));
        assert_eq!(out[..12], [6, 1, 0, 0, 0, 15, 0, 0, 1, 2, 3, 4]);
        assert_eq!(out[12..24], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5]);
        assert_eq!(Command::Tracking.write(1, &mut out[1..]), Err(Full));
        assert_eq!(Command::ServerStats.write(1, &mut out), Err(Full));
    }

    #[test]
    fn refusals_have_a_reason() {
        let mut answer = [0; 104];
        answer[..10].copy_from_slice(&[6, 2, 0, 0, 0, 33, 0, 5, 0, 2]);
        assert_eq!(Answer::parse(&answer, 0), Err(BadAnswer::Status(2)));
        answer[9] = 0;
        assert!(matches!(Answer::parse(&answer, 0), Ok(Answer::Tracking(_))));
        assert_eq!(Answer::parse(&answer, 1), Err(BadAnswer::Sequence));
        assert_eq!(Answer::parse(&answer[..103], 0), Err(BadAnswer::TooShort));
        answer[7] = 99;
        assert_eq!(Answer::parse(&answer, 0), Err(BadAnswer::Unknown(99)));
        answer[1] = 1;
        assert_eq!(Answer::parse(&answer, 0), Err(BadAnswer::NotAnAnswer));
    }

    proptest! {
        #[test]
        fn any_octets(mut octets in prop::collection::vec(0_u8.., 0..250), reply in 0_u8..30) {
            for (place, value) in octets.iter_mut().zip([6, 2, 0, 0, 0, 0, 0, reply, 0, 0]) {
                *place = value;
            }
            if let Some(place) = octets.get_mut(16..20) {
                place.fill(0);
            }
            let _ = Answer::parse(&octets, 0);
        }
    }
}
