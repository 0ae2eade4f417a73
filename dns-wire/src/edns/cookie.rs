//! Cookies (RFC 7873), and the server cookie that all servers of an anycast set understand (RFC 9018).

use core::net::IpAddr;

use siphasher::sip::SipHasher24;

use super::EdnsOption;
use crate::{WireError, WireErrorKind};

/// The cookies of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cookie<'a> {
    /// The client's: eight octets.
    pub client: [u8; 8],
    /// The server's: 8 to 32 octets, or none when the client has not got one yet.
    pub server: &'a [u8],
}

impl<'a> Cookie<'a> {
    /// Reads the option.
    ///
    /// # Errors
    /// When its length is neither 8 nor 16 to 40: FORMERR is due (RFC 7873 §5.2.2).
    pub fn read(option: &EdnsOption<'a>) -> Result<Self, WireError> {
        match option.data.split_first_chunk::<8>() {
            Some((&client, server)) if matches!(server.len(), 0 | 8..=32) => {
                Ok(Self { client, server })
            }
            _ => Err(WireError::new(WireErrorKind::Length, option.position)),
        }
    }
}

/// The key of server cookies: shared by all servers that answer on one address, drawn at random.
#[derive(Clone, Copy)]
pub struct CookieSecret(pub [u8; 16]);

impl CookieSecret {
    /// Makes a server cookie of version 1 (RFC 9018 §4). `now` is seconds since 1970 modulo 2^32.
    #[must_use]
    pub fn make(&self, client: [u8; 8], address: IpAddr, now: u32) -> [u8; 16] {
        let [a, b, c, d] = now.to_be_bytes();
        let head = [1, 0, 0, 0, a, b, c, d];
        let hash = self.hash(client, head, address);
        let mut cookie = [0; 16];
        let (front, back) = cookie.split_at_mut(8);
        front.copy_from_slice(&head);
        back.copy_from_slice(&hash);
        cookie
    }

    /// Judges a server cookie that a client sent back.
    #[must_use]
    pub fn check(&self, cookie: Cookie<'_>, address: IpAddr, now: u32) -> CookieState {
        let Some((&head, hash)) = cookie.server.split_first_chunk::<8>() else {
            return CookieState::Missing;
        };
        let [1, reserved @ .., a, b, c, d] = head else { return CookieState::Bad };
        let _: [u8; 3] = reserved;
        // Compared without stopping early, so that time tells nothing of the hash.
        let expected = self.hash(cookie.client, head, address);
        let differing = hash.iter().zip(expected).fold(0, |bits, (a, b)| bits | (a ^ b));
        if hash.len() != expected.len() || differing != 0 {
            return CookieState::Bad;
        }
        // Serial arithmetic (RFC 1982): the difference of the 32-bit times, read with its sign.
        let age = now.wrapping_sub(u32::from_be_bytes([a, b, c, d])).cast_signed();
        match age {
            ..-300 | 3601.. => CookieState::Bad,
            1801.. => CookieState::Renew,
            _ => CookieState::Good,
        }
    }

    fn hash(&self, client: [u8; 8], head: [u8; 8], address: IpAddr) -> [u8; 8] {
        let mut input = [0u8; 32];
        let (front, place) = input.split_at_mut(16);
        let (first, second) = front.split_at_mut(8);
        first.copy_from_slice(&client);
        second.copy_from_slice(&head);
        let length = match address {
            IpAddr::V4(v4) => {
                if let Some(place) = place.first_chunk_mut::<4>() {
                    *place = v4.octets();
                }
                20
            }
            IpAddr::V6(v6) => {
                if let Some(place) = place.first_chunk_mut::<16>() {
                    *place = v6.octets();
                }
                32
            }
        };
        // RFC 9018 §4.4 names SipHash-2-4.
        let hasher = SipHasher24::new_with_key(&self.0);
        hasher.hash(input.get(..length).unwrap_or(&[])).to_le_bytes()
    }
}

/// What a server cookie is worth (RFC 9018 §4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CookieState {
    /// The client sent none.
    Missing,
    /// Not one of ours, or older than an hour, or from more than five minutes in the future.
    Bad,
    /// Ours, and older than half an hour: send a new one with the answer.
    Renew,
    /// Ours.
    Good,
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: CookieSecret = CookieSecret([
        0xe5, 0xe9, 0x73, 0xe5, 0xa6, 0xb2, 0xa4, 0x3f, 0x48, 0xe7, 0xdc, 0x84, 0x9e, 0x37, 0xbf,
        0xcf,
    ]);
    const CLIENT: [u8; 8] = [0x24, 0x64, 0xc4, 0xab, 0xcf, 0x10, 0xc9, 0x57];

    /// RFC 9018 appendix A.1.
    #[test]
    fn a_new_cookie_is_the_one_of_the_rfc() {
        let address = "198.51.100.100".parse().unwrap();
        let cookie = SECRET.make(CLIENT, address, 1_559_731_985);
        let expected =
            [0x01, 0, 0, 0, 0x5c, 0xf7, 0x9f, 0x11, 0x1f, 0x81, 0x30, 0xc3, 0xee, 0xe2, 0x94, 0x80];
        assert_eq!(cookie, expected);
        let sent = Cookie { client: CLIENT, server: &cookie };
        assert_eq!(SECRET.check(sent, address, 1_559_731_985), CookieState::Good);
        assert_eq!(
            SECRET.check(sent, "198.51.100.101".parse().unwrap(), 1_559_731_985),
            CookieState::Bad
        );
    }

    /// RFC 9018 appendix A.2 and A.3: the time decides.
    #[test]
    fn age_is_judged_by_serial_arithmetic() {
        let address = "198.51.100.100".parse().unwrap();
        for made in [1_559_734_385u32, 5, u32::MAX - 5] {
            let server = SECRET.make(CLIENT, address, made);
            let sent = Cookie { client: CLIENT, server: &server };
            for (age, state) in [
                (0i64, CookieState::Good),
                (1800, CookieState::Good),
                (1801, CookieState::Renew),
                (3600, CookieState::Renew),
                (3601, CookieState::Bad),
                (-300, CookieState::Good),
                (-301, CookieState::Bad),
            ] {
                let now = made.wrapping_add(age as u32);
                assert_eq!(SECRET.check(sent, address, now), state, "{age} after {made}");
            }
        }
    }

    /// RFC 9018 appendix A.4: a cookie of the old secret, and one of the new.
    #[test]
    fn an_ipv6_client_gets_the_cookies_of_the_rfc() {
        let client = [0x22, 0x68, 0x1a, 0xb9, 0x7d, 0x52, 0xc2, 0x98];
        let address = "2001:db8:220:1:59de:d0f4:8769:82b8".parse().unwrap();
        for (secret, time, hash) in [
            (
                0xdd3b_df93_44b6_78b1_85a6_f5cb_60fc_a715u128,
                0x5cf7_c579u32,
                0x2655_6bd0_934c_72f8u64,
            ),
            (0x4455_36bc_d251_3298_075a_5d37_9663_c962, 0x5cf7_c609, 0xa6bb_79d1_6625_507a),
        ] {
            let cookie = CookieSecret(secret.to_be_bytes()).make(client, address, time);
            assert_eq!(cookie[4..8], time.to_be_bytes());
            assert_eq!(cookie[8..], hash.to_be_bytes());
        }
    }
}
