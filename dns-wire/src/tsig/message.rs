//! Single messages: requests, their responses, and refusals.

use super::hasher::Hasher;
use super::record::{Variables, append};
use super::{TsigAlgorithm, TsigError, TsigKey, TsigMac, TsigRecord};
use crate::{Full, Header, Rcode};

/// What a message's signature is made over besides the message (RFC 8945 §4.3).
#[derive(Clone, Copy, Debug)]
pub enum TsigContext<'m> {
    /// A request.
    Request,
    /// The response to a request with this MAC. Several responses to one request: [`TsigStream`](super::TsigStream).
    Response(&'m [u8]),
}

impl TsigContext<'_> {
    fn hasher(self, key: &TsigKey<'_>) -> Hasher {
        let mut hasher = Hasher::new(key);
        if let Self::Response(mac) = self {
            hasher.prior(mac);
        }
        hasher
    }
}

/// A message whose signature is right.
#[derive(Clone, Copy, Debug)]
pub struct TsigVerified {
    /// Its MAC, as long as it was sent, over which the response is signed.
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
    let variables = Variables::at(now, fudge);
    sign_with(buffer, len, key, context, variables)
}

/// Checks the signature of a message. `now` is seconds since 1970.
///
/// # Errors
/// Why the message is not to be trusted, in the order of RFC 8945 §5.2: key, MAC, time, truncation.
///
/// # Cost
/// O(octets).
pub fn verify(
    octets: &[u8],
    key: &TsigKey<'_>,
    context: TsigContext<'_>,
    now: u64,
) -> Result<TsigVerified, TsigError> {
    let record = TsigRecord::find(octets)?.ok_or(TsigError::Missing)?;
    check(octets, &record, key, context.hasher(key), false, now)
}

/// Adds to the response in the first `len` octets of `buffer` the TSIG record that tells why the request was
/// not taken, and returns the new length (RFC 8945 §5.2, §5.3.2). A wrong key or MAC is told without a
/// signature; a wrong time with the server's own in a signed record; too short a MAC in a signed record; of
/// what is FORMERR there is no record. The response's RCODE, NOTAUTH beside a record, is the caller's
/// to set. `key` may be `None` when none of the request's name is known.
///
/// # Errors
/// When there is no room. What stands after `len` octets is of no meaning then.
pub fn refuse(
    buffer: &mut [u8],
    len: usize,
    request: &TsigRecord<'_>,
    error: &TsigError,
    key: Option<&TsigKey<'_>>,
    now: u64,
) -> Result<usize, Full> {
    let now = now & MAX_TIME;
    let [_, _, clock @ ..] = now.to_be_bytes();
    let at =
        |signed_at| Variables { error: error.rcode(), ..Variables::at(signed_at, request.fudge) };
    match (error, key) {
        (TsigError::Time(_), Some(key)) => {
            // The client's own time, so that its clock does not stop it from reading this.
            let variables = Variables { other: &clock, ..at(request.signed_at) };
            let context = TsigContext::Response(request.mac);
            sign_with(buffer, len, key, context, variables).map(|(total, _)| total)
        }
        (TsigError::Truncated(_), Some(key)) => {
            let context = TsigContext::Response(request.mac);
            sign_with(buffer, len, key, context, at(now)).map(|(total, _)| total)
        }
        (TsigError::Key | TsigError::Signature, _) => {
            let name = request.key.to_name_buf().map_err(|_| Full)?;
            append(buffer, len, name.as_name(), request.algorithm, at(request.signed_at), &[])
        }
        _ => Ok(len),
    }
}

impl Variables<'static> {
    pub(super) fn at(now: u64, fudge: u16) -> Self {
        Self { signed_at: now & MAX_TIME, fudge, error: Rcode::NOERROR, other: &[] }
    }
}

fn sign_with(
    buffer: &mut [u8],
    len: usize,
    key: &TsigKey<'_>,
    context: TsigContext<'_>,
    variables: Variables<'_>,
) -> Result<(usize, TsigMac), Full> {
    let mut hasher = context.hasher(key);
    hasher.update(buffer.get(..len).ok_or(Full)?);
    hasher.variables(key, variables);
    let mac = hasher.finish().truncated(key.mac_len());
    let (name, algorithm) = (key.name.as_name(), key.algorithm.name());
    Ok((append(buffer, len, name, algorithm, variables, mac.octets())?, mac))
}

/// Checks a message whose prior MAC, if it has one, `hasher` has taken in.
pub(super) fn check(
    octets: &[u8],
    record: &TsigRecord<'_>,
    key: &TsigKey<'_>,
    mut hasher: Hasher,
    timers_only: bool,
    now: u64,
) -> Result<TsigVerified, TsigError> {
    let TsigRecord { signed_at, fudge, mac, error, other, unsigned_len, .. } = *record;
    if record.key != key.name.as_name()
        || TsigAlgorithm::from_name(record.algorithm) != Some(key.algorithm)
    {
        return Err(TsigError::Key);
    }
    // A peer that could not check our signature sends none of its own (RFC 8945 §5.3.2).
    if mac.is_empty() && matches!(error, Rcode::BADKEY | Rcode::BADSIG) {
        return Err(TsigError::Reported(error));
    }
    let octets_of_mac = u16::try_from(mac.len()).unwrap_or(u16::MAX);
    if !(key.algorithm.least_mac_len()..=key.algorithm.mac_len()).contains(&mac.len()) {
        return Err(TsigError::MacLength(octets_of_mac));
    }
    let (header, rest) = octets.split_first_chunk::<12>().ok_or(TsigError::Place)?;
    hasher.update(&record.signed_header(Header::from_wire(header)).to_wire());
    hasher.update(rest.get(..unsigned_len.saturating_sub(12)).unwrap_or(&[]));
    let variables = Variables { signed_at, fudge, error, other };
    if timers_only {
        hasher.timers(variables);
    } else {
        hasher.variables(key, variables);
    }
    let expected = hasher.finish().truncated(mac.len());
    // Compared without stopping early, so that time tells nothing of the MAC.
    let differing = mac.iter().zip(expected.octets()).fold(0, |bits, (a, b)| bits | (a ^ b));
    if differing != 0 {
        return Err(TsigError::Signature);
    }
    match (error, other) {
        (Rcode::NOERROR, _) => {}
        (Rcode::BADTIME, &[a, b, c, d, e, f]) => {
            return Err(TsigError::PeerTime(u64::from_be_bytes([0, 0, a, b, c, d, e, f])));
        }
        _ => return Err(TsigError::Reported(error)),
    }
    if now.abs_diff(signed_at) > u64::from(fudge) {
        return Err(TsigError::Time(signed_at));
    }
    if mac.len() < key.mac_len() {
        return Err(TsigError::Truncated(octets_of_mac));
    }
    Ok(TsigVerified { mac: expected, signed_at, unsigned_len })
}

/// Time has 48 bits (RFC 8945 §4.2).
const MAX_TIME: u64 = 0xffff_ffff_ffff;
