//! Writes three messages from names already parsed, into a buffer used again.

use crate::messages;
use dns_wire::{Builder, Class, Flags, Full, Header, NameBuf, RType, Rcode, Ttl};

/// Writes a message and returns its length.
pub(crate) type Build = fn(&Inputs, &mut [u8]) -> Result<usize, Full>;

/// What the messages are made of.
pub(crate) struct Inputs {
    pub(crate) www: NameBuf,
    pub(crate) com: NameBuf,
    pub(crate) servers: Vec<NameBuf>,
    pub(crate) subnet: Vec<u8>,
}

impl Inputs {
    pub(crate) fn new() -> Self {
        Self {
            www: messages::name("www.example.com"),
            com: messages::name("com"),
            servers: messages::servers(),
            subnet: messages::subnet_option(),
        }
    }
}

pub(crate) fn query_with_subnet(inputs: &Inputs, buffer: &mut [u8]) -> Result<usize, Full> {
    let flags = Flags::default().with_recursion_desired(true);
    let mut questions = Builder::new(buffer, Header { id: 1, flags, ..Header::default() })?;
    questions.push_question(inputs.www.as_name(), RType::A, Class::IN)?;
    let mut additionals = questions.answers().additionals();
    additionals.push_opt(1232, Rcode::NOERROR, false, &inputs.subnet)?;
    Ok(additionals.finish().len())
}

pub(crate) fn one_address(inputs: &Inputs, buffer: &mut [u8]) -> Result<usize, Full> {
    let flags = Flags::default().with_response(true).with_recursion_desired(true);
    let mut questions = Builder::new(buffer, Header { id: 1, flags, ..Header::default() })?;
    questions.push_question(inputs.www.as_name(), RType::A, Class::IN)?;
    let mut answers = questions.answers();
    answers.push(inputs.www.as_name(), RType::A, Class::IN, Ttl(300), &[192, 0, 2, 1])?;
    let mut additionals = answers.additionals();
    additionals.push_opt(1232, Rcode::NOERROR, false, &[])?;
    Ok(additionals.finish().len())
}

pub(crate) fn referral(inputs: &Inputs, buffer: &mut [u8]) -> Result<usize, Full> {
    let flags = Flags::default().with_response(true);
    let mut questions = Builder::new(buffer, Header { id: 1, flags, ..Header::default() })?;
    questions.push_question(inputs.www.as_name(), RType::A, Class::IN)?;
    let mut authorities = questions.answers().authorities();
    for server in &inputs.servers {
        let rdata = server.as_name().as_wire();
        authorities.push(inputs.com.as_name(), RType::NS, Class::IN, Ttl(172_800), rdata)?;
    }
    let mut additionals = authorities.additionals();
    for (server, last) in inputs.servers.iter().zip(1u8..) {
        let v4 = [192, 5, 6, last];
        additionals.push(server.as_name(), RType::A, Class::IN, Ttl(172_800), &v4)?;
        let v6 = [0x20, 1, 5, 3, 0xa8, 0x3e, 0, 0, 0, 0, 0, 0, 0, 2, 0, last];
        additionals.push(server.as_name(), RType::AAAA, Class::IN, Ttl(172_800), &v6)?;
    }
    additionals.push_opt(1232, Rcode::NOERROR, false, &[])?;
    Ok(additionals.finish().len())
}
