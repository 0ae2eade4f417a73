//! A network in a box: clocks that wander, paths that are lopsided and at times jammed, servers
//! that lie. Every packet goes through the real codec, responder, client, filter and selection.
//! Everything follows from a seed, so a failure names the seed and happens again.

mod leap;
mod network;
mod random;

use network::{Network, Server};
use ntp_wire::client::select::{Candidate, Edge, cluster, combine, select};
use ntp_wire::client::{Bound, ClockFilter, Correction, Discipline, Regression};
use ntp_wire::smear::{Kind, LeapSecond, Smear, Treatment, treatment};
use ntp_wire::{Frequency, Leap, Span, Stratum, Timestamp};
use random::Random;

/// What a client keeps of each server.
struct Source {
    filter: ClockFilter,
    latest: Option<ntp_wire::client::Filtered>,
    regression: Regression,
}

impl Source {
    fn new() -> Self {
        Self { filter: ClockFilter::new(), latest: None, regression: Regression::new() }
    }

    /// The clock was moved, at once or little by little: earlier samples mean the less.
    fn clock_moved(&mut self, by: Span) {
        self.filter.clock_stepped(by);
        if let Some(latest) = &mut self.latest {
            latest.best.offset = latest.best.offset.minus(by);
            latest.best.time = latest.best.time.plus(by);
        }
    }

    fn candidate(&self, id: u32, now: Timestamp) -> Option<Candidate> {
        let latest = self.latest?;
        Some(Candidate {
            id,
            offset: latest.best.offset,
            distance: latest.root_distance(now),
            jitter: latest.jitter,
            stratum: Stratum(2),
            leap: Leap::None,
        })
    }
}

/// One server asked once.
fn ask(network: &mut Network, server: usize, source: &mut Source) {
    if let Some(sample) = network.exchange(server) {
        source.regression.push(&sample);
        if let Some(filtered) = source.filter.push(sample, Span::from_nanos(1000)) {
            source.latest = Some(filtered);
        }
    }
}

/// Select, cluster, combine: the offset, and how far off it can be.
fn decide(sources: &[Source], now: Timestamp) -> Option<(Span, Span)> {
    let mut candidates: Vec<_> =
        sources.iter().zip(0..).filter_map(|(source, id)| source.candidate(id, now)).collect();
    let mut edges = vec![Edge::default(); candidates.len() * 3];
    let agreement = select(&mut candidates, &mut edges).ok()?;
    let survivors = &mut candidates[..agreement.survivors];
    let left = cluster(survivors, 3);
    let combined = combine(&survivors[..left])?;
    Some((combined.offset, agreement.certain.reach_from(combined.offset)))
}

/// The promise: while more than half of the servers are honest, the combined offset is within its
/// stated bound, whatever the others say, and so is what the best of each honest server promises.
#[test]
fn the_truth_lies_within_the_bound_while_a_majority_is_honest() {
    let (mut decisions, mut undecided) = (0_u32, 0_u32);
    for seed in 0..2000 {
        let mut random = Random(seed);
        let servers = 1 + random.below(9);
        let liars = random.below(servers.div_ceil(2));
        let mut network = Network::new(seed, servers, liars);
        let mut sources: Vec<_> = (0..servers).map(|_| Source::new()).collect();
        let mut bounds: Vec<Option<Bound>> = vec![None; servers];
        for round in 0..40 {
            network.pass(16.0 + 48.0 * random.uniform());
            for (server, source) in sources.iter_mut().enumerate() {
                ask(&mut network, server, source);
            }
            let (now, truth) = (network.local(), network.true_offset());
            for (server, source) in sources.iter().enumerate() {
                let Some(latest) = source.latest.filter(|_| network.is_honest(server)) else {
                    continue;
                };
                let distance = latest.best.root_distance(now);
                let offset = latest.best.offset;
                let bound = bounds[server]
                    .get_or_insert_with(|| Bound::new(now, offset, distance, Frequency::PHI));
                assert!(bound.measure(now, offset, distance), "seed {seed} round {round}");
                let (low, high) = bound.range_at(now);
                assert!(low <= truth && truth <= high, "seed {seed} round {round}");
            }
            match decide(&sources, now) {
                Some((offset, reach)) => {
                    let error = truth.minus(offset).abs();
                    assert!(error <= reach, "seed {seed} round {round}: {error:?} {reach:?}");
                    decisions += 1;
                }
                None => undecided += 1,
            }
        }
    }
    // A rule that decided nothing would be right too.
    assert!(undecided * 10 < decisions, "{undecided} of {decisions}");
}

