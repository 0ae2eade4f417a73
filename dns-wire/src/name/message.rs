//! A name inside a message, perhaps compressed (RFC 1035 §4.1.4).

use core::fmt;

use super::{Label, MAX_NAME, Name, NameBuf};
use crate::{WireError, WireErrorKind};

/// A name inside a message. Its own octets have been looked at, as far as its first compression
/// pointer; what the pointer leads to is checked as the labels are read. So a message is walked
/// without following a pointer, and each name is followed once, by whoever wants it.
///
/// Pointers must point back, before the octets that led to them; a name has at most 255 octets, and
/// octets and pointers together, a pointer counted as ten, are at most 415. So a name of 255 octets may
/// have 16 pointers, and one of 72 octets, as IPv6 addresses have in `ip6.arpa`, one before each of its
/// labels. It bounds what a name can cost: 143 steps.
#[derive(Clone, Copy)]
pub struct MessageName<'a> {
    /// The message, or as much of it as the name needs.
    octets: &'a [u8],
    /// Where the name starts.
    start: usize,
}

impl<'a> MessageName<'a> {
    /// Steps over the name at `start` and says where the octets after it begin.
    #[inline(always)]
    pub(crate) fn read(
        octets: &'a [u8],
        start: usize,
        pointers: bool,
    ) -> Result<(Self, usize), WireError> {
        match skip(octets, start, pointers) {
            Some(end) => Ok((Self { octets, start }, end)),
            None => Err(why_not(octets, start, pointers)),
        }
    }

    /// The labels, the leftmost first, the root's empty label left out. After an error it ends.
    #[inline]
    #[must_use]
    pub fn labels(&self) -> MessageLabels<'a> {
        MessageLabels {
            octets: self.octets,
            room: first(self.octets, self.start.wrapping_add(MAX_NAME)),
            at: self.start,
            run: self.start,
            length: MAX_NAME,
            cost: MAX_COST,
        }
    }

    /// Follows the name to its end.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    ///
    /// # Cost
    /// At most 143 steps.
    pub fn check(&self) -> Result<(), WireError> {
        self.labels().try_for_each(|label| label.map(|_| ()))
    }

    /// True for the root.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.labels().next().is_none()
    }

    /// Copies the name out of the message.
    ///
    /// # Errors
    /// What is wrong with the name, and where.
    pub fn to_name_buf(&self) -> Result<NameBuf, WireError> {
        let mut labels = self.labels();
        let mut name = NameBuf::root();
        while let Some(run) = labels.next_run()? {
            if !name.push_labels(run) {
                return Err(WireError::new(WireErrorKind::NameTooLong, self.start));
            }
        }
        Ok(name)
    }

    /// The name as it lies in the message, when it holds no pointer.
    #[inline]
    #[must_use]
    pub fn as_flat(&self) -> Option<Name<'a>> {
        let end = skip(self.octets, self.start, false)?;
        self.octets.get(self.start..end).map(Name::trusted)
    }

    /// Octets from the start of the message to the name.
    #[must_use]
    pub fn position(&self) -> usize {
        self.start
    }
}

impl<'a> From<Name<'a>> for MessageName<'a> {
    fn from(name: Name<'a>) -> Self {
        Self { octets: name.as_wire(), start: 0 }
    }
}

/// Ignores ASCII case. Malformed names equal those malformed in the same way at the same place.
impl PartialEq for MessageName<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.labels().eq(other.labels())
    }
}

impl Eq for MessageName<'_> {}

/// Ignores ASCII case. A malformed name equals no name.
impl PartialEq<Name<'_>> for MessageName<'_> {
    fn eq(&self, other: &Name<'_>) -> bool {
        self.labels().eq(other.labels().map(Ok))
    }
}

/// Absolute, with the final dot and the escapes of RFC 1035 §5.1; a malformed name ends in `<malformed>`.
impl fmt::Display for MessageName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_root() {
            return f.write_str(".");
        }
        for label in self.labels() {
            match label {
                Ok(label) => write!(f, "{label}.")?,
                Err(_) => return f.write_str("<malformed>"),
            }
        }
        Ok(())
    }
}

impl fmt::Debug for MessageName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageName({self})")
    }
}

/// The labels of a [`MessageName`].
#[derive(Clone, Debug)]
pub struct MessageLabels<'a> {
    octets: &'a [u8],
    /// `octets` up to where the name must have ended if no other pointer comes.
    room: &'a [u8],
    /// Where the next label or pointer is.
    at: usize,
    /// Where the octets without a pointer began that it is in.
    run: usize,
    /// Octets that the name might have, seen from there: 255 at first.
    length: usize,
    /// What it might cost, seen from there.
    cost: usize,
}

