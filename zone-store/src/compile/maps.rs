//! Client maps and the names bound to them, as they come in and as they are written.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::net::IpAddr;

use dns_wire::Name;

use crate::bytes::to_usize;
use crate::compile::interner::Interner;
use crate::compile::policy::Check;
use crate::compile::{Problems, cost};
use crate::index;
use crate::key::Key;
use crate::map::MapForm;
use crate::map::build::{self, Entry, Swept};
use crate::source::{Bind, MapKind, MapPrefix, Position, Reach};

/// Prefixes and bindings taken in.
#[derive(Clone, Debug, Default)]
pub(crate) struct MapInput {
    names: Interner,
    prefixes: Vec<Families>,
    binds: Vec<BindRow>,
}

/// The prefixes of one map.
#[derive(Clone, Debug, Default)]
struct Families {
    v4: Vec<(Entry, Position)>,
    v6: Vec<(Entry, Position)>,
}

#[derive(Clone, Debug)]
struct BindRow {
    owner: Vec<u8>,
    reach: Reach,
    by: MapKind,
    map: u32,
    at: Position,
}

/// Maps of a name: for itself and for what is below it, by resolver and by subnet.
type Bound = [[Option<u32>; 2]; 2];

/// The sections of the maps.
#[derive(Debug, Default)]
pub(crate) struct MapSections {
    pub(crate) form: MapForm,
    pub(crate) maps: Vec<u8>,
    pub(crate) ranges: Vec<u8>,
    pub(crate) binds: Vec<u8>,
    /// Of the maps: records of fixed size, and names.
    records: Vec<u8>,
    names: Vec<u8>,
    has_default: bool,
    /// Where each bound name is in `binds`, and its name in lower case.
    pub(crate) bound: Vec<(Vec<u8>, u32)>,
    pub(crate) map_count: usize,
    pub(crate) prefix_count: usize,
    pub(crate) range_count: usize,
    /// Locations that a map leads to.
    pub(crate) led_to: Vec<bool>,
}

impl MapInput {
    pub(crate) fn bind(&mut self, bind: &Bind<'_>, at: Position) {
        let map = self.map(bind.map);
        let owner = bind.owner.as_wire().to_ascii_lowercase();
        self.binds.push(BindRow { owner, reach: bind.reach, by: bind.by, map, at });
    }

    pub(crate) fn prefix(&mut self, prefix: &MapPrefix<'_>, location: u32, at: Position) {
        let map = to_usize(self.map(prefix.map));
        let Some(families) = self.prefixes.get_mut(map) else { return };
        let len = prefix.prefix.len();
        match prefix.prefix.address() {
            IpAddr::V4(v4) => {
                let start = u128::from(u32::from(v4));
                families.v4.push((Entry { start, len, value: location }, at));
            }
            IpAddr::V6(v6) => {
                let start = u128::from(v6);
                // What is written as IPv4-mapped is IPv4.
                match len.checked_sub(96) {
                    Some(len) if start >> 32 == 0xffff => {
                        let start = start & 0xffff_ffff;
                        families.v4.push((Entry { start, len, value: location }, at));
                    }
                    _ => families.v6.push((Entry { start, len, value: location }, at)),
                }
            }
        }
    }

    /// Takes in what another has. `locations` leads from its numbers to ours.
    pub(crate) fn append(&mut self, other: Self, locations: &[u32]) -> Option<()> {
        let mut maps = Vec::with_capacity(other.prefixes.len());
        for (number, families) in (0u32..).zip(other.prefixes) {
            let map = self.map(other.names.string(number));
            maps.push(map);
            let own = self.prefixes.get_mut(to_usize(map))?;
            for (own, mut more) in [(&mut own.v4, families.v4), (&mut own.v6, families.v6)] {
                for (entry, _) in &mut more {
                    entry.value = *locations.get(to_usize(entry.value))?;
                }
                own.append(&mut more);
            }
        }
        for bind in other.binds {
            self.binds.push(BindRow { map: *maps.get(to_usize(bind.map))?, ..bind });
        }
        Some(())
    }

