//! Every EDNS option both ways, in an OPT record of a message.

mod common;

use common::{hex, unhex};
use dns_wire::edns::{EdnsOption, OptionCode, OptionData, padding_octets};
use dns_wire::{Builder, Header, Message, Rcode};

/// Code, data, what is shown.
const OPTIONS: &[(u16, &str, &str)] = &[
    (
        1,
        "0001 0001 0000 0123456789abcdef 00000e10",
        "LLQ: version 1, opcode 1, error 0, id 81985529216486895, lease 3600",
    ),
    (2, "00000e10", "UPDATE-LEASE: 3600"),
    (2, "00000e10 00127500", "UPDATE-LEASE: 3600 1209600"),
    (3, "", "NSID:"),
    (3, "6e7331", "NSID: 6E7331 \"ns1\""),
    (5, "080d0f", "DAU: 8 13 15"),
    (6, "0102", "DHU: 1 2"),
    (7, "01", "N3U: 1"),
    (8, "0001 18 00 c00002", "CLIENT-SUBNET: 192.0.2.0/24/0"),
    (8, "0002 38 30 20010db8000000", "CLIENT-SUBNET: 2001:db8::/56/48"),
    (8, "0001 00 00", "CLIENT-SUBNET: 0.0.0.0/0/0"),
    (9, "", "EXPIRE:"),
    (9, "00000e10", "EXPIRE: 3600"),
    (10, "2464c4abcf10c957", "COOKIE: 2464C4ABCF10C957"),
    (
        10,
        "2464c4abcf10c957010000005cf79f111f8130c3eee29480",
        "COOKIE: 2464C4ABCF10C957010000005CF79F111F8130C3EEE29480",
    ),
    (11, "", "TCP-KEEPALIVE:"),
    (11, "012d", "TCP-KEEPALIVE: 30.1 s"),
    (12, "000000", "PADDING: 3 octets"),
    (13, "076578616d706c6500", "CHAIN: example."),
    (14, "4f66 9728", "KEY-TAG: 20326 38696"),
    (15, "0006", "EDE: 6 (DNSSEC-BOGUS)"),
    (15, "0016 4e6f", "EDE: 22 (NO-REACHABLE-AUTHORITY) \"No\""),
    (16, "002a", "CLIENT-TAG: 42"),
    (17, "002b", "SERVER-TAG: 43"),
    (18, "0561676572740000", ""),
    (18, "056167656e7400", "REPORT-CHANNEL: agent."),
    (19, "", "ZONEVERSION:"),
    (19, "02 00 78c4052d", "ZONEVERSION: 2 SOA-SERIAL 2026112301"),
    (19, "02 f0 abcd", "ZONEVERSION: 2 TYPE240 ABCD"),
    (20, "001c 0041", "MQTYPE-QUERY: AAAA HTTPS"),
    (21, "001c", "MQTYPE-RESPONSE: AAAA"),
    (21, "", "MQTYPE-RESPONSE:"),
    // The message of draft-muks-dns-filtering-02 §9.
    (22, "656e", "EDE-EXTRA-TEXT-LANGUAGE: en"),
    (22, "7a682d48616e742d5457", "EDE-EXTRA-TEXT-LANGUAGE: zh-Hant-TW"),
    (
        23,
        "6d61696c746f3a737570706f7274406578616d706c652e636f6d",
        "FILTERING-CONTACT: \"mailto:support@example.com\"",
    ),
    (
        23,
        "736970733a68656c6c6f406578616d706c652e636f6d",
        "FILTERING-CONTACT: \"sips:hello@example.com\"",
    ),
    (
        24,
        "546865204578616d706c65204f7267616e697a6174696f6e",
        "FILTERING-ORGANIZATION: \"The Example Organization\"",
    ),
    (25, "476f7665726e6d656e742031", "FILTERING-DB: \"Government 1\""),
    (65001, "0102", "OPT65001: 0102"),
];

