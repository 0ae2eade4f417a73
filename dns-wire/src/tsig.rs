//! Transaction signatures (RFC 8945): made and checked, the clock and the key being arguments.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};

use crate::{Class, Full, Message, Name, NameBuf, RType, Rcode, Reader, WireError, Writer};

/// How messages are authenticated (RFC 8945 §6). Only full-length MACs are made and taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TsigAlgorithm {
    /// hmac-sha1, not recommended.
    HmacSha1,
    /// hmac-sha224.
    HmacSha224,
    /// hmac-sha256.
    HmacSha256,
    /// hmac-sha384.
    HmacSha384,
    /// hmac-sha512.
    HmacSha512,
}

impl TsigAlgorithm {
    const ALL: [Self; 5] =
        [Self::HmacSha1, Self::HmacSha224, Self::HmacSha256, Self::HmacSha384, Self::HmacSha512];

    /// The name that stands in the record.
    #[must_use]
    pub fn name(self) -> Name<'static> {
        Name::trusted(match self {
            Self::HmacSha1 => b"\x09hmac-sha1\x00",
            Self::HmacSha224 => b"\x0bhmac-sha224\x00",
            Self::HmacSha256 => b"\x0bhmac-sha256\x00",
            Self::HmacSha384 => b"\x0bhmac-sha384\x00",
            Self::HmacSha512 => b"\x0bhmac-sha512\x00",
        })
    }

    /// The algorithm of a name.
    #[must_use]
    pub fn from_name(name: Name<'_>) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }
}

/// A shared secret and the name by which both sides know it.
#[derive(Clone)]
pub struct TsigKey<'k> {
    /// The name.
    pub name: NameBuf,
    /// The algorithm.
    pub algorithm: TsigAlgorithm,
    /// The secret, of any length.
    pub secret: &'k [u8],
}

/// A message authentication code: 20 to 64 octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TsigMac {
    octets: [u8; 64],
    len: u8,
}

impl TsigMac {
    /// The octets.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        self.octets.get(..usize::from(self.len)).unwrap_or(&[])
    }
}

/// What a message's signature is made over besides the message (RFC 8945 §§4.3.1, 5.3, 5.3.1).
#[derive(Clone, Copy, Debug)]
pub enum TsigContext<'m> {
    /// A request.
    Request,
    /// The response, or the first of several, to a request with this MAC.
    Response(&'m [u8]),
    /// One of several responses over TCP, after the one with this MAC.
    Subsequent(&'m [u8]),
}

/// Why a message is not to be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TsigError {
    /// There is no TSIG record.
    #[error("no TSIG record")]
    Missing,
    /// The message, or its TSIG record, is malformed: FORMERR.
    #[error("malformed: {0}")]
    Malformed(WireError),
    /// The TSIG record is not the last, or there are two, or its class or TTL is wrong: FORMERR.
    #[error("TSIG record not alone at the end, or of a wrong class or TTL")]
    Place,
    /// Another key or algorithm: BADKEY.
    #[error("unknown key or algorithm")]
    Key,
    /// A MAC of another length than the algorithm's: BADTRUNC.
    #[error("truncated signature")]
    Truncated,
    /// The MAC is wrong: BADSIG.
    #[error("wrong signature")]
    Signature,
    /// Too early or too late; the signature is right. Seconds since 1970 as signed: BADTIME.
    #[error("signed at {0}, out of the window")]
    Time(u64),
    /// The other side reports an error; the signature is right where it could be checked.
    #[error("the peer reports {0}")]
    Reported(Rcode),
}

impl TsigError {
    /// The code for the TSIG record of the response (RFC 8945 §5.2).
    #[must_use]
    pub fn rcode(&self) -> Rcode {
        match self {
            Self::Missing | Self::Malformed(_) | Self::Place | Self::Reported(_) => Rcode::FORMERR,
            Self::Key => Rcode::BADKEY,
            Self::Truncated => Rcode::BADTRUNC,
            Self::Signature => Rcode::BADSIG,
            Self::Time(_) => Rcode::BADTIME,
        }
    }
}

/// A message whose signature is right.
#[derive(Clone, Copy, Debug)]
pub struct TsigVerified {
    /// Its MAC, over which the response is signed.
    pub mac: TsigMac,
    /// When it was signed: seconds since 1970.
    pub signed_at: u64,
    /// Octets of the message before the TSIG record.
    pub unsigned_len: usize,
}

