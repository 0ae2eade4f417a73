//! Additional records: glue, without which a referral leads nowhere, and addresses that save a question.

use dns_wire::{RType, rdata};

use crate::answer::reply::{Full, Owner, Part, STARTS};
use crate::answer::resolve::{Hop, Resolver};
use crate::answer::rows::Selection;
use crate::key::Key;
use crate::node::{IS_CUT, NO_CUT, Node};
use crate::store::ZoneView;

impl<'s> Resolver<'s, '_, '_, '_> {
    /// The addresses of a delegation's servers. Those below the delegation are all there, or TC is set
    /// (RFC 9471 §3.1); those elsewhere in the zone when they fit (§3.2).
    pub(crate) fn add_glue(
        &mut self,
        zone: &ZoneView<'s>,
        cut: &Node<'s>,
        servers: &Selection<'s>,
    ) {
        let mut key = Key::new(self.store.seed());
        let mut siblings = [None; STARTS];
        for ((number, target), slot) in servers.records().enumerate().zip(&mut siblings) {
            if key.fill(target).is_none() || key.suffix(zone.depth) != Some(zone.name) {
                continue;
            }
            let Some(node) = self.store.find_node(zone, &key, key.depth()) else { continue };
            // The name is in the message already: the RDATA of the NS.
            let owner = self.reply.start_of(number).map_or(Owner::Name(target), Owner::At);
            if key.between_suffix(cut.depth, zone.depth) != Some(cut.name) {
                *slot = Some((owner, node));
            } else if self.add_addresses(owner, &node, true).is_err() {
                self.outcome.truncated = true;
                return;
            }
        }
        for (owner, node) in siblings.into_iter().flatten() {
            // What does not fit is left out.
            let _ = self.add_addresses(owner, &node, true);
        }
    }

    /// The addresses of the names in an answer (NS, MX, SRV, SVCB, HTTPS), as far as they are here and fit.
    /// Those of name servers are taken below a delegation too: how else would who primes with the root's NS
    /// (RFC 9609 §4.1) come by its addresses, which are glue of `net.`?
    pub(crate) fn add_targets(
        &mut self,
        hop: Hop<'_>,
        zone: &ZoneView<'s>,
        rtype: RType,
        selection: &Selection<'s>,
    ) {
        if !matches!(rtype, RType::NS | RType::MX | RType::SRV | RType::SVCB | RType::HTTPS) {
            return;
        }
        let mut key = Key::new(self.store.seed());
        for record in selection.records().take(STARTS) {
            for name in rdata::names(rtype, record).filter(|name| name.additional) {
                // RFC 9460 §2.5: the root stands for the owner in ServiceMode.
                let own = name.name.is_root() && matches!(rtype, RType::SVCB | RType::HTTPS);
                let wire = if own { hop.key.wire() } else { name.name.as_wire() };
                if key.fill(wire).is_none() {
                    continue;
                }
                let found = if rtype == RType::NS {
                    self.find_server(zone, &key)
                } else {
                    // The owner of a DNAME is a name like any other (RFC 6672 §2.3).
                    self.find_target(&key).filter(|n| n.cut == NO_CUT || is_dname_itself(n))
                };
                let Some(node) = found else { continue };
                let glue = node.cut != NO_CUT && !is_dname_itself(&node);
                if self.add_addresses(Owner::Name(wire), &node, glue).is_err() {
                    return;
                }
            }
        }
    }

    /// The node of a name server: in the deepest zone that there is for it, or else among the glue of the zone
    /// that names it.
    fn find_server(&self, zone: &ZoneView<'s>, key: &Key) -> Option<Node<'s>> {
        let has_address =
            |node: &Node<'s>| [RType::A, RType::AAAA].iter().any(|t| node.find(t.0).is_some());
        let deepest =
            self.store.find_zone(key, key.depth()).filter(|deepest| deepest.id != zone.id);
        let own = Some(*zone).filter(|zone| key.suffix(zone.depth) == Some(zone.name));
        [deepest, own].into_iter().flatten().find_map(|zone| {
            let node = self.store.find_node(&zone, key, key.depth()).filter(has_address)?;
            // What is below a DNAME is nowhere.
            let is_there = node.cut == NO_CUT
                || is_dname_itself(&node)
                || self.store.find_node(&zone, key, node.cut)?.has(IS_CUT);
            is_there.then_some(node)
        })
    }

    fn find_target(&self, key: &Key) -> Option<Node<'s>> {
        let zone = self.store.find_zone(key, key.depth())?;
        self.store.find_node(&zone, key, key.depth())
    }

    /// A and AAAA of a name. They are not tailored: RFC 7871 §7.4 leaves additional records out of it, so an
    /// RRset that depends on the location is only taken as glue, in its default rows.
    fn add_addresses(&mut self, owner: Owner<'_>, node: &Node<'s>, glue: bool) -> Result<(), Full> {
        for rtype in [RType::A, RType::AAAA] {
            let Some(entry) = node.find(rtype.0).filter(|entry| glue || !entry.is_located()) else {
                continue;
            };
            let Some(selection) = self.select_default(&entry) else { continue };
            self.push(Part::Additional, owner, rtype, selection.ttl(), &selection)?;
        }
        Ok(())
    }
}

/// Whether it is the owner of a DNAME, in no delegation and below no other DNAME.
fn is_dname_itself(node: &Node<'_>) -> bool {
    node.cut == node.depth && !node.has(IS_CUT)
}
