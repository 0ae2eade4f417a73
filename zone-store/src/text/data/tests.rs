//! A test for each row of the table of lines in FORMATS.md.

use super::*;
use crate::text::testing::Told;
use std::format;
use std::string::String;

const NOW: i64 = 1_700_000_000;

fn read(text: &str) -> Told {
    read_with(text, Options { serial: 42, now: Some(Tai64::from_unix(NOW)), ..Options::new(0) }).0
}

fn read_with(text: &str, options: Options) -> (Told, Read) {
    let mut told = Told::default();
    let read = parse(text.as_bytes(), options, &mut told);
    told.check_places(text.as_bytes());
    (told, read)
}

#[track_caller]
fn good(text: &str) -> Vec<String> {
    let told = read(text);
    assert_eq!(told.warnings(), [""; 0]);
    told.good()
}

#[track_caller]
fn error(text: &str) -> String {
    let mut errors = read(text).errors();
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors.remove(0)
}

#[test]
fn soa_line() {
    assert_eq!(
        good("Zexample.com,a.ns.example.com,host.example.com,,,,,,,,\nZ.:a.:b.:7:1:2:3:4:5::eu"),
        [
            "example.com. 2560 SOA a.ns.example.com. host.example.com. 42 16384 2048 1048576 2560",
            ". 5 SOA a. b. 7 1 2 3 4 @eu",
        ]
    );
    assert_eq!(error("Zx:a.b.c:x\u{20}y:1a"), "1:14 '1a' is no serial");
    assert_eq!(error("Zx::b"), "1:4 the server or the contact of the SOA is missing");
    assert_eq!(error("Zx:a"), "1:5 the server or the contact of the SOA is missing");
}

#[test]
fn dot_line() {
    assert_eq!(
        good(".example.com:192.0.2.1:a\n.x::b.y:0::eu"),
        [
            "example.com. 2560 SOA a.ns.example.com. hostmaster.example.com. 42 16384 2048 1048576 2560",
            "example.com. 259200 NS a.ns.example.com.",
            "a.ns.example.com. 259200 A 192.0.2.1",
            "x. 0 SOA b.y. hostmaster.x. 42 16384 2048 1048576 2560 @eu",
            "x. 0 NS b.y. @eu",
        ]
    );
}

#[test]
fn name_server_line() {
    assert_eq!(
        good("&sub.example.com,2001:db8::1,ns.example.net,60,,e\\165\n&x::\n&y"),
        [
            "sub.example.com. 60 NS ns.example.net. @eu",
            "ns.example.net. 60 AAAA 2001:db8::1 @eu",
            "x. 259200 NS ns.x.",
            "y. 259200 NS ns.y.",
        ]
    );
    assert_eq!(error("&x:192.0.2:a"), "1:4 '192.0.2' is no address");
}

#[test]
fn address_line() {
    assert_eq!(
        good(
            "+www.x:192.0.2.1\n+*.x,2001:db8::1,60,,eu,0\n+x,::ffff:192.0.2.9,,,,5\n +y:192.0.2.2:  \t\r\n"
        ),
        [
            "www.x. 86400 A 192.0.2.1",
            "*.x. 60 AAAA 2001:db8::1 @eu *0",
            "x. 86400 A 192.0.2.9 *5",
            "y. 86400 A 192.0.2.2",
        ]
    );
    assert_eq!(error("+x"), "1:3 the address is missing");
    assert_eq!(error("+x:2001:db8::1"), "1:4 '2001' is no address");
    for (line, hint) in [("+x:2001:db8::1", "needs ','"), ("+x:192.0.2.256", "four numbers")] {
        let hints: Vec<_> = read(line).problems.iter().filter_map(|problem| problem.hint).collect();
        assert!(hints[0].contains(hint), "{line}: {hints:?}");
    }
    assert_eq!(error("+x:192.0.2.1:::eu:heavy"), "1:19 'heavy' is no weight");
    assert_eq!(
        error("+x:192.0.2.1:4294967295"),
        "1:14 a time to live above 2147483647 s (RFC 2181 section 8)"
    );
}

#[test]
fn host_line() {
    assert_eq!(
        good("=www.x:192.0.2.1:60\n=*.x,2001:db8::1f,60,,eu"),
        [
            "www.x. 60 A 192.0.2.1",
            "1.2.0.192.in-addr.arpa. 60 PTR www.x. (reverse)",
            "*.x. 60 AAAA 2001:db8::1f @eu",
            "f.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. 60 PTR *.x. @eu (reverse)",
        ]
    );
}

