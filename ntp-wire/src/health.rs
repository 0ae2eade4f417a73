//! Should this server take part in an anycast service? A pure verdict.

use crate::{Leap, Span, Stratum};

/// What the verdict is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vitals {
    /// The server's leap indicator.
    pub leap: Leap,
    /// The server's stratum.
    pub stratum: Stratum,
    /// Error bound of the server's clock now: half the root delay and the root dispersion.
    pub root_distance: Span,
    /// How many sources agree with the clock.
    pub sources_agreeing: u16,
    /// How many sources there are.
    pub sources: u16,
    /// Time until the leap second list expires; negative when it has. Nothing when none is used.
    pub leap_list_left: Option<Span>,
    /// How many workers answer.
    pub workers_running: u16,
    /// How many should.
    pub workers: u16,
    /// Whether an operator asked for the server to be drained.
    pub draining: bool,
}

/// From when on a vital sign is bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A root distance above this degrades. By default 50 ms.
    pub degraded_distance: Span,
    /// A root distance above this withdraws. By default 1 s, RFC 5905's MAXDIST.
    pub greatest_distance: Span,
    /// Fewer agreeing sources degrade. By default 3: two cannot outvote a liar.
    pub sources: u16,
    /// A leap second list that expires within this degrades. By default 28 days.
    pub leap_list_notice: Span,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            degraded_distance: Span::from_nanos(50_000_000),
            greatest_distance: Span::SECOND,
            sources: 3,
            leap_list_notice: Span::from_seconds(28 * 86_400),
        }
    }
}

/// What to do, and the gravest reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Announce the server.
    Serve,
    /// Announce it while there is none better: a person should look.
    Degrade(Reason),
    /// Do not announce it.
    Withdraw(Reason),
}

/// Why not simply serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// An operator asked.
    Draining,
    /// No worker answers, or (when degraded) fewer than should.
    Workers,
    /// The clock is not synchronised.
    Unsynchronised,
    /// The error bound is too large.
    RootDistance,
    /// No source agrees with the clock, or (when degraded) too few, or not most of them.
    Sources,
    /// The leap second list has expired, or (when degraded) soon will.
    LeapList,
}

/// The verdict. Withdrawing comes first; within each, reasons come in the order of [`Reason`].
///
/// An expired leap second list withdraws only a server that warns of a leap second: its warning
/// cannot be trusted. Without a warning it degrades, for the time is still right.
#[must_use]
pub fn verdict(vitals: &Vitals, limits: &Limits) -> Verdict {
    let expired = vitals.leap_list_left.is_some_and(|left| left < Span::ZERO);
    let warns = matches!(vitals.leap, Leap::Insert | Leap::Delete);
    let withdraw = [
        (vitals.draining, Reason::Draining),
        (vitals.workers_running == 0, Reason::Workers),
        (
            vitals.leap == Leap::Unsynchronised || !vitals.stratum.is_synchronised(),
            Reason::Unsynchronised,
        ),
        (vitals.root_distance > limits.greatest_distance, Reason::RootDistance),
        (vitals.sources > 0 && vitals.sources_agreeing == 0, Reason::Sources),
        (expired && warns, Reason::LeapList),
    ];
    let soon = vitals.leap_list_left.is_some_and(|left| left < limits.leap_list_notice);
    let minority =
        u32::from(vitals.sources_agreeing).saturating_mul(2) <= u32::from(vitals.sources);
    let degrade = [
        (vitals.workers_running < vitals.workers, Reason::Workers),
        (vitals.root_distance > limits.degraded_distance, Reason::RootDistance),
        (vitals.sources_agreeing < limits.sources || minority, Reason::Sources),
        (soon, Reason::LeapList),
    ];
    let first = |reasons: &[(bool, Reason)]| {
        reasons.iter().find(|(applies, _)| *applies).map(|(_, reason)| *reason)
    };
    match (first(&withdraw), first(&degrade)) {
        (Some(reason), _) => Verdict::Withdraw(reason),
        (None, Some(reason)) => Verdict::Degrade(reason),
        (None, None) => Verdict::Serve,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Vitals = Vitals {
        leap: Leap::None,
        stratum: Stratum(1),
        root_distance: Span::from_nanos(1_000_000),
        sources_agreeing: 4,
        sources: 5,
        leap_list_left: Some(Span::from_seconds(100 * 86_400)),
        workers_running: 8,
        workers: 8,
        draining: false,
    };

    #[test]
    fn each_reason_in_turn() {
        let of = |vitals: Vitals| verdict(&vitals, &Limits::default());
        assert_eq!(of(GOOD), Verdict::Serve);
        assert_eq!(of(Vitals { leap_list_left: None, ..GOOD }), Verdict::Serve);
        let past = Some(Span::from_seconds(-1));
        let withdrawn = [
            (Vitals { draining: true, ..GOOD }, Reason::Draining),
            (Vitals { workers_running: 0, ..GOOD }, Reason::Workers),
            (Vitals { leap: Leap::Unsynchronised, ..GOOD }, Reason::Unsynchronised),
            (Vitals { stratum: Stratum(16), ..GOOD }, Reason::Unsynchronised),
            (Vitals { root_distance: Span::from_seconds(2), ..GOOD }, Reason::RootDistance),
            (Vitals { sources_agreeing: 0, ..GOOD }, Reason::Sources),
            (Vitals { leap_list_left: past, leap: Leap::Insert, ..GOOD }, Reason::LeapList),
        ];
        for (vitals, reason) in withdrawn {
            assert_eq!(of(vitals), Verdict::Withdraw(reason));
        }
        let degraded = [
            (Vitals { workers_running: 7, ..GOOD }, Reason::Workers),
            (Vitals { root_distance: Span::from_nanos(60_000_000), ..GOOD }, Reason::RootDistance),
            (Vitals { sources_agreeing: 2, sources: 3, ..GOOD }, Reason::Sources),
            (Vitals { sources_agreeing: 4, sources: 8, ..GOOD }, Reason::Sources),
            (Vitals { leap_list_left: past, ..GOOD }, Reason::LeapList),
            (Vitals { leap_list_left: Some(Span::SECOND), ..GOOD }, Reason::LeapList),
        ];
        for (vitals, reason) in degraded {
            assert_eq!(of(vitals), Verdict::Degrade(reason));
        }
    }
}