/// The regression beside RFC 5905's filter, on the same packets.
#[test]
fn the_regression_is_nearer_to_the_truth_than_the_filter() {
    let (mut regressed, mut filtered, mut count) = (0.0, 0.0, 0.0);
    for seed in 0..300 {
        let mut network = Network::new(seed, 1, 0);
        network.servers[0] = Server { error: 0.0, asymmetry: 0.5, ..network.servers[0] };
        let mut source = Source::new();
        for round in 0..60 {
            network.pass(64.0);
            ask(&mut network, 0, &mut source);
            if round < 10 {
                continue;
            }
            let (now, truth) = (network.local(), network.true_offset());
            let (Some(latest), Some(line)) = (source.latest, source.regression.estimate(now))
            else {
                continue;
            };
            let square = |offset: Span| (truth.minus(offset).to_nanos() as f64 / 1e3).powi(2);
            filtered += square(latest.best.offset);
            regressed += square(line.offset);
            count += 1.0;
        }
    }
    let rms = |squares: f64| (squares / count).sqrt();
    println!("RMS error: filter {:.0} µs, regression {:.0} µs", rms(filtered), rms(regressed));
    assert!(regressed * 2.0 < filtered, "{} {}", rms(regressed), rms(filtered));
}

/// The whole loop: ask, filter, select, combine, correct. A client that starts seconds off and up
/// to 100 ppm fast or slow ends within milliseconds, though a minority lies.
#[test]
fn a_disciplined_clock_stays_near_the_truth() {
    for seed in 0..200 {
        let mut random = Random(seed ^ 0x5eed);
        let mut network = Network::new(seed, 5, random.below(3));
        network.frequency = (random.uniform() - 0.5) * 200e-6;
        let mut sources: Vec<_> = (0..5).map(|_| Source::new()).collect();
        let mut discipline = Discipline::new();
        let mut worst = Span::ZERO;
        for round in 0..200 {
            network.pass(64.0);
            let slewed = span(network.slew * 64.0);
            for (server, source) in sources.iter_mut().enumerate() {
                source.clock_moved(slewed);
                ask(&mut network, server, source);
            }
            let Some((offset, _)) = decide(&sources, network.local()) else {
                continue;
            };
            let (next, correction) = discipline.update(offset, Span::from_seconds(64));
            discipline = next;
            match correction {
                Correction::Slew(slew) => network.slew = slew.0 as f64 / 1e12,
                Correction::Step(step) => {
                    network.step(step);
                    sources.iter_mut().for_each(|source| source.clock_moved(step));
                    network.slew = discipline.frequency.0 as f64 / 1e12;
                }
            }
            if round > 100 {
                worst = worst.max(network.true_offset().abs());
            }
        }
        // Paths of up to 40 ms, lopsided by up to all of it, jammed at times.
        assert!(worst < Span::from_nanos(150_000_000), "seed {seed}: {worst:?}");
    }
}

/// Around a leap second some sources step and some smear: none is ever taken for another.
#[test]
fn smearing_sources_are_told_apart() {
    let leap = LeapSecond { midnight: network::START, kind: Kind::Insert };
    let mut told = 0;
    for seed in 0..5000 {
        let mut random = Random(seed);
        let leap =
            LeapSecond { kind: if seed % 2 == 0 { Kind::Insert } else { Kind::Delete }, ..leap };
        let smears = [
            Smear::noon_to_noon(leap),
            Smear::spline_after(leap),
            Smear::linear_after(leap),
            Smear::cosine_before(leap, 86_400),
        ];
        let truth = random.below(5);
        let unstepped = leap.midnight.plus(span((random.uniform() - 0.5) * 200_000.0));
        let exact = match truth {
            4 => Span::ZERO,
            smear => smears[smear].offset_from_utc(unstepped),
        };
        let error = span(0.03 * random.uniform());
        let offset = exact
            .plus(span(error.to_nanos() as f64 / 1e9 * (2.0 * random.uniform() - 1.0) * 0.999));
        match treatment(offset, error, unstepped, &smears) {
            Treatment::Unclear => {}
            Treatment::Steps => assert_eq!(truth, 4, "seed {seed}"),
            Treatment::Smears(index) => assert_eq!(index, truth, "seed {seed}"),
            Treatment::Neither => panic!("seed {seed}"),
        }
        told += u32::from(treatment(offset, error, unstepped, &smears) != Treatment::Unclear);
    }
    assert!(told > 1200, "{told}");
}

fn span(seconds: f64) -> Span {
    Span::from_nanos((seconds * 1e9) as i64)
}
