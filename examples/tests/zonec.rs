//! `zonec` and what changes: diff, apply, log, dump as text, self-test, checks.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{run, zonec};

const SITE: &str = ".e:192.0.2.1:a\n8www.e:m\nMwww.e:n\n%oslo,10.0.0.0/8,m\n%lima,10.1.0.0/16,m\n\
    %oslo,2001:db8::/32,m\n%rio,0.0.0.0/0,n\n+www.e:192.0.2.1:60\n+www.e:192.0.2.2:60::oslo:3\n\
    +www.e:192.0.2.3:60::lima:1\n+www.e:192.0.2.4:60::rio:1\n";

fn build(folder: &Path, name: &str, text: &str) -> PathBuf {
    let (source, image) = (folder.join(format!("{name}.data")), folder.join(format!("{name}.img")));
    fs::write(&source, text).unwrap();
    run(zonec(["build", "-o"]).arg(&image).arg(&source));
    image
}

#[test]
fn a_change_is_told_and_applied() {
    let folder = tempfile::tempdir().unwrap();
    let old = build(folder.path(), "old", SITE);
    let new = SITE.replace("%lima,10.1.0.0/16,m", "%rio,10.1.0.0/17,m") + "+new.e:192.0.2.9:60\n";
    let new = build(folder.path(), "new", &new.replace("192.0.2.3:60::lima", "192.0.2.3:60::rio"));
    let (delta, made) = (folder.path().join("delta"), folder.path().join("made.img"));
    run(zonec(["diff"]).arg(&old).arg(&new).arg("-o").arg(&delta));
    run(zonec(["apply"]).arg(&old).arg(&delta).arg("-o").arg(&made));
    assert_eq!(fs::read(&made).unwrap(), fs::read(&new).unwrap());
    let said = run(zonec(["log"]).arg(&delta));
    for line in [
        "- location lima",
        "+ new.e. 60 A 192.0.2.9",
        "  10.1.0.0 - 10.1.127.255: lima to rio",
        "  lima to oslo: 1 IPv4 prefixes with 32768 addresses, 0 IPv6 prefixes",
    ] {
        assert!(said.lines().any(|said| said == line), "{line}\n{said}");
    }
    // Not onto what it was not made for.
    let refused = zonec(["apply"]).arg(&new).arg(&delta).arg("-o").arg(&made).output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("made for the image"), "{said}");
}

#[test]
fn the_dump_as_data_lines_makes_the_same_image() {
    let folder = tempfile::tempdir().unwrap();
    let image = build(folder.path(), "site", SITE);
    let text = run(zonec(["dump", "--data"]).arg(&image));
    let again = build(folder.path(), "again", &text);
    assert_eq!(fs::read(again).unwrap(), fs::read(image).unwrap());
}

#[test]
fn the_dump_of_one_zone_is_that_zone_or_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let image = build(folder.path(), "site", &format!("{SITE}.f:192.0.2.1:a\n"));
    let dumped = |zone| run(zonec(["dump", "--zone", zone]).arg(&image));
    assert!(dumped("F").starts_with("; zone f.\nf. "));
    assert_eq!(dumped("f."), dumped("f"));
    let said = refused(zonec(["dump", "--zone", "g"]).arg(&image));
    assert!(said.contains("no zone g.") && said.contains("its zones are: e. f.\n"), "{said}");
}

#[test]
fn every_border_of_every_map_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let image = build(folder.path(), "site", SITE);
    let said = run(zonec(["selftest"]).arg(&image));
    // First and last address: of m five ranges of IPv4 and three of IPv6, gaps among them; of n one each.
    assert!(said.contains("20 questions answered as expected"), "{said}");
}

