use super::*;
use proptest::prelude::*;
use std::vec::Vec;

const REQUEST: Request<'_> =
    Request { opcode: Opcode::READ_VARIABLES, sequence: 7, association: 3, data: b"stratum" };

fn fragment(offset: u16, more: bool, data: &[u8]) -> Fragment<'_> {
    Fragment {
        opcode: Opcode::READ_VARIABLES,
        sequence: 7,
        status: 0x0615,
        association: 3,
        error: false,
        more,
        offset,
        data,
    }
}

#[test]
fn a_request_by_hand() {
    let mut out = [0xa5; 24];
    assert_eq!(REQUEST.write(&mut out), Ok(20));
    let expected = [0x26, 2, 0, 7, 0, 0, 0, 3, 0, 0, 0, 7];
    assert_eq!(out[..12], expected);
    assert_eq!(out[12..20], *b"stratum\0");
    assert_eq!(REQUEST.write(&mut out[..19]), Err(Full));
    assert_eq!(Fragment::parse(&out), Err(NotControl::Request));
}

#[test]
fn fragments_in_any_order() {
    let parts = [
        fragment(0, true, b"leap=0, "),
        fragment(8, true, b"stratum="),
        fragment(16, false, b"2\r\n"),
    ];
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]] {
        let mut buffer = [0; 100];
        let mut assembly = Assembly::new(&REQUEST, &mut buffer);
        assert_eq!(assembly.accept(&parts[order[0]]), Progress::More);
        assert_eq!(assembly.accept(&parts[order[0]]), Progress::More);
        assert_eq!(assembly.accept(&parts[order[1]]), Progress::More);
        let done = Progress::Complete { octets: 19, status: 0x0615 };
        assert_eq!(assembly.accept(&parts[order[2]]), done);
        let read: Vec<_> = variables(assembly.answer(19)).collect();
        assert_eq!(
            read,
            [Variable { name: b"leap", value: b"0" }, Variable { name: b"stratum", value: b"2" }]
        );
    }
}

#[test]
fn what_does_not_belong() {
    let mut buffer = [0; 10];
    let mut assembly = Assembly::new(&REQUEST, &mut buffer);
    let good = fragment(0, false, b"x");
    assert_eq!(assembly.accept(&Fragment { sequence: 8, ..good }), Progress::Foreign);
    assert_eq!(assembly.accept(&Fragment { association: 4, ..good }), Progress::Foreign);
    assert_eq!(assembly.accept(&Fragment { opcode: Opcode(9), ..good }), Progress::Foreign);
    assert_eq!(assembly.accept(&Fragment { offset: 10, ..good }), Progress::TooLong);
    assert_eq!(
        assembly.accept(&Fragment { error: true, status: 0x0500, ..good }),
        Progress::Failed(5)
    );
    assert_eq!(
        assembly.accept(&fragment(0, false, b"")),
        Progress::Complete { octets: 0, status: 0x0615 }
    );
}

#[test]
fn text_with_quotes_and_blanks() {
    let text = b"version=\"ntpd 1.2, really\", processor=\"x86\",\r\n leap=00,, refid=\"\", alone";
    let read: Vec<_> = variables(text).map(|v| (v.name, v.value)).collect();
    let expected: [(&[u8], &[u8]); 5] = [
        (b"version", b"ntpd 1.2, really"),
        (b"processor", b"x86"),
        (b"leap", b"00"),
        (b"refid", b""),
        (b"alone", b""),
    ];
    assert_eq!(read, expected);
}

#[test]
fn status_words() {
    let status = SystemStatus::from(0x0615);
    assert_eq!((status.leap, status.source, status.events, status.event), (Leap::None, 6, 1, 5));
    let list: Vec<_> = associations(&[0x12, 0x34, 0x96, 0x24, 9]).collect();
    assert_eq!(list.len(), 1);
    assert_eq!((list[0].id, list[0].status.selection), (0x1234, 6));
    assert!(list[0].status.configured && list[0].status.reachable && !list[0].status.broadcast);
}

proptest! {
    /// An answer cut anywhere and shuffled is the answer again.
    #[test]
    fn assembly_undoes_cutting(data in prop::collection::vec(0_u8.., 1..1000), cuts in prop::collection::vec(0_usize..1000, 0..20), seed: u64) {
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut % data.len()).collect();
        cuts.extend([0, data.len()]);
        cuts.sort_unstable();
        cuts.dedup();
        let mut pieces: Vec<_> = cuts.windows(2).map(|pair| fragment(pair[0] as u16, pair[1] < data.len(), &data[pair[0]..pair[1]])).collect();
        let mut random = seed;
        for index in (1..pieces.len()).rev() {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            pieces.swap(index, (random >> 33) as usize % (index + 1));
        }
        let mut buffer = [0; 1000];
        let mut assembly = Assembly::new(&REQUEST, &mut buffer);
        for (index, piece) in pieces.iter().enumerate() {
            let progress = assembly.accept(piece);
            if index + 1 < pieces.len() {
                prop_assert_eq!(progress, Progress::More);
            } else {
                prop_assert_eq!(progress, Progress::Complete { octets: data.len(), status: 0x0615 });
            }
        }
        prop_assert_eq!(assembly.answer(data.len()), &data[..]);
    }

    #[test]
    fn any_octets(octets in prop::collection::vec(0_u8.., 0..200)) {
        if let Ok(fragment) = Fragment::parse(&octets) {
            let mut buffer = [0; 300];
            let _ = Assembly::new(&REQUEST, &mut buffer).accept(&fragment);
        }
        prop_assert!(variables(&octets).count() <= octets.len());
    }
}
