use super::*;
use proptest::prelude::*;
use std::string::String;

/// Entries as `line[>]:field|field`, with `>` for an indented line, `"` before quoted and `=` before pairs.
fn scanned(text: &str) -> Vec<String> {
    let mut scanner = Scanner::new(text.as_bytes());
    let mut fields = Vec::new();
    let mut seen = Vec::new();
    while let Some(entry) = scanner.next_entry(&mut fields) {
        seen.push(match entry {
            Ok(()) => {
                let entry = scanner.entry();
                let fields: Vec<String> = fields
                    .iter()
                    .map(|field| {
                        let mark = match field.form {
                            Form::Plain => "",
                            Form::Quoted => "\"",
                            Form::Pair => "=",
                        };
                        std::format!("{mark}{}", String::from_utf8_lossy(field.text))
                    })
                    .collect();
                std::format!(
                    "{}{}:{}",
                    entry.line,
                    if entry.indented { ">" } else { "" },
                    fields.join("|")
                )
            }
            Err(error) => std::format!("{:?}@{}", error.kind, error.at),
        });
        assert!(seen.len() <= text.len() + 1, "the scanner goes on");
    }
    seen
}

#[test]
fn lines_blanks_and_comments() {
    assert_eq!(
        scanned("a IN\tA  1.2.3.4 ; x\n\n ; y\n  NS b\r\nc"),
        ["1:a|IN|A|1.2.3.4", "4>:NS|b", "5:c"]
    );
    assert_eq!(scanned("\u{feff}a b"), ["1:a|b"]);
    assert!(scanned("").is_empty());
    assert!(scanned(" \n;x\n\t").is_empty());
}

#[test]
fn parentheses_join_lines() {
    assert_eq!(
        scanned("a SOA b c ( 1 ; serial\n 2\n(3) 4\n) 5\nd"),
        ["1:a|SOA|b|c|1|2|3|4|5", "5:d"]
    );
    assert_eq!(scanned("a(b)c"), ["1:a|b|c"]);
    assert_eq!(scanned("(\n\na\n)\nb"), ["3:a", "5:b"]);
}

#[test]
fn quotes_and_escapes() {
    assert_eq!(
        scanned(r#"a TXT "b c;(" "" "d\"e" f\ g \;h"#),
        [r#"1:a|TXT|"b c;(|"|"d\"e|f\ g|\;h"#]
    );
    assert_eq!(scanned(r#""a"b"c""#), [r#"1:"a|b|"c"#]);
    assert_eq!(scanned(r#"a alpn="h2, h3" b=c"d""#), [r#"1:a|=alpn="h2, h3"|b=c|"d"#]);
    assert_eq!(scanned(r"a\\ b"), [r"1:a\\|b"]);
}

#[test]
fn errors_name_their_place_and_reading_goes_on() {
    assert_eq!(scanned("a (b\n c\nd e\n"), ["Unclosed@2", "3:d|e"]);
    assert_eq!(scanned("a b)c\nd"), ["Unopened@3", "2:d"]);
    assert_eq!(scanned("a \"b\nc"), ["Unquoted@2", "2:c"]);
    assert_eq!(scanned("a b=\"c\nd"), ["Unquoted@2", "2:d"]);
    assert_eq!(scanned("a b\\\nc"), ["EscapedEnd@2", "2:c"]);
    assert_eq!(scanned("a\\"), ["EscapedEnd@0"]);
}

#[test]
fn an_entry_has_a_largest_number_of_fields() {
    let mut text = String::from("x");
    for _ in 0..MAX_FIELDS {
        text.push_str(" y");
    }
    text.push_str("\nz");
    assert_eq!(scanned(&text)[1..], [String::from("2:z")]);
    assert!(scanned(&text)[0].starts_with("TooManyFields"));
}

proptest! {
    #[test]
    fn any_text_ends_and_its_fields_lie_in_it(text in vec(prop_oneof![
        Just(b' '), Just(b'\n'), Just(b'"'), Just(b'('), Just(b')'), Just(b';'), Just(b'\\'), Just(b'='), any::<u8>()
    ], 0..200)) {
        let mut scanner = Scanner::new(&text);
        let mut fields = Vec::new();
        let mut steps = 0;
        while let Some(entry) = scanner.next_entry(&mut fields) {
            steps += 1;
            prop_assert!(steps <= text.len() + 1);
            match entry {
                Ok(()) => {
                    let entry = scanner.entry();
                    let lines = text[..entry.line_start].iter().filter(|&&octet| octet == b'\n').count();
                    prop_assert_eq!(entry.line as usize, lines + 1);
                    for field in &fields {
                        prop_assert!(field.escaped || !field.text.contains(&b'\\'));
                        let skip = usize::from(field.form == Form::Quoted);
                        prop_assert_eq!(&text[field.at + skip..][..field.text.len()], field.text);
                    }
                }
                Err(error) => prop_assert!(error.at < text.len()),
            }
        }
    }
}

fn vec(
    element: impl Strategy<Value = u8>,
    size: core::ops::Range<usize>,
) -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(element, size)
}

#[test]
fn a_scan_of_many_unclosed_parentheses_stays_quick() {
    let text = "( a\n".repeat(2_000);
    let seen = scanned(&text);
    assert_eq!(seen.len(), 2_000);
}

#[test]
fn special_octets_are_the_ones_the_slow_way_knows() {
    for octet in 0..=255 {
        let bits = specials(&[octet; BLOCK]);
        let expected = octet <= b' ' || is_special(octet);
        assert_eq!(bits, if expected { u64::MAX } else { 0 }, "{octet}");
    }
}
