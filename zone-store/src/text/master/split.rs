//! A large master file in parts that threads read at the same time.
//!
//! Where a part begins is guessed, and the guess is proved while the parts are read. A part begins at a line that
//! begins with the first character of a name, so that it needs no owner from before; what `$ORIGIN` and `$TTL`
//! said before it is read again, first. Should a part want more than that (the last time to live that was
//! written, `$INCLUDE`, `$GENERATE`), begin inside parentheses, or hold other directives than a glance at the
//! beginnings of lines had shown, then it says so, and the file is read as one. So is a file with any mistake,
//! which is to be told as without parts.

use super::reader::Reader;
use super::{Options, parse};
use crate::source::Sink;
use crate::text::Summary;
use crate::text::report::{Watch, clamp_to_u32, mark_length};
use alloc::vec::Vec;
use memchr::{memchr, memchr_iter, memmem};

/// A part of a master file.
#[derive(Clone, Debug)]
pub struct Part<'t> {
    text: &'t [u8],
    /// The number of its first line.
    line: u32,
    /// The directives before it.
    before: Vec<u8>,
    /// How many directives it seems to hold.
    directives: usize,
    /// There are other parts.
    is_cut: bool,
}

/// Cuts a text into at most `count` parts of about equal length, for [`parse_part`].
///
/// # Cost
/// One look for line ends, at the speed of memory; allocates the parts and the directives before each.
#[must_use]
pub fn split(text: &[u8], count: usize) -> Vec<Part<'_>> {
    let whole = Part { text, line: 1, before: Vec::new(), directives: 0, is_cut: false };
    let Some(directives) = directives(text) else { return alloc::vec![whole] };
    let mut parts: Vec<Part<'_>> = Vec::new();
    let mut rest = directives.as_slice();
    let mut before: Vec<u8> = Vec::new();
    let (mut start, mut line) = (0usize, 1u32);
    for number in 1..=count.max(1) {
        let target = text.len().checked_div(count).unwrap_or(0).saturating_mul(number).max(start);
        let end = if number >= count { text.len() } else { border(text, target) };
        let Some(of_part) = text.get(start..end).filter(|part| !part.is_empty()) else { continue };
        let within = rest.partition_point(|directive| directive.0 < end);
        let (own, after) = rest.split_at_checked(within).unwrap_or((rest, &[]));
        parts.push(Part {
            text: of_part,
            line,
            before: before.clone(),
            directives: own.len(),
            is_cut: true,
        });
        for (_, directive) in own {
            before.extend_from_slice(directive);
            before.push(b'\n');
        }
        rest = after;
        line = line.saturating_add(clamp_to_u32(memchr_iter(b'\n', of_part).count()));
        start = end;
    }
    if parts.len() < 2 { alloc::vec![whole] } else { parts }
}

/// Reads a part of a master file. `options` are those for the whole.
///
/// `None` when the part cannot be read apart from the others, or has a mistake. What the sinks of all parts were
/// told counts for nothing then: read the whole with [`parse`], which tells every mistake.
pub fn parse_part<S: Sink>(part: &Part<'_>, options: Options<'_>, sink: &mut S) -> Option<Summary> {
    if !part.is_cut {
        return Some(parse(part.text, options, sink));
    }
    let source = options.source;
    let mut watch = Watch::new(sink);
    let mut reader = Reader::new(options, &mut watch);
    reader.read(&part.before, source);
    let before = reader.directives;
    reader.read_from(part.text, source, part.line);
    let directives = reader.directives.saturating_sub(before);
    let summary = reader.summary();
    (!watch.has_problem() && directives == part.directives).then_some(summary)
}

/// Where `$ORIGIN` and `$TTL` lines begin, and the lines. `None` when there are others.
fn directives(text: &[u8]) -> Option<Vec<(usize, &[u8])>> {
    let first = mark_length(text);
    let first = text.get(first).filter(|octet| **octet == b'$').map(|_| first);
    let others = memmem::find_iter(text, b"\n$").map(|at| at.saturating_add(1));
    let lines = first.into_iter().chain(others).map(|start| {
        let line = text.get(start..)?;
        let line = line.get(..memchr(b'\n', line).unwrap_or(line.len()))?;
        let is = |name: &[u8]| {
            line.get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name))
        };
        (is(b"$ORIGIN") || is(b"$TTL")).then_some((start, line))
    });
    lines.collect()
}

/// The first line at or after `target` that seems to begin with an owner.
fn border(text: &[u8], target: usize) -> usize {
    let rest = text.get(target..).unwrap_or_default();
    memchr_iter(b'\n', rest)
        .map(|at| target.saturating_add(at).saturating_add(1))
        .find(|at| text.get(*at).is_some_and(u8::is_ascii_alphanumeric))
        .unwrap_or(text.len())
}

#[cfg(test)]
mod tests;
