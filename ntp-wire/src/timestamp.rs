//! The 64-bit timestamp and its eras, RFC 5905 §6.

use crate::bits::{high32, low32};
use crate::{Log2Seconds, Span};

/// An instant: seconds since 1900-01-01 00:00 UTC modulo 2^32, with 32 bits of fraction.
///
/// The unit is 2^-32 s, about 0.23 ns. The value returns to zero every 136 years (first on
/// 2036-02-07 06:28:16 UTC); each such turn is an era. The era is not on the wire, so a timestamp
/// alone is not a date. Two rules keep every era right:
/// - differences wrap ([`since`](Self::since)) and are exact while the instants are less than
///   68 years apart, whatever eras they lie in;
/// - a date needs a pivot, any instant known to be within 68 years ([`to_unix`](Self::to_unix)).
///
/// There is no `Ord`: which of two points on a circle is later has no answer in general.
/// Zero means "unknown" in a packet ([`is_unset`](Self::is_unset)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// All zero: "unknown or not synchronised" in a packet, RFC 5905 §6.
    pub const UNSET: Self = Self(0);

    /// From the 64 bits of the wire: seconds in the high half, fraction in the low half.
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The 64 bits of the wire.
    #[must_use]
    pub const fn to_bits(self) -> u64 {
        self.0
    }

    /// Of a Unix time: whole seconds (negative before 1970) and nanoseconds after them.
    ///
    /// Any era: the seconds are reduced modulo 2^32. Rounds to the nearest 2^-32 s, that is
    /// by 0.12 ns at most. `nanos` above 999 999 999 count as further seconds.
    #[must_use]
    pub const fn from_unix(seconds: i64, nanos: u32) -> Self {
        let carry = nanos / NANOS_PER_SECOND;
        let seconds = seconds.wrapping_add(UNIX_EPOCH).wrapping_add(carry as i64).cast_unsigned();
        // At most 999_999_999 * 2^32 + 5 * 10^8: below 2^62.
        let scaled = ((nanos % NANOS_PER_SECOND) as u64) << 32;
        let fraction = scaled.wrapping_add(500_000_000) / 1_000_000_000;
        Self((seconds << 32).wrapping_add(fraction))
    }

    /// The Unix time within 68 years of `pivot` (Unix seconds): whole seconds, nanoseconds.
    ///
    /// The answer lies in `pivot - 2^31 ..= pivot + 2^31 - 1` seconds. A build date, a file's
    /// date or a battery clock will do as pivot; the program's own unset clock will not.
    /// Rounds to the nearest nanosecond, so `from_unix` and back is exact.
    #[must_use]
    pub const fn to_unix(self, pivot: i64) -> (i64, u32) {
        let base = Self::from_unix(pivot, 0);
        let distance = high32(self.0).wrapping_sub(high32(base.0)).cast_signed();
        let seconds = pivot.saturating_add(distance as i64);
        let scaled = (low32(self.0) as u64).wrapping_mul(NANOS_PER_SECOND as u64);
        let nanos = high32(scaled.wrapping_add(1 << 31));
        if nanos == NANOS_PER_SECOND { (seconds.saturating_add(1), 0) } else { (seconds, nanos) }
    }

    /// Whether all 64 bits are zero, which a packet uses for "unknown".
    #[must_use]
    pub const fn is_unset(self) -> bool {
        self.0 == 0
    }

    /// `self - earlier`: positive when `self` is later. Exact below 68 years, in any era.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Span {
        // The difference modulo 2^64 read as signed is the shorter way round the circle.
        Span::from_bits(self.0.wrapping_sub(earlier.0).cast_signed())
    }

    /// The instant `span` after this one (before it when negative). Wraps into the next era.
    #[must_use]
    pub const fn plus(self, span: Span) -> Self {
        Self(self.0.wrapping_add(span.to_bits().cast_unsigned()))
    }

    /// The instant `span` before this one.
    #[must_use]
    pub const fn minus(self, span: Span) -> Self {
        Self(self.0.wrapping_sub(span.to_bits().cast_unsigned()))
    }

    /// This instant with the bits finer than `precision` taken from `noise` (RFC 5905 §6: "the
    /// lower order bits are set to a non-repeating random bit string").
    ///
    /// The value moves by less than `2^precision` s. At a precision of 2^-32 s or finer, or of a
    /// second or coarser, nothing changes: such a clock has no bits to hide or is not a clock.
    #[must_use]
    pub const fn with_noise(self, precision: Log2Seconds, noise: u64) -> Self {
        // The number of low bits that carry no information. A branch, not a mask that may be
        // empty: the branch is always predicted, and measured 2 ns less in a whole reply.
        let free = (precision.0 as i32).saturating_add(32);
        if free <= 0 || free >= 32 {
            return self;
        }
        let mask = (1_u64 << free.cast_unsigned()).wrapping_sub(1);
        Self((self.0 & !mask) | (noise & mask))
    }
}

