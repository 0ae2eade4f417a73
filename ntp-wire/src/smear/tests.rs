use super::*;
use proptest::prelude::*;
use std::vec::Vec;

/// 2017-01-01 00:00:00 UTC, right after the last leap second so far.
const MIDNIGHT: Timestamp = Timestamp::from_unix(1_483_228_800, 0);
const INSERT: LeapSecond = LeapSecond { midnight: MIDNIGHT, kind: Kind::Insert };
const DELETE: LeapSecond = LeapSecond { midnight: MIDNIGHT, kind: Kind::Delete };

fn all(leap: LeapSecond) -> Vec<Smear> {
    std::vec![
        Smear::noon_to_noon(leap),
        Smear::linear_after(leap),
        Smear::linear_before(leap, 7200),
        Smear::spline_after(leap),
        Smear::clamped_spline_after(leap, 10_000, 30_000),
        Smear::cosine_before(leap, 86_400),
        Smear::cosine_before(leap, 1001),
    ]
}

fn at(second: i64) -> Timestamp {
    MIDNIGHT.plus(Span::from_seconds(second))
}

/// The textbook formula in floating point, for any curve.
fn by_float(smear: &Smear, elapsed: Span) -> f64 {
    let window = smear.end().since(smear.start()).to_bits() as f64;
    let t = (elapsed.to_bits() as f64 / window).clamp(0.0, 1.0);
    let spline = |ramp: f64| {
        let rising = |t: f64| t * t / (2.0 * ramp * (1.0 - ramp));
        if t < ramp {
            rising(t)
        } else if t > 1.0 - ramp {
            1.0 - rising(1.0 - t)
        } else {
            (t - ramp / 2.0) / (1.0 - ramp)
        }
    };
    if *smear == Smear::spline_after(smear.leap) {
        spline(0.5)
    } else if *smear == Smear::clamped_spline_after(smear.leap, 10_000, 30_000) {
        spline(0.2)
    } else if [86_400, 1001].iter().any(|&w| *smear == Smear::cosine_before(smear.leap, w)) {
        (1.0 - (core::f64::consts::PI * t).cos()) / 2.0
    } else {
        t
    }
}

#[test]
fn google_noon_to_noon() {
    // Google's own check: at 2016-12-31T18:00 smeared, TAI - smeared is 36.250 s.
    let smear = Smear::noon_to_noon(INSERT);
    let unstepped = smear.unsmeared(at(-6 * 3600));
    assert_eq!(unstepped.since(at(-6 * 3600)).to_nanos(), 250_000_000);
    assert_eq!(smear.rate(unstepped), Frequency(-11_573_940));
    assert_eq!(smear.start(), at(-43_200));
    assert_eq!(smear.leap().utc(smear.end()), at(43_200));
    // Half a second behind as the leap second starts.
    assert_eq!(smear.offset_from_utc(at(0).minus(Span::from_bits(1))).to_nanos() / 100_000, -4999);
    assert_eq!(smear.offset_from_utc(at(0)).to_nanos() / 100_000, 5000);
}

#[test]
fn fbclock_linear() {
    // utc = tai - (pre + (tai - start) * 10^9 / window), whole nanoseconds.
    let smear = Smear::linear_after(INSERT);
    for nanos in (0..62_500_000_000_000_i64).step_by(3_333_333_333) {
        let theirs = nanos - nanos / 62_500;
        let ours = smear.smeared(at(0).plus(Span::from_nanos(nanos))).since(at(0)).to_nanos();
        assert!((ours - theirs).abs() <= 1, "{nanos}: {ours} {theirs}");
    }
}

#[test]
fn chrony_spline() {
    let smear = Smear::spline_after(INSERT);
    assert_eq!(smear.rate(at(31_250)), Frequency::from_ppm(-32));
    assert_eq!(smear.applied(at(31_250)).to_bits(), 1 << 31);
    // remaining = 1 - w s²/2 with w = 1.024e-9, at s = 10 000.
    assert_eq!(smear.remaining(at(10_000)).to_nanos(), 948_800_000);
    assert_eq!(smear.remaining(at(62_500)), Span::ZERO);
    let clamped = Smear::clamped_spline_after(INSERT, 10_000, 30_000);
    assert_eq!(clamped.rate(at(20_000)), Frequency::from_ppm(-25));
    assert_eq!(clamped.rate(at(5_000)), Frequency(-12_500_000));
}

#[test]
fn ntpd_cosine() {
    let smear = Smear::cosine_before(INSERT, 86_400);
    assert_eq!(smear.end(), at(0));
    // Half a second, less the unit that rounding down may cost.
    assert!(((1_i64 << 31) - 1..=1 << 31).contains(&smear.applied(at(-43_200)).to_bits()));
    // π / 2 / 86 400 s at the steepest.
    assert!((-18_180_513..=-18_180_511).contains(&smear.rate(at(-43_200)).0));
}

