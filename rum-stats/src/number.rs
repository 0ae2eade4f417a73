//! The few conversions between number types that can lose something, in one place.

/// Towards zero; negative and NaN become 0, too large becomes `u32::MAX`.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float to integer cast saturates, which is the meaning wanted here"
)]
pub(crate) fn to_u32(value: f64) -> u32 {
    value as u32
}

/// Towards zero; negative and NaN become 0, too large becomes `u64::MAX`.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float to integer cast saturates, which is the meaning wanted here"
)]
pub(crate) fn to_u64(value: f64) -> u64 {
    value as u64
}

/// The nearest `f32`; out of range becomes an infinity.
#[allow(
    clippy::cast_possible_truncation,
    reason = "rounding to the nearest is the meaning wanted here"
)]
pub(crate) fn to_f32(value: f64) -> f32 {
    value as f32
}

/// Counts above 2^53 lose their last bits, far below any noise here.
pub(crate) fn from_u64(value: u64) -> f64 {
    value as f64
}

/// Lengths are far below 2^53.
#[cfg(feature = "alloc")]
pub(crate) fn from_usize(value: usize) -> f64 {
    value as f64
}

/// An index that must fit: `u32::MAX` when it does not, which no slice here reaches.
#[cfg(feature = "alloc")]
pub(crate) fn index_u32(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
