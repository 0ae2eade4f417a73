use super::*;
use proptest::prelude::*;
use std::vec::Vec;

fn solve(demand: &[f64], latency: &[f32], capacity: &[f64], utilisation: f64) -> Assignment {
    let problem = Problem { demand, latency, capacity, utilisation };
    let answer = assign(&problem, &Options::default()).unwrap();
    verify(&problem, &answer);
    answer
}

/// What must hold of any answer.
fn verify(problem: &Problem<'_>, answer: &Assignment) {
    let mut loads = std::vec![0.0; problem.pops()];
    for (prefix, demand) in problem.demand.iter().enumerate() {
        let shares: Vec<_> = answer.shares(prefix).collect();
        let reachable = problem
            .row(prefix)
            .iter()
            .zip(problem.capacity)
            .any(|(ms, c)| ms.is_finite() && *c > 0.0);
        let total: u16 = shares.iter().map(|share| share.1).sum();
        assert_eq!(total, if reachable { WHOLE } else { 0 }, "prefix {prefix}");
        assert_eq!(answer.is_split(prefix), shares.len() > 1);
        for (pop, weight) in shares {
            assert!(weight > 0 && problem.latency_to(prefix, pop).is_finite());
            assert!(problem.capacity[usize::from(pop)] > 0.0, "a closed PoP got traffic");
            loads[usize::from(pop)] += demand * f64::from(weight) / 256.0;
        }
    }
    let mut overflow = 0.0;
    for (pop, load) in loads.iter().enumerate() {
        assert!((load - answer.loads[pop]).abs() < 1e-6 * (1.0 + load));
        let usable = problem.capacity[pop] * problem.utilisation * answer.overload;
        overflow += f64::max(load - usable * (1.0 + 2e-9), 0.0);
    }
    assert!(overflow <= answer.overflow + 1e-6 * (1.0 + overflow), "{overflow} {answer:?}");
    if answer.overflow == 0.0 {
        assert!(answer.cost >= answer.bound * (1.0 - 1e-6) - 1e-6, "{answer:?}");
    }
}

#[test]
fn without_pressure_everyone_gets_the_nearest() {
    let answer = solve(&[1.0, 2.0, 3.0], &[1.0, 9.0, 9.0, 2.0, 5.0, 4.0], &[10.0, 10.0], 0.8);
    assert_eq!((0..3).map(|i| answer.main_pop(i).unwrap()).collect::<Vec<_>>(), [0, 1, 1]);
    assert_eq!((answer.gap(), answer.split_count(), answer.overload), (0.0, 0, 1.0));
    assert_eq!(answer.prices, [0.0, 0.0]);
}

#[test]
fn pressure_splits_a_prefix_by_weight() {
    // One prefix of 10, and 8 fit at the near PoP.
    let answer = solve(&[10.0], &[10.0, 30.0], &[10.0, 10.0], 0.8);
    let shares: Vec<_> = answer.shares(0).collect();
    assert_eq!(shares, [(0, 204), (1, 52)]);
    assert!(answer.gap() < 0.01, "{answer:?}");
}

#[test]
fn overload_is_shared_and_reported() {
    let answer =
        solve(&[100.0; 4], &[1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0], &[100.0, 100.0], 1.0);
    assert!((answer.overload - 2.0).abs() < 1e-12);
    assert_eq!(answer.overflow, 0.0);
    assert!((answer.loads[0] - 200.0).abs() < 2.0);
}

#[test]
fn unreachable_closed_and_stuck_are_reported() {
    let far = f32::INFINITY;
    // The first reaches nothing, the second only the closed PoP, the third only a PoP too small for it.
    let answer = solve(
        &[1.0, 2.0, 7.0],
        &[far, far, far, far, 1.0, far, 3.0, far, far],
        &[5.0, 0.0, 50.0],
        1.0,
    );
    assert_eq!(answer.unreachable, 3.0);
    assert_eq!(answer.main_pop(0), None);
    assert!((answer.overflow - 2.0).abs() < 1e-9);
    // Nothing open at all.
    let answer = solve(&[1.0], &[1.0], &[0.0], 1.0);
    assert_eq!((answer.unreachable, answer.cost, answer.gap()), (1.0, 0.0, 0.0));
    // Nobody at all.
    assert_eq!(solve(&[], &[], &[1.0], 1.0).cost, 0.0);
    // Nothing wanted.
    assert_eq!(solve(&[0.0, 0.0], &[1.0, 2.0], &[1.0], 1.0).cost, 0.0);
}

#[test]
fn invalid_problems_are_named() {
    let check = |demand: &[f64], latency: &[f32], capacity: &[f64], utilisation| {
        assign(&Problem { demand, latency, capacity, utilisation }, &Options::default())
            .unwrap_err()
    };
    assert_eq!(check(&[], &[], &[], 1.0), Invalid::Pops(0));
    assert_eq!(check(&[1.0], &[1.0], &[1.0, 1.0], 1.0), Invalid::Matrix { expected: 2, found: 1 });
    assert_eq!(check(&[1.0, -1.0], &[1.0, 1.0], &[1.0], 1.0), Invalid::Demand(1));
    assert_eq!(check(&[f64::NAN], &[1.0], &[1.0], 1.0), Invalid::Demand(0));
    assert_eq!(
        check(&[1.0], &[1.0, f32::NAN], &[1.0, 1.0], 1.0),
        Invalid::Latency { prefix: 0, pop: 1 }
    );
    assert_eq!(check(&[1.0], &[1.0], &[f64::INFINITY], 1.0), Invalid::Capacity(0));
    assert_eq!(check(&[1.0], &[1.0], &[1.0], 0.0), Invalid::Utilisation);
    assert_eq!(check(&[1e308, 1e308], &[1.0, 1.0], &[1.0], 1.0), Invalid::TooLarge);
    assert_eq!(check(&[1.0], &[1.0], &[1e308], 1e10), Invalid::TooLarge);
}

/// Three prefixes want the first PoP, and the third of them does not fit in whole units, so that chains are tried. Their table
/// of PoPs times PoPs would be 64 GB.
#[test]
fn as_many_pops_as_there_can_be() {
    let pops = 65_534;
    let latency: Vec<f32> = (0..3 * pops).map(|cell| (cell % pops).min(100) as f32 + 1.0).collect();
    let capacity = std::vec![1.0; pops];
    let problem =
        Problem { demand: &[0.37; 3], latency: &latency, capacity: &capacity, utilisation: 1.0 };
    let answer = assign(&problem, &Options { rounds: 120 }).unwrap();
    assert_eq!((answer.overflow, answer.split_count()), (0.0, 1));
    assert!(answer.gap() > 2e-4 && answer.cost < 1.23);
}

fn any_problem() -> impl Strategy<Value = (Vec<f64>, Vec<f32>, Vec<f64>)> {
    (1..7_usize, 0..40_usize).prop_flat_map(|(pops, prefixes)| {
        let ms = prop_oneof![9 => 0.0..300.0_f32, 1 => Just(f32::INFINITY)];
        let capacity = prop_oneof![5 => 1.0..50.0_f64, 1 => Just(0.0)];
        (
            proptest::collection::vec(0.0..20.0_f64, prefixes),
            proptest::collection::vec(ms, pops * prefixes),
            proptest::collection::vec(capacity, pops),
        )
    })
}

proptest! {
    #[test]
    fn any_answer_is_sound((demand, latency, capacity) in any_problem(), utilisation in 0.1..1.0_f64) {
        solve(&demand, &latency, &capacity, utilisation);
    }
}
