//! A name inside a message, perhaps compressed (RFC 1035 §4.1.4).

use core::fmt;

use super::{Label, MAX_NAME, Name, NameBuf};
use crate::{WireError, WireErrorKind};

/// A name inside a message. Its own octets have been looked at, as far as its first compression
/// pointer; what the pointer leads to is checked as the labels are read. So a message is walked
/// without following a pointer, and each name is followed once, by whoever wants it.
///
/// Pointers must point back, before the octets that led to them. A name has at most 255 octets, and labels and
/// pointers together are at most 136: a pointer counts as three, as six where another pointer leads to it, and one
/// that the name begins with not at all.
/// So a name of 127 labels may have three pointers, and one of 34, as IPv6 addresses have in `ip6.arpa`, one
/// before each. It bounds what a name can cost: 131 steps.
#[derive(Clone, Copy)]
pub struct MessageName<'a> {
    /// The message, or the octets that the name is of.
    octets: &'a [u8],
    /// Where the name starts.
    start: usize,
    /// Where its first label is: where the pointer leads, when the name is a pointer and nothing else.
    first: usize,
}

impl<'a> MessageName<'a> {
    /// Steps over the name at `start`, where `rest` begins, which it must not outreach. Returns what follows it.
    #[inline(always)]
    pub(crate) fn read(
        octets: &'a [u8],
        rest: &'a [u8],
        start: usize,
        pointers: bool,
    ) -> Result<(Self, &'a [u8]), WireError> {
        // Most names are a pointer and nothing else, or the root.
        match *rest {
            [0, ref after @ ..] => return Ok((Self { octets, start, first: start }, after)),
            [high @ 0xc0..=0xff, low, ref after @ ..] => {
                let first = target(high, low);
                if pointers && first < start {
                    return Ok((Self { octets, start, first }, after));
                }
            }
            _ => {
                if let Some(after) = skip(rest, start, pointers) {
                    return Ok((Self { octets, start, first: start }, after));
                }
            }
        }
        Err(why_not(octets, rest, start, pointers))
    }

    /// The name at `start`, which was read before.
    #[inline(always)]
    pub(crate) fn known(octets: &'a [u8], start: usize) -> Self {
        Self { octets, start, first: pointer_at(octets, start).unwrap_or(start) }
    }

    /// The labels, the leftmost first, the root's empty label left out. After an error it ends.
    #[inline]
    #[must_use]
    pub fn labels(&self) -> MessageLabels<'a> {
        MessageLabels::new(self.octets, self.first)
    }

    /// Follows the name to its end.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    ///
    /// # Cost
    /// At most 131 steps.
    pub fn check(&self) -> Result<(), WireError> {
        self.labels().try_for_each(|label| label.map(|_| ()))
    }

    /// True for the root.
    #[must_use]
    #[inline]
    pub fn is_root(&self) -> bool {
        match self.octets.get(self.first) {
            Some(0) => true,
            Some(1..=63) => false,
            _ => self.leads_to_root(),
        }
    }

    /// Whether the name is nothing but pointers to the root.
    #[cold]
    fn leads_to_root(&self) -> bool {
        self.labels().next().is_none()
    }

    /// Copies the name out of the message.
    ///
    /// # Errors
    /// What is wrong with the name, and where.
    pub fn to_name_buf(&self) -> Result<NameBuf, WireError> {
        NameBuf::written_by(|name| {
            let mut labels = self.labels();
            let mut length = 0usize;
            loop {
                let start = labels.at();
                labels.skip_run()?;
                let end = labels.at();
                length = copy(name, length, labels.octets, start, end)
                    .ok_or_else(|| labels.fail(WireErrorKind::NameTooLong))?;
                if labels.octet == 0 {
                    if let Some(root) = name.get_mut(length) {
                        *root = 0;
                    }
                    return Ok(u8::try_from(length.wrapping_add(1)).unwrap_or(1));
                }
                labels.follow().map_err(|kind| labels.fail(kind))?;
            }
        })
    }

    /// The name as it lies in the message, when it lies there in one piece: without a pointer, or as one to such a name.
    #[inline]
    #[must_use]
    pub fn as_flat(&self) -> Option<Name<'a>> {
        let octets = self.octets.get(self.first..)?;
        let after = skip(octets, self.first, false)?;
        octets.get(..octets.len().wrapping_sub(after.len())).map(Name::trusted)
    }

    /// Octets from the start of the message to the name.
    #[must_use]
    pub fn position(&self) -> usize {
        self.start
    }
}

impl<'a> From<Name<'a>> for MessageName<'a> {
    fn from(name: Name<'a>) -> Self {
        Self { octets: name.as_wire(), start: 0, first: 0 }
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
    /// The octet that comes next: the length of a label, the root's zero, or the first of a pointer.
    octet: usize,
    /// What follows it, up to where the name must have ended if no other pointer comes.
    rest: &'a [u8],
    /// Where the octets without a pointer began that it is in.
    run: usize,
    /// Octets that the name may have, seen from there: 255 at first.
    left: usize,
    /// What its labels and pointers may still cost.
    cost: usize,
}

impl<'a> MessageLabels<'a> {
    #[inline(always)]
    fn new(octets: &'a [u8], start: usize) -> Self {
        let mut labels =
            Self { octets, octet: 0, rest: &[], run: start, left: MAX_NAME, cost: MAX_COST };
        if let [octet, ref rest @ ..] = *labels.room() {
            (labels.octet, labels.rest) = (usize::from(octet), rest);
        }
        labels
    }

