//! No hot function allocates. Each row of the list below runs under a counting allocator.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;

use ntp_wire::client::{Exchange, request};
use ntp_wire::limiter::{Client, Limiter, Rules, Set};
use ntp_wire::server::{Arrival, Policy, ServerState, kiss, respond};
use ntp_wire::smear::{Kind, LeapSecond, Smear};
use ntp_wire::{Kiss, Log2Seconds, Packet, Timestamp};

/// What is counted, and the work.
type Row<'a> = (&'static str, Box<dyn FnMut() + 'a>);

struct Counting;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: every call goes to the system allocator unchanged; counting touches a `Cell` of this
// thread that needs no allocation and no destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(work: impl FnOnce()) -> u64 {
    let before = COUNT.with(Cell::get);
    work();
    COUNT.with(Cell::get) - before
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| drop(black_box(Box::new(7)))), 1);
}

#[test]
fn hot_functions_do_not_allocate() {
    let now = Timestamp::from_unix(1_700_000_000, 0);
    let asked = request(7).to_bytes();
    let state = ServerState::unsynchronised();
    let policy = Policy::default();
    let arrival = Arrival { received: now, noise: 1 };
    let mut out = [0; 48];
    let mut sets = [Set::EMPTY; 4];
    let mut limiter = Limiter::new(&mut sets, Rules::default(), [1, 2]).unwrap();
    let leap = LeapSecond { midnight: now, kind: Kind::Insert };
    let mut exchange = Exchange::new(7, now, Log2Seconds(-20));

    let mut rows: Vec<Row<'_>> = vec![
        (
            "Packet::parse",
            Box::new(|| {
                let _ = black_box(Packet::parse(black_box(&asked)));
            }),
        ),
        ("limiter", {
            Box::new(|| {
                for number in 0..100 {
                    let client = Client { high: number % 30, low: 0 };
                    black_box(limiter.check(client, now));
                }
            })
        }),
        (
            "smear",
            Box::new(|| {
                for smear in [
                    Smear::noon_to_noon(leap),
                    Smear::spline_after(leap),
                    Smear::cosine_before(leap, 86_400),
                ] {
                    black_box((smear.smeared(now), smear.unsmeared(now), smear.rate(now)));
                }
            }),
        ),
        (
            "respond, kiss, accept",
            Box::new(|| {
                respond(&asked, arrival, || now, &state, &policy, &mut out).unwrap();
                let _ = black_box(exchange.accept(&out, now));
                kiss(&asked, Kiss::RATE, arrival, &policy, &mut out).unwrap();
                let _ = black_box(exchange.accept(&out, now));
            }),
        ),
    ];
    for (name, work) in &mut rows {
        assert_eq!(allocations(work), 0, "{name}");
    }
}
