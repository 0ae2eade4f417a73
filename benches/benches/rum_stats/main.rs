//! Latency sketches beside their peers: time, memory, allocations, octets on the wire and error in one table.
//!
//! Times are criterion's medians. One million log-normal round trips (median 40 ms, spread of the logarithm 0.8) are
//! recorded one by one; a shard has 15 625 of them. Errors are the largest over ten seeds against the lower order
//! statistic of rank `floor(q (n - 1))`; with `UNDERHOOD_DATA` set also against the round trips of PlanetLab in that folder.
//! An argument filters the benchmarks, as ever with criterion; what was not timed is a dash in the table.

mod allocations;
mod contenders;

use contenders::{Contender, Ddsketch, Digest, Hdr, Kll, OtherDigest, Req};
use criterion::{BatchSize, Criterion, Throughput};
use rum_stats::sketch::MAX_ENCODED;
use rum_stats::{Micros, Sketch, SmallSketch};
use std::hint::black_box;
use std::path::{Path, PathBuf};

const SAMPLES: usize = 1_000_000;
const SHARD: usize = SAMPLES / 64;
const QUANTILES: [f64; 4] = [0.5, 0.9, 0.99, 0.999];
const SEEDS: u64 = 10;

fn main() {
    let folder = std::env::temp_dir().join(format!("underhood-bench-{}", std::process::id()));
    let mut criterion = Criterion::default().output_directory(&folder).configure_from_args();
    let data: Vec<Vec<u32>> = (0..SEEDS).map(round_trips).collect();
    let real = planetlab();
    let mut rows = Vec::new();
    macro_rules! contend {
        ($($contender:ty),*) => {
            $(contend::<$contender>(&mut criterion, &data[0]);)*
            own_paths(&mut criterion, &data[0]);
            $(rows.push(row::<$contender>(&folder, &data, real.as_deref()));)*
        };
    }
    contend!(Sketch, SmallSketch, Ddsketch, Hdr, Kll, Req, Digest, OtherDigest);
    table(&rows, real.is_some());
    // Best effort: it is a temporary folder.
    let _ = std::fs::remove_dir_all(&folder);
}

/// The times of one contender.
fn contend<C: Contender>(criterion: &mut Criterion, values: &[u32]) {
    let mut group = criterion.benchmark_group(C::NAME);
    group.sample_size(10);
    let shard = &values[..SHARD];
    group.throughput(Throughput::Elements(SHARD as u64));
    let mut sketch = C::new();
    group.bench_function("record", |b| {
        b.iter(|| black_box(shard).iter().for_each(|value| sketch.record(*value)));
    });
    let shards: Vec<C> = values.chunks(SHARD).map(filled).collect();
    group.throughput(Throughput::Elements(shards.len() as u64));
    group.bench_function("merge", |b| {
        let into_one = |mut sum: C| {
            shards.iter().for_each(|shard| sum.merge(shard));
            sum
        };
        b.iter_batched(C::new, into_one, BatchSize::SmallInput);
    });
    let mut full = filled::<C>(values);
    group.throughput(Throughput::Elements(1));
    group.bench_function("quantiles", |b| b.iter(|| black_box(&mut full).quantiles()));
    group.bench_function("encode", |b| b.iter(|| black_box(&mut full).wire()));
    group.finish();
}

/// What only our own sketch has: cold cells, decoding, and the speed of both codecs.
fn own_paths(criterion: &mut Criterion, values: &[u32]) {
    let mut group = criterion.benchmark_group("ours");
    group.sample_size(10);
    let mut cells = vec![Sketch::new(); 20_000];
    group.throughput(Throughput::Elements(values.len() as u64));
    group.bench_function("record into 20 000 cells in turn (20 MiB)", |b| {
        b.iter(|| {
            for (i, value) in values.iter().enumerate() {
                // Cells in an order that no prefetcher knows.
                let cell = (i.wrapping_mul(0x9E37_79B9) >> 7) % cells.len();
                cells[cell].record(Micros(*value));
            }
        });
    });
    let mut dense = Sketch::new();
    for octave in 9..25 {
        for step in 0..16_u32 {
            let bound = f64::from(1_u32 << octave) * (f64::from(step) / 16.0 + 0.02).exp2();
            dense.record_many(Micros(bound as u32), 100 + step);
        }
    }
    let one = filled::<Sketch>(values);
    let mut bytes = [0; MAX_ENCODED];
    // Of the 1024 octets of counters of a sketch.
    group.throughput(Throughput::Bytes(1024));
    for (name, sketch) in [("lognormal", &one), ("all 256 buckets used", &dense)] {
        let length = sketch.encode(&mut bytes).unwrap();
        group.bench_function(format!("encode, {name}, {length} octets"), |b| {
            b.iter(|| black_box(sketch).encode(&mut bytes).unwrap());
        });
        let mut sum = Sketch::new();
        group.bench_function(format!("decode and merge, {name}"), |b| {
            b.iter(|| sum.merge_from_slice(black_box(&bytes[..length])).unwrap());
        });
    }
    group.throughput(Throughput::Elements(1));
    let mut sum = Sketch::new();
    group.bench_function("merge, both in the first-level cache", |b| {
        b.iter(|| black_box(&mut sum).merge(black_box(&one)));
    });
    let other = filled::<Sketch>(&values[..SHARD]);
    group.bench_function("interval of a difference of medians", |b| {
        let confidence = rum_stats::Confidence::P95;
        b.iter(|| {
            rum_stats::compare::median_difference(black_box(&one), black_box(&other), confidence)
        });
    });
    group.finish();
}

