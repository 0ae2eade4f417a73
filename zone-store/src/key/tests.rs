//! The prepared name, beside what its octets say one by one.

use super::Key;
use std::vec;

#[test]
fn suffixes() {
    let key = Key::read(b"\x03WWW\x07example\x00junk", 1).unwrap();
    assert_eq!((key.depth(), key.len()), (2, 13));
    assert_eq!(key.wire(), b"\x03www\x07example\x00");
    assert_eq!(key.suffix(1), Some(&b"\x07example\x00"[..]));
    assert_eq!(key.suffix(0), Some(&b"\x00"[..]));
    assert_eq!(key.suffix(3), None);
    assert_eq!(key.between(2, 1), Some(&b"\x03www"[..]));
    let other = Key::read(b"\x07EXAMPLE\x00", 1).unwrap();
    assert_eq!(other.hash(1), key.hash(1));
    assert_ne!(other.hash(0), key.hash(1));
}

#[test]
fn folds_the_letters_and_nothing_else() {
    for octet in 0..=255u8 {
        let word = u64::from_le_bytes([octet, b'A', octet, b'z', 0, 255, octet, b'Z']);
        let l = octet.to_ascii_lowercase();
        let expected = u64::from_le_bytes([l, b'a', l, b'z', 0, 255, l, b'z']);
        assert_eq!(super::lower_case(word), expected, "{octet}");
    }
}

#[test]
fn case_and_what_follows_do_not_count() {
    for name in [&b"\x01a\x00"[..], b"\x08abcdefgh\x00", b"\x07abcdefg\x09abcdefghi\x02xy\x00"] {
        let key = Key::read(name, 9).unwrap();
        let mut other = name.to_ascii_uppercase();
        other.extend_from_slice(b"whatever follows");
        let other = Key::read(&other, 9).unwrap();
        for depth in 0..=key.depth() {
            assert_eq!(key.hash(depth), other.hash(depth));
        }
        assert_eq!(key.wire(), other.wire());
    }
}

#[test]
fn a_used_key_is_as_good_as_new() {
    let mut key = Key::read(b"\x09very-long\x09other-one\x07example\x00", 5).unwrap();
    key.fill(b"\x01a\x00").unwrap();
    let new = Key::read(b"\x01a\x00", 5).unwrap();
    assert_eq!((key.wire(), key.hash(1), key.depth()), (new.wire(), new.hash(1), 1));
    assert_eq!(key.hash(2), None);
}

#[test]
fn wildcards_hash_as_names_do() {
    for first in 1..20 {
        let mut name = vec![first];
        name.extend((0..first).map(|i| b'a' + i));
        name.extend_from_slice(b"\x02zz\x00");
        let key = Key::read(&name, 3).unwrap();
        for depth in 0..=2 {
            let mut wildcard = b"\x01*".to_vec();
            wildcard.extend_from_slice(key.suffix(depth).unwrap());
            let whole = Key::read(&wildcard, 3).unwrap();
            assert_eq!(key.wildcard_hash(depth), whole.hash(depth + 1), "{first} {depth}");
            assert_eq!(whole.hash(depth), key.hash(depth));
        }
    }
}

#[test]
fn compares_any_stretch_of_labels() {
    let name = b"\x05seven\x0btwelve-long\x01x\x10and-sixteen-long\x03end\x00";
    let key = Key::read(name, 3).unwrap();
    for depth in 0..=key.depth() {
        for above in (0..=depth).map(Some).chain([None]) {
            let start = usize::from(key.start(depth).unwrap());
            let end = above.map_or(name.len(), |above| usize::from(key.start(above).unwrap()));
            let own = &name[start..end];
            let len = own.len() as u8;
            let is_it = |octets: &[u8], len| match above {
                Some(above) => key.is_between(depth, above, octets, len),
                None => key.is_suffix(depth, octets, len),
            };
            assert!(is_it(own, len));
            let mut longer = own.to_vec();
            longer.extend_from_slice(b"and what follows");
            assert!(is_it(&longer, len));
            assert!(!is_it(&longer, len + 1));
            for at in 0..own.len() {
                longer[at] ^= 0x80;
                assert!(!is_it(&longer, len));
                assert!(!is_it(&longer[..own.len()], len));
                longer[at] ^= 0x80;
            }
        }
    }
}

#[test]
fn one_octet_labels_among_others() {
    for lens in [
        &[1u8, 1, 1, 1][..],
        &[1; 9],
        &[1, 1, 1, 2, 1, 1, 1, 1],
        &[3, 1, 1, 1, 1, 1, 63, 1],
        &[1; 127],
    ] {
        let mut name = vec![];
        let mut starts = vec![];
        for len in lens {
            starts.push(name.len() as u8);
            name.push(*len);
            name.extend(vec![1; usize::from(*len)]);
        }
        starts.push(name.len() as u8);
        name.push(0);
        let key = Key::read(&name, 0).unwrap();
        assert_eq!(usize::from(key.depth()), lens.len());
        let found: vec::Vec<u8> = (0..=key.depth()).rev().map(|d| key.start(d).unwrap()).collect();
        assert_eq!(found, starts);
        assert_eq!(key.wire(), name);
    }
}

#[test]
fn limits() {
    let mut long = vec![];
    for _ in 0..127 {
        long.extend_from_slice(b"\x01a");
    }
    long.push(0);
    assert_eq!(Key::read(&long, 0).unwrap().depth(), 127);
    let mut longer = vec![1, b'b'];
    longer.extend_from_slice(&long);
    assert!(Key::read(&longer, 0).is_none());
    assert!(Key::read(b"\x03ww", 0).is_none());
    assert!(Key::read(b"\xc0\x0c", 0).is_none());
    assert!(Key::read(b"", 0).is_none());
    assert_eq!(Key::read(b"\x00", 0).unwrap().depth(), 0);
}
