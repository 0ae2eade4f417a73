//! What a server says about its own clock.

use crate::{Leap, Log2Seconds, ReferenceId, Short, Stratum, Timestamp};

/// The system variables of RFC 5905 §11.1 that a reply carries: a plain value.
///
/// The loop that disciplines the clock makes a new one at each update; workers copy it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerState {
    /// Leap warning, or "not synchronised".
    pub leap: Leap,
    /// Distance from a reference clock.
    pub stratum: Stratum,
    /// Resolution of this server's clock. Finer bits of a reply's stamps are noise.
    pub precision: Log2Seconds,
    /// Round trip to the reference clock.
    pub root_delay: Short,
    /// Error bound as it was at `reference_time`.
    pub root_dispersion: Short,
    /// What this server follows.
    pub reference_id: ReferenceId,
    /// When the clock was last corrected: from then on the error bound grows.
    pub reference_time: Timestamp,
}

impl ServerState {
    /// A server that does not know the time. Its replies say so.
    #[must_use]
    pub const fn unsynchronised() -> Self {
        Self {
            leap: Leap::Unsynchronised,
            stratum: Stratum::UNSYNCHRONISED,
            precision: Log2Seconds(-20),
            root_delay: Short::ZERO,
            // RFC 5905's MAXDISP, 16 s.
            root_dispersion: Short::from_bits(16 << 16),
            reference_id: ReferenceId(*b"INIT"),
            reference_time: Timestamp::UNSET,
        }
    }

    /// The error bound at `now`: it grows by 15 ppm (PHI) after `reference_time`, rounded up.
    ///
    /// A `now` before `reference_time` adds nothing; nor does an unset reference time.
    #[must_use]
    #[inline]
    pub const fn root_dispersion_at(&self, now: Timestamp) -> Short {
        let elapsed = now.since(self.reference_time).to_bits();
        if elapsed <= 0 || self.reference_time.is_unset() {
            return self.root_dispersion;
        }
        // In units of 2^-16 s: below 2^47 before, 2^51 after the product, 2^32 after the quotient.
        let units = (elapsed.cast_unsigned() >> 16).saturating_add(1);
        let growth = units.saturating_mul(PHI_PPM) / 1_000_000;
        self.root_dispersion.plus(Short::from_bits(crate::bits::low32(growth.saturating_add(1))))
    }
}

/// RFC 5905's PHI in parts per million.
const PHI_PPM: u64 = 15;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Span;

    #[test]
    fn dispersion_grows_by_15_ppm() {
        let reference_time = Timestamp::from_unix(1_700_000_000, 0);
        let state = ServerState {
            root_dispersion: Short::from_bits(0x100),
            reference_time,
            ..ServerState::unsynchronised()
        };
        let after = |seconds| {
            let now = reference_time.plus(Span::from_seconds(seconds));
            state.root_dispersion_at(now).to_bits() - 0x100
        };
        // 1 000 000 s give 15 s; rounding up costs at most two units.
        assert!((15 << 16..=(15 << 16) + 2).contains(&after(1_000_000)));
        assert!((1..=3).contains(&after(1)));
        assert_eq!(after(0), 0);
        assert_eq!(after(-1000), 0);
        // The longest interval that exists does not overflow.
        assert_eq!(after((1 << 31) - 1) >> 16, 32_212);
    }
}
