//! Whom to believe: intersection, cluster and combination, RFC 5905 §11.2.
//!
//! Every source says "the true offset lies within `distance` of `offset`". At least one of them may
//! be wrong. [`select`] finds the interval most agree on and leaves out those who do not;
//! [`cluster`] leaves out the worst of the rest; [`combine`] averages what is left.
//!
//! ```
//! use ntp_wire::client::select::{Candidate, Edge, cluster, combine, select, settle};
//! use ntp_wire::{Leap, Span, Stratum};
//!
//! // Three servers; in a program offset, distance and jitter are those of a `Filtered`.
//! let source = |id, millis: i64| Candidate {
//!     id,
//!     offset: Span::from_nanos(millis * 1_000_000),
//!     distance: Span::from_nanos(10_000_000),
//!     jitter: Span::from_nanos(100_000),
//!     stratum: Stratum(2),
//!     leap: Leap::None,
//! };
//! let mut sources = [source(1, 2), source(2, 900), source(3, 3)];
//! let agreement = select(&mut sources, &mut [Edge::default(); 9]).unwrap();
//! let survivors = &mut sources[..agreement.survivors];
//! let left = cluster(survivors, 3);
//! settle(&mut survivors[..left], Some(1), None);
//! let combined = combine(&survivors[..left]).unwrap();
//! assert_eq!(combined.offset, Span::from_nanos(2_500_000));
//! // While most are right, the truth is no farther off than this.
//! assert!(agreement.certain.reach_from(combined.offset) < Span::from_nanos(11_000_000));
//! ```

use thiserror::Error;

use crate::sort::sort_by_key;
use crate::{Leap, Span, Stratum};

/// A source as the selection sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The caller's number for it.
    pub id: u32,
    /// Its clock minus ours.
    pub offset: Span,
    /// Its root distance: how far off it can be. Negative counts as zero.
    pub distance: Span,
    /// Its jitter.
    pub jitter: Span,
    /// Its stratum.
    pub stratum: Stratum,
    /// Its leap warning.
    pub leap: Leap,
}

impl Candidate {
    const fn low(&self) -> Span {
        self.offset.minus(self.reach())
    }

    const fn high(&self) -> Span {
        self.offset.plus(self.reach())
    }

    const fn reach(&self) -> Span {
        if self.distance.to_bits() < 0 { Span::ZERO } else { self.distance }
    }
}

/// An offset from `low` to `high`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The least.
    pub low: Span,
    /// The greatest.
    pub high: Span,
}

impl Range {
    /// Whether `offset` lies in it.
    #[must_use]
    pub const fn contains(&self, offset: Span) -> bool {
        self.low.to_bits() <= offset.to_bits() && offset.to_bits() <= self.high.to_bits()
    }

    /// How far off `offset` can be if the truth lies in the range.
    #[must_use]
    pub fn reach_from(&self, offset: Span) -> Span {
        offset.minus(self.low).max(self.high.minus(offset)).max(Span::ZERO)
    }
}

/// What the sources agree on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// RFC 5905's intersection: the smallest interval that holds a point of as many sources as can
    /// agree. The survivors' offsets lie in it.
    pub intersection: Range,
    /// Every offset that more than half of the sources allow lies in here. So while more than half
    /// are right, the truth does, whatever the others say; `intersection` cannot promise that.
    pub certain: Range,
    /// How many survive: they are now the first of the candidates.
    pub survivors: usize,
}

/// One end or the middle of a candidate's interval: scratch memory of [`select`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    at: Span,
    /// -1 an interval begins, 0 its middle, 1 it ends. In this order at one place, so that
    /// intervals that touch overlap.
    kind: i8,
}

