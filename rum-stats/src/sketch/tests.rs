use super::*;
use proptest::prelude::*;
use std::vec::Vec;

fn sketch_of(values: &[u32]) -> Sketch {
    let mut sketch = Sketch::new();
    sketch.extend(values.iter().map(|&value| Micros(value)));
    sketch
}

fn any_sketch() -> impl Strategy<Value = Sketch> {
    let bucket = prop_oneof![4 => Just(0), 4 => 1..300_u32, 1 => any::<u32>(), 1 => Just(u32::MAX)];
    proptest::collection::vec(bucket, BUCKETS)
        .prop_map(|counts| Sketch::from_buckets(counts.try_into().unwrap()))
}

fn round_trip(sketch: &Sketch) -> Vec<u8> {
    let mut out = [0; MAX_ENCODED];
    let length = sketch.encode(&mut out).unwrap();
    assert_eq!(Sketch::decode(&out[..length]).as_ref(), Ok(sketch));
    out[..length].to_vec()
}

#[test]
fn empty_answers_nothing() {
    let sketch = Sketch::new();
    assert_eq!(sketch.quantile(0.5), None);
    assert_eq!(sketch.mean(), None);
    assert_eq!(sketch.share_below(Micros(1000)), None);
    assert_eq!(round_trip(&sketch), [1]);
}

#[test]
fn one_sample_is_the_middle_of_its_bucket() {
    let sketch = sketch_of(&[40_000]);
    for q in [0.0, 0.3, 1.0] {
        let value = f64::from(sketch.quantile(q).unwrap().0);
        assert!((value / 40_000.0 - 1.0).abs() <= RELATIVE_ERROR, "{value}");
    }
    assert_eq!(sketch.quantile(f64::NAN), None);
}

#[test]
fn saturation_is_sticky_and_said() {
    let mut sketch = SmallSketch::new();
    sketch.record_many(Micros(5000), 65_534);
    assert!(!sketch.is_saturated());
    sketch.record(Micros(5000));
    sketch.record(Micros(5000));
    assert!(sketch.is_saturated());
    sketch.subtract(&sketch.clone());
    sketch.scale(0.5);
    assert!(sketch.is_saturated());
    // A lower bound, in every question alike.
    assert_eq!((sketch.count(), sketch.ranks().total()), (65_535, 65_535.0));
    let mut wide = Sketch::new();
    wide.merge(&sketch);
    assert!(wide.is_saturated());
    sketch.scale(0.0);
    assert!(sketch.is_empty());
}

#[test]
fn scale_halves_within_half_a_sample_per_bucket() {
    let mut sketch = sketch_of(&(0..10_000).map(|i| 600 + i * 37).collect::<Vec<_>>());
    let used = sketch.buckets().iter().filter(|count| **count > 0).count();
    sketch.scale(0.5);
    assert!((sketch.count() as f64 - 5000.0).abs() <= used as f64 / 2.0);
}

#[test]
fn thresholds_count_the_tail() {
    let mut sketch = Sketch::new();
    sketch.record_many(Micros::from_millis(40), 970);
    sketch.record_many(Micros::from_millis(1040), 30);
    assert_eq!(sketch.count_above(Micros::from_millis(900)), 30);
    assert_eq!(sketch.count_above(Micros::ZERO), 1000);
    assert_eq!(sketch.count_above(Micros::MAX), 0);
    assert_eq!(sketch.trimmed_mean(f64::NAN), None);
    let trimmed = sketch.trimmed_mean(0.05).unwrap();
    assert!((trimmed / 40_000.0 - 1.0).abs() < RELATIVE_ERROR);
    assert!(sketch.mean().unwrap() > 65_000.0);
}

#[test]
fn hostile_encodings_are_refused() {
    for (bytes, error) in [
        (&[][..], DecodeError::Empty),
        (&[2], DecodeError::Version(2)),
        (&[1, 0], DecodeError::Truncated(2)),
        (&[1, 0, 0], DecodeError::Truncated(3)),
        (&[1, 255, 1, 1, 1], DecodeError::PastTheEnd(2)),
        (&[1, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x10], DecodeError::Overflow(7)),
        (&[1, 0, 0, 0x80, 0], DecodeError::Overlong(4)),
    ] {
        assert_eq!(Sketch::decode(bytes), Err(error), "{bytes:?}");
        let mut sketch = sketch_of(&[1000]);
        assert_eq!(sketch.merge_from_slice(bytes), Err(error));
        assert_eq!(sketch, sketch_of(&[1000]));
    }
}

