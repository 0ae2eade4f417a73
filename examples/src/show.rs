//! A DNS message for people, as dig shows it, and for scripts, as JSON.

use std::fmt::{self, Write as _};

use dns_wire::edns::Edns;
use dns_wire::{Class, Flags, Message, RType, Record, Records, WireError};
use serde::Serialize;

/// A reply for scripts.
#[derive(Debug, Serialize)]
pub struct Reply {
    /// Response code, by name.
    pub rcode: String,
    /// The flags that are set, lower case, in the order of the header.
    pub flags: Vec<&'static str>,
    /// Records as in a master file.
    pub answer: Vec<String>,
    /// Records as in a master file.
    pub authority: Vec<String>,
    /// Records as in a master file, OPT left out.
    pub additional: Vec<String>,
    /// SCOPE PREFIX-LENGTH of the client subnet option (RFC 7871); none when there is no such option.
    pub ecs_scope: Option<u8>,
}

impl Reply {
    /// Reads all of a message.
    ///
    /// # Errors
    /// When it is malformed.
    pub fn read(octets: &[u8]) -> Result<Self, WireError> {
        let message = Message::parse(octets)?;
        let edns = message.edns()?;
        let subnet = edns.map(|edns| edns.client_subnet()).transpose()?.flatten();
        Ok(Self {
            rcode: message.rcode(edns.as_ref()).to_string(),
            flags: flag_names(message.header().flags),
            answer: lines(message.answers())?,
            authority: lines(message.authorities())?,
            additional: lines(message.additionals())?,
            ecs_scope: subnet.map(|subnet| subnet.scope()),
        })
    }
}

/// A message as dig prints it. What can be read of a bad one is not shown: the reason is.
///
/// # Errors
/// When it is malformed.
pub fn like_dig(octets: &[u8]) -> Result<String, WireError> {
    let message = Message::parse(octets)?;
    let header = message.header();
    let edns = message.edns()?;
    let mut out = String::new();
    // Writing into a String cannot fail, here and below.
    let _ = writeln!(
        out,
        ";; ->>HEADER<<- opcode: {}, status: {}, id: {}",
        header.flags.opcode(),
        message.rcode(edns.as_ref()),
        header.id
    );
    let _ = writeln!(
        out,
        ";; flags: {}; QUERY: {}, ANSWER: {}, AUTHORITY: {}, ADDITIONAL: {}",
        flag_names(header.flags).join(" "),
        header.questions,
        header.answers,
        header.authorities,
        header.additionals
    );
    if let Some(edns) = edns {
        opt(&edns, &mut out)?;
    }
    if header.questions > 0 {
        out.push_str("\n;; QUESTION SECTION:\n");
    }
    for question in message.questions() {
        let question = question?;
        question.name.check()?;
        let _ = writeln!(out, ";{}\t\t{}\t{}", question.name, question.qclass, question.qtype);
    }
    section("ANSWER", message.answers(), &mut out)?;
    section("AUTHORITY", message.authorities(), &mut out)?;
    section("ADDITIONAL", message.additionals(), &mut out)?;
    let _ = writeln!(out, "\n;; MSG SIZE: {}", message.octets().len());
    Ok(out)
}

fn opt(edns: &Edns<'_>, out: &mut String) -> Result<(), WireError> {
    let dnssec_ok = if edns.dnssec_ok() { " do" } else { "" };
    let _ = writeln!(
        out,
        "\n;; OPT PSEUDOSECTION:\n; EDNS: version: {}, flags:{dnssec_ok}; udp: {}",
        edns.version(),
        edns.payload_size()
    );
    for option in edns.options() {
        let option = option?;
        let _ = match option.read() {
            Ok(data) => writeln!(out, "; {data}"),
            Err(error) => writeln!(out, "; {}: malformed: {error}", option.code),
        };
    }
    Ok(())
}

fn section(name: &str, records: Records<'_>, out: &mut String) -> Result<(), WireError> {
    let mut headed = false;
    for record in records {
        let record = record?;
        // The message's own is shown apart; one anywhere else is a record that should not be there.
        if record.rtype == RType::OPT && name == "ADDITIONAL" {
            continue;
        }
        record.owner.check()?;
        if !std::mem::replace(&mut headed, true) {
            let _ = writeln!(out, "\n;; {name} SECTION:");
        }
        // Malformed RDATA is shown in the generic form of RFC 3597.
        let data = record.rdata.display(record.rtype);
        let (ttl, class, rtype) = (record.ttl, record.class, record.rtype);
        let _ = writeln!(out, "{}\t{ttl}\t{class}\t{rtype}\t{data}", record.owner);
    }
    Ok(())
}

/// A record as one line of a master file: `www.example. 300 IN A 192.0.2.1`.
pub fn line(record: &Record<'_>) -> String {
    struct Line<'r, 'm>(&'r Record<'m>);
    impl fmt::Display for Line<'_, '_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let record = self.0;
            let (ttl, class): (u32, Class) = (record.ttl.0, record.class);
            write!(f, "{} {ttl} {class} {} ", record.owner, record.rtype)?;
            write!(f, "{}", record.rdata.display(record.rtype))
        }
    }
    Line(record).to_string()
}

fn lines(records: Records<'_>) -> Result<Vec<String>, WireError> {
    records
        .filter(|record| !record.as_ref().is_ok_and(|record| record.rtype == RType::OPT))
        .map(|record| record.map(|record| line(&record)))
        .collect()
}

fn flag_names(flags: Flags) -> Vec<&'static str> {
    [
        (0x8000, "qr"),
        (0x0400, "aa"),
        (0x0200, "tc"),
        (0x0100, "rd"),
        (0x0080, "ra"),
        (0x0020, "ad"),
        (0x0010, "cd"),
    ]
    .iter()
    .filter(|(bit, _)| flags.0 & bit != 0)
    .map(|(_, name)| *name)
    .collect()
}
