//! Zone transfers: the examples of RFC 1995 §7, however they are cut into messages, and what is wrong.

use dns_wire::transfer::{Transfer, TransferError, TransferStep};
use dns_wire::{Builder, Class, Flags, Header, Message, NameBuf, RType, Rcode, Ttl, rdata};

type Row = (&'static str, RType, &'static str);

fn soa(serial: u32) -> Row {
    let text = match serial {
        1 => "ns. x. 1 600 600 3600000 604800",
        2 => "ns. x. 2 600 600 3600000 604800",
        _ => "ns. x. 3 600 600 3600000 604800",
    };
    ("Jain.ad.jp.", RType::SOA, text)
}

const NEZU: Row = ("nezu.jain.ad.jp.", RType::A, "133.69.136.5");
const BEAN_4: Row = ("jain-bb.jain.ad.jp.", RType::A, "133.69.136.4");
const BEAN_3: Row = ("jain-bb.jain.ad.jp.", RType::A, "133.69.136.3");
const BEAN_192: Row = ("jain-bb.jain.ad.jp.", RType::A, "192.41.197.2");

fn name(text: &str) -> NameBuf {
    text.parse().unwrap()
}

fn message(rows: &[Row], flags: Flags, question: Option<RType>) -> Vec<u8> {
    let mut buffer = vec![0; 4096];
    let mut questions = Builder::new(&mut buffer, Header { flags, ..Header::default() }).unwrap();
    if let Some(qtype) = question {
        questions.push_question(name("jain.ad.jp.").as_name(), qtype, Class::IN).unwrap();
    }
    let mut answers = questions.answers();
    for (owner, rtype, text) in rows {
        let mut wire = [0; 512];
        let origin = NameBuf::root();
        let length = rdata::from_text(
            *rtype,
            rdata::split(text.as_bytes()),
            Some(origin.as_name()),
            &mut wire,
        )
        .unwrap();
        answers.push(name(owner).as_name(), *rtype, Class::IN, Ttl(600), &wire[..length]).unwrap();
    }
    answers.finish().to_vec()
}

/// The steps as text, the rows in messages of `cut` each.
fn run(mut transfer: Transfer, rows: &[Row], cut: usize) -> Result<Vec<String>, TransferError> {
    let mut steps = Vec::new();
    for rows in rows.chunks(cut) {
        let octets = message(rows, Flags::default().with_response(true), None);
        let message = Message::parse(&octets).unwrap();
        for step in transfer.message(&message)? {
            steps.push(match step? {
                TransferStep::UpToDate => "up to date".into(),
                TransferStep::Start(record) => {
                    format!("start {}", record.rdata.display(record.rtype))
                }
                TransferStep::Replace => "replace".into(),
                TransferStep::Change => "change".into(),
                TransferStep::Remove(record) => format!("- {}", record.rdata.display(record.rtype)),
                TransferStep::Add(record) => format!("+ {}", record.rdata.display(record.rtype)),
                TransferStep::Ignored(record) => format!("not {}", record.owner),
                TransferStep::Done(serial) => format!("done {serial}"),
            });
        }
    }
    let finished =
        steps.last().is_some_and(|step| step.starts_with("done") || step == "up to date");
    assert_eq!(transfer.is_done(), finished);
    Ok(steps)
}

fn zone() -> NameBuf {
    name("JAIN.AD.JP.")
}

#[test]
fn the_incremental_transfer_of_the_rfc_is_applied_however_it_is_cut() {
    let rows =
        [soa(3), soa(1), NEZU, soa(2), BEAN_4, BEAN_192, soa(2), BEAN_4, soa(3), BEAN_3, soa(3)];
    for cut in 1..=rows.len() {
        let steps = run(Transfer::incremental(zone().as_name(), 1), &rows, cut).unwrap();
        assert_eq!(
            steps,
            [
                &format!("start {}", soa(3).2),
                "change",
                &format!("- {}", soa(1).2),
                "- 133.69.136.5",
                &format!("+ {}", soa(2).2),
                "+ 133.69.136.4",
                "+ 192.41.197.2",
                &format!("- {}", soa(2).2),
                "- 133.69.136.4",
                &format!("+ {}", soa(3).2),
                "+ 133.69.136.3",
                "done 3"
            ]
        );
    }
}

#[test]
fn a_whole_zone_comes_by_either_question() {
    let rows = [soa(3), BEAN_3, BEAN_192, soa(3)];
    let expected = [
        &format!("start {}", soa(3).2),
        "replace",
        "+ 133.69.136.3",
        "+ 192.41.197.2",
        &format!("+ {}", soa(3).2),
        "done 3",
    ];
    for cut in 1..=rows.len() {
        assert_eq!(run(Transfer::whole(zone().as_name()), &rows, cut).unwrap(), expected);
        assert_eq!(run(Transfer::incremental(zone().as_name(), 1), &rows, cut).unwrap(), expected);
    }
}

#[test]
fn a_zone_of_nothing_but_its_soa_and_no_change_at_all() {
    let expected =
        [&format!("start {}", soa(3).2), "replace", &format!("+ {}", soa(3).2), "done 3"];
    for cut in 1..=2 {
        for transfer in
            [Transfer::whole(zone().as_name()), Transfer::incremental(zone().as_name(), 1)]
        {
            assert_eq!(run(transfer, &[soa(3), soa(3)], cut).unwrap(), expected);
        }
    }
    // Some servers send the whole zone to one who has it.
    for rows in [&[soa(3)][..], &[soa(3), NEZU, soa(3)]] {
        for cut in 1..=rows.len() {
            let steps = run(Transfer::incremental(zone().as_name(), 3), rows, cut).unwrap();
            assert_eq!(steps, ["up to date"]);
        }
    }
    // Serial arithmetic: 3 is not newer than 2^32 - 1 by less than half the circle, it is.
    let steps =
        run(Transfer::incremental(zone().as_name(), u32::MAX), &[soa(3), soa(3)], 1).unwrap();
    assert_eq!(steps.last().unwrap(), "done 3");
}

