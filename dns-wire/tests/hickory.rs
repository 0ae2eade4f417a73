//! Beside hickory-proto 0.26, in both directions: what we write it reads, what it writes we read,
//! and both see the same records.

mod common;

use dns_wire::{Builder, Class, Header, Message, NameBuf, RType, Rcode, Ttl, rdata};
use hickory_proto::op::{Message as TheirMessage, MessageType, OpCode, Query};
use hickory_proto::rr::{Name as TheirName, RData, Record as TheirRecord, RecordType};

/// The types that hickory has codecs for; the others it carries as octets. Its ANAME (65305) was never
/// registered; OPT and TSIG have tests of their own.
const THEIRS: &[RType] = &[
    RType::A,
    RType::AAAA,
    RType::CAA,
    RType::CDNSKEY,
    RType::CDS,
    RType::CERT,
    RType::CNAME,
    RType::CSYNC,
    RType::DNSKEY,
    RType::DS,
    RType::HINFO,
    RType::HTTPS,
    RType::KEY,
    RType::MX,
    RType::NAPTR,
    RType::NS,
    RType::NSEC,
    RType::NSEC3,
    RType::NSEC3PARAM,
    RType::NULL,
    RType::OPENPGPKEY,
    RType::PTR,
    RType::RRSIG,
    RType::SIG,
    RType::SMIMEA,
    RType::SOA,
    RType::SRV,
    RType::SSHFP,
    RType::SVCB,
    RType::TLSA,
    RType::TXT,
];

/// Of these they read no text, by intent; their octets both ways are compared all the same.
const WITHOUT_TEXT: &[RType] = &[
    RType::CDNSKEY,
    RType::CDS,
    RType::DNSKEY,
    RType::KEY,
    RType::NSEC,
    RType::NSEC3,
    RType::NSEC3PARAM,
    RType::NULL,
    RType::RRSIG,
    RType::SIG,
];

/// Where they read text otherwise than we do: type, a part of the text, why.
const READ_OTHERWISE: &[(&str, &str, &str)] = &[
    ("NS", "Example", "their parser of text lower-cases names"),
    (
        "PTR",
        "\\000",
        "they refuse control characters in names of text; RFC 1035 section 5.1 escapes any octet",
    ),
    (
        "TXT",
        "\\255",
        "they take \\DDD for a character and write it in UTF-8; it is an octet (RFC 1035 section 5.1)",
    ),
    (
        "CERT",
        "PKIX",
        "they read types of certificates as numbers only (RFC 4398 section 2.1 has mnemonics)",
    ),
    ("SVCB", "\\#", "they do not read the generic form of a type that they know"),
    ("SVCB", "\\210", "they keep the escape as it is written"),
    ("SVCB", "mandatory=", "they do not sort parameters, and refuse to write them unsorted"),
    ("SVCB", "key1=", "they do not sort parameters, and refuse to write them unsorted"),
    ("SVCB", ",bar", "they do not undo the escapes of RFC 9460 appendix A.1"),
    ("SVCB", "dohpath", "they do not know the key by name"),
    ("SVCB", "ohttp", "they do not know the key by name"),
    ("SVCB", "tls-supported-groups", "they do not know the key by name"),
    ("SVCB", "docpath", "they do not know the key by name"),
    ("SVCB", "oots", "they do not know the key by name"),
];