#[test]
fn small_maps_answer_as_fast_ones() {
    let folder = tempfile::tempdir().unwrap();
    // As many prefixes as make halves of starts worth it.
    let map: String = (0..6000)
        .map(|i| {
            format!(
                "%{},{}.{}.{}.0/24,m\n",
                ["oslo", "lima"][i % 2],
                i >> 10,
                (i >> 3) & 127,
                (i * 5) & 255
            )
        })
        .collect();
    let site = format!("{SITE}{map}");
    let fast = build(folder.path(), "fast", &site);
    let small = folder.path().join("small.img");
    let source = folder.path().join("fast.data");
    run(zonec(["build", "--maps", "small", "-o"]).arg(&small).arg(&source));
    let octets = |path: &std::path::Path| fs::metadata(path).unwrap().len();
    assert!(octets(&small) * 2 < octets(&fast));
    assert_eq!(run(zonec(["selftest"]).arg(&small)), run(zonec(["selftest"]).arg(&fast)));
    assert_eq!(
        run(zonec(["dump", "--data"]).arg(&small)),
        run(zonec(["dump", "--data"]).arg(&fast))
    );
}

#[test]
fn the_image_is_the_same_on_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let mut zone =
        String::from("$ORIGIN e.\n$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n");
    for i in 0..60_000 {
        zone += &format!("host{i}.of{} A 192.0.2.{}\n", i % 100, i % 200);
    }
    let mut lines = String::from(".d:192.0.2.1:a\n");
    for i in 0..60_000 {
        lines += &format!("+host{i}.of{}.d:192.0.2.{}:60\n", i % 100, i % 200);
    }
    let sources = [folder.path().join("e.zone"), folder.path().join("d.data")];
    fs::write(&sources[0], zone).unwrap();
    fs::write(&sources[1], lines).unwrap();
    let images: Vec<Vec<u8>> = ["1", "2", "5"]
        .into_iter()
        .map(|threads| {
            let image = folder.path().join(threads);
            run(zonec(["build", "--threads", threads, "-o"]).arg(&image).args(&sources));
            fs::read(image).unwrap()
        })
        .collect();
    assert!(images[0] == images[1] && images[0] == images[2]);
    let said = run(zonec(["bench", "--runs", "1"]).args(&sources));
    assert!(said.contains("006 records") && said.contains("open and verify"), "{said}");
}

#[test]
fn checks_are_as_bad_as_they_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let (zone, image) = (folder.path().join("e.zone"), folder.path().join("image"));
    let text = "$ORIGIN e.\n$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\nx MX 1 y\n";
    fs::write(&zone, text).unwrap();
    let built = |arguments: &[&str]| {
        let output =
            zonec(["build", "-o"]).arg(&image).arg(&zone).args(arguments).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, said) = built(&[]);
    assert!(
        code == Some(0) && said.contains("warning: y.e., to which MX of x.e. points"),
        "{said}"
    );
    let (code, said) = built(&["--strict"]);
    assert!(code == Some(1) && said.contains("error: y.e., to which MX"), "{said}");
    let (code, said) = built(&["--strict", "--check", "dangling-target=off"]);
    assert!(code == Some(0) && said.is_empty(), "{said}");
    let (code, said) = built(&["--check", "nonsense=off"]);
    assert!(code == Some(2) && said.contains("missing-glue"), "{said}");
    let (code, said) = built(&["--max-octets", "20"]);
    assert!(code == Some(1) && said.contains("limit of 20"), "{said}");
}

/// What `zonec` says on standard error, and its exit status.
fn refused(command: &mut std::process::Command) -> String {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn what_is_not_shown_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let (zone, image) = (folder.path().join("e.zone"), folder.path().join("image"));
    let head = "$ORIGIN e.\n$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n";
    let lines = |data: &str| (0..300).map(|i| format!("x{i} {data}\n")).collect::<String>();
    fs::write(&zone, format!("{head}{}", lines("A 192.0.2"))).unwrap();
    let said = refused(zonec(["build", "-o"]).arg(&image).arg(&zone));
    assert_eq!(said.matches("bad address").count(), 100, "{said}");
    assert!(
        said.ends_with(
            "error: 300 errors, of which the first 100 are shown; no image is written\n"
        )
    );
    let said = refused(zonec(["bench"]).arg(&zone));
    assert!(said.ends_with("of which the first 100 are shown; nothing is measured\n"), "{said}");
    fs::write(&zone, format!("{head}{}", lines("MX 1 nowhere"))).unwrap();
    let said = run(zonec(["build", "-o"]).arg(&image).arg(&zone));
    assert!(said.contains("warning: and 200 more warnings\n"), "{said}");
    let said = run(zonec(["build", "--json", "-o"]).arg(&image).arg(&zone));
    assert!(said.contains("\"warnings\":300"), "{said}");
}

