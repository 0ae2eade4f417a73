//! The groups of a plan, as they are stored. What may be shared is kept once; what is too small to be shared is
//! not looked for.

use alloc::vec::Vec;

use crate::bytes::to_usize;
use crate::compile::interner::Interner;

/// Groups by number.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    interner: Interner,
    /// By number of the interner: it is shared even when it is there once.
    apart: Vec<bool>,
    small: Vec<u8>,
    small_ends: Vec<u32>,
}

impl Pool {
    /// The number of a group. `apart` says that it is not kept at its name: it is of a location, or NSEC3.
    /// `None` when there is no room for more.
    pub(crate) fn put(&mut self, group: &[u8], apart: bool) -> Option<u32> {
        if !apart && group.len() < SHARE_FROM {
            let number = u32::try_from(self.small_ends.len()).ok().filter(|n| *n < SMALL)?;
            self.small.extend_from_slice(group);
            self.small_ends.push(u32::try_from(self.small.len()).ok()?);
            return Some(number | SMALL);
        }
        let number = self.interner.put(group)?;
        match self.apart.get_mut(to_usize(number)) {
            Some(known) => *known |= apart,
            None => self.apart.push(apart),
        }
        (number < SMALL).then_some(number)
    }

    /// The group of a number.
    pub(crate) fn group(&self, number: u32) -> &[u8] {
        let Some(small) = number.checked_sub(SMALL) else { return self.interner.string(number) };
        let small = to_usize(small);
        let start = small.checked_sub(1).and_then(|i| self.small_ends.get(i)).map_or(0, |end| *end);
        let end = self.small_ends.get(small).copied().unwrap_or(start);
        self.small.get(to_usize(start)..to_usize(end)).unwrap_or_default()
    }
}

/// Where the shared groups of all plans lie: the same whatever the plans are cut into.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    /// The groups, each once, in the order of their first coming.
    pub(crate) sets: Vec<u8>,
    /// The offset of the first.
    start: usize,
    /// By plan and number of its pool: the offset in `sets` plus one; 0 is at its name.
    places: Vec<Vec<u32>>,
}

impl Shared {
    /// `None` when they take more than 4 GiB.
    pub(crate) fn of(pools: &[&Pool]) -> Option<Self> {
        Self::after(0, pools)
    }

    /// With offsets that start from `start`.
    pub(crate) fn after(start: usize, pools: &[&Pool]) -> Option<Self> {
        // With one pool its numbers are the numbers of all.
        if let [pool] = pools {
            let mut out = Self { start, ..Self::default() };
            let places = out.lay(&pool.interner, &pool.apart)?;
            out.places.push(places);
            return Some(out);
        }
        let mut all = Interner::default();
        let mut apart: Vec<bool> = Vec::new();
        let mut numbers: Vec<Vec<u32>> = Vec::with_capacity(pools.len());
        for pool in pools {
            let mut of_pool = Vec::with_capacity(pool.interner.len());
            for (number, own) in (0u32..).zip(&pool.apart) {
                let common = all.put_again(&pool.interner, number)?;
                match apart.get_mut(to_usize(common)) {
                    Some(known) => *known |= own,
                    None => apart.push(*own),
                }
                of_pool.push(common);
            }
            numbers.push(of_pool);
        }
        let mut out = Self { start, ..Self::default() };
        let places = out.lay(&all, &apart)?;
        let place = |number: &u32| places.get(to_usize(*number)).copied().unwrap_or(0);
        out.places = numbers.iter().map(|of_pool| of_pool.iter().map(place).collect()).collect();
        Some(out)
    }

    /// The offset of a group of a plan; `None` when it is kept at its name.
    pub(crate) fn place(&self, plan: usize, number: u32) -> Option<u32> {
        self.places.get(plan)?.get(to_usize(number))?.checked_sub(1)
    }

    fn lay(&mut self, groups: &Interner, apart: &[bool]) -> Option<Vec<u32>> {
        let mut places = Vec::with_capacity(groups.len());
        for (number, apart) in (0u32..).zip(apart) {
            if !apart && groups.uses(number) < 2 {
                places.push(0);
                continue;
            }
            let offset = u32::try_from(self.start.checked_add(self.sets.len())?).ok()?;
            self.sets.extend_from_slice(groups.string(number));
            places.push(offset.checked_add(1)?);
        }
        Some(places)
    }
}

/// Groups of fewer octets are kept at their names: the way to a shared one costs more than they do.
const SHARE_FROM: usize = 16;
/// From this number on, groups are small.
const SMALL: u32 = 1 << 31;
