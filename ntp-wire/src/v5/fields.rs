//! Extension fields: a length that does not count the padding to a multiple of four.

use crate::extension::{FieldType, Full};

/// One extension field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// What it holds.
    pub field_type: FieldType,
    /// Its content, without padding.
    pub body: &'a [u8],
}

impl Field<'_> {
    /// The draft a packet follows.
    pub const DRAFT_IDENTIFICATION: FieldType = FieldType(0xf5ff);
    /// Makes a packet longer.
    pub const PADDING: FieldType = FieldType(0xf501);

    /// Appends the field to the first `length` octets of `out` and returns the new length.
    ///
    /// # Errors
    /// [`Full`] when there is no room. `out` is then as it was.
    pub fn write(&self, out: &mut [u8], length: usize) -> Result<usize, Full> {
        let size = self.body.len().checked_add(4).ok_or(Full)?;
        let wire = u16::try_from(size).map_err(|_| Full)?;
        let end = length.checked_add(size.next_multiple_of(4)).ok_or(Full)?;
        let place = out.get_mut(length..end).ok_or(Full)?;
        let (head, rest) = place.split_first_chunk_mut().ok_or(Full)?;
        let (body, padding) = rest.split_at_mut_checked(self.body.len()).ok_or(Full)?;
        let [a, b] = self.field_type.0.to_be_bytes();
        let [c, d] = wire.to_be_bytes();
        *head = [a, b, c, d];
        body.copy_from_slice(self.body);
        padding.fill(0);
        Ok(end)
    }
}

/// The extension fields after a header, in order; ends at the first that breaks the rules.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    /// Of what follows a header.
    #[must_use]
    pub const fn new(octets: &'a [u8]) -> Self {
        Self { rest: octets }
    }

    /// Whether everything left is whole fields.
    #[must_use]
    pub fn is_whole(mut self) -> bool {
        while self.next().is_some() {}
        self.rest.is_empty()
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        let (&[a, b, c, d], _) = self.rest.split_first_chunk()?;
        let size = usize::from(u16::from_be_bytes([c, d]));
        let body = self.rest.get(4..size)?;
        let (_, rest) = self.rest.split_at_checked(size.next_multiple_of(4))?;
        self.rest = rest;
        Some(Field { field_type: FieldType(u16::from_be_bytes([a, b])), body })
    }
}
