//! Items and problems as lines, for the tests of all formats.

use crate::source::{Item, MapKind, Position, Problem, Reach, Severity, Sink};
use dns_wire::rdata;
use std::format;
use std::ops::ControlFlow;
use std::string::{String, ToString};
use std::vec::Vec;

/// Keeps what it is told as text.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) items: Vec<String>,
    pub(crate) places: Vec<Position>,
    pub(crate) problems: Vec<Problem>,
}

impl Sink for Told {
    fn item(&mut self, item: Item<'_>, at: Position) -> ControlFlow<()> {
        self.places.push(at);
        self.items.push(match item {
            Item::Record(record) | Item::Reverse(record) => {
                let mut line = format!("{} {} {}", record.owner, record.ttl, record.rtype);
                let data = rdata::display(record.rtype, record.rdata).to_string();
                if !data.is_empty() {
                    line += " ";
                    line += &data;
                }
                if let Some(location) = record.location {
                    line += &format!(" @{}", location.escape_ascii());
                }
                if let Some(weight) = record.weight {
                    line += &format!(" *{weight}");
                }
                if let Item::Reverse(_) = item {
                    line += " (reverse)";
                }
                line
            }
            Item::Bind(bind) => {
                let reach = if bind.reach == Reach::Below { "*." } else { "" };
                let by = if bind.by == MapKind::Resolver { "resolver" } else { "subnet" };
                format!("{reach}{} {by} map {}", bind.owner, bind.map.escape_ascii())
            }
            Item::Prefix(entry) => {
                let (prefix, map, location) = (entry.prefix, entry.map, entry.location);
                let (map, location) = (map.escape_ascii(), location.escape_ascii());
                format!("[{map}] {}/{} -> {location}", prefix.address(), prefix.len())
            }
        });
        ControlFlow::Continue(())
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

impl Told {
    /// The items, when there was no error.
    #[track_caller]
    pub(crate) fn good(self) -> Vec<String> {
        let errors: Vec<_> = self.errors();
        assert!(errors.is_empty(), "{errors:#?}");
        self.items
    }

    /// Errors as `line:column message`.
    pub(crate) fn errors(&self) -> Vec<String> {
        self.told(Severity::Error)
    }

    /// Warnings as `line:column message`.
    pub(crate) fn warnings(&self) -> Vec<String> {
        self.told(Severity::Warning)
    }

    fn told(&self, severity: Severity) -> Vec<String> {
        let told = self.problems.iter().filter(|problem| problem.severity == severity);
        told.map(|problem| format!("{}:{} {}", problem.at.line, problem.at.column, problem.message))
            .collect()
    }

    /// Every position is one of the text: its line exists, and its column is at most one past its end.
    #[track_caller]
    pub(crate) fn check_places(&self, text: &[u8]) {
        let lines: Vec<&[u8]> = text.split(|&octet| octet == b'\n').collect();
        for at in self.places.iter().copied().chain(self.problems.iter().map(|problem| problem.at))
        {
            let line = lines
                .get((at.line as usize).wrapping_sub(1))
                .unwrap_or_else(|| panic!("{at:?} has no line"));
            assert!(
                at.column as usize <= line.len() + 1,
                "{at:?} is past {:?}",
                String::from_utf8_lossy(line)
            );
        }
    }
}
