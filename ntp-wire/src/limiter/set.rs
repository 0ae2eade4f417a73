//! One cache line of records.

use super::rates::Rate;
use super::tokens::Tokens;

/// Five clients' records: the memory of a [`Limiter`](super::Limiter), 64 octets, one cache line.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub struct Set {
    records: [Record; 5],
}

impl Set {
    /// A set without clients.
    pub const EMPTY: Self = Self { records: [Record::FREE; 5] };

    /// The record of the client whose hash has this tag: its own, or a fresh one in the place of
    /// the one used longest ago (of several, the one with the fullest bucket).
    ///
    /// Two clients with the same 30 bits of tag in one set share a bucket.
    #[inline]
    pub(super) fn record(&mut self, tag: u32, tick: u32, tokens: u16) -> Option<&mut Record> {
        let tag = (tag | OCCUPIED) & !DROPPED;
        // Every record is looked at, without a branch that could be mispredicted.
        let mut own = self.records.len();
        for (index, record) in self.records.iter().enumerate() {
            own = if record.tag & !DROPPED == tag { index } else { own };
        }
        if own < self.records.len() {
            return self.records.get_mut(own);
        }
        let victim =
            self.records.iter_mut().max_by_key(|record| (record.age(tick), record.tokens))?;
        *victim = Record { tag, last: tick, tokens, ..Record::FREE };
        Some(victim)
    }
}

/// One client: 12 octets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    /// 30 bits of the client's hash, [`OCCUPIED`] and [`DROPPED`]; 0 is a free record.
    tag: u32,
    /// The tick of the latest request.
    last: u32,
    tokens: u16,
    /// How fast the client asks after an answer.
    answered: Rate,
    /// How fast it asks after none.
    unanswered: Rate,
}

impl Record {
    const FREE: Self =
        Self { tag: 0, last: 0, tokens: 0, answered: Rate::UNKNOWN, unanswered: Rate::UNKNOWN };

    /// Counts a request at `tick`: refills the bucket and updates the rate.
    #[inline]
    pub(super) fn count(&mut self, tick: u32, tokens: &Tokens) {
        let refill = tokens.refill(self.last, tick);
        self.tokens = self.tokens.saturating_add(refill).min(tokens.max);
        // Who comes back to a full bucket is far from the limit: the rates, which only matter
        // beyond it, need not be known.
        if self.tokens < tokens.max {
            let elapsed = tick.wrapping_sub(self.last).cast_signed().max(0).cast_unsigned();
            let answered = self.tag & DROPPED == 0;
            let rate = if answered { &mut self.answered } else { &mut self.unanswered };
            rate.update(elapsed);
        }
        self.tag &= !DROPPED;
        self.last = tick;
    }

    /// Takes the tokens of one request, if there are enough.
    #[inline]
    pub(super) fn take(&mut self, tokens: u16) -> bool {
        match self.tokens.checked_sub(tokens) {
            Some(rest) => {
                self.tokens = rest;
                true
            }
            None => false,
        }
    }

    pub(super) fn empty(&mut self) {
        self.tokens = 0;
    }

    pub(super) fn drop_request(&mut self) {
        self.tag |= DROPPED;
    }

    /// Some poor clients ask faster when they get no answer. Silence then costs more than it saves.
    pub(super) fn asks_faster_unanswered(&self) -> bool {
        self.unanswered.more_than_twice(self.answered)
    }

    /// Ticks since the latest request. The future counts as now, a free record as for ever.
    fn age(&self, tick: u32) -> u32 {
        match self.tag {
            0 => u32::MAX,
            _ => tick.wrapping_sub(self.last).cast_signed().max(0).cast_unsigned(),
        }
    }
}

/// Set in the tag of every record in use, so that none looks free.
const OCCUPIED: u32 = 2;
/// Set while the client's latest request went unanswered.
const DROPPED: u32 = 1;

const _: () = assert!(size_of::<Set>() == 64);
