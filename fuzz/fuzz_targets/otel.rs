//! OpenTelemetry and Prometheus protocol buffers: what is accepted goes out in both and comes back the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rum_stats::exchange::{otel, prometheus};

fuzz_target!(|bytes: &[u8]| {
    for sketch in [otel::decode(bytes), prometheus::decode(bytes)].into_iter().flatten() {
        let mut out = [0; 2500];
        let length = otel::encode(&sketch, 1, 2, &mut out).unwrap();
        assert_eq!(otel::decode(&out[..length]).as_ref(), Ok(&sketch));
        let (offset, counts) = otel::buckets(&sketch);
        let again = otel::from_buckets(
            otel::SCALE,
            offset,
            counts.iter().map(|count| u64::from(*count)),
            0,
        );
        assert_eq!(again.as_ref(), Ok(&sketch));
        let length = prometheus::encode(&sketch, &mut out).unwrap();
        assert_eq!(prometheus::decode(&out[..length]).as_ref(), Ok(&sketch));
    }
});
