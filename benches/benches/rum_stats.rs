//! Latency sketches beside their peers: time, memory, octets on the wire and error in one table.
//!
//! One million log-normal round trips (median 40 ms, spread of the logarithm 0.8) are recorded one by one;
//! a shard has 15 625 of them. Errors are the largest over ten seeds against the lower order statistic of rank
//! `floor(q (n - 1))`. Times are the least of several runs, so that a neighbour on the machine hurts little.
//! With an argument `--quick` only one seed and fewer runs are made.

use rum_stats::sketch::MAX_ENCODED;
use rum_stats::{Micros, Sketch, SmallSketch};
use std::hint::black_box;
use std::time::{Duration, Instant};

const SAMPLES: usize = 1_000_000;
const SHARD: usize = SAMPLES / 64;
const QUANTILES: [f64; 4] = [0.5, 0.9, 0.99, 0.999];

/// What is asked of a sketch.
trait Contender {
    const NAME: &'static str;
    fn new() -> Self;
    fn record(&mut self, micros: u32);
    fn merge(&mut self, other: &Self);
    fn quantiles(&mut self) -> [f64; 4];
    /// Octets of the serialised form.
    fn wire(&mut self) -> usize;
}

struct Row {
    name: &'static str,
    record: f64,
    merge: f64,
    quantiles: f64,
    encode: f64,
    wire: [usize; 2],
    errors: [f64; 4],
}

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let seeds: u64 = if quick { 1 } else { 10 };
    let runs = if quick { 3 } else { 7 };
    let data: Vec<Vec<u32>> = (0..seeds).map(round_trips).collect();
    println!("{SAMPLES} samples, {seeds} seeds, least of {runs} runs\n");
    println!(
        "{:<32}{:>9}{:>9}{:>12}{:>10}{:>9}{:>9}   error % p50 / p90 / p99 / p99.9",
        "", "record", "merge", "4 quantiles", "encode", "wire 200", "wire 1M"
    );
    println!(
        "{:<32}{:>9}{:>9}{:>12}{:>10}{:>9}{:>9}",
        "", "ns", "ns", "ns", "ns", "octets", "octets"
    );
    for row in [
        contend::<Sketch>(&data, runs),
        contend::<SmallSketch>(&data, runs),
        contend::<Ddsketch>(&data, runs),
        contend::<Hdr>(&data, runs),
        contend::<Kll>(&data, runs),
        contend::<Req>(&data, runs),
        contend::<Digest>(&data, runs),
        contend::<OtherDigest>(&data, runs),
    ] {
        let errors: Vec<String> =
            row.errors.iter().map(|error| format!("{:.2}", error * 100.0)).collect();
        println!(
            "{:<32}{:>9.1}{:>9.0}{:>12.0}{:>10.0}{:>9}{:>9}   {}",
            row.name,
            row.record,
            row.merge,
            row.quantiles,
            row.encode,
            row.wire[0],
            row.wire[1],
            errors.join(" / ")
        );
    }
    own_paths(&data[0], runs);
}

fn contend<C: Contender>(data: &[Vec<u32>], runs: u32) -> Row {
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
    let values = &data[0];
    let record =
        least(runs, || drop(black_box(filled::<C>(black_box(values))))) / values.len() as f64;
    let shards: Vec<C> = values.chunks(SHARD).map(filled).collect();
    let merge = least(runs, || {
        let mut sum = C::new();
        shards.iter().for_each(|shard| sum.merge(shard));
        black_box(&sum);
    }) / shards.len() as f64;
    let mut full = filled::<C>(values);
    let quantiles = repeated(runs, || black_box(&mut full).quantiles());
    let encode = repeated(runs, || black_box(&mut full).wire());
    let wire = [filled::<C>(&values[..200]).wire(), full.wire()];
    Row { name: C::NAME, record, merge, quantiles, encode, wire, errors }
}

