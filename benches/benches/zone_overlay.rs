//! zone-store: from the octets of a delta to an overlay that answers, and what answers then cost.
//!
//! `cargo bench -p benches --bench zone_overlay`. With `UNDERHOOD_LARGE` set, the image has ten million names
//! instead of one: making it and what it becomes takes minutes and seven gigabytes.
//!
//! What is read of the image is not in the cache when a delta comes in: it is pushed out before each run.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use zone_store::text::master;
use zone_store::{Answered, Client, Compiler, Delta, Dropped, Image, Overlay, Overrides, Policy};

type Loaded = Image<Vec<u8>>;

/// A zone of so many names, an A record each, after `edits` of them: of ten, eight have another address, one is
/// gone, and one is new.
fn zone(names: u32, edits: u32, serial: u32) -> Loaded {
    let mut text = format!(
        "$ORIGIN example.\n$TTL 3600\n@ SOA ns h {serial} 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n"
    );
    for i in 0..names {
        let [_, a, b, c] = i.to_be_bytes();
        // Spread evenly over the names that there are.
        let edit = u64::from(i) * u64::from(edits) / u64::from(names);
        let is_edited = (u64::from(i) + 1) * u64::from(edits) / u64::from(names) > edit;
        let name = host(i);
        let first = if is_edited && edit % 10 > 1 { 11 } else { 10 };
        if !is_edited || edit % 10 > 0 {
            text.push_str(&format!("{name} A {first}.{a}.{b}.{c}\n"));
        }
        if is_edited && edit % 10 == 1 {
            text.push_str(&format!("new-{name} A 10.{a}.{b}.{c}\n"));
        }
    }
    let mut compiler = Compiler::default();
    master::parse(text.as_bytes(), master::Options::new(0), &mut compiler);
    drop(text);
    Image::open(compiler.finish().unwrap().image).unwrap()
}

/// A label that does not sort as its number does.
fn host(i: u32) -> String {
    format!("h{:x}", i.wrapping_mul(0x9e37_79b1))
}

/// The octets of what leads from one image to another.
fn delta(from: &Loaded, to: &Loaded) -> Vec<u8> {
    Delta::between(from, to).unwrap().to_bytes()
}

/// A query with EDNS.
fn query(name: &str) -> Vec<u8> {
    let mut out = vec![0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1];
    for label in name.split_terminator('.') {
        out.push(label.len() as u8);
        out.extend_from_slice(label.as_bytes());
    }
    out.extend_from_slice(&[0, 0, 1, 0, 1, 0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0]);
    out
}

fn overlays(c: &mut Criterion) {
    let names = if std::env::var_os("UNDERHOOD_LARGE").is_some() { 10_000_000 } else { 1_000_000 };
    let what = format!("{} M", names / 1_000_000);
    let image = zone(names, 0, 1);
    let edited: Vec<(u32, Vec<u8>)> =
        [1_000, 10_000, 100_000].map(|edits| (edits, delta(&image, &zone(names, edits, 2)))).into();
    making(c, &image, &edited, &what);
    composing(c, &image, &edited[0].1, names);
    answering(c, &image, &edited, names);
}

fn making(c: &mut Criterion, image: &Loaded, deltas: &[(u32, Vec<u8>)], what: &str) {
    // More than the last cache holds.
    let mut other = vec![1u8; 256 << 20];
    let mut group = c.benchmark_group(format!("overlay of {what} names"));
    group.sample_size(20);
    for (edits, octets) in deltas {
        let delta = Delta::read(octets).unwrap();
        let overlay = Overlay::new(image, &delta).unwrap();
        let changes: usize = delta.zones().iter().map(|zone| zone.records().count()).sum();
        eprintln!(
            "{edits} edits: {} octets of delta, {changes} records in it; overlay of {} octets, {} an edit",
            octets.len(),
            overlay.octets(),
            overlay.octets() / *edits as usize
        );
        group.throughput(Throughput::Elements(u64::from(*edits)));
        group.bench_function(format!("{edits} edits, read and made"), |b| {
            b.iter_batched(
                || other.iter_mut().step_by(64).for_each(|octet| *octet = octet.wrapping_add(1)),
                |()| {
                    let delta = Delta::read(black_box(octets)).unwrap();
                    Overlay::new(image, &delta).unwrap()
                },
                BatchSize::PerIteration,
            );
        });
    }
}

fn composing(c: &mut Criterion, image: &Loaded, first: &[u8], names: u32) {
    let first = Delta::read(first).unwrap();
    let middle = first.apply(image).unwrap();
    let next = delta(&middle, &zone(names, 2_000, 3));
    let next = Delta::read(&next).unwrap();
    c.bench_function("overlay/1000 edits, then 2000", |b| {
        b.iter(|| first.then(black_box(&next), image).unwrap());
    });
}

fn answering(c: &mut Criterion, image: &Loaded, deltas: &[(u32, Vec<u8>)], names: u32) {
    let random: Vec<Vec<u8>> = (0..1u32 << 18)
        .map(|i| query(&format!("{}.example.", host(i.wrapping_mul(0x85eb_ca6b) % names))))
        .collect();
    let store = image.store();
    let (client, policy) = (Client::default(), Policy::default());
    rows(c, "no overlay", names, None, &random, |query, out| {
        store.answer(query, &client, &policy, &Overrides::NONE, 1, out)
    });
    for (edits, octets) in deltas {
        let overlay = Overlay::new(image, &Delta::read(octets).unwrap()).unwrap();
        let under = image.overlaid(&overlay).unwrap();
        rows(c, &format!("{edits} edits"), names, Some(*edits), &random, |query, out| {
            under.answer(query, &client, &policy, &Overrides::NONE, 1, out)
        });
    }
}

fn rows(
    c: &mut Criterion,
    what: &str,
    names: u32,
    edits: Option<u32>,
    random: &[Vec<u8>],
    ask: impl Fn(&[u8], &mut [u8]) -> Result<Answered, Dropped>,
) {
    let mut out = [0u8; 1232];
    let mut group = c.benchmark_group(format!("answer, {what}"));
    group.throughput(Throughput::Elements(1));
    let mut hot = |name: &str, query: &[u8]| {
        group.bench_function(name, |b| b.iter(|| ask(black_box(query), &mut out)));
    };
    hot("as it was, hot", &query(&format!("{}.example.", host(77))));
    hot("NXDOMAIN, hot", &query("nowhere.example."));
    if let Some(edits) = edits {
        // The third edit is another address.
        hot("changed, hot", &query(&format!("{}.example.", host(names / edits * 3 - 1))));
    }
    let mut at = 0;
    group.bench_function("random names", |b| {
        b.iter(|| {
            at = (at + 1) & (random.len() - 1);
            ask(black_box(&random[at]), &mut out)
        });
    });
    group.finish();
}

criterion_group!(benches, overlays);
criterion_main!(benches);
