use super::{parse_part, split};
use crate::text::master::{Options, parse};
use crate::text::testing::Told;
use proptest::prelude::*;
use std::string::String;
use std::vec;
use std::vec::Vec;

/// What a file says in parts, as long as every part can be read apart.
fn in_parts(text: &str, count: usize) -> Option<Told> {
    let mut all = Told::default();
    for part in split(text.as_bytes(), count) {
        let mut told = Told::default();
        parse_part(&part, Options::new(7), &mut told)?;
        all.items.append(&mut told.items);
        all.places.append(&mut told.places);
        all.problems.append(&mut told.problems);
    }
    Some(all)
}

fn whole(text: &str) -> Told {
    let mut told = Told::default();
    parse(text.as_bytes(), Options::new(7), &mut told);
    told
}

fn agrees(text: &str, count: usize) -> bool {
    let Some(parts) = in_parts(text, count) else { return false };
    let whole = whole(text);
    assert_eq!((parts.items, parts.places), (whole.items, whole.places), "{count} of\n{text}");
    assert_eq!(parts.problems, whole.problems);
    true
}

#[test]
fn parts_say_what_the_whole_says() {
    let mut text = String::from("$ORIGIN e.\n$TTL 5\n@ SOA ns h 1 2 3 4 5\n  NS ns\n");
    for i in 0..200 {
        text += &std::format!("n{i} A 192.0.2.{i}\n  TXT ( \"a ; b\"\n c )\n; remark\n\n");
        if i % 50 == 0 {
            text += &std::format!("$ORIGIN sub{i}\n$TTL 1{i}\n");
        }
    }
    for count in 1..=8 {
        assert!(agrees(&text, count), "{count}");
    }
    assert!(split(text.as_bytes(), 4).len() == 4);
}

#[test]
fn what_cannot_be_read_apart_is_read_as_one() {
    let many = "a A 192.0.2.1\n".repeat(50);
    // No time to live but the one written before.
    assert!(in_parts(&std::format!("$ORIGIN e.\na 5 A 192.0.2.1\n{many}"), 4).is_none());
    // A mistake.
    assert!(in_parts(&std::format!("$ORIGIN e.\n$TTL 5\n{many}b A x\n{many}"), 4).is_none());
    // Inside parentheses, which begin before any part does.
    let inside = std::format!("$ORIGIN e.\n$TTL 5\na TXT (\n{many})\n");
    assert!(in_parts(&inside, 4).is_none());
    // No directive, although it looks like one.
    let fields = std::format!("$ORIGIN e.\n$TTL 5\n{many}a TXT (\n$TTL 9 )\n{many}");
    assert!(in_parts(&fields, 3).is_none());
    // These directives are not looked into.
    let generate = std::format!("$ORIGIN e.\n$TTL 5\n$GENERATE 1-9 a$ A 192.0.2.$\n{many}");
    assert_eq!(split(generate.as_bytes(), 4).len(), 1);
    assert!(agrees(&generate, 4));
}

proptest! {
    #[test]
    fn any_lines(lines in prop::collection::vec(prop_oneof![
        8 => Just("a A 192.0.2.1"), 4 => Just("b 7 A 192.0.2.2"), 2 => Just("  A 192.0.2.3"),
        1 => Just("$TTL 9"), 1 => Just("$ORIGIN f"), 1 => Just("$ORIGIN e."), 2 => Just("c TXT ( x"), 2 => Just("d )"),
        1 => Just("$TTL (\n9 )"), 1 => Just("; note ("), 1 => Just(""), 1 => Just("x TXT \"a ( b\""),
    ], 0..40), count in 1usize..9, head in prop_oneof![Just("$ORIGIN e.\n$TTL 5\n"), Just("$ORIGIN e.\n")]) {
        let text = std::format!("{head}{}", lines.iter().map(|line| std::format!("{line}\n")).collect::<Vec<_>>().concat());
        agrees(&text, count);
    }
}
