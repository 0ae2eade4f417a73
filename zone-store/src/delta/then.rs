//! Two deltas, one after the other, as one.

use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::delta::contents::{
    bind_order, bound_at, key_of, locations, merge, nodes, proofs_of, sets_of,
};
use crate::delta::maps::Family;
use crate::delta::{
    BindingChange, Change, CoverChange, Delta, DeltaError, FamilyChange, MapChange, ProofChange,
    SetChange, Span, ZoneChange,
};
use crate::image::Image;
use crate::key::Key;
use crate::location::MapView;
use crate::map::Ranges;
use crate::source::Id;
use crate::store::Store;

impl<'a> Delta<'a> {
    /// The delta that leads where this one and then the next lead: the very one that [`Delta::between`] makes of the
    /// first image and the last. `base` is the image that this one is for: a zone or a map that goes and comes
    /// again is compared with what it was.
    ///
    /// # Errors
    /// [`DeltaError::WrongBase`] when the three do not follow each other, `NotInBase` when one of them lies.
    ///
    /// # Cost
    /// O(c log c) in the changes of both; of a zone or map that goes and comes again, all that it had counts as well.
    pub fn then<B: AsRef<[u8]>>(
        &self,
        next: &Self,
        base: &'a Image<B>,
    ) -> Result<Self, DeltaError> {
        for (made_for, given) in [(self.base, base.digest()), (next.base, self.result)] {
            if made_for != given {
                return Err(DeltaError::WrongBase { made_for, given });
            }
        }
        let joiner = Joiner { base: &base.store(), locations: &locations(&base.store()) };
        joiner.join(self, next).ok_or(DeltaError::NotInBase)
    }
}

/// What the first delta is for.
struct Joiner<'s, 'a> {
    base: &'s Store<'a>,
    locations: &'s [Id<'a>],
}

