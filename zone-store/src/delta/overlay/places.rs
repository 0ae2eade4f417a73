//! What an overlay holds of locations, client maps and bindings.

use alloc::vec::Vec;

use crate::bytes::to_usize;
use crate::delta::maps::{Family, nested};
use crate::delta::overlay::index_of;
use crate::delta::{Change, Delta, FamilyChange, MapChange};
use crate::key::Key;
use crate::map::{Range, Ranges, cover_octets, max};
use crate::overlay::{Patch, PatchedMap, Places};
use crate::source::Id;
use crate::store::Store;

/// The changes of a delta.
pub(super) fn places<'a>(base: &Store<'a>, names: &[Id<'a>], delta: &Delta<'a>) -> Option<Places> {
    let mut removed = Vec::with_capacity(delta.removed_locations.len());
    for name in &delta.removed_locations {
        removed.push(base.find_location(name).filter(|location| location.0 > 0)?.0);
    }
    let added = &delta.added_locations;
    added.iter().all(|name| base.find_location(name).is_none()).then_some(())?;
    let count = base.location_count();
    // The greatest number is no location: it marks gaps.
    count.checked_add(u32::try_from(added.len()).ok()?)?;
    let places = Places {
        locations: count,
        added: added.iter().map(|name| name.to_vec()).collect(),
        removed,
        default_map: base.default_map(),
        maps: Vec::new(),
        binds: Vec::new(),
        bind_index: Vec::new(),
    };
    let mut drafter = Drafter { base, names, maps: Maps::of(base, delta), places };
    for change in &delta.maps {
        drafter.map(change)?;
    }
    drafter.places.maps.sort_unstable_by_key(|map| map.0);
    drafter.bindings(delta)?;
    Some(drafter.places)
}

/// The maps that there are from now on, by name.
struct Maps<'s, 'a> {
    base: &'s Store<'a>,
    added: Vec<Id<'a>>,
    removed: Vec<Id<'a>>,
}

impl<'s, 'a> Maps<'s, 'a> {
    fn of(base: &'s Store<'a>, delta: &Delta<'a>) -> Self {
        let of = |which| {
            let maps = delta.maps.iter().filter(move |map| map.change == which);
            maps.map(|map| map.name).collect()
        };
        Self { base, added: of(Change::Added), removed: of(Change::Removed) }
    }

    fn number(&self, name: Id<'a>) -> Option<u32> {
        match self.base.find_map(name) {
            Some(number) => self.removed.binary_search(&name).is_err().then_some(number),
            None => {
                let own = u32::try_from(self.added.binary_search(&name).ok()?).ok()?;
                self.base.map_count().checked_add(own)
            }
        }
    }
}

struct Drafter<'s, 'a> {
    base: &'s Store<'a>,
    /// Of the locations of the base.
    names: &'s [Id<'a>],
    maps: Maps<'s, 'a>,
    places: Places,
}

impl<'a> Drafter<'_, 'a> {
    fn map(&mut self, change: &MapChange<'a>) -> Option<()> {
        let image = match (self.base.find_map(change.name), change.change) {
            (Some(number), Change::Changed) => Some(self.base.map(number)?),
            (None, Change::Added) => None,
            (Some(_), Change::Removed) => {
                // No name is bound to it any more; those without a binding ask none.
                if change.name.is_empty() {
                    self.places.default_map = None;
                }
                return Some(());
            }
            _ => return None,
        };
        let number = self.maps.number(change.name)?;
        if change.name.is_empty() {
            self.places.default_map = Some(number);
        }
        let map = PatchedMap {
            v4: self.family(image.as_ref().map(|map| map.v4), &change.v4, 32)?,
            v6: self.family(image.as_ref().map(|map| map.v6), &change.v6, 128)?,
        };
        self.places.maps.push((number, map));
        Some(())
    }

    fn family(
        &self,
        image: Option<Ranges<'a>>,
        change: &FamilyChange<'a>,
        width: u8,
    ) -> Option<Patch> {
        let mut ranges = Vec::new();
        match image {
            None => self.window(&Family::empty(), change, (max(width), width), &mut ranges)?,
            Some(image) => self.windows(&image, change, width, &mut ranges)?,
        }
        let covers = change.covers.iter().map(|cover| {
            let value = match cover.new {
                Some(name) => self.places.number(self.base, name)?,
                None => u32::MAX,
            };
            Some((cover.start, cover.len, value))
        });
        let covers = nested(&covers.collect::<Option<Vec<_>>>()?, width);
        let covers = covers.iter().map(|(entry, holder)| cover_octets(entry, *holder)).collect();
        Some(Patch { ranges, covers })
    }

    /// The ranges around each change: those that hold the addresses before it, in it and after it. What the first
    /// begins with and the last ends with stays as it was, so nothing outside can join them.
    fn windows(
        &self,
        image: &Ranges<'a>,
        change: &FamilyChange<'a>,
        width: u8,
        out: &mut Vec<Range>,
    ) -> Option<()> {
        let mut rest = change.ranges.as_slice();
        while let Some(span) = rest.first() {
            let first = image.range_of(span.first.saturating_sub(1))?;
            let mut last = first;
            let mut count = 0usize;
            for span in rest {
                if image.range_of(span.first.saturating_sub(1))? > last && count > 0 {
                    break;
                }
                last = image.range_of(span.last.saturating_add(1).min(max(width)))?;
                count = count.checked_add(1)?;
            }
            let (spans, after) = rest.split_at_checked(count)?;
            rest = after;
            let ranges = (first..=last).map(|number| {
                let (start, value) = image.range(number)?;
                let name = |value: u32| self.names.get(to_usize(value)).copied();
                Some((
                    start,
                    match value {
                        Some(value) => Some(name(value)?),
                        None => None,
                    },
                ))
            });
            let window = Family { ranges: ranges.collect::<Option<_>>()?, covers: Vec::new() };
            let change = FamilyChange { ranges: spans.to_vec(), covers: Vec::new() };
            let end = image.range_at(image.start(last)?, width)?.last;
            self.window(&window, &change, (end, width), out)?;
        }
        Some(())
    }

    /// Ranges up to an address, as the changes make them.
    fn window(
        &self,
        ranges: &Family<'a>,
        change: &FamilyChange<'a>,
        (end, width): (u128, u8),
        out: &mut Vec<Range>,
    ) -> Option<()> {
        let ranges = ranges.changed(change, width)?.ranges;
        let ends = ranges.iter().skip(1).map(|range| range.0.checked_sub(1));
        for ((first, name), last) in ranges.iter().zip(ends.chain([Some(end)])) {
            let value = match name {
                Some(name) => Some(self.places.number(self.base, name)?),
                None => None,
            };
            out.push(Range { first: *first, last: last?, value });
        }
        Some(())
    }

    fn bindings(&mut self, delta: &Delta<'a>) -> Option<()> {
        let mut hashed = Vec::with_capacity(delta.bindings.len());
        for binding in &delta.bindings {
            let key = Key::read(binding.name, self.base.seed())?;
            let out = &mut self.places.binds;
            hashed.push((key.hash(key.depth())?, u32::try_from(out.len()).ok()?));
            out.push(u8::try_from(binding.name.len()).ok()?);
            out.extend_from_slice(binding.name);
            out.push(u8::from(binding.new.is_some()));
            for map in binding.new.unwrap_or_default() {
                let number = match map {
                    Some(map) => self.maps.number(map)?.checked_add(1)?,
                    None => 0,
                };
                out.extend_from_slice(&number.to_le_bytes());
            }
        }
        self.places.bind_index = index_of(&hashed)?;
        Some(())
    }
}
