//! Client maps side by side, and put together again.

use alloc::vec::Vec;

use crate::bytes::to_usize;
use crate::delta::contents::{locations, merge};
use crate::delta::{Change, CoverChange, FamilyChange, MapChange, Span};
use crate::map::build::{Entry, Swept};
use crate::map::{Ranges, max};
use crate::source::Id;
use crate::store::Store;

/// What changes in the maps.
pub(super) fn between<'a>(old: &Store<'a>, new: &Store<'a>) -> Option<Vec<MapChange<'a>>> {
    let all = |store: &Store<'a>| {
        let store = *store;
        (0..store.map_count()).filter_map(move |number| store.map(number))
    };
    let (old_names, new_names) = (locations(old), locations(new));
    let mut changes = Vec::new();
    for (before, after) in merge(all(old), all(new), |a, b| a.name.cmp(b.name)) {
        let (change, name) = match (&before, &after) {
            (None, Some(map)) => (Change::Added, map.name),
            (Some(map), None) => (Change::Removed, map.name),
            (Some(map), Some(_)) => (Change::Changed, map.name),
            (None, None) => continue,
        };
        let Some(after) = after else {
            let (v4, v6) = (FamilyChange::default(), FamilyChange::default());
            changes.push(MapChange { name, change, v4, v6 });
            continue;
        };
        let family = |old: Option<Ranges<'a>>, new: Ranges<'a>, width: u8| {
            let old = old.map_or(Some(Family::empty()), |old| Family::read(&old, &old_names))?;
            Some(old.until(&Family::read(&new, &new_names)?, width))
        };
        let v4 = family(before.map(|map| map.v4), after.v4, 32)?;
        let v6 = family(before.map(|map| map.v6), after.v6, 128)?;
        let is_same = [&v4, &v6].iter().all(|f| f.ranges.is_empty() && f.covers.is_empty());
        if change == Change::Added || !is_same {
            changes.push(MapChange { name, change, v4, v6 });
        }
    }
    Some(changes)
}

