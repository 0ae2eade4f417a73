//! Additional records: glue, without which a referral leads nowhere, and addresses that save a question.

use dns_wire::{RType, rdata};

use crate::answer::reply::{Full, Owner, Part};
use crate::answer::resolve::{Hop, Resolver};
use crate::answer::rows::Selection;
use crate::key::Key;
use crate::node::{NO_CUT, Node};
use crate::store::ZoneView;

impl<'s> Resolver<'s, '_, '_> {
    /// The addresses of a delegation's servers. Those below the delegation are all there, or TC is set
    /// (RFC 9471 §3.1); those elsewhere in the zone when they fit (§3.2).
    pub(crate) fn add_glue(
        &mut self,
        zone: &ZoneView<'s>,
        cut: &Node<'s>,
        servers: &Selection<'s>,
    ) {
        for in_domain in [true, false] {
            for target in servers.records().take(TARGETS) {
                let Some(key) = Key::read(target, self.store.seed) else { continue };
                if key.suffix(zone.depth) != Some(zone.name) {
                    continue;
                }
                let is_below = key.between_suffix(cut.depth, zone.depth) == Some(cut.name);
                if is_below != in_domain {
                    continue;
                }
                let Some(node) = self.store.find_node(zone, &key, key.depth()) else { continue };
                let added = self.add_addresses(target, &node, true);
                if added.is_err() && in_domain {
                    self.outcome.truncated = true;
                    return;
                }
            }
        }
    }

    /// The addresses of the names in an answer (NS, MX, SRV, SVCB, HTTPS), as far as they are here and fit.
    pub(crate) fn add_targets(&mut self, hop: Hop<'_>, rtype: RType, selection: &Selection<'s>) {
        if !matches!(rtype, RType::NS | RType::MX | RType::SRV | RType::SVCB | RType::HTTPS) {
            return;
        }
        for record in selection.records().take(TARGETS) {
            for name in rdata::names(rtype, record).filter(|name| name.additional) {
                // RFC 9460 §2.5: the root stands for the owner in ServiceMode.
                let own = name.name.is_root();
                let wire = if own { hop.key.wire() } else { name.name.as_wire() };
                let Some(key) = Key::read(wire, self.store.seed) else { continue };
                let Some(zone) = self.store.find_zone(&key, key.depth()) else { continue };
                let Some(node) = self.store.find_node(&zone, &key, key.depth()) else { continue };
                if node.cut == NO_CUT && self.add_addresses(wire, &node, false).is_err() {
                    return;
                }
            }
        }
    }

    /// A and AAAA of a name. They are not tailored: RFC 7871 §7.4 leaves additional records out of it, so an
    /// RRset that depends on the location is only taken as glue, in its default rows.
    fn add_addresses(&mut self, name: &[u8], node: &Node<'s>, glue: bool) -> Result<(), Full> {
        for rtype in [RType::A, RType::AAAA] {
            let Some(entry) = node.find(rtype.0).filter(|entry| glue || !entry.is_located()) else {
                continue;
            };
            let Some(selection) = self.select_default(&entry) else { continue };
            self.push(Part::Additional, Owner::Name(name), rtype, selection.ttl(), &selection)?;
        }
        Ok(())
    }
}

/// The most names whose addresses are looked up: the bound on the work. A referral has thirteen at most in
/// practice.
const TARGETS: usize = 32;
