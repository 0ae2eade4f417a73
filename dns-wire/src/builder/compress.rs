//! Name compression (RFC 1035 §4.1.4) without allocation and with bounded work.
//!
//! The table holds places of names written so far, each label of each a place of its own, in sets of
//! [`WAYS`] by a hash of the name that begins there. A name is looked up from its first label on: the
//! whole of it, then without its first label, and so on, until one is found, which the pointer goes
//! to. What is found by hash is compared with what was written, octet by octet, so case is kept. A
//! place that is pushed out of its set costs compression and nothing else.
//!
//! A name has at most 127 labels, so at most as many sets are looked at; at most [`COMPARISONS`]
//! places are compared. Pointers are at most [`HOPS`] deep: readers bound them too.

use crate::name::{MAX_COST, POINTER_COST};
use crate::{Full, Name, writer};

/// Where names were written.
#[derive(Debug)]
pub(super) struct Compressor {
    /// Places, that of a set first which was pointed to last, then the latest; 0 for none, since the header stands there.
    sets: [[u16; WAYS]; SETS],
    /// Octets of the first question's name, which lies uncompressed behind the header; 0 for none.
    /// Answers are mostly owned by it, so it is compared as a whole before anything else.
    question: u8,
    /// Whether the question's labels are in `sets`: they are put there when first needed.
    question_indexed: bool,
    /// Where the last owner that was not the question's name was written; 0 for none. Records of an RRset follow
    /// each other, so it is compared next.
    owner: u16,
}

impl Compressor {
    #[inline]
    pub(super) fn new() -> Self {
        Self { sets: [[0; WAYS]; SETS], question: 0, question_indexed: false, owner: 0 }
    }

    /// Writes a record's owner at `at` and returns where it ends. `message` ends where writing must.
    #[inline(always)]
    pub(super) fn write_owner(
        &mut self,
        name: Name<'_>,
        message: &mut [u8],
        at: usize,
    ) -> Result<usize, Full> {
        if let Some(end) = self.write_short(name.as_wire(), message, at) {
            return end;
        }
        if self.owner > 0
            && let Some(owner) = Suffix::of(name.as_wire(), 0)
            && owner.is_at(message, self.owner, hops(name))
        {
            return write_pointer(message, at, self.owner);
        }
        self.write_new_owner(name, message, at)
    }

    /// Writes any other name.
    #[inline]
    pub(super) fn write(
        &mut self,
        name: Name<'_>,
        message: &mut [u8],
        at: usize,
    ) -> Result<usize, Full> {
        match self.write_short(name.as_wire(), message, at) {
            Some(end) => end,
            None => self.write_other(name, message, at),
        }
    }

    /// Writes the root, the first question, or a pointer to that; any other name is left to the caller.
    #[inline(always)]
    fn write_short(
        &mut self,
        wire: &[u8],
        message: &mut [u8],
        at: usize,
    ) -> Option<Result<usize, Full>> {
        if wire.len() == 1 {
            return Some(copy(message, at, &[0]));
        }
        if self.question > 0 {
            let asked = usize::from(self.question) == wire.len()
                && message.get(HEADER..).is_some_and(|octets| octets.starts_with(wire));
            return asked.then(|| write_pointer(message, at, HEADER_U16));
        }
        if at == HEADER {
            self.question = u8::try_from(wire.len()).unwrap_or(0);
            return Some(copy(message, at, wire));
        }
        None
    }

    /// Writes an owner that is none of the names that a record is mostly owned by.
    fn write_new_owner(
        &mut self,
        name: Name<'_>,
        message: &mut [u8],
        at: usize,
    ) -> Result<usize, Full> {
        let end = self.write_other(name, message, at)?;
        self.owner = match message.get(at..end) {
            Some(&[high @ 0xc0..=0xff, low]) => u16::from_be_bytes([high & 0x3f, low]),
            _ => pointable(at).unwrap_or(0),
        };
        Ok(end)
    }

    /// Forgets labels at and after a place that is to be written anew.
    #[cold]
    pub(super) fn forget_from(&mut self, at: usize) {
        if at <= HEADER {
            self.question = 0;
            self.question_indexed = false;
        }
        if usize::from(self.owner) >= at {
            self.owner = 0;
        }
        for place in self.sets.as_flattened_mut() {
            if usize::from(*place) >= at {
                *place = 0;
            }
        }
    }

