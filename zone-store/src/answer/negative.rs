//! Names and types that are not there (RFC 2308), and referrals to who may know (RFC 1034 §4.3.2 step 3b).

use dns_wire::{RType, Rcode};

use crate::answer::reply::Part;
use crate::answer::resolve::{Hop, Resolver};
use crate::answer::rows::Selection;
use crate::node::Node;
use crate::rrset::Group;
use crate::store::ZoneView;

impl<'s> Resolver<'s, '_, '_, '_> {
    /// The name exists, the type does not (RFC 2308 §2.2).
    pub(crate) fn nodata(
        &mut self,
        hop: Hop<'_>,
        zone: &ZoneView<'s>,
        node: &Node<'s>,
        wildcard: Option<u8>,
    ) {
        self.deny(hop, zone);
        self.prove_nodata(hop, zone, node, wildcard);
    }

    /// The name does not exist (RFC 2308 §2.1), nor does anything below it (RFC 8020).
    pub(crate) fn nxdomain(&mut self, hop: Hop<'_>, zone: &ZoneView<'s>, encloser: &Node<'s>) {
        self.outcome.rcode = Rcode::NXDOMAIN;
        self.deny(hop, zone);
        self.prove_nxdomain(hop, zone, encloser);
    }

    /// The zone's SOA, with the TTL that the denial has (RFC 2308 §3).
    fn deny(&mut self, hop: Hop<'_>, zone: &ZoneView<'s>) {
        let Some(soa) = self.soa(zone) else { return };
        let (owner, ttl) = (self.owner(hop, zone.depth), negative_ttl(&soa));
        let soa = Selection::whole(soa);
        if self.push(Part::Authority, owner, RType::SOA, ttl, &soa).is_err() {
            self.outcome.truncated = true;
        }
    }

    /// A referral: the servers of a delegation, its DS or the proof that there is none, and glue.
    pub(crate) fn refer(&mut self, hop: Hop<'_>, zone: &ZoneView<'s>, cut: &Node<'s>) {
        let owner = self.owner(hop, cut.depth);
        let Some(servers) = cut.find(RType::NS.0) else { return };
        // Delegations are not tailored (RFC 7871 §7.4): the default rows are for all.
        let Some(selection) = self.select_default(&servers) else { return };
        self.reply.forget_starts();
        if self.push(Part::Authority, owner, RType::NS, selection.ttl(), &selection).is_err() {
            self.outcome.truncated = true;
            return;
        }
        if self.query.dnssec_ok() && self.is_zone_signed(zone) {
            match cut.find(RType::DS.0).and_then(|entry| self.select_default(&entry)) {
                Some(ds) => {
                    if self.push(Part::Authority, owner, RType::DS, ds.ttl(), &ds).is_err() {
                        self.outcome.truncated = true;
                        return;
                    }
                }
                None => self.prove_insecure(hop, zone, cut),
            }
        }
        self.write_proofs();
        self.add_glue(zone, cut, &selection);
    }

    /// The apex of a zone.
    pub(crate) fn apex(&self, zone: &ZoneView<'s>) -> Option<Node<'s>> {
        Node::read(self.store.apex(zone)?)
    }

    /// The SOA of a zone.
    pub(crate) fn soa(&self, zone: &ZoneView<'s>) -> Option<Group<'s>> {
        self.apex(zone)?.find(RType::SOA.0)?.default_group(self.store.sets())
    }
}

/// How long a denial is true: the lesser of the SOA's TTL and its MINIMUM (RFC 2308 §5, RFC 9077 §3).
pub(crate) fn negative_ttl(soa: &Group<'_>) -> u32 {
    let minimum = soa.first().and_then(|rdata| rdata.last_chunk::<4>());
    minimum.map_or(soa.ttl, |octets| soa.ttl.min(u32::from_be_bytes(*octets)))
}
