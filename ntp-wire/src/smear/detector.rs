//! Does a source smear? Around a leap second, its offset tells.

use super::Smear;
use crate::{ReferenceId, Span, Timestamp};

/// What a source does with a leap second, as far as its offset tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// It follows UTC, step and all.
    Steps,
    /// It follows the smear with this index.
    Smears(usize),
    /// Several explanations fit within the error: ask again when they are farther apart.
    Unclear,
    /// None of the explanations fits: a wrong clock, or a smear not in the list.
    Neither,
}

impl Treatment {
    /// Whether two sources may be combined while [`can_tell`] is true: only those known to do the
    /// same. While it is false all do the same, and all may.
    #[must_use]
    pub fn mixes_with(self, other: Self) -> bool {
        self == other && matches!(self, Self::Steps | Self::Smears(_))
    }
}

/// Explains the `offset` of a source against a clock that follows UTC, both at `unstepped`.
///
/// `error` is how far off the offset can be, that of the own clock included. The smears are those
/// the source may follow.
#[must_use]
pub fn treatment(offset: Span, error: Span, unstepped: Timestamp, smears: &[Smear]) -> Treatment {
    let fits = |expected: Span| offset.minus(expected).abs() <= error;
    let mut found = fits(Span::ZERO).then_some(Treatment::Steps);
    for (index, smear) in smears.iter().enumerate() {
        if fits(smear.offset_from_utc(unstepped)) {
            match found {
                None => found = Some(Treatment::Smears(index)),
                Some(_) => return Treatment::Unclear,
            }
        }
    }
    found.unwrap_or(Treatment::Neither)
}

/// What a server says of itself: chrony's `smoothtime` sends 127.127.1.255, and ntpd's leap smear
/// 254 and 22 bits of offset. Neither is proof, and most servers say nothing.
#[must_use]
pub fn says_it_smears(reference_id: ReferenceId) -> bool {
    reference_id == ReferenceId::SMEARED || matches!(reference_id, ReferenceId([254, ..]))
}

/// Whether a source that smears by any of these curves could show it at `unstepped`: outside,
/// treatments cannot be told apart, and need not be.
#[must_use]
pub fn can_tell(unstepped: Timestamp, smears: &[Smear]) -> bool {
    smears.iter().any(|smear| {
        let after = unstepped.since(smear.start()) > Span::ZERO;
        let before = unstepped.since(smear.end()) < Span::ZERO;
        after && before
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smear::{Kind, LeapSecond};

    const LEAP: LeapSecond =
        LeapSecond { midnight: Timestamp::from_unix(1_483_228_800, 0), kind: Kind::Insert };
    const ERROR: Span = Span::from_nanos(5_000_000);

    fn smears() -> [Smear; 3] {
        [Smear::noon_to_noon(LEAP), Smear::spline_after(LEAP), Smear::cosine_before(LEAP, 86_400)]
    }

    fn at(second: i64) -> Timestamp {
        LEAP.midnight.plus(Span::from_seconds(second))
    }

    #[test]
    fn each_curve_is_recognised_where_it_differs() {
        let smears = smears();
        // Six hours before only the first and the last have moved, by 0.25 s and 0.85 s.
        let before = at(-6 * 3600);
        assert_eq!(treatment(Span::ZERO, ERROR, before, &smears), Treatment::Unclear);
        for index in [0, 2] {
            let offset = smears[index].offset_from_utc(before).plus(Span::from_nanos(3_000_000));
            assert_eq!(treatment(offset, ERROR, before, &smears), Treatment::Smears(index));
        }
        // Three hours after: the first and the second.
        let after = at(3 * 3600);
        for index in [0, 1] {
            let offset = smears[index].offset_from_utc(after);
            assert_eq!(treatment(offset, ERROR, after, &smears), Treatment::Smears(index));
        }
        assert_eq!(treatment(Span::ZERO, ERROR, after, &smears[..2]), Treatment::Steps);
        let odd = Span::from_nanos(-100_000_000);
        assert_eq!(treatment(odd, ERROR, after, &smears), Treatment::Neither);
    }

    #[test]
    fn away_from_the_leap_all_are_alike() {
        let smears = smears();
        for far in [at(-200_000), at(200_000)] {
            assert!(!can_tell(far, &smears));
            assert_eq!(treatment(Span::ZERO, ERROR, far, &smears), Treatment::Unclear);
        }
        assert!(can_tell(at(0), &smears));
    }

    #[test]
    fn only_the_same_mix() {
        assert!(Treatment::Steps.mixes_with(Treatment::Steps));
        assert!(!Treatment::Steps.mixes_with(Treatment::Smears(0)));
        assert!(!Treatment::Neither.mixes_with(Treatment::Neither));
        assert!(!Treatment::Unclear.mixes_with(Treatment::Unclear));
        assert!(says_it_smears(ReferenceId([254, 1, 2, 3])));
        assert!(says_it_smears(ReferenceId::SMEARED) && !says_it_smears(ReferenceId::GPS));
    }
}
