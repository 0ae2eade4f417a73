//! The order of nodes, beside what it says of the names as a whole.

use std::vec;
use std::vec::Vec;

use proptest::prelude::*;

use crate::image::{COUNT, Image, Layout, Section, write};
use crate::index;
use crate::key::Key;
use crate::key::below::Apex;
use crate::node::NO_CUT;
use crate::text::{data, map, master};
use crate::{Compiler, ImageErrorKind};

/// A name below the apex as it would lie in a node: the labels, and how deep it is said to be below the apex.
type Row = (Vec<u8>, u8);

fn row(labels: &[&[u8]]) -> Row {
    let mut name = vec![];
    for label in labels {
        name.push(label.len() as u8);
        name.extend_from_slice(label);
    }
    (name, labels.len() as u8)
}

fn sections(image: &[u8]) -> [Vec<u8>; COUNT] {
    let layout = Layout::read(image).unwrap();
    Section::ALL.map(|section| layout.section(image, section).to_vec())
}

/// Opens an image of one zone with these nodes, each with no RRsets and this `cut`; the index leads to each.
fn opens(rows: &[Row], cut: u8) -> bool {
    let mut compiler = Compiler::default();
    let zone = b"$ORIGIN e.\n$TTL 60\n@ SOA ns.x. h.x. 1 2 3 4 5\n@ NS ns.x.\n";
    master::parse(zone, master::Options::new(0), &mut compiler);
    let image = compiler.finish().unwrap().image;
    let layout = Layout::read(&image).unwrap();
    let mut sections = sections(&image);
    let apex = Apex::of(&Key::read(b"\x01e\0", layout.seed).unwrap()).unwrap();
    let mut nodes = vec![];
    let mut entries = vec![];
    for (labels, depth) in rows {
        entries.push((apex.hash(labels).unwrap_or(0), nodes.len() as u32));
        nodes.extend_from_slice(&[0, depth + 1, cut, labels.len() as u8]);
        nodes.extend_from_slice(labels);
        nodes.push(0);
    }
    let end = nodes.len() as u32;
    sections[Section::Zones as usize][8..12].copy_from_slice(&end.to_le_bytes());
    sections[Section::Nodes as usize] = nodes;
    sections[Section::Index as usize] = index::build(entries.len(), entries.into_iter()).unwrap();
    match Image::open(write(layout.flags, layout.seed, layout.depths, &sections)) {
        Ok(_) => true,
        Err(error) => {
            assert!(matches!(error.kind, ImageErrorKind::Inconsistent(_)), "{error}");
            assert_eq!(error.section, Some(Section::Nodes), "{error}");
            false
        }
    }
}

fn order(names: &[&[&[u8]]]) -> bool {
    opens(&names.iter().map(|labels| row(labels)).collect::<Vec<_>>(), NO_CUT)
}

#[test]
fn names_in_order_are_accepted() {
    assert!(order(&[&[]]));
    assert!(order(&[&[], &[b"a"], &[b"b"], &[b"c", b"b"], &[b"d", b"b"], &[b"ba"]]));
    assert!(order(&[&[], &[b"a"], &[b"b", b"a"], &[b"c", b"b", b"a"], &[b"d"], &[b"a", b"d"]]));
    assert!(order(&[&[], &[b"\0"], &[b"\0\0"], &[b"a"], &[b"a\0"], &[b"a\0\x01"], &[b"\xff"]]));
    assert!(order(&[&[], &[&[b'a'; 62]], &[&[b'a'; 63]], &[b"b"]]));
    assert!(order(&[&[], &[b"prefix-1"], &[b"prefix-10"], &[b"prefix-11"], &[b"prefix-2"]]));
}

#[test]
fn names_out_of_order_are_refused() {
    assert!(!order(&[&[b"a"]]), "no apex");
    assert!(!opens(&[(b"\x01a".to_vec(), 0)], NO_CUT), "no apex");
    assert!(!opens(&[(vec![], 1)], NO_CUT), "an apex of another depth");
    assert!(!order(&[&[], &[]]), "the apex twice");
    assert!(!order(&[&[], &[b"b"], &[b"a"]]));
    assert!(!order(&[&[], &[b"a"], &[b"a"]]));
    assert!(!order(&[&[], &[b"aa"], &[b"a"]]));
    assert!(!order(&[&[], &[b"prefix-10"], &[b"prefix-1"]]));
    assert!(!order(&[&[], &[b"a\0"], &[b"a"]]));
    assert!(!order(&[&[], &[b"\xff"], &[b"\x7f"]]), "octets have no sign");
    assert!(!order(&[&[], &[b"a"], &[b"b", b"a"], &[b"a"]]), "back to the name above");
    assert!(!order(&[&[], &[b"b"], &[b"x", b"b"], &[b"a"]]), "after what is below the greater");
}

#[test]
fn names_without_the_name_above_are_refused() {
    assert!(!order(&[&[], &[b"a", b"b"]]));
    assert!(!order(&[&[], &[b"a"], &[b"b", b"a", b"a"]]));
    assert!(!order(&[&[], &[b"a"], &[b"c", b"b"]]));
    assert!(!order(&[&[], &[b"a"], &[b"b", b"a"], &[b"c"], &[b"d", b"a"]]));
    assert!(!order(&[&[], &[b"x"], &[b"a", b"b\x01x"]]), "the octets of it, but not the labels");
}

