//! Names: text both ways, order, limits, compression and what is malformed.

use dns_wire::{
    Builder, Class, Header, Message, Name, NameBuf, RType, TextErrorKind, Ttl, WireErrorKind, rdata,
};
use proptest::prelude::*;

fn name(text: &str) -> NameBuf {
    text.parse().unwrap()
}

#[test]
fn text_has_the_escapes_and_limits_of_the_rfc() {
    for (text, shown) in [
        (".", "."),
        ("a", "a."),
        ("A.b.", "A.b."),
        (r"a\.b.c", r"a\.b.c."),
        (r"\097.", "a."),
        (r"a\032b", r"a\032b."),
        (r"\000\255", r"\000\255."),
        (r"\@\;\(\)\$\\", r"\@\;\(\)\$\\."),
        ("*.example.", "*.example."),
    ] {
        assert_eq!(name(text).to_string(), shown);
        assert_eq!(name(shown), name(text));
    }
    for (text, kind, offset) in [
        ("", TextErrorKind::Empty, 0),
        ("a..b", TextErrorKind::Empty, 2),
        (".a", TextErrorKind::Empty, 0),
        (r"a\25", TextErrorKind::Escape, 1),
        (r"a\256", TextErrorKind::Escape, 1),
        (r"a\", TextErrorKind::Escape, 1),
        (&"a".repeat(64), TextErrorKind::LabelTooLong, 64),
        (&"a.".repeat(128), TextErrorKind::NameTooLong, 254),
    ] {
        let error = text.parse::<NameBuf>().unwrap_err();
        assert_eq!((error.kind, error.offset), (kind, offset), "{text}");
    }
    assert_eq!(name(&"a.".repeat(127)).as_name().as_wire().len(), 255);
    assert_eq!(name(&"a.".repeat(127)).as_name().label_count(), 127);
    let origin = name("example.");
    assert_eq!(NameBuf::from_text(b"@", Some(origin.as_name())), Ok(origin.clone()));
    assert_eq!(NameBuf::from_text(b"a", Some(origin.as_name())), Ok(name("a.example.")));
    assert_eq!(NameBuf::from_text(b"a", None).unwrap_err().kind, TextErrorKind::NoOrigin);
}

/// RFC 4034 §6.1.
#[test]
fn the_order_is_the_canonical_one() {
    let names = [
        "example.",
        "a.example.",
        "yljkjljk.a.example.",
        "Z.a.example.",
        "zABC.a.EXAMPLE.",
        "z.example.",
        r"\001.z.example.",
        "*.z.example.",
        r"\200.z.example.",
    ];
    for pair in names.windows(2) {
        assert!(name(pair[0]) < name(pair[1]), "{pair:?}");
    }
}

#[test]
fn parts_of_a_name() {
    let www = name("www.Example.com.");
    let www = www.as_name();
    assert_eq!(www.parent().unwrap().to_string(), "Example.com.");
    assert_eq!(www.suffix(1).to_string(), "com.");
    assert_eq!(www.suffix(9), www);
    assert!(www.is_subdomain_of(name("EXAMPLE.com.").as_name()));
    assert!(www.is_subdomain_of(www) && www.is_subdomain_of(Name::ROOT));
    assert!(!www.is_subdomain_of(name("ample.com.").as_name()));
    assert!(name("*.a.").as_name().is_wildcard() && !www.is_wildcard());
    assert_eq!(Name::ROOT.parent(), None);
    let mut longest = name(&"a.".repeat(126));
    assert!(!longest.prepend(b"ab") && longest.prepend(b"a"));
    assert!(!longest.prepend(b"a") && !longest.push_label(b"a") && !longest.prepend(b""));
}

/// A message of one question and the octets of one record's owner after it.
fn with_owner(owner: &[u8]) -> Vec<u8> {
    let mut octets = vec![0, 0, 0x80, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, b'q', 0, 0, 1, 0, 1];
    octets.extend_from_slice(owner);
    octets.extend_from_slice(&[0, 1, 0, 1, 0, 0, 0, 0, 0, 0]);
    octets
}

#[test]
fn malformed_names_are_told_and_end_the_walk() {
    for (owner, kind) in [
        (&[0xc0, 19][..], WireErrorKind::PointerForward),
        (&[0xc0, 21], WireErrorKind::PointerForward),
        (&[1, b'a', 0xc0, 19], WireErrorKind::PointerForward),
        (&[0xff, 0xff], WireErrorKind::PointerForward),
        (&[0x40, 0], WireErrorKind::LabelType),
        (&[0x80, 0], WireErrorKind::LabelType),
        (&[63, 0], WireErrorKind::Truncated),
    ] {
        let octets = with_owner(owner);
        let message = Message::parse(&octets).unwrap();
        let error = message.check().unwrap_err();
        assert_eq!(error.kind, kind, "{owner:?}");
        let mut records = message.records().skip_while(Result::is_ok);
        assert!(records.next().is_some());
        assert!(records.next().is_none());
    }
    let octets = with_owner(&[1, b'a', 0xc0, 12]);
    let message = Message::parse(&octets).unwrap();
    let owner = message.answers().next().unwrap().unwrap().owner;
    assert_eq!(owner, name("A.Q.").as_name());
    assert_eq!(owner.to_string(), "a.q.");
}

#[test]
fn labels_all_at_once_are_those_one_by_one() {
    // The question, `q.`, is at octet 12 and its root at 14.
    for (owner, labels) in [
        (&[0][..], 0),
        (&[0xc0, 14], 0),
        (&[0xc0, 12], 1),
        (&[1, b'a', 0], 1),
        (&[1, b'a', 0xc0, 14], 1),
        (&[2, b'b', b'B', 1, b'a', 0xc0, 12], 3),
        // One label, and the error of what the header has at octet 2.
        (&[1, b'a', 0xc0, 2], 2),
    ] {
        let octets = with_owner(owner);
        let message = Message::parse(&octets).unwrap();
        let owner = message.answers().next().unwrap().unwrap().owner;
        let mut left = owner.labels();
        for seen in 0..=labels {
            let (mut one_by_one, mut at_once) = (Vec::new(), Vec::new());
            for label in left.clone() {
                one_by_one.push(label.map(|label| label.octets()));
            }
            left.clone().for_each(|label| at_once.push(label.map(|label| label.octets())));
            assert_eq!(one_by_one.len(), labels - seen);
            assert_eq!(one_by_one, at_once);
            left.next();
        }
    }
}

#[test]
fn pointers_are_bounded_and_thirty_four_labels_may_all_be_compressed() {
    // A chain of `a` and a pointer to the link before, in the RDATA of a record without a form.
    let chain = |links: u16| {
        let mut octets = vec![0, 0, 0x80, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0xff, 0, 0, 1, 0, 0, 0, 0];
        octets.extend((3 + (links - 1) * 4).to_be_bytes());
        let mut last = octets.len() as u16;
        octets.extend([1, b'a', 0]);
        for _ in 1..links {
            let at = octets.len() as u16;
            octets.extend([1, b'a']);
            octets.extend((0xc000 | last).to_be_bytes());
            last = at;
        }
        octets.extend((0xc000 | last).to_be_bytes());
        octets.extend([0, 1, 0, 1, 0, 0, 0, 0, 0, 0]);
        octets
    };
    // As many labels as an IPv6 address has in `ip6.arpa`, a pointer before each.
    let fine = chain(34);
    let message = Message::parse(&fine).unwrap();
    assert_eq!(
        message
            .answers()
            .nth(1)
            .unwrap()
            .unwrap()
            .owner
            .to_name_buf()
            .unwrap()
            .as_name()
            .label_count(),
        34
    );
    let long = chain(35);
    let message = Message::parse(&long).unwrap();
    let owner = message.answers().nth(1).unwrap().unwrap().owner;
    assert_eq!(owner.check().unwrap_err().kind, WireErrorKind::PointerHops);
}

/// The owner of a record after one whose RDATA, at octet 23, are these octets.
fn owner_after(rdata: &[u8], owner: &[u8]) -> Result<NameBuf, WireErrorKind> {
    let mut octets = vec![0, 0, 0x80, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0xff, 0, 0, 1, 0, 0, 0, 0];
    octets.extend((rdata.len() as u16).to_be_bytes());
    octets.extend(rdata);
    octets.extend(owner);
    octets.extend([0, 1, 0, 1, 0, 0, 0, 0, 0, 0]);
    let message = Message::parse(&octets).unwrap();
    let owner = message.answers().nth(1).unwrap().map_err(|error| error.kind)?.owner;
    let read = owner.to_name_buf().map_err(|error| error.kind);
    assert_eq!(
        owner.check().map_err(|error| error.kind),
        read.as_ref().map(|_| ()).map_err(|&kind| kind)
    );
    read
}

#[test]
fn as_many_labels_as_there_can_be_may_have_three_pointers() {
    // Labels, a pointer to them, and so on; what comes last in the RDATA is the name.
    let chain = |pointers: usize| {
        let mut octets = [[1, b'a']; 127].as_flattened()[..2 * (127 - pointers)].to_vec();
        octets.push(0);
        let mut last = 23u16;
        for _ in 0..pointers {
            let at = 23 + octets.len() as u16;
            octets.extend([1, b'a']);
            octets.extend((0xc000 | last).to_be_bytes());
            last = at;
        }
        (octets, (0xc000 | last).to_be_bytes())
    };
    for (pointers, fine) in [(0, true), (1, true), (3, true), (4, false)] {
        let (octets, owner) = chain(pointers);
        match owner_after(&octets, &owner) {
            Ok(name) => assert!(fine && name.as_name().label_count() == 127),
            Err(kind) => assert!(!fine && kind == WireErrorKind::PointerHops, "{pointers}: {kind}"),
        }
    }
}

#[test]
fn pointers_to_pointers_count_twice_but_the_first_of_a_name() {
    // A label at octet 23, and pointers from octet 26 on, each to the one before it.
    let chain = |pointers: u16| {
        let mut octets = vec![1, b'a', 0];
        octets.extend(0xc017u16.to_be_bytes());
        for pointer in 1..pointers {
            octets.extend((0xc000 | (26 + 2 * (pointer - 1))).to_be_bytes());
        }
        (octets, (0xc000 | (26 + 2 * (pointers - 1))).to_be_bytes())
    };
    // One, and 22 times six, and three left, one of which is the label's.
    let (octets, owner) = chain(22);
    assert_eq!(owner_after(&octets, &owner).unwrap(), name("a."));
    let (octets, owner) = chain(23);
    assert_eq!(owner_after(&octets, &owner), Err(WireErrorKind::PointerHops));
}

#[test]
fn a_name_in_one_piece_is_flat_even_behind_a_pointer() {
    let mut buffer = [0; 512];
    let mut answers = Builder::new(&mut buffer, Header::default()).unwrap().answers();
    for text in ["www.example.", "www.example.", "a.www.example."] {
        answers.push(name(text).as_name(), RType::A, Class::IN, Ttl(0), &[1, 2, 3, 4]).unwrap();
    }
    let message = Message::parse(answers.finish()).unwrap();
    let flat: Vec<_> = message.answers().map(|record| record.unwrap().owner.as_flat()).collect();
    assert_eq!(flat[0].unwrap(), name("www.example.").as_name());
    assert_eq!(flat[1].unwrap().as_wire().as_ptr(), flat[0].unwrap().as_wire().as_ptr());
    assert!(flat[2].is_none());
}

#[test]
fn what_ends_early_is_told_where_it_ends() {
    let told = |octets: &[u8]| {
        Name::from_wire(octets).map(|_| ()).map_err(|error| (error.kind, error.offset))
    };
    assert_eq!(told(b""), Err((WireErrorKind::Truncated, 0)));
    let told = |octets: &[u8]| {
        rdata::validate(RType::NS, octets).map_err(|error| (error.kind, error.offset))
    };
    assert_eq!(told(b""), Err((WireErrorKind::Truncated, 0)));
    assert_eq!(told(b"\x01"), Err((WireErrorKind::Truncated, 0)));
    assert_eq!(told(b"\x01a\x02b"), Err((WireErrorKind::Truncated, 2)));
    assert_eq!(told(b"\x01a\xc0\x00"), Err((WireErrorKind::PointerForbidden, 2)));
    assert_eq!(told(b"\x01a\x40"), Err((WireErrorKind::LabelType, 2)));
    assert_eq!(told(b"\x01a\x00\x00"), Err((WireErrorKind::Trailing, 3)));
}

#[test]
fn compression_keeps_case_and_label_borders() {
    let mut buffer = [0; 1024];
    let mut answers = Builder::new(&mut buffer, Header::default()).unwrap().answers();
    let names = [
        "www.example.com.",
        "WWW.example.com.",
        "w.xample.com.",
        "example.com.",
        "www.example.com.",
        "com.",
    ];
    for text in names {
        answers.push(name(text).as_name(), RType::A, Class::IN, Ttl(0), &[1, 2, 3, 4]).unwrap();
    }
    let octets = answers.finish();
    let message = Message::parse(octets).unwrap();
    let read: Vec<_> = message.answers().map(|record| record.unwrap().owner.to_string()).collect();
    assert_eq!(read, names);
    // 17, 4 + 2, 2 + 7 + 2, 2, 2, 2 octets of names.
    assert_eq!(message.octets().len(), 12 + 17 + 6 + 11 + 2 + 2 + 2 + 6 * 14);
}

/// Each name would point to the one before it. Readers bound pointers, so the builder does too.
#[test]
fn names_that_grow_label_by_label_are_written_so_that_they_can_be_read() {
    let mut buffer = [0; 16_384];
    let mut answers = Builder::new(&mut buffer, Header::default()).unwrap().answers();
    let (mut grown, mut owners) = (NameBuf::root(), Vec::new());
    while grown.prepend(b"a") {
        answers.push(grown.as_name(), RType::A, Class::IN, Ttl(0), &[1, 2, 3, 4]).unwrap();
        owners.push(grown.clone());
    }
    assert_eq!(owners.len(), 127);
    let message = Message::parse(answers.finish()).unwrap();
    let read = message.answers().map(|record| record.unwrap().owner.to_name_buf().unwrap());
    assert!(read.eq(owners.iter().cloned()));
    let flat: usize = owners.iter().map(|owner| owner.as_name().as_wire().len()).sum();
    assert!(message.octets().len() < 12 + flat / 3 + 127 * 14, "hardly any is compressed");
}

#[test]
fn names_past_the_reach_of_a_pointer_are_not_pointed_at() {
    let mut buffer = vec![0; 65_535];
    let mut answers = Builder::new(&mut buffer, Header::default()).unwrap().answers();
    let filler = vec![0; 16_500];
    answers.push(Name::ROOT, RType(65_400), Class::IN, Ttl(0), &filler).unwrap();
    for _ in 0..3 {
        answers
            .push(name("far.away.").as_name(), RType::A, Class::IN, Ttl(0), &[1, 2, 3, 4])
            .unwrap();
    }
    let message = Message::parse(answers.finish()).unwrap();
    assert!(message.check().is_ok());
    let owners = message.answers().skip(1).map(|record| record.unwrap().owner.to_string());
    assert!(owners.eq(["far.away.", "far.away.", "far.away."]));
}

#[test]
fn an_rrset_that_does_not_fit_leaves_no_trace_but_the_bit() {
    let mut buffer = [0; 60];
    let mut answers = Builder::new(&mut buffer, Header::default()).unwrap().answers();
    answers.reserve(11).unwrap();
    let owner = name("a.b.");
    let set = [[192, 0, 2, 1], [192, 0, 2, 2], [192, 0, 2, 3]];
    let rdatas = || set.iter().map(|address| &address[..]);
    assert!(answers.push_rrset(owner.as_name(), RType::A, Class::IN, Ttl(0), rdatas()).is_err());
    assert_eq!(answers.len(), 12);
    assert!(answers.flags().truncated());
    assert!(
        answers.push_rrset(owner.as_name(), RType::A, Class::IN, Ttl(0), rdatas().take(1)).is_ok()
    );
    let mut additionals = answers.additionals();
    additionals.push_opt(1232, dns_wire::Rcode::NOERROR, false, &[]).unwrap();
    let message = Message::parse(additionals.finish()).unwrap();
    assert!(message.check().is_ok() && message.header().flags.truncated());
    assert_eq!((message.answers().count(), message.additionals().count()), (1, 1));
}

proptest! {
    #[test]
    fn any_labels_go_through_text_and_through_a_message(labels in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..20), 0..9)) {
        let mut built = NameBuf::root();
        for label in &labels {
            prop_assert!(built.push_label(label));
        }
        let text = built.to_string();
        let again: NameBuf = text.parse().unwrap();
        prop_assert!(again.as_name().eq_case(built.as_name()));
        let mut buffer = [0; 1024];
        let mut answers = Builder::new(&mut buffer, Header::default()).unwrap().answers();
        for _ in 0..2 {
            answers.push(built.as_name(), RType::CNAME, Class::IN, Ttl(0), built.as_name().as_wire()).unwrap();
        }
        let message = Message::parse(answers.finish()).unwrap();
        for record in message.answers() {
            let record = record.unwrap();
            prop_assert!(record.owner.to_name_buf().unwrap().as_name().eq_case(built.as_name()));
            prop_assert_eq!(record.rdata.display(RType::CNAME).to_string(), text.clone());
        }
    }

    #[test]
    fn the_order_agrees_with_a_naive_one(a in "[a-zA-Z0-9*]{1,3}(\\.[a-zA-Z0-9*]{1,3}){0,3}", b in "[a-zA-Z0-9*]{1,3}(\\.[a-zA-Z0-9*]{1,3}){0,3}") {
        let naive = |text: &str| text.to_lowercase().rsplit('.').map(|label| label.as_bytes().to_vec()).collect::<Vec<_>>();
        prop_assert_eq!(name(&a).cmp(&name(&b)), naive(&a).cmp(&naive(&b)));
    }

    #[test]
    fn any_octets_are_read_without_a_panic(octets in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(message) = Message::parse(&octets) {
            let _ = message.check();
        }
    }
}
