//! From nothing to one second: the shapes.

use super::cosine;
use crate::Span;
use crate::bits::saturate64;

/// How much of the second is applied as time goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Curve {
    shape: Shape,
    /// Whole seconds, 1 to 100 000.
    window: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Linear,
    /// The frequency rises for `ramp` seconds (1 to half the window), and falls as long at the end.
    Spline {
        ramp: u32,
    },
    Cosine,
}

impl Curve {
    pub(super) const fn linear(window: u32) -> Self {
        Self { shape: Shape::Linear, window: clamp(window, 1, LONGEST) }
    }

    pub(super) const fn spline(ramp: u32, flat: u32) -> Self {
        let ramp = clamp(ramp, 1, LONGEST / 2);
        let ramps = ramp.saturating_mul(2);
        let flat = clamp(flat, 0, LONGEST.saturating_sub(ramps));
        Self { shape: Shape::Spline { ramp }, window: ramps.saturating_add(flat) }
    }

    pub(super) const fn cosine(window: u32) -> Self {
        Self { shape: Shape::Cosine, window: clamp(window, 1, LONGEST) }
    }

    pub(super) const fn window(&self) -> Span {
        Span::from_seconds(self.window as i64)
    }

    /// The part applied `elapsed` after the start: 0 to 1 s, rounded down.
    pub(super) fn applied(&self, elapsed: Span) -> Span {
        if elapsed <= Span::ZERO {
            return Span::ZERO;
        }
        if elapsed >= self.window() {
            return Span::SECOND;
        }
        // Below 100 000 s, that is 2^49 units; the window likewise.
        let elapsed = u128::from(elapsed.to_bits().unsigned_abs());
        let window = u128::from(self.window().to_bits().unsigned_abs());
        let applied = match self.shape {
            Shape::Linear => divide(elapsed, u128::from(self.window)),
            Shape::Spline { ramp } => spline(elapsed, u128::from(self.window), u128::from(ramp)),
            Shape::Cosine => cosine::applied(elapsed, window),
        };
        Span::from_bits(saturate64(applied.cast_signed()))
    }

    /// Its derivative in parts per 10^12.
    pub(super) fn rate(&self, elapsed: Span) -> i64 {
        if elapsed < Span::ZERO || elapsed >= self.window() {
            return 0;
        }
        let elapsed = u128::from(elapsed.to_bits().unsigned_abs());
        let window = u128::from(self.window().to_bits().unsigned_abs());
        let seconds = u128::from(self.window);
        let rate = match self.shape {
            Shape::Linear => divide(PARTS, seconds),
            Shape::Spline { ramp } => {
                let ramp = u128::from(ramp);
                let plateau = ramp << 32;
                // The frequency is a trapezium with area 1 s: its height is 1 / (window - ramp).
                let near = elapsed.min(window.saturating_sub(elapsed)).min(plateau);
                let area = ramp.saturating_mul(seconds.saturating_sub(ramp));
                divide(near.saturating_mul(PARTS), area << 32)
            }
            Shape::Cosine => cosine::rate(elapsed, window, PARTS),
        };
        saturate64(rate.cast_signed())
    }
}

/// `elapsed` and the result in units of 2^-32 s, `window` and `ramp` in seconds.
fn spline(elapsed: u128, window: u128, ramp: u128) -> u128 {
    let area = ramp.saturating_mul(window.saturating_sub(ramp));
    // t² / (2 ramp (window - ramp)): 2^98 units² at most, halved and scaled back to units.
    let parabola = |t: u128| divide_up_or_down(t, area);
    let rest = (window << 32).saturating_sub(elapsed);
    if elapsed < ramp << 32 {
        parabola(elapsed).0
    } else if rest < ramp << 32 {
        ONE.saturating_sub(parabola(rest).1)
    } else {
        // (t - ramp / 2) / (window - ramp)
        let doubled = (elapsed << 1).saturating_sub(ramp << 32);
        divide(doubled, window.saturating_sub(ramp) << 1)
    }
}

/// t² / (2 area) in units, rounded down and rounded up.
fn divide_up_or_down(t: u128, area: u128) -> (u128, u128) {
    let divisor = area << 33;
    let square = t.saturating_mul(t);
    (divide(square, divisor), divide(square.saturating_add(divisor.saturating_sub(1)), divisor))
}

fn divide(dividend: u128, divisor: u128) -> u128 {
    dividend.checked_div(divisor).unwrap_or(0)
}

const fn clamp(value: u32, least: u32, most: u32) -> u32 {
    if value < least {
        least
    } else if value > most {
        most
    } else {
        value
    }
}

/// The longest window in seconds: keeps every product below 2^128.
const LONGEST: u32 = 100_000;
/// One second in units.
const ONE: u128 = 1 << 32;
/// Units of a frequency.
const PARTS: u128 = 1_000_000_000_000;
