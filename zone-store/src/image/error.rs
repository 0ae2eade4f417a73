//! Why an image is refused.

use crate::image::Section;

/// What is wrong with an image, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} ({}, octet {offset})", section.map_or("header", Section::name))]
pub struct ImageError {
    /// What.
    pub kind: ImageErrorKind,
    /// In which section; `None` is the header.
    pub section: Option<Section>,
    /// The octet, from the start of the section, or of the image for the header and for damage.
    pub offset: usize,
}

/// What is wrong with an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageErrorKind {
    /// The first octets are not those of an image.
    #[error("not a zone image")]
    NotAnImage,
    /// Made by another version of the format.
    #[error("image format version {0}, this program reads version {VERSION}", VERSION = crate::image::layout::VERSION)]
    Version(u32),
    /// Shorter than it says.
    #[error("image is cut short")]
    Truncated,
    /// Octets changed since it was written.
    #[error("checksum does not match: the image is damaged")]
    Checksum,
    /// The sums are right but the content is not what the compiler writes.
    #[error("inconsistent image: {0}")]
    Inconsistent(&'static str),
}
