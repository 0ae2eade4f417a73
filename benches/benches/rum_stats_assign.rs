//! Assignment under capacity at growing sizes: time, how far from the bound, splits, and the most memory the process has
//! used so far, the matrix included.
//!
//! Clients and PoPs lie on a square, latency is 5 ms plus distance plus noise, demand is heavy-tailed, capacities vary
//! by four and leave the stated room. With `UNDERHOOD_DATA` set also the round trips of PlanetLab in that folder, every
//! 20th of its 490 hosts being a PoP. With `--large` also a million prefixes on 64 PoPs.

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
        "{:<18}{:>6}{:>10}{:>12}{:>12}{:>10}{:>8}{:>9}",
        "prefixes x PoPs", "use", "seconds", "mean ms", "bound ms", "gap %", "split", "peak MB"
    );
    if let Some((demand, latency)) = planetlab() {
        for used in [0.8, 0.95] {
            let capacity = capacity(&demand, PLANETLAB_POPS, used);
            solve("PlanetLab", used, &demand, &latency, &capacity);
        }
    }
    for (prefixes, pops, used) in cases {
        let (demand, latency) = world(prefixes, pops);
        let capacity = capacity(&demand, pops, used);
        solve(&format!("{prefixes} x {pops}"), used, &demand, &latency, &capacity);
    }
}

fn solve(name: &str, used: f64, demand: &[f64], latency: &[f32], capacity: &[f64]) {
    let problem = Problem { demand, latency, capacity, utilisation: 1.0 };
    let start = Instant::now();
    let answer = assign(&problem, &Options::default()).unwrap();
    let seconds = start.elapsed().as_secs_f64();
    let total: f64 = demand.iter().sum();
    println!(
        "{name:<18}{used:>6}{seconds:>10.3}{:>12.3}{:>12.3}{:>10.4}{:>8}{:>9}",
        answer.cost / total,
        answer.bound / total,
        answer.gap() * 100.0,
        answer.split_count(),
        peak_megabytes()
    );
}

/// The peak resident set, where the system tells it.
fn peak_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// Equal demand of every host, and its round trips to the PoPs, the least of both directions; unmeasured ones are infinite.
fn planetlab() -> Option<(Vec<f64>, Vec<f32>)> {
    let folder = std::env::var_os("UNDERHOOD_DATA")?;
    let path = std::path::Path::new(&folder).join("planetlab-490x490-ms.txt.xz");
    let mut text = String::new();
    let mut reader = lzma_rust2::XzReader::new(std::fs::File::open(path).ok()?, false);
    std::io::Read::read_to_string(&mut reader, &mut text).ok()?;
    let cells: Vec<f32> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let known = |from: usize, to: usize| {
        let ms = cells[from * PLANETLAB + to];
        if from == to || ms > 0.0 { ms } else { f32::INFINITY }
    };
    let row = |host: usize| {
        (0..PLANETLAB_POPS)
            .map(|pop| known(host, pop * 20).min(known(pop * 20, host)))
            .collect::<Vec<_>>()
    };
    Some((vec![1.0; PLANETLAB], (0..PLANETLAB).flat_map(row).collect()))
}

const PLANETLAB: usize = 490;
const PLANETLAB_POPS: usize = 24;

fn random(mut state: u64) -> impl FnMut() -> f64 {
    move || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Capacities that vary by four and together leave `1 - used` of room.
fn capacity(demand: &[f64], pops: usize, used: f64) -> Vec<f64> {
    let mut unit = random(11);
    let shares: Vec<f64> = (0..pops).map(|_| 0.3 + unit()).collect();
    let factor = demand.iter().sum::<f64>() / shares.iter().sum::<f64>() / used;
    shares.iter().map(|share| share * factor).collect()
}

fn world(prefixes: usize, pops: usize) -> (Vec<f64>, Vec<f32>) {
    let mut unit = random(7);
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
    (demand, latency)
}
