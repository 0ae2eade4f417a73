//! The table of record types. A row gives the type, its struct, and its fields with their kinds.

use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};

use super::bitmap::TypeBits;
use super::gateway::{Ipsec, Relay};
use super::generic;
use super::host_identity::{Identity, PlainNames};
use super::kind::{Ipv4, Ipv6, Kind, Part, Period, Type, U8, U16, U32};
use super::kind_address::{Atm, Groups, NodeNumber};
use super::kind_code::{Algorithm, CertificateType, DsyncScheme};
use super::kind_hash::{HashedName, Salt};
use super::kind_name::{
    Compressed, CompressedHost, Folded, FoldedHost, Plain, PlainHost, Tolerant, TolerantHost,
};
use super::kind_octets::{
    Base64Data, Base64OrDash, Base64Rest, Digest, NsapAddress, Opaque, QuotedData, QuotedRest,
};
use super::kind_string::{OptionalText, Tag, Text, Texts};
use super::location::Place;
use super::obsolete::{OldBitmap, Services, Split6};
use super::prefix_list::Prefixes;
use super::record::{cut_off, fixed_octets, records};
use super::svcb::Params;
use super::time::Time;
use super::tokens::{Token, Tokens};
use super::{
    AmtRelay, AtmAddress, Bits, CharacterString, CharacterStrings, HostIdentity, IpsecGateway,
    Location, NameList, PrefixList, Rdata, RecordData, SignatureTime, SplitAddress, SvcParams,
    TypeBitmap, WellKnownServices,
};
use crate::{Full, MessageName, RType, Reader, TextError, TextErrorKind, WireError, Writer};

