//! How often is too often.

use super::Verdict;
use super::set::Record;
use super::tokens::Tokens;

/// The limits, with chrony's names, ranges and defaults. Values out of range are clamped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// One request every 2^interval seconds on average: -19 to 12. By default 3, 8 s.
    /// Below -4 the count is coarse, because time is taken in 1/16 s.
    pub interval: i8,
    /// How many requests at once: 1 to 255. By default 8.
    pub burst: u8,
    /// Beyond the limit one request in 2^leak is answered: 1 to 4. By default 2, every fourth.
    pub leak: u8,
    /// Of the others one in 2^kiss gets a kiss: 1 to 4, or 0 for none. By default 0.
    pub kiss: u8,
}

impl Rules {
    /// The same rules as whole numbers of tokens that fit 16 bits.
    pub(super) fn tokens(self) -> Tokens {
        let burst = u32::from(self.burst.max(1));
        // A hit costs as many tokens as ticks of 1/16 s go by in 2^interval s.
        let exponent = i32::from(self.interval.clamp(-19, 12)).saturating_add(4);
        // At most 17 steps: the largest product is 2^16 * 255.
        let mut shift = exponent.min(0);
        let mut per_hit = 1_u32 << exponent.max(0).cast_unsigned();
        while per_hit.saturating_mul(burst) > u32::from(u16::MAX) && per_hit > 1 {
            per_hit >>= 1;
            shift = shift.saturating_add(1);
        }
        Tokens {
            per_hit: u16::try_from(per_hit).unwrap_or(u16::MAX),
            max: u16::try_from(per_hit.saturating_mul(burst)).unwrap_or(u16::MAX),
            shift,
        }
    }

    /// What to do with a client that is over its limit.
    #[cold]
    pub(super) fn verdict(&self, record: &mut Record, random: u64) -> Verdict {
        let leaks = random & ones(self.leak) == 0;
        if leaks != record.asks_faster_unanswered() {
            record.empty();
            return Verdict::Answer;
        }
        if self.kiss != 0 && (random >> 32) & ones(self.kiss) == 0 {
            return Verdict::Kiss;
        }
        record.drop_request();
        Verdict::Drop
    }

    /// The rules with each value in its range.
    pub(super) fn clamped(self) -> Self {
        Self {
            interval: self.interval.clamp(-19, 12),
            burst: self.burst.max(1),
            leak: self.leak.clamp(1, 4),
            kiss: self.kiss.min(4),
        }
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self { interval: 3, burst: 8, leak: 2, kiss: 0 }
    }
}

/// A mask of `count` low bits; at most 15.
const fn ones(count: u8) -> u64 {
    (1_u64 << (count & 15)).wrapping_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_fits_16_bits() {
        for interval in -19..=12 {
            for burst in 1..=255 {
                let tokens = Rules { interval, burst, ..Rules::default() }.tokens();
                assert_eq!(u32::from(tokens.max), u32::from(tokens.per_hit) * u32::from(burst));
                // A hit costs exactly 2^interval s of refill.
                let ticks = f64::from(tokens.per_hit) * f64::from(tokens.shift).exp2();
                assert_eq!(ticks, f64::from(i32::from(interval) + 4).exp2());
            }
        }
    }

    #[test]
    fn refill_adds_up() {
        let tokens = Rules { interval: 12, burst: 255, ..Rules::default() }.tokens();
        let start = u32::MAX - 5000;
        let mut sum = 0;
        for step in 0..10_000_u32 {
            let from = start.wrapping_add(step);
            sum += u32::from(tokens.refill(from, from.wrapping_add(1)));
        }
        assert_eq!(sum, u32::from(tokens.refill(start, start.wrapping_add(10_000))));
        assert_eq!(tokens.refill(1000, 10), 0);
    }
}
