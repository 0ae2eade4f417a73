//! The answer to a query: octets in, octets out.

mod additional;
mod batch;
mod dnssec;
mod negative;
mod nsec3;
mod policy;
mod query;
mod reply;
mod resolve;
mod rows;
mod weighted;

pub use batch::{Batch, Question};
pub(crate) use dnssec::join;
pub use policy::{AnyPolicy, Client, Policy, Transport};

use dns_wire::edns::{ExtendedError, InfoCode};
use dns_wire::{Class, RType, Rcode};

use crate::key::Key;
use crate::location::Location;
use crate::overrides::Overrides;
use crate::store::Store;
use query::{Asked, Fault, Query};
use reply::Reply;
use resolve::Resolver;

/// What was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Octets of the reply, from the start of the buffer.
    pub len: usize,
    /// How it went.
    pub rcode: Rcode,
    /// Where the client was found to be, when the answer depends on it; overrides are in it.
    pub location: Option<Location>,
    /// The scope of the reply's Client Subnet option (RFC 7871), when it has one.
    pub scope: Option<u8>,
    /// The reply is cut short, TC is set.
    pub truncated: bool,
    /// The reply is authoritative, AA is set.
    pub authoritative: bool,
}

/// Why a query is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Dropped {
    /// It is shorter than a header: there is nobody to answer.
    #[error("shorter than a header")]
    TooShort,
    /// It is a response. Answering it could go on for ever.
    #[error("a response, not a query")]
    Response,
    /// The buffer does not hold even a header and the question. 512 octets always do.
    #[error("the reply buffer is too small")]
    Buffer,
}

impl Store<'_> {
    /// Answers a query.
    ///
    /// - `query`: the octets received.
    /// - `client`: who asks, and over what.
    /// - `overrides`: locations that are drained or shed clients at this time.
    /// - `random`: a word that an attacker cannot foretell, new for every query; it draws the weighted answers.
    /// - `out`: where the reply goes. Its length limits the reply over TCP; 65,535 octets hold any.
    ///
    /// Transfers (AXFR, IXFR) are a sequence of messages and so are REFUSED here; a server that offers them
    /// sees to them before it asks. The same goes for other opcodes than QUERY, which are NOTIMP here.
    ///
    /// # Errors
    /// Only for what must not be answered. All else has a reply: FORMERR, NOTIMP, BADVERS and REFUSED too.
    ///
    /// # Cost
    /// No allocation. Bounded by the policy's CNAME hops, and by the size of a message.
    pub fn answer(
        &self,
        query: &[u8],
        client: &Client<'_>,
        policy: &Policy<'_>,
        overrides: &Overrides<'_>,
        random: u64,
        out: &mut [u8],
    ) -> Result<Answered, Dropped> {
        let mut key = Key::new(self.seed());
        // By reference: to move as a whole what was just written field by field, a processor waits for all of it.
        match &Query::read(query, &mut key) {
            Ok(parsed) => self.reply(query, parsed, client, policy, overrides, random, out),
            Err(Ok(fault)) => refuse(query, *fault, policy, out),
            Err(Err(dropped)) => Err(*dropped),
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one call from `answer`, which takes them one by one"
    )]
    fn reply(
        &self,
        octets: &[u8],
        query: &Query<'_>,
        client: &Client<'_>,
        policy: &Policy<'_>,
        overrides: &Overrides<'_>,
        random: u64,
        out: &mut [u8],
    ) -> Result<Answered, Dropped> {
        let max = size_limit(query.edns.as_ref(), client.transport, policy).min(out.len());
        let room = query.edns.as_ref().map_or(0, |asked| opt_room(asked, client, policy));
        let limit = max.saturating_sub(room);
        let mut names = None;
        let mut outcome = Outcome::new(Rcode::NOERROR);
        let mut reply = Reply::start(out, octets, query.head, limit, query.key, &mut names)
            .ok_or(Dropped::Buffer)?;
        Resolver::new(self, query, client, policy, overrides, random, &mut reply, &mut outcome)
            .resolve();
        // No room is kept for an extended error: the replies that have one hold nothing else.
        if reply.len().saturating_add(room).saturating_add(EXTENDED_ERROR) > max {
            outcome.extended = None;
        }
        let scope = query.has_subnet().then_some(outcome.scope);
        let flags = flags(octets, &outcome);
        let finished = reply.finish(flags, query.edns.is_some());
        let (out, mut len) = finished.ok_or(Dropped::Buffer)?;
        if let Some(asked) = &query.edns {
            let room = out.get_mut(len..).unwrap_or_default();
            let opt = write_opt(room, asked, client, policy, &outcome, scope);
            len = opt.and_then(|opt| len.checked_add(opt)).ok_or(Dropped::Buffer)?;
        }
        Ok(Answered {
            len,
            rcode: outcome.rcode,
            location: outcome.location,
            scope,
            truncated: outcome.truncated,
            authoritative: outcome.authoritative,
        })
    }
}

