//! A whole map from encoded sketches, stage by stage: seconds, and the most memory the process has used so far.
//!
//! A million /24 prefixes (an argument gives another number), each measured to 4 of 40 PoPs with 10 to 60 samples.

use rum_stats::assign::{Options, Problem, assign};
use rum_stats::map::{self, Cell};
use rum_stats::sketch::MAX_ENCODED;
use rum_stats::tree::{self, Leaves, Tree};
use rum_stats::{Micros, Prefix, Sketch};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

const POPS: usize = 40;
const MEASURED: usize = 4;

fn main() {
    let number = std::env::args().filter_map(|argument| argument.parse().ok()).next();
    let prefixes: Vec<Prefix> = (0..number.unwrap_or(1_000_000_u32))
        .map(|i| Prefix::new(IpAddr::V4(Ipv4Addr::from_bits((i + (1 << 16)) << 8)), 24).unwrap())
        .collect();
    let (bytes, ends, pops_of) = encoded(&prefixes);
    println!(
        "{} prefixes x {MEASURED} of {POPS} PoPs, {:.0} MB of encoded sketches",
        prefixes.len(),
        bytes.len() as f64 / 1e6
    );
    let mut clock = Clock { start: Instant::now() };

    let mut count = 0;
    let mut sketch;
    let mut latency = vec![f32::INFINITY; prefixes.len() * POPS];
    let mut demand = Vec::with_capacity(prefixes.len());
    let mut start = 0;
    for (row, (ends, pops)) in ends.chunks(MEASURED).zip(pops_of.chunks(MEASURED)).enumerate() {
        let mut samples = 0;
        for (end, pop) in ends.iter().zip(pops) {
            sketch = Sketch::decode(&bytes[start..*end]).unwrap();
            samples += sketch.count();
            let cell = Cell { prefix: prefixes[row], pop: *pop, sketch: &sketch };
            let ms = map::latency_matrix(&prefixes[row..=row], POPS, [cell], 5)[usize::from(*pop)];
            latency[row * POPS + usize::from(*pop)] = ms;
            start = *end;
            count += 1;
        }
        demand.push(samples as f64);
    }
    clock.stage(&format!("decode {count} sketches and take medians"));

    let total: f64 = demand.iter().sum();
    let capacity = vec![total / 0.7 / POPS as f64; POPS];
    let problem =
        Problem { demand: &demand, latency: &latency, capacity: &capacity, utilisation: 0.8 };
    let assignment = assign(&problem, &Options::default()).unwrap();
    clock.stage(&format!(
        "assign: gap {:.3} %, {} split, {:.3} overflow",
        assignment.gap() * 100.0,
        assignment.split_count(),
        assignment.overflow / total
    ));

    let exact = map::build(&prefixes, &assignment);
    clock.stage(&format!("map without loss: {} entries", exact.entries.len()));

    let leaves = Leaves {
        prefixes: &prefixes,
        demand: &demand,
        latency: &latency,
        variance: &[],
        prices: &assignment.prices,
    };
    let options = tree::Options::default();
    let tree = Tree::cut(&leaves, &[], &options).unwrap();
    clock.stage(&format!("map of half a millisecond's regret: {} entries", tree.blocks.len()));
}

/// The octets of all sketches end to end, where each ends, and its PoP.
fn encoded(prefixes: &[Prefix]) -> (Vec<u8>, Vec<usize>, Vec<u16>) {
    let mut state = 1_u64;
    let mut next = move || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    };
    let (mut bytes, mut ends, mut pops) = (Vec::new(), Vec::new(), Vec::new());
    let mut buffer = [0; MAX_ENCODED];
    for row in 0..prefixes.len() {
        // Neighbours in the address space are near the same PoPs.
        let home = row / 512 * 7;
        for rank in 0..MEASURED {
            let pop = (home + rank * rank + 3 * rank) % POPS;
            let median =
                8_000 + 9_000 * rank as u64 + (row / 512 * 31 + pop * 17) as u64 % 40 * 500;
            let mut sketch = Sketch::new();
            for _ in 0..10 + next() % 50 {
                // A triangle around the median, 20 % wide.
                let spread = median / 5;
                sketch.record(Micros(
                    (median - spread + next() % (spread + 1) + next() % (spread + 1)) as u32,
                ));
            }
            let length = sketch.encode(&mut buffer).unwrap();
            bytes.extend_from_slice(&buffer[..length]);
            ends.push(bytes.len());
            pops.push(pop as u16);
        }
    }
    (bytes, ends, pops)
}

struct Clock {
    start: Instant,
}

impl Clock {
    fn stage(&mut self, name: &str) {
        println!(
            "  {:>7.2} s  {:>6} MB so far  {name}",
            self.start.elapsed().as_secs_f64(),
            peak_megabytes()
        );
        self.start = Instant::now();
    }
}

/// The peak resident set, where the system tells it.
fn peak_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}
