//! The builder: room kept for records to come, what truncates, and records relayed from another message.

use dns_wire::{Builder, Class, Full, Header, Message, Name, NameBuf, RType, Rcode, Ttl, rdata};

fn name(text: &str) -> NameBuf {
    text.parse().unwrap()
}

#[test]
fn opt_takes_its_own_room_and_leaves_what_is_kept_for_another() {
    let push = |builder: &mut Builder<'_, dns_wire::Additional>, octets: usize| {
        builder.push_raw(Name::ROOT, RType::NULL, Class::IN, Ttl(0), &[0; 100][..octets])
    };
    for options in [&[][..], &[0, 10, 0, 1, 7]] {
        let opt = 11 + options.len();
        for kept_for_opt in [0, opt - 1, opt, opt + 3] {
            let mut buffer = [0; 100];
            let mut builder =
                Builder::new(&mut buffer, Header::default()).unwrap().answers().additionals();
            builder.reserve(kept_for_opt).unwrap();
            builder.reserve(30).unwrap();
            builder.push_opt(1232, Rcode::NOERROR, false, options).unwrap();
            // What is kept is what was, less what OPT took of it: nobody gets at it.
            let kept = kept_for_opt + 30 - opt;
            let left = 100 - 12 - opt - kept;
            assert_eq!(push(&mut builder, left - 11 + 1), Err(Full), "{kept_for_opt}");
            push(&mut builder, left - 11).unwrap();
            assert_eq!(push(&mut builder, 0), Err(Full));
            assert_eq!(builder.len(), 100 - kept);
            builder.release();
            push(&mut builder, kept - 11).unwrap();
            assert_eq!(builder.finish().len(), 100);
        }
    }
    // Where OPT has no room nothing is given back.
    let mut buffer = [0; 40];
    let mut builder = Builder::new(&mut buffer, Header::default()).unwrap().answers().additionals();
    builder.reserve(12).unwrap();
    assert_eq!(builder.push_opt(1232, Rcode::NOERROR, false, &[0; 18]), Err(Full));
    assert_eq!(push(&mut builder, 6), Err(Full));
    assert_eq!(push(&mut builder, 5), Ok(()));
}

/// RFC 2181 section 9.
#[test]
fn what_has_no_room_truncates_in_answer_and_authority_only() {
    let owner = name("a.");
    let set = [&[0; 9][..], &[1; 9]];
    let mut buffer = [0; 40];
    let mut answers = Builder::new(&mut buffer, Header::default()).unwrap().answers();
    assert!(answers.push_rrset(owner.as_name(), RType::NULL, Class::IN, Ttl(0), set).is_err());
    assert!(answers.flags().truncated());
    let mut authorities =
        Builder::new(&mut buffer, Header::default()).unwrap().answers().authorities();
    assert!(authorities.push_rrset(owner.as_name(), RType::NULL, Class::IN, Ttl(0), set).is_err());
    assert!(authorities.flags().truncated());
    let additionals = Builder::new(&mut buffer, Header::default()).unwrap().answers();
    let mut additionals = additionals.additionals();
    assert!(additionals.push_rrset(owner.as_name(), RType::NULL, Class::IN, Ttl(0), set).is_err());
    assert!(!additionals.flags().truncated());
    assert_eq!(additionals.finish().len(), 12);
}

/// All names of it compressed, those of SRV too, as some servers send them.
fn compressed() -> Vec<u8> {
    let mut octets = b"\0\x07\x80\0\0\x01\0\x04\0\0\0\0\x07Example\0\0\xff\0\x01".to_vec();
    for (rtype, rdata) in [
        (RType::MX, &b"\0\x0a\x04Mail\xc0\x0c"[..]),
        (
            RType::SOA,
            b"\x02ns\xc0\x0c\x04host\xc0\x0c\0\0\0\x01\0\0\0\x02\0\0\0\x03\0\0\0\x04\0\0\0\x05",
        ),
        (RType::SRV, b"\0\x01\0\x02\0\x35\xc0\x0c"),
        (RType(65_400), b"\xc0\x0c"),
    ] {
        octets.extend_from_slice(b"\xc0\x0c");
        octets.extend_from_slice(&rtype.0.to_be_bytes());
        octets.extend_from_slice(b"\0\x01\0\0\0\x3c");
        octets.extend_from_slice(&(rdata.len() as u16).to_be_bytes());
        octets.extend_from_slice(rdata);
    }
    octets
}

