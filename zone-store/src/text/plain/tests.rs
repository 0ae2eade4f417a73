use super::super::block::block_at;
use super::*;
use crate::text::address;
use dns_wire::rdata::{self, Token};
use dns_wire::{NameBuf, RType};
use proptest::prelude::*;
use std::vec;
use std::vec::Vec;

fn quick_name(text: &[u8], origin: Option<&NameBuf>) -> Option<Vec<u8>> {
    let mut out = [0xaa; NAME_ROOM];
    let tail = Tail::new(origin.map(|origin| origin.as_name().as_wire()));
    // What follows the field in the text must not matter.
    let followed = [text, b".x\\ y@"].concat();
    let len = name(&block_at(&followed, 0), text.len(), &tail, &mut out)?;
    Some(out[..len].to_vec())
}

fn check_name(text: &[u8], origin: Option<&NameBuf>) -> bool {
    assert!(!text.contains(&b'\\'));
    let quick = quick_name(text, origin);
    if let Some(quick) = &quick {
        let full = NameBuf::from_text(text, origin.map(NameBuf::as_name)).expect("a name");
        assert_eq!(full.as_name().as_wire(), quick);
    }
    quick.is_some()
}

#[test]
fn usual_names_are_read_and_others_left() {
    let origin: NameBuf = "example.com.".parse().unwrap();
    let longest = "x".repeat(63);
    for text in ["a", "a.b", "www.example.net.", "*", "_sip._tcp", "xn--a.", longest.as_str()] {
        assert!(check_name(text.as_bytes(), Some(&origin)), "{text}");
    }
    let long = "x".repeat(64);
    for text in ["", ".", "@", "..", "a..b", ".a", "a..", long.as_str()] {
        assert!(!check_name(text.as_bytes(), Some(&origin)), "{text}");
    }
    assert!(check_name(b"a.", None));
    assert!(!check_name(b"a", None));
    let mut long_origin = origin.clone();
    while long_origin.push_label(b"abcdefgh") {}
    assert!(!check_name(b"a", Some(&long_origin)));
}

#[test]
fn hexadecimal_is_even_and_not_too_long() {
    let mut out = [0; 100];
    assert_eq!(hex(b"00fFAb9c", &mut out), Some(4));
    assert_eq!(out[..4], [0, 0xff, 0xab, 0x9c]);
    for bad in [&b""[..], b"0", b"0g", b"g0", b"0/", b"0:", b"0@", b"0`", b"00 ", b"\xc10"] {
        assert_eq!(hex(bad, &mut out), None, "{bad:?}");
    }
    assert_eq!(hex(&[b'1'; 128], &mut out), Some(64));
    assert_eq!(hex(&[b'1'; 130], &mut out), None);
    assert_eq!(hex(b"0000", &mut [0]), None);
}

proptest! {
    #[test]
    fn names_agree_with_the_full_parser(text in "[a-c.@*]{0,70}|([a-z]{1,8}\\.?){1,9}", origin in "([a-z]{1,9}\\.){0,9}") {
        let origin = NameBuf::from_text(if origin.is_empty() { b"." } else { origin.as_bytes() }, None).unwrap();
        check_name(text.as_bytes(), Some(&origin));
        check_name(text.as_bytes(), None);
    }

    #[test]
    fn addresses_agree_with_the_full_parser(text in "[0-9.x]{0,17}|([0-2]?[0-9]{1,2}\\.){3}[0-9]{1,3}") {
        prop_assert_eq!(ipv4(text.as_bytes()), address::leading_octets(text.as_bytes()).filter(|&(_, count)| count == 4).map(|(octets, _)| octets));
        prop_assert_eq!(ipv4(text.as_bytes()).map(Into::into), text.parse::<core::net::Ipv4Addr>().ok());
    }

    #[test]
    fn hexadecimal_agrees_with_the_full_parser(text in "[0-9a-fA-F]{2,140}|[0-9a-gG:@]{1,9}") {
        let mut quick = vec![0; 200];
        if let Some(len) = hex(text.as_bytes(), &mut quick) {
            let mut full = vec![0; 200];
            let tokens = ["1", "2", "3", text.as_str()].map(|text| Token { text: text.as_bytes(), quoted: false });
            let full_len = rdata::from_text(RType::DS, tokens, dns_wire::Name::ROOT, &mut full).unwrap();
            prop_assert_eq!(&quick[..len], &full[4..full_len]);
        }
    }
}
