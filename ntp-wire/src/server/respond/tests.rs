use super::*;
use crate::{Log2Seconds, Span, client};
use proptest::prelude::*;

const RECEIVED: Timestamp = Timestamp::from_unix(1_700_000_000, 250_000_000);
const SENT: Timestamp = Timestamp::from_unix(1_700_000_000, 250_010_000);
const ARRIVAL: Arrival = Arrival { received: RECEIVED, noise: 0xaaaa_aaaa_5555_5555 };

fn state() -> ServerState {
    ServerState {
        leap: Leap::Insert,
        stratum: Stratum(2),
        precision: Log2Seconds(-24),
        root_delay: Short::from_bits(0x123),
        root_dispersion: Short::from_bits(0x456),
        reference_id: ReferenceId([192, 0, 2, 7]),
        reference_time: RECEIVED.minus(Span::from_seconds(100)),
    }
}

fn ask(request: &[u8], state: &ServerState, policy: &Policy) -> Result<Packet, Ignored> {
    let mut out = [0xa5; 64];
    let result = respond(request, ARRIVAL, || SENT, state, policy, &mut out);
    match result {
        Ok(octets) => {
            assert_eq!(octets, 48);
            assert!(octets <= request.len());
            assert_eq!(out[48..], [0xa5; 16]);
            Ok(Packet::parse(&out[..octets]).unwrap().0)
        }
        Err(reason) => {
            assert_eq!(out, [0xa5; 64]);
            Err(reason)
        }
    }
}

#[test]
fn noise_never_turns_the_stamps_around() {
    let request = client::request(1).to_bytes();
    let state = ServerState { precision: Log2Seconds(-10), ..state() };
    for noise in [0, u64::MAX, 0xffff_ffff, 0xffff_ffff_0000_0000, 0xaaaa_aaaa_5555_5555] {
        let arrival = Arrival { received: RECEIVED, noise };
        let mut out = [0; 48];
        let sent = || RECEIVED.plus(Span::from_nanos(100));
        respond(&request, arrival, sent, &state, &Policy::default(), &mut out).unwrap();
        let reply = Packet::parse(&out).unwrap().0;
        assert!(reply.transmit.since(reply.receive) >= Span::ZERO, "{noise:x}");
    }
}

#[test]
fn every_field_of_a_reply() {
    let request = Packet { poll: Log2Seconds(7), ..client::request(0x1122_3344_5566_7788) };
    let reply = ask(&request.to_bytes(), &state(), &Policy::default()).unwrap();
    assert_eq!(reply.leap, Leap::Insert);
    assert_eq!((reply.version, reply.mode), (Version::V4, Mode::Server));
    assert_eq!(reply.stratum, Stratum(2));
    assert_eq!(reply.poll, Log2Seconds(7));
    assert_eq!(reply.precision, Log2Seconds(-24));
    assert_eq!(reply.root_delay, Short::from_bits(0x123));
    // 100 s at 15 ppm are 1.5 ms, 98.3 units.
    assert!((98..=101).contains(&(reply.root_dispersion.to_bits() - 0x456)));
    assert_eq!(reply.reference_id, ReferenceId([192, 0, 2, 7]));
    assert_eq!(reply.reference_time, state().reference_time);
    assert_eq!(reply.origin, request.transmit);
    // Eight bits are finer than 2^-24 s.
    assert_eq!(reply.receive.to_bits() >> 8, RECEIVED.to_bits() >> 8);
    assert_eq!(reply.receive.to_bits() & 0xff, 0x55);
    assert_eq!(reply.transmit.to_bits() >> 8, SENT.to_bits() >> 8);
    assert_eq!(reply.transmit.to_bits() & 0xff, 0xaa);
}

#[test]
fn poll_is_at_least_the_policys() {
    let reply = ask(&client::request(1).to_bytes(), &state(), &Policy::default()).unwrap();
    assert_eq!(reply.poll, Policy::default().poll);
}