    /// The octets from the start of the run to where the name must have ended.
    #[inline(always)]
    fn room(&self) -> &'a [u8] {
        first(self.octets.get(self.run..).unwrap_or(&[]), self.left)
    }

    /// Octets of the run before `octet`.
    #[inline]
    fn read(&self) -> usize {
        self.room().len().wrapping_sub(self.rest.len()).wrapping_sub(1)
    }

    /// Where `octet` is.
    #[inline]
    fn at(&self) -> usize {
        self.run.wrapping_add(self.read())
    }

    /// Skips the labels up to the next pointer or to the end.
    #[inline(always)]
    fn skip_run(&mut self) -> Result<(), WireError> {
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
        self.cost = self.cost.checked_sub(1)?;
        // One comparison says that the label is whole and that an octet follows it.
        let &octet = self.rest.get(length)?;
        let label = self.rest.get(..length)?;
        self.rest = self.rest.get(length.wrapping_add(1)..)?;
        self.octet = usize::from(octet);
        Some(Label::new(label))
    }

    /// Goes where the pointers lead, one after the other, that come next, to a label or the root.
    #[inline(always)]
    fn follow(&mut self) -> Result<(), WireErrorKind> {
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
            let read = self.read();
            let cost = if read > 0 { POINTER_COST } else { 2 * POINTER_COST };
            self.cost = self.cost.checked_sub(cost).ok_or(WireErrorKind::PointerHops)?;
            self.left = self.left.wrapping_sub(read);
            self.run = target;
            let [octet, ref rest @ ..] = *self.room() else { return Err(WireErrorKind::Truncated) };
            (self.octet, self.rest) = (usize::from(octet), rest);
        }
        Ok(())
    }

    /// The second octet of a pointer whose first is the last that the name may have: it leads to the root.
    #[cold]
    fn beyond(&self) -> Option<&'a u8> {
        self.octets.get(self.at().wrapping_add(1))
    }

    /// The error of a name that does not end within its room.
    #[cold]
    fn cut_off(&mut self) -> WireError {
        let kind = if self.cost == 0 {
            WireErrorKind::PointerHops
        } else if self.room().len() < self.left {
            WireErrorKind::Truncated
        } else {
            WireErrorKind::NameTooLong
        };
        self.fail(kind)
    }

    /// Ends the iteration with an error.
    #[cold]
    fn fail(&mut self, kind: WireErrorKind) -> WireError {
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
            if let Err(kind) = self.follow() {
                return Some(Err(self.fail(kind)));
            }
            if self.octet == 0 {
                return None;
            }
        }
        Some(self.step(self.octet).ok_or_else(|| self.cut_off()))
    }
}

impl core::iter::FusedIterator for MessageLabels<'_> {}

/// What follows the name at the start of `rest`; `None` when there is no well-formed name.
#[inline(always)]
fn skip(rest: &[u8], start: usize, pointers: bool) -> Option<&[u8]> {
    // Up to where the root's octet, or the first of a pointer, must lie.
    let room = first(rest, MAX_NAME);
    let mut at = 0usize;
    loop {
        let octet = *room.get(at)?;
        match octet {
            0 => return rest.get(at.wrapping_add(1)..),
            1..=63 => at = at.wrapping_add(1).wrapping_add(usize::from(octet)),
            0xc0.. => {
                let &[high, low, ref after @ ..] = rest.get(at..)? else { return None };
                return (pointers && target(high, low) < start).then_some(after);
            }
            _ => return None,
        }
    }
}

/// Copies octets of the message to a place in a name, and returns the place after them.
#[inline(always)]
fn copy(
    name: &mut [u8; MAX_NAME],
    at: usize,
    octets: &[u8],
    start: usize,
    end: usize,
) -> Option<usize> {
    let length = end.wrapping_sub(start);
    if length <= 8
        && let Some(place) = name.get_mut(at..).and_then(<[u8]>::first_chunk_mut::<8>)
        && let Some(labels) = octets.get(start..).and_then(<[u8]>::first_chunk::<8>)
    {
        // Most are short: as many octets as a register has are sooner copied than counted.
        *place = *labels;
    } else {
        name.get_mut(at..at.wrapping_add(length))?.copy_from_slice(octets.get(start..end)?);
    }
    Some(at.wrapping_add(length))
}

/// The first octets, at most so many.
#[inline]
fn first(octets: &[u8], at_most: usize) -> &[u8] {
    octets.get(..at_most).unwrap_or(octets)
}

/// What is wrong with a name that could not be skipped.
#[cold]
fn why_not(octets: &[u8], rest: &[u8], start: usize, pointers: bool) -> WireError {
    if rest.is_empty() {
        return WireError::new(WireErrorKind::Truncated, start);
    }
    let octets = first(octets, start.wrapping_add(rest.len()));
    let mut labels = MessageLabels::new(octets, start);
    loop {
        let at = labels.at();
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

/// Where the pointer at `at` leads, when there is one.
#[inline(always)]
fn pointer_at(octets: &[u8], at: usize) -> Option<usize> {
    match *octets.get(at..)? {
        [high @ 0xc0..=0xff, low, ..] => Some(target(high, low)),
        _ => None,
    }
}

/// Where the pointer leads that these octets are.
#[inline(always)]
fn target(high: u8, low: u8) -> usize {
    usize::from(high & 0x3f) << 8 | usize::from(low)
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
