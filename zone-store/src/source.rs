//! What a text source says, item by item, in wire form: the one meeting point of the text formats
//! and the compiler. A format is a function that reads text and calls a [`Sink`]; the compiler is one.

use core::net::IpAddr;
use core::ops::ControlFlow;

use dns_wire::{Name, RType, Ttl};

/// One statement of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item<'a> {
    /// A resource record (class IN).
    Record(SourceRecord<'a>),
    /// A PTR record that comes with an address (data lines `=` and `6`). The compiler takes it where a zone
    /// does, and else leaves it out with a warning: that its zone is served elsewhere is the usual case.
    Reverse(SourceRecord<'a>),
    /// A name bound to a client map (data lines `M` and `8`).
    Bind(Bind<'a>),
    /// A prefix of a client map (data line `%`, map files).
    Prefix(MapPrefix<'a>),
}

/// A resource record and where it is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceRecord<'a> {
    /// Owner, case as written; a leading `*` label is a wildcard (RFC 4592).
    pub owner: Name<'a>,
    /// Type.
    pub rtype: RType,
    /// Time to live in seconds.
    pub ttl: Ttl,
    /// RDATA in wire form, names uncompressed.
    pub rdata: &'a [u8],
    /// The only clients that get it, or `None` for the default rows.
    pub location: Option<Id<'a>>,
    /// `Some` makes the RRset a pool from which few are drawn by weight; 0 is the last resort.
    pub weight: Option<u32>,
}

/// A name bound to a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bind<'a> {
    /// The name.
    pub owner: Name<'a>,
    /// The name itself, or only what is below it (written `*.name`).
    pub reach: Reach,
    /// Which address of the client the map is asked for.
    pub by: MapKind,
    /// The map.
    pub map: Id<'a>,
}

/// Which names a [`Bind`] covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// Just the owner.
    Exact,
    /// All names below the owner, not the owner.
    Below,
}

/// Which address a map is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MapKind {
    /// The address of the resolver that asks (data line `M`).
    Resolver,
    /// The EDNS Client Subnet option (RFC 7871; data line `8`).
    ClientSubnet,
}

/// A prefix of a map and the location of the clients in it; the longest prefix wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapPrefix<'a> {
    /// The map; the empty id is the default map, asked by resolver address where no name is bound.
    pub map: Id<'a>,
    /// The prefix.
    pub prefix: Prefix,
    /// The location.
    pub location: Id<'a>,
}

/// The name of a map or a location as its users write it: 0 to 255 octets. The empty id is the
/// default map, and among locations the default rows.
pub type Id<'a> = &'a [u8];

/// An address prefix. The bits past `len` are zero; [`Prefix::new`] sees to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix {
    address: IpAddr,
    len: u8,
}

impl Prefix {
    /// A prefix, or `None` when `len` is longer than the address or a bit past `len` is set.
    pub fn new(address: IpAddr, len: u8) -> Option<Self> {
        let (bits, width) = match address {
            IpAddr::V4(v4) => (u128::from(u32::from(v4)) << 96, 32),
            IpAddr::V6(v6) => (u128::from(v6), 128),
        };
        let host_bits = bits.checked_shl(u32::from(len)).unwrap_or(0);
        (len <= width && host_bits == 0).then_some(Self { address, len })
    }

    /// The first address of the prefix.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// Its length in bits: 0 to 32, or 0 to 128.
    #[allow(clippy::len_without_is_empty, reason = "a prefix always has addresses")]
    pub fn len(&self) -> u8 {
        self.len
    }

    /// True for `0.0.0.0/0` and `::/0`.
    pub fn is_default(&self) -> bool {
        self.len == 0
    }
}

/// Who takes in what a source says.
pub trait Sink {
    /// An item, and where it stands. `Break` says that no more is wanted: reading stops after the entry at hand.
    fn item(&mut self, item: Item<'_>, at: Position) -> ControlFlow<()>;
    /// What is wrong with the source. Reading goes on with the next entry, so that all errors are told.
    fn problem(&mut self, problem: Problem);
}

/// A place in a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Which source, by the number that the caller gave it.
    pub source: u32,
    /// Line, from 1; 0 is the whole source.
    pub line: u32,
    /// Column in octets, from 1; 0 is the whole line.
    pub column: u32,
}

/// Something wrong with a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub at: Position,
    /// What, for people, in one line without a final full stop.
    pub message: alloc::string::String,
    /// What to do about it, where that can be said.
    pub hint: Option<&'static str>,
    /// Whether it stops the compilation.
    pub severity: Severity,
}

/// How bad a [`Problem`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth a look; the image is built.
    Warning,
    /// No image is built.
    Error,
}
