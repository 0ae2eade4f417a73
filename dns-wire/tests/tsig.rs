//! Transaction signatures: messages signed by dnspython 2.9, and our own both ways.
#![cfg(feature = "tsig")]

mod common;

use common::unhex;
use dns_wire::rdata::Rdata;
use dns_wire::tkey::{Tkey, TkeyMode};
use dns_wire::tsig::{
    TsigAlgorithm, TsigContext, TsigError, TsigKey, TsigRecord, TsigStream, refuse, sign, verify,
};
use dns_wire::{Builder, Class, Header, Message, NameBuf, RType, Rcode};
use proptest::prelude::*;

const NOW: u64 = 1_700_000_000;
const QUERY: &str = "12340100000100000000000203777777076578616d706c65000001000100002904d0000000000000036b6579c01000fa\
00ff00000000003d0b686d61632d7368613235360000006553f100012c0020460b86b625f8971e45bc23a38207ccd589822b26834162d0\
3dc579421e737ce6123400000000";
const RESPONSE: &str = "12348100000100010000000203777777076578616d706c650000010001c00c000100010000003c0004c00002010000\
292000000000000000036b6579c01000fa00ff00000000003d0b686d61632d7368613235360000006553f100012c0020c05600e3978ed3\
17661c6018646926be326cd4b1c6e478bfe8af5c6118adfa0e123400000000";

fn key(algorithm: TsigAlgorithm) -> TsigKey<'static> {
    TsigKey {
        name: "Key.example.".parse().unwrap(),
        algorithm,
        secret: b"0123456789abcdef",
        mac_len: None,
    }
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
            TsigAlgorithm::HmacMd5,
            "00010100000100000000000103777777076578616d706c650000010001036b6579c01000fa00ff00000000003a08484d41432d4d4435075349472d414c470352454703494e540000006553f100012c00103c678b2242b9cf360892c08ebe637004000100000000",
        ),
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

/// What RFC 8945 section 5.2.2.1 says of MACs that are not whole.
#[test]
fn truncated_macs_are_taken_where_the_key_says_so() {
    let whole = key(TsigAlgorithm::HmacSha256);
    let lenient = TsigKey { mac_len: Some(16), ..whole.clone() };
    // The MAC is no part of what is signed: one of another implementation, cut.
    let query = unhex(QUERY);
    let mac_at = query.len() - 6 - 32;
    for (len, by_lenient, by_whole) in [
        (32, None, None),
        (31, None, Some(TsigError::Truncated(31))),
        (16, None, Some(TsigError::Truncated(16))),
        (15, Some(TsigError::MacLength(15)), Some(TsigError::MacLength(15))),
        (0, Some(TsigError::MacLength(0)), Some(TsigError::MacLength(0))),
    ] {
        let cut = with_mac(&query, mac_at, &query[mac_at..mac_at + len]);
        for (key, expected) in [(&lenient, by_lenient), (&whole, by_whole)] {
            let verified = verify(&cut, key, TsigContext::Request, NOW);
            assert_eq!(verified.as_ref().err(), expected.as_ref(), "{len}");
            if let Ok(verified) = verified {
                assert_eq!(verified.mac.octets(), &query[mac_at..mac_at + len]);
            }
        }
    }
    let long = with_mac(&query, mac_at, &[0; 33]);
    let refused = verify(&long, &lenient, TsigContext::Request, NOW).unwrap_err();
    assert_eq!((refused, refused.rcode()), (TsigError::MacLength(33), Rcode::FORMERR));

    // What is asked for below the least is made as long as that; above the whole, as long as the whole.
    for (algorithm, wanted, made) in [
        (TsigAlgorithm::HmacSha1, 1, 10),
        (TsigAlgorithm::HmacMd5, 1, 10),
        (TsigAlgorithm::HmacSha512, 10, 32),
        (TsigAlgorithm::HmacSha512, 40, 40),
        (TsigAlgorithm::HmacSha384, 255, 48),
    ] {
        let key = TsigKey { mac_len: Some(wanted), ..key(algorithm) };
        let (signed, mac) = signed_query(&key, TsigContext::Request);
        assert_eq!(mac.len(), made);
        assert_eq!(verify(&signed, &key, TsigContext::Request, NOW).unwrap().mac.octets(), mac);
    }
}

