//! A sketch on each of two threads, merged as bytes, and what the merged one says.

use rum_stats::{Confidence, Micros, Sketch, compare};
use std::thread;

fn main() {
    // What a server would do with the round trips of its connections; no lock, no allocation.
    let workers = [30_000, 45_000].map(|median| {
        thread::spawn(move || {
            let mut sketch = Sketch::new();
            for i in 0..10_000_u32 {
                // A spread of values around the median without a random number generator.
                sketch.record(Micros(median / 2 + (i * 7919) % median));
            }
            let mut bytes = [0; rum_stats::sketch::MAX_ENCODED];
            let length = sketch.encode(&mut bytes).expect("MAX_ENCODED octets are enough");
            (sketch, bytes[..length].to_vec())
        })
    });
    let [(near, near_bytes), (far, far_bytes)] =
        workers.map(|worker| worker.join().expect("the thread does not panic"));

    let mut all = Sketch::new();
    for bytes in [&near_bytes, &far_bytes] {
        all.merge_from_slice(bytes).expect("our own encoding");
    }
    println!("{} samples in {} + {} octets", all.count(), near_bytes.len(), far_bytes.len());
    for q in [0.5, 0.9, 0.99] {
        println!("p{:<4} {:>8}", q * 100.0, all.quantile(q).expect("not empty"));
    }
    let gain = compare::median_difference(&far, &near, Confidence::P95).expect("enough samples");
    println!(
        "the second is slower by {:.1} ms, 95 % between {:.1} and {:.1} ms",
        gain.estimate / 1000.0,
        gain.low / 1000.0,
        gain.high / 1000.0
    );
}
