//! A leap second in the packet loop: some servers step, some smear, and the client asks through it.

use crate::random::Random;
use ntp_wire::client::Exchange;
use ntp_wire::client::select::{Candidate, Edge, cluster, combine, select};
use ntp_wire::server::{Arrival, Policy, ServerState, respond};
use ntp_wire::smear::{Kind, LeapSecond, Smear, Treatment, can_tell, treatment};
use ntp_wire::{Frequency, Leap, Log2Seconds, ReferenceId, Short, Span, Stratum, Timestamp};

/// A server that treats the leap in its own way: the index of its smear, or none when it steps.
struct Server {
    smear: Option<usize>,
    /// Its clock's error, within what it states.
    error: Span,
    path: Span,
}

/// The client follows the unstepped count, knows the leap from its table, and compares each server with UTC. What a
/// server does it learns from its offset alone. The clocks it combines are those that step, and those whose smear it
/// recognised, taken back to UTC: the truth must lie within the bound all the way through, though no two smears agree.
#[test]
fn smearing_and_stepping_servers_are_combined_through_a_leap() {
    let (mut decisions, mut undecided, mut corrected) = (0_u32, 0_u32, 0_u32);
    for seed in 0..200 {
        let mut random = Random(seed ^ 0x1ea9);
        let kind = if seed % 2 == 0 { Kind::Insert } else { Kind::Delete };
        let leap = LeapSecond { midnight: crate::network::START, kind };
        let smears = [
            Smear::noon_to_noon(leap),
            Smear::spline_after(leap),
            Smear::cosine_before(leap, 86_400),
        ];
        let servers: Vec<_> = (0..7)
            .map(|_| Server {
                smear: Some(random.below(4)).filter(|smear| *smear < smears.len()),
                error: nanos(1_000_000.0 * (2.0 * random.uniform() - 1.0) * 0.99),
                path: nanos(10_000_000.0 * random.uniform()),
            })
            .collect();
        let client_error = nanos(2_000_000.0 * (2.0 * random.uniform() - 1.0));
        // From 50 hours before until 50 hours after.
        for _ in 0..100 {
            let unstepped = leap.midnight.plus(nanos((random.uniform() - 0.5) * 3.6e14));
            let mut candidates = Vec::new();
            for (server, id) in servers.iter().zip(0..) {
                let sample = ask(server, unstepped, leap, &smears, client_error, &mut random);
                let distance = sample.root_distance(sample.time);
                // The clock that UTC is compared with may itself be off.
                let error = distance.plus(nanos(2_000_000.0));
                // The client's own count at the sample, as UTC: offsets are against that.
                let own = leap.utc(unstepped).since(unstepped);
                let against_utc = sample.offset.minus(own);
                let shift = if can_tell(unstepped, &smears) {
                    match treatment(against_utc, error, unstepped, &smears) {
                        Treatment::Steps => {
                            assert_eq!(server.smear, None, "seed {seed}");
                            Span::ZERO
                        }
                        Treatment::Smears(index) => {
                            assert_eq!(server.smear, Some(index), "seed {seed}");
                            corrected += 1;
                            smears[index].offset_from_utc(unstepped)
                        }
                        Treatment::Unclear => continue,
                        Treatment::Neither => panic!("seed {seed}: an honest server fits nothing"),
                    }
                } else {
                    Span::ZERO
                };
                candidates.push(Candidate {
                    id,
                    offset: against_utc.minus(shift),
                    distance,
                    jitter: Span::ZERO,
                    stratum: Stratum(1),
                    leap: Leap::None,
                });
            }
            let mut edges = vec![Edge::default(); candidates.len() * 3];
            let Ok(agreement) = select(&mut candidates, &mut edges) else {
                // RFC 5905 wants the middles of most within what all have in common: lopsided paths may prevent it.
                undecided += 1;
                continue;
            };
            let survivors = &mut candidates[..agreement.survivors];
            let left = cluster(survivors, 3);
            let combined = combine(&survivors[..left]).unwrap();
            let truth = Span::ZERO.minus(client_error);
            let error = truth.minus(combined.offset).abs();
            let reach = agreement.certain.reach_from(combined.offset);
            assert!(error <= reach, "seed {seed}: {error:?} {reach:?}");
            decisions += 1;
        }
    }
    println!("{decisions} decisions, {undecided} undecided, {corrected} samples taken back to UTC");
    assert!(decisions > 15_000 && undecided * 5 < decisions, "{decisions} {undecided}");
    assert!(corrected > 20_000, "{corrected}");
}

/// One exchange that arrives at `unstepped`. The stamps of a server are what its clock shows then.
fn ask(
    server: &Server,
    unstepped: Timestamp,
    leap: LeapSecond,
    smears: &[Smear],
    client_error: Span,
    random: &mut Random,
) -> ntp_wire::client::Sample {
    let there = nanos(server.path.to_nanos() as f64 * random.uniform());
    let back = server.path.minus(there);
    let local = |instant: Timestamp| instant.plus(client_error);
    let shows = |instant: Timestamp| {
        let exact = match server.smear {
            Some(smear) => smears[smear].smeared(instant),
            None => leap.utc(instant),
        };
        exact.plus(server.error)
    };
    let sent = unstepped.minus(there);
    let mut exchange = Exchange::new(random.next(), local(sent), Log2Seconds(-20));
    let state = ServerState {
        leap: Leap::None,
        stratum: Stratum::PRIMARY,
        precision: Log2Seconds(-20),
        root_delay: Short::ZERO,
        // A smear runs apart from the client's clock while a reply is on its way: far below a microsecond.
        root_dispersion: Short::at_least(nanos(1_001_000.0)),
        reference_id: ReferenceId::GPS,
        reference_time: shows(unstepped).minus(Span::SECOND),
    };
    let arrival = Arrival { received: shows(unstepped), noise: random.next() };
    let mut reply = [0; 48];
    let clock = || shows(unstepped);
    let request = exchange.request().to_bytes();
    respond(&request, arrival, clock, &state, &Policy::default(), &mut reply).unwrap();
    exchange.accept(&reply, local(unstepped.plus(back))).unwrap()
}

/// Two leaps half a year apart, as the table gives them: each is smeared alone, and between them nothing is.
#[test]
fn leaps_in_two_half_years_running_are_smeared_one_by_one() {
    let half_year = Span::from_seconds(184 * 86_400);
    for (first, second) in [(Kind::Insert, Kind::Insert), (Kind::Insert, Kind::Delete)] {
        let first = LeapSecond { midnight: crate::network::START, kind: first };
        let second = LeapSecond { midnight: first.midnight.plus(half_year), kind: second };
        let (before, after) = (Smear::noon_to_noon(first), Smear::noon_to_noon(second));
        assert!(before.end().since(after.start()) < Span::ZERO);
        let between = before.end().plus(Span::from_seconds(3600));
        // The count of the second leap is UTC after the first one.
        let utc = first.utc(between);
        assert_eq!(before.smeared(between), utc);
        assert_eq!(after.smeared(utc), utc);
        assert_eq!(after.applied(utc), Span::ZERO);
        assert_eq!(before.rate(between), Frequency::ZERO);
    }
}

fn nanos(nanos: f64) -> Span {
    Span::from_nanos(nanos as i64)
}
