//! `dns-wire` beside a raw loop and its peers: reading and writing messages.
//!
//! The raw loop and `dns-wire` do the same work: every octet of every field goes into one sum, and the sums
//! are compared. The peers parse the message, walk owner names and hand the typed data to `black_box`
//! without summing it, so they do less; read their columns as a floor of what they cost.

mod messages;
mod peers;
mod walks;

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;

fn parse(c: &mut Criterion) {
    let mut samples = messages::all();
    samples.push(messages::Sample { name: "longest-names", octets: messages::longest_names() });
    samples
        .push(messages::Sample { name: "chained-pointers", octets: messages::chained_pointers() });
    for sample in samples {
        let octets = sample.octets.as_slice();
        assert_eq!(walks::raw(octets), walks::dns_wire(octets), "{}", sample.name);
        let mut group = c.benchmark_group(format!("dns-wire/parse/{}", sample.name));
        group.bench_function("raw", |b| b.iter(|| walks::raw(black_box(octets))));
        group.bench_function("dns-wire", |b| b.iter(|| walks::dns_wire(black_box(octets))));
        // The two of 64 KiB are ours to survive; some peers refuse them, others take long.
        if !matches!(sample.name, "longest-names" | "chained-pointers") {
            group.bench_function("domain", |b| b.iter(|| peers::domain(black_box(octets))));
            group.bench_function("simple-dns", |b| b.iter(|| peers::simple_dns(black_box(octets))));
            group.bench_function("hickory-proto", |b| b.iter(|| peers::hickory(black_box(octets))));
        }
    }
}

fn build(c: &mut Criterion) {
    let mut buffer = [0u8; 4096];
    let writes = builds::Inputs::new();
    for (what, size, ours) in [
        ("query-ecs", 55, builds::query_with_subnet as builds::Build),
        ("one-a", 60, builds::one_address),
        ("referral", 840, builds::referral),
    ] {
        assert_eq!(ours(&writes, &mut buffer), Ok(size), "{what}");
        let mut group = c.benchmark_group(format!("dns-wire/build/{what}"));
        group.bench_function("dns-wire", |b| {
            b.iter(|| ours(black_box(&writes), black_box(&mut buffer)));
        });
    }
}

mod builds;

criterion_group!(benches, parse, build);
criterion_main!(benches);
