//! The algorithm of RFC 1034 §4.3.2, with RFC 2308 (negatives), 4592 (wildcards), 6672 (DNAME), 7871
//! (client subnet), 8482 (ANY) and the DNSSEC records of 4035.

use dns_wire::{NameBuf, RType, Rcode};

use crate::answer::dnssec::{Noted, PROOFS};
use crate::answer::query::Query;
use crate::answer::reply::{Owner, Part, Reply};
use crate::answer::{AnyPolicy, Client, NOT_AUTHORITATIVE, Outcome, Policy, not_ours};
use crate::key::Key;
use crate::node::{HAS_WILDCARD, IS_ALIAS, IS_CUT, IS_DNAME, NO_CUT, Node};
use crate::overrides::Overrides;
use crate::random::Random;
use crate::rrset::{Entry, Group};
use crate::store::{Store, ZoneView};

/// One query on its way to a reply.
pub(crate) struct Resolver<'s, 'q, 'r, 'o> {
    pub(crate) store: &'s Store<'s>,
    pub(crate) query: &'q Query<'q>,
    pub(crate) client: &'q Client<'q>,
    pub(crate) policy: &'q Policy<'q>,
    pub(crate) overrides: &'q Overrides<'q>,
    pub(crate) random: Random,
    pub(crate) reply: &'r mut Reply<'o, 'q>,
    pub(crate) outcome: &'r mut Outcome,
    /// NSEC and NSEC3 records for the reply, the first `noted` of these; the first `written` are in it.
    pub(crate) proofs: [Noted; PROOFS],
    pub(crate) noted: usize,
    pub(crate) written: usize,
    /// The hash of a name that is not there is that of a name that is (RFC 5155 §7.2.9).
    pub(crate) collision: bool,
}

/// A name on the way from the question to the answer.
#[derive(Clone, Copy)]
pub(crate) struct Hop<'k> {
    pub(crate) key: &'k Key,
    /// Where the name is in the message.
    at: u16,
    /// 0 is the question.
    number: u8,
}

/// The name to go on with, and where it is in the message.
struct Follow {
    name: NameBuf,
    at: u16,
}

impl<'s, 'q, 'r, 'o> Resolver<'s, 'q, 'r, 'o> {
    #[inline]
    #[expect(clippy::too_many_arguments, reason = "one call, which has them one by one")]
    pub(crate) fn new(
        store: &'s Store<'s>,
        query: &'q Query<'q>,
        client: &'q Client<'q>,
        policy: &'q Policy<'q>,
        overrides: &'q Overrides<'q>,
        random: u64,
        reply: &'r mut Reply<'o, 'q>,
        outcome: &'r mut Outcome,
    ) -> Self {
        let random = Random::new(random);
        Self {
            store,
            query,
            client,
            policy,
            overrides,
            random,
            reply,
            outcome,
            proofs: [Noted::default(); PROOFS],
            noted: 0,
            written: 0,
            collision: false,
        }
    }

    /// Fills the reply and the outcome.
    pub(crate) fn resolve(&mut self) {
        if let Some((rcode, extended)) = not_ours(self.query) {
            self.outcome.rcode = rcode;
            self.outcome.extended = Some(extended);
            return;
        }
        let start = self.reply.mark();
        self.walk();
        if self.collision {
            self.reply.back_to(start);
            self.outcome.rcode = Rcode::SERVFAIL;
            self.outcome.authoritative = false;
            self.outcome.truncated = false;
        } else if !self.outcome.truncated {
            self.write_proofs();
        }
    }

    /// From the name of the question to the last one.
    fn walk(&mut self) {
        let first = Hop { key: self.query.key, at: 12, number: 0 };
        if let Some(next) = self.step(first) {
            self.walk_on(next);
        }
    }

