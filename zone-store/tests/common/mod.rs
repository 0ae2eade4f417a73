//! What the tests share: compiling text, writing queries, showing replies.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::net::IpAddr;

use dns_wire::edns::ClientSubnet;
use dns_wire::{Message, NameBuf, RType, Record};
use zone_store::text::{data, map, master};
use zone_store::{
    Answered, Client, CompileOptions, Compiled, Compiler, Image, Overrides, Policy, Transport,
};

/// A text and what it is.
pub(crate) enum Source<'a> {
    Zone(&'a str),
    Data(&'a str),
    Map(&'a str, &'a str),
}

pub(crate) fn compile(
    options: CompileOptions,
    sources: &[Source<'_>],
) -> Result<Compiled, Vec<String>> {
    let mut compiler = Compiler::new(options);
    for (number, source) in (0..).zip(sources) {
        match source {
            Source::Zone(text) => {
                master::parse(text.as_bytes(), master::Options::new(number), &mut compiler);
            }
            Source::Data(text) => {
                data::parse(text.as_bytes(), data::Options::new(number), &mut compiler);
            }
            Source::Map(name, text) => {
                map::parse(
                    text.as_bytes(),
                    map::Options::new(number, name.as_bytes()),
                    &mut compiler,
                );
            }
        }
    }
    compiler.finish().map_err(|refused| {
        refused
            .problems
            .iter()
            .map(|p| format!("{}:{}: {:?}: {}", p.at.source, p.at.line, p.severity, p.message))
            .collect()
    })
}

pub(crate) fn image(sources: &[Source<'_>]) -> Image<Vec<u8>> {
    let compiled = compile(CompileOptions::default(), sources).unwrap_or_else(|p| panic!("{p:#?}"));
    Image::open(compiled.image).unwrap_or_else(|e| panic!("{e}"))
}

/// A question in words: `www.example. A do ecs=10.0.0.0/24 from=192.0.2.1 tcp size=512 cd rd noedns`.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) name: NameBuf,
    pub(crate) rtype: RType,
    pub(crate) edns: bool,
    pub(crate) dnssec_ok: bool,
    pub(crate) size: u16,
    pub(crate) ecs: Option<ClientSubnet>,
    pub(crate) from: IpAddr,
    pub(crate) tcp: bool,
    pub(crate) flags: u8,
    pub(crate) recursion: bool,
    pub(crate) class: u16,
    pub(crate) opcode: u8,
    pub(crate) version: u8,
    pub(crate) nsid: bool,
}

impl Question {
    pub(crate) fn read(words: &str) -> Self {
        let mut words = words.split_whitespace();
        let name = words.next().expect("a name");
        let rtype = words.next().expect("a type");
        let mut question = Self {
            name: NameBuf::from_text(name.as_bytes(), None)
                .unwrap_or_else(|e| panic!("{name}: {e}")),
            rtype: rtype.parse().unwrap_or_else(|_| panic!("{rtype}")),
            edns: false,
            dnssec_ok: false,
            size: 1232,
            ecs: None,
            from: "192.0.2.53".parse().unwrap(),
            tcp: false,
            flags: 0,
            recursion: false,
            class: 1,
            opcode: 0,
            version: 0,
            nsid: false,
        };
        for word in words {
            let (key, value) = word.split_once('=').unwrap_or((word, ""));
            match key {
                "edns" => question.edns = true,
                "do" => (question.edns, question.dnssec_ok) = (true, true),
                "size" => (question.edns, question.size) = (true, value.parse().unwrap()),
                "from" => question.from = value.parse().unwrap(),
                "tcp" => question.tcp = true,
                "cd" => question.flags |= 0x10,
                "ad" => question.flags |= 0x20,
                "rd" => question.recursion = true,
                "class" => question.class = value.parse().unwrap(),
                "opcode" => question.opcode = value.parse().unwrap(),
                "version" => (question.edns, question.version) = (true, value.parse().unwrap()),
                "nsid" => (question.edns, question.nsid) = (true, true),
                "ecs" => {
                    let (address, len) = value.split_once('/').expect("a prefix");
                    let subnet =
                        ClientSubnet::new(address.parse().unwrap(), len.parse().unwrap(), 0);
                    (question.edns, question.ecs) = (true, Some(subnet.expect("a subnet")));
                }
                _ => panic!("{word}?"),
            }
        }
        question
    }

    pub(crate) fn to_wire(&self) -> Vec<u8> {
        let high = u8::from(self.recursion) | self.opcode << 3;
        let mut out = vec![0x12, 0x34, high, self.flags, 0, 1, 0, 0, 0, 0, 0, u8::from(self.edns)];
        out.extend_from_slice(self.name.as_name().as_wire());
        out.extend_from_slice(&self.rtype.0.to_be_bytes());
        out.extend_from_slice(&self.class.to_be_bytes());
        if self.edns {
            let mut options = Vec::new();
            if let Some(subnet) = self.ecs {
                let mut option = [0; 24];
                let len = subnet.write(&mut option).unwrap();
                options.extend_from_slice(&option[..len]);
            }
            if self.nsid {
                options.extend_from_slice(&[0, 3, 0, 0]);
            }
            out.extend_from_slice(&[0, 0, 41]);
            out.extend_from_slice(&self.size.to_be_bytes());
            out.extend_from_slice(&[0, self.version, if self.dnssec_ok { 0x80 } else { 0 }, 0]);
            out.extend_from_slice(&(options.len() as u16).to_be_bytes());
            out.extend_from_slice(&options);
        }
        out
    }

    pub(crate) fn client(&self) -> Client<'static> {
        let transport = if self.tcp { Transport::Stream } else { Transport::Datagram };
        Client { address: self.from, transport, options: &[] }
    }
}

/// A reply in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    /// RCODE and flags.
    pub(crate) status: String,
    pub(crate) answer: Vec<String>,
    pub(crate) authority: Vec<String>,
    pub(crate) additional: Vec<String>,
    pub(crate) scope: Option<u8>,
}

