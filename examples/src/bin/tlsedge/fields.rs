//! The fields of a message as an intermediary must leave them (RFC 9110 §7.6).

use std::net::IpAddr;

use hyper::Version;
use hyper::header::{
    CONNECTION, CONTENT_LENGTH, FORWARDED, HOST, HeaderMap, HeaderName, HeaderValue, MAX_FORWARDS,
    PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRANSFER_ENCODING, UPGRADE, VIA,
};

/// Takes out what concerns this connection only: the fields that Connection names, and those that have been known
/// to be so without it (RFC 9110 §7.6.1).
pub(crate) fn drop_hop_by_hop(fields: &mut HeaderMap) {
    let named: Vec<HeaderName> = members(fields, &CONNECTION)
        .filter_map(|name| HeaderName::from_bytes(name.as_bytes()).ok())
        // RFC 9110 §7.6.1: "MUST NOT contain" these; a client that lists Host must not get at it.
        .filter(|name| !END_TO_END.contains(&name.as_str()))
        .collect();
    if fields.contains_key(TRANSFER_ENCODING) {
        // It has the say, and a length beside it is wrong wherever it comes to (RFC 9112 §6.3).
        fields.remove(CONTENT_LENGTH);
    }
    for name in named.iter().chain(&HOP_BY_HOP) {
        fields.remove(name);
    }
    for name in ["keep-alive", "proxy-connection"] {
        fields.remove(name);
    }
}

/// Leaves in the trailers of a request what may be said there: nothing of this hop, of framing and routing (RFC 9110
/// §6.5.1), or of earlier hops.
pub(crate) fn clean_trailers(fields: &mut HeaderMap) {
    drop_hop_by_hop(fields);
    drop_claims(fields);
    for name in [HOST, CONTENT_LENGTH, MAX_FORWARDS] {
        fields.remove(name);
    }
}

/// Whether the body is coded in a way of this hop that we do not undo (RFC 9112 §6.1).
pub(crate) fn has_other_coding(fields: &HeaderMap) -> bool {
    members(fields, &TRANSFER_ENCODING).any(|coding| !coding.eq_ignore_ascii_case("chunked"))
}

/// Counts a hop where the client limits them (RFC 9110 §7.6.2). `false` when there may be no more.
pub(crate) fn count_hop(fields: &mut HeaderMap) -> bool {
    let left = fields.get(MAX_FORWARDS).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    match left {
        Some(0) => false,
        Some(left) => {
            fields.insert(MAX_FORWARDS, HeaderValue::from(left - 1));
            true
        }
        None => true,
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
    let claimed = drop_claims(fields);
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

/// Takes out what is said of earlier hops, and returns whether there was any.
fn drop_claims(fields: &mut HeaderMap) -> bool {
    let is_claim = |name: &HeaderName| {
        *name == FORWARDED
            || name.as_str() == "x-real-ip"
            || name.as_str().starts_with("x-forwarded-")
    };
    let claims: Vec<HeaderName> = fields.keys().filter(|name| is_claim(name)).cloned().collect();
    for name in &claims {
        fields.remove(name);
    }
    !claims.is_empty()
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
            ("x-forwarded-prefix", "/evil"),
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
    fn the_coding_of_a_hop_has_the_say() {
        let mut ours = fields(&[("transfer-encoding", "chunked"), ("content-length", "3")]);
        assert!(!has_other_coding(&ours));
        drop_hop_by_hop(&mut ours);
        assert_eq!(ours, HeaderMap::new());
        assert!(has_other_coding(&fields(&[("transfer-encoding", "gzip, chunked")])));
    }

    #[test]
    fn hops_are_counted() {
        for (given, left) in [("1", Some("0")), ("10", Some("9")), ("0", None), ("x", Some("x"))] {
            let mut ours = fields(&[("max-forwards", given)]);
            assert_eq!(count_hop(&mut ours), left.is_some());
            assert!(left.is_none_or(|left| ours[MAX_FORWARDS] == left), "{given}");
        }
    }

    #[test]
    fn trailers_say_nothing_of_hops() {
        let mut ours = fields(&[
            ("forwarded", "for=192.0.2.1"),
            ("host", "other.example"),
            ("connection", "x-one"),
            ("x-one", "1"),
            ("grpc-status", "0"),
        ]);
        clean_trailers(&mut ours);
        assert_eq!(ours, fields(&[("grpc-status", "0")]));
    }

    #[test]
    fn lists_are_read_as_lists() {
        assert!(takes_trailers(&fields(&[("te", "gzip;q=0.5, Trailers")])));
        assert!(!takes_trailers(&fields(&[("te", "gzip")])));
        assert!(wants_upgrade(&fields(&[("connection", "x, Upgrade"), ("upgrade", "a")])));
        assert!(!wants_upgrade(&fields(&[("upgrade", "a")])));
    }
}