/// Where we read what they show of our octets otherwise, or not at all: type, a part of our text, why.
const SHOWN_OTHERWISE: &[(&str, &str, &str)] = &[
    ("NULL", "", "in Base64; RFC 3597 section 5 has the generic form"),
    ("PTR", "\\000", "octets escaped in octal; RFC 1035 section 5.1 has decimal"),
    ("HINFO", "", "strings without quotes, so that blanks in them are lost"),
    ("TXT", "", "strings without quotes or blanks between them"),
    ("CERT", " 0 0 ", "algorithm 0 as Reserved(0)"),
    ("NSEC", "TYPE1234", "types without a mnemonic as Unknown"),
    ("SVCB", "key667", "a comma after each parameter, and `unknown667` for RFC 9460's `key667`"),
    ("SVCB", "hint", "a comma after each parameter"),
    ("SVCB", "alpn", "a comma after each parameter"),
    ("SVCB", "key1=", "a comma after each parameter"),
    ("SVCB", "dohpath", "`unknown7` for RFC 9460's `key7`"),
    ("SVCB", "tls-supported-groups", "`unknown9` for RFC 9460's `key9`"),
    ("SVCB", "docpath", "`unknown10` for RFC 9460's `key10`"),
    ("SVCB", "oots", "`unknown12` for RFC 9460's `key12`"),
    (
        "SVCB",
        "\\#",
        "`no-default-alpn=` without `alpn`, which text may not have (RFC 9460 section 7.1.1)",
    ),
    ("HTTPS", "alpn", "a comma after each parameter"),
];

type Row = (String, RType, u32, String);

fn ours(octets: &[u8]) -> Vec<Row> {
    let message = Message::parse(octets).unwrap();
    message.check().unwrap();
    let records = message.records().map(Result::unwrap).filter(|record| record.rtype != RType::OPT);
    records
        .map(|record| {
            let data = record.rdata.display(record.rtype).to_string();
            (record.owner.to_string(), record.rtype, record.ttl.0, data)
        })
        .collect()
}

