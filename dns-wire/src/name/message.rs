//! A name inside a message, perhaps compressed (RFC 1035 §4.1.4).

use core::fmt;

use super::{Label, MAX_NAME, Name, NameBuf};
use crate::{WireError, WireErrorKind};

/// A name inside a message. Its own octets have been looked at, as far as its first compression
/// pointer; what the pointer leads to is checked as the labels are read. So a message is walked
/// without following a pointer, and each name is followed once, by whoever wants it.
///
/// Pointers must point back, before the octets that led to them; a name has at most 255 octets, and
/// octets and pointers together, a pointer counted as two, are at most 281. That is enough for any
/// name of up to 70 labels however it was compressed, and bounds what a name can cost: 140 steps.
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
            rest: self.octets.get(self.start..).unwrap_or(&[]),
            run: self.start,
            length: 0,
            pointers: 0,
        }
    }

    /// Follows the name to its end.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    ///
    /// # Cost
    /// At most 140 steps.
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
        if let Some(name) = self.as_flat() {
            return Ok(name.into());
        }
        NameBuf::from_labels(self.labels(), WireError::new(WireErrorKind::NameTooLong, self.start))
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
    /// The tail of `octets` that begins with the next label or pointer.
    rest: &'a [u8],
    /// Where the octets without a pointer began that `rest` is in.
    run: usize,
    /// Octets of the name so far.
    length: usize,
    /// Pointers so far.
    pointers: usize,
}

impl MessageLabels<'_> {
    fn here(&self) -> usize {
        self.octets.len().wrapping_sub(self.rest.len())
    }

    /// Goes where the pointer points that comes next.
    #[inline(always)]
    fn follow(&mut self) -> Result<(), WireErrorKind> {
        let &[high, low] = self.rest.first_chunk::<2>().ok_or(WireErrorKind::Truncated)?;
        if high < 0xc0 {
            return Err(WireErrorKind::LabelType);
        }
        let target = usize::from(u16::from_be_bytes([high & 0x3f, low]));
        if target >= self.run {
            return Err(WireErrorKind::PointerForward);
        }
        self.pointers = self.pointers.wrapping_add(1);
        if self.length.wrapping_add(self.pointers.wrapping_mul(2)) > MAX_COST {
            return Err(WireErrorKind::PointerHops);
        }
        self.rest = self.octets.get(target..).ok_or(WireErrorKind::Truncated)?;
        self.run = target;
        Ok(())
    }

    /// Ends the iteration with an error.
    #[cold]
    fn fail(&mut self, kind: WireErrorKind) -> WireError {
        let error = WireError::new(kind, self.here());
        // The root: whoever asks again gets no more.
        self.rest = &[0];
        error
    }
}

impl<'a> Iterator for MessageLabels<'a> {
    type Item = Result<Label<'a>, WireError>;

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some((&octet, tail)) = self.rest.split_first() else {
                return Some(Err(self.fail(WireErrorKind::Truncated)));
            };
            if octet >= 64 {
                if let Err(kind) = self.follow() {
                    return Some(Err(self.fail(kind)));
                }
                continue;
            }
            if octet == 0 {
                return None;
            }
            let Some((label, tail)) = tail.split_at_checked(usize::from(octet)) else {
                return Some(Err(self.fail(WireErrorKind::Truncated)));
            };
            self.length = self.length.wrapping_add(usize::from(octet)).wrapping_add(1);
            if self.length >= MAX_NAME {
                return Some(Err(self.fail(WireErrorKind::NameTooLong)));
            }
            self.rest = tail;
            return Some(Ok(Label::new(label)));
        }
    }
}

impl core::iter::FusedIterator for MessageLabels<'_> {}

/// Where the octets after the name at `start` begin; `None` when there is no well-formed name.
#[inline(always)]
pub(crate) fn skip(octets: &[u8], start: usize, pointers: bool) -> Option<usize> {
    let mut at = start;
    loop {
        let octet = *octets.get(at)?;
        match octet {
            0 => {
                let end = at.wrapping_add(1);
                return (end.wrapping_sub(start) <= MAX_NAME).then_some(end);
            }
            1..=63 => {
                at = at.wrapping_add(1).wrapping_add(usize::from(octet));
                if at.wrapping_sub(start) >= MAX_NAME {
                    return None;
                }
            }
            0xc0.. => {
                let target = pointer_target(octets, at)?;
                return (pointers && target < start).then_some(at.wrapping_add(2));
            }
            _ => return None,
        }
    }
}

/// What is wrong with a name that could not be skipped.
#[cold]
fn why_not(octets: &[u8], start: usize, pointers: bool) -> WireError {
    let mut labels = MessageName { octets, start }.labels();
    loop {
        let at = labels.here();
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

/// Octets of a name, and two for each pointer.
const MAX_COST: usize = 281;
