//! An image: checked once, then a [`Store`] for as many look-ups as wanted.

mod error;
mod layout;
mod verify;

pub use error::{ImageError, ImageErrorKind};
#[cfg(feature = "alloc")]
pub(crate) use layout::{COUNT, SMALL_MAPS, write};
pub(crate) use layout::{Layout, OVERRIDE};
pub use layout::{Section, reseal};

use crate::store::Store;

/// A verified image in memory that `B` owns or borrows: a slice, a `Vec`, an mmap.
///
/// ```
/// # #[cfg(feature = "alloc")] {
/// use zone_store::{Compiler, Image};
/// let compiled = Compiler::default().finish().unwrap();
/// let image = Image::open(compiled.image).unwrap();
/// assert_eq!(image.store().zones().count(), 0);
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Image<B> {
    bytes: B,
    layout: Layout,
}

impl<B: AsRef<[u8]>> Image<B> {
    /// Checks the whole image: sums, offsets, order, names, and that the index leads to every name and nothing else.
    ///
    /// # Errors
    /// What is wrong, in which section, and where in it.
    ///
    /// # Cost
    /// Two passes over all octets, each in order: one for the sums, one for what they hold. No allocation.
    pub fn open(bytes: B) -> Result<Self, ImageError> {
        let layout = Layout::read(bytes.as_ref())?;
        let image = Self { bytes, layout };
        verify::verify(&image.store())?;
        Ok(image)
    }

    /// The look-ups. O(1): take one whenever one is wanted.
    pub fn store(&self) -> Store<'_> {
        Store::new(self.bytes.as_ref(), &self.layout)
    }

    /// A number for the content: equal images have equal digests. It finds damage and mix-ups; it does not
    /// withstand forgery.
    pub fn digest(&self) -> u128 {
        self.layout.digest
    }

    /// Each section and its length in octets.
    pub fn sections(&self) -> impl Iterator<Item = (Section, usize)> {
        let bytes = self.bytes.as_ref();
        let layout = self.layout;
        Section::ALL.into_iter().map(move |s| (s, layout.section(bytes, s).len()))
    }

    /// The octets of the image.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.as_ref()
    }

    /// Gives back what holds the octets.
    pub fn into_inner(self) -> B {
        self.bytes
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests;