    /// The names after the first. Apart, as most answers have none.
    #[inline(never)]
    fn walk_on(&mut self, next: Follow) {
        let query = self.query;
        let mut next = Some(next);
        let mut seen = [0u64; HOPS];
        for (number, slot) in (1u8..=self.policy.max_hops).zip(0usize..HOPS) {
            let Some(Follow { name, at }) = next else { return };
            let Some(key) = Key::read(name.as_name().as_wire(), self.store.seed()) else { return };
            let hash = key.hash(key.depth()).unwrap_or(0);
            // A loop ends where it closes. Should two names have one hash, the resolver goes on by itself.
            if seen.iter().take(slot).any(|s| *s == hash)
                || query.key.hash(query.key.depth()) == Some(hash)
            {
                return;
            }
            if let Some(slot) = seen.get_mut(slot) {
                *slot = hash;
            }
            next = self.step(Hop { key: &key, at, number });
        }
    }

    /// One name: finds the zone and the node, and answers, refers, denies, or goes on.
    fn step(&mut self, hop: Hop<'_>) -> Option<Follow> {
        let key = hop.key;
        let rtype = self.query.rtype;
        let Some(mut zone) = self.store.find_zone(key, key.depth()) else {
            if hop.number == 0 {
                self.outcome.rcode = Rcode::REFUSED;
                self.outcome.extended = Some(NOT_AUTHORITATIVE);
            }
            return None;
        };
        // The parent answers for DS (RFC 4035 §3.1.4.1), the child only where the parent is not here.
        let mut of_parent = false;
        if rtype == RType::DS
            && zone.depth == key.depth()
            && let Some(above) = key.depth().checked_sub(1)
            && let Some(parent) = self.store.find_zone(key, above)
        {
            zone = parent;
            of_parent = true;
        }
        let Some(node) = self.store.find_deepest(&zone, key) else {
            // No apex: a verified image has one.
            self.outcome.rcode = Rcode::SERVFAIL;
            return None;
        };
        if node.cut != NO_CUT
            && !(node.cut == key.depth() && rtype == RType::DS && node.has(IS_CUT))
        {
            // A DNAME's own name is like any other.
            if let Some(next) = self.at_cut(hop, &zone, &node) {
                return next;
            }
        }
        if hop.number == 0 {
            self.outcome.authoritative = true;
        }
        if node.depth == key.depth() {
            return self.at_node(hop, &zone, &node, None);
        }
        if of_parent {
            // The child is here, so the name exists, although the parent's data do not say so.
            self.nodata(hop, &zone, &node, None);
            return None;
        }
        if node.has(HAS_WILDCARD)
            && let Some(wildcard) = self.store.find_wildcard(&zone, key, node.depth)
        {
            return self.at_node(hop, &zone, &wildcard, Some(node.depth));
        }
        self.nxdomain(hop, &zone, &node);
        None
    }

    /// A name at or below the topmost delegation or DNAME of the zone. `None` for the owner of a DNAME.
    fn at_cut(
        &mut self,
        hop: Hop<'_>,
        zone: &ZoneView<'s>,
        node: &Node<'s>,
    ) -> Option<Option<Follow>> {
        let depth = node.cut;
        let top =
            if node.depth == depth { *node } else { self.store.find_node(zone, hop.key, depth)? };
        if top.has(IS_CUT) {
            // Also at the end of a chain: the algorithm starts again with the new name (RFC 1034 §4.3.2).
            self.refer(hop, zone, &top);
            return Some(None);
        }
        if depth == hop.key.depth() || !top.has(IS_DNAME) {
            return None;
        }
        if hop.number == 0 {
            self.outcome.authoritative = true;
        }
        Some(self.rename(hop, &top))
    }

