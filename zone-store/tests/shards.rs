//! The image is the same whatever the number of threads, and whatever they were given to read.

mod common;

use common::Source;
use proptest::prelude::*;
use zone_store::text::{data, master};
use zone_store::{CompileOptions, Compiler, Job, Workers};

struct Threads(usize);

impl Workers for Threads {
    fn count(&self) -> usize {
        self.0
    }

    fn run(&self, jobs: Vec<Job<'_>>) {
        std::thread::scope(|scope| {
            for job in jobs {
                scope.spawn(job);
            }
        });
    }
}

/// Each line of the sources goes to the shard that its number in `deal` names.
fn sharded(lines: &[(bool, String)], deal: &[usize], threads: usize) -> Result<Vec<u8>, String> {
    let options = CompileOptions { allow_partial: true, ..CompileOptions::default() };
    let compiler = Compiler::new(options);
    let mut shards: Vec<Compiler> = (0..threads).map(|_| compiler.shard()).collect();
    for (number, (is_data, line)) in lines.iter().enumerate() {
        let shard = &mut shards[deal[number % deal.len()] % threads];
        if *is_data {
            data::parse(line.as_bytes(), data::Options::new(1), shard);
        } else {
            master::parse(line.as_bytes(), master::Options::new(0), shard);
        }
    }
    let mut whole = compiler;
    for (number, mut shard) in shards.into_iter().enumerate() {
        if number % 2 == 0 {
            shard.sort();
        }
        whole.merge(shard);
    }
    let done = whole.finish_with(&Threads(threads), &mut |_| ());
    done.map(|compiled| compiled.image).map_err(|problems| {
        let mut texts: Vec<_> = problems.problems.into_iter().map(|p| p.message).collect();
        texts.sort();
        texts.join("\n")
    })
}

fn site() -> Vec<(bool, String)> {
    let mut lines = vec![
        (false, "e. 60 SOA ns.e. h.e. 1 2 3 4 5".to_owned()),
        (false, "e. 60 NS ns.e.".into()),
        (false, "sub.e. 60 SOA ns.e. h.e. 1 2 3 4 5".into()),
        (false, "sub.e. 60 NS ns.e.".into()),
        (false, ". 60 SOA ns.e. h.e. 1 2 3 4 5".into()),
        (false, ". 60 NS ns.e.".into()),
        (false, "*.e. 60 A 192.0.2.9".into()),
        (false, "e. 60 DNSKEY 257 3 13 AAAA".into()),
        (false, "e. 60 NSEC a.e. SOA NS DNSKEY NSEC".into()),
        (false, "a.e. 60 NSEC e. A NSEC".into()),
        (true, "%oslo:10.0.0.0/8:m".into()),
        (true, "%lima:10.1.0.0/16:m".into()),
        (true, "%oslo:2001:db8::/32:m".replace(':', ",").replace("2001,db8,,", "2001:db8::")),
        (true, "8www.sub.e:m".into()),
        (true, "M*.sub.e:m".into()),
        (true, "+www.sub.e:192.0.2.1:60".into()),
        (true, "+www.sub.e:192.0.2.2:60::oslo:3".into()),
        (true, "+www.sub.e:192.0.2.3:60::lima:1".into()),
    ];
    for i in 0..60 {
        lines.push((false, format!("h{i}.e. 60 TXT \"the same for all of them\"")));
        lines.push((false, format!("d{i}.x{}.e. 60 AAAA 2001:db8::{}", i % 7, i % 3)));
        lines.push((false, format!("n{i}.sub.e. 60 A 192.0.2.{i}")));
    }
    lines
}

#[test]
fn the_same_octets_on_one_to_eight_threads() {
    let lines = site();
    let alone = sharded(&lines, &[0], 1).unwrap();
    for threads in 1..=8 {
        assert_eq!(
            sharded(&lines, &[3, 1, 4, 1, 5, 9, 2, 6], threads).unwrap(),
            alone,
            "{threads}"
        );
    }
    let text: String = lines.iter().filter(|l| !l.0).map(|l| format!("{}\n", l.1)).collect();
    let data: String = lines.iter().filter(|l| l.0).map(|l| format!("{}\n", l.1)).collect();
    let options = CompileOptions { allow_partial: true, ..CompileOptions::default() };
    let compiled = common::compile(options, &[Source::Zone(&text), Source::Data(&data)]).unwrap();
    assert_eq!(compiled.image, alone);
}

#[test]
fn the_root_zone_is_cut_too() {
    let mut lines = vec![
        (false, ". 60 SOA ns.e. h.e. 1 2 3 4 5".to_owned()),
        (false, ". 60 NS ns.e.".into()),
        (false, ". 60 NSEC3PARAM 1 0 0 -".into()),
    ];
    for i in 0..40 {
        lines.push((false, format!("t{i}. 60 NS ns.t{i}.")));
        lines.push((false, format!("ns.t{i}. 60 A 192.0.2.1")));
        let label = format!("{i:032}");
        lines.push((false, format!("{label}. 60 NSEC3 1 0 0 - {label} NS")));
    }
    let alone = sharded(&lines, &[0], 1).unwrap();
    assert_eq!(sharded(&lines, &[0, 2, 1], 3).unwrap(), alone);
}

#[test]
fn limits_hold_for_all_shards_together() {
    let options = CompileOptions { max_items: 3, ..CompileOptions::default() };
    let mut whole = Compiler::new(options);
    for _ in 0..2 {
        let mut shard = whole.shard();
        master::parse(
            b"e. 60 A 192.0.2.1\ne. 60 A 192.0.2.2\n",
            master::Options::new(0),
            &mut shard,
        );
        whole.merge(shard);
    }
    let problems = whole.finish().unwrap_err().problems;
    assert!(problems.iter().any(|p| p.message.contains("limit of 3")), "{problems:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_deal_of_any_lines(
        kept in prop::collection::vec(any::<bool>(), 200),
        deal in prop::collection::vec(0usize..8, 1..40),
        threads in 1usize..9,
    ) {
        let lines: Vec<_> =
            site().into_iter().zip(kept).filter(|(l, kept)| *kept || l.1.contains("SOA") || l.1.contains(" NS ")).map(|(l, _)| l).collect();
        let alone = sharded(&lines, &[0], 1);
        prop_assert_eq!(sharded(&lines, &deal, threads), alone);
    }
}
