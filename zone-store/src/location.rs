//! Where a client is: from a name and an address to a location, by the maps that are bound to the name.
//!
//! # The rules
//! 1. A query with a Client Subnet option (RFC 7871) asks the `8` map of the name first. A location found
//!    there stands, and so does its scope. In a gap of that map the gap's scope stands and rule 2 tells the
//!    location.
//! 2. The `M` map of the name is asked for the address of the resolver. A name without one asks the default
//!    map, the one with the empty id.
//! 3. Otherwise the client is at the default location.
//!
//! A name's own binding counts before those `*.name` reaches from above, the nearest first.

use core::net::IpAddr;

use crate::bytes::{Reader, from, to_usize};
use crate::key::Key;
use crate::map::{Block, Ranges};
use crate::overlay::PatchedMap;
use crate::store::Store;

/// A location of an image by number: 0 is the default, the others follow in the order of their names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location(pub u32);

impl Location {
    /// Where clients are that no map knows: the default rows alone are theirs.
    pub const DEFAULT: Self = Self(0);
}

/// The network of a client as a resolver tells it (RFC 7871).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Subnet {
    /// The address as a number of 32 or 128 bits.
    pub(crate) address: u128,
    pub(crate) source: u8,
    /// 32 or 128.
    pub(crate) width: u8,
}

/// Where a client is, and for which block of addresses that is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Located {
    pub(crate) location: Location,
    /// Of the client subnet; 0 when it played no part.
    pub(crate) scope: u8,
}

impl<'a> Store<'a> {
    /// The location of a client that asks for the name.
    ///
    /// Cost: a few cache lines per map.
    pub(crate) fn locate(&self, name: &Key, resolver: IpAddr, subnet: Option<Subnet>) -> Located {
        let (by_resolver, by_subnet) = self.bound(name);
        let mut scope = 0;
        if let (Some(map), Some(subnet)) = (by_subnet, subnet.filter(|s| s.source > 0))
            && let Some(block) = self.ask_block(map, subnet)
        {
            scope = block.scope;
            if let Some(location) = block.location {
                return Located { location: Location(location), scope };
            }
        }
        let location = by_resolver
            .or_else(|| self.default_map())
            .and_then(|map| self.ask_address(map, resolver))
            .map_or(Location::DEFAULT, Location);
        Located { location, scope }
    }

