//! The same three messages written by peers, compressed, from names already parsed and into a buffer used
//! again. Where a peer writes from a message of its own model, that message is made each time, from
//! names that are copied, for so an answer comes to be; the row `encode` leaves that out.

use std::io::Cursor;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Writes a message and returns its length.
pub(crate) type Build = fn(&Inputs, &mut Scratch) -> usize;

pub(crate) const QUERY_WITH_SUBNET: [(&str, Build); 7] = [
    ("domain-static", domain_query::<domain::base::StaticCompressor<Vec<u8>>>),
    ("domain-hash", domain_query::<domain::base::HashCompressor<Vec<u8>>>),
    ("domain-new", domain_new_query),
    ("simple-dns", |inputs, scratch| simple_encode(&simple_query(inputs), scratch)),
    ("simple-dns-encode", |inputs, scratch| simple_encode(&inputs.simple[0], scratch)),
    ("hickory-proto", |inputs, scratch| hickory_encode(&hickory_query(inputs), scratch)),
    ("hickory-proto-encode", |inputs, scratch| hickory_encode(&inputs.hickory[0], scratch)),
];

pub(crate) const ONE_ADDRESS: [(&str, Build); 7] = [
    ("domain-static", domain_address::<domain::base::StaticCompressor<Vec<u8>>>),
    ("domain-hash", domain_address::<domain::base::HashCompressor<Vec<u8>>>),
    ("domain-new", domain_new_address),
    ("simple-dns", |inputs, scratch| simple_encode(&simple_address(inputs), scratch)),
    ("simple-dns-encode", |inputs, scratch| simple_encode(&inputs.simple[1], scratch)),
    ("hickory-proto", |inputs, scratch| hickory_encode(&hickory_address(inputs), scratch)),
    ("hickory-proto-encode", |inputs, scratch| hickory_encode(&inputs.hickory[1], scratch)),
];

pub(crate) const REFERRAL: [(&str, Build); 7] = [
    ("domain-static", domain_referral::<domain::base::StaticCompressor<Vec<u8>>>),
    ("domain-hash", domain_referral::<domain::base::HashCompressor<Vec<u8>>>),
    ("domain-new", domain_new_referral),
    ("simple-dns", |inputs, scratch| simple_encode(&simple_referral(inputs), scratch)),
    ("simple-dns-encode", |inputs, scratch| simple_encode(&inputs.simple[2], scratch)),
    ("hickory-proto", |inputs, scratch| hickory_encode(&hickory_referral(inputs), scratch)),
    ("hickory-proto-encode", |inputs, scratch| hickory_encode(&inputs.hickory[2], scratch)),
];

/// What is written into, used again and again.
pub(crate) struct Scratch {
    vector: Vec<u8>,
    array: [u8; 4096],
    in_array: bool,
}

impl Scratch {
    pub(crate) fn new() -> Self {
        Self { vector: Vec::with_capacity(4096), array: [0; 4096], in_array: false }
    }

    /// The message of so many octets that was written last.
    pub(crate) fn octets(&self, length: usize) -> &[u8] {
        if self.in_array { &self.array[..length] } else { &self.vector[..length] }
    }
}

type DomainName = domain::base::Name<Vec<u8>>;
type NewName = domain::new::base::name::NameBuf;

/// The names, in each peer's form, and the messages for the rows that only encode.
pub(crate) struct Inputs {
    www: DomainName,
    com: DomainName,
    servers: Vec<DomainName>,
    new_www: NewName,
    new_com: NewName,
    new_servers: Vec<NewName>,
    subnet: &'static [u8],
    simple_names: Vec<simple_dns::Name<'static>>,
    hickory_names: Vec<hickory_proto::rr::Name>,
    simple: Vec<simple_dns::Packet<'static>>,
    hickory: Vec<hickory_proto::op::Message>,
}

