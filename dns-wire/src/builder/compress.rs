//! Name compression (RFC 1035 §4.1.4) without allocation and with bounded work.
//!
//! The table holds edges of the tree of names written so far: from the place of a parent name to
//! the place of one label before it. Looking up a name starts at the root and follows edges from
//! its last label to its first, so one label is compared at each step, at its own border, octet by
//! octet: case is kept. A label is looked for in [`PROBES`] places; when all are taken, the first
//! is taken over, which costs compression and nothing else.

use crate::{Full, Name};

/// Where names were written.
#[derive(Debug)]
pub(super) struct Compressor {
    edges: [Edge; EDGES],
    /// Octets of the first question's name, which lies uncompressed behind the header; 0 for none.
    /// Answers are mostly owned by it, so it is compared as a whole before anything else.
    question: u8,
    /// Whether the question's labels are in `edges`: they are put there when first needed.
    question_indexed: bool,
}

/// A label written out at `label`, followed by the name at `parent`; 0 is the root. An edge with
/// label 0 is free, since the header stands there.
#[derive(Clone, Copy, Debug)]
struct Edge {
    parent: u16,
    label: u16,
}

impl Compressor {
    #[inline]
    pub(super) fn new() -> Self {
        Self { edges: [Edge { parent: 0, label: 0 }; EDGES], question: 0, question_indexed: false }
    }

    /// Writes a name at `at` and returns where it ends. `message` ends where writing must.
    #[inline]
    pub(super) fn write(
        &mut self,
        name: Name<'_>,
        message: &mut [u8],
        at: usize,
    ) -> Result<usize, Full> {
        let wire = name.as_wire();
        if wire.len() == 1 {
            *message.get_mut(at).ok_or(Full)? = 0;
            return Ok(at.wrapping_add(1));
        }
        if self.question > 0 {
            if usize::from(self.question) == wire.len()
                && message.get(HEADER..).is_some_and(|octets| octets.starts_with(wire))
            {
                return write_pointer(message, at, HEADER_U16);
            }
        } else if at == HEADER && wire.len() > 1 {
            self.question = u8::try_from(wire.len()).unwrap_or(0);
            let end = at.wrapping_add(wire.len());
            message.get_mut(at..end).ok_or(Full)?.copy_from_slice(wire);
            return Ok(end);
        }
        self.write_other(wire, message, at)
    }

    /// Forgets labels at and after a place that is to be written anew.
    #[cold]
    pub(super) fn forget_from(&mut self, at: usize) {
        if at <= HEADER {
            self.question = 0;
            self.question_indexed = false;
        }
        for edge in &mut self.edges {
            if usize::from(edge.label) >= at {
                edge.label = 0;
            }
        }
    }

    fn write_other(&mut self, wire: &[u8], message: &mut [u8], at: usize) -> Result<usize, Full> {
        if self.question > 0 && !self.question_indexed {
            self.question_indexed = true;
            self.index_question(message);
        }
        let labels = LabelStarts::of(wire);
        let mut left = labels;
        let mut parent = 0u16;
        // Where the labels begin that are found, counted from the start of `wire`.
        let mut known = wire.len().wrapping_sub(1);
        while let Some(start) = left.last() {
            let label = LabelAt::of(wire, start);
            let Some(place) = self.find(parent, &label, message) else { break };
            (parent, known) = (place, start);
            left.drop_last(wire, start);
        }

        let end = at.wrapping_add(known);
        let tail_end = if parent == 0 {
            *message.get_mut(end).ok_or(Full)? = 0;
            end.wrapping_add(1)
        } else {
            write_pointer(message, end, parent)?
        };
        message.get_mut(at..end).ok_or(Full)?.copy_from_slice(wire.get(..known).ok_or(Full)?);

        while let Some(start) = left.last() {
            let Some(place) = pointable(at.wrapping_add(start)) else { break };
            self.insert(parent, &LabelAt::of(wire, start), place);
            parent = place;
            left.drop_last(wire, start);
        }
        Ok(tail_end)
    }

    fn index_question(&mut self, message: &[u8]) {
        let end = HEADER.wrapping_add(usize::from(self.question));
        let Some(wire) = message.get(HEADER..end) else { return };
        let mut left = LabelStarts::of(wire);
        let mut parent = 0;
        while let Some(start) = left.last() {
            let Some(place) = pointable(HEADER.wrapping_add(start)) else { return };
            self.insert(parent, &LabelAt::of(wire, start), place);
            parent = place;
            left.drop_last(wire, start);
        }
    }

    #[inline]
    fn find(&self, parent: u16, label: &LabelAt<'_>, message: &[u8]) -> Option<u16> {
        let first = label.slot(parent);
        for step in 0..PROBES {
            let edge = self.edges.get(first.wrapping_add(step) % EDGES)?;
            if edge.label == 0 {
                // Places are taken in this order and given up all at once, so no later one is taken.
                return None;
            }
            if edge.parent == parent && label.is_at(message, usize::from(edge.label)) {
                return Some(edge.label);
            }
        }
        None
    }

