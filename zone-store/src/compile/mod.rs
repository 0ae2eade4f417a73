//! The compiler: takes in what sources say, checks it, and writes the image.

pub(crate) mod build;
mod checks;
mod groups;
pub(crate) mod interner;
pub(crate) mod maps;
mod nodes;
pub(crate) mod nsec3;
pub(crate) mod outline;
pub(crate) mod plan;
mod policy;
pub(crate) mod pool;
mod record;
mod report;
mod rows;
pub(crate) mod sort_key;
mod targets;
mod workers;
pub(crate) mod write;
mod zones;

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::ControlFlow;

pub(crate) use build::location_section;
pub use policy::{Check, Checks};
pub use report::{Refused, Report};
pub use workers::{Alone, Job, Workers};

use crate::map::MapForm;
use crate::source::{Bind, Item, MapPrefix, Position, Problem, Severity, Sink, SourceRecord};
use interner::Interner;
use maps::MapInput;
use rows::Rows;

/// What the compiler may do with what it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompileOptions {
    /// How the rows of a location and the default rows go together.
    pub combine: Combine,
    /// What the client maps are to be. The image keeps it, and so does every image that a delta makes of it.
    pub maps: MapForm,
    /// Allows a name and type that has rows for some locations and no default rows. Such an answer exists
    /// for some clients only, which resolvers with Client Subnet cannot cache truly (RFC 7871 §7.4), so it
    /// is an error otherwise.
    pub allow_partial: bool,
    /// How bad each finding is.
    pub checks: Checks,
    /// Seconds since 1970, modulo 2^32 (RFC 4034 §3.1.5), against which the times of signatures are checked; `None`
    /// has them not checked.
    pub now: Option<u32>,
    /// The most records, prefixes and bindings taken in.
    pub max_items: usize,
    /// The most octets that what is taken in may need, so that a small source that asks for much, by
    /// `$GENERATE`, `$INCLUDE` or names of a hundred labels, cannot take all memory. Counted are owners, RDATA and
    /// ids, and 64 more for each record, prefix, binding and name, empty non-terminals among them. Default 4 GiB.
    pub max_octets: u64,
    /// The most problems kept; what goes wrong after that is only counted.
    pub max_problems: usize,
}

/// How the rows of a location and the default rows of a name and type go together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Combine {
    /// A client gets both, as in dnsrocks and tinydns. CNAME, DNAME and SOA, of which there can be but one,
    /// and what is signed are taken from the location alone.
    #[default]
    Union,
    /// The rows of the location stand in for the default rows.
    Override,
}

impl Default for CompileOptions {
    fn default() -> Self {
        Self {
            combine: Combine::Union,
            maps: MapForm::Fast,
            allow_partial: false,
            checks: Checks::default(),
            now: None,
            max_items: 1 << 28,
            max_octets: 1 << 32,
            max_problems: 100,
        }
    }
}

/// Takes in records, bindings and prefixes in any order, and makes an image of them.
///
/// The image depends on what was said, not on the order in which it was said.
///
/// Memory while compiling, the image included: about one and a half times what [`CompileOptions::max_octets`]
/// counts, and five times where it is most, for bound names of a hundred labels.
#[derive(Clone, Debug)]
pub struct Compiler {
    options: CompileOptions,
    rows: Rows,
    /// Locations by provisional number; 0 is the default.
    locations: Interner,
    maps: MapInput,
    problems: Problems,
    items: usize,
    octets: u64,
    /// A limit was passed: nothing more is taken in.
    is_full: bool,
    /// A source has errors of its own.
    is_unreadable: bool,
}

/// What [`Compiler::finish_with`] is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Finds the zones, and puts their records in order.
    Sort,
    /// Makes names and RRsets of the records, and checks them.
    Plan,
    /// Makes ranges of the prefixes of maps.
    Maps,
    /// Writes names and RRsets.
    Write,
    /// Makes the hash indexes.
    Index,
    /// Puts the sections together, with their sums.
    Seal,
}

/// An image, and what is in it.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The octets of the image.
    pub image: Vec<u8>,
    /// Counts, sizes and warnings.
    pub report: Report,
}

impl Compiler {
    /// A compiler without input.
    pub fn new(options: CompileOptions) -> Self {
        Self {
            options,
            rows: Rows::default(),
            locations: Interner::default(),
            maps: MapInput::default(),
            problems: Problems::new(&options),
            items: 0,
            octets: 0,
            is_full: false,
            is_unreadable: false,
        }
    }

    /// A compiler with the same options, for a part of the sources: a thread fills it, sorts it, and hands it
    /// to [`Compiler::merge`].
    #[must_use]
    pub fn shard(&self) -> Self {
        Self::new(self.options)
    }

