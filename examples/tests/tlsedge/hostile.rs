//! Clients that hold on to what they have.

use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::{Request, StatusCode};
use rustls::version::TLS13;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::world::{H2, HTTP11, Pieces, World};

#[test]
fn clients_that_do_not_read_keep_nothing_from_the_others() {
    let world = World::new(&[H2]);
    let edge = world.edge(&[]);
    let client = world.client(&TLS13, H2);
    world.runtime.block_on(async {
        let mut stuck = Vec::new();
        for _ in 0..8 {
            let request = Request::get("/big").body(Full::<Bytes>::default()).unwrap();
            stuck.push(client.send(edge.port(), request).await.1);
        }
        for alpn in [H2, HTTP11] {
            let other = world.client(&TLS13, alpn);
            let answered = timeout(LONG, other.get(edge.port(), "/")).await.expect("an answer");
            assert_eq!(answered.1.status(), StatusCode::OK);
        }
        for response in stuck {
            assert_eq!(response.collect().await.unwrap().to_bytes().len(), 8 << 20);
        }
    });
}

#[test]
fn a_response_that_stops_is_cut_whatever_the_client_speaks() {
    for protocols in [&[H2][..], &[HTTP11]] {
        let world = World::new(protocols);
        let edge = world.edge(&["--idle-timeout", "1"]);
        for alpn in [H2, HTTP11] {
            let client = world.client(&TLS13, alpn);
            world.runtime.block_on(async {
                let (sender, pieces) = mpsc::channel(1);
                sender.send(Bytes::from_static(b"all there ever is")).await.unwrap();
                let request = Request::post("/echo").body(Pieces(pieces)).unwrap();
                let mut body = client.send(edge.port(), request).await.1.into_body();
                assert!(body.frame().await.unwrap().is_ok());
                let cut = timeout(LONG, body.frame()).await.expect("an end");
                assert!(cut.unwrap().is_err(), "it must not look whole");
                drop(sender);
            });
        }
    }
}

#[test]
fn a_client_that_says_nothing_does_not_hold_up_the_end() {
    let world = World::new(&[H2]);
    let mut edge = world.edge(&["--head-timeout", "600", "--drain", "600"]);
    let silent = TcpStream::connect((Ipv4Addr::LOCALHOST, edge.port())).unwrap();
    // Behind it in the queue, so that both have been accepted.
    let status = world.runtime.block_on(world.client(&TLS13, H2).get(edge.port(), "/")).1.status();
    assert_eq!(status, StatusCode::OK);
    edge.signal("TERM");
    assert!(edge.wait());
    drop(silent);
}

/// Only a failure lasts so long.
const LONG: Duration = Duration::from_secs(60);
