//! `dnsdump` as a person or a script uses it: what it reads, what it prints, how it exits.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

/// A query for www.example. A, and a response of one address.
const QUERY: &str = "000101000001000000000000037777770765 78616d706c650000010001";
const RESPONSE: &str = "0001 8180 0001 0001 0000 0000 03777777076578616d706c6500 0001 0001 c00c 0001 0001 0000003c 0004 c0000201";

/// Standard output, standard error, exit status.
fn dnsdump(arguments: &[&str], input: &[u8]) -> (String, String, i32) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dnsdump"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The program may end before it has read all.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let text = |octets: Vec<u8>| String::from_utf8(octets).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|octet| !octet.is_ascii_whitespace()).collect();
    let pairs = digits.chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

#[test]
fn rdata_lines_are_answered_one_by_one() {
    let input = "MX\ttext\t10 mx.example.\nMX\thex\t000a026d78076578616d706c6500\nTYPE65280\ttext\t\\# 2 ABcd\r\n\
                 TXT\ttext\t\"a\tb\" c\nAPL\ttext\t\n";
    let (out, err, status) = dnsdump(&["rdata", "--batch"], input.as_bytes());
    let expected = "ok\t000a026d78076578616d706c6500\t10 mx.example.\n\
                    ok\t000a026d78076578616d706c6500\t10 mx.example.\n\
                    ok\tabcd\t\\# 2 ABCD\n\
                    ok\t036109620163\t\"a\\009b\" \"c\"\n\
                    ok\t\t\n";
    assert_eq!((out.as_str(), err.as_str(), status), (expected, "", 0));
}

#[test]
fn bad_rdata_is_told_on_its_line_and_by_the_status() {
    for (line, reason) in [
        ("MX\ttext\t10", "field missing"),
        ("MX\ttext\t10 mx", "relative name without an origin"),
        ("MX\thex\t000a", "octets end too early"),
        ("MX\thex\t000", "odd number"),
        ("MX\thex\tzz", "hexadecimal"),
        ("MX\twire\t00", "`text` or `hex`"),
        ("MX\ttext", "three fields"),
        ("NOSUCH\ttext\t1", "TYPE65280"),
        ("OPT\ttext\t1", "no data type"),
        ("", "three fields"),
        ("TXT\ttext\t\"a", "a quote is never closed"),
        ("TXT\ttext\t( a ; )", "'(' is never closed"),
        ("TXT\ttext\ta )", "')' without '('"),
        ("A\ttext\t\"192.0.2.1\"", "quotes not allowed"),
    ] {
        let input = format!("A\ttext\t192.0.2.1\n{line}\nA\thex\tc0000202\n");
        let (out, _, status) = dnsdump(&["rdata", "--batch"], input.as_bytes());
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(lines.len(), 3, "{line}: {out}");
        assert_eq!((lines[0], lines[2]), ("ok\tc0000201\t192.0.2.1", "ok\tc0000202\t192.0.2.2"));
        assert!(
            lines[1].starts_with("error\t") && lines[1].contains(reason),
            "{line}: {}",
            lines[1]
        );
        assert_eq!(status, 1, "{line}");
    }
    // Octets that are no text.
    let (out, _, status) = dnsdump(&["rdata", "--batch"], b"A\ttext\t\xff\n");
    assert_eq!((out.as_str(), status), ("error\tnot UTF-8\n", 1));
    // One, without lines.
    let (out, _, status) = dnsdump(&["rdata", "MX", "text", "10 mx.example."], b"");
    assert_eq!((out.as_str(), status), ("ok\t000a026d78076578616d706c6500\t10 mx.example.\n", 0));
}

#[test]
fn message_lines_become_json() {
    let input = format!("{RESPONSE}\n0001\n{QUERY}\n");
    let (out, _, status) = dnsdump(&["message", "--batch"], input.as_bytes());
    assert_eq!(status, 1);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), 3);
    let response: Value = serde_json::from_str(lines[0].strip_prefix("ok\t").unwrap()).unwrap();
    assert_eq!(response["answers"][0]["rdata"], "192.0.2.1");
    assert_eq!(response["answers"][0]["name"], "www.example.");
    assert_eq!(response["rcode"], "NOERROR");
    assert!(lines[1].starts_with("error\toctets end too early"), "{}", lines[1]);
    let query: Value = serde_json::from_str(lines[2].strip_prefix("ok\t").unwrap()).unwrap();
    assert_eq!(query["questions"][0]["type"], "A");
    let (_, _, status) = dnsdump(&["message", "--batch"], format!("{QUERY}\n").as_bytes());
    assert_eq!(status, 0);
}

