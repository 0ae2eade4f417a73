//! Session tickets (RFC 5077, RFC 8446 §4.6.1) that every edge of a fleet can open, so that a client that is moved to
//! another PoP does not pay for a full handshake.
//!
//! The keys come from a small file of seeds, the same on all edges: `{"Old":[...],"Current":[...],"New":[...]}`.
//! The first of `Current` seals, all open. A new seed is put into `New` everywhere before it becomes `Current`
//! anywhere, and stays in `Old` for the lifetime of a ticket: then no edge ever meets a ticket that it cannot open.
//! Whoever has the seeds can take up sessions and, with TLS 1.2, read recorded ones: change them often (a day is
//! long), keep the file in memory, and erase what is old.
//!
//! A ticket: name of the key (16 octets), nonce (12), then sealed with ChaCha20-Poly1305 the time of issue (8, seconds
//! since 1970) and rustls' state; the name is authenticated beside it (RFC 5077 §4 suggests this shape). Nonces
//! are random: change a key before it has sealed 2^32 tickets.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use arc_swap::ArcSwap;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::digest::{SHA256, digest};
use rustls::server::ProducesTickets;
use serde::Deserialize;

/// Seals and opens tickets with keys that can be replaced while connections come in.
pub(crate) struct Tickets(ArcSwap<Keys>);

impl Tickets {
    /// With the seeds in `file`.
    pub(crate) fn from_file(file: &Path) -> Result<Arc<Self>, String> {
        Ok(Arc::new(Self(ArcSwap::from_pointee(Keys::read(file)?))))
    }

    /// Reads the seeds again and returns how many there are; on an error the keys stay as they were.
    pub(crate) fn reload(&self, file: &Path) -> Result<usize, String> {
        let keys = Keys::read(file)?;
        let count = keys.0.len();
        self.0.store(Arc::new(keys));
        Ok(count)
    }

    fn seal(&self, state: &[u8], now: u64) -> Option<Vec<u8>> {
        let keys = self.0.load();
        let key = keys.0.first()?;
        let nonce: [u8; NONCE_LEN] = rand::random();
        let mut sealed = [&now.to_be_bytes()[..], state].concat();
        key.aead
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(key.name),
                &mut sealed,
            )
            .ok()?;
        Some([&key.name[..], &nonce, &sealed].concat())
    }

    fn open(&self, ticket: &[u8], now: u64) -> Option<Vec<u8>> {
        let (name, rest) = ticket.split_first_chunk::<NAME>()?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_LEN>()?;
        let keys = self.0.load();
        let key = keys.0.iter().find(|key| key.name == *name)?;
        let mut opened = sealed.to_vec();
        let plain = key
            .aead
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(key.name), &mut opened)
            .ok()?;
        let (issued, state) = plain.split_first_chunk::<8>()?;
        let issued = u64::from_be_bytes(*issued);
        // The clocks of two edges need not agree to the second.
        let fresh = issued <= now.saturating_add(SKEW.as_secs())
            && now.saturating_sub(issued) <= LIFETIME.as_secs();
        fresh.then(|| state.to_vec())
    }
}

impl ProducesTickets for Tickets {
    fn enabled(&self) -> bool {
        true
    }

    fn lifetime(&self) -> u32 {
        LIFETIME.as_secs().try_into().unwrap_or(u32::MAX)
    }

    fn encrypt(&self, plain: &[u8]) -> Option<Vec<u8>> {
        self.seal(plain, now())
    }

    fn decrypt(&self, cipher: &[u8]) -> Option<Vec<u8>> {
        self.open(cipher, now())
    }
}

/// Says how many keys, never which.
impl fmt::Debug for Tickets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tickets").field("keys", &self.0.load().0.len()).finish_non_exhaustive()
    }
}

/// The first seals, all open.
struct Keys(Vec<Key>);

struct Key {
    name: [u8; NAME],
    aead: LessSafeKey,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Seeds {
    #[serde(default)]
    old: Vec<String>,
    current: Vec<String>,
    #[serde(default)]
    new: Vec<String>,
}

impl Keys {
    fn read(file: &Path) -> Result<Self, String> {
        std::fs::read_to_string(file)
            .map_err(|error| error.to_string())
            .and_then(|text| Self::parse(&text))
            .map_err(|error| format!("cannot use {}: {error}\n  hint: {HINT}", file.display()))
    }