/// What only our own sketch has: cold cells, decoding, and the speed of both codecs on a full sketch.
fn own_paths(values: &[u32], runs: u32) {
    println!("\nour sketch alone");
    let mut cells = vec![Sketch::new(); 20_000];
    let cold = least(runs, || {
        for (i, value) in values.iter().enumerate() {
            // Cells in an order that no prefetcher knows.
            let cell = (i.wrapping_mul(0x9E37_79B9) >> 7) % cells.len();
            cells[cell].record(Micros(*value));
        }
    }) / values.len() as f64;
    println!("  record into 20 000 cells in turn (20 MiB)   {cold:>8.1} ns");
    let mut dense = Sketch::new();
    for octave in 9..25 {
        for step in 0..16_u32 {
            let bound = f64::from(1_u32 << octave) * (f64::from(step) / 16.0 + 0.02).exp2();
            dense.record_many(Micros(bound as u32), 100 + step);
        }
    }
    let mut bytes = [0; MAX_ENCODED];
    for (name, sketch) in
        [("lognormal", &filled::<Sketch>(values)), ("all 256 buckets used", &dense)]
    {
        let length = sketch.encode(&mut bytes).unwrap();
        let encode = repeated(runs, || black_box(sketch).encode(&mut bytes).unwrap());
        let decode = least(runs, || {
            let mut sum = Sketch::new();
            (0..100).for_each(|_| sum.merge_from_slice(black_box(&bytes[..length])).unwrap());
            black_box(&sum);
        }) / 100.0;
        // 1024 octets of counters a sketch.
        println!(
            "  {name}: {length} octets, encode {encode:.0} ns ({:.2} GB/s of counters), decode and merge {decode:.0} ns ({:.2} GB/s)",
            1024.0 / encode,
            1024.0 / decode
        );
    }
    let mut sum = Sketch::new();
    let one = filled::<Sketch>(values);
    let merge =
        least(runs, || (0..1000).for_each(|_| black_box(&mut sum).merge(black_box(&one)))) / 1000.0;
    println!("  merge, both in the first-level cache        {merge:>8.1} ns");
    let quantiles = least(runs, || {
        for _ in 0..1000 {
            let ranks = black_box(&one).ranks();
            black_box(QUANTILES.map(|q| ranks.quantile(q)));
        }
    }) / 1000.0;
    println!("  four quantiles                              {quantiles:>8.1} ns");
    let other = filled::<Sketch>(&values[..SHARD]);
    let compare = least(runs, || {
        for _ in 0..1000 {
            let _ = black_box(rum_stats::compare::median_difference(
                &one,
                &other,
                rum_stats::Confidence::P95,
            ));
        }
    }) / 1000.0;
    println!("  interval of a difference of medians         {compare:>8.1} ns");
}

fn filled<C: Contender>(values: &[u32]) -> C {
    let mut sketch = C::new();
    values.iter().for_each(|value| sketch.record(*value));
    sketch
}

/// Nanoseconds of the fastest run.
fn least(runs: u32, mut action: impl FnMut()) -> f64 {
    let mut best = Duration::MAX;
    for _ in 0..runs {
        let start = Instant::now();
        action();
        best = best.min(start.elapsed());
    }
    best.as_nanos() as f64
}

