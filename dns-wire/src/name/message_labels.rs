//! The labels of a name inside a message, read one after the other, pointers followed.

use super::{Label, MAX_NAME};
use crate::{WireError, WireErrorKind};

/// The labels of a [`MessageName`](super::MessageName).
#[derive(Clone, Debug)]
pub struct MessageLabels<'a> {
    octets: &'a [u8],
    /// The octet that comes next: the length of a label, the root's zero, or the first of a pointer.
    pub(super) octet: usize,
    /// What follows it, up to where the name must have ended if no other pointer comes.
    rest: &'a [u8],
    /// Where the octets without a pointer began that it is in.
    run: usize,
    limits: Limits,
}

/// What the rest of a name may come to.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// Octets, from the start of the run: 255 at first.
    octets: usize,
    /// What its labels and pointers may still cost.
    cost: usize,
}

impl<'a> MessageLabels<'a> {
    #[inline(always)]
    pub(super) fn new(octets: &'a [u8], start: usize) -> Self {
        let limits = Limits { octets: MAX_NAME, cost: MAX_COST };
        let mut labels = Self { octets, octet: 0, rest: &[], run: start, limits };
        if let [octet, ref rest @ ..] = *labels.room() {
            (labels.octet, labels.rest) = (usize::from(octet), rest);
        }
        labels
    }

    /// The octets from the start of the run to where the name must have ended.
    #[inline(always)]
    pub(super) fn room(&self) -> &'a [u8] {
        first(self.octets.get(self.run..).unwrap_or(&[]), self.limits.octets)
    }

    /// Octets of the run before `octet`.
    #[inline(always)]
    pub(super) fn read(&self, room: &[u8]) -> usize {
        room.len().wrapping_sub(self.rest.len()).wrapping_sub(1)
    }

    /// Where `octet` is.
    #[inline]
    pub(super) fn at(&self) -> usize {
        self.run.wrapping_add(self.read(self.room()))
    }

    /// Skips the labels up to the next pointer or to the end.
    #[inline(always)]
    pub(super) fn skip_run(&mut self) -> Result<(), WireError> {
        while let 1..=63 = self.octet {
            // For the shortest labels, a name of which has the most, the way to the next is written out: it
            // is foreseen then, as any branch, and does not wait for the length to be loaded.
            let label = match self.octet {
                1 => self.step(1),
                2 => self.step(2),
                length => self.step(length),
            };
            if label.is_none() {
                return Err(self.cut_off());
            }
        }
        Ok(())
    }

    /// The next label, which has so many octets, and on to the octet after it.
    #[inline(always)]
    fn step(&mut self, length: usize) -> Option<Label<'a>> {
        self.limits.cost = self.limits.cost.checked_sub(1)?;
        // One comparison says that the label is whole and that an octet follows it.
        let &octet = self.rest.get(length)?;
        let label = self.rest.get(..length)?;
        self.rest = self.rest.get(length.wrapping_add(1)..)?;
        self.octet = usize::from(octet);
        Some(Label::new(label))
    }

    /// Goes where the pointers lead, one after the other, that come next, to a label or the root. Takes the room of the
    /// run that they end, and returns that of the run that it goes to.
    #[inline(always)]
    pub(super) fn follow(&mut self, mut room: &'a [u8]) -> Result<&'a [u8], WireErrorKind> {
        while self.octet > 63 {
            if self.octet < 0xc0 {
                return Err(WireErrorKind::LabelType);
            }
            let &low =
                self.rest.first().or_else(|| self.beyond()).ok_or(WireErrorKind::Truncated)?;
            let target = (self.octet & 0x3f) << 8 | usize::from(low);
            if target >= self.run {
                return Err(WireErrorKind::PointerForward);
            }
            let read = self.read(room);
            let cost = if read > 0 { POINTER_COST } else { 2 * POINTER_COST };
            self.limits.cost =
                self.limits.cost.checked_sub(cost).ok_or(WireErrorKind::PointerHops)?;
            self.limits.octets = self.limits.octets.wrapping_sub(read);
            self.run = target;
            room = first(self.octets.get(target..).unwrap_or(&[]), self.limits.octets);
            let [octet, ref rest @ ..] = *room else { return Err(WireErrorKind::Truncated) };
            (self.octet, self.rest) = (usize::from(octet), rest);
        }
        Ok(room)
    }

    /// The second octet of a pointer whose first is the last that the name may have: it leads to the root.
    #[cold]
    fn beyond(&self) -> Option<&'a u8> {
        self.octets.get(self.at().wrapping_add(1))
    }

    /// The error of a name that does not end within its room.
    #[cold]
    fn cut_off(&mut self) -> WireError {
        let kind = if self.limits.cost == 0 {
            WireErrorKind::PointerHops
        } else if self.room().len() < self.limits.octets {
            WireErrorKind::Truncated
        } else {
            WireErrorKind::NameTooLong
        };
        self.fail(kind)
    }

    /// Ends the iteration with an error.
    #[cold]
    pub(super) fn fail(&mut self, kind: WireErrorKind) -> WireError {
        let error = WireError::new(kind, self.at());
        // The root: whoever asks again gets no more.
        self.octet = 0;
        error
    }
}

impl<'a> Iterator for MessageLabels<'a> {
    type Item = Result<Label<'a>, WireError>;

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        if self.octet == 0 {
            return None;
        }
        if self.octet > 63 {
            if let Err(kind) = self.follow(self.room()) {
                return Some(Err(self.fail(kind)));
            }
            if self.octet == 0 {
                return None;
            }
        }
        Some(self.step(self.octet).ok_or_else(|| self.cut_off()))
    }

    /// Also what `for_each`, `map(…).sum()` and `count` come to. The root, which many names are, is seen where this is
    /// called; all other names are a call, to which the state goes in registers. A loop around it, over records say, so
    /// keeps its own state in registers too: with the state in memory a DNSKEY reply is read in 50 ns, so in less than 30.
    #[inline(always)]
    fn fold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, each: F) -> B {
        let Self { octets, octet, rest, run, limits } = self;
        if octet == 0 { init } else { fold(octets, octet, rest, run, limits, init, each) }
    }
}

#[inline(never)]
fn fold<'a, B, F: FnMut(B, Result<Label<'a>, WireError>) -> B>(
    octets: &'a [u8],
    octet: usize,
    rest: &'a [u8],
    run: usize,
    limits: Limits,
    init: B,
    mut each: F,
) -> B {
    let mut folded = init;
    for label in (MessageLabels { octets, octet, rest, run, limits }) {
        folded = each(folded, label);
    }
    folded
}

impl core::iter::FusedIterator for MessageLabels<'_> {}

/// The first octets, at most so many.
#[inline]
pub(super) fn first(octets: &[u8], at_most: usize) -> &[u8] {
    octets.get(..at_most).unwrap_or(octets)
}

/// Labels of a name, and [`POINTER_COST`] for each pointer but one that it begins with.
///
/// A pointer takes about as long to follow as two or three labels to read, so the cost bounds the time: a message of
/// 64 KiB has at most some twelve thousand names, and all their labels are read in two milliseconds. 136 lets
/// 127 labels, the most there can be, have three pointers, and 34 labels as many. A bound on octets would treat
/// names of few long labels, which cost nothing, as those of many short ones; a bound on pointers alone, low enough for
/// names of 127 labels, would refuse those of `ip6.arpa`. A pointer to a pointer saves no octet, so it counts twice.
pub(crate) const MAX_COST: usize = 136;
pub(crate) const POINTER_COST: usize = 3;