impl Inputs {
    pub(crate) fn new() -> Self {
        let servers: Vec<String> =
            ('a'..='m').map(|letter| format!("{letter}.gtld-servers.net")).collect();
        let all: Vec<String> = ["www.example.com".to_owned(), "com".to_owned()]
            .into_iter()
            .chain(servers.clone())
            .collect();
        let mut inputs = Self {
            www: "www.example.com".parse().expect("a name"),
            com: "com".parse().expect("a name"),
            servers: servers.iter().map(|name| name.parse().expect("a name")).collect(),
            new_www: "www.example.com.".parse().expect("a name"),
            new_com: "com.".parse().expect("a name"),
            new_servers: servers
                .iter()
                .map(|name| format!("{name}.").parse().expect("a name"))
                .collect(),
            subnet: crate::messages::subnet_option().leak(),
            simple_names: all
                .iter()
                .map(|name| simple_dns::Name::new(name).expect("a name").into_owned())
                .collect(),
            hickory_names: all
                .iter()
                .map(|name| format!("{name}.").parse().expect("a name"))
                .collect(),
            simple: Vec::new(),
            hickory: Vec::new(),
        };
        let simple = [simple_query(&inputs), simple_address(&inputs), simple_referral(&inputs)];
        inputs.simple = simple.into();
        inputs.hickory =
            [hickory_query(&inputs), hickory_address(&inputs), hickory_referral(&inputs)].into();
        inputs
    }
}

fn glue(last: u8) -> (Ipv4Addr, Ipv6Addr) {
    let v6 = [0x20, 1, 5, 3, 0xa8, 0x3e, 0, 0, 0, 0, 0, 0, 0, 2, 0, last];
    (Ipv4Addr::new(192, 5, 6, last), Ipv6Addr::from(v6))
}

/// A compressor of domain's over a vector.
trait Compressor: domain::base::wire::Composer + AsMut<[u8]> {
    fn over(vector: Vec<u8>) -> Self;
    fn into_vector(self) -> Vec<u8>;
}

impl Compressor for domain::base::StaticCompressor<Vec<u8>> {
    fn over(vector: Vec<u8>) -> Self {
        Self::new(vector)
    }

    fn into_vector(self) -> Vec<u8> {
        self.into_target()
    }
}

impl Compressor for domain::base::HashCompressor<Vec<u8>> {
    fn over(vector: Vec<u8>) -> Self {
        Self::new(vector)
    }

    fn into_vector(self) -> Vec<u8> {
        self.into_target()
    }
}

fn domain_start<C: Compressor>(
    inputs: &Inputs,
    scratch: &mut Scratch,
) -> domain::base::message_builder::QuestionBuilder<C> {
    let mut vector = std::mem::take(&mut scratch.vector);
    vector.clear();
    let Ok(mut builder) = domain::base::MessageBuilder::from_target(C::over(vector)) else {
        panic!("no room")
    };
    builder.header_mut().set_id(1);
    let mut questions = builder.question();
    questions.push((&inputs.www, domain::base::Rtype::A)).expect("room");
    questions
}

fn domain_finish<C: Compressor>(
    mut additionals: domain::base::message_builder::AdditionalBuilder<C>,
    scratch: &mut Scratch,
    subnet: bool,
) -> usize {
    additionals
        .opt(|opt| {
            opt.set_udp_payload_size(1232);
            if subnet {
                opt.client_subnet(24, 0, Ipv4Addr::new(192, 0, 2, 0).into())?;
            }
            Ok(())
        })
        .expect("room");
    scratch.vector = additionals.finish().into_vector();
    scratch.vector.len()
}

fn domain_query<C: Compressor>(inputs: &Inputs, scratch: &mut Scratch) -> usize {
    let mut questions = domain_start::<C>(inputs, scratch);
    questions.header_mut().set_rd(true);
    domain_finish(questions.additional(), scratch, true)
}

fn domain_address<C: Compressor>(inputs: &Inputs, scratch: &mut Scratch) -> usize {
    let mut questions = domain_start::<C>(inputs, scratch);
    questions.header_mut().set_qr(true);
    questions.header_mut().set_rd(true);
    let mut answers = questions.answer();
    answers.push((&inputs.www, 300, domain::rdata::A::from_octets(192, 0, 2, 1))).expect("room");
    domain_finish(answers.additional(), scratch, false)
}

fn domain_referral<C: Compressor>(inputs: &Inputs, scratch: &mut Scratch) -> usize {
    let mut questions = domain_start::<C>(inputs, scratch);
    questions.header_mut().set_qr(true);
    let mut authorities = questions.answer().authority();
    for server in &inputs.servers {
        authorities.push((&inputs.com, 172_800, domain::rdata::Ns::new(server))).expect("room");
    }
    let mut additionals = authorities.additional();
    for (server, last) in inputs.servers.iter().zip(1u8..) {
        let (v4, v6) = glue(last);
        additionals.push((server, 172_800, domain::rdata::A::new(v4))).expect("room");
        additionals.push((server, 172_800, domain::rdata::Aaaa::new(v6))).expect("room");
    }
    domain_finish(additionals, scratch, false)
}

