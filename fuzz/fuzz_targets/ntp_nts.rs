//! NTS: any request gets at most its own length back, a request changed anywhere gets no
//! authenticated reply, and key establishment messages survive being written again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ntp_wire::client::request;
use ntp_wire::nts::ke::{Answer, Offer};
use ntp_wire::nts::{Algorithm, Keyring, Keys, Session, respond};
use ntp_wire::server::{Arrival, Policy, ServerState};
use ntp_wire::{Packet, Timestamp};

fuzz_target!(|bytes: &[u8]| {
    let [algorithm, held, rest @ ..] = bytes else { return };
    let algorithms = [Algorithm::SivCmac256, Algorithm::SivCmac512, Algorithm::GcmSiv128];
    let algorithm = algorithms[usize::from(algorithm % 3)];
    let length = algorithm.key_length();
    let keys = Keys::new(algorithm, &[5; 64][..length], &[6; 64][..length]).unwrap();
    let ring = Keyring::<2>::new(1, &[7; 32]);
    let mut session = Session::new(&keys).unwrap();
    let mut cookie = vec![0; Keyring::<2>::cookie_length(algorithm)];
    ring.seal(&keys, [9; 16], &mut cookie).unwrap();
    for _ in 0..held % 8 + 1 {
        assert!(session.keep(&cookie));
    }
    let identifier = [0x1d; 32];
    let mut asked = [0; 2048];
    let octets = session.seal(&request(7), &identifier, [3; 16], &mut asked).unwrap();
    let good = asked[..octets].to_vec();

    // The good request with three octets for each change: place and value.
    let mut changed = good.clone();
    for [high, low, value] in rest.as_chunks::<3>().0 {
        let place = usize::from(u16::from_be_bytes([*high, *low])) % changed.len();
        changed[place] ^= value;
    }
    for request in [good.clone(), changed.clone(), rest.to_vec()] {
        let mut scratch = request.clone();
        let mut out = [0xa5; 2048];
        let arrival = Arrival { received: Timestamp::from_bits(1 << 40), noise: 0 };
        let replied = respond(
            &mut scratch,
            arrival,
            || Timestamp::from_bits(1 << 40),
            &ServerState::unsynchronised(),
            &Policy::default(),
            &ring,
            |octets| octets.fill(4),
            &mut out,
        );
        let Ok(length) = replied else { continue };
        assert!(length <= request.len());
        assert_eq!(out[length], 0xa5);
        let authentic = session.clone().open(&mut out[..length], &identifier).is_ok();
        if request == good {
            assert!(authentic);
        } else if authentic {
            // Only padding of the authenticator's nonce and what follows it may differ.
            let tail = good.len() - 40;
            assert_eq!(request[..tail], good[..tail]);
        }
    }
    let mut noise = rest.to_vec();
    assert!(session.open(&mut noise, &identifier).is_err());
    assert!(Packet::parse(rest).is_ok() || rest.len() < 48);

    if let Ok(offer) = Offer::parse(rest) {
        let mut out = [0; 64];
        if offer.algorithms().count() == 0 {
            return;
        }
        let length = offer.write(&mut out).unwrap();
        let again = Offer::parse(&out[..length]).unwrap();
        assert!(again.algorithms().eq(offer.algorithms()));
        let _ = Answer::parse(rest, &offer).map(|answer| answer.cookies().count());
    }
});
