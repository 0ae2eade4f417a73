//! Assignments against a linear programme solver (`microlp`) and against all assignments by brute force.

mod common;

use common::Random;
use rum_stats::assign::{Options, Problem, assign};

struct World {
    demand: Vec<f64>,
    latency: Vec<f32>,
    capacity: Vec<f64>,
}

/// Clients and PoPs on a square, heavy-tailed demand, capacities that leave `1 - use` of room.
fn world(random: &mut Random, prefixes: usize, pops: usize, used: f64) -> World {
    let places: Vec<_> = (0..pops).map(|_| (random.unit(), random.unit())).collect();
    let (mut demand, mut latency) = (Vec::new(), Vec::new());
    for _ in 0..prefixes {
        let (x, y) = (random.unit(), random.unit());
        demand.push(random.lognormal(1.0, 1.2));
        for (px, py) in &places {
            latency
                .push((5.0 + 150.0 * (x - px).hypot(y - py) + 30.0 * random.unit().powi(2)) as f32);
        }
    }
    let mut capacity: Vec<f64> = (0..pops).map(|_| 0.3 + random.unit()).collect();
    let factor = demand.iter().sum::<f64>() / capacity.iter().sum::<f64>() / used;
    capacity.iter_mut().for_each(|capacity| *capacity *= factor);
    World { demand, latency, capacity }
}

impl World {
    fn problem(&self) -> Problem<'_> {
        Problem {
            demand: &self.demand,
            latency: &self.latency,
            capacity: &self.capacity,
            utilisation: 1.0,
        }
    }

    /// The optimum of the linear programme.
    fn optimum(&self) -> f64 {
        let pops = self.capacity.len();
        let mut lp = microlp::Problem::new(microlp::OptimizationDirection::Minimize);
        let mut load: Vec<microlp::LinearExpr> =
            (0..pops).map(|_| microlp::LinearExpr::empty()).collect();
        for (demand, row) in self.demand.iter().zip(self.latency.chunks(pops)) {
            let mut whole = microlp::LinearExpr::empty();
            for (ms, load) in row.iter().zip(&mut load) {
                let share = lp.add_var(demand * f64::from(*ms), (0.0, 1.0));
                whole.add(share, 1.0);
                load.add(share, *demand);
            }
            lp.add_constraint(whole, microlp::ComparisonOp::Eq, 1.0);
        }
        for (load, capacity) in load.into_iter().zip(&self.capacity) {
            lp.add_constraint(load, microlp::ComparisonOp::Le, *capacity);
        }
        match lp.solve().unwrap() {
            microlp::SolveOutcome::Solution(solution) => solution.objective(),
            interrupted => panic!("{interrupted:?}"),
        }
    }
}

#[test]
fn within_half_a_per_cent_of_the_optimum_and_the_bound_is_one() {
    let mut random = Random(4);
    let mut worst = 0.0_f64;
    for (prefixes, pops, used) in [
        (150, 5, 0.7),
        (150, 5, 0.9),
        (300, 8, 0.8),
        (300, 8, 0.95),
        (300, 12, 0.9),
        (500, 10, 0.99),
    ] {
        for _ in 0..3 {
            let world = world(&mut random, prefixes, pops, used);
            let (optimum, answer) =
                (world.optimum(), assign(&world.problem(), &Options::default()).unwrap());
            let (lost, slack) = (answer.cost / optimum - 1.0, 1.0 - answer.bound / optimum);
            println!(
                "{prefixes} x {pops} at {used}: {:.3} % above the optimum, bound {:.3} % below, {} split",
                lost * 100.0,
                slack * 100.0,
                answer.split_count()
            );
            assert!(slack > -1e-6, "the bound is above the optimum: {slack}");
            assert!(lost > -1e-6 && answer.overflow == 0.0);
            worst = worst.max(lost);
        }
    }
    assert!(worst < 0.005, "{worst}");
}