mod new {
    pub(super) use domain::new::base::build::{MessageBuilder, NameCompressor};
    pub(super) use domain::new::base::wire::{SizePrefixed, U16};
    pub(super) use domain::new::base::{
        HeaderFlags, QClass, QType, Question, RClass, RType, Record,
    };
    pub(super) use domain::new::edns::{EdnsFlags, EdnsRecord};
    pub(super) use domain::new::rdata::{A, Aaaa, Ns};
}

fn domain_new_message(
    inputs: &Inputs,
    scratch: &mut Scratch,
    response: bool,
    recursion: bool,
    options: &[u8],
    records: impl FnOnce(&mut new::MessageBuilder<'_, '_>),
) -> usize {
    let mut compressor = new::NameCompressor::default();
    let mut flags = new::HeaderFlags::default();
    flags.set_qr(response).set_rd(recursion);
    let mut builder =
        new::MessageBuilder::new(&mut scratch.array, &mut compressor, new::U16::new(1), flags);
    builder
        .push_question(&new::Question::new(&*inputs.new_www, new::QType::A, new::QClass::IN))
        .expect("room");
    records(&mut builder);
    let edns = new::EdnsRecord {
        max_udp_payload: new::U16::new(1232),
        ext_rcode: 0,
        version: 0,
        flags: new::EdnsFlags::default(),
        data: new::SizePrefixed::new(options),
    };
    builder.push_edns(&edns).expect("room");
    let length = 12 + builder.finish().contents.len();
    scratch.in_array = true;
    length
}

fn domain_new_query(inputs: &Inputs, scratch: &mut Scratch) -> usize {
    domain_new_message(inputs, scratch, false, true, inputs.subnet, |_| {})
}

fn domain_new_address(inputs: &Inputs, scratch: &mut Scratch) -> usize {
    domain_new_message(inputs, scratch, true, true, &[], |builder| {
        builder
            .push_answer(&new::Record::new(
                &*inputs.new_www,
                new::RType::A,
                new::RClass::IN,
                300.into(),
                new::A { octets: [192, 0, 2, 1] },
            ))
            .expect("room");
    })
}

fn domain_new_referral(inputs: &Inputs, scratch: &mut Scratch) -> usize {
    domain_new_message(inputs, scratch, true, false, &[], |builder| {
        let (class, ttl) = (new::RClass::IN, 172_800.into());
        for server in inputs.new_servers.iter().map(|name| &**name) {
            let ns = new::Ns { server };
            let record = new::Record::new(&*inputs.new_com, new::RType::NS, class, ttl, ns);
            builder.push_authority(&record).expect("room");
        }
        for (server, last) in inputs.new_servers.iter().map(|name| &**name).zip(1u8..) {
            let (v4, v6) = glue(last);
            let a = new::A { octets: v4.octets() };
            let record = new::Record::new(server, new::RType::A, class, ttl, a);
            builder.push_additional(&record).expect("room");
            let aaaa = new::Aaaa { octets: v6.octets() };
            let record = new::Record::new(server, new::RType::AAAA, class, ttl, aaaa);
            builder.push_additional(&record).expect("room");
        }
    })
}

fn simple_message(inputs: &Inputs, flags: simple_dns::PacketFlag) -> simple_dns::Packet<'static> {
    let mut packet = simple_dns::Packet::new_query(1);
    packet.set_flags(flags);
    packet.questions.push(simple_dns::Question::new(
        inputs.simple_names[0].clone(),
        simple_dns::TYPE::A.into(),
        simple_dns::CLASS::IN.into(),
        false,
    ));
    *packet.opt_mut() =
        Some(simple_dns::rdata::OPT { opt_codes: Vec::new(), udp_packet_size: 1232, version: 0 });
    packet
}

fn simple_query(inputs: &Inputs) -> simple_dns::Packet<'static> {
    let mut packet = simple_message(inputs, simple_dns::PacketFlag::RECURSION_DESIRED);
    if let Some(opt) = packet.opt_mut() {
        opt.opt_codes.push(simple_dns::rdata::OPTCode { code: 8, data: inputs.subnet[4..].into() });
    }
    packet
}

