//! The look-ups of a verified image: zones, names, closest enclosers.

use crate::bytes::{Reader, from, to_usize};
use crate::image::{Layout, OVERRIDE, Section};
use crate::index::Index;
use crate::key::Key;
use crate::node::Node;

/// The look-ups of a verified image. Cheap to copy; threads share it freely.
#[derive(Clone, Copy, Debug)]
pub struct Store<'a> {
    pub(crate) flags: u32,
    pub(crate) seed: u64,
    depths: u128,
    zones: &'a [[u8; ZONE]],
    pub(crate) zone_names: &'a [u8],
    pub(crate) zone_index: Index<'a>,
    pub(crate) nodes: &'a [u8],
    pub(crate) index: Index<'a>,
    pub(crate) sets: &'a [u8],
    pub(crate) nsec: &'a [[u8; 4]],
    pub(crate) nsec3: &'a [[u8; NSEC3]],
    pub(crate) locations: &'a [u8],
    pub(crate) maps: &'a [u8],
    pub(crate) ranges: &'a [u8],
    pub(crate) binds: &'a [u8],
    pub(crate) bind_index: Index<'a>,
}

impl<'a> Store<'a> {
    pub(crate) fn new(image: &'a [u8], layout: &Layout) -> Self {
        let section = |s| layout.section(image, s);
        Self {
            flags: layout.flags,
            seed: layout.seed,
            depths: layout.depths,
            zones: section(Section::Zones).as_chunks().0,
            zone_names: section(Section::ZoneNames),
            zone_index: Index::new(section(Section::ZoneIndex)),
            nodes: section(Section::Nodes),
            index: Index::new(section(Section::Index)),
            sets: section(Section::Sets),
            nsec: section(Section::Nsec).as_chunks().0,
            nsec3: section(Section::Nsec3).as_chunks().0,
            locations: section(Section::Locations),
            maps: section(Section::Maps),
            ranges: section(Section::Ranges),
            binds: section(Section::Binds),
            bind_index: Index::new(section(Section::BindIndex)),
        }
    }

    /// True when the rows of a location stand in for the default rows; false when they join them.
    pub fn is_override(&self) -> bool {
        self.flags & OVERRIDE != 0
    }

    pub(crate) fn depths(&self) -> u128 {
        self.depths
    }

    pub(crate) fn zone_count(&self) -> u32 {
        u32::try_from(self.zones.len()).unwrap_or(u32::MAX)
    }

    /// Iterations and salt of a zone's NSEC3 hashes.
    pub(crate) fn nsec3_params(&self, zone: &ZoneView<'_>) -> Option<(u16, &'a [u8])> {
        let mut reader = Reader::new(from(self.zone_names, zone.nsec3_params)?);
        let iterations = reader.u16()?;
        let len = reader.u8()?;
        Some((iterations, reader.take(usize::from(len))?))
    }

