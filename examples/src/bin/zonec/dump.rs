//! `zonec dump`.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use dns_wire::{NameBuf, rdata};
use service::published::Edition;
use zone_store::{Location, Store, Zone, text};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "A record with a location or a weight says so in a comment; maps follow as comments too.\n\nExample:\n  zonec dump site.img | less"
)]
pub(crate) struct Arguments {
    /// The image.
    image: PathBuf,
    /// Only this zone, without bindings and maps; absolute, with or without the last dot.
    #[arg(long, value_name = "NAME", value_parser = absolute)]
    zone: Option<NameBuf>,
    /// As data lines, of which `zonec build` makes the same image. Zones one in another are each to be dumped
    /// to a file of their own, with --zone.
    #[arg(long)]
    data: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    let edition = Edition::open(&arguments.image)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let store = edition.image.store();
    if let Some(zone) = &arguments.zone
        && !store.zones().any(|found| is_wanted(&found, Some(zone)))
    {
        let zones = store.zones().take(SHOWN).map(|zone| format!(" {}", zone.name()));
        let zones = zones.collect::<String>();
        let more = if store.zones().count() > SHOWN { " ..." } else { "" };
        return Err(format!("there is no zone {zone} in it\n  hint: its zones are:{zones}{more}"));
    }
    let dumped = if arguments.data {
        dump_data(&store, arguments.zone.as_ref(), &mut out)
    } else {
        dump(&store, arguments.zone.as_ref(), &mut out)
    };
    match dumped.and_then(|()| out.flush()) {
        // Whoever reads may stop reading: `zonec dump site.img | head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|error| format!("cannot print: {error}")),
    }
}

/// A name from the command line.
fn absolute(text: &str) -> Result<NameBuf, String> {
    let root = NameBuf::default();
    NameBuf::from_text(text.as_bytes(), Some(root.as_name()))
        .map_err(|error| error.kind.to_string())
}

fn is_wanted(zone: &Zone<'_>, only: Option<&NameBuf>) -> bool {
    only.is_none_or(|only| only.as_name() == zone.name())
}

fn dump_data(store: &Store<'_>, only: Option<&NameBuf>, out: &mut impl Write) -> io::Result<()> {
    let mut done = Ok(());
    let mut tell = |line: &str| {
        if done.is_ok() {
            done = out.write_all(line.as_bytes());
        }
    };
    for zone in store.zones().filter(|zone| is_wanted(zone, only)) {
        text::image::zone_lines(store, &zone, &mut tell);
    }
    if only.is_none() {
        text::image::map_lines(store, &mut tell);
    }
    done
}

fn dump(store: &Store<'_>, only: Option<&NameBuf>, out: &mut impl Write) -> io::Result<()> {
    for zone in store.zones().filter(|zone| is_wanted(zone, only)) {
        writeln!(out, "; zone {}", zone.name())?;
        for record in zone.records() {
            let data = rdata::display(record.rtype, record.rdata);
            let (owner, ttl, rtype) = (&record.owner, record.ttl.0, record.rtype);
            write!(out, "{owner} {ttl} IN {rtype} {data}")?;
            let location = (record.location != Location::DEFAULT)
                .then(|| format!(" location {}", location_name(store, record.location)));
            let weight = record.weight.map(|weight| format!(" weight {weight}"));
            if location.is_some() || weight.is_some() {
                write!(out, " ;{}{}", location.unwrap_or_default(), weight.unwrap_or_default())?;
            }
            writeln!(out)?;
        }
    }
    if only.is_some() {
        return Ok(());
    }
    for bound in store.bindings() {
        let reaches = [
            ("resolver", bound.resolver, ""),
            ("client subnet", bound.subnet, ""),
            ("resolver", bound.resolver_below, "*."),
            ("client subnet", bound.subnet_below, "*."),
        ];
        for (by, map, reach) in reaches {
            if let Some(map) = map {
                let map = shown(map);
                // Below the root is `*.`, not `*..`.
                let name = bound.name.to_string();
                let name = if reach.is_empty() || name != "." { name } else { String::new() };
                writeln!(out, "; {reach}{name} asks map '{map}' by {by}")?;
            }
        }
    }
    for map in store.maps() {
        writeln!(out, "; map '{}'", shown(map.name()))?;
        for range in map.ranges() {
            let location = location_name(store, range.location);
            writeln!(out, ";   {} - {} {location}", range.first, range.last)?;
        }
    }
    Ok(())
}

fn location_name(store: &Store<'_>, location: Location) -> String {
    store.location_name(location).map_or("?".into(), shown)
}

/// An id on one line: what is not printable ASCII as `\DDD`, so that no id can end its comment.
fn shown(id: &[u8]) -> String {
    let mut text = String::new();
    for &octet in id {
        match octet {
            b'\\' => text.push_str("\\\\"),
            0x20..=0x7e => text.push(char::from(octet)),
            _ => text.push_str(&format!("\\{octet:03}")),
        }
    }
    text
}

/// How many zones are named where another was asked for.
const SHOWN: usize = 8;
