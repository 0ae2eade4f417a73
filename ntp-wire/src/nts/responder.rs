//! A server that authenticates, and keeps no client's state.

use thiserror::Error;

use super::aead::NotAuthentic;
use super::{Keyring, Keys, authenticator};
use crate::extension::{BadTrailer, FieldType, Framing, Full, Trailer, Writer};
use crate::server::{self, Arrival, Policy, ServerState};
use crate::{Kiss, Packet, Timestamp};

/// Writes the reply to `request` into `out` and returns its length: authenticated when the request
/// is, as [`server::respond`] would do when it has no NTS fields.
///
/// A cookie that does not open, or a request that is not authentic, gets the kiss
/// [`Kiss::NTSN`], not authenticated, with the unique identifier (RFC 8915 §5.7). The reply carries
/// one cookie, and one more for each placeholder as long as a cookie, up to eight. It is never
/// longer than the request. `request` is decrypted in place; `random` fills with random octets.
///
/// # Errors
/// [`Ignored`] says why there is no reply.
///
/// # Cost
/// O(octets of request and reply). No allocation; about a kilobyte of stack.
#[expect(clippy::too_many_arguments, reason = "each is a different resource of the caller")]
pub fn respond<const N: usize>(
    request: &mut [u8],
    arrival: Arrival,
    transmit: impl FnOnce() -> Timestamp,
    state: &ServerState,
    policy: &Policy,
    keyring: &Keyring<N>,
    random: impl FnMut(&mut [u8]),
    out: &mut [u8],
) -> Result<usize, Ignored> {
    let header = |request: &[u8], out: &mut [u8]| {
        server::respond(request, arrival, transmit, state, policy, out)
    };
    reply(request, arrival, policy, keyring, random, out, header)
}

/// The same with a kiss instead of the time: authenticated when the request is, so that nobody
/// else can silence a client.
///
/// # Errors
/// [`Ignored`] says why there is no reply.
pub fn kiss<const N: usize>(
    request: &mut [u8],
    code: Kiss,
    arrival: Arrival,
    policy: &Policy,
    keyring: &Keyring<N>,
    random: impl FnMut(&mut [u8]),
    out: &mut [u8],
) -> Result<usize, Ignored> {
    let header = |request: &[u8], out: &mut [u8]| server::kiss(request, code, arrival, policy, out);
    reply(request, arrival, policy, keyring, random, out, header)
}

fn reply<const N: usize>(
    request: &mut [u8],
    arrival: Arrival,
    policy: &Policy,
    keyring: &Keyring<N>,
    mut random: impl FnMut(&mut [u8]),
    out: &mut [u8],
    header: impl FnOnce(&[u8], &mut [u8]) -> Result<usize, server::Ignored>,
) -> Result<usize, Ignored> {
    let Some(question) = Question::parse(request)? else {
        return Ok(header(request, out)?);
    };
    // The length of the request bounds the reply, whatever is put into it.
    let length = request.len().min(out.len());
    let out = out.get_mut(..length).ok_or(Full)?;
    let Some(keys) = question.open(request, keyring) else {
        server::kiss(request, Kiss::NTSN, arrival, policy, out)?;
        let mut packet = Writer::new(out, Packet::LEN)?;
        packet.push(FieldType::UNIQUE_IDENTIFIER, question.identifier(request))?;
        return Ok(packet.len());
    };
    header(request, out)?;
    let mut packet = Writer::new(out, Packet::LEN)?;
    packet.push(FieldType::UNIQUE_IDENTIFIER, question.identifier(request))?;
    let cookie = Keyring::<N>::cookie_length(keys.algorithm());
    let field = cookie.saturating_add(4);
    let room = length.saturating_sub(packet.len()).saturating_sub(AROUND).checked_div(field);
    let cookies = question.cookies_wanted(request, cookie).min(room.unwrap_or(0));
    let cipher = keys.server_cipher().ok_or(NotAuthentic)?;
    let mut nonce = [0; 16];
    random(&mut nonce);
    authenticator::seal(&mut packet, &cipher, nonce, cookies.saturating_mul(field), |plain| {
        let Ok(mut fields) = Writer::new(plain, 0) else {
            return;
        };
        for _ in 0..cookies {
            random(&mut nonce);
            let place = fields.reserve(FieldType::NTS_COOKIE, cookie, 16);
            // There is room: it was counted above.
            let _ = place.and_then(|place| keyring.seal(&keys, nonce, place));
        }
    })?;
    Ok(packet.len())
}

