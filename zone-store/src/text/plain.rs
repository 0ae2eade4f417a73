//! The usual spelling of the commonest fields, read without a detour: names without escapes, IPv4
//! addresses, hexadecimal. What is spelt otherwise, or wrong, is `None` here and left to `dns-wire`, which
//! has the last word; a test holds the two together.

use super::block::{BLOCK, mask};

/// Room for a name of any length, and for a block written past its end.
pub(super) const NAME_ROOM: usize = 255 + BLOCK;

/// What names are relative to, ready to be put after them.
#[derive(Clone, Debug)]
pub(super) struct Tail {
    octets: [u8; BLOCK],
    /// 0 where there is no origin, or one too long for here.
    len: usize,
}

impl Tail {
    /// The wire form of an origin, if there is one.
    pub(super) fn new(origin: Option<&[u8]>) -> Self {
        let mut tail = Self { octets: [0; BLOCK], len: 0 };
        if let Some(origin) = origin
            && let Some(place) = tail.octets.get_mut(..origin.len())
        {
            place.copy_from_slice(origin);
            tail.len = origin.len();
        }
        tail
    }
}

/// Writes the wire form of the name in the first `len` octets of a block, which hold no backslash, and
/// returns its length.
#[inline]
pub(super) fn name(
    block: &[u8; BLOCK],
    len: usize,
    tail: &Tail,
    out: &mut [u8; NAME_ROOM],
) -> Option<usize> {
    // Then no label can be too long, nor the name before the tail.
    if len == 0 || len >= BLOCK || (len == 1 && matches!(block.first(), Some(b'@' | b'.'))) {
        return None;
    }
    let of_name = 1_u64.checked_shl(u32::try_from(len).ok()?)?.wrapping_sub(1);
    let mut dots = mask(block, |octet| octet == b'.') & of_name;
    // Each octet one further: a dot stands where the length of the label after it goes.
    let (_, place) = out.split_first_chunk_mut::<1>()?;
    *place.first_chunk_mut::<BLOCK>()? = *block;
    let mut length_at = 0_usize;
    while dots != 0 {
        let dot = usize::try_from(dots.trailing_zeros()).ok()?;
        dots &= dots.wrapping_sub(1);
        let label = dot.checked_sub(length_at).filter(|&label| label > 0)?;
        *out.get_mut(length_at)? = u8::try_from(label).ok()?;
        length_at = dot.wrapping_add(1);
    }
    let end = len.wrapping_add(1);
    if length_at == len {
        // The last dot is the root.
        *out.get_mut(len)? = 0;
        return Some(end);
    }
    *out.get_mut(length_at)? = u8::try_from(len.wrapping_sub(length_at)).ok()?;
    if tail.len == 0 {
        return None;
    }
    *out.get_mut(end..)?.first_chunk_mut::<BLOCK>()? = tail.octets;
    Some(end.wrapping_add(tail.len))
}

/// Four decimal numbers up to 255 without leading zeros, dots between.
#[inline]
pub(super) fn ipv4(text: &[u8]) -> Option<[u8; 4]> {
    if text.len() > 15 {
        return None;
    }
    let mut octets = [0_u8; 4];
    let mut place = octets.iter_mut();
    let mut value = 0_u16;
    let mut digits = 0_u8;
    for &octet in text {
        let digit = octet.wrapping_sub(b'0');
        if digit <= 9 {
            if digits > 0 && value == 0 {
                return None;
            }
            value = value.wrapping_mul(10).wrapping_add(u16::from(digit));
            digits = digits.wrapping_add(1);
            if value > 255 {
                return None;
            }
        } else if octet == b'.' && digits > 0 {
            *place.next()? = u8::try_from(value).ok()?;
            (value, digits) = (0, 0);
        } else {
            return None;
        }
    }
    let last = place.next()?;
    *last = u8::try_from(value).ok()?;
    (digits > 0 && place.next().is_none()).then_some(octets)
}

/// Octets of an even number of hexadecimal digits, at most 128 of them; returns how many octets.
#[inline]
pub(super) fn hex(text: &[u8], out: &mut [u8]) -> Option<usize> {
    let len = text.len() / 2;
    if len == 0 || len > BLOCK || !text.len().is_multiple_of(2) {
        return None;
    }
    let out = out.get_mut(..len)?;
    let (pairs, _) = text.as_chunks::<2>();
    let mut wrong = 0_u8;
    for (octet, [high, low]) in out.iter_mut().zip(pairs) {
        let (high, low) = (nibble(*high), nibble(*low));
        wrong |= high | low;
        *octet = (high << 4) | (low & 15);
    }
    (wrong < 16).then_some(len)
}

/// The value of a hexadecimal digit, 16 or above for what is none. Without a branch, so that it vectorises.
fn nibble(octet: u8) -> u8 {
    let digit = octet.wrapping_sub(b'0');
    let letter = (octet | 0x20).wrapping_sub(b'a');
    if digit < 10 {
        digit
    } else if letter < 6 {
        letter.wrapping_add(10)
    } else {
        0x80
    }
}

#[cfg(test)]
mod tests;
