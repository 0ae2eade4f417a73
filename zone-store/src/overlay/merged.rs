//! A sorted list of an image and what an overlay makes of it.

use crate::bytes::to_usize;

/// From the first to before the last: a stretch of places in a list of the image. Runs are sorted and do not touch.
pub(crate) type Run = (u32, u32);

/// The places of an image without those that are gone, and those of an overlay. Their numbers: the image's from 0
/// on, the overlay's after all of those.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Merged<'a, T> {
    pub(crate) image: &'a [T],
    pub(crate) gone: &'a [Run],
    pub(crate) overlay: &'a [T],
}

impl<'a, T> Merged<'a, T> {
    /// The place of a number, and whether it is the overlay's.
    pub(crate) fn get(&self, number: usize) -> Option<(&'a T, bool)> {
        match number.checked_sub(self.image.len()) {
            None => self.image.get(number).map(|place| (place, false)),
            Some(number) => self.overlay.get(number).map(|place| (place, true)),
        }
    }

    /// The number of the last place that `is_before` accepts, or else of the very last: lists wrap around.
    /// `is_before` is told whether a place is the overlay's; `is_less` compares one of the image with one of the
    /// overlay.
    ///
    /// Cost: a binary search of each list and of the runs.
    pub(crate) fn last(
        &self,
        is_before: impl Fn(&T, bool) -> bool,
        is_less: impl Fn(&T, &T) -> bool,
    ) -> Option<usize> {
        let image = self.image.partition_point(|place| is_before(place, false));
        if self.gone.is_empty() && self.overlay.is_empty() {
            return image.checked_sub(1).or(self.image.len().checked_sub(1));
        }
        let overlay = self.overlay.partition_point(|place| is_before(place, true));
        self.later(image, overlay, &is_less)
            .or_else(|| self.later(self.image.len(), self.overlay.len(), &is_less))
    }

    /// The later of the last place of the image before `image` and the overlay's before `overlay`.
    fn later(
        &self,
        image: usize,
        overlay: usize,
        is_less: impl Fn(&T, &T) -> bool,
    ) -> Option<usize> {
        let image = self.last_there(image);
        let Some(own) = overlay.checked_sub(1) else { return image };
        let places = image.and_then(|at| self.image.get(at)).zip(self.overlay.get(own));
        match places.is_some_and(|(image, own)| !is_less(image, own)) {
            true => image,
            false => own.checked_add(self.image.len()),
        }
    }

    /// The last place of the image before `end` that is not gone.
    fn last_there(&self, end: usize) -> Option<usize> {
        let place = end.checked_sub(1)?;
        let after = self.gone.partition_point(|run| to_usize(run.0) <= place);
        match after.checked_sub(1).and_then(|at| self.gone.get(at)) {
            Some((start, end)) if place < to_usize(*end) => to_usize(*start).checked_sub(1),
            _ => Some(place),
        }
    }

    /// The number of the place that `order` finds equal; it compares a place with what is looked for.
    pub(crate) fn find(&self, order: impl Fn(&T) -> core::cmp::Ordering) -> Option<usize> {
        if let Ok(own) = self.overlay.binary_search_by(&order) {
            return own.checked_add(self.image.len());
        }
        let place = self.image.binary_search_by(&order).ok()?;
        (self.last_there(place.checked_add(1)?) == Some(place)).then_some(place)
    }
}
