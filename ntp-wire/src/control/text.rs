//! What answers contain: variables as text, associations as pairs.

use super::PeerStatus;

/// The variables in an answer, in order.
#[must_use]
pub const fn variables(text: &[u8]) -> Variables<'_> {
    Variables { rest: text }
}

/// A variable: `name=value` or `name="value"`, or a name alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable<'a> {
    /// The name, without blanks around.
    pub name: &'a [u8],
    /// The value, without quotes or blanks around; empty when there is none.
    pub value: &'a [u8],
}

/// See [`variables`].
#[derive(Clone, Copy, Debug)]
pub struct Variables<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Variables<'a> {
    type Item = Variable<'a>;

    fn next(&mut self) -> Option<Variable<'a>> {
        let item = loop {
            if self.rest.is_empty() {
                return None;
            }
            // A comma within quotes does not separate.
            let mut quoted = false;
            let comma = self.rest.iter().position(|&octet| {
                quoted ^= octet == b'"';
                octet == b',' && !quoted
            });
            let (item, rest) = match comma {
                Some(place) => {
                    let (item, rest) = self.rest.split_at_checked(place).unwrap_or_default();
                    (item, rest.get(1..).unwrap_or_default())
                }
                None => (self.rest, &[][..]),
            };
            self.rest = rest;
            let item = item.trim_ascii();
            if !item.is_empty() {
                break item;
            }
        };
        let equals = item.iter().position(|&octet| octet == b'=').unwrap_or(item.len());
        let (name, value) = item.split_at_checked(equals).unwrap_or_default();
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        let bare = value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\""));
        Some(Variable { name: name.trim_ascii(), value: bare.unwrap_or(value) })
    }
}

impl core::iter::FusedIterator for Variables<'_> {}

/// The associations in an answer to [`Opcode::READ_STATUS`](super::Opcode::READ_STATUS) with
/// association 0, in order.
#[must_use]
pub const fn associations(data: &[u8]) -> Associations<'_> {
    Associations { rest: data }
}

/// An association and what is thought of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Association {
    /// Its number, for requests about it.
    pub id: u16,
    /// Its status.
    pub status: PeerStatus,
}

/// See [`associations`].
#[derive(Clone, Copy, Debug)]
pub struct Associations<'a> {
    rest: &'a [u8],
}

impl Iterator for Associations<'_> {
    type Item = Association;

    fn next(&mut self) -> Option<Association> {
        let (&[a, b, c, d], rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        let status = PeerStatus::from(u16::from_be_bytes([c, d]));
        Some(Association { id: u16::from_be_bytes([a, b]), status })
    }
}

impl core::iter::FusedIterator for Associations<'_> {}
