//! Files: sources read whole (`.gz` and `.xz` unpacked), images written by rename and memory-mapped.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use memmap2::Mmap;

/// Reads a source, unpacking `.gz` and `.xz` by the file's first octets.
///
/// # Errors
/// What the system or the unpacker says, with the path; also when there is more than [`SOURCE_MAX`].
pub fn read_source(path: &Path) -> Result<Vec<u8>, String> {
    let file = File::open(path).map_err(|error| explain("read", path, &error))?;
    if file.metadata().is_ok_and(|metadata| metadata.len() > SOURCE_MAX) {
        // Told before it fills the memory.
        return Err(explain("read", path, &too_large()));
    }
    let packed = read_bounded(file).map_err(|error| explain("read", path, &error))?;
    let unpacked = match packed.get(..6) {
        Some([0x1f, 0x8b, ..]) => read_bounded(flate2::read::MultiGzDecoder::new(&*packed)),
        Some([0xfd, b'7', b'z', b'X', b'Z', 0]) => {
            read_bounded(lzma_rust2::XzReader::new(&*packed, true))
        }
        _ => return Ok(packed),
    };
    unpacked.map_err(|error| explain("unpack", path, &error))
}

/// The most octets of a source, unpacked: several times the largest zone there is of 10 million records,
/// and an end to what has none, such as `/dev/zero`.
pub const SOURCE_MAX: u64 = 2 << 30;

fn read_bounded(source: impl Read) -> io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    source.take(SOURCE_MAX + 1).read_to_end(&mut octets)?;
    if octets.len() as u64 > SOURCE_MAX {
        return Err(too_large());
    }
    Ok(octets)
}

fn too_large() -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, "a source is at most 2 GiB")
}

/// Refuses what is there and is no plain file: a device must not be replaced, a FIFO not waited for.
///
/// # Errors
/// [`io::ErrorKind::IsADirectory`] or [`io::ErrorKind::InvalidInput`].
pub(crate) fn check_plain(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(metadata) if !metadata.is_file() => {
            Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"))
        }
        _ => Ok(()),
    }
}

/// Writes `bytes` so that `path` is the old file or the new one, never a part: a temporary file beside
/// it, flushed to the disk, then renamed. A symbolic link is followed: its target is replaced.
///
/// # Errors
/// What the system says, with the path; also when something other than a plain file is there.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), String> {
    check_plain(path).map_err(|error| explain("write", path, &error))?;
    let target = fs::canonicalize(path);
    let path = target.as_deref().unwrap_or(path);
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        return Err(format!(
            "cannot write {}: there is no folder {}\n  hint: make it first, with `mkdir -p`",
            path.display(),
            folder.display()
        ));
    }
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
        check_plain(path).map_err(refuse)?;
        let file = File::open(path).map_err(refuse)?;
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

/// The octets of an image: of a file, or made by this program.
#[derive(Debug)]
pub enum Held {
    /// Of a file.
    Mapped(Mapped),
    /// In memory of its own.
    Made(Vec<u8>),
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map.as_ref(),
            Self::Made(octets) => octets,
        }
    }
}

pub(crate) fn explain(verb: &str, path: &Path, error: &io::Error) -> String {
    let hint = match error.kind() {
        io::ErrorKind::NotFound => "\n  hint: no such file; is the path right?",
        io::ErrorKind::PermissionDenied => "\n  hint: this account may not; see `ls -l`",
        io::ErrorKind::IsADirectory => "\n  hint: that is a folder; name a file in it",
        _ => "",
    };
    // The name may come from a source that nobody vouches for: no control character reaches a terminal.
    let path = path.display().to_string();
    let error = error.to_string();
    format!("cannot {verb} {}: {}{hint}", path.escape_debug(), error.escape_debug())
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

    #[cfg(unix)]
    #[test]
    fn a_device_is_neither_replaced_nor_mapped() {
        let device = Path::new("/dev/null");
        assert!(write_whole(device, b"x").unwrap_err().contains("not a regular file"));
        assert!(Mapped::open(device).unwrap_err().contains("not a regular file"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_and_its_target_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        fs::write(&target, b"old").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        write_whole(&link, b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&target).unwrap(), b"new");
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