/// The addresses of one family in one map, with the names of the locations.
#[derive(Clone, Debug)]
pub(super) struct Family<'a> {
    /// First address and location; each range lasts until the next one.
    pub(super) ranges: Vec<(u128, Option<Id<'a>>)>,
    pub(super) covers: Vec<(u128, u8, Id<'a>)>,
}

impl<'a> Family<'a> {
    pub(super) fn empty() -> Self {
        Self { ranges: alloc::vec![(0, None)], covers: Vec::new() }
    }

    pub(super) fn read(ranges: &Ranges<'a>, locations: &[Id<'a>]) -> Option<Self> {
        let name = |number: u32| locations.get(to_usize(number)).copied();
        let all = (0..ranges.count()).map(|number| {
            let (start, value) = ranges.range(number)?;
            let value = match value {
                Some(value) => Some(name(value)?),
                None => None,
            };
            Some((start, value))
        });
        let covers = ranges.covers().map(|(start, len, value)| Some((start, len, name(value)?)));
        Some(Self { ranges: all.collect::<Option<_>>()?, covers: covers.collect::<Option<_>>()? })
    }

    /// What changes from this to the other.
    pub(super) fn until(&self, new: &Self, width: u8) -> FamilyChange<'a> {
        let mut ranges: Vec<Span<'a>> = Vec::new();
        let (mut old_value, mut new_value) = (None, None);
        let mut open: Option<Span<'a>> = None;
        let order = |a: &(u128, Option<Id<'a>>), b: &(u128, Option<Id<'a>>)| a.0.cmp(&b.0);
        let borders = merge(self.ranges.iter().copied(), new.ranges.iter().copied(), order);
        for (old, new) in borders {
            let Some((start, _)) = old.or(new) else { continue };
            old_value = old.map_or(old_value, |range| range.1);
            new_value = new.map_or(new_value, |range| range.1);
            if let Some(span) = open.take() {
                ranges.push(Span { last: start.saturating_sub(1), ..span });
            }
            if old_value != new_value {
                open =
                    Some(Span { first: start, last: max(width), old: old_value, new: new_value });
            }
        }
        ranges.extend(open);
        let order = |a: &(u128, u8, Id<'a>), b: &(u128, u8, Id<'a>)| (a.0, a.1).cmp(&(b.0, b.1));
        let covers = merge(self.covers.iter().copied(), new.covers.iter().copied(), order)
            .filter(|(old, new)| old != new)
            .filter_map(|(old, new)| {
                let (start, len, _) = new.or(old)?;
                Some(CoverChange { start, len, new: new.map(|cover| cover.2) })
            })
            .collect();
        FamilyChange { ranges, covers }
    }

    /// This with the changes. `None` where they do not fit.
    pub(super) fn changed(&self, change: &FamilyChange<'a>, width: u8) -> Option<Self> {
        let mut out = Self { ranges: Vec::with_capacity(self.ranges.len()), covers: Vec::new() };
        let mut begin = |start: u128, value: Option<Id<'a>>| {
            if out.ranges.last().is_none_or(|last| last.1 != value) {
                out.ranges.push((start, value));
            }
        };
        let mut own = self.ranges.iter().copied().peekable();
        let mut value = None;
        let mut spans = change.ranges.iter().peekable();
        while let Some(span) = spans.next() {
            // Up to the span, what was there.
            while let Some((start, next)) = own.next_if(|range| range.0 < span.first) {
                value = next;
                begin(start, value);
            }
            if let Some((_, next)) = own.next_if(|range| range.0 == span.first) {
                value = next;
            }
            // Within it, the one old value that it tells.
            if value != span.old {
                return None;
            }
            begin(span.first, span.new);
            let after = span.last.checked_add(1).filter(|after| *after <= max(width));
            while let Some((start, next)) = own.next_if(|range| range.0 <= span.last) {
                if next != span.old || Some(start) == after {
                    return None;
                }
                value = next;
            }
            if let Some(after) = after
                && own.peek().is_none_or(|range| range.0 != after)
                && spans.peek().is_none_or(|span| span.first != after)
            {
                begin(after, value);
            }
        }
        for (start, next) in own {
            begin(start, next);
        }
        let order = |a: &(u128, u8, Id<'a>), b: &CoverChange<'a>| (a.0, a.1).cmp(&(b.start, b.len));
        let covers = merge(self.covers.iter().copied(), change.covers.iter().copied(), order);
        out.covers = covers
            .filter_map(|(old, change)| match (old, change) {
                (_, Some(change)) => change.new.map(|id| (change.start, change.len, id)),
                (old, None) => old,
            })
            .collect();
        Some(out)
    }

    /// With numbers for the names of `locations`, which are sorted. `None` where one is not there.
    pub(super) fn numbered(&self, locations: &[Id<'a>], width: u8) -> Option<Swept> {
        let number = |id: Id<'a>| u32::try_from(locations.binary_search(&id).ok()?).ok();
        let ranges = self.ranges.iter().map(|(start, value)| match value {
            Some(id) => Some((*start, Some(number(id)?))),
            None => Some((*start, None)),
        });
        let ranges = ranges.collect::<Option<_>>()?;
        let covers = self.covers.iter().map(|(start, len, id)| Some((*start, *len, number(id)?)));
        let covers = nested(&covers.collect::<Option<Vec<_>>>()?, width);
        Some(Swept { ranges, covers })
    }
}

/// Sorted covers, each with the number of the one that holds it.
pub(super) fn nested(covers: &[(u128, u8, u32)], width: u8) -> Vec<(Entry, u32)> {
    // The covers that hold the one at hand: their last addresses and numbers.
    let mut open: Vec<(u128, u32)> = Vec::new();
    let mut nested = Vec::with_capacity(covers.len());
    for (own, (start, len, value)) in (1u32..).zip(covers) {
        while open.last().is_some_and(|(last, _)| last < start) {
            open.pop();
        }
        let holder = open.last().map_or(0, |(_, number)| *number);
        nested.push((Entry { start: *start, len: *len, value: *value }, holder));
        open.push((start | max(width).checked_shr(u32::from(*len)).unwrap_or(0), own));
    }
    nested
}
