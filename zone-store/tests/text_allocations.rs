//! The parsers allocate for the run and for the longest record, not for each record.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fmt::Write as _;
use zone_store::source::{Item, Position, Problem, Sink};
use zone_store::text::{data, map, master};

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call goes to the system's allocator as it came; the counter is a plain number of this thread.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

struct Count(usize);

impl Sink for Count {
    fn item(&mut self, _item: Item<'_>, _at: Position) -> std::ops::ControlFlow<()> {
        self.0 += 1;
        std::ops::ControlFlow::Continue(())
    }

    fn problem(&mut self, problem: Problem) {
        panic!("{problem:?}");
    }
}

/// Allocations of a run over a text of so many lines.
fn allocations(
    lines: usize,
    line: impl Fn(&mut String, usize),
    read: impl Fn(&[u8], &mut Count),
) -> usize {
    let mut text = String::new();
    for number in 0..lines {
        line(&mut text, number);
        text.push('\n');
    }
    let mut count = Count(0);
    let before = ALLOCATIONS.get();
    read(text.as_bytes(), &mut count);
    let after = ALLOCATIONS.get();
    assert!(count.0 >= lines);
    after - before
}

#[test]
fn the_counter_counts() {
    let before = ALLOCATIONS.get();
    drop(std::hint::black_box(Box::new(1)));
    assert_eq!(ALLOCATIONS.get(), before + 1);
}

#[test]
fn master_files() {
    let line = |text: &mut String, number: usize| {
        let _ = match number % 5 {
            0 => write!(text, "n{number}. 60 IN NS ns\\049.x."),
            1 => write!(text, "n{number}. 60 IN A 192.0.2.1 ; comment"),
            2 => write!(text, "n{number}. 60 IN TXT ( \"one two\" three )"),
            3 => write!(text, "n{number}. 60 IN DS 1 8 2 {:064X}", number),
            _ => write!(text, "n{number}. 60 IN MX 10 mail.example."),
        };
    };
    let run = |lines| {
        allocations(lines, line, |text, sink| {
            master::parse(text, master::Options::new(0), sink);
        })
    };
    assert_eq!(run(100), run(10_000));
}

#[test]
fn data_lines() {
    let line = |text: &mut String, number: usize| {
        let _ = match number % 5 {
            0 => write!(text, "+host{number:06}.example.com:192.0.2.1:60::eu:1"),
            1 => write!(text, "&zone{number:06}.example.com:192.0.2.1:a"),
            2 => write!(text, "'text{number:06}.example.com:a\\072b"),
            3 => write!(text, "%eu,192.0.2.0/24,map1"),
            _ => write!(text, "Mhost{number:06}.example.com,map1"),
        };
    };
    let run = |lines| {
        allocations(lines, line, |text, sink| {
            data::parse(text, data::Options::new(0), sink);
        })
    };
    assert_eq!(run(100), run(10_000));
}

#[test]
fn maps() {
    let line = |text: &mut String, number: usize| {
        let _ = write!(text, "10.{}.{}.0/24 location{number}", number / 256, number % 256);
    };
    let run = |lines| {
        allocations(lines, line, |text, sink| {
            map::parse(text, map::Options::new(0, b"m"), sink);
        })
    };
    assert_eq!(run(100), 0);
    assert_eq!(run(10_000), 0);
}
