//! The compact form of a sketch against a naive reader; what is accepted survives a round trip, what is refused
//! changes nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rum_stats::sketch::MAX_ENCODED;
use rum_stats::{Micros, Sketch, SmallSketch};

fuzz_target!(|bytes: &[u8]| {
    let decoded = Sketch::decode(bytes);
    assert_eq!(decoded.as_ref().ok().map(Sketch::buckets), naive(bytes).as_ref());
    let mut before = Sketch::new();
    before.record(Micros(4321));
    let mut merged = before.clone();
    match &decoded {
        Ok(sketch) => {
            merged.merge_from_slice(bytes).unwrap();
            before.merge(sketch);
            assert_eq!(merged, before);
            let mut out = [0; MAX_ENCODED];
            let length = sketch.encode(&mut out).unwrap();
            assert_eq!(Sketch::decode(&out[..length]).as_ref(), Ok(sketch));
            let small = SmallSketch::decode(bytes).unwrap();
            assert!(small.count() >= sketch.count().min(65_535));
            if let Some(median) = sketch.quantile(0.5) {
                assert!((512..=33_554_432).contains(&median.0));
            }
        }
        Err(error) => {
            assert_eq!(merged.merge_from_slice(bytes), Err(*error));
            assert_eq!(merged, before);
        }
    }
});

/// The grammar of the documentation, word by word.
fn naive(bytes: &[u8]) -> Option<[u32; 256]> {
    let mut counts = [0; 256];
    let (version, mut rest) = bytes.split_first()?;
    if *version != 1 {
        return None;
    }
    let mut bucket = 0;
    while let [skipped, more @ ..] = rest {
        let (length, more) = more.split_first()?;
        rest = more;
        bucket += usize::from(*skipped);
        for _ in 0..=*length {
            let end = rest.iter().position(|octet| octet & 0x80 == 0)?;
            let value = rest[..=end]
                .iter()
                .rev()
                .fold(0_u128, |value, octet| (value << 7) | u128::from(octet & 0x7F));
            if end > 4 || (end > 0 && rest[end] == 0) {
                return None;
            }
            *counts.get_mut(bucket)? = u32::try_from(value).ok()?;
            bucket += 1;
            rest = &rest[end + 1..];
        }
    }
    Some(counts)
}