#[test]
fn hexadecimal_address_lines() {
    assert_eq!(
        good("3x:20010DB8000000000000000000000001:60\n6x,2001:db8::2,60"),
        [
            "x. 60 AAAA 2001:db8::1",
            "x. 60 AAAA 2001:db8::2",
            "2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. 60 PTR x. (reverse)",
        ]
    );
    assert_eq!(error("3x:192.0.2.1"), "1:4 '192.0.2.1' is no IPv6 address");
    assert_eq!(
        error("6x:20010DB800000000000000000000000g"),
        "1:4 '20010DB800000000000000000000000g' is no IPv6 address"
    );
}

#[test]
fn mail_exchange_line() {
    assert_eq!(
        good("@x:192.0.2.1:a:10\n@*.x::mail.y:\n@x"),
        [
            "x. 86400 MX 10 a.mx.x.",
            "a.mx.x. 86400 A 192.0.2.1",
            "*.x. 86400 MX 0 mail.y.",
            "x. 86400 MX 0 mx.x."
        ]
    );
    assert_eq!(error("@x::a:65536"), "1:7 distance above 65535");
}

#[test]
fn service_line() {
    assert_eq!(
        good("S_sip._tcp.x:192.0.2.1:a:5060:1:2:60\nS_x._udp.x::b.y"),
        [
            "_sip._tcp.x. 60 SRV 1 2 5060 a.srv._sip._tcp.x.",
            "a.srv._sip._tcp.x. 60 A 192.0.2.1",
            "_x._udp.x. 86400 SRV 0 0 0 b.y.",
        ]
    );
}

#[test]
fn pointer_lines() {
    assert_eq!(
        good("C*.x:y.z:60::eu\n^1.x:host.y\nCa:."),
        ["*.x. 60 CNAME y.z. @eu", "1.x. 86400 PTR host.y.", "a. 86400 CNAME ."]
    );
    assert_eq!(error("Cx:"), "1:4 the target of the CNAME is missing");
}

#[test]
fn text_line() {
    assert_eq!(
        good("'x:v=spf1\\072all, \\\"x\\\":60\n'y,a:b\n'z:"),
        ["x. 60 TXT \"v=spf1:all, \\\"x\\\"\"", "y. 86400 TXT \"a:b\"", "z. 86400 TXT \"\""]
    );
    let text = format!("'x:{}", "a".repeat(300));
    let expected = format!("x. 86400 TXT \"{0}\" \"{0}\" \"{1}\"", "a".repeat(127), "a".repeat(46));
    assert_eq!(good(&text), [expected]);
    assert_eq!(error(&format!("'x:{}", "a".repeat(65_100))), "1:4 more than 65535 octets of data");
}

#[test]
fn raw_line() {
    assert_eq!(
        good(
            ":x:65280:\\001\\xff:60::eu\n:y:1:\\300\\000\\002\\001\n:z:33:\\000\\001\\000\\002\\000\\003\\001a\\000"
        ),
        [r"x. 60 TYPE65280 \# 2 01FF @eu", "y. 86400 A 192.0.2.1", "z. 86400 SRV 1 2 3 a.",]
    );
    assert_eq!(error(":x:1:\\001"), "1:6 these octets are no A: octets end too early at octet 0");
    assert_eq!(error(":x:252:a"), "1:4 AXFR is a type of questions and messages, not of zone data");
    assert_eq!(error(":x:0:a"), "1:4 TYPE0 is a type of questions and messages, not of zone data");
    assert_eq!(error(":x:70000:a"), "1:4 '70000' is no type");
}

#[test]
fn service_binding_lines() {
    assert_eq!(
        good(
            "Hx,.,300,,1,alpn=\"h2|h3\";ipv4hint=192.0.2.1|192.0.2.2;port=8443\nB_a.x,svc.y,,eu,2,port=53\nHz,y.,,,0\nH*.z,t,60,,1,alpn=h2;no-default-alpn="
        ),
        [
            "x. 300 HTTPS 1 . alpn=\"h2,h3\" port=8443 ipv4hint=192.0.2.1,192.0.2.2",
            "_a.x. 0 SVCB 2 svc.y. port=53 @eu",
            "z. 0 HTTPS 0 y.",
            "*.z. 60 HTTPS 1 t. alpn=\"h2\" no-default-alpn",
        ]
    );
    assert!(error("Hx,.,300,,1,alpn=h2;port=x").starts_with("1:21 HTTPS: "));
    for value in ["\"h2", "h2\"", "\""] {
        let told = error(&format!("Hx,.,300,,1,port=1;alpn={value}"));
        assert_eq!(told, format!("1:20 HTTPS: a quote without the other in 'alpn={value}'"));
    }
    assert!(error("Hx,.,300,,1,port=1;port=2").starts_with("1:20 HTTPS: "), "a key twice");
    assert!(
        error("Hx,.,300,,1,mandatory=alpn;port=2").contains("HTTPS"),
        "a mandatory key that is not there"
    );
    assert!(
        error("Hx,.,300,,1,no-default-alpn=").contains("HTTPS"),
        "needs alpn (RFC 9460 section 7.1.1)"
    );
}

