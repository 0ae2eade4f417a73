//! NTP beside ntp-proto and ntp_usg-proto: `cargo bench -p benches --bench ntp_wire`.
//!
//! No clock is read in the measured part of a row unless its name says so. `floor` is a reply
//! written by hand without any check.

use std::hint::black_box;
use std::io::Cursor;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use ntp_proto::{
    FilterAction, FilterList, KeySetProvider, NoCipher, NtpClock, NtpDuration, NtpLeapIndicator,
    NtpPacket, NtpTimestamp, NtpVersion, PollIntervalLimits, Server, ServerAction, ServerConfig,
    ServerReason, ServerResponse, ServerStatHandler, SystemSnapshot, test_cookie,
};
use ntp_usg::protocol::{FromBytes, Packet as UsgPacket};
use ntp_wire::client::request;
use ntp_wire::interleave::{Reply, Ring};
use ntp_wire::limiter::{Client, Limiter, Rules, Set, Verdict};
use ntp_wire::nts::{self, Algorithm, Keyring, Keys, Session};
use ntp_wire::server::{Arrival, Policy, ServerState, respond};
use ntp_wire::smear::{Kind, LeapSecond, Smear};
use ntp_wire::{Leap, Log2Seconds, Packet, ReferenceId, Short, Span, Stratum, Timestamp};

const NOW: Timestamp = Timestamp::from_unix(1_790_000_000, 0);
const SENT: Timestamp = Timestamp::from_unix(1_790_000_000, 20_000);
const ARRIVAL: Arrival = Arrival { received: NOW, noise: 0x1234_5678_9abc_def0 };

fn state() -> ServerState {
    ServerState {
        leap: Leap::None,
        stratum: Stratum(2),
        precision: Log2Seconds(-24),
        root_delay: Short::from_bits(100),
        root_dispersion: Short::from_bits(100),
        reference_id: ReferenceId([192, 0, 2, 1]),
        reference_time: NOW.minus(Span::from_seconds(64)),
    }
}

fn plain(c: &mut Criterion) {
    let asked = request(0x0123_4567_89ab_cdef).to_bytes();
    let (state, policy) = (state(), Policy::default());
    let mut out = [0_u8; 48];

    let mut group = c.benchmark_group("parse");
    group.bench_function("ntp-wire", |b| b.iter(|| Packet::parse(black_box(&asked)).map(|p| p.0)));
    group.bench_function("ntp_usg-proto", |b| b.iter(|| UsgPacket::from_bytes(black_box(&asked))));
    group.bench_function("ntp-proto", |b| {
        b.iter(|| {
            let parsed = NtpPacket::deserialize(black_box(&asked), &NoCipher);
            parsed.is_ok()
        });
    });
    group.finish();

    let mut group = c.benchmark_group("reply");
    group.bench_function("floor", |b| {
        b.iter(|| floor(black_box(&asked), black_box(&mut out)));
    });
    group.bench_function("ntp-wire", |b| {
        b.iter(|| {
            let out = black_box(&mut out);
            respond(black_box(&asked), black_box(ARRIVAL), || black_box(SENT), &state, &policy, out)
        });
    });
    let mut server = peer();
    let mut large = [0_u8; 2048];
    group.bench_function("ntp-proto", |b| {
        b.iter(|| handle(&mut server, black_box(&asked), &mut large));
    });
    let mut memory = vec![Reply::default(); 4096];
    let mut ring = Ring::new(&mut memory);
    let mut time = NOW;
    group.bench_function("ntp-wire, interleave ring", |b| {
        b.iter(|| {
            time = time.plus(Span::from_nanos(1000));
            let arrival = Arrival { received: time, noise: 7 };
            ring.respond(black_box(&asked), arrival, || time, &state, &policy, black_box(&mut out))
        });
    });
    group.finish();
}

/// Copies what a reply takes from a request, and a template for the rest.
fn floor(request: &[u8; 48], out: &mut [u8; 48]) {
    *out = TEMPLATE;
    out[0] = request[0] & 0x38 | 4;
    out[2] = request[2];
    out[24..32].copy_from_slice(&request[40..48]);
    out[32..40].copy_from_slice(&black_box(NOW).to_bits().to_be_bytes());
    out[40..48].copy_from_slice(&black_box(SENT).to_bits().to_be_bytes());
}

const TEMPLATE: [u8; 48] = [7; 48];

/// Between two requests to the limiter.
const STEP: Span = Span::from_nanos(10_000_000);

fn limiter(c: &mut Criterion) {
    let mut group = c.benchmark_group("limiter");
    // Two clients a set on average, so that next to none loses its record: 128 KiB, which L2 holds, and 32 MiB.
    // At four a set one client in six makes another's room.
    for (name, sets, clients) in [
        ("4096 clients, 2048 sets", 1 << 11, 1 << 12),
        ("4096 clients, 1024 sets", 1 << 10, 1 << 12),
        ("2^20 clients, 2^19 sets", 1 << 19, 1 << 20),
    ] {
        let mut memory = vec![Set::EMPTY; sets];
        let mut limiter = Limiter::new(&mut memory, Rules::default(), [3, 5]).unwrap();
        let mut number = 0_u64;
        let mut time = NOW;
        group.bench_function(name, |b| {
            b.iter(|| {
                // An odd step visits every client once, in no order the caches know.
                number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
                time = time.plus(STEP);
                let low = 0xffff_0a00_0000 | number >> 20 & (clients - 1);
                let client = Client { high: 0, low };
                limiter.check(black_box(client), time) == Verdict::Answer
            });
        });
    }
    group.finish();
}