proptest! {
    #[test]
    fn merge_is_associative_and_commutative(a in any_sketch(), b in any_sketch(), c in any_sketch()) {
        let mut ab = a.clone();
        ab.merge(&b);
        let mut ba = b.clone();
        ba.merge(&a);
        prop_assert_eq!(&ab, &ba);
        ab.merge(&c);
        let mut bc = b.clone();
        bc.merge(&c);
        let mut a_bc = a.clone();
        a_bc.merge(&bc);
        prop_assert_eq!(ab, a_bc);
    }

    #[test]
    fn no_count_is_lost(values in proptest::collection::vec(any::<u32>(), 0..500)) {
        let sketch = sketch_of(&values);
        prop_assert_eq!(sketch.count(), values.len() as u64);
        let mut merged = Sketch::new();
        merged.merge_from_slice(&round_trip(&sketch)).unwrap();
        prop_assert_eq!(merged, sketch);
    }

    #[test]
    fn encode_then_decode_is_identity(sketch in any_sketch()) {
        round_trip(&sketch);
        let mut out = [0; MAX_ENCODED];
        let length = sketch.encode(&mut out).unwrap();
        prop_assert_eq!(sketch.encode(&mut out[..length - 1]), Err(Full));
    }

    #[test]
    fn quantiles_are_within_a_bucket_of_the_order_statistic(
        mut values in proptest::collection::vec(513..=HIGHEST.0, 1..300), q in 0.0..=1.0_f64,
    ) {
        let sketch = sketch_of(&values);
        values.sort_unstable();
        let exact = values[(q * (values.len() - 1) as f64) as usize];
        let answer = sketch.quantile(q).unwrap();
        let bucket = bucket_of(Micros(exact));
        prop_assert!(f64::from(answer.0) >= lower_bound(u16::from(bucket)) - 1.0);
        prop_assert!(f64::from(answer.0) <= upper_bound(bucket) + 1.0);
    }

    #[test]
    fn share_below_inverts_value_at(values in proptest::collection::vec(513..=HIGHEST.0, 1..300), p in 0.0..1.0_f64) {
        let sketch = sketch_of(&values);
        let ranks = sketch.ranks();
        let value = ranks.value_at(p * ranks.total()).unwrap();
        prop_assert!((ranks.below(value) - p * ranks.total()).abs() < 1e-6);
    }

    #[test]
    fn hostile_octets_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(sketch) = Sketch::decode(&bytes) {
            round_trip(&sketch);
        }
    }

    #[test]
    fn subtract_undoes_merge(a in small_counts(), b in small_counts()) {
        let mut sum = a.clone();
        sum.merge(&b);
        sum.subtract(&b);
        prop_assert_eq!(&sum, &a);
        // What is not there cannot be taken away.
        let mut less = a.clone();
        less.subtract(&a);
        less.subtract(&b);
        prop_assert!(less.is_empty());
    }

    #[test]
    fn scale_stays_within_half_a_sample_of_each_bucket(a in small_counts(), factor in 0.0..=1.0_f64) {
        let mut scaled = a.clone();
        scaled.scale(factor);
        for (before, after) in a.buckets().iter().zip(scaled.buckets()) {
            prop_assert!((f64::from(*before) * factor - f64::from(*after)).abs() <= 0.5);
        }
    }

    #[test]
    fn means_are_within_the_stated_error(mut values in proptest::collection::vec(513..=HIGHEST.0, 20..300)) {
        let sketch = sketch_of(&values);
        let mean = |values: &[u32]| values.iter().map(|v| f64::from(*v)).sum::<f64>() / values.len() as f64;
        prop_assert!((sketch.mean().unwrap() / mean(&values) - 1.0).abs() < RELATIVE_ERROR + 1e-6);
        values.sort_unstable();
        let cut = values.len() / 4;
        let trimmed = sketch.trimmed_mean(cut as f64 / values.len() as f64).unwrap();
        prop_assert!((trimmed / mean(&values[cut..values.len() - cut]) - 1.0).abs() < RELATIVE_ERROR + 1e-6);
    }

    #[test]
    fn all_quantiles_of_small_samples(mut values in proptest::collection::vec(513..=HIGHEST.0, 1..12)) {
        let sketch = sketch_of(&values);
        values.sort_unstable();
        for (rank, value) in values.iter().enumerate() {
            let q = (rank as f64 + 0.5).min(values.len() as f64 - 1.0) / (values.len() as f64 - 1.0).max(1.0);
            let answer = sketch.quantile(q).unwrap();
            let (low, high) = (bucket_of(Micros(answer.0 - 1)), bucket_of(Micros(answer.0 + 1)));
            prop_assert!((low..=high).contains(&bucket_of(Micros(*value))), "{rank} of {values:?}: {answer:?}");
        }
    }

    #[test]
    fn any_number_of_samples_above_a_bound_is_exact(values in proptest::collection::vec(any::<u32>(), 0..300), octave in 9..25_u32) {
        // Powers of two are bucket bounds, where nothing is interpolated.
        let bound = 1 << octave;
        let above = values.iter().filter(|value| **value > bound).count();
        let all_above = octave == 9;
        // The first bucket also holds what is below the range.
        let below_range = values.iter().filter(|value| **value <= 512).count();
        let expected = if all_above { above + below_range } else { above };
        prop_assert_eq!(sketch_of(&values).count_above(Micros(bound)), expected as u64);
    }
}

fn small_counts() -> impl Strategy<Value = Sketch> {
    proptest::collection::vec(0..1000_u32, BUCKETS)
        .prop_map(|counts| Sketch::from_buckets(counts.try_into().unwrap()))
}