    #[inline]
    fn insert(&mut self, parent: u16, label: &LabelAt<'_>, place: u16) {
        let first = label.slot(parent);
        for step in 0..PROBES {
            if let Some(edge) = self.edges.get_mut(first.wrapping_add(step) % EDGES)
                && edge.label == 0
            {
                *edge = Edge { parent, label: place };
                return;
            }
        }
        if let Some(edge) = self.edges.get_mut(first % EDGES) {
            *edge = Edge { parent, label: place };
        }
    }
}

/// Where the labels of a name start, to be taken from the right: eight in one word, the rest counted.
#[derive(Clone, Copy)]
struct LabelStarts {
    /// The last eight starts, the last of all in the low octet.
    last_eight: u64,
    in_word: u8,
    /// Labels before those.
    more: u8,
}

impl LabelStarts {
    #[inline]
    fn of(wire: &[u8]) -> Self {
        let mut starts = Self { last_eight: 0, in_word: 0, more: 0 };
        let mut at = 0usize;
        while let Some(&length @ 1..) = wire.get(at) {
            starts.last_eight = starts.last_eight << 8 | u64::try_from(at).unwrap_or(0);
            if starts.in_word == 8 {
                starts.more = starts.more.wrapping_add(1);
            } else {
                starts.in_word = starts.in_word.wrapping_add(1);
            }
            at = at.wrapping_add(1).wrapping_add(usize::from(length));
        }
        starts
    }

    /// The start of the last label that is left.
    #[inline]
    fn last(&self) -> Option<usize> {
        (self.in_word > 0).then_some(usize::from(self.last_eight.to_le_bytes()[0]))
    }

    /// Drops the label that starts at `start`, the last. Every eighth time the name is walked again,
    /// so a name of 127 labels is walked sixteen times.
    #[inline]
    fn drop_last(&mut self, wire: &[u8], start: usize) {
        self.last_eight >>= 8;
        self.in_word = self.in_word.wrapping_sub(1);
        if self.in_word == 0 && self.more > 0 {
            *self = Self::of(wire.get(..start).unwrap_or(&[]));
        }
    }
}

/// A label in a name in wire form, and the word it is hashed and mostly compared by.
struct LabelAt<'a> {
    /// With its length octet.
    octets: &'a [u8],
    /// The first eight of them, zeros after them when there are fewer.
    word: u64,
}

impl<'a> LabelAt<'a> {
    #[inline]
    fn of(wire: &'a [u8], start: usize) -> Self {
        let rest = wire.get(start..).unwrap_or(&[]);
        let length = rest.first().map_or(0, |&octet| usize::from(octet).wrapping_add(1));
        let octets = rest.get(..length).unwrap_or(&[]);
        Self { octets, word: first_word(rest, length) }
    }

    #[inline]
    fn slot(&self, parent: u16) -> usize {
        let mut hash =
            (self.word ^ u64::from(parent).rotate_right(16)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        if let Some(tail) = self.octets.get(8..).and_then(<[u8]>::last_chunk::<8>) {
            hash ^= u64::from_le_bytes(*tail).wrapping_mul(0xff51_afd7_ed55_8ccd);
        } else if let Some(tail) = self.octets.get(8..).and_then(<[u8]>::last) {
            hash ^= u64::from(*tail).wrapping_mul(0xff51_afd7_ed55_8ccd);
        }
        usize::from(hash.to_be_bytes()[0])
    }

    #[inline]
    fn is_at(&self, message: &[u8], place: usize) -> bool {
        let rest = message.get(place..).unwrap_or(&[]);
        first_word(rest, self.octets.len()) == self.word
            && (self.octets.len() <= 8 || rest.starts_with(self.octets))
    }
}

/// The first eight of `length` octets as a number, zeros where there are fewer.
#[inline]
fn first_word(octets: &[u8], length: usize) -> u64 {
    let word = match octets.first_chunk::<8>() {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => octets.iter().rev().fold(0, |word, &octet| word << 8 | u64::from(octet)),
    };
    match u32::try_from(length) {
        Ok(length @ 0..8) => word & (1u64 << (length << 3)).wrapping_sub(1),
        _ => word,
    }
}

#[inline]
fn write_pointer(message: &mut [u8], at: usize, target: u16) -> Result<usize, Full> {
    let place = message.get_mut(at..).and_then(<[u8]>::first_chunk_mut::<2>).ok_or(Full)?;
    *place = (0xc000 | target).to_be_bytes();
    Ok(at.wrapping_add(2))
}

/// A place that the fourteen bits of a pointer reach.
#[inline]
fn pointable(place: usize) -> Option<u16> {
    u16::try_from(place).ok().filter(|&place| place <= 0x3fff)
}

/// Places for labels: as many as a referral to thirteen servers needs, four times over.
const EDGES: usize = 64;
/// Places in which a label may be.
const PROBES: usize = 8;
/// Octets of the header.
const HEADER: usize = 12;
const HEADER_U16: u16 = 12;
