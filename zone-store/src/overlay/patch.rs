//! What changes of a client map.

use crate::map::{Block, COVER, Cover, Range, Ranges, find_cover, longest_cover};
use crate::overlay::List;

/// The two families of a map.
#[derive(Clone, Debug)]
pub(crate) struct PatchedMap {
    pub(crate) v4: Patch,
    pub(crate) v6: Patch,
}

impl PatchedMap {
    /// The octets that it takes.
    pub(crate) fn octets(&self) -> usize {
        let family = |family: &Patch| {
            size_of_val::<[_]>(&family.ranges).saturating_add(size_of_val::<[_]>(&family.covers))
        };
        [family(&self.v4), family(&self.v6)]
            .into_iter()
            .fold(size_of::<Self>(), usize::saturating_add)
    }
}

/// Ranges that are not as in the image, those beside them too where they could have been joined: each with its
/// whole extent, so that scopes are those of an image written anew.
#[derive(Clone, Debug)]
pub(crate) struct Patch {
    /// Sorted and disjoint.
    pub(crate) ranges: List<Range>,
    /// Prefixes that hold others, as in an image; those that are no more have the value [`u32::MAX`].
    pub(crate) covers: List<[u8; COVER]>,
}

impl Patch {
    /// As [`Ranges::location`]. `image` is `None` for a map that the image does not have.
    #[inline(never)]
    pub(crate) fn location(&self, image: Option<Ranges<'_>>, address: u128) -> Option<u32> {
        match self.range_of(address) {
            Some(range) => range.value,
            None => image?.location(address),
        }
    }

    /// As [`Ranges::block`].
    #[inline(never)]
    pub(crate) fn block(
        &self,
        image: Option<Ranges<'_>>,
        address: u128,
        source: u8,
        width: u8,
    ) -> Option<Block> {
        let range = match self.range_of(address) {
            Some(range) => *range,
            None => image?.range_at(address, width)?,
        };
        let scope = range.scope(address, width);
        let location = match scope <= source {
            true => range.value,
            false => self.cover(image, address, source, width),
        };
        Some(Block { location, scope })
    }

    fn range_of(&self, address: u128) -> Option<&Range> {
        let after = self.ranges.partition_point(|range| range.first <= address);
        let range = self.ranges.get(after.checked_sub(1)?)?;
        (address <= range.last).then_some(range)
    }

    /// The location of the longest prefix that covers the block, of those in the image that are as they were and
    /// of those here.
    fn cover(
        &self,
        image: Option<Ranges<'_>>,
        address: u128,
        source: u8,
        width: u8,
    ) -> Option<u32> {
        let is_same = |cover: &Cover| find_cover(&self.covers, cover.start, cover.len).is_none();
        let of_image =
            image.and_then(|image| longest_cover(image.covers, address, source, width, is_same));
        let is_there = |cover: &Cover| cover.value != u32::MAX;
        let own = longest_cover(&self.covers, address, source, width, is_there);
        [own, of_image].into_iter().flatten().max_by_key(|cover| cover.len).map(|c| c.value)
    }
}
