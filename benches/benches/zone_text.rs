//! Master files from text to records, beside `domain`'s zone file parser, on a synthetic TLD zone.
//!
//! `cargo bench -p benches --bench zone_text`; with `UNDERHOOD_DATA` set also on the signed root zone.

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use domain::zonefile::inplace::{Entry, Zonefile};
use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Read as _;
use std::ops::ControlFlow;
use zone_store::source::{Item, Position, Problem, Severity, Sink};
use zone_store::text::{data, map, master};

/// Takes each record and keeps a sum, so that no field can be optimised away.
#[derive(Default)]
struct Sum {
    records: u64,
    octets: u64,
}

impl Sink for Sum {
    fn item(&mut self, item: Item<'_>, _at: Position) -> ControlFlow<()> {
        self.records += 1;
        self.octets += match item {
            Item::Record(record) | Item::Reverse(record) => {
                record.owner.as_wire().len() + record.rdata.len()
            }
            Item::Prefix(entry) => usize::from(entry.prefix.len()),
            Item::Bind(bind) => bind.map.len(),
        } as u64;
        ControlFlow::Continue(())
    }

    fn problem(&mut self, problem: Problem) {
        assert!(problem.severity == Severity::Warning, "{problem:?}");
    }
}

fn ours(text: &[u8]) -> Sum {
    let mut sum = Sum::default();
    master::parse(text, master::Options::new(0), &mut sum);
    sum
}

/// As an application would: each entry made, its RDATA composed into octets.
fn peer(text: &Bytes) -> Sum {
    let mut zone = Zonefile::from(text.as_ref());
    zone.set_default_class(domain::base::iana::Class::IN);
    let mut sum = Sum::default();
    let mut rdata = Vec::new();
    while let Some(entry) = zone.next_entry().expect("a good zone") {
        if let Entry::Record(record) = entry {
            use domain::base::name::ToLabelIter;
            use domain::base::rdata::ComposeRecordData;
            rdata.clear();
            record.data().compose_rdata(&mut rdata).expect("room");
            sum.records += 1;
            sum.octets += u64::from(record.owner().compose_len()) + rdata.len() as u64;
        }
    }
    sum
}

/// Delegations as a top-level domain has them: 2 to 4 name servers each from a pool of operators, 15 % of
/// them below the delegation with addresses, 40 % of the delegations signed.
fn tld(records: usize) -> String {
    let mut random = Random(20_260_823);
    let mut text = String::from(
        "$ORIGIN zz.\n$TTL 3600\n@ IN SOA ns1 hostmaster 2026082301 7200 3600 1209600 3600\n@ IN NS ns1\nns1 IN A 192.0.2.1\n",
    );
    let mut made = 3;
    let mut index = 0;
    while made < records {
        let label = format!("n{index:07}-{:06x}", random.below(1 << 24));
        index += 1;
        let servers = [2, 2, 2, 3, 4][random.below(5)];
        let inside = random.below(100) < 15;
        let operator = random.below(45) * random.below(45);
        for server in 1..=servers {
            if inside {
                let [a, b, c] = [random.below(223) + 1, random.below(256), random.below(256)];
                writeln!(
                    text,
                    "{label} IN NS ns{server}.{label}\nns{server}.{label} IN A {a}.{b}.{c}.1"
                )
                .unwrap();
                made += 2;
                if random.below(10) < 3 {
                    let [a, b] = [random.below(65_536), random.below(65_536)];
                    writeln!(text, "ns{server}.{label} IN AAAA 2001:db8:{a:x}:{b:x}::{server}")
                        .unwrap();
                    made += 1;
                }
            } else {
                writeln!(text, "{label} IN NS ns{server}.dns-op{operator}.net.").unwrap();
                made += 1;
            }
        }
        if random.below(10) < 4 {
            write!(text, "{label} IN DS {} 13 2 ", random.below(65_536)).unwrap();
            for _ in 0..8 {
                write!(text, "{:08X}", random.next() as u32).unwrap();
            }
            text.push('\n');
            made += 1;
        }
    }
    text
}

/// Addresses of hosts as data lines.
fn hosts(lines: usize) -> String {
    let mut random = Random(7);
    (0..lines).fold(String::new(), |mut text, index| {
        let [a, b, c] = [random.below(223) + 1, random.below(256), random.below(256)];
        writeln!(text, "+host{index}.example.com:{a}.{b}.{c}.9:300::eu").unwrap();
        text
    })
}

/// Prefixes with locations.
fn prefixes(lines: usize) -> String {
    let mut random = Random(9);
    (0..lines).fold(String::new(), |mut text, index| {
        writeln!(
            text,
            "{}.{}.{}.0/24 {}",
            1 + (index >> 16),
            (index >> 8) & 255,
            index & 255,
            random.below(243)
        )
        .unwrap();
        text
    })
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

fn root_zone() -> Option<Vec<u8>> {
    let folder = std::env::var_os("UNDERHOOD_DATA")?;
    let path = std::path::Path::new(&folder).join("root-2021051901-signed.zone.xz");
    let mut text = Vec::new();
    lzma_rust2::XzReader::new(std::fs::File::open(path).ok()?, false)
        .read_to_end(&mut text)
        .ok()?;
    Some(text)
}

fn master_files(criterion: &mut Criterion) {
    let mut zones = vec![("tld", tld(200_000).into_bytes())];
    match root_zone() {
        Some(text) => zones.push(("root", text)),
        None => eprintln!("UNDERHOOD_DATA is not set: the root zone is left out"),
    }
    for (name, text) in zones {
        let text = Bytes::from(text);
        assert_eq!(ours(&text).records, peer(&text).records, "both read the same records");
        let mut group = criterion.benchmark_group(format!("master file: {name}"));
        group.throughput(Throughput::Bytes(text.len() as u64)).sample_size(10);
        group
            .bench_function("zone-store", |bencher| bencher.iter(|| ours(black_box(&text)).octets));
        group.bench_function("domain", |bencher| bencher.iter(|| peer(black_box(&text)).octets));
        group.finish();
    }
}

fn lines(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("lines");
    group.sample_size(10);
    let text = hosts(100_000);
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("data: + lines", |bencher| {
        bencher.iter(|| {
            let mut sum = Sum::default();
            data::parse(black_box(text.as_bytes()), data::Options::new(0), &mut sum);
            sum.octets
        });
    });
    let text = prefixes(100_000);
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("map: prefix location", |bencher| {
        bencher.iter(|| {
            let mut sum = Sum::default();
            map::parse(black_box(text.as_bytes()), map::Options::new(0, b""), &mut sum);
            sum.octets
        });
    });
    group.finish();
}

criterion_group!(benches, master_files, lines);
criterion_main!(benches);
