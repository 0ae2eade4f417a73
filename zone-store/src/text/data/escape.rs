//! Escapes of data lines: tinydns' octal ones and those of a Go string, which dnsrocks takes.

/// An escape that cannot be resolved, and its offset in the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadEscape(pub(super) usize);

/// The octets of one character of a field, and whether it was escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Character {
    octets: [u8; 4],
    length: u8,
    /// Written with a backslash: a dot is then no separator of labels.
    pub(super) escaped: bool,
}

impl Character {
    pub(super) fn octets(&self) -> &[u8] {
        self.octets.get(..usize::from(self.length)).unwrap_or_default()
    }

    fn octet(octet: u8, escaped: bool) -> Self {
        Self { octets: [octet, 0, 0, 0], length: 1, escaped }
    }
}

/// The characters of a field.
#[derive(Clone, Debug)]
pub(super) struct Characters<'t> {
    rest: &'t [u8],
    at: usize,
}

impl<'t> Characters<'t> {
    pub(super) fn of(field: &'t [u8]) -> Self {
        Self { rest: field, at: 0 }
    }

    /// Octets of the field still to come.
    pub(super) fn remaining(&self) -> usize {
        self.rest.len()
    }

    fn take(&mut self, count: usize) -> Option<&'t [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        self.at = self.at.saturating_add(count);
        Some(taken)
    }

    /// What follows a backslash.
    fn escape(&mut self) -> Option<Character> {
        let first = *self.take(1)?.first()?;
        let octet = match first {
            b'0'..=b'7' => return self.octal(first),
            b'x' => {
                return self
                    .number(2, 16)
                    .and_then(|value| u8::try_from(value).ok())
                    .map(|octet| Character::octet(octet, true));
            }
            b'u' => return self.code_point(4),
            b'U' => return self.code_point(8),
            b'8' | b'9' => return None,
            b'a' => 0x07,
            b'b' => 0x08,
            b't' => b'\t',
            b'n' => b'\n',
            b'v' => 0x0b,
            b'f' => 0x0c,
            b'r' => b'\r',
            itself => itself,
        };
        Some(Character::octet(octet, true))
    }

    /// One to three octal digits.
    fn octal(&mut self, first: u8) -> Option<Character> {
        let mut value = u16::from(first & 7);
        for _ in 0..2 {
            match self.rest.first() {
                Some(&digit @ b'0'..=b'7') => {
                    value = (value << 3) | u16::from(digit & 7);
                    self.take(1)?;
                }
                _ => break,
            }
        }
        u8::try_from(value).ok().map(|octet| Character::octet(octet, true))
    }

    fn number(&mut self, digits: usize, radix: u32) -> Option<u32> {
        self.take(digits)?.iter().try_fold(0_u32, |value, &octet| {
            value.checked_mul(radix)?.checked_add(char::from(octet).to_digit(radix)?)
        })
    }

    fn code_point(&mut self, digits: usize) -> Option<Character> {
        let found = char::from_u32(self.number(digits, 16)?)?;
        let mut octets = [0; 4];
        let length = u8::try_from(found.encode_utf8(&mut octets).len()).ok()?;
        Some(Character { octets, length, escaped: true })
    }
}

impl Iterator for Characters<'_> {
    type Item = Result<Character, BadEscape>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.at;
        let octet = *self.take(1)?.first()?;
        if octet != b'\\' {
            return Some(Ok(Character::octet(octet, false)));
        }
        let escaped = self.escape();
        if escaped.is_none() {
            self.rest = b"";
        }
        Some(escaped.ok_or(BadEscape(start)))
    }
}

/// Puts the octets of a field after those of `out`.
pub(super) fn unescape(field: &[u8], out: &mut alloc::vec::Vec<u8>) -> Result<(), BadEscape> {
    if memchr::memchr(b'\\', field).is_none() {
        out.extend_from_slice(field);
        return Ok(());
    }
    for character in Characters::of(field) {
        out.extend_from_slice(character?.octets());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn unescaped(text: &[u8]) -> Result<Vec<u8>, BadEscape> {
        let mut out = Vec::new();
        unescape(text, &mut out).map(|()| out)
    }

    #[test]
    fn octal_escapes_have_one_to_three_digits() {
        assert_eq!(unescaped(br"\000\1x\12x\1012").unwrap(), b"\x00\x01x\x0axA2");
        assert_eq!(unescaped(br"a\400"), Err(BadEscape(1)));
        assert_eq!(unescaped(br"\8"), Err(BadEscape(0)));
    }

    #[test]
    fn go_escapes_are_understood() {
        assert_eq!(
            unescaped(br"\x41\u00e9\U0001f600\n\t\\\:\,\'").unwrap(),
            "A\u{e9}\u{1f600}\n\t\\:,'".as_bytes()
        );
        for bad in [&br"\x4"[..], br"\xg0", br"\u00", br"\ud800", br"\U00110000", br"\"] {
            assert_eq!(unescaped(bad), Err(BadEscape(0)), "{bad:?}");
        }
    }
}
