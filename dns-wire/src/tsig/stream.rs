//! Several responses to one request, as a transfer has (RFC 8945 §5.3.1).

use super::hasher::Hasher;
use super::message::check;
use super::record::{Variables, append};
use super::{TsigError, TsigKey, TsigRecord, TsigVerified};
use crate::Full;

/// The responses to one request over TCP, made or checked one after the other.
///
/// The first is signed like any response; each later signature covers the MAC of the one before, the unsigned
/// messages since, and the message itself. At most 99 messages in a row may go without.
#[derive(Clone)]
pub struct TsigStream<'k> {
    key: &'k TsigKey<'k>,
    /// Holds the MAC before, and the unsigned messages since.
    hasher: Hasher,
    is_first: bool,
    unsigned: u8,
}

impl<'k> TsigStream<'k> {
    /// A stream that answers the request with this MAC.
    #[must_use]
    pub fn new(key: &'k TsigKey<'k>, request_mac: &[u8]) -> Self {
        let mut hasher = Hasher::new(key);
        hasher.prior(request_mac);
        Self { key, hasher, is_first: true, unsigned: 0 }
    }

    /// Signs the next message, which is in the first `len` octets of `buffer`, and returns its new length.
    ///
    /// # Errors
    /// When there is no room; the stream is as it was.
    pub fn sign(
        &mut self,
        buffer: &mut [u8],
        len: usize,
        now: u64,
        fudge: u16,
    ) -> Result<usize, Full> {
        let variables = Variables::at(now, fudge);
        let mut hasher = self.hasher.clone();
        hasher.update(buffer.get(..len).ok_or(Full)?);
        if self.is_first {
            hasher.variables(self.key, variables);
        } else {
            hasher.timers(variables);
        }
        let mac = hasher.finish().truncated(self.key.mac_len());
        let (name, algorithm) = (self.key.name.as_name(), self.key.algorithm.name());
        let total = append(buffer, len, name, algorithm, variables, mac.octets())?;
        self.follow(mac.octets());
        Ok(total)
    }

    /// Takes note of a message that is sent without a signature.
    ///
    /// # Errors
    /// When it must be signed: it is the first, or 99 before it were not.
    pub fn leave_unsigned(&mut self, message: &[u8]) -> Result<(), TsigError> {
        if self.is_first {
            return Err(TsigError::Missing);
        }
        if self.unsigned >= MAX_UNSIGNED {
            return Err(TsigError::Unsigned);
        }
        self.unsigned = self.unsigned.saturating_add(1);
        self.hasher.update(message);
        Ok(())
    }

    /// Checks the next message; `None` when it has no signature of its own: not to be trusted before a later
    /// one is. `now` is seconds since 1970.
    ///
    /// # Errors
    /// Why the stream is not to be trusted from here on.
    pub fn verify(&mut self, octets: &[u8], now: u64) -> Result<Option<TsigVerified>, TsigError> {
        let Some(record) = TsigRecord::find(octets)? else {
            return self.leave_unsigned(octets).map(|()| None);
        };
        let verified = check(octets, &record, self.key, self.hasher.clone(), !self.is_first, now)?;
        self.follow(verified.mac.octets());
        Ok(Some(verified))
    }

    /// True when the last message was signed, as the last of a stream must be.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        !self.is_first && self.unsigned == 0
    }

    fn follow(&mut self, mac: &[u8]) {
        self.hasher = Hasher::new(self.key);
        self.hasher.prior(mac);
        self.is_first = false;
        self.unsigned = 0;
    }
}

/// The most messages in a row without a signature (RFC 8945 §5.3.1).
const MAX_UNSIGNED: u8 = 99;
