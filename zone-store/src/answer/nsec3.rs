//! Proofs of denial with NSEC3 (RFC 5155 §7.2).

use dns_wire::RType;

use crate::answer::dnssec::join;
use crate::answer::resolve::Resolver;
use crate::answer::rows::Selection;
use crate::key::Key;
use crate::nsec3::{Chain, Hash, hash_label};
use crate::store::ZoneView;

impl<'s> Resolver<'s, '_, '_, '_> {
    /// §7.2.2: the closest encloser exists, the next closer name and the wildcard do not.
    pub(crate) fn nsec3_nxdomain(&mut self, name: &Key, zone: &ZoneView<'s>, encloser: u8) {
        let Some(chain) = Chain::of(self.store, zone) else { return };
        let proved = self.closest_encloser(&chain, name, zone, encloser);
        let Some((wire, len)) = wildcard_of(name, proved) else { return };
        let hash = chain.hash(wire.get(..len).unwrap_or_default());
        // Where the closest encloser is an empty non-terminal that opted out, a name above it stands in, whose
        // wildcard may be there: it says nothing of this name.
        if proved == encloser || chain.matching(&hash).is_none() {
            self.nsec3_cover(&chain, zone, &hash);
        }
    }

    /// §7.2.3: the name exists; §7.2.4: a DS at an opted-out delegation has no record of its own.
    pub(crate) fn nsec3_nodata(&mut self, name: &Key, zone: &ZoneView<'s>) {
        self.nsec3_insecure(name, zone, name.depth());
    }

    /// §7.2.5: as a name that does not exist, but the wildcard does.
    pub(crate) fn nsec3_wildcard_nodata(&mut self, name: &Key, zone: &ZoneView<'s>, encloser: u8) {
        let Some(chain) = Chain::of(self.store, zone) else { return };
        self.closest_encloser(&chain, name, zone, encloser);
        if let Some((wire, len)) = wildcard_of(name, encloser) {
            let hash = chain.hash(wire.get(..len).unwrap_or_default());
            self.nsec3(zone, chain.matching(&hash));
        }
    }

    /// §7.2.6: the next closer name does not exist; the answer's signature shows the encloser.
    pub(crate) fn nsec3_next_closer(&mut self, name: &Key, zone: &ZoneView<'s>, encloser: u8) {
        if let Some(chain) = Chain::of(self.store, zone) {
            self.next_closer(&chain, name, zone, encloser);
        }
    }

    /// §7.2.7: the record of the name of `depth` labels, or in an opted-out stretch the proof that it is in one.
    pub(crate) fn nsec3_insecure(&mut self, name: &Key, zone: &ZoneView<'s>, depth: u8) {
        let Some(chain) = Chain::of(self.store, zone) else { return };
        match chain.matching(&chain.hash(name.suffix(depth).unwrap_or_default())) {
            Some(number) => self.note(zone, number),
            None => {
                self.closest_encloser(&chain, name, zone, depth.saturating_sub(1));
            }
        }
    }

    /// §7.2.1: the record of the closest name at `depth` or above that has one, and the one that covers the
    /// name next closer. Returns the depth found.
    fn closest_encloser(
        &mut self,
        chain: &Chain<'s>,
        name: &Key,
        zone: &ZoneView<'s>,
        depth: u8,
    ) -> u8 {
        let mut encloser = depth;
        // Only names in opted-out stretches have no record, so this seldom takes a second step.
        while encloser > zone.depth
            && let Some(suffix) = name.suffix(encloser)
            && chain.matching(&chain.hash(suffix)).is_none()
        {
            encloser = encloser.saturating_sub(1);
        }
        let hash = chain.hash(name.suffix(encloser).unwrap_or_default());
        self.nsec3(zone, chain.matching(&hash));
        self.next_closer(chain, name, zone, encloser);
        encloser
    }

    fn next_closer(&mut self, chain: &Chain<'s>, name: &Key, zone: &ZoneView<'s>, encloser: u8) {
        if let Some(suffix) = name.suffix(encloser.saturating_add(1)) {
            self.nsec3_cover(chain, zone, &chain.hash(suffix));
        }
    }

    /// Notes the record that covers the hash of a name that is not there. A record of that very hash is another
    /// name's: §7.2.9, there is no proof then.
    fn nsec3_cover(&mut self, chain: &Chain<'s>, zone: &ZoneView<'s>, hash: &Hash) {
        self.collision |= chain.matching(hash).is_some();
        self.nsec3(zone, chain.covering(hash));
    }

    /// Notes an NSEC3 record.
    fn nsec3(&mut self, zone: &ZoneView<'s>, number: Option<usize>) {
        if let Some(number) = number {
            self.note(zone, number);
        }
    }

    pub(crate) fn write_nsec3(&mut self, zone: &ZoneView<'s>, number: u32) {
        let place = Chain::of(self.store, zone).and_then(|chain| chain.place(number));
        let Some(place) = place else { return };
        let Some(group) = self.store.sets().group(place.offset) else { return };
        let mut wire = [0u8; 255];
        let Some(owner) = join(&mut wire, &hash_label(place.hash), zone.name) else { return };
        self.push_proof(zone, owner, RType::NSEC3, &Selection::whole(group));
    }
}

/// The name `*.<suffix of depth labels>` in wire form, and its length.
fn wildcard_of(name: &Key, depth: u8) -> Option<([u8; 257], usize)> {
    let suffix = name.suffix(depth)?;
    let mut wire = [0u8; 257];
    let len = suffix.len().checked_add(2)?;
    wire.get_mut(..2)?.copy_from_slice(b"\x01*");
    wire.get_mut(2..len)?.copy_from_slice(suffix);
    Some((wire, len))
}
