//! DDSketch protocol buffers: what is accepted goes out and comes back the same, and the counts are all there.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rum_stats::exchange::ddsketch;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(sketch) = ddsketch::decode(bytes) {
        let mut out = [0; 2100];
        let length = ddsketch::encode(&sketch, &mut out).unwrap();
        assert_eq!(ddsketch::decode(&out[..length]).as_ref(), Ok(&sketch));
    }
});
