//! Moving clients only when it is worth it: minimum gain, patience, dwell, dampening, a cap for each rebuild.
//!
//! A map that follows every flicker of the medians moves clients back and forth, empties caches and breaks
//! session resumption. The rules here let a real change through and hold noise back.

use crate::interval::Interval;

/// When a prefix may change its PoP. Milliseconds and seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    /// The least gain that the lower end of its interval must promise.
    pub least_gain: f64,
    /// What a move costs in itself: handshakes without a ticket, cold caches. Taken off the gain.
    pub switching_cost: f64,
    /// In how many bins running the same move must be proposed.
    pub bins: u8,
    /// Seconds that a prefix stays after a move.
    pub dwell: u64,
    /// Seconds within which going back to the PoP before counts as a flip-flop.
    pub flip_window: u64,
}

impl Rules {
    /// 5 ms, 2 ms, two bins, the longer of an hour and four times the TTL of the answers, and a day.
    pub fn for_ttl(ttl: u32) -> Self {
        let dwell = u64::from(ttl).saturating_mul(4).max(3600);
        Self { least_gain: 5.0, switching_cost: 2.0, bins: 2, dwell, flip_window: 86_400 }
    }
}

/// What is remembered of a prefix from bin to bin: 32 octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement {
    /// Where its clients go.
    pub pop: u16,
    /// Where they went before the last move; the same as `pop` when they never moved.
    pub before: u16,
    /// When they moved, in seconds.
    pub since: u64,
    /// The move that is being waited for.
    candidate: u16,
    /// Bins that it has been proposed in.
    streak: u8,
    /// How often the prefix has flip-flopped of late: each doubles the gain asked for.
    flips: u8,
    /// When the last flip-flop was.
    flipped: u64,
}

/// Why a prefix stays where it is, or that it may move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It may move now.
    Move,
    /// It is there already.
    There,
    /// The lower end of the gain is too small.
    TooLittle,
    /// It has not been proposed often enough running.
    TooSoon,
    /// It moved not long ago.
    Dwelling,
}

impl Placement {
    /// A prefix placed for the first time.
    pub fn new(pop: u16, now: u64) -> Self {
        Self { pop, before: pop, since: now, candidate: pop, streak: 0, flips: 0, flipped: 0 }
    }

    /// Hears the proposal of a bin: `pop`, and the gain in milliseconds of going there. Once a bin.
    ///
    /// Says [`Verdict::Move`] again in each later bin until [`Placement::moved`] is called, as a cap may
    /// hold the move back.
    pub fn propose(&mut self, rules: &Rules, pop: u16, gain: &Interval, now: u64) -> Verdict {
        if pop == self.pop {
            self.streak = 0;
            return Verdict::There;
        }
        if now.saturating_sub(self.flipped) > rules.flip_window {
            self.flips = 0;
        }
        let asked = rules.least_gain
            * f64::from(1_u32.checked_shl(u32::from(self.flips)).unwrap_or(u32::MAX));
        // Written so that a NaN stays.
        let enough = gain.low - rules.switching_cost >= asked;
        if !enough {
            self.streak = 0;
            return Verdict::TooLittle;
        }
        self.streak = if pop == self.candidate { self.streak.saturating_add(1) } else { 1 };
        self.candidate = pop;
        if self.streak < rules.bins {
            Verdict::TooSoon
        } else if self.before != self.pop && now.saturating_sub(self.since) < rules.dwell {
            Verdict::Dwelling
        } else {
            Verdict::Move
        }
    }

    /// Takes note that the clients were moved. A drain counts too, and comes without a proposal. To where they
    /// are already is no move.
    pub fn moved(&mut self, rules: &Rules, pop: u16, now: u64) {
        if pop == self.pop {
            return;
        }
        if pop == self.before && now.saturating_sub(self.since) <= rules.flip_window {
            self.flips = self.flips.saturating_add(1).min(8);
            self.flipped = now;
        }
        self.before = self.pop;
        self.pop = pop;
        self.since = now;
        self.streak = 0;
    }

    /// Flip-flops within the window, as last counted.
    pub fn flips(&self) -> u8 {
        self.flips
    }
}

/// A move that was allowed, waiting for room under the cap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Move {
    /// Which prefix, by the caller's number.
    pub prefix: u32,
    /// Where to.
    pub pop: u16,
    /// Its traffic.
    pub demand: f64,
    /// Milliseconds gained for each unit of it.
    pub gain: f64,
}

/// Puts the moves with the largest total gain (demand times milliseconds) first and says how many of them
/// fit into `share` (0 to 1) of `total` traffic. A move that does not fit is passed over for smaller ones
/// after it, by changing the order of the slice. If not even the first fits alone, it is let through:
/// waiting would not make it smaller.
///
/// Moves whose demand or gain is NaN are last, and none of them fits.
///
/// Cost: O(n log n), no allocation.
pub fn within_cap(moves: &mut [Move], total: f64, share: f64) -> usize {
    sort_by_worth(moves);
    let cap = total * share;
    let (mut taken, mut used) = (0_usize, 0.0);
    for next in 0..moves.len() {
        let Some(candidate) = moves.get(next) else { break };
        let fits = used + candidate.demand <= cap || taken == 0;
        if fits && !worth(candidate).is_nan() {
            used += candidate.demand;
            // One that was passed over goes to the place of this one, where nobody looks again.
            if let Ok([passed_over, taken]) = moves.get_disjoint_mut([taken, next]) {
                core::mem::swap(passed_over, taken);
            }
            taken = taken.saturating_add(1);
        }
    }
    sort_by_worth(moves.get_mut(taken..).unwrap_or(&mut []));
    taken
}

