use super::*;
use crate::Span;
use std::vec;
use std::vec::Vec;

const START: Timestamp = Timestamp::from_unix(1_700_000_000, 0);
const KEY: [u64; 2] = [0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908];

fn client(number: u64) -> Client {
    Client { high: number, low: 0 }
}

/// A thousand requests, 100 a second.
fn storm(rules: Rules) -> Vec<Verdict> {
    let mut sets = [Set::EMPTY; 4];
    let mut limiter = Limiter::new(&mut sets, rules, KEY).unwrap();
    (0..1000)
        .map(|i| limiter.check(client(1), START.plus(Span::from_nanos(i * 10_000_000))))
        .collect()
}

fn share(verdicts: &[Verdict], of: Verdict) -> f64 {
    verdicts.iter().filter(|&&verdict| verdict == of).count() as f64 / verdicts.len() as f64
}

/// Response rate limiting of DNS: forged queries for one name from one network are held to four
/// answers a second, half of the rest are truncated so that a real resolver comes back over TCP,
/// and neither another name nor another network suffers.
#[test]
fn dns_responses_are_limited_by_network_and_answer() {
    let mut sets = [Set::EMPTY; 64];
    let rules = Rules { interval: -2, burst: 15, leak: 4, kiss: 1 };
    let mut limiter = Limiter::new(&mut sets, rules, KEY).unwrap();
    // The network in one word, and in the other a digest of name and kind of answer.
    let bucket = |address: [u8; 4], answer: u64| {
        let network = Client::from_prefix(IpAddr::from(address), 24, 56);
        Client { high: answer, low: network.low }
    };
    let mut verdicts = Vec::new();
    for query in 0..5000_i64 {
        let now = START.plus(Span::from_nanos(query * 1_000_000));
        let forged = [192, 0, 2, query.to_le_bytes()[0]];
        verdicts.push(limiter.check(bucket(forged, 0x5ca1_ab1e), now));
        if query % 500 == 0 {
            assert_eq!(limiter.check(bucket(forged, 0xdead_beef), now), Verdict::Answer);
            assert_eq!(limiter.check(bucket([198, 51, 100, 1], 0x5ca1_ab1e), now), Verdict::Answer);
        }
    }
    // 15 at once and 4 a second; beyond that one in sixteen.
    assert!((0.05..0.09).contains(&share(&verdicts, Verdict::Answer)));
    assert!((0.42..0.52).contains(&share(&verdicts, Verdict::Kiss)));
}

#[test]
fn a_storm_gets_its_burst_and_then_the_leak() {
    let verdicts = storm(Rules::default());
    assert_eq!(verdicts[..8], [Verdict::Answer; 8]);
    // chrony 4.3 answered 24.5 % of the same storm.
    let answered = share(&verdicts, Verdict::Answer);
    assert!((0.21..0.30).contains(&answered), "{answered}");
    assert_eq!(share(&verdicts, Verdict::Kiss), 0.0);

    let verdicts = storm(Rules { burst: 16, leak: 4, ..Rules::default() });
    assert_eq!(verdicts[..16], [Verdict::Answer; 16]);
    let answered = share(&verdicts, Verdict::Answer);
    assert!((0.04..0.11).contains(&answered), "{answered}");
}

#[test]
fn some_of_the_rest_get_a_kiss() {
    let verdicts = storm(Rules { kiss: 1, ..Rules::default() });
    let kissed = share(&verdicts[8..], Verdict::Kiss);
    assert!((0.30..0.45).contains(&kissed), "{kissed}");
}

#[test]
fn a_polite_client_is_always_answered() {
    let mut sets = [Set::EMPTY; 1];
    let mut limiter = Limiter::new(&mut sets, Rules::default(), KEY).unwrap();
    for i in 0..10_000 {
        let now = START.plus(Span::from_seconds(i * 8));
        assert_eq!(limiter.check(client(1), now), Verdict::Answer);
    }
}