    /// A name that exists, or is made by the wildcard below the encloser of that depth.
    fn at_node(
        &mut self,
        hop: Hop<'_>,
        zone: &ZoneView<'s>,
        node: &Node<'s>,
        wildcard: Option<u8>,
    ) -> Option<Follow> {
        let rtype = self.query.rtype;
        if matches!(rtype, RType::ANY | RType::RRSIG) {
            self.any(hop, zone, node, wildcard);
            return None;
        }
        let own = node.find(rtype.0);
        let alias = || node.find(RType::CNAME.0).filter(|_| node.has(IS_ALIAS));
        let entry = own.or_else(|| if goes_beside_cname(rtype) { None } else { alias() });
        let Some(entry) = entry else {
            self.nodata(hop, zone, node, wildcard);
            return None;
        };
        if let Some(group) = self.simple(&entry) {
            let mark = self.reply.mark();
            for rdata in group.records() {
                let owner = Owner::At(hop.at);
                if self.reply.record(Part::Answer, owner, rtype, group.ttl, rdata).is_err() {
                    self.reply.back_to(mark);
                    self.outcome.truncated = true;
                    return None;
                }
            }
            if let Some(encloser) = wildcard {
                self.prove_wildcard(hop, zone, encloser);
            }
            return None;
        }
        let tailored = entry.is_located() && self.query.subnet().is_some();
        if tailored && hop.number > 0 {
            // RFC 7871 §7.2.1: one scope covers the whole answer, so what is tailored stands alone.
            return None;
        }
        // By reference, as a query is.
        let selection = self.select(hop.key, &entry);
        let Some(selection) = &selection else {
            self.nodata(hop, zone, node, wildcard);
            return None;
        };
        let found = RType(entry.rtype);
        self.reply.forget_starts();
        if self.push(Part::Answer, Owner::At(hop.at), found, selection.ttl(), selection).is_err() {
            self.outcome.truncated = true;
            return None;
        }
        if let Some(encloser) = wildcard {
            self.prove_wildcard(hop, zone, encloser);
        }
        if found == rtype {
            if !self.policy.minimal {
                self.write_proofs();
                self.add_targets(hop, zone, found, selection);
            }
            return None;
        }
        if tailored || (wildcard.is_some() && !self.has_room_for_proofs()) {
            return None;
        }
        self.follow(selection)
    }

