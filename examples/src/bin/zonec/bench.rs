//! `zonec bench`.

use std::num::NonZeroUsize;
use std::time::Instant;

use service::console::{Align, Console, grouped};
use service::sources::{Source, compile};
use service::threads::Threads;
use zone_store::{CompileOptions, Image, Stage};

use crate::build::split;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "The image is built in memory; nothing is written.\n\nExample:\n  zonec bench example.com.zone"
)]
pub(crate) struct Arguments {
    /// Sources, as for `zonec build`.
    #[arg(value_name = "[ORIGIN=]FILE", required = true)]
    sources: Vec<String>,
    /// How often; the quickest run counts.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..))]
    runs: u8,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    let console = Console::new(false);
    let mut sources = Vec::new();
    for argument in &arguments.sources {
        let (origin, path) = split(argument)?;
        sources.push(Source::read(path, origin, None)?);
    }
    let mut columns = vec![Threads(NonZeroUsize::MIN)];
    let all = Threads::of_machine();
    if all.0 > NonZeroUsize::MIN {
        columns.push(all);
    }
    let mut best: Vec<[f64; STAGES]> = Vec::new();
    let mut records = 0;
    for threads in &columns {
        let mut quickest = [f64::INFINITY; STAGES];
        for _ in 0..arguments.runs {
            let (times, count) = measure(&sources, *threads)?;
            records = count;
            if times.iter().sum::<f64>() < quickest.iter().sum() {
                quickest = times;
            }
        }
        best.push(quickest);
    }
    let octets: usize = sources.iter().map(|source| source.text.len()).sum();
    console.title(&format!(
        "{} records from {} bytes of text, ms",
        grouped(records as u64),
        grouped(octets as u64)
    ));
    let heads =
        columns.iter().map(|t| format!("{} thread{}", t.0, if t.0.get() == 1 { "" } else { "s" }));
    let heads: Vec<String> = heads.collect();
    let mut head = vec![("stage", Align::Left)];
    head.extend(heads.iter().map(|text| (text.as_str(), Align::Right)));
    let row = |name: &str, of: &dyn Fn(&[f64; STAGES]) -> f64| {
        let mut row = vec![name.to_owned()];
        row.extend(best.iter().map(|times| format!("{:.0}", of(times))));
        row
    };
    let mut rows: Vec<Vec<String>> =
        NAMES.iter().enumerate().map(|(at, name)| row(name, &|times| times[at])).collect();
    rows.push(row("all", &|times| times.iter().sum()));
    console.table(&head, rows);
    Ok(())
}

/// Milliseconds of each stage, and how many records there are.
fn measure(sources: &[Source], threads: Threads) -> Result<([f64; STAGES], usize), String> {
    let mut times = [0.0; STAGES];
    let mut now = (0, Instant::now());
    let mut enter = |stage: usize| {
        times[now.0] += now.1.elapsed().as_secs_f64() * 1000.0;
        now = (stage, Instant::now());
    };
    let compiled = compile(sources, CompileOptions::default(), threads, &mut |stage| {
        enter(match stage {
            None => 0,
            Some(Stage::Sort) => 1,
            Some(Stage::Plan) => 2,
            Some(Stage::Maps) => 3,
            Some(Stage::Write) => 4,
            Some(Stage::Index) => 5,
            Some(Stage::Seal) => 6,
        });
    });
    enter(7);
    let (compiled, _) =
        compiled.map_err(|refused| format!("{}; nothing is measured", refused.complain()))?;
    let records = compiled.report.records;
    Image::open(compiled.image).map_err(|error| format!("the image is refused: {error}"))?;
    enter(0);
    Ok((times, records))
}

const NAMES: [&str; STAGES] =
    ["read", "sort", "plan and check", "maps", "write", "index", "seal", "open and verify"];
const STAGES: usize = 8;
