//! OpenTelemetry, Prometheus and DDSketch against messages made and read by others.
//!
//! OpenTelemetry: the types of `opentelemetry-proto`. Prometheus, of which no library at hand has native histograms, and
//! DDSketch: `prost` and the published field numbers. What other libraries make of samples, and of what we write, is in
//! `peers`.

mod peers;

use opentelemetry_proto::tonic::metrics::v1::ExponentialHistogramDataPoint as DataPoint;
use opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets;
use proptest::prelude::*;
use prost::Message;
use rum_stats::exchange::ddsketch::{self, Numbering, flagged};
use rum_stats::exchange::{Refused, otel, prometheus};
use rum_stats::{Micros, Sketch, sketch};
use std::collections::HashMap;

#[derive(Clone, PartialEq, Message)]
struct Native {
    #[prost(uint64, optional, tag = "1")]
    sample_count: Option<u64>,
    #[prost(double, optional, tag = "2")]
    sample_sum: Option<f64>,
    #[prost(double, optional, tag = "4")]
    sample_count_float: Option<f64>,
    #[prost(sint32, optional, tag = "5")]
    schema: Option<i32>,
    #[prost(double, optional, tag = "6")]
    zero_threshold: Option<f64>,
    #[prost(uint64, optional, tag = "7")]
    zero_count: Option<u64>,
    #[prost(message, repeated, tag = "9")]
    negative_span: Vec<Span>,
    #[prost(message, repeated, tag = "12")]
    positive_span: Vec<Span>,
    #[prost(sint64, repeated, packed = "false", tag = "13")]
    positive_delta: Vec<i64>,
    #[prost(double, repeated, packed = "false", tag = "14")]
    positive_count: Vec<f64>,
}

#[derive(Clone, PartialEq, Message)]
struct Span {
    #[prost(sint32, optional, tag = "1")]
    offset: Option<i32>,
    #[prost(uint32, optional, tag = "2")]
    length: Option<u32>,
}

#[derive(Clone, PartialEq, Message)]
struct DdSketch {
    #[prost(message, optional, tag = "1")]
    mapping: Option<Mapping>,
    #[prost(message, optional, tag = "2")]
    positive: Option<Store>,
    #[prost(message, optional, tag = "3")]
    negative: Option<Store>,
    #[prost(double, tag = "4")]
    zero_count: f64,
}

#[derive(Clone, PartialEq, Message)]
struct Mapping {
    #[prost(double, tag = "1")]
    gamma: f64,
    #[prost(double, tag = "2")]
    index_offset: f64,
    #[prost(int32, tag = "3")]
    interpolation: i32,
}

#[derive(Clone, PartialEq, Message)]
struct Store {
    #[prost(map = "sint32, double", tag = "1")]
    bin_counts: HashMap<i32, f64>,
    #[prost(double, repeated, tag = "2")]
    contiguous: Vec<f64>,
    #[prost(sint32, tag = "3")]
    offset: i32,
}

fn sketch_of(values: &[u32]) -> Sketch {
    let mut sketch = Sketch::new();
    sketch.extend(values.iter().map(|value| Micros(*value)));
    sketch
}

/// The index of a value at a scale by the definition, the upper bound belonging to the bucket.
fn upper_inclusive(value: u32, scale: i32) -> i32 {
    let exact = f64::from(value).log2() * f64::from(1 << scale);
    exact.ceil() as i32 - 1
}

fn any_values() -> impl Strategy<Value = Vec<u32>> {
    proptest::collection::vec(
        prop_oneof![8 => 513..33_554_432_u32, 1 => Just(0), 1 => any::<u32>()],
        0..300,
    )
}

fn any_numbering() -> impl Strategy<Value = Numbering> {
    prop_oneof![Just(Numbering::FromLowerBound), Just(Numbering::FromUpperBound)]
}

fn inner_values() -> impl Strategy<Value = Vec<u32>> {
    // No powers of two: there a float logarithm cannot be trusted, and DDSketch differs by rule.
    proptest::collection::vec(
        (513..33_554_432_u32).prop_filter("bound", |v| !v.is_power_of_two()),
        1..200,
    )
}