#[test]
fn what_is_not_a_name_is_refused() {
    let refused = |name: &[u8], depth| !opens(&[row(&[]), (name.to_vec(), depth)], NO_CUT);
    assert!(!refused(b"\x01a", 1));
    assert!(refused(b"\x01A", 1), "not lower case");
    assert!(refused(b"\x0aabcdefghiJ", 1), "not lower case");
    assert!(refused(b"\0", 1), "an empty label");
    assert!(refused(b"\x02a", 1), "past its end");
    assert!(refused(b"\x01ab", 1), "more than its label");
    assert!(refused(&[&[64][..], &[b'a'; 64]].concat(), 1), "a label too long");
    assert!(refused(b"\x01a", 0) && refused(b"\x01a", 2), "not as deep as it says");
    let mut rows = vec![row(&[])];
    let long: &[u8] = &[b'a'; 63];
    for labels in [&[long][..], &[long; 2], &[long; 3], &[&long[..59], long, long, long]] {
        rows.push(row(labels));
    }
    assert!(opens(&rows, NO_CUT));
    rows[4] = row(&[&long[..60], long, long, long]);
    assert!(!opens(&rows, NO_CUT), "256 octets");
}

#[test]
fn delegations_that_are_not_above_are_refused() {
    let rows = [row(&[])];
    assert!(opens(&rows, 1));
    assert!(!opens(&rows, 0), "above the zone");
    assert!(!opens(&rows, 2), "below the name");
}

/// The index leads to all that is bound, so only a look-up tells that a name is missing, or is there twice.
#[test]
fn names_bound_twice_or_without_the_one_above_are_refused() {
    let mut compiler = Compiler::default();
    map::parse(b"10.0.0.0/8 fr\n", map::Options::new(0, b"m"), &mut compiler);
    data::parse(b"8d:m\n", data::Options::new(1), &mut compiler);
    let image = compiler.finish().unwrap().image;
    let layout = Layout::read(&image).unwrap();
    let mut sections = sections(&image);
    let binds = sections[Section::Binds as usize].clone();
    let root = 1 + usize::from(binds[0]) + 16;
    let (first, second) = binds.split_at(root);
    let mut entries: Vec<(u64, u32)> = vec![];
    let twice = [first, second, second].concat();
    for (bind, at) in [(first, 0), (second, root), (second, root + second.len())] {
        let key = Key::read(&bind[1..], layout.seed).unwrap();
        entries.push((key.hash(key.depth()).unwrap(), at as u32));
    }
    let mut open = |binds: &[u8], entries: &[(u64, u32)]| {
        sections[Section::Binds as usize] = binds.to_vec();
        sections[Section::BindIndex as usize] =
            index::build(entries.len(), entries.iter().copied()).unwrap();
        Image::open(write(layout.flags, layout.seed, layout.depths, &sections))
    };
    let alone = [(entries[1].0, 0)];
    assert_eq!(open(second, &alone).unwrap_err().section, Some(Section::BindIndex));
    assert!(open(&twice[..root + second.len()], &entries[..2]).is_ok());
    let error = open(&twice, &entries).unwrap_err();
    assert_eq!(error.section, Some(Section::BindIndex));
    assert_eq!(error.offset, root + second.len());
}

/// The names in canonical order, each with all names above it, and no other list.
fn is_ordered(names: &[Vec<Vec<u8>>]) -> bool {
    names.first().is_some_and(Vec::is_empty)
        && names.windows(2).all(|pair| pair[0] < pair[1])
        && names.iter().all(|name| {
            name.is_empty() || names.iter().any(|above| above[..] == name[..name.len() - 1])
        })
}

proptest! {
    #[test]
    fn only_ordered_names_are_accepted(
        mut names in prop::collection::vec(
            prop::collection::vec(prop::sample::select(vec![&b"a"[..], b"aa", b"b", b"a\0"]), 0..4),
            0..8,
        ),
        is_sorted in prop::bool::weighted(0.8),
        is_closed in prop::bool::weighted(0.8),
        change in prop::option::weighted(0.3, (0usize..8, 0usize..8)),
    ) {
        // From the apex down, so that plain order is canonical order.
        if is_closed {
            for name in names.clone() {
                names.extend((0..name.len()).map(|depth| name[..depth].to_vec()));
            }
            names.push(vec![]);
        }
        if is_sorted {
            names.sort();
            names.dedup();
        }
        if let Some((a, b)) = change && a < names.len() && b < names.len() {
            names.swap(a, b);
        }
        let owned: Vec<Vec<Vec<u8>>> = names
            .iter()
            .map(|name| name.iter().map(|label| label.to_vec()).collect())
            .collect();
        let rows: Vec<Row> = names
            .iter()
            .map(|name| row(&name.iter().rev().copied().collect::<Vec<_>>()))
            .collect();
        prop_assume!(!rows.is_empty());
        prop_assert_eq!(opens(&rows, NO_CUT), is_ordered(&owned));
    }
}
