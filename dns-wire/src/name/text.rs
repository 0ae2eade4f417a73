//! Names from text (RFC 1035 §5.1).

use super::{MAX_NAME, Name};
use crate::{TextError, TextErrorKind, Writer};

/// Writes the wire form of a name given as text and returns its length.
///
/// `@` alone is the origin; text without a final dot is relative to it. Errors carry the octet in
/// the text. What `out` holds after an error is of no meaning, and its length is what it was.
pub(crate) fn text_to_wire(
    text: &[u8],
    origin: Option<Name<'_>>,
    out: &mut Writer<'_>,
) -> Result<usize, TextError> {
    let error = |kind, at| Err(TextError::new(kind, at));
    if text == b"@" {
        let Some(origin) = origin else {
            return error(TextErrorKind::NoOrigin, 0);
        };
        out.slice(origin.as_wire()).map_err(|_| TextError::new(TextErrorKind::Full, 0))?;
        return Ok(origin.as_wire().len());
    }
    if text.is_empty() {
        return error(TextErrorKind::Empty, 0);
    }
    if text == b"." {
        out.u8(0).map_err(|_| TextError::new(TextErrorKind::Full, 0))?;
        return Ok(1);
    }
    let room = out.room();
    // The length octet of the label in work, and where its next octet goes.
    let (mut length_at, mut to) = (0usize, 1usize);
    let mut from = 0usize;
    let mut absolute = false;
    while let Some(&octet) = text.get(from) {
        absolute = false;
        let mut value = octet;
        let start = from;
        from = from.wrapping_add(1);
        if octet == b'.' {
            close_label(room, length_at, to, start)?;
            length_at = to;
            absolute = true;
            value = 0;
        } else if octet == b'\\' {
            let (escaped, used) = unescape(text.get(from..).unwrap_or(&[]))
                .ok_or(TextError::new(TextErrorKind::Escape, start))?;
            value = escaped;
            from = from.wrapping_add(used);
        }
        if to >= MAX_NAME {
            return error(TextErrorKind::NameTooLong, start);
        }
        *room.get_mut(to).ok_or(TextError::new(TextErrorKind::Full, start))? = value;
        to = to.wrapping_add(1);
    }
    if absolute {
        // The octet written for the last dot is the root's.
        out.advance(to);
        return Ok(to);
    }
    close_label(room, length_at, to, text.len())?;
    let Some(origin) = origin else {
        return error(TextErrorKind::NoOrigin, text.len());
    };
    let tail = origin.as_wire();
    let total = to.saturating_add(tail.len());
    if total > MAX_NAME {
        return error(TextErrorKind::NameTooLong, text.len());
    }
    room.get_mut(to..total)
        .ok_or(TextError::new(TextErrorKind::Full, text.len()))?
        .copy_from_slice(tail);
    out.advance(total);
    Ok(total)
}

fn close_label(room: &mut [u8], length_at: usize, to: usize, at: usize) -> Result<(), TextError> {
    let length = to.saturating_sub(length_at).saturating_sub(1);
    let octet = match length {
        0 => return Err(TextError::new(TextErrorKind::Empty, at)),
        1..=63 => u8::try_from(length).unwrap_or(0),
        _ => return Err(TextError::new(TextErrorKind::LabelTooLong, at)),
    };
    *room.get_mut(length_at).ok_or(TextError::new(TextErrorKind::Full, at))? = octet;
    Ok(())
}

/// What follows a backslash: the octet it stands for, and how many characters were used.
pub(crate) fn unescape(after: &[u8]) -> Option<(u8, usize)> {
    let (&first, rest) = after.split_first()?;
    if !first.is_ascii_digit() {
        return Some((first, 1));
    }
    let digits = after.first_chunk::<3>()?;
    let _ = rest;
    let mut value = 0u16;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        value = value.wrapping_mul(10).wrapping_add(u16::from(digit.wrapping_sub(b'0')));
    }
    u8::try_from(value).ok().map(|octet| (octet, 3))
}
