use super::*;
use proptest::prelude::*;
use std::vec;
use std::vec::Vec;

fn candidate(id: u32, offset_ms: i64, distance_ms: i64) -> Candidate {
    Candidate {
        id,
        offset: Span::from_nanos(offset_ms * 1_000_000),
        distance: Span::from_nanos(distance_ms * 1_000_000),
        jitter: Span::from_nanos(1000),
        stratum: Stratum(2),
        leap: Leap::None,
    }
}

fn ids(candidates: &[Candidate]) -> Vec<u32> {
    let mut ids: Vec<_> = candidates.iter().map(|candidate| candidate.id).collect();
    ids.sort_unstable();
    ids
}

fn run(candidates: &[Candidate]) -> Result<(Vec<u32>, Agreement), NoAgreement> {
    let mut sorted = candidates.to_vec();
    let mut edges = vec![Edge::default(); candidates.len() * 3];
    let agreement = select(&mut sorted, &mut edges)?;
    Ok((ids(&sorted[..agreement.survivors]), agreement))
}

#[test]
fn a_falseticker_is_left_out() {
    let (survivors, agreement) =
        run(&[candidate(1, 0, 10), candidate(2, 5, 10), candidate(3, 500, 10)]).unwrap();
    assert_eq!(survivors, [1, 2]);
    assert!(!agreement.certain.contains(Span::from_nanos(500_000_000)));
}

#[test]
fn the_incumbent_stays_unless_another_is_far_better() {
    let order = |sources: &[Candidate], incumbent, preferred| {
        let mut sources = sources.to_vec();
        settle(&mut sources, incumbent, preferred);
        sources.iter().map(|source| source.id).collect::<Vec<_>>()
    };
    let near = [candidate(1, 0, 10), candidate(2, 0, 15), candidate(3, 0, 21)];
    assert_eq!(order(&near, Some(2), None), [2, 1, 3]);
    assert_eq!(order(&near, Some(3), None), [1, 2, 3], "less than half as far off");
    assert_eq!(order(&near, Some(9), None), [1, 2, 3], "it is not left");
    assert_eq!(order(&near, Some(2), Some(3)), [3, 1, 2], "preferred");
    assert_eq!(order(&near, Some(2), Some(9)), [2, 1, 3], "the preferred one is not left");
    let lower = [Candidate { stratum: Stratum(1), ..near[0] }, near[1]];
    assert_eq!(order(&lower, Some(2), None), [1, 2], "a lower stratum");
    assert_eq!(order(&[], Some(2), Some(1)), [0_u32; 0]);
}

#[test]
fn half_is_no_majority() {
    assert_eq!(run(&[]), Err(NoAgreement::NoMajority));
    assert_eq!(run(&[candidate(1, 0, 1), candidate(2, 9, 1)]).err(), Some(NoAgreement::NoMajority));
    let four = [candidate(1, 0, 1), candidate(2, 0, 1), candidate(3, 9, 1), candidate(4, 9, 1)];
    assert_eq!(run(&four).err(), Some(NoAgreement::NoMajority));
    assert_eq!(run(&[candidate(1, 0, 1)]).unwrap().0, [1]);
    let mut one = [candidate(1, 0, 1)];
    assert_eq!(select(&mut one, &mut []).err(), Some(NoAgreement::NoRoom { needed: 3 }));
}

#[test]
fn the_cluster_leaves_out_the_farthest() {
    let mut survivors = [
        candidate(1, 0, 10),
        candidate(2, 1, 20),
        candidate(3, 9, 15),
        candidate(4, 1, 30),
        candidate(5, -6, 40),
    ];
    let left = cluster(&mut survivors, 3);
    assert_eq!(left, 3);
    assert_eq!(ids(&survivors[..left]), [1, 2, 4]);
    assert_eq!(survivors[0].id, 1);
    // Quiet sources are left alone.
    let mut quiet = [candidate(1, 0, 10), candidate(2, 0, 10), candidate(3, 0, 10)];
    assert_eq!(cluster(&mut quiet, 1), 3);
}