impl<'a> Joiner<'_, 'a> {
    fn join(&self, first: &Delta<'a>, next: &Delta<'a>) -> Option<Delta<'a>> {
        // What came and went again, or went and came, is as it was.
        let either = |own: [&Vec<Id<'a>>; 2], undone: [&Vec<Id<'a>>; 2]| {
            let of = |(own, undone): (&Vec<Id<'a>>, &Vec<Id<'a>>)| {
                let stays = |id: &Id<'a>| undone.binary_search(id).is_err();
                own.iter().copied().filter(stays).collect::<Vec<_>>()
            };
            let mut all: Vec<Id<'a>> = own.into_iter().zip(undone).flat_map(of).collect();
            all.sort_unstable();
            all
        };
        let removed = [&first.removed_locations, &next.removed_locations];
        let added = [&first.added_locations, &next.added_locations];
        let [added_first, added_next] = added;
        let [removed_first, removed_next] = removed;
        Some(Delta {
            base: first.base,
            result: next.result,
            is_override: next.is_override,
            map_form: next.map_form,
            removed_locations: either(removed, [added_next, added_first]),
            added_locations: either(added, [removed_next, removed_first]),
            zones: self.zones(&first.zones, &next.zones)?,
            maps: self.maps(&first.maps, &next.maps)?,
            bindings: self.bindings(&first.bindings, &next.bindings)?,
        })
    }

    fn zones(
        &self,
        first: &[ZoneChange<'a>],
        next: &[ZoneChange<'a>],
    ) -> Option<Vec<ZoneChange<'a>>> {
        let mut zones = Vec::with_capacity(first.len().max(next.len()));
        let order = |a: &&ZoneChange<'_>, b: &&ZoneChange<'_>| match a.apex == b.apex {
            true => Ordering::Equal,
            false => key_of(a.apex).cmp(&key_of(b.apex)),
        };
        for pair in merge(first.iter(), next.iter(), order) {
            let (first, next) = match pair {
                (Some(first), Some(next)) => (first, next),
                (one, other) => {
                    zones.extend(one.or(other).cloned());
                    continue;
                }
            };
            let gone;
            let (change, first) = match (first.change, next.change) {
                (Change::Added, Change::Removed) => continue,
                (Change::Changed, Change::Removed) => {
                    zones.push(next.clone());
                    continue;
                }
                (Change::Removed, Change::Added) => {
                    gone = self.gone(first.apex)?;
                    (Change::Changed, &gone)
                }
                (change @ (Change::Added | Change::Changed), Change::Changed) => (change, first),
                _ => return None,
            };
            let (sets, proofs) =
                (sets(&first.sets, &next.sets)?, proofs(&first.proofs, &next.proofs)?);
            if change == Change::Added || !sets.is_empty() || !proofs.is_empty() {
                zones.push(ZoneChange { apex: first.apex, change, sets, proofs });
            }
        }
        Some(zones)
    }

    /// A zone of the base that goes, with all that it has.
    fn gone(&self, apex: &'a [u8]) -> Option<ZoneChange<'a>> {
        let key = Key::read(apex, self.base.seed())?;
        let zone = self.base.find_zone(&key, key.depth());
        let zone = zone.filter(|zone| zone.depth == key.depth())?;
        let mut had = Vec::new();
        let mut sets = Vec::new();
        for (node, _) in nodes(self.base, Some(&zone)) {
            had.clear();
            sets_of(self.base, self.locations, &node, &mut had)?;
            let owner = node.name;
            sets.extend(had.iter().map(|(rtype, location, group)| SetChange {
                owner,
                rtype: *rtype,
                location,
                old: Some(group),
                new: None,
            }));
        }
        let proofs = proofs_of(self.base, Some(&zone))?.into_iter();
        let proofs = proofs.map(|(hash, group)| ProofChange { hash, old: Some(group), new: None });
        Some(ZoneChange { apex, change: Change::Removed, sets, proofs: proofs.collect() })
    }

    fn maps(&self, first: &[MapChange<'a>], next: &[MapChange<'a>]) -> Option<Vec<MapChange<'a>>> {
        let mut maps = Vec::with_capacity(first.len().max(next.len()));
        for pair in merge(first.iter(), next.iter(), |a, b| a.name.cmp(b.name)) {
            let (first, next) = match pair {
                (Some(first), Some(next)) => (first, next),
                (one, other) => {
                    maps.extend(one.or(other).cloned());
                    continue;
                }
            };
            let name = first.name;
            let base = self.base.find_map(name).and_then(|number| self.base.map(number));
            let (change, v4, v6) = match (first.change, next.change) {
                (Change::Added, Change::Removed) => continue,
                (Change::Changed, Change::Removed) => {
                    maps.push(next.clone());
                    continue;
                }
                (Change::Removed, Change::Added) => {
                    let MapView { v4, v6, .. } = base?;
                    let again = |ranges: Ranges<'a>, next: &FamilyChange<'a>, width: u8| {
                        let now = Family::empty().changed(next, width)?;
                        Some(Family::read(&ranges, self.locations)?.until(&now, width))
                    };
                    (Change::Changed, again(v4, &next.v4, 32)?, again(v6, &next.v6, 128)?)
                }
                (change @ (Change::Added | Change::Changed), Change::Changed) => {
                    let v4 = self.family(&first.v4, &next.v4, base.map(|map| map.v4))?;
                    let v6 = self.family(&first.v6, &next.v6, base.map(|map| map.v6))?;
                    (change, v4, v6)
                }
                _ => return None,
            };
            let is_same = [&v4, &v6].iter().all(|f| f.ranges.is_empty() && f.covers.is_empty());
            if change == Change::Added || !is_same {
                maps.push(MapChange { name, change, v4, v6 });
            }
        }
        Some(maps)
    }

    fn family(
        &self,
        first: &FamilyChange<'a>,
        next: &FamilyChange<'a>,
        base: Option<Ranges<'a>>,
    ) -> Option<FamilyChange<'a>> {
        let order =
            |a: &CoverChange<'_>, b: &CoverChange<'_>| (a.start, a.len).cmp(&(b.start, b.len));
        let both = merge(first.covers.iter().copied(), next.covers.iter().copied(), order);
        let covers = both.filter_map(|(first, next)| {
            let cover = next.or(first)?;
            // A cover does not tell what was there before.
            let was = || {
                let cover = base?.find_cover(cover.start, cover.len)?;
                self.locations.get(crate::bytes::to_usize(cover.value)).copied()
            };
            (first.is_none() || next.is_none() || cover.new != was()).then_some(cover)
        });
        Some(FamilyChange { ranges: spans(&first.ranges, &next.ranges)?, covers: covers.collect() })
    }

    fn bindings(
        &self,
        first: &[BindingChange<'a>],
        next: &[BindingChange<'a>],
    ) -> Option<Vec<BindingChange<'a>>> {
        let order = |a: &BindingChange<'_>, b: &BindingChange<'_>| bind_order(a.name, b.name);
        let both = merge(first.iter().copied(), next.iter().copied(), order);
        let bindings = both.filter_map(|(first, next)| {
            let binding = next.or(first)?;
            let is_new = || binding.new != bound_at(self.base, binding.name);
            (first.is_none() || next.is_none() || is_new()).then_some(binding)
        });
        Some(bindings.collect())
    }
}

