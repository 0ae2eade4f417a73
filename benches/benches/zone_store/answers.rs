//! Answers: hot, of names drawn from many, and beside hickory's in-memory authority.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use zone_store::{Client, Image, Overrides, Policy, Store};

use crate::floor::Chase;
use crate::hickory;
use crate::zones::{host, in_huge_pages, query, zone};

const NAMES: u32 = 1_000_000;
const MORE_NAMES: u32 = 10_000_000;

pub(crate) fn ask(store: Store<'_>, query: &[u8], random: u64, out: &mut [u8]) -> usize {
    let answered =
        store.answer(query, &Client::default(), &Policy::default(), &Overrides::NONE, random, out);
    answered.map_or(0, |answered| answered.len)
}

pub(crate) fn answers(c: &mut Criterion) {
    let image = zone(NAMES);
    let store = image.store();
    let one = query(&format!("{}.example.", host(77)), None);
    let none = query("nowhere.example.", None);
    // As many labels as fit above this apex.
    let deep = query(&("a.".repeat(123) + "example."), None);
    let mut out = [0u8; 1232];
    let mut group = c.benchmark_group("answer");
    group.throughput(Throughput::Elements(1));
    for (what, query) in
        [("one A, hot", &one), ("NXDOMAIN, hot", &none), ("NXDOMAIN, 124 labels", &deep)]
    {
        group.bench_function(what, |b| b.iter(|| ask(store, black_box(query), 1, &mut out)));
    }
    group.finish();
    random_names(c, &image, NAMES, "1 M");
    if std::env::var_os("UNDERHOOD_LARGE").is_some() {
        random_names(c, &zone(MORE_NAMES), MORE_NAMES, "10 M");
    }
    peer(c, &one, &none);
}

/// Names drawn from all of a zone: mostly, nothing that the answer needs is in a cache. Once with the image in
/// pages of 4 KiB, once in huge ones, each beside the time of two misses that wait for each other, among as many
/// octets: a line of the index and one of the name cannot be had for less, one query at a time.
fn random_names(c: &mut Criterion, image: &Image<Vec<u8>>, names: u32, size: &str) {
    let queries = questions(names);
    let mut out = [0u8; 1232];
    let mut group = c.benchmark_group(format!("answer, names of {size}"));
    group.throughput(Throughput::Elements(1));
    let huge = in_huge_pages(image.as_bytes());
    let huge = Image::open(huge).unwrap();
    for (pages, store) in [("4 KiB", image.store()), ("huge", huge.store())] {
        let mut at = 0;
        group.bench_function(format!("pages {pages}, one by one"), |b| {
            b.iter(|| {
                at = (at + 1) % queries.len();
                ask(store, black_box(&queries[at]), 1, &mut out)
            });
        });
    }
    drop(huge);
    for is_huge in [false, true] {
        let pages = if is_huge { "huge" } else { "4 KiB" };
        let mut chase = Chase::new(image.as_bytes().len(), is_huge);
        group.bench_function(format!("pages {pages}, two misses"), |b| {
            b.iter(|| {
                chase.step();
                chase.step()
            });
        });
    }
    group.finish();
}

fn questions(names: u32) -> Vec<Vec<u8>> {
    let drawn = (0..1u32 << 18).map(|i| i.wrapping_mul(0x85eb_ca6b) % names);
    drawn.map(|i| query(&format!("{}.example.", host(i)), None)).collect()
}

/// hickory's authority with the same zone, and the same questions.
fn peer(c: &mut Criterion, one: &[u8], none: &[u8]) {
    let catalog = hickory::catalog(NAMES);
    let reply = hickory::Reply::default();
    // It answers: 192-odd octets would be an error with a question, no less.
    assert_eq!(reply_counts(&catalog, one, &reply), (0, 1), "one A");
    assert_eq!(reply_counts(&catalog, none, &reply), (3, 0), "NXDOMAIN");
    let mut group = c.benchmark_group("answer, hickory");
    group.throughput(Throughput::Elements(1));
    for (what, query) in [("one A, hot", one), ("NXDOMAIN, hot", none)] {
        group.bench_function(what, |b| b.iter(|| hickory::ask(&catalog, black_box(query), &reply)));
    }
    let queries = questions(NAMES);
    let mut at = 0;
    group.bench_function("names of 1 M", |b| {
        b.iter(|| {
            at = (at + 1) % queries.len();
            hickory::ask(&catalog, black_box(&queries[at]), &reply)
        });
    });
    group.finish();
}

/// The RCODE of its reply, and how many answers it has.
fn reply_counts(
    catalog: &hickory_server::zone_handler::Catalog,
    query: &[u8],
    reply: &hickory::Reply,
) -> (u8, u8) {
    hickory::ask(catalog, query, reply);
    let octets = reply.0.lock().unwrap();
    (octets[3] & 15, octets[7])
}
