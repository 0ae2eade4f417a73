//! The look-ups of a verified image: zones, names, closest enclosers.

use core::hint::black_box;

use crate::bytes::{Reader, from, to_usize};
#[cfg(feature = "alloc")]
use crate::image::SMALL_MAPS;
use crate::image::{Layout, OVERRIDE, Section};
use crate::index::Index;
use crate::key::Key;
#[cfg(feature = "alloc")]
use crate::map::MapForm;
use crate::node::Node;
use crate::overlay::{Overlay, Part};
use crate::rrset::Sets;

/// The look-ups of a verified image. Cheap to copy; threads share it freely.
#[derive(Clone, Copy, Debug)]
pub struct Store<'a> {
    // What every answer looks at. The other sections are taken when they are wanted: with all of them at hand a store
    // would be three times as large, and slow to copy.
    zones: &'a [[u8; ZONE]],
    zone_names: &'a [u8],
    nodes: &'a [u8],
    index: Index<'a>,
    image: &'a [u8],
    layout: &'a Layout,
    /// What has changed since, which look-ups ask first.
    pub(crate) overlay: Option<&'a Overlay>,
}

/// The sections, and what the header says.
impl<'a> Store<'a> {
    #[inline]
    pub(crate) fn new(image: &'a [u8], layout: &'a Layout) -> Self {
        let section = |section| layout.section(image, section);
        Self {
            zones: section(Section::Zones).as_chunks().0,
            zone_names: section(Section::ZoneNames),
            nodes: section(Section::Nodes),
            index: Index::new(section(Section::Index)),
            image,
            layout,
            overlay: None,
        }
    }

    /// This under an overlay that was made for it.
    pub(crate) fn under(self, overlay: &'a Overlay) -> Self {
        Self { overlay: Some(overlay), ..self }
    }

    #[inline]
    fn section(&self, section: Section) -> &'a [u8] {
        self.layout.section(self.image, section)
    }

    #[inline]
    pub(crate) fn seed(&self) -> u64 {
        self.layout.seed
    }

    /// Bit d is set when a zone has an apex of d labels.
    #[inline]
    pub(crate) fn depths(&self) -> u128 {
        self.layout.depths | self.overlay.map_or(0, |overlay| overlay.depths)
    }

    #[inline]
    pub(crate) fn zone_index(&self) -> Index<'a> {
        Index::new(self.section(Section::ZoneIndex))
    }

    #[inline]
    pub(crate) fn nodes(&self) -> &'a [u8] {
        self.nodes
    }

    #[inline]
    pub(crate) fn index(&self) -> Index<'a> {
        self.index
    }

    #[inline]
    pub(crate) fn sets(&self) -> Sets<'a> {
        let overlay = self.overlay.map_or([].as_slice(), |overlay| &overlay.sets);
        Sets { image: self.section(Section::Sets), overlay }
    }

    pub(crate) fn nsec(&self) -> &'a [[u8; 4]] {
        self.section(Section::Nsec).as_chunks().0
    }

    pub(crate) fn nsec3(&self) -> &'a [[u8; NSEC3]] {
        self.section(Section::Nsec3).as_chunks().0
    }

    #[inline]
    pub(crate) fn locations(&self) -> &'a [u8] {
        self.section(Section::Locations)
    }

    #[inline]
    pub(crate) fn map_records(&self) -> &'a [u8] {
        self.section(Section::Maps)
    }

    #[inline]
    pub(crate) fn ranges(&self) -> &'a [u8] {
        self.section(Section::Ranges)
    }

    #[inline]
    pub(crate) fn binds(&self) -> &'a [u8] {
        self.section(Section::Binds)
    }

    #[inline]
    pub(crate) fn bind_index(&self) -> Index<'a> {
        Index::new(self.section(Section::BindIndex))
    }
}

/// The look-ups.
impl<'a> Store<'a> {
    /// True when the rows of a location stand in for the default rows; false when they join them.
    pub fn is_override(&self) -> bool {
        let own = self.layout.flags & OVERRIDE != 0;
        self.overlay.map_or(own, |overlay| overlay.is_override)
    }

    /// What the client maps of this image, and of those made of it, are.
    #[cfg(feature = "alloc")]
    pub(crate) fn map_form(&self) -> MapForm {
        if self.layout.flags & SMALL_MAPS != 0 { MapForm::Small } else { MapForm::Fast }
    }

    pub(crate) fn zone_count(&self) -> u32 {
        u32::try_from(self.zones.len()).unwrap_or(u32::MAX)
    }

    /// Iterations and salt of a zone's NSEC3 hashes.
    pub(crate) fn nsec3_params(&self, zone: &ZoneView<'a>) -> Option<(u16, &'a [u8])> {
        if let Some(part) = zone.part {
            return Some((part.iterations, &part.salt));
        }
        let mut reader = Reader::new(from(self.zone_names, zone.nsec3_params())?);
        let iterations = reader.u16()?;
        let len = reader.u8()?;
        Some((iterations, reader.take(usize::from(len))?))
    }

