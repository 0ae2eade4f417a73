//! The limiter against a map of token buckets that forgets nobody.
#![no_main]

use std::collections::HashMap;

use libfuzzer_sys::fuzz_target;
use ntp_wire::limiter::{Client, Limiter, Rules, Set, Verdict};
use ntp_wire::{Span, Timestamp};

fuzz_target!(|bytes: &[u8]| {
    let [interval, burst, leak, kiss, rest @ ..] = bytes else { return };
    // Rules whose tokens are single ticks of 1/16 s: the model then needs no scaling.
    let rules = Rules {
        interval: (interval % 8) as i8 - 4,
        burst: burst % 16 + 1,
        leak: leak % 6,
        kiss: kiss % 6,
    };
    // Sixteen clients in 64 sets of five: nobody is evicted.
    let mut memory = [Set::EMPTY; 64];
    let mut limiter = Limiter::new(&mut memory, rules, [0, 7]).unwrap();
    let per_hit = 1_i64 << (rules.interval + 4);
    let most = per_hit * i64::from(rules.burst);
    let mut model: HashMap<u8, (i64, i64)> = HashMap::new();
    // The secret shifts ticks by less than one: [0, 7] by nothing.
    let start = 1_700_000_000_i64 * 16;
    let mut tick = start;
    for [client, wait] in rest.as_chunks::<2>().0 {
        tick += i64::from(*wait);
        let now = Timestamp::from_unix(0, 0).plus(Span::from_bits(tick << 28));
        let client = client % 16;
        let verdict = limiter.check(Client { high: 0, low: u64::from(client) }, now);
        let (tokens, last) = model.entry(client).or_insert((most, tick));
        *tokens = (*tokens + tick - *last).min(most);
        *last = tick;
        if *tokens >= per_hit {
            *tokens -= per_hit;
            assert_eq!(verdict, Verdict::Answer);
        } else if verdict == Verdict::Answer {
            // A leak empties the bucket.
            *tokens = 0;
        } else if rules.kiss == 0 {
            assert_eq!(verdict, Verdict::Drop);
        }
    }
});
