//! The names with NSEC of a zone, in canonical order: finding the record that matches or covers a name.

use core::cmp::Ordering;

use crate::bytes::{from, to_usize};
use crate::node::Node;
use crate::overlay::Merged;
use crate::store::{Store, ZoneView};

/// The NSEC records of a zone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chain<'a> {
    /// Where the nodes are, in those of the image or those of an overlay.
    places: Merged<'a, [u8; 4]>,
    image: &'a [u8],
    overlay: &'a [u8],
}

impl<'a> Chain<'a> {
    /// `None` when the zone is not of this image.
    pub(crate) fn of(store: &Store<'a>, zone: &ZoneView<'a>) -> Option<Self> {
        let (start, end) = zone.nsec();
        let image = store.nsec().get(to_usize(start)..to_usize(end))?;
        let (gone, own, nodes): (&[_], &[_], &[u8]) = match zone.part {
            None => (&[], &[], &[]),
            Some(part) => (&part.nsec_gone, &part.nsec, &part.nodes),
        };
        let places = Merged { image, gone, overlay: own };
        Some(Self { places, image: store.nodes(), overlay: nodes })
    }

    /// The number of the record at a name, or else of the one before it, which covers it. `name` is relative to the
    /// zone, in lower case.
    ///
    /// Before the first name is the last: NSEC wraps around (RFC 4034 §4.1.1). The apex is first of all, so this
    /// only happens in a zone that does not deny properly.
    pub(crate) fn covering(&self, name: &[u8]) -> Option<usize> {
        self.places.last(
            |place, own| {
                self.read(place, own).is_some_and(|node| canonical(node.name, name).is_le())
            },
            |image, own| match (self.read(image, false), self.read(own, true)) {
                (Some(image), Some(own)) => canonical(image.name, own.name).is_lt(),
                _ => false,
            },
        )
    }

    /// The name of that number.
    pub(crate) fn node(&self, number: u32) -> Option<Node<'a>> {
        let (place, own) = self.places.get(to_usize(number))?;
        self.read(place, own)
    }

    fn read(&self, place: &[u8; 4], own: bool) -> Option<Node<'a>> {
        let nodes = if own { self.overlay } else { self.image };
        Node::read(from(nodes, u32::from_le_bytes(*place))?)
    }
}

/// The canonical order (RFC 4034 §6.1) of two names relative to one zone, in lower case.
pub(crate) fn canonical(a: &[u8], b: &[u8]) -> Ordering {
    let (mut starts_a, mut starts_b) = ([0u8; 128], [0u8; 128]);
    let mut left_a = labels(a, &mut starts_a);
    let mut left_b = labels(b, &mut starts_b);
    loop {
        match (left_a.split_last(), left_b.split_last()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some((at_a, rest_a)), Some((at_b, rest_b))) => {
                let order = label(a, *at_a).cmp(label(b, *at_b));
                if order != Ordering::Equal {
                    return order;
                }
                left_a = rest_a;
                left_b = rest_b;
            }
        }
    }
}

/// Where the labels start.
fn labels<'b>(name: &[u8], starts: &'b mut [u8; 128]) -> &'b [u8] {
    let mut at = 0u8;
    let mut count = 0usize;
    while let Some(len) = name.get(usize::from(at))
        && let Some(slot) = starts.get_mut(count)
    {
        *slot = at;
        count = count.saturating_add(1);
        let Some(next) = at.checked_add(len.saturating_add(1)) else { break };
        at = next;
    }
    starts.get(..count).unwrap_or_default()
}

/// The octets of the label that starts there.
fn label(name: &[u8], at: u8) -> &[u8] {
    let rest = name.get(usize::from(at)..).unwrap_or_default();
    rest.split_first().and_then(|(len, label)| label.get(..usize::from(*len))).unwrap_or_default()
}
