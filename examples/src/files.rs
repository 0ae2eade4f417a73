//! Files: sources read whole (`.gz` and `.xz` unpacked), images written by rename and memory-mapped.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use memmap2::Mmap;

/// Reads a source, unpacking `.gz` and `.xz` by the file's first octets.
///
/// # Errors
/// What the system or the unpacker says, with the path.
pub fn read_source(path: &Path) -> Result<Vec<u8>, String> {
    let packed = fs::read(path).map_err(|error| explain("read", path, &error))?;
    let mut text = Vec::new();
    let unpacked = match packed.get(..6) {
        Some([0x1f, 0x8b, ..]) => {
            flate2::read::MultiGzDecoder::new(&*packed).read_to_end(&mut text).map(|_| ())
        }
        Some([0xfd, b'7', b'z', b'X', b'Z', 0]) => {
            lzma_rust2::XzReader::new(&*packed, true).read_to_end(&mut text).map(|_| ())
        }
        _ => return Ok(packed),
    };
    unpacked.map_err(|error| explain("unpack", path, &error))?;
    Ok(text)
}

/// Writes `bytes` so that `path` is the old file or the new one, never a part: a temporary file beside
/// it, flushed to the disk, then renamed.
///
/// # Errors
/// What the system says, with the path.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let write = || -> io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(".image-").tempfile_in(folder)?;
        file.write_all(bytes)?;
        // A temporary file is private; an image is read by servers under other accounts.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            file.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
        }
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|error| explain("write", path, &error))
}

/// A file mapped into memory.
#[derive(Debug)]
pub struct Mapped(Mmap);

impl Mapped {
    /// Maps the file at `path`.
    ///
    /// # Errors
    /// What the system says, with the path.
    #[allow(unsafe_code, reason = "a memory map is what the image format is made for")]
    pub fn open(path: &Path) -> Result<Self, String> {
        let refuse = |error| explain("open", path, &error);
        let file = File::open(path).map_err(refuse)?;
        if file.metadata().map_err(refuse)?.is_dir() {
            return Err(refuse(io::ErrorKind::IsADirectory.into()));
        }
        // SAFETY: the bytes of a map must not change while it is borrowed. Images are written to a
        // new file and renamed into place (`write_whole`), so a mapped one keeps its inode and is
        // never written again. A program that truncates an image in place breaks that contract and
        // gets SIGBUS, as with any memory-mapped data file.
        let map = unsafe { Mmap::map(&file) }.map_err(|error| explain("map", path, &error))?;
        Ok(Self(map))
    }
}

impl AsRef<[u8]> for Mapped {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

fn explain(verb: &str, path: &Path, error: &io::Error) -> String {
    let hint = match error.kind() {
        io::ErrorKind::NotFound => "\n  hint: no such file; is the path right?",
        io::ErrorKind::PermissionDenied => "\n  hint: this account may not; see `ls -l`",
        io::ErrorKind::IsADirectory => "\n  hint: that is a folder; name a file in it",
        _ => "",
    };
    format!("cannot {verb} {}: {error}{hint}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_and_plain_sources_read_alike() {
        let folder = tempfile::tempdir().unwrap();
        let text = b"example. 300 IN A 192.0.2.1\n".repeat(100);
        let plain = folder.path().join("a.zone");
        fs::write(&plain, &text).unwrap();
        let gz = folder.path().join("a.zone.gz");
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(&text).unwrap();
        fs::write(&gz, packer.finish().unwrap()).unwrap();
        assert_eq!(read_source(&plain).unwrap(), text);
        assert_eq!(read_source(&gz).unwrap(), text);
    }

    #[test]
    fn a_cut_archive_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.gz");
        fs::write(&path, [0x1f, 0x8b, 8, 0, 0, 0, 0, 0]).unwrap();
        assert!(read_source(&path).unwrap_err().contains("cannot unpack"));
    }

    #[test]
    fn a_mapped_file_outlives_its_replacement() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("image");
        write_whole(&path, b"first").unwrap();
        let mapped = Mapped::open(&path).unwrap();
        write_whole(&path, b"second!").unwrap();
        assert_eq!(mapped.as_ref(), b"first");
        assert_eq!(Mapped::open(&path).unwrap().as_ref(), b"second!");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
    }
}
