//! A leap second spread over hours, as integer functions.
//!
//! # The axis
//! UTC reads the last second of a positive leap twice and skips one at a negative leap, so it is a
//! poor axis. Everything here starts from the *unstepped* count: what a clock reads that showed
//! UTC before the leap and then simply kept counting SI seconds. It is TAI shifted by a constant.
//! [`LeapSecond::unstepped`] and [`LeapSecond::utc`] lead there and back.
//!
//! A smeared clock lies [`Smear::applied`] behind the unstepped count (positive leap) or ahead of
//! it (negative leap): nothing before the window, a full second after it. It never jumps.
//!
//! # Error bounds, in units of 2^-32 s
//! - [`Smear::applied`] is the exact curve rounded down; for the cosine within one unit of that.
//! - [`Smear::smeared`] never runs backwards. In a positive leap two neighbouring inputs may give
//!   one reading; in a negative leap a reading may be skipped. Nothing else repeats or is missing.
//! - [`Smear::unsmeared`] undoes [`Smear::smeared`] within one unit, exactly for negative leaps of
//!   the linear and spline curves, and within two units for the cosine.
//!
//! # Serving smeared time
//! Shift receive, transmit and reference timestamps alike, send leap indicator 0 and
//! [`ReferenceId::SMEARED`](crate::ReferenceId::SMEARED), and leave root dispersion as it is: the
//! time served is smeared time, and that is how well it is known. A client that mixes smeared and
//! other servers sees falsetickers, so never mix them.

mod cosine;
mod curve;
mod detector;
mod leap_second;

use crate::{Frequency, Span, Timestamp};
use curve::Curve;

pub use detector::{Treatment, can_tell, says_it_smears, treatment};
pub use leap_second::{Kind, LeapSecond};

/// How one leap second is spread: when it starts, how long it takes, along which curve.
///
/// Good for instants within 68 years of the leap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Smear {
    leap: LeapSecond,
    /// On the unstepped axis.
    start: Timestamp,
    curve: Curve,
}

impl Smear {
    /// Linear from noon before the leap to noon after it: 86 400 smeared seconds, 11.574 ppm.
    /// What Google and AWS do.
    #[must_use]
    pub const fn noon_to_noon(leap: LeapSecond) -> Self {
        let window = match leap.kind {
            Kind::Insert => 86_401,
            Kind::Delete => 86_399,
        };
        let start = leap.midnight.minus(Span::from_seconds(43_200));
        Self { leap, start, curve: Curve::linear(window) }
    }

    /// Linear over 62 500 s from the leap on, 16 ppm. What Meta's fbclock does.
    #[must_use]
    pub const fn linear_after(leap: LeapSecond) -> Self {
        Self { leap, start: leap.step(), curve: Curve::linear(62_500) }
    }

    /// Linear over `seconds` (1 to 100 000, clamped) that end with the leap. What NTPsec does.
    #[must_use]
    pub const fn linear_before(leap: LeapSecond, seconds: u32) -> Self {
        let curve = Curve::linear(seconds);
        Self { leap, start: leap.step().minus(curve.window()), curve }
    }

    /// Two parabolas over 62 500 s from the leap on, at most 32 ppm. What chrony does with
    /// `leapsecmode slew` and `smoothtime 400 0.001024 leaponly`.
    #[must_use]
    pub const fn spline_after(leap: LeapSecond) -> Self {
        Self::clamped_spline_after(leap, 31_250, 0)
    }

    /// From the leap on: the frequency rises for `ramp` seconds, stays for `flat` seconds and
    /// falls for `ramp` seconds. What chrony's `smoothtime` does when its first argument, the
    /// largest frequency `f`, is reached: with wander `w`, `ramp = f / w` and
    /// `flat = 1 / f - f / w`.
    ///
    /// `ramp` is clamped to 1 to 50 000, the whole to 100 000.
    #[must_use]
    pub const fn clamped_spline_after(leap: LeapSecond, ramp: u32, flat: u32) -> Self {
        Self { leap, start: leap.step(), curve: Curve::spline(ramp, flat) }
    }

    /// Half a cosine over `seconds` (1 to 100 000, clamped) that end with the leap. What ntpd does.
    #[must_use]
    pub const fn cosine_before(leap: LeapSecond, seconds: u32) -> Self {
        let curve = Curve::cosine(seconds);
        Self { leap, start: leap.step().minus(curve.window()), curve }
    }

    /// The leap second that is spread.
    #[must_use]
    pub const fn leap(&self) -> LeapSecond {
        self.leap
    }

    /// When the smear starts, on the unstepped axis.
    #[must_use]
    pub const fn start(&self) -> Timestamp {
        self.start
    }

    /// When the smear ends, on the unstepped axis.
    #[must_use]
    pub const fn end(&self) -> Timestamp {
        self.start.plus(self.curve.window())
    }

    /// How much of the second is applied at `unstepped`: 0 to 1 s, whatever the leap's sign.
    #[must_use]
    pub fn applied(&self, unstepped: Timestamp) -> Span {
        self.curve.applied(unstepped.since(self.start))
    }

    /// How much of the second is still to come at `unstepped`: 1 s to 0.
    #[must_use]
    pub fn remaining(&self, unstepped: Timestamp) -> Span {
        Span::SECOND.minus(self.applied(unstepped))
    }

    /// What the smeared clock reads at `unstepped`.
    #[must_use]
    pub fn smeared(&self, unstepped: Timestamp) -> Timestamp {
        match self.leap.kind {
            Kind::Insert => unstepped.minus(self.applied(unstepped)),
            Kind::Delete => unstepped.plus(self.applied(unstepped)),
        }
    }

    /// When the smeared clock reads `smeared`, on the unstepped axis: for reading logs.
    ///
    /// # Cost
    /// Six evaluations of the curve: each shrinks the error by the smear's rate, which is below
    /// one in ten thousand for any window of hours.
    #[must_use]
    pub fn unsmeared(&self, smeared: Timestamp) -> Timestamp {
        let mut guess = smeared;
        for _ in 0..6 {
            guess = match self.leap.kind {
                Kind::Insert => smeared.plus(self.applied(guess)),
                Kind::Delete => smeared.minus(self.applied(guess)),
            };
        }
        guess
    }

    /// Smeared time minus UTC at `unstepped`: what a client sees that compares the two.
    ///
    /// UTC jumps at the leap, so this jumps there too (from -0.5 s to 0.5 s in a noon to noon
    /// smear). Within an inserted second UTC is taken to read the second before it again.
    #[must_use]
    pub fn offset_from_utc(&self, unstepped: Timestamp) -> Span {
        self.smeared(unstepped).since(self.leap.utc(unstepped))
    }

    /// How fast the smeared clock runs at `unstepped`, rounded towards zero: negative in a
    /// positive leap, zero outside the window.
    #[must_use]
    pub fn rate(&self, unstepped: Timestamp) -> Frequency {
        let rate = self.curve.rate(unstepped.since(self.start));
        match self.leap.kind {
            Kind::Insert => Frequency(rate.saturating_neg()),
            Kind::Delete => Frequency(rate),
        }
    }
}

#[cfg(test)]
mod tests;