    /// Brings what was taken in into order. Worth it in a shard, where it is done by the thread that filled it:
    /// [`Compiler::finish`] then only merges.
    ///
    /// # Cost
    /// O(n log n).
    pub fn sort(&mut self) {
        self.rows.sort();
    }

    /// Takes in what another has taken in. Its limits count anew for both together.
    ///
    /// # Cost
    /// A copy of it, unless this compiler is empty.
    pub fn merge(&mut self, shard: Self) {
        let first = shard.rows.rows.first().map(|row| row.at).unwrap_or_default();
        self.problems.absorb(shard.problems);
        self.items = self.items.saturating_add(shard.items);
        self.octets = self.octets.saturating_add(shard.octets);
        self.is_unreadable |= shard.is_unreadable;
        if self.is_full || shard.is_full {
            self.is_full = true;
            return;
        }
        self.refuse_excess(first);
        let names = (0u32..).take(shard.locations.len()).map(|n| shard.locations.string(n));
        let locations: Vec<u32> = names.map(|name| self.locations.put_location(name)).collect();
        let rows = self.rows.append(shard.rows, &locations);
        if rows.and_then(|()| self.maps.append(shard.maps, &locations)).is_none() {
            self.problems.error(first, "more records than an image can hold");
        }
    }

    /// Checks all that was said and writes the image.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the sources; warnings are among it. There is no image then. Where
    /// a source could not be read in full, what is wrong with it is told alone: a record that could not be read is
    /// missed by others, which are not wrong for it.
    ///
    /// # Cost
    /// O(n log n) in records and prefixes.
    pub fn finish(self) -> Result<Compiled, Refused> {
        self.finish_with(&Alone, &mut |_| ())
    }

    /// As [`Compiler::finish`], by the caller's threads; `progress` is told when a stage begins. The image is
    /// the same, octet for octet, whatever the number of threads.
    ///
    /// # Errors
    /// As [`Compiler::finish`].
    pub fn finish_with(
        mut self,
        workers: &dyn Workers,
        progress: &mut dyn FnMut(Stage),
    ) -> Result<Compiled, Refused> {
        if self.is_full || self.is_unreadable {
            return Err(self.problems.refused());
        }
        let input = build::Input {
            room: self.options.max_octets.saturating_sub(self.octets),
            options: self.options,
            rows: self.rows,
            locations: self.locations,
            maps: self.maps,
        };
        match build::build(input, &mut self.problems, workers, progress) {
            Some(mut compiled) if self.problems.errors == 0 => {
                compiled.report.warned = self.problems.warnings;
                compiled.report.warnings = self.problems.sorted();
                Ok(compiled)
            }
            _ => {
                if self.problems.errors == 0 {
                    let what = "more than an image can hold: 4 GiB a section, 2^32 records; or the workers left out a job";
                    self.problems.error(Position::default(), what);
                }
                Err(self.problems.refused())
            }
        }
    }

    /// Counts an item. The first past a limit is told.
    fn admits(&mut self, item: &Item<'_>, at: Position) -> bool {
        if self.is_full {
            return false;
        }
        let octets = match item {
            Item::Record(record) | Item::Reverse(record) => {
                let location = record.location.map_or(0, <[u8]>::len);
                let octets = record.owner.as_wire().len().saturating_add(record.rdata.len());
                cost(octets.saturating_add(location))
            }
            Item::Bind(bind) => maps::cost_of(bind),
            Item::Prefix(prefix) => cost(prefix.location.len()),
        };
        self.items = self.items.saturating_add(1);
        self.octets = self.octets.saturating_add(octets);
        self.refuse_excess(at);
        !self.is_full
    }

    fn refuse_excess(&mut self, at: Position) {
        let message = if self.items > self.options.max_items {
            let limit = self.options.max_items;
            alloc::format!("more records, prefixes and bindings than the limit of {limit}")
        } else if self.octets > self.options.max_octets {
            too_many_octets(&self.options)
        } else {
            return;
        };
        self.is_full = true;
        self.problems.error(at, message);
    }

    fn record(&mut self, record: &SourceRecord<'_>, reverse: bool, at: Position) {
        if let Err(message) = record::check(record) {
            return self.problems.error(at, message);
        }
        let location = self.locations.put_location(record.location.unwrap_or_default());
        if self.rows.push(record, reverse, location, at).is_none() {
            self.problems.error(at, "more records than an image can hold");
        }
    }

    fn bind(&mut self, bind: &Bind<'_>, at: Position) {
        self.maps.bind(bind, at);
    }

    fn prefix(&mut self, prefix: &MapPrefix<'_>, at: Position) {
        let location = self.locations.put_location(prefix.location);
        self.maps.prefix(prefix, location, at);
    }
}

