//! Text sources of any format into one compiled image.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use dns_wire::NameBuf;
use zone_store::source::{Bind, Item, MapKind, Position, Problem, Reach, Severity, Sink};
use zone_store::text::data::Tai64;
use zone_store::text::{self, Format, data, map, master};
use zone_store::{CompileOptions, Compiled, Compiler, Job, Stage, Workers as _};

use crate::clock::unix_seconds;
use crate::console::{grouped, say_on_stderr};
use crate::files;
use crate::threads::Threads;

/// A text to compile.
#[derive(Clone, Debug)]
pub struct Source {
    /// What people call it: its path.
    pub name: String,
    /// The zone's origin, or for a map the name at and below which it is asked. `None` leaves a zone to its
    /// `$ORIGIN` and binds a map to all names.
    pub origin: Option<NameBuf>,
    /// Its format; `None` goes by name and content.
    pub format: Option<Format>,
    /// The text.
    pub text: Vec<u8>,
    /// Seconds since 1970 when it was changed: the serial of a `Z` line that names none.
    pub changed: u32,
}

impl Source {
    /// Reads a file, unpacking it where it is packed.
    ///
    /// # Errors
    /// What the system says, with the path.
    pub fn read(
        path: &Path,
        origin: Option<NameBuf>,
        format: Option<Format>,
    ) -> Result<Self, String> {
        let changed = std::fs::metadata(path)
            .and_then(|metadata| metadata.modified())
            .ok()
            .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok())
            .and_then(|since| u32::try_from(since.as_secs()).ok())
            .unwrap_or_default();
        let name = path.display().to_string();
        Ok(Self { name, origin, format, text: files::read_source(path)?, changed })
    }

    /// The format it is read in.
    pub fn format(&self) -> Format {
        let name = self.name.strip_suffix(".gz").or(self.name.strip_suffix(".xz"));
        self.format.unwrap_or_else(|| text::detect(name.unwrap_or(&self.name), &self.text))
    }
}

/// Compiles sources, all together, into one image, on these threads.
///
/// `progress` is told when a stage begins: `None` is the reading of the sources.
///
/// # Errors
/// All that is wrong, rendered for people, and how many errors there are.
pub fn compile(
    sources: &[Source],
    options: CompileOptions,
    threads: Threads,
    progress: &mut dyn FnMut(Option<Stage>),
) -> Result<(Compiled, Told), Refused> {
    progress(None);
    let mut compiler = Compiler::new(options);
    let mut included = Included::default();
    let mut changes_at: Changes = None;
    for (number, source) in sources.iter().enumerate() {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        match read_in_parts(source, number, &compiler, threads) {
            Some(shards) => {
                for (shard, changes) in shards {
                    compiler.merge(shard);
                    changes_at = earlier(changes_at, changes);
                }
            }
            None => {
                let changes = read(source, number, sources, &mut included, &mut compiler);
                changes_at = earlier(changes_at, changes);
            }
        }
    }
    match compiler.finish_with(&threads, &mut |stage| progress(Some(stage))) {
        Ok(mut compiled) => {
            let warnings = std::mem::take(&mut compiled.report.warnings);
            let mut text = render(&warnings, sources, &included);
            let warned = compiled.report.warned;
            if warned > warnings.len() {
                let more = grouped((warned - warnings.len()) as u64);
                text.push_str(&format!("warning: and {more} more warnings\n"));
            }
            let changes_at = changes_at.map(Tai64::to_unix);
            let included = included.numbers.into_keys().collect();
            Ok((compiled, Told { warnings: warned, text, changes_at, included }))
        }
        Err(refused) => {
            let problems = &refused.problems;
            let shown = problems.iter().filter(|p| p.severity == Severity::Error).count();
            let told = render(problems, sources, &included);
            Err(Refused { errors: refused.errors, shown, told })
        }
    }
}

