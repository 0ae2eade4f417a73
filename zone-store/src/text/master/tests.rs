use super::*;
use crate::text::testing::Told;
use dns_wire::NameBuf;
use std::collections::BTreeMap;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

fn read(text: &str) -> Told {
    let mut told = Told::default();
    parse(text.as_bytes(), Options::new(0), &mut told);
    told.check_places(text.as_bytes());
    told
}

/// Below `$ORIGIN example.` and `$TTL 60`, both on the first line that is not counted.
fn example(text: &str) -> Told {
    let origin: NameBuf = "example.".parse().unwrap();
    let mut told = Told::default();
    let options =
        Options { origin: Some(origin.as_name()), default_ttl: Some(Ttl(60)), ..Options::new(0) };
    parse(text.as_bytes(), options, &mut told);
    told.check_places(text.as_bytes());
    told
}

#[test]
fn owner_ttl_class_and_type() {
    let text = "a 5 IN A 192.0.2.1\nb IN 6 A 192.0.2.2\n\tA 192.0.2.3\nc a 192.0.2.4\n@ class1 1h1m TYPE1 192.0.2.5\n* A 192.0.2.6\nx.y. A 192.0.2.7\nIN NS 8\n";
    assert_eq!(
        example(text).good(),
        [
            "a.example. 5 A 192.0.2.1",
            "b.example. 6 A 192.0.2.2",
            "b.example. 60 A 192.0.2.3",
            "c.example. 60 A 192.0.2.4",
            "example. 3660 A 192.0.2.5",
            "*.example. 60 A 192.0.2.6",
            "x.y. 60 A 192.0.2.7",
            "IN.example. 60 NS 8.example.",
        ]
    );
}

#[test]
fn ttl_default_comes_from_ttl_directive_then_last_ttl_then_soa_minimum() {
    let told = read(
        "a. 5 A 192.0.2.1\na. A 192.0.2.2\n$TTL 1m\na. A 192.0.2.3\na. 7 A 192.0.2.4\na. A 192.0.2.5\n",
    );
    assert_eq!(
        told.good(),
        [
            "a. 5 A 192.0.2.1",
            "a. 5 A 192.0.2.2",
            "a. 60 A 192.0.2.3",
            "a. 7 A 192.0.2.4",
            "a. 60 A 192.0.2.5"
        ]
    );
    let told = read("a. SOA b. c. 1 2 3 4 900\na. NS b.\n");
    assert_eq!(
        told.warnings(),
        ["1:1 no time to live is given; the SOA's minimum of 900 s is taken"]
    );
    assert_eq!(told.good(), ["a. 900 SOA b. c. 1 2 3 4 900", "a. 900 NS b."]);
    let told = read("a. NS b.\n");
    assert_eq!(told.errors(), ["1:1 no time to live is known for this record"]);
    let errors = example("$TTL 2147483648\n$TTL 1x\n$TTL\n$TTL 1 2\n").errors();
    assert_eq!(
        errors,
        [
            "1:6 a time to live above 2147483647 s (RFC 2181 section 8)",
            "2:6 '1x' is no time to live",
            "3:1 $TTL takes a time to live",
            "4:1 $TTL takes a time to live",
        ]
    );
}

