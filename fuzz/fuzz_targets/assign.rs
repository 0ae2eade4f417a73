//! Assignments of any problem: everyone who can be served is, loads are what they say, nothing is over capacity without
//! being told, and the bound is one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rum_stats::assign::{Options, Problem, WHOLE, assign};
use rum_stats::drain::{self, drain};

fuzz_target!(|bytes: &[u8]| {
    let [pops, utilisation, rest @ ..] = bytes else { return };
    let pops = usize::from(pops % 8) + 1;
    let utilisation = f64::from(*utilisation) / 128.0;
    let Some((capacity, rest)) = rest.split_at_checked(pops) else { return };
    let capacity: Vec<f64> = capacity.iter().map(|octet| f64::from(*octet)).collect();
    let rows = rest.chunks_exact(pops + 1).take(64);
    let demand: Vec<f64> = rows.clone().map(|row| f64::from(row[0]).powi(2) / 64.0).collect();
    let ms = |octet: &u8| if *octet == 255 { f32::INFINITY } else { f32::from(*octet) };
    let latency: Vec<f32> = rows.flat_map(|row| row[1..].iter().map(ms)).collect();
    let problem = Problem { demand: &demand, latency: &latency, capacity: &capacity, utilisation };
    let Ok(answer) = assign(&problem, &Options { rounds: 50 }) else {
        assert!(utilisation <= 0.0);
        return;
    };
    let mut loads = vec![0.0; pops];
    let mut unreachable = 0.0;
    for (prefix, demand) in demand.iter().enumerate() {
        let row = problem.row(prefix);
        let is_reachable =
            row.iter().zip(&capacity).any(|(ms, capacity)| ms.is_finite() && *capacity > 0.0);
        let weights: u16 = answer.shares(prefix).map(|(_, weight)| weight).sum();
        assert_eq!(weights, if is_reachable { WHOLE } else { 0 });
        unreachable += if is_reachable { 0.0 } else { *demand };
        for (pop, weight) in answer.shares(prefix) {
            assert!(row[usize::from(pop)].is_finite() && capacity[usize::from(pop)] > 0.0);
            loads[usize::from(pop)] += demand * f64::from(weight) / f64::from(WHOLE);
        }
    }
    assert!((unreachable - answer.unreachable).abs() < 1e-6);
    let mut overflow = 0.0;
    for ((load, told), capacity) in loads.iter().zip(&answer.loads).zip(&capacity) {
        assert!((load - told).abs() < 1e-6);
        overflow += (load - capacity * utilisation * answer.overload * (1.0 + 1e-8)).max(0.0);
    }
    assert!(overflow <= answer.overflow + 1e-6);
    if answer.overflow == 0.0 {
        assert!(answer.cost >= answer.bound - 1e-6 * (1.0 + answer.cost));
    }
    if let Some(plan) = drain(&problem, &answer, 0, &drain::Options::default()) {
        for rows in plan.shares.chunk_by(|a, b| a.location == b.location) {
            assert!(rows.iter().all(|row| row.pop != 0));
            assert_eq!(rows.iter().map(|row| row.weight).sum::<u16>(), WHOLE);
        }
        assert!((plan.loads.iter().sum::<f64>() - loads.iter().sum::<f64>()).abs() < 1e-6);
    }
});
