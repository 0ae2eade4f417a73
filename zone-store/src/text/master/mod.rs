//! Master files (RFC 1035 §5).

mod directive;
mod explain;
mod field;
mod generate;
mod head;
mod reader;
mod record;
mod scan;
mod split;

use super::{Limits, Summary};
use crate::source::Sink;
use alloc::boxed::Box;
use alloc::string::String;
use dns_wire::{Name, Ttl};
use reader::Reader;
pub use split::{Part, parse_part, split};

/// How to read a master file.
pub struct Options<'o> {
    /// The number of this text in [`Position::source`](crate::source::Position::source).
    pub source: u32,
    /// The origin before the first `$ORIGIN`.
    pub origin: Option<Name<'o>>,
    /// The default time to live before the first `$TTL` (RFC 2308 §4).
    pub default_ttl: Option<Ttl>,
    /// Who brings the texts of `$INCLUDE`; without one the directive is an error.
    pub loader: Option<&'o mut dyn Loader>,
    /// What not to exceed.
    pub limits: Limits,
}

impl Options<'_> {
    /// No origin, no default time to live, no loader.
    #[must_use]
    pub fn new(source: u32) -> Self {
        Self { source, origin: None, default_ttl: None, loader: None, limits: Limits::DEFAULT }
    }
}

/// Brings the texts that `$INCLUDE` names. What a name means and what may be read is the loader's to say.
pub trait Loader {
    /// The text called `name` in the text numbered `from`.
    ///
    /// # Errors
    /// For people: why there is none, in one line.
    fn load(&mut self, name: &[u8], from: u32) -> Result<Loaded, String>;
}

/// A text that a [`Loader`] brought.
pub struct Loaded {
    /// Its number in positions. A text that is still being read and comes again is refused, so a loader
    /// numbers a text the same each time.
    pub source: u32,
    /// The text: a `Vec`, a memory map, or what else holds octets.
    pub text: Box<dyn AsRef<[u8]>>,
}

/// Reads a master file and tells the sink each record, in the order of the text.
///
/// RFC 1035 §5 with RFC 2308 §4 (`$TTL`) and RFC 3597 §5 (unknown types, classes and RDATA), BIND's time
/// units, `$GENERATE` and defaults. Only class IN is taken. `FORMATS.md` has the details.
///
/// # Cost
/// One pass. Memory: the fields of the longest record, 64 KiB for its RDATA, and what the loader brings.
///
/// ```
/// use core::ops::ControlFlow;
/// use zone_store::source::{Item, Position, Problem, Sink};
/// use zone_store::text::master::{Options, parse};
///
/// struct Count(usize);
/// impl Sink for Count {
///     fn item(&mut self, item: Item<'_>, _at: Position) -> ControlFlow<()> {
///         if let Item::Record(_) = item {
///             self.0 += 1;
///         }
///         ControlFlow::Continue(())
///     }
///     fn problem(&mut self, problem: Problem) {
///         panic!("{problem:?}");
///     }
/// }
///
/// let mut count = Count(0);
/// parse(b"$ORIGIN example.\n$TTL 1h\n@ NS ns\nns A 192.0.2.1\n", Options::new(0), &mut count);
/// assert_eq!(count.0, 2);
/// ```
pub fn parse<S: Sink>(text: &[u8], options: Options<'_>, sink: &mut S) -> Summary {
    let source = options.source;
    let mut reader = Reader::new(options, sink);
    reader.read(text, source);
    reader.summary()
}

#[cfg(test)]
mod tests;