impl<'a> MessageLabels<'a> {
    /// The labels up to the next pointer or to the end, with their length octets; `None` at the end.
    fn next_run(&mut self) -> Result<Option<&'a [u8]>, WireError> {
        loop {
            let start = self.at;
            while let Some(&octet @ 1..=63) = self.room.get(self.at) {
                self.label(octet).ok_or_else(|| self.fail(self.cut_off()))?;
            }
            let Some(&octet) = self.room.get(self.at) else {
                return Err(self.fail(self.cut_off()));
            };
            if self.at > start {
                return Ok(self.room.get(start..self.at));
            }
            if octet == 0 {
                return Ok(None);
            }
            self.follow(octet).map_err(|kind| self.fail(kind))?;
        }
    }

    /// The next label, whose length octet this is.
    #[inline(always)]
    fn label(&mut self, length: u8) -> Option<Label<'a>> {
        // For the shortest labels, a name of which has the most, the way to the next is written out: it
        // is foreseen then, as any branch, and does not wait for the length to be loaded. A message
        // of nothing but such names takes half the time.
        match length {
            1 => self.short_label::<1>(),
            2 => self.short_label::<2>(),
            _ => {
                let start = self.at.wrapping_add(1);
                let end = start.wrapping_add(usize::from(length));
                let label = self.room.get(start..end)?;
                self.at = end;
                Some(Label::new(label))
            }
        }
    }

    #[inline(always)]
    fn short_label<const N: usize>(&mut self) -> Option<Label<'a>> {
        let start = self.at.wrapping_add(1);
        let label = self.room.get(start..).and_then(<[u8]>::first_chunk::<N>)?;
        self.at = start.wrapping_add(N);
        Some(Label::new(label))
    }

    /// Goes where the pointer points that comes next and begins with this octet.
    #[inline(always)]
    fn follow(&mut self, high: u8) -> Result<(), WireErrorKind> {
        if high < 0xc0 {
            return Err(WireErrorKind::LabelType);
        }
        let &low = self.octets.get(self.at.wrapping_add(1)).ok_or(WireErrorKind::Truncated)?;
        let target = usize::from(u16::from_be_bytes([high & 0x3f, low]));
        if target >= self.run {
            return Err(WireErrorKind::PointerForward);
        }
        let used = self.at.wrapping_sub(self.run);
        self.length = self.length.wrapping_sub(used);
        let spent = used.wrapping_add(POINTER_COST);
        self.cost = self.cost.checked_sub(spent).ok_or(WireErrorKind::PointerHops)?;
        self.room = first(self.octets, target.wrapping_add(self.length.min(self.cost)));
        self.run = target;
        self.at = target;
        Ok(())
    }

    /// What is wrong with a name that does not end within its room.
    #[cold]
    fn cut_off(&self) -> WireErrorKind {
        if self.room.len() == self.octets.len() {
            WireErrorKind::Truncated
        } else if self.cost < self.length {
            WireErrorKind::PointerHops
        } else {
            WireErrorKind::NameTooLong
        }
    }

    /// Ends the iteration with an error.
    #[cold]
    fn fail(&mut self, kind: WireErrorKind) -> WireError {
        let error = WireError::new(kind, self.at);
        // The root: whoever asks again gets no more.
        (self.room, self.at) = (&[0], 0);
        error
    }
}

impl<'a> Iterator for MessageLabels<'a> {
    type Item = Result<Label<'a>, WireError>;

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some(&octet) = self.room.get(self.at) else {
                return Some(Err(self.fail(self.cut_off())));
            };
            if let 1..=63 = octet {
                return Some(self.label(octet).ok_or_else(|| self.fail(self.cut_off())));
            }
            if octet == 0 {
                return None;
            }
            if let Err(kind) = self.follow(octet) {
                return Some(Err(self.fail(kind)));
            }
        }
    }
}

impl core::iter::FusedIterator for MessageLabels<'_> {}

/// Where the octets after the name at `start` begin; `None` when there is no well-formed name.
#[inline(always)]
pub(crate) fn skip(octets: &[u8], start: usize, pointers: bool) -> Option<usize> {
    if let Some(&[high @ 0xc0..=0xff, low]) = octets.get(start..).and_then(<[u8]>::first_chunk::<2>)
    {
        // Most names are a pointer and nothing else.
        let target = usize::from(u16::from_be_bytes([high & 0x3f, low]));
        return (pointers && target < start).then_some(start.wrapping_add(2));
    }
    // Up to where the root's octet, or the first of a pointer, must lie.
    let room = first(octets, start.wrapping_add(MAX_NAME));
    let mut at = start;
    loop {
        let octet = *room.get(at)?;
        match octet {
            0 => return Some(at.wrapping_add(1)),
            1..=63 => at = at.wrapping_add(1).wrapping_add(usize::from(octet)),
            0xc0.. => {
                let target = pointer_target(octets, at)?;
                return (pointers && target < start).then_some(at.wrapping_add(2));
            }
            _ => return None,
        }
    }
}

/// The first octets, at most so many.
#[inline]
fn first(octets: &[u8], at_most: usize) -> &[u8] {
    octets.get(..at_most).unwrap_or(octets)
}

/// What is wrong with a name that could not be skipped.
#[cold]
fn why_not(octets: &[u8], start: usize, pointers: bool) -> WireError {
    let mut labels = MessageName { octets, start }.labels();
    loop {
        let at = labels.at;
        if !pointers && octets.get(at).is_some_and(|&octet| octet >= 0xc0) {
            return WireError::new(WireErrorKind::PointerForbidden, at);
        }
        match labels.next() {
            Some(Ok(_)) => {}
            Some(Err(error)) => return error,
            None => return WireError::new(WireErrorKind::NameTooLong, at),
        }
    }
}

#[inline]
fn pointer_target(octets: &[u8], at: usize) -> Option<usize> {
    let &[high, low] = octets.get(at..)?.first_chunk::<2>()?;
    Some(usize::from(u16::from_be_bytes([high & 0x3f, low])))
}

/// Octets of a name, and [`POINTER_COST`] for each pointer.
///
/// A pointer takes about as long to follow as five labels of one octet to read, and such a label has two
/// octets; so the cost bounds the time. 415 lets 72 octets have 34 pointers, and 255 octets 16.
const MAX_COST: usize = 415;
const POINTER_COST: usize = 10;