proptest! {
    #[test]
    fn otel_goes_out_as_others_read_it(values in any_values()) {
        let sketch = sketch_of(&values);
        let mut out = [0; 1400];
        let length = otel::encode(&sketch, 7, 9, &mut out).unwrap();
        let point = DataPoint::decode(&out[..length]).unwrap();
        prop_assert_eq!(
            (point.start_time_unix_nano, point.time_unix_nano, point.count, point.scale),
            (7, 9, values.len() as u64, 4)
        );
        let inner = values.iter().map(|value| f64::from((*value).clamp(0, 1 << 25)));
        let holds = |ms: f64| point.min.is_some_and(|min| min <= ms) && point.max.is_some_and(|max| ms <= max);
        prop_assert!(inner.clone().all(holds));
        // Values in the first and the last bucket may be outside of the range, and then the sum says nothing.
        if values.iter().all(|value| (512..=1 << 25).contains(value)) {
            let exact: f64 = inner.sum();
            prop_assert!((point.sum.unwrap() - exact).abs() <= exact * (sketch::RELATIVE_ERROR + 1e-6));
        }
        let positive = point.positive.unwrap();
        prop_assert_eq!(positive.bucket_counts.iter().sum::<u64>(), values.len() as u64);
        prop_assert_eq!(otel::from_buckets(4, positive.offset, positive.bucket_counts, 0).unwrap(), sketch.clone());
        prop_assert_eq!(otel::decode(&out[..length]).unwrap(), sketch);
        prop_assert!(length == 0 || otel::encode(&sketch_of(&values), 7, 9, &mut out[..length - 1]).is_err());
    }

    #[test]
    fn otel_of_any_finer_scale_comes_in_exactly(values in inner_values(), scale in 4..=12_i32) {
        let mut counts: HashMap<i32, u64> = HashMap::new();
        for value in &values {
            *counts.entry(upper_inclusive(*value, scale)).or_default() += 1;
        }
        let (first, last) = (*counts.keys().min().unwrap(), *counts.keys().max().unwrap());
        let point = DataPoint {
            count: values.len() as u64,
            sum: Some(1.0),
            scale,
            positive: Some(Buckets {
                offset: first,
                bucket_counts: (first..=last).map(|k| counts.get(&k).copied().unwrap_or(0)).collect(),
            }),
            ..DataPoint::default()
        };
        prop_assert_eq!(otel::decode(&point.encode_to_vec()).unwrap(), sketch_of(&values));
    }

    #[test]
    fn prometheus_goes_out_and_comes_back(values in any_values()) {
        let sketch = sketch_of(&values);
        let mut out = [0; 2500];
        let length = prometheus::encode(&sketch, &mut out).unwrap();
        let native = Native::decode(&out[..length]).unwrap();
        prop_assert_eq!((native.sample_count, native.schema), (Some(values.len() as u64), Some(4)));
        // By the definition: spans say where the counts stand, deltas what they are.
        let (mut index, mut count, mut deltas) = (0, 0, native.positive_delta.iter());
        let mut counts: HashMap<i32, i64> = HashMap::new();
        for span in &native.positive_span {
            index += span.offset.unwrap();
            for _ in 0..span.length.unwrap() {
                count += deltas.next().unwrap();
                counts.insert(index, count);
                index += 1;
            }
        }
        for (bucket, count) in (0..).zip(sketch.buckets()) {
            prop_assert_eq!(counts.get(&(bucket + 145)).copied().unwrap_or(0), i64::from(*count));
        }
        prop_assert_eq!(prometheus::decode(&out[..length]).unwrap(), sketch.clone());
        // The float form says the same.
        let float = Native {
            sample_count: None,
            sample_count_float: Some(values.len() as f64),
            positive_count: sketch.buckets().iter().filter(|c| **c != 0).map(|c| f64::from(*c)).collect(),
            positive_delta: Vec::new(),
            ..native
        };
        prop_assert_eq!(prometheus::decode(&float.encode_to_vec()).unwrap(), sketch);
    }

    #[test]
    fn ddsketch_goes_out_and_comes_back(values in any_values(), numbering in any_numbering()) {
        let sketch = sketch_of(&values);
        let mut out = [0; 2100];
        let length = ddsketch::encode(&sketch, numbering, &mut out).unwrap();
        let message = DdSketch::decode(&out[..length]).unwrap();
        prop_assert_eq!(message.mapping.unwrap().gamma, ddsketch::GAMMA);
        prop_assert_eq!(message.positive.unwrap().contiguous.iter().sum::<f64>(), values.len() as f64);
        prop_assert_eq!(ddsketch::decode(&out[..length], numbering).unwrap(), sketch);
    }

    #[test]
    fn ddsketch_of_a_finer_gamma_with_an_offset_comes_in_exactly(values in inner_values(), fine in 0..4_u32, offset in -500..500_i32) {
        let per_octave = 16 << fine;
        let mut bin_counts = HashMap::new();
        for value in &values {
            let index = (f64::from(*value).log2() * f64::from(per_octave)).floor() as i32 + offset;
            *bin_counts.entry(index).or_default() += 1.0;
        }
        let message = DdSketch {
            mapping: Some(Mapping {
                gamma: (1.0 / f64::from(per_octave)).exp2(),
                index_offset: f64::from(offset),
                interpolation: 0,
            }),
            positive: Some(Store { bin_counts, ..Store::default() }),
            ..DdSketch::default()
        };
        prop_assert_eq!(ddsketch::decode(&message.encode_to_vec(), Numbering::FromLowerBound).unwrap(), sketch_of(&values));
    }

    #[test]
    fn flagged_ddsketch_goes_out_and_comes_back(values in any_values(), more in any_values()) {
        let sketch = sketch_of(&values);
        let mut out = [0; 4800];
        let length = flagged::encode(&sketch, &mut out).unwrap();
        prop_assert!(length <= 2400);
        prop_assert_eq!(flagged::decode(&out[..length]).unwrap(), sketch);
        prop_assert!(flagged::encode(&sketch_of(&values), &mut out[..length - 1]).is_err());
        // End to end is merged.
        let length = flagged::encode(&sketch_of(&values), &mut out).unwrap();
        let end = length + flagged::encode(&sketch_of(&more), &mut out[length..]).unwrap();
        prop_assert_eq!(flagged::decode(&out[..end]).unwrap(), sketch_of(&[values, more].concat()));
    }

    #[test]
    fn hostile_octets_are_refused_not_fatal(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = (otel::decode(&bytes), prometheus::decode(&bytes), flagged::decode(&bytes));
        let _ = ddsketch::decode(&bytes, Numbering::FromUpperBound);
    }
}

