//! The image in service: replaced as one while queries run.

use std::path::Path;
use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};
use zone_store::{Image, ImageErrorKind, OverrideTable};

use crate::files::Mapped;

/// An image and the overrides made for it. Overrides name locations by their number in the image, so the
/// two only ever change together.
#[derive(Debug)]
pub struct Edition {
    /// What is served.
    pub image: Arc<Image<Mapped>>,
    /// What is sent elsewhere for now.
    pub overrides: OverrideTable,
}

impl Edition {
    /// Maps and verifies an image file.
    ///
    /// # Errors
    /// What the system says, or why the image is refused, with the path.
    pub fn open(path: &Path) -> Result<Self, String> {
        let image = Image::open(Mapped::open(path)?).map_err(|error| {
            let hint = match error.kind {
                ImageErrorKind::NotAnImage => {
                    "if this is a source, build it first: `zonec build -o IMAGE SOURCE`"
                }
                _ => "build it again from its sources, with `zonec build`",
            };
            format!("{} is refused: {error}\n  hint: {hint}", path.display())
        })?;
        Ok(Self { image: Arc::new(image), overrides: OverrideTable::default() })
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

    /// The same image with other overrides.
    pub fn set_overrides(&self, overrides: OverrideTable) {
        let image = Arc::clone(&self.current().image);
        self.replace(Edition { image, overrides });
    }
}
