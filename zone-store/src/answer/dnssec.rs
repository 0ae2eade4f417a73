//! The records that prove a denial to who validates (RFC 4035 §3.1.3; RFC 5155 §7.2).

use dns_wire::RType;

use crate::answer::negative::negative_ttl;
use crate::answer::reply::{Owner, Part};
use crate::answer::resolve::{Hop, Resolver};
use crate::answer::rows::Selection;
use crate::node::Node;
use crate::nsec;
use crate::store::ZoneView;

impl<'s> Resolver<'s, '_, '_, '_> {
    /// Whether the zone has the records that prove denials.
    pub(crate) fn is_zone_signed(&self, zone: &ZoneView<'_>) -> bool {
        zone.has_nsec() || zone.has_nsec3()
    }

    /// A type that is not at a name (RFC 4035 §3.1.3.1, and §3.1.3.4 for a wildcard).
    pub(crate) fn prove_nodata(
        &mut self,
        hop: Hop<'_>,
        zone: &ZoneView<'s>,
        node: &Node<'s>,
        wildcard: Option<u8>,
    ) {
        match self.proof(zone) {
            Proof::None => {}
            Proof::Nsec => {
                // At an empty non-terminal the NSEC before it covers it: the search finds that one.
                self.nsec(zone, node.name);
                if wildcard.is_some() {
                    self.nsec_over(hop, zone);
                }
            }
            Proof::Nsec3 => match wildcard {
                None => self.nsec3_nodata(hop.key, zone),
                Some(encloser) => self.nsec3_wildcard_nodata(hop.key, zone, encloser),
            },
        }
    }

    /// A name that is not there: itself, and the wildcard that could have made it (RFC 4035 §3.1.3.2).
    pub(crate) fn prove_nxdomain(
        &mut self,
        hop: Hop<'_>,
        zone: &ZoneView<'s>,
        encloser: &Node<'s>,
    ) {
        match self.proof(zone) {
            Proof::None => {}
            Proof::Nsec => {
                self.nsec_over(hop, zone);
                let mut wildcard = [0u8; 255];
                if let Some(wildcard) = join(&mut wildcard, b"\x01*", encloser.name) {
                    self.nsec(zone, wildcard);
                }
            }
            Proof::Nsec3 => self.nsec3_nxdomain(hop.key, zone, encloser.depth),
        }
    }

    /// An answer made by a wildcard: the name itself is not there (RFC 4035 §3.1.3.3).
    pub(crate) fn prove_wildcard(&mut self, hop: Hop<'_>, zone: &ZoneView<'s>, encloser: u8) {
        match self.proof(zone) {
            Proof::None => {}
            Proof::Nsec => self.nsec_over(hop, zone),
            Proof::Nsec3 => self.nsec3_next_closer(hop.key, zone, encloser),
        }
    }

    /// A delegation without DS (RFC 4035 §3.1.4).
    pub(crate) fn prove_insecure(&mut self, hop: Hop<'_>, zone: &ZoneView<'s>, cut: &Node<'s>) {
        match self.proof(zone) {
            Proof::None => {}
            Proof::Nsec => self.nsec(zone, cut.name),
            Proof::Nsec3 => self.nsec3_insecure(hop.key, zone, cut.depth),
        }
    }

    /// How this reply proves denials.
    fn proof(&self, zone: &ZoneView<'_>) -> Proof {
        if !self.query.dnssec_ok() {
            Proof::None
        } else if zone.has_nsec() {
            Proof::Nsec
        } else if zone.has_nsec3() {
            Proof::Nsec3
        } else {
            Proof::None
        }
    }

    /// The NSEC that covers the name of this hop.
    fn nsec_over(&mut self, hop: Hop<'_>, zone: &ZoneView<'s>) {
        let name = hop.key.between(hop.key.depth(), zone.depth);
        self.nsec(zone, name.unwrap_or_default());
    }

    /// Notes the NSEC at a name, or else the one before it, which covers it. `name` is relative to the zone, in
    /// lower case.
    fn nsec(&mut self, zone: &ZoneView<'s>, name: &[u8]) {
        let chain = nsec::Chain::of(self.store, zone);
        if let Some(number) = chain.and_then(|chain| chain.covering(name)) {
            self.note(zone, number);
        }
    }

    /// Notes the `number`th NSEC or NSEC3 of a zone, once. The records follow when the answer is whole: a chain of
    /// names may need proofs before its last answer is written.
    pub(crate) fn note(&mut self, zone: &ZoneView<'_>, number: usize) {
        let Ok(number) = u32::try_from(number) else { return };
        let noted = Noted { zone: zone.id, number };
        let known = self.proofs.get(..self.noted).unwrap_or_default();
        if !known.contains(&noted)
            && let Some(slot) = self.proofs.get_mut(self.noted)
        {
            *slot = noted;
            self.noted = self.noted.saturating_add(1);
        }
    }

    /// Whether there is room for the proofs of another denial, and so for a wildcard on the way to it.
    pub(crate) fn has_room_for_proofs(&self) -> bool {
        self.noted < PROOFS.saturating_sub(PROOFS_OF_DENIAL)
    }

    /// Appends the proofs noted since the last time: most often none.
    #[inline]
    pub(crate) fn write_proofs(&mut self) {
        if self.written < self.noted {
            self.write_noted();
        }
    }

    #[inline(never)]
    fn write_noted(&mut self) {
        while self.written < self.noted {
            let noted = self.proofs.get(self.written).copied();
            self.written = self.written.saturating_add(1);
            let Some(noted) = noted else { continue };
            let Some(zone) = self.store.zone(noted.zone) else { continue };
            if zone.has_nsec() {
                self.write_nsec(&zone, noted.number);
            } else {
                self.write_nsec3(&zone, noted.number);
            }
        }
    }

    fn write_nsec(&mut self, zone: &ZoneView<'s>, number: u32) {
        let node = nsec::Chain::of(self.store, zone).and_then(|chain| chain.node(number));
        let Some(node) = node else { return };
        let Some(selection) =
            node.find(RType::NSEC.0).and_then(|entry| self.select_default(&entry))
        else {
            return;
        };
        let mut wire = [0u8; 255];
        let Some(owner) = join(&mut wire, node.name, zone.name) else { return };
        self.push_proof(zone, owner, RType::NSEC, &selection);
    }

    /// Appends a record that denies, with the TTL that a denial has (RFC 9077 §3).
    pub(crate) fn push_proof(
        &mut self,
        zone: &ZoneView<'s>,
        owner: &[u8],
        rtype: RType,
        selection: &Selection<'s>,
    ) {
        let ttl = self.soa(zone).map_or(0, |soa| negative_ttl(&soa)).min(selection.ttl());
        if self.push(Part::Authority, Owner::Name(owner), rtype, ttl, selection).is_err() {
            self.outcome.truncated = true;
        }
    }
}

/// An NSEC or NSEC3 record for the reply: its zone, and which of the zone's it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Noted {
    zone: u32,
    number: u32,
}

/// The kinds of proof.
enum Proof {
    /// None is wanted, or the zone has none.
    None,
    Nsec,
    Nsec3,
}

/// A relative name and the zone's, one after the other.
pub(crate) fn join<'b>(wire: &'b mut [u8; 255], name: &[u8], zone: &[u8]) -> Option<&'b [u8]> {
    let len = name.len().checked_add(zone.len())?;
    wire.get_mut(..name.len())?.copy_from_slice(name);
    wire.get_mut(name.len()..len)?.copy_from_slice(zone);
    wire.get(..len)
}

/// The most proofs of a reply: three for a denial (RFC 5155 §7.2.2, §7.2.5), the rest for wildcards on the way.
pub(crate) const PROOFS: usize = 8;
const PROOFS_OF_DENIAL: usize = 3;
