//! DDSketch, as protocol buffer in both numberings and flagged: what is accepted goes out in all and comes back the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rum_stats::Sketch;
use rum_stats::exchange::ddsketch::{self, Numbering, flagged};

const NUMBERINGS: [Numbering; 2] = [Numbering::FromLowerBound, Numbering::FromUpperBound];

fuzz_target!(|bytes: &[u8]| {
    let messages = NUMBERINGS.map(|numbering| ddsketch::decode(bytes, numbering));
    let flags = flagged::decode(bytes);
    if let [Ok(lower), Ok(upper)] = &messages {
        assert!(lower.is_saturated() || upper.is_saturated() || lower.count() == upper.count());
    }
    messages.iter().chain([&flags]).flatten().for_each(goes_out_and_comes_back);
});

fn goes_out_and_comes_back(sketch: &Sketch) {
    let mut out = [0; 2400];
    for numbering in NUMBERINGS {
        let length = ddsketch::encode(sketch, numbering, &mut out).unwrap();
        assert_eq!(ddsketch::decode(&out[..length], numbering).as_ref(), Ok(sketch));
    }
    let length = flagged::encode(sketch, &mut out).unwrap();
    assert_eq!(flagged::decode(&out[..length]).as_ref(), Ok(sketch));
}
