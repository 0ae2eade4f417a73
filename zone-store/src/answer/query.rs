//! Reading a query: as much of it as an answer needs.

use dns_wire::edns::{ClientSubnet, EdnsOption, OptionCode};
use dns_wire::{Class, Message, Opcode, RType, Rcode, Section};

use crate::answer::Dropped;
use crate::key::Key;
use crate::location::Subnet;

/// A query that can be answered.
pub(crate) struct Query<'k> {
    /// The name asked for.
    pub(crate) key: &'k Key,
    pub(crate) rtype: RType,
    pub(crate) class: Class,
    /// The octets of the header and the question, as the reply repeats them.
    pub(crate) head: usize,
    pub(crate) edns: Option<Asked<'k>>,
}

/// What the OPT record asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'q> {
    pub(crate) payload_size: usize,
    pub(crate) dnssec_ok: bool,
    pub(crate) nsid: bool,
    pub(crate) told: Option<Told<'q>>,
}

/// A Client Subnet option that a query can have: its octets, so that little is moved until one asks what it tells.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told<'q> {
    data: &'q [u8],
}

impl<'q> Told<'q> {
    /// `None` of an option that a query cannot have.
    #[inline]
    fn read(data: &'q [u8]) -> Option<Self> {
        let option = EdnsOption { code: OptionCode::CLIENT_SUBNET, data, position: 0 };
        // RFC 7871 §6: the scope is 0 in a query.
        let told = ClientSubnet::read(&option).ok()?;
        (told.scope() == 0).then_some(Self { data })
    }

    /// The client's network; a source of 0 hides it (RFC 7871 §7.1.2).
    #[inline]
    fn subnet(&self) -> Option<Subnet> {
        let (&[_, family, source, _], address) = self.data.split_first_chunk::<4>()?;
        let width = if family == IPV4 { 32 } else { 128 };
        let told = address.iter().fold(0u128, |told, octet| told << 8 | u128::from(*octet));
        let untold = usize::from(width).wrapping_sub(address.len().wrapping_mul(8));
        let address = told.wrapping_shl(u32::try_from(untold).ok()?);
        (source > 0).then_some(Subnet { address, source, width })
    }

    /// Writes the option of the reply: all but the scope as it was asked (RFC 7871 §7.2.1). Returns its length.
    pub(crate) fn write(&self, scope: u8, out: &mut [u8]) -> Option<usize> {
        let (head, address) = self.data.split_first_chunk::<4>()?;
        let [family_high, family_low, source, _] = *head;
        let [len_high, len_low] = u16::try_from(self.data.len()).ok()?.to_be_bytes();
        let (to, out) = out.split_first_chunk_mut::<8>()?;
        *to = [0, 8, len_high, len_low, family_high, family_low, source, scope];
        for (to, from) in out.get_mut(..address.len())?.iter_mut().zip(address) {
            *to = *from;
        }
        self.data.len().checked_add(4)
    }
}

/// Why a query gets an error in place of an answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    pub(crate) rcode: Rcode,
    /// The octets of the header and the question, when the question could be read.
    pub(crate) head: Option<usize>,
    /// The DO bit, when the query has an OPT record that can be read: the reply then has one too.
    pub(crate) opt: Option<bool>,
}

impl<'k> Query<'k> {
    /// Reads a query, and its name into `key`.
    ///
    /// # Errors
    /// `Err(Ok(fault))`: to be answered with an error. `Err(Err(dropped))`: not to be answered at all.
    pub(crate) fn read(octets: &'k [u8], key: &'k mut Key) -> Result<Self, Result<Fault, Dropped>> {
        let Some(header) = octets.first_chunk::<12>() else { return Err(Err(Dropped::TooShort)) };
        let [_, _, flags, _, qd_high, qd_low, an_high, an_low, ns_high, ns_low, ar_high, ar_low] =
            *header;
        if flags & QR != 0 {
            // Answering a response could go on for ever.
            return Err(Err(Dropped::Response));
        }
        let fault = |rcode, head, opt| Err(Ok(Fault { rcode, head, opt }));
        // What cannot be read as a question has EDNS in its reply all the same (RFC 6891 §6.1.1, §7).
        let has_opt = || Opt::find(octets).0.map(|opt| opt.dnssec_ok);
        if Opcode((flags >> 3) & 15) != Opcode::QUERY {
            return fault(Rcode::NOTIMP, None, has_opt());
        }
        if [qd_high, qd_low] != [0, 1] {
            // RFC 9619: a query has one question.
            return fault(Rcode::FORMERR, None, has_opt());
        }
        let question = octets.get(12..).unwrap_or_default();
        if key.fill(question).is_none() {
            return fault(Rcode::FORMERR, None, has_opt());
        }
        let after = question.get(usize::from(key.len())..).unwrap_or_default();
        let Some((&[type_high, type_low, class_high, class_low], rest)) =
            after.split_first_chunk::<4>()
        else {
            return fault(Rcode::FORMERR, None, None);
        };
        let head = octets.len().saturating_sub(rest.len());
        let others = [an_high, an_low, ns_high, ns_low, ar_high, ar_low];
        let (opt, sound) = match others {
            [0, 0, 0, 0, 0, 0] if rest.is_empty() => (None, true),
            [0, 0, 0, 0, 0, 1] if is_opt(rest) => (Opt::read(rest), true),
            _ => Opt::find(octets),
        };
        if !sound {
            return fault(Rcode::FORMERR, Some(head), opt.map(|opt| opt.dnssec_ok));
        }
        let edns = match opt {
            Some(Opt { version: 1.., dnssec_ok, .. }) => {
                return fault(Rcode::BADVERS, Some(head), Some(dnssec_ok));
            }
            Some(Opt { payload_size, dnssec_ok, options, .. }) => {
                let Some((nsid, told)) = read_options(options) else {
                    return fault(Rcode::FORMERR, Some(head), Some(dnssec_ok));
                };
                Some(Asked { payload_size, dnssec_ok, nsid, told })
            }
            None => None,
        };
        let rtype = RType(u16::from_be_bytes([type_high, type_low]));
        let class = Class(u16::from_be_bytes([class_high, class_low]));
        Ok(Self { key, rtype, class, head, edns })
    }

