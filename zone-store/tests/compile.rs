//! What the compiler refuses, and what it warns of.

mod common;

use common::{Source, compile};
use zone_store::CompileOptions;

const HEAD: &str = "$ORIGIN e.\n$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n";

fn problems(sources: &[Source<'_>]) -> Vec<String> {
    match compile(CompileOptions::default(), sources) {
        Ok(compiled) => compiled
            .report
            .warnings
            .iter()
            .map(|p| format!("{}: {}", p.at.line, p.message))
            .collect(),
        Err(problems) => problems,
    }
}

fn zone(lines: &str) -> Vec<String> {
    problems(&[Source::Zone(&format!("{HEAD}{lines}\n"))])
}

fn refused(lines: &str, what: &str) {
    let problems = zone(lines);
    assert!(
        problems.iter().any(|p| p.contains("Error") && p.contains(what)),
        "{lines}: {problems:?}"
    );
}

fn warned(lines: &str, what: &str) {
    let problems = zone(lines);
    assert!(
        problems.iter().any(|p| !p.contains("Error") && p.contains(what)),
        "{lines}: {problems:?}"
    );
}

#[test]
fn a_sound_zone_has_no_problems() {
    assert_eq!(zone("www A 192.0.2.2"), Vec::<String>::new());
}

/// Checklist 12: CNAME and other data, and two CNAMEs (RFC 2181 §10.1).
#[test]
fn line_12_cname_and_other_data() {
    refused("x CNAME y\nx A 192.0.2.2", "CNAME and other data at x.e.: A");
    refused("x CNAME y\nx CNAME z", "more than one CNAME at x.e.");
    assert_eq!(zone("x CNAME ns\nx CNAME ns"), ["7: CNAME record of x.e. is there twice"]);
}

/// RFC 4035 §2.3, §2.4: at a cut DS, the NSEC that tells of no SOA, and what the upper zone signed are the upper
/// zone's, also when one source has both zones.
#[test]
fn both_sides_of_a_cut_in_one_source() {
    let signed = |rtype: &str, labels: u8, signer: &str| {
        format!("RRSIG {rtype} 13 {labels} 60 20300101000000 20200101000000 1 {signer} QUFB\n")
    };
    let mut upper = format!("{HEAD}@ NSEC ns SOA NS RRSIG NSEC\nns NSEC sub A NSEC\n");
    let ds = "DS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000";
    let mut lower = String::from("sub.e. 60 SOA ns.e. h 1 2 3 4 5\nsub.e. 60 NS ns.e.\n");
    upper.push_str(&format!("sub.e. {ds}\nsub.e. {}", signed("DS", 2, "e.")));
    upper.push_str(&format!("sub.e. NSEC e. NS DS RRSIG NSEC\nsub.e. {}", signed("NSEC", 2, "e.")));
    lower.push_str(&format!(
        "sub.e. NSEC x.sub.e. NS SOA RRSIG NSEC\nsub.e. {}",
        signed("NSEC", 2, "sub.e.")
    ));
    lower.push_str("x.sub.e. A 192.0.2.2\nx.sub.e. NSEC sub.e. A NSEC\n");
    let image = common::image(&[Source::Zone(&format!("{upper}{lower}"))]);
    let zones: Vec<Vec<String>> = image
        .store()
        .zones()
        .map(|zone| {
            let all = zone.records().filter(|r| r.owner.to_string() == "sub.e.");
            all.map(|r| format!("{} {}", r.rtype, dns_wire::rdata::display(r.rtype, r.rdata)))
                .collect()
        })
        .collect();
    let [of_upper, of_lower] = &zones[..] else { panic!("{zones:?}") };
    let nsec = |records: &[String]| records.iter().filter(|r| r.starts_with("NSEC ")).count();
    assert_eq!((nsec(of_upper), nsec(of_lower)), (1, 1), "{zones:?}");
    assert!(of_upper.iter().any(|r| r == "NSEC e. NS DS RRSIG NSEC"), "{of_upper:?}");
    assert_eq!(of_upper.iter().filter(|r| r.contains(" e. QUFB")).count(), 2, "{of_upper:?}");
    assert_eq!(of_lower.iter().filter(|r| r.contains(" sub.e. QUFB")).count(), 1, "{of_lower:?}");
    assert!(!of_upper.iter().any(|r| r.starts_with("SOA")), "{of_upper:?}");
}

#[test]
fn zones_need_soa_and_ns() {
    let no_soa = problems(&[Source::Zone("$TTL 60\nwww.e. A 192.0.2.1\n")]);
    assert!(no_soa[0].contains("0:2: Error: A record of www.e. is in no zone"), "{no_soa:?}");
    let no_ns = problems(&[Source::Zone("$ORIGIN e.\n$TTL 60\n@ SOA ns h 1 2 3 4 5\n")]);
    assert!(no_ns[0].contains("0:3: Error: zone e. has no NS"), "{no_ns:?}");
    refused("@ SOA ns h 9 2 3 4 5", "more than one SOA");
    refused("www.other. A 192.0.2.1", "A record of www.other. is in no zone");
}

/// Checklist 28: wildcard NS and DNAME.
#[test]
fn line_28_wildcard_ns_and_dname() {
    refused("*.x NS ns", "NS or DNAME at the wildcard *.x.e.");
    refused("*.x DNAME ns", "NS or DNAME at the wildcard *.x.e.");
    refused("x NS ns\nx DNAME y", "DNAME and NS at x.e.");
}

#[test]
fn warnings() {
    warned("x 30 A 192.0.2.2\nx 40 A 192.0.2.3", "TTLs of A of x.e. differ; the lowest, 30");
    warned("sub A 192.0.2.1\nsub NS ns\nsub NS ns.sub", "8: sub.e. has no glue for ns.sub.e.");
    warned("sub NS ns.sub\nns.sub A 192.0.2.1\nx.sub MX 1 ns", "x.sub.e. is below a delegation");
    warned(
        "x RRSIG A 13 2 60 20300101000000 20200101000000 1 e. QUFB",
        "at x.e. over an RRset that is not there",
    );
}

#[test]
fn locations() {
    let head = ".e:192.0.2.1:a\n%fr:10.0.0.0/8\n";
    let data = |lines: &str| problems(&[Source::Data(&format!("{head}{lines}\n"))]);
    assert!(
        data("+x.e:192.0.2.2:60::fr")[0]
            .contains("A of x.e. has rows for some locations and no default rows")
    );
    assert!(
        data("+x.e:192.0.2.1:60\n+x.e:192.0.2.2:60::uk")[0]
            .contains("no map leads to the location uk")
    );
    assert_eq!(data("+x.e:192.0.2.1:60\n+x.e:192.0.2.2:60::fr"), Vec::<String>::new());
    assert!(data("Cx.e:y:60::fr\n+x.e:192.0.2.2:60")[0].contains("Error"));
    assert_eq!(
        data("%uk:10.0.0.0/8"),
        ["0:3: Error: 10.0.0.0/8 has another location in the map '' already"]
    );
    assert_eq!(
        data("Mx.e:m1\nMx.e:m2\n%fr:10.0.0.0/8:m1\n%fr:10.0.0.0/8:m2"),
        ["0:4: Error: x.e. is bound to the map m1 already, and now to m2"]
    );
    let empty = data("8z.e:m\n%fr:10.0.0.0/8:n\nMx.e:m\n8x.e:m\n8y.e:n");
    assert_eq!(empty, ["3: the map m has no prefixes"]);
    let partial = CompileOptions { allow_partial: true, ..CompileOptions::default() };
    let text = format!("{head}+x.e:192.0.2.2:60::fr\n");
    assert!(compile(partial, &[Source::Data(&text)]).is_ok());
}

#[test]
fn weighted_sets_of_a_signed_zone_are_refused() {
    let zone = format!("{HEAD}@ DNSKEY 256 3 13 AAAA\n");
    let weighted = problems(&[Source::Zone(&zone), Source::Data("+x.e:192.0.2.2:60:::3\n")]);
    assert!(
        weighted.iter().any(|p| p.contains("A of x.e. is weighted in a signed zone")),
        "{weighted:?}"
    );
    let located =
        problems(&[Source::Zone(&zone), Source::Data("%fr:10.0.0.0/8\n+x.e:192.0.2.2:60::fr\n")]);
    assert!(
        located.iter().any(|p| p.contains("A of x.e. for a location has no signatures")),
        "{located:?}"
    );
}

#[test]
fn limits() {
    let options = CompileOptions { max_items: 3, ..CompileOptions::default() };
    let problems =
        compile(options, &[Source::Zone(&format!("{HEAD}x A 192.0.2.2\n"))]).unwrap_err();
    assert!(problems[0].contains("limit"), "{problems:?}");
    let options = CompileOptions { max_octets: 500, ..CompileOptions::default() };
    let bomb = format!("{HEAD}$GENERATE 1-60000 x$ TXT \"a text that takes some room\"\n");
    let problems = compile(options, &[Source::Zone(&bomb)]).unwrap_err();
    assert_eq!(problems, ["0:6: Error: the sources need more than the limit of 500 octets"]);
    refused("@ NSEC3PARAM 1 0 151 ab", "more than 150 NSEC3 iterations");
}

/// What takes memory counts, whatever it is made of: a small source must not take all there is.
#[test]
fn the_limit_of_octets_is_one_of_memory() {
    let refused_at = |max_octets, source: Source<'_>| {
        compile(CompileOptions { max_octets, ..CompileOptions::default() }, &[source])
            .map(|compiled| compiled.report.octets)
            .map_err(|problems| problems.join("\n"))
    };
    let deep =
        |i: usize| (0..100).map(|at| format!("{}.", (i >> (at % 8)) % 7)).collect::<String>();
    // Twenty names of a hundred labels are two thousand names.
    let zone: String = (0..20).map(|i| format!("{}x{i}.e. A 192.0.2.1\n", deep(i))).collect();
    let zone = format!("{HEAD}{zone}");
    let told = refused_at(100_000, Source::Zone(&zone)).unwrap_err();
    assert!(
        told.contains("Error: the sources need more than the limit of 100000 octets"),
        "{told}"
    );
    assert!(refused_at(600_000, Source::Zone(&zone)).is_ok());
    // So are twenty bound ones.
    let binds: String = (0..20).map(|i| format!("8{}x{i}.e:m\n", deep(i))).collect();
    let binds = format!(".e:192.0.2.1:a\n%fr:10.0.0.0/8:m\n{binds}");
    let told = refused_at(100_000, Source::Data(&binds)).unwrap_err();
    assert!(told.contains("limit of 100000"), "{told}");
    assert!(refused_at(600_000, Source::Data(&binds)).is_ok());
    // A record of four octets takes more than those, and so does a prefix.
    let records: String = (0..1000).map(|i| format!("x{i} A 192.0.2.1\n")).collect();
    let told = refused_at(64_000, Source::Zone(&format!("{HEAD}{records}"))).unwrap_err();
    assert!(told.contains("limit of 64000"), "{told}");
    let prefixes: String =
        (0..1000).map(|i| format!("10.0.{}.{}/32 a\n", i / 250, i % 250)).collect();
    let told = refused_at(64_000, Source::Map("m", &prefixes)).unwrap_err();
    assert!(told.contains("limit of 64000"), "{told}");
}

