//! A name inside a message, perhaps compressed (RFC 1035 §4.1.4).

use core::fmt;

use super::{Label, MAX_NAME, Name, NameBuf};
use crate::{WireError, WireErrorKind};

/// A name inside a message. It was checked when it was read: its pointers point back, it has at most
/// 255 octets, 127 labels and 64 pointers.
#[derive(Clone, Copy)]
pub struct MessageName<'a> {
    /// The message, or as much of it as the name needs.
    octets: &'a [u8],
    /// Where the name starts.
    start: usize,
}

impl<'a> MessageName<'a> {
    /// Reads the name at `start` and says where the octets after it begin.
    pub(crate) fn read(
        octets: &'a [u8],
        start: usize,
        pointers: bool,
    ) -> Result<(Self, usize), WireError> {
        let mut at = start;
        let mut run_start = start;
        let mut length = 0usize;
        let mut hops = 0u8;
        let mut end = None;
        loop {
            let error = |kind| WireError::new(kind, at);
            let &octet = octets.get(at).ok_or(error(WireErrorKind::Truncated))?;
            match octet {
                0 => {
                    let end = end.unwrap_or(at.wrapping_add(1));
                    return Ok((Self { octets, start }, end));
                }
                1..=63 => {
                    let step = usize::from(octet).wrapping_add(1);
                    length = length.wrapping_add(step);
                    if length >= MAX_NAME {
                        return Err(error(WireErrorKind::NameTooLong));
                    }
                    at = at.wrapping_add(step);
                }
                0xc0.. => {
                    if !pointers {
                        return Err(error(WireErrorKind::PointerForbidden));
                    }
                    let target =
                        pointer_target(octets, at).ok_or(error(WireErrorKind::Truncated))?;
                    if target >= run_start {
                        return Err(error(WireErrorKind::PointerForward));
                    }
                    hops = hops.wrapping_add(1);
                    if hops > MAX_HOPS {
                        return Err(error(WireErrorKind::PointerHops));
                    }
                    end = end.or(Some(at.wrapping_add(2)));
                    at = target;
                    run_start = target;
                }
                _ => return Err(error(WireErrorKind::LabelType)),
            }
        }
    }

    /// The labels, the leftmost first, the root's empty label left out.
    #[must_use]
    pub fn labels(&self) -> MessageLabels<'a> {
        MessageLabels { octets: self.octets, at: self.start }
    }

    /// How many labels, the root's not counted: 0 to 127.
    #[must_use]
    pub fn label_count(&self) -> u8 {
        self.labels().fold(0, |count, _| count.wrapping_add(1))
    }

    /// True for the root.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.labels().next().is_none()
    }

    /// Copies the name out of the message.
    #[must_use]
    pub fn to_name_buf(&self) -> NameBuf {
        NameBuf::from_labels(self.labels()).unwrap_or_default()
    }

    /// The name as it lies in the message, when it holds no pointer.
    #[must_use]
    pub fn as_flat(&self) -> Option<Name<'a>> {
        Name::split_from(self.octets.get(self.start..)?).ok().map(|(name, _)| name)
    }
}

impl<'a> From<Name<'a>> for MessageName<'a> {
    fn from(name: Name<'a>) -> Self {
        Self { octets: name.as_wire(), start: 0 }
    }
}

impl PartialEq for MessageName<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.labels().eq(other.labels())
    }
}

impl Eq for MessageName<'_> {}

impl PartialEq<Name<'_>> for MessageName<'_> {
    fn eq(&self, other: &Name<'_>) -> bool {
        self.labels().eq(other.labels())
    }
}

/// Absolute, with the final dot and the escapes of RFC 1035 §5.1.
impl fmt::Display for MessageName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_root() {
            return f.write_str(".");
        }
        for label in self.labels() {
            write!(f, "{label}.")?;
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
    at: usize,
}

impl<'a> Iterator for MessageLabels<'a> {
    type Item = Label<'a>;

    fn next(&mut self) -> Option<Label<'a>> {
        let mut length = *self.octets.get(self.at)?;
        while length >= 0xc0 {
            // Strictly back, which `read` has proved: so this ends.
            self.at = pointer_target(self.octets, self.at).filter(|&target| target < self.at)?;
            length = *self.octets.get(self.at)?;
        }
        if length == 0 {
            return None;
        }
        let rest = self.octets.get(self.at.wrapping_add(1)..)?;
        let label = rest.get(..usize::from(length))?;
        self.at = self.at.wrapping_add(1).wrapping_add(usize::from(length));
        Some(Label::new(label))
    }
}

impl core::iter::FusedIterator for MessageLabels<'_> {}

fn pointer_target(octets: &[u8], at: usize) -> Option<usize> {
    let &[high, low] = octets.get(at..)?.first_chunk::<2>()?;
    Some(usize::from(u16::from_be_bytes([high & 0x3f, low])))
}

/// Compression pointers in one name. Writers that point at the longest earlier suffix need as many
/// as there are levels of names in the message; 64 covers a walk down the whole of ip6.arpa.
const MAX_HOPS: u8 = 64;
