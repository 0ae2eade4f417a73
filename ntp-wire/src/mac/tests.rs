use super::*;
use crate::client::request;
use crate::extension::{FieldType, Writer};
use std::vec::Vec;

const SECRET: [u8; 32] = *b"0123456789abcdef0123456789ABCDEF";
const SECRET_16: [u8; 16] = *b"0123456789abcdef";

fn keys() -> [(Key<'static>, usize, usize); 7] {
    // Digest octets in version 3 and in version 4.
    [
        (Key::Md5(&SECRET), 16, 16),
        (Key::Sha1(&SECRET), 20, 20),
        (Key::Sha256(&SECRET), 32, 20),
        (Key::Sha384(&SECRET), 48, 20),
        (Key::Sha512(&SECRET), 64, 20),
        (Key::AesCmac128(&SECRET_16), 16, 16),
        (Key::AesCmac256(&SECRET), 16, 16),
    ]
}

#[test]
fn sealed_packets_verify_and_changed_ones_do_not() {
    for (key, old, new) in keys() {
        for (version, digest) in [(Version::V3, old), (Version::V4, new)] {
            let mut out = [0; 200];
            let packet = Packet { version, ..request(7) }.to_bytes();
            out[..48].copy_from_slice(&packet);
            let length = key.seal(0x1234_5678, &mut out, 48).unwrap();
            assert_eq!(length, 48 + 4 + digest);
            let find = |id| (id == 0x1234_5678).then_some(key);
            assert_eq!(verify(&out[..length], find), Ok(0x1234_5678));
            for octet in (1..48).chain(52..length) {
                let mut changed = out;
                changed[octet] ^= 0x10;
                let result = verify(&changed[..length], find);
                assert_eq!(result, Err(Unauthentic::Digest { id: 0x1234_5678 }), "{octet}");
            }
            let none = verify(&out[..length], |_| None);
            assert_eq!(none, Err(Unauthentic::UnknownKey { id: 0x1234_5678 }));
        }
    }
}

#[test]
fn fields_are_signed_too() {
    let mut out = [0; 200];
    out[..48].copy_from_slice(&request(7).to_bytes());
    let mut writer = Writer::new(&mut out, 48).unwrap();
    writer.push(FieldType::MONO_ROOT, &[3; 24]).unwrap();
    let length = writer.len();
    let key = Key::AesCmac128(&SECRET_16);
    let length = key.seal(1, &mut out, length).unwrap();
    assert_eq!(verify(&out[..length], |_| Some(key)), Ok(1));
    out[60] ^= 1;
    assert_eq!(verify(&out[..length], |_| Some(key)), Err(Unauthentic::Digest { id: 1 }));
}

#[test]
fn what_is_not_there_is_named() {
    let key = |_| Some(Key::Md5(&SECRET));
    let packet = request(7).to_bytes();
    assert_eq!(verify(&packet[..40], key), Err(Unauthentic::TooShort { octets: 40 }));
    assert_eq!(verify(&packet, key), Err(Unauthentic::NoMac));
    let nak = [&packet[..], &[0; 4]].concat();
    assert_eq!(verify(&nak, key), Err(Unauthentic::CryptoNak));
    let odd = [&packet[..], &[0; 5]].concat();
    assert!(matches!(verify(&odd, key), Err(Unauthentic::Trailer(_))));
}

#[test]
fn no_room_changes_nothing() {
    let mut out: Vec<u8> = std::vec![0xa5; 67];
    out[..48].copy_from_slice(&request(7).to_bytes());
    let before = out.clone();
    assert_eq!(Key::Md5(&SECRET).seal(1, &mut out, 48), Err(Full));
    assert_eq!(Key::Md5(&SECRET).seal(1, &mut out, 40), Err(Full));
    assert_eq!(Key::Md5(&SECRET).seal(1, &mut out, 100), Err(Full));
    assert_eq!(out, before);
}

/// RFC 4493 §4, example 3 has 40 octets; a packet has 48, so the raw digest is checked.
#[test]
fn aes_cmac_of_rfc_4493() {
    let key = [
        0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6, 0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f,
        0x3c,
    ];
    let empty = Key::AesCmac128(&key).digest(&[]);
    assert_eq!(
        empty.cut(Version::V4),
        [
            0xbb, 0x1d, 0x69, 0x29, 0xe9, 0x59, 0x37, 0x28, 0x7f, 0xa3, 0x7d, 0x12, 0x9b, 0x75,
            0x67, 0x46
        ]
    );
}

/// RFC 1321 §A.5 and FIPS 180: the digests of "abc", here as key "a" and packet "bc".
#[test]
fn digests_of_abc() {
    let starts = [
        (Key::Md5(b"a"), [0x90, 0x01, 0x50, 0x98]),
        (Key::Sha1(b"a"), [0xa9, 0x99, 0x3e, 0x36]),
        (Key::Sha256(b"a"), [0xba, 0x78, 0x16, 0xbf]),
        (Key::Sha384(b"a"), [0xcb, 0x00, 0x75, 0x3f]),
        (Key::Sha512(b"a"), [0xdd, 0xaf, 0x35, 0xa1]),
    ];
    for (key, start) in starts {
        assert_eq!(key.digest(b"bc").cut(Version::V3)[..4], start);
    }
}