    pub(crate) fn zone(&self, id: u32) -> Option<ZoneView<'a>> {
        let (record, _) = self.zones.get(to_usize(id))?.as_chunks::<4>();
        let [name, start, end, nsec, nsec_end, nsec3, nsec3_end, nsec3_params] =
            record.first_chunk::<8>()?.map(u32::from_le_bytes);
        let ([depth, len], name) = from(self.zone_names, name)?.split_first_chunk::<2>()?;
        Some(ZoneView {
            id,
            depth: *depth,
            name: name.get(..usize::from(*len))?,
            start,
            end,
            nsec: (nsec, nsec_end),
            nsec3: (nsec3, nsec3_end),
            nsec3_params,
        })
    }

    /// The deepest zone that encloses the name and whose apex has at most `depth` labels (RFC 1034 §4.3.2
    /// step 2). Only depths at which there are zones are tried.
    pub(crate) fn find_zone(&self, key: &Key, depth: u8) -> Option<ZoneView<'a>> {
        let mut depths = self.depths & mask_to(depth.min(key.depth()));
        while depths != 0 {
            let depth = u8::try_from(127u32.wrapping_sub(depths.leading_zeros())).ok()?;
            let found = self.zone_index.find(key.hash(depth)?, |id| {
                let zone = self.zone(id)?;
                let len = u8::try_from(zone.name.len()).ok()?;
                key.is_name(depth, None, zone.name, len).then_some(zone)
            });
            if found.is_some() {
                return found;
            }
            depths &= !1u128.wrapping_shl(u32::from(depth));
        }
        None
    }

    /// The node of the suffix of `depth` labels, in this zone.
    ///
    /// Cost: two cache lines, mostly.
    pub(crate) fn find_node(&self, zone: &ZoneView<'a>, key: &Key, depth: u8) -> Option<Node<'a>> {
        self.find_hashed(zone, key.hash(depth)?, |octets, len| {
            key.is_name(depth, Some(zone.depth), octets, len)
        })
    }

    /// The node `*.<suffix of depth labels>`, in this zone.
    pub(crate) fn find_wildcard(
        &self,
        zone: &ZoneView<'a>,
        key: &Key,
        depth: u8,
    ) -> Option<Node<'a>> {
        self.find_hashed(zone, key.wildcard_hash(depth)?, |octets, len| {
            let parent = octets.strip_prefix(b"\x01*").zip(len.checked_sub(2));
            parent.is_some_and(|(octets, len)| key.is_name(depth, Some(zone.depth), octets, len))
        })
    }

    /// `is_it` is given octets that start with a name, and its length.
    #[inline]
    fn find_hashed(
        &self,
        zone: &ZoneView<'a>,
        hash: u64,
        is_it: impl Fn(&[u8], u8) -> bool,
    ) -> Option<Node<'a>> {
        self.index.find(zone.salted(hash), |offset| {
            if offset < zone.start || offset >= zone.end {
                return None;
            }
            let bytes = from(self.nodes, offset)?;
            let ([.., len], octets) = bytes.split_first_chunk::<4>()?;
            if is_it(octets, *len) { Node::read(bytes) } else { None }
        })
    }

    /// The deepest existing name at or above the key in this zone: the name itself or its closest encloser
    /// (RFC 4592 §3.3.1).
    ///
    /// Existence is monotone in depth, since empty non-terminals have nodes. So this is a binary search:
    /// at most nine probes, whatever the name. The name itself and its parent come first, being the usual
    /// outcomes.
    pub(crate) fn find_deepest(&self, zone: &ZoneView<'a>, key: &Key) -> Option<Node<'a>> {
        let depth = key.depth();
        if let Some(node) = self.find_node(zone, key, depth) {
            return Some(node);
        }
        // Always: a name of `low` labels exists (the apex does), one of `high` labels does not.
        let mut low = zone.depth;
        let mut high = depth;
        let mut deepest = None;
        let mut probe = depth.checked_sub(1)?;
        while low < high {
            match self.find_node(zone, key, probe) {
                Some(node) => {
                    low = probe;
                    deepest = Some(node);
                }
                None => high = probe,
            }
            let gap = high.saturating_sub(low);
            if gap <= 1 && deepest.is_some() {
                break;
            }
            probe = low.saturating_add(gap / 2);
        }
        deepest
    }
}

/// A zone as the look-ups see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ZoneView<'a> {
    pub(crate) id: u32,
    /// How many labels the apex has.
    pub(crate) depth: u8,
    /// The apex in wire form, lower case.
    pub(crate) name: &'a [u8],
    /// Where its nodes start: the apex.
    pub(crate) start: u32,
    /// Where they end.
    pub(crate) end: u32,
    pub(crate) nsec: (u32, u32),
    pub(crate) nsec3: (u32, u32),
    /// Where its NSEC3 parameters are among the zone names; only meaningful when `nsec3` is not empty.
    pub(crate) nsec3_params: u32,
}

impl ZoneView<'_> {
    /// The hash of a name of this zone, so that a name of two zones has two places.
    pub(crate) fn salted(&self, hash: u64) -> u64 {
        salted(self.id, hash)
    }
}

/// The hash of a name of the zone `id`.
pub(crate) fn salted(id: u32, hash: u64) -> u64 {
    hash ^ u64::from(id).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Bits 0 to `depth`.
fn mask_to(depth: u8) -> u128 {
    u128::MAX.wrapping_shr(127u32.saturating_sub(u32::from(depth)))
}

/// The size of a zone's record.
pub(crate) const ZONE: usize = 32;
/// The size of an NSEC3 record's place: hash and offset.
pub(crate) const NSEC3: usize = 24;
