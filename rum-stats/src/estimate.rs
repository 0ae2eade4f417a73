//! The latency matrix when not everything was measured: gaps are filled from relatives, and it is said from whom.
//!
//! A prefix is measured to some PoPs. What it would see from another is its own latency at its best known PoP, its *base*,
//! plus the difference that relatives see between the two PoPs: prefixes of the same announced prefix, of the same
//! network in the country, of the country, each level drawn to the one above by [`crate::pool`].

use crate::compare::Median;
use crate::number::to_f32;
use crate::pool::{Effect, Group, Level, Pooled, Rung, pool};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec;
use alloc::vec::Vec;

/// Where a prefix belongs, by numbers of the caller. Prefixes of equal `announced` have equal `network`, and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Relatives {
    /// The announced prefix.
    pub announced: u32,
    /// The network in the country.
    pub network: u32,
    /// The country.
    pub country: u32,
}

/// What to take for granted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// The fewest samples of a cell that count as measured: 30.
    pub min_samples: f64,
    /// How much members of a group differ (a standard deviation in milliseconds) where the group is too
    /// small to say, with fewer than three members: 5 ms.
    pub prior_spread: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self { min_samples: 30.0, prior_spread: 5.0 }
    }
}

/// A full matrix. All slices have a row of PoPs for each prefix.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Estimates {
    /// Milliseconds; infinite where nothing is known. As [`crate::assign::Problem::latency`].
    pub latency: Vec<f32>,
    /// Variance in square milliseconds of the difference to the base of the prefix, whose own is 0. As
    /// [`crate::tree::Leaves::variance`].
    pub variance: Vec<f32>,
    /// The deepest level with data for the cell; `None` where nothing is known.
    pub level: Vec<Option<Level>>,
}

impl Estimates {
    /// Estimates all cells. `medians` has a row of `pops` for each of `relatives`, with `None` where nothing was
    /// measured; medians are in microseconds, as sketches give them.
    ///
    /// A prefix without any measurement takes over the latencies of its relatives. PoPs past 65 535 are passed
    /// over.
    ///
    /// Cost: O(cells measured · bases in their country · log) of time, and as many differences of 16 octets in
    /// memory. A base is the PoP that a prefix has the most samples of.
    pub fn of(
        relatives: &[Relatives],
        medians: &[Option<Median>],
        pops: usize,
        options: &Options,
    ) -> Self {
        let cells = relatives.len().saturating_mul(pops);
        let mut result = Self {
            latency: vec![f32::INFINITY; cells],
            variance: vec![f32::INFINITY; cells],
            level: vec![None; cells],
        };
        let enough =
            |median: &Option<Median>| median.filter(|median| median.samples >= options.min_samples);
        let rows: Vec<Row> = relatives
            .iter()
            .zip(medians.chunks(pops.max(1)))
            .map(|(relatives, medians)| Row::new(*relatives, medians.iter().map(enough).collect()))
            .collect();
        let family = Family::of(&rows, options);
        for (index, row) in rows.iter().enumerate() {
            for pop in 0..pops {
                let number = u16::try_from(pop).unwrap_or(ABSOLUTE);
                if number == ABSOLUTE {
                    break;
                }
                let Some((milliseconds, variance, level)) = family.estimate(row, number) else {
                    continue;
                };
                let place = index.saturating_mul(pops).saturating_add(pop);
                if let (Some(latency), Some(spread), Some(at)) = (
                    result.latency.get_mut(place),
                    result.variance.get_mut(place),
                    result.level.get_mut(place),
                ) {
                    *latency = to_f32(milliseconds.max(0.0));
                    *spread = to_f32(variance);
                    *at = Some(level);
                }
            }
        }
        result
    }
}

struct Row {
    relatives: Relatives,
    /// Milliseconds, by PoP.
    medians: Vec<Option<Effect>>,
    /// The PoP with the most samples.
    base: Option<u16>,
}

impl Row {
    fn new(relatives: Relatives, medians: Vec<Option<Median>>) -> Self {
        let samples = |median: &Option<Median>| median.map_or(0.0, |median| median.samples);
        let measured = (0..u16::MAX).zip(&medians).filter(|(_, median)| median.is_some());
        // The first of equals, so that relatives tend to have the same base.
        let base =
            measured.min_by(|a, b| samples(b.1).total_cmp(&samples(a.1))).map(|(pop, _)| pop);
        let effect = |median: Median| {
            let error = median.standard_error() / 1000.0;
            Effect { value: median.value / 1000.0, variance: error * error }
        };
        Self {
            relatives,
            medians: medians.into_iter().map(|median| median.map(effect)).collect(),
            base,
        }
    }

    fn median(&self, pop: u16) -> Option<Effect> {
        self.medians.get(usize::from(pop)).copied().flatten()
    }

    /// The difference of a PoP to another of this prefix.
    fn difference(&self, from: u16, to: u16) -> Option<Effect> {
        let (from, to) = (self.median(from)?, self.median(to)?);
        Some(Effect { value: to.value - from.value, variance: to.variance + from.variance })
    }
}

