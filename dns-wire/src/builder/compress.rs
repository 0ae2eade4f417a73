//! Name compression (RFC 1035 §4.1.4) without allocation and with bounded work.
//!
//! The table holds edges of the tree of names written so far: from the place of a parent name to
//! the place of one label before it. Looking up a name starts at the root and follows edges from
//! its last label to its first, so one label is compared at each step, at its own border.

use crate::{Full, Name};

/// Where names were written.
#[derive(Debug)]
pub(super) struct Compressor {
    edges: [Edge; EDGES],
}

/// A label written out at `label`, followed by the name at `parent`; 0 is the root. An edge with
/// label 0 is free, since the header stands there.
#[derive(Clone, Copy, Debug)]
struct Edge {
    parent: u16,
    label: u16,
}

impl Compressor {
    pub(super) fn new() -> Self {
        Self { edges: [Edge { parent: 0, label: 0 }; EDGES] }
    }

    /// Writes a name at `at` and returns where it ends. `message` ends where writing must.
    pub(super) fn write(
        &mut self,
        name: Name<'_>,
        message: &mut [u8],
        at: usize,
    ) -> Result<usize, Full> {
        let wire = name.as_wire();
        // Where each label starts; at most 127.
        let mut starts = [0u8; 128];
        let mut count = 0usize;
        let mut start = 0usize;
        while let Some(&length @ 1..) = wire.get(start) {
            if let Some(slot) = starts.get_mut(count) {
                *slot = u8::try_from(start).unwrap_or(0);
                count = count.wrapping_add(1);
            }
            start = start.wrapping_add(1).wrapping_add(usize::from(length));
        }
        let starts = starts.get(..count).unwrap_or(&[]);

        let mut parent = 0u16;
        let mut known = starts.len();
        while let Some(&start) = known.checked_sub(1).and_then(|last| starts.get(last)) {
            match self.find(parent, label_at(wire, usize::from(start)), message) {
                Some(label) => parent = label,
                None => break,
            }
            known = known.wrapping_sub(1);
        }

        let literal =
            starts.get(known).map_or(wire.len().wrapping_sub(1), |&start| usize::from(start));
        let end = at.checked_add(literal).ok_or(Full)?;
        let tail_end;
        if parent == 0 {
            tail_end = end.checked_add(1).ok_or(Full)?;
            *message.get_mut(end).ok_or(Full)? = 0;
        } else {
            tail_end = end.checked_add(2).ok_or(Full)?;
            message
                .get_mut(end..tail_end)
                .ok_or(Full)?
                .copy_from_slice(&(0xc000 | parent).to_be_bytes());
        }
        message.get_mut(at..end).ok_or(Full)?.copy_from_slice(wire.get(..literal).ok_or(Full)?);

        for &start in starts.get(..known).unwrap_or(&[]).iter().rev() {
            let Some(place) = u16::try_from(at.wrapping_add(usize::from(start)))
                .ok()
                .filter(|&p| p <= MAX_POINTER)
            else {
                break;
            };
            self.insert(parent, label_at(wire, usize::from(start)), place);
            parent = place;
        }
        Ok(tail_end)
    }

    /// Forgets labels at and after a place that is to be written anew.
    pub(super) fn forget_from(&mut self, at: usize) {
        for edge in &mut self.edges {
            if usize::from(edge.label) >= at {
                edge.label = 0;
            }
        }
    }

    fn find(&self, parent: u16, label: &[u8], message: &[u8]) -> Option<u16> {
        for slot in probes(parent, label) {
            let edge = self.edges.get(slot)?;
            if edge.parent == parent
                && edge.label != 0
                && message
                    .get(usize::from(edge.label)..)
                    .is_some_and(|octets| octets.starts_with(label))
            {
                return Some(edge.label);
            }
        }
        None
    }

    fn insert(&mut self, parent: u16, label: &[u8], place: u16) {
        for slot in probes(parent, label) {
            if let Some(edge) = self.edges.get_mut(slot)
                && edge.label == 0
            {
                *edge = Edge { parent, label: place };
                return;
            }
        }
    }
}

/// The label at `start`, its length octet included.
fn label_at(wire: &[u8], start: usize) -> &[u8] {
    let Some((&length, _)) = wire.get(start..).and_then(<[u8]>::split_first) else {
        return &[];
    };
    wire.get(start..start.wrapping_add(1).wrapping_add(usize::from(length))).unwrap_or(&[])
}

fn probes(parent: u16, label: &[u8]) -> impl Iterator<Item = usize> {
    let mut hash = u64::from(parent).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for chunk in label.chunks(8) {
        let mut word = [0u8; 8];
        for (to, from) in word.iter_mut().zip(chunk) {
            *to = *from;
        }
        hash = (hash ^ u64::from_le_bytes(word)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        hash ^= hash >> 32;
    }
    let first = usize::from(hash.to_be_bytes()[0]);
    (0..PROBES).map(move |step| first.wrapping_add(step) % EDGES)
}

const EDGES: usize = 128;
const PROBES: usize = 8;
/// The highest place that the fourteen bits of a pointer reach.
const MAX_POINTER: u16 = 0x3fff;
