//! A server whose clients share keys with it.

use thiserror::Error;

use super::{Key, Unauthentic, verify};
use crate::extension::Full;
use crate::server::{self, Arrival, Policy, ServerState};
use crate::{Packet, Timestamp};

/// Checks the MAC of `request`, writes the reply into `out`, seals it with the same key, and
/// returns its length: [`server::respond`] between [`verify`] and [`Key::seal`].
///
/// `key` finds a key by its identifier. The reply has no extension fields and a MAC as long as the
/// request's, so it is never longer.
///
/// # Errors
/// [`Ignored`] says why there is no reply: a request without a MAC, or with a wrong one, gets none.
/// RFC 5905 allows a crypto-NAK, which an attacker can forge as well as provoke; chrony sends none
/// either. `out` may be written to.
///
/// # Cost
/// O(length of `request`), two digests; no allocation.
pub fn respond<'k>(
    request: &[u8],
    arrival: Arrival,
    transmit: impl FnOnce() -> Timestamp,
    state: &ServerState,
    policy: &Policy,
    key: impl Fn(u32) -> Option<Key<'k>>,
    out: &mut [u8],
) -> Result<usize, Ignored> {
    let id = verify(request, &key)?;
    let key = key(id).ok_or(Unauthentic::UnknownKey { id })?;
    let length = out.len().min(request.len());
    let out = out.get_mut(..length).ok_or(Full)?;
    server::respond(request, arrival, transmit, state, policy, out)?;
    Ok(key.seal(id, out, Packet::LEN)?)
}

/// Why a request gets no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Ignored {
    /// Its MAC does not prove that a client with a key sent it.
    #[error(transparent)]
    Unauthentic(#[from] Unauthentic),
    /// For a reason that has nothing to do with keys.
    #[error(transparent)]
    Plain(#[from] server::Ignored),
    /// The buffer is too short for the reply with its MAC.
    #[error("no room for the reply")]
    NoRoom,
}

impl From<Full> for Ignored {
    fn from(Full: Full) -> Self {
        Self::NoRoom
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Version;
    use crate::client::{Exchange, request};
    use crate::{Leap, Log2Seconds, Short, Stratum};

    const NOW: Timestamp = Timestamp::from_unix(1_700_000_000, 0);
    const KEY: Key<'static> = Key::AesCmac128(b"sixteen octets !");

    fn answer(asked: &[u8], out: &mut [u8]) -> Result<usize, Ignored> {
        let state = ServerState {
            leap: Leap::None,
            stratum: Stratum(1),
            root_dispersion: Short::ZERO,
            ..ServerState::unsynchronised()
        };
        let arrival = Arrival { received: NOW, noise: 0 };
        let key = |id| (id == 7).then_some(KEY);
        respond(asked, arrival, || NOW, &state, &Policy::default(), key, out)
    }

    #[test]
    fn a_sealed_request_gets_a_sealed_reply() {
        for key_version in [(KEY, Version::V4), (KEY, Version::V3)] {
            let (key, version) = key_version;
            let mut exchange = Exchange::new(5, NOW, Log2Seconds(-20)).with_version(version);
            let mut asked = [0; 68];
            asked[..48].copy_from_slice(&exchange.request().to_bytes());
            assert_eq!(key.seal(7, &mut asked, 48), Ok(68));
            let mut out = [0; 100];
            assert_eq!(answer(&asked, &mut out), Ok(68));
            assert_eq!(verify(&out[..68], |_| Some(key)), Ok(7));
            assert!(exchange.accept(&out[..68], NOW).is_ok());
            assert_eq!(answer(&asked, &mut out[..60]), Err(Ignored::NoRoom));
            asked[67] ^= 1;
            let wrong = Ignored::Unauthentic(Unauthentic::Digest { id: 7 });
            assert_eq!(answer(&asked, &mut out), Err(wrong));
        }
    }

    #[test]
    fn requests_without_proof_get_nothing() {
        let mut out = [0; 200];
        let plain = request(5).to_bytes();
        let none = Ignored::Unauthentic(Unauthentic::NoMac);
        assert_eq!(answer(&plain, &mut out), Err(none));
        let mut asked = [0; 68];
        asked[..48].copy_from_slice(&plain);
        KEY.seal(8, &mut asked, 48).unwrap();
        let unknown = Ignored::Unauthentic(Unauthentic::UnknownKey { id: 8 });
        assert_eq!(answer(&asked, &mut out), Err(unknown));
    }

    #[test]
    fn windows_in_a_domain_is_told_apart() {
        let mut out = [0; 200];
        let mut asked = [0; 120];
        asked[..48].copy_from_slice(&request(5).to_bytes());
        asked[0] = asked[0] & !0x38 | 3 << 3;
        asked[48] = 0x51;
        let refused = Err(Ignored::Unauthentic(Unauthentic::MsSntp));
        assert_eq!(answer(&asked[..68], &mut out), refused);
        assert_eq!(answer(&asked, &mut out), refused);
    }
}
