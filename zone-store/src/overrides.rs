//! Sending the clients of a location elsewhere, now, without a new image: a location that failed is drained,
//! one that is too busy sheds a share.

use crate::bytes::to_usize;
use crate::location::Location;
use crate::random::Random;

/// Which locations hand over clients, how many, and to whom. Given to every answer; made by
/// [`OverrideTable`], or [`Overrides::NONE`].
#[derive(Clone, Copy, Debug)]
pub struct Overrides<'a> {
    /// Open addressing by location; a power of two long, or empty.
    slots: &'a [Slot],
    targets: &'a [Target],
}

/// One location's orders.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    /// The location plus one; 0 is a free slot.
    location: u64,
    /// How many of 65,536 clients go elsewhere.
    share: u32,
    first: u32,
    count: u32,
}

/// A place that takes clients in.
#[derive(Clone, Copy, Debug)]
struct Target {
    location: u32,
    /// The weights up to this one's, its own included.
    reach: u64,
}

impl Overrides<'_> {
    /// Everybody stays where the maps say.
    pub const NONE: Overrides<'static> = Overrides { slots: &[], targets: &[] };

    /// Where a client of `location` goes.
    ///
    /// Cost: O(1) for a location without orders; O(targets) for one with.
    pub(crate) fn apply(&self, location: Location, random: &mut Random) -> Location {
        let Some(slot) = self.find(location) else { return location };
        if !random.chance(slot.share) {
            return location;
        }
        let first = to_usize(slot.first);
        let targets = self.targets.get(first..).and_then(|t| t.get(..to_usize(slot.count)));
        let targets = targets.unwrap_or_default();
        let drawn = random.below(targets.last().map_or(0, |target| target.reach));
        let target = targets.iter().find(|target| drawn < target.reach);
        target.map_or(location, |target| Location(target.location))
    }

    fn find(&self, location: Location) -> Option<&Slot> {
        let mask = self.slots.len().checked_sub(1)?;
        let wanted = u64::from(location.0).wrapping_add(1);
        let mut at = home(location.0);
        for _ in 0..self.slots.len() {
            let slot = self.slots.get(at & mask)?;
            if slot.location == wanted {
                return Some(slot);
            }
            if slot.location == 0 {
                return None;
            }
            at = at.wrapping_add(1);
        }
        None
    }
}

fn home(location: u32) -> usize {
    to_usize(location.wrapping_mul(0x9e37_79b9) >> 7)
}

/// Builds and holds [`Overrides`].
///
/// ```
/// use zone_store::{Location, OverrideTable};
/// let (paris, london, oslo) = (Location(1), Location(2), Location(3));
/// let mut table = OverrideTable::default();
/// table.drain(paris, &[(london, 3), (oslo, 1)]).unwrap();
/// let overrides = table.as_overrides();
/// # let _ = overrides;
/// ```
#[cfg(feature = "alloc")]
#[derive(Clone, Debug, Default)]
pub struct OverrideTable {
    slots: alloc::vec::Vec<Slot>,
    targets: alloc::vec::Vec<Target>,
    used: usize,
}

#[cfg(feature = "alloc")]
impl OverrideTable {
    /// Sends all clients of a location to others, by weight.
    ///
    /// # Errors
    /// As [`OverrideTable::shed`].
    pub fn drain(
        &mut self,
        location: Location,
        to: &[(Location, u32)],
    ) -> Result<(), OverrideError> {
        self.shed(location, 65_536, to)
    }

