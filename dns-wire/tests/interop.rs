//! Beside BIND and ldns, every type both ways. BIND's `named-compilezone` reads our text and the generic form
//! of our octets, and writes what it read as octets (its raw format) and as text, which we read again;
//! `ldns-read-zone` reads our text and shows its octets.
//!
//! Runs where `UNDERHOOD_INTEROP` is set, for it needs the programs (Debian: bind9-utils, ldnsutils).

mod common;

use std::collections::BTreeMap;
use std::process::Command;

use common::{hex, rows, unhex};
use dns_wire::{Name, RType, rdata};

/// What ldns 1.8 reads otherwise than we do, and why; BIND reads all of it as we do.
const NOT_IN_LDNS: &[(&str, &str)] = &[
    ("A6 SINK NINFO RKEY AVC DOA AMTRELAY RESINFO WALLET DSYNC HHIT BRID TA", "has no text of it"),
    ("CLA IPN", "has no text of it, and neither has BIND: read against the draft alone"),
    ("NXT", "knows the name, and no text"),
    ("NSAP-PTR", "takes it for a string; RFC 1706 section 6 has a name"),
    ("ATMA", "leaves out the octet that tells the format"),
];

/// What BIND 9.18 does not know by name, and reads in the generic form only.
const UNKNOWN: &[RType] = &[RType::CLA, RType::IPN];

/// What BIND takes in no form: RFC 973 made it obsolete. ldns takes it.
const OBSOLETE: &[RType] = &[RType::MD, RType::MF];

/// Parameters of SVCB that are newer than BIND 9.18: RFC 9540, RFC 9953, and three drafts.
const NEW_PARAMETERS: &[&str] = &["ohttp", "tls-supported-groups", "docpath", "pvd", "oots"];

/// Octets that we take and one of them does not: who, type, octets, why.
const REFUSED_BY_THEM: &[(&str, &str, &str, &str)] = &[
    (
        "BIND",
        "WKS",
        "10000201060400",
        "zeros after the last port; RFC 1035 section 3.4.2 allows them",
    ),
    (
        "BIND",
        "SVCB",
        "00010000020000",
        "no-default-alpn alone; RFC 9460 section 7.1.1 has clients judge",
    ),
    ("BIND", "IPSECKEY", "0a0000", "no key; RFC 4025 section 2.4 has algorithm 0 for that"),
    ("ldns", "IPSECKEY", "0a0000", "no key; RFC 4025 section 2.4 has algorithm 0 for that"),
];

/// Text or octets that we refuse and BIND takes: type, the row's third column, why.
const REFUSED_BY_US: &[(&str, &str, &str)] = &[
    (
        "AMTRELAY",
        "0a04",
        "a relay type that is not assigned (RFC 8777 section 4.2.3); BIND carries it opaquely",
    ),
    ("NXT", "00", "a bitmap without a type: RFC 2535 section 5.2 forbids trailing zero octets"),
    ("URI", "10 1 \"\"", "no URI: RFC 7553 section 4.5"),
    ("URI", "000a0001", "no URI: RFC 7553 section 4.5"),
    (
        "HTTPS",
        "1 . key667=\"a\"alpn=h2",
        "no blank before alpn (RFC 9460 appendix A has no quote in a word)",
    ),
    ("EUI48", "0-00-5e-00-53-2a", "RFC 7043 section 3.2 wants two digits an octet"),
    ("EUI64", "00-00-5e-ef-10-00-00-2a-00", "nine octets; BIND drops the ninth"),
    ("SVCB", r"1 foo.example.com. alpn=a\\x", "no escape of RFC 9460 appendix A.1"),
    ("SVCB", "1 foo.example.com. key65535=a", "reserved: RFC 9460 section 14.3.2"),
    ("SVCB", "000100ffff0000", "reserved: RFC 9460 section 14.3.2"),
    ("SVCB", "00010000080001ff", "ohttp has no value (RFC 9540); newer than BIND 9.18"),
    ("SVCB", "0001000009000400170017", "a TLS group twice; newer than BIND 9.18"),
    ("SVCB", "000100000c0000", "oots without a transport; newer than BIND 9.18"),
    ("SVCB", "000100000c000403646f74", "oots without a share; newer than BIND 9.18"),
    (
        "SVCB",
        "000100000c000a03646f740103646f7402",
        "oots with a transport twice; newer than BIND 9.18",
    ),
];

