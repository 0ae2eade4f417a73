//! Why a delta is refused.

/// What is wrong with a delta, or with the images it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeltaError {
    /// It does not begin as a delta does.
    #[error("not a delta")]
    NotADelta,
    /// It was written by another version of this crate.
    #[error("format {0} is not known here")]
    Version(u32),
    /// It was damaged or cut: the sum is another.
    #[error("the checksum does not fit")]
    Checksum,
    /// It says something that no delta says, at this octet.
    #[error("malformed at octet {0}")]
    Malformed(usize),
    /// It was made for another image.
    #[error("made for the image {made_for:032x}, not for {given:032x}")]
    WrongBase {
        /// The digest of the image it was made for.
        made_for: u128,
        /// The digest of the image given.
        given: u128,
    },
    /// It says that something was in the base which is not.
    #[error("the base does not have what is to change")]
    NotInBase,
    /// What came of it is not the image it was to make.
    #[error("makes the image {made:032x}, not {promised:032x}")]
    WrongResult {
        /// The digest that the delta tells.
        promised: u128,
        /// The digest of what came of it.
        made: u128,
    },
    /// An image is larger than images are, or one of the two is not sound.
    #[error("makes no sound image")]
    Unsound,
}