/// A record that cannot be read is missed by others, which are not wrong for it.
#[test]
fn what_cannot_be_read_is_told_alone() {
    let zone = "$ORIGIN e.\n$TTL 60\n@ SOA ns h 1x 2 3 4 5\n@ NS ns\nns A 192.0.2.1\nx A 192.0.2\n";
    let told = problems(&[Source::Zone(zone)]);
    assert_eq!(
        told,
        ["0:3: Error: SOA: bad number in '1x'", "0:6: Error: A: bad address in '192.0.2'"]
    );
}

/// Lines that were cut short: no validator would take what is left.
#[test]
fn keys_signatures_and_digests_are_whole() {
    let sha1 = "2BB183AF5F22588179A53B0A98631FAD1A292118";
    let (sha256, sha384) = ("00".repeat(32), "00".repeat(48));
    for (line, what) in [
        ("x NS ns\nx DS 1 13 1 2BB183AF5F22588179A5".to_owned(), "the digest"),
        (format!("x NS ns\nx DS 1 13 2 {sha1}"), "the digest"),
        (format!("x NS ns\nx DS 1 13 4 {sha256}"), "the digest"),
        (format!("@ CDS 1 13 1 {sha256}"), "the digest"),
        (format!("x SSHFP 1 2 {sha1}"), "the digest"),
        (format!("@ ZONEMD 1 1 1 {sha256}"), "the digest"),
        ("@ DNSKEY 256 3 13".to_owned(), "field missing"),
        ("@ CDNSKEY 0 3 0".to_owned(), "field missing"),
        ("ns RRSIG A 13 2 60 20300101000000 20200101000000 1 e.".to_owned(), "field missing"),
    ] {
        refused(&line, what);
    }
    for line in [
        format!("x NS ns\nx DS 1 13 1 {sha1}\nx DS 1 13 2 {sha256}\nx DS 1 13 4 {sha384}"),
        "x NS ns\nx DS 1 13 250 00".to_owned(),
        "@ CDS 0 0 0 00\n@ CDNSKEY 0 3 0 AA==".to_owned(),
        format!("x SSHFP 1 1 {sha1}\n@ ZONEMD 1 1 1 {sha384}\n@ ZONEMD 1 1 250 {sha1}"),
    ] {
        assert_eq!(zone(&line), Vec::<String>::new(), "{line}");
    }
}