impl Shown {
    pub(crate) fn of(reply: &[u8]) -> Self {
        let message = Message::parse(reply).expect("a message");
        let flags = message.header().flags;
        let edns = message.edns().expect("EDNS");
        let rcode = message.rcode(edns.as_ref());
        let mut status = format!("{rcode}");
        let [_, _, high, low, ..] = *reply else { panic!() };
        let bits = [
            (high & 4, "aa"),
            (high & 2, "tc"),
            (high & 1, "rd"),
            (low & 0x80, "ra"),
            (low & 0x20, "ad"),
            (low & 0x10, "cd"),
        ];
        for (bit, name) in bits {
            if bit != 0 {
                status.push(' ');
                status.push_str(name);
            }
        }
        assert!(high & 0x80 != 0, "QR {flags:?}");
        if let Some(edns) = edns {
            status.push_str(" edns");
            if edns.dnssec_ok() {
                status.push_str(" do");
            }
            if let Ok(Some(error)) = edns.extended_error() {
                status.push_str(&format!(" ede={}", error.info_code.0));
            }
        }
        let subnet = edns.and_then(|edns| edns.client_subnet().expect("a subnet"));
        let lines = |records: dns_wire::Records<'_>| {
            let mut lines: Vec<String> =
                records.map(|r| line(&r.expect("a record"))).filter(|l| !l.is_empty()).collect();
            lines.sort();
            lines
        };
        Self {
            status,
            answer: lines(message.answers()),
            authority: lines(message.authorities()),
            additional: lines(message.additionals()),
            scope: subnet.map(|s| s.scope()),
        }
    }
}

fn line(record: &Record<'_>) -> String {
    if record.rtype == RType::OPT {
        return String::new();
    }
    let rdata = record.rdata.display(record.rtype);
    format!("{} {} {} {}", record.owner, record.ttl.0, record.rtype, rdata)
}

/// Asks, and checks what holds of every reply.
pub(crate) fn ask_with(
    image: &Image<Vec<u8>>,
    question: &Question,
    policy: &Policy<'_>,
    overrides: &Overrides<'_>,
    random: u64,
) -> (Answered, Vec<u8>) {
    let query = question.to_wire();
    let mut out = vec![0xaa; 65_535];
    let store = image.store();
    let answered = store
        .answer(&query, &question.client(), policy, overrides, random, &mut out)
        .expect("a reply");
    out.truncate(answered.len);
    assert_eq!(out[..2], query[..2], "the id");
    check_shape(&out);
    if !question.tcp {
        let limit = if question.edns {
            question.size.clamp(512, policy.max_datagram.max(512))
        } else {
            512
        };
        assert!(out.len() <= usize::from(limit), "{} octets", out.len());
    }
    if let Some(subnet) = question.ecs {
        let message = Message::parse(&out).unwrap();
        let echoed = message.edns().unwrap().unwrap().client_subnet().unwrap().expect("an echo");
        assert_eq!((echoed.address(), echoed.source()), (subnet.address(), subnet.source()));
    }
    (answered, out)
}

/// What holds of the records of any reply: the answer is one chain from the question, and signatures stand beside
/// what they cover.
pub(crate) fn check_shape(reply: &[u8]) {
    let message = Message::parse(reply).expect("a message");
    let Some(question) = message.question() else { return };
    let lower = |name: dns_wire::MessageName<'_>| name.to_string().to_lowercase();
    let mut reached = vec![lower(question.name)];
    let mut renamed = false;
    for record in message.answers().map(|record| record.expect("a record")) {
        let owner = lower(record.owner);
        let last = reached.last().expect("a name");
        if record.rtype == RType::DNAME && *last != owner {
            assert!(
                last.ends_with(&format!(".{owner}")) || owner == ".",
                "{owner}: no DNAME of {last}"
            );
            renamed = true;
        } else {
            let is_of_dname = renamed && record.rtype == RType::RRSIG;
            assert!(
                *last == owner || is_of_dname || reached.contains(&owner),
                "{owner} after {last}"
            );
        }
        if record.rtype == RType::CNAME && question.qtype != RType::CNAME {
            let target = record.rdata.display(record.rtype).to_string().to_lowercase();
            reached.push(target);
        }
    }
    for section in [message.answers(), message.authorities(), message.additionals()] {
        let records: Vec<_> = section.map(|record| record.expect("a record")).collect();
        for signature in records.iter().filter(|record| record.rtype == RType::RRSIG) {
            let text = signature.rdata.display(RType::RRSIG).to_string();
            let covered = text.split(' ').next().expect("a type");
            let is_asked = matches!(question.qtype, RType::RRSIG | RType::ANY);
            let beside = |r: &&Record<'_>| {
                r.rtype.to_string() == covered && lower(r.owner) == lower(signature.owner)
            };
            assert!(
                is_asked || records.iter().any(|r| beside(&r)),
                "{} {text} alone",
                signature.owner
            );
        }
    }
}

pub(crate) fn ask(image: &Image<Vec<u8>>, question: &str) -> Shown {
    let (_, reply) =
        ask_with(image, &Question::read(question), &Policy::default(), &Overrides::NONE, 1);
    Shown::of(&reply)
}
