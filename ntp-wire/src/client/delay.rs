//! Samples whose delay says that they measure a queue: chrony's tests A to C.

use super::Stamps;
use crate::Span;

/// What delay is still believed. A sample that fails is no sample: neither filter nor regression
/// should see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DelayLimits {
    /// Test A: the longest delay at all. By default 3 s (chrony's `maxdelay`).
    pub most: Span,
    /// Test B: at most so many times the least delay known; 0 turns it off, as by default
    /// (`maxdelayratio`).
    pub ratio: u16,
    /// Test C: at most so many jitters above the least delay known; 0 turns it off. By default 10
    /// (`maxdelaydevratio`).
    pub jitters: u16,
}

impl DelayLimits {
    /// Whether a delay is believed. `least` is the least delay known of the source and `jitter`
    /// the scatter of its offsets ([`Estimate::jitter`](super::Estimate::jitter)); without them
    /// only the first limit counts.
    #[must_use]
    pub fn allow(&self, delay: Span, known: Option<(Span, Span)>) -> bool {
        let times = |span: Span, factor: u16| {
            Span::from_bits(span.to_bits().saturating_mul(i64::from(factor)))
        };
        let usual = known.is_none_or(|(least, jitter)| {
            let ratio = self.ratio == 0 || delay <= times(least, self.ratio);
            let scatter =
                self.jitters == 0 || delay.minus(least) <= times(jitter.abs(), self.jitters);
            ratio && scatter
        });
        delay <= self.most && usual
    }

    /// The whole of test A: the server's times are plausible too.
    #[must_use]
    pub fn allow_exchange(&self, stamps: &Stamps, known: Option<(Span, Span)>) -> bool {
        stamps.server_is_plausible() && self.allow(stamps.delay(), known)
    }
}

impl Default for DelayLimits {
    fn default() -> Self {
        Self { most: Span::from_seconds(3), ratio: 0, jitters: 10 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;

    /// In 1/1024 s, which is exact.
    const fn ms(millis: i64) -> Span {
        Span::from_bits(millis << 22)
    }

    #[test]
    fn each_delay_limit_alone() {
        let off = DelayLimits { ratio: 0, jitters: 0, ..DelayLimits::default() };
        let known = Some((ms(10), ms(1)));
        assert!(off.allow(ms(3072), known) && !off.allow(ms(3073), None));
        let ratio = DelayLimits { ratio: 2, ..off };
        assert!(ratio.allow(ms(20), known) && !ratio.allow(ms(21), known));
        let jitters = DelayLimits { jitters: 10, ..off };
        assert!(jitters.allow(ms(20), known) && !jitters.allow(ms(21), known));
        // Nothing known, nothing to compare with.
        assert!(ratio.allow(ms(500), None) && jitters.allow(ms(500), None));
        assert!(ratio.allow(Span::MIN, Some((Span::MAX, Span::MIN))));
    }

    #[test]
    fn a_server_that_holds_the_request_too_long() {
        let at = |millis: i64| Timestamp::from_unix(1_700_000_000, 0).plus(ms(millis));
        let stamps = |held: i64| Stamps {
            origin: at(0),
            receive: at(5),
            transmit: at(5 + held),
            destination: at(10 + held),
        };
        let limits = DelayLimits::default();
        assert!(limits.allow_exchange(&stamps(4096), None));
        assert!(!limits.allow_exchange(&stamps(4097), None));
        assert!(!limits.allow_exchange(&stamps(-1), None));
    }
}
