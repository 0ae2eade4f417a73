//! The fields of a message as an intermediary must leave them (RFC 9110 §7.6).

use std::net::IpAddr;

use hyper::Version;
use hyper::header::{
    CONNECTION, FORWARDED, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION, TE, TRANSFER_ENCODING, UPGRADE, VIA,
};

/// Takes out what concerns this connection only: the fields that Connection names, and those that have been known
/// to be so without it (RFC 9110 §7.6.1).
pub(crate) fn drop_hop_by_hop(fields: &mut HeaderMap) {
    let named: Vec<HeaderName> = members(fields, &CONNECTION)
        .filter_map(|name| HeaderName::from_bytes(name.as_bytes()).ok())
        // RFC 9110 §7.6.1: "MUST NOT contain" these; a client that lists Host must not get at it.
        .filter(|name| !END_TO_END.contains(&name.as_str()))
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP) {
        fields.remove(name);
    }
    for name in ["keep-alive", "proxy-connection"] {
        fields.remove(name);
    }
}

/// Whether the client takes trailers (RFC 9110 §10.1.4).
pub(crate) fn takes_trailers(fields: &HeaderMap) -> bool {
    members(fields, &TE).any(|member| member.eq_ignore_ascii_case("trailers"))
}

/// Whether the sender asks for another protocol (RFC 9110 §7.8).
pub(crate) fn wants_upgrade(fields: &HeaderMap) -> bool {
    fields.contains_key(UPGRADE)
        && members(fields, &CONNECTION).any(|member| member.eq_ignore_ascii_case("upgrade"))
}

/// Adds this edge to the Via of a message that came by `version` (RFC 9110 §7.6.3).
pub(crate) fn add_via(fields: &mut HeaderMap, version: Version) {
    let ours = match version {
        Version::HTTP_2 => "2 underhood",
        Version::HTTP_10 => "1.0 underhood",
        _ => "1.1 underhood",
    };
    fields.append(VIA, HeaderValue::from_static(ours));
}

/// Says whose request it is (RFC 7239 §4), and returns whether the request had said so itself.
///
/// The edge is the first of our own that a client meets: what a request says of earlier hops is the client's claim
/// (§8.1), in Forwarded or in the fields that came before it, and is dropped. The origin may believe what it gets.
pub(crate) fn add_forwarded(fields: &mut HeaderMap, client: IpAddr) -> bool {
    let mut claimed = fields.remove(FORWARDED).is_some();
    for name in CLAIMS {
        claimed |= fields.remove(name).is_some();
    }
    let text = match client.to_canonical() {
        IpAddr::V4(address) => format!("for={address};proto=https"),
        // RFC 7239 §6: in brackets, and so quoted.
        IpAddr::V6(address) => format!("for=\"[{address}]\";proto=https"),
    };
    if let Ok(value) = HeaderValue::from_str(&text) {
        fields.insert(FORWARDED, value);
    }
    claimed
}

/// The members of a list field, however many lines it has (RFC 9110 §5.6.1).
fn members<'a>(fields: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    fields
        .get_all(name)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .filter(|member| !member.is_empty())
}

const HOP_BY_HOP: [HeaderName; 6] =
    [CONNECTION, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRANSFER_ENCODING, UPGRADE];

const END_TO_END: [&str; 6] =
    ["host", "content-length", "content-type", "cache-control", "authorization", "via"];

const CLAIMS: [&str; 4] = ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        lines
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn what_connection_names_goes_and_the_rest_stays() {
        let mut ours = HeaderMap::new();
        for (name, value) in [
            ("connection", "close, X-One"),
            ("connection", "x-two, host,, content-length"),
            ("x-one", "1"),
            ("x-two", "2"),
            ("x-three", "3"),
            ("host", "example.com"),
            ("content-length", "0"),
            ("keep-alive", "timeout=5"),
            ("proxy-connection", "keep-alive"),
            ("te", "trailers, deflate"),
            ("transfer-encoding", "chunked"),
            ("upgrade", "h2c"),
            ("proxy-authorization", "Basic x"),
        ] {
            ours.append(name, HeaderValue::from_static(value));
        }
        drop_hop_by_hop(&mut ours);
        let left = fields(&[("x-three", "3"), ("host", "example.com"), ("content-length", "0")]);
        assert_eq!(ours, left);
    }

    #[test]
    fn claims_are_dropped_and_told() {
        let mut ours = fields(&[
            ("forwarded", "for=192.0.2.1"),
            ("x-forwarded-for", "192.0.2.1"),
            ("x-real-ip", "192.0.2.1"),
        ]);
        assert!(add_forwarded(&mut ours, "198.51.100.7".parse().unwrap()));
        assert_eq!(ours, fields(&[("forwarded", "for=198.51.100.7;proto=https")]));
        let mut ours = HeaderMap::new();
        assert!(!add_forwarded(&mut ours, "2001:db8::7".parse().unwrap()));
        assert_eq!(ours, fields(&[("forwarded", "for=\"[2001:db8::7]\";proto=https")]));
        add_forwarded(&mut ours, "::ffff:192.0.2.9".parse().unwrap());
        assert_eq!(ours, fields(&[("forwarded", "for=192.0.2.9;proto=https")]));
    }

    #[test]
    fn via_goes_behind_those_before() {
        let mut ours = fields(&[("via", "1.0 fred")]);
        add_via(&mut ours, Version::HTTP_2);
        let lines: Vec<_> = ours.get_all(VIA).iter().collect();
        assert_eq!(lines, ["1.0 fred", "2 underhood"]);
    }

    #[test]
    fn lists_are_read_as_lists() {
        assert!(takes_trailers(&fields(&[("te", "gzip;q=0.5, Trailers")])));
        assert!(!takes_trailers(&fields(&[("te", "gzip")])));
        assert!(wants_upgrade(&fields(&[("connection", "x, Upgrade"), ("upgrade", "a")])));
        assert!(!wants_upgrade(&fields(&[("upgrade", "a")])));
    }
}
