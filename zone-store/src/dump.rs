//! All that is in an image, in order: for people, and for tests that compare.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use dns_wire::{Name, NameBuf, RType, Ttl};

use crate::answer::join;
use crate::bytes::{Reader, from, to_usize};
use crate::location::{Bind, Location};
use crate::map::Ranges;
use crate::node::Node;
use crate::nsec3::hash_label;
use crate::rrset::Group;
use crate::store::{Store, ZoneView};

impl<'a> Store<'a> {
    /// The zones, in canonical order of their apexes.
    pub fn zones(&self) -> impl Iterator<Item = Zone<'a>> + use<'a> {
        let store = *self;
        (0..store.zone_count()).filter_map(move |id| Some(Zone { store, view: store.zone(id)? }))
    }

    /// The client maps, in the order of their names.
    pub fn maps(&self) -> impl Iterator<Item = ClientMap<'a>> + use<'a> {
        let store = *self;
        (0..store.map_count()).filter_map(move |number| {
            let map = store.map(number)?;
            Some(ClientMap { name: map.name, v4: map.v4, v6: map.v6 })
        })
    }

    /// The names bound to maps, and what is bound to each and to the names below it.
    pub fn bindings(&self) -> impl Iterator<Item = Binding<'a>> + use<'a> {
        let store = *self;
        let mut reader = Reader::new(store.binds());
        core::iter::from_fn(move || {
            let bind = Bind::read_next(&mut reader)?;
            let map = |number: Option<u32>| number.and_then(|n| store.map(n)).map(|map| map.name);
            Some(Binding {
                name: Name::from_wire(bind.name).ok()?,
                resolver: map(bind.resolver_exact),
                subnet: map(bind.subnet_exact),
                resolver_below: map(bind.resolver_below),
                subnet_below: map(bind.subnet_below),
            })
        })
    }
}

/// A zone of an image.
#[derive(Clone, Copy, Debug)]
pub struct Zone<'a> {
    store: Store<'a>,
    view: ZoneView<'a>,
}

impl<'a> Zone<'a> {
    /// Its apex, in lower case.
    pub fn name(&self) -> Name<'a> {
        Name::from_wire(self.view.name).unwrap_or(Name::ROOT)
    }

    /// The SERIAL of its SOA.
    pub fn serial(&self) -> Option<u32> {
        let apex = Node::read(from(self.store.nodes(), self.view.start)?)?;
        let soa = apex.find(RType::SOA.0)?.default_group(self.store.sets())?.first()?;
        let (_, rest) = Name::split_from(soa).ok()?;
        let (_, rest) = Name::split_from(rest).ok()?;
        rest.first_chunk().map(|serial| u32::from_be_bytes(*serial))
    }

    /// Its names in canonical order (RFC 4034 §6.1), empty non-terminals among them.
    pub fn names(&self) -> impl Iterator<Item = NameBuf> + use<'a> {
        let zone = self.view;
        self.nodes().filter_map(move |node| full_name(node.name, zone.name))
    }

    /// Its records: the SOA of the apex first, as who loads a zone likes it; then by owner in canonical order,
    /// type, location and RDATA, each followed by the signatures over its RRset; NSEC3 records come last.
    pub fn records(&self) -> impl Iterator<Item = ZoneRecord<'a>> + use<'a> {
        let zone = self.view;
        let sets = self.store.sets();
        let of_nodes = move |is_it: fn(RType) -> bool| {
            move |node: Node<'a>| {
                let owner = full_name(node.name, zone.name);
                node.entries().filter(move |entry| is_it(RType(entry.rtype))).flat_map(
                    move |entry| {
                        let owner = owner.clone();
                        entry.groups(sets).filter_map(|(l, group)| Some((l, group?))).flat_map(
                            move |(location, group)| {
                                let location = Location(location);
                                records(owner.clone(), RType(entry.rtype), location, group)
                            },
                        )
                    },
                )
            }
        };
        let soa = self.nodes().take(1).flat_map(of_nodes(|rtype| rtype == RType::SOA));
        // Only the apex has an SOA.
        let others = self.nodes().flat_map(of_nodes(|rtype| rtype != RType::SOA));
        let places = self.store.nsec3().get(to_usize(zone.nsec3().0)..to_usize(zone.nsec3().1));
        let of_hashes = places.unwrap_or_default().iter().flat_map(move |place| {
            let owner = hashed_name(place, zone.name);
            let group = place.last_chunk::<4>().and_then(|at| sets.group(u32::from_le_bytes(*at)));
            group.into_iter().flat_map(move |group| {
                records(owner.clone(), RType::NSEC3, Location::DEFAULT, group)
            })
        });
        soa.chain(others).chain(of_hashes)
    }

    fn nodes(&self) -> impl Iterator<Item = Node<'a>> + use<'a> {
        let bytes = self.store.nodes().get(to_usize(self.view.start)..to_usize(self.view.end));
        let mut rest = bytes.unwrap_or_default();
        core::iter::from_fn(move || {
            let node = Node::read(rest)?;
            let mut entries = node.entries();
            entries.by_ref().for_each(drop);
            rest = entries.rest();
            Some(node)
        })
    }
}

