//! The header of an image: what it is, how it was made, where its sections lie.
//!
//! ```text
//! magic [u8; 8] | version u32 | flags u32 | hash seed u64 | depths of zones u128
//! per section: offset u64 | length u64 | checksum u64
//! digest u128, of all that stands before it
//! ```
//! All numbers are little-endian. Sections follow in the order of [`Section`], each from a multiple of 64 on,
//! the gaps zero, and the last ends the image.

use crate::bytes::Reader;
use crate::digest::checksum;
use crate::image::{ImageError, ImageErrorKind};

/// A part of the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// A record of fixed size per zone, in canonical order of the apexes.
    Zones,
    /// The apex names, and the NSEC3 parameters.
    ZoneNames,
    /// The hash index of the apex names.
    ZoneIndex,
    /// Names and their RRsets, zone after zone, each in canonical order.
    Nodes,
    /// The hash index of the names.
    Index,
    /// RRsets that several names share, and those of locations.
    Sets,
    /// Per zone signed with NSEC, where its NSEC names are, in canonical order.
    Nsec,
    /// Per zone signed with NSEC3, the hashes in order, and where their records are.
    Nsec3,
    /// The names of the locations, sorted.
    Locations,
    /// A record of fixed size per client map.
    Maps,
    /// The ranges of the client maps.
    Ranges,
    /// Names bound to maps, and the names above them.
    Binds,
    /// The hash index of the bound names.
    BindIndex,
}

impl Section {
    /// All sections in the order in which they lie.
    pub const ALL: [Section; COUNT] = [
        Section::Zones,
        Section::ZoneNames,
        Section::ZoneIndex,
        Section::Nodes,
        Section::Index,
        Section::Sets,
        Section::Nsec,
        Section::Nsec3,
        Section::Locations,
        Section::Maps,
        Section::Ranges,
        Section::Binds,
        Section::BindIndex,
    ];

    /// Its name, for people.
    pub fn name(self) -> &'static str {
        match self {
            Section::Zones => "zones",
            Section::ZoneNames => "zone names",
            Section::ZoneIndex => "zone index",
            Section::Nodes => "nodes",
            Section::Index => "index",
            Section::Sets => "sets",
            Section::Nsec => "nsec",
            Section::Nsec3 => "nsec3",
            Section::Locations => "locations",
            Section::Maps => "maps",
            Section::Ranges => "ranges",
            Section::Binds => "binds",
            Section::BindIndex => "bind index",
        }
    }
}

impl core::fmt::Display for Section {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}

/// The header, read and checked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    pub(crate) flags: u32,
    pub(crate) seed: u64,
    /// Bit d is set when a zone has an apex of d labels.
    pub(crate) depths: u128,
    pub(crate) digest: u128,
    sections: [(usize, usize); COUNT],
}

impl Layout {
    /// Reads the header, and checks it and the sums of all sections.
    pub(crate) fn read(image: &[u8]) -> Result<Self, ImageError> {
        let header = |kind, offset| ImageError { kind, section: None, offset };
        let short = header(ImageErrorKind::Truncated, image.len());
        let mut reader = Reader::new(image);
        if reader.array::<8>().ok_or(short)? != MAGIC {
            return Err(header(ImageErrorKind::NotAnImage, 0));
        }
        let version = reader.u32().ok_or(short)?;
        if version != VERSION {
            return Err(header(ImageErrorKind::Version(version), 8));
        }
        let flags = reader.u32().ok_or(short)?;
        let seed = reader.u64().ok_or(short)?;
        let depths = reader.u128().ok_or(short)?;
        let mut table = [(0u64, 0u64, 0u64); COUNT];
        for row in &mut table {
            let offset = reader.u64().ok_or(short)?;
            let len = reader.u64().ok_or(short)?;
            *row = (offset, len, reader.u64().ok_or(short)?);
        }
        let digest = reader.u128().ok_or(short)?;
        let covered = image.get(..DIGEST_AT).ok_or(short)?;
        if digest != digest_of(covered) {
            return Err(header(ImageErrorKind::Checksum, 0));
        }
        if flags & !KNOWN_FLAGS != 0 {
            return Err(header(ImageErrorKind::Inconsistent("unknown flags"), 12));
        }
        let mut layout = Self { flags, seed, depths, digest, sections: [(0, 0); COUNT] };
        let mut end = HEADER;
        for ((section, row), place) in Section::ALL.into_iter().zip(table).zip(&mut layout.sections)
        {
            let error = |kind| ImageError { kind, section: Some(section), offset: end };
            let (offset, len, sum) = row;
            let start = end.next_multiple_of(ALIGN);
            let len = usize::try_from(len).map_err(|_| error(ImageErrorKind::Truncated))?;
            if usize::try_from(offset) != Ok(start) {
                return Err(error(ImageErrorKind::Inconsistent("section out of place")));
            }
            let gap = image.get(end..start).ok_or(error(ImageErrorKind::Truncated))?;
            if gap.iter().any(|octet| *octet != 0) {
                return Err(error(ImageErrorKind::Inconsistent("gap is not zero")));
            }
            let stop = start.checked_add(len).ok_or(error(ImageErrorKind::Truncated))?;
            let bytes = image.get(start..stop).ok_or(error(ImageErrorKind::Truncated))?;
            if checksum(bytes, seed) != sum {
                return Err(error(ImageErrorKind::Checksum));
            }
            *place = (start, stop);
            end = stop;
        }
        if end != image.len() {
            return Err(header(ImageErrorKind::Inconsistent("octets after the end"), end));
        }
        Ok(layout)
    }

