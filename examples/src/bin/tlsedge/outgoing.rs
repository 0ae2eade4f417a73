//! A request in the form that the origin's protocol wants. It may take one form after the other, when a connection ends
//! before it is sent and the next one speaks another protocol.

use hyper::header::{COOKIE, HOST, HeaderValue, TE};
use hyper::http::uri::{Authority, Parts, PathAndQuery, Scheme};
use hyper::{Request, Uri, Version};

use crate::progress::Watched;

/// RFC 9113 §8.3.1: `:authority` instead of Host; §8.2.2: of TE only `trailers` may stay.
pub(crate) fn for_http2(request: &mut Request<Watched>, authority: &Authority, trailers: bool) {
    let mut parts = Parts::default();
    parts.scheme = Some(Scheme::HTTPS);
    parts.authority = Some(authority.clone());
    parts.path_and_query = Some(path(request.uri()));
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
    *request.version_mut() = Version::HTTP_2;
    request.headers_mut().remove(HOST);
    if trailers {
        request.headers_mut().insert(TE, HeaderValue::from_static("trailers"));
    }
}

/// RFC 9112 §3.2.1, origin-form, and §3.2, Host.
pub(crate) fn for_http11(request: &mut Request<Watched>, authority: &Authority) {
    *request.uri_mut() = Uri::from(path(request.uri()));
    *request.version_mut() = Version::HTTP_11;
    request.headers_mut().remove(TE);
    if let Ok(host) = HeaderValue::from_str(authority.as_str()) {
        request.headers_mut().insert(HOST, host);
    }
    // HTTP/2 has leave to split the field, HTTP/1.1 has not (RFC 9113 §8.2.3).
    let crumbs: Vec<&[u8]> =
        request.headers().get_all(COOKIE).iter().map(HeaderValue::as_bytes).collect();
    if crumbs.len() > 1
        && let Ok(cookie) = HeaderValue::from_bytes(&crumbs.join(&b"; "[..]))
    {
        request.headers_mut().insert(COOKIE, cookie);
    }
}

fn path(uri: &Uri) -> PathAndQuery {
    uri.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"))
}
