//! The server's memory of its replies.

use crate::bits::high32;
use crate::server::{Arrival, Ignored, Policy, ServerState, compose};
use crate::{Packet, Span, Timestamp, Version};

/// One remembered reply: 16 octets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// The receive timestamp in it: unique, its last bit set.
    receive: Timestamp,
    /// When it left; unset when it was used, or nobody knows.
    transmit: Timestamp,
}

/// The latest replies, in the order of their receive timestamps.
///
/// One ring has one owner. It holds as many replies as the caller gives memory for; the oldest
/// makes room.
#[derive(Debug)]
pub struct Ring<'a> {
    replies: &'a mut [Reply],
    /// Where the oldest lies.
    first: usize,
    count: usize,
}

/// What [`Ring::respond`] has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replied {
    /// Octets written.
    pub octets: usize,
    /// Whether the reply is interleaved.
    pub interleaved: bool,
    /// For [`Ring::sent`].
    pub receive: Timestamp,
}

impl<'a> Ring<'a> {
    /// Over this memory; with none, every reply is a basic one.
    #[must_use]
    pub const fn new(replies: &'a mut [Reply]) -> Self {
        Self { replies, first: 0, count: 0 }
    }

    /// Writes the reply to `request` into `out`, as [`respond`](crate::server::respond) does, or an
    /// interleaved one where the client asks for it and the reply before is still known. Each is
    /// used once. Version 4 only.
    ///
    /// # Errors
    /// [`Ignored`] says why there is no reply. Then nothing is remembered.
    ///
    /// # Cost
    /// O(log n) for a ring of n; a reply that arrives out of order costs up to 64 moves.
    pub fn respond(
        &mut self,
        request: &[u8],
        arrival: Arrival,
        transmit: impl FnOnce() -> Timestamp,
        state: &ServerState,
        policy: &Policy,
        out: &mut [u8],
    ) -> Result<Replied, Ignored> {
        let out = out.first_chunk_mut();
        let mut reply = compose(request, arrival, transmit, state, policy, out.is_some())?;
        let out = out.ok_or(Ignored::NoRoom)?;
        reply.receive = with_last_bit(reply.receive, true);
        reply.transmit = with_last_bit(reply.transmit, false);
        let (mut interleaved, sent) = (false, reply.transmit);
        if reply.version == Version::V4 && !self.replies.is_empty() {
            self.forget_after(arrival.received);
            if let Ok((asked, _)) = Packet::parse(request) {
                let before = last_bit(asked.origin).then_some(asked.origin);
                let before = before.filter(|_| asked.receive != asked.transmit);
                if let Some(before) = before.and_then(|origin| self.take(origin)) {
                    interleaved = true;
                    reply.origin = asked.receive;
                    reply.transmit = with_last_bit(before, false);
                }
            }
            reply.receive = self.remember(reply.receive, sent);
        }
        // The bits must not turn the stamps around.
        let held = reply.transmit.since(reply.receive);
        if !interleaved && held < Span::ZERO && held > Span::from_bits(-MOVED) {
            reply.transmit = reply.receive.plus(Span::from_bits(1));
        }
        reply.write(out);
        Ok(Replied { octets: Packet::LEN, interleaved, receive: reply.receive })
    }

    /// Replaces the transmit timestamp of a remembered reply by a better one.
    pub fn sent(&mut self, receive: Timestamp, transmit: Timestamp) {
        if let Some(reply) = self.find(receive).ok().and_then(|index| self.at_mut(index)) {
            reply.transmit = transmit;
        }
    }

    /// How many replies are remembered.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether none is.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The transmit timestamp of the reply with this receive timestamp, once.
    fn take(&mut self, receive: Timestamp) -> Option<Timestamp> {
        let index = self.find(receive).ok()?;
        let reply = self.at_mut(index)?;
        let transmit = core::mem::replace(&mut reply.transmit, Timestamp::UNSET);
        // A stamp far from the receive timestamp is of another clock: one was stepped.
        let held = transmit.since(receive);
        let plausible = held > Span::from_seconds(-2) && held < Span::from_seconds(2);
        (plausible && !transmit.is_unset()).then_some(transmit)
    }

