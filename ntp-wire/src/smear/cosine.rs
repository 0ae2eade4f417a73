//! `(1 - cos(π t / w)) / 2 = sin²(π t / 2w)` in integers.
//!
//! Fixed point with 62 bits of fraction. The sine is its Taylor series to the 25th power: on
//! 0 to π/2 the first term left out is below 2^-69, and each of the twelve stages loses at most
//! two units of 2^-62. So the sine is within 2^-57 and its square, of which 32 bits are kept,
//! within one unit of 2^-32 of the exact value rounded down.

/// The part applied, in units of 2^-32 s, 0 to 2^32. `elapsed <= window < 2^49`, same unit.
pub(super) fn applied(elapsed: u128, window: u128) -> u128 {
    let sine = sine(quarter_turns(elapsed, window));
    product(sine, sine) >> 30
}

/// The derivative times `parts`: `parts * π / w * sin x * cos x`, with `w` in seconds.
pub(super) fn rate(elapsed: u128, window: u128, parts: u128) -> u128 {
    let angle = quarter_turns(elapsed, window);
    let slope = product(sine(angle), sine(HALF_PI.saturating_sub(angle)));
    // Below 2^63; times parts (2^40): below 2^103.
    let slope = product(slope, HALF_PI).saturating_mul(2).saturating_mul(parts);
    (slope >> 30).checked_div(window).unwrap_or(0)
}

/// `π/2 * elapsed / window`.
fn quarter_turns(elapsed: u128, window: u128) -> u128 {
    let ratio = (elapsed << 62).checked_div(window).unwrap_or(0);
    product(ratio, HALF_PI).min(HALF_PI)
}

/// The sine of an angle from 0 to π/2:
/// `x (1 - x²/(2·3) (1 - x²/(4·5) (1 - ...)))`, from the inside out.
fn sine(angle: u128) -> u128 {
    let square = product(angle, angle);
    let mut sum = ONE;
    for even in (1..=12_u128).rev().map(|stage| stage << 1) {
        let divisor = even.saturating_mul(even.saturating_add(1));
        let term = product(square, sum).checked_div(divisor).unwrap_or(0);
        sum = ONE.saturating_sub(term);
    }
    product(angle, sum).min(ONE)
}

/// The product of two numbers with 62 bits of fraction, rounded down.
fn product(a: u128, b: u128) -> u128 {
    a.saturating_mul(b) >> 62
}

const ONE: u128 = 1 << 62;
/// π/2 with 62 bits of fraction, rounded down.
const HALF_PI: u128 = 0x6487_ed51_10b4_611a;