/// How a look-up went.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    pub(crate) rcode: Rcode,
    pub(crate) authoritative: bool,
    pub(crate) truncated: bool,
    /// RFC 8914: more about an error.
    pub(crate) extended: Option<InfoCode>,
    pub(crate) location: Option<Location>,
    pub(crate) scope: u8,
}

impl Outcome {
    #[inline]
    fn new(rcode: Rcode) -> Self {
        Self {
            rcode,
            authoritative: false,
            truncated: false,
            extended: None,
            location: None,
            scope: 0,
        }
    }
}

/// Why a question is not looked up at all.
pub(crate) fn not_ours(query: &Query<'_>) -> Option<(Rcode, InfoCode)> {
    match (query.class, query.rtype) {
        (Class::IN, RType::AXFR | RType::IXFR) => Some((Rcode::REFUSED, NOT_SUPPORTED)),
        // OPT is no question, and TSIG and TKEY sign messages.
        (Class::IN, RType::OPT | RType(249 | 250)) => Some((Rcode::FORMERR, InfoCode::OTHER)),
        // MAILB and MAILA: obsolete.
        (Class::IN, RType(253 | 254)) => Some((Rcode::NOTIMP, NOT_SUPPORTED)),
        (Class::IN, _) => None,
        // The name may well be ours: EDE 20 would send its asker away.
        _ => Some((Rcode::REFUSED, NOT_SUPPORTED)),
    }
}

/// The most octets of a reply. UDP takes what the client takes (RFC 6891 §6.2.3) but no more than the policy.
fn size_limit(edns: Option<&Asked<'_>>, transport: Transport, policy: &Policy<'_>) -> usize {
    match (transport, edns) {
        (Transport::Stream, _) => 65_535,
        (Transport::Datagram, None) => 512,
        (Transport::Datagram, Some(asked)) => {
            asked.payload_size.min(usize::from(policy.max_datagram)).max(512)
        }
    }
}

/// Room for the OPT record, without an extended error.
fn opt_room(asked: &Asked<'_>, client: &Client<'_>, policy: &Policy<'_>) -> usize {
    let subnet = if asked.told.is_some() { 24 } else { 0 };
    let nsid = if tells_nsid(asked, policy) { policy.nsid.len().saturating_add(4) } else { 0 };
    [OPT_HEADER, subnet, nsid, client.options.len()].into_iter().fold(0, usize::saturating_add)
}

/// A server without an NSID passes over the option (RFC 5001 §2.2).
fn tells_nsid(asked: &Asked<'_>, policy: &Policy<'_>) -> bool {
    asked.nsid && !policy.nsid.is_empty()
}

