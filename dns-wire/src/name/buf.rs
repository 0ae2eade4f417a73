//! A name in plain wire form, owned, without an allocation.

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::str::FromStr;

use super::{MAX_NAME, Name, text_to_wire};
use crate::{TextError, Writer};

/// A name of its own: 256 octets, no allocation. Equality, order and hash are those of [`Name`].
///
/// ```
/// use dns_wire::NameBuf;
/// let name: NameBuf = "Www.Example.".parse()?;
/// assert_eq!(name.as_name().label_count(), 2);
/// # Ok::<(), dns_wire::TextError>(())
/// ```
#[derive(Clone)]
pub struct NameBuf {
    /// 1 to 255.
    len: u8,
    /// The first `len` octets are a valid name.
    octets: [u8; MAX_NAME],
}

impl NameBuf {
    /// The root.
    #[must_use]
    pub const fn root() -> Self {
        Self { len: 1, octets: [0; MAX_NAME] }
    }

    /// A name from text: absolute with a final dot, else below `origin`; `@` is the origin itself.
    /// Escapes are those of RFC 1035 §5.1.
    ///
    /// # Errors
    /// What is wrong with the text, and at which octet.
    pub fn from_text(text: &[u8], origin: Option<Name<'_>>) -> Result<Self, TextError> {
        let mut name = Self::root();
        let length = text_to_wire(text, origin, &mut Writer::new(&mut name.octets))?;
        name.len = u8::try_from(length).unwrap_or(1);
        Ok(name)
    }

    /// Borrows the name.
    #[must_use]
    pub fn as_name(&self) -> Name<'_> {
        Name::trusted(self.octets.get(..usize::from(self.len)).unwrap_or(&[0]))
    }

    /// Puts a label before the others. `false`, and no change, when the label is empty, longer than
    /// 63 octets, or the name would be longer than 255.
    #[must_use]
    pub fn prepend(&mut self, label: &[u8]) -> bool {
        let (Ok(length), old) = (u8::try_from(label.len()), usize::from(self.len)) else {
            return false;
        };
        let shift = label.len().saturating_add(1);
        if !(1..=63).contains(&length) || old.saturating_add(shift) > MAX_NAME {
            return false;
        }
        self.octets.copy_within(..old, shift);
        if let Some((first, rest)) = self.octets.split_first_mut() {
            *first = length;
            if let Some(place) = rest.get_mut(..label.len()) {
                place.copy_from_slice(label);
            }
        }
        self.len = self.len.wrapping_add(length).wrapping_add(1);
        true
    }

    /// Puts a label after the others, just before the root. `false`, and no change, as [`prepend`](Self::prepend).
    #[must_use]
    pub fn push_label(&mut self, label: &[u8]) -> bool {
        let (Ok(length), old) = (u8::try_from(label.len()), usize::from(self.len)) else {
            return false;
        };
        let new = old.saturating_add(label.len()).saturating_add(1);
        if !(1..=63).contains(&length) || new > MAX_NAME {
            return false;
        }
        let Some([first, rest @ ..]) = self.octets.get_mut(old.wrapping_sub(1)..new) else {
            return false;
        };
        let Some((place, [root])) = rest.split_at_mut_checked(label.len()) else {
            return false;
        };
        *first = length;
        place.copy_from_slice(label);
        *root = 0;
        self.len = self.len.wrapping_add(length).wrapping_add(1);
        true
    }

    /// Folds the name to lower case (ASCII only, RFC 4343).
    pub fn make_lowercase(&mut self) {
        if let Some(octets) = self.octets.get_mut(..usize::from(self.len)) {
            octets.make_ascii_lowercase();
        }
    }

    /// Draws the case of each letter anew, so that who forges a reply has to guess it too
    /// (draft-vixie-dnsext-dns0x20): the n-th letter is a capital where bit n modulo 128 of `bits`, which are
    /// random, is set. The question comes back in the same case, octet by octet, or the reply is not to be believed.
    ///
    /// ```
    /// use dns_wire::{Name, NameBuf};
    /// let mut asked: NameBuf = "www.example.".parse()?;
    /// asked.mix_case(0b01_0110_0101);
    /// assert_eq!(asked.to_string(), "WwW.exAMpLe.");
    /// let echo = |wire| Name::from_wire(wire).is_ok_and(|echo| echo.eq_case(asked.as_name()));
    /// assert!(echo(b"\x03WwW\x07exAMpLe\x00") && !echo(b"\x03www\x07example\x00"));
    /// # Ok::<(), dns_wire::TextError>(())
    /// ```
    pub fn mix_case(&mut self, mut bits: u128) {
        // Length octets are no letters.
        let octets = self.octets.get_mut(..usize::from(self.len)).unwrap_or(&mut []);
        for octet in octets.iter_mut().filter(|octet| octet.is_ascii_alphabetic()) {
            *octet =
                if bits & 1 == 1 { octet.to_ascii_uppercase() } else { octet.to_ascii_lowercase() };
            bits = bits.rotate_right(1);
        }
    }

    /// The name that `write` writes, who says how many octets it has.
    #[inline(always)]
    pub(crate) fn written_by<E>(
        write: impl FnOnce(&mut [u8; MAX_NAME]) -> Result<u8, E>,
    ) -> Result<Self, E> {
        let mut name = Self::root();
        name.len = write(&mut name.octets)?;
        Ok(name)
    }
}

impl From<Name<'_>> for NameBuf {
    fn from(name: Name<'_>) -> Self {
        let mut copy = Self::root();
        let wire = name.as_wire();
        if let (Some(place), Ok(len)) =
            (copy.octets.get_mut(..wire.len()), u8::try_from(wire.len()))
        {
            place.copy_from_slice(wire);
            copy.len = len;
        }
        copy
    }
}

impl FromStr for NameBuf {
    type Err = TextError;

    /// An absolute name; the final dot may be left out.
    fn from_str(text: &str) -> Result<Self, TextError> {
        Self::from_text(text.as_bytes(), Some(Name::ROOT))
    }
}

impl Default for NameBuf {
    fn default() -> Self {
        Self::root()
    }
}

impl PartialEq for NameBuf {
    fn eq(&self, other: &Self) -> bool {
        self.as_name() == other.as_name()
    }
}

impl Eq for NameBuf {}

impl PartialOrd for NameBuf {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for NameBuf {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_name().cmp(&other.as_name())
    }
}

impl Hash for NameBuf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_name().hash(state);
    }
}

impl fmt::Display for NameBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_name().fmt(f)
    }
}

impl fmt::Debug for NameBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NameBuf({self})")
    }
}