#[test]
fn what_is_not_ours_is_refused() {
    let point = |scale, positive: Vec<u64>, negative: Vec<u64>| DataPoint {
        scale,
        count: positive.iter().chain(&negative).sum(),
        positive: Some(Buckets { offset: 144, bucket_counts: positive }),
        negative: Some(Buckets { offset: 0, bucket_counts: negative }),
        ..DataPoint::default()
    };
    let otel = |point: DataPoint| otel::decode(&point.encode_to_vec());
    assert_eq!(otel(point(3, vec![1], vec![])), Err(Refused::Coarse(3)));
    assert_eq!(otel(point(21, vec![1], vec![])), Err(Refused::Scale(21)));
    assert_eq!(otel(point(4, vec![1], vec![1])), Err(Refused::Negative));
    assert!(otel(point(4, vec![1], vec![0])).is_ok());
    assert_eq!(
        otel(DataPoint { count: 9, ..point(4, vec![1], vec![]) }),
        Err(Refused::Total { total: 9, sum: 1 })
    );
    let at_the_end = DataPoint {
        positive: Some(Buckets { offset: i32::MAX, bucket_counts: vec![0, 1] }),
        ..point(4, vec![1], vec![])
    };
    assert_eq!(otel(at_the_end), Err(Refused::Index));
    // A zero bucket up to 0.1 s may hold any of our values, one up to a nanosecond only the least.
    let zeros = |zero_threshold| {
        let point = DataPoint { zero_count: 3, zero_threshold, ..point(4, vec![1], vec![]) };
        otel(DataPoint { count: 4, ..point })
    };
    assert_eq!(zeros(1e5), Err(Refused::Zeros(1e5)));
    assert!(zeros(f64::NAN).is_err());
    assert_eq!(zeros(1e-3).map(|sketch| sketch.buckets()[0]), Ok(4));

    let dd = |gamma: f64, index_offset, interpolation, count| {
        let message = DdSketch {
            mapping: Some(Mapping { gamma, index_offset, interpolation }),
            positive: Some(Store { contiguous: vec![count], offset: 200, ..Store::default() }),
            ..DdSketch::default()
        };
        ddsketch::decode(&message.encode_to_vec(), Numbering::FromLowerBound)
    };
    assert!(dd(ddsketch::GAMMA, 0.0, 0, 3.0).is_ok());
    assert_eq!(dd(1.02, 0.0, 0, 3.0), Err(Refused::Gamma(1.02)));
    assert_eq!(dd(ddsketch::GAMMA, 0.5, 0, 3.0), Err(Refused::Mapping));
    assert_eq!(dd(ddsketch::GAMMA, 0.0, 3, 3.0), Err(Refused::Mapping));
    for count in [0.5, -1.0, f64::INFINITY] {
        assert_eq!(dd(ddsketch::GAMMA, 0.0, 0, count), Err(Refused::Count));
    }

    let native = |schema, length| {
        let message = Native {
            sample_count: Some(1),
            schema: Some(schema),
            positive_span: vec![Span { offset: Some(160), length: Some(length) }],
            positive_delta: vec![1],
            ..Native::default()
        };
        prometheus::decode(&message.encode_to_vec())
    };
    assert!(native(4, 1).is_ok());
    assert_eq!(native(3, 1), Err(Refused::Coarse(3)));
    assert_eq!(native(9, 1), Err(Refused::Scale(9)));
    assert_eq!(native(4, 2), Err(Refused::Count));
    assert_eq!(native(4, 0), Err(Refused::Count));
    assert_eq!(native(4, u32::MAX), Err(Refused::Count));
}

