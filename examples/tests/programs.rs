//! The programs as a person or a script uses them: what they print, what they leave behind, how they exit.

mod support;

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};

use dns_wire::{Message, NameBuf, RType};
use serde_json::{Value, json};
use service::dns_client::{DnsClient, Question, ask_by_tcp};
use service::ntp_client;
use support::{Server, build_site, run, site, zonec};

#[test]
fn edge_closes_the_loop() {
    let said = run(Command::new(env!("CARGO_BIN_EXE_edge")).args([
        "--json",
        "--dns",
        "127.0.0.1:0",
        "--ntp",
        "127.0.0.1:0",
    ]));
    let facts: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(facts["ok"], true);
    assert_eq!(facts["swap"]["failed"], 0);
    assert_eq!(facts["swap"]["same_image"], true);
    assert!(facts["swap"]["queries"].as_u64().unwrap() > 100, "{}", facts["swap"]);
    assert_eq!(facts["drain"]["still_there"], 0);
    assert!(
        facts["drain"]["to"].as_array().unwrap().len() >= 2,
        "the share goes to several others"
    );
    let number = |path: &str| facts.pointer(path).and_then(Value::as_f64).unwrap();
    assert!(number("/after/p90_ms") < number("/before/p90_ms"));
    assert!(number("/after/within_10_ms") > number("/before/within_10_ms"));
    assert!(number("/map/mean_ms") >= number("/map/bound_ms"));
    assert!(number("/map/mean_ms") <= number("/map/bound_ms") * 1.005);
    assert_eq!(facts["tls"]["rows"].as_array().unwrap().len(), 5);
    assert!(facts["questions"].as_array().unwrap().len() >= 6);
    for load in facts.pointer("/after/load").unwrap().as_array().unwrap() {
        // Planned at 80 %; what is drawn by weight may stray a little.
        assert!(load["utilisation"].as_f64().unwrap() < 0.85, "{load}");
    }
}

#[test]
fn edge_prints_no_colour_into_a_pipe() {
    let said = run(Command::new(env!("CARGO_BIN_EXE_edge")).args([
        "--dns",
        "127.0.0.1:0",
        "--ntp",
        "127.0.0.1:0",
    ]));
    assert!(!said.contains('\u{1b}'), "{said}");
    for part in 1..=9 {
        assert!(
            said.lines().any(|line| line.starts_with(&format!("{part}  "))),
            "part {part}: {said}"
        );
    }
    assert!(said.contains("dig @127.0.0.1 -p") && said.contains("chronyd -Q"), "{said}");
    assert!(said.contains("a prediction, not a measurement"), "{said}");
    assert!(!said.contains('✗'), "{said}");
}

#[test]
fn edge_takes_the_next_free_port_and_says_so() {
    let held = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = held.local_addr().unwrap().port();
    if port > u16::MAX - service::ports::TRIES {
        return;
    }
    let said = run(Command::new(env!("CARGO_BIN_EXE_edge")).args([
        "--dns",
        &format!("127.0.0.1:{port}"),
        "--ntp",
        "127.0.0.1:0",
    ]));
    assert!(said.contains(&format!("(port {port} was busy)")), "{said}");
}

