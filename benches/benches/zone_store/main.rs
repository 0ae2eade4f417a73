//! zone-store: answers, beside hickory's in-memory authority; longest-prefix match, beside prefix-trie and
//! ip_network_table; opening an image.
//!
//! `cargo bench -p benches --bench zone_store`. With `UNDERHOOD_DATA` set, the prefixes are those of its
//! `full-view-with-country.txt.xz`; otherwise they are made up, about as many. With `UNDERHOOD_LARGE` set, names
//! are drawn from ten million too: making those takes a minute and three gigabytes.

mod answers;
mod floor;
mod hickory;
mod maps;
mod zones;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use zone_store::Image;

fn opening(c: &mut Criterion) {
    let bytes = zones::zone(1_000_000).into_inner();
    let mut group = c.benchmark_group("open");
    group.sample_size(10).throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("1 M names", |b| {
        b.iter_batched(
            || &bytes,
            |bytes| Image::open(bytes).unwrap().digest(),
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

criterion_group!(benches, answers::answers, maps::maps, opening);
criterion_main!(benches);