/// The message with another MAC in its last record; both lengths follow.
fn with_mac(message: &[u8], at: usize, mac: &[u8]) -> Vec<u8> {
    let mut changed = message[..at].to_vec();
    let rdlength_at = at - 10 - 13 - 2;
    let other = 13 + 10 + 6 + mac.len();
    changed[rdlength_at..rdlength_at + 2].copy_from_slice(&(other as u16).to_be_bytes());
    changed[at - 2..].copy_from_slice(&(mac.len() as u16).to_be_bytes());
    changed.extend_from_slice(mac);
    changed.extend_from_slice(&message[message.len() - 6..]);
    changed
}

fn signed_query(key: &TsigKey<'_>, context: TsigContext<'_>) -> (Vec<u8>, Vec<u8>) {
    let mut buffer = [0; 512];
    let name: NameBuf = "www.example.".parse().unwrap();
    let mut questions = Builder::new(&mut buffer, Header { id: 7, ..Header::default() }).unwrap();
    questions.push_question(name.as_name(), RType::A, Class::IN).unwrap();
    let length = questions.finish().len();
    let (total, mac) = sign(&mut buffer, length, key, context, NOW, 300).unwrap();
    (buffer[..total].to_vec(), mac.octets().to_vec())
}

#[test]
fn a_refusal_says_why_and_is_signed_where_it_can_be() {
    let key = key(TsigAlgorithm::HmacSha256);
    let (query, mac) = signed_query(&key, TsigContext::Request);
    let request = TsigRecord::find(&query).unwrap().unwrap();
    assert_eq!((request.signed_at, request.fudge, request.mac), (NOW, 300, &mac[..]));
    assert_eq!(request.key, key.name.as_name());
    let refusal = |error: &TsigError, key: Option<&TsigKey<'_>>| {
        let mut buffer = [0; 512];
        let query = Message::parse(&query[..request.unsigned_len]);
        assert!(query.is_ok());
        let header = Header { id: 7, ..Header::default() };
        let length = Builder::new(&mut buffer, header).unwrap().finish().len();
        let total = refuse(&mut buffer, length, &request, error, key, NOW + 400).unwrap();
        for room in length..total {
            let mut short = buffer;
            assert!(refuse(&mut short[..room], length, &request, error, key, NOW + 400).is_err());
        }
        (buffer[..total].to_vec(), total > length)
    };
    let context = TsigContext::Response(&mac);

    // The clock of the server, and a signature that the client can check by its own.
    let late = verify(&query, &key, TsigContext::Request, NOW + 400).unwrap_err();
    let (reply, has_record) = refusal(&late, Some(&key));
    assert!(has_record);
    assert_eq!(verify(&reply, &key, context, NOW).unwrap_err(), TsigError::PeerTime(NOW + 400));
    let wrong = TsigContext::Response(b"another request's");
    assert_eq!(verify(&reply, &key, wrong, NOW).unwrap_err(), TsigError::Signature);

    let (reply, _) = refusal(&TsigError::Truncated(16), Some(&key));
    let told = verify(&reply, &key, context, NOW + 400).unwrap_err();
    assert_eq!(told, TsigError::Reported(Rcode::BADTRUNC));

    for error in [TsigError::Key, TsigError::Signature] {
        let (reply, _) = refusal(&error, None);
        let record = TsigRecord::find(&reply).unwrap().unwrap();
        assert!(record.mac.is_empty());
        assert_eq!(record.algorithm, request.algorithm);
        let told = verify(&reply, &key, context, NOW).unwrap_err();
        assert_eq!(told, TsigError::Reported(error.rcode()));
        let text = if error == TsigError::Key { "BADKEY" } else { "BADSIG" };
        assert_eq!(told.to_string(), format!("the peer reports {text}"));
    }
    for error in [TsigError::Missing, TsigError::Place, TsigError::MacLength(3)] {
        assert!(!refusal(&error, Some(&key)).1, "{error}");
        assert_eq!(error.rcode(), Rcode::FORMERR);
    }
}

/// RFC 8945 section 5.2: FORMERR, and not BADKEY, which would want a record that names the key.
#[test]
fn a_key_whose_name_cannot_be_read_is_malformed() {
    let key = key(TsigAlgorithm::HmacSha256);
    let (signed, _) = signed_query(&key, TsigContext::Request);
    let at = TsigRecord::find(&signed).unwrap().unwrap().unsigned_len;
    let owner_len = key.name.as_name().as_wire().len();
    // A pointer to itself, one further on, and one to the flags, which begin no label here.
    for target in [at, at + 2, 2] {
        let mut changed = signed[..at].to_vec();
        changed[2] = 0x40;
        changed.extend_from_slice(&(0xc000 | target as u16).to_be_bytes());
        changed.extend_from_slice(&signed[at + owner_len..]);
        let error = TsigRecord::find(&changed).unwrap_err();
        assert!(matches!(error, TsigError::Malformed(_)), "{target}: {error}");
        assert_eq!(error.rcode(), Rcode::FORMERR);
        assert_eq!(verify(&changed, &key, TsigContext::Request, NOW).unwrap_err(), error);
    }
}