#[test]
fn outside_the_range_and_zero_go_to_the_outermost_buckets() {
    let sketch = otel::from_buckets(4, 100, [2], 3).unwrap();
    assert_eq!((sketch.buckets()[0], sketch.count()), (5, 5));
    let sketch = otel::from_buckets(4, 400, [2], 0).unwrap();
    assert_eq!(sketch.buckets()[sketch::BUCKETS - 1], 2);
}

#[test]
fn flagged_blocks_of_every_kind() {
    let mapping = [&[2][..], &ddsketch::GAMMA.to_le_bytes(), &(-3.0_f64).to_le_bytes()].concat();
    let with = |blocks: &[u8]| flagged::decode(&[blocks, &mapping].concat());
    // Two bins by difference, 157 then 158 (from 144 - 3), with the counts 1 and 2.
    let sketch = with(&[0x05, 2, 0xBA, 2, 2, 2, 3]).unwrap();
    assert_eq!((sketch.buckets()[16], sketch.buckets()[17], sketch.count()), (1, 2, 3));
    // The same indices by difference alone: a sample each. Zeros go to the first bucket.
    let sketch = with(&[0x09, 2, 0xBA, 2, 2, 0x04, 2]).unwrap();
    assert_eq!((sketch.buckets()[16], sketch.buckets()[17], sketch.buckets()[0]), (1, 1, 1));
    // Contiguous, two apart.
    let sketch = with(&[0x0D, 2, 0xBA, 2, 4, 2, 2]).unwrap();
    assert_eq!((sketch.buckets()[16], sketch.buckets()[18], sketch.count()), (1, 1, 2));
    assert_eq!(with(&[0x0F, 1, 0, 2, 2]), Err(Refused::Negative));
    assert_eq!(with(&[0xA0, 3]), Err(Refused::Total { total: 2, sum: 0 }));
    assert_eq!(with(&mapping).unwrap(), Sketch::new());
    assert_eq!(
        with(&[&[2][..], &ddsketch::GAMMA.to_le_bytes(), &[0; 8]].concat()),
        Err(Refused::Mapping)
    );
    assert_eq!(with(&[0x06]), Err(Refused::Mapping));
    assert!(matches!(with(&[0x08]), Err(Refused::Wire(_))));
    assert!(matches!(with(&[0x01, 0]), Err(Refused::Wire(_))));
    assert_eq!(flagged::decode(&[]), Err(Refused::Mapping));
}
