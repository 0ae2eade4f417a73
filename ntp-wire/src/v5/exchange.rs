//! A request, its reply, and what the client makes of it.

use thiserror::Error;

use super::header::V5;
use super::{DRAFT, Field, Fields, Flags, Header, NotV5, Time32, Timescale};
use crate::client::{Sample, Stamps};
use crate::extension::Full;
use crate::server::{Arrival, ServerState};
use crate::{Leap, Log2Seconds, Mode, Packet, Short, Span, Stratum, Timestamp};

/// A request on its way.
#[derive(Clone, Copy, Debug)]
pub struct Exchange {
    cookie: u64,
    sent: Timestamp,
    precision: Log2Seconds,
    timescale: Timescale,
    answered: bool,
}

impl Exchange {
    /// A request sent at `sent` by a clock of this `precision`. `cookie` must be unpredictable and
    /// new for each request.
    #[must_use]
    pub const fn new(
        cookie: u64,
        sent: Timestamp,
        precision: Log2Seconds,
        timescale: Timescale,
    ) -> Self {
        Self { cookie, sent, precision, timescale, answered: false }
    }

    /// Writes the request, 76 octets.
    ///
    /// # Errors
    /// [`Full`] when there is no room.
    pub fn write(&self, out: &mut [u8]) -> Result<usize, Full> {
        let header = Header {
            leap: Leap::None,
            mode: Mode::Client,
            stratum: Stratum::UNSPECIFIED,
            poll: Log2Seconds(0),
            precision: Log2Seconds(0),
            root_delay: Time32(0),
            root_dispersion: Time32(0),
            timescale: self.timescale,
            era: 0,
            flags: Flags::default(),
            server_cookie: 0,
            client_cookie: self.cookie,
            receive: Timestamp::UNSET,
            transmit: Timestamp::UNSET,
        };
        header.write(out.first_chunk_mut().ok_or(Full)?);
        draft().write(out, Packet::LEN)
    }

    /// Replaces the time of sending by a better one.
    pub const fn sent_at(&mut self, sent: Timestamp) {
        self.sent = sent;
    }

    /// Checks a packet that arrived at `received` and measures with it.
    ///
    /// # Errors
    /// [`Rejected`] names the first test that failed. Only from [`Rejected::Unsynchronised`] on is
    /// the packet the server's.
    pub fn accept(&mut self, octets: &[u8], received: Timestamp) -> Result<Sample, Rejected> {
        let (reply, rest) = Header::parse(octets)?;
        if reply.mode != Mode::Server || reply.client_cookie != self.cookie {
            return Err(Rejected::Foreign);
        }
        if !follows_draft(rest) {
            return Err(Rejected::Draft);
        }
        if core::mem::replace(&mut self.answered, true) {
            return Err(Rejected::Duplicate);
        }
        if !reply.flags.contains(Flags::SYNCHRONISED) || !reply.stratum.is_synchronised() {
            return Err(Rejected::Unsynchronised);
        }
        if reply.timescale != self.timescale {
            return Err(Rejected::Timescale(reply.timescale));
        }
        let root = reply.root_delay.to_span().half().plus(reply.root_dispersion.to_span());
        let stamps = Stamps {
            origin: self.sent,
            receive: reply.receive,
            transmit: reply.transmit,
            destination: received,
        };
        if root >= Span::from_seconds(16) || !stamps.server_is_plausible() {
            return Err(Rejected::Implausible);
        }
        let server = Packet {
            leap: reply.leap,
            stratum: reply.stratum,
            precision: reply.precision,
            root_delay: Short::at_least(reply.root_delay.to_span()),
            root_dispersion: Short::at_least(reply.root_dispersion.to_span()),
            ..crate::client::request(0)
        };
        Ok(Sample::new(&stamps, self.precision, &server))
    }
}

