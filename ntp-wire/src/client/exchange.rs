//! One request and the replies that may come back.

use thiserror::Error;

use super::{Sample, Stamps};
use crate::{
    Kiss, Leap, Log2Seconds, Mode, Packet, ReferenceId, Short, Span, Stratum, Timestamp, Version,
};

/// A request that tells nothing of the client: all zero but the transmit timestamp, which is
/// `random`, and a precision of 2^32 s that says so.
///
/// The reply's origin must equal `random`: 64 bits that an off-path attacker has to guess.
#[must_use]
pub const fn request(random: u64) -> Packet {
    Packet {
        leap: Leap::None,
        version: Version::V4,
        mode: Mode::Client,
        stratum: Stratum::UNSPECIFIED,
        poll: Log2Seconds(0),
        precision: Log2Seconds(32),
        root_delay: Short::ZERO,
        root_dispersion: Short::ZERO,
        reference_id: ReferenceId([0; 4]),
        reference_time: Timestamp::UNSET,
        origin: Timestamp::UNSET,
        receive: Timestamp::UNSET,
        transmit: Timestamp::from_bits(random),
    }
}

/// A request on its way: what it takes to tell its reply from anything else.
#[derive(Clone, Copy, Debug)]
pub struct Exchange {
    request: Packet,
    sent: Timestamp,
    precision: Log2Seconds,
    answered: bool,
}

impl Exchange {
    /// A version 4 request, sent at `sent` by a clock of this `precision`. `random` must be
    /// unpredictable and new for each request.
    #[must_use]
    pub const fn new(random: u64, sent: Timestamp, precision: Log2Seconds) -> Self {
        Self { request: request(random), sent, precision, answered: false }
    }

    /// The same in another version: what comes back must be in that version too.
    #[must_use]
    pub const fn with_version(mut self, version: Version) -> Self {
        self.request.version = version;
        self
    }

    /// The packet to send.
    #[must_use]
    pub const fn request(&self) -> Packet {
        self.request
    }

    /// Replaces the time of sending by a better one, such as the kernel's transmit timestamp.
    pub const fn sent_at(&mut self, sent: Timestamp) {
        self.sent = sent;
    }

    /// Checks a packet that arrived at `received` and measures with it.
    ///
    /// Tests 1, 2, 3, 6 and 7 of RFC 5905 §8 and §9.2 run here. 4 (access) is the caller's, who
    /// knows the address; 5 (authentication) comes before, where there is a key.
    ///
    /// # Errors
    /// [`Rejected`] names the first test that failed. Anyone can send a packet, so a rejection is
    /// no reason to stop waiting, unless it [is final](Rejected::is_final): the exchange is then
    /// over, as after a sample.
    pub fn accept(&mut self, octets: &[u8], received: Timestamp) -> Result<Sample, Rejected> {
        let reply = check_reply(octets, &self.request, &mut self.answered)?;
        let stamps = Stamps {
            origin: self.sent,
            receive: reply.receive,
            transmit: reply.transmit,
            destination: received,
        };
        if !stamps.server_is_plausible() {
            return Err(Rejected::Held);
        }
        Ok(Sample::new(&stamps, self.precision, &reply))
    }
}

/// Everything about a reply but its stamps. `answered` is set once it is the server's.
pub(crate) fn check_reply(
    octets: &[u8],
    request: &Packet,
    answered: &mut bool,
) -> Result<Packet, Rejected> {
    let Ok((reply, _)) = Packet::parse(octets) else {
        return Err(Rejected::TooShort { octets: octets.len() });
    };
    if reply.version != request.version {
        return Err(Rejected::Version(reply.version));
    }
    if reply.mode != Mode::Server {
        return Err(Rejected::Mode(reply.mode));
    }
    // Test 2, before anything in the packet is believed, kisses above all.
    if reply.origin != request.transmit {
        return Err(Rejected::Origin);
    }
    // Test 1.
    if core::mem::replace(answered, true) {
        return Err(Rejected::Duplicate);
    }
    if reply.stratum == Stratum::UNSPECIFIED && is_code(reply.reference_id) {
        return Err(Rejected::Kiss(reply.reference_id.into()));
    }
    // Test 6.
    if reply.leap == Leap::Unsynchronised || !reply.stratum.is_synchronised() {
        return Err(Rejected::Unsynchronised);
    }
    // Test 3.
    if reply.receive.is_unset() || reply.transmit.is_unset() {
        return Err(Rejected::Unset);
    }
    // Test 6, second half: a clock set after the reply left.
    let age = reply.transmit.since(reply.reference_time);
    if age < Span::ZERO && !reply.reference_time.is_unset() {
        return Err(Rejected::ReferenceInFuture);
    }
    // Test 7.
    let root = reply.root_delay.to_span().half().plus(reply.root_dispersion.to_span());
    if root >= MAX_DISPERSION {
        return Err(Rejected::RootDistance);
    }
    Ok(reply)
}

/// Why a packet gave no sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Rejected {
    /// Not even a header.
    #[error("{octets} octets are too few for a reply of 48")]
    TooShort {
        /// How many there were.
        octets: usize,
    },
    /// Another version than the request's.
    #[error("the reply is in version {}, not the request's", .0.to_bits())]
    Version(Version),
    /// Not a server's reply.
    #[error("mode {} is not a server's reply", .0.to_bits())]
    Mode(Mode),
    /// Test 1: the request has been answered before.
    #[error("the request has been answered already")]
    Duplicate,
    /// Test 2: not a reply to this request.
    #[error("the origin is not the request's transmit timestamp")]
    Origin,
    /// Test 3: a timestamp that must be set is zero.
    #[error("the receive or the transmit timestamp is zero")]
    Unset,
    /// Test 6: the server does not know the time.
    #[error("the server is not synchronised")]
    Unsynchronised,
    /// Test 6: the server's clock was last set after it sent the reply.
    #[error("the reference time is later than the transmit timestamp")]
    ReferenceInFuture,
    /// Test 7: the server is too far from its reference clock.
    #[error("the root distance is 16 s or more")]
    RootDistance,
    /// The time between arrival and departure at the server is negative or above 4 s.
    #[error("the server held the request for a negative time or for more than 4 s")]
    Held,
    /// The server refuses, with a code that says why.
    #[error("kiss {}", .0)]
    Kiss(Kiss),
}

impl Rejected {
    /// Whether the packet carried the request's origin, and so came from the server (or from
    /// someone on the path): nothing better will come.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::TooShort { .. } | Self::Version(_) | Self::Mode(_) | Self::Origin)
    }
}

/// Four printable ASCII characters: a stratum of 0 with anything else is not a kiss.
fn is_code(id: ReferenceId) -> bool {
    id.0.iter().all(u8::is_ascii_graphic)
}

/// RFC 5905's MAXDISP.
const MAX_DISPERSION: Span = Span::from_seconds(16);

#[cfg(test)]
mod tests;
