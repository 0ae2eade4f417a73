//! Narrowing that says which half it keeps. Each compiles to a move.

/// Bits 0 to 31.
pub(crate) const fn low32(value: u64) -> u32 {
    let [_, _, _, _, a, b, c, d] = value.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

/// Bits 32 to 63.
pub(crate) const fn high32(value: u64) -> u32 {
    let [a, b, c, d, _, _, _, _] = value.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

/// Bits 0 to 63.
pub(crate) const fn low64(value: u128) -> u64 {
    let [.., a, b, c, d, e, f, g, h] = value.to_be_bytes();
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// The nearest value an `i64` can hold.
pub(crate) const fn saturate64(value: i128) -> i64 {
    if value > i64::MAX as i128 {
        i64::MAX
    } else if value < i64::MIN as i128 {
        i64::MIN
    } else {
        low64(value.cast_unsigned()).cast_signed()
    }
}

/// The nearest `i64`; the extremes for what is beyond them, 0 for what is no number.
pub(crate) fn round64(value: f64) -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "`as` rounds to zero and saturates: wanted"
    )]
    let rounded = libm::round(value) as i64;
    rounded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves() {
        assert_eq!(low32(0x1122_3344_5566_7788), 0x5566_7788);
        assert_eq!(high32(0x1122_3344_5566_7788), 0x1122_3344);
        assert_eq!(low64(u128::from(u64::MAX) + 5), 4);
    }

    #[test]
    fn floats() {
        assert_eq!([round64(0.5), round64(-1.6), round64(f64::NAN)], [1, -2, 0]);
        assert_eq!([round64(1e300), round64(f64::NEG_INFINITY)], [i64::MAX, i64::MIN]);
    }

    #[test]
    fn saturation() {
        for value in [0, 1, -1, i128::from(i64::MAX), i128::from(i64::MIN)] {
            assert_eq!(i128::from(saturate64(value)), value);
        }
        assert_eq!(saturate64(i128::from(i64::MAX) + 1), i64::MAX);
        assert_eq!(saturate64(i128::MIN), i64::MIN);
    }
}
