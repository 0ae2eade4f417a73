use super::*;
use crate::text::testing::Told;
use std::format;
use std::string::String;
use std::vec::Vec;

fn read(text: &str) -> Told {
    let mut told = Told::default();
    parse(text.as_bytes(), Options::new(0, b"m"), &mut told);
    told.check_places(text.as_bytes());
    told
}

#[track_caller]
fn good(text: &str) -> Vec<String> {
    read(text).good()
}

#[track_caller]
fn error(text: &str) -> String {
    let mut errors = read(text).errors();
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors.remove(0)
}

#[test]
fn prefix_and_location() {
    assert_eq!(
        good(
            "192.0.2.0/24 1\n\t2001:db8::/32\tde # x\r\n10.0.0.0/8,a b\n\"::/0\", \"c d\"\n# all\n\n192.0.2.1 x#y"
        ),
        [
            "[m] 192.0.2.0/24 -> 1",
            "[m] 2001:db8::/32 -> de",
            "[m] 10.0.0.0/8 -> a b",
            "[m] ::/0 -> c d",
            "[m] 192.0.2.1/32 -> x#y",
        ]
    );
}

#[test]
fn bare_prefix_is_its_own_location() {
    assert_eq!(
        good("1.0.4.0/22\n2001:DB8::/32 # x\n1.1.1.1"),
        [
            "[m] 1.0.4.0/22 -> 1.0.4.0/22",
            "[m] 2001:db8::/32 -> 2001:DB8::/32",
            "[m] 1.1.1.1/32 -> 1.1.1.1"
        ]
    );
}

#[test]
fn a_bare_prefix_among_others_is_warned_about() {
    let warning = "no location, where other lines have one; the prefix is a location of its own";
    for (text, place) in [
        ("192.0.2.0/24 x\n 10.0.0.0/8\n\n10.0.0.0/9 # y\n", "2:2"),
        ("::/0\n192.0.2.0,192.0.2.9,x\n", "1:1"),
    ] {
        let told = read(text);
        assert_eq!(told.warnings(), [format!("{place} {warning}")]);
        assert!(told.errors().is_empty());
    }
    assert!(read("::/0\n10.0.0.0/8\n").warnings().is_empty());
    assert!(read("::/0 x\n10.0.0.0/8,y\n").warnings().is_empty());
}

#[test]
fn range() {
    assert_eq!(
        good(
            "1.0.1.0,1.0.3.255,CN\n2001:db8::,2001:db8::2,x,\"name, more\"\n\"1.1.1.1\",\"1.1.1.1\",\"y\""
        ),
        [
            "[m] 1.0.1.0/24 -> CN",
            "[m] 1.0.2.0/23 -> CN",
            "[m] 2001:db8::/127 -> x",
            "[m] 2001:db8::2/128 -> x",
            "[m] 1.1.1.1/32 -> y",
        ]
    );
    assert_eq!(error("1.0.3.255,1.0.1.0,CN"), "1:11 '1.0.1.0' is not an end of the range");
    assert_eq!(error("1.0.3.255,::1,CN"), "1:11 '::1' is not an end of the range");
    // Not one address and a location that is called as another is.
    for (text, column) in [("1.0.1.0,1.0.3.255", 18), ("::,::1,", 8), ("1.0.1.0 1.0.3.255", 18)] {
        assert_eq!(error(text), format!("1:{column} the location of the range is missing"));
    }
    assert_eq!(good("1.0.1.0/32 1.0.3.255"), ["[m] 1.0.1.0/32 -> 1.0.3.255"]);
}

#[test]
fn a_quote_that_is_not_closed_is_an_error() {
    for (text, column) in [("\"10.0.0.0/8 x", 1), ("10.0.0.0/8 \"x", 12), ("10.0.0.0/8,\"", 12)] {
        let message = format!("1:{column} the quoted field does not end on its line");
        assert_eq!(error(text), message);
    }
}

#[test]
fn errors_name_the_column_and_the_right_prefix() {
    let told = read(
        " 10.2.0.5/8 x\n10.0.0.0/33 y\nfoo z\n2001:db8::1/32\n10.0.0.0/8 x y\n,x\n10.0.0.0/8 ok",
    );
    assert_eq!(
        told.errors(),
        [
            "1:2 '10.2.0.5/8' has bits past its length; the prefix is 10.0.0.0/8",
            "2:1 '10.0.0.0/33': the length is longer than the address",
            "3:1 'foo' is no prefix",
            "4:1 '2001:db8::1/32' has bits past its length; the prefix is 2001:db8::/32",
            "5:14 a field more than this line takes: 'y'",
            "6:1 the prefix is missing",
        ]
    );
    assert_eq!(told.items, ["[m] 10.0.0.0/8 -> ok"]);
    assert_eq!(
        error("::ffff:0:0/90 x"),
        "1:1 '::ffff:0:0/90': an IPv4-mapped prefix shorter than /96 has bits past its length"
    );
    assert_eq!(error("\u{feff}\tfoo x"), "1:2 'foo' is no prefix");
    let long = "l".repeat(256);
    assert_eq!(error(&format!("::/0 {long}")), "1:6 a location of more than 255 octets");
}