#[test]
fn what_we_write_bind_reads_and_shows_the_same() {
    if !wanted() {
        return;
    }
    let vectors: Vec<Vec<&str>> = rows(include_str!("vectors/rdata.tsv"));
    for (index, row) in vectors.iter().enumerate() {
        let (rtype, text, wire): (RType, _, _) = (row[0].parse().unwrap(), row[1], row[2]);
        if OBSOLETE.contains(&rtype) {
            assert!(compile(row[0], text).is_err(), "BIND takes it now: {row:?}");
            continue;
        }
        if is_refused_by("BIND", row) {
            assert!(compile(row[0], text).is_err(), "BIND takes it now: {row:?}");
            continue;
        }
        let shown = row.get(3).copied().unwrap_or(text);
        let octets = unhex(wire);
        let generic = format!("\\# {} {wire}", octets.len());
        let type_name =
            if UNKNOWN.contains(&rtype) { format!("TYPE{}", rtype.0) } else { row[0].into() };

        // Both of our texts, and the generic form, to octets.
        let new = rtype == RType::SVCB && NEW_PARAMETERS.iter().any(|key| text.contains(key));
        let plain = [text, shown].into_iter().filter(|_| !new && !UNKNOWN.contains(&rtype));
        for form in plain.chain([generic.as_str()]) {
            let compiled = compile(&type_name, form).map(|octets| hex(&octets));
            assert_eq!(compiled.as_deref(), Ok(wire), "row {index}: {row:?}");
        }
        if new {
            assert!(compile(&type_name, text).is_err(), "BIND takes it now: {row:?}");
        }

        // BIND's text, read by us.
        let theirs = text_of(&type_name, &generic).unwrap();
        assert_eq!(written(rtype, &theirs), Ok(wire.to_string()), "BIND shows {row:?} as {theirs}");
    }
}

