//! Whatever is read: no panic, and every position is one of the text.

use crate::records::Kept;
use dns_wire::{NameBuf, Ttl};
use proptest::collection::vec;
use proptest::prelude::*;
use zone_store::source::Position;
use zone_store::text::{data, map, master, render::render};

/// Text made of the pieces that formats are made of, so that it goes far before it is wrong.
fn wild(pieces: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => proptest::sample::select(pieces).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 1..4),
    ];
    vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

const MASTER: &[&str] = &[
    " ",
    " ",
    "\n",
    "\n",
    "\t",
    "\"",
    "(",
    ")",
    ";",
    "\\",
    "@",
    "a",
    "b.c.",
    "*",
    "$ORIGIN ",
    "$TTL ",
    "$GENERATE ",
    "$INCLUDE ",
    "1-3 ",
    "$",
    "${1,2,x}",
    "1h",
    "60",
    " IN ",
    " CH ",
    " A ",
    " MX ",
    " TXT ",
    " SOA ",
    " NS ",
    " TYPE65280 \\# 2 ",
    "0102",
    "192.0.2.1",
    "10 ",
    "x=\"y\"",
    " HTTPS 1 . alpn=h2",
    "\\065",
    "\\400",
];
const DATA: &[&str] = &[
    "\n",
    "\n",
    ":",
    ":",
    ",",
    "Z",
    ".",
    "&",
    "+",
    "=",
    "@",
    "S",
    "C",
    "^",
    "'",
    "B",
    "H",
    "M",
    "8",
    "%",
    "!",
    "3",
    "6",
    "-",
    "#",
    "a.b",
    "*.",
    "192.0.2.1",
    "10.0.0.0/8",
    "10.",
    "2001:db8::",
    "::",
    "60",
    "0",
    "\\000",
    "\\777",
    "\\x4",
    "400000000000000a",
    "alpn=h2|h3;",
    "port=1",
    "aa",
    "bb",
    " ",
    "65280",
    "33",
];
const MAP: &[&str] = &[
    "\n",
    "\n",
    " ",
    ",",
    "\"",
    "#",
    "10.0.0.0",
    "/8",
    "10.0.0.255",
    "2001:db8::",
    "::1",
    "/32",
    "lisbon",
    "x",
    "\t",
    "/",
];

fn check(text: &[u8], kept: &Kept) {
    let lines: Vec<&[u8]> = text.split(|&octet| octet == b'\n').collect();
    let places = kept.places.iter().copied().chain(kept.problems.iter().map(|problem| problem.at));
    for Position { line, column, .. } in places {
        let line = lines.get(line as usize - 1).expect("a line of the text");
        assert!(
            column as usize <= line.len() + 1,
            "column {column} of {:?}",
            line.escape_ascii().to_string()
        );
    }
    for problem in &kept.problems {
        assert!(
            !problem.message.contains('\n')
                && !problem.message.ends_with('.')
                && problem.message.is_ascii()
        );
        assert!(render(problem, "file", text).to_string().lines().count() <= 4);
    }
}

proptest! {
    #[test]
    fn master_files(text in wild(MASTER)) {
        let origin: NameBuf = "example.".parse().unwrap();
        for origin in [Some(origin.as_name()), None] {
            let mut kept = Kept::default();
            let options = master::Options { origin, default_ttl: Some(Ttl(60)), ..master::Options::new(0) };
            let summary = master::parse(&text, options, &mut kept);
            prop_assert_eq!(summary.items, kept.records.len() as u64);
            prop_assert_eq!(summary.errors as usize, kept.errors());
            check(&text, &kept);
        }
    }

    #[test]
    fn data_lines(text in wild(DATA)) {
        let mut kept = Kept::default();
        let options = data::Options { now: Some(data::Tai64(1 << 62)), ..data::Options::new(0) };
        let read = data::parse(&text, options, &mut kept);
        prop_assert_eq!(read.summary.items as usize, kept.records.len() + kept.others);
        check(&text, &kept);
    }

    #[test]
    fn maps(text in wild(MAP)) {
        let mut kept = Kept::default();
        let summary = map::parse(&text, map::Options::new(0, b"m"), &mut kept);
        prop_assert_eq!(summary.items as usize, kept.others);
        check(&text, &kept);
    }
}