#[test]
fn bind_lines() {
    assert_eq!(
        good("Mwww.x,m1\n8*.x,\\155\\061\nMx,\n8x,\\000\\000\nM*,m"),
        [
            "www.x. resolver map m1",
            "*.x. subnet map m1",
            "x. resolver map ",
            "x. subnet map ",
            "*.. resolver map m",
        ]
    );
}

#[test]
fn prefix_line() {
    assert_eq!(
        good(
            "%eu,192.0.2.0/24,m1\n%eu:10.1\n%in:192.168.\n%a,2001:db8::/32\n%\\000\\001,192.0.2.1,m\n%x\n%::m\n%l,::ffff:10.0.0.0/104"
        ),
        [
            "[m1] 192.0.2.0/24 -> eu",
            "[] 10.1.0.0/16 -> eu",
            "[] 192.168.0.0/16 -> in",
            "[] 2001:db8::/32 -> a",
            "[m] 192.0.2.1/32 -> \\x00\\x01",
            "[] 0.0.0.0/0 -> x",
            "[m] 0.0.0.0/0 -> ",
            "[] 10.0.0.0/8 -> l",
        ]
    );
    let told = read("%eu,10.2.0.5/8,m1");
    assert_eq!(told.warnings(), ["1:1 '10.2.0.5/8' has bits past its length; 10.0.0.0/8 is taken"]);
    assert_eq!(told.items, ["[m1] 10.0.0.0/8 -> eu"]);
    assert_eq!(error("%eu,10.0.0.0/33"), "1:5 the length is longer than the address");
    assert_eq!(
        error("%eu,::ffff:0:0/90"),
        "1:5 an IPv4-mapped prefix shorter than /96 has bits past its length"
    );
    assert_eq!(error("%eu:300"), "1:5 '300' is no prefix");
    assert_eq!(error("%eu:1.2/16"), "1:5 '1.2/16' is no prefix");
}

#[test]
fn ids_are_as_long_as_they_are_written() {
    let long = "l".repeat(255);
    assert_eq!(good(&format!("%a,,b\n%{long},,")).len(), 2);
    assert_eq!(error(&format!("%{long}l,,")), "1:2 a location of more than 255 octets");
    assert_eq!(error(&format!("%a,,{long}m")), "1:5 a map of more than 255 octets");
}

#[test]
fn range_points_become_prefixes() {
    // 10.0.0.0/8 -> aa, 10.1.0.0/16 -> bb inside it, 2001:db8::/32 -> cc; as dnsrocks rearranges them,
    // in any order of lines.
    let mut lines = [
        "!m1,::",
        "!m1,0.0.0.0",
        "!m1,10.0.0.0,8,aa",
        "!m1,10.1.0.0,16,bb",
        "!m1,10.2.0.0,8,aa",
        "!m1,11.0.0.0",
        "!m1,0:0:0:0:1::",
        "!m1,2001:db8::,32,cc",
        "!m1,2001:db9::",
    ];
    let expected = ["[m1] 10.0.0.0/8 -> aa", "[m1] 10.1.0.0/16 -> bb", "[m1] 2001:db8::/32 -> cc"];
    assert_eq!(good(&lines.join("\n")), expected);
    lines.reverse();
    assert_eq!(good(&lines.join("\n")), expected);
    // Defaults of both families, a prefix at the first address of another, one at the very end.
    let text = "!m,::,0,zz\n!m,0:0:0:0:1::,0,zz\n!m,0.0.0.0,0,dd\n!m,0.0.0.0,8,ee\n!m,1.0.0.0,0,dd\n!m,255.255.255.255,32,ff";
    assert_eq!(
        good(text),
        [
            "[m] 0.0.0.0/0 -> dd",
            "[m] 0.0.0.0/8 -> ee",
            "[m] 255.255.255.255/32 -> ff",
            "[m] ::/0 -> zz"
        ]
    );
}

#[test]
fn range_points_that_fit_no_prefixes_are_refused() {
    assert_eq!(
        error("!m,10.0.0.5,24,aa"),
        "1:1 a range point that continues a prefix which is not there"
    );
    assert_eq!(
        error("!m,10.0.0.0,24,aa\n!m,10.0.2.0"),
        "2:1 a prefix ends before this range point, and no point stands at its end"
    );
    assert_eq!(
        error("!m,10.0.0.0,24,aa\n!m,10.0.0.9\n!m,10.0.1.0"),
        "2:1 a range point without location inside a prefix"
    );
    assert_eq!(
        error("!m,10.0.0.0,24,aa"),
        "1:1 no range point stands at the end of the prefix that this one opens or continues"
    );
    assert_eq!(error("!m,10.0.0.0,33,aa"), "1:13 the length is longer than the address");
    let options =
        Options { limits: Limits { range_points: 1, ..Limits::DEFAULT }, ..Options::new(0) };
    assert_eq!(
        read_with("!m,0.0.0.0\n!m,1.0.0.0", options).0.errors(),
        ["2:1 more than 1 range points"]
    );
}