/// What both change; what comes back to what it was is no change.
fn sets<'a>(first: &[SetChange<'a>], next: &[SetChange<'a>]) -> Option<Vec<SetChange<'a>>> {
    let order = |a: &SetChange<'_>, b: &SetChange<'_>| {
        let owners = match a.owner == b.owner {
            true => Ordering::Equal,
            false => key_of(a.owner).cmp(&key_of(b.owner)),
        };
        owners.then_with(|| (a.rtype, a.location).cmp(&(b.rtype, b.location)))
    };
    let mut sets = Vec::with_capacity(first.len().max(next.len()));
    for pair in merge(first.iter().copied(), next.iter().copied(), order) {
        match pair {
            (Some(first), Some(next)) if first.new != next.old => return None,
            (Some(first), Some(next)) if first.old == next.new => {}
            (Some(first), Some(next)) => sets.push(SetChange { new: next.new, ..first }),
            (one, other) => sets.extend(one.or(other)),
        }
    }
    Some(sets)
}

fn proofs<'a>(first: &[ProofChange<'a>], next: &[ProofChange<'a>]) -> Option<Vec<ProofChange<'a>>> {
    let mut proofs = Vec::with_capacity(first.len().max(next.len()));
    for pair in merge(first.iter().copied(), next.iter().copied(), |a, b| a.hash.cmp(b.hash)) {
        match pair {
            (Some(first), Some(next)) if first.new != next.old => return None,
            (Some(first), Some(next)) if first.old == next.new => {}
            (Some(first), Some(next)) => proofs.push(ProofChange { new: next.new, ..first }),
            (one, other) => proofs.extend(one.or(other)),
        }
    }
    Some(proofs)
}

/// Addresses that move with both, cut where either has a border, and joined where none is left.
fn spans<'a>(first: &[Span<'a>], next: &[Span<'a>]) -> Option<Vec<Span<'a>>> {
    let mut out: Vec<Span<'a>> = Vec::with_capacity(first.len().max(next.len()));
    let mut push = |span: Span<'a>| {
        if span.old == span.new {
            return;
        }
        let joins = |last: &&mut Span<'a>| {
            last.last.checked_add(1) == Some(span.first)
                && (last.old, last.new) == (span.old, span.new)
        };
        match out.last_mut().filter(joins) {
            Some(last) => last.last = span.last,
            None => out.push(span),
        }
    };
    let (mut firsts, mut nexts) = (first.iter().copied(), next.iter().copied());
    let (mut first, mut next) = (firsts.next(), nexts.next());
    loop {
        let (piece, last) = match (first, next) {
            (None, None) => break,
            (Some(a), Some(b)) if a.first == b.first => {
                if a.new != b.old {
                    return None;
                }
                (Span { new: b.new, ..a }, a.last.min(b.last))
            }
            (Some(a), Some(b)) if a.first < b.first => (a, a.last.min(b.first.checked_sub(1)?)),
            (Some(a), Some(b)) => (b, b.last.min(a.first.checked_sub(1)?)),
            (Some(a), None) => (a, a.last),
            (None, Some(b)) => (b, b.last),
        };
        push(Span { last, ..piece });
        // What is left of each begins after the piece.
        let is_at = |span: &Span<'a>| span.first == piece.first;
        for (span, rest) in [(&mut first, &mut firsts), (&mut next, &mut nexts)] {
            if let Some(own) = span.filter(is_at) {
                *span = match own.last > last {
                    true => Some(Span { first: last.checked_add(1)?, ..own }),
                    false => rest.next(),
                };
            }
        }
    }
    Some(out)
}