impl Default for Compiler {
    /// A compiler with the default options.
    fn default() -> Self {
        Self::new(CompileOptions::default())
    }
}

impl Sink for Compiler {
    fn item(&mut self, item: Item<'_>, at: Position) -> ControlFlow<()> {
        if !self.admits(&item, at) {
            return ControlFlow::Break(());
        }
        match item {
            Item::Record(record) => self.record(&record, false, at),
            Item::Reverse(record) => self.record(&record, true, at),
            Item::Bind(bind) => self.bind(&bind, at),
            Item::Prefix(prefix) => self.prefix(&prefix, at),
        }
        ControlFlow::Continue(())
    }

    fn problem(&mut self, problem: Problem) {
        self.is_unreadable |= problem.severity == Severity::Error;
        self.problems.push(problem);
    }
}

/// What went wrong so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Problems {
    list: Vec<Problem>,
    /// Those in the list and those that found no place there.
    errors: usize,
    warnings: usize,
    max: usize,
    checks: Checks,
}

impl Problems {
    fn new(options: &CompileOptions) -> Self {
        Self { max: options.max_problems, checks: options.checks, ..Self::default() }
    }

    /// Whether a check is made at all.
    fn wants(&self, check: Check) -> bool {
        self.checks.severity(check).is_some()
    }

    /// Tells a finding, as bad as the checks say. What it is and where is only asked for when it will be kept.
    fn find(
        &mut self,
        check: Check,
        tell: impl FnOnce() -> (Position, String, Option<&'static str>),
    ) {
        match self.checks.severity(check) {
            None => {}
            Some(Severity::Warning) if self.list.len() >= self.max => {
                self.warnings = self.warnings.saturating_add(1);
            }
            Some(severity) => {
                let (at, message, hint) = tell();
                self.push(Problem { at, message, hint, severity });
            }
        }
    }

    /// Takes in those of another.
    fn absorb(&mut self, other: Self) {
        let (errors, warnings) = (
            self.errors.saturating_add(other.errors),
            self.warnings.saturating_add(other.warnings),
        );
        for problem in other.list {
            self.push(problem);
        }
        (self.errors, self.warnings) = (errors, warnings);
    }

    pub(crate) fn error(&mut self, at: Position, message: impl Into<String>) {
        self.push(Problem { at, message: message.into(), hint: None, severity: Severity::Error });
    }

    pub(crate) fn error_with(&mut self, at: Position, message: String, hint: &'static str) {
        self.push(Problem { at, message, hint: Some(hint), severity: Severity::Error });
    }

    pub(crate) fn warn(&mut self, at: Position, message: impl Into<String>) {
        self.push(Problem { at, message: message.into(), hint: None, severity: Severity::Warning });
    }

    pub(crate) fn warn_with(&mut self, at: Position, message: String, hint: &'static str) {
        self.push(Problem { at, message, hint: Some(hint), severity: Severity::Warning });
    }

    /// Errors push warnings out when the list is full, never the other way round.
    fn push(&mut self, problem: Problem) {
        let is_error = problem.severity == Severity::Error;
        let count = if is_error { &mut self.errors } else { &mut self.warnings };
        *count = count.saturating_add(1);
        if self.list.len() < self.max {
            self.list.push(problem);
        } else if is_error
            && let Some(at) = self.list.iter().rposition(|p| p.severity == Severity::Warning)
        {
            self.list.remove(at);
            self.list.push(problem);
        }
    }

    fn refused(self) -> Refused {
        Refused { errors: self.errors, problems: self.sorted() }
    }

    fn sorted(self) -> Vec<Problem> {
        let mut list = self.list;
        list.sort_by(|a, b| (a.at, &a.message).cmp(&(b.at, &b.message)));
        list
    }
}

impl Interner {
    /// The provisional number of a location: the empty name is always 0.
    fn put_location(&mut self, name: &[u8]) -> u32 {
        if self.len() == 0 {
            self.put(b"");
        }
        if name.is_empty() { 0 } else { self.put(name).unwrap_or(0) }
    }
}

/// What something of that many octets counts for [`CompileOptions::max_octets`].
fn cost(octets: usize) -> u64 {
    PER_ITEM.saturating_add(u64::try_from(octets).unwrap_or(u64::MAX))
}

pub(crate) fn too_many_octets(options: &CompileOptions) -> String {
    alloc::format!("the sources need more than the limit of {} octets", options.max_octets)
}

/// Octets that each record, prefix, binding and name counts beside those it is made of, for
/// [`CompileOptions::max_octets`].
pub(crate) const PER_ITEM: u64 = 64;