/// A response of dnspython's to a request of its own: BADTIME, its clock 400 s ahead.
#[test]
fn a_refusal_of_another_implementation_is_read() {
    let key = key(TsigAlgorithm::HmacSha256);
    let query = unhex(
        "00090100000100000000000103777777076578616d706c650000010001036b6579c01000fa00ff00000000003d0b686d61632d7368613235360000006553f100012c00209a3bdfb943a6ac854bce369e4154aea29717d3f8a5ec024572606640762fd880000900000000",
    );
    let mac = verify(&query, &key, TsigContext::Request, NOW).unwrap().mac;
    let reply = unhex(
        "00098109000100000000000103777777076578616d706c650000010001036b6579c01000fa00ff0000000000430b686d61632d7368613235360000006553f100012c00201a23c0c51194e7769325ea4eab7acfbe87926cc7799c439e4e921619d7b2573a00090012000600006553f290",
    );
    let told = verify(&reply, &key, TsigContext::Response(mac.octets()), NOW).unwrap_err();
    assert_eq!(told, TsigError::PeerTime(NOW + 400));
}

/// A request for a transfer and five responses, of dnspython's: the second and third without a signature.
#[test]
fn a_stream_of_another_implementation_verifies() {
    let key = key(TsigAlgorithm::HmacSha256);
    let request = unhex(
        "000701000001000000000001076578616d706c650000fc0001036b6579c00c00fa00ff00000000003d0b686d61632d7368613235360000006553f100012c0020629200aa726f470b8a597fed2355ad70d21b96c99a7a9368d364bc50cf39f187000700000000",
    );
    let request_mac = verify(&request, &key, TsigContext::Request, NOW).unwrap().mac;
    let messages = [
        "000780000000000100000001076578616d706c6500000100010000003c0004c0000201036b6579c00c00fa00ff00000000003d0b686d61632d7368613235360000006553f100012c00208a85296d6e21b417d1dd95241b221e95f27fc01365694b2588b96303af29bc03000700000000",
        "000780000000000100000000076578616d706c6500000100010000003c0004c0000202",
        "000780000000000100000000076578616d706c6500000100010000003c0004c0000203",
        "000780000000000100000001076578616d706c6500000100010000003c0004c0000204036b6579c00c00fa00ff00000000003d0b686d61632d7368613235360000006553f100012c0020e5ef25c30238719f4d0cea46b5bb46b8dde36cb7adce5c80b51a563aab0813a1000700000000",
        "000780000000000100000001076578616d706c6500000100010000003c0004c0000205036b6579c00c00fa00ff00000000003d0b686d61632d7368613235360000006553f100012c002068712b74f9d99d5917777eb49c9e3288064f1c4118bc4fc29ec7c58cac0cfe81000700000000",
    ]
    .map(unhex);
    let mut stream = TsigStream::new(&key, request_mac.octets());
    for (message, signed) in messages.iter().zip([true, false, false, true, true]) {
        assert_eq!(stream.verify(message, NOW).unwrap().is_some(), signed);
        assert_eq!(stream.is_settled(), signed);
    }
    // We make the same octets.
    let mut stream = TsigStream::new(&key, request_mac.octets());
    for (message, signed) in messages.iter().zip([true, false, false, true, true]) {
        if !signed {
            stream.leave_unsigned(message).unwrap();
            continue;
        }
        let record = TsigRecord::find(message).unwrap().unwrap();
        let mut buffer = [0; 512];
        buffer[..record.unsigned_len].copy_from_slice(&message[..record.unsigned_len]);
        buffer[11] -= 1;
        let total = stream.sign(&mut buffer, record.unsigned_len, NOW, 300).unwrap();
        // dnspython compresses the name of the key: the RDATA is what can be compared.
        let ours = TsigRecord::find(&buffer[..total]).unwrap().unwrap();
        assert_eq!(ours.mac, record.mac);
    }
    // Left out, changed, or in another order, it does not verify.
    let mut stream = TsigStream::new(&key, request_mac.octets());
    stream.verify(&messages[0], NOW).unwrap();
    stream.verify(&messages[1], NOW).unwrap();
    assert_eq!(stream.clone().verify(&messages[3], NOW).unwrap_err(), TsigError::Signature);
    assert_eq!(stream.verify(&messages[4], NOW).unwrap_err(), TsigError::Signature);
    let mut stream = TsigStream::new(&key, request_mac.octets());
    assert_eq!(stream.verify(&messages[1], NOW).unwrap_err(), TsigError::Missing);
}