/// An UPDATE that deletes an RRset has a record without RDATA (RFC 2136 §2.5.2), and an OPT record among the answers
/// is one that should not be there.
#[test]
fn what_is_legal_is_shown_and_what_is_odd_is_not_hidden() {
    let update = "000728000001000000010000076578616d706c650000060001c00c000f00ff000000000000";
    let odd = "000784000001000100000000076578616d706c65000006000100002904d0000000000000";
    let (out, _, status) =
        dnsdump(&["message", "--batch"], format!("{update}\n{odd}\n").as_bytes());
    assert_eq!(status, 0, "{out}");
    let shown: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str(line.strip_prefix("ok\t").unwrap()).unwrap())
        .collect();
    assert_eq!(shown[0]["authorities"][0]["type"], "MX");
    assert_eq!(shown[0]["authorities"][0]["rdata_hex"], "");
    assert_eq!(shown[1]["answers"][0]["type"], "OPT");
    let (out, _, _) = dnsdump(&["--as", "hex"], odd.as_bytes());
    assert!(out.contains("ANSWER SECTION"), "{out}");
}

#[test]
fn one_message_in_every_form_prints_the_same() {
    let raw = unhex(RESPONSE);
    let base64 = "AAGBgAABAAEAAAAAA3d3dwdleGFtcGxlAAABAAHADAABAAEAAAA8AATAAAIB\n";
    for (encoding, input) in
        [("raw", raw.as_slice()), ("hex", RESPONSE.as_bytes()), ("base64", base64.as_bytes())]
    {
        // Told, and found out.
        for arguments in [&["--as", encoding][..], &[]] {
            let (out, err, status) = dnsdump(arguments, input);
            assert_eq!((err.as_str(), status), ("", 0), "{encoding}");
            assert!(out.contains("status: NOERROR"), "{encoding}: {out}");
            let record = out.lines().find(|line| line.ends_with("192.0.2.1")).unwrap();
            assert!(record.starts_with("www.example."), "{record}");
        }
    }
    let (out, _, _) = dnsdump(&["--json"], &raw);
    let message: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(message["answers"][0]["rdata_hex"], "c0000201");
}

/// A capture of Ethernet frames.
fn pcap(frames: &[Vec<u8>]) -> Vec<u8> {
    let mut capture = unhex("d4c3b2a1 0200 0400 00000000 00000000 ffff0000 01000000");
    for frame in frames {
        capture.extend([0; 8]);
        let length = (frame.len() as u32).to_le_bytes();
        capture.extend([length, length].concat());
        capture.extend(frame);
    }
    capture
}

fn ipv4(protocol: u8, body: &[u8]) -> Vec<u8> {
    let mut frame = unhex("020000000001 020000000002 0800");
    let total = (20 + body.len() as u16).to_be_bytes();
    frame.extend([0x45, 0, total[0], total[1], 0, 1, 0, 0, 64, protocol, 0, 0]);
    frame.extend([192, 0, 2, 1, 192, 0, 2, 53]);
    frame.extend(body);
    frame
}

fn udp(port: u16, message: &[u8]) -> Vec<u8> {
    let mut body = [40000u16.to_be_bytes(), port.to_be_bytes()].concat();
    body.extend((8 + message.len() as u16).to_be_bytes());
    body.extend([0, 0]);
    body.extend(message);
    ipv4(17, &body)
}

