//! How messages are authenticated.

use crate::Name;

/// How messages are authenticated (RFC 8945 §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TsigAlgorithm {
    /// HMAC-MD5.SIG-ALG.REG.INT: not to be used in anything new.
    HmacMd5,
    /// hmac-sha1: not recommended.
    HmacSha1,
    /// hmac-sha224: not recommended.
    HmacSha224,
    /// hmac-sha256: what all must implement.
    HmacSha256,
    /// hmac-sha384.
    HmacSha384,
    /// hmac-sha512.
    HmacSha512,
}

impl TsigAlgorithm {
    const ALL: [Self; 6] = [
        Self::HmacMd5,
        Self::HmacSha1,
        Self::HmacSha224,
        Self::HmacSha256,
        Self::HmacSha384,
        Self::HmacSha512,
    ];

    /// The name that stands in the record.
    #[must_use]
    pub fn name(self) -> Name<'static> {
        Name::trusted(match self {
            Self::HmacMd5 => b"\x08hmac-md5\x07sig-alg\x03reg\x03int\x00",
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

    /// Octets of a MAC that is not truncated.
    #[must_use]
    pub fn mac_len(self) -> usize {
        match self {
            Self::HmacMd5 => 16,
            Self::HmacSha1 => 20,
            Self::HmacSha224 => 28,
            Self::HmacSha256 => 32,
            Self::HmacSha384 => 48,
            Self::HmacSha512 => 64,
        }
    }

    /// The fewest octets that a truncated MAC may have: ten, and half of the whole (RFC 8945 §5.2.2.1).
    #[must_use]
    pub fn least_mac_len(self) -> usize {
        self.mac_len().div_euclid(2).max(10)
    }
}