    fn write_other(
        &mut self,
        name: Name<'_>,
        message: &mut [u8],
        at: usize,
    ) -> Result<usize, Full> {
        let wire = name.as_wire();
        let hops = hops(name);
        if self.question > 0 && !self.question_indexed {
            self.question_indexed = true;
            self.index_question(message);
        }
        let mut left = COMPARISONS;
        let mut start = 0usize;
        while let Some(suffix) = Suffix::of(wire, start) {
            let Some(set) = self.sets.get_mut(suffix.set()) else { break };
            for (way, &place) in set.iter().enumerate() {
                // Neither none nor a label of this very name, which is yet to be written.
                if usize::from(place).wrapping_sub(1) >= at.wrapping_sub(1) {
                    continue;
                }
                if suffix.is_at(message, place, hops) {
                    to_front(set, way);
                    let end = copy(message, at, wire.get(..start).ok_or(Full)?)?;
                    return write_pointer(message, end, place);
                }
                left = left.wrapping_sub(1);
                if left == 0 {
                    return copy(message, at, wire);
                }
            }
            if let Some(place) = pointable(at.wrapping_add(start)) {
                enter(set, place);
            }
            start = start.wrapping_add(suffix.label_len());
        }
        copy(message, at, wire)
    }

    /// Enters the labels of the question, which is written already.
    fn index_question(&mut self, message: &[u8]) {
        let end = HEADER.wrapping_add(usize::from(self.question));
        let Some(wire) = message.get(HEADER..end) else { return };
        let mut start = 0usize;
        while let Some(suffix) = Suffix::of(wire, start) {
            if let Some(place) = pointable(HEADER.wrapping_add(start))
                && let Some(set) = self.sets.get_mut(suffix.set())
            {
                enter(set, place);
            }
            start = start.wrapping_add(suffix.label_len());
        }
    }
}

/// The end of a name, from one of its labels on, and the word it is mostly told apart by.
struct Suffix<'a> {
    wire: &'a [u8],
    /// Its first eight octets, zeros after them when there are fewer.
    word: u64,
    /// The length octet of its first label.
    length: u8,
}

impl<'a> Suffix<'a> {
    /// From the label at `start` on; `None` when that is the root.
    #[inline]
    fn of(name: &'a [u8], start: usize) -> Option<Self> {
        let wire = name.get(start..)?;
        let &length = wire.first()?;
        (length > 0).then(|| Self { wire, word: first_word(wire, name), length })
    }

    /// Octets of the first label, with its length.
    #[inline]
    fn label_len(&self) -> usize {
        usize::from(self.length).wrapping_add(1)
    }

    /// The set of this name.
    #[inline]
    fn set(&self) -> usize {
        let length = u64::try_from(self.wire.len()).unwrap_or(0);
        let mut hash = (self.word ^ length.rotate_right(8)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        if self.length >= 8
            && let Some(end) = self.wire.get(..self.label_len()).and_then(<[u8]>::last_chunk::<8>)
        {
            hash ^= u64::from_le_bytes(*end).wrapping_mul(0xff51_afd7_ed55_8ccd);
        }
        // The first octet of the hash, as a fraction, of as many sets as there are.
        usize::from(hash.to_be_bytes()[0]).wrapping_mul(SETS) >> 8
    }

    /// Whether the name that was written at `place` is this one, octet by octet.
    #[inline(always)]
    fn is_at(&self, message: &[u8], place: u16, hops: u8) -> bool {
        let Some(written) = message.get(usize::from(place)..) else { return false };
        let Some(start) = written.first_chunk::<8>() else {
            return spells(message, written, self.wire, hops);
        };
        // The first label, or eight octets of it: most places that are something else are told by that.
        let label = self.label_len();
        let shared = u32::from(self.length).wrapping_add(1).min(8);
        let differing = (u64::from_le_bytes(*start) ^ self.word) << bits_beside(shared);
        if differing != 0 {
            return false;
        }
        match (written.get(label..), self.wire.get(label..)) {
            (Some(written), Some(wire)) if label <= 8 => spells(message, written, wire, hops),
            _ => spells(message, written, self.wire, hops),
        }
    }
}

/// Whether the name at the start of `written` is `name`, octet by octet. Its pointers lead back, since
/// this builder wrote them, so it ends; names more than `hops` pointers deep are not taken.
#[inline(always)]
fn spells<'m>(message: &'m [u8], mut written: &'m [u8], name: &[u8], hops: u8) -> bool {
    // Most are written down to the root, or a pointer that leads to such a name comes next.
    if let Some(&[high @ 0xc0..=0xff, low]) = written.first_chunk::<2>() {
        let target = usize::from(u16::from_be_bytes([high & 0x3f, low]));
        let Some(target) = message.get(target..) else { return false };
        written = target;
    }
    match written.get(..name.len()) {
        Some(octets) if equal(octets, name) => true,
        _ => spells_in_parts(message, written, name, hops),
    }
}

