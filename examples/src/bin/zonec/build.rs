//! `zonec build`.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::ValueEnum;
use dns_wire::NameBuf;
use serde::Serialize;
use service::clock::unix_seconds;
use service::console::{Align, Console, grouped, print_json, say_on_stderr};
use service::files::{Mapped, write_whole};
use service::sources::{Source, compile};
use service::threads::Threads;
use zone_store::source::Severity;
use zone_store::text::Format;
use zone_store::{Check, Checks, Combine, CompileOptions, Image, MapForm};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  zonec build -o site.img example.com.zone www.data\n  zonec build -o test.img --format zone example.org.=zones/test"
)]
pub(crate) struct Arguments {
    /// Where the image goes: written whole, then renamed into place.
    #[arg(short, long, value_name = "IMAGE")]
    output: PathBuf,
    /// What the files are: a master file (RFC 1035), data lines (tinydns, dnsrocks), or a map of prefixes.
    #[arg(long, value_enum, default_value_t)]
    format: FormatName,
    /// How the rows of a location and the default rows of a name go together.
    #[arg(long, value_enum, default_value_t)]
    combine: CombineName,
    /// What the client maps are to be.
    #[arg(long, value_enum, default_value_t)]
    maps: MapsName,
    /// Allow names that have rows for some locations and no default rows.
    #[arg(long)]
    allow_partial: bool,
    /// The most octets that names, RDATA and ids may take, with 64 more for each record, prefix, binding and
    /// name; memory is about one and a half times as much, at most five times.
    #[arg(long, value_name = "N", default_value_t = CompileOptions::default().max_octets)]
    max_octets: u64,
    /// How many threads work; as many as there are processors, if not given. The image is the same.
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// How bad a finding is, such as dangling-target=error; LEVEL is off, warning or error.
    #[arg(long, value_name = "CHECK=LEVEL", value_parser = check)]
    check: Vec<(Check, Option<Severity>)>,
    /// Every warning of the checks is an error.
    #[arg(long)]
    strict: bool,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
    /// Sources, also packed (.gz, .xz). ORIGIN is the origin of a zone, or the name at and below which a map
    /// is asked: all names, where it is not given.
    #[arg(value_name = "[ORIGIN=]FILE", required = true)]
    sources: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum FormatName {
    /// By extension and content
    #[default]
    Auto,
    /// Master file
    Zone,
    /// Data lines
    Data,
    /// `prefix location` a line, or CSV
    Map,
}

impl FormatName {
    fn format(self) -> Option<Format> {
        match self {
            Self::Auto => None,
            Self::Zone => Some(Format::Zone),
            Self::Data => Some(Format::Data),
            Self::Map => Some(Format::Map),
        }
    }
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum CombineName {
    /// Clients of a location get both, as with dnsrocks
    #[default]
    Union,
    /// The rows of the location stand in for the default rows
    Override,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum MapsName {
    /// Quick to search
    #[default]
    Fast,
    /// As few octets as may be: about a third, at twice the time of a look-up
    Small,
}

/// What was built, for scripts.
#[derive(Debug, Serialize)]
struct Built {
    image: String,
    digest: String,
    image_bytes: usize,
    zones: usize,
    names: usize,
    records: usize,
    rrsets: usize,
    locations: usize,
    maps: usize,
    prefixes: usize,
    ranges: usize,
    bytes_per_record: Option<f64>,
    bytes_per_prefix: Option<f64>,
    warnings: usize,
    /// Seconds since 1970: when a line with a timestamp next begins or ends.
    changes_at: Option<i64>,
    read_ms: f64,
    compile_ms: f64,
    write_ms: f64,
    open_ms: f64,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    let console = Console::new(arguments.json);
    let paths = arguments.sources.iter().map(|argument| Ok(split(argument)?.1.to_owned()));
    refuse_as_output(&arguments.output, &paths.collect::<Result<Vec<_>, String>>()?)?;
    let started = Instant::now();
    let mut sources = Vec::new();
    for argument in &arguments.sources {
        let (origin, path) = split(argument)?;
        sources.push(Source::read(path, origin, arguments.format.format())?);
    }
    let read_ms = since(started);

    let started = Instant::now();
    let mut checks = Checks::default();
    if arguments.strict {
        checks = checks.strict();
    }
    for (check, severity) in &arguments.check {
        checks.set(*check, *severity);
    }
    let options = CompileOptions {
        checks,
        // The times of signatures count modulo 2^32 (RFC 4034 §3.1.5).
        now: Some(unix_seconds() as u32),
        combine: match arguments.combine {
            CombineName::Union => Combine::Union,
            CombineName::Override => Combine::Override,
        },
        maps: match arguments.maps {
            MapsName::Fast => MapForm::Fast,
            MapsName::Small => MapForm::Small,
        },
        allow_partial: arguments.allow_partial,
        max_octets: arguments.max_octets,
        ..CompileOptions::default()
    };
    let threads = arguments.threads.map_or_else(Threads::of_machine, Threads);
    let bar = console.progress(STAGES, "compiling");
    let compiled = compile(&sources, options, threads, &mut |_| bar.inc(1));
    bar.finish_and_clear();
    let (compiled, told) =
        compiled.map_err(|refused| format!("{}; no image is written", refused.complain()))?;
    say_on_stderr(&told.text);
    refuse_as_output(&arguments.output, &told.included)?;
    if compiled.report.records == 0 && compiled.report.prefixes == 0 {
        return Err("the sources say nothing; no image is written\n  hint: a server of an empty image would refuse every question".into());
    }
    if compiled.report.zones == 0 {
        say_on_stderr(
            "warning: the sources have no zone: a server of this image refuses every question\n",
        );
    }
    let compile_ms = since(started);

    let started = Instant::now();
    write_whole(&arguments.output, &compiled.image)?;
    let write_ms = since(started);

    // What a server will do with it: a build that cannot be opened must not pass for one.
    let started = Instant::now();
    let image = Image::open(Mapped::open(&arguments.output)?)
        .map_err(|error| format!("the image that was just written is refused: {error}"))?;
    let report = &compiled.report;
    let built = Built {
        image: arguments.output.display().to_string(),
        digest: format!("{:032x}", image.digest()),
        image_bytes: compiled.image.len(),
        zones: report.zones,
        names: report.names,
        records: report.records,
        rrsets: report.rrsets,
        locations: report.locations,
        maps: report.maps,
        prefixes: report.prefixes,
        ranges: report.ranges,
        bytes_per_record: report.octets_per_record(),
        bytes_per_prefix: report.octets_per_prefix(),
        warnings: told.warnings,
        changes_at: told.changes_at,
        read_ms,
        compile_ms,
        write_ms,
        open_ms: since(started),
    };
    if arguments.json {
        return print_json(&built, false);
    }
    tell(&console, &built);
    Ok(())
}

/// `CHECK=LEVEL`.
fn check(text: &str) -> Result<(Check, Option<Severity>), String> {
    let names = || Check::ALL.map(Check::name).join(", ");
    let (name, level) = text.split_once('=').ok_or("write CHECK=LEVEL, such as duplicate=off")?;
    let check = Check::from_name(name).ok_or_else(|| format!("the checks are {}", names()))?;
    let severity = match level {
        "off" => None,
        "warning" => Some(Severity::Warning),
        "error" => Some(Severity::Error),
        _ => return Err("the levels are off, warning and error".into()),
    };
    Ok((check, severity))
}

/// A slip of the keyboard must not cost a zone.
pub(crate) fn refuse_as_output(output: &Path, sources: &[PathBuf]) -> Result<(), String> {
    let Ok(output) = output.canonicalize() else {
        return Ok(());
    };
    match sources.iter().find(|path| path.canonicalize().is_ok_and(|path| path == output)) {
        Some(path) => Err(format!(
            "{} is a source and the output\n  hint: -o takes a file of its own",
            path.display()
        )),
        None => Ok(()),
    }
}

/// `ORIGIN=FILE` or `FILE`. A file that exists under the whole argument is that file.
pub(crate) fn split(argument: &str) -> Result<(Option<NameBuf>, &Path), String> {
    let Some((origin, file)) = argument.split_once('=').filter(|_| !Path::new(argument).exists())
    else {
        return Ok((None, Path::new(argument)));
    };
    let root = NameBuf::default();
    let origin = NameBuf::from_text(origin.as_bytes(), Some(root.as_name())).map_err(|error| {
        format!("'{origin}' is not a name: {}\n  hint: sources are [ORIGIN=]FILE, such as example.com=zones/example", error.kind)
    })?;
    Ok((Some(origin), Path::new(file)))
}

fn tell(console: &Console, built: &Built) {
    console.title(&format!("{}  {} bytes", built.image, grouped(built.image_bytes as u64)));
    console.aside(format!("digest {}", built.digest));
    let count = |count: usize| grouped(count as u64);
    let per =
        |octets: Option<f64>| octets.map_or("".into(), |octets| format!("{octets:.1} B each"));
    let rows = [
        ("zones", count(built.zones), String::new()),
        ("records", count(built.records), per(built.bytes_per_record)),
        ("RRsets", count(built.rrsets), String::new()),
        ("names", count(built.names), "with empty non-terminals".into()),
        ("maps", count(built.maps), String::new()),
        ("prefixes", count(built.prefixes), per(built.bytes_per_prefix)),
        ("ranges", count(built.ranges), "disjoint".into()),
        ("locations", count(built.locations), String::new()),
    ];
    console.table(
        &[("what", Align::Left), ("how many", Align::Right), ("", Align::Left)],
        rows.into_iter()
            .filter(|(_, many, _)| many != "0")
            .map(|(what, many, note)| vec![what.to_owned(), many, note]),
    );
    console.say(format!(
        "read {:.0} ms, compile {:.0} ms, write {:.0} ms, open and verify {:.1} ms",
        built.read_ms, built.compile_ms, built.write_ms, built.open_ms
    ));
    if let Some(at) = built.changes_at {
        let left = grouped(u64::try_from(at - unix_seconds()).unwrap_or(0));
        console.say(format!(
            "a timestamp begins or ends a line in {left} s: build again then (date -d @{at})"
        ));
    }
}

fn since(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1000.0
}

/// Reading, and the stages of a compilation.
const STAGES: u64 = 7;