    /// The name of a location as its users wrote it; the default location's is empty.
    pub fn location_name(&self, location: Location) -> Option<&'a [u8]> {
        let mut reader = Reader::new(self.locations());
        let count = to_usize(reader.u32()?);
        if let Some(overlay) = self.overlay.filter(|_| to_usize(location.0) >= count) {
            return overlay.places.location_name(location.0);
        }
        let (ends, _) = reader.take(count.checked_mul(4)?)?.as_chunks::<4>();
        let number = to_usize(location.0);
        let end = |i: usize| ends.get(i).map(|end| to_usize(u32::from_le_bytes(*end)));
        let start = number.checked_sub(1).map_or(Some(0), end)?;
        reader.rest().get(start..end(number)?)
    }

    /// The location of a name, by binary search.
    pub fn find_location(&self, name: &[u8]) -> Option<Location> {
        let found = self.search_location(name);
        match self.overlay {
            None => found,
            Some(overlay) => overlay.places.find_location(found.map(|l| l.0), name).map(Location),
        }
    }

    fn search_location(&self, name: &[u8]) -> Option<Location> {
        let mut low = 0;
        let mut high = self.location_count();
        while low < high {
            let middle = low.saturating_add(high.saturating_sub(low) / 2);
            match self.location_name(Location(middle))?.cmp(name) {
                core::cmp::Ordering::Less => low = middle.saturating_add(1),
                core::cmp::Ordering::Greater => high = middle,
                core::cmp::Ordering::Equal => return Some(Location(middle)),
            }
        }
        None
    }

    /// How many locations there are, the default among them.
    pub fn location_count(&self) -> u32 {
        Reader::new(self.locations()).u32().unwrap_or(0)
    }

    /// The resolver map and the subnet map of a name.
    fn bound(&self, name: &Key) -> (Option<u32>, Option<u32>) {
        if self.binds().is_empty() && self.overlay.is_none() {
            return (None, None);
        }
        let find = |depth| self.bound_at(name, depth);
        if let Some([resolver, subnet, _, _]) = find(name.depth()) {
            return (resolver, subnet);
        }
        // The names above a bound name are in the table too, so the deepest is found by halving.
        let mut low = 0u8;
        let mut high = name.depth();
        let Some(mut deepest) = find(0) else { return (None, None) };
        while high.saturating_sub(low) > 1 {
            let middle = low.saturating_add(high.saturating_sub(low) / 2);
            match find(middle) {
                Some(maps) => {
                    deepest = maps;
                    low = middle;
                }
                None => high = middle,
            }
        }
        let [_, _, resolver, subnet] = deepest;
        (resolver, subnet)
    }

    /// What is bound to the key's suffix of `depth` labels: to the name by resolver and by subnet, then to the names
    /// below it.
    #[inline]
    pub(crate) fn bound_at(&self, name: &Key, depth: u8) -> Option<[Option<u32>; 4]> {
        if let Some(changed) = self.overlay.and_then(|o| o.places.bound(name, depth)) {
            return changed;
        }
        self.bind_index().find(name.hash(depth)?, |offset| {
            let (len, octets) = from(self.binds(), offset)?.split_first()?;
            let (_, maps) = octets.split_at_checked(usize::from(*len))?;
            name.is_suffix(depth, octets, *len).then(|| Bind::maps(maps))?
        })
    }

    pub(crate) fn default_map(&self) -> Option<u32> {
        if let Some(overlay) = self.overlay {
            return overlay.places.default_map;
        }
        let mut reader = Reader::new(self.map_records());
        reader.u32()?;
        reader.u32()?.checked_sub(1)
    }

    fn ask_address(&self, map: u32, address: IpAddr) -> Option<u32> {
        let patched = self.patched(map);
        let (address, ranges, patch) = match address.to_canonical() {
            IpAddr::V4(v4) => {
                (u128::from(u32::from(v4)), self.ranges_v4(map), patched.map(|map| &map.v4))
            }
            IpAddr::V6(v6) => (u128::from(v6), self.ranges_v6(map), patched.map(|map| &map.v6)),
        };
        match patch {
            None => ranges?.location(address),
            Some(patch) => patch.location(ranges, address),
        }
    }

    /// An IPv4-mapped IPv6 block is the IPv4 block; its scope counts the 96 bits before it.
    fn ask_block(&self, map: u32, subnet: Subnet) -> Option<Block> {
        let Subnet { address, source, width } = subnet;
        if width == 128
            && address >> 32 == 0xffff
            && let Some(source) = source.checked_sub(96)
        {
            let block = self.block(map, address & 0xffff_ffff, source, 32)?;
            return Some(Block { scope: block.scope.saturating_add(96), ..block });
        }
        self.block(map, address, source, width)
    }

    #[inline]
    fn block(&self, map: u32, address: u128, source: u8, width: u8) -> Option<Block> {
        let patched = self.patched(map);
        let (ranges, patch) = match width {
            32 => (self.ranges_v4(map), patched.map(|map| &map.v4)),
            _ => (self.ranges_v6(map), patched.map(|map| &map.v6)),
        };
        match patch {
            None => ranges?.block(address, source, width),
            Some(patch) => patch.block(ranges, address, source, width),
        }
    }

    /// What an overlay changes in a map.
    fn patched(&self, map: u32) -> Option<&'a PatchedMap> {
        self.overlay.and_then(|overlay| overlay.places.map(map))
    }

    /// How many maps there are.
    pub(crate) fn map_count(&self) -> u32 {
        Reader::new(self.map_records()).u32().unwrap_or(0)
    }

    /// The number of a map.
    #[cfg(feature = "alloc")]
    pub(crate) fn find_map(&self, name: &[u8]) -> Option<u32> {
        let mut numbers = 0..self.map_count();
        while let Some(last) = numbers.len().checked_sub(1) {
            let middle = numbers.start.checked_add(u32::try_from(last).ok()? / 2)?;
            match self.map(middle)?.name.cmp(name) {
                core::cmp::Ordering::Less => numbers.start = middle.checked_add(1)?,
                core::cmp::Ordering::Greater => numbers.end = middle,
                core::cmp::Ordering::Equal => return Some(middle),
            }
        }
        None
    }

    pub(crate) fn map(&self, map: u32) -> Option<MapView<'a>> {
        let ([start, len, ..], names) = self.map_record(map)?;
        let start = to_usize(start);
        Some(MapView {
            name: names.get(start..start.checked_add(to_usize(len))?)?,
            v4: self.ranges_v4(map)?,
            v6: self.ranges_v6(map)?,
        })
    }

    fn ranges_v4(&self, map: u32) -> Option<Ranges<'a>> {
        let ([_, _, v4, _], _) = self.map_record(map)?;
        Ranges::read(from(self.ranges(), v4)?)
    }

    fn ranges_v6(&self, map: u32) -> Option<Ranges<'a>> {
        let ([_, _, _, v6], _) = self.map_record(map)?;
        Ranges::read(from(self.ranges(), v6)?)
    }

    /// The record of a map (where its name starts, how long that is, IPv4 ranges, IPv6 ranges), and the names.
    #[inline]
    fn map_record(&self, map: u32) -> Option<([u32; 4], &'a [u8])> {
        let (counts, rest) = self.map_records().split_first_chunk::<8>()?;
        let [count @ .., _, _, _, _] = *counts;
        let count = to_usize(u32::from_le_bytes(count));
        let (records, names) = rest.split_at_checked(count.checked_mul(MAP)?)?;
        let (fields, _) = records.as_chunks::<MAP>().0.get(to_usize(map))?.as_chunks::<4>();
        Some((fields.first_chunk::<4>()?.map(u32::from_le_bytes), names))
    }
}

