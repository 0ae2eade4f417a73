//! The nodes of a zone: whole, in order, and what the index has to hold for them.

use super::{error, is_whole};
use crate::bytes::{to_usize, word};
use crate::image::{ImageError, Section};
use crate::key::Key;
use crate::key::below::Apex;
use crate::node::{NO_CUT, Node};
use crate::rrset::{Form, Group};
use crate::store::{Store, ZoneView, salted};

/// Checks the nodes of a zone, whose apex the key is. Returns the sum of their terms in the index.
///
/// Of a name only the first label is new: those above it are compared with the name before, where they were checked.
pub(super) fn nodes(store: &Store<'_>, zone: &ZoneView<'_>, key: &Key) -> Result<u64, ImageError> {
    let past = error(Section::Zones, 0, "zone is past the end");
    let mut rest = store.nodes().get(to_usize(zone.start)..to_usize(zone.end)).ok_or(past)?;
    let apex = Apex::of(key).ok_or(past)?;
    let mut offset = zone.start;
    let mut previous = None;
    let mut sum = 0u64;
    while !rest.is_empty() {
        let bad = |what| error(Section::Nodes, to_usize(offset), what);
        let Some(node) = Node::read(rest) else { return Err(bad("node is cut short")) };
        let is_next = match &previous {
            None => node.name.is_empty() && node.depth == zone.depth,
            Some(previous) => follows(previous, &node),
        };
        let Some(hash) = apex.hash(node.name).filter(|_| is_next) else {
            return Err(bad("name is out of order, or the name above it is not there"));
        };
        if node.cut != NO_CUT && (node.cut > node.depth || node.cut < zone.depth) {
            return Err(bad("delegation is not above the name"));
        }
        sum = sum.wrapping_add(store.index().term(salted(zone.id, hash), offset));
        rest = entries(store, &node).map_err(bad)?;
        let left = u32::try_from(rest.len()).map_err(|_| past)?;
        offset = zone.end.checked_sub(left).ok_or(past)?;
        previous = Some(node);
    }
    Ok(sum)
}

/// Whether a node can be the next one in canonical order when all names above it are there: the name above it is the
/// previous one's, or above that, and its own label is greater than the one on the way to the previous.
fn follows(previous: &Node<'_>, node: &Node<'_>) -> bool {
    let Some((label, parent)) = split_label(node.name) else { return false };
    let above = node.depth.checked_sub(1);
    let Some(down) = above.and_then(|above| previous.depth.checked_sub(above)) else {
        return false;
    };
    // `None` when the previous name is the one above.
    let (mut before, mut rest) = (None, previous.name);
    for _ in 0..down {
        let Some((label, parent)) = split_label(rest) else { return false };
        (before, rest) = (Some(label), parent);
    }
    (1..64).contains(&label.len())
        && rest == parent
        && before.is_none_or(|before| precedes(before, label))
}

/// The first label and what is above it.
fn split_label(labels: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = labels.split_first()?;
    rest.split_at_checked(usize::from(*len))
}

/// Whether a label sorts before another. Mostly their first eight octets tell, with one comparison: a loop would end
/// at another octet for each name, and nobody could foretell at which.
fn precedes(label: &[u8], other: &[u8]) -> bool {
    let [own, others] = [label, other].map(|label| word(label).swap_bytes());
    if own == others { label < other } else { own < others }
}

/// The entries of a node; returns what follows them.
fn entries<'a>(store: &Store<'a>, node: &Node<'a>) -> Result<&'a [u8], &'static str> {
    let mut entries = node.entries();
    let mut last = None;
    for entry in entries.by_ref() {
        if last >= Some(entry.rtype) {
            return Err("types are out of order");
        }
        last = Some(entry.rtype);
        let whole = match entry.form {
            Form::Inline => {
                Group::read(entry.payload).and_then(|g| g.end()).is_some_and(<[u8]>::is_empty)
            }
            Form::Shared => {
                entry.payload.len() == 4 && entry.default_group(store.sets()).is_some_and(is_whole)
            }
            Form::Located => {
                let (variants, rest) = entry.payload.as_chunks::<8>();
                rest.is_empty()
                    && !variants.is_empty()
                    && entry
                        .groups(store.sets())
                        .all(|(l, g)| l < store.location_count() && g.is_some_and(is_whole))
                    && entry.groups(store.sets()).is_sorted_by(|(a, _), (b, _)| a < b)
            }
        };
        if !whole {
            return Err("RRset is not whole");
        }
    }
    if entries.is_unfinished() { Err("node is cut short") } else { Ok(entries.rest()) }
}
