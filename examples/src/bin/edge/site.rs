//! The sample site: its sources, and the images made of them.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use dns_wire::{NameBuf, RType, Ttl};
use service::clock::unix_seconds;
use service::console::{Console, grouped};
use service::files::write_whole;
use service::published::Edition;
use service::sources::{self, Source};
use service::threads::Threads;
use zone_store::source::{Item, Position, Problem, Sink};
use zone_store::text::{Format, data};
use zone_store::{Combine, CompileOptions};

use crate::facts;
use crate::world::World;

/// The sources as they stand now, and where their images go.
#[derive(Debug)]
pub(crate) struct Site {
    folder: PathBuf,
    /// The data lines that measurements change: `%` and, for split locations, `+`.
    pub(crate) map: String,
    /// The addresses of each PoP, by its name, with their weights.
    pub(crate) addresses: BTreeMap<String, Vec<(IpAddr, u32)>>,
}

impl Site {
    /// The committed sample, with the geographic map.
    pub(crate) fn sample(folder: PathBuf) -> Self {
        let mut rows = LocatedRows::default();
        data::parse(WWW.as_bytes(), data::Options::new(0), &mut rows);
        Self { folder, map: GEO.to_owned(), addresses: rows.0 }
    }

    /// Compiles the sources as they stand into a new image file.
    pub(crate) fn compile(&self) -> Result<Image, String> {
        let started = Instant::now();
        let changed = u32::try_from(unix_seconds()).unwrap_or(u32::MAX);
        let source = |name: &str, format, text: &str| Source {
            name: name.to_owned(),
            origin: None,
            format: Some(format),
            text: text.as_bytes().to_vec(),
            changed,
        };
        let texts = [
            source("edge.example.zone", Format::Zone, ZONE),
            source("www.data", Format::Data, WWW),
            source("map.data", Format::Data, &self.map),
        ];
        let options = CompileOptions { combine: Combine::Override, ..CompileOptions::default() };
        let (compiled, _) = sources::compile(&texts, options, Threads::of_machine(), &mut |_| ())
            .map_err(|refused| refused.told)?;
        let path = self.folder.join("site.img");
        write_whole(&path, &compiled.image)?;
        for text in &texts {
            write_whole(&self.folder.join(&text.name), &text.text)?;
        }
        Ok(Image {
            path,
            octets: compiled.image.len() as u64,
            records: compiled.report.records as u64,
            prefixes: compiled.report.prefixes as u64,
            compile_ms: milliseconds(started),
        })
    }

    /// The PoP that has an address.
    pub(crate) fn pop_of(&self, world: &World, address: IpAddr) -> Option<usize> {
        let has = |name: &str| {
            self.addresses.get(name).is_some_and(|all| all.iter().any(|(own, _)| *own == address))
        };
        world.pops.iter().position(|pop| has(&pop.name))
    }
}

/// An image on disk.
#[derive(Debug)]
pub(crate) struct Image {
    pub(crate) path: PathBuf,
    octets: u64,
    records: u64,
    prefixes: u64,
    pub(crate) compile_ms: f64,
}

/// Part 1: compile, verify, map.
pub(crate) fn build(console: &Console, site: &Site) -> Result<(Edition, facts::Site), String> {
    let image = site.compile()?;
    let started = Instant::now();
    let edition = Edition::open(&image.path)?;
    let facts = facts::Site {
        image: image.path.display().to_string(),
        records: image.records,
        prefixes: image.prefixes,
        image_bytes: image.octets,
        compile_ms: image.compile_ms,
        open_ms: milliseconds(started),
    };
    console.say(format!(
        "{} records and {} client prefixes compiled into {} bytes in {:.1} ms",
        facts.records,
        facts.prefixes,
        grouped(facts.image_bytes),
        facts.compile_ms
    ));
    console.say(format!("verified and memory-mapped in {:.2} ms", facts.open_ms));
    console.aside("the first map sends everybody to the PoP that is nearest on the globe");
    Ok((edition, facts))
}

/// The name that is answered by place.
pub(crate) fn located_name() -> NameBuf {
    // A constant that a test reads: it is a name.
    NameBuf::from_text(b"www.edge.example.", None).unwrap_or_default()
}

/// The time to live of the located rows.
pub(crate) const LOCATED_TTL: Ttl = Ttl(60);

pub(crate) fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

/// The folder that images go to: the one asked for, or one that goes away at the end.
pub(crate) fn folder(keep: Option<&Path>) -> Result<(PathBuf, Option<tempfile::TempDir>), String> {
    match keep {
        Some(folder) => {
            std::fs::create_dir_all(folder)
                .map_err(|error| format!("cannot make the folder {}: {error}", folder.display()))?;
            if std::fs::read_dir(folder).is_ok_and(|mut inside| inside.next().is_some()) {
                return Err(format!(
                    "{} is not empty\n  hint: --keep writes files of its own; give it a new folder",
                    folder.display()
                ));
            }
            Ok((folder.to_owned(), None))
        }
        None => {
            let folder = tempfile::Builder::new()
                .prefix("edge-")
                .tempdir()
                .map_err(|error| format!("cannot make a temporary folder: {error}"))?;
            Ok((folder.path().to_owned(), Some(folder)))
        }
    }
}

/// Collects the addresses of each location.
#[derive(Debug, Default)]
struct LocatedRows(BTreeMap<String, Vec<(IpAddr, u32)>>);

impl Sink for LocatedRows {
    fn item(&mut self, item: Item<'_>, _: Position) -> ControlFlow<()> {
        let Item::Record(record) = item else {
            return ControlFlow::Continue(());
        };
        let address = match record.rtype {
            RType::A => <[u8; 4]>::try_from(record.rdata).ok().map(IpAddr::from),
            RType::AAAA => <[u8; 16]>::try_from(record.rdata).ok().map(IpAddr::from),
            _ => None,
        };
        if let (Some(location), Some(address)) = (record.location, address) {
            let location = String::from_utf8_lossy(location).into_owned();
            self.0.entry(location).or_default().push((address, record.weight.unwrap_or(1)));
        }
        ControlFlow::Continue(())
    }

    fn problem(&mut self, _: Problem) {
        // The compiler reads the same text and tells its problems.
    }
}

const ZONE: &str = include_str!("../../../site/edge.example.zone");
const WWW: &str = include_str!("../../../site/www.data");
const GEO: &str = include_str!("../../../site/geo.data");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_located_name_is_a_name() {
        assert_eq!(located_name().to_string(), "www.edge.example.");
    }

    #[test]
    fn every_pop_has_weighted_addresses() {
        let site = Site::sample(PathBuf::new());
        for pop in World::new(1).pops {
            assert!(site.addresses[&pop.name].len() >= 2, "{}", pop.name);
        }
    }
}