#[test]
fn every_option_goes_both_ways() {
    let mut seen = std::collections::BTreeSet::new();
    for &(code, data, shown) in OPTIONS.iter().filter(|(.., shown)| !shown.is_empty()) {
        let data = unhex(data);
        let option = EdnsOption { code: OptionCode(code), data: &data, position: 0 };
        let read = option.read().unwrap();
        assert_eq!(read.to_string(), shown);
        assert_eq!(read.code(), OptionCode(code));
        let mut out = [0; 64];
        let length = read.write(&mut out).unwrap();
        assert_eq!(
            hex(&out[..length]),
            format!("{code:04x}{:04x}{}", data.len(), hex(&data)),
            "{shown}"
        );
        for room in 0..length {
            assert!(read.write(&mut [0; 64][..room]).is_err());
        }

        let mut buffer = [0; 512];
        let mut additionals =
            Builder::new(&mut buffer, Header::default()).unwrap().answers().additionals();
        additionals.push_opt(1232, Rcode::BADVERS, true, &out[..length]).unwrap();
        let message = Message::parse(additionals.finish()).unwrap();
        let edns = message.edns().unwrap().unwrap();
        assert_eq!((edns.payload_size(), edns.version(), edns.dnssec_ok()), (1232, 0, true));
        assert_eq!(message.rcode(Some(&edns)), Rcode::BADVERS);
        assert_eq!(edns.option(OptionCode(code)).unwrap().unwrap().read().unwrap(), read);
        seen.insert(OptionCode(code));
    }
    assert!(OptionCode::ALL.iter().all(|code| seen.contains(code)));
}

#[test]
fn malformed_options_are_refused() {
    for (code, data) in [
        (1, "0001"),
        (2, "000000"),
        (2, "0000000000"),
        (8, ""),
        (8, "000118"),
        (8, "00011800c000"),     // an octet too few
        (8, "00011800c0000200"), // an octet too many
        (8, "00011700c00003"),   // a bit past the prefix
        (8, "00012100c000020100"),
        (8, "00012000c0000201ff"),
        (8, "00011821c00002"), // the scope longer than the address
        (8, "00031800c00002"), // an unknown family
        (8, "0002810020010db8000000000000000000000000ff"),
        (9, "0000"),
        (10, ""),
        (10, "24"),
        (10, "2464c4abcf10c95701"),
        (10, "2464c4abcf10c957010000005cf79f111f8130c3eee29480010000005cf79f111f8130c3eee2948000"),
        (11, "01"),
        (13, ""),
        (13, "0161"),
        (13, "c00c"),
        (13, "000000"),
        (14, ""),
        (14, "01"),
        (15, "00"),
        (16, "00"),
        (17, "000000"),
        (18, "0561676572740000"),
        (19, "02"),
        (19, "0200ffff"),
        (20, "00"),
        (22, ""),
        (22, "656e2d"),
        (22, "656e5f5553"),
        (22, "616263646566676869"),
        (23, "ff"),
        (24, "c328"),
        (25, "ed a0 80"),
    ] {
        let data = unhex(data);
        let option = EdnsOption { code: OptionCode(code), data: &data, position: 0 };
        assert!(option.read().is_err(), "{code} {}", hex(&data));
    }
}

#[test]
fn options_that_do_not_fit_their_record_are_an_error_and_end_the_walk() {
    for options in ["0003", "0003 0004 61", "0003 0000 00"] {
        let mut buffer = [0; 512];
        let mut additionals =
            Builder::new(&mut buffer, Header::default()).unwrap().answers().additionals();
        additionals.push_opt(1232, Rcode::NOERROR, false, &unhex(options)).unwrap();
        let message = Message::parse(additionals.finish()).unwrap();
        let mut walk = message.edns().unwrap().unwrap().options().skip_while(Result::is_ok);
        assert!(walk.next().unwrap().is_err());
        assert!(walk.next().is_none());
        assert!(message.check().is_err());
    }
}

#[test]
fn two_opt_records_or_one_below_the_root_are_an_error() {
    let opt = "00 0029 04d0 00000000 0000";
    let below = "0161 00 0029 04d0 00000000 0000";
    for (count, records) in [(2, format!("{opt}{opt}")), (1, below.to_string())] {
        let message = unhex(&format!("0000 0000 0000 0000 0000 {count:04x} {records}"));
        assert!(Message::parse(&message).unwrap().edns().is_err());
    }
}

#[test]
fn padding_reaches_the_block_or_the_limit() {
    assert_eq!(padding_octets(61, 128, 1232), 67);
    assert_eq!(padding_octets(128, 128, 1232), 0);
    assert_eq!(padding_octets(1000, 468, 1232), 232);
    assert_eq!(padding_octets(2000, 468, 1232), 0);
    assert_eq!(padding_octets(1, 0, 1232), 0);
    let read = OptionData::Padding(&[0; 67]);
    assert_eq!(read.write(&mut [0; 71]), Ok(71));
}