records! {
    /// IPv4 address (RFC 1035 §3.4.1).
    A A {
        /// The address.
        address: Ipv4Addr = Ipv4,
    }
    /// Authoritative name server (RFC 1035 §3.3.11).
    NS Ns<'a> {
        /// The server.
        server: MessageName<'a> = CompressedHost,
    }
    /// Mail destination, obsolete (RFC 1035 §3.3.4).
    MD Md<'a> {
        /// The host.
        host: MessageName<'a> = CompressedHost,
    }
    /// Mail forwarder, obsolete (RFC 1035 §3.3.5).
    MF Mf<'a> {
        /// The host.
        host: MessageName<'a> = CompressedHost,
    }
    /// Canonical name of an alias (RFC 1035 §3.3.1).
    CNAME Cname<'a> {
        /// The name that the owner stands for.
        target: MessageName<'a> = Compressed,
    }
    /// Start of a zone of authority (RFC 1035 §3.3.13, RFC 2308 §4).
    SOA Soa<'a> {
        /// The primary server.
        mname: MessageName<'a> = Compressed,
        /// The mailbox of the person responsible, its first label the part before `@`.
        rname: MessageName<'a> = Compressed,
        /// Version of the zone, compared by serial number arithmetic (RFC 1982).
        serial: u32 = U32,
        /// Seconds between checks by secondaries.
        refresh: u32 = Period,
        /// Seconds until a failed check is made again.
        retry: u32 = Period,
        /// Seconds after which a secondary that cannot check stops to answer.
        expire: u32 = Period,
        /// Upper bound of the TTL of negative answers, in seconds.
        minimum: u32 = Period,
    }
    /// Mailbox (RFC 1035 §3.3.3).
    MB Mb<'a> {
        /// The host of the mailbox.
        host: MessageName<'a> = CompressedHost,
    }
    /// Mail group member (RFC 1035 §3.3.6).
    MG Mg<'a> {
        /// A mailbox of the group.
        mailbox: MessageName<'a> = Compressed,
    }
    /// Mail rename (RFC 1035 §3.3.8).
    MR Mr<'a> {
        /// The new name of the mailbox.
        mailbox: MessageName<'a> = Compressed,
    }
    /// Anything (RFC 1035 §3.3.10).
    NULL Null<'a> {
        /// Up to 65535 octets.
        octets: &'a [u8] = Opaque,
    }
    /// Well-known services (RFC 1035 §3.4.2).
    WKS Wks<'a> {
        /// The host.
        address: Ipv4Addr = Ipv4,
        /// Protocol and ports.
        services: WellKnownServices<'a> = Services,
    }
    /// Pointer to a name (RFC 1035 §3.3.12).
    PTR Ptr<'a> {
        /// The name.
        target: MessageName<'a> = Compressed,
    }
    /// Host information (RFC 1035 §3.3.2, RFC 8482 §4.2).
    HINFO Hinfo<'a> {
        /// Processor.
        cpu: CharacterString<'a> = Text,
        /// Operating system.
        os: CharacterString<'a> = Text,
    }
    /// Mailbox information (RFC 1035 §3.3.7).
    MINFO Minfo<'a> {
        /// Who is responsible for the list.
        responsible: MessageName<'a> = Compressed,
        /// Where errors go.
        errors: MessageName<'a> = Compressed,
    }
    /// Mail exchange (RFC 1035 §3.3.9, RFC 7505).
    MX Mx<'a> {
        /// Lower is tried first.
        preference: u16 = U16,
        /// The mail server.
        exchange: MessageName<'a> = CompressedHost,
    }
    /// Text strings (RFC 1035 §3.3.14).
    TXT Txt<'a> {
        /// One string or more.
        strings: CharacterStrings<'a> = Texts,
    }
    /// Responsible person (RFC 1183 §2.2).
    RP Rp<'a> {
        /// The mailbox, its first label the part before `@`.
        mailbox: MessageName<'a> = Tolerant,
        /// A name with TXT records.
        text: MessageName<'a> = Tolerant,
    }
    /// AFS data base (RFC 1183 §1, RFC 5864).
    AFSDB Afsdb<'a> {
        /// 1 AFS cell, 2 DCE.
        subtype: u16 = U16,
        /// The server.
        host: MessageName<'a> = TolerantHost,
    }
    /// X.25 address (RFC 1183 §3.1).
    X25 X25<'a> {
        /// The PSDN address, digits.
        address: CharacterString<'a> = Text,
    }
    /// ISDN address (RFC 1183 §3.2).
    ISDN Isdn<'a> {
        /// The number.
        address: CharacterString<'a> = Text,
        /// The subaddress, when there is one.
        subaddress: Option<CharacterString<'a>> = OptionalText,
    }
    /// Route through (RFC 1183 §3.3).
    RT Rt<'a> {
        /// Lower is tried first.
        preference: u16 = U16,
        /// The intermediate host.
        host: MessageName<'a> = TolerantHost,
    }
    /// NSAP address (RFC 1706 §5).
    NSAP Nsap<'a> {
        /// The address.
        address: &'a [u8] = NsapAddress,
    }
    /// NSAP pointer (RFC 1706 §6).
    NSAP_PTR NsapPtr<'a> {
        /// The name.
        target: MessageName<'a> = Plain,
    }
    /// Signature (RFC 2535 §4, RFC 2931).
    SIG Sig<'a> {
        /// Type of the records signed; 0 for a transaction.
        type_covered: RType = Type,
        /// Algorithm of the signature.
        algorithm: u8 = Algorithm,
        /// Labels of the owner.
        labels: u8 = U8,
        /// TTL of the RRset in its zone.
        original_ttl: u32 = Period,
        /// End of validity.
        expiration: SignatureTime = Time,
        /// Start of validity.
        inception: SignatureTime = Time,
        /// Key tag.
        key_tag: u16 = U16,
        /// Whose key.
        signer: MessageName<'a> = Tolerant,
        /// The signature.
        signature: &'a [u8] = Base64Data,
    }
    /// Key (RFC 2535 §3, RFC 3445).
    KEY Key<'a> {
        /// Use of the key.
        flags: u16 = U16,
        /// Protocol.
        protocol: u8 = U8,
        /// Algorithm.
        algorithm: u8 = Algorithm,
        /// The key; empty when the flags say that there is none.
        public_key: &'a [u8] = Base64Rest,
    }
    /// X.400 mail mapping (RFC 2163 §4).
    PX Px<'a> {
        /// Lower is preferred.
        preference: u16 = U16,
        /// The RFC 822 part.
        map822: MessageName<'a> = Tolerant,
        /// The X.400 part.
        mapx400: MessageName<'a> = Tolerant,
    }
    /// Geographical position (RFC 1712 §3): decimal numbers as strings.
    GPOS Gpos<'a> {
        /// Degrees, -180 to 180.
        longitude: CharacterString<'a> = Text,
        /// Degrees, -90 to 90.
        latitude: CharacterString<'a> = Text,
        /// Metres.
        altitude: CharacterString<'a> = Text,
    }
    /// IPv6 address (RFC 3596 §2.2).
    AAAA Aaaa {
        /// The address.
        address: Ipv6Addr = Ipv6,
    }
    /// Location (RFC 1876).
    LOC Loc {
        /// The place.
        location: Location = Place,
    }
    /// Next name, obsolete (RFC 2535 §5).
    NXT Nxt<'a> {
        /// The next owner.
        next: MessageName<'a> = Tolerant,
        /// Types at the owner, 1 to 127.
        types: Bits<'a> = OldBitmap,
    }
    /// Endpoint identifier (Nimrod, draft-ietf-nimrod-dns).
    EID Eid<'a> {
        /// The identifier.
        identifier: &'a [u8] = Digest,
    }
    /// Nimrod locator (draft-ietf-nimrod-dns).
    NIMLOC Nimloc<'a> {
        /// The locator.
        locator: &'a [u8] = Digest,
    }
    /// Server selection (RFC 2782).
    SRV Srv<'a> {
        /// Lower is tried first.
        priority: u16 = U16,
        /// Share among those of one priority.
        weight: u16 = U16,
        /// Port.
        port: u16 = U16,
        /// The host; the root when the service is not there.
        target: MessageName<'a> = TolerantHost,
    }
    /// ATM address (AF-SAA-0069.000 §5).
    ATMA Atma<'a> {
        /// The address.
        address: AtmAddress<'a> = Atm,
    }
    /// Naming authority pointer (RFC 3403 §4).
    NAPTR Naptr<'a> {
        /// Lower is processed first.
        order: u16 = U16,
        /// Lower is preferred among those of one order.
        preference: u16 = U16,
        /// How the next fields are to be read.
        flags: CharacterString<'a> = Text,
        /// Service parameters.
        services: CharacterString<'a> = Text,
        /// Substitution expression.
        regexp: CharacterString<'a> = Text,
        /// The next name to ask for.
        replacement: MessageName<'a> = Tolerant,
    }
    /// Key exchanger (RFC 2230 §3).
    KX Kx<'a> {
        /// Lower is tried first.
        preference: u16 = U16,
        /// The host.
        exchanger: MessageName<'a> = FoldedHost,
    }
    /// Certificate (RFC 4398 §2).
    CERT Cert<'a> {
        /// Type of the certificate.
        certificate_type: u16 = CertificateType,
        /// Key tag.
        key_tag: u16 = U16,
        /// Algorithm, as in DNSKEY; 0 when unknown.
        algorithm: u8 = Algorithm,
        /// The certificate, or where to find it.
        certificate: &'a [u8] = Base64Data,
    }
    /// IPv6 address in parts, obsolete (RFC 2874 §3).
    A6 A6<'a> {
        /// The address.
        address: SplitAddress<'a> = Split6,
    }
    /// Redirection of a subtree (RFC 6672 §2.1).
    DNAME Dname<'a> {
        /// What takes the place of the owner.
        target: MessageName<'a> = Folded,
    }
    /// Kitchen sink (draft-eastlake-kitchen-sink-02).
    SINK Sink<'a> {
        /// Meaning.
        meaning: u8 = U8,
        /// Coding.
        coding: u8 = U8,
        /// Subcoding.
        subcoding: u8 = U8,
        /// The data.
        data: &'a [u8] = Base64Rest,
    }
    /// Address prefix list (RFC 3123 §4).
    APL Apl<'a> {
        /// The list, perhaps empty.
        prefixes: PrefixList<'a> = Prefixes,
    }
    /// Delegation signer (RFC 4034 §5).
    DS Ds<'a> {
        /// Key tag of the DNSKEY.
        key_tag: u16 = U16,
        /// Algorithm of the DNSKEY.
        algorithm: u8 = Algorithm,
        /// Digest algorithm.
        digest_type: u8 = U8,
        /// The digest.
        digest: &'a [u8] = Digest,
    }
    /// SSH key fingerprint (RFC 4255 §3.1).
    SSHFP Sshfp<'a> {
        /// Algorithm of the key.
        algorithm: u8 = U8,
        /// Algorithm of the fingerprint.
        fingerprint_type: u8 = U8,
        /// The fingerprint.
        fingerprint: &'a [u8] = Digest,
    }
    /// IPsec key (RFC 4025 §2).
    IPSECKEY Ipseckey<'a> {
        /// Lower is tried first.
        precedence: u8 = U8,
        /// Algorithm and gateway.
        gateway: IpsecGateway<'a> = Ipsec,
        /// The key; none when the algorithm is 0.
        public_key: &'a [u8] = Base64Rest,
    }
    /// Signature of an RRset (RFC 4034 §3).
    RRSIG Rrsig<'a> {
        /// Type of the records signed.
        type_covered: RType = Type,
        /// Algorithm of the signature.
        algorithm: u8 = Algorithm,
        /// Labels of the owner, without the root and a leading `*`.
        labels: u8 = U8,
        /// TTL of the RRset in its zone.
        original_ttl: u32 = Period,
        /// End of validity.
        expiration: SignatureTime = Time,
        /// Start of validity.
        inception: SignatureTime = Time,
        /// Key tag of the DNSKEY.
        key_tag: u16 = U16,
        /// Zone of the DNSKEY.
        signer: MessageName<'a> = Folded,
        /// The signature.
        signature: &'a [u8] = Base64Data,
    }
    /// Next secure name (RFC 4034 §4).
    NSEC Nsec<'a> {
        /// The next owner in canonical order.
        next: MessageName<'a> = Plain,
        /// Types at the owner.
        types: TypeBitmap<'a> = TypeBits,
    }
    /// Zone key (RFC 4034 §2).
    DNSKEY Dnskey<'a> {
        /// 256 zone key, 1 secure entry point, 128 revoked (RFC 5011).
        flags: u16 = U16,
        /// Always 3.
        protocol: u8 = U8,
        /// Algorithm.
        algorithm: u8 = Algorithm,
        /// The key.
        public_key: &'a [u8] = Base64Data,
    }
    /// DHCP client identifier (RFC 4701 §3).
    DHCID Dhcid<'a> {
        /// Identifier type, digest type and digest.
        data: &'a [u8] = Base64Data,
    }
    /// Next secure name, hashed (RFC 5155 §3).
    NSEC3 Nsec3<'a> {
        /// 1 is SHA-1.
        hash_algorithm: u8 = U8,
        /// 1 is opt-out.
        flags: u8 = U8,
        /// Additional rounds of the hash.
        iterations: u16 = U16,
        /// Salt, 0 to 255 octets.
        salt: &'a [u8] = Salt,
        /// The next hashed owner, 1 to 255 octets.
        next_hashed: &'a [u8] = HashedName,
        /// Types at the owner.
        types: TypeBitmap<'a> = TypeBits,
    }
    /// Parameters of NSEC3 (RFC 5155 §4).
    NSEC3PARAM Nsec3param<'a> {
        /// 1 is SHA-1.
        hash_algorithm: u8 = U8,
        /// Zero.
        flags: u8 = U8,
        /// Additional rounds of the hash.
        iterations: u16 = U16,
        /// Salt, 0 to 255 octets.
        salt: &'a [u8] = Salt,
    }
    /// TLS certificate association (RFC 6698 §2).
    TLSA Tlsa<'a> {
        /// Certificate usage.
        usage: u8 = U8,
        /// Selector.
        selector: u8 = U8,
        /// Matching type.
        matching_type: u8 = U8,
        /// Certificate association data.
        data: &'a [u8] = Digest,
    }
    /// S/MIME certificate association (RFC 8162 §2).
    SMIMEA Smimea<'a> {
        /// Certificate usage.
        usage: u8 = U8,
        /// Selector.
        selector: u8 = U8,
        /// Matching type.
        matching_type: u8 = U8,
        /// Certificate association data.
        data: &'a [u8] = Digest,
    }
    /// Host identity (RFC 8005 §5).
    HIP Hip<'a> {
        /// Algorithm, tag and key.
        identity: HostIdentity<'a> = Identity,
        /// Rendezvous servers.
        servers: NameList<'a> = PlainNames,
    }
    /// Zone status information (draft-reid-dnsext-zs-01).
    NINFO Ninfo<'a> {
        /// One string or more.
        strings: CharacterStrings<'a> = Texts,
    }
    /// Key for records (draft-reid-dnsext-rkey-00).
    RKEY Rkey<'a> {
        /// Flags.
        flags: u16 = U16,
        /// Protocol.
        protocol: u8 = U8,
        /// Algorithm.
        algorithm: u8 = Algorithm,
        /// The key.
        public_key: &'a [u8] = Base64Data,
    }
    /// Trust anchor link (draft-wijngaards-dnsop-trust-history-02).
    TALINK Talink<'a> {
        /// The link before.
        previous: MessageName<'a> = Plain,
        /// The link after.
        next: MessageName<'a> = Plain,
    }
    /// DS that the child wants (RFC 7344 §3.1).
    CDS Cds<'a> {
        /// Key tag of the DNSKEY.
        key_tag: u16 = U16,
        /// Algorithm of the DNSKEY.
        algorithm: u8 = Algorithm,
        /// Digest algorithm.
        digest_type: u8 = U8,
        /// The digest.
        digest: &'a [u8] = Digest,
    }
    /// DNSKEY that the child wants a DS of (RFC 7344 §3.2).
    CDNSKEY Cdnskey<'a> {
        /// As in DNSKEY.
        flags: u16 = U16,
        /// Always 3.
        protocol: u8 = U8,
        /// Algorithm.
        algorithm: u8 = Algorithm,
        /// The key.
        public_key: &'a [u8] = Base64Data,
    }
    /// OpenPGP key (RFC 7929 §2).
    OPENPGPKEY Openpgpkey<'a> {
        /// The transferable public key.
        public_key: &'a [u8] = Base64Data,
    }
    /// Child-to-parent synchronization (RFC 7477 §2).
    CSYNC Csync<'a> {
        /// Serial of the child's SOA.
        serial: u32 = U32,
        /// 1 immediate, 2 the serial is a minimum.
        flags: u16 = U16,
        /// Types to copy.
        types: TypeBitmap<'a> = TypeBits,
    }
    /// Digest of a zone (RFC 8976 §2).
    ZONEMD Zonemd<'a> {
        /// Serial of the zone's SOA.
        serial: u32 = U32,
        /// How the zone is put together for the digest.
        scheme: u8 = U8,
        /// Hash algorithm.
        hash_algorithm: u8 = U8,
        /// The digest.
        digest: &'a [u8] = Digest,
    }
    /// Service binding (RFC 9460 §2).
    SVCB Svcb<'a> {
        /// 0 is an alias; of services the lower is tried first.
        priority: u16 = U16,
        /// The host; the root means the owner (service) or that there is no service (alias).
        target: MessageName<'a> = PlainHost,
        /// Parameters; ignored for an alias.
        params: SvcParams<'a> = Params,
    }
    /// Service binding for HTTP (RFC 9460 §9).
    HTTPS Https<'a> {
        /// As in SVCB.
        priority: u16 = U16,
        /// As in SVCB.
        target: MessageName<'a> = PlainHost,
        /// As in SVCB.
        params: SvcParams<'a> = Params,
    }
    /// Where to send NOTIFY for a delegation (RFC 9859 §2.1).
    DSYNC Dsync<'a> {
        /// Type that the notification is about.
        rtype: RType = Type,
        /// How: 1 is NOTIFY.
        scheme: u8 = DsyncScheme,
        /// Port.
        port: u16 = U16,
        /// The host.
        target: MessageName<'a> = Plain,
    }
    /// Hierarchical host identity tag (RFC 9886 §5.1): CBOR, shown as Base64.
    HHIT Hhit<'a> {
        /// The CBOR data.
        data: &'a [u8] = Base64Data,
    }
    /// UAS broadcast remote identification (RFC 9886 §5.2): CBOR, shown as Base64.
    BRID Brid<'a> {
        /// The CBOR data.
        data: &'a [u8] = Base64Data,
    }
    /// Sender policy framework, obsolete (RFC 7208 §3.1).
    SPF Spf<'a> {
        /// One string or more.
        strings: CharacterStrings<'a> = Texts,
    }
    /// User information, without a format.
    UINFO Uinfo<'a> {
        /// Anything.
        octets: &'a [u8] = Opaque,
    }
    /// User id, without a format.
    UID Uid<'a> {
        /// Anything.
        octets: &'a [u8] = Opaque,
    }
    /// Group id, without a format.
    GID Gid<'a> {
        /// Anything.
        octets: &'a [u8] = Opaque,
    }
    /// Unspecified, without a format.
    UNSPEC Unspec<'a> {
        /// Anything.
        octets: &'a [u8] = Opaque,
    }
    /// Node identifier (RFC 6742 §2.1).
    NID Nid {
        /// Lower is preferred.
        preference: u16 = U16,
        /// The identifier.
        node_id: [u8; 8] = Groups<8, 2, ':'>,
    }
    /// 32-bit locator (RFC 6742 §2.2).
    L32 L32 {
        /// Lower is preferred.
        preference: u16 = U16,
        /// The locator, written like an IPv4 address.
        locator: Ipv4Addr = Ipv4,
    }
    /// 64-bit locator (RFC 6742 §2.3).
    L64 L64 {
        /// Lower is preferred.
        preference: u16 = U16,
        /// The locator.
        locator: [u8; 8] = Groups<8, 2, ':'>,
    }
    /// Locator pointer (RFC 6742 §2.4).
    LP Lp<'a> {
        /// Lower is preferred.
        preference: u16 = U16,
        /// A name with L32 or L64 records.
        target: MessageName<'a> = Plain,
    }
    /// 48-bit extended unique identifier (RFC 7043 §3).
    EUI48 Eui48 {
        /// The address.
        address: [u8; 6] = Groups<6, 1, '-'>,
    }
    /// 64-bit extended unique identifier (RFC 7043 §4).
    EUI64 Eui64 {
        /// The address.
        address: [u8; 8] = Groups<8, 1, '-'>,
    }
    /// URI (RFC 7553 §4).
    URI Uri<'a> {
        /// Lower is tried first.
        priority: u16 = U16,
        /// Share among those of one priority.
        weight: u16 = U16,
        /// The URI, which has one octet at least (RFC 7553 §4.5).
        target: &'a [u8] = QuotedData,
    }
    /// Certification authority authorization (RFC 8659 §4).
    CAA Caa<'a> {
        /// 128 is critical.
        flags: u8 = U8,
        /// Property.
        tag: CharacterString<'a> = Tag,
        /// Its value.
        value: &'a [u8] = QuotedRest,
    }
    /// Application visibility and control (a vendor's registration): as TXT.
    AVC Avc<'a> {
        /// One string or more.
        strings: CharacterStrings<'a> = Texts,
    }
    /// Digital object architecture (draft-durand-doa-over-dns-03 §3.1).
    DOA Doa<'a> {
        /// Enterprise number; 0 for IANA.
        enterprise: u32 = U32,
        /// Type of the object.
        object_type: u32 = U32,
        /// Where the data are: 1 here, 2 URI, 3 HDL.
        location: u8 = U8,
        /// Media type.
        media_type: CharacterString<'a> = Text,
        /// The data, perhaps none.
        data: &'a [u8] = Base64OrDash,
    }
    /// Automatic multicast tunneling relay (RFC 8777 §4).
    AMTRELAY Amtrelay<'a> {
        /// Lower is tried first.
        precedence: u8 = U8,
        /// The relay.
        relay: AmtRelay<'a> = Relay,
    }
    /// Resolver information (RFC 9606 §4): as TXT.
    RESINFO Resinfo<'a> {
        /// Keys and values.
        strings: CharacterStrings<'a> = Texts,
    }
    /// Public wallet address (a registration of 2024): as TXT.
    WALLET Wallet<'a> {
        /// Currency and address.
        strings: CharacterStrings<'a> = Texts,
    }
    /// BP convergence layer adapter (draft-johnson-dns-ipn-cla-07 §3.2): as TXT.
    CLA Cla<'a> {
        /// Adapters.
        strings: CharacterStrings<'a> = Texts,
    }
    /// BP node number (draft-johnson-dns-ipn-cla-07 §3.1).
    IPN Ipn {
        /// The number; its high half is the allocator's (RFC 9758 §3).
        node: u64 = NodeNumber,
    }
    /// DNSSEC trust authority (as DS).
    TA Ta<'a> {
        /// Key tag of the DNSKEY.
        key_tag: u16 = U16,
        /// Algorithm of the DNSKEY.
        algorithm: u8 = Algorithm,
        /// Digest algorithm.
        digest_type: u8 = U8,
        /// The digest.
        digest: &'a [u8] = Digest,
    }
    /// DNSSEC look-aside validation, obsolete (RFC 4431 §2).
    DLV Dlv<'a> {
        /// Key tag of the DNSKEY.
        key_tag: u16 = U16,
        /// Algorithm of the DNSKEY.
        algorithm: u8 = Algorithm,
        /// Digest algorithm.
        digest_type: u8 = U8,
        /// The digest.
        digest: &'a [u8] = Digest,
    }
}
