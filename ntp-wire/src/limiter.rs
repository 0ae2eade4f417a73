//! Who asks too often: a token bucket for each client, in memory the caller gives.
//!
//! The rules are chrony's: a client may ask once every 2^interval seconds on average and `burst`
//! times at once; beyond that a few requests are still answered at random (`leak`), so that a
//! forged source address cannot cut off the real client, and some of the rest may get a kiss.
//!
//! The table is set-associative: the keyed hash of a client picks one set of five records, which
//! is one cache line. Within the set the record used longest ago makes room. So a check touches
//! one line, and an attacker who cannot see the key cannot aim at a chosen client's set.
//!
//! Nothing here is of NTP alone. For DNS response rate limiting a client is a prefix and a digest of
//! what is answered, and the kiss is the truncated reply ("slip"); the tests show it.
//!
//! One `Limiter` has one owner. Workers that share load by source address keep one each.

mod rates;
mod rules;
mod set;
mod tokens;

use core::net::IpAddr;

use thiserror::Error;

use crate::Timestamp;
use crate::bits::{high32, low32, low64};
use crate::siphash::siphash_1_3;
use tokens::Tokens;

pub use rules::Rules;
pub use set::Set;

/// Token buckets over memory the caller gives.
///
/// ```
/// use ntp_wire::limiter::{Client, Limiter, Rules, Set, Verdict};
/// use ntp_wire::{Span, Timestamp};
///
/// let mut memory = [Set::EMPTY; 64];
/// let key = [0x0123, 0x4567]; // From a good source of randomness.
/// let mut limiter = Limiter::new(&mut memory, Rules::default(), key).unwrap();
/// let client = Client::from("192.0.2.1".parse::<core::net::IpAddr>().unwrap());
/// let now = Timestamp::from_unix(1_700_000_000, 0);
/// for _ in 0..8 {
///     assert_eq!(limiter.check(client, now), Verdict::Answer);
/// }
/// ```
#[derive(Debug)]
pub struct Limiter<'a> {
    sets: &'a mut [Set],
    mask: usize,
    key: [u64; 2],
    rules: Rules,
    tokens: Tokens,
}

impl<'a> Limiter<'a> {
    /// Over the largest power of two of `sets`. Five clients a set, 64 octets a set.
    ///
    /// `key` must come from a good source of randomness and stay secret.
    ///
    /// # Errors
    /// [`NoMemory`] when `sets` is empty.
    pub fn new(sets: &'a mut [Set], rules: Rules, key: [u64; 2]) -> Result<Self, NoMemory> {
        let rules = rules.clamped();
        let used = 1_usize << sets.len().checked_ilog2().ok_or(NoMemory)?;
        Ok(Self { sets, mask: used.saturating_sub(1), key, rules, tokens: rules.tokens() })
    }

    /// Counts a request of `client` at `now` and says what to do with it.
    ///
    /// A `now` that runs backwards refills nothing. Times are taken in 1/16 s, and a client that
    /// comes back after more than four years may find a stale record.
    ///
    /// # Cost
    /// O(1): one SipHash-1-3 of 16 octets (two when the client is over its limit), one set.
    #[inline]
    pub fn check(&mut self, client: Client, now: Timestamp) -> Verdict {
        let hash = siphash_1_3(self.key, [client.high, client.low]);
        // 1/16 s, moved by a secret so that nobody knows when a tick begins.
        let [_, secret] = self.key;
        let tick = low32(now.to_bits().wrapping_add(secret >> 36) >> 28);
        let index = usize::try_from(low32(hash)).unwrap_or(0) & self.mask;
        let set = self.sets.get_mut(index);
        let Some(record) = set.and_then(|set| set.record(high32(hash), tick, self.tokens.max))
        else {
            return Verdict::Answer;
        };
        record.count(tick, &self.tokens);
        if record.take(self.tokens.per_hit) {
            return Verdict::Answer;
        }
        // Random to anyone without the key, and the same again in a test.
        let random = siphash_1_3(self.key, [hash, now.to_bits() ^ u64::MAX]);
        self.rules.verdict(record, random)
    }
}

/// What to do with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Answer it.
    Answer,
    /// Answer with [`Kiss::RATE`](crate::Kiss::RATE).
    Kiss,
    /// Do not answer.
    Drop,
}

/// Whom a bucket belongs to: 128 bits of the caller's choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Client {
    /// The first word.
    pub high: u64,
    /// The second word.
    pub low: u64,
}

impl Client {
    /// The first `ipv4_bits` or `ipv6_bits` of an address; more than it has mean all of it.
    ///
    /// An IPv4-mapped IPv6 address counts as the IPv4 address.
    #[must_use]
    pub const fn from_prefix(address: IpAddr, ipv4_bits: u8, ipv6_bits: u8) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self {
                high: 0,
                // As in ::ffff:0:0/96, which no IPv6 client has as its own.
                low: 0xffff << 32 | (address.to_bits() & leading_ipv4(ipv4_bits)) as u64,
            },
            IpAddr::V6(address) => {
                let bits = address.to_bits() & leading_ipv6(ipv6_bits);
                Self { high: low64(bits >> 64), low: low64(bits) }
            }
        }
    }
}

impl From<IpAddr> for Client {
    /// The whole IPv4 address, or the first 64 bits of an IPv6 address: one client each.
    fn from(address: IpAddr) -> Self {
        Self::from_prefix(address, 32, 64)
    }
}

/// There is no set to keep records in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a limiter needs at least one set of records")]
pub struct NoMemory;

/// A mask of the first `count` bits of an IPv4 address.
const fn leading_ipv4(count: u8) -> u32 {
    match u32::MAX.checked_shr(count as u32) {
        Some(rest) => !rest,
        None => u32::MAX,
    }
}

/// A mask of the first `count` bits of an IPv6 address.
const fn leading_ipv6(count: u8) -> u128 {
    match u128::MAX.checked_shr(count as u32) {
        Some(rest) => !rest,
        None => u128::MAX,
    }
}

#[cfg(test)]
mod tests;
