//! The usual spelling of the commonest fields, read without a detour: names without escapes,
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
///
/// How many digits a number has cannot be foretold, so nothing branches on it: each number is moved to the
/// upper end of a word of four octets, zeros before it.
#[inline]
pub(super) fn ipv4(text: &[u8]) -> Option<[u8; 4]> {
    let len = text.len();
    if !(7..=15).contains(&len) {
        return None;
    }
    let mut padded = [0_u8; 16];
    padded.get_mut(..len)?.copy_from_slice(text);
    // A dot after the text ends the last number too.
    *padded.get_mut(len)? = b'.';
    let digits = u128::from_le_bytes(padded) ^ ONES.wrapping_mul(0x30);
    // The highest bit of each octet that is a dot. Octets of 0 to 127 only, so that no sum carries.
    let other = digits ^ ONES.wrapping_mul(0x1e);
    let mut dots = !((other & LOW_BITS).wrapping_add(LOW_BITS) | other | LOW_BITS);
    let mut octets = [0_u8; 4];
    let (mut start, mut wrong) = (0_u32, 0_u32);
    for octet in &mut octets {
        let dot = dots.trailing_zeros() >> 3;
        dots &= dots.wrapping_sub(1);
        let count = dot.wrapping_sub(start);
        if !(1..=3).contains(&count) {
            return None;
        }
        let number = digits.wrapping_shr(start << 3);
        let word = u32::try_from(number & u128::from(u32::MAX)).unwrap_or(0);
        let has_zero_first = (word & 0xff == 0) & (count > 1);
        let word = word.wrapping_shl(32_u32.wrapping_sub(count << 3));
        let [_, hundreds, tens, units] = word.to_le_bytes().map(u32::from);
        let value =
            hundreds.wrapping_mul(100).wrapping_add(tens.wrapping_mul(10)).wrapping_add(units);
        // Above 9, a zero in front, above 255.
        wrong |= (word.wrapping_add(0x7676_7676) | word) & 0x8080_8080;
        wrong |= u32::from(has_zero_first) | (value >> 8);
        *octet = u8::try_from(value & 0xff).unwrap_or(0);
        start = dot.wrapping_add(1);
    }
    (wrong == 0 && usize::try_from(start).ok()? == len.wrapping_add(1)).then_some(octets)
}

/// An IPv6 address in hexadecimal groups (RFC 4291 §2.2, forms 1 and 2).
pub(super) fn ipv6(text: &[u8]) -> Option<[u8; 16]> {
    let mut groups = [0_u16; 8];
    let mut count = 0_usize;
    // Groups before `::`.
    let mut gap = None;
    let (mut value, mut digits) = (0_u16, 0_u8);
    let mut rest = text;
    if let Some(after) = text.strip_prefix(b"::") {
        (gap, rest) = (Some(0), after);
        if rest.is_empty() {
            return Some([0; 16]);
        }
    }
    while let Some((&octet, after)) = rest.split_first() {
        rest = after;
        if octet == b':' {
            if digits == 0 {
                return None;
            }
            *groups.get_mut(count)? = value;
            count = count.wrapping_add(1);
            (value, digits) = (0, 0);
            if let Some(after) = rest.strip_prefix(b":") {
                if gap.replace(count).is_some() {
                    return None;
                }
                rest = after;
                if rest.is_empty() {
                    break;
                }
            } else if rest.is_empty() {
                return None;
            }
        } else {
            let nibble = nibble(octet);
            if nibble > 15 || digits == 4 {
                return None;
            }
            value = (value << 4) | u16::from(nibble);
            digits = digits.wrapping_add(1);
        }
    }
    if digits > 0 {
        *groups.get_mut(count)? = value;
        count = count.wrapping_add(1);
    }
    match gap {
        // `::` stands for one group or more.
        Some(gap) if count < groups.len() => {
            let missing = groups.len().wrapping_sub(count);
            groups.get_mut(gap..)?.rotate_right(missing);
        }
        None if count == groups.len() => {}
        _ => return None,
    }
    let mut octets = [0_u8; 16];
    let (pairs, _) = octets.as_chunks_mut::<2>();
    for (pair, group) in pairs.iter_mut().zip(groups) {
        *pair = group.to_be_bytes();
    }
    Some(octets)
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

/// One in each octet, and the seven low bits of each.
const ONES: u128 = 0x0101_0101_0101_0101_0101_0101_0101_0101;
const LOW_BITS: u128 = 0x7f7f_7f7f_7f7f_7f7f_7f7f_7f7f_7f7f_7f7f;

#[cfg(test)]
mod tests;