/// A comparison of two PoPs; [`ABSOLUTE`] as the first is the latency itself.
type Pair = (u16, u16);

/// The groups of each level by the number of the parent and the pair compared.
struct Family {
    announced: BTreeMap<(u32, Pair), Group>,
    network: BTreeMap<(u32, Pair), Group>,
    country: BTreeMap<(u32, Pair), Group>,
    prior: f64,
}

impl Family {
    fn of(rows: &[Row], options: &Options) -> Self {
        let prior = options.prior_spread * options.prior_spread;
        let mut prefixes: BTreeMap<(u32, Pair), Vec<Effect>> = BTreeMap::new();
        let mut parents: BTreeMap<u32, Relatives> = BTreeMap::new();
        // Only comparisons with the base of some prefix of the country are ever asked for.
        let mut bases: BTreeMap<u32, BTreeSet<u16>> = BTreeMap::new();
        for row in rows {
            bases.entry(row.relatives.country).or_default().extend(row.base);
        }
        for row in rows {
            let bases = bases.get(&row.relatives.country);
            parents.insert(row.relatives.announced, row.relatives);
            let measured =
                (0..u16::MAX).zip(&row.medians).filter_map(|(pop, median)| median.map(|_| pop));
            for to in measured {
                let known = |from: &&u16| **from != to && row.median(**from).is_some();
                for from in bases.into_iter().flatten().filter(known).copied() {
                    let effects =
                        prefixes.entry((row.relatives.announced, (from, to))).or_default();
                    effects.extend(row.difference(from, to));
                }
                prefixes
                    .entry((row.relatives.announced, (ABSOLUTE, to)))
                    .or_default()
                    .extend(row.median(to));
            }
        }
        let announced = groups(prefixes, prior);
        let network = groups(lift(&announced, |id| parents.get(&id).map(|r| r.network)), prior);
        let countries: BTreeMap<u32, u32> =
            rows.iter().map(|row| (row.relatives.network, row.relatives.country)).collect();
        let country = groups(lift(&network, |id| countries.get(&id).copied()), prior);
        Self { announced, network, country, prior }
    }

    /// Milliseconds, variance of the difference to the base, and the level of a cell.
    fn estimate(&self, row: &Row, pop: u16) -> Option<(f64, f64, Level)> {
        let Some(base) = row.base else {
            let pooled = self.pool(row, (ABSOLUTE, pop), None)?;
            return Some((pooled.effect.value, pooled.effect.variance, pooled.level));
        };
        let start = row.median(base)?;
        if pop == base {
            return Some((start.value, 0.0, Level::Prefix));
        }
        let pooled = self.pool(row, (base, pop), row.difference(base, pop))?;
        Some((start.value + pooled.effect.value, pooled.effect.variance, pooled.level))
    }

    fn pool(&self, row: &Row, pair: Pair, own: Option<Effect>) -> Option<Pooled> {
        let Relatives { announced, network, country } = row.relatives;
        let country = self.country.get(&(country, pair));
        let network = self.network.get(&(network, pair));
        let announced = self.announced.get(&(announced, pair));
        let spread = |group: Option<&Group>| group.map_or(self.prior, |group| group.spread);
        let mean = |group: Option<&Group>| group.map(|group| group.mean);
        pool(&[
            Rung { level: Level::Country, measured: mean(country), spread: 0.0 },
            Rung { level: Level::Network, measured: mean(network), spread: spread(country) },
            Rung { level: Level::Announced, measured: mean(announced), spread: spread(network) },
            Rung { level: Level::Prefix, measured: own, spread: spread(announced) },
        ])
    }
}

/// The groups of effects, those too small to tell their spread given the prior one.
fn groups(members: BTreeMap<(u32, Pair), Vec<Effect>>, prior: f64) -> BTreeMap<(u32, Pair), Group> {
    let group = |members: &[Effect]| {
        let group = Group::of(members.iter().copied())?;
        let spread = if group.members < TELLING { group.spread.max(prior) } else { group.spread };
        Some(Group { spread, ..group })
    };
    members.into_iter().filter_map(|(key, members)| Some((key, group(&members)?))).collect()
}

/// The means of groups as members of the groups above them.
fn lift(
    groups: &BTreeMap<(u32, Pair), Group>,
    parent: impl Fn(u32) -> Option<u32>,
) -> BTreeMap<(u32, Pair), Vec<Effect>> {
    let mut members: BTreeMap<(u32, Pair), Vec<Effect>> = BTreeMap::new();
    for ((id, pair), group) in groups {
        if let Some(parent) = parent(*id) {
            members.entry((parent, *pair)).or_default().push(group.mean);
        }
    }
    members
}

const ABSOLUTE: u16 = u16::MAX;

