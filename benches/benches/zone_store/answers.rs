//! Answers: hot, of names drawn from many, and beside hickory's in-memory authority.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use zone_store::{Batch, Client, Dropped, Image, Overrides, Policy, Question, Store};

use crate::floor::Chase;
use crate::hickory;
use crate::zones::{host, mapped, query, zone};

const NAMES: u32 = 1_000_000;
const MORE_NAMES: u32 = 10_000_000;
/// What a system call for many packets may give at a time.
const PACKETS: usize = 64;

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
/// pages of 4 KiB, once in huge ones; one query by one, and as a batch. Beside them the time of two misses that wait
/// for each other, among as many octets: a line of the index and one of the name cannot be had for less, one query
/// at a time.
fn random_names(c: &mut Criterion, image: &Image<Vec<u8>>, names: u32, size: &str) {
    let mut group = c.benchmark_group(format!("answer, names of {size}"));
    group.throughput(Throughput::Elements(1));
    let (mut packets, mut buffers) = (Packets::new(names), vec![[0u8; 1232]; PACKETS]);
    let mut batch = Batch::new();
    for (pages, huge) in [("4 KiB", false), ("huge", true)] {
        let image = Image::open(mapped(image.as_bytes(), huge)).unwrap();
        let store = image.store();
        group.bench_function(format!("pages of {pages}, one by one"), |b| {
            b.iter_custom(|count| {
                packets.time(count, |queries| {
                    for (query, out) in queries.iter().zip(&mut buffers) {
                        black_box(ask(store, query, 1, out));
                    }
                })
            });
        });
        group.bench_function(format!("pages of {pages}, batch"), |b| {
            b.iter_custom(|count| {
                packets.time(count, |queries| {
                    let questions = queries.iter().zip(&mut buffers).map(|(query, out)| Question {
                        query,
                        client: Client::default(),
                        random: 1,
                        out,
                        answered: Err(Dropped::TooShort),
                    });
                    let mut questions: Vec<Question<'_>> = questions.collect();
                    let policy = Policy::default();
                    store.answer_batch(&mut batch, &mut questions, &policy, &Overrides::NONE);
                    black_box(&questions);
                })
            });
        });
        let mut chase = Chase::new(image.as_bytes().len(), huge);
        group.bench_function(format!("pages of {pages}, two misses"), |b| {
            b.iter(|| {
                chase.step();
                chase.step()
            });
        });
    }
    group.finish();
}

/// Queries for names drawn anew, as many as a network gives at a time. They have just been written when they are
/// answered, as a packet has that was received.
struct Packets {
    queries: Vec<Vec<u8>>,
    names: u32,
    state: u64,
}

impl Packets {
    fn new(names: u32) -> Self {
        Self { queries: vec![Vec::new(); PACKETS], names, state: 1 }
    }

    fn draw(&mut self) {
        for to in &mut self.queries {
            self.state =
                self.state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            let drawn = ((self.state >> 32) * u64::from(self.names)) >> 32;
            *to = query(&format!("{}.example.", host(drawn as u32)), None);
        }
    }

    /// The time that so many of them take, without the drawing.
    fn time(&mut self, count: u64, mut answer: impl FnMut(&[Vec<u8>])) -> Duration {
        let (mut left, mut taken) = (count, Duration::ZERO);
        while left > 0 {
            self.draw();
            let now = self.queries.len().min(left as usize);
            let started = Instant::now();
            answer(&self.queries[..now]);
            taken += started.elapsed();
            left -= now as u64;
        }
        taken
    }
}

/// hickory's authority with the same zone, and the same questions.
fn peer(c: &mut Criterion, one: &[u8], none: &[u8]) {
    let catalog = hickory::catalog(NAMES);
    let reply = hickory::Reply::default();
    assert_eq!(reply_counts(&catalog, one, &reply), (0, 1), "one A");
    assert_eq!(reply_counts(&catalog, none, &reply), (3, 0), "NXDOMAIN");
    let mut group = c.benchmark_group("answer, hickory");
    group.throughput(Throughput::Elements(1));
    group.bench_function("one A, hot", |b| {
        b.iter(|| hickory::ask(&catalog, black_box(one), &reply));
    });
    let mut packets = Packets::new(NAMES);
    group.bench_function("names of 1 M", |b| {
        b.iter_custom(|count| {
            packets.time(count, |queries| {
                for query in queries {
                    black_box(hickory::ask(&catalog, query, &reply));
                }
            })
        });
    });
    // It looks at all names before it denies one.
    group.sample_size(10).bench_function("NXDOMAIN, hot", |b| {
        b.iter(|| hickory::ask(&catalog, black_box(none), &reply));
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
