//! Keeps what is published up to date: an image file, the deltas that follow it, and their compaction.
//!
//! Deltas are shown at once, as an overlay, which look-ups pay for a little. A thread then makes the flat image of
//! both and puts it in their place: a compilation's work, at nobody's cost but its own. Readers never wait; those
//! who write take turns.

use std::fmt;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Instant, SystemTime};

use zone_store::{Delta, Image};

use crate::console::{complain, tell};
use crate::deltas::{Deltas, Link};
use crate::files::{Held, explain};
use crate::published::{Edition, Published};

/// An image file, a folder of deltas, and what is published of them.
#[derive(Debug)]
pub struct Upkeep {
    /// The name that its messages begin with.
    program: &'static str,
    image: PathBuf,
    deltas: Option<PathBuf>,
    published: Arc<Published>,
    base: Mutex<Base>,
}

/// What overlays are made for.
#[derive(Debug)]
struct Base {
    image: Arc<Image<Held>>,
    /// The file that it was read from, or that what it was made of was.
    file: Option<(SystemTime, u64)>,
    is_compacting: bool,
    /// What a delta promised and did not make.
    refused: Option<u128>,
    /// The deltas that it has behind it, as long as the folder has them: they are not taken again when one that came
    /// later leads back to where they begin.
    taken: Vec<Link>,
}

impl Base {
    fn new(image: Arc<Image<Held>>, file: Option<(SystemTime, u64)>) -> Self {
        Self { image, file, is_compacting: false, refused: None, taken: Vec::new() }
    }
}

/// What was put in service.
struct Shown {
    /// It was not before.
    is_new: bool,
    /// There are deltas, whether they follow the image or not.
    has_deltas: bool,
    what: String,
    /// Deltas left out, and why.
    refused: Vec<String>,
}

impl Upkeep {
    /// Opens the image, and shows the deltas that there are already.
    ///
    /// # Errors
    /// Why the image is refused, or why the folder cannot be read. Deltas that are refused are told and left out.
    pub fn open(
        program: &'static str,
        image: PathBuf,
        deltas: Option<PathBuf>,
    ) -> Result<Arc<Self>, String> {
        if let Some(folder) = &deltas {
            std::fs::read_dir(folder).map_err(|error| explain("read", folder, &error))?;
        }
        let file = stamp(&image);
        let edition = Edition::open(&image)?;
        let base = Base::new(Arc::clone(&edition.image), file);
        let published = Arc::new(Published::new(edition));
        let base = Mutex::new(base);
        let upkeep = Arc::new(Self { program, image, deltas, published, base });
        match upkeep.show(&mut upkeep.base(), true) {
            Ok(shown) => {
                if shown.has_deltas {
                    upkeep.tell(format_args!("{}", shown.what));
                }
                shown.refused.iter().for_each(complain);
            }
            Err(message) => complain(message),
        }
        Ok(upkeep)
    }

    /// What readers see.
    pub fn published(&self) -> &Arc<Published> {
        &self.published
    }

    /// Looks at the image file and the folder again, and tells what came of it. What is refused leaves in service
    /// what was.
    pub fn reload(self: &Arc<Self>) {
        match self.reload_into(&mut self.base()) {
            Ok(shown) => {
                let how = if shown.is_new { "reloaded" } else { "nothing new" };
                self.tell(format_args!("{how}, {}", shown.what));
                shown.refused.iter().for_each(complain);
            }
            Err(message) => {
                self.tell(format_args!("not reloaded, image {} stays in service", self.name()));
                complain(message);
            }
        }
    }

    /// What is in service, by the first digits of its digest.
    pub fn name(&self) -> String {
        short(self.published.current().digest())
    }

    fn reload_into(self: &Arc<Self>, base: &mut Base) -> Result<Shown, String> {
        let file = stamp(&self.image);
        if file.is_some() && file == base.file {
            // It is the one in service, or what has become of it is.
            return self.show(base, false);
        }
        let image = Edition::open(&self.image)?.image;
        let mut new = Base::new(image, file);
        new.is_compacting = base.is_compacting;
        let shown = self.show(&mut new, true)?;
        *base = new;
        Ok(shown)
    }

