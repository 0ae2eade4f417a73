use super::*;
use crate::nts::{Keyring, Keys};
use proptest::prelude::*;
use std::vec::Vec;

#[test]
fn an_offer_and_its_answer() {
    let offer = Offer::new(&[Algorithm::GcmSiv128, Algorithm::SivCmac256]);
    let mut message = [0; 64];
    let length = offer.write(&mut message).unwrap();
    // By hand: next protocol, two algorithms, chrony's record, end.
    let expected = [0x80, 1, 0, 2, 0, 0, 0x80, 4, 0, 4, 0, 30, 0, 15, 0x04, 0, 0, 0, 0x80, 0, 0, 0];
    assert_eq!(message[..length], expected);
    for cut in 0..length {
        assert_eq!(message_length(&message[..cut]), None);
    }
    assert_eq!(message_length(&message), Some(length));
    let heard = Offer::parse(&message[..length]).unwrap();
    assert_eq!(heard, offer);

    let ours = [Algorithm::SivCmac256, Algorithm::GcmSiv128];
    let exporter = Answer::agree(&heard, &ours).unwrap();
    assert_eq!(exporter.algorithm, Algorithm::SivCmac256);
    let keys = Keys::new(Algorithm::SivCmac256, &[1; 32], &[2; 32]).unwrap();
    let ring = Keyring::<2>::new(7, &[3; 32]);
    let mut out = [0; 900];
    let length =
        Answer::write(exporter, &keys, &ring, 4123, |octets| octets.fill(9), &mut out).unwrap();
    let answer = Answer::parse(&out[..length], &offer).unwrap();
    assert_eq!((answer.exporter, answer.port, answer.server), (exporter, Some(4123), None));
    assert_eq!(answer.cookies().count(), 8);
    assert!(answer.cookies().all(|cookie| ring.open(cookie) == Ok(keys)));
}

#[test]
fn contexts() {
    let context = |algorithm, compliant| {
        let exporter = Exporter { algorithm, compliant };
        (exporter.context(Direction::ClientToServer), exporter.context(Direction::ServerToClient))
    };
    assert_eq!(context(Algorithm::SivCmac256, false), ([0, 0, 0, 15, 0], [0, 0, 0, 15, 1]));
    assert_eq!(context(Algorithm::GcmSiv128, true), ([0, 0, 0, 30, 0], [0, 0, 0, 30, 1]));
    assert_eq!(context(Algorithm::GcmSiv128, false), ([0, 0, 0, 15, 0], [0, 0, 0, 15, 1]));
}

#[test]
fn refusals() {
    let offer = Offer::new(&[Algorithm::SivCmac256]);
    let mut out = [0; 14];
    let length = Answer::write_refusal(&mut out).unwrap();
    assert!(Answer::parse(&out[..length], &offer).is_err());
    let length = Answer::write_error(1, &mut out).unwrap();
    assert_eq!(Answer::parse(&out[..length], &offer).err(), Some(KeError::Error(1)));
    assert_eq!(Answer::agree(&Offer::new(&[]), &[Algorithm::SivCmac256]), None);
    let parse = |octets: &[u8]| Offer::parse(octets).err();
    assert_eq!(parse(&[0x80, 0, 0, 0]), Some(KeError::Record(1)));
    assert_eq!(parse(&[0x80, 1, 0, 2, 0, 5, 0x80, 0, 0, 0]), Some(KeError::Protocol));
    assert_eq!(parse(&[0x80, 99, 0, 0, 0x80, 0, 0, 0]), Some(KeError::UnknownCritical(99)));
    assert_eq!(parse(&[0, 99, 0, 0, 0x80, 0, 0, 0]), Some(KeError::Record(1)));
    assert_eq!(parse(&[0x80, 1, 0, 1, 0, 0x80, 0, 0, 0]), Some(KeError::Record(1)));
}

proptest! {
    #[test]
    fn records_are_read_back(records in prop::collection::vec((any::<bool>(), 1_u16..0x7fff, prop::collection::vec(0_u8.., 0..50)), 0..10)) {
        let mut out = [0; 1000];
        let mut length = 0;
        let record = |(critical, number, body): &(bool, u16, Vec<u8>)| (*critical, *number, body.clone());
        for (critical, number, body) in &records {
            length = Record { critical: *critical, record_type: RecordType(*number), body }.write(&mut out, length).unwrap();
        }
        let end = Record { critical: true, record_type: RecordType::END, body: &[] };
        length = end.write(&mut out, length).unwrap();
        let read: Vec<_> = Records::new(&out[..length]).unwrap().map(|r| (r.critical, r.record_type.0, r.body.to_vec())).collect();
        prop_assert_eq!(read, records.iter().map(record).collect::<Vec<_>>());
    }

    #[test]
    fn any_octets_parse_or_not(octets in prop::collection::vec(0_u8..16, 0..100)) {
        let offer = Offer::new(&[Algorithm::SivCmac256]);
        let _ = (Offer::parse(&octets), Answer::parse(&octets, &offer).map(|answer| answer.cookies().count()));
    }
}
