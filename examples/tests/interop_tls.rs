//! curl and openssl against `tlsedge`, on loopback.
//!
//! They run when `UNDERHOOD_INTEROP` is set, as `scripts/check interop` does; else they say that they did not.

mod support;
#[path = "tlsedge/world.rs"]
mod world;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use support::{Server, run, wanted};
use world::{H2, HTTP11, World, text};

#[test]
fn curl_is_served_by_both_protocols() {
    if !wanted("curl") {
        return;
    }
    let world = World::new(&[H2, HTTP11]);
    let edge = world.edge(&[]);
    for (flag, version) in [("--http2", "2"), ("--http1.1", "1.1")] {
        for tls in ["1.2", "1.3"] {
            let said = run(Command::new("curl")
                .args(["--silent", "--show-error", flag, "--tls-max", tls, "--cacert"])
                .arg(&world.certificate)
                .args(["--write-out", "by HTTP/%{http_version}"])
                .arg(format!("https://localhost:{}/", edge.port())));
            assert!(said.ends_with(&format!("by HTTP/{version}")), "{said}");
            assert!(said.contains(&format!("via: {version} underhood")), "{said}");
            assert!(said.contains(&format!("authority: localhost:{}", edge.port())), "{said}");
        }
    }
}

#[test]
fn openssl_takes_its_session_to_another_edge() {
    if !wanted("openssl") {
        return;
    }
    let world = World::new(&[H2, HTTP11]);
    let ours = r#"{"Old":[],"Current":["7c7b6a0f2d9e4f3fb0e1a5c0d3b2e4f6"],"New":[]}"#;
    let theirs = r#"{"Old":[],"Current":["0123456789abcdef0123456789abcdef"],"New":[]}"#;
    let ours = world.seeds("ours", ours);
    let theirs = world.seeds("theirs", theirs);
    let [first, second] = [(); 2].map(|()| world.edge(&["--tickets", text(&ours)]));
    let strange = world.edge(&["--tickets", text(&theirs)]);
    let session = world.folder.path().join("session");
    for (flag, version) in [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")] {
        let ask = |edge: &Server, way: &str| {
            connect(edge, &world.certificate, &[flag, way, text(&session)])
        };
        for (edge, way, outcome) in [
            (&first, "-sess_out", "New"),
            (&second, "-sess_in", "Reused"),
            (&strange, "-sess_in", "New"),
        ] {
            let said = ask(edge, way);
            assert!(said.contains(&format!("{outcome}, {version}")), "{said}");
            assert!(said.contains("HTTP/1.1 200 OK"), "{said}");
        }
    }
}

/// One request by `openssl s_client`; all that it said.
fn connect(edge: &Server, trust: &Path, more: &[&str]) -> String {
    let mut child = Command::new("openssl")
        .args(["s_client", "-connect", &format!("127.0.0.1:{}", edge.port())])
        .args(["-servername", "localhost", "-verify_return_error", "-ign_eof", "-CAfile"])
        .arg(trust)
        .args(more)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let request = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    child.stdin.take().unwrap().write_all(request).unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}
