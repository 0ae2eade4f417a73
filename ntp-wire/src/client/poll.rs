//! How often to ask, and when to stop: RFC 5905 §13 and §7.4.

use super::Rejected;
use crate::{Kiss, Log2Seconds, Span};

/// The poll interval of one server and whether it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Poll {
    least: i8,
    most: i8,
    now: i8,
    /// RFC 5905's jiggle counter.
    counter: i16,
    /// One bit a request, the newest lowest: RFC 5905's reach register.
    reach: u8,
    stopped: bool,
}

impl Poll {
    /// From `least` to `most`, both clamped to RFC 5905's 4 (16 s) to 17 (36 h).
    #[must_use]
    pub const fn new(least: Log2Seconds, most: Log2Seconds) -> Self {
        let least = clamp(least.0, MIN_POLL, MAX_POLL);
        Self {
            least,
            most: clamp(most.0, least, MAX_POLL),
            now: least,
            counter: 0,
            reach: 0,
            stopped: false,
        }
    }

    /// How long to wait for the next request; nothing when the server told us to stop.
    #[must_use]
    pub fn interval(&self) -> Option<Log2Seconds> {
        (!self.stopped).then_some(Log2Seconds(self.now))
    }

    /// The last eight requests, one bit each, the newest lowest: 1 was answered.
    #[must_use]
    pub const fn reach(&self) -> u8 {
        self.reach
    }

    /// A request is sent. After eight without an answer the interval grows, for nobody is helped
    /// by asking a silent server often.
    pub fn sent(&mut self) {
        if self.reach == 0 {
            self.now = self.now.saturating_add(1).min(self.most);
        }
        self.reach <<= 1;
    }

    /// A good reply: `offset` against the server and its `jitter`, and the least interval the
    /// server asks for in the header. The interval grows while offsets are within four jitters.
    pub fn answered(&mut self, offset: Span, jitter: Span, server: Log2Seconds) {
        self.reach |= 1;
        let gate = jitter.to_bits().saturating_abs().saturating_mul(4);
        let step = i16::from(self.now);
        if offset.abs().to_bits() <= gate {
            self.counter = self.counter.saturating_add(step);
            if self.counter > LIMIT {
                self.counter = 0;
                self.now = self.now.saturating_add(1);
            }
        } else {
            self.counter = self.counter.saturating_sub(step.saturating_mul(2));
            if self.counter < LIMIT.saturating_neg() {
                self.counter = 0;
                self.now = self.now.saturating_sub(1);
            }
        }
        // A server may ask for longer, but not push us beyond our own longest.
        let least = self.least.max(server.0).min(self.most);
        self.now = clamp(self.now, least, self.most);
    }

    /// A packet that gave no sample. Kisses are obeyed: give only those that
    /// [`Exchange::accept`](super::Exchange::accept) rejected, which carry the request's origin.
    pub fn rejected(&mut self, reason: Rejected) {
        let Rejected::Kiss(kiss) = reason else {
            return;
        };
        match kiss {
            Kiss::DENY | Kiss::RSTR => self.stopped = true,
            Kiss::RATE => {
                // RFC 5905 §7.4: immediately, and again each time; the least rises for good.
                self.least = self.now.saturating_add(1).min(self.most);
                self.now = self.least;
                self.counter = 0;
            }
            // NTSN is for the NTS session; others have no meaning we know.
            _ => {}
        }
    }
}

const fn clamp(value: i8, least: i8, most: i8) -> i8 {
    if value < least {
        least
    } else if value > most {
        most
    } else {
        value
    }
}

/// RFC 5905's MINPOLL.
const MIN_POLL: i8 = 4;
/// RFC 5905's MAXPOLL.
const MAX_POLL: i8 = 17;
/// RFC 5905's LIMIT of the jiggle counter.
const LIMIT: i16 = 30;

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: (Span, Span) = (Span::from_nanos(10), Span::from_nanos(1000));
    const LOUD: (Span, Span) = (Span::from_nanos(100_000), Span::from_nanos(1000));

    fn poll() -> Poll {
        Poll::new(Log2Seconds(6), Log2Seconds(10))
    }

    fn interval(poll: &Poll) -> i8 {
        poll.interval().unwrap().0
    }

    #[test]
    fn grows_while_quiet_and_shrinks_when_not() {
        let mut poll = poll();
        for _ in 0..100 {
            poll.answered(QUIET.0, QUIET.1, Log2Seconds(0));
        }
        assert_eq!(interval(&poll), 10);
        for _ in 0..100 {
            poll.answered(LOUD.0, LOUD.1, Log2Seconds(0));
        }
        assert_eq!(interval(&poll), 6);
    }

    #[test]
    fn the_servers_wish_counts_within_our_range() {
        let mut poll = poll();
        poll.answered(QUIET.0, QUIET.1, Log2Seconds(8));
        assert_eq!(interval(&poll), 8);
        poll.answered(QUIET.0, QUIET.1, Log2Seconds(127));
        assert_eq!(interval(&poll), 10);
    }

    #[test]
    fn kisses_are_obeyed() {
        let mut poll = poll();
        poll.rejected(Rejected::Kiss(Kiss::RATE));
        assert_eq!(interval(&poll), 7);
        for _ in 0..100 {
            poll.answered(LOUD.0, LOUD.1, Log2Seconds(0));
        }
        assert_eq!(interval(&poll), 7);
        poll.rejected(Rejected::Kiss(Kiss(*b"XXXX")));
        assert_eq!(interval(&poll), 7);
        poll.rejected(Rejected::Origin);
        assert_eq!(interval(&poll), 7);
        poll.rejected(Rejected::Kiss(Kiss::DENY));
        assert_eq!(poll.interval(), None);
    }

    #[test]
    fn a_silent_server_is_asked_less_often() {
        let mut poll = poll();
        poll.sent();
        poll.answered(QUIET.0, QUIET.1, Log2Seconds(0));
        for _ in 0..8 {
            poll.sent();
        }
        assert_eq!((poll.reach(), interval(&poll)), (0, 7));
        for _ in 0..8 {
            poll.sent();
        }
        assert_eq!(interval(&poll), 10);
    }
}
