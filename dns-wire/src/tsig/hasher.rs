//! HMAC over what RFC 8945 §4.3 and §5.3 say.

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};

use super::record::Variables;
use super::{TsigAlgorithm, TsigKey, TsigMac};
use crate::Class;

#[derive(Clone)]
pub(super) enum Hasher {
    Md5(Hmac<Md5>),
    Sha1(Hmac<Sha1>),
    Sha224(Hmac<Sha224>),
    Sha256(Hmac<Sha256>),
    Sha384(Hmac<Sha384>),
    Sha512(Hmac<Sha512>),
}

macro_rules! each {
    ($hasher:expr, $inner:ident => $body:expr) => {
        match $hasher {
            Self::Md5($inner) => $body,
            Self::Sha1($inner) => $body,
            Self::Sha224($inner) => $body,
            Self::Sha256($inner) => $body,
            Self::Sha384($inner) => $body,
            Self::Sha512($inner) => $body,
        }
    };
}

impl Hasher {
    pub(super) fn new(key: &TsigKey<'_>) -> Self {
        match key.algorithm {
            TsigAlgorithm::HmacMd5 => Self::Md5(keyed(key.secret)),
            TsigAlgorithm::HmacSha1 => Self::Sha1(keyed(key.secret)),
            TsigAlgorithm::HmacSha224 => Self::Sha224(keyed(key.secret)),
            TsigAlgorithm::HmacSha256 => Self::Sha256(keyed(key.secret)),
            TsigAlgorithm::HmacSha384 => Self::Sha384(keyed(key.secret)),
            TsigAlgorithm::HmacSha512 => Self::Sha512(keyed(key.secret)),
        }
    }

    pub(super) fn update(&mut self, octets: &[u8]) {
        each!(self, inner => inner.update(octets));
    }

    /// The MAC of the request, or of the message before, with its length (RFC 8945 §4.3.1).
    pub(super) fn prior(&mut self, mac: &[u8]) {
        self.update(&u16::try_from(mac.len()).unwrap_or(u16::MAX).to_be_bytes());
        self.update(mac);
    }

    /// All that is signed of the record (RFC 8945 §4.3.3).
    pub(super) fn variables(&mut self, key: &TsigKey<'_>, variables: Variables<'_>) {
        let mut name = key.name.clone();
        name.make_lowercase();
        self.update(name.as_name().as_wire());
        self.update(&Class::ANY.0.to_be_bytes());
        self.update(&[0; 4]);
        self.update(key.algorithm.name().as_wire());
        self.timers(variables);
        self.update(&variables.error.0.to_be_bytes());
        self.update(&u16::try_from(variables.other.len()).unwrap_or(u16::MAX).to_be_bytes());
        self.update(variables.other);
    }

    /// What is signed of the records after the first of a stream (RFC 8945 §5.3.1).
    pub(super) fn timers(&mut self, variables: Variables<'_>) {
        let [_, _, time @ ..] = variables.signed_at.to_be_bytes();
        self.update(&time);
        self.update(&variables.fudge.to_be_bytes());
    }

    pub(super) fn finish(self) -> TsigMac {
        each!(self, inner => TsigMac::new(&inner.finalize().into_bytes()))
    }
}

/// HMAC takes keys of any length; the zero key stands in for a refusal that does not come.
fn keyed<M: KeyInit>(secret: &[u8]) -> M {
    M::new_from_slice(secret).unwrap_or_else(|_| M::new(&Default::default()))
}