/// Nanoseconds of one of a hundred calls, in the fastest run.
fn repeated<R>(runs: u32, mut action: impl FnMut() -> R) -> f64 {
    let hundred = || {
        for _ in 0..100 {
            black_box(action());
        }
    };
    least(runs, hundred) / 100.0
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

impl Contender for Sketch {
    const NAME: &'static str = "rum-stats Sketch, 1 KiB";
    fn new() -> Self {
        Sketch::new()
    }
    fn record(&mut self, micros: u32) {
        Sketch::record(self, Micros(micros));
    }
    fn merge(&mut self, other: &Self) {
        Sketch::merge(self, other);
    }
    fn quantiles(&mut self) -> [f64; 4] {
        let ranks = self.ranks();
        QUANTILES.map(|q| f64::from(ranks.quantile(q).unwrap().0))
    }
    fn wire(&mut self) -> usize {
        self.encode(&mut [0; MAX_ENCODED]).unwrap()
    }
}

impl Contender for SmallSketch {
    const NAME: &'static str = "rum-stats SmallSketch, 512 B";
    fn new() -> Self {
        SmallSketch::new()
    }
    fn record(&mut self, micros: u32) {
        SmallSketch::record(self, Micros(micros));
    }
    fn merge(&mut self, other: &Self) {
        SmallSketch::merge(self, other);
    }
    fn quantiles(&mut self) -> [f64; 4] {
        let ranks = self.ranks();
        QUANTILES.map(|q| f64::from(ranks.quantile(q).unwrap().0))
    }
    fn wire(&mut self) -> usize {
        self.encode(&mut [0; MAX_ENCODED]).unwrap()
    }
}

struct Ddsketch(sketches_ddsketch::DDSketch);

impl Contender for Ddsketch {
    const NAME: &'static str = "sketches-ddsketch, 1 %";
    fn new() -> Self {
        Self(sketches_ddsketch::DDSketch::new(sketches_ddsketch::Config::new(0.01, 2048, 1.0)))
    }
    fn record(&mut self, micros: u32) {
        self.0.add(f64::from(micros));
    }
    fn merge(&mut self, other: &Self) {
        self.0.merge(&other.0).unwrap();
    }
    fn quantiles(&mut self) -> [f64; 4] {
        QUANTILES.map(|q| self.0.quantile(q).unwrap().unwrap())
    }
    fn wire(&mut self) -> usize {
        self.0.to_java_bytes().len()
    }
}

struct Hdr(hdrhistogram::Histogram<u32>);

impl Contender for Hdr {
    const NAME: &'static str = "hdrhistogram, 2 digits, u32";
    fn new() -> Self {
        Self(hdrhistogram::Histogram::new_with_bounds(1, 60_000_000, 2).unwrap())
    }
    fn record(&mut self, micros: u32) {
        self.0.record(u64::from(micros)).unwrap();
    }
    fn merge(&mut self, other: &Self) {
        self.0.add(&other.0).unwrap();
    }
    fn quantiles(&mut self) -> [f64; 4] {
        QUANTILES.map(|q| self.0.value_at_quantile(q) as f64)
    }
    fn wire(&mut self) -> usize {
        use hdrhistogram::serialization::Serializer;
        let mut out = Vec::new();
        hdrhistogram::serialization::V2Serializer::new().serialize(&self.0, &mut out).unwrap()
    }
}

struct Kll(datasketches::kll::KllSketch<datasketches::kll::KllFloat<f32>>);

impl Contender for Kll {
    const NAME: &'static str = "datasketches KLL, k = 200";
    fn new() -> Self {
        Self(datasketches::kll::KllSketch::new(200).unwrap())
    }
    fn record(&mut self, micros: u32) {
        self.0.update(datasketches::kll::KllFloat::<f32>::new(micros as f32).unwrap());
    }
    fn merge(&mut self, other: &Self) {
        self.0.merge(&other.0).unwrap();
    }
    fn quantiles(&mut self) -> [f64; 4] {
        let inclusive = datasketches::common::SearchCriteria::Inclusive;
        QUANTILES.map(|q| f64::from(self.0.quantile(q, inclusive).unwrap().unwrap().into_inner()))
    }
    fn wire(&mut self) -> usize {
        self.0.serialize().len()
    }
}

struct Req(datasketches::req::ReqSketch<datasketches::req::ReqFloat<f32>>);

impl Contender for Req {
    const NAME: &'static str = "datasketches REQ, k = 12, high";
    fn new() -> Self {
        Self(
            datasketches::req::ReqSketch::new(12, datasketches::req::RankAccuracy::HighRank)
                .unwrap(),
        )
    }
    fn record(&mut self, micros: u32) {
        self.0.update(datasketches::req::ReqFloat::<f32>::new(micros as f32).unwrap());
    }
    fn merge(&mut self, other: &Self) {
        self.0.merge(&other.0).unwrap();
    }
    fn quantiles(&mut self) -> [f64; 4] {
        let inclusive = datasketches::common::SearchCriteria::Inclusive;
        QUANTILES.map(|q| f64::from(self.0.quantile(q, inclusive).unwrap().unwrap().into_inner()))
    }
    fn wire(&mut self) -> usize {
        self.0.serialize().len()
    }
}

struct Digest(datasketches::tdigest::TDigestMut);

impl Contender for Digest {
    const NAME: &'static str = "datasketches t-digest, k = 100";
    fn new() -> Self {
        Self(datasketches::tdigest::TDigestMut::new(100).unwrap())
    }
    fn record(&mut self, micros: u32) {
        self.0.update(f64::from(micros));
    }
    fn merge(&mut self, other: &Self) {
        self.0.merge(&other.0);
    }
    fn quantiles(&mut self) -> [f64; 4] {
        QUANTILES.map(|q| self.0.quantile(q).unwrap().unwrap())
    }
    fn wire(&mut self) -> usize {
        self.0.serialize().len()
    }
}

struct OtherDigest(tdigest::TDigest);

impl Contender for OtherDigest {
    const NAME: &'static str = "tdigest, size 100 (no wire form)";
    fn new() -> Self {
        Self(tdigest::TDigest::new_with_size(100))
    }
    fn record(&mut self, micros: u32) {
        self.0.push(f64::from(micros));
    }
    fn merge(&mut self, other: &Self) {
        let mut other = other.0.clone();
        other.flush();
        self.0.flush();
        self.0 = tdigest::TDigest::merge_digests(vec![std::mem::take(&mut self.0), other]);
    }
    fn quantiles(&mut self) -> [f64; 4] {
        self.0.flush();
        QUANTILES.map(|q| self.0.estimate_quantile(q).unwrap())
    }
    fn wire(&mut self) -> usize {
        0
    }
}
