//! `tlsedge` over real sockets: what passes through it, what it refuses, and how it ends.

mod hostile;
#[path = "../support/mod.rs"]
mod support;
mod tickets;
mod world;

use std::net::{Ipv4Addr, TcpStream};
use std::process::Command;

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode};
use rustls::version::{TLS12, TLS13};
use serde_json::Value;
use support::run;
use tokio::sync::mpsc;
use world::{H2, HTTP11, Pieces, World, free_port, whole};

#[test]
fn fields_pass_as_an_intermediary_must_pass_them() {
    for protocols in [&[H2, HTTP11][..], &[HTTP11]] {
        let world = World::new(protocols);
        let edge = world.edge(&[]);
        for (alpn, via) in [(H2, "via: 2 underhood\n"), (HTTP11, "via: 1.1 underhood\n")] {
            let mut request = Request::get("/fields")
                .header("x-of-client", "kept")
                .header("forwarded", "for=192.0.2.66")
                .header("x-forwarded-for", "192.0.2.66")
                .header("x-forwarded-prefix", "/192.0.2.66")
                .header("te", "trailers")
                .body(Full::<Bytes>::default())
                .unwrap();
            if alpn == H2 {
                // As HTTP/2 may split them.
                for crumb in ["a=1", "b=2"] {
                    request.headers_mut().append("cookie", crumb.parse().unwrap());
                }
            }
            if alpn == HTTP11 {
                request.headers_mut().insert("connection", "x-of-hop, te".parse().unwrap());
                request.headers_mut().insert("x-of-hop", "dropped".parse().unwrap());
            }
            let client = world.client(&TLS13, alpn);
            let response = world
                .runtime
                .block_on(async { whole(client.send(edge.port(), request).await.1).await });
            assert_eq!(response.status(), StatusCode::OK);
            let seen = std::str::from_utf8(response.body()).unwrap();
            let by_http2 = protocols.len() == 2;
            let host = if by_http2 { "authority: www.example\n" } else { "host: www.example\n" };
            for kept in [host, via, "x-of-client: kept\n", "forwarded: for=127.0.0.1;proto=https\n"]
            {
                assert!(seen.contains(kept), "{kept}: {seen}");
            }
            assert!(!seen.contains("192.0.2.66") && !seen.contains("dropped"), "{seen}");
            assert!(!seen.contains("connection:"), "{seen}");
            let cookies =
                if by_http2 { "cookie: a=1\ncookie: b=2\n" } else { "cookie: a=1; b=2\n" };
            assert_eq!(seen.contains(cookies), alpn == H2, "{seen}");
            assert_eq!(seen.contains("te: trailers"), by_http2, "{seen}");
            let fields = response.headers();
            assert_eq!(fields["x-of-origin"], "kept");
            let came_by = if by_http2 { "2 underhood" } else { "1.1 underhood" };
            assert_eq!(fields["via"], came_by);
            if !by_http2 {
                assert!(!fields.contains_key("x-of-this-hop"));
            }
        }
    }
}

#[test]
fn bodies_stream_both_ways() {
    for protocols in [&[H2, HTTP11][..], &[HTTP11]] {
        let world = World::new(protocols);
        let edge = world.edge(&[]);
        for (alpn, version) in [(H2, &TLS13), (HTTP11, &TLS12)] {
            let client = world.client(version, alpn);
            world.runtime.block_on(async {
                let (sender, pieces) = mpsc::channel(4);
                let first = Bytes::from_static(b"the first piece comes back alone");
                sender.send(first.clone()).await.unwrap();
                let request = Request::post("/echo").body(Pieces(pieces)).unwrap();
                let (_, response) = client.send(edge.port(), request).await;
                let mut body = response.into_body();
                // Nothing more has been sent: who gathers bodies would not have answered yet.
                let frame = body.frame().await.unwrap().unwrap();
                assert_eq!(frame.into_data().unwrap(), first);
                let rest = tokio::spawn(async move {
                    for index in 0..256_u32 {
                        let piece = index.to_be_bytes().repeat(16 * 1024);
                        sender.send(piece.into()).await.unwrap();
                    }
                });
                let back = body.collect().await.unwrap().to_bytes();
                rest.await.unwrap();
                let sent = (0..256_u32).flat_map(|index| index.to_be_bytes().repeat(16 * 1024));
                assert_eq!(back.len(), 16 << 20);
                assert!(back.iter().copied().eq(sent), "the octets are those that were sent");
            });
        }
    }
}

