//! The hot paths do not allocate: a counting allocator, and a row per function.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::net::IpAddr;

mod common;

use common::{Question, Source};
use zone_store::{
    AnyPolicy, Delta, Image, Location, Overlay, OverrideTable, Overrides, Policy, Store,
};

struct Counting;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: every call is handed to the system's allocator as it came; counting touches a thread-local cell
// that needs no allocation and has no destructor.
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

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the contract of `realloc`.
        unsafe { System.realloc(pointer, layout, size) }
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
    assert_eq!(allocations(|| drop(std::hint::black_box(Box::new(1)))), 1);
    assert_eq!(allocations(|| ()), 0);
}

const ZONE: &str = "$ORIGIN e.\n$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\n@ MX 1 ns\nns A 192.0.2.1\n*.w TXT wild\n\
    alias CNAME ns\nloop CNAME loop\nsub NS ns.sub\nns.sub A 192.0.2.3\nold DNAME w\n@ NSEC ns NS SOA NSEC\nns NSEC @ A NSEC\n";
const SIGNED: &str = "$ORIGIN n3.\n$TTL 60\n@ SOA ns.e. h 1 2 3 4 5\n@ NS ns.e.\n@ NSEC3PARAM 1 0 1 ab\n\
    0p9mhaveqvm6t7vbl5lop2u3t2rp3tom NSEC3 1 0 1 ab 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom SOA\n";
const LINES: &str = ".d:192.0.2.1:a\n+www.d:198.51.100.1:60::\n+www.d:198.51.100.2:60::fr:5\n+www.d:198.51.100.3:60::fr:0\n\
    8www.d:m\nM*.d:m\n";

fn sample() -> Image<Vec<u8>> {
    let map = Source::Map("m", "10.0.0.0/8 fr\n10.1.0.0/16 uk\n2001:db8::/32 fr\n");
    common::image(&[Source::Zone(ZONE), Source::Zone(SIGNED), Source::Data(LINES), map])
}

/// The same with changes of each kind.
fn other() -> Image<Vec<u8>> {
    let map = Source::Map("m", "10.0.0.0/8 fr\n10.1.0.0/16 de\n2001:db8::/48 fr\n");
    let zone =
        ZONE.replace("alias CNAME", "other CNAME").replace("*.w", "w").replace("1 2 3", "2 2 3");
    let signed = SIGNED.replace(" 1 ab", " 1 cd").replace("0p9m", "1p9m");
    let lines = LINES.replace("M*.d:m\n", "+x.d:198.51.100.9:60::de\n+x.d:198.51.100.8:60\n");
    common::image(&[Source::Zone(&zone), Source::Zone(&signed), Source::Data(&lines), map])
}

#[test]
fn open_does_not_allocate() {
    let bytes = sample().into_inner();
    let count = allocations(|| {
        let image = Image::open(&bytes[..]).unwrap();
        assert_eq!(image.store().location_count(), 3);
    });
    assert_eq!(count, 0);
}

#[test]
fn look_ups_do_not_allocate() {
    let image = sample();
    let store: Store<'_> = image.store();
    let map = store.maps().next().unwrap();
    let address: IpAddr = "10.1.2.3".parse().unwrap();
    let count = allocations(|| {
        assert_eq!(map.locate(address), store.find_location(b"uk"));
        assert_eq!(store.location_name(Location(1)), Some(&b"fr"[..]));
        assert_eq!(store.zones().map(|zone| zone.records().count()).sum::<usize>(), 22);
        assert_eq!(map.ranges().count(), 4);
    });
    assert_eq!(count, 0);
}

#[test]
fn answers_do_not_allocate() {
    let image = sample();
    let other = other();
    let overlay = Overlay::new(&image, &Delta::between(&image, &other).unwrap()).unwrap();
    let count = allocations(|| assert!(image.overlaid(&overlay).is_some()));
    assert_eq!(count, 0);
    let under = image.overlaid(&overlay).unwrap();
    let store = image.store();
    let mut table = OverrideTable::default();
    table.drain(store.find_location(b"fr").unwrap(), &[(Location::DEFAULT, 1)]).unwrap();
    let policies = [
        Policy::default(),
        Policy {
            any: AnyPolicy::All,
            max_weighted: 8,
            sticky: Some(1),
            minimal: true,
            ..Policy::default()
        },
    ];
    for words in [
        "ns.e. A",
        "e. MX do",
        "e. ANY do tcp",
        "x.w.e. TXT do",
        "x.w.e. A do",
        "nothing.e. A do",
        "alias.e. A edns",
        "loop.e. A edns",
        "www.sub.e. A do",
        "x.old.e. TXT do",
        "x.n3. A do",
        "www.d. A",
        "www.d. A ecs=10.0.0.0/24 nsid",
        "www.d. A ecs=2001:db8::/56",
        "x.d. A from=10.1.0.1",
        "elsewhere. A edns",
        "e. AXFR",
        "e. A version=3",
        "e. A opcode=4",
    ] {
        let question = Question::read(words);
        let query = question.to_wire();
        let mut out = [0u8; 4096];
        for policy in &policies {
            for overrides in [Overrides::NONE, table.as_overrides()] {
                let client = question.client();
                let count = allocations(|| {
                    store.answer(&query, &client, policy, &overrides, 5, &mut out).unwrap();
                    under.answer(&query, &client, policy, &overrides, 5, &mut out).unwrap();
                });
                assert_eq!(count, 0, "{words}");
            }
        }
    }
}

#[test]
fn batches_do_not_allocate() {
    let image = sample();
    let store = image.store();
    let query = Question::read("www.d. A ecs=10.0.0.0/24").to_wire();
    let mut batch = zone_store::Batch::new();
    let mut buffers = [[0u8; 512]; 40];
    let client = zone_store::Client::default();
    let mut questions = buffers.each_mut().map(|out| zone_store::Question {
        query: &query,
        client,
        random: 1,
        out,
        answered: Err(zone_store::Dropped::TooShort),
    });
    let count = allocations(|| {
        store.answer_batch(&mut batch, &mut questions, &Policy::default(), &Overrides::NONE);
    });
    assert_eq!(count, 0);
    assert!(questions.iter().all(|question| question.answered.is_ok()));
}
