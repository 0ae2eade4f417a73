//! `dns-wire` beside a raw loop and its peers: reading and writing messages.
//!
//! All do the same work: every field of every question and record goes into one sum, and the sums are
//! compared; every built message is of the same octets. `dns_wire_instructions` counts the
//! instructions of the same functions.

mod builds;
mod hostile;
mod messages;
mod peer_builds;
mod peers;
mod walks;

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;

fn parse(c: &mut Criterion) {
    for sample in messages::all() {
        let octets = sample.octets.as_slice();
        let sum = walks::raw(octets);
        assert_eq!(walks::dns_wire(octets), sum, "{}", sample.name);
        let mut group = c.benchmark_group(format!("dns-wire/parse/{}", sample.name));
        group.bench_function("raw", |b| b.iter(|| walks::raw(black_box(octets))));
        assert_eq!(walks::dns_wire_any(octets), sum, "{}", sample.name);
        group.bench_function("dns-wire", |b| b.iter(|| walks::dns_wire(black_box(octets))));
        group.bench_function("dns-wire-any", |b| b.iter(|| walks::dns_wire_any(black_box(octets))));
        for (peer, walk, lacking) in peers::PEERS {
            assert_eq!(walk(octets) == sum, !lacking.contains(&sample.name), "{peer}");
            group.bench_function(peer, |b| b.iter(|| walk(black_box(octets))));
        }
    }
}

/// Messages of 64 KiB that are ours to survive; some peers refuse them, others take long.
fn survive(c: &mut Criterion) {
    let mut group = c.benchmark_group("dns-wire/survive");
    for sample in hostile::all() {
        let octets = sample.octets.as_slice();
        assert!(hostile::touch(octets).is_ok(), "{}", sample.name);
        group.bench_function(format!("read/{}", sample.name), |b| {
            b.iter(|| hostile::touch(black_box(octets)));
        });
        group.bench_function(format!("copy/{}", sample.name), |b| {
            b.iter(|| hostile::copy(black_box(octets)));
        });
    }
}

fn build(c: &mut Criterion) {
    let ours = builds::Inputs::new();
    let theirs = peer_builds::Inputs::new();
    for (what, wanted, ours_of, theirs_of) in [
        (
            "query-ecs",
            messages::query_with_subnet(),
            builds::query_with_subnet as builds::Build,
            &peer_builds::QUERY_WITH_SUBNET,
        ),
        ("one-a", messages::one_address(), builds::one_address, &peer_builds::ONE_ADDRESS),
        ("referral", messages::referral(), builds::referral, &peer_builds::REFERRAL),
    ] {
        let mut buffer = [0u8; 4096];
        let length = ours_of(&ours, &mut buffer).expect("room");
        assert_eq!(buffer[..length], wanted, "{what}");
        let mut group = c.benchmark_group(format!("dns-wire/build/{what}"));
        group.bench_function("dns-wire", |b| {
            b.iter(|| ours_of(black_box(&ours), black_box(&mut buffer)));
        });
        for (peer, build) in theirs_of {
            let mut scratch = peer_builds::Scratch::new();
            let length = build(&theirs, &mut scratch);
            assert_eq!(scratch.octets(length).len(), wanted.len(), "{peer}");
            assert_eq!(walks::raw(scratch.octets(length)), walks::raw(&wanted), "{peer}");
            group.bench_function(*peer, |b| {
                b.iter(|| build(black_box(&theirs), black_box(&mut scratch)));
            });
        }
    }
}

criterion_group!(benches, parse, survive, build);
criterion_main!(benches);