    /// Sends `share` of 65,536 clients of a location to others, by weight.
    ///
    /// Clients move once: a target's own orders do not move them on.
    ///
    /// # Errors
    /// When the location has orders already, nobody would take the clients in, or the share is above 65,536.
    /// The table is then as before.
    pub fn shed(
        &mut self,
        location: Location,
        share: u32,
        to: &[(Location, u32)],
    ) -> Result<(), OverrideError> {
        if share > 65_536 {
            return Err(OverrideError::Share);
        }
        if to.iter().all(|(_, weight)| *weight == 0) {
            return Err(OverrideError::NoTarget);
        }
        if self.as_overrides().find(location).is_some() {
            return Err(OverrideError::Twice);
        }
        let first = u32::try_from(self.targets.len()).map_err(|_| OverrideError::TooMany)?;
        let count = u32::try_from(to.len()).map_err(|_| OverrideError::TooMany)?;
        let mut reach = 0u64;
        self.targets.extend(to.iter().map(|(location, weight)| {
            reach = reach.saturating_add(u64::from(*weight));
            Target { location: location.0, reach }
        }));
        if self.used.saturating_mul(2) >= self.slots.len() {
            self.grow();
        }
        self.insert(Slot { location: u64::from(location.0).wrapping_add(1), share, first, count });
        self.used = self.used.saturating_add(1);
        Ok(())
    }

    /// The table as an answer takes it.
    pub fn as_overrides(&self) -> Overrides<'_> {
        Overrides { slots: &self.slots, targets: &self.targets }
    }

    fn grow(&mut self) {
        let size = self.slots.len().saturating_mul(2).max(16);
        let old = core::mem::replace(&mut self.slots, alloc::vec![Slot::default(); size]);
        for slot in old.into_iter().filter(|slot| slot.location > 0) {
            self.insert(slot);
        }
    }

    fn insert(&mut self, slot: Slot) {
        let mask = self.slots.len().saturating_sub(1);
        let mut at = home(u32::try_from(slot.location.wrapping_sub(1)).unwrap_or(0));
        while let Some(free) = self.slots.get_mut(at & mask) {
            if free.location == 0 {
                *free = slot;
                return;
            }
            at = at.wrapping_add(1);
        }
    }
}

/// Why an order is not taken.
#[cfg(feature = "alloc")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OverrideError {
    /// The location has orders already.
    #[error("the location has an override already")]
    Twice,
    /// No target has a weight.
    #[error("no target of the override has a weight")]
    NoTarget,
    /// The share is above 65,536.
    #[error("the share of an override is a number of 65,536")]
    Share,
    /// More than 2^32 targets.
    #[error("too many targets")]
    TooMany,
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::{Location, OverrideError, OverrideTable, Overrides};
    use crate::random::Random;

    #[test]
    fn drains_by_weight_and_sheds_a_share() {
        let mut table = OverrideTable::default();
        for i in 0..1000 {
            table
                .drain(Location(i * 10), &[(Location(1), 3), (Location(2), 0), (Location(3), 1)])
                .unwrap();
        }
        table.shed(Location(7), 16_384, &[(Location(8), 1)]).unwrap();
        let overrides = table.as_overrides();
        let mut random = Random::new(1);
        let mut counts = [0u32; 10];
        for _ in 0..40_000 {
            counts[overrides.apply(Location(500), &mut random).0 as usize] += 1;
        }
        // 4 sigma of a binomial with 40,000 draws at 3/4 is 346.
        assert!(counts[1].abs_diff(30_000) < 346, "{counts:?}");
        assert_eq!(counts[1] + counts[3], 40_000);
        let moved =
            (0..40_000).filter(|_| overrides.apply(Location(7), &mut random).0 == 8).count();
        assert!(moved.abs_diff(10_000) < 346, "{moved}");
        assert_eq!(overrides.apply(Location(11), &mut random), Location(11));
        assert_eq!(Overrides::NONE.apply(Location(11), &mut random), Location(11));
    }

    #[test]
    fn refuses_what_makes_no_sense() {
        let mut table = OverrideTable::default();
        let (a, b) = (Location(1), Location(2));
        assert_eq!(table.drain(a, &[]), Err(OverrideError::NoTarget));
        assert_eq!(table.drain(a, &[(b, 0)]), Err(OverrideError::NoTarget));
        assert_eq!(table.shed(a, 65_537, &[(b, 1)]), Err(OverrideError::Share));
        table.drain(a, &[(b, 1)]).unwrap();
        assert_eq!(table.drain(a, &[(b, 1)]), Err(OverrideError::Twice));
    }
}
