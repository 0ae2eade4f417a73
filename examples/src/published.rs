//! The image in service: replaced as one while queries run.

use std::path::Path;
use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};
use zone_store::{
    Answered, Batch, Client, Delta, DeltaError, Dropped, Image, ImageErrorKind, Location, Overlay,
    OverrideTable, Policy, Question,
};

use crate::files::{Held, Mapped};

/// An image, what has changed since it was written, and the overrides made for both. Overrides name locations by
/// their number in the image and its overlay, so these only ever change together.
#[derive(Debug)]
pub struct Edition {
    /// What is served.
    pub image: Arc<Image<Held>>,
    /// What of it has changed.
    pub overlay: Option<Arc<Overlay>>,
    /// What is sent elsewhere for now.
    pub overrides: OverrideTable,
}

impl Edition {
    /// Maps and verifies an image file.
    ///
    /// # Errors
    /// What the system says, or why the image is refused, with the path.
    pub fn open(path: &Path) -> Result<Self, String> {
        let image = Image::open(Held::Mapped(Mapped::open(path)?)).map_err(|error| {
            let hint = match error.kind {
                ImageErrorKind::NotAnImage => {
                    "if this is a source, build it first: `zonec build -o IMAGE SOURCE`"
                }
                _ => "build it again from its sources, with `zonec build`",
            };
            format!("{} is refused: {error}\n  hint: {hint}", path.display())
        })?;
        Ok(Self::flat(Arc::new(image)))
    }

    /// An image as it is.
    pub fn flat(image: Arc<Image<Held>>) -> Self {
        Self { image, overlay: None, overrides: OverrideTable::default() }
    }

    /// The image as a delta makes it look: at once, whatever its size.
    ///
    /// # Errors
    /// When the delta is for another image, or lies about this one.
    pub fn changed(image: Arc<Image<Held>>, delta: &Delta<'_>) -> Result<Self, DeltaError> {
        let overlay = Some(Arc::new(Overlay::new(&image, delta)?));
        Ok(Self { image, overlay, overrides: OverrideTable::default() })
    }

    /// The digest of what the answers come from: of the image, or of that which the overlay makes of it.
    pub fn digest(&self) -> u128 {
        self.overlay.as_ref().map_or(self.image.digest(), |overlay| overlay.result())
    }

    /// Answers a query, as [`zone_store::Store::answer`].
    ///
    /// # Errors
    /// For what must not be answered.
    pub fn answer(
        &self,
        query: &[u8],
        client: &Client<'_>,
        policy: &Policy<'_>,
        random: u64,
        out: &mut [u8],
    ) -> Result<Answered, Dropped> {
        let overrides = self.overrides.as_overrides();
        match self.overlay.as_ref().and_then(|overlay| self.image.overlaid(overlay)) {
            Some(overlaid) => overlaid.answer(query, client, policy, &overrides, random, out),
            None => self.image.store().answer(query, client, policy, &overrides, random, out),
        }
    }

    /// Answers queries that came together, as [`zone_store::Store::answer_batch`].
    pub fn answer_batch(
        &self,
        batch: &mut Batch,
        questions: &mut [Question<'_>],
        policy: &Policy<'_>,
    ) {
        let overrides = self.overrides.as_overrides();
        match self.overlay.as_ref().and_then(|overlay| self.image.overlaid(overlay)) {
            Some(overlaid) => overlaid.answer_batch(batch, questions, policy, &overrides),
            None => self.image.store().answer_batch(batch, questions, policy, &overrides),
        }
    }

    /// The location of a name.
    pub fn find_location(&self, name: &[u8]) -> Option<Location> {
        match self.overlay.as_ref().and_then(|overlay| self.image.overlaid(overlay)) {
            Some(overlaid) => overlaid.find_location(name),
            None => self.image.store().find_location(name),
        }
    }
}

/// What readers see. They never wait: each takes the edition of the moment and keeps it to the end of its
/// answer, so that no answer is made of two.
#[derive(Debug)]
pub struct Published(ArcSwap<Edition>);

impl Published {
    /// The first edition.
    pub fn new(edition: Edition) -> Self {
        Self(ArcSwap::from_pointee(edition))
    }

    /// The edition of the moment.
    pub fn current(&self) -> Guard<Arc<Edition>> {
        self.0.load()
    }

    /// Puts another edition in its place, at once for all readers. The old one is unmapped when the last
    /// answer from it is done.
    pub fn replace(&self, edition: Edition) {
        self.0.store(Arc::new(edition));
    }

    /// The same data with other overrides.
    pub fn set_overrides(&self, overrides: OverrideTable) {
        let current = self.current();
        let (image, overlay) = (Arc::clone(&current.image), current.overlay.clone());
        self.replace(Edition { image, overlay, overrides });
    }
}
