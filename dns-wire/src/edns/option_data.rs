//! What the options say, code by code.

use core::fmt;

use super::{ClientSubnet, Cookie, EdnsOption, ExtendedError, OptionCode};
use crate::rdata::{show_hex, show_quoted};
use crate::{Full, Name, RType, WireError, WireErrorKind, Writer};

/// The data of an option, checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OptionData<'a> {
    /// Long-lived query (RFC 8764 §3.2).
    Llq(LongLivedQuery),
    /// Update lease (RFC 9664 §4): seconds for all records, and for KEY records when told apart.
    UpdateLease(u32, Option<u32>),
    /// Name server identifier (RFC 5001 §2.3); empty in a query.
    Nsid(&'a [u8]),
    /// DNSSEC algorithms understood (RFC 6975 §3).
    Dau(&'a [u8]),
    /// DS hash algorithms understood (RFC 6975 §3).
    Dhu(&'a [u8]),
    /// NSEC3 hash algorithms understood (RFC 6975 §3).
    N3u(&'a [u8]),
    /// Client subnet (RFC 7871 §6).
    ClientSubnet(ClientSubnet),
    /// Seconds until the zone expires (RFC 7314 §2); `None` in a query.
    Expire(Option<u32>),
    /// Cookies (RFC 7873 §4).
    Cookie(Cookie<'a>),
    /// Idle time-out of a TCP session in units of 100 ms (RFC 7828 §3.1); `None` in a query.
    TcpKeepalive(Option<u16>),
    /// Padding (RFC 7830 §3), should be zeros.
    Padding(&'a [u8]),
    /// The closest trust point of a chain query (RFC 7901 §4).
    Chain(Name<'a>),
    /// Key tags of the trust anchors, at least one (RFC 8145 §4.1).
    KeyTag(Numbers<'a>),
    /// Extended error (RFC 8914 §2).
    ExtendedError(ExtendedError<'a>),
    /// A tag that the client sets (draft-bellis-dnsop-edns-tags-01).
    ClientTag(u16),
    /// A tag that the server sets (draft-bellis-dnsop-edns-tags-01).
    ServerTag(u16),
    /// The agent to whom errors are reported (RFC 9567 §6.1).
    ReportChannel(Name<'a>),
    /// Version of the zone (RFC 9660 §2); `None` in a query.
    ZoneVersion(Option<ZoneVersion<'a>>),
    /// More types asked for (RFC 10029 §3.1).
    MqtypeQuery(Numbers<'a>),
    /// More types answered, perhaps none (RFC 10029 §3.1).
    MqtypeResponse(Numbers<'a>),
    /// The language tag of the text of extended errors (draft-muks-dns-filtering-02 §3, RFC 5646).
    TextLanguage(&'a str),
    /// A URI to ask about a filtered answer (draft-muks-dns-filtering-02 §4). There may be several.
    FilteringContact(&'a str),
    /// Who filtered the answer (draft-muks-dns-filtering-02 §5).
    FilteringOrganization(&'a str),
    /// Identifier, name or description of the data base that filtered it (draft-muks-dns-filtering-02 §6).
    FilteringDb(&'a str),
    /// Any other option.
    Unknown(OptionCode, &'a [u8]),
}

impl<'a> OptionData<'a> {
    /// Reads an option by its code.
    ///
    /// # Errors
    /// When the data are not of the code's format.
    pub fn read(option: &EdnsOption<'a>) -> Result<Self, WireError> {
        let bad = WireError::new(WireErrorKind::Length, option.position);
        let data = option.data;
        let number = || data.try_into().map(u32::from_be_bytes).map_err(|_| bad);
        let wrong = WireError::new(WireErrorKind::Value, option.position);
        let text = || core::str::from_utf8(data).map_err(|_| wrong);
        let short = || data.try_into().map(u16::from_be_bytes).map_err(|_| bad);
        let name = || {
            Name::from_wire(data).map_err(|error| WireError {
                offset: error.offset.saturating_add(bad.offset),
                ..error
            })
        };
        Ok(match option.code {
            OptionCode::LLQ => {
                Self::Llq(LongLivedQuery::from_wire(data.try_into().map_err(|_| bad)?))
            }
            OptionCode::UL => match data.split_first_chunk::<4>().ok_or(bad)? {
                (&lease, []) => Self::UpdateLease(u32::from_be_bytes(lease), None),
                (&lease, rest) => {
                    let key_lease = rest.try_into().map(u32::from_be_bytes).map_err(|_| bad)?;
                    Self::UpdateLease(u32::from_be_bytes(lease), Some(key_lease))
                }
            },
            OptionCode::NSID => Self::Nsid(data),
            OptionCode::DAU => Self::Dau(data),
            OptionCode::DHU => Self::Dhu(data),
            OptionCode::N3U => Self::N3u(data),
            OptionCode::CLIENT_SUBNET => Self::ClientSubnet(ClientSubnet::read(option)?),
            OptionCode::EXPIRE if data.is_empty() => Self::Expire(None),
            OptionCode::EXPIRE => Self::Expire(Some(number()?)),
            OptionCode::COOKIE => Self::Cookie(Cookie::read(option)?),
            OptionCode::TCP_KEEPALIVE if data.is_empty() => Self::TcpKeepalive(None),
            OptionCode::TCP_KEEPALIVE => Self::TcpKeepalive(Some(short()?)),
            OptionCode::PADDING => Self::Padding(data),
            OptionCode::CHAIN => Self::Chain(name()?),
            OptionCode::KEY_TAG => {
                Self::KeyTag(Numbers::read(data).filter(|_| !data.is_empty()).ok_or(bad)?)
            }
            OptionCode::EXTENDED_ERROR => Self::ExtendedError(ExtendedError::read(option)?),
            OptionCode::CLIENT_TAG => Self::ClientTag(short()?),
            OptionCode::SERVER_TAG => Self::ServerTag(short()?),
            OptionCode::REPORT_CHANNEL => Self::ReportChannel(name()?),
            OptionCode::ZONEVERSION if data.is_empty() => Self::ZoneVersion(None),
            OptionCode::ZONEVERSION => Self::ZoneVersion(Some(ZoneVersion::read(data).ok_or(bad)?)),
            OptionCode::MQTYPE_QUERY => Self::MqtypeQuery(Numbers::read(data).ok_or(bad)?),
            OptionCode::MQTYPE_RESPONSE => Self::MqtypeResponse(Numbers::read(data).ok_or(bad)?),
            OptionCode::EDE_TEXT_LANGUAGE => Self::TextLanguage(
                text().ok().filter(|text| is_language_tag(text.as_bytes())).ok_or(wrong)?,
            ),
            OptionCode::FILTERING_CONTACT => Self::FilteringContact(text()?),
            OptionCode::FILTERING_ORGANIZATION => Self::FilteringOrganization(text()?),
            OptionCode::FILTERING_DB => Self::FilteringDb(text()?),
            code => Self::Unknown(code, data),
        })
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> OptionCode {
        match self {
            Self::Llq(_) => OptionCode::LLQ,
            Self::UpdateLease(..) => OptionCode::UL,
            Self::Nsid(_) => OptionCode::NSID,
            Self::Dau(_) => OptionCode::DAU,
            Self::Dhu(_) => OptionCode::DHU,
            Self::N3u(_) => OptionCode::N3U,
            Self::ClientSubnet(_) => OptionCode::CLIENT_SUBNET,
            Self::Expire(_) => OptionCode::EXPIRE,
            Self::Cookie(_) => OptionCode::COOKIE,
            Self::TcpKeepalive(_) => OptionCode::TCP_KEEPALIVE,
            Self::Padding(_) => OptionCode::PADDING,
            Self::Chain(_) => OptionCode::CHAIN,
            Self::KeyTag(_) => OptionCode::KEY_TAG,
            Self::ExtendedError(_) => OptionCode::EXTENDED_ERROR,
            Self::ClientTag(_) => OptionCode::CLIENT_TAG,
            Self::ServerTag(_) => OptionCode::SERVER_TAG,
            Self::ReportChannel(_) => OptionCode::REPORT_CHANNEL,
            Self::ZoneVersion(_) => OptionCode::ZONEVERSION,
            Self::MqtypeQuery(_) => OptionCode::MQTYPE_QUERY,
            Self::MqtypeResponse(_) => OptionCode::MQTYPE_RESPONSE,
            Self::TextLanguage(_) => OptionCode::EDE_TEXT_LANGUAGE,
            Self::FilteringContact(_) => OptionCode::FILTERING_CONTACT,
            Self::FilteringOrganization(_) => OptionCode::FILTERING_ORGANIZATION,
            Self::FilteringDb(_) => OptionCode::FILTERING_DB,
            Self::Unknown(code, _) => *code,
        }
    }

    /// Writes the option, its code and length included, and returns its length.
    ///
    /// # Errors
    /// When `out` is too small or the data longer than 65535 octets.
    pub fn write(&self, out: &mut [u8]) -> Result<usize, Full> {
        match self {
            Self::ClientSubnet(subnet) => return subnet.write(out),
            Self::ExtendedError(error) => return error.write(out),
            _ => {}
        }
        let mut out = Writer::new(out);
        out.u16(self.code().0)?;
        out.u16(0)?;
        match self {
            Self::ClientSubnet(_) | Self::ExtendedError(_) => {}
            Self::Llq(query) => out.array(query.to_wire())?,
            Self::UpdateLease(lease, key_lease) => {
                out.array(lease.to_be_bytes())?;
                key_lease.map_or(Ok(()), |lease| out.array(lease.to_be_bytes()))?;
            }
            Self::Expire(seconds) => {
                seconds.map_or(Ok(()), |seconds| out.array(seconds.to_be_bytes()))?;
            }
            Self::TcpKeepalive(timeout) => timeout.map_or(Ok(()), |timeout| out.u16(timeout))?,
            Self::Cookie(cookie) => {
                out.array(cookie.client)?;
                out.slice(cookie.server)?;
            }
            Self::Chain(name) | Self::ReportChannel(name) => out.slice(name.as_wire())?,
            Self::KeyTag(numbers) | Self::MqtypeQuery(numbers) | Self::MqtypeResponse(numbers) => {
                out.slice(numbers.0)?;
            }
            Self::ClientTag(tag) | Self::ServerTag(tag) => out.u16(*tag)?,
            Self::ZoneVersion(None) => {}
            Self::ZoneVersion(Some(version)) => {
                out.array([version.label_count, version.version_type])?;
                out.slice(version.version)?;
            }
            Self::TextLanguage(text)
            | Self::FilteringContact(text)
            | Self::FilteringOrganization(text)
            | Self::FilteringDb(text) => out.slice(text.as_bytes())?,
            Self::Nsid(octets)
            | Self::Dau(octets)
            | Self::Dhu(octets)
            | Self::N3u(octets)
            | Self::Padding(octets)
            | Self::Unknown(_, octets) => out.slice(octets)?,
        }
        let [high, low] =
            u16::try_from(out.len().saturating_sub(4)).map_err(|_| Full)?.to_be_bytes();
        out.patch(2, high);
        out.patch(3, low);
        Ok(out.len())
    }
}

/// The code and, after a colon, what it says.
impl fmt::Display for OptionData<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.code())?;
        match self {
            Self::Llq(query) => write!(
                f,
                " version {}, opcode {}, error {}, id {}, lease {}",
                query.version, query.opcode, query.error, query.id, query.lease
            ),
            Self::UpdateLease(lease, None) => write!(f, " {lease}"),
            Self::UpdateLease(lease, Some(key_lease)) => write!(f, " {lease} {key_lease}"),
            Self::Nsid([])
            | Self::Expire(None)
            | Self::TcpKeepalive(None)
            | Self::ZoneVersion(None) => Ok(()),
            Self::Nsid(octets) => {
                f.write_str(" ")?;
                show_hex(octets, f)?;
                f.write_str(" ")?;
                show_quoted(octets, f)
            }
            Self::Dau(codes) | Self::Dhu(codes) | Self::N3u(codes) => {
                codes.iter().try_for_each(|code| write!(f, " {code}"))
            }
            Self::ClientSubnet(subnet) => {
                write!(f, " {}/{}/{}", subnet.address(), subnet.source(), subnet.scope())
            }
            Self::Expire(Some(seconds)) => write!(f, " {seconds}"),
            Self::Cookie(cookie) => {
                f.write_str(" ")?;
                show_hex(&cookie.client, f)?;
                show_hex(cookie.server, f)
            }
            Self::TcpKeepalive(Some(timeout)) => {
                write!(f, " {}.{} s", timeout.div_euclid(10), timeout.rem_euclid(10))
            }
            Self::Padding(octets) => write!(f, " {} octets", octets.len()),
            Self::Chain(name) | Self::ReportChannel(name) => write!(f, " {name}"),
            Self::KeyTag(tags) => tags.iter().try_for_each(|tag| write!(f, " {tag}")),
            Self::ExtendedError(error) => {
                write!(f, " {} ({})", error.info_code.0, error.info_code)?;
                if error.extra_text.is_empty() {
                    return Ok(());
                }
                f.write_str(" ")?;
                show_quoted(error.extra_text, f)
            }
            Self::ClientTag(tag) | Self::ServerTag(tag) => write!(f, " {tag}"),
            Self::ZoneVersion(Some(version)) => match version.soa_serial() {
                Some(serial) => write!(f, " {} SOA-SERIAL {serial}", version.label_count),
                None => {
                    write!(f, " {} TYPE{} ", version.label_count, version.version_type)?;
                    show_hex(version.version, f)
                }
            },
            Self::MqtypeQuery(types) | Self::MqtypeResponse(types) => {
                types.iter().try_for_each(|number| write!(f, " {}", RType(number)))
            }
            Self::TextLanguage(tag) => write!(f, " {tag}"),
            Self::FilteringContact(text)
            | Self::FilteringOrganization(text)
            | Self::FilteringDb(text) => {
                f.write_str(" ")?;
                show_quoted(text.as_bytes(), f)
            }
            Self::Unknown(_, octets) => {
                f.write_str(" ")?;
                show_hex(octets, f)
            }
        }
    }
}

/// A long-lived query (RFC 8764 §3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LongLivedQuery {
    /// Version: 1.
    pub version: u16,
    /// 1 setup, 2 refresh, 3 event.
    pub opcode: u16,
    /// 0 no error, 1 server full, 2 static, 3 format error, 4 no such query, 5 bad version, 6 unknown.
    pub error: u16,
    /// Identifier, 0 in the first request.
    pub id: u64,
    /// Lease in seconds.
    pub lease: u32,
}

impl LongLivedQuery {
    fn from_wire(wire: [u8; 18]) -> Self {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r] = wire;
        Self {
            version: u16::from_be_bytes([a, b]),
            opcode: u16::from_be_bytes([c, d]),
            error: u16::from_be_bytes([e, f]),
            id: u64::from_be_bytes([g, h, i, j, k, l, m, n]),
            lease: u32::from_be_bytes([o, p, q, r]),
        }
    }

    fn to_wire(self) -> [u8; 18] {
        let [a, b] = self.version.to_be_bytes();
        let [c, d] = self.opcode.to_be_bytes();
        let [e, f] = self.error.to_be_bytes();
        let [g, h, i, j, k, l, m, n] = self.id.to_be_bytes();
        let [o, p, q, r] = self.lease.to_be_bytes();
        [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r]
    }
}

/// Version of the zone that the answer is from (RFC 9660 §2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ZoneVersion<'a> {
    /// Labels of the zone's name, the root's not counted.
    pub label_count: u8,
    /// 0 is the serial of the SOA.
    pub version_type: u8,
    /// The version.
    pub version: &'a [u8],
}

impl<'a> ZoneVersion<'a> {
    fn read(data: &'a [u8]) -> Option<Self> {
        let (&[label_count, version_type], version) = data.split_first_chunk::<2>()?;
        // A serial has four octets (RFC 9660 §2.2).
        (version_type != 0 || version.len() == 4).then_some(Self {
            label_count,
            version_type,
            version,
        })
    }

    /// The serial of the zone's SOA, when that is what the version is.
    #[must_use]
    pub fn soa_serial(&self) -> Option<u32> {
        match self.version_type {
            0 => self.version.try_into().map(u32::from_be_bytes).ok(),
            _ => None,
        }
    }
}

/// Numbers of two octets each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Numbers<'a>(&'a [u8]);

impl<'a> Numbers<'a> {
    /// From wire form; `None` when the octets are odd in number.
    #[must_use]
    pub fn read(octets: &'a [u8]) -> Option<Self> {
        octets.len().is_multiple_of(2).then_some(Self(octets))
    }

    /// The numbers, in order.
    pub fn iter(&self) -> impl Iterator<Item = u16> + Clone + use<'a> {
        self.0
            .chunks_exact(2)
            .filter_map(|pair| Some(u16::from_be_bytes(*pair.first_chunk::<2>()?)))
    }
}

/// Subtags of one to eight letters and digits, hyphens between (RFC 5646 §2.1).
fn is_language_tag(text: &[u8]) -> bool {
    text.split(|&octet| octet == b'-').all(|subtag| {
        (1..=8).contains(&subtag.len()) && subtag.iter().all(u8::is_ascii_alphanumeric)
    })
}

/// Octets of padding that bring a message to the next multiple of `block`, where the message has
/// `length` octets with the padding option's own four counted in: RFC 8467 §4.1 wants blocks of
/// [`QUERY_BLOCK`] and [`RESPONSE_BLOCK`]. Less when `limit` octets are all that may be sent.
#[must_use]
pub fn padding_octets(length: usize, block: usize, limit: usize) -> usize {
    let padded = length.checked_next_multiple_of(block).unwrap_or(length);
    padded.min(limit).saturating_sub(length)
}

/// What queries are padded to a multiple of (RFC 8467 §4.1).
pub const QUERY_BLOCK: usize = 128;
/// What responses are padded to a multiple of (RFC 8467 §4.1).
pub const RESPONSE_BLOCK: usize = 468;
