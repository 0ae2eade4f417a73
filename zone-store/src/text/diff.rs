//! What changed between two texts of data lines, line by line.

use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;

/// A line that one of two texts has and the other has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<'a> {
    /// Only the new text has it.
    Added(&'a [u8]),
    /// Only the old text has it.
    Removed(&'a [u8]),
}

impl<'a> Change<'a> {
    /// The line, without blanks around it.
    #[must_use]
    pub fn line(&self) -> &'a [u8] {
        let (Self::Added(line) | Self::Removed(line)) = self;
        line
    }
}

/// `+line` or `-line`; octets that are no UTF-8 are replaced.
impl fmt::Display for Change<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self {
            Self::Added(_) => '+',
            Self::Removed(_) => '-',
        };
        write!(f, "{sign}{}", alloc::string::String::from_utf8_lossy(self.line()))
    }
}

/// The changes from `old` to `new`, in the order of the lines' octets. The order of lines in a text, empty
/// lines and `#` comments do not count; how often a line stands there does.
///
/// # Cost
/// O(n log n) for n lines; memory for the places of all lines.
///
/// ```
/// use zone_store::text::diff::{Change, diff};
/// let changes = diff(b"%a,192.0.2.0/24\n%b,198.51.100.0/24\n", b"%b,198.51.100.0/24\n%c,192.0.2.0/24\n");
/// assert_eq!(changes, [Change::Removed(b"%a,192.0.2.0/24"), Change::Added(b"%c,192.0.2.0/24")]);
/// ```
#[must_use]
pub fn diff<'a>(old: &'a [u8], new: &'a [u8]) -> Vec<Change<'a>> {
    let (old, new) = (sorted_lines(old), sorted_lines(new));
    let (mut old, mut new) = (old.into_iter().peekable(), new.into_iter().peekable());
    let mut changes = Vec::new();
    loop {
        let order = match (old.peek(), new.peek()) {
            (Some(old), Some(new)) => old.cmp(new),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return changes,
        };
        if order != Ordering::Greater {
            let line = old.next();
            changes.extend(line.filter(|_| order == Ordering::Less).map(Change::Removed));
        }
        if order != Ordering::Less {
            let line = new.next();
            changes.extend(line.filter(|_| order == Ordering::Greater).map(Change::Added));
        }
    }
}

fn sorted_lines(text: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<&[u8]> = text
        .split(|&octet| octet == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|line| line.first().is_some_and(|&first| first != b'#'))
        .collect();
    lines.sort_unstable();
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::string::String;

    #[test]
    fn repeated_lines_are_counted() {
        assert_eq!(diff(b"a\na\nb", b"b\na\n\n# x\n"), [Change::Removed(b"a")]);
        assert!(diff(b"a\r\nb", b"b\n a").is_empty());
        assert_eq!(
            diff(b"", b"x").iter().map(std::string::ToString::to_string).collect::<Vec<_>>(),
            ["+x"]
        );
    }

    proptest! {
        #[test]
        fn old_and_changes_make_new(old in proptest::collection::vec("[a-c]{1,2}", 0..12), new in proptest::collection::vec("[a-c]{1,2}", 0..12)) {
            let (old_text, new_text) = (old.join("\n"), new.join("\n"));
            let mut patched: Vec<String> = old;
            for change in diff(old_text.as_bytes(), new_text.as_bytes()) {
                let line = String::from_utf8(change.line().to_vec()).unwrap();
                match change {
                    Change::Added(_) => patched.push(line),
                    Change::Removed(_) => {
                        let place = patched.iter().position(|old| *old == line);
                        prop_assert!(place.is_some());
                        patched.remove(place.unwrap());
                    }
                }
            }
            let mut expected = new;
            patched.sort();
            expected.sort();
            prop_assert_eq!(patched, expected);
        }
    }
}