#[test]
fn a_text_that_includes_itself_is_refused_where_it_does() {
    let folder = tempfile::tempdir().unwrap();
    let (zone, image) = (folder.path().join("e.zone"), folder.path().join("image"));
    fs::write(&zone, "$ORIGIN e.\n$TTL 60\n@ NS x.\n$INCLUDE e.zone\n$INCLUDE f\n").unwrap();
    let said = refused(zonec(["build", "-o"]).arg(&image).arg(&zone));
    assert!(said.contains("e.zone:4:10: error: 'e.zone' includes itself"), "{said}");
    assert!(said.contains("e.zone:5:10: error: 'f': in the folder "), "{said}");
    assert!(said.ends_with("error: 2 errors; no image is written\n"), "{said}");
}

#[test]
fn a_text_that_is_included_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let (zone, hosts) = (folder.path().join("e.zone"), folder.path().join("hosts"));
    let text = "$ORIGIN e.\n$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\n$INCLUDE hosts\n";
    fs::write(&zone, text).unwrap();
    fs::write(&hosts, "ns A 192.0.2.1\n").unwrap();
    let said = refused(zonec(["build", "-o"]).arg(&hosts).arg(&zone));
    assert!(said.contains("hosts is a source and the output"), "{said}");
    assert_eq!(fs::read_to_string(&hosts).unwrap(), "ns A 192.0.2.1\n");
}

#[test]
fn neither_a_delta_nor_an_image_to_compare_is_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let [zone, old, new, delta] = ["zone", "old", "new", "delta"].map(|n| folder.path().join(n));
    for (serial, image) in [(1, &old), (2, &new)] {
        fs::write(&zone, format!("e. 60 SOA ns.e. h.e. {serial} 2 3 4 5\ne. 60 NS ns.e.\n"))
            .unwrap();
        run(zonec(["build", "-o"]).arg(image).arg(&zone));
    }
    run(zonec(["diff"]).args([&old, &new]).arg("-o").arg(&delta));
    let before = [&old, &new, &delta].map(|path| fs::read(path).unwrap());
    for output in [&old, &new] {
        let said = refused(zonec(["diff"]).args([&old, &new]).arg("-o").arg(output));
        assert!(said.contains("is a source and the output"), "{said}");
    }
    let said = refused(zonec(["apply"]).args([&old, &delta]).arg("-o").arg(&delta));
    assert!(said.contains("delta is a source and the output"), "{said}");
    assert_eq!([&old, &new, &delta].map(|path| fs::read(path).unwrap()), before);
    // An image may become the next one.
    run(zonec(["apply"]).args([&old, &delta]).arg("-o").arg(&old));
    assert_eq!(fs::read(&old).unwrap(), fs::read(&new).unwrap());
}

#[test]
fn it_is_said_when_timestamps_ask_for_another_build() {
    let folder = tempfile::tempdir().unwrap();
    let now = service::clock::unix_seconds();
    let label = |seconds: i64| zone_store::text::data::Tai64::from_unix(seconds);
    let (end, start) = (label(now + 20_000), label(now + 9_000));
    let text = format!(".e:192.0.2.1:a\n+x.e:192.0.2.2:0:{end}\n+x.e:192.0.2.3:60:{start}\n");
    let (source, image) = (folder.path().join("x.data"), folder.path().join("image"));
    fs::write(&source, text).unwrap();
    let said = run(zonec(["build", "--json", "-o"]).arg(&image).arg(&source));
    // A line that begins does so after its timestamp.
    assert!(said.contains(&format!("\"changes_at\":{}", now + 9_001)), "{said}");
    let said = run(zonec(["build", "-o"]).arg(&image).arg(&source));
    assert!(said.contains("build again then"), "{said}");
    let dumped = run(zonec(["dump"]).arg(&image));
    assert!(dumped.contains("192.0.2.2") && !dumped.contains("192.0.2.3"), "{dumped}");
    // The default is no location of its own.
    let verified = run(zonec(["verify"]).arg(&image));
    assert!(verified.contains(" 0 locations"), "{verified}");
}
