//! A name inside a message, perhaps compressed (RFC 1035 §4.1.4).

use core::fmt;

use super::message_labels::{MessageLabels, first};
use super::{MAX_NAME, Name, NameBuf};
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
            _ => leads_to_root(self.octets, self.first),
        }
    }

    /// Copies the name out of the message.
    ///
    /// # Errors
    /// What is wrong with the name, and where.
    pub fn to_name_buf(&self) -> Result<NameBuf, WireError> {
        NameBuf::written_by(|name| {
            let mut labels = self.labels();
            let mut room = labels.room();
            let mut length = 0usize;
            loop {
                labels.skip_run()?;
                length = copy(name, length, room, labels.read(room))
                    .ok_or_else(|| labels.fail(WireErrorKind::NameTooLong))?;
                if labels.octet == 0 {
                    if let Some(root) = name.get_mut(length) {
                        *root = 0;
                    }
                    return Ok(u8::try_from(length.wrapping_add(1)).unwrap_or(1));
                }
                room = labels.follow(room).map_err(|kind| labels.fail(kind))?;
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

/// What follows the name at the start of `rest`; `None` when there is no well-formed name.
#[inline(always)]
pub(super) fn skip(rest: &[u8], start: usize, pointers: bool) -> Option<&[u8]> {
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

/// Whether the name that starts there is nothing but pointers to the root.
#[cold]
fn leads_to_root(octets: &[u8], start: usize) -> bool {
    MessageLabels::new(octets, start).next().is_none()
}

/// Copies so many octets to a place in a name, and returns the place after them.
#[inline(always)]
fn copy(name: &mut [u8; MAX_NAME], at: usize, octets: &[u8], length: usize) -> Option<usize> {
    if length <= 8
        && let Some(place) = name.get_mut(at..).and_then(<[u8]>::first_chunk_mut::<8>)
        && let Some(labels) = octets.first_chunk::<8>()
    {
        // Most are short: as many octets as a register has are sooner copied than counted.
        *place = *labels;
    } else {
        name.get_mut(at..at.wrapping_add(length))?.copy_from_slice(octets.get(..length)?);
    }
    Some(at.wrapping_add(length))
}

/// What is wrong with a name that could not be skipped.
#[cold]
pub(super) fn why_not(octets: &[u8], rest: &[u8], start: usize, pointers: bool) -> WireError {
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

/// Where the pointer leads that these octets are.
#[inline(always)]
fn target(high: u8, low: u8) -> usize {
    usize::from(high & 0x3f) << 8 | usize::from(low)
}