/// Finds what more than half of the candidates agree on, and moves those who agree to the front.
///
/// `edges` is scratch memory for three edges a candidate.
///
/// # Errors
/// [`NoAgreement`] when no more than half agree, when there is no candidate, or no room.
///
/// # Cost
/// O(n²) for n candidates, which are meant to be few; no allocation.
pub fn select(candidates: &mut [Candidate], edges: &mut [Edge]) -> Result<Agreement, NoAgreement> {
    let count = candidates.len();
    let needed = count.saturating_mul(3);
    let edges = edges.get_mut(..needed).ok_or(NoAgreement::NoRoom { needed })?;
    for (candidate, place) in candidates.iter().zip(edges.as_chunks_mut::<3>().0) {
        *place = [
            Edge { at: candidate.low(), kind: -1 },
            Edge { at: candidate.offset, kind: 0 },
            Edge { at: candidate.high(), kind: 1 },
        ];
    }
    sort_by_key(edges, |edge| *edge);
    let majority = (count / 2).saturating_add(1);
    let certain = covered(edges, majority).ok_or(NoAgreement::NoMajority)?;
    let intersection = intersection(edges, count).ok_or(NoAgreement::NoMajority)?;
    let agrees = |candidate: &Candidate| intersection.contains(candidate.offset);
    let survivors = candidates.iter().filter(|candidate| agrees(candidate)).count();
    sort_by_key(candidates, |candidate| !agrees(candidate));
    if survivors == 0 {
        return Err(NoAgreement::NoMajority);
    }
    Ok(Agreement { intersection, certain, survivors })
}

/// From the first to the last point that at least `depth` intervals cover.
fn covered(edges: &[Edge], depth: usize) -> Option<Range> {
    let mut open = 0_usize;
    let low = edges.iter().find(|edge| {
        match edge.kind {
            -1 => open = open.saturating_add(1),
            1 => open = open.saturating_sub(1),
            _ => {}
        }
        edge.kind == -1 && open >= depth
    })?;
    open = 0;
    let high = edges.iter().rev().find(|edge| {
        match edge.kind {
            1 => open = open.saturating_add(1),
            -1 => open = open.saturating_sub(1),
            _ => {}
        }
        edge.kind == 1 && open >= depth
    })?;
    Some(Range { low: low.at, high: high.at })
}

/// RFC 5905 §11.2.1: allow no falsetickers, then one, and so on, below half; the first number for
/// which the rest have an interval in common, and no more middles than that lie outside it, wins.
fn intersection(edges: &[Edge], count: usize) -> Option<Range> {
    for allowed in 0..count.div_ceil(2) {
        let Some(range) = covered(edges, count.saturating_sub(allowed)) else {
            continue;
        };
        let outside =
            edges.iter().filter(|edge| edge.kind == 0 && !range.contains(edge.at)).count();
        if outside <= allowed {
            return Some(range);
        }
    }
    None
}

/// Leaves out the survivor whose offset is farthest from the others, again and again, until at most
/// `least` are left or leaving out more would not help (RFC 5905 §11.2.2). Sorts by stratum and
/// distance, and returns how many of the first are left: the first of all is the one to follow.
///
/// # Cost
/// O(n³) for n survivors; no allocation.
pub fn cluster(survivors: &mut [Candidate], least: usize) -> usize {
    let merit = |candidate: &Candidate| {
        let steps = Span::from_seconds(i64::from(candidate.stratum.0));
        (candidate.distance.plus(steps), candidate.id)
    };
    sort_by_key(survivors, merit);
    let mut left = survivors.len();
    while left > least.max(1) {
        let Some(kept) = survivors.get_mut(..left) else {
            break;
        };
        let own = kept.iter().map(|candidate| candidate.jitter).min().unwrap_or(Span::MAX);
        let spreads = kept.iter().map(|candidate| spread(candidate, kept));
        let Some((worst, spread)) = spreads.enumerate().max_by_key(|(_, spread)| *spread) else {
            break;
        };
        if spread <= own {
            break;
        }
        // To the end, the others in order.
        if let Some(rest) = kept.get_mut(worst..) {
            rest.rotate_left(rest.len().min(1));
        }
        left = left.saturating_sub(1);
    }
    left
}

