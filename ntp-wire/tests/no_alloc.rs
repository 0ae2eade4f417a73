//! No hot function allocates. Each row of the list below runs under a counting allocator.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;

use ntp_wire::client::select::{Candidate, Edge, cluster, combine, select};
use ntp_wire::client::{Bound, ClockFilter, Discipline, Exchange, Regression, Sample, request};
use ntp_wire::cmdmon::{Answer, Command};
use ntp_wire::control::{Opcode, Request, variables};
use ntp_wire::interleave::{Reply, Ring};
use ntp_wire::leap_table::LeapTable;
use ntp_wire::limiter::{Client, Limiter, Rules, Set};
use ntp_wire::server::{Arrival, Policy, ServerState, kiss, respond};
use ntp_wire::smear::{Kind, LeapSecond, Smear};
use ntp_wire::{
    Frequency, Kiss, Leap, Log2Seconds, Packet, ReferenceId, Short, Span, Stratum, Timestamp,
};

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
            "interleave",
            Box::new(|| {
                let mut replies = [Reply::default(); 16];
                let mut ring = Ring::new(&mut replies);
                let mut out = [0; 48];
                for _ in 0..40 {
                    let replied = ring.respond(&asked, arrival, || now, &state, &policy, &mut out);
                    ring.sent(replied.unwrap().receive, now);
                }
            }),
        ),
        (
            "filter, regression, select, cluster, combine, bound, discipline",
            Box::new(|| decide(now)),
        ),
        (
            "leap table",
            Box::new(|| {
                let table = LeapTable::from_list(include_bytes!("data/leap-seconds.list")).unwrap();
                black_box((table.to_tai(1_700_000_000), table.next_leap(0), table.indicator(0, 1)));
            }),
        ),
        (
            "control",
            Box::new(|| {
                let request = Request {
                    opcode: Opcode::READ_STATUS,
                    sequence: 1,
                    association: 0,
                    data: b"a",
                };
                let mut out = [0; 64];
                request.write(&mut out).unwrap();
                black_box(variables(b"a=1,b=2").count());
                let mut out = [0; 240];
                Command::ServerStats.write(1, &mut out).unwrap();
                let _ = black_box(Answer::parse(&out, 1));
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
    #[cfg(feature = "nts")]
    rows.push(nts_row(arrival, &state, &policy));
    #[cfg(feature = "mac")]
    rows.push((
        "mac",
        Box::new(|| {
            use ntp_wire::mac::{self, Key, verify};
            let key = Key::AesCmac128(&[7; 16]);
            let mut packet = [0; 100];
            packet[..48].copy_from_slice(&asked);
            let length = key.seal(1, &mut packet, 48).unwrap();
            assert_eq!(verify(&packet[..length], |_| Some(key)), Ok(1));
            let asked = &packet[..length];
            let find = |_| Some(key);
            let mut out = [0; 100];
            mac::respond(asked, arrival, || now, &state, &policy, find, &mut out).unwrap();
        }),
    ));
    for (name, work) in &mut rows {
        assert_eq!(allocations(work), 0, "{name}");
    }
}

/// From samples to a correction.
fn decide(now: Timestamp) {
    let mut filter = ClockFilter::new();
    let mut regression = Regression::<64>::new();
    let mut latest = None;
    let mut time = now;
    for _ in 0..70 {
        time = time.plus(Span::from_seconds(16));
        let sample = Sample {
            time,
            offset: Span::from_nanos(5),
            delay: Span::from_nanos(1000),
            dispersion: Span::ZERO,
            leap: Leap::None,
            stratum: Stratum(1),
            root_delay: Short::ZERO,
            root_dispersion: Short::ZERO,
            reference_id: ReferenceId::GPS,
        };
        regression.push(&sample);
        latest = filter.push(sample, Span::from_nanos(1)).or(latest);
    }
    let latest = latest.unwrap();
    assert!(regression.estimate(time).is_some());
    let candidate = |id| Candidate {
        id,
        offset: latest.best.offset,
        distance: latest.root_distance(time),
        jitter: latest.jitter,
        stratum: Stratum(1),
        leap: Leap::None,
    };
    let mut candidates = [candidate(1), candidate(2), candidate(3)];
    let agreement = select(&mut candidates, &mut [Edge::default(); 9]).unwrap();
    let left = cluster(&mut candidates[..agreement.survivors], 1);
    let combined = combine(&candidates[..left]).unwrap();
    let mut bound = Bound::new(time, combined.offset, Span::SECOND, Frequency::PHI);
    bound.measure(time, combined.offset, Span::SECOND);
    black_box(Discipline::new().update(combined.offset, Span::from_seconds(16)));
}

#[cfg(feature = "nts")]
fn nts_row<'a>(arrival: Arrival, state: &'a ServerState, policy: &'a Policy) -> Row<'a> {
    use ntp_wire::nts::{Algorithm, Keyring, Keys, Session, respond};

    let work = move || {
        for algorithm in [Algorithm::SivCmac256, Algorithm::SivCmac512, Algorithm::GcmSiv128] {
            let length = algorithm.key_length();
            let keys = Keys::new(algorithm, &[5; 64][..length], &[6; 64][..length]).unwrap();
            let ring = Keyring::<4>::new(1, &[7; 32]);
            let mut session = Session::new(&keys).unwrap();
            let mut cookie = [0; 164];
            let cookie = &mut cookie[..Keyring::<4>::cookie_length(algorithm)];
            ring.seal(&keys, [9; 16], cookie).unwrap();
            assert!(session.keep(cookie));
            let (mut asked, mut out) = ([0; 2000], [0; 2000]);
            let octets = session.seal(&request(7), &[1; 32], [2; 16], &mut asked).unwrap();
            let asked = &mut asked[..octets];
            let random = |octets: &mut [u8]| octets.fill(3);
            let now = arrival.received;
            let replied =
                respond(asked, arrival, || now, state, policy, &ring, random, &mut out).unwrap();
            session.open(&mut out[..replied], &[1; 32]).unwrap();
            assert_eq!(session.cookies(), 8);
        }
    };
    ("nts", Box::new(work))
}
