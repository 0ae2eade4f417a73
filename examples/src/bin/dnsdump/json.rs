//! Messages as JSON: one object a message, RDATA both as text and as octets.

use dns_wire::edns::Edns;
use dns_wire::{Header, Message, RType, Record, WireError};
use serde::Serialize;

#[derive(Serialize)]
struct MessageShown {
    id: u16,
    response: bool,
    opcode: String,
    authoritative: bool,
    truncated: bool,
    recursion_desired: bool,
    recursion_available: bool,
    authentic_data: bool,
    checking_disabled: bool,
    rcode: String,
    questions: Vec<QuestionShown>,
    answers: Vec<RecordShown>,
    authorities: Vec<RecordShown>,
    additionals: Vec<RecordShown>,
    #[serde(skip_serializing_if = "Option::is_none")]
    edns: Option<EdnsShown>,
    /// Octets after the last record.
    #[serde(skip_serializing_if = "String::is_empty")]
    trailing: String,
}

#[derive(Serialize)]
struct QuestionShown {
    name: String,
    #[serde(rename = "type")]
    qtype: String,
    class: String,
}

#[derive(Serialize)]
struct RecordShown {
    name: String,
    #[serde(rename = "type")]
    rtype: String,
    class: String,
    ttl: u32,
    rdata: String,
    /// As it stands in the message: names may be compressed.
    rdata_hex: String,
}

#[derive(Serialize)]
struct EdnsShown {
    payload_size: u16,
    version: u8,
    dnssec_ok: bool,
    flags: u16,
    options: Vec<OptionShown>,
}

#[derive(Serialize)]
struct OptionShown {
    code: u16,
    name: String,
    hex: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

/// A message, checked in full.
pub(crate) fn message(octets: &[u8]) -> Result<String, WireError> {
    let message = Message::parse(octets)?;
    message.check()?;
    let Header { id, flags, .. } = message.header();
    let mut questions = Vec::new();
    for question in message.questions() {
        let question = question?;
        questions.push(QuestionShown {
            name: question.name.to_string(),
            qtype: question.qtype.to_string(),
            class: question.qclass.to_string(),
        });
    }
    let mut all = message.records();
    for record in all.by_ref() {
        record?;
    }
    let edns = message.edns()?;
    let shown = MessageShown {
        id,
        response: flags.response(),
        opcode: flags.opcode().to_string(),
        authoritative: flags.authoritative(),
        truncated: flags.truncated(),
        recursion_desired: flags.recursion_desired(),
        recursion_available: flags.recursion_available(),
        authentic_data: flags.authentic_data(),
        checking_disabled: flags.checking_disabled(),
        rcode: message.rcode(edns.as_ref()).to_string(),
        questions,
        answers: records(message.answers())?,
        authorities: records(message.authorities())?,
        additionals: records(message.additionals().filter(is_not_opt))?,
        edns: edns.map(|edns| edns_shown(&edns)).transpose()?,
        trailing: hex(octets.get(all.position()..).unwrap_or(&[])),
    };
    Ok(serde_json::to_string(&shown).unwrap_or_default())
}

fn records<'a>(
    records: impl Iterator<Item = Result<Record<'a>, WireError>>,
) -> Result<Vec<RecordShown>, WireError> {
    let shown = records.map(|record| {
        let record = record?;
        Ok(RecordShown {
            name: record.owner.to_string(),
            rtype: record.rtype.to_string(),
            class: record.class.to_string(),
            ttl: record.ttl.0,
            rdata: record.rdata.display(record.rtype).to_string(),
            rdata_hex: hex(record.rdata.octets()),
        })
    });
    shown.collect()
}

/// The message's own OPT record is shown apart; one in another section is a record that should not be there.
fn is_not_opt(record: &Result<Record<'_>, WireError>) -> bool {
    !matches!(record, Ok(Record { rtype: RType::OPT, .. }))
}

fn edns_shown(edns: &Edns<'_>) -> Result<EdnsShown, WireError> {
    let options = edns.options().map(|option| {
        let option = option?;
        Ok(OptionShown {
            code: option.code.0,
            name: option.code.to_string(),
            hex: hex(option.data),
            text: option.read().ok().map(|data| data.to_string()),
        })
    });
    Ok(EdnsShown {
        payload_size: edns.payload_size(),
        version: edns.version(),
        dnssec_ok: edns.dnssec_ok(),
        flags: edns.flags(),
        options: options.collect::<Result<_, _>>()?,
    })
}

/// Octets as hexadecimal digits in lower case.
pub(crate) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