#[test]
fn what_cannot_be_done_is_refused() {
    let world = World::new(&[H2, HTTP11]);
    let edge = world.edge(&["--origin-timeout", "1"]);
    let lonely = world.edge_of(free_port(), &[]);
    let empty = Full::<Bytes>::default;
    world.runtime.block_on(async {
        for alpn in [H2, HTTP11] {
            let client = world.client(&TLS13, alpn);
            let status = async |port, path| client.get(port, path).await.1.status();
            assert_eq!(status(lonely.port(), "/").await, StatusCode::BAD_GATEWAY);
            assert_eq!(status(edge.port(), "/never").await, StatusCode::GATEWAY_TIMEOUT);
            assert_eq!(status(edge.port(), "/").await, StatusCode::OK);
            let tunnel =
                Request::builder().method(Method::CONNECT).uri("www.example:443").body(empty());
            let (_, response) = client.send(edge.port(), tunnel.unwrap()).await;
            assert_eq!(response.status(), StatusCode::NOT_IMPLEMENTED);
        }
        for hosts in [&["user@www.example"][..], &["one.example", "two.example"], &["a b"]] {
            let mut request = Request::get("/").body(empty()).unwrap();
            for host in hosts {
                request.headers_mut().append("host", host.parse().unwrap());
            }
            let (_, response) = world.client(&TLS13, HTTP11).send(edge.port(), request).await;
            assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{hosts:?}");
        }
        for (hops, status) in [("0", StatusCode::NOT_IMPLEMENTED), ("1", StatusCode::OK)] {
            let traced = Request::options("/").header("max-forwards", hops).body(empty()).unwrap();
            let (_, response) = world.client(&TLS13, H2).send(edge.port(), traced).await;
            assert_eq!(response.status(), status, "{hops}");
        }
        let upgrade = Request::get("/")
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .body(empty())
            .unwrap();
        let (_, response) = world.client(&TLS12, HTTP11).send(edge.port(), upgrade).await;
        assert_eq!(response.status(), StatusCode::NOT_IMPLEMENTED);
    });
}

#[test]
fn an_origin_that_comes_later_is_found() {
    let world = World::new(&[H2]);
    let port = free_port();
    let edge = world.edge_of(port, &[]);
    let client = world.client(&TLS13, H2);
    world.runtime.block_on(async {
        assert_eq!(client.get(edge.port(), "/").await.1.status(), StatusCode::BAD_GATEWAY);
        // Now something listens there: what it gets goes to the origin.
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.unwrap();
        let origin = world.origin;
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let mut far =
                    tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, origin)).await.unwrap();
                tokio::spawn(async move {
                    let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                });
            }
        });
        assert_eq!(client.get(edge.port(), "/").await.1.status(), StatusCode::OK);
    });
}

#[test]
fn a_request_under_way_is_finished_before_the_end() {
    for alpn in [H2, HTTP11] {
        let world = World::new(&[H2, HTTP11]);
        let mut edge = world.edge(&["--json"]);
        let port = edge.port();
        let client = world.client(&TLS13, alpn);
        let asked = world.runtime.spawn(async move { client.get(port, "/wait").await.1.status() });
        world.runtime.block_on(world.waiting.notified());
        edge.signal("TERM");
        assert_eq!(world.runtime.block_on(asked).unwrap(), StatusCode::OK);
        let report: Value = serde_json::from_str(&edge.line()).unwrap();
        assert_eq!((&report["requests"], &report["failed"]), (&1.into(), &0.into()), "{report}");
        assert_eq!(report["connections_to_origin"], 1, "the one that was open before");
        assert!(edge.wait());
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
    }
}

#[test]
fn what_cannot_be_used_is_said_with_a_hint() {
    let world = World::new(&[H2]);
    let said = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_tlsedge"))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let (certificate, none) = (world::text(&world.certificate), "/nonexistent/file");
    for (origin, cert) in [
        ("https://o.example", none),
        ("https://o.example", certificate),
        ("http://o.example", none),
    ] {
        let said = said(&["--origin", origin, "--cert", cert, "--key", certificate]);
        assert!(said.contains("hint: "), "{said}");
    }
}

#[test]
fn show_never_measures_less_than_the_model_says() {
    let said = run(Command::new(env!("CARGO_BIN_EXE_tlsedge")).args([
        "show",
        "--json",
        "--requests",
        "3",
        "--client-to-edge",
        "8",
        "--edge-to-origin",
        "20",
        "--direct",
        "30",
    ]));
    let report: Value = serde_json::from_str(&said).unwrap();
    let waits = |value: &Value, side: &str, phase: &str| value[side][phase].as_f64().unwrap();
    let rows = report["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 4);
    for (value, sides) in rows
        .iter()
        .map(|row| (row, &["direct", "edge"][..]))
        .chain([(&report["cold"], &["edge"][..])])
    {
        for side in sides {
            for phase in ["set_up_ms", "first_byte_ms"] {
                let (measured, model) =
                    (waits(value, side, phase), waits(value, &format!("model_{side}"), phase));
                assert!(measured >= model && model > 0.0, "{side} {phase}: {value}");
            }
        }
    }
}

#[test]
fn show_says_what_its_links_are() {
    let said = run(Command::new(env!("CARGO_BIN_EXE_tlsedge")).args(["show", "--requests", "1"]));
    assert!(said.contains("TLS 1.2, resumed") && said.contains("No loss"), "{said}");
    assert!(!said.contains('\u{1b}'), "{said}");
}
