//! Deltas in a folder: those that follow an image, one after the other, as one.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use zone_store::{Delta, Image};

use crate::files::{check_plain, explain, read_source};

/// From the digest of one image to that of another.
pub type Link = (u128, u128);

/// The files of a folder whose names end in `.delta`.
#[derive(Debug, Default)]
pub struct Deltas {
    files: Vec<(PathBuf, Vec<u8>)>,
    /// What could not be read, and why.
    refused: Vec<String>,
}

impl Deltas {
    /// Reads them all. One that cannot be read is told by [`Chain::refused`].
    ///
    /// # Errors
    /// What the system says of the folder, with its path.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let explain_folder = |error| explain("read", folder, &error);
        let mut all = Self::default();
        for entry in fs::read_dir(folder).map_err(explain_folder)? {
            let path = entry.map_err(explain_folder)?.path();
            if path.extension().is_none_or(|end| end != "delta") {
                continue;
            }
            // A FIFO would be waited for, without an end.
            let plain = check_plain(&path).map_err(|error| explain("read", &path, &error));
            match plain.and_then(|()| read_source(&path)) {
                Ok(octets) => all.files.push((path, octets)),
                Err(message) => all.refused.push(message),
            }
        }
        all.files.sort();
        all.refused.sort();
        Ok(all)
    }

    /// The chain that begins at the image and uses no link that was `taken`. Deltas that are not of it are passed
    /// over: most are older than the image. It ends before a delta that is refused, and where two lead on.
    pub fn follow<'a, B: AsRef<[u8]>>(&'a self, image: &'a Image<B>, taken: &[Link]) -> Chain<'a> {
        let mut chain = Chain { refused: self.refused.clone(), ..Chain::default() };
        let refuse = |path: &Path, why: String| format!("{} is refused: {why}", path.display());
        let mut by_base: HashMap<u128, Vec<(&Path, Delta<'a>)>> = HashMap::new();
        for (path, octets) in &self.files {
            match Delta::read(octets) {
                Ok(delta) => {
                    chain.all.push((delta.base(), delta.result()));
                    by_base.entry(delta.base()).or_default().push((path, delta));
                }
                Err(error) => chain.refused.push(refuse(path, error.to_string())),
            }
        }
        let mut end = image.digest();
        loop {
            // Each is taken once, so that a circle ends.
            let is_left = |link: Link| !taken.contains(&link) && !chain.links.contains(&link);
            let mut next = by_base
                .get(&end)
                .into_iter()
                .flatten()
                .filter(|(_, delta)| is_left((delta.base(), delta.result())));
            let Some((path, delta)) = next.next() else { break };
            // The same delta may be there twice.
            if let Some((other, _)) = next.find(|(_, other)| other.result() != delta.result()) {
                let why = format!("{} is for the same image", other.display());
                chain.refused.push(refuse(path, why));
                break;
            }
            let whole = match &chain.delta {
                None => Ok(delta.clone()),
                Some(before) => before.then(delta, image),
            };
            match whole {
                Ok(whole) => chain.delta = Some(whole),
                Err(error) => {
                    chain.refused.push(refuse(path, error.to_string()));
                    break;
                }
            }
            chain.links.push((end, delta.result()));
            end = delta.result();
        }
        // Back where it began: there is nothing to show.
        chain.delta = chain.delta.filter(|delta| delta.result() != delta.base());
        chain
    }
}

/// Deltas that follow an image, one after the other.
#[derive(Debug, Default)]
pub struct Chain<'a> {
    /// All of them as one; `None` when none follows, and when they lead back to the image.
    pub delta: Option<Delta<'a>>,
    /// From where to where each of them leads.
    pub links: Vec<Link>,
    /// The same of all deltas of the folder.
    pub all: Vec<Link>,
    /// Why deltas were refused, with their paths.
    pub refused: Vec<String>,
}
