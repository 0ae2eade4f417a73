//! The difference between two images: small, and bound to both by their digests.
//!
//! A delta says what changed, not which octets: RRsets by owner, type and location, ranges of addresses, bindings.
//! Each change has the old state and the new, so that a delta can be read by people, and so that what does not
//! fit its base is found. [`Delta::apply`] writes the image anew from the old one and the changes; the result is
//! that of a fresh compilation, octet for octet.
//!
//! ```
//! use zone_store::{Compiler, Delta, Image};
//! use zone_store::text::master;
//!
//! let image = |text: &[u8]| {
//!     let mut compiler = Compiler::default();
//!     master::parse(text, master::Options::new(0), &mut compiler);
//!     Image::open(compiler.finish().unwrap().image).unwrap()
//! };
//! let old = image(b"e. 60 SOA ns.e. h.e. 1 2 3 4 5\ne. 60 NS ns.e.\na.e. 60 A 192.0.2.1\n");
//! let new = image(b"e. 60 SOA ns.e. h.e. 2 2 3 4 5\ne. 60 NS ns.e.\nb.e. 60 A 192.0.2.1\n");
//!
//! let octets = Delta::between(&old, &new).unwrap().to_bytes();
//! let delta = Delta::read(&octets).unwrap();
//! assert_eq!(delta.apply(&old).unwrap().as_bytes(), new.as_bytes());
//! assert!(delta.apply(&new).is_err(), "made for another image");
//! ```

mod apply;
mod codec;
mod contents;
mod diff;
mod error;
mod maps;
mod overlay;
mod then;

use alloc::vec::Vec;
use core::net::IpAddr;

use dns_wire::{Name, NameBuf, RType, Ttl};

pub use codec::reseal_delta;
pub use error::DeltaError;

use crate::answer::join;
use crate::map::MapForm;
use crate::nsec3::hash_label;
use crate::rrset::Group;
use crate::source::Id;

/// What leads from one image to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delta<'a> {
    base: u128,
    result: u128,
    is_override: bool,
    map_form: MapForm,
    removed_locations: Vec<Id<'a>>,
    added_locations: Vec<Id<'a>>,
    zones: Vec<ZoneChange<'a>>,
    maps: Vec<MapChange<'a>>,
    bindings: Vec<BindingChange<'a>>,
}

impl<'a> Delta<'a> {
    /// The digest of the image that it changes.
    pub fn base(&self) -> u128 {
        self.base
    }

    /// The digest of the image that it makes.
    pub fn result(&self) -> u128 {
        self.result
    }

    /// Locations that are no more, and those that are new, by name.
    pub fn locations(&self) -> (&[Id<'a>], &[Id<'a>]) {
        (&self.removed_locations, &self.added_locations)
    }

    /// The zones that change, in canonical order of their apexes.
    pub fn zones(&self) -> &[ZoneChange<'a>] {
        &self.zones
    }

    /// The client maps that change, in the order of their names.
    pub fn maps(&self) -> &[MapChange<'a>] {
        &self.maps
    }

    /// The bound names that change.
    pub fn bindings(&self) -> &[BindingChange<'a>] {
        &self.bindings
    }
}

/// Whether something is new, gone, or another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The base does not have it.
    Added,
    /// The result does not have it.
    Removed,
    /// Both have it.
    Changed,
}

/// What changes in a zone. Of a zone that is gone its records are not told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneChange<'a> {
    apex: &'a [u8],
    change: Change,
    sets: Vec<SetChange<'a>>,
    proofs: Vec<ProofChange<'a>>,
}

impl<'a> ZoneChange<'a> {
    /// The apex, in lower case.
    pub fn apex(&self) -> Name<'a> {
        Name::from_wire(self.apex).unwrap_or(Name::ROOT)
    }

    /// Whether the zone is new or gone.
    pub fn change(&self) -> Change {
        self.change
    }

    /// Its records that are gone and those that are new, by owner, type and location. A record whose time to live
    /// or weight changes is both.
    pub fn records(&self) -> impl Iterator<Item = RecordChange<'a>> {
        let apex = self.apex;
        let sets = self.sets.iter().flat_map(move |set| {
            let owner = full(set.owner, apex);
            records(owner, RType(set.rtype), set.location, set.old, set.new)
        });
        let proofs = self.proofs.iter().flat_map(move |proof| {
            let owner = full(&hash_label(proof.hash), apex);
            records(owner, RType::NSEC3, b"", proof.old, proof.new)
        });
        sets.chain(proofs)
    }
}

/// The RRset of a name, type and location, before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct SetChange<'a> {
    /// The labels down to the apex.
    owner: &'a [u8],
    rtype: u16,
    location: Id<'a>,
    old: Option<&'a [u8]>,
    new: Option<&'a [u8]>,
}

/// An NSEC3 record, before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ProofChange<'a> {
    hash: &'a [u8; 20],
    old: Option<&'a [u8]>,
    new: Option<&'a [u8]>,
}

