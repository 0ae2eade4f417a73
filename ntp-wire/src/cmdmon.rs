//! chrony's control protocol, version 6: the requests a monitor needs.
//!
//! chronyd listens on UDP port 323, by default on loopback only. A request is as long as its answer
//! can be, so that nobody gains by forging an address. There is no RFC; the layout is that of
//! chrony 4.

mod float;

use thiserror::Error;

use crate::extension::Full;
use crate::{Frequency, Leap, ReferenceId, Span};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

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
}

impl Command {
    /// Writes the request into `out` and returns its length. `sequence` must be unpredictable.
    ///
    /// # Errors
    /// [`Full`] when there is no room for 104 octets.
    pub fn write(self, sequence: u32, out: &mut [u8]) -> Result<usize, Full> {
        let out = out.first_chunk_mut::<REQUEST>().ok_or(Full)?;
        *out = [0; REQUEST];
        let (code, argument) = match self {
            Self::Sources => (14_u16, 0),
            Self::Source(index) => (15, index),
            Self::Tracking => (33, 0),
            Self::Activity => (44, 0),
        };
        // Version, "request", command, number of attempt, sequence.
        out[0] = VERSION;
        out[1] = 1;
        out[4..6].copy_from_slice(&code.to_be_bytes());
        out[8..12].copy_from_slice(&sequence.to_be_bytes());
        out[20..24].copy_from_slice(&argument.to_be_bytes());
        Ok(REQUEST)
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
            12 => Self::Activity(Activity {
                online: reader.u32()?,
                offline: reader.u32()?,
                burst_online: reader.u32()?,
                burst_offline: reader.u32()?,
                unresolved: reader.u32()?,
            }),
            other => return Err(BadAnswer::Unknown(other)),
        })
    }
}

/// The state of chronyd's clock, as `chronyc tracking` shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tracking {
    /// Reference identifier.
    pub reference_id: ReferenceId,
    /// The source followed; nothing when there is none or it is a reference clock.
    pub address: Option<IpAddr>,
    /// Stratum.
    pub stratum: u16,
    /// Leap status.
    pub leap: Leap,
    /// Unix time of the last measurement used: seconds and nanoseconds.
    pub reference_time: (u64, u32),
    /// System clock minus true time, still to be corrected: positive is fast.
    pub current_correction: Span,
    /// Offset at the last update.
    pub last_offset: Span,
    /// Long-term average of offsets.
    pub rms_offset: Span,
    /// How much the system clock would gain without correction; negative loses.
    pub frequency: Frequency,
    /// Frequency not yet corrected.
    pub residual_frequency: Frequency,
    /// Error bound of the frequency.
    pub skew: Frequency,
    /// Round trip to the reference clock.
    pub root_delay: Span,
    /// Error bound against the reference clock.
    pub root_dispersion: Span,
    /// Time between the last two updates.
    pub update_interval: Span,
}

impl Tracking {
    fn read(reader: &mut Reader<'_>) -> Result<Self, BadAnswer> {
        Ok(Self {
            reference_id: ReferenceId(reader.take()?),
            address: reader.address()?,
            stratum: reader.u16()?,
            leap: Leap::from_bits(reader.take::<2>()?[1]),
            reference_time: (u64::from_be_bytes(reader.take()?), reader.u32()?),
            current_correction: reader.float()?.to_span(),
            last_offset: reader.float()?.to_span(),
            rms_offset: reader.float()?.to_span(),
            frequency: reader.float()?.ppm(),
            residual_frequency: reader.float()?.ppm(),
            skew: reader.float()?.ppm(),
            root_delay: reader.float()?.to_span(),
            root_dispersion: reader.float()?.to_span(),
            update_interval: reader.float()?.to_span(),
        })
    }
}

/// One source, as `chronyc sources` shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its address; nothing for a reference clock.
    pub address: Option<IpAddr>,
    /// Poll interval, as a power of two of seconds.
    pub poll: i16,
    /// Stratum.
    pub stratum: u16,
    /// What the selection made of it: 0 selected, 1 unselectable, 2 falseticker, 3 too variable,
    /// 4 outlier, 5 selectable.
    pub state: u16,
    /// 0 client, 1 peer, 2 reference clock.
    pub mode: u16,
    /// The last eight polls, one bit each, the newest lowest.
    pub reach: u16,
    /// Seconds since the last good sample.
    pub since_sample: u32,
    /// Offset of the last sample as it was measured.
    pub measured_offset: Span,
    /// The same after what the clock was corrected by since.
    pub offset: Span,
    /// Its error bound.
    pub error: Span,
}

impl Source {
    fn read(reader: &mut Reader<'_>) -> Result<Self, BadAnswer> {
        let address = reader.address()?;
        let poll = reader.u16()?.cast_signed();
        let (stratum, state, mode) = (reader.u16()?, reader.u16()?, reader.u16()?);
        let _flags = reader.u16()?;
        Ok(Self {
            address,
            poll,
            stratum,
            state,
            mode,
            reach: reader.u16()?,
            since_sample: reader.u32()?,
            measured_offset: reader.float()?.to_span(),
            offset: reader.float()?.to_span(),
            error: reader.float()?.to_span(),
        })
    }
}

/// How many sources answer, as `chronyc activity` shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activity {
    /// Online.
    pub online: u32,
    /// Offline.
    pub offline: u32,
    /// In a burst, to be online after it.
    pub burst_online: u32,
    /// In a burst, to be offline after it.
    pub burst_offline: u32,
    /// Names without an address.
    pub unresolved: u32,
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

/// Reads from the front; a short packet is an error, never a panic.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], BadAnswer> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(BadAnswer::TooShort)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn u16(&mut self) -> Result<u16, BadAnswer> {
        self.take().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Result<u32, BadAnswer> {
        self.take().map(u32::from_be_bytes)
    }

    fn float(&mut self) -> Result<Float, BadAnswer> {
        self.u32().map(Float)
    }

    /// Sixteen octets, then the family: 1 is IPv4, 2 is IPv6.
    fn address(&mut self) -> Result<Option<IpAddr>, BadAnswer> {
        let octets: [u8; 16] = self.take()?;
        let family = self.u16()?;
        let _padding = self.u16()?;
        let [a, b, c, d, ..] = octets;
        Ok(match family {
            1 => Some(IpAddr::V4(Ipv4Addr::new(a, b, c, d))),
            2 => Some(IpAddr::V6(Ipv6Addr::from(octets))),
            _ => None,
        })
    }
}

const VERSION: u8 = 6;
/// Octets of a request: the longest answer's.
const REQUEST: usize = 104;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn requests_are_as_long_as_answers() {
        let mut out = [0xa5; REQUEST];
        assert_eq!(Command::Source(5).write(0x0102_0304, &mut out), Ok(REQUEST));
        assert_eq!(out[..12], [6, 1, 0, 0, 0, 15, 0, 0, 1, 2, 3, 4]);
        assert_eq!(out[12..24], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5]);
        assert_eq!(Command::Tracking.write(1, &mut out[1..]), Err(Full));
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
        fn any_octets(mut octets in prop::collection::vec(0_u8.., 0..150), reply in 0_u8..20) {
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