/// Writes the OPT record. Returns its length.
fn write_opt(
    out: &mut [u8],
    asked: &Asked<'_>,
    client: &Client<'_>,
    policy: &Policy<'_>,
    outcome: &Outcome,
    scope: Option<u8>,
) -> Option<usize> {
    let (header, options) = out.split_first_chunk_mut::<OPT_HEADER>()?;
    let mut len = 0usize;
    if let (Some(told), Some(scope)) = (&asked.told, scope) {
        len = told.write(scope, options)?;
    }
    if let Some(info_code) = outcome.extended {
        let error = ExtendedError { info_code, extra_text: &[] };
        len = len.checked_add(error.write(options.get_mut(len..)?).ok()?)?;
    }
    if tells_nsid(asked, policy) {
        let [n0, n1] = u16::try_from(policy.nsid.len()).ok()?.to_be_bytes();
        len = put(options, len, &[0, 3, n0, n1])?;
        len = put(options, len, policy.nsid)?;
    }
    if !client.options.is_empty() {
        len = put(options, len, client.options)?;
    }
    let [size0, size1] = policy.max_datagram.max(512).to_be_bytes();
    let [r0, r1] = u16::try_from(len).ok()?.to_be_bytes();
    let dnssec_ok = if asked.dnssec_ok { 0x80 } else { 0 };
    let extended = outcome.rcode.extended_bits();
    *header = [0, 0, 41, size0, size1, extended, 0, dnssec_ok, 0, r0, r1];
    len.checked_add(OPT_HEADER)
}

/// Copies octets to `at`. Returns where they end.
fn put(out: &mut [u8], at: usize, octets: &[u8]) -> Option<usize> {
    let end = at.checked_add(octets.len())?;
    out.get_mut(at..end)?.copy_from_slice(octets);
    Some(end)
}

/// The second word of the header: opcode, RD and CD as asked; no RA, no AD (RFC 4035 §3.1.6).
fn flags(query: &[u8], outcome: &Outcome) -> [u8; 2] {
    let asked = query.get(2).copied().unwrap_or(0);
    let asked_low = query.get(3).copied().unwrap_or(0);
    let mut high = 0x80 | (asked & 0x79);
    if outcome.authoritative {
        high |= 0x04;
    }
    if outcome.truncated {
        high |= 0x02;
    }
    [high, (asked_low & 0x10) | outcome.rcode.header_bits()]
}

/// Replies with an error to what could not be read as a question.
fn refuse(
    query: &[u8],
    fault: Fault,
    policy: &Policy<'_>,
    out: &mut [u8],
) -> Result<Answered, Dropped> {
    let outcome = Outcome::new(fault.rcode);
    let head = fault.head.unwrap_or(12);
    let reply = out.get_mut(..head).ok_or(Dropped::Buffer)?;
    reply.copy_from_slice(query.get(..head).ok_or(Dropped::TooShort)?);
    let questions = u8::from(fault.head.is_some());
    let [high, low] = flags(query, &outcome);
    let rest = [high, low, 0, questions, 0, 0, 0, 0, 0, u8::from(fault.opt.is_some())];
    out.get_mut(2..12).ok_or(Dropped::Buffer)?.copy_from_slice(&rest);
    let mut len = head;
    // RFC 3225 §3: DO is copied, whatever the RCODE.
    if let Some(dnssec_ok) = fault.opt {
        let asked = Asked { payload_size: 512, dnssec_ok, nsid: false, told: None };
        let client = Client::default();
        let room = out.get_mut(len..).unwrap_or_default();
        let opt = write_opt(room, &asked, &client, policy, &outcome, None);
        len = opt.and_then(|opt| len.checked_add(opt)).ok_or(Dropped::Buffer)?;
    }
    Ok(Answered {
        len,
        rcode: fault.rcode,
        location: None,
        scope: None,
        truncated: false,
        authoritative: false,
    })
}

/// RFC 8914 §4.21.
pub(crate) const NOT_AUTHORITATIVE: InfoCode = InfoCode(20);
/// RFC 8914 §4.22.
const NOT_SUPPORTED: InfoCode = InfoCode(21);
/// OPT up to its options.
const OPT_HEADER: usize = 11;
/// An extended error without text.
const EXTENDED_ERROR: usize = 6;