/// All 2^16 combinations of the first two octets: the mode and version rule in one line each.
#[test]
fn all_first_two_octets() {
    let mut octets = client::request(7).to_bytes();
    for symmetric in [false, true] {
        let policy = Policy { symmetric, ..Policy::default() };
        for bits in 0..=u16::MAX {
            [octets[0], octets[1]] = bits.to_be_bytes();
            let (version, mode) = (octets[0] >> 3 & 7, octets[0] & 7);
            let expected = match (version, mode) {
                (0 | 5.., _) => Err(Ignored::Version(Version::from_bits(version))),
                (_, 3) | (1, 0) => Ok(4),
                (_, 1) if symmetric => Ok(2),
                _ => Err(Ignored::Mode(Mode::from_bits(mode))),
            };
            let reply = ask(&octets, &state(), &policy);
            assert_eq!(reply.map(|reply| reply.mode.to_bits()), expected);
            if let Ok(reply) = reply {
                assert_eq!(reply.version.to_bits(), version);
                assert_eq!(reply.stratum, Stratum(2));
            }
        }
    }
}

#[test]
fn no_reply_is_a_request() {
    // Two servers must never answer each other.
    for octets in (0..=255_u8).map(|first| {
        let mut octets = client::request(7).to_bytes();
        octets[0] = first;
        octets
    }) {
        if let Ok(reply) = ask(&octets, &state(), &Policy::default()) {
            assert!(ask(&reply.to_bytes(), &state(), &Policy::default()).is_err());
        }
    }
}

#[test]
fn an_unsynchronised_server_says_so_or_nothing() {
    let request = client::request(1).to_bytes();
    for state in [
        ServerState::unsynchronised(),
        ServerState { leap: Leap::Unsynchronised, ..state() },
        ServerState { stratum: Stratum(0), ..state() },
        ServerState { stratum: Stratum(200), ..state() },
    ] {
        let reply = ask(&request, &state, &Policy::default()).unwrap();
        assert_eq!((reply.leap, reply.stratum), (Leap::Unsynchronised, Stratum::UNSPECIFIED));
        let silent = Policy { unsynchronised: false, ..Policy::default() };
        assert_eq!(ask(&request, &state, &silent), Err(Ignored::Unsynchronised));
    }
}

#[test]
fn a_kiss_tells_no_time() {
    let request = client::request(99).to_bytes();
    let mut out = [0; 48];
    let policy = Policy::default();
    assert_eq!(kiss(&request, Kiss::RATE, ARRIVAL, &policy, &mut out), Ok(48));
    let reply = Packet::from_bytes(&out);
    assert_eq!((reply.leap, reply.stratum), (Leap::Unsynchronised, Stratum::UNSPECIFIED));
    assert_eq!(reply.reference_id, ReferenceId(*b"RATE"));
    assert_eq!(reply.origin.to_bits(), 99);
    assert_eq!(reply.mode, Mode::Server);
    assert_eq!(
        kiss(&request[..47], Kiss::RATE, ARRIVAL, &policy, &mut out),
        Err(Ignored::TooShort { octets: 47 })
    );
    assert_eq!(kiss(&request, Kiss::RATE, ARRIVAL, &policy, &mut [0; 47]), Err(Ignored::NoRoom));
}

proptest! {
    #[test]
    fn any_octets_get_a_reply_or_a_reason(request in prop::collection::vec(0_u8.., 0..120), room in 0_usize..60, noise: u64, received: u64, sent: u64) {
        let mut out = [0xa5; 60];
        let arrival = Arrival { received: Timestamp::from_bits(received), noise };
        let sent = Timestamp::from_bits(sent);
        let result = respond(&request, arrival, || sent, &state(), &Policy::default(), &mut out[..room]);
        match result {
            Ok(octets) => {
                prop_assert!(octets == 48 && octets <= request.len() && octets <= room);
                prop_assert_eq!(&out[24..32], &request[40..48]);
            }
            Err(_) => prop_assert_eq!(out, [0xa5; 60]),
        }
    }
}
