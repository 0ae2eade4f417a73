//! Request to reply.

use thiserror::Error;

use super::{Policy, ServerState};
use crate::{Kiss, Leap, Mode, Packet, ReferenceId, Short, Span, Stratum, Timestamp, Version};

/// What the caller knows of a request besides its octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// When it arrived: the kernel's or the card's stamp if there is one.
    pub received: Timestamp,
    /// Random bits, for the part of the stamps that is finer than the clock. Not a secret: any
    /// fast generator will do, and zero is allowed.
    pub noise: u64,
}

/// Writes the reply to `request` into `out` and returns its length.
///
/// `transmit` reads the clock; it is called once, as late as can be. What follows the header of a
/// request (extension fields, a MAC) is ignored, so the reply is 48 octets, and never longer than
/// the request. Neither depends on any earlier request: data minimisation, where the client's
/// transmit timestamp is a random number, needs nothing of a server.
///
/// # Errors
/// [`Ignored`] says why there is no reply. `out` is then as it was.
///
/// # Cost
/// O(1), no allocation; 48 octets read and written.
#[inline]
pub fn respond(
    request: &[u8],
    arrival: Arrival,
    transmit: impl FnOnce() -> Timestamp,
    state: &ServerState,
    policy: &Policy,
    out: &mut [u8],
) -> Result<usize, Ignored> {
    let out = out.first_chunk_mut();
    let reply = compose(request, arrival, transmit, state, policy, out.is_some())?;
    reply.write(out.ok_or(Ignored::NoRoom)?);
    Ok(Packet::LEN)
}

/// The reply as a value. `room` says whether there is a place for it: the clock is read last.
#[inline]
pub(crate) fn compose(
    request: &[u8],
    arrival: Arrival,
    transmit: impl FnOnce() -> Timestamp,
    state: &ServerState,
    policy: &Policy,
    room: bool,
) -> Result<Packet, Ignored> {
    let question = Question::parse(request, policy)?;
    let synchronised =
        !matches!(state.leap, Leap::Unsynchronised) && state.stratum.is_synchronised();
    if !synchronised && !policy.unsynchronised {
        return Err(Ignored::Unsynchronised);
    }
    if !room {
        return Err(Ignored::NoRoom);
    }
    let noise = arrival.noise;
    let sent = transmit();
    let receive = arrival.received.with_noise(state.precision, noise);
    // The other half of the noise, so that the two stamps do not share their low bits.
    let transmit = sent.with_noise(state.precision, noise.rotate_left(32));
    // A reply made within the clock's precision must not seem to leave before the request came.
    let turned = transmit.since(receive) < Span::ZERO;
    let transmit =
        if turned && sent.since(arrival.received) >= Span::ZERO { receive } else { transmit };
    Ok(Packet {
        leap: if synchronised { state.leap } else { Leap::Unsynchronised },
        // RFC 5905 §7.3: stratum 16 travels as 0.
        stratum: if synchronised { state.stratum } else { Stratum::UNSPECIFIED },
        precision: state.precision,
        root_delay: state.root_delay,
        root_dispersion: state.root_dispersion_at(sent),
        reference_id: state.reference_id,
        reference_time: state.reference_time,
        receive,
        transmit,
        ..question.reply(policy)
    })
}

/// Writes a kiss-o'-death reply to `request` into `out` and returns its length, 48.
///
/// It says nothing of the time: leap 3, stratum 0, the code as reference identifier, and the
/// request's transmit timestamp as origin, by which a client knows that it is meant
/// (RFC 5905 §7.4).
///
/// # Errors
/// [`Ignored`] says why there is no reply. `out` is then as it was.
#[inline]
pub fn kiss(
    request: &[u8],
    code: Kiss,
    arrival: Arrival,
    policy: &Policy,
    out: &mut [u8],
) -> Result<usize, Ignored> {
    let question = Question::parse(request, policy)?;
    let out = out.first_chunk_mut().ok_or(Ignored::NoRoom)?;
    let reply = Packet {
        reference_id: ReferenceId::from(code),
        receive: arrival.received,
        transmit: arrival.received,
        ..question.reply(policy)
    };
    reply.write(out);
    Ok(Packet::LEN)
}

/// Why a request gets no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Ignored {
    /// Not even a header.
    #[error("{octets} octets are too few for a request of 48")]
    TooShort {
        /// How many there were.
        octets: usize,
    },
    /// The policy does not answer this version.
    #[error("version {} is not answered", .0.to_bits())]
    Version(Version),
    /// The policy does not answer this mode: it is a reply, a broadcast, control or private.
    #[error("mode {} is not answered", .0.to_bits())]
    Mode(Mode),
    /// The server does not know the time, and the policy is to stay silent then.
    #[error("the server is not synchronised")]
    Unsynchronised,
    /// The buffer for the reply is too small.
    #[error("the buffer for the reply is shorter than 48 octets")]
    NoRoom,
}

/// What the reply takes from the request.
struct Question {
    header: Packet,
    mode: Mode,
}

impl Question {
    #[inline]
    fn parse(request: &[u8], policy: &Policy) -> Result<Self, Ignored> {
        let Ok((header, _)) = Packet::parse(request) else {
            return Err(Ignored::TooShort { octets: request.len() });
        };
        if !policy.versions.contains(header.version) {
            return Err(Ignored::Version(header.version));
        }
        let mode =
            policy.reply_mode(header.version, header.mode).ok_or(Ignored::Mode(header.mode))?;
        Ok(Self { header, mode })
    }

    /// A reply that knows nothing yet but whom it answers.
    #[inline]
    fn reply(&self, policy: &Policy) -> Packet {
        Packet {
            leap: Leap::Unsynchronised,
            version: self.header.version,
            mode: self.mode,
            stratum: Stratum::UNSPECIFIED,
            poll: self.header.poll.max(policy.poll),
            precision: ServerState::unsynchronised().precision,
            root_delay: Short::ZERO,
            root_dispersion: Short::ZERO,
            reference_id: ReferenceId::default(),
            reference_time: Timestamp::UNSET,
            origin: self.header.transmit,
            receive: Timestamp::UNSET,
            transmit: Timestamp::UNSET,
        }
    }
}

#[cfg(test)]
mod tests;
