//! Data lines and maps: any text ends, positions lie in it, and the prefixes, weighted addresses and
//! bindings that were read, written as data lines, are read as the same.
#![no_main]

use dns_wire::{Name, RType, Ttl, rdata};
use libfuzzer_sys::fuzz_target;
use std::net::IpAddr;
use std::ops::ControlFlow;
use zone_store::source::{Item, MapKind, Position, Problem, Reach, Severity, Sink};
use zone_store::text::write::{
    MapEntry, Share, client_subnet_map_line, map_line, resolver_map_line, share_line,
};
use zone_store::text::{Limits, data, detect, diff, map, render::render};

/// Keeps places and problems, and writes what can be written.
#[derive(Default)]
struct Kept {
    written: String,
    places: Vec<Position>,
    problems: Vec<Problem>,
}

impl Sink for Kept {
    fn item(&mut self, item: Item<'_>, at: Position) -> ControlFlow<()> {
        self.places.push(at);
        let text = &mut self.written;
        match item {
            Item::Record(record) | Item::Reverse(record) => {
                rdata::validate(record.rtype, record.rdata).expect("RDATA of its type");
                let address = match (record.rtype, record.rdata.len()) {
                    (RType::A, 4) => <[u8; 4]>::try_from(record.rdata).map(IpAddr::from),
                    (RType::AAAA, 16) => <[u8; 16]>::try_from(record.rdata).map(IpAddr::from),
                    _ => return ControlFlow::Continue(()),
                };
                let (Ok(address), Some(weight)) = (address, record.weight) else {
                    return ControlFlow::Continue(());
                };
                // An IPv4-mapped address comes back as IPv4; only raw data can hold one.
                if address.to_canonical() == address {
                    let location = record.location.unwrap_or_default();
                    share_line(
                        text,
                        record.owner,
                        Ttl(record.ttl.0),
                        Share { location, address, weight },
                    );
                }
            }
            Item::Bind(bind) => {
                let mut below = vec![1, b'*'];
                below.extend_from_slice(bind.owner.as_wire());
                let owner = match bind.reach {
                    Reach::Exact => Ok(bind.owner),
                    Reach::Below => Name::from_wire(&below),
                };
                let owner = owner.expect("read from a name that long");
                match bind.by {
                    MapKind::Resolver => resolver_map_line(text, owner, bind.map),
                    MapKind::ClientSubnet => client_subnet_map_line(text, owner, bind.map),
                }
            }
            Item::Prefix(entry) => {
                map_line(
                    text,
                    entry.map,
                    MapEntry { prefix: entry.prefix, location: entry.location },
                );
            }
        }
        ControlFlow::Continue(())
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

fn check(text: &[u8], kept: &Kept) {
    let lines: Vec<&[u8]> = text.split(|&octet| octet == b'\n').collect();
    let problems = kept.problems.iter().map(|problem| problem.at);
    for Position { line, column, .. } in kept.places.iter().copied().chain(problems) {
        let line = lines.get(line as usize - 1).expect("a line of the text");
        assert!(column as usize <= line.len() + 1, "a column of its line");
    }
    for problem in &kept.problems {
        assert!(render(problem, "file", text).to_string().lines().count() <= 4);
    }
}

fuzz_target!(|text: &[u8]| {
    let _ = detect("", text);
    assert!(diff::diff(text, text).is_empty());
    let limits = Limits { problems: 50, ..Limits::DEFAULT };
    let mut kept = Kept::default();
    map::parse(text, map::Options { limits, ..map::Options::new(0, b"m") }, &mut kept);
    check(text, &kept);
    let mut kept = Kept::default();
    let now = Some(data::Tai64::from_unix(1_700_000_000));
    data::parse(text, data::Options { now, limits, ..data::Options::new(0) }, &mut kept);
    check(text, &kept);
    let mut again = Kept::default();
    data::parse(
        kept.written.as_bytes(),
        data::Options { limits, ..data::Options::new(0) },
        &mut again,
    );
    assert!(
        again.problems.iter().all(|problem| problem.severity == Severity::Warning),
        "{}\n{:?}",
        kept.written,
        again.problems
    );
    assert_eq!(again.written, kept.written);
});