/// One prefix with the demand of many PoPs. A unit of it, 1/256, is up to a fifteenth of a PoP, so no weights do what the
/// linear programme does: as 256 prefixes with weights of their own it comes close.
#[test]
fn a_prefix_larger_than_many_pops() {
    let mut random = Random(5);
    let mut worst = [0.0_f64; 2];
    for (prefixes, pops, used, size) in
        [(300, 20, 0.8, 5.0), (300, 20, 0.9, 10.0), (300, 40, 0.8, 17.0), (500, 40, 0.9, 17.0)]
    {
        let mut world = world(&mut random, prefixes, pops, used);
        let mean = world.capacity.iter().sum::<f64>() / pops as f64;
        let others = world.demand.iter().sum::<f64>() - world.demand[0];
        // The others share what the large one leaves.
        let left = (mean * pops as f64 * used - size * mean) / others;
        world.demand.iter_mut().for_each(|demand| *demand *= left);
        world.demand[0] = size * mean;
        let optimum = world.optimum();
        let mut parts = World {
            demand: world.demand.clone(),
            latency: world.latency.clone(),
            capacity: world.capacity.clone(),
        };
        parts.demand[0] /= 256.0;
        for _ in 1..256 {
            parts.demand.push(parts.demand[0]);
            parts.latency.extend_from_within(..pops);
        }
        for (worst, (name, world)) in
            worst.iter_mut().zip([("whole", &world), ("in parts", &parts)])
        {
            let start = std::time::Instant::now();
            let answer = assign(&world.problem(), &Options::default()).unwrap();
            println!(
                "{prefixes} x {pops} at {used}, {size} PoPs {name}: {:.3} % above the optimum, bound {:.3} % below, {:?}",
                (answer.cost / optimum - 1.0) * 100.0,
                (1.0 - answer.bound / optimum) * 100.0,
                start.elapsed()
            );
            assert!(answer.bound <= optimum * (1.0 + 1e-6) && answer.overflow == 0.0);
            *worst = worst.max(answer.gap());
        }
    }
    assert!(worst[0] < 0.008 && worst[1] < 0.003, "{worst:?}");
}

#[test]
fn no_whole_assignment_beats_the_bound_and_few_beat_the_answer() {
    let mut random = Random(8);
    let (mut better, mut cases) = (0, 0);
    for _ in 0..300 {
        let world = world(&mut random, 6, 3, 0.7);
        let answer = assign(&world.problem(), &Options::default()).unwrap();
        let mut least = f64::INFINITY;
        for code in 0..3_usize.pow(6) {
            let (mut loads, mut cost, mut rest) = ([0.0; 3], 0.0, code);
            for (prefix, demand) in world.demand.iter().enumerate() {
                let pop = rest % 3;
                rest /= 3;
                loads[pop] += demand;
                cost += demand * f64::from(world.latency[prefix * 3 + pop]);
            }
            if loads.iter().zip(&world.capacity).all(|(load, capacity)| load <= capacity) {
                least = least.min(cost);
            }
        }
        assert!(least >= answer.bound * (1.0 - 1e-9), "{least} {}", answer.bound);
        cases += 1;
        better += u32::from(least < answer.cost * (1.0 - 1e-3));
    }
    println!("{better} of {cases} beaten by an unsplit assignment");
    assert!(better * 20 < cases, "{better} of {cases}");
}

#[test]
fn the_same_input_gives_the_same_answer() {
    let world = world(&mut Random(2), 400, 10, 0.9);
    let first = assign(&world.problem(), &Options::default()).unwrap();
    assert_eq!(first, assign(&world.problem(), &Options::default()).unwrap());
}

#[test]
fn prices_say_what_capacity_is_worth() {
    let mut world = world(&mut Random(3), 400, 6, 0.9);
    let before = assign(&world.problem(), &Options { rounds: 2000 }).unwrap();
    let dearest = (0..6).max_by(|a, b| before.prices[*a].total_cmp(&before.prices[*b])).unwrap();
    // A little more room there saves what the price says, less what comes from it being finite.
    let more = world.capacity[dearest] * 0.02;
    world.capacity[dearest] += more;
    let after = assign(&world.problem(), &Options { rounds: 2000 }).unwrap();
    let saved = (before.bound - after.bound) / more;
    assert!(
        (saved / before.prices[dearest] - 1.0).abs() < 0.25,
        "{saved} {}",
        before.prices[dearest]
    );
}
