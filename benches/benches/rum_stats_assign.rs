//! Assignment under capacity at growing sizes: time, how far from the bound, splits.
//!
//! Clients and PoPs lie on a square, latency is 5 ms plus distance plus noise, demand is heavy-tailed, capacities vary
//! by four and leave the stated room. With `--large` also a million prefixes on 64 PoPs.

use rum_stats::assign::{Options, Problem, assign};
use std::time::Instant;

fn main() {
    let large = std::env::args().any(|argument| argument == "--large");
    let mut cases = vec![
        (1000, 20, 0.7),
        (1000, 20, 0.9),
        (3000, 20, 0.9),
        (100_000, 40, 0.8),
        (100_000, 40, 0.95),
    ];
    if large {
        cases.push((1_000_000, 64, 0.8));
    }
    println!(
        "{:<18}{:>6}{:>10}{:>12}{:>12}{:>10}{:>8}",
        "prefixes x PoPs", "use", "seconds", "mean ms", "bound ms", "gap %", "split"
    );
    for (prefixes, pops, used) in cases {
        let (demand, latency, capacity) = world(prefixes, pops, used);
        let problem =
            Problem { demand: &demand, latency: &latency, capacity: &capacity, utilisation: 1.0 };
        let start = Instant::now();
        let answer = assign(&problem, &Options::default()).unwrap();
        let seconds = start.elapsed().as_secs_f64();
        let total: f64 = demand.iter().sum();
        println!(
            "{:<18}{used:>6}{seconds:>10.3}{:>12.3}{:>12.3}{:>10.4}{:>8}",
            format!("{prefixes} x {pops}"),
            answer.cost / total,
            answer.bound / total,
            answer.gap() * 100.0,
            answer.split_count()
        );
    }
}

fn world(prefixes: usize, pops: usize, used: f64) -> (Vec<f64>, Vec<f32>, Vec<f64>) {
    let mut state = 7_u64;
    let mut unit = move || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    };
    let places: Vec<(f64, f64)> = (0..pops).map(|_| (unit(), unit())).collect();
    let mut latency = Vec::with_capacity(prefixes * pops);
    let mut demand = Vec::with_capacity(prefixes);
    for _ in 0..prefixes {
        let (x, y) = (unit(), unit());
        demand.push((1e-4 + unit()).powf(-0.9));
        for (px, py) in &places {
            latency.push((5.0 + 150.0 * (x - px).hypot(y - py) + 30.0 * unit().powi(2)) as f32);
        }
    }
    let mut capacity: Vec<f64> = (0..pops).map(|_| 0.3 + unit()).collect();
    let factor = demand.iter().sum::<f64>() / capacity.iter().sum::<f64>() / used;
    capacity.iter_mut().for_each(|capacity| *capacity *= factor);
    (demand, latency, capacity)
}
