//! Records kept as plain values, to compare and to write out again.

use dns_wire::{NameBuf, RType, Ttl, rdata};
use std::fmt;
use std::ops::ControlFlow;
use zone_store::source::{Item, Position, Problem, Severity, Sink};

/// A record of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub owner: Vec<u8>,
    pub rtype: RType,
    pub ttl: Ttl,
    pub rdata: Vec<u8>,
}

/// As a line of a master file.
impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let owner =
            dns_wire::Name::from_wire(&self.owner).map(NameBuf::from).map_err(|_| fmt::Error)?;
        write!(
            f,
            "{owner} {} IN {} {}",
            self.ttl,
            self.rtype,
            rdata::display(self.rtype, &self.rdata)
        )
    }
}

/// Keeps what it is told.
#[derive(Default)]
pub(crate) struct Kept {
    pub records: Vec<Record>,
    pub others: usize,
    pub places: Vec<Position>,
    pub problems: Vec<Problem>,
}

impl Kept {
    pub(crate) fn errors(&self) -> usize {
        self.problems.iter().filter(|problem| problem.severity == Severity::Error).count()
    }
}

impl Sink for Kept {
    fn item(&mut self, item: Item<'_>, at: Position) -> ControlFlow<()> {
        self.places.push(at);
        let (Item::Record(record) | Item::Reverse(record)) = item else {
            self.others += 1;
            return ControlFlow::Continue(());
        };
        rdata::validate(record.rtype, record.rdata).expect("RDATA of its type");
        self.records.push(Record {
            owner: record.owner.as_wire().to_vec(),
            rtype: record.rtype,
            ttl: record.ttl,
            rdata: record.rdata.to_vec(),
        });
        ControlFlow::Continue(())
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

/// Reads a master file without an origin.
pub(crate) fn read(text: &[u8]) -> Kept {
    let mut kept = Kept::default();
    zone_store::text::master::parse(text, zone_store::text::master::Options::new(0), &mut kept);
    kept
}

/// Records of a text without a problem.
#[track_caller]
pub(crate) fn good(text: &[u8]) -> Vec<Record> {
    let kept = read(text);
    assert_eq!(kept.problems, []);
    kept.records
}
