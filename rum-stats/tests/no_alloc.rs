//! Hot functions allocate nothing: each row runs one under an allocator that counts.

use rum_stats::{
    Confidence, Interval, Micros, Sketch, SmallSketch, WeightedSketch, bootstrap, compare,
    discovery, rank_test::RankTest, sketch::MAX_ENCODED, time::Ring, tls,
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
}
