//! What people see: headings, aligned tables and progress. Colour only on a terminal.

use std::fmt::Display;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use comfy_table::{CellAlignment, Table, presets};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

/// Prints for people, or keeps quiet when a script asked for JSON.
#[derive(Clone, Copy, Debug)]
pub struct Console {
    quiet: bool,
}

/// How a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

impl Console {
    /// A console; a `quiet` one prints nothing at all.
    pub fn new(quiet: bool) -> Self {
        Self { quiet }
    }

    /// The head of the whole output.
    pub fn title(&self, text: &str) {
        self.line(format_args!("{BOLD}{text}{BOLD:#}"));
    }

    /// The head of a part.
    pub fn heading(&self, number: usize, text: &str) {
        self.line(format_args!("\n{ACCENT}{number}{ACCENT:#}  {BOLD}{text}{BOLD:#}"));
    }

    /// A line of text under a heading.
    pub fn say(&self, text: impl Display) {
        self.line(format_args!("   {text}"));
    }

    /// A line that explains, less loud.
    pub fn aside(&self, text: impl Display) {
        self.line(format_args!("   {DIM}{text}{DIM:#}"));
    }

    /// A fact that was checked, with its verdict.
    pub fn verdict(&self, good: bool, text: impl Display) {
        let (style, sign) = if good { (GOOD, "✓") } else { (BAD, "✗") };
        self.line(format_args!("   {style}{sign}{style:#} {text}"));
    }

    /// A table with a head; numbers to the right.
    pub fn table(&self, head: &[(&str, Align)], rows: impl IntoIterator<Item = Vec<String>>) {
        if self.quiet {
            return;
        }
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header(head.iter().map(|(name, _)| *name));
        for row in rows {
            table.add_row(row);
        }
        for (column, (_, align)) in table.column_iter_mut().zip(head) {
            column.set_cell_alignment(match align {
                Align::Left => CellAlignment::Left,
                Align::Right => CellAlignment::Right,
            });
            column.set_padding((1, 2));
        }
        for (index, line) in table.to_string().lines().enumerate() {
            let line = line.trim_end();
            if index == 0 {
                self.line(format_args!("  {DIM}{line}{DIM:#}"));
            } else {
                self.line(format_args!("  {line}"));
            }
        }
    }

    /// A progress bar over `steps`, drawn on standard error and gone when done.
    pub fn progress(&self, steps: u64, what: &'static str) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(
            Some(steps),
            if self.quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() },
        );
        if let Ok(style) = ProgressStyle::with_template(
            "   {spinner} {msg} {bar:32} {human_pos}/{human_len} {elapsed}",
        ) {
            bar.set_style(style);
        }
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(100));
        bar
    }

    fn line(&self, text: impl Display) {
        if !self.quiet {
            tell(text);
        }
    }
}

/// A line on standard output that nobody may be there to read: a closed pipe or a full disk is not a
/// reason to stop a server, nor a run that has more to do than print.
pub fn tell(text: impl Display) {
    let _ = writeln!(anstream::stdout().lock(), "{text}");
}

/// An error and its hint on standard error, the first word coloured.
pub fn complain(message: impl Display) {
    let _ = writeln!(anstream::stderr().lock(), "{BAD}error{BAD:#}: {message}");
}

/// Text on standard error as it is. Where it cannot be printed, the exit status still tells.
pub fn say_on_stderr(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// How a program ends: an error is told, and the exit status says so.
pub fn end(outcome: Result<(), String>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            complain(message);
            ExitCode::FAILURE
        }
    }
}

/// What a command was asked for, on standard output. Whoever reads may stop reading (`| head`).
///
/// # Errors
/// When it cannot be written for any other reason: a script must not take a part for the whole.
pub fn print(text: impl Display) -> Result<(), String> {
    let mut out = io::stdout().lock();
    match write!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("cannot print: {error}"))
        }
        _ => Ok(()),
    }
}

/// A value as JSON on standard output: one line, or indented for people.
///
/// # Errors
/// As [`print()`].
pub fn print_json(value: &impl Serialize, indented: bool) -> Result<(), String> {
    let json =
        if indented { serde_json::to_string_pretty(value) } else { serde_json::to_string(value) };
    print(format_args!("{}\n", json.map_err(|error| error.to_string())?))
}

/// Thousands apart: `1 062 046`.
pub fn grouped(number: impl Into<u64>) -> String {
    let digits = number.into().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const ACCENT: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Cyan)));
const GOOD: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Green)));
const BAD: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(grouped(7_u64), "7");
        assert_eq!(grouped(999_u64), "999");
        assert_eq!(grouped(1_062_046_u64), "1\u{202f}062\u{202f}046");
    }
}