#[test]
fn query_prints_the_reply_as_json() {
    let folder = tempfile::tempdir().unwrap();
    let image = build_site(folder.path());
    let ask = |arguments: &[&str]| -> Value {
        let said = run(zonec(["query"]).arg(&image).args(arguments).arg("--json"));
        serde_json::from_str(&said).unwrap()
    };
    assert_eq!(
        ask(&["ns1.edge.example", "A"]),
        json!({
            "rcode": "NOERROR",
            "flags": ["qr", "aa"],
            "answer": ["ns1.edge.example. 3600 IN A 192.0.2.53"],
            "authority": [],
            "additional": [],
            "ecs_scope": null
        })
    );
    let located = ask(&["www.edge.example.", "a", "--ecs", "100.99.7.0/24", "--seed", "1"]);
    assert_eq!(located["ecs_scope"], 14, "the blocks beside it go to the same PoP");
    let seeds: std::collections::BTreeSet<String> = (0..32)
        .map(|seed| {
            let reply =
                ask(&["www.edge.example", "--ecs", "100.99.7.0/24", "--seed", &seed.to_string()]);
            reply["answer"][0].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(
        seeds.into_iter().collect::<Vec<_>>(),
        ["www.edge.example. 60 IN A 198.51.100.1", "www.edge.example. 60 IN A 198.51.100.2"]
    );
    let by_resolver = ask(&["www.edge.example", "--resolver", "127.125.0.53", "--seed", "1"]);
    assert!(by_resolver["answer"][0].as_str().unwrap().contains(" 203.0.113."));
    assert_eq!(by_resolver["ecs_scope"], Value::Null);
    let negative = ask(&["nothing.edge.example", "AAAA", "--ecs", "100.99.7.0/24"]);
    assert_eq!((&negative["rcode"], &negative["ecs_scope"]), (&json!("NXDOMAIN"), &json!(0)));
    let soa = negative["authority"][0].as_str().unwrap();
    // RFC 2308 §3: the lesser of the SOA's TTL and its MINIMUM.
    assert!(soa.starts_with("edge.example. 300 IN SOA "), "{soa}");
}

#[test]
fn a_broken_zone_names_the_place_and_leaves_the_old_image() {
    let folder = tempfile::tempdir().unwrap();
    let image = build_site(folder.path());
    let before = fs::read(&image).unwrap();
    let zone = folder.path().join("broken.zone");
    fs::write(
        &zone,
        "$ORIGIN example.\n@ 60 SOA ns h 1 2 3 4 5\n@ 60 NS ns\nns 60 A 192.0.2\nx 60 MX mail\n",
    )
    .unwrap();
    let output = zonec(["build", "-o"]).arg(&image).arg(&zone).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("broken.zone:4:9: error:"), "{said}");
    assert!(said.contains("broken.zone:5:9: error:"), "all errors are told: {said}");
    assert!(said.contains("no image is written"), "{said}");
    assert_eq!(fs::read(&image).unwrap(), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing else is left behind");
}

#[test]
fn sources_that_say_nothing_make_no_image() {
    let folder = tempfile::tempdir().unwrap();
    let (image, zone) = (folder.path().join("i"), folder.path().join("empty.zone"));
    fs::write(&zone, "; nothing yet\n").unwrap();
    let output = zonec(["build", "-o"]).arg(&image).arg(&zone).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("say nothing"));
    assert!(!image.exists());
}

#[test]
fn a_damaged_image_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let image = build_site(folder.path());
    let good = fs::read(&image).unwrap();
    let refused = |bytes: &[u8], reason: &str| {
        fs::write(&image, bytes).unwrap();
        for command in [&["verify"][..], &["query"], &["dump"]] {
            let mut tool = zonec(command);
            tool.arg(&image);
            if command == ["query"] {
                tool.arg("edge.example");
            }
            let output = tool.output().unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(1), "{said}");
            assert!(said.contains(reason), "{reason}: {said}");
        }
    };
    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 1;
    refused(&flipped, "damaged");
    refused(&good[..good.len() - 1], "cut short");
    refused(b"$ORIGIN example.\n", "not a zone image");
    refused(b"", "cut short");
}

#[test]
fn packed_sources_and_origins_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("site.img");
    let zone = folder.path().join("a=b.zone");
    fs::write(&zone, "@ 60 SOA ns h 1 2 3 4 5\n@ 60 NS ns\nns 60 A 192.0.2.1\n").unwrap();
    // The file's own name has an equals sign, so the first one is the origin's.
    run(zonec(["build", "-o"]).arg(&image).arg(format!("example.org={}", zone.display())));
    let said = run(zonec(["query"]).arg(&image).args(["ns.example.org", "A", "--json"]));
    assert!(said.contains("ns.example.org. 60 IN A 192.0.2.1"), "{said}");
    let said = run(zonec(["dump"]).arg(&image));
    assert!(
        said.contains("example.org. 60 IN SOA ns.example.org. h.example.org. 1 2 3 4 5"),
        "{said}"
    );
}

