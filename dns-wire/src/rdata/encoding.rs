//! Base64, Base32 with the extended hex alphabet, and hexadecimal (RFC 4648), over several fields.

use core::fmt::{self, Write};

use super::tokens::{Token, Tokens};
use crate::{Full, TextError, TextErrorKind, Writer};

/// Collects digits of a power of two into octets.
pub(crate) struct Digits {
    bits_per_digit: u8,
    held: u32,
    held_bits: u8,
}

impl Digits {
    pub(crate) fn new(bits_per_digit: u8) -> Self {
        Self { bits_per_digit, held: 0, held_bits: 0 }
    }

    pub(crate) fn push(&mut self, digit: u8, out: &mut Writer<'_>) -> Result<(), Full> {
        self.held = self.held << self.bits_per_digit | u32::from(digit);
        self.held_bits = self.held_bits.wrapping_add(self.bits_per_digit);
        if let Some(left) = self.held_bits.checked_sub(8) {
            let [.., octet] = (self.held >> left).to_be_bytes();
            out.u8(octet)?;
            self.held_bits = left;
            self.held &= (1u32 << left).wrapping_sub(1);
        }
        Ok(())
    }

    /// True when no digit is missing: fewer bits are left than a digit has, and they are zero.
    pub(crate) fn is_complete(&self) -> bool {
        self.held == 0 && self.held_bits < self.bits_per_digit
    }
}

/// Base64 spread over fields.
pub(crate) struct Base64Decoder {
    digits: Digits,
    count: usize,
    padding: usize,
}

impl Base64Decoder {
    pub(crate) fn new() -> Self {
        Self { digits: Digits::new(6), count: 0, padding: 0 }
    }

    /// Takes one field; errors carry the octet in it.
    pub(crate) fn feed(
        &mut self,
        text: &[u8],
        out: &mut Writer<'_>,
    ) -> Result<(), (TextErrorKind, usize)> {
        // Whole groups of four digits first.
        let mut taken = 0usize;
        if self.count.is_multiple_of(4) && self.padding == 0 {
            let (groups, _) = text.as_chunks::<4>();
            for group in groups {
                let [a, b, c, d] = group.map(|octet| u32::from(base64_digit(octet)));
                if (a | b | c | d) > 63 {
                    break;
                }
                let [_, x, y, z] = (a << 18 | b << 12 | c << 6 | d).to_be_bytes();
                out.array([x, y, z]).map_err(|Full| (TextErrorKind::Full, taken))?;
                taken = taken.saturating_add(4);
            }
            self.count = self.count.wrapping_add(taken);
        }
        for (at, &octet) in text.iter().enumerate().skip(taken) {
            if octet == b'=' {
                self.padding = self.padding.wrapping_add(1);
                continue;
            }
            let digit = base64_digit(octet);
            if digit == NO_DIGIT || self.padding > 0 {
                return Err((TextErrorKind::Base64, at));
            }
            self.digits.push(digit, out).map_err(|Full| (TextErrorKind::Full, at))?;
            self.count = self.count.wrapping_add(1);
        }
        Ok(())
    }

    pub(crate) fn is_complete(&self) -> bool {
        let total = self.count.wrapping_add(self.padding);
        self.digits.is_complete() && self.padding <= 2 && total.is_multiple_of(4)
    }
}

fn base64_digit(octet: u8) -> u8 {
    BASE64_DIGITS.get(usize::from(octet)).copied().unwrap_or(NO_DIGIT)
}

/// One field of hexadecimal digits; an octet may be spread over two fields.
pub(crate) fn hex_text<'t, T: Iterator<Item = Token<'t>>>(
    text: &[u8],
    digits: &mut Digits,
    tokens: &Tokens<'_, 't, T>,
    out: &mut Writer<'_>,
) -> Result<(), TextError> {
    for (at, &octet) in text.iter().enumerate() {
        let digit = hex_digit(octet).ok_or(tokens.error(TextErrorKind::Hex, at))?;
        digits.push(digit, out).map_err(tokens.full())?;
    }
    Ok(())
}

