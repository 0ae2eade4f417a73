//! Each check: found, at its place, as bad as the policy says; and the table of them.

mod common;

use common::{Source, compile};
use zone_store::source::Severity;
use zone_store::{Check, Checks, CompileOptions};

const HEAD: &str = "$ORIGIN e.\n$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n";

/// Compiles with one check at this level and all others off: what is said, or errors with `Error` in them.
fn with(check: Check, level: Option<Severity>, sources: &[Source<'_>]) -> Vec<String> {
    let mut checks = Checks::default();
    for other in Check::ALL {
        checks.set(other, None);
    }
    checks.set(check, level);
    let options = CompileOptions { checks, now: Some(1_800_000_000), ..CompileOptions::default() };
    match compile(options, sources) {
        Ok(done) => {
            let told = done.report.warnings.iter();
            told.map(|p| format!("{}: {}", p.at.line, p.message)).collect()
        }
        Err(told) => told,
    }
}

/// The finding is there as a warning, is an error when that is wanted, and is not looked for when it is off.
#[track_caller]
fn obeys(check: Check, sources: &[Source<'_>], finding: &str) {
    let warned = with(check, Some(Severity::Warning), sources);
    assert_eq!(warned, [finding], "{check:?}");
    let refused = with(check, Some(Severity::Error), sources);
    let message = finding.split_once(": ").unwrap().1;
    assert!(refused.iter().any(|p| p.contains("Error") && p.contains(message)), "{refused:?}");
    assert_eq!(with(check, None, sources), Vec::<String>::new(), "{check:?}");
}

fn zone(check: Check, lines: &str, finding: &str) {
    obeys(check, &[Source::Zone(&format!("{HEAD}{lines}\n"))], finding);
}

#[test]
fn missing_glue() {
    zone(Check::MissingGlue, "sub NS ns.sub", "6: sub.e. has no glue for ns.sub.e.");
}

#[test]
fn cname_and_other() {
    zone(Check::CnameAndOther, "x CNAME ns\nx A 192.0.2.2", "6: CNAME and other data at x.e.: A");
}

#[test]
fn missing_ns() {
    let zone = "$ORIGIN e.\n$TTL 60\n@ SOA ns h 1 2 3 4 5\n";
    obeys(Check::MissingNs, &[Source::Zone(zone)], "3: zone e. has no NS");
}

#[test]
fn out_of_zone() {
    zone(Check::OutOfZone, "www.f. A 192.0.2.2", "6: A record of www.f. is in no zone");
}

#[test]
fn different_ttls() {
    let finding = "7: TTLs of A of x.e. differ; the lowest, 30, is taken (RFC 2181 §5.2)";
    zone(Check::DifferentTtls, "x 30 A 192.0.2.2\nx 40 A 192.0.2.3", finding);
}

#[test]
fn duplicate() {
    zone(Check::Duplicate, "x A 192.0.2.2\nx A 192.0.2.2", "7: A record of x.e. is there twice");
}

#[test]
fn occluded() {
    let finding = "7: x.sub.e. is below a delegation or a DNAME: this is never an answer";
    zone(Check::Occluded, "sub NS ns\nx.sub TXT t", finding);
}

#[test]
fn dangling_target() {
    let check = Check::DanglingTarget;
    zone(check, "x MX 1 y", "6: y.e., to which MX of x.e. points, has no address");
    zone(check, "x CNAME y", "6: y.e., to which CNAME of x.e. points, is not there");
    zone(
        check,
        "x SRV 1 1 1 a.b\ny.a.b A 192.0.2.2",
        "6: a.b.e., to which SRV of x.e. points, has no address",
    );
    zone(check, "x NS y\ny TXT t", "6: y.e., to which NS of x.e. points, has no address");
    for sound in [
        "x MX 1 ns",
        "x MX 0 .",
        "x MX 1 far.away.",
        "x MX 1 y.w\n*.w A 192.0.2.2",
        "x MX 1 y.sub\nsub NS ns",
        "x MX 1 y.d\nd DNAME f.",
        "x CNAME y\ny TXT t",
        "x HTTPS 1 . alpn=h2",
    ] {
        let text = format!("{HEAD}{sound}\n");
        let told = with(check, Some(Severity::Error), &[Source::Zone(&text)]);
        assert_eq!(told, Vec::<String>::new(), "{sound}");
    }
}

#[test]
fn aliased_target() {
    let finding = "6: y.e., to which MX of x.e. points, is a CNAME (RFC 2181 §10.3)";
    zone(Check::AliasedTarget, "x MX 1 y\ny CNAME ns", finding);
    let finding = "6: y.e., to which NS of x.e. points, is a CNAME (RFC 2181 §10.3)";
    zone(Check::AliasedTarget, "x NS y\ny CNAME ns", finding);
}

#[test]
fn signature_time() {
    let signed =
        |start: u32, end: u32| format!("x A 192.0.2.2\nx RRSIG A 13 2 60 {end} {start} 1 e. QUFB");
    let check = Check::SignatureTime;
    zone(check, &signed(1_700_000_000, 1_799_999_999), "7: a signature over A of x.e. has expired");
    zone(
        check,
        &signed(1_800_000_001, 1_900_000_000),
        "7: a signature over A of x.e. does not hold yet",
    );
    let sound = format!("{HEAD}{}\n", signed(1_800_000_000, 1_800_000_000));
    assert!(with(check, Some(Severity::Error), &[Source::Zone(&sound)]).is_empty());
}

#[test]
fn stray_signature() {
    let line = "x RRSIG A 13 2 60 20300101000000 20200101000000 1 e. QUFB";
    let finding = "6: signatures at x.e. over an RRset that is not there are left out";
    zone(Check::StraySignature, line, finding);
}

#[test]
fn unreachable_location() {
    let data = ".e:192.0.2.1:a\n%fr:10.0.0.0/8\n+x.e:192.0.2.1:60\n+x.e:192.0.2.2:60::uk\n";
    let finding = "4: no map leads to the location uk";
    obeys(Check::UnreachableLocation, &[Source::Data(data)], finding);
}

#[test]
fn empty_map() {
    let data = ".e:192.0.2.1:a\n8x.e:m\n";
    obeys(Check::EmptyMap, &[Source::Data(data)], "2: the map m has no prefixes");
}

#[test]
fn map_without_default() {
    let data = ".e:192.0.2.1:a\n8x.e:m\n%fr:10.0.0.0/8:m\n";
    let finding = "2: the map m says nothing of some addresses";
    obeys(Check::MapWithoutDefault, &[Source::Data(data)], finding);
    let whole = ".e:192.0.2.1:a\n8x.e:m\n%fr,0.0.0.0/0,m\n%fr,::/0,m\n";
    let told = with(Check::MapWithoutDefault, Some(Severity::Error), &[Source::Data(whole)]);
    assert_eq!(told, Vec::<String>::new());
}

#[test]
fn strict_makes_every_warning_an_error() {
    let checks = Checks::default().strict();
    for check in Check::ALL {
        let expected = check.usual().map(|_| Severity::Error);
        assert_eq!(checks.severity(check), expected);
        assert_eq!(Check::from_name(check.name()), Some(check));
    }
}

#[test]
fn every_check_has_a_row_that_names_its_test() {
    let table = include_str!("../FORMATS.md");
    let tests = include_str!("checks.rs");
    for check in Check::ALL {
        let usual = match check.usual() {
            Some(Severity::Error) => "error",
            Some(Severity::Warning) => "warning",
            None => "off",
        };
        let row = format!("| `{}` | {usual} |", check.name());
        let found = table.lines().find(|line| line.starts_with(&row));
        let row = found.unwrap_or_else(|| panic!("no row {row}"));
        let test = check.name().replace('-', "_");
        assert!(row.ends_with(&format!("| `{test}` |")), "{row}");
        assert!(tests.contains(&format!("fn {test}()")), "{test}");
    }
}
