//! Hot functions allocate nothing: each row runs one under an allocator that counts.

use rum_stats::exchange::ddsketch::{self, Numbering, flagged};
use rum_stats::exchange::{otel, prometheus};
use rum_stats::rank_test::RankTest;
use rum_stats::sketch::{Cell as ThinCell, MAX_ENCODED, Slab};
use rum_stats::stability::{Placement, Rules};
use rum_stats::time::Ring;
use rum_stats::tls::{Observed, Phases};
use rum_stats::trust::{self, nonce::Nonce, once::Once};
use rum_stats::{
    Confidence, Interval, Micros, Prefix, Sketch, SmallSketch, WeightedSketch, availability,
    bootstrap, compare, discovery, exploration, pool, tls,
};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: every call goes to the system allocator unchanged; the counter has no destructor and allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the contract of `alloc`, which is that of `System`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from `System` through `alloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(action: impl FnOnce()) -> u64 {
    let before = ALLOCATIONS.with(Cell::get);
    action();
    ALLOCATIONS.with(Cell::get) - before
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| drop(black_box(Box::new(1_u8)))), 1);
    assert_eq!(allocations(|| {}), 0);
}

fn sketch(start: u32) -> Sketch {
    let mut sketch = Sketch::new();
    sketch.extend((0..1000).map(|i| Micros(start + i * 40)));
    sketch
}

macro_rules! rows {
    ($($name:ident: $action:expr;)*) => {$(
        #[test]
        fn $name() {
            let (mut a, mut b) = (sketch(10_000), sketch(15_000));
            let mut bytes = [0; MAX_ENCODED];
            let length = b.encode(&mut bytes).unwrap();
            #[allow(clippy::redundant_closure_call, reason = "rows are closures")]
            let count = allocations(|| $action(&mut a, &mut b, &bytes[..length]));
            assert_eq!(count, 0);
        }
    )*};
}

rows! {
    record: |a: &mut Sketch, _: &mut Sketch, _: &[u8]| a.record(black_box(Micros(777)));
    merge: |a: &mut Sketch, b: &mut Sketch, _: &[u8]| a.merge(b);
    merge_small: |a: &mut Sketch, _: &mut Sketch, _: &[u8]| a.merge(&SmallSketch::new());
    subtract: |a: &mut Sketch, b: &mut Sketch, _: &[u8]| a.subtract(b);
    scale: |a: &mut Sketch, _: &mut Sketch, _: &[u8]| a.scale(0.5);
    quantiles: |a: &mut Sketch, _: &mut Sketch, _: &[u8]| {
        let ranks = a.ranks();
        black_box((ranks.quantile(0.5), ranks.quantile(0.99), a.share_below(Micros(9000)), a.trimmed_mean(0.1)));
    };
    encode: |a: &mut Sketch, _: &mut Sketch, _: &[u8]| {
        black_box(a.encode(&mut [0; MAX_ENCODED]).unwrap());
    };
    merge_from_slice: |a: &mut Sketch, _: &mut Sketch, bytes: &[u8]| a.merge_from_slice(bytes).unwrap();
    difference_of_medians: |a: &mut Sketch, b: &mut Sketch, _: &[u8]| {
        black_box::<Interval>(compare::median_difference(a, b, Confidence::P95).unwrap());
    };
    rank_test: |a: &mut Sketch, b: &mut Sketch, _: &[u8]| {
        black_box(RankTest::of(a, b).unwrap());
    };
    bootstrapped: |a: &mut Sketch, b: &mut Sketch, _: &[u8]| {
        let mean = |a: &WeightedSketch, b: &WeightedSketch| Some(a.mean()? - b.mean()?);
        black_box(bootstrap::interval(a, b, mean, Confidence::P95, 1, &mut [0.0; 20]).unwrap());
    };
    ring: |_: &mut Sketch, _: &mut Sketch, _: &[u8]| {
        let mut ring = Ring::<u16, 8>::new(900);
        ring.record(5000, Micros(30_000));
        black_box(ring.faded(6000, 3600.0));
    };
    cut_off: |_: &mut Sketch, _: &mut Sketch, _: &[u8]| {
        black_box(discovery::cut_off(&mut [0.01, 0.3, 0.001], 0.05));
    };
    handshake: |_: &mut Sketch, _: &mut Sketch, _: &[u8]| {
        black_box(tls::saving(tls::Handshake::Tls13, 150.0, 30.0, 120.0));
    };
    thin_cell: |_: &mut Sketch, _: &mut Sketch, _: &[u8]| {
        let mut sketches = [SmallSketch::new()];
        let mut slab = Slab::new(&mut sketches);
        let mut cell = ThinCell::new();
        (0..60).for_each(|i| cell.record(Micros(5000 + i), &mut slab).unwrap());
        cell.clear(&mut slab);
    };
    exchanged: |a: &mut Sketch, _: &mut Sketch, _: &[u8]| {
        let mut out = [0; 2500];
        let length = otel::encode(a, 0, 0, &mut out).unwrap();
        black_box(otel::decode(&out[..length]).unwrap());
        let length = prometheus::encode(a, &mut out).unwrap();
        black_box(prometheus::decode(&out[..length]).unwrap());
        let length = ddsketch::encode(a, Numbering::FromLowerBound, &mut out).unwrap();
        black_box(ddsketch::decode(&out[..length], Numbering::FromLowerBound).unwrap());
        let length = flagged::encode(a, &mut out).unwrap();
        black_box(flagged::decode(&out[..length]).unwrap());
    };
    believed: |a: &mut Sketch, _: &mut Sketch, _: &[u8]| {
        let key = trust::Key([1; 16]);
        let clients = Prefix::new([192, 0, 2, 0].into(), 24).unwrap();
        let octets = Nonce { expires: 9, unique: 7 }.sign(&key, &clients);
        black_box(Nonce::verify(&octets, &key, &clients, 5).unwrap());
        let mut words = [0; 64];
        black_box(Once::new(&mut words, key).is_first(1, 2, 3));
        black_box(trust::median_despite(a, 0.1, Confidence::P95).unwrap());
    };
    placed: |_: &mut Sketch, _: &mut Sketch, _: &[u8]| {
        let rules = Rules::for_ttl(300);
        let gain = Interval { estimate: 9.0, low: 8.0, high: 10.0 };
        black_box(Placement::new(1, 0).propose(&rules, 2, &gain, 900));
    };
    judged: |_: &mut Sketch, _: &mut Sketch, _: &[u8]| {
        let report = availability::Report { successes: 90, trials: 100, capacity: 1.0 };
        black_box(availability::Rules::default().judge(&[report; 4], &mut [false; 4]));
        let arm = exploration::Arm { mean: 10.0, deviation: 2.0 };
        exploration::allocate(100, &[arm; 4], &exploration::Rules::default(), &mut [0; 4]);
        let effect = pool::Effect { value: 1.0, variance: 1.0 };
        black_box(pool::Group::of([effect; 4].into_iter()).unwrap().shrink(Some(effect)));
    };
    visited: |a: &mut Sketch, _: &mut Sketch, _: &[u8]| {
        let phases = Phases { connect_start: 1, secure_connection_start: 30_000, connect_end: 60_000, request_start: 60_000, response_start: 95_000 };
        let mut seen = Observed::new();
        (0..9).for_each(|_| seen.record(&phases.visit().unwrap()));
        black_box(seen.saving(a, Micros(1000), 0.3, Confidence::P95).unwrap());
    };
}
