//! How full the PoPs are.

use alloc::vec::Vec;

/// Load against capacity over all PoPs. Shares of capacity: 1 is full.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Utilisation {
    /// The fullest PoP; infinite when a closed one has load.
    pub max: f64,
    /// The PoP that 95 % of the PoPs are no fuller than.
    pub p95: f64,
    /// Total load over total capacity.
    pub mean: f64,
    /// Load above capacity, over all PoPs, in the unit of load.
    pub overflow: f64,
}

impl Utilisation {
    /// From the load and the capacity of each PoP. A closed PoP without load is left out of the
    /// quantile.
    pub fn of(loads: &[f64], capacity: &[f64]) -> Self {
        let pairs = loads.iter().zip(capacity);
        let used = pairs.clone().filter(|(load, capacity)| **load > 0.0 || **capacity > 0.0);
        let mut shares: Vec<f64> = used.map(|(load, capacity)| load / capacity).collect();
        shares.sort_unstable_by(f64::total_cmp);
        let total: f64 = capacity.iter().sum();
        let last = crate::number::from_usize(shares.len().saturating_sub(1));
        let p95 = usize::try_from(crate::number::to_u64(libm::ceil(0.95 * last)));
        Self {
            max: shares.last().copied().unwrap_or(0.0),
            p95: p95.ok().and_then(|index| shares.get(index)).copied().unwrap_or(0.0),
            mean: if total > 0.0 { loads.iter().sum::<f64>() / total } else { 0.0 },
            overflow: pairs.map(|(load, capacity)| (load - capacity).max(0.0)).sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts() {
        let full = Utilisation::of(&[90.0, 30.0, 0.0], &[60.0, 100.0, 0.0]);
        assert_eq!((full.max, full.p95, full.mean, full.overflow), (1.5, 1.5, 0.75, 30.0));
        assert!(Utilisation::of(&[1.0], &[0.0]).max.is_infinite());
        let many: std::vec::Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(Utilisation::of(&many, &[100.0; 100]).p95, 0.96);
        assert_eq!(Utilisation::of(&[], &[]), Utilisation::default());
    }
}
