//! Large data lines in parts that threads read at the same time: a line says all there is to it, but for range
//! points, which are read as one.

use super::{Options, Read, read};
use crate::source::Sink;
use crate::text::report::{Watch, clamp_to_u32};
use alloc::vec::Vec;
use memchr::{memchr, memchr_iter};

/// A part of a text of data lines.
#[derive(Clone, Copy, Debug)]
pub struct Part<'t> {
    text: &'t [u8],
    /// The number of its first line.
    line: u32,
    /// There are other parts.
    is_cut: bool,
}

/// Cuts a text into at most `count` parts of about equal length, for [`parse_part`].
///
/// # Cost
/// One look for line ends, at the speed of memory.
#[must_use]
pub fn split(text: &[u8], count: usize) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut rest, mut line) = (text, 1u32);
    for left in (1..=count).rev() {
        let target = rest.len().checked_div(left).unwrap_or(0);
        let after = rest.get(target..).unwrap_or_default();
        let end = memchr(b'\n', after).map(|at| target.saturating_add(at).saturating_add(1));
        let end = end.filter(|_| left > 1).unwrap_or(rest.len());
        let Some((part, others)) = rest.split_at_checked(end) else { break };
        if !part.is_empty() {
            parts.push(Part { text: part, line, is_cut: true });
        }
        line = line.saturating_add(clamp_to_u32(memchr_iter(b'\n', part).count()));
        rest = others;
    }
    if parts.len() < 2 { alloc::vec![Part { text, line: 1, is_cut: false }] } else { parts }
}

/// Reads a part of a text. `options` are those for the whole.
///
/// `None` when the part has a mistake, a warning, or range points. What the sinks of all parts were told counts
/// for nothing then: read the whole with [`parse`](super::parse), which tells every mistake.
pub fn parse_part<S: Sink>(part: &Part<'_>, options: Options, sink: &mut S) -> Option<Read> {
    if !part.is_cut {
        return Some(super::parse(part.text, options, sink));
    }
    let mut watch = Watch::new(sink);
    let (told, has_points) = read(part.text, part.line, options, &mut watch);
    (!watch.has_problem() && !has_points).then_some(told)
}

#[cfg(test)]
mod tests {
    use super::{parse_part, split};
    use crate::text::data::{Options, parse};
    use crate::text::testing::Told;
    use std::format;
    use std::string::String;

    #[test]
    fn parts_of_data_lines_say_what_the_whole_says() {
        let lines =
            (0..100).map(|i| format!("# {i}\n=h{i}.e:192.0.2.{i}:60\n\n%a:10.{i}.0.0/16\n"));
        let text: String = lines.collect();
        let mut whole = Told::default();
        parse(text.as_bytes(), Options::new(3), &mut whole);
        for count in 1..=8 {
            let mut all = Told::default();
            let parts = split(text.as_bytes(), count);
            assert_eq!(parts.len(), count);
            for part in parts {
                parse_part(&part, Options::new(3), &mut all).expect("no mistake");
            }
            assert_eq!((&all.items, &all.places), (&whole.items, &whole.places), "{count}");
        }
        for other in ["+x.e:no\n", "!m,10.0.0.0,8,a\n", "+x.e:192.0.2.1:60:::1:surplus\n"] {
            let text = format!("{text}{other}");
            let mut told = Told::default();
            let parts = split(text.as_bytes(), 3);
            assert!(
                parts.iter().any(|p| parse_part(p, Options::new(3), &mut told).is_none()),
                "{other}"
            );
        }
    }
}
