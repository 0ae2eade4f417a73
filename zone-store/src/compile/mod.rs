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
pub use report::Report;
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
    /// The most octets taken in of owners and RDATA, so that a small source that asks for much, by `$GENERATE`
    /// or `$INCLUDE`, cannot take all memory. Default 2 GiB.
    pub max_octets: usize,
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
            max_octets: 1 << 31,
            max_problems: 100,
        }
    }
}

/// Takes in records, bindings and prefixes in any order, and makes an image of them.
///
/// The image depends on what was said, not on the order in which it was said.
///
/// Memory while compiling: about 110 octets a record or prefix with its names, and the image twice.
#[derive(Clone, Debug)]
pub struct Compiler {
    options: CompileOptions,
    rows: Rows,
    /// Locations by provisional number; 0 is the default.
    locations: Interner,
    maps: MapInput,
    problems: Problems,
    items: usize,
    octets: usize,
    /// A limit was passed: nothing more is taken in.
    is_full: bool,
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
    /// Everything that is wrong, in the order of the sources; warnings are among it. There is no image then.
    ///
    /// # Cost
    /// O(n log n) in records and prefixes.
    pub fn finish(self) -> Result<Compiled, Vec<Problem>> {
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
    ) -> Result<Compiled, Vec<Problem>> {
        let input = build::Input {
            options: self.options,
            rows: self.rows,
            locations: self.locations,
            maps: self.maps,
        };
        match build::build(input, &mut self.problems, workers, progress) {
            Some(mut compiled) if self.problems.errors == 0 => {
                compiled.report.warnings = self.problems.sorted();
                Ok(compiled)
            }
            _ => {
                if self.problems.errors == 0 {
                    let what = "more than an image can hold: 4 GiB a section, 2^32 records; or the workers left out a job";
                    self.problems.error(Position::default(), what);
                }
                Err(self.problems.sorted())
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
                record.owner.as_wire().len().saturating_add(record.rdata.len())
            }
            Item::Bind(bind) => bind.owner.as_wire().len(),
            Item::Prefix(_) => 0,
        };
        self.items = self.items.saturating_add(1);
        self.octets = self.octets.saturating_add(octets);
        self.refuse_excess(at);
        !self.is_full
    }

    fn refuse_excess(&mut self, at: Position) {
        let (what, limit) = if self.items > self.options.max_items {
            ("records, prefixes and bindings", self.options.max_items)
        } else if self.octets > self.options.max_octets {
            ("octets of names and RDATA", self.options.max_octets)
        } else {
            return;
        };
        self.is_full = true;
        self.problems.error(at, alloc::format!("more {what} than the limit of {limit}"));
    }

    fn record(&mut self, record: &SourceRecord<'_>, reverse: bool, at: Position) {
        if let Err(message) = rows::check(record) {
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
        self.problems.push(problem);
    }
}

/// What went wrong so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Problems {
    list: Vec<Problem>,
    errors: usize,
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
            Some(Severity::Warning) if self.list.len() >= self.max => {}
            Some(severity) => {
                let (at, message, hint) = tell();
                self.push(Problem { at, message, hint, severity });
            }
        }
    }

    /// Takes in those of another.
    fn absorb(&mut self, other: Self) {
        let kept = other.list.iter().filter(|p| p.severity == Severity::Error).count();
        for problem in other.list {
            self.push(problem);
        }
        self.errors = self.errors.saturating_add(other.errors.saturating_sub(kept));
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
        if is_error {
            self.errors = self.errors.saturating_add(1);
        }
        if self.list.len() < self.max {
            self.list.push(problem);
        } else if is_error
            && let Some(at) = self.list.iter().rposition(|p| p.severity == Severity::Warning)
        {
            self.list.remove(at);
            self.list.push(problem);
        }
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
