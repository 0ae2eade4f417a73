//! Random records as a transfer, in messages of random sizes. Oracle: however the stream is cut
//! into messages, the steps are the same; and what is done is never followed by more.
#![no_main]

use dns_wire::transfer::{Transfer, TransferStep};
use dns_wire::{Builder, Class, Flags, Header, Message, NameBuf, RType, Ttl};
use libfuzzer_sys::fuzz_target;

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
});

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
        0 | 1 => "zone.".parse(),
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
