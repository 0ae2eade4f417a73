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
fn groups_and_gaps() {
    for text in [
        "::",
        "::1",
        "1::",
        "1::2",
        "1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7::",
        "::2:3:4:5:6:7:8",
        "2001:DB8::a",
        "0:0::0",
    ] {
        assert_eq!(
            ipv6(text.as_bytes()).map(core::net::Ipv6Addr::from),
            text.parse().ok(),
            "{text}"
        );
        assert!(ipv6(text.as_bytes()).is_some(), "{text}");
    }
    for text in [
        "",
        ":",
        ":::",
        "1:",
        ":1",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1::2::3",
        "1:2:3:4::5:6:7:8",
        "12345::",
        "g::",
        "::1.2.3.4",
        "1::2:",
    ] {
        assert_eq!(ipv6(text.as_bytes()), None, "{text}");
    }
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
        let whole = text.parse::<core::net::Ipv4Addr>().ok();
        prop_assert_eq!(ipv4(text.as_bytes()), address::leading_octets(text.as_bytes()).filter(|&(_, count)| count == 4).map(|(octets, _)| octets));
        prop_assert_eq!(ipv4(text.as_bytes()).map(Into::into), whole);
    }

    #[test]
    fn any_octets_are_an_address_or_not(text in proptest::collection::vec(any::<u8>(), 0..18), address: [u8; 4], place in 0_usize..15, octet: u8) {
        let parsed = |text: &[u8]| core::str::from_utf8(text).ok()?.parse::<core::net::Ipv4Addr>().ok();
        prop_assert_eq!(ipv4(&text).map(Into::into), parsed(&text));
        let mut text = std::format!("{}", core::net::Ipv4Addr::from(address)).into_bytes();
        prop_assert_eq!(ipv4(&text), Some(address));
        if let Some(changed) = text.get_mut(place) {
            *changed = octet;
        }
        prop_assert_eq!(ipv4(&text).map(Into::into), parsed(&text));
    }

    #[test]
    fn longer_addresses_agree_with_the_standard_library(text in "[0-9a-fG:]{0,12}|([0-9a-fA-F]{0,5}:){0,8}[0-9a-f]{0,4}", address: u128, zeros: u128) {
        let quick = ipv6(text.as_bytes()).map(core::net::Ipv6Addr::from);
        prop_assert_eq!(quick, text.parse().ok());
        let address = core::net::Ipv6Addr::from(address & zeros);
        let shown = std::format!("{address}");
        if !shown.contains('.') {
            prop_assert_eq!(ipv6(shown.as_bytes()).map(core::net::Ipv6Addr::from), Some(address));
        }
    }

    #[test]
    fn hexadecimal_agrees_with_the_full_parser(text in "[0-9a-fA-F]{2,140}|[0-9a-gG:@]{1,9}") {
        let mut quick = vec![0; 200];
        if let Some(len) = hex(text.as_bytes(), &mut quick) {
            let mut full = vec![0; 200];
            let tokens = ["1", "2", "3", text.as_str()].map(|text| Token { text: text.as_bytes(), quoted: false });
            let full_len = rdata::from_text(RType::DS, tokens, None, &mut full).unwrap();
            prop_assert_eq!(&quick[..len], &full[4..full_len]);
        }
    }
}
