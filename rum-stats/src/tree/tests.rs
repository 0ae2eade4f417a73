use super::*;
use core::net::{IpAddr, Ipv4Addr};
use proptest::prelude::*;
use std::string::ToString;

fn p(third: u8, len: u8) -> Prefix {
    Prefix::new(IpAddr::V4(Ipv4Addr::new(10, 0, third, 0)), len).unwrap()
}

const SURE: Options = Options { regret: 0.0, z: 0.0, hysteresis: 0.0, alike: 0.0 };

fn cut(prefixes: &[Prefix], demand: &[f64], latency: &[f32], options: &Options) -> Tree {
    let pops = latency.len() / prefixes.len().max(1);
    let prices = std::vec![0.0; pops];
    Tree::cut(&Leaves { prefixes, demand, latency, variance: &[], prices: &prices }, &[], options)
        .unwrap()
}

fn names(tree: &Tree) -> std::vec::Vec<(std::string::String, u16)> {
    tree.blocks.iter().map(|block| (block.prefix.to_string(), block.pop)).collect()
}

#[test]
fn equal_neighbours_join_and_unequal_ones_do_not() {
    let prefixes = [p(0, 24), p(1, 24), p(2, 24), p(3, 24)];
    let latency = [1.0, 9.0, 2.0, 9.0, 9.0, 1.0, 9.0, 2.0];
    let tree = cut(&prefixes, &[1.0; 4], &latency, &SURE);
    assert_eq!(names(&tree), [("10.0.0.0/23".into(), 0), ("10.0.2.0/23".into(), 1)]);
    assert_eq!((tree.regret, tree.unsure), (0.0, 0.0));
    // With 4 ms to spare for each client one block does: the cheaper half loses 7 and 8 ms.
    let tree = cut(&prefixes, &[1.0; 4], &latency, &Options { regret: 4.0, ..SURE });
    assert_eq!(tree.blocks.len(), 1);
    assert!((tree.mean_regret() - 3.75).abs() < 1e-9);
}

#[test]
fn noise_does_not_split_and_what_is_sure_does() {
    let prefixes = [p(0, 24), p(1, 24)];
    let latency = [10.0, 14.0, 14.0, 10.0];
    let leaves = |variance| Leaves {
        prefixes: &prefixes,
        demand: &[1.0, 1.0],
        latency: &latency,
        variance,
        prices: &[0.0, 0.0],
    };
    let options = Options { regret: 0.0, z: 1.645, hysteresis: 0.0, alike: 0.0 };
    let noisy = Tree::cut(&leaves(&[4.0; 4]), &[], &options).unwrap();
    assert_eq!((noisy.blocks.len(), noisy.unsure), (1, 4.0));
    let sure = Tree::cut(&leaves(&[0.5; 4]), &[], &options).unwrap();
    assert_eq!((sure.blocks.len(), sure.regret), (2, 0.0));
}

#[test]
fn those_alike_are_one_whatever_the_regret() {
    let prefixes = [p(0, 24), p(1, 24), p(2, 24), p(3, 24)];
    // The first two differ by 4 and 3 ms, the others by 6 at one PoP: with entries for nothing both pairs would be cut.
    let latency = [10.0, 13.0, 14.0, 10.0, 40.0, 43.0, 46.0, 40.0];
    let variance = [1.0; 8];
    let cut = |variance: &[f32], before: &[Prefix], hysteresis| {
        let prices = [0.0, 0.0];
        let leaves = Leaves {
            prefixes: &prefixes,
            demand: &[1.0; 4],
            latency: &latency,
            variance,
            prices: &prices,
        };
        let options = Options { alike: 5.0, hysteresis, ..SURE };
        Tree::cut(&leaves, before, &options).unwrap()
    };
    let lengths = |tree: &Tree| {
        tree.blocks.iter().map(|block| block.prefix.len()).collect::<std::vec::Vec<_>>()
    };
    let tree = cut(&variance, &[], 0.0);
    assert_eq!((lengths(&tree), tree.unsure), (std::vec![23, 24, 24], 3.0));
    // Too little is known to call them alike: half-widths over 10 ms. Nothing known of a PoP says nothing.
    assert_eq!(lengths(&cut(&[30.0; 8], &[], 0.0)), [24; 4]);
    let unknown = [1.0, f32::INFINITY, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0];
    assert_eq!(lengths(&cut(&unknown, &[], 0.0)), [23, 24, 24]);
    // Told apart so far, 4 ms are not alike enough; one so far, 6 ms are, and then one PoP is best for all.
    assert_eq!(lengths(&cut(&variance, &prefixes, 2.0))[..2], [24, 24]);
    assert_eq!(lengths(&cut(&variance, &[p(0, 23), p(2, 23)], 2.0)), [22]);
}

#[test]
fn hysteresis_keeps_what_is_there() {
    let prefixes = [p(0, 24), p(1, 24)];
    let latency = [10.0, 13.0, 13.0, 10.0];
    let leaves = Leaves {
        prefixes: &prefixes,
        demand: &[1.0, 1.0],
        latency: &latency,
        variance: &[],
        prices: &[0.0, 0.0],
    };
    let options = Options { hysteresis: 2.0, ..SURE };
    // 1.5 ms for a mean client is less than 2: neither a new cut, nor the end of an old one.
    assert_eq!(Tree::cut(&leaves, &[p(0, 23)], &options).unwrap().blocks.len(), 1);
    assert_eq!(Tree::cut(&leaves, &prefixes, &options).unwrap().blocks.len(), 2);
    assert_eq!(Tree::cut(&leaves, &[], &options).unwrap().blocks.len(), 2);
}