    /// The records of the usual answer: addresses or text, unsigned, the same for all clients. Nothing goes with
    /// them and nothing follows, so they are just written.
    #[inline]
    fn simple(&self, entry: &Entry<'s>) -> Option<Group<'s>> {
        if !matches!(RType(entry.rtype), RType::A | RType::AAAA | RType::TXT) || entry.is_located()
        {
            return None;
        }
        let group = entry.default_group(self.store.sets())?;
        (!group.is_weighted() && !group.is_signed()).then_some(group)
    }

    /// Goes on with the target of the CNAME that was just written. Its signatures follow it in the message, so
    /// that its RDATA is the first, not the last.
    fn follow(&self, selection: &crate::answer::rows::Selection<'_>) -> Option<Follow> {
        let target =
            selection.records().next().and_then(|rdata| dns_wire::Name::from_wire(rdata).ok());
        match (target, self.reply.start_of(0)) {
            (Some(target), Some(at)) => Some(Follow { name: NameBuf::from(target), at }),
            _ => None,
        }
    }

    /// Replaces the suffix that has a DNAME (RFC 6672 §3.2).
    fn rename(&mut self, hop: Hop<'_>, top: &Node<'s>) -> Option<Follow> {
        let entry = top.find(RType::DNAME.0)?;
        if entry.is_located() && self.query.subnet().is_some() && hop.number > 0 {
            return None;
        }
        let selection = self.select(hop.key, &entry)?;
        let owner = self.owner(hop, top.depth);
        if self.push(Part::Answer, owner, RType::DNAME, selection.ttl(), &selection).is_err() {
            self.outcome.truncated = true;
            return None;
        }
        let target = selection.records().next().unwrap_or_default();
        let prefix = hop.key.between(hop.key.depth(), top.depth).unwrap_or_default();
        let Some(renamed) = joined(prefix, target) else {
            // RFC 6672 §2.2: the name would be too long.
            self.outcome.rcode = Rcode::YXDOMAIN;
            return None;
        };
        // RFC 6672 §3.1: the CNAME has the DNAME's TTL; §5.3.1: it is not signed.
        let wire = renamed.as_name();
        let cname = self.reply.record(
            Part::Answer,
            Owner::At(hop.at),
            RType::CNAME,
            selection.ttl(),
            wire.as_wire(),
        );
        let Ok(at) = cname else {
            self.outcome.truncated = true;
            return None;
        };
        let located = entry.is_located() && self.query.subnet().is_some();
        if self.query.rtype == RType::CNAME || located {
            return None;
        }
        match u16::try_from(at) {
            Ok(at) => Some(Follow { name: renamed, at }),
            Err(_) => None,
        }
    }

    /// A question for ANY (RFC 8482), or for RRSIG, which is of the same kind.
    fn any(&mut self, hop: Hop<'_>, zone: &ZoneView<'s>, node: &Node<'s>, wildcard: Option<u8>) {
        let only_signatures = self.query.rtype == RType::RRSIG;
        let signed = self.is_zone_signed(zone);
        if !only_signatures && self.policy.any == AnyPolicy::Hinfo && !signed && !node.is_empty() {
            let hinfo = b"\x07RFC8482\x00";
            let pushed =
                self.reply.record(Part::Answer, Owner::At(hop.at), RType::HINFO, 3600, hinfo);
            self.outcome.truncated |= pushed.is_err();
            return;
        }
        let all = self.policy.any == AnyPolicy::All;
        let before = self.reply.count(Part::Answer);
        for entry in node.entries() {
            let Some(selection) = self.select(hop.key, &entry) else { continue };
            let mark = self.reply.mark();
            let mut pushed = Ok(());
            if only_signatures {
                for rdata in selection.signatures() {
                    pushed = pushed.and_then(|()| {
                        let owner = Owner::At(hop.at);
                        self.reply
                            .record(Part::Answer, owner, RType::RRSIG, selection.ttl(), rdata)
                            .map(drop)
                    });
                }
            } else {
                pushed = self.push(
                    Part::Answer,
                    Owner::At(hop.at),
                    RType(entry.rtype),
                    selection.ttl(),
                    &selection,
                );
            }
            if pushed.is_err() {
                self.reply.back_to(mark);
                self.outcome.truncated = true;
                return;
            }
            if !all && self.reply.count(Part::Answer) > before {
                break;
            }
        }
        if self.reply.count(Part::Answer) == before {
            self.nodata(hop, zone, node, wildcard);
        } else if let Some(encloser) = wildcard {
            self.prove_wildcard(hop, zone, encloser);
        }
    }

    /// The owner of records at the name's suffix of `depth` labels.
    pub(crate) fn owner<'k>(&self, hop: Hop<'k>, depth: u8) -> Owner<'k> {
        if depth == 0 {
            return Owner::Name(&[0]);
        }
        if depth == hop.key.depth() {
            return Owner::At(hop.at);
        }
        match self.reply.question_suffix(depth).filter(|_| hop.number == 0) {
            Some(at) => Owner::At(at),
            None => Owner::Name(hop.key.suffix(depth).unwrap_or(&[0])),
        }
    }
}

/// A question of these types is answered at a name with a CNAME, not at its target (RFC 4034 §2.5 and
/// RFC 1034 §3.6.2).
fn goes_beside_cname(rtype: RType) -> bool {
    matches!(rtype, RType::CNAME | RType::RRSIG | RType::NSEC | RType::KEY | RType::ANY)
}

/// The name of these labels and what follows; `None` when it is longer than 255 octets.
fn joined(prefix: &[u8], suffix: &[u8]) -> Option<NameBuf> {
    let mut wire = [0u8; 255];
    let len = prefix.len().checked_add(suffix.len())?;
    wire.get_mut(..prefix.len())?.copy_from_slice(prefix);
    wire.get_mut(prefix.len()..len)?.copy_from_slice(suffix);
    dns_wire::Name::from_wire(wire.get(..len)?).ok().map(NameBuf::from)
}

/// The most names that are followed.
const HOPS: usize = 16;
