//! Fragments into one answer.

use super::{Fragment, Request};
use crate::sort::sort_by_key;

/// Puts the fragments of one answer together, in memory the caller gives. They may come in any
/// order, and twice.
#[derive(Debug)]
pub struct Assembly<'a> {
    buffer: &'a mut [u8],
    opcode: u8,
    sequence: u16,
    association: u16,
    /// Start and end of what has arrived, disjoint and in order.
    parts: [(usize, usize); PARTS],
    count: usize,
    /// Where the answer ends, once the last fragment has arrived.
    end: Option<usize>,
}

/// How far an answer has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Not part of this answer: another sequence number, opcode or association.
    Foreign,
    /// Fragments are missing.
    More,
    /// Complete, with this length and status word.
    Complete {
        /// Octets of the answer, at the start of the buffer.
        octets: usize,
        /// The status word of the last fragment to arrive.
        status: u16,
    },
    /// The request failed, with this code (RFC 9327 §3: 1 authentication, 2 bad format or length,
    /// 3 bad opcode, 4 unknown association, 5 unknown variable, 6 bad value, 7 prohibited).
    Failed(u8),
    /// The answer does not fit the buffer, or is in more than 24 pieces.
    TooLong,
}

impl<'a> Assembly<'a> {
    /// For the answer to `request`.
    #[must_use]
    pub const fn new(request: &Request<'_>, buffer: &'a mut [u8]) -> Self {
        Self {
            buffer,
            opcode: request.opcode.0,
            sequence: request.sequence,
            association: request.association,
            parts: [(0, 0); PARTS],
            count: 0,
            end: None,
        }
    }

    /// Takes a fragment in.
    pub fn accept(&mut self, fragment: &Fragment<'_>) -> Progress {
        let ours = fragment.opcode.0 == self.opcode
            && fragment.sequence == self.sequence
            && fragment.association == self.association;
        if !ours {
            return Progress::Foreign;
        }
        if fragment.error {
            let [code, _] = fragment.status.to_be_bytes();
            return Progress::Failed(code);
        }
        let start = usize::from(fragment.offset);
        let end = start.saturating_add(fragment.data.len());
        let room =
            self.buffer.get_mut(start..).and_then(|room| room.get_mut(..fragment.data.len()));
        let Some(place) = room else {
            return Progress::TooLong;
        };
        place.copy_from_slice(fragment.data);
        if !fragment.more {
            self.end = Some(end);
        }
        if !self.note(start, end) {
            return Progress::TooLong;
        }
        match (self.end, self.parts.first()) {
            (Some(0), _) => Progress::Complete { octets: 0, status: fragment.status },
            (Some(octets), Some(&(0, end))) if end >= octets => {
                Progress::Complete { octets, status: fragment.status }
            }
            _ => Progress::More,
        }
    }

    /// What has arrived: the whole answer once it is complete.
    #[must_use]
    pub fn answer(&self, octets: usize) -> &[u8] {
        self.buffer.get(..octets).unwrap_or_default()
    }

    /// Adds a part and merges those that touch. False when there are too many.
    fn note(&mut self, start: usize, end: usize) -> bool {
        if start == end {
            return true;
        }
        let (mut start, mut end) = (start, end);
        let (old, mut kept) = (self.parts, 0_usize);
        for &(from, to) in old.iter().take(self.count) {
            if from <= end && start <= to {
                start = start.min(from);
                end = end.max(to);
            } else if let Some(place) = self.parts.get_mut(kept) {
                *place = (from, to);
                kept = kept.saturating_add(1);
            }
        }
        let Some(place) = self.parts.get_mut(kept) else {
            self.parts = old;
            return false;
        };
        *place = (start, end);
        self.count = kept.saturating_add(1);
        if let Some(parts) = self.parts.get_mut(..self.count) {
            sort_by_key(parts, |part| *part);
        }
        true
    }
}

/// As many fragments as ntpq takes.
const PARTS: usize = 24;