/// Writes the reply to a version 5 request into `out` and returns its length, which is the
/// request's: what the request has more than the reply needs is made up by padding.
///
/// `era` is that of `arrival.received`, `cookie` a random number.
///
/// # Errors
/// [`Ignored`] says why there is no reply.
#[expect(clippy::too_many_arguments, reason = "each is a different resource of the caller")]
pub fn respond(
    request: &[u8],
    arrival: Arrival,
    transmit: impl FnOnce() -> Timestamp,
    state: &ServerState,
    timescale: Timescale,
    era: u8,
    cookie: u64,
    out: &mut [u8],
) -> Result<usize, Ignored> {
    let (asked, rest) = Header::parse(request)?;
    if asked.mode != Mode::Client {
        return Err(Ignored::NotV5(NotV5::Mode(asked.mode)));
    }
    if !Fields::new(rest).is_whole() || !follows_draft(rest) {
        return Err(Ignored::Draft);
    }
    let synchronised =
        !matches!(state.leap, Leap::Unsynchronised) && state.stratum.is_synchronised();
    let out = out.get_mut(..request.len()).ok_or(Ignored::NoRoom)?;
    let sent = transmit();
    let header = Header {
        leap: if synchronised { state.leap } else { Leap::Unsynchronised },
        mode: Mode::Server,
        stratum: if synchronised { state.stratum } else { Stratum::UNSPECIFIED },
        poll: asked.poll,
        precision: state.precision,
        root_delay: Time32::at_least(state.root_delay.to_span()),
        root_dispersion: Time32::at_least(state.root_dispersion_at(sent).to_span()),
        // Not the one asked for, if ours is another.
        timescale,
        era,
        flags: if synchronised { Flags::SYNCHRONISED } else { Flags::default() },
        server_cookie: cookie,
        client_cookie: asked.client_cookie,
        receive: arrival.received,
        transmit: sent,
    };
    header.write(out.first_chunk_mut().ok_or(Ignored::NoRoom)?);
    let length = draft().write(out, Packet::LEN)?;
    let padding = out.get_mut(length..).unwrap_or_default();
    padding.fill(0);
    if let Some((head, body)) = padding.split_first_chunk_mut::<4>() {
        // A request is shorter than 64 KiB.
        let size = u16::try_from(body.len().saturating_add(4)).map_err(|_| Ignored::NoRoom)?;
        let [a, b] = Field::PADDING.0.to_be_bytes();
        let [c, d] = size.to_be_bytes();
        *head = [a, b, c, d];
    }
    Ok(request.len())
}

/// Why a version 5 request gets no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Ignored {
    /// Not a request of version 5.
    #[error(transparent)]
    NotV5(#[from] NotV5),
    /// Of another draft, or its fields are not whole.
    #[error("the request does not follow this draft")]
    Draft,
    /// The buffer is shorter than the request, or the request than the reply.
    #[error("no room for the reply")]
    NoRoom,
}

impl From<Full> for Ignored {
    fn from(Full: Full) -> Self {
        Self::NoRoom
    }
}

/// Why a packet gave no sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Rejected {
    /// Not a packet of version 5.
    #[error(transparent)]
    NotV5(#[from] NotV5),
    /// Not a reply to this request.
    #[error("not a reply to this request")]
    Foreign,
    /// Of another draft.
    #[error("the reply does not follow this draft")]
    Draft,
    /// The request has been answered before.
    #[error("the request has been answered already")]
    Duplicate,
    /// The server does not know the time.
    #[error("the server is not synchronised")]
    Unsynchronised,
    /// The server counts otherwise.
    #[error("the server's timescale is {0:?}")]
    Timescale(Timescale),
    /// A root distance of 16 s, or a request held for a negative time or for more than 4 s.
    #[error("the server is too far from its reference clock, or held the request too long")]
    Implausible,
}

fn follows_draft(fields: &[u8]) -> bool {
    let mut fields = Fields::new(fields);
    fields.any(|field| field.field_type == Field::DRAFT_IDENTIFICATION && field.body == DRAFT)
}

const fn draft() -> Field<'static> {
    Field { field_type: Field::DRAFT_IDENTIFICATION, body: DRAFT }
}

