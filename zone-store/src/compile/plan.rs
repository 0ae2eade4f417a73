//! What an image is written from: zones, names and RRsets in order, checked.

use alloc::vec::Vec;

use crate::bytes::to_usize;
use crate::compile::PER_ITEM;
use crate::compile::pool::Pool;

/// A name of a zone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NodeSpec {
    /// The key of the name, as a range of [`Plan::keys`].
    pub(crate) key: (u32, u32),
    pub(crate) depth: u8,
    pub(crate) flags: u8,
    pub(crate) cut: u8,
    pub(crate) first_set: u32,
    pub(crate) end_set: u32,
}

/// The records of one name, type and location.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SetSpec {
    pub(crate) rtype: u16,
    pub(crate) location: u32,
    /// The group in the pool.
    pub(crate) group: u32,
}

/// An NSEC3 record: its owner's hash, and its group in the pool.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Nsec3Spec {
    pub(crate) hash: [u8; 20],
    pub(crate) group: u32,
}

/// A stretch of all names in their order. Stretches are planned and written apart from each other.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// Names as sort keys, one after the other.
    pub(crate) keys: Vec<u8>,
    pub(crate) nodes: Vec<NodeSpec>,
    pub(crate) sets: Vec<SetSpec>,
    pub(crate) pool: Pool,
    pub(crate) zones: Vec<ZonePart>,
    pub(crate) records: usize,
}

/// What of a zone is in a stretch.
#[derive(Debug, Default)]
pub(crate) struct ZonePart {
    pub(crate) zone: u32,
    pub(crate) first_node: usize,
    pub(crate) end_node: usize,
    pub(crate) nsec3: Vec<Nsec3Spec>,
    /// The wildcard below the apex is here, the apex in a stretch before.
    pub(crate) has_apex_wildcard: bool,
}

impl Plan {
    /// What the names count for [`CompileOptions::max_octets`](crate::CompileOptions::max_octets).
    pub(crate) fn cost_of_names(&self) -> u64 {
        let octets = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        octets(self.nodes.len()).saturating_mul(PER_ITEM).saturating_add(octets(self.keys.len()))
    }

    pub(crate) fn key(&self, node: &NodeSpec) -> &[u8] {
        self.keys.get(to_usize(node.key.0)..to_usize(node.key.1)).unwrap_or_default()
    }

    pub(crate) fn sets_of(&self, node: &NodeSpec) -> &[SetSpec] {
        self.sets.get(to_usize(node.first_set)..to_usize(node.end_set)).unwrap_or_default()
    }

    pub(crate) fn nodes_of(&self, part: &ZonePart) -> &[NodeSpec] {
        self.nodes.get(part.first_node..part.end_node).unwrap_or_default()
    }

    /// The node of a key in a part of a zone.
    pub(crate) fn find(&self, part: &ZonePart, key: &[u8]) -> Option<&NodeSpec> {
        let nodes = self.nodes_of(part);
        let at = nodes.binary_search_by(|node| self.key(node).cmp(key)).ok()?;
        nodes.get(at)
    }
}
