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
    /// The message, or as much of it as the name needs.
    octets: &'a [u8],
    /// Where the name starts.
    start: usize,
    /// Where its first label is: where the pointer leads, when the name is a pointer and nothing else.
    first: usize,
}

impl<'a> MessageName<'a> {
    /// Steps over the name at `start` and says where the octets after it begin.
    #[inline(always)]
    pub(crate) fn read(
        octets: &'a [u8],
        start: usize,
        pointers: bool,
    ) -> Result<(Self, usize), WireError> {
        // Most names are a pointer and nothing else, or the root.
        match octets.get(start) {
            Some(0) => return Ok((Self { octets, start, first: start }, start.wrapping_add(1))),
            Some(&high @ 0xc0..=0xff) => {
                if let Some(target) = target(octets, start, high)
                    && pointers
                    && target < start
                {
                    return Ok((Self { octets, start, first: target }, start.wrapping_add(2)));
                }
            }
            _ => {
                if let Some(end) = skip(octets, start, pointers) {
                    return Ok((Self { octets, start, first: start }, end));
                }
            }
        }
        Err(why_not(octets, start, pointers))
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
        let end = skip(self.octets, self.first, false)?;
        self.octets.get(self.first..end).map(Name::trusted)
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
    /// Where `rest` ends.
    end: usize,
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
            Self { octets, octet: 0, rest: &[], end: 0, run: 0, left: MAX_NAME, cost: MAX_COST };
        labels.go_to(start);
        labels
    }

    /// Goes on at `start`.
    #[inline(always)]
    fn go_to(&mut self, start: usize) {
        let end = start.wrapping_add(self.left).min(self.octets.len());
        self.run = start;
        (self.octet, self.rest, self.end) = match self.octets.get(start..end) {
            Some([octet, rest @ ..]) => (usize::from(*octet), rest, end),
            _ => (CUT_OFF, &[][..], start.wrapping_add(1)),
        };
    }

    /// Where `octet` is.
    #[inline]
    fn at(&self) -> usize {
        self.end.wrapping_sub(self.rest.len()).wrapping_sub(1)
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
                return Err(self.fail(self.cut_off()));
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

    /// Goes where the pointer points that comes next.
    #[inline(always)]
    fn follow(&mut self) -> Result<(), WireErrorKind> {
        if !(0xc0..=0xff).contains(&self.octet) {
            return Err(if self.octet == CUT_OFF {
                self.cut_off()
            } else {
                WireErrorKind::LabelType
            });
        }
        let at = self.at();
        let &low = self.octets.get(at.wrapping_add(1)).ok_or(WireErrorKind::Truncated)?;
        let target = (self.octet & 0x3f) << 8 | usize::from(low);
        if target >= self.run {
            return Err(WireErrorKind::PointerForward);
        }
        let octets = at.wrapping_sub(self.run);
        self.left = self.left.wrapping_sub(octets);
        let cost = if octets > 0 { POINTER_COST } else { 2 * POINTER_COST };
        self.cost = self.cost.checked_sub(cost).ok_or(WireErrorKind::PointerHops)?;
        self.go_to(target);
        Ok(())
    }

    /// What is wrong with a name that does not end within its room.
    #[cold]
    fn cut_off(&self) -> WireErrorKind {
        if self.cost == 0 {
            WireErrorKind::PointerHops
        } else if self.end >= self.octets.len() {
            WireErrorKind::Truncated
        } else {
            WireErrorKind::NameTooLong
        }
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
        loop {
            if let 1..=63 = self.octet {
                return Some(self.step(self.octet).ok_or_else(|| self.fail(self.cut_off())));
            }
            if self.octet == 0 {
                return None;
            }
            if let Err(kind) = self.follow() {
                return Some(Err(self.fail(kind)));
            }
        }
    }
}

impl core::iter::FusedIterator for MessageLabels<'_> {}

/// Where the octets after the name at `start` begin; `None` when there is no well-formed name.
#[inline(always)]
fn skip(octets: &[u8], start: usize, pointers: bool) -> Option<usize> {
    // Up to where the root's octet, or the first of a pointer, must lie.
    let room = first(octets, start.wrapping_add(MAX_NAME));
    let mut at = start;
    loop {
        let octet = *room.get(at)?;
        match octet {
            0 => return Some(at.wrapping_add(1)),
            1..=63 => at = at.wrapping_add(1).wrapping_add(usize::from(octet)),
            0xc0.. => {
                let target = target(octets, at, octet)?;
                return (pointers && target < start).then_some(at.wrapping_add(2));
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
fn why_not(octets: &[u8], start: usize, pointers: bool) -> WireError {
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
    match octets.get(at) {
        Some(&high @ 0xc0..=0xff) => target(octets, at, high),
        _ => None,
    }
}

/// Where the pointer at `at` leads that begins with the octet `high`.
#[inline(always)]
fn target(octets: &[u8], at: usize, high: u8) -> Option<usize> {
    let &low = octets.get(at.wrapping_add(1))?;
    Some(usize::from(high & 0x3f) << 8 | usize::from(low))
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

/// Stands for an octet that is not there. As an octet it would be one of no known meaning.
const CUT_OFF: usize = 0x100;
