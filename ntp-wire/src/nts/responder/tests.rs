use super::*;
use crate::client::{Exchange, Rejected as ClientRejected};
use crate::nts::{Algorithm, Rejected, Session};
use crate::{Leap, Log2Seconds, Stratum};
use std::vec;
use std::vec::Vec;

const NOW: Timestamp = Timestamp::from_unix(1_700_000_000, 0);
const ARRIVAL: Arrival = Arrival { received: NOW, noise: 0 };
const ALGORITHMS: [Algorithm; 3] =
    [Algorithm::SivCmac256, Algorithm::SivCmac512, Algorithm::GcmSiv128];

struct World {
    ring: Keyring,
    keys: Keys,
    session: Session,
    counter: u8,
}

impl World {
    fn new(algorithm: Algorithm, cookies: u8) -> Self {
        let ring = Keyring::new(1, &[7; 32]);
        let length = algorithm.key_length();
        let keys = Keys::new(algorithm, &vec![5; length], &vec![6; length]).unwrap();
        let mut session = Session::new(&keys).unwrap();
        for nonce in 0..cookies {
            let mut cookie = vec![0; Keyring::<4>::cookie_length(algorithm)];
            ring.seal(&keys, [nonce; 16], &mut cookie).unwrap();
            assert!(session.keep(&cookie));
        }
        Self { ring, keys, session, counter: 0 }
    }

    fn ask(&mut self, exchange: &Exchange) -> Vec<u8> {
        let mut out = [0; 2000];
        let length = self.session.seal(&exchange.request(), &ID, [3; 16], &mut out).unwrap();
        out[..length].to_vec()
    }

    fn answer(&mut self, request: &[u8]) -> Result<Vec<u8>, Ignored> {
        let state = ServerState {
            leap: Leap::None,
            stratum: Stratum(1),
            root_dispersion: crate::Short::ZERO,
            ..ServerState::unsynchronised()
        };
        let mut out = [0; 2000];
        let counter = &mut self.counter;
        let random = |octets: &mut [u8]| {
            *counter += 1;
            octets.fill(*counter);
        };
        let length = respond(
            &mut request.to_vec(),
            ARRIVAL,
            || NOW,
            &state,
            &Policy::default(),
            &self.ring,
            random,
            &mut out,
        )?;
        assert!(length <= request.len());
        Ok(out[..length].to_vec())
    }
}

const ID: [u8; 32] = [0x1d; 32];

fn exchange() -> Exchange {
    Exchange::new(0x1122_3344, NOW, Log2Seconds(-20))
}

#[test]
fn a_session_goes_on_for_ever() {
    for algorithm in ALGORITHMS {
        let mut world = World::new(algorithm, 3);
        for _ in 0..20 {
            let mut exchange = exchange();
            let request = world.ask(&exchange);
            let mut reply = world.answer(&request).unwrap();
            world.session.open(&mut reply, &ID).unwrap();
            assert_eq!(world.session.cookies(), 8);
            assert!(exchange.accept(&reply, NOW).is_ok());
        }
        // Full jar: one cookie asked for. A nonce of 12 octets makes the reply shorter by four.
        let request = world.ask(&exchange());
        let spare = 16 - algorithm.nonce_length();
        assert_eq!(world.answer(&request).unwrap().len(), request.len() - spare);
    }
}

