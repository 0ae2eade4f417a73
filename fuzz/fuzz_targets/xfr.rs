//! Random records as a transfer, in messages of random sizes. Oracles: however the stream is cut
//! into messages, the steps are the same; what is done is never followed by more; and doing the steps of a random
//! history's transfer, whole or by its changes, and no more than they say, makes the newest version, its SOA
//! included, out of any older one.
#![no_main]

use dns_wire::transfer::{Transfer, TransferStep};
use dns_wire::{Builder, Class, Flags, Header, Message, NameBuf, RType, Ttl};
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeSet;

fuzz_target!(|input: &[u8]| {
    let Some((&[kind, cut], rows)) = input.split_first_chunk::<2>() else { return };
    let rows = &rows[..rows.len().min(200)];
    let transfer = || {
        let zone: NameBuf = "zone.".parse().expect("a name");
        if kind & 1 == 0 {
            Transfer::whole(zone.as_name())
        } else {
            Transfer::incremental(zone.as_name(), 1)
        }
    };
    let one_by_one = steps(transfer(), rows, 1);
    let together = steps(transfer(), rows, usize::from(cut) + 1);
    assert_eq!(one_by_one, together);
    let done = one_by_one.iter().position(|step| step.starts_with("done") || step == "up to date");
    if let Some(done) = done {
        assert!(one_by_one[done + 1..].iter().all(|step| step.starts_with("error")));
    }
    history(kind & 1 == 0, usize::from(cut) + 1, rows);
});

/// A version of the zone: its serial, and the last octets of its addresses.
type Version = (u32, BTreeSet<u8>);

/// Versions of a zone, eight octets each, and their transfer to one who has the first.
fn history(whole: bool, cut: usize, octets: &[u8]) {
    let versions: Vec<Version> = (1..)
        .zip(octets.chunks(8))
        .map(|(serial, rows)| (serial, rows.iter().copied().collect()))
        .collect();
    let (Some(first), Some(last)) = (versions.first(), versions.last()) else { return };
    // RFC 5936 section 2.2: the SOA, the records, the SOA. RFC 1995 section 4: the newest SOA; for each change
    // the old SOA, what goes, the new SOA, what comes; the newest SOA.
    let mut stream = vec![Row::Soa(last.0)];
    if whole {
        stream.extend(last.1.iter().map(|row| Row::Address(*row)));
    } else {
        for pair in versions.windows(2) {
            let [(old, before), (new, after)] = pair else { continue };
            stream.push(Row::Soa(*old));
            stream.extend(before.difference(after).map(|row| Row::Address(*row)));
            stream.push(Row::Soa(*new));
            stream.extend(after.difference(before).map(|row| Row::Address(*row)));
        }
    }
    stream.push(Row::Soa(last.0));
    let zone: NameBuf = "zone.".parse().expect("a name");
    let mut transfer = match whole {
        true => Transfer::whole(zone.as_name()),
        false => Transfer::incremental(zone.as_name(), first.0),
    };
    let (mut serial, mut rows) = (Some(first.0), first.1.clone());
    for part in stream.chunks(cut) {
        let octets = response(part);
        let message = Message::parse(&octets).expect("what we wrote");
        for step in transfer.message(&message).expect("a response") {
            match step.expect("a right transfer") {
                // One version: there is nothing newer.
                TransferStep::UpToDate => return assert_eq!((whole, versions.len()), (false, 1)),
                TransferStep::Start(record) => assert_eq!(row_of(&record), Err(last.0)),
                TransferStep::Replace => (serial, rows) = (None, BTreeSet::new()),
                TransferStep::Change => {}
                TransferStep::Remove(record) => match row_of(&record) {
                    Ok(row) => assert!(rows.remove(&row)),
                    Err(old) => assert_eq!(serial.take(), Some(old)),
                },
                TransferStep::Add(record) => match row_of(&record) {
                    Ok(row) => assert!(rows.insert(row)),
                    Err(new) => assert_eq!(serial.replace(new), None),
                },
                TransferStep::Ignored(_) => panic!("all are of the zone"),
                TransferStep::Done(to) => assert_eq!(to, last.0),
            }
        }
    }
    assert!(transfer.is_done());
    assert_eq!((serial, &rows), (Some(last.0), &last.1));
}