const _: () = assert!(V5.to_bits() == 5);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_unix(1_790_000_000, 0);

    fn after(nanos: i64) -> Timestamp {
        NOW.plus(Span::from_nanos(nanos))
    }

    fn answer(request: &[u8], timescale: Timescale, out: &mut [u8]) -> Result<usize, Ignored> {
        let state = ServerState {
            leap: Leap::None,
            stratum: Stratum(1),
            root_dispersion: Short::ZERO,
            ..ServerState::unsynchronised()
        };
        let arrival = Arrival { received: after(6_000_000), noise: 0 };
        respond(request, arrival, || after(6_500_000), &state, timescale, 0, 5, out)
    }

    #[test]
    fn an_unsynchronised_server_says_so_in_version_5() {
        let exchange = Exchange::new(77, NOW, Log2Seconds(-20), Timescale::Utc);
        let (mut asked, mut out) = ([0; 76], [0; 76]);
        exchange.write(&mut asked).unwrap();
        let state = ServerState { leap: Leap::None, ..ServerState::unsynchronised() };
        let arrival = Arrival { received: NOW, noise: 0 };
        respond(&asked, arrival, || NOW, &state, Timescale::Utc, 0, 5, &mut out).unwrap();
        let (reply, _) = Header::parse(&out).unwrap();
        assert_eq!((reply.leap, reply.stratum), (Leap::Unsynchronised, Stratum::UNSPECIFIED));
        assert_eq!(reply.flags, Flags::default());
    }

    #[test]
    fn a_version_5_exchange() {
        let mut exchange = Exchange::new(77, NOW, Log2Seconds(-20), Timescale::Utc);
        let (mut asked, mut out) = ([0; 200], [0xa5; 200]);
        assert_eq!(exchange.write(&mut asked), Ok(76));
        assert_eq!(answer(&asked[..76], Timescale::Utc, &mut out), Ok(76));
        let sample = exchange.accept(&out[..76], after(2_500_000)).unwrap();
        assert_eq!(sample.offset.to_nanos(), 5_000_000);
        assert_eq!(sample.delay.to_nanos(), 2_000_000);
        assert_eq!(exchange.accept(&out[..76], NOW), Err(Rejected::Duplicate));
        // A smearing server says so, and is not mixed up with others.
        assert_eq!(answer(&asked[..76], Timescale::SmearedUtc, &mut out), Ok(76));
        let mut exchange = Exchange::new(77, NOW, Log2Seconds(-20), Timescale::Utc);
        let rejected = exchange.accept(&out[..76], after(2_500_000));
        assert_eq!(rejected, Err(Rejected::Timescale(Timescale::SmearedUtc)));
        let mut other = Exchange::new(78, NOW, Log2Seconds(-20), Timescale::Utc);
        assert_eq!(other.accept(&out[..76], NOW), Err(Rejected::Foreign));
        // Without the draft, with another, or cut short: no reply.
        assert_eq!(answer(&asked[..48], Timescale::Utc, &mut out), Err(Ignored::Draft));
        asked[74] = b'7';
        assert_eq!(answer(&asked[..76], Timescale::Utc, &mut out), Err(Ignored::Draft));
        assert_eq!(answer(&asked[..75], Timescale::Utc, &mut out), Err(Ignored::Draft));
    }

    proptest! {
        #[test]
        fn version_5_replies_are_as_long_as_requests(bodies in prop::collection::vec((0_u16.., prop::collection::vec(0_u8.., 0..40)), 0..5)) {
            let mut asked = [0; 400];
            let exchange = Exchange::new(77, NOW, Log2Seconds(-20), Timescale::Utc);
            let mut length = exchange.write(&mut asked).unwrap();
            for (field_type, body) in &bodies {
                let field = Field { field_type: crate::extension::FieldType(*field_type), body };
                length = field.write(&mut asked, length).unwrap();
            }
            let (_, rest) = Header::parse(&asked[..length]).unwrap();
            let read: std::vec::Vec<_> = Fields::new(rest).skip(1).map(|field| (field.field_type.0, field.body.to_vec())).collect();
            prop_assert_eq!(read, bodies);
            let mut out = [0xa5; 400];
            prop_assert_eq!(answer(&asked[..length], Timescale::Utc, &mut out), Ok(length));
            prop_assert_eq!(out[length], 0xa5);
            let (_, rest) = Header::parse(&out[..length]).unwrap();
            prop_assert!(Fields::new(rest).is_whole());
        }

        #[test]
        fn any_octets_in_version_5(mut octets in prop::collection::vec(0_u8.., 0..120)) {
            if let Some(first) = octets.first_mut() {
                *first = 0x2b;
            }
            let mut out = [0; 120];
            let _ = answer(&octets, Timescale::Tai, &mut out);
            let _ = Exchange::new(0, NOW, Log2Seconds(-20), Timescale::Utc).accept(&octets, NOW);
        }
    }
}
