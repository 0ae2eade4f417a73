//! One label of a name.

use core::fmt;

/// One label: 1 to 63 octets of any value, without its length octet. The root has none.
///
/// Equality ignores ASCII case (RFC 4343).
#[derive(Clone, Copy, Debug)]
pub struct Label<'a>(&'a [u8]);

impl<'a> Label<'a> {
    #[inline]
    pub(crate) fn new(octets: &'a [u8]) -> Self {
        Self(octets)
    }

    /// The octets, in the case in which they were written.
    #[inline]
    #[must_use]
    pub fn octets(&self) -> &'a [u8] {
        self.0
    }

    /// True for `*`, the label of a wildcard when it is the first (RFC 4592 §2.1.1).
    #[must_use]
    pub fn is_wildcard(&self) -> bool {
        self.0 == b"*"
    }
}

impl PartialEq for Label<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(other.0)
    }
}

impl Eq for Label<'_> {}

/// The label with the escapes of RFC 1035 §5.1, without a dot.
impl fmt::Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(&octet) = rest.first() {
            let plain = rest.iter().position(|&octet| needs_escape(octet)).unwrap_or(rest.len());
            if let Some((text, after)) = rest.split_at_checked(plain).filter(|_| plain > 0) {
                f.write_str(core::str::from_utf8(text).unwrap_or(""))?;
                rest = after;
            } else {
                if octet.is_ascii_graphic() {
                    write!(f, "\\{}", char::from(octet))?;
                } else {
                    write!(f, "\\{octet:03}")?;
                }
                rest = rest.split_first().map_or(&[][..], |(_, after)| after);
            }
        }
        Ok(())
    }
}

/// Octets that mean something else in a master file, or that do not print.
fn needs_escape(octet: u8) -> bool {
    !octet.is_ascii_graphic()
        || matches!(octet, b'.' | b'\\' | b'"' | b'(' | b')' | b';' | b'@' | b'$')
}
