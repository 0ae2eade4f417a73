//! The names of a zone that an overlay has to hold.

use alloc::vec::Vec;

use crate::compile::sort_key;
use crate::delta::ZoneChange;
use crate::delta::apply::apply;
use crate::delta::contents::{Set, nodes, sets_of};
use crate::key::Key;
use crate::node::Node;
use crate::source::Id;
use crate::store::{Store, ZoneView};

/// A name and what it has from now on.
pub(super) struct Affected<'a> {
    /// Its sort key, that of the apex in front.
    pub(super) key: Vec<u8>,
    /// Where it is in the image.
    pub(super) node: Option<(u32, Node<'a>)>,
    pub(super) sets: Vec<Set<'a>>,
    /// It has sets, or names below it that do.
    pub(super) is_there: bool,
}

/// Where the names are looked for.
pub(super) struct Finder<'s, 'a> {
    pub(super) base: &'s Store<'a>,
    /// The locations of the image.
    pub(super) locations: &'s [Id<'a>],
    pub(super) zone: Option<ZoneView<'a>>,
    /// The sort key of the apex.
    pub(super) apex: &'s [u8],
}

impl<'a> Finder<'_, 'a> {
    /// The names that change; the names above them, for what they say of those below; and the names below a
    /// delegation or a DNAME that comes or goes. In canonical order, the apex first.
    pub(super) fn names(&self, change: &ZoneChange<'a>) -> Option<Vec<Affected<'a>>> {
        let mut names: Vec<Affected<'a>> = Vec::new();
        let mut below: Vec<Affected<'a>> = Vec::new();
        let mut top: Option<Vec<u8>> = None;
        // The apex is always there: its SOA is asked for with each denial.
        names.push(self.as_it_was(self.apex.to_vec())?);
        for sets in change.sets.chunk_by(|a, b| a.owner == b.owner) {
            let owner = sets.first()?.owner;
            let mut key = self.apex.to_vec();
            sort_key::push(&mut key, owner);
            let before = names.last().map(|name| name.key.clone()).unwrap_or_default();
            // Names come after those above them: what is not above the name before is new.
            for end in sort_key::ends(&key).filter(|end| *end > self.apex.len() && *end < key.len())
            {
                let above = key.get(..end)?;
                if !before.starts_with(above) {
                    names.push(self.as_it_was(above.to_vec())?);
                }
            }
            let mut name = match key == before {
                // Only the apex can be there already.
                true => names.pop()?,
                false => self.as_it_was(key)?,
            };
            let now = apply(&name.sets, sets)?;
            let is_apex = owner.is_empty();
            if ends_zone(&name.sets, is_apex) != ends_zone(&now, is_apex) {
                // Once for all, where cut lies below cut.
                let is_listed = |top: &Vec<u8>| name.key.starts_with(top);
                if !top.as_ref().is_some_and(is_listed) {
                    for (key, offset, node) in self.below(&name) {
                        below.push(self.affected(key, Some((offset, node)))?);
                    }
                    top = Some(name.key.clone());
                }
            }
            name.sets = now;
            names.push(name);
        }
        if !below.is_empty() {
            // Sorting is stable: of two, that with the change is first.
            names.append(&mut below);
            names.sort_by(|a, b| a.key.cmp(&b.key));
            names.dedup_by(|a, b| a.key == b.key);
        }
        self.settle(&mut names)?;
        Some(names)
    }

    /// A name as the image has it.
    fn as_it_was(&self, key: Vec<u8>) -> Option<Affected<'a>> {
        let Some(zone) = &self.zone else { return self.affected(key, None) };
        let mut wire = Vec::with_capacity(255);
        sort_key::wire(&mut wire, &key);
        wire.push(0);
        let name = Key::read(&wire, self.base.seed())?;
        let Some(octets) = self.base.find_octets(zone, &name, name.depth()) else {
            return self.affected(key, None);
        };
        let offset = self.base.nodes().len().checked_sub(octets.len())?;
        self.affected(key, Some((u32::try_from(offset).ok()?, Node::read(octets)?)))
    }

    fn affected(&self, key: Vec<u8>, node: Option<(u32, Node<'a>)>) -> Option<Affected<'a>> {
        let mut sets = Vec::new();
        if let Some((_, node)) = &node {
            sets_of(self.base, self.locations, node, &mut sets)?;
        }
        Some(Affected { key, node, sets, is_there: false })
    }

    /// The names that the image has below one: their keys, where they are, and their octets.
    fn below(&self, name: &Affected<'a>) -> impl Iterator<Item = (Vec<u8>, u32, Node<'a>)> {
        let start = name.node.map(|node| node.0);
        let view = self.zone.zip(start).map(|(mut zone, start)| {
            zone.start = start;
            zone
        });
        let mut next = start;
        let all = nodes(self.base, view.as_ref()).map_while(move |(node, octets)| {
            let offset = next?;
            next = offset.checked_add(u32::try_from(octets.len()).ok()?);
            let mut key = self.apex.to_vec();
            sort_key::push(&mut key, node.name);
            Some((key, offset, node))
        });
        // The first is the name itself.
        all.skip(1).take_while(|(key, _, _)| key.starts_with(&name.key))
    }

    /// Finds out which names are there: from the last to the first, so that what is below a name is known.
    fn settle(&self, names: &mut [Affected<'a>]) -> Option<()> {
        let known: Vec<u32> = names.iter().filter_map(|name| Some(name.node?.0)).collect();
        let is_as_it_was = |offset: u32| known.binary_search(&offset).is_err();
        let mut after: Option<usize> = None;
        for at in (0..names.len()).rev() {
            let name = names.get(at)?;
            let is_above = |other: &Affected<'_>| other.key.starts_with(&name.key);
            let is_there = !name.sets.is_empty()
                || after.and_then(|after| names.get(after)).is_some_and(is_above)
                || self.below(name).any(|(_, offset, _)| is_as_it_was(offset));
            if is_there {
                names.get_mut(at)?.is_there = true;
                after = Some(at);
            }
        }
        Some(())
    }
}

/// Whether the names below one with these sets are in another zone or nowhere.
fn ends_zone(sets: &[Set<'_>], is_apex: bool) -> bool {
    sets.iter().any(|set| set.0 == DNAME || (set.0 == NS && !is_apex))
}

const NS: u16 = 2;
const DNAME: u16 = 39;
