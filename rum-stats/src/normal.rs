//! The normal distribution: what turns a standard error into an interval.

/// The share of a standard normal below `z`.
pub fn cumulative(z: f64) -> f64 {
    0.5 * libm::erfc(-z / core::f64::consts::SQRT_2)
}

/// The `z` below which the share `p` of a standard normal lies; infinite at 0 and 1, NaN outside.
///
/// A rational start (Acklam) and one step of Halley's method: relative error below 1e-9.
pub fn quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p == 0.0 {
        return f64::NEG_INFINITY;
    }
    if p > 0.5 {
        // The far tail keeps its digits on the low side only.
        return -quantile_low(1.0 - p);
    }
    quantile_low(p)
}

/// For 0 < p ≤ 1/2, and infinite at 0.
fn quantile_low(p: f64) -> f64 {
    if p <= 0.0 {
        return f64::NEG_INFINITY;
    }
    let start = if p < 0.024_25 {
        let q = libm::sqrt(-2.0 * libm::log(p));
        polynomial(&TAIL_ABOVE, q) / polynomial(&TAIL_BELOW, q)
    } else {
        let q = p - 0.5;
        let r = q * q;
        q * polynomial(&MIDDLE_ABOVE, r) / polynomial(&MIDDLE_BELOW, r)
    };
    let error = cumulative(start) - p;
    let density = libm::exp(-0.5 * start * start) / libm::sqrt(2.0 * core::f64::consts::PI);
    let step = error / density;
    start - step / (1.0 + 0.5 * start * step)
}

/// Highest power first.
fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().fold(0.0, |sum, c| sum * x + c)
}

const MIDDLE_ABOVE: [f64; 6] = [
    -39.696_830_286_653_76,
    220.946_098_424_520_5,
    -275.928_510_446_968_7,
    138.357_751_867_269,
    -30.664_798_066_147_16,
    2.506_628_277_459_239,
];
const MIDDLE_BELOW: [f64; 6] = [
    -54.476_098_798_224_06,
    161.585_836_858_040_9,
    -155.698_979_859_886_6,
    66.801_311_887_719_72,
    -13.280_681_552_885_72,
    1.0,
];
const TAIL_ABOVE: [f64; 6] = [
    -0.007_784_894_002_430_293,
    -0.322_396_458_041_136_4,
    -2.400_758_277_161_838,
    -2.549_732_539_343_734,
    4.374_664_141_464_968,
    2.938_163_982_698_783,
];
const TAIL_BELOW: [f64; 5] = [
    0.007_784_695_709_041_462,
    0.322_467_129_070_039_8,
    2.445_134_137_142_996,
    3.754_408_661_907_416,
    1.0,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        for (p, z) in [
            (0.5, 0.0),
            (0.975, 1.959_963_984_540_054),
            (0.995, 2.575_829_303_548_901),
            (0.001, -3.090_232_306_167_813),
            (1e-9, -5.997_807_015_008_182),
        ] {
            assert!((quantile(p) - z).abs() < 1e-9, "{p}: {}", quantile(p));
        }
        assert_eq!(quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(quantile(1.0), f64::INFINITY);
        assert!(quantile(-0.1).is_nan() && quantile(f64::NAN).is_nan());
    }

    #[test]
    fn inverts_the_cumulative() {
        for i in 1..1000 {
            let p = f64::from(i) / 1000.0;
            assert!((cumulative(quantile(p)) - p).abs() < 1e-12);
        }
    }
}