    /// Shows the deltas that follow the base and has them compacted, or shows the base as it is. `is_other`: the base
    /// is not what is shown, nor made of it.
    fn show(self: &Arc<Self>, base: &mut Base, is_other: bool) -> Result<Shown, String> {
        let started = Instant::now();
        let deltas = self.deltas.as_deref().map(Deltas::read).transpose()?.unwrap_or_default();
        let image = Arc::clone(&base.image);
        let chain = deltas.follow(&*image, &base.taken);
        let now = self.published.current().digest();
        let is_ahead =
            now != image.digest() && !chain.links.iter().any(|(_, result)| *result == now);
        if is_ahead && !is_other && !chain.refused.is_empty() {
            // A delta that is half written, say, takes back nothing that was shown.
            return Err(chain.refused.join("\n"));
        }
        let mut octets = None;
        let edition = match &chain.delta {
            None => Edition::flat(Arc::clone(&image)),
            Some(delta) => {
                let name = short(delta.result());
                if base.refused == Some(delta.result()) {
                    return Err(format!("the deltas to {name} do not make it"));
                }
                octets = Some(delta.to_bytes());
                Edition::changed(Arc::clone(&image), delta)
                    .map_err(|error| format!("the deltas to {name} are refused: {error}"))?
            }
        };
        if chain.refused.is_empty() {
            base.taken.retain(|link| chain.all.contains(link));
        }
        if chain.delta.is_none() {
            base.taken.extend(&chain.links);
        }
        let is_new = now != edition.digest();
        self.published.replace(edition);
        let mut what = format!("image {}", self.name());
        let count = chain.links.len();
        if count > 0 {
            let ms = started.elapsed().as_secs_f64() * 1000.0;
            let (from, s) = (short(image.digest()), if count > 1 { "s" } else { "" });
            what += &format!(", which is {from} and {count} delta{s}, in {ms:.1} ms");
        }
        let (taken, strays): (Vec<&Link>, Vec<&Link>) = chain
            .all
            .iter()
            .filter(|link| !chain.links.contains(link))
            .partition(|link| base.taken.contains(link));
        for (why, links) in [("taken before", taken), ("that do not follow it", strays)] {
            if !links.is_empty() {
                what += &format!("; deltas {why}: {}", links.len());
            }
        }
        if let Some(octets) = octets.filter(|_| !base.is_compacting) {
            base.is_compacting = true;
            let (upkeep, image, links) = (Arc::clone(self), Arc::clone(&image), chain.links);
            thread::spawn(move || upkeep.compact(&image, &octets, links));
        }
        Ok(Shown { is_new, has_deltas: !chain.all.is_empty(), what, refused: chain.refused })
    }

    /// Makes the flat image of what is shown, and shows that in its place. Deltas that came meanwhile go on top.
    fn compact(self: &Arc<Self>, image: &Arc<Image<Held>>, octets: &[u8], links: Vec<Link>) {
        let started = Instant::now();
        let made = Delta::read(octets).map_err(|error| error.to_string()).and_then(|delta| {
            let made = delta.apply(image).map_err(|error| error.to_string())?;
            Image::open(Held::Made(made.into_inner())).map_err(|error| error.to_string())
        });
        let mut base = self.base();
        base.is_compacting = false;
        // Unless another file took the place of the image meanwhile.
        if Arc::ptr_eq(&base.image, image) {
            match made {
                Ok(made) => {
                    base.image = Arc::new(made);
                    base.taken.extend(links);
                    self.tell(format_args!(
                        "compacted in {:.0} ms, image {}",
                        started.elapsed().as_secs_f64() * 1000.0,
                        short(base.image.digest()),
                    ));
                }
                Err(error) => {
                    // What is shown is not what was promised.
                    base.refused = Delta::read(octets).ok().map(|delta| delta.result());
                    self.published.replace(Edition::flat(Arc::clone(image)));
                    complain(format!("the deltas shown are taken back: {error}"));
                }
            }
        }
        match self.show(&mut base, false) {
            Ok(shown) if shown.is_new => self.tell(format_args!("{}", shown.what)),
            Ok(_) => {}
            Err(message) => complain(message),
        }
    }

    fn tell(&self, what: fmt::Arguments<'_>) {
        tell(format!("{}: {what}", self.program));
    }

    fn base(&self) -> MutexGuard<'_, Base> {
        self.base.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What tells a file from one renamed into its place.
fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let of = |file: Metadata| Some((file.modified().ok()?, file.len()));
    std::fs::metadata(path).ok().and_then(of)
}

/// The first digits of a digest.
fn short(digest: u128) -> String {
    let digits = format!("{digest:032x}");
    digits[..12].to_owned()
}

#[cfg(test)]
mod tests;
