//! Type bitmaps (RFC 4034 §4.1.2).

use core::fmt;

use super::kind::{Kind, Part};
use super::tokens::{Token, Tokens};
use crate::{Full, RType, Reader, TextError, TextErrorKind, WireError, WireErrorKind, Writer};

/// A set of record types: windows of 256 types, in ascending order, each without trailing zero octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TypeBitmap<'a>(&'a [u8]);

impl<'a> TypeBitmap<'a> {
    /// A bitmap from wire form.
    ///
    /// # Errors
    /// When windows are out of order, have 0 or more than 32 octets, or end in a zero octet.
    pub fn from_wire(wire: &'a [u8]) -> Result<Self, WireError> {
        TypeBits::read(&mut Reader::flat(wire))
    }

    /// The octets.
    #[must_use]
    pub fn as_wire(&self) -> &'a [u8] {
        self.0
    }

    /// True when the type is in the set.
    #[must_use]
    pub fn contains(&self, rtype: RType) -> bool {
        let [window, low] = rtype.0.to_be_bytes();
        windows(self.0).find(|(number, _)| *number == window).is_some_and(|(_, bits)| {
            bits.get(usize::from(low >> 3)).is_some_and(|octet| octet & (0x80 >> (low & 7)) != 0)
        })
    }

    /// The types, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = RType> + Clone + use<'a> {
        windows(self.0).flat_map(|(window, bits)| {
            bits.iter().zip(0u8..).flat_map(move |(&octet, index)| {
                (0u8..8).filter(move |bit| octet & (0x80 >> bit) != 0).map(move |bit| {
                    RType(u16::from_be_bytes([window, index.wrapping_shl(3) | bit]))
                })
            })
        })
    }
}

/// A bitmap to the end of the RDATA.
pub(crate) struct TypeBits;

impl Kind for TypeBits {
    type Value<'a> = TypeBitmap<'a>;
    const PART: Part = Part::Rest;

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<TypeBitmap<'a>, WireError> {
        let all = reader.rest();
        let mut last = None;
        while !reader.is_empty() {
            let at = *reader;
            let window = reader.u8()?;
            let length = reader.u8()?;
            let bits = reader.take(usize::from(length))?;
            if last >= Some(window) || !(1..=32).contains(&length) || bits.last() == Some(&0) {
                return Err(at.error(WireErrorKind::Bitmap));
            }
            last = Some(window);
        }
        Ok(TypeBitmap(all))
    }

    fn write(value: TypeBitmap<'_>, out: &mut Writer<'_>) -> Result<(), Full> {
        out.slice(value.0)
    }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
        let start = out.len();
        while let Some(token) = tokens.take()? {
            // A mnemonic or TYPE and a number, never a number alone (RFC 4034 §4.2).
            let rtype = RType::from_text(token.text)
                .filter(|_| !token.text.first().is_some_and(u8::is_ascii_digit))
                .ok_or(tokens.error(TextErrorKind::Mnemonic, 0))?;
            add(rtype, start, out).map_err(tokens.full())?;
        }
        Ok(())
    }

    fn show(value: TypeBitmap<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, rtype) in value.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{rtype}")?;
        }
        Ok(())
    }

    fn is_blank(value: TypeBitmap<'_>) -> bool {
        value.0.is_empty()
    }
}

/// Adds a type to the bitmap that starts at `start` and ends where `out` ends.
pub(crate) fn add(rtype: RType, start: usize, out: &mut Writer<'_>) -> Result<(), Full> {
    let [window, low] = rtype.0.to_be_bytes();
    let wanted = (low >> 3).wrapping_add(1);
    // Where the window stands or should stand, and how many octets it has.
    let mut at = start;
    let mut present = None;
    for (number, bits) in windows(out.written().get(start..).unwrap_or(&[])) {
        if number >= window {
            present = (number == window).then_some(bits.len());
            break;
        }
        at = at.saturating_add(2).saturating_add(bits.len());
    }
    let (insert_at, missing) = match present {
        Some(length) => (
            at.saturating_add(2).saturating_add(length),
            usize::from(wanted).saturating_sub(length),
        ),
        None => (at, usize::from(wanted).saturating_add(2)),
    };
    if missing > 0 {
        let tail = out.len();
        out.room().get_mut(..missing).ok_or(Full)?.fill(0);
        out.advance(missing);
        let written = out.written_mut();
        written.copy_within(insert_at..tail, insert_at.saturating_add(missing));
        written.get_mut(insert_at..insert_at.saturating_add(missing)).ok_or(Full)?.fill(0);
    }
    let Some([number, length, bits @ ..]) = out.written_mut().get_mut(at..) else {
        return Err(Full);
    };
    *number = window;
    *length = (*length).max(wanted);
    if let Some(octet) = bits.get_mut(usize::from(low >> 3)) {
        *octet |= 0x80 >> (low & 7);
    }
    Ok(())
}

fn windows(wire: &[u8]) -> impl Iterator<Item = (u8, &[u8])> + Clone {
    let mut rest = wire;
    core::iter::from_fn(move || {
        let (&[window, length], after) = rest.split_first_chunk::<2>()?;
        let (bits, after) = after.split_at_checked(usize::from(length))?;
        rest = after;
        Some((window, bits))
    })
}
