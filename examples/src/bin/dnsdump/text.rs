//! Messages as dig prints them.

use std::fmt::Write;

use dns_wire::{Message, RType, Records, WireError};

use crate::input::Found;

/// A message. What can be read of a bad one is not shown: the reason is.
pub(crate) fn message(found: &Found) -> Result<String, WireError> {
    let message = Message::parse(&found.octets)?;
    let mut text = String::new();
    // Writing to a String does not fail.
    let _ = write(&message, found, &mut text)?;
    Ok(text)
}

fn write(
    message: &Message<'_>,
    found: &Found,
    out: &mut String,
) -> Result<std::fmt::Result, WireError> {
    let header = message.header();
    let (flags, rcode) = (header.flags, message.rcode()?);
    if let Some(from) = &found.from {
        let _ = writeln!(out, ";; {from}");
    }
    let _ = writeln!(
        out,
        ";; ->>HEADER<<- opcode: {}, status: {rcode}, id: {}",
        flags.opcode(),
        header.id
    );
    let set: Vec<_> = [
        (flags.response(), "qr"),
        (flags.authoritative(), "aa"),
        (flags.truncated(), "tc"),
        (flags.recursion_desired(), "rd"),
        (flags.recursion_available(), "ra"),
        (flags.authentic_data(), "ad"),
        (flags.checking_disabled(), "cd"),
    ]
    .into_iter()
    .filter_map(|(set, name)| set.then_some(name))
    .collect();
    let _ = writeln!(
        out,
        ";; flags: {}; QUERY: {}, ANSWER: {}, AUTHORITY: {}, ADDITIONAL: {}",
        set.join(" "),
        header.questions,
        header.answers,
        header.authorities,
        header.additionals
    );
    if let Some(edns) = message.edns()? {
        let _ = writeln!(out, "\n;; OPT PSEUDOSECTION:");
        let dnssec = if edns.dnssec_ok() { " do" } else { "" };
        let _ = writeln!(
            out,
            "; EDNS: version: {}, flags:{dnssec}; udp: {}",
            edns.version(),
            edns.payload_size()
        );
        for option in edns.options() {
            let option = option?;
            match option.read() {
                Ok(data) => {
                    let _ = writeln!(out, "; {data}");
                }
                Err(error) => {
                    let _ = writeln!(out, "; {}: malformed: {error}", option.code);
                }
            }
        }
    }
    if header.questions > 0 {
        let _ = writeln!(out, "\n;; QUESTION SECTION:");
    }
    for question in message.questions() {
        let question = question?;
        question.name.check()?;
        let _ = writeln!(out, ";{}\t\t{}\t{}", question.name, question.qclass, question.qtype);
    }
    section("ANSWER", message.answers(), out)?;
    section("AUTHORITY", message.authorities(), out)?;
    section("ADDITIONAL", message.additionals(), out)?;
    Ok(writeln!(out, "\n;; MSG SIZE: {}", message.octets().len()))
}

fn section(name: &str, records: Records<'_>, out: &mut String) -> Result<(), WireError> {
    let mut headed = false;
    for record in records {
        let record = record?;
        if record.rtype == RType::OPT {
            continue;
        }
        record.owner.check()?;
        if !std::mem::replace(&mut headed, true) {
            let _ = writeln!(out, "\n;; {name} SECTION:");
        }
        // Malformed RDATA is shown in the generic form of RFC 3597.
        let rdata = record.rdata.display(record.rtype);
        let _ = writeln!(
            out,
            "{}\t{}\t{}\t{}\t{rdata}",
            record.owner, record.ttl, record.class, record.rtype
        );
    }
    Ok(())
}