const NANOS_PER_SECOND: u32 = 1_000_000_000;
/// 1970-01-01 00:00 in seconds since 1900-01-01: 70 years with 17 leap days.
const UNIX_EPOCH: i64 = 2_208_988_800;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dates_of_rfc_5905_figure_4() {
        // Unix seconds, era, seconds of the era: the table of §6, where it has a time of day.
        for (unix, seconds) in [
            (-2_208_988_800, 0),
            (0, 2_208_988_800_u64),
            (63_072_000, 2_272_060_800),  // 1972-01-01
            (946_598_400, 3_155_587_200), // 1999-12-31
            (2_085_978_496, 0),           // 2036-02-07 06:28:16, era 1
            (2_085_978_495, 0xffff_ffff),
        ] {
            assert_eq!(Timestamp::from_unix(unix, 0).to_bits(), seconds << 32);
        }
    }

    #[test]
    fn differences_cross_the_era() {
        let before = Timestamp::from_unix(2_085_978_495, 500_000_000);
        let after = Timestamp::from_unix(2_085_978_497, 0);
        assert_eq!(after.since(before), Span::from_nanos(1_500_000_000));
        assert_eq!(before.plus(Span::from_nanos(1_500_000_000)), after);
        assert_eq!(after.minus(Span::from_nanos(1_500_000_000)), before);
        assert_eq!(after.to_unix(1_800_000_000), (2_085_978_497, 0));
    }

    #[test]
    fn a_nanosecond_carry_is_a_second() {
        let almost = Timestamp::from_bits(u64::from(u32::MAX));
        assert_eq!(almost.to_unix(2_085_978_496), (2_085_978_497, 0));
        assert_eq!(Timestamp::from_unix(7, 1_500_000_000), Timestamp::from_unix(8, 500_000_000));
    }

    #[test]
    fn noise_stays_below_the_precision() {
        let time = Timestamp::from_bits(0x1234_5678_9abc_def0);
        let noisy = time.with_noise(Log2Seconds(-20), u64::MAX);
        assert_eq!(noisy.to_bits(), 0x1234_5678_9abc_dfff);
        for precision in [-128, -32, 0, 1, 127] {
            assert_eq!(time.with_noise(Log2Seconds(precision), u64::MAX), time);
        }
    }

    proptest! {
        #[test]
        fn unix_and_back(pivot in -1_i64 << 40..1 << 40, near in -1_i64 << 31..1 << 31, nanos in 0_u32..1_000_000_000) {
            let seconds = pivot + near;
            prop_assert_eq!(Timestamp::from_unix(seconds, nanos).to_unix(pivot), (seconds, nanos));
        }

        #[test]
        fn any_bits_have_a_date(bits: u64, pivot: i64) {
            let (_, nanos) = Timestamp::from_bits(bits).to_unix(pivot);
            prop_assert!(nanos < 1_000_000_000);
        }

        #[test]
        fn plus_undoes_since(a: u64, b: u64) {
            let (a, b) = (Timestamp::from_bits(a), Timestamp::from_bits(b));
            prop_assert_eq!(b.plus(a.since(b)), a);
        }
    }
}
