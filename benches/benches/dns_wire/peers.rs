//! The same messages through peers: each reads every record and touches every label and value that
//! its model has. Sums are not compared: the models differ in what is a value.

use std::hint::black_box;

use crate::walks::sum;

/// hickory-proto: decodes the whole message into owned values.
pub(crate) fn hickory(octets: &[u8]) -> u64 {
    let message = hickory_proto::op::Message::from_vec(octets).expect("a message");
    let mut total = 0;
    for query in &message.queries {
        total += query.name().iter().map(sum).sum::<u64>();
    }
    for record in message.all_sections() {
        total += record.name.iter().map(sum).sum::<u64>();
        black_box(&record.data);
    }
    total
}

/// domain, its stable `base`: lazy as ours; RDATA parsed into its enum of all types.
pub(crate) fn domain(octets: &[u8]) -> u64 {
    use domain::base::{Message, ParsedName};
    use domain::rdata::AllRecordData;
    let message = Message::from_octets(octets).expect("a message");
    let mut total = 0;
    for question in message.question() {
        total += question
            .expect("a question")
            .qname()
            .iter()
            .map(|label| sum(label.as_slice()))
            .sum::<u64>();
    }
    for record in message.iter() {
        let (record, _) = record.expect("a record");
        total += record.owner().iter().map(|label| sum(label.as_slice())).sum::<u64>();
        let record =
            record.into_record::<AllRecordData<&[u8], ParsedName<&[u8]>>>().expect("RDATA");
        black_box(&record);
    }
    total
}

/// simple-dns: decodes the whole message into vectors of borrowed labels.
pub(crate) fn simple_dns(octets: &[u8]) -> u64 {
    let message = simple_dns::Packet::parse(octets).expect("a message");
    let mut total = 0;
    for question in &message.questions {
        total += question.qname.get_labels().iter().map(|label| sum(label.as_ref())).sum::<u64>();
    }
    for record in
        message.answers.iter().chain(&message.name_servers).chain(&message.additional_records)
    {
        total += record.name.get_labels().iter().map(|label| sum(label.as_ref())).sum::<u64>();
        black_box(&record.rdata);
    }
    total
}