struct Row {
    name: &'static str,
    /// Nanoseconds, where it was timed: record, merge, four quantiles, encode.
    times: [Option<f64>; 4],
    memory: usize,
    allocations: u64,
    wire: [usize; 2],
    errors: [f64; 4],
    real_errors: [f64; 4],
}

fn row<C: Contender>(folder: &Path, data: &[Vec<u32>], real: Option<&[u32]>) -> Row {
    let values = &data[0];
    let elements = [SHARD, values.len() / SHARD, 1, 1];
    let mut times =
        ["record", "merge", "quantiles", "encode"].map(|name| median(folder, C::NAME, name));
    for (time, elements) in times.iter_mut().zip(elements) {
        *time = time.map(|time| time / elements as f64);
    }
    let (allocations, memory, mut full) = allocations::of(|| filled::<C>(values));
    Row {
        name: C::NAME,
        times,
        memory: memory + size_of::<C>(),
        allocations,
        wire: [filled::<C>(&values[..200]).wire(), full.wire()],
        errors: errors::<C>(data),
        real_errors: real.map_or([0.0; 4], |values| errors::<C>(&[values.to_vec()])),
    }
}

/// The largest relative errors of the quantiles.
fn errors<C: Contender>(data: &[Vec<u32>]) -> [f64; 4] {
    let mut errors = [0.0_f64; 4];
    for values in data {
        let mut sketch = filled::<C>(values);
        let mut sorted = values.clone();
        sorted.sort_unstable();
        for ((error, answer), q) in errors.iter_mut().zip(sketch.quantiles()).zip(QUANTILES) {
            let exact = f64::from(sorted[(q * (sorted.len() - 1) as f64) as usize]);
            *error = error.max((answer / exact - 1.0).abs());
        }
    }
    errors
}

fn table(rows: &[Row], has_real: bool) {
    println!(
        "{:<32}{:>8}{:>8}{:>9}{:>8}{:>9}{:>9}{:>9}{:>9}  error % p50 / p90 / p99 / p99.9",
        "", "record", "merge", "4 quant.", "encode", "memory", "allocs", "wire 200", "wire 1M"
    );
    for row in rows {
        let [record, merge, quantiles, encode] = row.times.map(|time| match time {
            Some(time) if time < 10.0 => format!("{time:.1}"),
            Some(time) => format!("{time:.0}"),
            None => "-".to_owned(),
        });
        let per_cent =
            |errors: [f64; 4]| errors.map(|error| format!("{:.2}", error * 100.0)).join(" / ");
        println!(
            "{:<32}{record:>8}{merge:>8}{quantiles:>9}{encode:>8}{:>9}{:>9}{:>9}{:>9}  {}",
            row.name,
            row.memory,
            row.allocations,
            row.wire[0],
            row.wire[1],
            per_cent(row.errors)
        );
        if has_real {
            println!("{:>101}  {}", "PlanetLab:", per_cent(row.real_errors));
        }
    }
    println!("times in nanoseconds, memory and wire in octets; allocations of {SAMPLES} records");
}

/// Criterion's median of a benchmark in nanoseconds, from what it has written.
fn median(folder: &Path, group: &str, name: &str) -> Option<f64> {
    let group: String =
        group.chars().map(|c| if "?\"/\\*<>:|^".contains(c) { '_' } else { c }).collect();
    let path: PathBuf =
        [folder, group.as_ref(), name.as_ref(), "new/estimates.json".as_ref()].iter().collect();
    let text = std::fs::read_to_string(path).ok()?;
    let (_, median) = text.split_once("\"median\"")?;
    let (_, estimate) = median.split_once("\"point_estimate\":")?;
    estimate.split([',', '}']).next()?.parse().ok()
}

fn filled<C: Contender>(values: &[u32]) -> C {
    let mut sketch = C::new();
    values.iter().for_each(|value| sketch.record(*value));
    sketch
}

/// All round trips of PlanetLab (490 hosts) in microseconds.
fn planetlab() -> Option<Vec<u32>> {
    let folder = std::env::var_os("UNDERHOOD_DATA")?;
    let file = std::fs::File::open(Path::new(&folder).join("planetlab-490x490-ms.txt.xz")).ok()?;
    let mut text = String::new();
    let mut reader = lzma_rust2::XzReader::new(file, false);
    std::io::Read::read_to_string(&mut reader, &mut text).ok()?;
    let milliseconds = text.split_whitespace().filter_map(|word| word.parse::<f64>().ok());
    Some(milliseconds.filter(|ms| *ms > 0.0).map(|ms| (ms * 1000.0) as u32).collect())
}

fn round_trips(seed: u64) -> Vec<u32> {
    let mut state = seed.wrapping_mul(0x2545_F491_4F6C_DD1D) + 1;
    let mut unit = move || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (((z ^ (z >> 31)) >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    };
    (0..SAMPLES)
        .map(|_| {
            let normal = (-2.0 * unit().ln()).sqrt() * (core::f64::consts::TAU * unit()).cos();
            (40_000.0 * (0.8 * normal).exp()) as u32
        })
        .collect()
}