    pub(crate) fn dnssec_ok(&self) -> bool {
        self.edns.as_ref().is_some_and(|edns| edns.dnssec_ok)
    }

    /// The client's network, when the query tells one.
    pub(crate) fn subnet(&self) -> Option<Subnet> {
        self.edns.as_ref()?.told.as_ref()?.subnet()
    }

    /// Whether the query has a Client Subnet option, hiding or not: the reply then has one too.
    pub(crate) fn has_subnet(&self) -> bool {
        self.edns.as_ref().is_some_and(|edns| edns.told.is_some())
    }
}

/// The OPT record (RFC 6891 §6.1.2).
struct Opt<'a> {
    payload_size: usize,
    version: u8,
    dnssec_ok: bool,
    options: &'a [u8],
}

impl<'a> Opt<'a> {
    /// The record at the start of `rest`, which is known to be an OPT and all there is.
    fn read(rest: &'a [u8]) -> Option<Self> {
        let (header, options) = rest.split_first_chunk::<11>()?;
        let [_, _, _, size_high, size_low, _, version, flags, _, _, _] = *header;
        let payload_size = usize::from(u16::from_be_bytes([size_high, size_low]));
        Some(Self { payload_size, version, dnssec_ok: flags & 0x80 != 0, options })
    }

    /// The record among others, and whether all of them can be read and the only OPT is in the additional
    /// section (RFC 6891 §6.1.1). An OPT is found though something after it is wrong.
    ///
    /// Cost: O(octets).
    fn find(octets: &'a [u8]) -> (Option<Self>, bool) {
        let Ok(message) = Message::parse(octets) else { return (None, false) };
        let (mut found, mut sound) = (None, true);
        let mut records = message.records();
        while let Some(record) = records.next() {
            let Ok(record) = record else {
                sound = false;
                break;
            };
            if record.rtype != RType::OPT {
                continue;
            }
            let is_first = found.is_none() && records.section() == Section::Additional;
            if !is_first || !record.owner.is_root() {
                sound = false;
                continue;
            }
            let [_, version, flags, _] = record.ttl.0.to_be_bytes();
            found = Some(Self {
                payload_size: usize::from(record.class.0),
                version,
                dnssec_ok: flags & 0x80 != 0,
                options: record.rdata.octets(),
            });
        }
        (found, sound)
    }
}

/// Whether these octets are one OPT record and nothing else: so are they in nearly every query.
fn is_opt(rest: &[u8]) -> bool {
    let Some((header, options)) = rest.split_first_chunk::<11>() else { return false };
    let [owner, type_high, type_low, _, _, _, _, _, _, len_high, len_low] = *header;
    let len = usize::from(u16::from_be_bytes([len_high, len_low]));
    [owner, type_high, type_low] == [0, 0, 41] && options.len() == len
}

/// Whether the options ask for an NSID, and the subnet that they tell; `None` when one is malformed. Unknown ones are
/// passed over (RFC 6891 §6.1.2).
#[inline]
fn read_options(options: &[u8]) -> Option<(bool, Option<Told<'_>>)> {
    let (mut nsid, mut told) = (false, None);
    let mut rest = options;
    while !rest.is_empty() {
        let (&[code_high, code_low, len_high, len_low], after) = rest.split_first_chunk::<4>()?;
        let len = usize::from(u16::from_be_bytes([len_high, len_low]));
        let (data, after) = after.split_at_checked(len)?;
        match OptionCode(u16::from_be_bytes([code_high, code_low])) {
            OptionCode::NSID => nsid = true,
            OptionCode::CLIENT_SUBNET => {
                let subnet = Told::read(data)?;
                told = told.or(Some(subnet));
            }
            _ => {}
        }
        rest = after;
    }
    Some((nsid, told))
}

const QR: u8 = 0x80;
/// The family in a Client Subnet option (RFC 7871 §6); the other is 2.
const IPV4: u8 = 1;