#[test]
fn a_bucket_refills() {
    let mut sets = [Set::EMPTY; 1];
    let rules = Rules { leak: 4, ..Rules::default() };
    let mut limiter = Limiter::new(&mut sets, rules, KEY).unwrap();
    for _ in 0..8 {
        assert_eq!(limiter.check(client(1), START), Verdict::Answer);
    }
    let later = START.plus(Span::from_seconds(24));
    for _ in 0..3 {
        assert_eq!(limiter.check(client(1), later), Verdict::Answer);
    }
    let dropped = (0..20).filter(|_| limiter.check(client(1), later) == Verdict::Drop).count();
    assert!(dropped > 0);
}

#[test]
fn the_longest_idle_client_makes_room() {
    let mut sets = [Set::EMPTY; 1];
    let rules = Rules { burst: 1, leak: 4, ..Rules::default() };
    let mut limiter = Limiter::new(&mut sets, rules, KEY).unwrap();
    for number in 1..=5_u64 {
        let now = START.plus(Span::from_seconds(number.cast_signed()));
        assert_eq!(limiter.check(client(number), now), Verdict::Answer);
    }
    // A sixth takes the place of the first, and so the first starts afresh (in place of 2).
    let now = START.plus(Span::from_seconds(6));
    assert_eq!(limiter.check(client(6), now), Verdict::Answer);
    let known = |limiter: &Limiter<'_>, number| {
        let tag = high32(siphash_1_3(KEY, [number, 0]));
        let mut set = limiter.sets[0];
        let before = std::format!("{set:?}");
        set.record(tag, 0, 7);
        std::format!("{set:?}") == before
    };
    assert!(!known(&limiter, 1));
    assert!((2..=6).all(|number| known(&limiter, number)));
}

#[test]
fn a_client_that_asks_faster_unanswered_is_mostly_answered() {
    let mut sets = [Set::EMPTY; 1];
    let rules = Rules { leak: 4, ..Rules::default() };
    let mut limiter = Limiter::new(&mut sets, rules, KEY).unwrap();
    let (mut now, mut answered) = (START, 0);
    for _ in 0..2000 {
        // Every 4 s after an answer, every 0.5 s after none.
        let wait = match limiter.check(client(1), now) {
            Verdict::Answer => {
                answered += 1;
                4_000_000_000
            }
            _ => 500_000_000,
        };
        now = now.plus(Span::from_nanos(wait));
    }
    assert!(answered > 1000, "{answered}");
}

#[test]
fn time_may_do_anything() {
    let mut sets = vec![Set::EMPTY; 3];
    let mut limiter = Limiter::new(&mut sets, Rules::default(), KEY).unwrap();
    assert_eq!(limiter.mask, 1);
    let mut seed = 1_u64;
    for i in 0..10_000_u64 {
        seed = siphash_1_3(KEY, [seed, i]);
        limiter.check(client(seed & 31), Timestamp::from_bits(seed));
    }
}

#[test]
fn memory_is_needed() {
    assert_eq!(Limiter::new(&mut [], Rules::default(), KEY).err(), Some(NoMemory));
}

#[test]
fn prefixes() {
    let v4: IpAddr = "192.0.2.77".parse().unwrap();
    let mapped: IpAddr = "::ffff:192.0.2.77".parse().unwrap();
    let v6: IpAddr = "2001:db8:1:2:3:4:5:6".parse().unwrap();
    assert_eq!(Client::from(v4), Client { high: 0, low: 0xffff_c000_024d });
    assert_eq!(Client::from(v4), Client::from(mapped));
    assert_eq!(Client::from_prefix(v4, 24, 0).low, 0xffff_c000_0200);
    assert_eq!(Client::from_prefix(v4, 0, 0).low, 0xffff_0000_0000);
    assert_eq!(Client::from(v6), Client { high: 0x2001_0db8_0001_0002, low: 0 });
    assert_eq!(Client::from_prefix(v6, 0, 200).low, 0x0003_0004_0005_0006);
    assert_eq!(Client::from_prefix(v6, 0, 32).high, 0x2001_0db8_0000_0000);
}
