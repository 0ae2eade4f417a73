//! Many comparisons at once: which of a hundred thousand small p-values are more than luck?

/// The Benjamini-Hochberg cut-off (1995): of the comparisons whose p-value is at most it, no more than the share
/// `q` is expected to be false. Sorts `p_values`. `None` when none passes; NaN never does.
///
/// ```
/// use rum_stats::discovery::cut_off;
///
/// let mut p_values = [0.001, 0.008, 0.039, 0.041, 0.27, 0.6];
/// assert_eq!(cut_off(&mut p_values, 0.05), Some(0.008));
/// ```
///
/// Cost: a sort, no allocation.
pub fn cut_off(p_values: &mut [f64], q: f64) -> Option<f64> {
    // NaN last whatever its sign: 0/0 has one that depends on the machine.
    p_values.sort_unstable_by(|a, b| a.is_nan().cmp(&b.is_nan()).then(a.total_cmp(b)));
    let count = crate::number::from_u64(u64::try_from(p_values.len()).unwrap_or(u64::MAX));
    let mut passing = None;
    let mut rank = 0.0;
    for p in p_values.iter() {
        rank += 1.0;
        if *p <= q * rank / count {
            passing = Some(*p);
        }
    }
    passing
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SplitMix;

    #[test]
    fn edges() {
        assert_eq!(cut_off(&mut [], 0.05), None);
        assert_eq!(cut_off(&mut [f64::NAN, 0.9], 0.05), None);
        assert_eq!(cut_off(&mut [-f64::NAN, -f64::NAN, -f64::NAN, 0.05], 0.05), None);
        assert_eq!(cut_off(&mut [0.05], 0.05), Some(0.05));
        // A later rank rescues an earlier one.
        assert_eq!(cut_off(&mut [0.03, 0.035], 0.04), Some(0.035));
    }

    /// 900 true nothings and 100 real effects: the share of false finds stays near 0.9 q.
    #[test]
    fn false_share_is_held() {
        let mut random = SplitMix::new(5);
        let (mut false_finds, mut finds) = (0.0, 0.0);
        for _ in 0..200 {
            let nothings: std::vec::Vec<f64> = (0..900).map(|_| random.unit()).collect();
            let effects: std::vec::Vec<f64> =
                (0..100).map(|_| crate::normal::cumulative(-(3.0 + random.normal()))).collect();
            let mut all = nothings.clone();
            all.extend(&effects);
            let cut = cut_off(&mut all, 0.1).unwrap_or(-1.0);
            false_finds += nothings.iter().filter(|p| **p <= cut).count() as f64;
            finds += all.iter().filter(|p| **p <= cut).count() as f64;
        }
        let share = false_finds / finds;
        assert!((0.07..0.11).contains(&share), "{share}");
    }
}
