//! Transaction signatures: messages signed by dnspython 2.9, and our own both ways.
#![cfg(feature = "tsig")]

mod common;

use common::unhex;
use dns_wire::tsig::{TsigAlgorithm, TsigContext, TsigError, TsigKey, sign, verify};
use dns_wire::{Builder, Class, Header, Message, NameBuf, RType, Rcode};

const NOW: u64 = 1_700_000_000;
const QUERY: &str = "12340100000100000000000203777777076578616d706c65000001000100002904d0000000000000036b6579c01000fa\
00ff00000000003d0b686d61632d7368613235360000006553f100012c0020460b86b625f8971e45bc23a38207ccd589822b26834162d0\
3dc579421e737ce6123400000000";
const RESPONSE: &str = "12348100000100010000000203777777076578616d706c650000010001c00c000100010000003c0004c00002010000\
292000000000000000036b6579c01000fa00ff00000000003d0b686d61632d7368613235360000006553f100012c0020c05600e3978ed3\
17661c6018646926be326cd4b1c6e478bfe8af5c6118adfa0e123400000000";

fn key(algorithm: TsigAlgorithm) -> TsigKey<'static> {
    TsigKey { name: "Key.example.".parse().unwrap(), algorithm, secret: b"0123456789abcdef" }
}

#[test]
fn messages_of_another_implementation_verify() {
    let key = key(TsigAlgorithm::HmacSha256);
    let query = verify(&unhex(QUERY), &key, TsigContext::Request, NOW).unwrap();
    assert_eq!((query.signed_at, query.unsigned_len), (NOW, 40));
    let response = unhex(RESPONSE);
    assert!(verify(&response, &key, TsigContext::Response(query.mac.octets()), NOW).is_ok());
    let alone = verify(&response, &key, TsigContext::Request, NOW);
    assert_eq!(alone.unwrap_err(), TsigError::Signature);
}

#[test]
fn other_algorithms_verify() {
    for (algorithm, message) in [
        (
            TsigAlgorithm::HmacSha1,
            "00010100000100000000000103777777076578616d706c650000010001036b6579c01000fa00ff00000000002f09686d61632d736861310000006553f100012c0014e44e0e4ef004ba96ba4e9c58dfba2d1cc749d7b5000100000000",
        ),
        (
            TsigAlgorithm::HmacSha224,
            "00010100000100000000000103777777076578616d706c650000010001036b6579c01000fa00ff0000000000390b686d61632d7368613232340000006553f100012c001c823c9b4dd931837069003ec01d869a7c641fd6bcef284f7b7257fd1c000100000000",
        ),
        (
            TsigAlgorithm::HmacSha384,
            "00010100000100000000000103777777076578616d706c650000010001036b6579c01000fa00ff00000000004d0b686d61632d7368613338340000006553f100012c0030b72177a912e8d1dc79f07eae34c6d67d53d9e5ae4c0a66a5752176741ab6303508afca3fc4288d18963f52e7e32f5cf2000100000000",
        ),
        (
            TsigAlgorithm::HmacSha512,
            "00010100000100000000000103777777076578616d706c650000010001036b6579c01000fa00ff00000000005d0b686d61632d7368613531320000006553f100012c0040038c5356d7c0c1f83fdad89cd2dbaeeaf6f45845854be32ffdadd9ebda76d8e0a117342528bee8e0ced474631d269ab1fb5079bb37c564fd19fe31d69afe8ca8000100000000",
        ),
    ] {
        assert!(
            verify(&unhex(message), &key(algorithm), TsigContext::Request, NOW).is_ok(),
            "{algorithm:?}"
        );
    }
}

#[test]
fn what_we_sign_verifies_and_nothing_else_does() {
    let key = key(TsigAlgorithm::HmacSha256);
    let mut buffer = [0; 512];
    let name: NameBuf = "www.example.".parse().unwrap();
    let mut questions = Builder::new(&mut buffer, Header { id: 7, ..Header::default() }).unwrap();
    questions.push_question(name.as_name(), RType::A, Class::IN).unwrap();
    let length = questions.finish().len();
    let (total, mac) = sign(&mut buffer, length, &key, TsigContext::Request, NOW, 300).unwrap();
    let signed = &buffer[..total];
    assert!(Message::parse(signed).unwrap().check().is_ok());
    assert_eq!(verify(signed, &key, TsigContext::Request, NOW).unwrap().mac, mac);

    assert_eq!(
        verify(signed, &key, TsigContext::Request, NOW + 301).unwrap_err(),
        TsigError::Time(NOW)
    );
    assert_eq!(
        verify(signed, &key, TsigContext::Request, NOW - 301).unwrap_err().rcode(),
        Rcode::BADTIME
    );
    let other = TsigKey { name: "other.".parse().unwrap(), ..key.clone() };
    assert_eq!(verify(signed, &other, TsigContext::Request, NOW).unwrap_err(), TsigError::Key);
    let wrong = TsigKey { secret: b"another", ..key.clone() };
    assert_eq!(
        verify(signed, &wrong, TsigContext::Request, NOW).unwrap_err().rcode(),
        Rcode::BADSIG
    );
    assert_eq!(verify(&signed[..length], &key, TsigContext::Request, NOW).unwrap_err(), {
        // The count says that a record is there, and it is not.
        TsigError::Malformed(Message::parse(&signed[..length]).unwrap().check().unwrap_err())
    });
    for at in 0..total {
        // The id is not signed, for forwarders may change it; any other octet is, or is checked.
        if at < 2 {
            continue;
        }
        let mut changed = signed.to_vec();
        changed[at] ^= 1;
        let result = verify(&changed, &key, TsigContext::Request, NOW);
        // A letter of the key's name or the algorithm's, the case bit aside, names another.
        assert!(result.is_err(), "octet {at} of {total}");
    }
    let mut short = [0; 512];
    short[..length].copy_from_slice(&buffer[..length]);
    assert!(sign(&mut short[..total - 1], length, &key, TsigContext::Request, NOW, 300).is_err());
}

#[test]
fn later_messages_of_a_stream_are_signed_over_the_one_before() {
    let key = key(TsigAlgorithm::HmacSha512);
    let mut before = None;
    for id in 0..4 {
        let mut buffer = [0; 512];
        let length =
            Builder::new(&mut buffer, Header { id, ..Header::default() }).unwrap().finish().len();
        let previous = before;
        let context = match &previous {
            None => TsigContext::Response(b"mac of the request"),
            Some(mac) => TsigContext::Subsequent(mac_octets(mac)),
        };
        let (total, mac) = sign(&mut buffer, length, &key, context, NOW, 300).unwrap();
        assert_eq!(verify(&buffer[..total], &key, context, NOW).unwrap().mac, mac);
        before = Some(mac);
    }
}

fn mac_octets(mac: &dns_wire::tsig::TsigMac) -> &[u8] {
    mac.octets()
}
