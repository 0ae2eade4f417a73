//! Instructions of what `dns_wire` times: `cargo bench -p benches --bench dns_wire_instructions`.
//!
//! Runs itself under `valgrind --tool=callgrind`, each function once and 101 times; the difference,
//! a hundredth of it, is what one call takes, whatever else the program does. Needs no quiet machine.

mod builds;
mod messages;
mod peer_builds;
mod peers;
mod walks;

use std::hint::black_box;
use std::process::Command;

type Work = Box<dyn FnMut()>;

fn main() {
    // `cargo bench` adds its own argument, `--bench`.
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    match (arguments.next(), arguments.next()) {
        (Some(case), Some(times)) if times.parse::<u32>().is_ok() => {
            let mut cases = cases();
            let (_, work) = cases.iter_mut().find(|(name, _)| *name == case).expect("a case");
            for _ in 0..times.parse().unwrap_or(0) {
                work();
            }
        }
        (filter, _) => {
            let filter = filter.unwrap_or_default();
            for (case, _) in cases().iter().filter(|(case, _)| case.contains(&filter)) {
                println!("{case:42} {:>9}", (count(case, 101) - count(case, 1)) / 100);
            }
        }
    }
}

/// Instructions of the program when it does the case so many times.
fn count(case: &str, times: u32) -> u64 {
    let program = std::env::current_exe().expect("a path");
    let out = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args([case, &times.to_string()])
        .output()
        .expect("valgrind is installed");
    let text = String::from_utf8_lossy(&out.stderr);
    let collected = text.lines().find_map(|line| line.split("Collected : ").nth(1));
    collected.and_then(|number| number.trim().parse().ok()).expect("a count")
}

fn cases() -> Vec<(String, Work)> {
    let mut cases: Vec<(String, Work)> = Vec::new();
    for sample in messages::all() {
        let walks = [
            ("raw", walks::raw as walks::Walk),
            ("dns-wire", walks::dns_wire),
            ("dns-wire-any", walks::dns_wire_any),
        ];
        let peers = peers::PEERS.map(|(peer, walk, _)| (peer, walk));
        for (who, walk) in walks.into_iter().chain(peers) {
            let octets = sample.octets.clone();
            let work = move || {
                black_box(walk(black_box(&octets)));
            };
            cases.push((format!("parse/{}/{who}", sample.name), Box::new(work)));
        }
    }
    for (what, ours, theirs) in [
        ("query-ecs", builds::query_with_subnet as builds::Build, peer_builds::QUERY_WITH_SUBNET),
        ("one-a", builds::one_address, peer_builds::ONE_ADDRESS),
        ("referral", builds::referral, peer_builds::REFERRAL),
    ] {
        let (inputs, mut buffer) = (builds::Inputs::new(), [0u8; 4096]);
        let work = move || {
            let _ = black_box(ours(black_box(&inputs), black_box(&mut buffer)));
        };
        cases.push((format!("build/{what}/dns-wire"), Box::new(work)));
        for (who, build) in theirs {
            let (inputs, mut scratch) = (peer_builds::Inputs::new(), peer_builds::Scratch::new());
            let work = move || {
                let length = build(black_box(&inputs), black_box(&mut scratch));
                black_box(scratch.octets(length));
            };
            cases.push((format!("build/{what}/{who}"), Box::new(work)));
        }
    }
    cases
}