    fn map(&mut self, name: &[u8]) -> u32 {
        let map = self.names.put(name).unwrap_or(0);
        if to_usize(map) >= self.prefixes.len() {
            self.prefixes.push(Families::default());
        }
        map
    }

    /// Writes the sections. `locations` leads from provisional to final numbers.
    pub(crate) fn write(
        mut self,
        locations: &[u32],
        form: MapForm,
        problems: &mut Problems,
    ) -> Option<MapSections> {
        let mut out = MapSections::new(form);
        out.led_to.resize(locations.len(), false);
        let order = self.names.sorted();
        let mut numbers = alloc::vec![0u32; order.len()];
        self.warn_of_empty(problems);
        for (number, map) in (0u32..).zip(&order) {
            *numbers.get_mut(to_usize(*map))? = number;
            let families = core::mem::take(self.prefixes.get_mut(to_usize(*map))?);
            let name = self.names.string(*map);
            let wants_default = problems.wants(Check::MapWithoutDefault);
            let place =
                if wants_default { self.place(*map, &families) } else { Position::default() };
            let mut finish = |entries, width| {
                let prefixes = Prefixes { map: name, width, entries };
                prefixes.finish(locations, &mut out.led_to, problems)
            };
            let v4 = finish(families.v4, 32);
            let mut v6 = finish(families.v6, 128);
            out.prefix_count = out.prefix_count.saturating_add(v4.len()).saturating_add(v6.len());
            if !(v4.is_empty() && v6.is_empty()) {
                carve_mapped(&mut v6);
            }
            let swept = [&build::sweep(&v4, 32), &build::sweep(&v6, 128)];
            if wants_default {
                let has_gap = swept.iter().any(|family| {
                    // Addresses written as IPv4-mapped are IPv4: that gap is none.
                    family.ranges.iter().any(|(start, value)| value.is_none() && *start != MAPPED)
                });
                if has_gap {
                    problems.find(Check::MapWithoutDefault, || {
                        let name = name.escape_ascii();
                        let message = format!("the map {name} says nothing of some addresses");
                        (place, message, Some("give it 0.0.0.0/0 and ::/0"))
                    });
                }
            }
            out.map(name, swept, locations.len())?;
        }
        out.finish_maps()?;
        self.write_binds(&order, &numbers, &mut out, problems)?;
        Some(out)
    }

    /// Where a map is first named. The bindings are sorted by their places.
    fn place(&self, map: u32, families: &Families) -> Position {
        let bound = self.binds.iter().find(|bind| bind.map == map).map(|bind| bind.at);
        let prefixes = families.v4.iter().chain(&families.v6).map(|(_, at)| *at);
        bound.or_else(|| prefixes.min()).unwrap_or_default()
    }

    /// A map without prefixes leads nowhere: most likely its name is mistyped. The default map may be empty.
    fn warn_of_empty(&mut self, problems: &mut Problems) {
        self.binds.sort_by_key(|bind| bind.at);
        let mut told = alloc::vec![false; self.prefixes.len()];
        for bind in &self.binds {
            let name = self.names.string(bind.map);
            let is_empty = self
                .prefixes
                .get(to_usize(bind.map))
                .is_some_and(|map| map.v4.is_empty() && map.v6.is_empty());
            if let Some(told) = told.get_mut(to_usize(bind.map))
                && is_empty
                && !name.is_empty()
                && !*told
            {
                *told = true;
                let message = format!("the map {} has no prefixes", name.escape_ascii());
                problems.find(Check::EmptyMap, || (bind.at, message, None));
            }
        }
    }

