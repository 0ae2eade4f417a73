//! `zonec verify`.

use std::path::PathBuf;
use std::time::Instant;

use serde::Serialize;
use service::console::{Align, Console, grouped, print_json};
use service::published::Edition;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  zonec verify site.img && echo good")]
pub(crate) struct Arguments {
    /// The image.
    image: PathBuf,
    /// Print what is in it as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Verified {
    digest: String,
    image_bytes: usize,
    zones: Vec<String>,
    records: usize,
    /// Beside the default.
    locations: u32,
    /// Each map and its disjoint ranges, gaps counted.
    maps: Vec<(String, usize)>,
    sections: Vec<(String, usize)>,
    open_ms: f64,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    let console = Console::new(arguments.json);
    let started = Instant::now();
    let Edition { image, .. } = Edition::open(&arguments.image)?;
    let verified = Verified {
        open_ms: started.elapsed().as_secs_f64() * 1000.0,
        digest: format!("{:032x}", image.digest()),
        image_bytes: image.as_bytes().len(),
        records: image.store().zones().map(|zone| zone.records().count()).sum(),
        locations: image.store().location_count().saturating_sub(1),
        maps: image
            .store()
            .maps()
            .map(|map| (String::from_utf8_lossy(map.name()).into_owned(), map.range_count()))
            .collect(),
        zones: image.store().zones().map(|zone| zone.name().to_string()).collect(),
        sections: image.sections().map(|(section, len)| (section.name().to_owned(), len)).collect(),
    };
    if arguments.json {
        return print_json(&verified, false);
    }
    console.verdict(
        true,
        format!(
            "{}: {} bytes verified in {:.1} ms",
            arguments.image.display(),
            grouped(verified.image_bytes as u64),
            verified.open_ms
        ),
    );
    console.aside(format!("digest {}", verified.digest));
    const SHOWN: usize = 8;
    let more = verified.zones.len().saturating_sub(SHOWN);
    let mut zones = verified.zones.into_iter().take(SHOWN).collect::<Vec<_>>().join("  ");
    if more > 0 {
        zones.push_str(&format!("  and {more} more"));
    }
    console.say(format!("zones: {zones}"));
    let maps: Vec<String> = verified
        .maps
        .iter()
        .map(|(name, ranges)| format!("'{}' ({ranges} ranges)", name.escape_debug()))
        .collect();
    console.say(format!(
        "{} records, {} locations, maps: {}",
        grouped(verified.records as u64),
        grouped(verified.locations),
        if maps.is_empty() { "none".into() } else { maps.join("  ") }
    ));
    console.table(
        &[("section", Align::Left), ("bytes", Align::Right)],
        verified
            .sections
            .into_iter()
            .filter(|(_, len)| *len > 0)
            .map(|(name, len)| vec![name, grouped(len as u64)]),
    );
    Ok(())
}
