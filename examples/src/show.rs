//! A DNS message for people, as dig shows it, and for scripts, as JSON.

use std::fmt::{self, Write as _};

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
            rcode: message.rcode()?.to_string(),
            flags: flag_names(message.header().flags),
            answer: lines(message.answers())?,
            authority: lines(message.authorities())?,
            additional: lines(message.additionals())?,
            ecs_scope: subnet.map(|subnet| subnet.scope()),
        })
    }
}

/// A message as dig prints it.
///
/// # Errors
/// When it is malformed.
pub fn like_dig(octets: &[u8]) -> Result<String, WireError> {
    let message = Message::parse(octets)?;
    let reply = Reply::read(octets)?;
    let header = message.header();
    let mut out = String::new();
    // Writing into a String cannot fail.
    let _ = writeln!(
        out,
        ";; ->>HEADER<<- opcode: {}, status: {}, id: {}",
        header.flags.opcode(),
        reply.rcode,
        header.id
    );
    let _ = writeln!(
        out,
        ";; flags: {}; QUERY: {}, ANSWER: {}, AUTHORITY: {}, ADDITIONAL: {}",
        reply.flags.join(" "),
        header.questions,
        header.answers,
        header.authorities,
        header.additionals
    );
    if let Some(edns) = message.edns()? {
        let dnssec_ok = if edns.dnssec_ok() { " do" } else { "" };
        let _ = writeln!(
            out,
            ";; EDNS: version: {}, flags:{dnssec_ok}; udp: {}",
            edns.version(),
            edns.payload_size()
        );
        if let Some(subnet) = edns.client_subnet()? {
            let _ = writeln!(
                out,
                ";; CLIENT-SUBNET: {}/{}/{}",
                subnet.address(),
                subnet.source(),
                subnet.scope()
            );
        }
        if let Some(error) = edns.extended_error()? {
            let text = String::from_utf8_lossy(error.extra_text);
            let line = format!(";; EDE: {} ({}) {text}", error.info_code.0, error.info_code);
            let _ = writeln!(out, "{}", line.trim_end());
        }
    }
    out.push_str("\n;; QUESTION SECTION:\n");
    for question in message.questions() {
        let question = question?;
        let _ = writeln!(out, ";{}\t\t{}\t{}", question.name, question.qclass, question.qtype);
    }
    for (name, section) in [
        ("ANSWER", &reply.answer),
        ("AUTHORITY", &reply.authority),
        ("ADDITIONAL", &reply.additional),
    ] {
        if !section.is_empty() {
            let _ = writeln!(out, "\n;; {name} SECTION:\n{}", section.join("\n"));
        }
    }
    Ok(out)
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
