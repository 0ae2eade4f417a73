//! What changes in one zone: each name that does, whole, so that a look-up that finds it here needs nothing of it
//! from the image.

use crate::bytes::from;
use crate::index::Index;
use crate::node::IS_GONE;
use crate::overlay::{List, Run};
use crate::store::{NSEC3, ZoneView};

/// The changes of a zone.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "alloc", derive(Default))]
pub(crate) struct Part {
    pub(crate) is_removed: bool,
    /// Of a zone that the image does not have: its apex in wire form, lower case, and how many labels that has.
    pub(crate) apex: List<u8>,
    pub(crate) depth: u8,
    /// The names that change, those above them, and those whose delegation comes or goes, as in an image; the
    /// apex is the first. A name that is no more is [`IS_GONE`].
    pub(crate) nodes: List<u8>,
    pub(crate) index: List<u8>,
    /// The zone denies with NSEC.
    pub(crate) has_nsec: bool,
    /// Where the names with NSEC are in `nodes`, in canonical order.
    pub(crate) nsec: List<[u8; 4]>,
    /// Those of the image that these stand in for.
    pub(crate) nsec_gone: List<Run>,
    /// The zone denies with NSEC3.
    pub(crate) has_nsec3: bool,
    /// Hashes and offsets of records, by hash.
    pub(crate) nsec3: List<[u8; NSEC3]>,
    pub(crate) nsec3_gone: List<Run>,
    pub(crate) iterations: u16,
    pub(crate) salt: List<u8>,
}

impl Part {
    /// Of a zone that is no more.
    #[cfg(feature = "alloc")]
    pub(crate) fn removed() -> Self {
        Self { is_removed: true, ..Self::default() }
    }

    /// The octets from a name on, `Some(None)` where it is no more. `is_it` is given octets that start with a name,
    /// and its length.
    #[inline(never)]
    pub(crate) fn find(
        &self,
        hash: u64,
        is_it: impl Fn(&[u8], u8) -> bool,
    ) -> Option<Option<&[u8]>> {
        Index::new(&self.index).find(hash, |offset| {
            let bytes = from(&self.nodes, offset)?;
            let ([flags, .., len], octets) = bytes.split_first_chunk::<4>()?;
            is_it(octets, *len).then_some((flags & IS_GONE == 0).then_some(bytes))
        })
    }

    /// A zone that the image does not have.
    pub(crate) fn added(&self, id: u32) -> ZoneView<'_> {
        ZoneView::added(id, self.depth, &self.apex, self)
    }

    /// The octets that it takes.
    pub(crate) fn octets(&self) -> usize {
        let lists = [
            self.apex.len(),
            self.nodes.len(),
            self.index.len(),
            size_of_val::<[_]>(&self.nsec),
            size_of_val::<[_]>(&self.nsec_gone),
            size_of_val::<[_]>(&self.nsec3),
            size_of_val::<[_]>(&self.nsec3_gone),
            self.salt.len(),
        ];
        lists.into_iter().fold(size_of::<Self>(), usize::saturating_add)
    }
}