#[test]
fn near_sources_weigh_more() {
    let combined = combine(&[candidate(1, 0, 10), candidate(2, 9, 20)]).unwrap();
    assert_eq!(combined.offset.to_nanos(), 3_000_000);
    // sqrt((2/3) 0 + (1/3) 81), and a microsecond of its own.
    assert!((combined.jitter.to_nanos() - 5_196_152).abs() < 10);
    assert_eq!(combine(&[]), None);
    let leaps = |insert: u32| {
        let leap = |id| if id < insert { Leap::Insert } else { Leap::None };
        let sources: Vec<_> =
            (0..4).map(|id| Candidate { leap: leap(id), ..candidate(id, 0, 1) }).collect();
        combine(&sources).unwrap().leap
    };
    assert_eq!((leaps(2), leaps(3)), (Leap::None, Leap::Insert));
}

/// Whether more than half of the candidates allow this offset.
fn majority_allows(candidates: &[Candidate], offset: Span) -> bool {
    let allowing = candidates.iter().filter(|c| c.low() <= offset && offset <= c.high()).count();
    allowing * 2 > candidates.len()
}

prop_compose! {
    fn any_candidate()(id: u32, offset in -100_i64..100, distance in 0_i64..100) -> Candidate {
        Candidate { offset: Span::from_bits(offset), distance: Span::from_bits(distance), ..candidate(id, 0, 0) }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Against every offset there is, one by one.
    #[test]
    fn certain_is_what_a_majority_allows(candidates in prop::collection::vec(any_candidate(), 0..9)) {
        let allowed: Vec<_> = (-200..=200).map(Span::from_bits).filter(|&offset| majority_allows(&candidates, offset)).collect();
        // An error is no contradiction: RFC 5905 also wants the middles in the intersection.
        if let Ok((survivors, agreement)) = run(&candidates) {
            prop_assert_eq!(agreement.certain, Range { low: allowed[0], high: *allowed.last().unwrap() });
            prop_assert!(survivors.len() * 2 > candidates.len());
            prop_assert!(agreement.certain.low <= agreement.intersection.low);
            prop_assert!(agreement.intersection.high <= agreement.certain.high);
        }
    }

    /// Whatever fewer than half of the sources say, the truth lies in the certain range.
    #[test]
    fn a_minority_cannot_move_the_certain_range(
        truth in -1_000_000_i64..1_000_000,
        honest in prop::collection::vec((-1.0_f64..1.0, 1_i64..100_000), 1..10),
        liars in prop::collection::vec((-1_000_000_i64..1_000_000, 0_i64..1_000_000), 0..9),
    ) {
        let liars = &liars[..liars.len().min(honest.len() - 1)];
        let mut candidates: Vec<_> = honest.iter().map(|&(error, distance)| Candidate {
            offset: Span::from_bits(truth + (error * distance as f64) as i64),
            distance: Span::from_bits(distance),
            ..candidate(0, 0, 0)
        }).collect();
        candidates.extend(liars.iter().map(|&(offset, distance)| Candidate { offset: Span::from_bits(offset), distance: Span::from_bits(distance), ..candidate(1, 0, 0) }));
        if let Ok((_, agreement)) = run(&candidates) {
            let truth = Span::from_bits(truth);
            prop_assert!(agreement.certain.contains(truth));
            let combined = combine(&candidates).unwrap().offset;
            prop_assert!(truth.minus(combined).abs() <= agreement.certain.reach_from(combined));
        }
    }

    #[test]
    fn nothing_overflows(raw in prop::collection::vec((any::<i64>(), any::<i64>(), any::<i64>(), any::<u8>()), 0..8)) {
        let mut candidates: Vec<_> = raw.iter().map(|&(offset, distance, jitter, stratum)| Candidate {
            offset: Span::from_bits(offset),
            distance: Span::from_bits(distance),
            jitter: Span::from_bits(jitter),
            stratum: Stratum(stratum),
            ..candidate(0, 0, 0)
        }).collect();
        let mut edges = vec![Edge::default(); candidates.len() * 3];
        let _ = select(&mut candidates, &mut edges);
        let left = cluster(&mut candidates, 1);
        prop_assert!(left <= candidates.len());
        let _ = combine(&candidates[..left]);
    }
}