#[test]
fn at_most_99_messages_in_a_row_go_without_a_signature() {
    let key = key(TsigAlgorithm::HmacSha512);
    let mut theirs = TsigStream::new(&key, b"mac of the request");
    let mut ours = theirs.clone();
    let plain = Header { id: 3, ..Header::default() }.to_wire();
    let mut signed = || {
        let mut buffer = [0; 512];
        buffer[..12].copy_from_slice(&plain);
        let total = theirs.sign(&mut buffer, 12, NOW, 300).unwrap();
        for _ in 0..99 {
            theirs.leave_unsigned(&plain).unwrap();
        }
        assert_eq!(theirs.leave_unsigned(&plain).unwrap_err(), TsigError::Unsigned);
        buffer[..total].to_vec()
    };
    for _ in 0..2 {
        assert!(ours.verify(&signed(), NOW).unwrap().is_some());
        for _ in 0..99 {
            assert!(ours.verify(&plain, NOW).unwrap().is_none());
        }
        assert!(!ours.is_settled());
    }
    assert_eq!(ours.verify(&plain, NOW).unwrap_err(), TsigError::Unsigned);
}

proptest! {
    /// Whatever the key and the message, what is signed verifies, and with one octet changed it does not.
    #[test]
    fn any_message_verifies_until_it_is_changed(
        secret in proptest::collection::vec(any::<u8>(), 0..200),
        body in proptest::collection::vec(any::<u8>(), 0..40),
        algorithm in 0usize..6,
        mac_len in proptest::option::of(any::<u8>()),
        now in 0u64..1 << 48,
        at in any::<prop::sample::Index>(),
    ) {
        let algorithm = [
            TsigAlgorithm::HmacMd5,
            TsigAlgorithm::HmacSha1,
            TsigAlgorithm::HmacSha224,
            TsigAlgorithm::HmacSha256,
            TsigAlgorithm::HmacSha384,
            TsigAlgorithm::HmacSha512,
        ][algorithm];
        let name: NameBuf = "Key.example.".parse().unwrap();
        let key = TsigKey { name: name.clone(), algorithm, secret: &secret, mac_len };
        let mut buffer = [0; 512];
        let mut answers =
            Builder::new(&mut buffer, Header::default()).unwrap().answers();
        let ttl = dns_wire::Ttl(1);
        answers.push(name.as_name(), RType::NULL, Class::IN, ttl, &body).unwrap();
        let length = answers.finish().len();
        let (total, mac) = sign(&mut buffer, length, &key, TsigContext::Request, now, 300).unwrap();
        prop_assert_eq!(total - length, key.record_len());
        let verified = verify(&buffer[..total], &key, TsigContext::Request, now).unwrap();
        prop_assert_eq!((verified.mac, verified.signed_at, verified.unsigned_len), (mac, now, length));
        // The identifier is not signed.
        let at = 2 + at.index(total - 2);
        buffer[at] ^= 0x01;
        prop_assert!(verify(&buffer[..total], &key, TsigContext::Request, now).is_err(), "octet {}", at);
    }
}

/// RDATA of dnspython's.
#[test]
fn tkey_goes_both_ways() {
    let wire = unhex("0b686d61632d736861323536006553f1006553ff100003000000030102030001aa");
    let read = Tkey::read(&Rdata::flat(&wire)).unwrap();
    assert_eq!(
        (read.mode, read.error, read.key),
        (TkeyMode::GSS_API, Rcode::NOERROR, &[1, 2, 3][..])
    );
    assert_eq!(
        read.to_string(),
        "hmac-sha256. 20231114221320 20231114231320 3 NOERROR 3 AQID 1 qg=="
    );
    let refused = Tkey { error: Rcode::BADSIG, ..read };
    assert!(refused.to_string().contains(" 3 BADSIG 3 "));
    let mut out = vec![0; wire.len()];
    assert_eq!(read.to_wire(&mut out), Ok(wire.len()));
    assert_eq!(out, wire);
    for end in 0..wire.len() {
        assert!(Tkey::read(&Rdata::flat(&wire[..end])).is_err());
        assert!(read.to_wire(&mut out[..end]).is_err());
    }
    assert!(Tkey::read(&Rdata::flat(&[&wire[..], &[0]].concat())).is_err());
    for mode in TkeyMode::ALL {
        assert_eq!(mode.to_string().parse(), Ok(*mode));
    }
}
