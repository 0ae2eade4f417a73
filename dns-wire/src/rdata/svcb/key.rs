//! The registry of service parameter keys.

use core::fmt;

use super::super::kind::decimal;

/// What a parameter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SvcParamKey(pub u16);

macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident = $value:literal $text:literal,)*) => {
        impl SvcParamKey {
            $($(#[$doc])* pub const $name: Self = Self($value);)*

            /// Every key that has a name here, in ascending order.
            pub const ALL: &'static [Self] = &[$(Self($value)),*];

            /// The name, where there is one.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($value => Some($text),)*
                    _ => None,
                }
            }

            /// The key of a name in lower case, or of `keyNNNNN` without leading zeros (RFC 9460 §2.1).
            #[must_use]
            pub fn from_text(text: &[u8]) -> Option<Self> {
                match core::str::from_utf8(text).ok()? {
                    $($text => Some(Self($value)),)*
                    other => {
                        let digits = other.strip_prefix("key")?;
                        if digits.len() > 1 && digits.starts_with('0') {
                            return None;
                        }
                        // 65535 is reserved as "invalid key" (RFC 9460 §14.3.2).
                        let number = u16::try_from(decimal(digits.as_bytes())?).ok()?;
                        (number != u16::MAX).then_some(Self(number))
                    }
                }
            }
        }
    };
}

keys! {
    /// Keys that a client must understand (RFC 9460 §8).
    MANDATORY = 0 "mandatory",
    /// Protocols (RFC 9460 §7.1).
    ALPN = 1 "alpn",
    /// The default protocol is not offered (RFC 9460 §7.1).
    NO_DEFAULT_ALPN = 2 "no-default-alpn",
    /// Port (RFC 9460 §7.2).
    PORT = 3 "port",
    /// IPv4 addresses to try at once (RFC 9460 §7.3).
    IPV4HINT = 4 "ipv4hint",
    /// Encrypted ClientHello (RFC 9848).
    ECH = 5 "ech",
    /// IPv6 addresses to try at once (RFC 9460 §7.3).
    IPV6HINT = 6 "ipv6hint",
    /// Path template of DNS over HTTPS (RFC 9461 §5).
    DOHPATH = 7 "dohpath",
    /// Oblivious HTTP is offered (RFC 9540 §4).
    OHTTP = 8 "ohttp",
    /// TLS groups, most preferred first (draft-ietf-tls-key-share-prediction).
    TLS_SUPPORTED_GROUPS = 9 "tls-supported-groups",
    /// Path of DNS over CoAP (RFC 9953).
    DOCPATH = 10 "docpath",
    /// Provisioning domain information is offered (draft-ietf-intarea-proxy-config).
    PVD = 11 "pvd",
    /// Share of its queries that an operator trusts to serve over each transport (draft-johani-dnsop-svcb-oots).
    OOTS = 12 "oots",
}

impl fmt::Display for SvcParamKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "key{}", self.0),
        }
    }
}