/// A record that is gone or new.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordChange<'a> {
    /// It is new.
    pub is_added: bool,
    /// Its owner, in lower case.
    pub owner: NameBuf,
    /// Type.
    pub rtype: RType,
    /// Whose it is; empty for the default rows.
    pub location: Id<'a>,
    /// Time to live in seconds.
    pub ttl: Ttl,
    /// RDATA, names uncompressed.
    pub rdata: &'a [u8],
    /// Its weight, when it is one of a pool.
    pub weight: Option<u32>,
}

/// What changes in a client map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapChange<'a> {
    name: Id<'a>,
    change: Change,
    v4: FamilyChange<'a>,
    v6: FamilyChange<'a>,
}

impl<'a> MapChange<'a> {
    /// Its name; the default map's is empty.
    pub fn name(&self) -> Id<'a> {
        self.name
    }

    /// Whether the map is new or gone.
    pub fn change(&self) -> Change {
        self.change
    }

    /// The addresses that move, as disjoint ranges, IPv4 first. Of a map that is gone they are not told.
    pub fn ranges(&self) -> impl Iterator<Item = RangeChange<'a>> {
        let v4 = self.v4.ranges.iter().map(|range| {
            let address =
                |n: u128| IpAddr::from(u32::try_from(n).unwrap_or(u32::MAX).to_be_bytes());
            RangeChange {
                first: address(range.first),
                last: address(range.last),
                from: range.old,
                to: range.new,
            }
        });
        let v6 = self.v6.ranges.iter().map(|range| RangeChange {
            first: IpAddr::from(range.first.to_be_bytes()),
            last: IpAddr::from(range.last.to_be_bytes()),
            from: range.old,
            to: range.new,
        });
        v4.chain(v6)
    }
}

/// The addresses of one family.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct FamilyChange<'a> {
    ranges: Vec<Span<'a>>,
    covers: Vec<CoverChange<'a>>,
}

/// Addresses and their locations, before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span<'a> {
    first: u128,
    last: u128,
    old: Option<Id<'a>>,
    new: Option<Id<'a>>,
}

/// A prefix that holds others, which is there for questions about short prefixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct CoverChange<'a> {
    start: u128,
    len: u8,
    /// `None` where it is one no more.
    new: Option<Id<'a>>,
}

/// Addresses that move from one location to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RangeChange<'a> {
    /// The first.
    pub first: IpAddr,
    /// The last.
    pub last: IpAddr,
    /// Where they were; `None` where the map said nothing.
    pub from: Option<Id<'a>>,
    /// Where they are.
    pub to: Option<Id<'a>>,
}

/// A name that is bound to other maps than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BindingChange<'a> {
    name: &'a [u8],
    /// `None` where nothing is bound to it or below it any more.
    new: Option<BoundMaps<'a>>,
}

/// The maps of a name, by their names: asked by resolver and by client subnet for the name itself, then for the
/// names below it.
pub type BoundMaps<'a> = [Option<Id<'a>>; 4];

impl<'a> BindingChange<'a> {
    /// The name.
    pub fn name(&self) -> Name<'a> {
        Name::from_wire(self.name).unwrap_or(Name::ROOT)
    }

    /// Its maps from now on; `None` where neither it nor a name below it is bound any more.
    pub fn maps(&self) -> Option<BoundMaps<'a>> {
        self.new
    }
}

fn full(owner: &[u8], apex: &[u8]) -> NameBuf {
    let mut wire = [0u8; 255];
    let name = join(&mut wire, owner, apex).and_then(|name| Name::from_wire(name).ok());
    name.map(NameBuf::from).unwrap_or_default()
}

fn records<'a>(
    owner: NameBuf,
    rtype: RType,
    location: Id<'a>,
    old: Option<&'a [u8]>,
    new: Option<&'a [u8]>,
) -> Vec<RecordChange<'a>> {
    let all = |group: Option<&'a [u8]>, is_added: bool| {
        let group = group.and_then(Group::read);
        let ttl = Ttl(group.map_or(0, |group| group.ttl));
        let of = |rtype, rdata, weight| RecordChange {
            is_added,
            owner: owner.clone(),
            rtype,
            location,
            ttl,
            rdata,
            weight,
        };
        let mut list = Vec::new();
        let Some(group) = group else { return list };
        for (rdata, weight) in group.records().zip(group.weights()) {
            list.push(of(rtype, rdata, group.is_weighted().then_some(weight)));
        }
        list.extend(group.signatures().map(|rdata| of(RType::RRSIG, rdata, None)));
        list
    };
    let (gone, mut come) = (all(old, false), all(new, true));
    let same = |a: &RecordChange<'_>, b: &RecordChange<'_>| {
        (a.rtype, a.ttl, a.rdata, a.weight) == (b.rtype, b.ttl, b.rdata, b.weight)
    };
    let mut list: Vec<RecordChange<'a>> = Vec::new();
    for record in gone {
        match come.iter().position(|new| same(new, &record)) {
            Some(at) => drop(come.remove(at)),
            None => list.push(record),
        }
    }
    list.append(&mut come);
    list
}