#[test]
fn a_map_file_alone_places_every_name() {
    let folder = tempfile::tempdir().unwrap();
    let (image, zone, map) =
        (folder.path().join("i"), folder.path().join("z.data"), folder.path().join("m.map"));
    fs::write(&map, "192.0.2.0/24 lisbon\n2001:db8::/32 oslo\n").unwrap();
    fs::write(
        &zone,
        ".example,192.0.2.53,a\n+www.example,198.51.100.1,60,,lisbon\n+www.example,198.51.100.2,60,,oslo\n+www.example,198.51.100.3,60\n",
    )
    .unwrap();
    run(zonec(["build", "--combine", "override", "-o"]).arg(&image).args([&zone, &map]));
    for (client, address) in [
        ("192.0.2.77", "198.51.100.1"),
        ("2001:db8::1", "198.51.100.2"),
        ("203.0.113.1", "198.51.100.3"),
    ] {
        for flag in ["--resolver", "--ecs"] {
            let said = run(zonec(["query"]).arg(&image).args(["www.example", "A", flag, client]));
            assert!(said.contains(&format!("\tA\t{address}")), "{flag} {client}: {said}");
        }
    }
}

#[test]
fn authd_serves_reloads_and_keeps_what_works() {
    let folder = tempfile::tempdir().unwrap();
    let image = build_site(folder.path());
    let mut server = Server::authd(&image);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, server.port()));
    let serial = || {
        let name: NameBuf = "edge.example.".parse().unwrap();
        let mut client = DnsClient::new(IpAddr::V4(Ipv4Addr::LOCALHOST), address).unwrap();
        let question = Question::new(name, RType::SOA);
        let by_udp = client.ask(&question).unwrap().to_vec();
        let by_tcp = ask_by_tcp(IpAddr::V4(Ipv4Addr::LOCALHOST), address, &question).unwrap();
        let [by_udp, by_tcp] = [by_udp, by_tcp].map(|reply| {
            let message = Message::parse(&reply).unwrap();
            let record = message.answers().next().unwrap().unwrap();
            service::show::line(&record)
        });
        assert_eq!(by_udp, by_tcp);
        by_udp.split(' ').nth(6).unwrap().to_owned()
    };
    assert_eq!(serial(), "2026112301");

    let zone =
        fs::read_to_string(site("edge.example.zone")).unwrap().replace("2026112301", "2026112302");
    let changed = folder.path().join("edge.example.zone");
    fs::write(&changed, zone).unwrap();
    run(zonec(["build", "-o"]).arg(&image).arg(&changed));
    server.signal("HUP");
    assert!(server.line().contains("reloaded"));
    assert_eq!(serial(), "2026112302");

    replace(&image, b"no image");
    server.signal("HUP");
    assert!(server.line().contains("not reloaded"));
    assert_eq!(serial(), "2026112302");

    server.signal("INT");
    assert!(server.line().contains("queries answered"));
    assert!(server.wait());
}

/// A zone of which one answer has the version in two records: an answer of two versions would show.
fn versioned(folder: &Path, version: u32) -> PathBuf {
    let (zone, image) = (folder.join("v.zone"), folder.join(format!("v{version}.img")));
    let ttl = 60 + version;
    let mut text = format!(
        "$ORIGIN v.example.\n@ 60 SOA ns h {version} 2 3 4 5\n@ 60 NS ns\nns 60 A 192.0.2.53\n\
         mark {ttl} CNAME marked\nmarked {ttl} A 192.0.2.{version}\n"
    );
    // So that compaction takes a while.
    for host in 0..100_000 {
        text += &format!("h{host} 60 A 192.0.2.{}\n", (host + version / 2) % 250);
    }
    fs::write(&zone, text).unwrap();
    run(zonec(["build", "-o"]).arg(&image).arg(&zone));
    image
}

