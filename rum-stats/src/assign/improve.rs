//! Uses the room that is left: traffic moves to a nearer PoP when it fits there.

use super::{Assignment, at, repair::Plan};
use crate::number::index_u32;
use alloc::vec;
use alloc::vec::Vec;

impl Plan<'_> {
    /// Moves that help, most milliseconds first, a few times over as each move makes room elsewhere.
    pub(super) fn improve(&mut self) {
        for _ in 0..PASSES {
            if !self.improve_once() {
                break;
            }
        }
    }

    fn improve_once(&mut self) -> bool {
        let mut gains = self.gains();
        gains.sort_unstable_by(|a, b| {
            b.milliseconds.total_cmp(&a.milliseconds).then(a.prefix.cmp(&b.prefix))
        });
        // A prefix that fits in part is split, but one for each PoP: more would gain little.
        let mut may_split = vec![true; self.problem.pops()];
        let mut moved = false;
        for Gain { prefix, from, to, .. } in gains {
            let demand = self.problem.demand.get(prefix).copied().unwrap_or(0.0);
            let fits = self.room(to) >= demand || self.splits.contains_key(&index_u32(prefix));
            let Some(may_split) = may_split.get_mut(usize::from(to)) else {
                continue;
            };
            if fits || *may_split {
                let weight = self.shift(prefix, from, to, demand);
                moved |= weight > 0;
                *may_split &= fits || weight == 0;
            }
        }
        moved
    }

    /// The nearest PoP with room for each prefix, from each PoP that it is at, where that gains.
    fn gains(&self) -> Vec<Gain> {
        let mut gains = Vec::new();
        for (prefix, main) in self.pops.iter().enumerate() {
            if let Some(shares) = self.splits.get(&index_u32(prefix)) {
                gains.extend(shares.iter().filter_map(|(from, _)| self.gain(prefix, *from)));
            } else {
                gains.extend(self.gain(prefix, *main));
            }
        }
        gains
    }

    fn gain(&self, prefix: usize, from: u16) -> Option<Gain> {
        if from == Assignment::NOWHERE || self.unit(prefix) <= 0.0 {
            return None;
        }
        let here = self.problem.latency_to(prefix, from);
        let mut best = Gain { milliseconds: 0.0, prefix, from, to: from };
        for (to, ms) in (0_u16..).zip(self.problem.row(prefix)) {
            let milliseconds = here - f64::from(*ms);
            if milliseconds > best.milliseconds
                && at(self.capacity, to) > 0.0
                && self.room(to) >= self.unit(prefix)
            {
                best = Gain { milliseconds, to, ..best };
            }
        }
        (best.to != from).then_some(best)
    }
}

struct Gain {
    milliseconds: f64,
    prefix: usize,
    from: u16,
    to: u16,
}

const PASSES: u32 = 3;