fn worth(candidate: &Move) -> f64 {
    candidate.demand * candidate.gain
}

/// The largest total gain first, what is no number last, equals by prefix.
fn sort_by_worth(moves: &mut [Move]) {
    moves.sort_unstable_by(|a, b| {
        let (a_worth, b_worth) = (worth(a), worth(b));
        let numbers_first = a_worth.is_nan().cmp(&b_worth.is_nan());
        numbers_first.then(b_worth.total_cmp(&a_worth)).then(a.prefix.cmp(&b.prefix))
    });
}

/// One step of a share of traffic towards where it should be: `factor` (usually 0.5) of the way, and all of
/// it once `least` (usually 0.01) or less is missing. Keeps two controllers from chasing each other.
pub fn dampened(current: f64, wanted: f64, factor: f64, least: f64) -> f64 {
    let missing = wanted - current;
    if missing.abs() <= least { wanted } else { current + missing * factor.clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gain(low: f64) -> Interval {
        Interval { estimate: low + 3.0, low, high: low + 6.0 }
    }

    #[test]
    fn patience_then_a_move_then_dwelling() {
        let rules = Rules::for_ttl(300);
        let mut place = Placement::new(1, 0);
        assert_eq!(place.propose(&rules, 1, &gain(50.0), 900), Verdict::There);
        assert_eq!(place.propose(&rules, 2, &gain(6.9), 900), Verdict::TooLittle);
        assert_eq!(place.propose(&rules, 2, &gain(f64::NAN), 900), Verdict::TooLittle);
        assert_eq!(place.propose(&rules, 2, &gain(8.0), 1800), Verdict::TooSoon);
        assert_eq!(place.propose(&rules, 3, &gain(8.0), 2700), Verdict::TooSoon);
        assert_eq!(place.propose(&rules, 3, &gain(8.0), 3600), Verdict::Move);
        place.moved(&rules, 3, 3600);
        assert_eq!(place.propose(&rules, 2, &gain(8.0), 4500), Verdict::TooSoon);
        assert_eq!(place.propose(&rules, 2, &gain(8.0), 5400), Verdict::Dwelling);
        assert_eq!(place.propose(&rules, 2, &gain(8.0), 7200), Verdict::Move);
    }

    #[test]
    fn flip_flops_are_asked_for_more() {
        let rules = Rules { bins: 1, dwell: 0, ..Rules::for_ttl(60) };
        let mut place = Placement::new(1, 0);
        place.moved(&rules, 2, 100);
        place.moved(&rules, 1, 200);
        place.moved(&rules, 2, 300);
        assert_eq!(place.flips(), 2);
        assert_eq!(place.propose(&rules, 1, &gain(21.0), 400), Verdict::TooLittle);
        assert_eq!(place.propose(&rules, 1, &gain(22.0), 400), Verdict::Move);
        // A day of rest, and it is trusted again.
        assert_eq!(place.propose(&rules, 1, &gain(7.0), 300 + 86_401), Verdict::Move);
    }

    #[test]
    fn cap_takes_the_worthiest_that_fit() {
        let new = |prefix, demand, gain| Move { prefix, pop: 0, demand, gain };
        let mut moves = [new(0, 3.0, 10.0), new(1, 1.0, 5.0), new(2, 4.0, 9.0), new(3, 1.0, 20.0)];
        let taken = within_cap(&mut moves, 100.0, 0.05);
        assert_eq!(moves[..taken].iter().map(|m| m.prefix).collect::<std::vec::Vec<_>>(), [2, 3]);
        assert_eq!(moves[taken..].iter().map(|m| m.prefix).collect::<std::vec::Vec<_>>(), [0, 1]);
        // One alone is too large for the cap, and goes through alone.
        assert_eq!(within_cap(&mut [new(0, 9.0, 1.0), new(1, 9.0, 1.0)], 100.0, 0.05), 1);
        assert_eq!(within_cap(&mut [], 1.0, 0.1), 0);
        // What is no number is neither the worthiest nor allowed alone.
        let mut moves = [new(0, f64::NAN, 9.0), new(1, 1.0, -f64::NAN), new(2, 1.0, 1.0)];
        assert_eq!((within_cap(&mut moves, 10.0, 0.5), moves[0].prefix), (1, 2));
        assert_eq!(within_cap(&mut moves[1..], 10.0, 0.5), 0);
    }

    /// Two hundred thousand passed over before a hundred thousand that fit: minutes if each is carried past them.
    #[test]
    fn cap_is_not_quadratic() {
        let demand = |prefix| if prefix < 200_000 { 250_000.0 } else { 1.0 };
        let new = |prefix| Move { prefix, pop: 0, demand: demand(prefix), gain: 1.0 };
        let mut moves: std::vec::Vec<Move> = (0..300_000).map(new).collect();
        assert_eq!(within_cap(&mut moves, 350_000.0, 1.0), 100_001);
        assert!(moves[100_001..].iter().map(|left| left.prefix).eq(1..200_000));
    }

    #[test]
    fn moving_to_where_it_is_changes_nothing() {
        let rules = Rules::for_ttl(60);
        let mut place = Placement::new(1, 0);
        place.moved(&rules, 2, 100);
        let before = place;
        place.moved(&rules, 2, 200);
        assert_eq!(place, before);
    }

    #[test]
    fn dampening_arrives() {
        let mut share = 0.0;
        for _ in 0..20 {
            share = dampened(share, 0.8, 0.5, 0.01);
        }
        assert_eq!(share, 0.8);
        assert_eq!(dampened(0.2, 0.8, 0.5, 0.01), 0.5);
    }
}