/// The version that an answer of both records tells.
fn version(client: &mut DnsClient) -> u32 {
    let reply = client.ask(&Question::new("mark.v.example.".parse().unwrap(), RType::A)).unwrap();
    let message = Message::parse(reply).unwrap();
    let told: Vec<u32> =
        message.answers().map(|record| record.unwrap().ttl.0 - 60).collect::<Vec<_>>();
    let [alias, address] = told[..] else { panic!("{told:?}") };
    assert_eq!(alias, address, "an answer of two versions");
    alias
}

/// Ends those who ask when their test ends, by a failure too: it would wait for them without an end.
struct ToldAtTheEnd<'a>(&'a AtomicBool);

impl Drop for ToldAtTheEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn authd_shows_deltas_at_once_and_compacts_behind() {
    let folder = tempfile::tempdir().unwrap();
    let deltas = folder.path().join("deltas");
    fs::create_dir(&deltas).unwrap();
    let images: Vec<_> = (1..=5).map(|number| versioned(folder.path(), number)).collect();
    let diff = |from: usize, to: usize| {
        let path = deltas.join(format!("{from}-{to}.delta"));
        run(zonec(["diff"]).args([&images[from - 1], &images[to - 1]]).arg("-o").arg(&path));
        path
    };
    let digest = |number: usize| {
        let said = run(zonec(["verify"]).arg(&images[number - 1]));
        let digest = said.split("digest ").nth(1).expect("a digest");
        digest.chars().take(12).collect::<String>()
    };
    let mut server = Server::authd_with_deltas(&images[0], &deltas);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, server.port()));
    let client = || DnsClient::new(IpAddr::V4(Ipv4Addr::LOCALHOST), address).unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let _told = ToldAtTheEnd(&done);
        // Asked all the while: each is answered, by one version, and none goes back.
        let asked = scope.spawn(|| {
            let (mut client, mut last, mut count) = (client(), 1, 0u32);
            while !done.load(Ordering::Relaxed) {
                let now = version(&mut client);
                assert!(now >= last, "{now} after {last}");
                (last, count) = (now, count + 1);
            }
            (last, count)
        });
        let mut client = client();
        assert_eq!(version(&mut client), 1);

        // Two deltas at once; then one more while those may still be compacted.
        let query = run(zonec(["query"])
            .arg(&images[0])
            .args(["mark.v.example", "--delta"])
            .arg(diff(1, 2)));
        assert!(query.contains("192.0.2.2"), "{query}");
        diff(2, 3);
        server.signal("HUP");
        let line = server.line();
        assert!(line.contains(&format!("reloaded, image {}, which is", digest(3))), "{line}");
        assert!(line.contains("and 2 deltas"), "{line}");
        assert_eq!(version(&mut client), 3);
        diff(3, 4);
        server.signal("HUP");
        let mut lines = String::new();
        while !lines.contains(&format!("image {}\n", digest(4)))
            || lines.matches("compacted").count() < 2
        {
            let line = server.line();
            assert!(!line.is_empty(), "{lines}");
            lines += &line;
        }
        assert!(lines.contains("compacted in"), "{lines}");
        assert_eq!(version(&mut client), 4);

        // For an image that is not in service, and no delta at all: both leave in service what is.
        run(zonec(["diff"])
            .args([&images[0], &images[4]])
            .arg("-o")
            .arg(folder.path().join("other")));
        replace(&deltas.join("1-2.delta"), &fs::read(folder.path().join("other")).unwrap());
        server.signal("HUP");
        let line = server.line();
        assert!(line.contains("nothing new") && line.contains("taken before: 2"), "{line}");
        assert!(line.contains("do not follow it: 1"), "{line}");
        fs::write(deltas.join("damaged.delta"), b"no delta").unwrap();
        server.signal("HUP");
        assert!(server.line().contains("nothing new"));
        assert_eq!(version(&mut client), 4);

        // Another image file counts for more than what was made of the old one.
        fs::remove_file(deltas.join("damaged.delta")).unwrap();
        replace(&images[0], &fs::read(&images[4]).unwrap());
        server.signal("HUP");
        assert!(server.line().contains(&format!("reloaded, image {}", digest(5))));
        assert_eq!(version(&mut client), 5);
        done.store(true, Ordering::Relaxed);
        let (last, count) = asked.join().unwrap();
        assert_eq!(last, 5);
        assert!(count > 100, "{count}");
    });
    server.signal("INT");
    assert!(server.line().contains("queries answered"));
    assert!(server.wait());
}

