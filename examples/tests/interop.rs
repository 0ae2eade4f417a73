//! Real peers against our servers: dig, chronyd and ntpdig from the distribution's packages, on loopback.
//!
//! They run when `UNDERHOOD_INTEROP` is set, as `scripts/check interop` does; else they say that they did not.

mod support;

use std::process::Command;
use support::{Server, build_site, run, wanted};

#[test]
fn dig_sees_located_answers_by_client_subnet() {
    if !wanted("dig") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let server = Server::authd(&build_site(folder.path()));
    // Sao Paulo's networks are 100.99.0.0/16. The three blocks before it go to the same PoP, so the
    // answer holds for all of 100.96.0.0/14.
    let said = server.dig(&["www.edge.example", "A", "+subnet=100.99.3.0/24"]);
    assert!(said.contains("status: NOERROR"), "{said}");
    assert!(said.contains("CLIENT-SUBNET: 100.99.3.0/24/14"), "{said}");
    assert!(said.contains("198.51.100.1") || said.contains("198.51.100.2"), "{said}");
    // Nobody knows this client: the default rows, and a scope that still covers it.
    let said = server.dig(&["www.edge.example", "A", "+short", "+subnet=192.168.1.0/24"]);
    assert_eq!(said.trim(), "203.0.113.200");
}

#[test]
fn dig_sees_located_answers_by_resolver() {
    if !wanted("dig") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let server = Server::authd(&build_site(folder.path()));
    let said = server.dig(&["-b", "127.125.0.53", "www.edge.example", "A", "+short"]);
    assert!(said.starts_with("203.0.113.1") || said.starts_with("203.0.113.2"), "{said}");
}

#[test]
fn dig_follows_the_plain_part_of_the_site() {
    if !wanted("dig") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let server = Server::authd(&build_site(folder.path()));
    for transport in ["+notcp", "+tcp"] {
        let soa = server.dig(&["edge.example", "SOA", "+short", transport]);
        assert_eq!(
            soa.trim(),
            "ns1.edge.example. hostmaster.edge.example. 2026112301 7200 3600 1209600 300"
        );
        let referral = server.dig(&["host.labs.edge.example", "A", transport]);
        assert!(!referral.contains(" aa"), "{referral}");
        assert!(referral.contains("AUTHORITY: 1, ADDITIONAL: 2"), "{referral}");
        assert!(referral.contains("203.0.113.53"), "glue: {referral}");
        let wildcard = server.dig(&["any.pages.edge.example", "A", "+short", transport]);
        assert_eq!(wildcard.trim(), "192.0.2.80");
        let missing = server.dig(&["nothing.edge.example", "A", transport]);
        assert!(missing.contains("status: NXDOMAIN"), "{missing}");
        let foreign = server.dig(&["www.example.org", "A", transport]);
        assert!(foreign.contains("status: REFUSED"), "{foreign}");
        // RFC 7871 §7.2.1: with a client subnet the alias comes alone, so that it is cached for all.
        let alias = server.dig(&["static.edge.example", "A", transport, "+subnet=100.125.0.0/24"]);
        assert!(alias.contains("CLIENT-SUBNET: 100.125.0.0/24/0"), "{alias}");
        assert!(alias.contains("CNAME\twww.edge.example."), "{alias}");
        assert!(!alias.contains("203.0.113."), "{alias}");
        let alias = server.dig(&["static.edge.example", "A", transport, "-b", "127.125.0.53"]);
        assert!(alias.contains("CNAME\twww.edge.example."), "{alias}");
        assert!(alias.contains("\t203.0.113."), "{alias}");
    }
}

#[test]
fn chronyd_measures_our_clock() {
    if !wanted("chronyd") {
        return;
    }
    let server = Server::timed();
    let folder = tempfile::tempdir().unwrap();
    let pidfile = folder.path().join("chronyd.pid");
    let said = run(Command::new("chronyd")
        .args(["-Q", "-x", "-U", "-t", "10", "-f", "/dev/null"])
        .args([
            format!("server 127.0.0.1 port {} iburst maxsamples 1", server.port()),
            format!("pidfile {}", pidfile.display()),
            "cmdport 0".into(),
            "bindcmdaddress /".into(),
        ]));
    // The same machine, so the same clock: the offset is what the exchange itself adds.
    let offset: f64 = said
        .split("System clock wrong by ")
        .nth(1)
        .and_then(|rest| rest.split(' ').next())
        .and_then(|seconds| seconds.parse().ok())
        .unwrap_or_else(|| panic!("no offset in: {said}"));
    assert!(offset.abs() < 0.05, "{said}");
}

#[test]
fn ntpdig_measures_our_clock() {
    if !wanted("ntpdig") {
        return;
    }
    let server = Server::timed();
    let folder = tempfile::tempdir().unwrap();
    // ntpdig has no option for the port, so a copy asks on ours.
    let script = std::fs::read_to_string("/usr/bin/ntpdig").unwrap();
    let ported = script.replace("port=123)", &format!("port={})", server.port()));
    assert_ne!(script, ported, "ntpdig has changed: where is its port?");
    let copy = folder.path().join("ntpdig.py");
    std::fs::write(&copy, ported).unwrap();
    let said = run(Command::new("/usr/bin/python3").arg(&copy).args(["-4", "-j", "127.0.0.1"]));
    let reply: serde_json::Value = serde_json::from_str(said.lines().next().unwrap()).unwrap();
    assert!(reply["offset"].as_f64().unwrap().abs() < 0.05, "{said}");
    assert_eq!(reply["stratum"], 10, "{said}");
}
