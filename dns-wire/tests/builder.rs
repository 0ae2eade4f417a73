//! The builder: room kept for records to come, what truncates, and records relayed from another message.

use dns_wire::{Builder, Class, Full, Header, Name, NameBuf, RType, Rcode, Ttl};

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