#[derive(Clone, Copy)]
enum Row {
    Soa(u32),
    Address(u8),
}

fn response(rows: &[Row]) -> Vec<u8> {
    let mut buffer = vec![0; 65_535];
    let header = Header { flags: Flags::default().with_response(true), ..Header::default() };
    let mut answers = Builder::new(&mut buffer, header).expect("room").answers();
    let zone: NameBuf = "zone.".parse().expect("a name");
    for row in rows {
        let (rtype, rdata) = match *row {
            Row::Soa(serial) => {
                (RType::SOA, [&[0, 0][..], &serial.to_be_bytes(), &[0; 16]].concat())
            }
            Row::Address(last) => (RType::A, vec![192, 0, 2, last]),
        };
        answers.push(zone.as_name(), rtype, Class::IN, Ttl(1), &rdata).expect("room");
    }
    answers.finish().to_vec()
}

/// The last octet of an address; the serial of an SOA.
fn row_of(record: &dns_wire::Record<'_>) -> Result<u8, u32> {
    match record.rdata.data(record.rtype).expect("what we wrote") {
        dns_wire::rdata::Data::A(a) => Ok(a.address.octets()[3]),
        dns_wire::rdata::Data::Soa(soa) => Err(soa.serial),
        other => panic!("{other}"),
    }
}

fn steps(mut transfer: Transfer, rows: &[u8], cut: usize) -> Vec<String> {
    let mut said = Vec::new();
    for rows in rows.chunks(cut) {
        let mut buffer = vec![0; 65_535];
        let header = Header { flags: Flags::default().with_response(true), ..Header::default() };
        let mut answers = Builder::new(&mut buffer, header).expect("room").answers();
        for &row in rows {
            push(row, &mut answers);
        }
        let message = Message::parse(answers.finish()).expect("what we wrote");
        let steps = transfer.message(&message).expect("a response");
        for step in steps {
            match step {
                Ok(TransferStep::UpToDate) => said.push("up to date".into()),
                Ok(TransferStep::Start(record)) => {
                    said.push(format!("start {}", record.rdata.display(record.rtype)))
                }
                Ok(TransferStep::Replace) => said.push("replace".into()),
                Ok(TransferStep::Change) => said.push("change".into()),
                Ok(TransferStep::Remove(record)) => {
                    said.push(format!("- {}", record.rdata.display(record.rtype)))
                }
                Ok(TransferStep::Add(record)) => {
                    said.push(format!("+ {}", record.rdata.display(record.rtype)))
                }
                Ok(TransferStep::Ignored(record)) => said.push(format!("not {}", record.owner)),
                Ok(TransferStep::Done(serial)) => said.push(format!("done {serial}")),
                Err(error) => {
                    said.push(format!("error {error}"));
                    return said;
                }
            }
        }
    }
    said
}

fn push(row: u8, answers: &mut Builder<'_, dns_wire::Answer>) {
    let owner: NameBuf = match row >> 6 {
        0 => "zone.".parse(),
        1 => "a.outside.".parse(),
        2 => "a.Zone.".parse(),
        _ => "b.zone.".parse(),
    }
    .expect("a name");
    let pushed = if row & 0x20 == 0 {
        let mut soa = vec![0, 0];
        soa.extend_from_slice(&u32::from(row & 3).to_be_bytes());
        soa.extend_from_slice(&[0; 16]);
        answers.push(owner.as_name(), RType::SOA, Class::IN, Ttl(1), &soa)
    } else {
        answers.push(owner.as_name(), RType::A, Class::IN, Ttl(1), &[192, 0, 2, row])
    };
    pushed.expect("room");
}
