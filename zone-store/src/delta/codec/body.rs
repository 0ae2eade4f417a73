//! What stands behind the header of a delta, read. What cannot be of any delta is `None`.

use alloc::vec::Vec;
use core::cmp::Ordering;

use dns_wire::Name;

use crate::bytes::{Reader, to_usize};
use crate::delta::{
    BindingChange, Change, CoverChange, FamilyChange, MapChange, ProofChange, SetChange, Span,
    ZoneChange,
};
use crate::map::max;
use crate::nsec::canonical;
use crate::rrset::Group;
use crate::source::Id;

/// The old state of an RRset and the new.
type Groups<'a> = (Option<&'a [u8]>, Option<&'a [u8]>);

/// Reads the body. `None` is malformed.
pub(super) struct Body<'a> {
    pub(super) rest: Reader<'a>,
    pub(super) names: Vec<Id<'a>>,
}

impl<'a> Body<'a> {
    pub(super) fn zone(&mut self) -> Option<ZoneChange<'a>> {
        let change = self.change()?;
        let apex = self.string()?;
        let sound = |name: &[u8]| !name.iter().any(u8::is_ascii_uppercase);
        Name::from_wire(apex).ok().filter(|_| sound(apex))?;
        let mut sets: Vec<SetChange<'a>> = Vec::new();
        for _ in 0..self.count(2)? {
            let owner = self.string()?;
            if !sound(owner) || !is_labels(owner, apex) {
                return None;
            }
            // Each owner has changes, and follows the one before.
            let before = sets.last().map(|set| set.owner);
            if before.is_some_and(|before| canonical(before, owner).is_ge()) {
                return None;
            }
            let first = sets.len();
            for _ in 0..self.count(4)? {
                let rtype = u16::try_from(self.number()?).ok()?;
                let location = self.id()?;
                let (old, new) = self.groups()?;
                sets.push(SetChange { owner, rtype, location, old, new });
            }
            let own = sets.get(first..)?;
            let place = |set: &SetChange<'a>| (set.rtype, set.location);
            (!own.is_empty() && own.is_sorted_by(|a, b| place(a) < place(b))).then_some(())?;
        }
        let proof = |body: &mut Self| {
            let (hash, rest) = body.rest.rest().split_first_chunk::<20>()?;
            body.rest = Reader::new(rest);
            let (old, new) = body.groups()?;
            Some(ProofChange { hash, old, new })
        };
        let proofs = self.sorted(22, proof, |a, b| a.hash.cmp(b.hash))?;
        Some(ZoneChange { apex, change, sets, proofs })
    }

    pub(super) fn map(&mut self) -> Option<MapChange<'a>> {
        Some(MapChange {
            change: self.change()?,
            name: self.id()?,
            v4: self.family(32)?,
            v6: self.family(128)?,
        })
    }

    fn family(&mut self, width: u8) -> Option<FamilyChange<'a>> {
        let max = max(width);
        let mut before = None;
        let ranges = self.list(4, |body| {
            let first = before.unwrap_or(0u128).checked_add(body.number()?)?;
            let last = first.checked_add(body.number()?).filter(|last| *last <= max)?;
            // In order, and apart from each other.
            if before.is_some_and(|before| first <= before) {
                return None;
            }
            before = Some(last);
            Some(Span { first, last, old: body.maybe()?, new: body.maybe()? })
        })?;
        let cover = |body: &mut Self| {
            let start = body.number()?;
            let len = body.rest.u8().filter(|len| *len <= width)?;
            let hosts = max.checked_shr(u32::from(len)).unwrap_or(0);
            (start <= max && start & hosts == 0).then_some(())?;
            Some(CoverChange { start, len, new: body.maybe()? })
        };
        let covers = self.sorted(3, cover, |a, b| (a.start, a.len).cmp(&(b.start, b.len)))?;
        Some(FamilyChange { ranges, covers })
    }

    pub(super) fn binding(&mut self) -> Option<BindingChange<'a>> {
        let name = self.string()?;
        Name::from_wire(name).ok()?;
        let new = match self.rest.u8()? {
            0 => None,
            1 => Some([self.maybe()?, self.maybe()?, self.maybe()?, self.maybe()?]),
            _ => return None,
        };
        Some(BindingChange { name, new })
    }

    fn change(&mut self) -> Option<Change> {
        Some(match self.rest.u8()? {
            1 => Change::Added,
            2 => Change::Removed,
            3 => Change::Changed,
            _ => return None,
        })
    }

    /// A list of items of at least `least` octets each, so that no count asks for more than the octets can hold.
    pub(super) fn list<T>(
        &mut self,
        least: usize,
        mut item: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        let count = self.count(least)?;
        let mut items = Vec::with_capacity(count.min(1024));
        for _ in 0..count {
            items.push(item(self)?);
        }
        Some(items)
    }

    /// A list in its order, each item once.
    pub(super) fn sorted<T>(
        &mut self,
        least: usize,
        item: impl FnMut(&mut Self) -> Option<T>,
        order: impl Fn(&T, &T) -> Ordering,
    ) -> Option<Vec<T>> {
        self.list(least, item).filter(|items| items.is_sorted_by(|a, b| order(a, b).is_lt()))
    }

    fn count(&mut self, least: usize) -> Option<usize> {
        let count = usize::try_from(self.number()?).ok()?;
        (count.checked_mul(least)? <= self.rest.rest().len()).then_some(count)
    }

    pub(super) fn string(&mut self) -> Option<&'a [u8]> {
        let len = usize::try_from(self.number()?).ok()?;
        self.rest.take(len)
    }

    pub(super) fn id(&mut self) -> Option<Id<'a>> {
        let number = u32::try_from(self.number()?).ok()?;
        self.names.get(to_usize(number)).copied()
    }

    fn maybe(&mut self) -> Option<Option<Id<'a>>> {
        let number = u32::try_from(self.number()?).ok()?;
        match number.checked_sub(1) {
            None => Some(None),
            Some(number) => self.names.get(to_usize(number)).copied().map(Some),
        }
    }

    /// Old and new state of an RRset.
    fn groups(&mut self) -> Option<Groups<'a>> {
        let mut group = || {
            let octets = self.string()?;
            if octets.is_empty() {
                return Some(None);
            }
            let group = Group::read(octets)?;
            (group.count > 0 && group.end()?.is_empty()).then_some(Some(octets))
        };
        let (old, new) = (group()?, group()?);
        (old != new).then_some((old, new))
    }

    fn number(&mut self) -> Option<u128> {
        let mut number = 0u128;
        for shift in (0u32..128).step_by(7) {
            let octet = self.rest.u8()?;
            let part = u128::from(octet & 0x7f);
            let shifted = part.checked_shl(shift)?;
            if shifted >> shift != part {
                return None;
            }
            number |= shifted;
            if octet & 0x80 == 0 {
                // One way to write a number.
                return (octet != 0 || shift == 0).then_some(number);
            }
        }
        None
    }
}

/// A name without its root.
pub(super) fn labels(name: &[u8]) -> &[u8] {
    name.strip_suffix(&[0]).unwrap_or(name)
}

/// Whether these are labels without a root, and a name together with what follows.
fn is_labels(labels: &[u8], apex: &[u8]) -> bool {
    let mut wire = [0u8; 255];
    let name = crate::answer::join(&mut wire, labels, apex);
    let Some(name) = name.and_then(|name| Name::from_wire(name).ok()) else { return false };
    let mut rest = name.as_wire();
    while rest.len() > apex.len() {
        let len = rest.first().map_or(0, |len| usize::from(*len));
        rest = rest.get(len.saturating_add(1)..).unwrap_or_default();
    }
    rest == apex
}