fn simple_address(inputs: &Inputs) -> simple_dns::Packet<'static> {
    use simple_dns::rdata::{A, RData};
    use simple_dns::{CLASS, PacketFlag, ResourceRecord};
    let mut packet = simple_message(inputs, PacketFlag::RESPONSE | PacketFlag::RECURSION_DESIRED);
    let a = RData::A(A::from(Ipv4Addr::new(192, 0, 2, 1)));
    packet.answers.push(ResourceRecord::new(inputs.simple_names[0].clone(), CLASS::IN, 300, a));
    packet
}

fn simple_referral(inputs: &Inputs) -> simple_dns::Packet<'static> {
    use simple_dns::rdata::{A, AAAA, NS, RData};
    use simple_dns::{CLASS, PacketFlag, ResourceRecord};
    let mut packet = simple_message(inputs, PacketFlag::RESPONSE);
    for server in &inputs.simple_names[2..] {
        let ns = RData::NS(NS(server.clone()));
        let owner = inputs.simple_names[1].clone();
        packet.name_servers.push(ResourceRecord::new(owner, CLASS::IN, 172_800, ns));
    }
    for (server, last) in inputs.simple_names[2..].iter().zip(1u8..) {
        let (v4, v6) = glue(last);
        for rdata in [RData::A(A::from(v4)), RData::AAAA(AAAA::from(v6))] {
            let record = ResourceRecord::new(server.clone(), CLASS::IN, 172_800, rdata);
            packet.additional_records.push(record);
        }
    }
    packet
}

fn simple_encode(packet: &simple_dns::Packet<'_>, scratch: &mut Scratch) -> usize {
    scratch.vector.clear();
    packet.write_compressed_to(&mut Cursor::new(&mut scratch.vector)).expect("a message");
    scratch.vector.len()
}

fn hickory_message(inputs: &Inputs, response: bool, recursion: bool) -> hickory_proto::op::Message {
    use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query};
    use hickory_proto::rr::RecordType;
    let kind = if response { MessageType::Response } else { MessageType::Query };
    let mut message = Message::new(1, kind, OpCode::Query);
    message.metadata.recursion_desired = recursion;
    message.queries.push(Query::query(inputs.hickory_names[0].clone(), RecordType::A));
    let mut edns = Edns::new();
    edns.set_max_payload(1232);
    message.edns = Some(edns);
    message
}

fn hickory_query(inputs: &Inputs) -> hickory_proto::op::Message {
    use hickory_proto::rr::rdata::opt::{ClientSubnet, EdnsOption};
    let mut message = hickory_message(inputs, false, true);
    if let Some(edns) = &mut message.edns {
        let subnet = ClientSubnet::new(Ipv4Addr::new(192, 0, 2, 0).into(), 24, 0);
        edns.options_mut().insert(EdnsOption::Subnet(subnet));
    }
    message
}

fn hickory_address(inputs: &Inputs) -> hickory_proto::op::Message {
    use hickory_proto::rr::{RData, Record, rdata::A};
    let mut message = hickory_message(inputs, true, true);
    let a = RData::A(A::new(192, 0, 2, 1));
    message.answers.push(Record::from_rdata(inputs.hickory_names[0].clone(), 300, a));
    message
}

fn hickory_referral(inputs: &Inputs) -> hickory_proto::op::Message {
    use hickory_proto::rr::rdata::{A, AAAA, NS};
    use hickory_proto::rr::{RData, Record};
    let mut message = hickory_message(inputs, true, false);
    for server in &inputs.hickory_names[2..] {
        let ns = RData::NS(NS(server.clone()));
        let owner = inputs.hickory_names[1].clone();
        message.authorities.push(Record::from_rdata(owner, 172_800, ns));
    }
    for (server, last) in inputs.hickory_names[2..].iter().zip(1u8..) {
        let (v4, v6) = glue(last);
        for rdata in [RData::A(A(v4)), RData::AAAA(AAAA(v6))] {
            message.additionals.push(Record::from_rdata(server.clone(), 172_800, rdata));
        }
    }
    message
}

fn hickory_encode(message: &hickory_proto::op::Message, scratch: &mut Scratch) -> usize {
    use hickory_proto::serialize::binary::{BinEncodable, BinEncoder};
    scratch.vector.clear();
    let mut encoder = BinEncoder::new(&mut scratch.vector);
    message.emit(&mut encoder).expect("a message");
    scratch.vector.len()
}