/// Signs the message in the first `len` octets of `buffer` by adding a TSIG record, and returns the
/// new length and the MAC. `now` is seconds since 1970 (48 bits), `fudge` the seconds that the
/// clocks may differ.
///
/// # Errors
/// When there is no room. What stands after `len` octets is of no meaning then.
pub fn sign(
    buffer: &mut [u8],
    len: usize,
    key: &TsigKey<'_>,
    context: TsigContext<'_>,
    now: u64,
    fudge: u16,
) -> Result<(usize, TsigMac), Full> {
    let room = buffer.len().min(usize::from(u16::MAX));
    let (message, rest) =
        buffer.get_mut(..room).and_then(|all| all.split_at_mut_checked(len)).ok_or(Full)?;
    let Some(&mut [id_high, id_low, _, _, _, _, _, _, _, _, count_high, count_low]) =
        message.first_chunk_mut::<12>()
    else {
        return Err(Full);
    };
    let id = u16::from_be_bytes([id_high, id_low]);
    let count = u16::from_be_bytes([count_high, count_low]).checked_add(1).ok_or(Full)?;
    let variables =
        Variables { signed_at: now & 0xffff_ffff_ffff, fudge, error: Rcode::NOERROR, other: &[] };
    let mut hasher = Hasher::new(key);
    hasher.context(context);
    hasher.update(message);
    hasher.variables(key, context, variables);
    let mac = hasher.finish();

    let mut out = Writer::new(rest);
    out.slice(key.name.as_name().as_wire())?;
    out.u16(RType::TSIG.0)?;
    out.u16(Class::ANY.0)?;
    out.array([0; 4])?;
    let algorithm = key.algorithm.name().as_wire();
    let length = algorithm.len().saturating_add(16).saturating_add(mac.octets().len());
    out.u16(u16::try_from(length).map_err(|_| Full)?)?;
    out.slice(algorithm)?;
    let [_, _, time @ ..] = variables.signed_at.to_be_bytes();
    out.array(time)?;
    out.u16(fudge)?;
    out.u16(u16::from(mac.len))?;
    out.slice(mac.octets())?;
    out.u16(id)?;
    out.u16(0)?;
    out.u16(0)?;
    let total = len.saturating_add(out.len());
    if let Some([.., high, low]) = message.first_chunk_mut::<12>() {
        [*high, *low] = count.to_be_bytes();
    }
    Ok((total, mac))
}

/// Checks the signature of a message. `now` is seconds since 1970.
///
/// # Errors
/// Why the message is not to be trusted.
///
/// # Cost
/// O(octets).
pub fn verify(
    octets: &[u8],
    key: &TsigKey<'_>,
    context: TsigContext<'_>,
    now: u64,
) -> Result<TsigVerified, TsigError> {
    let message = Message::parse(octets).map_err(TsigError::Malformed)?;
    let mut records = message.records();
    let mut found = None;
    let mut at = records.position();
    while let Some(record) = records.next() {
        let record = record.map_err(TsigError::Malformed)?;
        if found.is_some() {
            return Err(TsigError::Place);
        }
        if record.rtype == RType::TSIG {
            found = Some((at, record));
        }
        at = records.position();
    }
    let (unsigned_len, record) = found.ok_or(TsigError::Missing)?;
    if records.section() != crate::Section::Additional || at != octets.len() {
        return Err(TsigError::Place);
    }
    if record.class != Class::ANY || record.ttl.0 != 0 {
        return Err(TsigError::Place);
    }
    let rdata = record.rdata.octets();
    let malformed = |error: WireError| TsigError::Malformed(error);
    let (algorithm, rest) = Name::split_from(rdata).map_err(malformed)?;
    let mut reader = Reader::new(rest, 0, false);
    let [a, b, c, d, e, f] = reader.array().map_err(malformed)?;
    let signed_at = u64::from_be_bytes([0, 0, a, b, c, d, e, f]);
    let fudge = reader.u16().map_err(malformed)?;
    let mac_length = reader.u16().map_err(malformed)?;
    let mac = reader.take(usize::from(mac_length)).map_err(malformed)?;
    let original_id: [u8; 2] = reader.array().map_err(malformed)?;
    let error = Rcode(reader.u16().map_err(malformed)?);
    let other_length = reader.u16().map_err(malformed)?;
    let other = reader.take(usize::from(other_length)).map_err(malformed)?;
    reader.finish().map_err(malformed)?;

    if record.owner != key.name.as_name()
        || TsigAlgorithm::from_name(algorithm) != Some(key.algorithm)
    {
        return Err(TsigError::Key);
    }
    // A peer that could not check our signature sends none of its own (RFC 8945 §5.3.2).
    if mac.is_empty() && matches!(error, Rcode::BADKEY | Rcode::BADSIG) {
        return Err(TsigError::Reported(error));
    }
    let mut hasher = Hasher::new(key);
    hasher.context(context);
    let header = message.header();
    let unsigned = crate::Header {
        id: u16::from_be_bytes(original_id),
        additionals: header.additionals.wrapping_sub(1),
        ..header
    };
    hasher.update(&unsigned.to_wire());
    hasher.update(octets.get(12..unsigned_len).unwrap_or(&[]));
    hasher.variables(key, context, Variables { signed_at, fudge, error, other });
    let expected = hasher.finish();
    if mac.len() != expected.octets().len() {
        return Err(TsigError::Truncated);
    }
    // Compared without stopping early, so that time tells nothing of the MAC.
    let differing = mac.iter().zip(expected.octets()).fold(0, |bits, (a, b)| bits | (a ^ b));
    if differing != 0 {
        return Err(TsigError::Signature);
    }
    if error != Rcode::NOERROR {
        return Err(TsigError::Reported(error));
    }
    if now.abs_diff(signed_at) > u64::from(fudge) {
        return Err(TsigError::Time(signed_at));
    }
    Ok(TsigVerified { mac: expected, signed_at, unsigned_len })
}

