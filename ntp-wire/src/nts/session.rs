//! A client's side: keys, a store of cookies, and what is on its way.

use thiserror::Error;

use super::aead::Cipher;
use super::{Keys, authenticator};
use crate::extension::{FieldType, Framing, Full, Trailer, Writer};
use crate::{Kiss, Packet, ReferenceId, Stratum};

/// What a client keeps after key establishment. Eight cookies of up to 256 octets, no allocation.
#[derive(Clone, Debug)]
pub struct Session {
    client: Cipher,
    server: Cipher,
    jar: Jar,
}

impl Session {
    /// With the keys agreed on and no cookie yet. Nothing when the keys do not fit the algorithm.
    #[must_use]
    pub fn new(keys: &Keys) -> Option<Self> {
        Some(Self {
            client: keys.client_cipher()?,
            server: keys.server_cipher()?,
            jar: Jar {
                cookies: [Cookie { octets: [0; LONGEST], length: 0 }; MOST],
                first: 0,
                held: 0,
            },
        })
    }

    /// Keeps a cookie; the oldest goes when there are eight. One longer than 256 octets is not
    /// kept, and false is returned.
    pub fn keep(&mut self, cookie: &[u8]) -> bool {
        self.jar.keep(cookie)
    }

    /// How many cookies there are: none means that keys must be established anew.
    #[must_use]
    pub const fn cookies(&self) -> usize {
        self.jar.held
    }

    /// Turns a request into an authenticated one, in `out`, and returns its length.
    ///
    /// `identifier` and `nonce` must be random. A cookie is used up. Placeholders ask for as many
    /// cookies as it takes to have eight again. Keep `identifier` for [`open`](Self::open).
    ///
    /// # Errors
    /// [`Rejected::NoCookie`] and [`Rejected::NoRoom`]; the cookie is then still there.
    pub fn seal(
        &mut self,
        request: &Packet,
        identifier: &[u8; 32],
        nonce: [u8; 16],
        out: &mut [u8],
    ) -> Result<usize, Rejected> {
        let cookie = self.jar.oldest().ok_or(Rejected::NoCookie)?;
        request.write(out.first_chunk_mut().ok_or(Rejected::NoRoom)?);
        let mut packet = Writer::new(out, Packet::LEN)?;
        packet.push(FieldType::UNIQUE_IDENTIFIER, identifier)?;
        packet.push(FieldType::NTS_COOKIE, cookie)?;
        for _ in self.jar.held..MOST {
            packet.reserve(FieldType::NTS_COOKIE_PLACEHOLDER, cookie.len(), 16)?.fill(0);
        }
        authenticator::seal(&mut packet, &self.client, nonce, 0, |_| {})?;
        let length = packet.len();
        self.jar.take();
        Ok(length)
    }

    /// Checks a reply, decrypting it in place, and keeps the cookies in it. Test 5 of RFC 5905:
    /// give the octets to [`Exchange::accept`](crate::client::Exchange::accept) after this.
    ///
    /// # Errors
    /// [`Rejected`] says why it is not to be believed. Anyone can send a packet: keep waiting.
    pub fn open(&mut self, reply: &mut [u8], identifier: &[u8; 32]) -> Result<(), Rejected> {
        let Ok((header, rest)) = Packet::parse(reply) else {
            return Err(Rejected::Malformed);
        };
        let trailer = Trailer::parse(header.version, rest, Framing::Strict);
        let trailer = trailer.map_err(|_| Rejected::Malformed)?;
        let mut fields = trailer.fields();
        let ours = fields.clone().find(|field| field.field_type == FieldType::UNIQUE_IDENTIFIER);
        if ours.is_none_or(|field| field.body != identifier) {
            return Err(Rejected::Identifier);
        }
        let Some(field) = fields.find(|field| field.field_type == FieldType::NTS_AUTHENTICATOR)
        else {
            let refused = header.stratum == Stratum::UNSPECIFIED
                && header.reference_id == ReferenceId::from(Kiss::NTSN);
            return Err(if refused { Rejected::Nak } else { Rejected::NotAuthentic });
        };
        // The identifier counts only when it is authenticated.
        if ours.is_some_and(|ours| ours.offset > field.offset) {
            return Err(Rejected::Identifier);
        }
        let start = field.offset.saturating_add(Packet::LEN);
        let plain = authenticator::open(reply, start, &self.server);
        let mut plain = &*plain.map_err(|_| Rejected::NotAuthentic)?;
        while let Some((field, rest)) = crate::extension::Field::next(plain) {
            if field.field_type == FieldType::NTS_COOKIE {
                self.jar.keep(field.body);
            }
            plain = rest;
        }
        Ok(())
    }
}

/// Why there is no authenticated packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Rejected {
    /// No cookie is left: establish keys anew.
    #[error("there is no cookie left")]
    NoCookie,
    /// The buffer is too short for the request.
    #[error("no room for the request")]
    NoRoom,
    /// Not a header with extension fields.
    #[error("the reply is malformed")]
    Malformed,
    /// Not a reply to this request.
    #[error("the unique identifier is missing or another")]
    Identifier,
    /// The server could not use the cookie. Anyone on the path can send this; after some of them
    /// and no good reply, establish keys anew (RFC 8915 §5.7).
    #[error("the server could not use the cookie")]
    Nak,
    /// There is no authenticator, or it does not fit.
    #[error("the reply is not authentic")]
    NotAuthentic,
}

impl From<Full> for Rejected {
    fn from(Full: Full) -> Self {
        Self::NoRoom
    }
}

/// A ring of cookies, oldest first.
#[derive(Clone, Debug)]
struct Jar {
    cookies: [Cookie; MOST],
    first: usize,
    held: usize,
}

#[derive(Clone, Copy, Debug)]
struct Cookie {
    octets: [u8; LONGEST],
    length: usize,
}

impl Jar {
    fn oldest(&self) -> Option<&[u8]> {
        let cookie = self.cookies.get(self.first).filter(|_| self.held > 0)?;
        cookie.octets.get(..cookie.length)
    }

    fn take(&mut self) {
        self.first = self.first.wrapping_add(1) % MOST;
        self.held = self.held.saturating_sub(1);
    }

    fn keep(&mut self, cookie: &[u8]) -> bool {
        if cookie.len() > LONGEST || cookie.is_empty() {
            return false;
        }
        if self.held == MOST {
            self.take();
        }
        let Some(place) = self.cookies.get_mut(self.first.wrapping_add(self.held) % MOST) else {
            return false;
        };
        place.length = place.octets.iter_mut().zip(cookie).map(|(to, from)| *to = *from).count();
        self.held = self.held.saturating_add(1);
        true
    }
}

/// Cookies kept, RFC 8915 §5.7.
const MOST: usize = 8;
/// Octets of the longest cookie kept.
const LONGEST: usize = 256;