/// A field of hexadecimal digits with dots anywhere, which begins `skipped` octets into the field.
pub(crate) fn hex_text_with_dots<'t, T: Iterator<Item = Token<'t>>>(
    text: &[u8],
    skipped: usize,
    tokens: &Tokens<'_, 't, T>,
    out: &mut Writer<'_>,
) -> Result<(), TextError> {
    let mut digits = Digits::new(4);
    for (at, &octet) in text.iter().enumerate().filter(|(_, octet)| **octet != b'.') {
        let at = at.saturating_add(skipped);
        let digit = hex_digit(octet).ok_or(tokens.error(TextErrorKind::Hex, at))?;
        digits.push(digit, out).map_err(tokens.full())?;
    }
    if digits.is_complete() { Ok(()) } else { Err(tokens.error(TextErrorKind::Hex, skipped)) }
}

pub(crate) fn hex_digit(octet: u8) -> Option<u8> {
    match octet {
        b'0'..=b'9' => Some(octet.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(octet.wrapping_sub(b'a').wrapping_add(10)),
        b'A'..=b'F' => Some(octet.wrapping_sub(b'A').wrapping_add(10)),
        _ => None,
    }
}

pub(crate) fn base32hex_digit(octet: u8) -> Option<u8> {
    match octet {
        b'0'..=b'9' => Some(octet.wrapping_sub(b'0')),
        b'a'..=b'v' => Some(octet.wrapping_sub(b'a').wrapping_add(10)),
        b'A'..=b'V' => Some(octet.wrapping_sub(b'A').wrapping_add(10)),
        _ => None,
    }
}

pub(crate) fn show_hex(octets: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for chunk in octets.chunks(32) {
        let mut line = [0u8; 64];
        let (places, _) = line.as_chunks_mut::<2>();
        for (place, octet) in places.iter_mut().zip(chunk) {
            *place = [octet >> 4, octet & 0x0f]
                .map(|digit| HEX_ALPHABET.get(usize::from(digit)).copied().unwrap_or(b'0'));
        }
        let shown = line.get(..chunk.len().saturating_mul(2)).unwrap_or(&[]);
        f.write_str(core::str::from_utf8(shown).unwrap_or_default())?;
    }
    Ok(())
}

pub(crate) fn show_base64(octets: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    // A line at a time: 48 octets are 64 digits.
    for chunk in octets.chunks(48) {
        let mut line = [b'='; 64];
        let (places, _) = line.as_chunks_mut::<4>();
        let mut shown = 0usize;
        for (place, group) in places.iter_mut().zip(chunk.chunks(3)) {
            let octet = |index: usize| group.get(index).copied().unwrap_or(0);
            let bits = u32::from_be_bytes([0, octet(0), octet(1), octet(2)]);
            let digits = [bits >> 18, bits >> 12, bits >> 6, bits];
            for (to, digit) in place.iter_mut().zip(digits).take(group.len().saturating_add(1)) {
                let index = usize::try_from(digit & 0x3f).unwrap_or(0);
                *to = BASE64_ALPHABET.get(index).copied().unwrap_or(b'=');
            }
            shown = shown.saturating_add(4);
        }
        f.write_str(core::str::from_utf8(line.get(..shown).unwrap_or(&[])).unwrap_or_default())?;
    }
    Ok(())
}

pub(crate) fn show_base32hex(octets: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (mut held, mut bits) = (0u32, 0u8);
    let digit = |value: u32| {
        BASE32HEX_ALPHABET.get(usize::try_from(value & 0x1f).unwrap_or(0)).copied().unwrap_or(b'0')
    };
    for &octet in octets {
        held = held << 8 | u32::from(octet);
        bits = bits.wrapping_add(8);
        while let Some(left) = bits.checked_sub(5) {
            f.write_char(char::from(digit(held >> left)))?;
            bits = left;
            held &= (1u32 << left).wrapping_sub(1);
        }
    }
    if bits > 0 {
        f.write_char(char::from(digit(held << 5u8.saturating_sub(bits))))?;
    }
    Ok(())
}

const HEX_ALPHABET: &[u8; 16] = b"0123456789ABCDEF";
const BASE64_ALPHABET: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE32HEX_ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHIJKLMNOPQRSTUV";
const NO_DIGIT: u8 = 0xff;
const BASE64_DIGITS: [u8; 256] = base64_digits();

#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "evaluated by the compiler, where a panic is a build error"
)]
const fn base64_digits() -> [u8; 256] {
    let mut digits = [NO_DIGIT; 256];
    let mut digit = 0;
    while digit < 64 {
        digits[BASE64_ALPHABET[digit] as usize] = digit as u8;
        digit += 1;
    }
    digits
}