#[test]
fn problems_that_are_not_kept_are_counted() {
    let options = CompileOptions { max_problems: 3, ..CompileOptions::default() };
    let lines = |data: &str| (0..9).map(|i| format!("x{i} {data}\n")).collect::<String>();
    let mut compiler = zone_store::Compiler::new(options);
    let read = |text: &str, compiler: &mut _| {
        let options = zone_store::text::master::Options::new(0);
        zone_store::text::master::parse(text.as_bytes(), options, compiler);
    };
    read(&format!("{HEAD}{}{}", lines("MX 1 nowhere"), lines("A 192.0.2")), &mut compiler);
    let refused = compiler.finish().unwrap_err();
    assert_eq!((refused.problems.len(), refused.errors), (3, 9));
    let mut compiler = zone_store::Compiler::new(options);
    read(&format!("{HEAD}{}", lines("MX 1 nowhere")), &mut compiler);
    let report = compiler.finish().unwrap().report;
    assert_eq!((report.warnings.len(), report.warned), (3, 9));
}

#[test]
fn equal_rrsets_are_stored_once() {
    let line = |i: usize| {
        format!("n{i} TXT \"a text that many names have and that is long enough to share\"\n")
    };
    let same: String = (0..1000).map(line).collect();
    let report = compile(CompileOptions::default(), &[Source::Zone(&format!("{HEAD}{same}"))])
        .unwrap()
        .report;
    assert!(report.octets < 50_000, "{report:?}");
    assert_eq!((report.zones, report.names, report.records, report.rrsets), (1, 1002, 1003, 1003));
}

#[test]
fn records_begin_with_the_soa() {
    let zone = format!("{HEAD}@ A 192.0.2.9\na A 192.0.2.2\n");
    let image = common::image(&[Source::Zone(&zone)]);
    let zone = image.store().zones().next().unwrap();
    let records: Vec<String> = zone.records().map(|r| format!("{} {}", r.owner, r.rtype)).collect();
    assert_eq!(records, ["e. SOA", "e. A", "e. NS", "a.e. A", "ns.e. A"]);
}