#[test]
fn comments_disabled_and_unknown_lines() {
    assert_eq!(good("# x\n\n   \n-www.x:192.0.2.1\n  # y\n"), [""; 0]);
    assert_eq!(error("$ORIGIN x"), "1:1 unknown line '$'");
    assert_eq!(error("\n  www"), "2:3 unknown line 'w'");
    assert_eq!(error("\u{feff} www"), "1:2 unknown line 'w'");
    assert_eq!(good("-"), [""; 0]);
    for kind in "Z.&+=36@SC^':BHM8%!".chars() {
        assert_eq!(error(&format!(" {kind}\r\n")), format!("1:2 nothing follows '{kind}'"));
    }
}

#[test]
fn separator_is_the_one_that_comes_first() {
    assert_eq!(good("'x,a:b,60")[0], "x. 60 TXT \"a:b\"");
    assert_eq!(good("'x:a,b:60")[0], "x. 60 TXT \"a,b\"");
    assert_eq!(good("Mx")[0], "x. resolver map ");
}

#[test]
fn names() {
    assert_eq!(good(r"C\052.A\056b.c.:D.e."), [r"*.A\.b.c. 86400 CNAME D.e."]);
    let told = read("Ca..b:.c..");
    let warning = "1:1 a name with an empty label, which is left out";
    assert_eq!(told.warnings(), [warning, warning]);
    assert_eq!(told.items, ["a.b. 86400 CNAME c."]);
    let long = "l".repeat(64);
    assert_eq!(
        error(&format!("Cx:a.{long}")),
        format!("1:4 'a.{}...' is no name: a label is longer than 63 octets", "l".repeat(38))
    );
    let name = format!("{}.abc", ["abcdefg"; 31].join("."));
    assert_eq!(
        error(&format!("&{name}::x")),
        format!("1:255 'x' is no name: it is longer than 255 octets")
    );
    assert_eq!(error(r"+a\400:192.0.2.1"), "1:3 bad escape");
}

#[test]
fn surplus_fields_are_warned_about() {
    let told = read("+x:192.0.2.1:60::eu:1:and more");
    assert_eq!(told.warnings(), ["1:1 a field more than this line takes: 'and more'"]);
    assert_eq!(told.items.len(), 1);
    assert_eq!(good("+x,192.0.2.1,60,,,,,,,").len(), 1);
}

fn stamp(offset: i64) -> Tai64 {
    Tai64::from_unix(NOW + offset)
}

/// The TTL that a line of this TTL field and timestamp gets, and when that changes, as seconds from now.
fn lifetime(ttl: &str, offset: i64) -> (Option<String>, Option<i64>) {
    let text = format!("+x:192.0.2.1:{ttl}:{}", stamp(offset));
    let options = Options { now: Some(stamp(0)), ..Options::new(0) };
    let (told, read) = read_with(&text, options);
    let changes = read.changes_at.map(|at| at.0.wrapping_sub(stamp(0).0) as i64);
    (told.good().first().map(|line| String::from(line.split(' ').nth(1).unwrap())), changes)
}

#[test]
fn timestamps_begin_and_end_lines() {
    // With a time to live: holds once the timestamp is past, as in tinydns not in that very second.
    assert_eq!(lifetime("60", -1), (Some("60".into()), None));
    assert_eq!(lifetime("60", 0), (None, Some(1)));
    assert_eq!(lifetime("", 100), (None, Some(101)));
    // With 0: holds until the timestamp, and no resolver may keep it longer.
    assert_eq!(lifetime("0", -1), (None, None));
    assert_eq!(lifetime("0", 0), (Some("2".into()), Some(1)));
    assert_eq!(lifetime("0", 100), (Some("50".into()), Some(51)));
    assert_eq!(lifetime("0", 100_000), (Some("3600".into()), Some(96_401)));
    // None at all.
    assert_eq!(good("+x:192.0.2.1:0:0000000000000000"), ["x. 0 A 192.0.2.1"]);
    assert_eq!(good(&format!(".x::a:0:{}", stamp(100)))[0].split(' ').nth(1), Some("50"));
    assert_eq!(error("+x:192.0.2.1:0:12"), "1:16 '12' is no timestamp");
    let untimed = read_with(&format!("+x:192.0.2.1:0:{}", stamp(0)), Options::new(0)).0;
    assert_eq!(untimed.errors(), ["1:16 a timestamp, and the time is not known here"]);
}
