//! A [`Problem`] for people: where, what, the line, a caret below it, and what to do.

use super::report::mark_length;
use crate::source::{Problem, Severity};
use core::fmt;

/// Shows a problem with the line of the source it is in.
///
/// ```text
/// example.zone:3:9: error: A: bad address in '192.0.2'
///    3 | www   A 192.0.2
///      |         ^
///      = hint: write four numbers
/// ```
///
/// `file` is what people call the source, `text` the source itself. Octets that are no printable ASCII
/// are shown as `.`, long lines only around the column, a byte order mark not at all.
///
/// # Cost
/// O(text) to find the line; no allocation.
pub fn render<'a>(problem: &'a Problem, file: &'a str, text: &'a [u8]) -> impl fmt::Display + 'a {
    Rendered { problem, file, text }
}

struct Rendered<'a> {
    problem: &'a Problem,
    file: &'a str,
    text: &'a [u8],
}

impl fmt::Display for Rendered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem { at, message, hint, severity } = self.problem;
        let severity = match severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        f.write_str(self.file)?;
        if at.line > 0 {
            write!(f, ":{}", at.line)?;
        }
        if at.column > 0 {
            write!(f, ":{}", at.column)?;
        }
        writeln!(f, ": {severity}: {message}")?;
        if let Some(line) = line(self.text, at.line) {
            let column =
                usize::try_from(at.column).unwrap_or(usize::MAX).saturating_sub(1).min(line.len());
            let start = column.saturating_sub(BEFORE);
            let shown = line.get(start..).unwrap_or_default();
            let shown = shown.get(..WIDTH).unwrap_or(shown);
            let dots = if start > 0 { "..." } else { "" };
            writeln!(f, "{:5} | {dots}{}", at.line, Printable(shown))?;
            if at.column > 0 {
                let pad = column.saturating_sub(start).saturating_add(dots.len());
                writeln!(f, "      | {:pad$}^", "")?;
            }
        }
        match hint {
            Some(hint) => writeln!(f, "      = hint: {hint}"),
            None => Ok(()),
        }
    }
}

/// Octets of a line, each as wide as one character; a tab is a blank.
struct Printable<'a>(&'a [u8]);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for &octet in self.0 {
            let shown = match octet {
                b'\t' => ' ',
                0x20..=0x7e => char::from(octet),
                _ => '.',
            };
            write!(f, "{shown}")?;
        }
        Ok(())
    }
}

/// A line by its number from 1.
fn line(text: &[u8], number: u32) -> Option<&[u8]> {
    let index = usize::try_from(number.checked_sub(1)?).ok()?;
    let text = text.get(mark_length(text)..)?;
    let line = text.split(|&octet| octet == b'\n').nth(index)?;
    Some(line.strip_suffix(b"\r").unwrap_or(line))
}

/// Octets of a long line shown before the column, and altogether.
const BEFORE: usize = 60;
const WIDTH: usize = 110;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Position;
    use std::string::{String, ToString};

    fn rendered(line: u32, column: u32, hint: Option<&'static str>, text: &str) -> String {
        let at = Position { source: 0, line, column };
        let problem = Problem { at, message: "no".into(), hint, severity: Severity::Error };
        render(&problem, "f", text.as_bytes()).to_string()
    }

    #[test]
    fn the_caret_stands_below_the_column() {
        assert_eq!(
            rendered(2, 3, Some("do"), "a\n\tbcd\u{e9}\r\n"),
            "f:2:3: error: no\n    2 |  bcd..\n      |   ^\n      = hint: do\n"
        );
        assert_eq!(rendered(1, 0, None, "ab"), "f:1: error: no\n    1 | ab\n");
        assert_eq!(rendered(9, 1, None, "ab"), "f:9:1: error: no\n");
        assert_eq!(rendered(0, 0, None, "ab"), "f: error: no\n", "all of a source");
    }

    #[test]
    fn a_byte_order_mark_is_not_shown() {
        assert_eq!(
            rendered(1, 2, None, "\u{feff}ab\ncd"),
            "f:1:2: error: no\n    1 | ab\n      |  ^\n"
        );
        assert_eq!(
            rendered(2, 1, None, "\u{feff}ab\n\u{feff}"),
            "f:2:1: error: no\n    2 | ...\n      | ^\n"
        );
    }

    #[test]
    fn long_lines_are_cut_around_the_column() {
        let text = "x".repeat(500);
        let shown = rendered(1, 301, None, &text);
        let mut lines = shown.lines().skip(1);
        assert_eq!(lines.next().map(str::len), Some(8 + 3 + 110));
        assert_eq!(lines.next().and_then(|caret| caret.find('^')), Some(8 + 3 + 60));
        // A column past the end of the line, as for a missing field.
        assert!(rendered(1, 600, None, "ab").ends_with("      |   ^\n"));
    }
}
