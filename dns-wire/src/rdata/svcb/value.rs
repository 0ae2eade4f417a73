//! Values of service parameters.

use core::net::{Ipv4Addr, Ipv6Addr};

use super::SvcParamKey;

/// The value of a parameter, checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SvcParamValue<'a> {
    /// Keys that must be understood: at least one, ascending, without `mandatory` itself.
    Mandatory(SvcParamKeys<'a>),
    /// Protocol identifiers (ALPN): at least one, each of 1 to 255 octets.
    Alpn(ParamList<'a>),
    /// The default protocol is not offered.
    NoDefaultAlpn,
    /// Port.
    Port(u16),
    /// At least one IPv4 address.
    Ipv4Hint(Addresses4<'a>),
    /// An ECHConfigList, shown as Base64.
    Ech(&'a [u8]),
    /// At least one IPv6 address.
    Ipv6Hint(Addresses6<'a>),
    /// A URI template in UTF-8 that holds the variable `dns` (RFC 9461 §5).
    DohPath(&'a str),
    /// Oblivious HTTP is offered.
    Ohttp,
    /// TLS groups: at least one, none twice.
    TlsSupportedGroups(TlsGroups<'a>),
    /// Path segments, perhaps none.
    DocPath(ParamList<'a>),
    /// Provisioning domain information is offered.
    Pvd,
    /// What an operator trusts to serve over each transport: at least one, none twice.
    Oots(Transports<'a>),
    /// A key without a format here.
    Unknown(&'a [u8]),
}

impl<'a> SvcParamValue<'a> {
    /// Reads a value; `None` when the octets are not of the key's format.
    pub(super) fn read(key: SvcParamKey, octets: &'a [u8]) -> Option<Self> {
        let flag = |value| octets.is_empty().then_some(value);
        match key {
            SvcParamKey::MANDATORY => {
                let keys = SvcParamKeys(octets);
                let ascending = keys.iter().zip(keys.iter().skip(1)).all(|(a, b)| a < b);
                let whole = !octets.is_empty() && octets.len().is_multiple_of(2);
                let itself =
                    keys.iter().any(|key| matches!(key, SvcParamKey::MANDATORY | INVALID_KEY));
                (whole && ascending && !itself).then_some(Self::Mandatory(keys))
            }
            SvcParamKey::ALPN => {
                ParamList::read(octets).filter(|_| !octets.is_empty()).map(Self::Alpn)
            }
            SvcParamKey::NO_DEFAULT_ALPN => flag(Self::NoDefaultAlpn),
            SvcParamKey::PORT => Some(Self::Port(u16::from_be_bytes(octets.try_into().ok()?))),
            SvcParamKey::IPV4HINT => (!octets.is_empty() && octets.len().is_multiple_of(4))
                .then_some(Self::Ipv4Hint(Addresses4(octets))),
            SvcParamKey::ECH => (!octets.is_empty()).then_some(Self::Ech(octets)),
            SvcParamKey::IPV6HINT => (!octets.is_empty() && octets.len().is_multiple_of(16))
                .then_some(Self::Ipv6Hint(Addresses6(octets))),
            SvcParamKey::DOHPATH => {
                let path = core::str::from_utf8(octets).ok()?;
                asks_for_dns(octets).then_some(Self::DohPath(path))
            }
            SvcParamKey::OHTTP => flag(Self::Ohttp),
            SvcParamKey::TLS_SUPPORTED_GROUPS => {
                let groups = TlsGroups(octets);
                let whole = !octets.is_empty() && octets.len().is_multiple_of(2);
                (whole && groups.are_distinct()).then_some(Self::TlsSupportedGroups(groups))
            }
            SvcParamKey::DOCPATH => ParamList::read(octets).map(Self::DocPath),
            SvcParamKey::PVD => flag(Self::Pvd),
            SvcParamKey::OOTS => Transports::read(octets).map(Self::Oots),
            INVALID_KEY => None,
            _ => Some(Self::Unknown(octets)),
        }
    }
}

/// Whether a URI template has the variable `dns` in one of its expressions (RFC 6570 §2).
fn asks_for_dns(template: &[u8]) -> bool {
    // How many octets of `dns` the variable has; none where it is another, or outside an expression.
    let mut matched = None;
    let (mut inside, mut found) = (false, false);
    for &octet in template {
        matched = match (octet, matched) {
            (b'{', _) => {
                (inside, found) = (true, false);
                Some(0)
            }
            (b'}', Some(3)) => return true,
            (b'}', _) if found => return true,
            (b'}', _) => {
                inside = false;
                None
            }
            (b',', so_far) if inside => {
                found |= so_far == Some(3);
                Some(0)
            }
            // A modifier (§2.4).
            (b':' | b'*', Some(3)) => {
                found = true;
                None
            }
            // An operator (§2.2).
            (b'+' | b'#' | b'.' | b'/' | b';' | b'?' | b'&', Some(0)) => Some(0),
            (b'd', Some(0)) => Some(1),
            (b'n', Some(1)) => Some(2),
            (b's', Some(2)) => Some(3),
            _ => None,
        };
    }
    false
}

/// Keys, two octets each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SvcParamKeys<'a>(&'a [u8]);

impl<'a> SvcParamKeys<'a> {
    /// The keys, in order.
    pub fn iter(&self) -> impl Iterator<Item = SvcParamKey> + Clone + use<'a> {
        numbers(self.0).map(SvcParamKey)
    }
}

/// TLS named groups, two octets each (RFC 8446 §4.2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TlsGroups<'a>(&'a [u8]);

impl<'a> TlsGroups<'a> {
    /// The groups, the most preferred first.
    pub fn iter(&self) -> impl Iterator<Item = u16> + Clone + use<'a> {
        numbers(self.0)
    }

    /// Work is bounded: a list longer than there are groups in use is not looked through.
    fn are_distinct(&self) -> bool {
        let mut rest = self.iter();
        let mut looked_at = 0u8;
        while let Some(group) = rest.next() {
            looked_at = looked_at.saturating_add(1);
            if looked_at == u8::MAX || rest.clone().any(|other| other == group) {
                return false;
            }
        }
        true
    }
}

/// IPv4 addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Addresses4<'a>(&'a [u8]);

impl<'a> Addresses4<'a> {
    /// The addresses, in order.
    pub fn iter(&self) -> impl Iterator<Item = Ipv4Addr> + Clone + use<'a> {
        self.0
            .chunks_exact(4)
            .filter_map(|octets| Some(Ipv4Addr::from(*octets.first_chunk::<4>()?)))
    }
}

/// IPv6 addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Addresses6<'a>(&'a [u8]);

impl<'a> Addresses6<'a> {
    /// The addresses, in order.
    pub fn iter(&self) -> impl Iterator<Item = Ipv6Addr> + Clone + use<'a> {
        self.0
            .chunks_exact(16)
            .filter_map(|octets| Some(Ipv6Addr::from(*octets.first_chunk::<16>()?)))
    }
}

/// Strings with a length octet each, none of them empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ParamList<'a>(&'a [u8]);

impl<'a> ParamList<'a> {
    fn read(octets: &'a [u8]) -> Option<Self> {
        let mut rest = octets;
        while let Some((&length, after)) = rest.split_first() {
            rest = after.get(usize::from(length)..).filter(|_| length > 0)?;
        }
        Some(Self(octets))
    }

    /// The strings, in order.
    pub fn iter(&self) -> impl Iterator<Item = &'a [u8]> + Clone + use<'a> {
        let mut rest = self.0;
        core::iter::from_fn(move || {
            let (&length, after) = rest.split_first()?;
            let (string, after) = after.split_at_checked(usize::from(length))?;
            rest = after;
            Some(string)
        })
    }
}

/// Transports and the share of its queries, in per cent, that an operator trusts to serve over each
/// (draft-johani-dnsop-svcb-oots-00 §2). Transports not listed stand at 0, `do53` at 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Transports<'a>(&'a [u8]);

impl<'a> Transports<'a> {
    /// Identifiers are of letters, digits and hyphens; a list of more than [`MAX_TRANSPORTS`] is
    /// refused, so that the search for one listed twice is bounded.
    fn read(octets: &'a [u8]) -> Option<Self> {
        let all = Self(octets);
        let mut rest = all.entries();
        let mut seen = 0usize;
        let mut used = 0usize;
        while let Some((name, _)) = rest.next() {
            seen = seen.saturating_add(1);
            used = used.saturating_add(name.len()).saturating_add(2);
            let twice = rest.clone().any(|(other, _)| other == name);
            let spelt = name.iter().all(|octet| octet.is_ascii_alphanumeric() || *octet == b'-');
            if twice || name.is_empty() || !spelt || seen > MAX_TRANSPORTS {
                return None;
            }
        }
        (seen > 0 && used == octets.len()).then_some(all)
    }

    /// Identifiers, such as `dot`, and shares: 0 to 100, whatever is more being 100 (§2.1).
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, u8)> + Clone + use<'a> {
        self.entries()
            .map(|(name, share)| (core::str::from_utf8(name).unwrap_or_default(), share.min(100)))
    }

    /// Identifiers and shares as they were sent.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&'a [u8], u8)> + Clone + use<'a> {
        let mut rest = self.0;
        core::iter::from_fn(move || {
            let (&length, after) = rest.split_first()?;
            let (name, after) = after.split_at_checked(usize::from(length))?;
            let (&share, after) = after.split_first()?;
            rest = after;
            Some((name, share))
        })
    }
}

/// The most transports that one `oots` may list; four are known.
const MAX_TRANSPORTS: usize = 64;

fn numbers(octets: &[u8]) -> impl Iterator<Item = u16> + Clone + use<'_> {
    octets.chunks_exact(2).filter_map(|pair| Some(u16::from_be_bytes(*pair.first_chunk::<2>()?)))
}

/// Reserved as the key that is never right (RFC 9460 §14.3.2).
const INVALID_KEY: SvcParamKey = SvcParamKey(u16::MAX);
