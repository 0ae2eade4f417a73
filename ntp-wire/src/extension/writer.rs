//! Extension fields into the caller's buffer.

use thiserror::Error;

use super::FieldType;

/// Appends extension fields to a packet in the caller's buffer.
///
/// A push that does not fit leaves the buffer as it was.
#[derive(Debug)]
pub struct Writer<'a> {
    out: &'a mut [u8],
    length: usize,
}

impl<'a> Writer<'a> {
    /// After the first `length` octets of `out`, which stay as they are.
    ///
    /// # Errors
    /// [`Full`] when `out` is shorter than `length`.
    pub const fn new(out: &'a mut [u8], length: usize) -> Result<Self, Full> {
        if length > out.len() { Err(Full) } else { Ok(Self { out, length }) }
    }

    /// Octets written so far, those given at the start included.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.length
    }

    /// Whether there is nothing at all.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// What is written so far.
    #[must_use]
    pub fn written(&self) -> &[u8] {
        self.out.get(..self.length).unwrap_or_default()
    }

    /// What was written before `length`, and what after it.
    #[cfg(feature = "nts")]
    pub(crate) fn split_at(&mut self, length: usize) -> Option<(&[u8], &mut [u8])> {
        let (before, after) = self.out.get_mut(..self.length)?.split_at_mut_checked(length)?;
        Some((before, after))
    }

    /// Appends a field, padded with zeroes to a multiple of four octets and to at least 16.
    ///
    /// The last field of a packet without a MAC must be 28 octets long, a body of 24: a last one of 20 or 24
    /// octets is read as a MAC (RFC 7822 §7.5.1.4).
    ///
    /// # Errors
    /// [`Full`] when there is no room, or the body is longer than a field can be (65 528 octets).
    pub fn push(&mut self, field_type: FieldType, body: &[u8]) -> Result<(), Full> {
        let field = self.reserve(field_type, body.len(), 16)?;
        let (value, padding) = field.split_at_mut_checked(body.len()).ok_or(Full)?;
        value.copy_from_slice(body);
        padding.fill(0);
        Ok(())
    }

    /// Makes room for a field with at least `body` octets and returns the body. The caller must
    /// write all of it.
    pub(crate) fn reserve(
        &mut self,
        field_type: FieldType,
        body: usize,
        least: usize,
    ) -> Result<&mut [u8], Full> {
        let length = body.checked_add(4).and_then(|length| length.checked_next_multiple_of(4));
        let length = length.ok_or(Full)?.max(least);
        let wire = u16::try_from(length).map_err(|_| Full)?;
        let rest = self.out.get_mut(self.length..).ok_or(Full)?;
        let field = rest.get_mut(..length).ok_or(Full)?;
        let (header, body) = field.split_first_chunk_mut::<4>().ok_or(Full)?;
        let [a, b] = field_type.0.to_be_bytes();
        let [c, d] = wire.to_be_bytes();
        *header = [a, b, c, d];
        self.length = self.length.saturating_add(length);
        Ok(body)
    }
}

/// The buffer has no room for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("no room in the buffer")]
pub struct Full;
