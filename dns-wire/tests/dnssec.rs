//! DNSSEC data work beside the examples of the RFCs.

mod common;

use common::hex;
use dns_wire::dnssec::{SignedDataError, canonical_cmp, canonical_octets, key_tag, signed_data};
use dns_wire::rdata::{self, Rdata, Rrsig};
use dns_wire::{Class, NameBuf, RType};
use proptest::prelude::*;

fn name(text: &str) -> NameBuf {
    text.parse().unwrap()
}

fn wire(rtype: RType, text: &str) -> Vec<u8> {
    let mut out = vec![0; 4096];
    let length = rdata::from_text(rtype, rdata::split(text.as_bytes()), None, &mut out).unwrap();
    out.truncate(length);
    out
}

/// RFC 4034 §5.4.
const KEY: &str = "256 3 5 AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAphXdvxegXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw==";

#[test]
fn key_tags_are_those_of_the_rfcs() {
    assert_eq!(key_tag(&wire(RType::DNSKEY, KEY)), 60485);
    assert_eq!(key_tag(&[]), 0);
    // Algorithm 1 takes the last but two and last but one octets.
    assert_eq!(key_tag(&[1, 0, 3, 1, 0xaa, 0x12, 0x34, 0x56]), 0x1234);
}

#[cfg(feature = "digest")]
#[test]
fn ds_digests_are_those_of_the_rfcs() {
    use dns_wire::dnssec::ds_digest;
    let key = wire(RType::DNSKEY, KEY);
    let owner = name("DSKEY.example.com.");
    let mut digest = [0; 64];
    for (digest_type, expected) in [
        (1, "2bb183af5f22588179a53b0a98631fad1a292118"),
        // RFC 4509 §2.3.
        (2, "d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a"),
    ] {
        let length = ds_digest(owner.as_name(), &key, digest_type, &mut digest).unwrap();
        assert_eq!(hex(&digest[..length]), expected);
        assert!(ds_digest(owner.as_name(), &key, digest_type, &mut [0; 19]).is_err());
    }
    assert_eq!(ds_digest(owner.as_name(), &key, 4, &mut digest), Ok(48));
    assert!(ds_digest(owner.as_name(), &key, 3, &mut digest).is_err());
}

/// RFC 5155 appendix A.
#[cfg(feature = "digest")]
#[test]
fn nsec3_hashes_are_those_of_the_rfc() {
    use dns_wire::dnssec::nsec3_hash;
    let salt = [0xaa, 0xbb, 0xcc, 0xdd];
    for (owner, expected) in [
        ("example.", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom"),
        ("a.example.", "35mthgpgcu1qg68fab165klnsnk3dpvl"),
        ("AI.example.", "gjeqe526plbf1g8mklp59enfd789njgi"),
        ("*.w.example.", "r53bq7cc2uvmubfu5ocmm6pers9tk9en"),
        ("2t7b4g4vsa5smi47k61mv5bv1a22bojr.example.", "kohar7mbb8dc2ce8a9qvl8hon4k53uhi"),
    ] {
        let hash = nsec3_hash(name(owner).as_name(), &salt, 12, 100).unwrap();
        let mut rdata = vec![1, 0, 0, 0, 0, 20];
        rdata.extend(hash);
        let shown = rdata::display(RType::NSEC3, &rdata).to_string();
        assert_eq!(shown, format!("1 0 0 - {}", expected.to_uppercase()));
    }
    assert!(nsec3_hash(dns_wire::Name::ROOT, &salt, 101, 100).is_err());
}

#[test]
fn names_are_lower_cased_in_the_canonical_form_of_the_listed_types_only() {
    for (rtype, text, canonical) in [
        (RType::A6, "64 ::1 PreFix.EXAMPLE.", "64 ::1 prefix.example."),
        (RType::A6, "128 A.B.", "128 a.b."),
        (RType::A6, "0 ::1", "0 ::1"),
        (RType::NS, "A.Example.", "a.example."),
        (RType::SOA, "A.B. C.D. 1 2 3 4 5", "a.b. c.d. 1 2 3 4 5"),
        (RType::MX, "10 MX.", "10 mx."),
        (RType::SRV, "0 1 9 Host.", "0 1 9 host."),
        (RType::NAPTR, "1 2 \"U\" \"S\" \"R\" Name.", "1 2 \"U\" \"S\" \"R\" name."),
        (RType::DNAME, "A.", "a."),
        (RType::RRSIG, "A 5 3 1 1 1 1 Signer. AA==", "A 5 3 1 1 1 1 signer. AA=="),
        // RFC 6840 §5.1 takes NSEC off the list; later types were never on it.
        (RType::NSEC, "Next. A", "Next. A"),
        (RType::SVCB, "1 Target.", "1 Target."),
        (RType::LP, "1 Target.", "1 Target."),
        (RType::TXT, "\"TEXT\"", "\"TEXT\""),
        (RType::HINFO, "\"CPU\" \"OS\"", "\"CPU\" \"OS\""),
    ] {
        let rdata = wire(rtype, text);
        let expected = wire(rtype, canonical);
        assert_eq!(canonical_octets(rtype, &rdata).collect::<Vec<_>>(), expected, "{rtype}");
        assert!(canonical_cmp(rtype, &rdata, &expected).is_eq());
        let mut in_place = rdata.clone();
        rdata::canonicalize(rtype, &mut in_place);
        assert_eq!(in_place, expected);
    }
}

#[test]
fn signed_data_is_what_the_rfc_says() {
    let signature =
        wire(RType::RRSIG, "A 5 2 86400 20030322173103 20030220173103 2642 Example.com. AAAA");
    let rrsig: Rrsig<'_> = Rdata::flat(&signature).parse().unwrap();
    let (two, one) = ([192, 0, 2, 2], [192, 0, 2, 1]);
    let expand = |owner: &str, rdatas: &mut [&[u8]]| {
        let mut all = Vec::new();
        let owner = name(owner);
        signed_data(&rrsig, owner.as_name(), Class::IN, rdatas, |piece| {
            all.extend_from_slice(piece);
        })
        .map(|()| all)
    };
    let head =
        "0001 05 02 00015180 3e7c9dd7 3e5510d7 0a52 076578616d706c6503636f6d00".replace(' ', "");
    let record = |owner: &str, last: u8| format!("{owner}00010001000151800004c00002{last:02x}");

    // Sorted, once each, lower-cased.
    let owner = "076578616d706c6503636f6d00";
    let expected = format!("{head}{}{}", record(owner, 1), record(owner, 2));
    let set: &mut [&[u8]] = &mut [&two, &one, &two];
    assert_eq!(hex(&expand("EXAMPLE.com.", set).unwrap()), expected);

    // More labels than the signature counts: the wildcard is what was signed (RFC 4035 §5.3.2).
    let wildcard = "012a076578616d706c6503636f6d00";
    let expected = format!("{head}{}", record(wildcard, 1));
    assert_eq!(hex(&expand("a.b.example.com.", &mut [&one]).unwrap()), expected);
    assert_eq!(hex(&expand("*.example.com.", &mut [&one]).unwrap()), expected);

    assert_eq!(expand("com.", &mut [&one]), Err(SignedDataError::Labels));
}

/// RDATA of a few pieces, so that well-formed ones and malformed ones that nearly equal them are frequent.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    const PIECES: [&[u8]; 9] = [
        b"\x01a",
        b"\x01A",
        b"\x01Z",
        b"\x01z",
        b"\0",
        b"\0\x0a",
        b"\x01",
        b"\xc0",
        b"\x40\0\0\x40",
    ];
    proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..7)
        .prop_map(|pieces| pieces.concat())
}

