//! What is a valid zone file: BIND's named-compilezone, Knot's kzonecheck and `zonec build` on the same small
//! files, each difference with its reason.
//!
//! Runs when `UNDERHOOD_INTEROP` is set; else it says that it did not.

mod support;

use std::fs;
use std::process::{Command, Stdio};

use support::{wanted, zonec};

const HEAD: &str =
    "$ORIGIN example.\n$TTL 300\n@ SOA ns h 1 7200 3600 1209600 300\n@ NS ns\nns A 192.0.2.1\n";

/// Name, lines after the head, whether we, BIND and Knot take it, and why we differ from either.
const AFTER_HEAD: &[(&str, &str, [bool; 3], &str)] = &[
    ("good", "www A 192.0.2.2", [true, true, true], ""),
    ("parentheses", "x TXT ( \"a\" ; note\n \"b\" )", [true, true, true], ""),
    ("unknown type", "x TYPE65280 \\# 3 abcdef", [true, true, true], ""),
    ("units", "x 1h30m A 192.0.2.2", [true, true, true], ""),
    ("class first", "x IN 60 A 192.0.2.2", [true, true, true], ""),
    ("wildcard", "*.w A 192.0.2.2", [true, true, true], ""),
    ("DNAME", "d DNAME ns", [true, true, true], ""),
    ("HTTPS", "s HTTPS 1 . alpn=h2 port=8443", [true, true, true], ""),
    ("different TTLs", "x 60 A 192.0.2.2\nx 61 A 192.0.2.3", [true, true, true], ""),
    ("duplicate", "x A 192.0.2.2\nx A 192.0.2.2", [true, true, true], ""),
    ("below a cut", "sub NS ns\nx.sub TXT t", [true, true, true], ""),
    ("MX to a CNAME", "@ MX 1 m\nm CNAME ns", [true, true, true], ""),
    ("MX to nowhere", "@ MX 1 m", [true, true, true], ""),
    ("CNAME and other", "x CNAME ns\nx A 192.0.2.2", [false, false, false], ""),
    ("two CNAMEs", "x CNAME ns\nx CNAME www", [false, false, false], ""),
    ("two DNAMEs", "d DNAME ns\nd DNAME www", [false, false, false], ""),
    ("wrong address", "x A 192.0.2.256", [false, false, false], ""),
    ("wrong type", "x FOO bar", [false, false, false], ""),
    ("wrong class", "x CH A 192.0.2.2", [false, false, false], ""),
    ("TTL after the type", "x A 60 192.0.2.2", [false, false, false], ""),
    ("( without )", "x TXT ( a", [false, false, false], ""),
    (") without (", "x TXT a )", [false, false, false], ""),
    ("a string over two lines", "x TXT \"a\nb\"", [false, false, false], ""),
    (
        "quoted owner",
        "\"x\" A 192.0.2.2",
        [false, true, false],
        "RFC 1035 §5.1: a name is no string",
    ),
    ("quoted TTL", "x \"60\" A 192.0.2.2", [false, false, false], ""),
    ("quoted class", "x \"IN\" A 192.0.2.2", [false, false, false], ""),
    ("quoted type", "x \"A\" 192.0.2.2", [false, false, false], ""),
    ("HTTPS without a target", "s HTTPS 1 alpn=\"h2\"", [false, false, false], ""),
    (
        "quoted target",
        "s HTTPS 1 \"ns\"",
        [false, true, false],
        "RFC 1035 §5.1: a name is no string",
    ),
    ("short digest in DS", "x NS ns\nx DS 1 13 2 0123456789abcdef", [false, false, false], ""),
    ("DNSKEY without a key", "@ DNSKEY 256 3 13", [false, false, false], ""),
    (
        "RRSIG without a signature",
        "ns RRSIG A 13 2 60 20300101000000 20200101000000 1 example.",
        [false, false, false],
        "",
    ),
    (
        "short digest in CDS",
        "@ CDS 1 13 2 0123456789abcdef",
        [false, false, true],
        "Knot looks at DS alone",
    ),
    ("short SSHFP", "x SSHFP 1 2 0123456789abcdef", [false, false, true], "RFC 6594 §4.2"),
    ("short ZONEMD", "@ ZONEMD 1 1 1 0123456789abcdef", [false, false, true], "RFC 8976 §2.2.3"),
    ("quoted address", "x A \"192.0.2.2\"", [false, false, false], ""),
    ("quoted name", "x MX 1 \"ns\"", [false, false, false], ""),
    (
        "strings side by side",
        "x TXT \"a\"\"b\"",
        [true, true, false],
        "RFC 1035 §5.1 asks for no blank",
    ),
    ("nested parentheses", "x TXT ((a))", [true, true, false], "Knot has one level"),
    ("CLASS1", "x CLASS1 A 192.0.2.2", [true, true, false], "RFC 3597 §5"),
    ("a bitmap with a number", "x NSEC y A 65535", [false, false, false], ""),
    (
        "@ in a name",
        "a@b A 192.0.2.2",
        [true, true, false],
        "any octet may be in a label (RFC 2181 §11)",
    ),
    ("octets that are no ASCII", "\u{e9} A 192.0.2.2", [true, true, false], "RFC 2181 §11"),
    (
        "NUL in a name",
        "x\0y A 192.0.2.2",
        [true, false, false],
        "RFC 2181 §11: an octet as any other",
    ),
    ("escape above 255", "\\256 A 192.0.2.2", [false, false, true], "RFC 1035 §5.1"),
    ("TYPE255", "x TYPE255 \\# 0", [false, false, true], "a type of questions (RFC 3597 §2)"),
    (
        "$GENERATE below zero",
        "$GENERATE 1-1 x${-2} A 192.0.2.2",
        [false, true, false],
        "BIND writes -1; Knot has no $GENERATE",
    ),
    ("unknown directive", "$FOO 1", [false, false, false], ""),
    ("$INCLUDE of nothing", "$INCLUDE nowhere", [false, false, false], ""),
    ("label of 64 octets", LONG_LABEL, [false, false, false], ""),
    ("$GENERATE", "$GENERATE 1-3 g$ A 192.0.2.$", [true, true, false], "Knot has no $GENERATE"),
    (
        "relative $ORIGIN",
        "$ORIGIN sub\nx A 192.0.2.2",
        [true, true, false],
        "Knot wants it absolute; RFC 1035 §5.1 does not",
    ),
    (
        "missing glue",
        "sub NS ns.sub",
        [true, true, false],
        "a warning of ours: the parent cannot mend it",
    ),
    (
        "below a DNAME",
        "d DNAME ns\nx.d A 192.0.2.2",
        [true, true, false],
        "RFC 6672 §2.4 forbids it; it is occluded, and harmless",
    ),
    ("DNAME and NS", "d DNAME ns\nd NS ns", [false, true, false], "RFC 6672 §2.3"),
    ("wildcard NS", "*.w NS ns", [false, false, true], "RFC 4592 §4.2: not defined"),
    ("wildcard DNAME", "*.w DNAME ns", [false, true, true], "RFC 4592 §4.4: not defined"),
    (
        "record of no zone",
        "www.other. A 192.0.2.2",
        [false, true, true],
        "they leave it out; so do we with --check out-of-zone=warning",
    ),
    (
        "TTL above 2^31",
        "x 4294967295 A 192.0.2.2",
        [false, true, true],
        "RFC 2181 §8; BIND takes 0, Knot takes it",
    ),
    (
        "NSEC3 iterations",
        "@ NSEC3PARAM 1 0 151 ab",
        [false, true, true],
        "no validator believes such proofs (RFC 9276 §3.2)",
    ),
    (
        "two SOAs",
        "@ SOA ns h 2 7200 3600 1209600 300",
        [false, false, true],
        "Knot takes the last; RFC 1035 §5.2 allows one",
    ),
    (
        "RDATA of five octets",
        "x A \\# 5 0102030405",
        [false, false, true],
        "Knot does not look into it; RFC 3597 §5",
    ),
];

