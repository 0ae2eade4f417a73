//! The field that authenticates everything before it, RFC 8915 §5.6.

use super::aead::{Cipher, NotAuthentic, TAG};
use crate::extension::{FieldType, Full, Writer};

/// Appends the authenticator to what `packet` holds so far. `fill` writes the plain text, whole
/// extension fields, into exactly `plain` octets.
///
/// # Errors
/// [`Full`] when there is no room; the packet is then as it was, if `fill` leaves it alone.
pub(super) fn seal(
    packet: &mut Writer<'_>,
    cipher: &Cipher,
    nonce: [u8; 16],
    plain: usize,
    fill: impl FnOnce(&mut [u8]),
) -> Result<(), Full> {
    let nonce = nonce.get(..cipher.nonce_length()).ok_or(Full)?;
    let text = plain.checked_add(TAG).ok_or(Full)?;
    let padded = text.checked_next_multiple_of(4).ok_or(Full)?;
    let body =
        padded.checked_add(nonce.len()).and_then(|length| length.checked_add(4)).ok_or(Full)?;
    let start = packet.len();
    packet.reserve(FieldType::NTS_AUTHENTICATOR, body, LEAST)?;
    let (associated, field) = packet.split_at(start).ok_or(Full)?;
    let (lengths, rest) = field.get_mut(4..).and_then(<[u8]>::split_first_chunk_mut).ok_or(Full)?;
    let [a, b] = u16::try_from(nonce.len()).map_err(|_| Full)?.to_be_bytes();
    let [c, d] = u16::try_from(text).map_err(|_| Full)?.to_be_bytes();
    *lengths = [a, b, c, d];
    let (nonce_place, rest) = rest.split_at_mut_checked(nonce.len()).ok_or(Full)?;
    nonce_place.copy_from_slice(nonce);
    let (sealed, padding) = rest.split_at_mut_checked(text).ok_or(Full)?;
    padding.fill(0);
    fill(cipher.plain(sealed).ok_or(Full)?);
    cipher.seal(associated, nonce, sealed).ok_or(Full)
}

/// Opens in place the authenticator that starts at `offset` of `packet`, and returns the plain
/// text.
pub(super) fn open<'p>(
    packet: &'p mut [u8],
    offset: usize,
    cipher: &Cipher,
) -> Result<&'p mut [u8], NotAuthentic> {
    let (associated, field) = packet.split_at_mut_checked(offset).ok_or(NotAuthentic)?;
    let (&mut [_, _, a, b], rest) = field.split_first_chunk_mut().ok_or(NotAuthentic)?;
    let length = usize::from(u16::from_be_bytes([a, b])).saturating_sub(4);
    let body = rest.get_mut(..length).ok_or(NotAuthentic)?;
    let (&mut [a, b, c, d], rest) = body.split_first_chunk_mut().ok_or(NotAuthentic)?;
    let nonce = usize::from(u16::from_be_bytes([a, b]));
    let text = usize::from(u16::from_be_bytes([c, d]));
    // Each part is padded to a multiple of four.
    let padded = nonce.checked_next_multiple_of(4).ok_or(NotAuthentic)?;
    let (nonce_part, rest) = rest.split_at_mut_checked(padded).ok_or(NotAuthentic)?;
    let nonce = nonce_part.get(..nonce).ok_or(NotAuthentic)?;
    let text = rest.get_mut(..text).ok_or(NotAuthentic)?;
    cipher.open(associated, nonce, text)
}

/// Octets of the shortest authenticator: as long as one with a nonce of 16 octets, so that the
/// reply's never is the longer one.
const LEAST: usize = 40;
