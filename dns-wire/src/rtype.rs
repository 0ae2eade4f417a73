//! Record types (RFC 1035 §3.2.2 and the IANA registry).

use crate::registry::registry;

/// The type of a record or a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RType(pub u16);

registry!(RType(u16), "TYPE", {
    /// IPv4 address (RFC 1035).
    A = 1 "A",
    /// Authoritative name server (RFC 1035).
    NS = 2 "NS",
    /// Mail destination, obsolete (RFC 1035).
    MD = 3 "MD",
    /// Mail forwarder, obsolete (RFC 1035).
    MF = 4 "MF",
    /// Canonical name of an alias (RFC 1035).
    CNAME = 5 "CNAME",
    /// Start of a zone of authority (RFC 1035).
    SOA = 6 "SOA",
    /// Mailbox (RFC 1035).
    MB = 7 "MB",
    /// Mail group member (RFC 1035).
    MG = 8 "MG",
    /// Mail rename (RFC 1035).
    MR = 9 "MR",
    /// Anything (RFC 1035).
    NULL = 10 "NULL",
    /// Well-known services (RFC 1035).
    WKS = 11 "WKS",
    /// Pointer to a name (RFC 1035).
    PTR = 12 "PTR",
    /// Host information (RFC 1035).
    HINFO = 13 "HINFO",
    /// Mailbox information (RFC 1035).
    MINFO = 14 "MINFO",
    /// Mail exchange (RFC 1035).
    MX = 15 "MX",
    /// Text strings (RFC 1035).
    TXT = 16 "TXT",
    /// Responsible person (RFC 1183).
    RP = 17 "RP",
    /// AFS data base (RFC 1183).
    AFSDB = 18 "AFSDB",
    /// X.25 address (RFC 1183).
    X25 = 19 "X25",
    /// ISDN address (RFC 1183).
    ISDN = 20 "ISDN",
    /// Route through (RFC 1183).
    RT = 21 "RT",
    /// NSAP address (RFC 1706).
    NSAP = 22 "NSAP",
    /// NSAP pointer (RFC 1706).
    NSAP_PTR = 23 "NSAP-PTR",
    /// Signature (RFC 2535, RFC 2931).
    SIG = 24 "SIG",
    /// Key (RFC 2535, RFC 3445).
    KEY = 25 "KEY",
    /// X.400 mail mapping (RFC 2163).
    PX = 26 "PX",
    /// Geographical position (RFC 1712).
    GPOS = 27 "GPOS",
    /// IPv6 address (RFC 3596).
    AAAA = 28 "AAAA",
    /// Location (RFC 1876).
    LOC = 29 "LOC",
    /// Next name, obsolete (RFC 2535).
    NXT = 30 "NXT",
    /// Endpoint identifier (Nimrod).
    EID = 31 "EID",
    /// Nimrod locator (Nimrod).
    NIMLOC = 32 "NIMLOC",
    /// Server selection (RFC 2782).
    SRV = 33 "SRV",
    /// ATM address (AF-SAA-0069.000).
    ATMA = 34 "ATMA",
    /// Naming authority pointer (RFC 3403).
    NAPTR = 35 "NAPTR",
    /// Key exchanger (RFC 2230).
    KX = 36 "KX",
    /// Certificate (RFC 4398).
    CERT = 37 "CERT",
    /// IPv6 address in parts, obsolete (RFC 2874).
    A6 = 38 "A6",
    /// Redirection of a subtree (RFC 6672).
    DNAME = 39 "DNAME",
    /// Kitchen sink (draft-eastlake-kitchen-sink).
    SINK = 40 "SINK",
    /// EDNS (RFC 6891), a meta type.
    OPT = 41 "OPT",
    /// Address prefix list (RFC 3123).
    APL = 42 "APL",
    /// Delegation signer (RFC 4034).
    DS = 43 "DS",
    /// SSH key fingerprint (RFC 4255).
    SSHFP = 44 "SSHFP",
    /// IPsec key (RFC 4025).
    IPSECKEY = 45 "IPSECKEY",
    /// Signature of an RRset (RFC 4034).
    RRSIG = 46 "RRSIG",
    /// Next secure name (RFC 4034).
    NSEC = 47 "NSEC",
    /// Zone key (RFC 4034).
    DNSKEY = 48 "DNSKEY",
    /// DHCP client identifier (RFC 4701).
    DHCID = 49 "DHCID",
    /// Next secure name, hashed (RFC 5155).
    NSEC3 = 50 "NSEC3",
    /// Parameters of NSEC3 (RFC 5155).
    NSEC3PARAM = 51 "NSEC3PARAM",
    /// TLS certificate association (RFC 6698).
    TLSA = 52 "TLSA",
    /// S/MIME certificate association (RFC 8162).
    SMIMEA = 53 "SMIMEA",
    /// Host identity (RFC 8005).
    HIP = 55 "HIP",
    /// Zone status information (draft-reid-dnsext-zs).
    NINFO = 56 "NINFO",
    /// Key for records (draft-reid-dnsext-rkey).
    RKEY = 57 "RKEY",
    /// Trust anchor link (draft-wijngaards-dnsop-trust-history).
    TALINK = 58 "TALINK",
    /// DS that the child wants (RFC 7344).
    CDS = 59 "CDS",
    /// DNSKEY that the child wants a DS of (RFC 7344).
    CDNSKEY = 60 "CDNSKEY",
    /// OpenPGP key (RFC 7929).
    OPENPGPKEY = 61 "OPENPGPKEY",
    /// Child-to-parent synchronization (RFC 7477).
    CSYNC = 62 "CSYNC",
    /// Digest of a zone (RFC 8976).
    ZONEMD = 63 "ZONEMD",
    /// Service binding (RFC 9460).
    SVCB = 64 "SVCB",
    /// Service binding for HTTP (RFC 9460).
    HTTPS = 65 "HTTPS",
    /// Where to send NOTIFY for a delegation (RFC 9859).
    DSYNC = 66 "DSYNC",
    /// Hierarchical host identity tag (RFC 9886).
    HHIT = 67 "HHIT",
    /// UAS broadcast remote identification (RFC 9886).
    BRID = 68 "BRID",
    /// Sender policy framework, obsolete (RFC 7208).
    SPF = 99 "SPF",
    /// User information (reserved by IANA).
    UINFO = 100 "UINFO",
    /// User id (reserved by IANA).
    UID = 101 "UID",
    /// Group id (reserved by IANA).
    GID = 102 "GID",
    /// Unspecified (reserved by IANA).
    UNSPEC = 103 "UNSPEC",
    /// Node identifier (RFC 6742).
    NID = 104 "NID",
    /// 32-bit locator (RFC 6742).
    L32 = 105 "L32",
    /// 64-bit locator (RFC 6742).
    L64 = 106 "L64",
    /// Locator pointer (RFC 6742).
    LP = 107 "LP",
    /// 48-bit extended unique identifier (RFC 7043).
    EUI48 = 108 "EUI48",
    /// 64-bit extended unique identifier (RFC 7043).
    EUI64 = 109 "EUI64",
    /// Name that does not exist (RFC 9824), a meta type.
    NXNAME = 128 "NXNAME",
    /// Transaction key (RFC 2930), a meta type.
    TKEY = 249 "TKEY",
    /// Transaction signature (RFC 8945), a meta type.
    TSIG = 250 "TSIG",
    /// Incremental transfer (RFC 1995), a meta type.
    IXFR = 251 "IXFR",
    /// Transfer of a whole zone (RFC 5936), a meta type.
    AXFR = 252 "AXFR",
    /// Mailbox records (RFC 1035), a meta type.
    MAILB = 253 "MAILB",
    /// Mail agent records, obsolete (RFC 1035), a meta type.
    MAILA = 254 "MAILA",
    /// All records (RFC 1035, RFC 8482), a meta type.
    ANY = 255 "ANY",
    /// URI (RFC 7553).
    URI = 256 "URI",
    /// Certification authority authorization (RFC 8659).
    CAA = 257 "CAA",
    /// Application visibility and control.
    AVC = 258 "AVC",
    /// Digital object architecture (draft-durand-doa-over-dns).
    DOA = 259 "DOA",
    /// Automatic multicast tunneling relay (RFC 8777).
    AMTRELAY = 260 "AMTRELAY",
    /// Resolver information (RFC 9606).
    RESINFO = 261 "RESINFO",
    /// Public wallet address.
    WALLET = 262 "WALLET",
    /// BP convergence layer adapter.
    CLA = 263 "CLA",
    /// BP node number.
    IPN = 264 "IPN",
    /// DNSSEC trust authority.
    TA = 32768 "TA",
    /// DNSSEC look-aside validation, obsolete (RFC 4431).
    DLV = 32769 "DLV",
});

impl RType {
    /// True for the types that are no zone data: 0, which is reserved, OPT, NXNAME, 249 to 255 and the rest of
    /// the registry's meta range, 128 to 255 (RFC 6895 §3.1).
    #[must_use]
    pub const fn is_meta(self) -> bool {
        matches!(self.0, 0 | 41 | 128..=255)
    }
}
