//! The client's side.

use crate::client::{Rejected, Sample, Stamps, check_reply, request};
use crate::{Log2Seconds, Packet, Timestamp};

/// A client that asks one server in interleaved mode, and takes basic replies where it must.
#[derive(Clone, Copy, Debug)]
pub struct InterleavedExchange {
    precision: Log2Seconds,
    /// The request on its way.
    request: Packet,
    sent: Timestamp,
    answered: bool,
    /// What is known of the reply before: its stamps without the true transmit timestamp.
    before: Option<Before>,
}

#[derive(Clone, Copy, Debug)]
struct Before {
    sent: Timestamp,
    server_received: Timestamp,
    server_sent: Timestamp,
    received: Timestamp,
}

/// A sample, and how it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// Of the exchange before, when interleaved.
    pub sample: Sample,
    /// Whether the server sent the true transmit timestamp of its reply before.
    pub interleaved: bool,
}

impl InterleavedExchange {
    /// For a client's clock of this precision; nothing was asked yet.
    #[must_use]
    pub const fn new(precision: Log2Seconds) -> Self {
        let request = request(0);
        Self { precision, request, sent: Timestamp::UNSET, answered: true, before: None }
    }

    /// The next request, sent at `sent`. Both numbers must be unpredictable, new and different:
    /// a basic reply gives back one and an interleaved reply the other.
    pub const fn request(&mut self, random: u64, other: u64, sent: Timestamp) -> Packet {
        // A request that stays unanswered breaks the chain: its receive timestamp is unknown.
        if !self.answered {
            self.before = None;
        }
        self.request = request(random);
        if let Some(before) = self.before {
            self.request.origin = before.server_received;
            self.request.receive = Timestamp::from_bits(other);
        }
        self.sent = sent;
        self.answered = false;
        self.request
    }

    /// Replaces the time of sending by a better one, such as the kernel's transmit timestamp.
    pub const fn sent_at(&mut self, sent: Timestamp) {
        self.sent = sent;
    }

    /// Checks a packet that arrived at `received`, as
    /// [`Exchange::accept`](crate::client::Exchange::accept) does, and measures with it.
    ///
    /// An interleaved reply measures the exchange before with all four stamps true (RFC 9769 §2).
    ///
    /// # Errors
    /// [`Rejected`] names the first test that failed.
    pub fn accept(&mut self, octets: &[u8], received: Timestamp) -> Result<Measured, Rejected> {
        let held_by = self.before.filter(|_| {
            let origin = Packet::parse(octets).map_or(Timestamp::UNSET, |(reply, _)| reply.origin);
            origin == self.request.receive && !origin.is_unset()
        });
        let origin = if held_by.is_some() { self.request.receive } else { self.request.transmit };
        let request = Packet { transmit: origin, ..self.request };
        let reply = check_reply(octets, &request, &mut self.answered)?;
        let now = Before {
            sent: self.sent,
            server_received: reply.receive,
            server_sent: reply.transmit,
            received,
        };
        let stamps = match held_by {
            Some(before) => Before { server_sent: reply.transmit, ..before },
            None => now,
        };
        self.before = Some(now);
        let stamps = Stamps {
            origin: stamps.sent,
            receive: stamps.server_received,
            transmit: stamps.server_sent,
            destination: stamps.received,
        };
        if !stamps.server_is_plausible() {
            return Err(Rejected::Held);
        }
        let sample = Sample::new(&stamps, self.precision, &reply);
        Ok(Measured { sample, interleaved: held_by.is_some() })
    }
}
