//! What other libraries make of the same samples, and of our messages.
//!
//! OpenTelemetry: the aggregation of `opentelemetry_sdk`. DDSketch: the message as the library for Python writes and reads
//! it (`vectors/by_python.py`) and the one for JavaScript reads it (`vectors/by_javascript.js`), the flagged form as
//! `sketches-ddsketch` does.

use super::{DataPoint, inner_values, sketch_of};
use proptest::prelude::*;
use prost::Message;
use rum_stats::exchange::ddsketch::{self, Numbering, flagged};
use rum_stats::exchange::{Refused, otel};

proptest! {
    #[test]
    fn sketches_ddsketch_reads_ours_and_we_read_theirs(values in inner_values()) {
        // α of γ, and no value so small that it would count as zero.
        let alpha = (ddsketch::GAMMA - 1.0) / (ddsketch::GAMMA + 1.0);
        let mut theirs =
            sketches_ddsketch::DDSketch::new(sketches_ddsketch::Config::new(alpha, 2048, 1.0));
        values.iter().for_each(|value| theirs.add(f64::from(*value)));
        let ours = sketch_of(&values);
        prop_assert_eq!(&flagged::decode(&theirs.to_java_bytes()).unwrap(), &ours);
        let mut out = [0; 2400];
        let length = flagged::encode(&ours, &mut out).unwrap();
        let read = sketches_ddsketch::DDSketch::from_java_bytes(&out[..length]).unwrap();
        prop_assert_eq!(read.count(), values.len());
        // Not at the ends, where it gives the exact minimum and maximum that it kept.
        for step in 1..50 {
            let q = f64::from(step) / 50.0;
            let [ours, theirs] = [&read, &theirs].map(|sketch| sketch.quantile(q).unwrap().unwrap());
            prop_assert!((ours / theirs - 1.0).abs() < 1e-9, "{} {} {}", q, ours, theirs);
        }
    }
}

/// The values of `vectors/by_python.py`: powers of two are on bounds.
fn vector_values() -> Vec<u32> {
    (0..500).map(|i| 600 + 37 * i * i).chain((10..25).map(|k| 1 << k)).collect()
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits = text.trim().as_bytes().chunks(2);
    digits.map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

#[test]
fn ddsketch_of_the_library_for_python() {
    let sketch = sketch_of(&vector_values());
    let theirs = from_hex(include_str!("vectors/ddsketch_python.hex"));
    assert_eq!(ddsketch::decode(&theirs, Numbering::FromUpperBound).unwrap(), sketch);
    // Read by the numbering of the others all would be a bucket slower.
    let shifted = ddsketch::decode(&theirs, Numbering::FromLowerBound).unwrap();
    assert_eq!(shifted.buckets()[1..], sketch.buckets()[..255]);
    // What that library and the one for JavaScript were shown to read.
    let mut out = [0; 2100];
    let length = ddsketch::encode(&sketch, Numbering::FromUpperBound, &mut out).unwrap();
    let hex: String = out[..length].iter().map(|octet| format!("{octet:02x}")).collect();
    assert_eq!(hex, include_str!("vectors/ddsketch_ours.hex").trim());
}

/// Written by the library for Java, as kept in the tests of `sketches-ddsketch`: an α of 1 %, which is no power of ours,
/// with the values 1 to 5.
#[test]
fn flagged_ddsketch_of_the_library_for_java_is_understood_and_refused() {
    let java = from_hex(
        "a00588000000000000f03f8c0000000000001440840000000000002e4002fd4a815abf52f03f0000000000000000050502440228021e0216\
         02",
    );
    assert!(
        matches!(flagged::decode(&java), Err(Refused::Gamma(gamma)) if (gamma - 1.01 / 0.99).abs() < 1e-12)
    );
}

/// What `opentelemetry_sdk` makes of the values: every bucket it needs, at the finest scale that fits.
fn by_the_sdk(values: &[u32], most_buckets: u32) -> DataPoint {
    use opentelemetry::metrics::MeterProvider;
    use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
    use opentelemetry_proto::tonic::metrics::v1::metric::Data;
    use opentelemetry_sdk::error::OTelSdkResult;
    use opentelemetry_sdk::metrics::data::ResourceMetrics;
    use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
    use opentelemetry_sdk::metrics::{
        Aggregation, Instrument, PeriodicReader, SdkMeterProvider, Stream, Temporality,
    };
    use std::sync::mpsc::{Sender, channel};
    use std::time::Duration;

    struct Exporter(std::sync::Mutex<Sender<ExportMetricsServiceRequest>>);
    impl PushMetricExporter for Exporter {
        async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
            self.0.lock().unwrap().send(metrics.into()).unwrap();
            Ok(())
        }
        fn force_flush(&self) -> OTelSdkResult {
            Ok(())
        }
        fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
            Ok(())
        }
        fn temporality(&self) -> Temporality {
            Temporality::Delta
        }
    }

    let (sender, receiver) = channel();
    let view = move |_: &Instrument| {
        let aggregation = Aggregation::Base2ExponentialHistogram {
            max_size: most_buckets,
            max_scale: 20,
            record_min_max: true,
        };
        Stream::builder().with_aggregation(aggregation).build().ok()
    };
    let provider = SdkMeterProvider::builder()
        .with_reader(PeriodicReader::builder(Exporter(sender.into())).build())
        .with_view(view)
        .build();
    let histogram = provider.meter("rum").f64_histogram("round_trip").with_unit("us").build();
    values.iter().for_each(|value| histogram.record(f64::from(*value), &[]));
    provider.force_flush().unwrap();
    let request = receiver.recv().unwrap();
    match request.resource_metrics[0].scope_metrics[0].metrics[0].data.clone() {
        Some(Data::ExponentialHistogram(histogram)) => histogram.data_points[0].clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn otel_of_its_sdk_comes_in_exactly_or_is_refused_as_too_coarse() {
    // With the powers of two, which are on bounds: upper-inclusive on both sides.
    let values = vector_values();
    let point = by_the_sdk(&values, 400);
    assert!(point.scale >= otel::SCALE);
    assert_eq!(otel::decode(&point.encode_to_vec()).unwrap(), sketch_of(&values));
    let point = by_the_sdk(&values, 100);
    assert_eq!(otel::decode(&point.encode_to_vec()), Err(Refused::Coarse(point.scale)));
}
