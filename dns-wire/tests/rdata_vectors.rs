//! Every data type both ways: text to wire, wire to text, and through a message.

mod common;

use common::{hex, rows, unhex};
use dns_wire::{Builder, Class, Header, Message, Name, RType, Ttl, rdata};

#[test]
fn every_vector_goes_both_ways() {
    let mut types = std::collections::BTreeSet::new();
    for row in rows(include_str!("vectors/rdata.tsv")) {
        let (rtype, text, wire) = (row[0].parse::<RType>().unwrap(), row[1], row[2]);
        let shown = row.get(3).copied().unwrap_or(text);
        assert_eq!(written(rtype, text).as_deref(), Ok(wire), "{rtype} {text}");
        assert_eq!(written(rtype, shown).as_deref(), Ok(wire), "{rtype} {shown}");
        let wire = unhex(wire);
        assert_eq!(rdata::validate(rtype, &wire), Ok(()), "{rtype} {text}");
        assert_eq!(rdata::display(rtype, &wire).to_string(), shown);
        assert_eq!(written(rtype, &generic(&wire)), Ok(hex(&wire)), "the generic form of {rtype}");

        let mut copy = vec![0; wire.len()];
        let data = rdata::Rdata::flat(&wire).data(rtype).unwrap();
        assert_eq!(data.to_wire(&mut copy), Ok(wire.len()));
        assert_eq!(copy, wire);
        if let Some(shorter) = wire.len().checked_sub(1) {
            assert!(data.to_wire(&mut copy[..shorter]).is_err(), "{rtype} into too little room");
        }
        types.insert(rtype);
    }
    let missing: Vec<_> =
        RType::ALL.iter().filter(|rtype| !rtype.is_meta() && !types.contains(rtype)).collect();
    assert!(missing.is_empty(), "no vector for {missing:?}");
}

#[test]
fn every_vector_goes_through_a_message() {
    let mut buffer = vec![0; 65535];
    let mut answers = Builder::new(&mut buffer, Header::default()).unwrap().answers();
    let vectors = rows(include_str!("vectors/rdata.tsv"));
    let owner = Name::from_wire(b"\x05owner\x07example\x00").unwrap();
    for row in &vectors {
        answers.push(owner, row[0].parse().unwrap(), Class::IN, Ttl(5), &unhex(row[2])).unwrap();
    }
    let message = Message::parse(answers.finish()).unwrap();
    assert_eq!(message.answers().count(), vectors.len());
    for (record, row) in message.answers().zip(&vectors) {
        let record = record.unwrap();
        assert_eq!(record.owner, owner);
        let shown = row.get(3).unwrap_or(&row[1]);
        assert_eq!(record.rdata.display(record.rtype).to_string(), *shown);
        // What only the generic form can tell, a type's own text leaves out.
        let own = record.data().unwrap().to_string();
        assert!(own == *shown || shown.starts_with("\\# "), "{own}");
    }
}

/// A of CHAOS is a name and an address of its own kind; an UPDATE's NONE stands for the class of its zone.
#[test]
fn addresses_of_other_classes_are_not_looked_into() {
    let chaos: &[u8] = b"\x01a\0\0\x07";
    for (class, rdata, taken) in [
        (Class::CH, chaos, true),
        (Class::IN, chaos, false),
        (Class::NONE, chaos, false),
        (Class::NONE, &[192, 0, 2, 1], true),
    ] {
        let mut buffer = [0; 64];
        let mut answers = Builder::new(&mut buffer, Header::default()).unwrap().answers();
        answers.push(Name::ROOT, RType::A, class, Ttl(0), rdata).unwrap();
        let message = Message::parse(answers.finish()).unwrap();
        let record = message.answers().next().unwrap().unwrap();
        assert_eq!(record.data().is_ok(), taken, "{class}");
        assert_eq!(message.check().is_ok(), taken, "{class}");
    }
}

#[test]
fn what_must_be_refused_is_refused() {
    for row in rows(include_str!("vectors/rdata_refused.tsv")) {
        let rtype: RType = row[0].parse().unwrap();
        match row[1] {
            "text" => assert!(
                written(rtype, row[2]).is_err(),
                "{row:?} gave {:?}",
                written(rtype, row[2])
            ),
            _ => assert!(rdata::validate(rtype, &unhex(row[2])).is_err(), "{row:?}"),
        }
    }
}

#[test]
fn every_prefix_of_a_vector_is_read_without_a_panic() {
    for row in rows(include_str!("vectors/rdata.tsv")) {
        let rtype = row[0].parse().unwrap();
        let wire = unhex(row[2]);
        for end in 0..wire.len() {
            let prefix = &wire[..end];
            let shown = rdata::display(rtype, prefix).to_string();
            match rdata::validate(rtype, prefix) {
                // The ports of WKS may end in zero octets, which text cannot say; and zone text of
                // parameters that contradict one another is refused, while a message is shown.
                Ok(()) if matches!(rtype, RType::WKS | RType::SVCB | RType::HTTPS) => {
                    assert_eq!(written(rtype, &generic(prefix)), Ok(hex(prefix)));
                }
                Ok(()) => assert_eq!(written(rtype, &shown), Ok(hex(prefix)), "{rtype} {shown}"),
                Err(_) => assert_eq!(shown, generic(prefix).trim_end()),
            }
        }
    }
}

fn written(rtype: RType, text: &str) -> Result<String, String> {
    let mut wire = vec![0; 65535];
    rdata::from_text(rtype, rdata::split(text.as_bytes()), None, &mut wire)
        .map(|length| hex(&wire[..length]))
        .map_err(|error| error.to_string())
}

fn generic(wire: &[u8]) -> String {
    format!("\\# {} {}", wire.len(), hex(wire).to_uppercase())
}
