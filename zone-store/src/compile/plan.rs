//! What an image is written from: zones, names and RRsets in order, checked.

use alloc::vec::Vec;

use crate::bytes::to_usize;
use crate::compile::interner::Interner;

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

/// What an image is written from.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// Names as sort keys, one after the other.
    pub(crate) keys: Vec<u8>,
    pub(crate) nodes: Vec<NodeSpec>,
    pub(crate) sets: Vec<SetSpec>,
    /// Groups as they are stored, each once.
    pub(crate) pool: Interner,
    pub(crate) zones: Vec<ZoneSpec>,
    pub(crate) records: usize,
}

/// A zone.
#[derive(Debug, Default)]
pub(crate) struct ZoneSpec {
    pub(crate) first_node: usize,
    pub(crate) end_node: usize,
    pub(crate) nsec3: Vec<Nsec3Spec>,
    /// Iterations and salt, from NSEC3PARAM.
    pub(crate) nsec3_params: Option<(u16, Vec<u8>)>,
}

impl Plan {
    pub(crate) fn key(&self, node: &NodeSpec) -> &[u8] {
        self.keys.get(to_usize(node.key.0)..to_usize(node.key.1)).unwrap_or_default()
    }

    pub(crate) fn sets_of(&self, node: &NodeSpec) -> &[SetSpec] {
        self.sets.get(to_usize(node.first_set)..to_usize(node.end_set)).unwrap_or_default()
    }
}