/// What is worth a look, though there is an image.
#[derive(Debug)]
pub struct Told {
    /// How many warnings.
    pub warnings: usize,
    /// Each with its place, line and caret.
    pub text: String,
    /// Seconds since 1970 when a line with a timestamp next begins or ceases to hold: build again by then.
    pub changes_at: Option<i64>,
    /// The files that `$INCLUDE` brought, by their canonical paths.
    pub included: Vec<PathBuf>,
}

/// Why there is no image.
#[derive(Debug)]
pub struct Refused {
    /// How many errors.
    pub errors: usize,
    /// How many of them are told.
    pub shown: usize,
    /// Each with its place, line and caret.
    pub told: String,
}

impl Refused {
    /// Tells all of it on standard error, and how much it was in one line.
    pub fn complain(self) -> String {
        say_on_stderr(&self.told);
        let plural = if self.errors == 1 { "" } else { "s" };
        let count = grouped(self.errors as u64);
        match self.errors - self.shown {
            0 => format!("{count} error{plural}"),
            _ => format!("{count} errors, of which the first {} are shown", self.shown),
        }
    }
}

/// When a text says something else, if it does.
type Changes = Option<Tai64>;

fn earlier(a: Changes, b: Changes) -> Changes {
    a.into_iter().chain(b).min()
}

/// Reads a large file on all threads. `None` when it is small or cannot be read in parts.
fn read_in_parts(
    source: &Source,
    number: u32,
    compiler: &Compiler,
    threads: Threads,
) -> Option<Vec<(Compiler, Changes)>> {
    if threads.count() < 2 || source.text.len() < PART_MIN {
        return None;
    }
    match source.format() {
        Format::Zone => {
            let parts = master::split(&source.text, threads.count());
            fill(&parts, compiler, threads, |part, shard| {
                let origin = source.origin.as_ref().map(NameBuf::as_name);
                let options = master::Options { origin, ..master::Options::new(number) };
                master::parse_part(part, options, shard).map(|_| None)
            })
        }
        Format::Data => {
            let parts = data::split(&source.text, threads.count());
            let options = data_options(source, number);
            fill(&parts, compiler, threads, |part, shard| {
                data::parse_part(part, options, shard).map(|read| read.changes_at)
            })
        }
        Format::Map => None,
    }
}

/// Reads each part into a shard of its own, and sorts it. `None` when there is but one part, or one cannot be
/// read apart.
fn fill<P: Sync>(
    parts: &[P],
    compiler: &Compiler,
    threads: Threads,
    read: impl Fn(&P, &mut Compiler) -> Option<Changes> + Sync,
) -> Option<Vec<(Compiler, Changes)>> {
    if parts.len() < 2 {
        return None;
    }
    let read = &read;
    let mut shards: Vec<Option<(Compiler, Changes)>> = parts.iter().map(|_| None).collect();
    let jobs = parts.iter().zip(&mut shards).map(|(part, slot)| -> Job<'_> {
        Box::new(move || {
            let mut shard = compiler.shard();
            if let Some(changes) = read(part, &mut shard) {
                shard.sort();
                *slot = Some((shard, changes));
            }
        })
    });
    threads.run(jobs.collect());
    shards.into_iter().collect()
}

fn data_options(source: &Source, number: u32) -> data::Options {
    data::Options {
        serial: source.changed,
        now: Some(data::Tai64::from_unix(unix_seconds())),
        ..data::Options::new(number)
    }
}

fn read(
    source: &Source,
    number: u32,
    sources: &[Source],
    included: &mut Included,
    compiler: &mut Compiler,
) -> Changes {
    match source.format() {
        Format::Zone => {
            included.begin(sources.len(), number, &source.name);
            let options = master::Options {
                origin: source.origin.as_ref().map(NameBuf::as_name),
                loader: Some(included),
                ..master::Options::new(number)
            };
            master::parse(&source.text, options, compiler);
            None
        }
        Format::Data => {
            data::parse(&source.text, data_options(source, number), compiler).changes_at
        }
        Format::Map => {
            let id = source.origin.as_ref().map_or(String::new(), ToString::to_string);
            bind(source, id.as_bytes(), number, compiler);
            map::parse(&source.text, map::Options::new(number, id.as_bytes()), compiler);
            None
        }
    }
}

