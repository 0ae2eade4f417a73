//! What has changed since an image was written, for look-ups to consult first.

mod merged;
mod overlaid;
mod part;
mod patch;
mod places;

use crate::bytes::to_usize;
use crate::index::Index;
use crate::key::Key;
pub(crate) use merged::{Merged, Run};
pub use overlaid::Overlaid;
pub(crate) use part::Part;
#[cfg(feature = "alloc")]
pub(crate) use patch::Patch;
pub(crate) use patch::PatchedMap;
pub(crate) use places::Places;

/// The changes of a delta, in a form that look-ups read. It owns all that it holds, and is for one image; threads share
/// it freely.
///
/// ```
/// # #[cfg(feature = "alloc")] {
/// use zone_store::text::master;
/// use zone_store::{Client, Compiler, Delta, Image, Overlay, Overrides, Policy};
///
/// let image = |text: &[u8]| {
///     let mut compiler = Compiler::default();
///     master::parse(text, master::Options::new(0), &mut compiler);
///     Image::open(compiler.finish().unwrap().image).unwrap()
/// };
/// let old = image(b"e. 60 SOA ns.e. h.e. 1 2 3 4 5\ne. 60 NS ns.e.\na.e. 60 A 192.0.2.1\n");
/// let new = image(b"e. 60 SOA ns.e. h.e. 2 2 3 4 5\ne. 60 NS ns.e.\na.e. 60 A 192.0.2.2\n");
/// let octets = Delta::between(&old, &new).unwrap().to_bytes();
///
/// // In the server, which has the old image and gets the octets.
/// let delta = Delta::read(&octets).unwrap();
/// let overlay = Overlay::new(&old, &delta).unwrap();
/// let query = b"\x12\x34\0\0\0\x01\0\0\0\0\0\0\x01a\x01e\0\0\x01\0\x01";
/// let mut reply = [0; 512];
/// let answered = old
///     .overlaid(&overlay)
///     .expect("made for it")
///     .answer(query, &Client::default(), &Policy::default(), &Overrides::NONE, 7, &mut reply)
///     .expect("a reply");
/// assert_eq!(reply[answered.len - 4..answered.len], [192, 0, 2, 2]);
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Overlay {
    pub(crate) base: u128,
    pub(crate) result: u128,
    pub(crate) is_override: bool,
    /// Bit d is set when a zone that the image does not have has an apex of d labels.
    pub(crate) depths: u128,
    /// The zones that change, by number. Those that the image does not have are numbered after its own.
    pub(crate) ids: List<u32>,
    pub(crate) parts: List<Part>,
    /// From the hashes of the apexes that the image does not have to their parts.
    pub(crate) zone_index: List<u8>,
    /// Shared groups: their offsets go on where those of the image end.
    pub(crate) sets: List<u8>,
    pub(crate) places: Places,
}

impl Overlay {
    /// The digest of the image that it is for.
    pub fn base(&self) -> u128 {
        self.base
    }

    /// The digest of the image that it stands for.
    pub fn result(&self) -> u128 {
        self.result
    }

    /// The octets that it holds in memory, for the most part.
    pub fn octets(&self) -> usize {
        let parts = self.parts.iter().map(Part::octets);
        let own = [self.sets.len(), self.zone_index.len(), self.places.octets()];
        parts.chain(own).fold(size_of::<Self>(), usize::saturating_add)
    }

    /// What changes in a zone.
    #[inline(never)]
    pub(crate) fn part(&self, id: u32) -> Option<&Part> {
        self.parts.get(self.ids.binary_search(&id).ok()?)
    }

    /// The zone whose apex is the key's suffix of `depth` labels; `found` is that of the image.
    #[inline(never)]
    pub(crate) fn zone(&self, found: Option<u32>, key: &Key, depth: u8) -> Option<u32> {
        if let Some(id) = found {
            return self.part(id).is_none_or(|part| !part.is_removed).then_some(id);
        }
        Index::new(&self.zone_index).find(key.hash(depth)?, |number| {
            let number = to_usize(number);
            let apex: &[u8] = &self.parts.get(number)?.apex;
            let len = u8::try_from(apex.len()).ok()?;
            key.is_suffix(depth, apex, len).then_some(*self.ids.get(number)?)
        })
    }
}

/// A list that an overlay owns.
#[cfg(feature = "alloc")]
pub(crate) type List<T> = alloc::vec::Vec<T>;

/// Without `alloc` no overlay is ever made: this lets the look-ups be written once.
#[cfg(not(feature = "alloc"))]
#[derive(Clone, Debug)]
pub(crate) struct List<T>(core::marker::PhantomData<T>);

#[cfg(not(feature = "alloc"))]
impl<T> core::ops::Deref for List<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &[]
    }
}