    /// The octets of a section; none when `image` is not what the header was read from.
    pub(crate) fn section<'a>(&self, image: &'a [u8], section: Section) -> &'a [u8] {
        let place = self.sections.get(section as usize);
        place.and_then(|(start, stop)| image.get(*start..*stop)).unwrap_or_default()
    }
}

/// Writes the image of these sections.
#[cfg(feature = "alloc")]
pub(crate) fn write(
    flags: u32,
    seed: u64,
    depths: u128,
    sections: &[alloc::vec::Vec<u8>; COUNT],
) -> alloc::vec::Vec<u8> {
    use alloc::vec::Vec;

    let padded = |end: usize| end.next_multiple_of(ALIGN);
    let total = sections.iter().fold(HEADER, |end, s| padded(end).saturating_add(s.len()));
    let mut image: Vec<u8> = Vec::with_capacity(total);
    image.extend_from_slice(&MAGIC);
    image.extend_from_slice(&VERSION.to_le_bytes());
    image.extend_from_slice(&flags.to_le_bytes());
    image.extend_from_slice(&seed.to_le_bytes());
    image.extend_from_slice(&depths.to_le_bytes());
    let wide = |n: usize| u64::try_from(n).unwrap_or(u64::MAX).to_le_bytes();
    let mut end = HEADER;
    for section in sections {
        let start = padded(end);
        image.extend_from_slice(&wide(start));
        image.extend_from_slice(&wide(section.len()));
        image.extend_from_slice(&checksum(section, seed).to_le_bytes());
        end = start.saturating_add(section.len());
    }
    let digest = digest_of(&image);
    image.extend_from_slice(&digest.to_le_bytes());
    for section in sections {
        image.resize(padded(image.len()), 0);
        image.extend_from_slice(section);
    }
    image
}

/// Makes the sums of an image right again after a change. For tests of what is behind the sums: an image that
/// was damaged is refused by them, one that was forged is not.
#[doc(hidden)]
pub fn reseal(image: &mut [u8]) {
    let seed =
        image.get(16..24).and_then(|s| s.first_chunk()).map_or(0, |s| u64::from_le_bytes(*s));
    for number in 0..COUNT {
        let at = 40usize.saturating_add(number.saturating_mul(24));
        let Some(row) = image.get(at..).and_then(|row| row.first_chunk::<24>()).copied() else {
            return;
        };
        let mut row = Reader::new(&row);
        let mut next = || row.u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX);
        let (start, len) = (next(), next());
        let bytes = image.get(start..start.saturating_add(len)).unwrap_or_default();
        let sum = checksum(bytes, seed).to_le_bytes();
        if let Some(slot) = image.get_mut(at.saturating_add(16)..at.saturating_add(24)) {
            slot.copy_from_slice(&sum);
        }
    }
    let digest = digest_of(image.get(..DIGEST_AT).unwrap_or_default()).to_le_bytes();
    if let Some(slot) = image.get_mut(DIGEST_AT..HEADER) {
        slot.copy_from_slice(&digest);
    }
}

fn digest_of(header: &[u8]) -> u128 {
    let low = u128::from(checksum(header, 0x243f_6a88_85a3_08d3));
    let high = u128::from(checksum(header, 0x1319_8a2e_0370_7344));
    (high << 64) | low
}

const MAGIC: [u8; 8] = *b"\x89undrhd\n";
/// The format this crate reads and writes. Any change of meaning makes it one more.
pub(crate) const VERSION: u32 = 4;
/// The rows of a location stand in for the default rows, instead of joining them.
pub(crate) const OVERRIDE: u32 = 1;
/// The client maps are as small as may be. The ranges themselves tell their form: this is for who makes an image of
/// this one.
pub(crate) const SMALL_MAPS: u32 = 2;
const KNOWN_FLAGS: u32 = OVERRIDE | SMALL_MAPS;
/// How many sections there are.
pub(crate) const COUNT: usize = 13;
/// A cache line: the buckets of the index each take one.
const ALIGN: usize = 64;
const DIGEST_AT: usize = 40 + COUNT * 24;
const HEADER: usize = DIGEST_AT + 16;