/// Why an NTS request gets no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Ignored {
    /// For a reason that has nothing to do with NTS.
    #[error(transparent)]
    Plain(#[from] server::Ignored),
    /// What follows the header is neither fields nor a MAC.
    #[error(transparent)]
    Trailer(#[from] BadTrailer),
    /// The NTS fields are not one unique identifier of 32 octets or more, one cookie and one
    /// authenticator after them.
    #[error("the NTS fields are not an identifier, a cookie and an authenticator")]
    Fields,
    /// The buffer, or the request, is too short for the reply.
    #[error("no room for the reply")]
    NoRoom,
}

impl From<Full> for Ignored {
    fn from(Full: Full) -> Self {
        Self::NoRoom
    }
}

impl From<NotAuthentic> for Ignored {
    fn from(NotAuthentic: NotAuthentic) -> Self {
        Self::Fields
    }
}

/// Where in a request the NTS fields lie. Offsets are of bodies, from the start of the packet,
/// but for the authenticator's, which is of the field.
struct Question {
    identifier: (usize, usize),
    cookie: (usize, usize),
    authenticator: usize,
}

impl Question {
    /// Nothing when the request has no NTS fields.
    fn parse(request: &[u8]) -> Result<Option<Self>, Ignored> {
        if request.len() <= Packet::LEN {
            return Ok(None);
        }
        let Ok((header, rest)) = Packet::parse(request) else {
            return Ok(None);
        };
        // Plain requests may carry anything; only what claims to be NTS has to be well formed.
        let lenient = Trailer::parse(header.version, rest, Framing::Lenient)?;
        if !lenient.fields().any(|field| field.field_type == FieldType::NTS_AUTHENTICATOR) {
            return Ok(None);
        }
        let trailer = Trailer::parse(header.version, rest, Framing::Strict)?;
        let (mut identifier, mut cookie, mut authenticator) = (None, None, None);
        for field in trailer.fields() {
            let start = field.offset.saturating_add(Packet::LEN);
            let body = (start.saturating_add(4), field.body.len());
            let place = match field.field_type {
                FieldType::UNIQUE_IDENTIFIER => &mut identifier,
                FieldType::NTS_COOKIE => &mut cookie,
                FieldType::NTS_AUTHENTICATOR => {
                    authenticator = Some(start);
                    // What follows is not authenticated: it counts for nothing.
                    break;
                }
                _ => continue,
            };
            if place.replace(body).is_some() {
                return Err(Ignored::Fields);
            }
        }
        match (identifier, cookie, authenticator) {
            (Some(identifier @ (_, 32..)), Some(cookie), Some(authenticator)) => {
                Ok(Some(Self { identifier, cookie, authenticator }))
            }
            _ => Err(Ignored::Fields),
        }
    }

    /// The client's keys, when both the cookie and the request are authentic.
    fn open<const N: usize>(&self, request: &mut [u8], keyring: &Keyring<N>) -> Option<Keys> {
        let keys = keyring.open(body(request, self.cookie)).ok()?;
        authenticator::open(request, self.authenticator, &keys.client_cipher()?).ok()?;
        Some(keys)
    }

    fn identifier<'r>(&self, request: &'r [u8]) -> &'r [u8] {
        body(request, self.identifier)
    }

    /// One, and one more for each placeholder that has room for a cookie; at most eight.
    fn cookies_wanted(&self, request: &[u8], cookie: usize) -> usize {
        let authenticated = request.get(Packet::LEN..self.authenticator).unwrap_or_default();
        let trailer = Trailer::parse(crate::Version::V4, authenticated, Framing::Lenient);
        let placeholders = trailer.map_or(0, |trailer| {
            let wanted = |field: &crate::extension::Field<'_>| {
                field.field_type == FieldType::NTS_COOKIE_PLACEHOLDER && field.body.len() >= cookie
            };
            trailer.fields().filter(wanted).count()
        });
        placeholders.saturating_add(1).min(MOST_COOKIES)
    }
}

fn body(packet: &[u8], (start, length): (usize, usize)) -> &[u8] {
    packet.get(start..start.saturating_add(length)).unwrap_or_default()
}

/// Octets of an authenticator around the fields in it: two headers, nonce and tag.
const AROUND: usize = 40;
/// RFC 8915 §5.7: a client keeps eight.
const MOST_COOKIES: usize = 8;

#[cfg(test)]
mod tests;
