//! Deltas in a folder: those that follow an image, one after the other, as one.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use zone_store::{Delta, Image};

use crate::files::read_source;

/// The files of a folder whose names end in `.delta`.
#[derive(Debug, Default)]
pub struct Deltas(Vec<(PathBuf, Vec<u8>)>);

impl Deltas {
    /// Reads them all.
    ///
    /// # Errors
    /// What the system says, with the path.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let explain = |error| format!("cannot read {}: {error}", folder.display());
        let mut files = Vec::new();
        for entry in fs::read_dir(folder).map_err(explain)? {
            let path = entry.map_err(explain)?.path();
            if path.extension().is_some_and(|end| end == "delta") {
                let octets = read_source(&path)?;
                files.push((path, octets));
            }
        }
        files.sort();
        Ok(Self(files))
    }

    /// The chain that begins at the image. Deltas that are not of it are passed over: most are older than the image.
    ///
    /// # Errors
    /// Why a delta is refused, and its path; also when two follow the same image.
    pub fn follow<'a, B: AsRef<[u8]>>(&'a self, image: &'a Image<B>) -> Result<Chain<'a>, String> {
        let refuse = |path: &Path, why: String| format!("{} is refused: {why}", path.display());
        let mut by_base = HashMap::new();
        for (path, octets) in &self.0 {
            let delta = Delta::read(octets).map_err(|error| refuse(path, error.to_string()))?;
            if let Some((other, _)) = by_base.insert(delta.base(), (path, delta)) {
                let other = format!("{} is for the same image", other.display());
                return Err(refuse(path, other));
            }
        }
        let mut chain = Chain { delta: None, count: 0, passed_over: 0 };
        let mut end = image.digest();
        // Each is taken once, so that a circle ends.
        while let Some((path, next)) = by_base.remove(&end) {
            end = next.result();
            chain.count += 1;
            chain.delta = Some(match chain.delta {
                None => next,
                Some(delta) => {
                    delta.then(&next, image).map_err(|error| refuse(path, error.to_string()))?
                }
            });
        }
        chain.passed_over = by_base.len();
        Ok(chain)
    }
}

/// Deltas that follow an image, one after the other.
#[derive(Debug)]
pub struct Chain<'a> {
    /// All of them as one; `None` when none follows.
    pub delta: Option<Delta<'a>>,
    /// How many they are.
    pub count: usize,
    /// How many do not follow.
    pub passed_over: usize,
}