#[test]
fn every_changed_octet_is_noticed() {
    for algorithm in ALGORITHMS {
        let mut world = World::new(algorithm, 8);
        let request = world.ask(&exchange());
        for octet in 3..request.len() {
            let mut changed = request.clone();
            changed[octet] ^= 1;
            let Ok(reply) = world.answer(&changed) else {
                continue;
            };
            // The nonce's and the text's padding is the only part nobody protects; there is none
            // between 48 and the end here but after a nonce of 12 in 16.
            let padding = algorithm == Algorithm::GcmSiv128 && octet >= request.len() - 8;
            let kissed = Packet::parse(&reply).unwrap().0.reference_id == Kiss::NTSN.into();
            // A changed length can hide the NTS fields: the reply is then plain, which the client
            // rejects.
            let plain = reply.len() == 48 && world.session.open(&mut reply.clone(), &ID).is_err();
            assert!(kissed || padding || plain, "{algorithm:?} {octet} of {}", request.len());
        }
        let reply = world.answer(&request).unwrap();
        for octet in 0..reply.len() {
            let mut changed = reply.clone();
            changed[octet] ^= 1;
            assert!(world.session.clone().open(&mut changed, &ID).is_err(), "{octet}");
        }
    }
}

#[test]
fn a_forgotten_cookie_gets_a_nak() {
    let mut world = World::new(Algorithm::SivCmac256, 8);
    world.ring = Keyring::new(2, &[8; 32]);
    let mut exchange = exchange();
    let request = world.ask(&exchange);
    let mut reply = world.answer(&request).unwrap();
    assert_eq!(world.session.open(&mut reply, &ID), Err(Rejected::Nak));
    assert_eq!(exchange.accept(&reply, NOW), Err(ClientRejected::Kiss(Kiss::NTSN)));
    assert_eq!(world.session.open(&mut reply, &[0; 32]), Err(Rejected::Identifier));
}

#[test]
fn a_kiss_is_authenticated() {
    let mut world = World::new(Algorithm::SivCmac256, 8);
    let mut exchange = exchange();
    let mut request = world.ask(&exchange);
    let mut out = [0; 2000];
    let random = |octets: &mut [u8]| octets.fill(1);
    let policy = Policy::default();
    let length = kiss(&mut request, Kiss::RATE, ARRIVAL, &policy, &world.ring, random, &mut out);
    let reply = &mut out[..length.unwrap()];
    assert_eq!(world.session.open(reply, &ID), Ok(()));
    assert_eq!(exchange.accept(reply, NOW), Err(ClientRejected::Kiss(Kiss::RATE)));
}

#[test]
fn plain_requests_get_plain_replies() {
    let mut world = World::new(Algorithm::SivCmac256, 8);
    let request = exchange().request().to_bytes();
    assert_eq!(world.answer(&request).unwrap().len(), 48);
    let odd = [&request[..], &[1; 7]].concat();
    assert_eq!(world.answer(&odd).unwrap().len(), 48);
}

#[test]
fn odd_fields_are_ignored() {
    let mut world = World::new(Algorithm::SivCmac256, 8);
    let request = world.ask(&exchange());
    // 48 header, 36 identifier, 104 cookie, 40 authenticator.
    let (header, rest) = request.split_at(48);
    let (identifier, rest) = rest.split_at(36);
    let (cookie, authenticator) = rest.split_at(104);
    for parts in [
        vec![header, cookie, authenticator],
        vec![header, identifier, authenticator],
        vec![header, identifier, identifier, cookie, authenticator],
        vec![header, identifier, cookie, cookie, authenticator],
        vec![header, authenticator, identifier, cookie],
    ] {
        assert_eq!(world.answer(&parts.concat()), Err(Ignored::Fields));
    }
    // A cookie after the authenticator counts for nothing.
    let more = [header, identifier, cookie, authenticator, cookie].concat();
    assert!(world.answer(&more).is_ok());
}

#[test]
fn no_cookie_no_request() {
    let mut world = World::new(Algorithm::SivCmac256, 1);
    let mut out = [0; 200];
    let request = exchange().request();
    assert_eq!(world.session.seal(&request, &ID, [3; 16], &mut out), Err(Rejected::NoRoom));
    assert_eq!(world.session.cookies(), 1);
    world.ask(&exchange());
    assert_eq!(world.session.seal(&request, &ID, [3; 16], &mut out), Err(Rejected::NoCookie));
    assert!(!world.session.keep(&[0; 257]));
    assert_eq!(world.keys.algorithm(), Algorithm::SivCmac256);
}