#[test]
fn records_are_relayed_with_their_names_whole() {
    let octets = compressed();
    let message = Message::parse(&octets).unwrap();
    let expected = [
        "10 Mail.Example.",
        "ns.Example. host.Example. 1 2 3 4 5",
        "1 2 53 Example.",
        "\\# 2 C00C",
    ];
    let room = 12;
    let mut buffer = [0; 512];
    let mut answers = Builder::new(&mut buffer, Header::default()).unwrap().answers();
    // As if pointers of the first message led into the middle of the second.
    answers
        .push_raw(name("another.").as_name(), RType::NULL, Class::IN, Ttl(0), &[0xc0; 9])
        .unwrap();
    for (record, expected) in message.answers().zip(expected) {
        let record = record.unwrap();
        assert_eq!(record.rdata.display(record.rtype).to_string(), expected);
        let data = record.rdata.data(record.rtype).unwrap();
        let owner = record.owner.to_name_buf().unwrap();
        answers.push_data(owner.as_name(), record.class, record.ttl, &data).unwrap();

        // Whole or not at all.
        let mut wire = [0; 512];
        let whole = room + owner.as_name().as_wire().len() + 10 + data.to_wire(&mut wire).unwrap();
        for limit in room..=whole {
            let mut short = [0; 512];
            let mut alone = Builder::new(&mut short, Header::default()).unwrap().answers();
            alone.set_limit(limit);
            let pushed = alone.push_data(owner.as_name(), record.class, record.ttl, &data);
            assert_eq!(
                (pushed.is_ok(), alone.len()),
                if limit == whole { (true, whole) } else { (false, 12) }
            );
            let records = Message::parse(alone.finish()).unwrap().answers().count();
            assert_eq!(records, usize::from(limit == whole));
        }
    }
    let relayed = Message::parse(answers.finish()).unwrap();
    assert_eq!(relayed.check(), Ok(()));
    for ((ours, theirs), expected) in relayed.answers().skip(1).zip(message.answers()).zip(expected)
    {
        let (ours, theirs) = (ours.unwrap(), theirs.unwrap());
        assert_eq!(ours.rdata.display(ours.rtype).to_string(), expected);
        assert_eq!((ours.rtype, ours.class, ours.ttl), (theirs.rtype, theirs.class, theirs.ttl));
        let owner = ours.owner.to_name_buf().unwrap();
        assert!(owner.as_name().eq_case(theirs.owner.to_name_buf().unwrap().as_name()));
        // Nothing in it points anywhere.
        if let rdata::Data::Unknown(..) = ours.rdata.data(ours.rtype).unwrap() {
            assert_eq!(ours.rdata.octets(), theirs.rdata.octets());
        } else {
            assert_eq!(rdata::validate(ours.rtype, ours.rdata.octets()), Ok(()));
        }
    }
}

#[test]
fn data_with_a_malformed_name_leave_no_trace() {
    let mut octets = compressed();
    // The host of MX leads to the flags, which begin no label.
    octets[2] = 0x40;
    let at = octets.windows(6).position(|six| six == b"Mail\xc0\x0c").unwrap() + 5;
    octets[at] = 2;
    let message = Message::parse(&octets).unwrap();
    let record = message.answers().next().unwrap().unwrap();
    let data = record.rdata.data(record.rtype).unwrap();
    let mut buffer = [0; 512];
    let mut answers = Builder::new(&mut buffer, Header::default()).unwrap().answers();
    let owner = name("b.");
    assert_eq!(answers.push_data(owner.as_name(), Class::IN, Ttl(0), &data), Err(Full));
    // The owner that was written is no place to point to.
    answers.push(owner.as_name(), RType::A, Class::IN, Ttl(0), &[192, 0, 2, 1]).unwrap();
    let message = Message::parse(answers.finish()).unwrap();
    assert_eq!((message.check(), message.answers().count()), (Ok(()), 1));
}
