//! Any octets as a message. Oracle: a second, naive reader that decompresses every name into a
//! vector, and counts what it costs; both must agree on what is a message, and on every name and record in it.
#![no_main]

use dns_wire::rdata::Data;
use dns_wire::{Class, Message, MessageName, RType, WireErrorKind, rdata};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| {
    let Ok(message) = Message::parse(octets) else { return };
    for question in message.questions() {
        agree(octets, question.expect("parse has read the questions").name);
    }
    let (mut walked, mut flat) = (0usize, vec![0; 70_000]);
    for record in message.records() {
        let Ok(record) = record else { break };
        walked += 1;
        agree(octets, record.owner);
        let shown = record.rdata.display(record.rtype).to_string();
        assert!(
            !shown.is_empty()
                || record.rdata.octets().is_empty()
                || record.rdata.data(record.rtype).is_ok()
        );
        if record.check().is_ok() {
            // What is right in a message is right on its own, names written out.
            let Ok(data) = record.data() else {
                // RFC 2136: an UPDATE means any or none, and says so without RDATA.
                assert!(matches!(record.class, Class::ANY | Class::NONE));
                assert!(record.rdata.octets().is_empty());
                continue;
            };
            let length = data.to_wire(&mut flat).expect("names are at most 255 octets each");
            if record.class != Class::IN && matches!(data, Data::Unknown(RType::A | RType::WKS, _))
            {
                continue;
            }
            assert_eq!(rdata::validate(record.rtype, &flat[..length]), Ok(()));
            assert_eq!(rdata::display(record.rtype, &flat[..length]).to_string(), shown);
        }
    }
    assert!(walked <= octets.len() / 11 + 1);
    let parts =
        message.answers().count() + message.authorities().count() + message.additionals().count();
    if message.records().all(|record| record.is_ok()) {
        assert_eq!(parts, walked);
    }
    let _ = message.check();
    if let Ok(Some(edns)) = message.edns() {
        for option in edns.options().flatten() {
            if let Ok(data) = option.read() {
                let mut out = vec![0; option.data.len() + 4];
                let length = data.write(&mut out).expect("as long as it was");
                assert_eq!(&out[4..length], option.data);
            }
        }
    }
});

fn agree(octets: &[u8], name: MessageName<'_>) {
    let naive = naive_name(octets, name.position());
    let read = name.to_name_buf();
    // Labels are read one by one or, by another way, all at once.
    let (mut one_by_one, mut at_once) = (Vec::new(), Vec::new());
    for label in name.labels() {
        one_by_one.push(label.map(|label| label.octets()));
    }
    name.labels().for_each(|label| at_once.push(label.map(|label| label.octets())));
    assert_eq!(one_by_one, at_once);
    assert!(one_by_one.len() <= MAX_STEPS);
    match naive {
        Some(Naive { wire, cost, steps }) if cost <= MAX_COST => {
            assert!(steps <= MAX_STEPS);
            assert!(read.is_ok_and(|read| read.as_name().as_wire() == wire));
        }
        Some(_) => assert!(read.is_err_and(|error| error.kind == WireErrorKind::PointerHops)),
        None => assert!(read.is_err()),
    }
}

/// A name written out, and what it takes to read it.
struct Naive {
    wire: Vec<u8>,
    /// Labels, and three for each pointer, six for one that a pointer leads to, nothing for one that the name begins with.
    cost: usize,
    /// Labels and pointers.
    steps: usize,
}

/// RFC 1035 §4.1.4 word by word: each pointer must point before the octets it was reached from.
fn naive_name(octets: &[u8], start: usize) -> Option<Naive> {
    let mut name = Naive { wire: Vec::new(), cost: 0, steps: 0 };
    let (mut at, mut before) = (start, start);
    loop {
        let length = usize::from(*octets.get(at)?);
        match length >> 6 {
            0 => {
                let label = octets.get(at..=at + length)?;
                name.wire.extend_from_slice(label);
                name.cost += usize::from(length > 0);
                if name.wire.len() > 255 {
                    return None;
                }
                if length == 0 {
                    return Some(name);
                }
                at += 1 + length;
            }
            3 => {
                let target = (length & 0x3f) << 8 | usize::from(*octets.get(at + 1)?);
                if target >= before {
                    return None;
                }
                name.cost += match (name.steps, at == before) {
                    (0, _) => 0,
                    (_, true) => 6,
                    (_, false) => 3,
                };
                (at, before) = (target, target);
            }
            _ => return None,
        }
        name.steps += 1;
    }
}

/// What a name may cost, and what follows from it: 127 labels, three pointers and one before them.
const MAX_COST: usize = 136;
const MAX_STEPS: usize = 131;
