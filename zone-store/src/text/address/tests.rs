use super::*;
use proptest::prelude::*;
use std::vec::Vec;

fn prefix_of(text: &str) -> Prefix {
    prefix(text.as_bytes()).unwrap()
}

#[test]
fn addresses() {
    assert_eq!(address(b"192.0.2.1"), Some("192.0.2.1".parse().unwrap()));
    assert_eq!(address(b"2001:db8::1"), Some("2001:db8::1".parse().unwrap()));
    assert_eq!(address(b"::ffff:192.0.2.1"), Some("192.0.2.1".parse().unwrap()));
    for bad in [
        &b""[..],
        b"192.0.2",
        b"192.0.2.1.1",
        b"192.0.2.256",
        b"192.0.02.1",
        b" 192.0.2.1",
        b"2001:db8",
        b"\xff",
        b"fe80::1%eth0",
    ] {
        assert_eq!(address(bad), None, "{bad:?}");
    }
}

#[test]
fn prefixes() {
    assert_eq!(prefix_of("192.0.2.0/24").len(), 24);
    assert_eq!(prefix_of("192.0.2.1").len(), 32);
    assert_eq!(prefix_of("0.0.0.0/0"), prefix_of("::ffff:0:0/96"));
    assert_eq!(prefix_of("2001:db8::").len(), 128);
    assert_eq!(prefix_of("::/0").len(), 0);
    assert_eq!(prefix(b"10.2.0.5/8"), Err(PrefixError::HostBits(prefix_of("10.0.0.0/8"))));
    assert_eq!(prefix(b"2001:db8::1/32"), Err(PrefixError::HostBits(prefix_of("2001:db8::/32"))));
    assert_eq!(prefix(b"10.0.0.0/33"), Err(PrefixError::Length));
    assert_eq!(prefix(b"::/129"), Err(PrefixError::Length));
    assert_eq!(prefix(b"::ffff:0:0/95"), Err(PrefixError::Mapped));
    assert_eq!(prefix(b"::ffff:0:0/0"), Err(PrefixError::Mapped));
    assert_eq!(prefix(b"::ffff:0:0/129"), Err(PrefixError::Length));
    for bad in [
        &b""[..],
        b"/",
        b"/8",
        b"10.0.0.0/",
        b"10.0.0.0/08",
        b"10.0.0.0/8/8",
        b"10/8",
        b"x/8",
        b"10.0.0.0/-1",
    ] {
        assert_eq!(prefix(bad), Err(PrefixError::Syntax), "{bad:?}");
    }
}

#[test]
fn whole_families_are_one_prefix() {
    for (first, last, whole) in [
        ("0.0.0.0", "255.255.255.255", "0.0.0.0/0"),
        ("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::/0"),
    ] {
        let mut seen = Vec::new();
        cover_range(first.parse().unwrap(), last.parse().unwrap(), |prefix| seen.push(prefix))
            .unwrap();
        assert_eq!(seen, [prefix_of(whole)]);
    }
    assert!(
        cover_range("10.0.0.1".parse().unwrap(), "10.0.0.0".parse().unwrap(), |_| ()).is_none()
    );
    assert!(cover_range("10.0.0.1".parse().unwrap(), "::1".parse().unwrap(), |_| ()).is_none());
}

proptest! {
    #[test]
    fn a_range_is_covered_without_gap_or_overlap(a: u128, b: u128, v4: bool) {
        let (first, last) = (a.min(b), a.max(b));
        let (first, last): (IpAddr, IpAddr) = if v4 {
            let (first, last) = ((a as u32).min(b as u32), (a as u32).max(b as u32));
            (Ipv4Addr::from(first).into(), Ipv4Addr::from(last).into())
        } else {
            (Ipv6Addr::from(first).into(), Ipv6Addr::from(last).into())
        };
        let mut next = number_of(first);
        let mut count = 0;
        cover_range(first, last, |prefix| {
            assert_eq!(number_of(prefix.address()), next);
            next = last_of(prefix).wrapping_add(1);
            count += 1;
        }).unwrap();
        prop_assert_eq!(next, number_of(last).wrapping_add(1));
        let most = if v4 { 62 } else { 254 };
        prop_assert!(count <= most);
    }

    #[test]
    fn addresses_agree_with_the_standard_library(text in "[0-9.:a-f]{0,16}") {
        let expected = text.parse::<IpAddr>().ok().map(|address| address.to_canonical());
        prop_assert_eq!(address(text.as_bytes()), expected);
    }

    #[test]
    fn prefixes_come_back_from_their_text(address: u32, len in 0_u8..=32) {
        let right = Prefix::new(masked(Ipv4Addr::from(address).into(), len), len).unwrap();
        let text = std::format!("{}/{}", right.address(), len);
        prop_assert_eq!(prefix(text.as_bytes()), Ok(right));
    }
}