    #[inline]
    pub(crate) fn zone(&self, id: u32) -> Option<ZoneView<'a>> {
        let part = self.overlay.and_then(|overlay| overlay.part(id));
        let Some(record) = self.zones.get(to_usize(id)) else {
            return Some(part?.added(id));
        };
        let (record, _) = record.as_chunks::<4>();
        let (place, proofs) = record.split_first_chunk::<3>()?;
        let [name, start, end] = place.map(u32::from_le_bytes);
        let ([depth, len], name) = from(self.zone_names, name)?.split_first_chunk::<2>()?;
        let name = name.get(..usize::from(*len))?;
        Some(ZoneView { id, depth: *depth, name, start, end, proofs: proofs.first_chunk()?, part })
    }

    /// The deepest zone that encloses the name and whose apex has at most `depth` labels (RFC 1034 §4.3.2
    /// step 2). Only depths at which there are zones are tried.
    #[inline]
    pub(crate) fn find_zone(&self, key: &Key, depth: u8) -> Option<ZoneView<'a>> {
        self.zone(self.find_zone_id(key, depth)?)
    }

    /// The number alone: it comes back in a register. A view written by one function and moved by the next has to
    /// wait until its parts are in the cache.
    fn find_zone_id(&self, key: &Key, depth: u8) -> Option<u32> {
        if let ([zone], None) = (self.zones, self.overlay) {
            // One zone needs no search.
            let ([apex, len], name) = self.apex_name(zone)?;
            return (*apex <= depth && key.is_suffix(*apex, name, *len)).then_some(0);
        }
        let mut depths = self.depths() & mask_to(depth.min(key.depth()));
        while depths != 0 {
            let depth = u8::try_from(127u32.wrapping_sub(depths.leading_zeros())).ok()?;
            let is_it = |id| self.is_apex(id, key, depth).then_some(id);
            let found = self.zone_index().find(key.hash(depth)?, is_it);
            let found = match self.overlay {
                None => found,
                Some(overlay) => overlay.zone(found, key, depth),
            };
            if found.is_some() {
                return found;
            }
            depths &= !1u128.wrapping_shl(u32::from(depth));
        }
        None
    }

    /// Whether the key's suffix of `depth` labels is the apex of this zone.
    #[inline]
    fn is_apex(&self, id: u32, key: &Key, depth: u8) -> bool {
        let apex = self.zones.get(to_usize(id)).and_then(|zone| self.apex_name(zone));
        apex.is_some_and(|([_, len], name)| key.is_suffix(depth, name, *len))
    }

    /// How many labels the apex has and how many octets, and octets that start with it.
    #[inline]
    fn apex_name(&self, zone: &[u8; ZONE]) -> Option<(&'a [u8; 2], &'a [u8])> {
        let name = u32::from_le_bytes(*zone.first_chunk()?);
        from(self.zone_names, name)?.split_first_chunk()
    }

    /// The node of the suffix of `depth` labels, in this zone.
    ///
    /// Cost: two cache lines, mostly.
    #[inline]
    pub(crate) fn find_node(&self, zone: &ZoneView<'a>, key: &Key, depth: u8) -> Option<Node<'a>> {
        Node::read(self.find_octets(zone, key, depth)?)
    }

    /// The octets from that node on: these come back in registers, see [`Store::find_zone_id`].
    pub(crate) fn find_octets(
        &self,
        zone: &ZoneView<'a>,
        key: &Key,
        depth: u8,
    ) -> Option<&'a [u8]> {
        let above = zone.depth;
        self.find_hashed(zone, key.hash(depth)?, move |octets, len| {
            key.is_between(depth, above, octets, len)
        })
    }

    /// The node `*.<suffix of depth labels>`, in this zone.
    pub(crate) fn find_wildcard(
        &self,
        zone: &ZoneView<'a>,
        key: &Key,
        depth: u8,
    ) -> Option<Node<'a>> {
        let above = zone.depth;
        let found = self.find_hashed(zone, key.wildcard_hash(depth)?, move |octets, len| {
            let parent = octets.strip_prefix(b"\x01*").zip(len.checked_sub(2));
            parent.is_some_and(|(octets, len)| key.is_between(depth, above, octets, len))
        });
        Node::read(found?)
    }

    /// `is_it` is given octets that start with a name, and its length. A copy goes to the overlay: lent, it would
    /// have to be in memory without one too.
    #[inline]
    fn find_hashed(
        &self,
        zone: &ZoneView<'a>,
        hash: u64,
        is_it: impl Fn(&[u8], u8) -> bool + Copy,
    ) -> Option<&'a [u8]> {
        let hash = zone.salted(hash);
        if let Some(part) = zone.part
            && let Some(found) = part.find(hash, is_it)
        {
            return found;
        }
        self.index.find(hash, |offset| {
            if offset < zone.start || offset >= zone.end {
                return None;
            }
            let bytes = from(self.nodes, offset)?;
            // Many nodes lie on two lines. The second is asked for now, not when the first has come and tells where
            // the records are; nothing waits for it.
            black_box(bytes.get(NODE).copied());
            let ([.., len], octets) = bytes.split_first_chunk::<4>()?;
            is_it(octets, *len).then_some(bytes)
        })
    }

    /// An octet of the start of a node and one further on: the lines on which most nodes lie whole. Nothing waits for
    /// them.
    #[inline]
    pub(crate) fn touch(&self, offset: u32) -> u8 {
        let octets = from(self.nodes, offset).unwrap_or_default();
        let (first, further) = (octets.first(), octets.get(NODE));
        first.copied().unwrap_or(0) ^ further.copied().unwrap_or(0)
    }

    /// The octets from the apex on.
    pub(crate) fn apex(&self, zone: &ZoneView<'a>) -> Option<&'a [u8]> {
        match zone.part {
            None => from(self.nodes, zone.start),
            Some(part) => Some(&part.nodes),
        }
    }

    /// The deepest existing name at or above the key in this zone: the name itself or its closest encloser
    /// (RFC 4592 §3.3.1).
    ///
    /// Existence is monotone in depth, since empty non-terminals have nodes. So this is a binary search:
    /// at most ten probes, whatever the name. The name itself, its parent and the name just below the apex come
    /// first: the first two are the usual outcomes, and the third is all there is to know of a random name of
    /// many labels. The apex itself needs no probe.
    #[inline]
    pub(crate) fn find_deepest(&self, zone: &ZoneView<'a>, key: &Key) -> Option<Node<'a>> {
        let octets = match self.find_octets(zone, key, key.depth()) {
            Some(octets) => octets,
            None => self.find_encloser(zone, key)?,
        };
        Node::read(octets)
    }

    /// The octets from the closest encloser on, for a name that does not exist.
    fn find_encloser(&self, zone: &ZoneView<'a>, key: &Key) -> Option<&'a [u8]> {
        // Always: a name of `low` labels exists (the apex does), one of `high` labels does not.
        let mut low = zone.depth;
        let mut high = key.depth();
        let mut deepest = self.apex(zone)?;
        let mut first = [high.saturating_sub(1), low.saturating_add(1)].into_iter();
        while high.saturating_sub(low) > 1 {
            let middle = low.saturating_add(high.saturating_sub(low) / 2);
            let probe = first.next().filter(|probe| (*probe > low) & (*probe < high));
            let probe = probe.unwrap_or(middle);
            match self.find_octets(zone, key, probe) {
                Some(octets) => (low, deepest) = (probe, octets),
                None => high = probe,
            }
        }
        Some(deepest)
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
    /// The rest of its record, read when it is asked for: most replies prove nothing.
    proofs: &'a [[u8; 4]; 5],
    /// What an overlay changes in it.
    pub(crate) part: Option<&'a Part>,
}

impl<'a> ZoneView<'a> {
    /// A zone that only an overlay has.
    pub(crate) fn added(id: u32, depth: u8, name: &'a [u8], part: &'a Part) -> Self {
        Self { id, depth, name, start: 0, end: 0, proofs: &[[0; 4]; 5], part: Some(part) }
    }

    /// Whether it denies with NSEC.
    pub(crate) fn has_nsec(&self) -> bool {
        let (start, end) = self.nsec();
        self.part.map_or(start < end, |part| part.has_nsec)
    }

    /// Whether it denies with NSEC3.
    pub(crate) fn has_nsec3(&self) -> bool {
        let (start, end) = self.nsec3();
        self.part.map_or(start < end, |part| part.has_nsec3)
    }

    /// Where its NSEC names start and end.
    pub(crate) fn nsec(&self) -> (u32, u32) {
        let [start, end, ..] = self.proofs.map(u32::from_le_bytes);
        (start, end)
    }

    /// Where its NSEC3 records start and end.
    pub(crate) fn nsec3(&self) -> (u32, u32) {
        let [_, _, start, end, _] = self.proofs.map(u32::from_le_bytes);
        (start, end)
    }

    /// Where its NSEC3 parameters are among the zone names; only meaningful with NSEC3 records.
    fn nsec3_params(&self) -> u32 {
        let [.., place] = *self.proofs;
        u32::from_le_bytes(place)
    }

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
/// Where the answer at a name of one address, and a label of a dozen octets, is read whole.
const NODE: usize = 40;
/// The size of an NSEC3 record's place: hash and offset.
pub(crate) const NSEC3: usize = 24;