/// Members from which a group's spread is believed.
const TELLING: u32 = 3;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SplitMix;

    fn median(milliseconds: f64, error: f64) -> Option<Median> {
        let value = milliseconds * 1000.0;
        Some(Median {
            value,
            lower: value - 2000.0 * error,
            upper: value + 2000.0 * error,
            z: 2.0,
            samples: 100.0,
            smoothing: 1.0,
            hidden: 0.0,
        })
    }

    fn at(announced: u32, network: u32) -> Relatives {
        Relatives { announced, network, country: 0 }
    }

    #[test]
    fn gaps_are_filled_from_the_nearest_relatives() {
        // In network 0 PoP 1 is 10 ms nearer than PoP 0, in network 1 it is 20 ms further.
        let relatives = [
            at(0, 0),
            at(0, 0),
            at(0, 0),
            at(0, 0),
            at(1, 0),
            at(2, 1),
            at(3, 1),
            at(4, 9),
            at(0, 0),
        ];
        let medians = [
            [median(50.0, 1.0), median(40.0, 1.0)],
            [median(70.0, 1.0), median(60.5, 1.0)],
            [median(30.0, 1.0), median(20.0, 1.0)],
            // Only PoP 0: its announced prefix knows.
            [median(55.0, 1.0), None],
            // Only PoP 0, and nobody else in its announced prefix: its network knows.
            [median(90.0, 1.0), None],
            [median(40.0, 1.0), median(60.0, 1.0)],
            [None, median(80.0, 1.0)],
            // A network of its own: its country knows, a little of both.
            [median(50.0, 1.0), None],
            // Never seen: the latencies of its relatives.
            [None, None],
        ]
        .concat();
        let estimates = Estimates::of(&relatives, &medians, 2, &Options::default());
        let cell = |row: usize, pop: usize| {
            (f64::from(estimates.latency[row * 2 + pop]), estimates.level[row * 2 + pop].unwrap())
        };
        let near = |cell: (f64, Level), ms: f64, level| {
            assert!((cell.0 - ms).abs() < 1.0 && cell.1 == level, "{cell:?}, not {ms} {level:?}");
        };
        near(cell(0, 0), 50.0, Level::Prefix);
        near(cell(0, 1), 40.0, Level::Prefix);
        near(cell(3, 1), 45.0, Level::Announced);
        near(cell(4, 1), 80.0, Level::Network);
        near(cell(6, 0), 60.0, Level::Network);
        assert!(cell(7, 1).1 == Level::Country && (40.0..75.0).contains(&cell(7, 1).0));
        near(cell(8, 0), 51.0, Level::Announced);
        // The further the data, the less sure.
        let doubt = |row: usize| estimates.variance[row * 2 + 1];
        assert!(doubt(0) <= doubt(3) && doubt(3) < doubt(4) && doubt(4) < doubt(7));
    }

    #[test]
    fn thin_cells_count_as_unmeasured() {
        let thin = median(50.0, 1.0).map(|median| Median { samples: 29.0, ..median });
        let estimates = Estimates::of(&[at(0, 0)], &[thin, None], 2, &Options::default());
        assert!(estimates.latency.iter().all(|ms| ms.is_infinite()));
        assert_eq!(estimates.level, [None, None]);
        assert_eq!(Estimates::of(&[], &[], 0, &Options::default()), Estimates::default());
    }

    /// Hidden cells of a simulated network are guessed better than by their own PoP's mean.
    #[test]
    fn hidden_cells_are_guessed_well() {
        let mut random = SplitMix::new(17);
        let (mut error, mut naive, mut hidden) = (0.0, 0.0, 0.0);
        for _ in 0..20 {
            let (mut relatives, mut medians, mut truths) =
                (std::vec::Vec::new(), std::vec::Vec::new(), std::vec::Vec::new());
            for announced in 0..12 {
                let network = announced / 4;
                let gap = 30.0 * f64::from(network) - 30.0 + 4.0 * random.normal();
                for _ in 0..6 {
                    let access = 20.0 + 60.0 * random.unit();
                    let truth = [access, access + gap + 3.0 * random.normal()];
                    relatives.push(at(announced, network));
                    let hide = random.unit() < 0.4;
                    medians.push(median(truth[0] + random.normal(), 1.0));
                    medians.push(median(truth[1] + random.normal(), 1.0).filter(|_| !hide));
                    truths.push((truth[1], hide));
                }
            }
            let estimates = Estimates::of(&relatives, &medians, 2, &Options::default());
            let known: std::vec::Vec<f64> = truths.iter().filter(|t| !t.1).map(|t| t.0).collect();
            let mean = known.iter().sum::<f64>() / known.len() as f64;
            for (row, (truth, hide)) in truths.iter().enumerate() {
                if *hide {
                    error += (f64::from(estimates.latency[row * 2 + 1]) - truth).powi(2);
                    naive += (mean - truth).powi(2);
                    hidden += 1.0;
                }
            }
        }
        let (error, naive) = ((error / hidden).sqrt(), (naive / hidden).sqrt());
        assert!(error < 6.0 && naive > 20.0, "{error} {naive}");
    }
}
