//! The canonical order of names (RFC 4034 §6.1): labels from the right, octet by octet, lower-cased.

use core::cmp::Ordering;

use super::{MAX_LABELS, Name};

impl Ord for Name<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let (ours, theirs) = (Starts::of(self), Starts::of(other));
        let mut right = ours.rightmost_first(self);
        let mut left = theirs.rightmost_first(other);
        loop {
            match (right.next(), left.next()) {
                (None, None) => return Ordering::Equal,
                (None, Some(_)) => return Ordering::Less,
                (Some(_), None) => return Ordering::Greater,
                (Some(a), Some(b)) => {
                    let order = a
                        .iter()
                        .map(u8::to_ascii_lowercase)
                        .cmp(b.iter().map(u8::to_ascii_lowercase));
                    if order.is_ne() {
                        return order;
                    }
                }
            }
        }
    }
}

impl PartialOrd for Name<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Where the labels of a name start.
struct Starts {
    at: [u8; MAX_LABELS],
    count: usize,
}

impl Starts {
    fn of(name: &Name<'_>) -> Self {
        let mut starts = Self { at: [0; MAX_LABELS], count: 0 };
        let mut at = 0u8;
        for label in name.labels() {
            if let Some(slot) = starts.at.get_mut(starts.count) {
                *slot = at;
                starts.count = starts.count.wrapping_add(1);
            }
            at = at.wrapping_add(1).wrapping_add(u8::try_from(label.octets().len()).unwrap_or(0));
        }
        starts
    }

    fn rightmost_first<'n>(&'n self, name: &Name<'n>) -> impl Iterator<Item = &'n [u8]> {
        let wire = name.as_wire();
        self.at.get(..self.count).unwrap_or(&[]).iter().rev().map(move |&at| {
            let (&length, rest) =
                wire.get(usize::from(at)..).and_then(<[u8]>::split_first).unwrap_or((&0, &[]));
            rest.get(..usize::from(length)).unwrap_or(&[])
        })
    }
}