/// Moves the source to follow to the front of those that are left, and keeps the others in order:
/// the one the operator prefers if it is left; else the incumbent, unless the first is at a lower
/// stratum or less than half as far off. So two sources of a kind do not take turns ("clock
/// hopping", RFC 5905 §11.2.3).
///
/// Call it between [`cluster`] and [`combine`].
pub fn settle(sources: &mut [Candidate], incumbent: Option<u32>, preferred: Option<u32>) {
    let place = |id: Option<u32>| {
        let id = id?;
        sources.iter().position(|source| source.id == id)
    };
    let stays = |place: &usize| {
        let (Some(own), Some(first)) = (sources.get(*place), sources.first()) else {
            return false;
        };
        let challenge = first.distance.plus(first.distance);
        own.stratum <= first.stratum && own.distance <= challenge
    };
    let chosen = place(preferred).or_else(|| place(incumbent).filter(stays));
    let moved = chosen.and_then(|place| sources.get_mut(..=place));
    if let Some(moved) = moved {
        moved.rotate_right(1);
    }
}

/// Selection jitter: root mean square of the offsets of the others against this one's.
fn spread(candidate: &Candidate, all: &[Candidate]) -> Span {
    let squares = all.iter().fold(0_u128, |sum, other| {
        let difference = other.offset.minus(candidate.offset).to_bits().unsigned_abs();
        sum.saturating_add(u128::from(difference).saturating_mul(u128::from(difference)))
    });
    let others = u128::try_from(all.len()).unwrap_or(1).saturating_sub(1).max(1);
    let mean = squares.checked_div(others).unwrap_or(0);
    Span::from_bits(i64::try_from(mean.isqrt()).unwrap_or(i64::MAX))
}

/// The average of several sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Combined {
    /// Offsets weighted by the reciprocal of their distance (RFC 5905 §11.2.3), rounded towards
    /// zero from the first.
    pub offset: Span,
    /// Root mean square, with the same weights, of the offsets against the first's, and the first's
    /// own jitter.
    pub jitter: Span,
    /// The leap warning of most of the sources that give one; "none" without a majority of all.
    pub leap: Leap,
}

/// Averages the sources that are left; nothing when there are none. The first is the one followed.
#[must_use]
pub fn combine(sources: &[Candidate]) -> Option<Combined> {
    let first = sources.first()?;
    let (mut weights, mut sum, mut squares) = (0_i128, 0_i128, 0_i128);
    for source in sources {
        // Distances are microseconds to seconds, 2^12 to 2^36 units.
        let weight =
            WEIGHT.checked_div(i128::from(source.distance.to_bits().max(1))).unwrap_or(1).max(1);
        let difference = i128::from(source.offset.minus(first.offset).to_bits());
        weights = weights.saturating_add(weight);
        sum = sum.saturating_add(weight.saturating_mul(difference));
        let square = difference.saturating_mul(difference);
        squares = squares.saturating_add(square.checked_mul(weight).unwrap_or(i128::MAX));
    }
    let average = sum.checked_div(weights).unwrap_or(0);
    let own = i128::from(first.jitter.to_bits());
    let square = squares.checked_div(weights).unwrap_or(0).saturating_add(own.saturating_mul(own));
    // A sum of squares is not negative; unsigned, the root has no case to panic in.
    let jitter = square.unsigned_abs().isqrt();
    let votes =
        |leap| sources.iter().filter(|source| source.leap == leap).count().saturating_mul(2);
    let leap = if votes(Leap::Insert) > sources.len() {
        Leap::Insert
    } else if votes(Leap::Delete) > sources.len() {
        Leap::Delete
    } else {
        Leap::None
    };
    Some(Combined {
        offset: first.offset.plus(Span::from_bits(crate::bits::saturate64(average))),
        jitter: Span::from_bits(i64::try_from(jitter).unwrap_or(i64::MAX)),
        leap,
    })
}

/// Why there is nothing to believe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoAgreement {
    /// No more than half of the sources agree, or there is none.
    #[error("no majority of the sources agrees")]
    NoMajority,
    /// The scratch memory is too short.
    #[error("the selection needs room for {needed} edges")]
    NoRoom {
        /// Three for each candidate.
        needed: usize,
    },
}

/// Scale of a weight.
const WEIGHT: i128 = 1 << 60;

#[cfg(test)]
mod tests;