#[test]
fn origin() {
    let text = "$ORIGIN b\nx A 192.0.2.1\n$ORIGIN c.\nx A 192.0.2.2\n@ NS @\n$origin .\nx NS y\n";
    assert_eq!(
        example(text).good(),
        ["x.b.example. 60 A 192.0.2.1", "x.c. 60 A 192.0.2.2", "c. 60 NS c.", "x. 60 NS y."]
    );
    let told =
        read("$TTL 1\nx A 192.0.2.1\n. NS @\n. NS x\n. NS x.\n. MX 5 @\n$ORIGIN y\n. TXT @\n");
    assert_eq!(told.errors(), ["2:1 'x' is no name: relative name without an origin"]);
    assert_eq!(told.items, [". 1 NS x.", ". 1 TXT \"@\""]);
    for (text, error) in [
        ("ns1 5 IN A 192.0.2.1", "1:1 'ns1' is no name: relative name without an origin"),
        ("@ 5 NS x.", "1:1 '@' is no name: relative name without an origin"),
        (". 5 NS ns1", "1:8 NS: relative name without an origin in 'ns1'"),
        (". 5 NS @", "1:8 '@' stands for the origin, and there is none"),
        (". 5 MX 5 @", "1:10 '@' stands for the origin, and there is none"),
        ("$ORIGIN y", "1:9 'y' is no name: relative name without an origin"),
        ("$GENERATE 1-3 x$ 5 A 192.0.2.$", "1:15 'x1' is no name: relative name without an origin"),
    ] {
        let told = read(text);
        assert_eq!(told.errors(), [error], "{text}");
        assert!(told.problems[0].hint.is_some_and(|hint| hint.contains("ORIGIN=FILE")), "{text}");
    }
}

#[test]
fn a_missing_origin_is_told_once() {
    let mut text = String::from("$TTL 1\n");
    for number in 0..2_000 {
        text += &format!("ns{number} A 192.0.2.1\n A 192.0.2.2\n. MX 1 mx{number}\n. NS @\n");
    }
    text += "x. A bad\n";
    let mut told = Told::default();
    let summary = parse(text.as_bytes(), Options::new(0), &mut told);
    assert_eq!(
        told.errors(),
        ["2:1 'ns0' is no name: relative name without an origin", "8002:6 A: bad address in 'bad'",]
    );
    assert_eq!((summary.errors, summary.items, summary.stopped), (2, 0, false));
    // Names that are too long are not taken for names that want an origin.
    let long = format!("x. 1 NS y\nx. 1 NS {}.\n", ["abcdefg"; 32].join("."));
    assert_eq!(read(&long).errors().len(), 2);
}

#[test]
fn what_is_wrong_with_all_of_a_field_is_told_at_its_start() {
    let label = "l".repeat(64);
    let text = format!("a.{label} A 192.0.2.1\na NS a.{label}\na NSAP 0x123\n");
    let errors = example(&text).errors();
    let places: Vec<_> = errors.iter().filter_map(|error| error.split(' ').next()).collect();
    // The digits of NSAP begin after `0x`.
    assert_eq!(places, ["1:1", "2:6", "3:10"], "{errors:#?}");
}

