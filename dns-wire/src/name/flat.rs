//! A name in plain wire form, borrowed.

use core::fmt;
use core::hash::{Hash, Hasher};

use super::Label;
use super::message::{skip, why_not};
use crate::{WireError, WireErrorKind};

/// A name in uncompressed wire form: at most 255 octets, labels of 1 to 63 octets, and the root's
/// zero octet at its end. Case is kept; equality, order and hash ignore it.
///
/// The order is the canonical one of RFC 4034 §6.1.
///
/// ```
/// use dns_wire::Name;
/// let name = Name::from_wire(b"\x03www\x07example\x00")?;
/// assert_eq!(name.to_string(), "www.example.");
/// assert_eq!(name, Name::from_wire(b"\x03WWW\x07EXAMPLE\x00")?);
/// # Ok::<(), dns_wire::WireError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Name<'a> {
    wire: &'a [u8],
}

impl<'a> Name<'a> {
    /// The root.
    pub const ROOT: Name<'static> = Name { wire: &[0] };

    /// A name that takes up exactly these octets.
    ///
    /// # Errors
    /// When the octets are no name, hold a compression pointer, or do not end where the name does.
    pub fn from_wire(wire: &'a [u8]) -> Result<Self, WireError> {
        let (name, rest) = Self::split_from(wire)?;
        if rest.is_empty() {
            Ok(name)
        } else {
            Err(WireError::new(WireErrorKind::Trailing, name.wire.len()))
        }
    }

    /// The name at the start of these octets, and the octets after it.
    ///
    /// # Errors
    /// When no name starts there, or it holds a compression pointer.
    ///
    /// # Cost
    /// O(labels).
    #[inline]
    pub fn split_from(octets: &'a [u8]) -> Result<(Self, &'a [u8]), WireError> {
        let Some(rest) = skip(octets, 0, false) else {
            return Err(why_not(octets, octets, 0, false));
        };
        let wire = octets.get(..octets.len().wrapping_sub(rest.len())).unwrap_or(&[0]);
        Ok((Self { wire }, rest))
    }

    /// Takes octets that this crate has checked or made itself.
    pub(crate) fn trusted(wire: &'a [u8]) -> Self {
        Self { wire }
    }

    /// The octets: 1 to 255, the zero octet of the root included.
    #[must_use]
    pub fn as_wire(&self) -> &'a [u8] {
        self.wire
    }

    /// The labels, the leftmost first, the root's empty label left out.
    #[must_use]
    pub fn labels(&self) -> Labels<'a> {
        Labels { rest: self.wire }
    }

    /// How many labels, the root's not counted: 0 to 127.
    #[must_use]
    pub fn label_count(&self) -> u8 {
        self.labels().fold(0, |count, _| count.wrapping_add(1))
    }

    /// The name without its leftmost label; `None` for the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let (&length, rest) = self.wire.split_first()?;
        if length == 0 {
            return None;
        }
        rest.get(usize::from(length)..).map(Self::trusted)
    }

    /// The last `labels` labels; the name itself when it has no more than that.
    ///
    /// # Cost
    /// O(labels of this name).
    #[must_use]
    pub fn suffix(&self, labels: u8) -> Self {
        let mut name = *self;
        for _ in labels..self.label_count() {
            name = name.parent().unwrap_or(name);
        }
        name
    }

    /// True when this name is `ancestor` or below it.
    #[must_use]
    pub fn is_subdomain_of(&self, ancestor: Name<'_>) -> bool {
        let Some(skipped) = self.wire.len().checked_sub(ancestor.wire.len()) else {
            return false;
        };
        let mut at = 0usize;
        while at < skipped {
            let length = self.wire.get(at).copied().unwrap_or(0);
            at = at.wrapping_add(1).wrapping_add(usize::from(length));
        }
        at == skipped
            && self.wire.get(skipped..).is_some_and(|tail| tail.eq_ignore_ascii_case(ancestor.wire))
    }

    /// True for the root.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.wire == [0]
    }

    /// True when the leftmost label is `*` (RFC 4592 §2.1.1).
    #[must_use]
    pub fn is_wildcard(&self) -> bool {
        self.wire.starts_with(b"\x01*")
    }

    /// True when the octets are equal, case included.
    #[must_use]
    pub fn eq_case(&self, other: Name<'_>) -> bool {
        self.wire == other.wire
    }
}

/// Length octets are below 64 and letters above, so folding the whole wire form folds labels alone.
impl PartialEq for Name<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.wire == other.wire || self.wire.eq_ignore_ascii_case(other.wire)
    }
}

impl Eq for Name<'_> {}

impl Hash for Name<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for chunk in self.wire.chunks(32) {
            let mut folded = [0u8; 32];
            if let Some(folded) = folded.get_mut(..chunk.len()) {
                folded.copy_from_slice(chunk);
                folded.make_ascii_lowercase();
                state.write(folded);
            }
        }
    }
}

/// Absolute, with the final dot and the escapes of RFC 1035 §5.1.
impl fmt::Display for Name<'_> {
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

impl fmt::Debug for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({self})")
    }
}

/// The labels of a [`Name`].
#[derive(Clone, Debug)]
pub struct Labels<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Labels<'a> {
    type Item = Label<'a>;

    fn next(&mut self) -> Option<Label<'a>> {
        let (&length, rest) = self.rest.split_first()?;
        if length == 0 {
            return None;
        }
        let (label, rest) = rest.split_at_checked(usize::from(length))?;
        self.rest = rest;
        Some(Label::new(label))
    }
}

impl core::iter::FusedIterator for Labels<'_> {}
