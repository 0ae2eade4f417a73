//! Where the buckets lie: γ = 2^(1/16), 16 buckets an octave, 2^9 µs to 2^25 µs.
//!
//! Bucket `i` holds the values in `(2^(9 + i/16), 2^(9 + (i+1)/16)]` µs: the upper bound belongs to
//! the bucket, as in OpenTelemetry (scale 4) and Prometheus (schema 4). Smaller values go to bucket 0
//! and larger ones to bucket 255, so no sample is ever lost. DDSketch (γ the same, α = 0.0217) has the same
//! bounds, and in the libraries for Java, Go and Rust the lower one counts in instead; of whole microseconds
//! only the powers of two lie on a bound.

use crate::micros::Micros;

/// Buckets of a sketch.
pub const BUCKETS: usize = 256;

/// Buckets in a doubling of the value.
pub const BUCKETS_PER_OCTAVE: u32 = 16;

/// The lower bound of bucket 0. Values up to it are counted in bucket 0 too.
pub const LOWEST: Micros = Micros(1 << FIRST_OCTAVE);

/// The upper bound of bucket 255. Values above it are counted in bucket 255 too.
pub const HIGHEST: Micros = Micros(1 << 25);

/// No value inside the range is further than this share of itself from the middle of its bucket:
/// (γ - 1) / (γ + 1).
pub const RELATIVE_ERROR: f64 = 0.021_657;

/// The bucket of a value. Exact: no float is involved.
///
/// Cost: one count of leading zeros, one look-up in a table of 256 octets, one comparison.
#[inline]
pub fn bucket_of(value: Micros) -> u8 {
    let value = value.0.clamp(LOWEST.0 | 1, HIGHEST.0);
    // `value` lies in (2^octave, 2^(octave + 1)]. Shifted so that the octave is (2^31, 2^32] and less
    // one, it always fits, and `value > bound` becomes `scaled > floor(scaled bound) - 1`.
    let zeros = value.wrapping_sub(1).leading_zeros();
    let scaled = (value << (zeros & 31)).wrapping_sub(1);
    let octave = 31_u32.wrapping_sub(FIRST_OCTAVE).wrapping_sub(zeros);
    // A slot is a 32nd of the octave, narrower than any bucket, so it holds at most one bound.
    let slot = ((scaled >> 26) & 31) as usize;
    let Some(&Slot { bucket, last }) = SLOTS.get(slot) else {
        return 0;
    };
    let index = octave
        .wrapping_mul(BUCKETS_PER_OCTAVE)
        .wrapping_add(bucket)
        .wrapping_add(u32::from(scaled > last));
    let [index, ..] = index.to_le_bytes();
    index
}

/// The lower bound of a bucket in microseconds, not part of the bucket. 256 gives the end of the range.
pub fn lower_bound(bucket: u16) -> f64 {
    let octave = u32::from(bucket) / BUCKETS_PER_OCTAVE;
    let step = usize::from(bucket & 15);
    let power = 1_u64.checked_shl(octave.wrapping_add(FIRST_OCTAVE)).unwrap_or(u64::MAX);
    crate::number::from_u64(power) * ROOTS.get(step).copied().unwrap_or(1.0)
}

/// The upper bound of a bucket in microseconds, part of the bucket.
pub fn upper_bound(bucket: u8) -> f64 {
    lower_bound(u16::from(bucket).wrapping_add(1))
}

/// The middle of a bucket in microseconds.
pub fn middle(bucket: u8) -> f64 {
    f64::midpoint(lower_bound(u16::from(bucket)), upper_bound(bucket))
}

/// A 32nd of an octave, scaled to 2^31..2^32.
#[derive(Clone, Copy)]
struct Slot {
    /// The bucket, from the start of the octave, of the slot's first value.
    bucket: u32,
    /// The last value of that bucket; `u32::MAX` for the last bucket of the octave.
    last: u32,
}

const FIRST_OCTAVE: u32 = 9;

#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "evaluated at compile time: an index out of bounds or an overflow fails the build"
)]
const SLOTS: [Slot; 32] = {
    let mut slots = [Slot { bucket: 0, last: 0 }; 32];
    let mut slot = 0;
    while slot < 32 {
        let start = (1_u32 << 31) + ((slot as u32) << 26);
        let mut bucket = 0;
        while bucket + 1 < ROOTS.len() && scaled_bound(bucket + 1) <= start {
            bucket += 1;
        }
        let last = if bucket + 1 < ROOTS.len() { scaled_bound(bucket + 1) - 1 } else { u32::MAX };
        slots[slot] = Slot { bucket: bucket as u32, last };
        slot += 1;
    }
    slots
};

#[allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "called at compile time only: an index out of bounds fails the build"
)]
const fn scaled_bound(step: usize) -> u32 {
    (ROOTS[step] * 2_147_483_648.0) as u32
}

/// 2^(i/16).
const ROOTS: [f64; 16] = [
    1.0,
    1.044_273_782_427_413_8,
    1.090_507_732_665_257_7,
    1.138_788_634_756_691_6,
    1.189_207_115_002_721,
    1.241_857_812_073_484,
    1.296_839_554_651_009_6,
    1.354_255_546_936_892_7,
    core::f64::consts::SQRT_2,
    1.476_826_145_939_499_3,
    1.542_210_825_407_940_7,
    1.610_490_331_949_254_3,
    1.681_792_830_507_429,
    1.756_252_160_373_299_5,
    1.834_008_086_409_342_4,
    1.915_206_561_397_147_4,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition, by counting bounds below the value.
    fn naive(value: u32) -> u8 {
        let below = (1..=255_u16).filter(|&i| lower_bound(i) < f64::from(value)).count();
        u8::try_from(below).unwrap()
    }

    #[test]
    fn roots_are_powers_of_two() {
        for (i, root) in ROOTS.iter().enumerate() {
            assert!((root - libm::exp2(i as f64 / 16.0)).abs() < 3e-16, "{i}");
        }
    }

    #[test]
    fn every_value_up_to_a_quarter_second_and_around_every_bound() {
        for value in 0..250_000 {
            assert_eq!(bucket_of(Micros(value)), naive(value), "{value}");
        }
        for bucket in 0..=256_u16 {
            let bound = lower_bound(bucket) as u32;
            for value in bound.saturating_sub(3)..=bound + 3 {
                assert_eq!(bucket_of(Micros(value)), naive(value), "{value}");
            }
        }
        assert_eq!(bucket_of(Micros::MAX), 255);
    }

    #[test]
    fn upper_bounds_belong_to_the_bucket() {
        assert_eq!(bucket_of(Micros(1024)), 15);
        assert_eq!(bucket_of(Micros(1025)), 16);
        assert_eq!(bucket_of(HIGHEST), 255);
    }

    #[test]
    fn relative_error_is_the_stated_one() {
        let (low, high) = (lower_bound(100), upper_bound(100));
        assert!(((high - low) / (high + low) - RELATIVE_ERROR).abs() < 1e-6);
    }
}