/// The same, label by label from pointer to pointer.
fn spells_in_parts<'m>(
    message: &'m [u8],
    mut written: &'m [u8],
    mut name: &[u8],
    hops: u8,
) -> bool {
    for _ in 1..hops {
        let target = loop {
            let (Some((&length, after)), Some(&expected)) = (written.split_first(), name.first())
            else {
                return false;
            };
            if length >= 0xc0 {
                let Some(&low) = after.first() else { return false };
                break usize::from(u16::from_be_bytes([length & 0x3f, low]));
            }
            let octets = usize::from(length).wrapping_add(1);
            let (Some((ours, rest)), Some((theirs, behind))) =
                (name.split_at_checked(octets), written.split_at_checked(octets))
            else {
                return false;
            };
            if length != expected || length == 0 || !equal(ours, theirs) {
                return false;
            }
            (name, written) = (rest, behind);
        };
        let Some(target) = message.get(target..) else { return false };
        written = target;
        if written.starts_with(name) {
            return true;
        }
    }
    false
}

/// As `==`, of slices of one length, without a call for the few octets that names mostly have.
#[inline(always)]
fn equal(ours: &[u8], theirs: &[u8]) -> bool {
    match ours.len() {
        0..4 => ours.iter().zip(theirs).all(|(our, their)| our == their),
        4..8 => equal_ends::<4>(ours, theirs),
        8..16 => equal_ends::<8>(ours, theirs),
        16..=32 => equal_ends::<16>(ours, theirs),
        _ => ours == theirs,
    }
}

/// Whether the first `N` octets are the same, and the last; there must be as many.
#[inline(always)]
fn equal_ends<const N: usize>(ours: &[u8], theirs: &[u8]) -> bool {
    ours.first_chunk::<N>() == theirs.first_chunk::<N>()
        && ours.last_chunk::<N>() == theirs.last_chunk::<N>()
}

/// Pointers that there may be on the way to the end of a name to which a name may point: together with its own,
/// no more than our readers take in a name of so many labels.
#[inline]
fn hops(name: Name<'_>) -> u8 {
    if name.as_wire().len() <= ALL_HOPS {
        return HOPS;
    }
    let labels = usize::from(name.label_count());
    let pointers = MAX_COST.saturating_sub(labels) / POINTER_COST;
    u8::try_from(pointers.saturating_sub(1)).unwrap_or(HOPS).min(HOPS)
}

/// Puts a place into a set, behind the one that was pointed to last; the oldest falls out.
#[inline]
fn enter(set: &mut [u16; WAYS], place: u16) {
    let [a, b, c, _] = *set;
    *set = [a, place, b, c];
}

/// Puts the place that was pointed to before the others.
#[inline]
fn to_front(set: &mut [u16; WAYS], way: usize) {
    let [a, b, c, d] = *set;
    *set = match way {
        0 => return,
        1 => [b, a, c, d],
        2 => [c, a, b, d],
        _ => [d, a, b, c],
    };
}

/// The first eight octets of `suffix`, the end of `name`, as a number; zeros where there are fewer.
#[inline]
fn first_word(suffix: &[u8], name: &[u8]) -> u64 {
    if let Some(chunk) = suffix.first_chunk::<8>() {
        return u64::from_le_bytes(*chunk);
    }
    match (name.last_chunk::<8>(), u32::try_from(suffix.len())) {
        // The octets before the suffix are shifted out.
        (Some(chunk), Ok(len @ 1..8)) => u64::from_le_bytes(*chunk) >> bits_beside(len),
        // All of a short name, such as that of a top-level domain.
        _ => match (suffix.first_chunk::<4>(), suffix.last_chunk::<4>()) {
            (Some(first), Some(last)) => {
                let before = suffix.len().wrapping_sub(4).wrapping_mul(8) & 63;
                u64::from(u32::from_le_bytes(*first))
                    | u64::from(u32::from_le_bytes(*last)) << before
            }
            _ => suffix.iter().rev().fold(0, |word, &octet| word << 8 | u64::from(octet)),
        },
    }
}

/// The bits of a word that so many octets, 1 to 8, leave.
#[inline]
fn bits_beside(octets: u32) -> u32 {
    8u32.wrapping_sub(octets).wrapping_mul(8) & 63
}

#[inline]
fn copy(message: &mut [u8], at: usize, octets: &[u8]) -> Result<usize, Full> {
    let end = at.wrapping_add(octets.len());
    writer::copy(message.get_mut(at..end).ok_or(Full)?, octets);
    Ok(end)
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

/// Places of labels in a set.
const WAYS: usize = 4;
/// Sets: places for twice as many labels as a referral to thirteen servers has. With one more, the builder would have
/// more than 128 octets, and be moved from section to section by a call, which takes longer than all of a small message.
const SETS: usize = 10;
/// Places looked into for a name before it is written out.
const COMPARISONS: u8 = 16;
/// Pointers on the way to the end of a name that another may point to.
const HOPS: u8 = 8;
/// Octets of a name of 109 labels, the most that leave room for so many pointers and its own in what readers take.
const ALL_HOPS: usize = 219;
/// Octets of the header.
const HEADER: usize = 12;
const HEADER_U16: u16 = 12;