#[test]
fn a_busy_port_is_said_with_a_hint() {
    let held = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = held.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let image = build_site(folder.path());
    let outputs: [Output; 2] = [
        Command::new(env!("CARGO_BIN_EXE_authd"))
            .args(["--listen", &address, "--image"])
            .arg(&image)
            .output()
            .unwrap(),
        Command::new(env!("CARGO_BIN_EXE_timed")).args(["--listen", &address]).output().unwrap(),
    ];
    for output in outputs {
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(
            said.contains(&address) && said.contains("hint: another program has this port"),
            "{said}"
        );
    }
}

#[test]
fn timed_tells_the_time_and_stops_cleanly() {
    let mut server = Server::timed();
    let sample = ntp_client::ask(SocketAddr::from((Ipv4Addr::LOCALHOST, server.port()))).unwrap();
    assert_eq!(sample.stratum.0, 10);
    // One clock serves and asks, so the offset is within the error that the sample itself states.
    assert!(sample.offset.abs() <= sample.root_distance(sample.time));
    server.signal("TERM");
    assert!(server.line().contains("requests answered: 1"));
    assert!(server.wait());
}

/// Real zones and tables: run where the variable `UNDERHOOD_DATA` names a folder that has them.
#[test]
fn real_data_builds_and_answers() {
    let Some(data) = std::env::var_os("UNDERHOOD_DATA") else {
        return eprintln!("SKIPPED: real data (set UNDERHOOD_DATA to their folder)");
    };
    let data = Path::new(&data);
    let folder = tempfile::tempdir().unwrap();
    let build = |source: &str| -> (std::path::PathBuf, Value) {
        let image = folder.path().join("image");
        let said = run(zonec(["build", "--json", "-o"]).arg(&image).arg(data.join(source)));
        let report = said.lines().find(|line| line.starts_with('{')).unwrap();
        (image.clone(), serde_json::from_str(report).unwrap())
    };
    let (image, report) = build("root-2021051901-signed.zone.xz");
    assert_eq!(report["records"], 21_353);
    let server = Server::authd(&image);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, server.port()));
    let mut client = DnsClient::new(IpAddr::V4(Ipv4Addr::LOCALHOST), address).unwrap();
    let reply = client.ask(&Question::new("com.".parse().unwrap(), RType::NS)).unwrap();
    let referral = service::show::Reply::read(reply).unwrap();
    assert_eq!((referral.answer.len(), referral.authority.len()), (0, 13));
    assert_eq!(referral.additional.len(), 26);
    assert_eq!(build("full-view-1.06M-prefixes.txt.gz").1["prefixes"], 1_062_046);
    assert_eq!(build("full-view-with-country.txt.xz").1["locations"], 243);
}

/// Puts a file in place of another as `zonec` does: a mapped one keeps its content.
fn replace(path: &Path, bytes: &[u8]) {
    let beside = path.with_extension("new");
    fs::write(&beside, bytes).unwrap();
    fs::rename(beside, path).unwrap();
}