    /// The bindings are sorted by their places. `order` leads from final to provisional numbers of maps,
    /// `numbers` back.
    fn write_binds(
        &mut self,
        order: &[u32],
        numbers: &[u32],
        out: &mut MapSections,
        problems: &mut Problems,
    ) -> Option<()> {
        // Maps of a name by [exact, below][resolver, subnet]; names above bound ones are there too, empty.
        let mut table: BTreeMap<(u8, Vec<u8>), Bound> = BTreeMap::new();
        for bind in &self.binds {
            let map = *numbers.get(to_usize(bind.map))?;
            let mut rest = bind.owner.as_slice();
            loop {
                table.entry((depth_of(rest), rest.to_vec())).or_default();
                let Some(len) = rest.first().filter(|len| **len > 0) else { break };
                rest = rest.get(usize::from(*len).saturating_add(1)..)?;
            }
            let row = table.get_mut(&(depth_of(&bind.owner), bind.owner.clone()))?;
            let reach = row.get_mut(usize::from(bind.reach == Reach::Below))?;
            let slot = reach.get_mut(usize::from(bind.by == MapKind::ClientSubnet))?;
            if let Some(other) = slot.filter(|other| *other != map) {
                let other = order.get(to_usize(other)).copied().unwrap_or_default();
                let (other, map) = (self.names.string(other), self.names.string(bind.map));
                let owner = Name::from_wire(&bind.owner).map(|name| name.to_string());
                let message = format!(
                    "{} is bound to the map {} already, and now to {}",
                    owner.unwrap_or_default(),
                    other.escape_ascii(),
                    map.escape_ascii()
                );
                problems.error(bind.at, message);
            }
            *slot = Some(map);
        }
        // Shallow names first, so that what reaches down from above is known.
        let mut below: BTreeMap<Vec<u8>, [Option<u32>; 2]> = BTreeMap::new();
        for ((_, name), [exact, own]) in &table {
            let parent =
                name.first().and_then(|len| name.get(usize::from(*len).saturating_add(1)..));
            let inherited = parent.and_then(|p| below.get(p)).copied().unwrap_or_default();
            let pick = |own: &[Option<u32>; 2]| {
                let [a, b] = own;
                let [c, d] = inherited;
                [a.or(c), b.or(d)]
            };
            let (exact, own) = (pick(exact), pick(own));
            below.insert(name.clone(), own);
            let ([a, b], [c, d]) = (exact, own);
            out.bind(name, [a, b, c, d])?;
        }
        Some(())
    }
}

impl MapSections {
    pub(crate) fn new(form: MapForm) -> Self {
        Self { form, ..Self::default() }
    }

    /// Adds a map, in the order of the names. `locations` is how many there are.
    pub(crate) fn map(
        &mut self,
        name: &[u8],
        families: [&Swept; 2],
        locations: usize,
    ) -> Option<()> {
        let name_at = u32::try_from(self.names.len()).ok()?;
        let name_len = u32::try_from(name.len()).ok()?;
        self.records.extend_from_slice(&name_at.to_le_bytes());
        self.records.extend_from_slice(&name_len.to_le_bytes());
        for (family, width) in families.iter().zip([32, 128]) {
            let offset = u32::try_from(self.ranges.len()).ok()?;
            self.records.extend_from_slice(&offset.to_le_bytes());
            let count = build::write(&mut self.ranges, family, width, locations, self.form);
            self.range_count = self.range_count.saturating_add(count);
        }
        self.has_default |= name.is_empty();
        self.names.extend_from_slice(name);
        self.map_count = self.map_count.saturating_add(1);
        Some(())
    }

    /// After the last map.
    pub(crate) fn finish_maps(&mut self) -> Option<()> {
        if self.map_count > 0 {
            let count = u32::try_from(self.map_count).ok()?;
            self.maps.extend_from_slice(&count.to_le_bytes());
            self.maps.extend_from_slice(&u32::from(self.has_default).to_le_bytes());
            self.maps.append(&mut self.records);
            self.maps.append(&mut self.names);
        }
        Some(())
    }