#[test]
fn parentheses_quotes_escapes_and_comments() {
    let text = r#"
@ SOA ns hostmaster.x ( 1 ; serial (
   2h 3 4
   5 ) ; end
a\.b TXT "one; \"two\"" three\ four "" ( "five"
) ; six
\065\@ TXT k="v w"
"#;
    assert_eq!(
        example(text).good(),
        [
            r#"example. 60 SOA ns.example. hostmaster.x.example. 1 7200 3 4 5"#,
            r#"a\.b.example. 60 TXT "one; \"two\"" "three four" "" "five""#,
            r#"A\@.example. 60 TXT "k=" "v w""#,
        ]
    );
}

#[test]
fn unknown_types_and_classes() {
    let text = "a TYPE65280 \\# 3 01 02ff\na A \\# 4 C0000201\na CLASS1 TXT x\na MX \\# 3 000100\n";
    assert_eq!(
        example(text).good(),
        [
            r"a.example. 60 TYPE65280 \# 3 0102FF",
            "a.example. 60 A 192.0.2.1",
            "a.example. 60 TXT \"x\"",
            "a.example. 60 MX 1 .",
        ]
    );
    let errors = example(
        "a CH TXT x\na HS 5 TXT x\na CLASS7 A 1.1.1.1\na ANY x\na OPT x\na TYPE0 \\# 0\na NOPE x\n",
    )
    .errors();
    assert_eq!(
        errors,
        [
            "1:3 class CH is not served",
            "2:3 class HS is not served",
            "3:3 class CLASS7 is not served",
            "4:3 class ANY is not served",
            "5:3 OPT is a type of questions and messages, not of zone data",
            "6:3 TYPE0 is a type of questions and messages, not of zone data",
            "7:3 'NOPE' is no type",
        ]
    );
}

#[test]
fn every_error_is_told_with_line_and_column() {
    let text = "a A 192.0.2\n\nb MX (\n ten\n mail )\nc A\nd\n..e A 192.0.2.1\n$FOO\nf 1 2 A 192.0.2.1\ng IN IN A 192.0.2.1\nh A 192.0.2.1 x\n\"q\" A 192.0.2.1\ni A 192.0.2.1\n";
    let told = example(text);
    assert_eq!(
        told.errors(),
        [
            "1:5 A: bad address in '192.0.2'",
            "4:2 MX: bad number in 'ten'",
            "6:4 A: field missing",
            "7:2 the type is missing",
            "8:1 '..e' is no name: empty label or field",
            "9:1 unknown directive '$FOO'",
            "10:5 a second time to live where the type should be",
            "11:6 a second class where the type should be",
            "12:15 A: surplus field in 'x'",
            "13:1 a name is not quoted",
        ]
    );
    assert_eq!(told.items, ["i.example. 60 A 192.0.2.1"]);
    assert_eq!(
        read(" A 192.0.2.1\n").errors(),
        ["1:2 the owner is left out, and no record came before"]
    );
}

#[test]
fn scan_errors_are_told_and_the_next_entry_is_read() {
    let text =
        "a TXT \"x\nb A 192.0.2.1 )\nd A 192.0.2.2\ne TXT x\\\nf SOA ( 1\n 2\n)\ng A 192.0.2.3\n";
    let told = example(text);
    assert_eq!(
        told.errors(),
        [
            "1:7 the quoted string does not end on its line",
            "2:15 ')' without '('",
            "4:7 '\\' at the end of the line",
            "6:3 SOA: field missing",
        ]
    );
    assert_eq!(told.items, ["d.example. 60 A 192.0.2.2", "g.example. 60 A 192.0.2.3"]);
    let told = example("a SOA ( 1\n 2\nb A 192.0.2.1\nc A 192.0.2.2\n");
    assert_eq!(told.errors(), ["1:7 '(' is never closed"]);
    assert_eq!(told.items, ["b.example. 60 A 192.0.2.1", "c.example. 60 A 192.0.2.2"]);
}

#[test]
fn reading_stops_at_the_limit_of_errors() {
    let origin: NameBuf = "example.".parse().unwrap();
    let mut told = Told::default();
    let limits = Limits { problems: 2, ..Limits::DEFAULT };
    let options = Options { origin: Some(origin.as_name()), limits, ..Options::new(0) };
    let summary = parse(b"a\nb\nc\nd\n", options, &mut told);
    assert_eq!(
        told.errors(),
        [
            "1:2 the type is missing",
            "2:2 the type is missing",
            "2:2 too many errors; the rest is not read"
        ]
    );
    assert!(summary.stopped);
    assert_eq!(summary.errors, 2);
}

#[test]
fn positions_of_records() {
    let told = example("\n  \na A 192.0.2.1\n  A 192.0.2.2 ; x\n(\nb A 192.0.2.3 )\n");
    let places: Vec<_> = told.places.iter().map(|at| (at.line, at.column)).collect();
    assert_eq!(places, [(3, 1), (4, 3), (6, 1)]);
}

#[test]
fn windows_line_ends_and_byte_order_mark() {
    assert_eq!(example("\u{feff}a A 192.0.2.1\r\n\r\nb TXT \"x\"\r\n").good().len(), 2);
    // Columns of the first line are counted after the mark.
    assert_eq!(example("\u{feff}a A bad").errors(), ["1:5 A: bad address in 'bad'"]);
    assert_eq!(
        example("\u{feff}a TXT \"x").errors(),
        ["1:7 the quoted string does not end on its line"]
    );
}

/// Texts by name; the number of a text is its place among the names.
struct Texts(BTreeMap<String, String>);

impl Loader for Texts {
    fn load(&mut self, name: &[u8], _from: u32) -> Result<Loaded, String> {
        let name = String::from_utf8_lossy(name).to_string();
        let place = self.0.keys().position(|known| *known == name).ok_or("not found")?;
        let text = self.0[&name].clone().into_bytes();
        Ok(Loaded { source: place as u32 + 1, text: Box::new(text) })
    }
}

fn read_with(texts: &[(&str, &str)], limits: Limits, text: &str) -> Told {
    let texts =
        texts.iter().map(|(name, text)| (String::from(*name), String::from(*text))).collect();
    let mut loader = Texts(texts);
    let origin: NameBuf = "example.".parse().unwrap();
    let mut told = Told::default();
    let options = Options {
        origin: Some(origin.as_name()),
        default_ttl: Some(Ttl(60)),
        loader: Some(&mut loader),
        limits,
        ..Options::new(0)
    };
    parse(text.as_bytes(), options, &mut told);
    told
}

#[test]
fn include_keeps_origin_and_owner_of_the_outer_text() {
    let told = read_with(
        &[
            ("in ner", "x A 192.0.2.1\n$ORIGIN z.\n$TTL 5\n@ NS y\n"),
            ("b", "$INCLUDE \"in ner\"\n"),
        ],
        Limits::DEFAULT,
        "o A 192.0.2.9\n$INCLUDE \"in ner\" sub\n A 192.0.2.2\n$INCLUDE in\\ ner\n$INCLUDE b c.\n",
    );
    assert_eq!(told.places[1].source, 2);
    assert_eq!(
        told.good(),
        [
            "o.example. 60 A 192.0.2.9",
            "x.sub.example. 60 A 192.0.2.1",
            "z. 5 NS y.z.",
            "o.example. 5 A 192.0.2.2",
            "x.example. 5 A 192.0.2.1",
            "z. 5 NS y.z.",
            "x.c. 5 A 192.0.2.1",
            "z. 5 NS y.z.",
        ]
    );
}

#[test]
fn include_is_bounded() {
    let texts = [
        ("a", "$INCLUDE b\nx A bad\n"),
        ("b", "$INCLUDE a\n"),
        ("c", "$INCLUDE d\n"),
        ("d", "$INCLUDE e\n"),
        ("e", ""),
    ];
    let told = read_with(&texts, Limits::DEFAULT, "$INCLUDE a\n$INCLUDE f\n$INCLUDE\n");
    assert_eq!(
        told.errors(),
        [
            "1:10 'a' includes itself",
            "2:5 A: bad address in 'bad'",
            "2:10 'f': not found",
            "3:1 $INCLUDE takes a file and, if need be, an origin"
        ]
    );
    assert_eq!(told.problems[0].at.source, 2);
    let told = read_with(&texts, Limits { include_depth: 2, ..Limits::DEFAULT }, "$INCLUDE c\n");
    assert_eq!(told.errors(), ["1:10 $INCLUDE more than 2 deep"]);
    let told = read_with(
        &texts,
        Limits { includes: 2, ..Limits::DEFAULT },
        "$INCLUDE e\n$INCLUDE e\n$INCLUDE e\n",
    );
    assert_eq!(told.errors(), ["3:10 more than 2 texts included"]);
    let told = read_with(
        &texts,
        Limits { includes: 1, ..Limits::DEFAULT },
        "$INCLUDE e\n$INCLUDE e\n$INCLUDE e\n",
    );
    assert_eq!(told.errors(), ["2:10 more than 1 texts included"], "once");
    assert_eq!(example("$INCLUDE x\n").errors(), ["1:10 $INCLUDE cannot be followed here"]);
}

#[test]
fn generate() {
    let text = "$GENERATE 1-2 h$ A 192.0.2.$\n$GENERATE 0-4/4 ${10,3} 5 IN PTR p-${0,2,x}.x.\n$GENERATE 1-1 m MX \"10 m$\"\n$GENERATE 1-1 t TXT \"a $\" b\n$GENERATE 10-10 ${0,3,n} CNAME \\$$\n";
    assert_eq!(
        example(text).good(),
        [
            "h1.example. 60 A 192.0.2.1",
            "h2.example. 60 A 192.0.2.2",
            "010.example. 5 PTR p-00.x.",
            "014.example. 5 PTR p-04.x.",
            "m.example. 60 MX 10 m1.example.",
            "t.example. 60 TXT \"a 1\" \"b\"",
            r"a.0.example. 60 CNAME \$10.example.",
        ]
    );
    let errors = example("$GENERATE 2-1 a A 192.0.2.1\n$GENERATE 1-2 a$ A 192.0.2.${300}\n$GENERATE 1-2 a${x} A 192.0.2.1\n$GENERATE 1-2 a\n$GENERATE 0-4000000 a A 192.0.2.1\n$GENERATE 1-3 a A 192.0.2.${-2}\n").errors();
    assert_eq!(
        errors,
        [
            "1:11 '2-1' is no range",
            "2:20 A: bad address in '192.0.2.301'",
            "3:15 bad modifier after '$'",
            "4:16 the type is missing",
            "5:11 more than 1048576 records by $GENERATE",
            "6:19 the offset makes a number negative",
        ]
    );
}

/// As BIND: quotes in the one quoted field that holds all data are escaped there.
#[test]
fn escaped_quotes_of_generated_data() {
    let text = r#"$GENERATE 1-1 t TXT "\"a $\" b \\x""#;
    assert_eq!(example(text).good(), [r#"t.example. 60 TXT "a 1" "b" "\\x""#]);
}

#[test]
fn only_strings_are_quoted() {
    let text = "\"a\" A 192.0.2.1\na \"5\" A 192.0.2.1\na \"IN\" A 192.0.2.1\na \"A\" 192.0.2.1\na A \"192.0.2.1\"\na NS \"b\"\na MX \"1\" b\na DS 1 8 \"1\" 2BB183AF5F22588179A53B0A98631FAD1A292118\n$GENERATE 1-1 \"a$\" A 192.0.2.1\na TXT \"t\"\na CAA 0 issue \"t\"\na HTTPS \"1\" . alpn=h2\n";
    let errors = [
        "1:1 a name is not quoted",
        "2:3 time to live, class and type are not quoted",
        "3:3 time to live, class and type are not quoted",
        "4:3 time to live, class and type are not quoted",
        "5:5 A: quotes not allowed in '192.0.2.1'",
        "6:6 NS: quotes not allowed in 'b'",
        "7:6 MX: quotes not allowed in '1'",
        "8:10 DS: quotes not allowed in '1'",
        "9:15 a name is not quoted",
        "12:9 HTTPS: quotes not allowed in '1'",
    ];
    assert_eq!(example(text).errors(), errors);
    let pair = example("a HTTPS 1 alpn=\"h2\" port=53\n").errors();
    assert_eq!(pair, ["1:11 HTTPS: the target is missing"]);
}

#[test]
fn a_record_as_long_as_any_is_read() {
    let mut text = String::from("a TXT");
    for _ in 0..255 {
        text += &format!(" \"{}\"", "x".repeat(255));
    }
    assert_eq!(example(&text).good().len(), 1);
    text += " \"x\"";
    text += &format!(" \"{}\"", "x".repeat(255));
    assert_eq!(example(&text).errors().len(), 1);
}
