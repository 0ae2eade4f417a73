//! An image as an overlay makes it look.

use crate::answer::{Answered, Batch, Client, Dropped, Policy, Question};
use crate::image::Image;
use crate::location::Location;
use crate::overlay::Overlay;
use crate::overrides::Overrides;
use crate::store::Store;

/// The look-ups of an image under an overlay: they are those of the image that the overlay stands for. Cheap to
/// copy; threads share it freely.
///
/// There are no lists of all that it holds, and deltas and images are not made from it: for that, there is
/// [`Delta::apply`](crate::Delta::apply).
#[derive(Clone, Copy, Debug)]
pub struct Overlaid<'a>(Store<'a>);

impl<B: AsRef<[u8]>> Image<B> {
    /// The look-ups of this image under an overlay. `None` when the overlay is for another image.
    ///
    /// Cost: O(1), as [`Image::store`].
    pub fn overlaid<'a>(&'a self, overlay: &'a Overlay) -> Option<Overlaid<'a>> {
        (overlay.base == self.digest()).then(|| Overlaid(self.store().under(overlay)))
    }
}

impl<'a> Overlaid<'a> {
    /// Answers a query: see [`Store::answer`].
    ///
    /// # Errors
    /// As [`Store::answer`].
    ///
    /// # Cost
    /// As [`Store::answer`], and for each name looked up in a zone that changes a cache line more, for each map
    /// that changes a binary search of what does.
    pub fn answer(
        &self,
        query: &[u8],
        client: &Client<'_>,
        policy: &Policy<'_>,
        overrides: &Overrides<'_>,
        random: u64,
        out: &mut [u8],
    ) -> Result<Answered, Dropped> {
        self.0.answer(query, client, policy, overrides, random, out)
    }

    /// Answers queries together: see [`Store::answer_batch`].
    pub fn answer_batch(
        &self,
        batch: &mut Batch,
        questions: &mut [Question<'_>],
        policy: &Policy<'_>,
        overrides: &Overrides<'_>,
    ) {
        self.0.answer_batch(batch, questions, policy, overrides);
    }

    /// True when the rows of a location stand in for the default rows; false when they join them.
    pub fn is_override(&self) -> bool {
        self.0.is_override()
    }

    /// The name of a location. Numbers are those of the image, those of locations that it does not have come after
    /// them: a number belongs to the store that it came from, a name means the same in all.
    pub fn location_name(&self, location: Location) -> Option<&'a [u8]> {
        self.0.location_name(location)
    }

    /// The location of a name.
    pub fn find_location(&self, name: &[u8]) -> Option<Location> {
        self.0.find_location(name)
    }
}
