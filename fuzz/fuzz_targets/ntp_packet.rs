//! Any octets: a header is what a naive reader says, a trailer accounts for every octet, a reply is
//! what the rules say in one line each, and never longer than its request.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ntp_wire::client::Exchange;
use ntp_wire::extension::{Framing, Trailer};
use ntp_wire::mac::{Key, verify};
use ntp_wire::server::{Arrival, Policy, ServerState, respond};
use ntp_wire::{Kiss, Leap, Log2Seconds, Packet, Stratum, Timestamp};

fuzz_target!(|octets: &[u8]| {
    let parsed = Packet::parse(octets);
    assert_eq!(parsed.is_ok(), octets.len() >= 48);
    let state = ServerState {
        leap: Leap::None,
        stratum: Stratum(3),
        precision: Log2Seconds(-30),
        ..ServerState::unsynchronised()
    };
    let arrival = Arrival { received: Timestamp::from_bits(u64::MAX - 3), noise: 0x1234_5678 };
    let sent = Timestamp::from_bits(5);
    let mut out = [0xa5; 128];
    let reply = respond(octets, arrival, || sent, &state, &Policy::default(), &mut out);
    let Ok((packet, rest)) = parsed else {
        assert!(reply.is_err());
        return;
    };
    assert_eq!(packet.to_bytes(), octets[..48]);
    let number = |at: usize, length: usize| {
        octets[at..at + length].iter().fold(0_u64, |sum, octet| sum << 8 | u64::from(*octet))
    };
    let stamps = [packet.reference_time, packet.origin, packet.receive, packet.transmit];
    for (stamp, at) in stamps.into_iter().zip([16, 24, 32, 40]) {
        assert_eq!(stamp.to_bits(), number(at, 8));
    }
    assert_eq!(u64::from(packet.root_delay.to_bits()), number(4, 4));
    assert_eq!(u64::from(packet.root_dispersion.to_bits()), number(8, 4));

    let (version, mode) = (octets[0] >> 3 & 7, octets[0] & 7);
    let answered =
        (1..=4).contains(&version) && (mode == 3 || mode == 1 || (mode == 0 && version == 1));
    assert_eq!(reply.is_ok(), answered);
    match reply {
        Ok(length) => {
            assert!(length == 48 && length <= octets.len());
            assert_eq!(out[24..32], octets[40..48]);
            assert_eq!(out[0] >> 3 & 7, version);
            assert_eq!(out[1], 3);
            assert!(Timestamp::from_bits(5).since(arrival.received).to_bits() > 0);
        }
        Err(_) => assert_eq!(out, [0xa5; 128]),
    }

    for framing in [Framing::Strict, Framing::Lenient] {
        if let Ok(trailer) = Trailer::parse(packet.version, rest, framing) {
            let mut at = 0;
            for field in trailer.fields() {
                assert_eq!(field.offset, at);
                at += field.body.len() + 4;
                assert_eq!(at % 4, 0);
            }
            let mac = trailer.mac().map_or(0, |mac| mac.digest.len() + 4);
            assert_eq!(at + mac + trailer.ignored(), rest.len());
        } else {
            assert_eq!(framing, Framing::Strict);
        }
    }
    // A digest by chance is out of reach of a fuzzer.
    assert!(verify(octets, |_| Some(Key::AesCmac128(&[0x42; 16]))).is_err());

    let mut exchange = Exchange::new(packet.origin.to_bits(), sent, Log2Seconds(-20));
    match exchange.accept(octets, arrival.received) {
        Ok(sample) => {
            assert!(sample.stratum.is_synchronised() && sample.leap != Leap::Unsynchronised);
            assert!(exchange.accept(octets, arrival.received).is_err());
        }
        Err(ntp_wire::client::Rejected::Kiss(Kiss(code))) => assert_eq!(code, octets[12..16]),
        Err(_) => {}
    }
});
