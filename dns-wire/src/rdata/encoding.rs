//! Base64, Base32 with the extended hex alphabet, and hexadecimal (RFC 4648), over several fields.

use core::fmt::{self, Write};

use crate::{Full, TextErrorKind, Writer};

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
        for (at, &octet) in text.iter().enumerate() {
            if octet == b'=' {
                self.padding = self.padding.wrapping_add(1);
                continue;
            }
            let digit = BASE64_DIGITS.get(usize::from(octet)).copied().unwrap_or(NO_DIGIT);
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
    for octet in octets {
        write!(f, "{octet:02X}")?;
    }
    Ok(())
}

pub(crate) fn show_base64(octets: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for chunk in octets.chunks(3) {
        let mut group = [0u8; 3];
        for (to, from) in group.iter_mut().zip(chunk) {
            *to = *from;
        }
        let [a, b, c] = group;
        let bits = u32::from_be_bytes([0, a, b, c]);
        for digit in 0..4usize {
            if digit > chunk.len() {
                f.write_char('=')?;
            } else {
                let shift =
                    18u32.saturating_sub(u32::try_from(digit).unwrap_or(0).saturating_mul(6));
                let index = usize::try_from(bits >> shift & 0x3f).unwrap_or(0);
                f.write_char(char::from(BASE64_ALPHABET.get(index).copied().unwrap_or(b'=')))?;
            }
        }
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
