//! The table of record types. A row gives the type, its struct, and its fields with their kinds.

use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};

use super::bitmap::TypeBits;
use super::generic;
use super::kind::{Ipv4, Ipv6, Kind, Part, Period, Type, U8, U16, U32};
use super::kind_name::{
    Compressed, CompressedHost, Folded, Plain, PlainHost, Tolerant, TolerantHost,
};
use super::kind_octets::{Base64Rest, Digest, HashedName, HexRest, Salt};
use super::kind_string::{QuotedRest, Tag, Text, Texts};
use super::record::records;
use super::time::Time;
use super::tokens::{Token, Tokens};
use super::{CharacterString, CharacterStrings, Rdata, RecordData, SignatureTime, TypeBitmap};
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
    /// IPv6 address (RFC 3596 §2.2).
    AAAA Aaaa {
        /// The address.
        address: Ipv6Addr = Ipv6,
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
    /// Redirection of a subtree (RFC 6672 §2.1).
    DNAME Dname<'a> {
        /// What takes the place of the owner.
        target: MessageName<'a> = Folded,
    }
    /// Delegation signer (RFC 4034 §5).
    DS Ds<'a> {
        /// Key tag of the DNSKEY.
        key_tag: u16 = U16,
        /// Algorithm of the DNSKEY.
        algorithm: u8 = U8,
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
    /// Signature of an RRset (RFC 4034 §3).
    RRSIG Rrsig<'a> {
        /// Type of the records signed.
        type_covered: RType = Type,
        /// Algorithm of the signature.
        algorithm: u8 = U8,
        /// Labels of the owner, without the root and a leading `*`.
        labels: u8 = U8,
        /// TTL of the RRset in its zone.
        original_ttl: u32 = U32,
        /// End of validity.
        expiration: SignatureTime = Time,
        /// Start of validity.
        inception: SignatureTime = Time,
        /// Key tag of the DNSKEY.
        key_tag: u16 = U16,
        /// Zone of the DNSKEY.
        signer: MessageName<'a> = Folded,
        /// The signature.
        signature: &'a [u8] = Base64Rest,
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
        algorithm: u8 = U8,
        /// The key.
        public_key: &'a [u8] = Base64Rest,
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
    /// DS that the child wants (RFC 7344 §3.1).
    CDS Cds<'a> {
        /// Key tag of the DNSKEY.
        key_tag: u16 = U16,
        /// Algorithm of the DNSKEY.
        algorithm: u8 = U8,
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
        algorithm: u8 = U8,
        /// The key.
        public_key: &'a [u8] = Base64Rest,
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
    /// URI (RFC 7553 §4).
    URI Uri<'a> {
        /// Lower is tried first.
        priority: u16 = U16,
        /// Share among those of one priority.
        weight: u16 = U16,
        /// The URI.
        target: &'a [u8] = QuotedRest,
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
}
