//! Random numbers from a seed that the caller gives: the same seed gives the same numbers, always.

/// SplitMix64 (Steele, Lea, Flood 2014): a counter and a mixer. For resampling, not for secrets.
#[derive(Clone, Debug)]
pub(crate) struct SplitMix(u64);

impl SplitMix {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// Above 0 and below 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (crate::number::from_u64(self.next() >> 12) + 0.5) / 4_503_599_627_370_496.0
    }

    /// Standard normal (Box and Muller, one of the pair).
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(self.unit()));
        radius * libm::cos(2.0 * core::f64::consts::PI * self.unit())
    }

    /// Poisson with this mean; above 64 the normal approximation, rounded, not below 0.
    pub(crate) fn poisson(&mut self, mean: f64) -> f64 {
        if mean > 64.0 {
            return libm::round(mean + libm::sqrt(mean) * self.normal()).max(0.0);
        }
        // Count how many uniform factors keep the product above e^-mean; 64 + 12 sigma is never reached.
        let limit = libm::exp(-mean);
        let mut product = self.unit();
        let mut count = 0.0;
        while product > limit && count < 256.0 {
            product *= self.unit();
            count += 1.0;
        }
        count
    }
}

/// A bijection of 64 bits in which every input bit changes half of the output bits.
pub(crate) fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_first_outputs() {
        let mut random = SplitMix::new(1_234_567);
        assert_eq!(random.next(), 6_457_827_717_110_365_317);
        assert_eq!(random.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn moments() {
        let mut random = SplitMix::new(1);
        for mean in [0.5, 10.0, 60.0, 200.0] {
            let draws: std::vec::Vec<f64> = (0..20_000).map(|_| random.poisson(mean)).collect();
            let average = draws.iter().sum::<f64>() / 20_000.0;
            let variance = draws.iter().map(|x| (x - average).powi(2)).sum::<f64>() / 20_000.0;
            assert!(
                (average / mean - 1.0).abs() < 0.05 && (variance / mean - 1.0).abs() < 0.1,
                "{mean}: {average} {variance}"
            );
        }
        let draws: std::vec::Vec<f64> = (0..20_000).map(|_| random.normal()).collect();
        assert!((draws.iter().map(|x| x * x).sum::<f64>() / 20_000.0 - 1.0).abs() < 0.05);
    }
}
