//! Cells with few samples: a list of bucket numbers until it is full, then a whole sketch in a slab.
//!
//! Most prefixes see a handful of samples from most PoPs. A [`Cell`] holds 47 of them in 48 octets, a tenth of the
//! smallest sketch, and moves into a [`Slab`] of sketches, memory of the caller, when there are more. Nothing
//! is ever allocated: a full slab is an error that the caller hears.

use super::{Counter, Histogram, Sketch, SmallSketch, bucket_of};
use crate::micros::Micros;

/// A cell of 48 octets: up to [`Cell::INLINE`] samples, or the number of a sketch in a slab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Samples in `data`, or [`PROMOTED`] when its first four octets are the number of a sketch.
    len: u8,
    data: [u8; Self::INLINE],
}

/// The slab has no free sketch; the sample was not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("all {0} sketches of the slab are in use")]
pub struct SlabFull(pub usize);

impl Cell {
    /// Samples that a cell holds by itself.
    pub const INLINE: usize = 47;

    /// An empty cell.
    pub const fn new() -> Self {
        Self { len: 0, data: [0; Self::INLINE] }
    }

    /// Counts a sample, moving into `slab` when the cell is full. A cell belongs to one slab for all
    /// its life, and once promoted a copy of it is the same cell: only one of them may be cleared.
    ///
    /// # Errors
    /// [`SlabFull`]; the cell is as it was. So too where the slab is another one that does not reach as far.
    pub fn record(&mut self, value: Micros, slab: &mut Slab<'_>) -> Result<(), SlabFull> {
        if let Some(slot) = self.slot() {
            let all = slab.sketches.len();
            slab.sketches.get_mut(slot).ok_or(SlabFull(all))?.record(value);
            return Ok(());
        }
        if let Some(place) = self.data.get_mut(usize::from(self.len)) {
            *place = bucket_of(value);
            self.len = self.len.saturating_add(1);
            return Ok(());
        }
        let slot = slab.take().ok_or(SlabFull(slab.sketches.len()))?;
        if let Some(sketch) =
            usize::try_from(slot).ok().and_then(|slot| slab.sketches.get_mut(slot))
        {
            for bucket in &self.data {
                if let Some(count) = sketch.counts.get_mut(usize::from(*bucket)) {
                    *count = count.increment();
                }
            }
            sketch.record(value);
        }
        self.len = PROMOTED;
        for (to, from) in self.data.iter_mut().zip(slot.to_le_bytes()) {
            *to = from;
        }
        Ok(())
    }

    /// Adds the samples of the cell to a sketch.
    pub fn merge_into(&self, sketch: &mut Sketch, slab: &Slab<'_>) {
        if let Some(slot) = self.slot() {
            slab.sketches.get(slot).into_iter().for_each(|own| sketch.merge(own));
            return;
        }
        for bucket in self.data.iter().take(usize::from(self.len)) {
            if let Some(count) = sketch.counts.get_mut(usize::from(*bucket)) {
                *count = count.increment();
            }
        }
    }

    /// Samples in the cell.
    pub fn count(&self, slab: &Slab<'_>) -> u64 {
        match self.slot() {
            Some(slot) => slab.sketches.get(slot).map_or(0, Histogram::count),
            None => u64::from(self.len),
        }
    }

    /// Empties the cell and gives its sketch back to the slab.
    pub fn clear(&mut self, slab: &mut Slab<'_>) {
        if let Some(slot) = self.slot() {
            slab.give_back(slot);
        }
        *self = Self::new();
    }

    /// True when the cell lives in a slab.
    pub fn is_promoted(&self) -> bool {
        self.len == PROMOTED
    }

    fn slot(&self) -> Option<usize> {
        let [a, b, c, d, ..] = self.data;
        if self.is_promoted() {
            usize::try_from(u32::from_le_bytes([a, b, c, d])).ok()
        } else {
            None
        }
    }
}

impl Default for Cell {
    fn default() -> Self {
        Self::new()
    }
}

/// Sketches for the cells that outgrow themselves: 512 octets each, memory of the caller.
#[derive(Debug)]
pub struct Slab<'a> {
    sketches: &'a mut [SmallSketch],
    /// Sketches handed out so far; those after it were never used.
    used: u32,
    /// The last sketch given back. Each such sketch holds the number of the one before it, plus one, in its
    /// first two counters.
    free: Option<u32>,
    in_use: u32,
}

