//! One request: to the origin and its response back, both as streams, or an answer of our own.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{Either, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HOST, HeaderValue};
use hyper::http::uri::Authority;
use hyper::{Method, Request, Response, StatusCode, Version};

use crate::counters::Counters;
use crate::fields;
use crate::origin::{Failure, Origin};
use crate::progress::{Progress, Watched};
use crate::silence::Limited;

/// Takes requests to one origin.
pub(crate) struct Forwarder {
    pub(crate) origin: Arc<Origin>,
    pub(crate) counters: Arc<Counters>,
    /// How long the origin may be silent after the request's last movement.
    pub(crate) patience: Duration,
    /// How long a response may pause once it has begun.
    pub(crate) silence: Duration,
}

/// The origin's body as it comes, or a line of ours.
pub(crate) type Answer = Response<Either<Limited<Incoming>, Full<Bytes>>>;

impl Forwarder {
    /// The answer to a request of `client`.
    pub(crate) async fn answer(&self, request: Request<Incoming>, client: IpAddr) -> Answer {
        self.counters.requests.add();
        match self.forward(request, client).await {
            Ok(response) => response.map(|body| Either::Left(Limited::new(body, self.silence))),
            Err(status) => refusal(status),
        }
    }

    async fn forward(
        &self,
        request: Request<Incoming>,
        client: IpAddr,
    ) -> Result<Response<Incoming>, StatusCode> {
        // A tunnel would carry what nobody here can limit, and a coding of the client's hop is not undone.
        if request.method() == Method::CONNECT
            || fields::wants_upgrade(request.headers())
            || fields::has_other_coding(request.headers())
        {
            return Err(StatusCode::NOT_IMPLEMENTED);
        }
        let authority = authority(&request)?;
        let trailers = fields::takes_trailers(request.headers());
        let (came_by, progress) = (request.version(), Progress::new());
        let mut request = request.map(|body| Watched::new(body, progress.clone()));
        // For the last that a request may come to, these methods are not known (RFC 9110 §7.6.2).
        if matches!(*request.method(), Method::OPTIONS | Method::TRACE)
            && !fields::count_hop(request.headers_mut())
        {
            return Err(StatusCode::NOT_IMPLEMENTED);
        }
        fields::drop_hop_by_hop(request.headers_mut());
        fields::add_via(request.headers_mut(), came_by);
        if fields::add_forwarded(request.headers_mut(), client) {
            self.counters.claims.add();
        }
        let sent = self.origin.send(request, &authority, trailers);
        let mut response = match progress.within(self.patience, sent).await {
            Some(Ok(response)) => response,
            Some(Err(failure)) if failure.is_of_the_client() => {
                return Err(StatusCode::BAD_REQUEST);
            }
            Some(Err(failure)) => return Err(self.failed(failure.into())),
            None => return Err(self.failed(StatusCode::GATEWAY_TIMEOUT)),
        };
        // Nobody asked for another protocol, and a coding of the hop to us is not undone.
        if response.status() == StatusCode::SWITCHING_PROTOCOLS
            || fields::has_other_coding(response.headers())
        {
            return Err(self.failed(StatusCode::BAD_GATEWAY));
        }
        let came_by = response.version();
        fields::drop_hop_by_hop(response.headers_mut());
        fields::add_via(response.headers_mut(), came_by);
        // How it goes on is a matter of the client's connection.
        *response.version_mut() = Version::default();
        Ok(response)
    }

    fn failed(&self, status: StatusCode) -> StatusCode {
        self.counters.failed.add();
        status
    }
}

/// The host that a request is for: in its target (HTTP/2, or absolute-form, which overrides Host, RFC 9112 §3.2.2),
/// or the one Host that HTTP/1.1 demands (§3.2).
fn authority(request: &Request<Incoming>) -> Result<Authority, StatusCode> {
    let mut hosts = request.headers().get_all(HOST).iter();
    let (first, second) = (hosts.next(), hosts.next());
    if second.is_some() {
        return Err(StatusCode::BAD_REQUEST);
    }
    let host = first.and_then(|host| Authority::try_from(host.as_bytes()).ok());
    if request.version() == Version::HTTP_11 && host.is_none() {
        // Also where the target overrides it.
        return Err(StatusCode::BAD_REQUEST);
    }
    let target = request.uri().authority().cloned().or(host);
    // RFC 9113 §8.3.1 forbids user information, and Host has none (RFC 9110 §7.2).
    target.filter(|authority| !authority.as_str().contains('@')).ok_or(StatusCode::BAD_REQUEST)
}

impl From<Failure> for StatusCode {
    fn from(failure: Failure) -> Self {
        if failure.is_timeout() { Self::GATEWAY_TIMEOUT } else { Self::BAD_GATEWAY }
    }
}

fn refusal(status: StatusCode) -> Answer {
    let mut response = Response::new(Either::Right(Full::from(format!("{status}\n"))));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    response
}