fn tcp(sequence: u32, flags: u8, data: &[u8]) -> Vec<u8> {
    let mut body = [40001u16.to_be_bytes(), 53u16.to_be_bytes()].concat();
    body.extend(sequence.to_be_bytes());
    body.extend([0, 0, 0, 0, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    body.extend(data);
    ipv4(6, &body)
}

const SYN: u8 = 2;
const ACK: u8 = 16;

/// Messages with their lengths, as TCP carries them.
fn framed(messages: &[&[u8]]) -> Vec<u8> {
    let frame = |message: &&[u8]| [&(message.len() as u16).to_be_bytes()[..], message].concat();
    messages.iter().flat_map(frame).collect()
}

#[test]
fn captures_are_read_over_udp_and_tcp() {
    let (query, response) = (unhex(QUERY), unhex(RESPONSE));
    let stream = framed(&[&response, &query, &response]);
    // The sequence numbers wrap around.
    let at = |octet: usize| 0xffff_fff0u32.wrapping_add(1).wrapping_add(octet as u32);
    let piece = |from: usize, to: usize| tcp(at(from), ACK, &stream[from..to]);
    let capture = pcap(&[
        udp(53, &query),
        udp(1234, &query),
        tcp(0xffff_fff0, SYN, &[]),
        piece(0, 1),
        piece(30, 60),
        piece(1, 20),
        piece(1, 20),
        piece(10, 35),
        piece(100, stream.len()),
        piece(60, 110),
        ipv4(1, &[8, 0, 0, 0]),
        udp(5353, &response),
    ]);
    let (out, err, status) = dnsdump(&["--json"], &capture);
    assert_eq!((err.as_str(), status), ("", 0));
    let messages: Vec<Value> =
        out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let answers: Vec<usize> =
        messages.iter().map(|message| message["answers"].as_array().unwrap().len()).collect();
    assert_eq!(answers, [0, 1, 0, 1, 1]);
    let (out, _, _) = dnsdump(&[], &capture);
    assert!(out.starts_with(";; packet 1\n") && out.contains(";; packet 10\n"), "{out}");
}

#[test]
fn captures_that_end_early_print_what_is_whole_and_fail() {
    let response = unhex(RESPONSE);
    let stream = framed(&[&response, &response]);
    let syn = tcp(9, SYN, &[]);
    let whole = 2 + response.len();
    for (frames, reason) in [
        (vec![syn.clone(), tcp(10, ACK, &stream[..whole + 5])], "ends within a message"),
        (
            vec![
                syn,
                tcp(10, ACK, &stream[..whole]),
                tcp(10 + whole as u32 + 3, ACK, &stream[whole + 3..]),
            ],
            "a segment is missing",
        ),
    ] {
        let (out, err, status) = dnsdump(&["--json", "-"], &pcap(&frames));
        assert_eq!((out.lines().count(), status), (1, 1), "{reason}: {out}");
        assert!(err.contains(reason), "{err}");
    }
    let mut cut = pcap(&[udp(53, &response), udp(53, &response)]);
    cut.truncate(cut.len() - 3);
    let (out, err, status) = dnsdump(&["--json"], &cut);
    assert_eq!((out.lines().count(), status), (1, 1), "{out} {err}");
    assert!(err.contains("broken after packet 1"), "{err}");
}

#[test]
fn bad_input_is_told_with_its_place_and_what_was_good_is_printed() {
    let input = format!("{QUERY}\nxyz\n00\n\n{RESPONSE}\n");
    let (out, err, status) = dnsdump(&["--as", "hex", "--json"], input.as_bytes());
    assert_eq!((out.lines().count(), status), (2, 1));
    assert!(err.contains("line 2: 'x' is no hexadecimal digit"), "{err}");
    assert!(err.contains("line 3: octets end too early"), "{err}");

    let (_, err, status) = dnsdump(&["/no/such/file"], b"");
    assert!(err.contains("/no/such/file") && status == 1, "{err}");
    let (_, err, status) = dnsdump(&["--as", "morse"], b"");
    assert!(err.contains("raw, hex, base64, pcap") && status == 2, "{err}");
    let (_, err, status) = dnsdump(&["rdata", "MX", "text"], b"");
    assert!(err.contains("Usage") && status == 2, "{err}");
}

#[test]
fn a_file_that_is_not_there_does_not_keep_the_others_back() {
    let folder = tempfile::tempdir().unwrap();
    let (good, missing) = (folder.path().join("good"), folder.path().join("missing"));
    std::fs::write(&good, QUERY).unwrap();
    let (good, missing) = (good.to_str().unwrap(), missing.to_str().unwrap());
    let (out, err, status) = dnsdump(&["--json", good, missing, good], b"");
    assert_eq!((out.lines().count(), status), (2, 1), "{err}");
    assert!(err.contains(missing), "{err}");
}

/// Each segment is compared with those held: their number is bounded as well as their octets.
#[test]
fn many_small_segments_after_a_gap_are_not_held() {
    let segments = (0..5000).map(|i| tcp(10 + 2 * i, 0x10, b"x"));
    let frames: Vec<Vec<u8>> = std::iter::once(tcp(0, 0x02, b"")).chain(segments).collect();
    let (_, err, status) = dnsdump(&["--json", "-"], &pcap(&frames));
    assert_eq!(status, 1);
    assert!(err.contains("has a gap"), "{err}");
}

#[test]
fn help_has_examples() {
    let (out, _, status) = dnsdump(&["--help"], b"");
    assert!(
        out.contains("Examples:") && out.contains("dnsdump capture.pcap") && status == 0,
        "{out}"
    );
}