#[test]
fn what_we_write_they_read_and_write_again_the_same() {
    let owner: NameBuf = "Owner.example.com.".parse().unwrap();
    let mut seen = std::collections::BTreeSet::new();
    let mut wrong = Vec::new();
    for row in common::rows(include_str!("vectors/rdata.tsv")) {
        let rtype: RType = row[0].parse().unwrap();
        // They take SIG for a transaction's, which stands in the additional section (RFC 2931).
        if rtype == RType::SIG {
            seen.insert(rtype);
            continue;
        }
        let mut buffer = [0; 4096];
        let mut questions =
            Builder::new(&mut buffer, Header { id: 9, ..Header::default() }).unwrap();
        questions.push_question(owner.as_name(), rtype, Class::IN).unwrap();
        let mut answers = questions.answers();
        for _ in 0..2 {
            answers
                .push(owner.as_name(), rtype, Class::IN, Ttl(60), &common::unhex(row[2]))
                .unwrap();
        }
        let mut additionals = answers.additionals();
        additionals.push_opt(1232, Rcode::NOERROR, false, &[]).unwrap();
        let written = additionals.finish();
        let read = match TheirMessage::from_vec(written) {
            Ok(read) => read,
            Err(error) => {
                wrong.push(format!("{row:?}: they refuse: {error}"));
                continue;
            }
        };
        let typed = read.answers.iter().all(|record| !matches!(record.data, RData::Unknown { .. }));
        if read.answers.len() != 2 || typed != THEIRS.contains(&rtype) {
            wrong.push(format!("{row:?}: they have {:?}", read.answers));
        }
        let again = read.to_vec().unwrap();
        if ours(&again) != ours(written) {
            wrong.push(format!("{row:?}: again as {:?}", ours(&again)));
        }
        let theirs = read.answers[0].data.to_string();
        let understood = text_to_hex(rtype, &theirs);
        let known =
            SHOWN_OTHERWISE.iter().any(|(name, part, _)| row[0] == *name && row[1].contains(part));
        if typed && (understood.as_deref() != Ok(row[2])) != known {
            wrong.push(format!("{row:?}: they show {theirs}, for us {understood:?}"));
        }
        seen.insert(rtype);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(THEIRS.iter().all(|rtype| seen.contains(rtype)));
}

/// Text that they read, and what they write of it.
#[test]
fn what_they_write_we_read() {
    let owner = TheirName::from_ascii("Example.com.").unwrap();
    let mut wrong = Vec::new();
    let mut agreed = std::collections::BTreeSet::new();
    for row in common::rows(include_str!("vectors/rdata.tsv")) {
        let rtype: RType = row[0].parse().unwrap();
        if !THEIRS.contains(&rtype) {
            continue;
        }
        let written = RData::try_from_str(RecordType::from(rtype.0), row[1])
            .map_err(|error| error.to_string())
            .and_then(|data| {
                let mut message = TheirMessage::new(77, MessageType::Response, OpCode::Query);
                message.add_query(Query::query(owner.clone(), RecordType::ANY));
                message.add_answer(TheirRecord::from_rdata(owner.clone(), 300, data));
                message.to_vec().map_err(|error| error.to_string())
            });
        let shown = row.get(3).copied().unwrap_or(row[1]);
        let expected = ("Example.com.".to_string(), rtype, 300, shown.to_string());
        let same = written.as_ref().is_ok_and(|octets| ours(octets) == [expected]);
        let known = WITHOUT_TEXT.contains(&rtype)
            || READ_OTHERWISE
                .iter()
                .any(|(name, part, _)| row[0] == *name && row[1].contains(part));
        if same == known {
            wrong.push(format!("{row:?}: {:?}", written.map(|octets| ours(&octets))));
        }
        if same {
            agreed.insert(rtype);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let unread = THEIRS.iter().filter(|rtype| !agreed.contains(rtype));
    assert!(unread.eq(WITHOUT_TEXT), "{agreed:?}");
}

fn text_to_hex(rtype: RType, text: &str) -> Result<String, String> {
    let mut wire = vec![0; 65_535];
    rdata::from_text(rtype, rdata::split(text.as_bytes()), None, &mut wire)
        .map(|length| common::hex(&wire[..length]))
        .map_err(|error| error.to_string())
}

/// Octets of good messages changed at random: where both take the message, both see the same
/// owners, types and times to live.
#[test]
fn both_see_the_same_in_damaged_messages() {
    let mut buffer = [0; 4096];
    let mut answers = Builder::new(&mut buffer, Header::default()).unwrap().answers();
    let owner: NameBuf = "a.example.".parse().unwrap();
    for (rtype, text) in [
        (RType::NS, "b.example."),
        (RType::MX, "10 c.example."),
        (RType::SOA, "d.example. e.example. 1 2 3 4 5"),
        (RType::TXT, "\"some\" \"text\""),
        (RType::A, "192.0.2.1"),
    ] {
        let mut wire = [0; 512];
        let length =
            rdata::from_text(rtype, rdata::split(text.as_bytes()), None, &mut wire).unwrap();
        answers.push(owner.as_name(), rtype, Class::IN, Ttl(60), &wire[..length]).unwrap();
    }
    let good = answers.finish().to_vec();
    let mut state = 1u64;
    let mut random = |below: usize| {
        // SplitMix64.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ mixed >> 31) % below as u64) as usize
    };
    let mut both = 0;
    for _ in 0..20_000 {
        let mut octets = good.clone();
        for _ in 0..=random(2) {
            let at = random(octets.len());
            octets[at] = random(256) as u8;
        }
        let Ok(message) = Message::parse(&octets) else { continue };
        let (Ok(()), Ok(theirs)) = (message.check(), TheirMessage::from_vec(&octets)) else {
            continue;
        };
        both += 1;
        // OPT, TSIG and SIG(0) leave their section there.
        let special = |rtype: RType| matches!(rtype, RType::OPT | RType::TSIG | RType::SIG);
        let ours = message.records().map(Result::unwrap).filter(|record| !special(record.rtype));
        let ours: Vec<_> =
            ours.map(|record| (record.owner.to_name_buf().unwrap(), record.rtype.0)).collect();
        let theirs =
            theirs.all_sections().filter(|record| !special(RType(u16::from(record.record_type()))));
        let theirs: Vec<_> = theirs
            .map(|record| {
                let mut name = NameBuf::root();
                for label in record.name.iter() {
                    assert!(name.push_label(label));
                }
                (name, u16::from(record.record_type()))
            })
            .collect();
        assert_eq!(ours, theirs, "{}", common::hex(&octets));
    }
    assert!(both > 5000, "{both}");
}
