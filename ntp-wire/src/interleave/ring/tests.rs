use super::*;
use crate::interleave::{InterleavedExchange, Measured};
use crate::{Leap, Log2Seconds, Stratum};
use proptest::prelude::*;
use std::vec;
use std::vec::Vec;

const START: Timestamp = Timestamp::from_unix(1_700_000_000, 0);

fn state() -> ServerState {
    ServerState {
        leap: Leap::None,
        stratum: Stratum(1),
        root_dispersion: crate::Short::ZERO,
        ..ServerState::unsynchronised()
    }
}

fn after(nanos: i64) -> Timestamp {
    START.plus(Span::from_nanos(nanos))
}

fn respond(
    ring: &mut Ring<'_>,
    request: &Packet,
    received: Timestamp,
    transmit: Timestamp,
) -> (Packet, Replied) {
    let mut out = [0; 48];
    let arrival = Arrival { received, noise: 0 };
    let octets = request.to_bytes();
    let replied =
        ring.respond(&octets, arrival, || transmit, &state(), &Policy::default(), &mut out);
    (Packet::from_bytes(&out), replied.unwrap())
}

#[test]
fn the_second_reply_carries_the_first_ones_true_stamp() {
    let mut memory = [Reply::default(); 8];
    let mut ring = Ring::new(&mut memory);
    let mut client = InterleavedExchange::new(Log2Seconds(-20));
    // 1 ms there and back; the server sends 0.5 ms after it reads its clock.
    let mut now = 0;
    for round in 0..5 {
        let request = client.request(1000 + round, 2000 + round, after(now));
        client.sent_at(after(now + 10_000));
        let received = after(now + 1_000_000);
        let (reply, replied) = respond(&mut ring, &request, received, after(now + 1_100_000));
        assert_eq!(replied.interleaved, round > 0);
        ring.sent(replied.receive, after(now + 1_600_000));
        let measured = client.accept(&reply.to_bytes(), after(now + 2_600_000)).unwrap();
        let Measured { sample, interleaved } = measured;
        assert_eq!(interleaved, round > 0);
        // Basic: sent 10 µs later than first thought, and 0.5 ms late at the server.
        let (offset, delay) = if interleaved { (-5_000, 1_990_000) } else { (-255_000, 2_490_000) };
        assert!((sample.offset.to_nanos() - offset).abs() < 2000, "{round} {sample:?}");
        assert!((sample.delay.to_nanos() - delay).abs() < 2000, "{round} {sample:?}");
        now += 16_000_000_000;
    }
}

#[test]
fn a_stamp_serves_once_and_only_in_version_4() {
    let mut memory = [Reply::default(); 8];
    let mut ring = Ring::new(&mut memory);
    let first = crate::client::request(7);
    let (reply, _) = respond(&mut ring, &first, START, after(1000));
    let again = Packet { origin: reply.receive, receive: Timestamp::from_bits(5), ..first };
    let old = Packet { version: Version::V3, ..again };
    assert!(!respond(&mut ring, &old, after(1_000_000), after(1_001_000)).1.interleaved);
    assert!(respond(&mut ring, &again, after(2_000_000), after(2_001_000)).1.interleaved);
    assert!(!respond(&mut ring, &again, after(3_000_000), after(3_001_000)).1.interleaved);
    // Equal receive and transmit mean a basic request.
    let equal = Packet { receive: first.transmit, ..again };
    assert!(!respond(&mut ring, &equal, after(4_000_000), after(4_001_000)).1.interleaved);
}

#[test]
fn a_clock_set_back_forgets_the_future() {
    let mut memory = [Reply::default(); 8];
    let mut ring = Ring::new(&mut memory);
    for second in 0..5 {
        respond(&mut ring, &crate::client::request(1), after(second * 1_000_000_000), START);
    }
    assert_eq!(ring.len(), 5);
    respond(&mut ring, &crate::client::request(1), after(500_000_000), START);
    // 0 and 1 s stay, 2 s and later go.
    assert_eq!(ring.len(), 3);
}

#[test]
fn without_memory_all_is_basic() {
    let mut ring = Ring::new(&mut []);
    let (_, replied) = respond(&mut ring, &crate::client::request(1), START, START);
    assert!(!replied.interleaved && ring.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Against a list that is sorted and cut, in the same words as the documentation.
    #[test]
    fn agrees_with_a_naive_model(size in 1_usize..20, steps in prop::collection::vec((any::<bool>(), 0_i64..60), 1..200)) {
        let mut memory = vec![Reply::default(); size];
        let mut ring = Ring::new(&mut memory);
        let mut model: Vec<(i64, i64)> = Vec::new();
        let at = |bits: i64| START.plus(Span::from_bits(bits));
        for (number, (remember, place)) in (0_i64..).zip(steps) {
            let key = place * 2 + 1;
            if remember {
                let got = ring.remember(at(key), at(1_000_000 + number)).since(START).to_bits();
                let mut own = key;
                while model.iter().any(|&(known, _)| known == own) {
                    own += 2;
                }
                prop_assert_eq!(got, own);
                model.push((own, number));
                model.sort_unstable();
                if model.len() > size {
                    model.remove(0);
                }
            } else {
                let expected = model.iter_mut().find(|(known, number)| *known == key && *number >= 0);
                let expected = expected.map(|entry| at(1_000_000 + core::mem::replace(&mut entry.1, -1)));
                prop_assert_eq!(ring.take(at(key)), expected);
            }
            prop_assert_eq!(ring.len(), model.len());
            let keys: Vec<_> = (0..ring.len()).map(|i| ring.at(i).unwrap().receive.since(START).to_bits()).collect();
            prop_assert_eq!(keys, model.iter().map(|entry| entry.0).collect::<Vec<_>>());
        }
    }
}