#[test]
fn every_curve_agrees_with_floating_point() {
    for smear in [INSERT, DELETE].into_iter().flat_map(all) {
        let window = smear.end().since(smear.start()).to_bits();
        for step in -10..=1010 {
            let elapsed = Span::from_bits(window / 1000 * step + step * 7919);
            let exact = by_float(&smear, elapsed) * 4_294_967_296.0;
            let ours = smear.applied(smear.start().plus(elapsed)).to_bits() as f64;
            assert!((ours - exact).abs() <= 1.001, "{smear:?} {step}: {ours} {exact}");
        }
    }
}

#[test]
fn every_curve_applies_exactly_one_second() {
    for smear in [INSERT, DELETE].into_iter().flat_map(all) {
        let unit = Span::from_bits(1);
        assert_eq!(smear.applied(smear.start()), Span::ZERO);
        assert_eq!(smear.applied(smear.start().minus(unit)), Span::ZERO);
        assert_eq!(smear.applied(smear.end()), Span::SECOND);
        assert_eq!(smear.applied(smear.end().plus(unit)), Span::SECOND);
        let last = smear.applied(smear.end().minus(unit));
        assert!(last >= Span::from_bits((1 << 32) - 2), "{smear:?} {last:?}");
        for far in [i64::MIN, i64::MAX] {
            let applied = smear.applied(smear.start().plus(Span::from_bits(far)));
            assert_eq!(applied, if far < 0 { Span::ZERO } else { Span::SECOND });
        }
    }
}

#[test]
fn utc_and_back() {
    for leap in [INSERT, DELETE] {
        for second in [-100_000, -2, 0, 1, 100_000] {
            assert_eq!(leap.utc(leap.unstepped(at(second))), at(second));
        }
    }
    // The second pass through 23:59:59.
    assert_eq!(INSERT.utc(at(0)), at(-1));
    // 23:59:59 does not exist: 23:59:58.99 is followed by 00:00:00.
    assert_eq!(DELETE.utc(at(-1)), at(0));
}

#[test]
fn odd_parameters_are_clamped() {
    for parameter in [0, 1, u32::MAX] {
        for smear in [
            Smear::linear_before(INSERT, parameter),
            Smear::cosine_before(INSERT, parameter),
            Smear::clamped_spline_after(INSERT, parameter, parameter),
        ] {
            assert_eq!(smear.applied(smear.end()), Span::SECOND);
            for second in -100_000..=100_000 {
                let applied = smear.applied(at(second));
                assert!(Span::ZERO <= applied && applied <= Span::SECOND);
            }
        }
    }
}

fn any_smear() -> impl Strategy<Value = Smear> {
    let smears: Vec<_> = [INSERT, DELETE].into_iter().flat_map(all).collect();
    prop::sample::select(smears)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn never_backwards_and_continuous_to_the_unit(smear in any_smear(), at in -0.01_f64..1.01, steps in 1_i64..100_000) {
        let window = smear.end().since(smear.start()).to_bits();
        let first = smear.start().plus(Span::from_bits((window as f64 * at) as i64));
        let second = first.plus(Span::from_bits(steps));
        let moved = smear.smeared(second).since(smear.smeared(first)).to_bits();
        // The steepest curve here moves the clock by 1/600, and rounding by a unit.
        prop_assert!((moved - steps).abs() <= steps / 600 + 2);
        prop_assert!(moved >= 0);
    }

    #[test]
    fn unsmeared_undoes_smeared(smear in any_smear(), at in -0.01_f64..1.01) {
        let window = smear.end().since(smear.start()).to_bits();
        let unstepped = smear.start().plus(Span::from_bits((window as f64 * at) as i64));
        let back = smear.unsmeared(smear.smeared(unstepped));
        prop_assert!(back.since(unstepped).abs() <= Span::from_bits(1), "{:?}", back.since(unstepped));
    }

    #[test]
    fn linear_inverse_has_a_closed_form(seconds in 0_i64..62_499, fraction: u32, delete: bool) {
        let smear = Smear::linear_after(if delete { DELETE } else { INSERT });
        let elapsed = seconds << 32 | i64::from(fraction);
        let smeared = smear.start().plus(Span::from_bits(elapsed));
        let closed = if delete { elapsed - elapsed / 62_501 } else { elapsed + elapsed / 62_499 };
        let ours = smear.unsmeared(smeared).since(smear.start()).to_bits();
        prop_assert!((ours - closed).abs() <= 1);
    }
}