    /// Remembers a reply and returns its receive timestamp, moved by some 2^-31 s where another
    /// reply had the same. One older than 64 others is not remembered.
    fn remember(&mut self, receive: Timestamp, transmit: Timestamp) -> Timestamp {
        let mut receive = receive;
        let mut index = self.count;
        for _ in 0..OUT_OF_ORDER {
            let before = index.checked_sub(1).and_then(|before| self.at(before));
            let Some(before) = before.filter(|before| before.receive.since(receive) >= Span::ZERO)
            else {
                return self.insert(index, Reply { receive, transmit });
            };
            if before.receive == receive {
                receive = receive.plus(Span::from_bits(2));
                // Those behind may have that one too: walk forwards past them.
                while self.at(index).is_some_and(|next| next.receive == receive) {
                    receive = receive.plus(Span::from_bits(2));
                    index = index.saturating_add(1);
                }
                return self.insert(index, Reply { receive, transmit });
            }
            index = index.saturating_sub(1);
        }
        receive
    }

    fn insert(&mut self, index: usize, reply: Reply) -> Timestamp {
        let mut index = index;
        if self.count == self.replies.len() {
            // In a full ring the oldest makes room; what is older still is not remembered.
            let Some(shifted) = index.checked_sub(1) else {
                return reply.receive;
            };
            index = shifted;
            self.first = self.place(1);
            self.count = self.count.saturating_sub(1);
        }
        self.count = self.count.saturating_add(1);
        let mut last = self.count.saturating_sub(1);
        while last > index {
            let before = last.saturating_sub(1);
            if let (Some(moved), Some(place)) = (self.at(before), self.at_mut(last)) {
                *place = moved;
            }
            last = before;
        }
        if let Some(place) = self.at_mut(index) {
            *place = reply;
        }
        reply.receive
    }

    /// Forgets replies from more than a second after `now`: the clock was set back.
    fn forget_after(&mut self, now: Timestamp) {
        let limit = now.plus(Span::SECOND);
        let newest = self.count.checked_sub(1).and_then(|last| self.at(last));
        if newest.is_some_and(|newest| newest.receive.since(limit) > Span::ZERO) {
            self.count = self.find(limit).unwrap_or_else(|index| index);
        }
    }

    /// The place of a receive timestamp in the order: where it is, or where it would be.
    fn find(&self, receive: Timestamp) -> Result<usize, usize> {
        let (mut low, mut high) = (0, self.count);
        // Halves the interval: at most 64 steps.
        while low < high {
            let middle = low.midpoint(high);
            let Some(reply) = self.at(middle) else {
                return Err(low);
            };
            match reply.receive.since(receive) {
                Span::ZERO => return Ok(middle),
                earlier if earlier < Span::ZERO => low = middle.saturating_add(1),
                _ => high = middle,
            }
        }
        Err(low)
    }

    fn at(&self, index: usize) -> Option<Reply> {
        (index < self.count).then_some(())?;
        self.replies.get(self.place(index)).copied()
    }

    fn at_mut(&mut self, index: usize) -> Option<&mut Reply> {
        (index < self.count).then_some(())?;
        let place = self.place(index);
        self.replies.get_mut(place)
    }

    /// Where the reply with this index lies. Both are below the length.
    fn place(&self, index: usize) -> usize {
        let place = self.first.wrapping_add(index);
        if place >= self.replies.len() { place.wrapping_sub(self.replies.len()) } else { place }
    }
}

fn last_bit(time: Timestamp) -> bool {
    time.to_bits() & 1 == 1
}

fn with_last_bit(time: Timestamp, bit: bool) -> Timestamp {
    let bits = time.to_bits() & !1 | u64::from(bit);
    // Never the unset value by chance.
    Timestamp::from_bits(if bits == 0 && high32(time.to_bits()) == 0 { 2 } else { bits })
}

/// More than the last bit and the search for a free receive timestamp move one in practice: 1 µs.
const MOVED: i64 = 1 << 12;
/// How far back a reply may be sorted in.
const OUT_OF_ORDER: usize = 64;

#[cfg(test)]
mod tests;
