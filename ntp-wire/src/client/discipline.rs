//! From offsets to a correction: a proportional-integral loop as a pure function.

use crate::{Frequency, Span};

/// The state of the loop: a value the caller keeps between updates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Discipline {
    /// How much to speed the clock up (positive) or slow it down, for as long as nothing new is
    /// measured: the integral part.
    pub frequency: Frequency,
    /// The longest frequency correction: 500 ppm unless set.
    pub most: Frequency,
    /// Offsets above this are stepped, not slewed: 128 ms (RFC 5905's STEPT) unless set.
    pub step: Span,
}

/// What to do with the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Correction {
    /// Run faster (positive) or slower by this until the next update.
    Slew(Frequency),
    /// Set the clock forward (positive) or back by this, and run on with the frequency as it is.
    Step(Span),
}

impl Discipline {
    /// Without any knowledge of the oscillator.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            frequency: Frequency::ZERO,
            most: Frequency::from_ppm(500),
            step: Span::from_nanos(128_000_000),
        }
    }

    /// One update: `offset` is what the server has more than we, measured now; `interval` is the
    /// time since the last update and the time to the next.
    ///
    /// Half of the offset is to be gone after an interval, and an eighth of the frequency it
    /// stands for is learnt for good: poles at 0.69 ± 0.17i, so the error shrinks by three tenths
    /// at each update, whatever the interval.
    ///
    /// Offsets beyond [`step`](Self::step) are stepped. They teach frequency too, unless they are
    /// more than an oscillator within [`most`](Self::most) could have caused. An interval of zero
    /// or less changes nothing.
    #[must_use]
    pub fn update(&self, offset: Span, interval: Span) -> (Self, Correction) {
        let steps = offset.abs() > self.step;
        let rate = i128::from(offset.to_bits())
            .saturating_mul(PARTS)
            .checked_div(i128::from(interval.to_bits()))
            .filter(|_| interval > Span::ZERO)
            .map(crate::bits::saturate64);
        let most = self.most.0.saturating_abs();
        let limit = |value: i64| value.clamp(most.saturating_neg(), most);
        let learnt = match rate {
            Some(rate) if !steps || rate.saturating_abs() <= most => rate,
            _ => 0,
        };
        let frequency = Frequency(limit(self.frequency.0.saturating_add(learnt / 8)));
        let correction = if steps {
            Correction::Step(offset)
        } else {
            Correction::Slew(Frequency(limit(frequency.0.saturating_add(learnt / 2))))
        };
        (Self { frequency, ..*self }, correction)
    }
}

impl Default for Discipline {
    fn default() -> Self {
        Self::new()
    }
}

const PARTS: i128 = 1_000_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// An oscillator `ppm` off, `offset` away at the start, asked every `seconds`.
    fn run(ppm: i64, offset: Span, seconds: i64, updates: usize) -> std::vec::Vec<Span> {
        let mut discipline = Discipline::new();
        let interval = Span::from_seconds(seconds);
        let mut offset = offset;
        (0..updates)
            .map(|_| {
                let (next, correction) = discipline.update(offset, interval);
                discipline = next;
                match correction {
                    Correction::Slew(slew) => {
                        // The server gains on us what the oscillator loses and the slew lacks.
                        let gain = Frequency(-ppm * 1_000_000 - slew.0);
                        offset = offset.plus(gain.over(interval));
                    }
                    Correction::Step(step) => offset = offset.minus(step),
                }
                offset
            })
            .collect()
    }

    proptest! {
        #[test]
        fn converges_at_every_interval(ppm in -200_i64..=200, millis in -100_i64..=100, poll in 4_u32..=10) {
            let offsets = run(ppm, Span::from_nanos(millis * 1_000_000), 1 << poll, 80);
            prop_assert!(offsets[79].abs() < Span::from_nanos(2000), "{:?}", offsets[79]);
        }

        #[test]
        fn nothing_overflows(offset: i64, interval: i64, frequency: i64, step: i64, most: i64) {
            let discipline = Discipline { frequency: Frequency(frequency), most: Frequency(most), step: Span::from_bits(step) };
            let (next, _) = discipline.update(Span::from_bits(offset), Span::from_bits(interval));
            prop_assert!(next.frequency.0.unsigned_abs() <= most.unsigned_abs());
        }
    }

    #[test]
    fn large_offsets_step() {
        // A second in 16 s is 62 500 ppm: no oscillator does that.
        let (next, correction) = Discipline::new().update(Span::SECOND, Span::from_seconds(16));
        assert_eq!((next, correction), (Discipline::new(), Correction::Step(Span::SECOND)));
    }

    #[test]
    fn no_time_teaches_nothing() {
        let (next, correction) = Discipline::new().update(Span::from_bits(5), Span::ZERO);
        assert_eq!((next, correction), (Discipline::new(), Correction::Slew(Frequency::ZERO)));
    }
}