    /// Adds a bound name: its maps by resolver and by subnet, then those of the names below it. By depth, then
    /// by octets.
    pub(crate) fn bind(&mut self, name: &[u8], maps: [Option<u32>; 4]) -> Option<()> {
        self.bound.push((name.to_vec(), u32::try_from(self.binds.len()).ok()?));
        self.binds.push(u8::try_from(name.len()).ok()?);
        self.binds.extend_from_slice(name);
        for map in maps {
            let number = map.map_or(Some(0), |map| map.checked_add(1))?;
            self.binds.extend_from_slice(&number.to_le_bytes());
        }
        Some(())
    }

    /// The hash index of the bound names.
    pub(crate) fn index(&self, seed: u64) -> Option<Vec<u8>> {
        let hashed = self.bound.iter().filter_map(|(name, offset)| {
            let key = Key::read(name, seed)?;
            Some((key.hash(key.depth())?, *offset))
        });
        index::build(self.bound.len(), hashed)
    }
}

/// What a binding counts for [`CompileOptions::max_octets`](crate::CompileOptions::max_octets): its name, and those
/// above it, which are kept too.
pub(crate) fn cost_of(bind: &Bind<'_>) -> u64 {
    let mut rest = bind.owner.as_wire();
    let mut octets = cost(bind.map.len());
    while let Some(len) = rest.first().filter(|len| **len > 0) {
        octets = octets.saturating_add(cost(rest.len()));
        rest = rest.get(usize::from(*len).saturating_add(1)..).unwrap_or_default();
    }
    octets
}

/// The prefixes of one family in a map.
struct Prefixes<'a> {
    map: &'a [u8],
    /// Bits of an address.
    width: u8,
    entries: Vec<(Entry, Position)>,
}

impl Prefixes<'_> {
    /// Sorts the prefixes, numbers their locations, and drops repetitions.
    fn finish(self, locations: &[u32], led_to: &mut [bool], problems: &mut Problems) -> Vec<Entry> {
        let Self { map, width, mut entries } = self;
        for (entry, _) in &mut entries {
            entry.value = locations.get(to_usize(entry.value)).copied().unwrap_or(0);
            if let Some(led) = led_to.get_mut(to_usize(entry.value)) {
                *led = true;
            }
        }
        entries.sort_unstable_by_key(|(entry, at)| (entry.start, entry.len, *at));
        let mut out: Vec<Entry> = Vec::with_capacity(entries.len());
        for (entry, at) in entries {
            match out.last() {
                Some(last) if (last.start, last.len) == (entry.start, entry.len) => {
                    if last.value != entry.value {
                        let address = match u32::try_from(entry.start) {
                            Ok(v4) if width == 32 => IpAddr::V4(v4.into()),
                            _ => IpAddr::V6(entry.start.into()),
                        };
                        let (len, map) = (entry.len, map.escape_ascii());
                        let message = format!(
                            "{address}/{len} has another location in the map '{map}' already"
                        );
                        problems.error(at, message);
                    }
                }
                _ => out.push(entry),
            }
        }
        out
    }
}

/// Keeps the IPv4-mapped block out of the IPv6 ranges: those addresses are answered as IPv4, and no IPv6 scope
/// may reach over them.
fn carve_mapped(v6: &mut Vec<Entry>) {
    let mapped = Entry { start: MAPPED, len: 96, value: Entry::GAP };
    let at = v6.partition_point(|entry| (entry.start, entry.len) < (mapped.start, mapped.len));
    v6.insert(at, mapped);
}

fn depth_of(wire: &[u8]) -> u8 {
    let mut depth = 0u8;
    let mut rest = wire;
    while let Some(len) = rest.first().filter(|len| **len > 0) {
        depth = depth.saturating_add(1);
        rest = rest.get(usize::from(*len).saturating_add(1)..).unwrap_or_default();
    }
    depth
}

/// The first IPv4-mapped address (RFC 4291 §2.5.5.2).
const MAPPED: u128 = 0xffff_0000_0000;