#[test]
fn families_stay_apart_and_the_unreachable_stay_out() {
    let six = Prefix::new("2001:db8::".parse().unwrap(), 48).unwrap();
    let far = f32::INFINITY;
    let tree =
        cut(&[p(0, 24), p(1, 24), six], &[1.0, 5.0, 1.0], &[1.0, 2.0, far, far, 1.0, 2.0], &SURE);
    assert_eq!(names(&tree), [("10.0.0.0/24".into(), 0), ("2001:db8::/48".into(), 0)]);
    assert_eq!(tree.unreachable, 5.0);
    // Two prefixes that no PoP serves both are never joined, however much regret is allowed.
    let tree = cut(
        &[p(0, 24), p(1, 24)],
        &[1.0; 2],
        &[1.0, far, far, 1.0],
        &Options { regret: 1e9, ..SURE },
    );
    assert_eq!(tree.blocks.len(), 2);
    assert_eq!(cut(&[], &[], &[], &SURE), Tree::default());
}

#[test]
fn prices_move_the_cut() {
    let prefixes = [p(0, 24), p(1, 24)];
    let latency = [10.0, 13.0, 13.0, 10.0];
    let leaves = Leaves {
        prefixes: &prefixes,
        demand: &[1.0; 2],
        latency: &latency,
        variance: &[],
        prices: &[0.0, 5.0],
    };
    assert_eq!(names(&Tree::cut(&leaves, &[], &SURE).unwrap()), [("10.0.0.0/23".into(), 0)]);
}

#[test]
fn bad_leaves() {
    let cut = |prefixes: &[Prefix], latency: &[f32]| {
        let demand = std::vec![1.0; prefixes.len()];
        Tree::cut(
            &Leaves { prefixes, demand: &demand, latency, variance: &[], prices: &[0.0] },
            &[],
            &SURE,
        )
        .unwrap_err()
    };
    assert_eq!(cut(&[p(0, 24)], &[]), BadLeaves::Lengths);
    assert_eq!(cut(&[p(1, 24), p(0, 24)], &[1.0; 2]), BadLeaves::Order(1));
    assert_eq!(cut(&[p(0, 23), p(1, 24)], &[1.0; 2]), BadLeaves::Order(1));
    assert_eq!(cut(&[p(0, 24), p(1, 24)], &[1.0, -f32::NAN]), BadLeaves::Number(1));
    let cut = |demand: f64, variance: f32, prices: &[f64]| {
        let latency = std::vec![1.0; prices.len()];
        let variance = std::vec![variance; prices.len()];
        let prefixes = &[p(0, 24)];
        let leaves =
            Leaves { prefixes, demand: &[demand], latency: &latency, variance: &variance, prices };
        Tree::cut(&leaves, &[], &SURE).map(|tree| tree.blocks.len())
    };
    assert_eq!(cut(f64::NAN, 0.0, &[0.0]), Err(BadLeaves::Demand(0)));
    assert_eq!(cut(-1.0, 0.0, &[0.0]), Err(BadLeaves::Demand(0)));
    assert_eq!(cut(1.0, -1.0, &[0.0]), Err(BadLeaves::Number(0)));
    assert_eq!(cut(1.0, 0.0, &[0.0, f64::NAN]), Err(BadLeaves::Price(1)));
    assert_eq!(cut(1.0, f32::INFINITY, &[0.0; 65_534]), Ok(1));
    assert_eq!(cut(1.0, 0.0, &[0.0; 65_536]), Err(BadLeaves::Pops(65_536)));
}

/// All cuts of a small tree over aligned leaves: (entries, regret) pairs.
fn all_cuts(leaves: &[(f64, [f32; 2])]) -> std::vec::Vec<(usize, f64)> {
    let cost =
        |pop: usize| leaves.iter().map(|(demand, row)| demand * f64::from(row[pop])).sum::<f64>();
    let least: f64 =
        leaves.iter().map(|(demand, row)| demand * f64::from(row[0].min(row[1]))).sum();
    let mut cuts = std::vec![(1, cost(0).min(cost(1)) - least)];
    if leaves.len() > 1 {
        let (low, high) = leaves.split_at(leaves.len() / 2);
        for a in all_cuts(low) {
            for b in all_cuts(high) {
                cuts.push((a.0 + b.0, a.1 + b.1));
            }
        }
    }
    cuts
}

proptest! {
    /// Against all cuts by brute force: none with as few entries has less regret, and none with less or
    /// equal regret has fewer.
    #[test]
    fn no_cut_is_better(
        raw in proptest::collection::vec((0.1..10.0_f64, 0.0..50.0_f32, 0.0..50.0_f32), 8),
        allowed in 0.0..10.0_f64,
    ) {
        let leaves: std::vec::Vec<(f64, [f32; 2])> = raw.iter().map(|(d, a, b)| (*d, [*a, *b])).collect();
        let prefixes: std::vec::Vec<Prefix> = (0..8).map(|i| p(i, 24)).collect();
        let demand: std::vec::Vec<f64> = leaves.iter().map(|leaf| leaf.0).collect();
        let latency: std::vec::Vec<f32> = leaves.iter().flat_map(|leaf| leaf.1).collect();
        let tree = cut(&prefixes, &demand, &latency, &Options { regret: allowed, ..SURE });
        let total: f64 = demand.iter().sum();
        prop_assert!(tree.regret <= allowed * total + 1e-6);
        for (entries, regret) in all_cuts(&leaves) {
            prop_assert!(entries > tree.blocks.len() || regret >= tree.regret - 1e-6, "{entries} {regret} {tree:?}");
        }
        // Blocks hold every leaf once.
        for prefix in &prefixes {
            prop_assert_eq!(tree.blocks.iter().filter(|block| block.prefix.contains(prefix)).count(), 1);
        }
    }
}