/// What of a TSIG record is signed (RFC 8945 §4.3.3).
#[derive(Clone, Copy)]
struct Variables<'o> {
    signed_at: u64,
    fudge: u16,
    error: Rcode,
    other: &'o [u8],
}

enum Hasher {
    Sha1(Hmac<Sha1>),
    Sha224(Hmac<Sha224>),
    Sha256(Hmac<Sha256>),
    Sha384(Hmac<Sha384>),
    Sha512(Hmac<Sha512>),
}

macro_rules! each {
    ($hasher:expr, $inner:ident => $body:expr) => {
        match $hasher {
            Self::Sha1($inner) => $body,
            Self::Sha224($inner) => $body,
            Self::Sha256($inner) => $body,
            Self::Sha384($inner) => $body,
            Self::Sha512($inner) => $body,
        }
    };
}

impl Hasher {
    fn new(key: &TsigKey<'_>) -> Self {
        match key.algorithm {
            TsigAlgorithm::HmacSha1 => Self::Sha1(keyed(key.secret)),
            TsigAlgorithm::HmacSha224 => Self::Sha224(keyed(key.secret)),
            TsigAlgorithm::HmacSha256 => Self::Sha256(keyed(key.secret)),
            TsigAlgorithm::HmacSha384 => Self::Sha384(keyed(key.secret)),
            TsigAlgorithm::HmacSha512 => Self::Sha512(keyed(key.secret)),
        }
    }

    fn update(&mut self, octets: &[u8]) {
        each!(self, inner => inner.update(octets));
    }

    fn context(&mut self, context: TsigContext<'_>) {
        if let TsigContext::Response(mac) | TsigContext::Subsequent(mac) = context {
            self.update(&u16::try_from(mac.len()).unwrap_or(u16::MAX).to_be_bytes());
            self.update(mac);
        }
    }

    fn variables(&mut self, key: &TsigKey<'_>, context: TsigContext<'_>, variables: Variables<'_>) {
        let [_, _, time @ ..] = variables.signed_at.to_be_bytes();
        let timers_only = matches!(context, TsigContext::Subsequent(_));
        if !timers_only {
            let mut name = key.name.clone();
            name.make_lowercase();
            self.update(name.as_name().as_wire());
            self.update(&Class::ANY.0.to_be_bytes());
            self.update(&[0; 4]);
            self.update(key.algorithm.name().as_wire());
        }
        self.update(&time);
        self.update(&variables.fudge.to_be_bytes());
        if !timers_only {
            self.update(&variables.error.0.to_be_bytes());
            self.update(&u16::try_from(variables.other.len()).unwrap_or(u16::MAX).to_be_bytes());
            self.update(variables.other);
        }
    }

    fn finish(self) -> TsigMac {
        let mut mac = TsigMac { octets: [0; 64], len: 0 };
        each!(self, inner => {
            let code = inner.finalize().into_bytes();
            if let Some(place) = mac.octets.get_mut(..code.len()) {
                place.copy_from_slice(&code);
                mac.len = u8::try_from(code.len()).unwrap_or(0);
            }
        });
        mac
    }
}

/// HMAC takes keys of any length; the zero key stands in for a refusal that does not come.
fn keyed<M: KeyInit>(secret: &[u8]) -> M {
    M::new_from_slice(secret).unwrap_or_else(|_| M::new(&Default::default()))
}
