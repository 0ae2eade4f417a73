//! Reading a query: as much of it as an answer needs.

use core::net::IpAddr;

use dns_wire::edns::{ClientSubnet, Edns, OptionCode};
use dns_wire::{Class, Message, Opcode, RType, Rcode};

use crate::answer::Dropped;
use crate::key::Key;
use crate::location::Subnet;

/// A query that can be answered.
pub(crate) struct Query {
    /// The name asked for.
    pub(crate) key: Key,
    pub(crate) rtype: RType,
    pub(crate) class: Class,
    /// The octets of the header and the question, as the reply repeats them.
    pub(crate) head: usize,
    pub(crate) edns: Option<Asked>,
}

/// What the OPT record asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    pub(crate) payload_size: u16,
    pub(crate) dnssec_ok: bool,
    pub(crate) nsid: bool,
    pub(crate) subnet: Option<ClientSubnet>,
}

/// Why a query gets an error in place of an answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    pub(crate) rcode: Rcode,
    /// The octets of the header and the question, when the question could be read.
    pub(crate) head: Option<usize>,
    /// Whether the query had EDNS, and so the reply may.
    pub(crate) edns: bool,
}

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// `Err(Ok(fault))`: to be answered with an error. `Err(Err(dropped))`: not to be answered at all.
    pub(crate) fn read(octets: &[u8], seed: u64) -> Result<Self, Result<Fault, Dropped>> {
        let Some(header) = octets.first_chunk::<12>() else { return Err(Err(Dropped::TooShort)) };
        let [_, _, flags, _, qd_high, qd_low, an_high, an_low, ns_high, ns_low, ar_high, ar_low] =
            *header;
        if flags & QR != 0 {
            // Answering a response could go on for ever.
            return Err(Err(Dropped::Response));
        }
        let fault = |rcode, head, edns| Err(Ok(Fault { rcode, head, edns }));
        if Opcode((flags >> 3) & 15) != Opcode::QUERY {
            return fault(Rcode::NOTIMP, None, false);
        }
        if [qd_high, qd_low] != [0, 1] {
            // RFC 9619: a query has one question.
            return fault(Rcode::FORMERR, None, false);
        }
        let question = octets.get(12..).unwrap_or_default();
        let Some(key) = Key::read(question, seed) else {
            return fault(Rcode::FORMERR, None, false);
        };
        let after = question.get(usize::from(key.len())..).unwrap_or_default();
        let Some((&[type_high, type_low, class_high, class_low], rest)) =
            after.split_first_chunk::<4>()
        else {
            return fault(Rcode::FORMERR, None, false);
        };
        let head = octets.len().saturating_sub(rest.len());
        let others = [an_high, an_low, ns_high, ns_low] != [0; 4];
        let edns = if !others && [ar_high, ar_low] == [0, 0] && rest.is_empty() {
            None
        } else {
            match read_edns(octets) {
                Ok(edns) => edns,
                Err(edns) => return fault(Rcode::FORMERR, Some(head), edns),
            }
        };
        let asked = match edns {
            Some(edns) if edns.version() != 0 => return fault(Rcode::BADVERS, Some(head), true),
            Some(edns) => match read_options(&edns) {
                Some(asked) => Some(asked),
                None => return fault(Rcode::FORMERR, Some(head), true),
            },
            None => None,
        };
        Ok(Self {
            key,
            rtype: RType(u16::from_be_bytes([type_high, type_low])),
            class: Class(u16::from_be_bytes([class_high, class_low])),
            head,
            edns: asked,
        })
    }

    pub(crate) fn dnssec_ok(&self) -> bool {
        self.edns.is_some_and(|edns| edns.dnssec_ok)
    }

    /// The client's network, when the query tells one: a source of 0 hides it (RFC 7871 §7.1.2).
    pub(crate) fn subnet(&self) -> Option<Subnet> {
        let subnet = self.edns?.subnet.filter(|subnet| subnet.source() > 0)?;
        let (address, width) = match subnet.address() {
            IpAddr::V4(v4) => (u128::from(u32::from(v4)), 32),
            IpAddr::V6(v6) => (u128::from(v6), 128),
        };
        Some(Subnet { address, source: subnet.source(), width })
    }

    /// Whether the query has a Client Subnet option, hiding or not: the reply then has one too.
    pub(crate) fn has_subnet(&self) -> bool {
        self.edns.is_some_and(|edns| edns.subnet.is_some())
    }
}

/// The OPT record. The error says whether one was seen.
fn read_edns(octets: &[u8]) -> Result<Option<Edns<'_>>, bool> {
    let message = Message::parse(octets).map_err(|_| false)?;
    message.edns().map_err(|_| true)
}

/// What the options ask for; `None` when one is malformed. Unknown ones are passed over (RFC 6891 §6.1.2).
fn read_options(edns: &Edns<'_>) -> Option<Asked> {
    let mut asked = Asked {
        payload_size: edns.payload_size(),
        dnssec_ok: edns.dnssec_ok(),
        nsid: false,
        subnet: None,
    };
    for option in edns.options() {
        let option = option.ok()?;
        match option.code {
            OptionCode::NSID => asked.nsid = true,
            OptionCode::CLIENT_SUBNET => {
                // RFC 7871 §6: the scope is 0 in a query.
                let subnet =
                    ClientSubnet::read(&option).ok().filter(|subnet| subnet.scope() == 0)?;
                asked.subnet = asked.subnet.or(Some(subnet));
            }
            _ => {}
        }
    }
    Some(asked)
}

const QR: u8 = 0x80;