/// A record of a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneRecord<'a> {
    /// Its owner, in lower case.
    pub owner: NameBuf,
    /// Type.
    pub rtype: RType,
    /// Time to live in seconds.
    pub ttl: Ttl,
    /// RDATA, names uncompressed.
    pub rdata: &'a [u8],
    /// Whose record it is.
    pub location: Location,
    /// Its weight, when it is one of a pool.
    pub weight: Option<u32>,
}

/// A client map of an image.
#[derive(Clone, Copy, Debug)]
pub struct ClientMap<'a> {
    name: &'a [u8],
    v4: Ranges<'a>,
    v6: Ranges<'a>,
}

impl<'a> ClientMap<'a> {
    /// Its name as its users wrote it; the default map's is empty.
    pub fn name(&self) -> &'a [u8] {
        self.name
    }

    /// Its ranges, IPv4 first, ascending, gaps left out.
    ///
    /// Cost: O(1) per range.
    pub fn ranges(&self) -> impl Iterator<Item = MapRange> + use<'a> {
        let v4 = ranges(self.v4, u128::from(u32::MAX), |address| {
            IpAddr::V4(Ipv4Addr::from(u32::try_from(address).unwrap_or(u32::MAX)))
        });
        v4.chain(ranges(self.v6, u128::MAX, |address| IpAddr::V6(Ipv6Addr::from(address))))
    }

    /// How many ranges there are, gaps counted.
    pub fn range_count(&self) -> usize {
        to_usize(self.v4.count()).saturating_add(to_usize(self.v6.count()))
    }

    /// The location of an address in this map, `None` in a gap. IPv4-mapped addresses are IPv4.
    ///
    /// Cost: two cache lines for IPv4, where no range starts within what an index slot can tell apart; otherwise
    /// and for IPv6 a binary search of the starts in a slot as well, most often of one or two.
    pub fn locate(&self, address: IpAddr) -> Option<Location> {
        match address.to_canonical() {
            IpAddr::V4(v4) => self.v4.location(u128::from(u32::from(v4))),
            IpAddr::V6(v6) => self.v6.location(u128::from(v6)),
        }
        .map(Location)
    }
}

/// Addresses of one location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapRange {
    /// The first.
    pub first: IpAddr,
    /// The last.
    pub last: IpAddr,
    /// Where they are.
    pub location: Location,
}

/// A name bound to maps, or above one that is. The maps are told by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding<'a> {
    /// The name, in lower case.
    pub name: Name<'a>,
    /// The map asked for the resolver's address when this name is asked for.
    pub resolver: Option<&'a [u8]>,
    /// The map asked for the client's subnet.
    pub subnet: Option<&'a [u8]>,
    /// The same for names below it.
    pub resolver_below: Option<&'a [u8]>,
    /// The same for names below it.
    pub subnet_below: Option<&'a [u8]>,
}

fn ranges<'a>(
    ranges: Ranges<'a>,
    max: u128,
    address: fn(u128) -> IpAddr,
) -> impl Iterator<Item = MapRange> + use<'a> {
    (0..ranges.count()).filter_map(move |number| {
        let (first, location) = ranges.range(number)?;
        let last = match number.checked_add(1).and_then(|next| ranges.range(next)) {
            Some((next, _)) => next.checked_sub(1)?,
            None => max,
        };
        Some(MapRange { first: address(first), last: address(last), location: Location(location?) })
    })
}

fn records<'a>(
    owner: Option<NameBuf>,
    rtype: RType,
    location: Location,
    group: Group<'a>,
) -> impl Iterator<Item = ZoneRecord<'a>> + use<'a> {
    let ttl = Ttl(group.ttl);
    let data = group
        .weights()
        .zip(group.records())
        .map(move |(weight, rdata)| (rtype, rdata, group.is_weighted().then_some(weight)));
    let signatures = group.signatures().map(|rdata| (RType::RRSIG, rdata, None));
    data.chain(signatures).filter_map(move |(rtype, rdata, weight)| {
        Some(ZoneRecord { owner: owner.clone()?, rtype, ttl, rdata, location, weight })
    })
}

fn full_name(name: &[u8], zone: &[u8]) -> Option<NameBuf> {
    let mut wire = [0u8; 255];
    Name::from_wire(join(&mut wire, name, zone)?).ok().map(NameBuf::from)
}

/// The owner of an NSEC3 record, under the apex.
fn hashed_name(place: &[u8], zone: &[u8]) -> Option<NameBuf> {
    full_name(&hash_label(place.first_chunk()?), zone)
}
