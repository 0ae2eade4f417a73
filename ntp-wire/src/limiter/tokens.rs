//! Limits as whole numbers.

/// [`Rules`](super::Rules) in tokens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tokens {
    /// What a request costs.
    pub(super) per_hit: u16,
    /// What a bucket holds.
    pub(super) max: u16,
    /// 2^shift ticks of 1/16 s refill one token.
    pub(super) shift: i32,
}

impl Tokens {
    /// How many tokens come in between two ticks; none when time runs backwards.
    pub(super) fn refill(&self, from: u32, to: u32) -> u16 {
        let ticks = to.wrapping_sub(from);
        if ticks.cast_signed() < 0 {
            return 0;
        }
        let tokens = if self.shift >= 0 {
            let shift = self.shift.cast_unsigned();
            // Differences of whole periods, so that many short steps add up to one long one.
            to.wrapping_shr(shift).wrapping_sub(from.wrapping_shr(shift))
                & u32::MAX.wrapping_shr(shift)
        } else {
            ticks.saturating_mul(1 << (self.shift.unsigned_abs() & 31))
        };
        u16::try_from(tokens).unwrap_or(u16::MAX)
    }
}
