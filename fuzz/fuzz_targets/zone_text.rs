//! Master files: any text ends, positions lie in it, and the records that were read, written out as text,
//! are read as the same records.
#![no_main]

use dns_wire::{NameBuf, RType, Ttl, rdata};
use libfuzzer_sys::fuzz_target;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use zone_store::source::{Item, Position, Problem, Severity, Sink};
use zone_store::text::{Limits, master, render::render};

#[derive(Default)]
struct Kept {
    records: Vec<(Vec<u8>, RType, Ttl, Vec<u8>)>,
    places: Vec<Position>,
    problems: Vec<Problem>,
}

impl Sink for Kept {
    fn item(&mut self, item: Item<'_>, at: Position) -> ControlFlow<()> {
        let Item::Record(record) = item else { panic!("a master file has records only") };
        rdata::validate(record.rtype, record.rdata).expect("RDATA of its type");
        self.records.push((
            record.owner.as_wire().to_vec(),
            record.rtype,
            record.ttl,
            record.rdata.to_vec(),
        ));
        self.places.push(at);
        ControlFlow::Continue(())
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

fn read(text: &[u8]) -> Kept {
    let origin: NameBuf = "example.".parse().unwrap();
    let mut kept = Kept::default();
    let limits = Limits { generated: 200, problems: 50, ..Limits::DEFAULT };
    let options = master::Options {
        origin: Some(origin.as_name()),
        default_ttl: Some(Ttl(60)),
        limits,
        ..master::Options::new(0)
    };
    master::parse(text, options, &mut kept);
    kept
}

/// The same in parts, where each can be read apart from the others.
fn read_in_parts(text: &[u8], count: usize) -> Option<Kept> {
    let origin: NameBuf = "example.".parse().unwrap();
    let mut kept = Kept::default();
    for part in master::split(text, count) {
        let limits = Limits { generated: 200, problems: 50, ..Limits::DEFAULT };
        let options = master::Options {
            origin: Some(origin.as_name()),
            default_ttl: Some(Ttl(60)),
            limits,
            ..master::Options::new(0)
        };
        master::parse_part(&part, options, &mut kept)?;
    }
    Some(kept)
}

fuzz_target!(|text: &[u8]| {
    let kept = read(text);
    for count in 2..5 {
        if let Some(parts) = read_in_parts(text, count) {
            assert_eq!(parts.records, kept.records);
            assert_eq!(parts.places, kept.places);
            assert_eq!(parts.problems, kept.problems);
        }
    }
    let lines: Vec<&[u8]> = text.split(|&octet| octet == b'\n').collect();
    let problems = kept.problems.iter().map(|problem| problem.at);
    for Position { line, column, .. } in kept.places.iter().copied().chain(problems) {
        let line = lines.get(line as usize - 1).expect("a line of the text");
        assert!(column as usize <= line.len() + 1, "a column of its line");
    }
    for problem in &kept.problems {
        assert!(render(problem, "file", text).to_string().lines().count() <= 4);
    }
    let mut written = String::new();
    for (owner, rtype, ttl, octets) in &kept.records {
        let owner = dns_wire::Name::from_wire(owner).expect("a name");
        writeln!(written, "{owner} {ttl} {rtype} {}", rdata::display(*rtype, octets)).unwrap();
    }
    let again = read(written.as_bytes());
    assert!(
        again.problems.iter().all(|problem| problem.severity == Severity::Warning),
        "{written}\n{:?}",
        again.problems
    );
    assert_eq!(again.records, kept.records, "{written}");
});
