//! Writing octets without a panic.

use crate::Full;

/// Octets written so far, in a buffer of the caller's.
#[derive(Debug)]
pub struct Writer<'a> {
    buffer: &'a mut [u8],
    len: usize,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(buffer: &'a mut [u8]) -> Self {
        Self { buffer, len: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn room(&mut self) -> &mut [u8] {
        self.buffer.get_mut(self.len..).unwrap_or(&mut [])
    }

    /// Counts octets that the caller wrote into [`Writer::room`].
    pub(crate) fn advance(&mut self, octets: usize) {
        self.len = self.len.saturating_add(octets).min(self.buffer.len());
    }

    pub(crate) fn array<const N: usize>(&mut self, octets: [u8; N]) -> Result<(), Full> {
        *self.room().first_chunk_mut::<N>().ok_or(Full)? = octets;
        self.len = self.len.wrapping_add(N);
        Ok(())
    }

    pub(crate) fn u8(&mut self, value: u8) -> Result<(), Full> {
        self.array([value])
    }

    pub(crate) fn u16(&mut self, value: u16) -> Result<(), Full> {
        self.array(value.to_be_bytes())
    }

    pub(crate) fn slice(&mut self, octets: &[u8]) -> Result<(), Full> {
        self.room().get_mut(..octets.len()).ok_or(Full)?.copy_from_slice(octets);
        self.len = self.len.wrapping_add(octets.len());
        Ok(())
    }

    /// Overwrites the octet at `at`, which must have been written before.
    pub(crate) fn patch(&mut self, at: usize, octet: u8) {
        if let Some(place) = self.buffer.get_mut(at) {
            *place = octet;
        }
    }

    /// Drops what was written at and after `len`.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    pub(crate) fn written(&self) -> &[u8] {
        self.buffer.get(..self.len).unwrap_or(&[])
    }

    pub(crate) fn written_mut(&mut self) -> &mut [u8] {
        self.buffer.get_mut(..self.len).unwrap_or(&mut [])
    }
}

/// As `copy_from_slice`, of slices of one length, without a call for the few octets that records mostly have.
#[inline(always)]
pub(crate) fn copy(to: &mut [u8], from: &[u8]) {
    if from.len() > 16 {
        if to.len() == from.len() {
            to.copy_from_slice(from);
        }
    } else if !(copy_ends::<8>(to, from) || copy_ends::<4>(to, from) || copy_ends::<2>(to, from)) {
        copy_ends::<1>(to, from);
    }
}

/// Copies the first `N` octets and the last, which are all of them when there are no more than twice as
/// many. `false` when there are fewer than `N`.
#[inline(always)]
fn copy_ends<const N: usize>(to: &mut [u8], from: &[u8]) -> bool {
    let (Some(first), Some(last)) = (from.first_chunk::<N>(), from.last_chunk::<N>()) else {
        return false;
    };
    if let Some(to) = to.first_chunk_mut::<N>() {
        *to = *first;
    }
    if let Some(to) = to.last_chunk_mut::<N>() {
        *to = *last;
    }
    true
}
