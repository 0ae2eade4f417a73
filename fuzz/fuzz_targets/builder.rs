//! Random pushes into a builder. Oracle: a list of what went in; the message, read once at the end, must give
//! it back, in order, in the case in which it was written, and a push that failed must have left no trace.
#![no_main]

use dns_wire::rdata::Rdata;
use dns_wire::{
    Builder, Class, Header, Message, MessageName, NameBuf, RType, Rcode, RecordSection, Section,
    Ttl,
};
use libfuzzer_sys::arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;

#[derive(Clone)]
struct Pushed {
    section: Section,
    owner: NameBuf,
    rtype: RType,
    rdata: Vec<u8>,
}

fuzz_target!(|input: &[u8]| {
    let _ = run(&mut Unstructured::new(input));
});

fn run(input: &mut Unstructured<'_>) -> Result<()> {
    let size = usize::from(u16::arbitrary(input)?);
    let mut buffer = vec![0xaa; size];
    let Ok(mut questions) = Builder::new(&mut buffer, Header::default()) else { return Ok(()) };
    let mut asked = Vec::new();
    let mut pushed = Vec::new();
    let reserve = usize::from(u8::arbitrary(input)?);
    let reserved = questions.reserve(reserve).is_ok();
    for _ in 0..input.int_in_range(0..=3)? {
        let owner = name(input)?;
        if questions.push_question(owner.as_name(), RType::A, Class::IN).is_ok() {
            asked.push(owner);
        }
    }
    let mut answers = questions.answers();
    pushes(input, &mut answers, Section::Answer, &mut pushed)?;
    let mut authorities = answers.authorities();
    pushes(input, &mut authorities, Section::Authority, &mut pushed)?;
    let mut additionals = authorities.additionals();
    pushes(input, &mut additionals, Section::Additional, &mut pushed)?;
    let opt = additionals.push_opt(1232, Rcode::NOERROR, false, &[]).is_ok();
    assert!(opt || !reserved || reserve < 11);
    let octets = additionals.finish();
    assert!(octets.len() <= size);
    let message = Message::parse(octets).expect("what we wrote");
    assert_eq!(message.check(), Ok(()));
    let mut questions = message.questions();
    for asked in &asked {
        same(questions.next().expect("a question").expect("what we wrote").name, asked);
    }
    assert!(questions.next().is_none());
    let (mut records, mut rdata) = (message.records(), vec![0; 0xffff]);
    for pushed in &pushed {
        let record = records.next().expect("a record").expect("what we wrote");
        assert_eq!((records.section(), record.rtype), (pushed.section, pushed.rtype));
        same(record.owner, &pushed.owner);
        let data = record.rdata.data(record.rtype).expect("what we wrote");
        let length = data.to_wire(&mut rdata).expect("room");
        assert_eq!(rdata[..length], pushed.rdata);
    }
    assert_eq!(records.next().map(|record| record.expect("OPT").rtype), opt.then_some(RType::OPT));
    assert!(records.next().is_none());
    Ok(())
}

/// The same octets, case included.
fn same(read: MessageName<'_>, written: &NameBuf) {
    assert!(read.to_name_buf().expect("what we wrote").as_name().eq_case(written.as_name()));
}

fn pushes<S: RecordSection>(
    input: &mut Unstructured<'_>,
    builder: &mut Builder<'_, S>,
    section: Section,
    pushed: &mut Vec<Pushed>,
) -> Result<()> {
    for _ in 0..input.int_in_range(0..=40)? {
        let owner = name(input)?;
        let (rtype, rdata) = match u8::arbitrary(input)? % 5 {
            0 => (RType::A, <[u8; 4]>::arbitrary(input)?.to_vec()),
            1 => (RType::NS, name(input)?.as_name().as_wire().to_vec()),
            2 => {
                let mut mx = vec![0, 10];
                mx.extend_from_slice(name(input)?.as_name().as_wire());
                (RType::MX, mx)
            }
            3 => {
                let mut soa = name(input)?.as_name().as_wire().to_vec();
                soa.extend_from_slice(name(input)?.as_name().as_wire());
                soa.extend_from_slice(&[7; 20]);
                (RType::SOA, soa)
            }
            _ => (RType(65_400), Vec::<u8>::arbitrary(input)?),
        };
        let before = builder.len();
        let way = u8::arbitrary(input)? % 4;
        let together = way == 0;
        let (name, class, ttl) = (owner.as_name(), Class::IN, Ttl(1));
        let result = match way {
            0 => builder.push_rrset(name, rtype, class, ttl, [&rdata[..], &rdata[..]]),
            1 => {
                let data = Rdata::flat(&rdata).data(rtype).expect("what we made");
                builder.push_data(name, class, ttl, &data)
            }
            _ => builder.push(name, rtype, class, ttl, &rdata),
        };
        match result {
            Ok(()) => {
                let record = Pushed { section, owner, rtype, rdata };
                pushed.extend(std::iter::repeat_n(record, if together { 2 } else { 1 }));
            }
            Err(_) => assert_eq!(builder.len(), before),
        }
    }
    Ok(())
}

/// Names with few different labels, so that many can be compressed; some in another case.
fn name(input: &mut Unstructured<'_>) -> Result<NameBuf> {
    const LABELS: [&[u8]; 8] = [
        b"a",
        b"A",
        b"example",
        b"Example",
        b"com",
        b"ns1",
        b"a-label-of-more-than-eight-octets",
        b"a-label-of-more-than-eight-octetz",
    ];
    let mut name = NameBuf::root();
    for _ in 0..input.int_in_range(0..=6)? {
        let number = u8::arbitrary(input)?;
        let own = [number, number.wrapping_mul(31)];
        let label = LABELS.get(usize::from(number % 16)).copied().unwrap_or(&own);
        let _ = name.prepend(label);
    }
    Ok(name)
}
