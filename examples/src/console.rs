//! What people see: headings, aligned tables and progress. Colour only on a terminal.

use std::fmt::Display;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use comfy_table::{CellAlignment, Table, presets};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

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
            anstream::println!("{text}");
        }
    }
}

/// An error and its hint on standard error, the first word coloured.
pub fn complain(message: impl Display) {
    anstream::eprintln!("{BAD}error{BAD:#}: {message}");
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
