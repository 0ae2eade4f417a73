//! The registry of option codes.

use crate::registry::registry;

/// What an option is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OptionCode(pub u16);

registry!(OptionCode(u16), "OPT", {
    /// Long-lived queries (RFC 8764).
    LLQ = 1 "LLQ",
    /// Update lease (RFC 9664).
    UL = 2 "UPDATE-LEASE",
    /// Name server identifier (RFC 5001).
    NSID = 3 "NSID",
    /// DNSSEC algorithms understood (RFC 6975).
    DAU = 5 "DAU",
    /// DS hash algorithms understood (RFC 6975).
    DHU = 6 "DHU",
    /// NSEC3 hash algorithms understood (RFC 6975).
    N3U = 7 "N3U",
    /// Client subnet (RFC 7871).
    CLIENT_SUBNET = 8 "CLIENT-SUBNET",
    /// Zone expiry (RFC 7314).
    EXPIRE = 9 "EXPIRE",
    /// Cookie (RFC 7873).
    COOKIE = 10 "COOKIE",
    /// TCP keepalive (RFC 7828).
    TCP_KEEPALIVE = 11 "TCP-KEEPALIVE",
    /// Padding (RFC 7830).
    PADDING = 12 "PADDING",
    /// Chain queries (RFC 7901).
    CHAIN = 13 "CHAIN",
    /// Key tags (RFC 8145).
    KEY_TAG = 14 "KEY-TAG",
    /// Extended DNS error (RFC 8914).
    EXTENDED_ERROR = 15 "EDE",
    /// Client tag (draft-bellis-dnsop-edns-tags).
    CLIENT_TAG = 16 "CLIENT-TAG",
    /// Server tag (draft-bellis-dnsop-edns-tags).
    SERVER_TAG = 17 "SERVER-TAG",
    /// Report channel (RFC 9567).
    REPORT_CHANNEL = 18 "REPORT-CHANNEL",
    /// Zone version (RFC 9660).
    ZONEVERSION = 19 "ZONEVERSION",
    /// Multiple query types, in a query (RFC 10029).
    MQTYPE_QUERY = 20 "MQTYPE-QUERY",
    /// Multiple query types, in a response (RFC 10029).
    MQTYPE_RESPONSE = 21 "MQTYPE-RESPONSE",
    /// Language of the text of extended errors (draft-muks-dns-filtering).
    EDE_TEXT_LANGUAGE = 22 "EDE-EXTRA-TEXT-LANGUAGE",
    /// Whom to ask about a filtered answer (draft-muks-dns-filtering).
    FILTERING_CONTACT = 23 "FILTERING-CONTACT",
    /// Who filtered the answer (draft-muks-dns-filtering).
    FILTERING_ORGANIZATION = 24 "FILTERING-ORGANIZATION",
    /// By which data base the answer was filtered (draft-muks-dns-filtering).
    FILTERING_DB = 25 "FILTERING-DB",
});
