//! Who asks, and how the server likes to answer.

use core::net::{IpAddr, Ipv4Addr};

/// Who asks, and over what.
#[derive(Clone, Copy, Debug)]
pub struct Client<'a> {
    /// The address the query came from: the resolver's. IPv4-mapped IPv6 addresses are IPv4.
    pub address: IpAddr,
    /// What carries the reply.
    pub transport: Transport,
    /// EDNS options for this reply, encoded, code and length included: a cookie, keepalive, padding. Used
    /// only when the query has EDNS.
    pub options: &'a [u8],
}

impl Default for Client<'_> {
    /// 127.0.0.1 over UDP.
    fn default() -> Self {
        Self {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            transport: Transport::Datagram,
            options: &[],
        }
    }
}

/// What carries a reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Transport {
    /// UDP: a reply has to fit what the client takes, and is cut short otherwise.
    #[default]
    Datagram,
    /// TCP, TLS, HTTPS, QUIC: up to 65,535 octets.
    Stream,
}

/// How the server likes to answer.
#[derive(Clone, Copy, Debug)]
pub struct Policy<'a> {
    /// The most octets of a UDP reply, however many the client takes; 512 at the least. Default 1232, what
    /// passes every usual network unfragmented.
    pub max_datagram: u16,
    /// How many records of a weighted set are drawn for an answer, 1 to 32. Default 1.
    pub max_weighted: u8,
    /// How many CNAMEs and DNAMEs in a row are followed, at most 16. Default 10. The resolver goes on with
    /// the rest.
    pub max_hops: u8,
    /// What a question for ANY gets (RFC 8482).
    pub any: AnyPolicy,
    /// Leaves out additional records other than glue.
    pub minimal: bool,
    /// The answer to an NSID option (RFC 5001). Empty: there is none, and the option is passed over.
    pub nsid: &'a [u8],
    /// With a key, weighted draws and overrides of a client come out the same every time: they depend on the
    /// key, the name and the client's block of addresses (that of the scope, or the resolver's address).
    pub sticky: Option<u64>,
}

impl Default for Policy<'_> {
    fn default() -> Self {
        Self {
            max_datagram: 1232,
            max_weighted: 1,
            max_hops: 10,
            any: AnyPolicy::One,
            minimal: false,
            nsid: &[],
            sticky: None,
        }
    }
}

/// What a question for ANY gets (RFC 8482).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AnyPolicy {
    /// One RRset of the name (§4.1).
    #[default]
    One,
    /// A HINFO record that says so (§4.2), but one RRset in a signed zone, where it would not validate.
    Hinfo,
    /// All RRsets of the name.
    All,
}