/// Binds a map file at and below its name (the root where it has none), for both ways to know a client.
fn bind(source: &Source, map: &[u8], number: u32, compiler: &mut Compiler) {
    let root = NameBuf::default();
    let owner = source.origin.as_ref().unwrap_or(&root).as_name();
    let at = Position { source: number, line: 1, column: 0 };
    for by in [MapKind::Resolver, MapKind::ClientSubnet] {
        for reach in [Reach::Exact, Reach::Below] {
            // Past a limit nothing more is taken in, which the compiler tells at the end.
            let _ = compiler.item(Item::Bind(Bind { owner, reach, by, map }), at);
        }
    }
}

/// The texts that `$INCLUDE` brought, by number. Only files in the folder of the file that asks, or in one
/// below it, are read.
#[derive(Debug, Default)]
struct Included {
    /// The source at hand, by number and path: a text that includes it goes round in a circle.
    source: (u32, Option<PathBuf>),
    /// The number of the first text.
    first: u32,
    root: PathBuf,
    numbers: HashMap<PathBuf, u32>,
    texts: Vec<(String, std::sync::Arc<Vec<u8>>)>,
}

impl Included {
    fn begin(&mut self, sources: usize, number: u32, name: &str) {
        self.source = (number, Path::new(name).canonicalize().ok());
        self.first = u32::try_from(sources).unwrap_or(u32::MAX);
        let folder = Path::new(name).parent().filter(|folder| !folder.as_os_str().is_empty());
        self.root = folder.unwrap_or(Path::new(".")).to_owned();
    }

    fn resolve(&self, name: &[u8]) -> Result<PathBuf, String> {
        let name = std::str::from_utf8(name).map_err(|_| "the file name is not UTF-8")?;
        let folder = self.root.display();
        let plain = |error: std::io::Error| format!("in the folder {folder}: {error}");
        let root = self.root.canonicalize().map_err(plain)?;
        let path = root.join(name).canonicalize().map_err(plain)?;
        if !path.starts_with(&root) {
            return Err(format!("outside of {folder}, the folder of the zone"));
        }
        // Not a FIFO, which would be waited for, nor a device.
        if !path.is_file() {
            return Err("not a regular file".into());
        }
        Ok(path)
    }
}

impl master::Loader for Included {
    fn load(&mut self, name: &[u8], _from: u32) -> Result<master::Loaded, String> {
        let path = self.resolve(name)?;
        if let (number, Some(source)) = &self.source
            && *source == path
        {
            // It is being read, so the text is not asked for.
            return Ok(master::Loaded { source: *number, text: Box::new([]) });
        }
        let next = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        let index = match self.numbers.get(&path) {
            Some(index) => *index,
            None => {
                let text = files::read_source(&path)?;
                self.texts.push((path.display().to_string(), text.into()));
                self.numbers.insert(path, next);
                next
            }
        };
        let text = self.texts.get(index as usize).map(|(_, text)| text.clone()).unwrap_or_default();
        Ok(master::Loaded {
            source: self.first.saturating_add(index),
            text: Box::new(SharedText(text)),
        })
    }
}

struct SharedText(std::sync::Arc<Vec<u8>>);

impl AsRef<[u8]> for SharedText {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

fn render(problems: &[Problem], sources: &[Source], included: &Included) -> String {
    let mut told = String::new();
    for problem in problems {
        let number = problem.at.source as usize;
        let (name, text) = match sources.get(number) {
            Some(source) => (source.name.as_str(), source.text.as_slice()),
            None => included
                .texts
                .get(number - sources.len())
                .map_or(("?", &[][..]), |(name, text)| (name.as_str(), text.as_slice())),
        };
        // Writing into a String cannot fail.
        let _ = write!(told, "{}", text::render::render(problem, name, text));
    }
    told
}

/// A file of fewer octets is read by one thread.
const PART_MIN: usize = 1 << 20;
