//! Where to send the next beacons: more to the PoPs that might be the best, a few to all.
//!
//! Optimal computing budget allocation (Chen, Lin, Yücesan, Chick 2000): against the best PoP `b`, the others get
//! n_i ∝ (s_i / δ_i)² and the best n_b = s_b sqrt(Σ n_i² / s_i²), where δ is the distance of the means. Only
//! beacons explore; user traffic is never sent to find out.

/// What is known of a PoP for some clients. Milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arm {
    /// The estimated latency; NaN or infinite when never measured.
    pub mean: f64,
    /// The spread of its samples, not negative.
    pub deviation: f64,
}

/// How to share out a budget.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    /// The share of the budget that is spread evenly, so that a PoP that became good is found: 0.01, and
    /// hardly less.
    pub uniform: f64,
    /// Distances below this count as this, so that two equals do not eat the budget: 1 ms. A microsecond at
    /// least.
    pub least_distance: f64,
}

impl Default for Rules {
    fn default() -> Self {
        Self { uniform: 0.01, least_distance: 1.0 }
    }
}

/// Shares out `budget` beacons over `arms` into `out`, a number for each; together exactly the budget
/// when there is an arm (arms past the end of `out` are not there). PoPs never measured are all treated as tied
/// for the best with the widest spread seen.
///
/// Cost: O(PoPs), no allocation.
pub fn allocate(budget: u32, arms: &[Arm], rules: &Rules, out: &mut [u32]) {
    out.fill(0);
    let count = arms.len().min(out.len());
    let (Some(arms), Some(out)) = (arms.get(..count), out.get_mut(..count)) else { return };
    if arms.is_empty() {
        return;
    }
    let widest =
        arms.iter().map(|arm| arm.deviation).filter(|s| s.is_finite()).fold(0.001, f64::max);
    let deviation = |arm: &Arm| {
        let own = arm.deviation > 0.0 && arm.deviation.is_finite();
        // Within bounds whose squares are numbers.
        (if own { arm.deviation } else { widest }).clamp(1e-9, 1e9)
    };
    let best = (0_usize..)
        .zip(arms)
        .filter(|(_, arm)| arm.mean.is_finite())
        .min_by(|a, b| a.1.mean.total_cmp(&b.1.mean));
    let best_mean = best.map_or(0.0, |(_, arm)| arm.mean);
    let best_index = best.map_or(usize::MAX, |(index, _)| index);
    let least_distance = rules.least_distance.max(0.001);
    let ratio = |index: usize, arm: &Arm| {
        if index == best_index {
            return 0.0;
        }
        let distance = if arm.mean.is_finite() {
            (arm.mean - best_mean).max(least_distance)
        } else {
            least_distance
        };
        let ratio = deviation(arm) / distance;
        ratio * ratio
    };
    let (mut others, mut squares) = (0.0, 0.0);
    for (index, arm) in (0_usize..).zip(arms) {
        let ratio = ratio(index, arm);
        others += ratio;
        squares += (ratio / deviation(arm)) * (ratio / deviation(arm));
    }
    let for_best = best.map_or(0.0, |(_, arm)| deviation(arm) * libm::sqrt(squares));
    let total = others + for_best;
    let uniform = rules.uniform.clamp(0.0, 1.0);
    // Cumulated shares are rounded, so that the parts add up to the budget.
    let (mut cumulated, mut given) = (0.0, 0_u32);
    let even = 1.0 / crate::number::from_u64(u64::try_from(count).unwrap_or(u64::MAX));
    for ((index, arm), out) in (0_usize..).zip(arms).zip(out.iter_mut()) {
        let own = if index == best_index { for_best } else { ratio(index, arm) };
        let share = if total > 0.0 { own / total } else { even };
        cumulated += uniform * even + (1.0 - uniform) * share;
        let up_to = crate::number::to_u32(cumulated * f64::from(budget) + 0.5).min(budget);
        *out = up_to.saturating_sub(given);
        given = given.max(up_to);
    }
    if let Some(last) = out.last_mut() {
        *last = last.saturating_add(budget.saturating_sub(given));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    fn arm(mean: f64, deviation: f64) -> Arm {
        Arm { mean, deviation }
    }

    #[test]
    fn equals_and_giants_share() {
        for (least_distance, deviation) in [(0.0, 2.0), (f64::NAN, 2.0), (1.0, 1e200)] {
            let rules = Rules { least_distance, ..Rules::default() };
            let mut out = [0; 4];
            allocate(1000, &[arm(10.0, deviation); 4], &rules, &mut out);
            assert!(out.iter().all(|beacons| *beacons > 150), "{out:?}");
        }
    }

    #[test]
    fn chens_ratios() {
        let rules = Rules { uniform: 0.0, ..Rules::default() };
        let mut out = [0; 3];
        allocate(100_000, &[arm(10.0, 5.0), arm(15.0, 5.0), arm(20.0, 5.0)], &rules, &mut out);
        // n_1 / n_2 = (10 / 5)^2, and n_b^2 = n_1^2 + n_2^2 with equal deviations.
        assert!((f64::from(out[1]) / f64::from(out[2]) - 4.0).abs() < 0.01);
        let expected = f64::from(out[1]).hypot(f64::from(out[2]));
        assert!((f64::from(out[0]) / expected - 1.0).abs() < 0.001);
    }

    #[test]
    fn the_unknown_is_explored_and_the_hopeless_is_not_forgotten() {
        let mut out = [0; 3];
        allocate(
            1000,
            &[arm(10.0, 3.0), arm(300.0, 3.0), arm(f64::NAN, 0.0)],
            &Rules::default(),
            &mut out,
        );
        assert!(out[2] > 300 && out[1] >= 3 && out[1] < 10, "{out:?}");
        allocate(9, &[arm(f64::NAN, 0.0); 3], &Rules::default(), &mut out);
        assert_eq!(out, [3, 3, 3]);
        allocate(9, &[], &Rules::default(), &mut out);
        assert_eq!(out, [0; 3]);
    }

    proptest! {
        #[test]
        fn spends_exactly_the_budget(budget in 0..10_000_u32, raw in proptest::collection::vec((0.0..300.0_f64, 0.0..50.0_f64), 1..20)) {
            let arms: Vec<Arm> = raw.iter().map(|(mean, deviation)| arm(*mean, *deviation)).collect();
            let mut out = std::vec![0; arms.len()];
            allocate(budget, &arms, &Rules::default(), &mut out);
            prop_assert_eq!(out.iter().sum::<u32>(), budget);
        }
    }
}