    fn parse(text: &str) -> Result<Self, String> {
        // What serde says of a mistake may quote a seed; where it is suffices.
        let seeds: Seeds = serde_json::from_str(text).map_err(|error| {
            format!("not the seeds of tickets, line {} column {}", error.line(), error.column())
        })?;
        if seeds.current.is_empty() {
            return Err("Current is empty: nothing would seal tickets".into());
        }
        seeds
            .current
            .iter()
            .chain(&seeds.old)
            .chain(&seeds.new)
            .map(|seed| Key::new(seed))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl Key {
    fn new(seed: &str) -> Result<Self, String> {
        if seed.len() < SHORTEST {
            return Err(format!("a seed has fewer than {SHORTEST} characters"));
        }
        let key = digest(&SHA256, seed.as_bytes());
        let name = digest(&SHA256, key.as_ref());
        let name = name.as_ref().first_chunk().copied();
        let aead = UnboundKey::new(&CHACHA20_POLY1305, key.as_ref()).map(LessSafeKey::new);
        match (name, aead) {
            (Some(name), Ok(aead)) => Ok(Self { name, aead }),
            _ => Err("a seed makes no key".into()),
        }
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

const NAME: usize = 16;

/// Far under the seven days that RFC 8446 §4.6.1 allows.
const LIFETIME: Duration = Duration::from_secs(12 * 3600);

const SKEW: Duration = Duration::from_secs(300);

/// 128 bits in hexadecimal.
const SHORTEST: usize = 32;

const HINT: &str = "wanted is {\"Old\":[],\"Current\":[\"SEED\"],\"New\":[]}, a seed being what `openssl rand -hex 32` prints";

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "a-seed-that-is-as-long-as-it-must-be";
    const B: &str = "another-seed-as-long-as-it-has-to-be";

    fn tickets(text: &str) -> Tickets {
        Tickets(ArcSwap::from_pointee(Keys::parse(text).unwrap_or_else(|error| panic!("{error}"))))
    }

    #[test]
    fn the_first_seals_and_all_open() {
        let old = tickets(&format!(r#"{{"Old":[],"Current":["{A}"],"New":["{B}"]}}"#));
        let new = tickets(&format!(r#"{{"Old":["{A}"],"Current":["{B}"],"New":[]}}"#));
        let ticket = old.seal(b"state", 1000).unwrap();
        assert_eq!(new.open(&ticket, 1000).unwrap(), b"state");
        assert_eq!(old.open(&new.seal(b"state", 1000).unwrap(), 1000).unwrap(), b"state");
        let gone = tickets(&format!(r#"{{"Current":["{B}"]}}"#));
        assert_eq!(gone.open(&ticket, 1000), None);
    }

    #[test]
    fn a_ticket_is_opened_whole_unchanged_and_in_its_time() {
        let tickets = tickets(&format!(r#"{{"Current":["{A}"]}}"#));
        let ticket = tickets.seal(b"state", 100_000).unwrap();
        for len in 0..ticket.len() {
            assert_eq!(tickets.open(&ticket[..len], 100_000), None, "{len}");
        }
        for at in 0..ticket.len() {
            let mut changed = ticket.clone();
            changed[at] ^= 1;
            assert_eq!(tickets.open(&changed, 100_000), None, "{at}");
        }
        assert!(tickets.open(&ticket, 100_000 + LIFETIME.as_secs()).is_some());
        assert_eq!(tickets.open(&ticket, 100_001 + LIFETIME.as_secs()), None);
        assert!(tickets.open(&ticket, 100_000 - SKEW.as_secs()).is_some());
        assert_eq!(tickets.open(&ticket, 99_999 - SKEW.as_secs()), None);
    }

    #[test]
    fn the_same_state_is_never_sealed_alike() {
        let tickets = tickets(&format!(r#"{{"Current":["{A}"]}}"#));
        assert_ne!(tickets.seal(b"state", 1), tickets.seal(b"state", 1));
    }

    #[test]
    fn what_is_not_seeds_is_refused_and_not_repeated() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"Old":[],"Current":[],"New":[]}"#,
            r#"{"Current":["secret-but-short"]}"#,
            r#"{"Current":"secret-and-not-a-list-of-seeds-at-all"}"#,
            r#"{"Current":[],"Secret":[]}"#,
        ] {
            let said = Keys::parse(text).err().unwrap();
            assert!(!said.to_lowercase().contains("secret"), "{said}");
        }
    }
}