#[test]
fn what_we_refuse_bind_refuses() {
    if !wanted() {
        return;
    }
    let mut explained = std::collections::BTreeSet::new();
    let mut wrong = Vec::new();
    for row in rows(include_str!("vectors/rdata_refused.tsv")) {
        let (name, form, value) = (row[0], row[1], row[2]);
        let rtype: RType = name.parse().unwrap();
        if UNKNOWN.contains(&rtype) {
            continue;
        }
        let text = match form {
            "text" => value.to_string(),
            _ => format!("\\# {} {value}", value.len() / 2),
        };
        let taken = compile(name, &text).is_ok();
        let known = REFUSED_BY_US.iter().find(|(known, part, _)| *known == name && *part == value);
        match (taken, known) {
            (true, None) => wrong.push(format!("BIND takes {row:?}")),
            (false, Some(_)) => wrong.push(format!("BIND refuses {row:?} as well")),
            (true, Some(why)) => {
                explained.insert(why);
            }
            (false, None) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(explained.len(), REFUSED_BY_US.len());
}

#[test]
fn what_we_write_ldns_reads_as_the_same_octets() {
    if !wanted() {
        return;
    }
    let mut agreed = 0;
    for row in rows(include_str!("vectors/rdata.tsv")) {
        let (name, wire) = (row[0], row[2]);
        // The SOA of the zone is there already; of lists with escaped commas ldns makes two, and it does not
        // take the octets of a key that it knows (RFC 9460 section 2.1).
        let lists = name == "SVCB" && [",bar", "key3="].iter().any(|part| row[1].contains(part));
        let new = name == "SVCB" && NEW_PARAMETERS.iter().any(|key| row[1].contains(key));
        let other =
            NOT_IN_LDNS.iter().any(|(names, _)| names.split(' ').any(|known| known == name));
        if name == "SOA" || lists || new || other {
            continue;
        }
        if is_refused_by("ldns", &row) {
            assert_eq!(ldns(name, row[1]), None, "ldns takes it now: {row:?}");
            continue;
        }
        for text in [row[1], row.get(3).copied().unwrap_or(row[1])] {
            assert_eq!(ldns(name, text).as_deref(), Some(wire), "{row:?}");
        }
        agreed += 1;
    }
    assert!(agreed > 80, "{agreed}");
}

/// The octets that ldns shows of RDATA given as text.
fn ldns(type_name: &str, text: &str) -> Option<String> {
    let folder = scratch();
    let zone = format!(
        "zone. 60 IN SOA . . 1 2 3 4 5\nzone. 60 IN NS .\nx.zone. 60 IN {type_name} {text}\n"
    );
    std::fs::write(folder.join("in"), zone).unwrap();
    let output = Command::new("ldns-read-zone")
        .args(["-u", type_name])
        .arg(folder.join("in"))
        .output()
        .expect("ldns-read-zone runs");
    std::fs::remove_dir_all(&folder).unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    let record = output.lines().find(|line| line.starts_with("x.zone."))?;
    // Its length, then its digits, in groups.
    let (_, digits) = record.split_once("\\# ")?;
    Some(digits.split_whitespace().skip(1).collect())
}

fn is_refused_by(who: &str, row: &[&str]) -> bool {
    REFUSED_BY_THEM.iter().any(|refused| (refused.0, refused.1, refused.2) == (who, row[0], row[2]))
}

fn wanted() -> bool {
    let wanted = std::env::var_os("UNDERHOOD_INTEROP").is_some();
    if !wanted {
        eprintln!("skipped: set UNDERHOOD_INTEROP, and have the programs");
    }
    wanted
}

/// The octets of a record whose RDATA is given as text.
fn compile(type_name: &str, text: &str) -> Result<Vec<u8>, String> {
    let output = run("raw", type_name, text)?;
    let mut found = raw_records(&output);
    let rtype: RType = type_name.parse().unwrap();
    found.remove(&rtype.0).ok_or_else(|| format!("no record of {type_name} in {}", hex(&output)))
}

/// The text that BIND shows of it: a record a line, each with owner, time to live, class and type.
fn text_of(type_name: &str, text: &str) -> Result<String, String> {
    let output = String::from_utf8(run("text", type_name, text)?).unwrap();
    let owner = if type_name == "SOA" { "zone." } else { "x.zone." };
    let line = output.lines().find(|line| line.split_whitespace().next() == Some(owner));
    let mut rest = line.ok_or_else(|| format!("no record of {owner} in {output}"))?;
    for _ in 0..4 {
        rest = rest.trim_start();
        rest = rest.trim_start_matches(|letter: char| !letter.is_whitespace());
    }
    Ok(rest.trim().to_string())
}

/// A zone with one record of this type besides what a zone must have.
fn run(format: &str, type_name: &str, text: &str) -> Result<Vec<u8>, String> {
    let zone = match type_name {
        "SOA" => format!("zone. 60 IN SOA {text}\nzone. 60 IN NS .\n"),
        _ => format!(
            "zone. 60 IN SOA . . 1 2 3 4 5\nzone. 60 IN NS .\nx.zone. 60 IN {type_name} {text}\n"
        ),
    };
    let folder = scratch();
    std::fs::write(folder.join("in"), zone).unwrap();
    let lenient = ["-k", "-n", "-m", "-r", "-S", "-T", "-M"].map(|check| [check, "ignore"]);
    let output = Command::new("named-compilezone")
        .args(["-q", "-i", "none", "-F", format, "-o"])
        .arg(folder.join("out"))
        .args(lenient.as_flattened())
        .arg("zone.")
        .arg(folder.join("in"))
        .output()
        .expect("named-compilezone runs");
    let written = std::fs::read(folder.join("out"));
    std::fs::remove_dir_all(&folder).unwrap();
    match written {
        Ok(octets) if output.status.success() => Ok(octets),
        _ => Err(String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()),
    }
}

fn scratch() -> std::path::PathBuf {
    static COUNT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let folder =
        std::env::temp_dir().join(format!("dns-wire-interop-{}-{number}", std::process::id()));
    std::fs::create_dir(&folder).unwrap();
    folder
}

/// The last record of each type in BIND's raw format: a header of 24 octets, then RRsets, each with its length
/// (4), class (2), type (2), type covered (2), TTL (4), number of records (4), owner (counted by 2), and the
/// RDATA (each counted by 2).
fn raw_records(mut octets: &[u8]) -> BTreeMap<u16, Vec<u8>> {
    let mut found = BTreeMap::new();
    octets = &octets[24..];
    while !octets.is_empty() {
        let number = |at: usize| u16::from_be_bytes([octets[at], octets[at + 1]]);
        let total = (usize::from(number(0)) << 16) + usize::from(number(2));
        let (rtype, records) = (number(6), number(16));
        assert_eq!(records, 1, "one record an RRset");
        let owner = usize::from(number(18));
        let length = usize::from(number(20 + owner));
        let rdata = &octets[22 + owner..22 + owner + length];
        assert_eq!(total, 22 + owner + length);
        found.insert(rtype, rdata.to_vec());
        octets = &octets[total..];
    }
    found
}

fn written(rtype: RType, text: &str) -> Result<String, String> {
    let mut wire = vec![0; 65535];
    let zone = Name::from_wire(b"\x04zone\x00").unwrap();
    rdata::from_text(rtype, rdata::split(text.as_bytes()), Some(zone), &mut wire)
        .map(|length| hex(&wire[..length]))
        .map_err(|error| error.to_string())
}
