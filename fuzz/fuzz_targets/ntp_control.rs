//! Control messages: fragments against a map of octets, and chronyd's answers against any octets.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ntp_wire::cmdmon::Answer;
use ntp_wire::control::{Assembly, Fragment, Opcode, Progress, Request, associations, variables};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(fragment) = Fragment::parse(bytes) {
        assert_eq!(bytes[0] & 7, 6);
        assert_eq!(bytes[1] & 0x80, 0x80);
        let count = usize::from(bytes[10]) << 8 | usize::from(bytes[11]);
        assert_eq!(fragment.data, &bytes[12..12 + count]);
    }
    assert!(variables(bytes).count() <= bytes.len());
    assert_eq!(associations(bytes).count(), bytes.len() / 4);
    let sequence = bytes.get(16..20).map_or(0, |s| u32::from_be_bytes([s[0], s[1], s[2], s[3]]));
    if Answer::parse(bytes, sequence).is_ok() {
        assert_eq!(bytes[..2], [6, 2]);
    }

    // Fragments of three octets each: where, how long, whether it is the last.
    let request = Request { opcode: Opcode::READ_STATUS, sequence: 1, association: 0, data: b"" };
    let mut buffer = [0; 200];
    let mut assembly = Assembly::new(&request, &mut buffer);
    let (mut model, mut end) = ([None; 200], None);
    for ([offset, length, last], number) in bytes.as_chunks::<3>().0.iter().zip(0_usize..) {
        let number = (number % 256) as u8;
        let data = vec![number; usize::from(length % 40)];
        let fragment = Fragment {
            opcode: Opcode::READ_STATUS,
            sequence: 1,
            status: 0,
            association: 0,
            error: false,
            more: last % 8 != 0,
            offset: u16::from(*offset),
            data: &data,
        };
        let progress = assembly.accept(&fragment);
        let start = usize::from(*offset);
        if start + data.len() > 200 {
            assert_eq!(progress, Progress::TooLong);
            continue;
        }
        if progress == Progress::TooLong {
            // More than 24 pieces apart: possible, and then all bets are off.
            let pieces = model.chunk_by(|a: &Option<u8>, b| a.is_some() == b.is_some());
            assert!(pieces.filter(|piece| piece[0].is_some()).count() >= 24);
            return;
        }
        model[start..start + data.len()].fill(Some(number));
        if last % 8 == 0 {
            end = Some(start + data.len());
        }
        let complete = end.filter(|&end| model[..end].iter().all(Option::is_some));
        match progress {
            Progress::Complete { octets, .. } => {
                assert_eq!(complete, Some(octets));
                let answer: Vec<_> = assembly.answer(octets).iter().copied().map(Some).collect();
                assert_eq!(answer, model[..octets]);
            }
            other => {
                assert_eq!(other, Progress::More);
                assert_eq!(complete, None);
            }
        }
    }
});
