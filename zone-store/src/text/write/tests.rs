use super::*;
use crate::text::address::masked;
use crate::text::data;
use crate::text::testing::Told;
use dns_wire::NameBuf;
use proptest::collection::vec;
use proptest::prelude::*;
use std::format;
use std::vec::Vec;

fn read(text: &str) -> Told {
    let mut told = Told::default();
    data::parse(text.as_bytes(), data::Options::new(0), &mut told);
    told
}

#[test]
fn a_map_and_its_shares() {
    let name: NameBuf = "www.example.com.".parse().unwrap();
    let below: NameBuf = "*.example.com.".parse().unwrap();
    let prefix = Prefix::new("2001:db8::".parse().unwrap(), 32).unwrap();
    let mut text = String::new();
    resolver_map_line(&mut text, name.as_name(), b"m1");
    client_subnet_map_line(&mut text, below.as_name(), b"m1");
    map_line(&mut text, b"m1", MapEntry { prefix, location: b"p 1" });
    let share = Share { location: b"p 1", address: "192.0.2.1".parse().unwrap(), weight: 128 };
    share_line(&mut text, name.as_name(), Ttl(60), share);
    assert_eq!(
        text,
        "Mwww.example.com,m1\n8*.example.com,m1\n%p\\0401,2001:db8::/32,m1\n+www.example.com,192.0.2.1,60,,p\\0401,128\n"
    );
    assert_eq!(
        read(&text).good(),
        [
            "www.example.com. resolver map m1",
            "*.example.com. subnet map m1",
            "[m1] 2001:db8::/32 -> p 1",
            "www.example.com. 60 A 192.0.2.1 @p 1 *128",
        ]
    );
}

proptest! {
    #[test]
    fn any_ids_and_names_come_back(
        map in vec(any::<u8>(), 0..256),
        location in vec(any::<u8>(), 0..256),
        labels in vec(vec(any::<u8>(), 1..64), 0..4),
        address: u128,
        len in 0_u8..=128,
        ttl in 0_u32..=0x7fff_ffff,
        weight: u32,
    ) {
        // Two zero octets are how dnsrocks writes the default.
        prop_assume!(map != b"\0\0" && location != b"\0\0");
        let mut name = NameBuf::root();
        for label in &labels {
            prop_assume!(name.push_label(label));
        }
        // The least IPv6 addresses that are no IPv4 ones.
        let address = IpAddr::from((address | 1 << 127).to_be_bytes());
        let prefix = Prefix::new(masked(address, len), len.max(1)).unwrap_or(Prefix::new(masked(address, 1), 1).unwrap());
        let mut text = String::new();
        map_line(&mut text, &map, MapEntry { prefix, location: &location });
        share_line(&mut text, name.as_name(), Ttl(ttl), Share { location: &location, address, weight });
        prop_assert!(text.is_ascii());
        let told = read(&text);
        prop_assert_eq!(told.errors(), Vec::<String>::new());
        prop_assert_eq!(told.warnings(), Vec::<String>::new());
        let at = if location.is_empty() { String::new() } else { format!(" @{}", location.escape_ascii()) };
        prop_assert_eq!(&told.items, &[
            format!("[{}] {}/{} -> {}", map.escape_ascii(), prefix.address(), prefix.len(), location.escape_ascii()),
            format!("{name} {ttl} AAAA {address}{at} *{weight}"),
        ]);
    }
}