impl<'a> Slab<'a> {
    /// A slab over `sketches`, whatever they hold.
    pub fn new(sketches: &'a mut [SmallSketch]) -> Self {
        Self { sketches, used: 0, free: None, in_use: 0 }
    }

    /// Sketches in use.
    pub fn in_use(&self) -> u32 {
        self.in_use
    }

    /// Sketches in all.
    pub fn capacity(&self) -> usize {
        self.sketches.len()
    }

    fn take(&mut self) -> Option<u32> {
        let slot = self.free.unwrap_or(self.used);
        let sketch = self.sketches.get_mut(usize::try_from(slot).ok()?)?;
        if self.free.is_some() {
            let [low, high, ..] = sketch.counts;
            let before = (u32::from(high) << 16) | u32::from(low);
            self.free = before.checked_sub(1);
        } else {
            self.used = self.used.saturating_add(1);
        }
        *sketch = SmallSketch::new();
        self.in_use = self.in_use.saturating_add(1);
        Some(slot)
    }

    fn give_back(&mut self, slot: usize) {
        let before = self.free.map_or(0, |slot| slot.saturating_add(1));
        if let (Some(sketch), Ok(slot)) = (self.sketches.get_mut(slot), u32::try_from(slot)) {
            let [a, b, c, d] = before.to_le_bytes();
            let [low, high, ..] = &mut sketch.counts;
            *low = u16::from_le_bytes([a, b]);
            *high = u16::from_le_bytes([c, d]);
            self.free = Some(slot);
            self.in_use = self.in_use.saturating_sub(1);
        }
    }
}

const PROMOTED: u8 = u8::MAX;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sizes_are_the_stated_ones() {
        assert_eq!(
            (size_of::<Cell>(), size_of::<SmallSketch>(), size_of::<Sketch>()),
            (48, 512, 1024)
        );
    }

    #[test]
    fn promotes_once_and_says_when_the_slab_is_full() {
        let mut sketches = [SmallSketch::new()];
        let mut slab = Slab::new(&mut sketches);
        let (mut a, mut b) = (Cell::new(), Cell::new());
        for i in 0..100 {
            a.record(Micros(1000 + i), &mut slab).unwrap();
        }
        for i in 0..47 {
            b.record(Micros(1000 + i), &mut slab).unwrap();
        }
        let before = b;
        assert_eq!(b.record(Micros(1000), &mut slab), Err(SlabFull(1)));
        assert_eq!((b, b.count(&slab), a.count(&slab), slab.in_use()), (before, 47, 100, 1));
        a.clear(&mut slab);
        assert_eq!((a.count(&slab), slab.in_use()), (0, 0));
        b.record(Micros(1000), &mut slab).unwrap();
        assert!(b.is_promoted() && b.count(&slab) == 48);
        // In a slab that is not its own a cell has nothing, rather than the octets of its number.
        let mut other = Slab::new(&mut []);
        let mut sum = Sketch::new();
        b.merge_into(&mut sum, &other);
        assert_eq!((sum.count(), b.record(Micros(1000), &mut other)), (0, Err(SlabFull(0))));
    }

    proptest! {
        #[test]
        fn a_cell_is_its_samples(steps in proptest::collection::vec((0..6_usize, 600..100_000_u32, 0..40_u8), 0..900)) {
            let mut sketches = std::vec![SmallSketch::new(); 4];
            let mut slab = Slab::new(&mut sketches);
            let mut cells = [Cell::new(); 6];
            let mut truths: [Sketch; 6] = core::array::from_fn(|_| Sketch::new());
            for (which, value, action) in steps {
                if action == 0 {
                    cells[which].clear(&mut slab);
                    truths[which] = Sketch::new();
                } else if cells[which].record(Micros(value), &mut slab).is_ok() {
                    truths[which].record(Micros(value));
                } else {
                    prop_assert_eq!(slab.in_use(), 4);
                }
            }
            for (cell, truth) in cells.iter().zip(&truths) {
                let mut sum = Sketch::new();
                cell.merge_into(&mut sum, &slab);
                prop_assert_eq!(&sum, truth);
                prop_assert_eq!(cell.count(&slab), truth.count());
            }
        }
    }
}