/// Types with names at the start, after others, and after a prefix.
const WITH_NAMES: [RType; 7] =
    [RType::NS, RType::MX, RType::SOA, RType::A6, RType::SRV, RType::NAPTR, RType::RRSIG];

proptest! {
    #[test]
    fn the_canonical_order_is_total(
        rtype in proptest::sample::select(&WITH_NAMES[..]),
        (a, b, c) in (pieces(), pieces(), pieces()),
    ) {
        let cmp = |a: &[u8], b: &[u8]| canonical_cmp(rtype, a, b);
        prop_assert_eq!(cmp(&a, &b), cmp(&b, &a).reverse());
        prop_assert!(cmp(&a, &a).is_eq());
        if cmp(&a, &b).is_le() && cmp(&b, &c).is_le() {
            prop_assert!(cmp(&a, &c).is_le());
            prop_assert_eq!(cmp(&a, &c).is_eq(), cmp(&a, &b).is_eq() && cmp(&b, &c).is_eq());
        }
        let key = |rdata: &[u8]| canonical_octets(rtype, rdata).collect::<Vec<_>>();
        prop_assert_eq!(cmp(&a, &b), key(&a).cmp(&key(&b)));
    }

    /// The library's sort may panic at an order that is not total.
    #[test]
    fn any_set_is_sorted_whatever_is_in_it(
        rtype in proptest::sample::select(&WITH_NAMES[..]),
        set in proptest::collection::vec(pieces(), 0..200),
    ) {
        let mut text = wire(RType::RRSIG, "A 5 0 1 1 1 1 signer. AAAA");
        text[..2].copy_from_slice(&rtype.0.to_be_bytes());
        let rrsig: Rrsig<'_> = Rdata::flat(&text).parse().unwrap();
        let mut rdatas: Vec<&[u8]> = set.iter().map(Vec::as_slice).collect();
        let root = dns_wire::Name::ROOT;
        signed_data(&rrsig, root, Class::IN, &mut rdatas, |_| {}).unwrap();
        prop_assert!(rdatas.is_sorted_by(|a, b| canonical_cmp(rtype, a, b).is_le()));
    }
}

/// Half of them end before their name does, and all in both cases.
#[test]
fn malformed_and_well_formed_names_are_sorted_together() {
    assert!(canonical_cmp(RType::NS, b"\x01a", b"\x01Z\0").is_lt());
    assert!(canonical_cmp(RType::NS, b"\x01Z\0", b"\x01a").is_gt());
    let mut set: Vec<Vec<u8>> = Vec::new();
    for letter in b'a'..=b'q' {
        for letter in [letter, letter.to_ascii_uppercase()] {
            set.extend([vec![1, letter], vec![1, letter, 0]]);
        }
    }
    for rotation in 0..set.len() {
        let mut rotated = set.clone();
        rotated.rotate_left(rotation);
        rotated.sort_unstable_by(|a, b| canonical_cmp(RType::NS, a, b));
        assert!(rotated.is_sorted_by(|a, b| canonical_cmp(RType::NS, a, b).is_le()));
    }
}