fn nts_request(c: &mut Criterion) {
    let mut group = c.benchmark_group("nts");
    let keyring = Keyring::<4>::new(1, &[7; 32]);
    let (state, policy) = (state(), Policy::default());
    for (name, algorithm) in [("SIV", Algorithm::SivCmac256), ("GCM-SIV", Algorithm::GcmSiv128)] {
        let length = algorithm.key_length();
        let keys = Keys::new(algorithm, &[5; 64][..length], &[6; 64][..length]).unwrap();
        for held in [8, 1] {
            let mut session = Session::new(&keys).unwrap();
            let mut cookie = vec![0; Keyring::<4>::cookie_length(algorithm)];
            keyring.seal(&keys, [1; 16], &mut cookie).unwrap();
            for _ in 0..held {
                session.keep(&cookie);
            }
            let mut asked = [0; 2048];
            let octets = session.seal(&request(7), &[1; 32], [2; 16], &mut asked).unwrap();
            let mut scratch = [0; 2048];
            let mut out = [0; 2048];
            let mut counter = 0_u8;
            let name = format!("ntp-wire, {name}, {} cookies", 9 - held);
            group.bench_function(name, |b| {
                b.iter(|| {
                    let request = &mut scratch[..octets];
                    request.copy_from_slice(black_box(&asked[..octets]));
                    let random = |octets: &mut [u8]| {
                        counter = counter.wrapping_add(1);
                        octets.fill(counter);
                    };
                    nts::respond(
                        request,
                        ARRIVAL,
                        || SENT,
                        &state,
                        &policy,
                        &keyring,
                        random,
                        black_box(&mut out),
                    )
                    .unwrap()
                });
            });
        }
    }
    let keyset = KeySetProvider::new(1).get();
    let keys = test_cookie();
    let cookie = keyset.encode_cookie_pub(&keys);
    let mut server = peer_with(keyset);
    for cookies in [1_u8, 8] {
        let poll = PollIntervalLimits::default().min;
        let (packet, _) = NtpPacket::nts_poll_message(&cookie, cookies, poll);
        let mut asked = [0_u8; 2048];
        let mut cursor = Cursor::new(&mut asked[..]);
        packet.serialize(&mut cursor, &*keys.c2s, None).unwrap();
        let octets = cursor.position() as usize;
        let mut large = [0_u8; 2048];
        assert!(handle(&mut server, &asked[..octets], &mut large) > 200);
        group.bench_function(format!("ntp-proto, SIV, {cookies} cookies"), |b| {
            b.iter(|| handle(&mut server, black_box(&asked[..octets]), &mut large));
        });
    }
    group.finish();
}

fn smears(c: &mut Criterion) {
    let mut group = c.benchmark_group("smear");
    let leap = LeapSecond { midnight: NOW, kind: Kind::Insert };
    for (name, smear, at) in [
        ("linear", Smear::noon_to_noon(leap), NOW),
        ("spline", Smear::spline_after(leap), NOW.plus(Span::from_seconds(9000))),
        ("cosine", Smear::cosine_before(leap, 86_400), NOW.minus(Span::from_seconds(9000))),
    ] {
        group.bench_function(name, |b| b.iter(|| smear.smeared(black_box(at))));
        group.bench_function(format!("{name} inverse"), |b| {
            b.iter(|| smear.unsmeared(black_box(at)));
        });
    }
    group.finish();
}

fn peer() -> Server<Still> {
    peer_with(KeySetProvider::new(1).get())
}

fn peer_with(keyset: Arc<ntp_proto::KeySet>) -> Server<Still> {
    let list = |filter: Vec<ntp_proto::IpSubnet>| FilterList { filter, action: FilterAction::Deny };
    let config = ServerConfig {
        denylist: list(Vec::new()),
        allowlist: list(vec!["0.0.0.0/0".parse().unwrap()]),
        rate_limiting_cache_size: 0,
        rate_limiting_cutoff: Duration::from_secs(1),
        require_nts: None,
        accepted_versions: vec![NtpVersion::V3, NtpVersion::V4],
    };
    Server::new(config, Still, SystemSnapshot { stratum: 2, ..SystemSnapshot::default() }, keyset)
}

fn handle(server: &mut Server<Still>, asked: &[u8], out: &mut [u8]) -> usize {
    let client = IpAddr::V4(Ipv4Addr::LOCALHOST);
    match server.handle(client, still(), asked, out, &mut NoStatistics) {
        ServerAction::Respond { message } => message.len(),
        ServerAction::Ignore => 0,
    }
}

/// A clock that always shows the same time.
#[derive(Clone)]
struct Still;

fn still() -> NtpTimestamp {
    NtpTimestamp::from_seconds_nanos_since_ntp_era(3_998_988_800, 0)
}

impl NtpClock for Still {
    type Error = std::io::Error;

    fn now(&self) -> Result<NtpTimestamp, Self::Error> {
        Ok(still())
    }

    fn set_frequency(&self, _: f64) -> Result<NtpTimestamp, Self::Error> {
        Ok(still())
    }

    fn get_frequency(&self) -> Result<f64, Self::Error> {
        Ok(0.0)
    }

    fn step_clock(&self, _: NtpDuration) -> Result<NtpTimestamp, Self::Error> {
        Ok(still())
    }

    fn disable_ntp_algorithm(&self) -> Result<(), Self::Error> {
        Ok(())
    }

    fn error_estimate_update(&self, _: NtpDuration, _: NtpDuration) -> Result<(), Self::Error> {
        Ok(())
    }

    fn status_update(&self, _: NtpLeapIndicator) -> Result<(), Self::Error> {
        Ok(())
    }
}

struct NoStatistics;

impl ServerStatHandler for NoStatistics {
    fn register(&mut self, _: u8, _: bool, _: ServerReason, _: ServerResponse) {}
}

criterion_group!(benches, plain, limiter, nts_request, smears);
criterion_main!(benches);