#[test]
fn what_is_out_of_order_is_refused() {
    let incremental = || Transfer::incremental(zone().as_name(), 1);
    let whole = || Transfer::whole(zone().as_name());
    assert_eq!(run(whole(), &[NEZU], 1), Err(TransferError::NoSoa));
    assert_eq!(run(whole(), &[soa(3), soa(2)], 1), Err(TransferError::Sequence(2)));
    assert_eq!(run(whole(), &[soa(3), soa(3), NEZU], 3), Err(TransferError::AfterEnd));
    assert_eq!(
        run(incremental(), &[soa(3), soa(1), soa(2), soa(3)], 4),
        Err(TransferError::Sequence(3))
    );
    assert_eq!(run(incremental(), &[soa(3), soa(2)], 4), Err(TransferError::Sequence(2)));
    for owner in ["a.jain.ad.jp.", "jp."] {
        let soa_of_another = (owner, RType::SOA, "ns. x. 3 600 600 3600000 604800");
        assert_eq!(run(whole(), &[soa(3), soa_of_another], 2), Err(TransferError::NotApex));
    }
    assert_eq!(run(whole(), &[OUTSIDE], 1), Err(TransferError::NoSoa));
    assert_eq!(run(whole(), &[soa(3), soa(3), OUTSIDE], 3), Err(TransferError::AfterEnd));
}

const OUTSIDE: Row = ("ns.jain.ad.", RType::A, "192.0.2.1");

#[test]
fn what_is_not_of_the_zone_is_left_out_wherever_it_stands() {
    let incremental = [soa(3), soa(1), NEZU, soa(3), BEAN_3, soa(3)];
    let whole = [soa(3), BEAN_3, soa(3)];
    for rows in [&incremental[..], &whole] {
        let transfer = || Transfer::incremental(zone().as_name(), 1);
        let expected = run(transfer(), rows, 1).unwrap();
        for at in 1..rows.len() {
            let mut rows = rows.to_vec();
            rows.insert(at, OUTSIDE);
            for cut in 1..=rows.len() {
                let mut steps = run(transfer(), &rows, cut).unwrap();
                let ignored = steps.iter().position(|step| step == "not ns.jain.ad.").unwrap();
                steps.remove(ignored);
                assert_eq!(steps, expected);
            }
        }
    }
}

/// RFC 1995 section 2: over UDP, what does not fit is told by the SOA alone.
#[test]
fn a_newer_soa_alone_is_no_transfer() {
    let mut transfer = Transfer::incremental(zone().as_name(), 1);
    let octets = message(&[soa(3)], Flags::default().with_response(true), Some(RType::IXFR));
    let message = Message::parse(&octets).unwrap();
    assert!(matches!(
        transfer.message(&message).unwrap().collect::<Vec<_>>()[..],
        [Ok(TransferStep::Start(_))]
    ));
    assert!(!transfer.is_done());
}

#[test]
fn a_request_is_one_that_the_transfer_takes_an_answer_to() {
    for (transfer, qtype, serials) in [
        (Transfer::whole(zone().as_name()), RType::AXFR, &[][..]),
        (Transfer::incremental(zone().as_name(), 0x0102_0304), RType::IXFR, &[0x0102_0304]),
    ] {
        let mut buffer = [0; 512];
        let request = Message::parse(transfer.request(&mut buffer, 7).unwrap().finish()).unwrap();
        assert_eq!(request.check(), Ok(()));
        assert_eq!((request.header().id, request.header().flags), (7, Flags::default()));
        let question = request.question().unwrap();
        assert_eq!((question.qtype, question.qclass), (qtype, Class::IN));
        assert!(question.name == zone().as_name());
        let sent = request.records().map(|record| {
            let record = record.unwrap();
            assert!(record.owner == zone().as_name());
            record.rdata.parse::<rdata::Soa<'_>>().unwrap().serial
        });
        assert!(sent.eq(serials.iter().copied()));
        assert_eq!(request.authorities().count(), serials.len());
        let length = request.octets().len();
        for room in 0..length {
            assert!(transfer.request(&mut [0; 512][..room], 7).is_err());
        }
    }
}

#[test]
fn a_message_that_is_no_answer_to_the_question_is_refused() {
    let mut transfer = Transfer::whole(zone().as_name());
    let response = Flags::default().with_response(true);
    for (flags, question, expected) in [
        (Flags::default(), None, TransferError::NotAResponse),
        (response.with_truncated(true), None, TransferError::NotAResponse),
        (response.with_rcode(Rcode::REFUSED), None, TransferError::Rcode(Rcode::REFUSED)),
        (response, Some(RType::IXFR), TransferError::Question),
    ] {
        let octets = message(&[soa(3)], flags, question);
        assert_eq!(transfer.message(&Message::parse(&octets).unwrap()).unwrap_err(), expected);
    }
    let octets = message(&[soa(3)], response, Some(RType::AXFR));
    assert!(transfer.message(&Message::parse(&octets).unwrap()).is_ok());
}
