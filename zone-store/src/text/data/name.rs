//! Names of data lines: absolute, the last dot optional, escapes as in the rest of the line.

use super::escape::{BadEscape, Characters};
use alloc::vec::Vec;

/// Why a name is none, and the offset in the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadName {
    pub(super) at: usize,
    pub(super) kind: BadNameKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadNameKind {
    Escape,
    /// A label above 63 octets (RFC 1035 §2.3.4).
    Label,
    /// A name above 255 octets (RFC 1035 §2.3.4).
    Length,
}

/// A name being put together, in wire form without the root.
#[derive(Debug)]
pub(super) struct NameWriter<'o> {
    out: &'o mut Vec<u8>,
    start: usize,
    /// Empty labels were left out, as both programs do.
    pub(super) squeezed: bool,
}

impl<'o> NameWriter<'o> {
    /// Puts a name after the octets of `out`.
    pub(super) fn new(out: &'o mut Vec<u8>) -> Self {
        let start = out.len();
        Self { out, start, squeezed: false }
    }

    /// The labels of a field. An escaped dot is part of its label.
    pub(super) fn labels(&mut self, field: &[u8]) -> Result<(), BadName> {
        if memchr::memchr(b'\\', field).is_none() {
            return self.plain_labels(field);
        }
        let mut label = self.out.len();
        self.out.push(0);
        let mut characters = Characters::of(field);
        let mut last_dot = false;
        let mut read = 0_usize;
        loop {
            let before = field.len().saturating_sub(characters.remaining());
            let Some(character) = characters.next() else { break };
            let character =
                character.map_err(|BadEscape(at)| BadName { at, kind: BadNameKind::Escape })?;
            if character.octets() == b"." && !character.escaped {
                // Two dots, or a dot before the first label of a name that has one.
                self.squeezed |= last_dot || (read == 0 && field.len() > 1);
                last_dot = true;
                label = self.close(label, before)?;
            } else {
                last_dot = false;
                self.out.extend_from_slice(character.octets());
            }
            read = read.saturating_add(1);
        }
        self.close(label, field.len())?;
        self.out.pop();
        Ok(())
    }

    /// The labels of a field without escapes.
    fn plain_labels(&mut self, field: &[u8]) -> Result<(), BadName> {
        let mut at = 0_usize;
        for label in field.split(|&octet| octet == b'.') {
            let end = at.saturating_add(label.len());
            if label.is_empty() {
                // The last one is the root's, as is the whole of a lone dot.
                self.squeezed |= end < field.len() && field.len() > 1;
            } else {
                let length = u8::try_from(label.len()).ok().filter(|&length| length <= 63);
                self.out.push(length.ok_or(BadName { at: end, kind: BadNameKind::Label })?);
                self.out.extend_from_slice(label);
                self.check_length(end)?;
            }
            at = end.saturating_add(1);
        }
        Ok(())
    }

    /// A label as it is: of fixed text, or one already in wire form.
    pub(super) fn label(&mut self, octets: &[u8]) -> Result<(), BadName> {
        let label = self.out.len();
        self.out.push(0);
        self.out.extend_from_slice(octets);
        self.close(label, 0)?;
        self.out.pop();
        Ok(())
    }

    /// The labels of a name in wire form.
    pub(super) fn wire(&mut self, name: &[u8]) -> Result<(), BadName> {
        self.out.extend_from_slice(name.strip_suffix(b"\0").unwrap_or(name));
        self.check_length(0)
    }

    /// Ends the name with the root.
    pub(super) fn finish(self) -> Result<(), BadName> {
        self.check_length(0)?;
        self.out.push(0);
        Ok(())
    }

    /// Sets the length octet of the label at `label`, and begins the next. An empty label is taken back.
    fn close(&mut self, label: usize, at: usize) -> Result<usize, BadName> {
        let length = self.out.len().saturating_sub(label).saturating_sub(1);
        let length = u8::try_from(length).ok().filter(|&length| length <= 63);
        let length = length.ok_or(BadName { at, kind: BadNameKind::Label })?;
        if length == 0 {
            return Ok(label);
        }
        if let Some(octet) = self.out.get_mut(label) {
            *octet = length;
        }
        self.check_length(at)?;
        let next = self.out.len();
        self.out.push(0);
        Ok(next)
    }

    /// With the root at its end, the name has at most 255 octets.
    fn check_length(&self, at: usize) -> Result<(), BadName> {
        if self.out.len().saturating_sub(self.start) > 254 {
            return Err(BadName { at, kind: BadNameKind::Length });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(text: &[u8]) -> Result<Vec<u8>, BadName> {
        let mut out = Vec::new();
        let mut name = NameWriter::new(&mut out);
        name.labels(text)?;
        name.finish()?;
        Ok(out)
    }

    #[test]
    fn names_are_absolute_and_dots_are_forgiven() {
        for text in [&b"a.bc"[..], b"a.bc.", b"a..bc", b".a.bc", b"a.bc.."] {
            assert_eq!(wire(text).unwrap(), b"\x01a\x02bc\x00", "{text:?}");
        }
        assert_eq!(wire(b"").unwrap(), b"\x00");
        assert_eq!(wire(b".").unwrap(), b"\x00");
        assert_eq!(wire(br"\052\056x.\x41").unwrap(), b"\x03*.x\x01A\x00");
    }

    #[test]
    fn lengths_are_held() {
        let label = [b'x'; 63];
        assert!(wire(&label).is_ok());
        assert_eq!(wire(&[b'x'; 64]).unwrap_err().kind, BadNameKind::Label);
        let mut long = [&label[..], &label, &label, &label[..61]].join(&b'.');
        assert_eq!(wire(&long).unwrap().len(), 255);
        long.push(b'x');
        assert_eq!(wire(&long).unwrap_err().kind, BadNameKind::Length);
    }
}
