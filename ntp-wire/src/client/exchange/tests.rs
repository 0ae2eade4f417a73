use super::*;
use crate::server::{Arrival, Policy, ServerState, kiss, respond};
use proptest::prelude::*;

const SENT: Timestamp = Timestamp::from_unix(1_700_000_000, 0);

fn after(nanos: i64) -> Timestamp {
    SENT.plus(Span::from_nanos(nanos))
}

fn state() -> ServerState {
    ServerState {
        leap: Leap::None,
        stratum: Stratum(1),
        reference_time: after(-1_000_000_000),
        root_dispersion: Short::ZERO,
        ..ServerState::unsynchronised()
    }
}

fn exchange() -> Exchange {
    Exchange::new(0x1234_5678_9abc_def0, SENT, Log2Seconds(-20))
}

/// A reply of a server 5 ms ahead, 1 ms away each way, that holds the request for 0.5 ms.
fn reply(exchange: &Exchange, state: &ServerState) -> Packet {
    let arrival = Arrival { received: after(6_000_000), noise: 0 };
    let mut out = [0; 48];
    let request = exchange.request().to_bytes();
    respond(&request, arrival, || after(6_500_000), state, &Policy::default(), &mut out).unwrap();
    Packet::from_bytes(&out)
}

const RECEIVED: i64 = 2_500_000;

#[test]
fn a_good_reply_is_a_sample_once() {
    let mut exchange = exchange();
    let reply = reply(&exchange, &state()).to_bytes();
    let sample = exchange.accept(&reply, after(RECEIVED)).unwrap();
    // The server rounds both stamps down to its precision, about a microsecond.
    assert!((sample.offset.to_nanos() - 5_000_000).abs() < 1000, "{sample:?}");
    assert!((sample.delay.to_nanos() - 2_000_000).abs() < 1000);
    assert_eq!(sample.time, after(RECEIVED));
    // Two precisions of 0.95 µs, and 15 ppm of 2.5 ms.
    assert!((1_900..2_000).contains(&sample.dispersion.to_nanos()));
    assert_eq!(exchange.accept(&reply, after(RECEIVED)), Err(Rejected::Duplicate));
}

#[test]
fn each_test_rejects_with_its_name() {
    let good = reply(&exchange(), &state());
    let cases = [
        (Packet { version: Version::V3, ..good }, Rejected::Version(Version::V3)),
        (Packet { mode: Mode::Client, ..good }, Rejected::Mode(Mode::Client)),
        (Packet { mode: Mode::Broadcast, ..good }, Rejected::Mode(Mode::Broadcast)),
        (Packet { origin: Timestamp::UNSET, ..good }, Rejected::Origin),
        (Packet { receive: Timestamp::UNSET, ..good }, Rejected::Unset),
        (Packet { transmit: Timestamp::UNSET, ..good }, Rejected::Unset),
        (Packet { leap: Leap::Unsynchronised, ..good }, Rejected::Unsynchronised),
        (Packet { stratum: Stratum(16), ..good }, Rejected::Unsynchronised),
        (
            Packet { stratum: Stratum(0), reference_id: ReferenceId([0; 4]), ..good },
            Rejected::Unsynchronised,
        ),
        (Packet { reference_time: after(60_000_000_000), ..good }, Rejected::ReferenceInFuture),
        (Packet { root_delay: Short::from_bits(32 << 16), ..good }, Rejected::RootDistance),
        (Packet { root_dispersion: Short::from_bits(16 << 16), ..good }, Rejected::RootDistance),
        (Packet { transmit: after(11_000_000_000), ..good }, Rejected::Held),
        (Packet { transmit: after(5_000_000), ..good }, Rejected::Held),
    ];
    for (packet, reason) in cases {
        let mut exchange = exchange();
        assert_eq!(exchange.accept(&packet.to_bytes(), after(RECEIVED)), Err(reason));
        // What is final ends the exchange, and nothing else does.
        let over = exchange.accept(&good.to_bytes(), after(RECEIVED)) == Err(Rejected::Duplicate);
        assert_eq!(reason.is_final(), over, "{reason}");
    }
    let mut exchange = exchange();
    assert_eq!(exchange.accept(&[0; 47], after(RECEIVED)), Err(Rejected::TooShort { octets: 47 }));
    // What does not carry the origin leaves the exchange open.
    assert_eq!(exchange.accept(&[0x24; 48], after(RECEIVED)), Err(Rejected::Origin));
    assert!(exchange.accept(&good.to_bytes(), after(RECEIVED)).is_ok());
}

#[test]
fn a_kiss_counts_only_with_the_origin() {
    let arrival = Arrival { received: after(1_000_000), noise: 0 };
    let mut out = [0; 48];
    let mut first = exchange();
    let request = first.request().to_bytes();
    kiss(&request, Kiss::DENY, arrival, &Policy::default(), &mut out).unwrap();
    assert_eq!(first.accept(&out, after(RECEIVED)), Err(Rejected::Kiss(Kiss::DENY)));
    let mut other = Exchange::new(1, SENT, Log2Seconds(-20));
    assert_eq!(other.accept(&out, after(RECEIVED)), Err(Rejected::Origin));
}

proptest! {
    #[test]
    fn any_octets_are_rejected_or_measured(octets in prop::collection::vec(0_u8.., 0..100), received: u64) {
        let _ = exchange().accept(&octets, Timestamp::from_bits(received));
        // Most random packets fail early; these get past the origin.
        let mut octets = octets;
        octets.resize(48, 0);
        octets[0] = 0x24;
        octets[24..32].copy_from_slice(&exchange().request().transmit.to_bits().to_be_bytes());
        if let Ok(sample) = exchange().accept(&octets, Timestamp::from_bits(received)) {
            prop_assert!(sample.delay > Span::ZERO && sample.dispersion > Span::ZERO);
        }
    }
}
