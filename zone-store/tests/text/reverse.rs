//! The PTR records of `=` and `6` lines: served where a zone takes them, else left out with one warning.

use crate::common::{Source, ask, compile, image};
use zone_store::CompileOptions;

const ZONE: &str = ".example:192.0.2.53:a\n";

/// Warnings as `source:line message`, and how many records there are.
fn compiled(sources: &[Source<'_>]) -> (Vec<String>, usize) {
    let report = compile(CompileOptions::default(), sources).expect("an image").report;
    let told =
        report.warnings.iter().map(|p| format!("{}:{} {}", p.at.source, p.at.line, p.message));
    (told.collect(), report.records)
}

#[test]
fn pointers_of_host_lines_are_left_out_where_no_zone_takes_them() {
    let hosts = format!(
        "{ZONE}=b.example:192.0.2.2\n=a.example:192.0.2.1\n6c.example:20010db8000000000000000000000001\n"
    );
    let other = "=d.example:192.0.2.4\n";
    // SOA, NS and its address, and the addresses of the four hosts.
    assert_eq!(
        compiled(&[Source::Data(&hosts), Source::Data(other)]),
        (
            vec![
                "0:2 the PTR record of 2.2.0.192.in-addr.arpa. is in no zone and left out, with 2 more".into(),
                "1:1 the PTR record of 4.2.0.192.in-addr.arpa. is in no zone and left out".into(),
            ],
            7
        )
    );
    // A PTR of a line of its own is refused as any record is.
    let pointer = format!("{ZONE}^1.2.0.192.in-addr.arpa:a.example\n");
    let refused = compile(CompileOptions::default(), &[Source::Data(&pointer)]).unwrap_err();
    assert!(
        refused[0].contains("PTR record of 1.2.0.192.in-addr.arpa. is in no zone"),
        "{refused:?}"
    );
}

#[test]
fn pointers_of_host_lines_are_served_where_a_zone_takes_them() {
    let text = format!(
        "{ZONE}.2.0.192.in-addr.arpa::a.ns.example\n=www.example:192.0.2.1\n=far.example:203.0.113.1\n^1.2.0.192.in-addr.arpa:b.example\n"
    );
    let (warnings, _) = compiled(&[Source::Data(&text)]);
    assert_eq!(
        warnings,
        ["0:4 the PTR record of 1.113.0.203.in-addr.arpa. is in no zone and left out"]
    );
    let image = image(&[Source::Data(&text)]);
    assert_eq!(
        ask(&image, "1.2.0.192.in-addr.arpa. PTR").answer,
        [
            "1.2.0.192.in-addr.arpa. 86400 PTR b.example.",
            "1.2.0.192.in-addr.arpa. 86400 PTR www.example.",
        ]
    );
    assert!(ask(&image, "1.113.0.203.in-addr.arpa. PTR").status.starts_with("REFUSED"));
}