/// Whole files.
const WHOLE: &[(&str, &str, [bool; 3], &str)] = &[
    (
        "TTL by the SOA",
        "$ORIGIN example.\n@ SOA ns h 1 7200 3600 1209600 300\n@ NS ns\nns A 192.0.2.1\n",
        [true, true, true],
        "",
    ),
    ("no SOA", "$ORIGIN example.\n$TTL 300\n@ NS ns\nns A 192.0.2.1\n", [false, false, false], ""),
    (
        "no NS",
        "$ORIGIN example.\n$TTL 300\n@ SOA ns h 1 7200 3600 1209600 300\nns A 192.0.2.1\n",
        [false, false, false],
        "",
    ),
    (
        "byte order mark",
        "\u{feff}$ORIGIN example.\n$TTL 300\n@ SOA ns h 1 7200 3600 1209600 300\n@ NS ns\nns A 192.0.2.1\n",
        [true, false, false],
        "editors write it; it is no name",
    ),
    (
        "line ends of another system",
        "$ORIGIN example.\r\n$TTL 300\r\n@ SOA ns h 1 7200 3600 1209600 300\r\n@ NS ns\r\nns A 192.0.2.1\r\n",
        [true, true, false],
        "Knot 3.2 refuses CR",
    ),
    ("empty", "", [false, false, false], ""),
    ("owner left out at first", "  300 A 192.0.2.1\n", [false, false, false], ""),
    (
        "NS to nowhere",
        "$ORIGIN example.\n$TTL 300\n@ SOA ns h 1 7200 3600 1209600 300\n@ NS ns\n",
        [true, false, false],
        "a warning of ours; an error with --check dangling-target=error",
    ),
    (
        "NS to a CNAME",
        "$ORIGIN example.\n$TTL 300\n@ SOA ns h 1 7200 3600 1209600 300\n@ NS ns\nns CNAME x\nx A 192.0.2.1\n",
        [true, false, false],
        "a warning of ours; an error with --check aliased-target=error",
    ),
];

const LONG_LABEL: &str =
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa A 192.0.2.2";

#[test]
fn bind_and_knot_agree_on_what_is_a_zone_file() {
    if !wanted("named-compilezone") || !wanted("kzonecheck") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("example.zone");
    let image = folder.path().join("image");
    let takes = |command: &mut Command| {
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.expect("the tool runs").success()
    };
    let mut differences = Vec::new();
    let after = AFTER_HEAD.iter().map(|(n, t, e, w)| (n, format!("{HEAD}{t}\n"), e, w));
    let whole = WHOLE.iter().map(|(n, t, e, w)| (n, (*t).to_owned(), e, w));
    for (name, text, expected, why) in after.chain(whole) {
        fs::write(&file, text).unwrap();
        let found = [
            takes(zonec(["build", "-o"]).arg(&image).arg(&file)),
            takes(
                Command::new("named-compilezone")
                    .args(["-q", "-k", "ignore", "-o", "/dev/null", "example."])
                    .arg(&file),
            ),
            takes(Command::new("kzonecheck").args(["-o", "example."]).arg(&file)),
        ];
        if found != *expected {
            differences.push(format!("{name}: {found:?}, not {expected:?} (ours, BIND, Knot)"));
        }
        let differ = expected.iter().any(|takes| takes != &expected[0]);
        assert_eq!(differ, !why.is_empty(), "{name}: a difference has a reason");
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