/// A map of the image.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MapView<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) v4: Ranges<'a>,
    pub(crate) v6: Ranges<'a>,
}

/// A name that is bound to maps, or is above one that is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bind<'a> {
    pub(crate) name: &'a [u8],
    /// For the name itself.
    pub(crate) resolver_exact: Option<u32>,
    pub(crate) subnet_exact: Option<u32>,
    /// For names below it, down to the next bound name.
    pub(crate) resolver_below: Option<u32>,
    pub(crate) subnet_below: Option<u32>,
}

impl<'a> Bind<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        Self::read_next(&mut Reader::new(bytes))
    }

    pub(crate) fn read_next(reader: &mut Reader<'a>) -> Option<Self> {
        let len = reader.u8()?;
        let name = reader.take(usize::from(len))?;
        let [resolver_exact, subnet_exact, resolver_below, subnet_below] =
            Self::maps(&reader.array::<16>()?)?;
        Some(Self { name, resolver_exact, subnet_exact, resolver_below, subnet_below })
    }

    /// The maps at the start of `octets`: exact by resolver and by subnet, then those of the names below.
    pub(crate) fn maps(octets: &[u8]) -> Option<[Option<u32>; 4]> {
        let numbers = octets.as_chunks::<4>().0.first_chunk::<4>()?;
        Some(numbers.map(|number| u32::from_le_bytes(number).checked_sub(1)))
    }
}

/// The name `*.<name>`; `None` where it is too long.
#[cfg(feature = "alloc")]
pub(crate) fn below(name: dns_wire::Name<'_>) -> Option<dns_wire::NameBuf> {
    let mut wire = [0u8; 255];
    let name = crate::answer::join(&mut wire, b"\x01*", name.as_wire())?;
    dns_wire::Name::from_wire(name).ok().map(dns_wire::NameBuf::from)
}

/// The size of a map's record: name offset and length, IPv4 ranges, IPv6 ranges.
pub(crate) const MAP: usize = 16;
