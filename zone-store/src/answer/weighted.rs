//! Drawing records by weight, without replacement.

use crate::random::Random;
use crate::rrset::Group;

/// The records drawn, by number: those of the first group, then those of the second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drawn {
    numbers: [u16; MAX],
    len: usize,
}

impl Drawn {
    pub(crate) fn has(&self, number: u16) -> bool {
        self.numbers.get(..self.len).is_some_and(|drawn| drawn.contains(&number))
    }
}

/// The records that are drawn from: those of one group, or of two.
///
/// Each draw takes a record with the chance of its weight among those left: the distribution of sorting by
/// u^(1/weight), without its logarithms. Weight 0 is the last resort: such records are drawn, all alike, only
/// when no record of the pool has a weight.
#[derive(Clone, Copy)]
pub(crate) struct Pool<'g, 'a> {
    pub(crate) first: &'g Group<'a>,
    pub(crate) second: Option<&'g Group<'a>>,
}

impl<'a> Pool<'_, 'a> {
    /// Draws up to `wanted` records.
    ///
    /// Cost: O(records × wanted).
    pub(crate) fn draw(&self, wanted: u8, random: &mut Random) -> Drawn {
        let wanted = usize::from(wanted.max(1)).min(MAX);
        let mut drawn = Drawn { numbers: [0; MAX], len: 0 };
        let (mut left, alike) = self.total();
        while drawn.len < wanted && left > 0 {
            let number = self.reached(random.below(left), alike, |number| drawn.has(number));
            let Some(slot) = drawn.numbers.get_mut(drawn.len) else { break };
            *slot = number;
            drawn.len = drawn.len.saturating_add(1);
            left = left.saturating_sub(self.weight(number, alike));
        }
        drawn
    }

    /// Draws one record: its RDATA. `None` of an empty pool.
    ///
    /// Cost: O(records).
    #[inline]
    pub(crate) fn draw_one(&self, random: &mut Random) -> Option<&'a [u8]> {
        let own = self.first.weight();
        let total = own.saturating_add(self.second.map_or(0, Group::weight));
        if total == 0 {
            return self.draw_alike(random);
        }
        let point = random.below(total);
        let (group, point) = match point.checked_sub(own) {
            None => (self.first, point),
            Some(rest) => (self.second?, rest),
        };
        group.records().nth(usize::from(group.reached(point)))
    }

    #[cold]
    fn draw_alike(&self, random: &mut Random) -> Option<&'a [u8]> {
        let groups = [Some(self.first), self.second];
        let mut records = groups.into_iter().flatten().flat_map(|group| group.records());
        records.nth(usize::try_from(random.below(self.count().into())).ok()?)
    }

    fn count(&self) -> u16 {
        self.first.count.saturating_add(self.second.map_or(0, |group| group.count))
    }

    /// The sum of the weights; without any, all are alike, and 1.
    fn total(&self) -> (u64, bool) {
        let all = 0..self.count();
        let total = all.fold(0u64, |sum, n| sum.saturating_add(self.weight(n, false)));
        if total == 0 { (self.count().into(), true) } else { (total, false) }
    }

    #[inline]
    fn weight(&self, number: u16, alike: bool) -> u64 {
        if alike {
            return 1;
        }
        u64::from(match number.checked_sub(self.first.count) {
            None => self.first.weight_of(number),
            Some(number) => self.second.map_or(0, |group| group.weight_of(number)),
        })
    }

    /// The first record that is not taken at which the weights so far go past `point`.
    fn reached(&self, point: u64, alike: bool, is_taken: impl Fn(u16) -> bool) -> u16 {
        let (mut reach, mut passed) = (0u64, 0u16);
        for number in 0..self.count() {
            let own = if is_taken(number) { 0 } else { self.weight(number, alike) };
            reach = reach.saturating_add(own);
            passed = passed.saturating_add(u16::from(reach <= point));
        }
        passed
    }
}

/// The most that are drawn.
const MAX: usize = 32;

#[cfg(test)]
mod tests {
    use super::Pool;
    use crate::random::Random;
    use crate::rrset::{Group, WEIGHTED};
    use std::vec::Vec;

    fn group(weights: &[u32]) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend_from_slice(&300u32.to_le_bytes());
        bytes.extend_from_slice(&(weights.len() as u16 | WEIGHTED).to_le_bytes());
        for weight in weights {
            bytes.extend_from_slice(&weight.to_le_bytes());
        }
        for i in 0..weights.len() {
            bytes.extend_from_slice(&[0, 1, i as u8]);
        }
        bytes
    }

    /// The chance of every set of two, worked out by hand from the sequential draw.
    #[test]
    fn two_of_three_come_as_often_as_they_should() {
        let bytes = group(&[1, 2, 5]);
        let groups = [Group::read(&bytes).unwrap()];
        let mut random = Random::new(42);
        let mut left_out = [0u32; 3];
        let rounds = 80_000;
        for _ in 0..rounds {
            let drawn = Pool { first: &groups[0], second: None }.draw(2, &mut random);
            let out: Vec<u16> = (0..3).filter(|i| !drawn.has(*i)).collect();
            assert_eq!(out.len(), 1);
            left_out[usize::from(out[0])] += 1;
        }
        // Left out is 0 when {1,2} come: 2/8·5/6 + 5/8·2/3; and so on.
        let expected = [
            2.0 / 8.0 * 5.0 / 6.0 + 5.0 / 8.0 * 2.0 / 3.0,
            1.0 / 8.0 * 5.0 / 7.0 + 5.0 / 8.0 * 1.0 / 3.0,
            1.0 / 8.0 * 2.0 / 7.0 + 2.0 / 8.0 * 1.0 / 6.0,
        ];
        for (count, chance) in left_out.iter().zip(expected) {
            let mean = f64::from(rounds) * chance;
            let sigma = (mean * (1.0 - chance)).sqrt();
            assert!((f64::from(*count) - mean).abs() < 4.0 * sigma, "{left_out:?}");
        }
    }

    #[test]
    fn weight_zero_is_the_last_resort() {
        let bytes = group(&[0, 3, 0]);
        let groups = [Group::read(&bytes).unwrap()];
        let mut random = Random::new(7);
        for _ in 0..1000 {
            let drawn = Pool { first: &groups[0], second: None }.draw(2, &mut random);
            assert!(drawn.has(1) && !drawn.has(0) && !drawn.has(2));
        }
        let bytes = group(&[0, 0, 0]);
        let groups = [Group::read(&bytes).unwrap()];
        let mut seen = [false; 3];
        for _ in 0..1000 {
            let drawn = Pool { first: &groups[0], second: None }.draw(1, &mut random);
            for i in 0..3 {
                seen[usize::from(i)] |= drawn.has(i);
            }
        }
        assert_eq!(seen, [true; 3]);
    }

    /// One at a time, from two groups: by weight over both, and all alike where none has a weight.
    #[test]
    fn one_comes_as_often_as_it_should() {
        let rounds = 80_000;
        for (own, others, parts) in [
            (&[1u32, 0, 2][..], &[5u32][..], [1.0, 0.0, 2.0, 5.0]),
            (&[0, 0, 0], &[0], [1.0; 4]),
            (&[0, 0, 0], &[3], [0.0, 0.0, 0.0, 1.0]),
        ] {
            let (own, mut others) = (group(own), group(others));
            *others.last_mut().unwrap() = 3;
            let (own, others) = (Group::read(&own).unwrap(), Group::read(&others).unwrap());
            let pool = Pool { first: &own, second: Some(&others) };
            let mut random = Random::new(9);
            let mut counts = [0u32; 4];
            for _ in 0..rounds {
                counts[usize::from(pool.draw_one(&mut random).unwrap()[0])] += 1;
            }
            let all: f64 = parts.iter().sum();
            for (count, part) in counts.iter().zip(parts) {
                let mean = f64::from(rounds) * part / all;
                let sigma = (mean * (1.0 - part / all)).sqrt();
                assert!((f64::from(*count) - mean).abs() <= 4.0 * sigma, "{counts:?}");
            }
        }
    }

    #[test]
    fn draws_no_more_than_there_are() {
        let bytes = group(&[4, 4]);
        let one = Group::read(&bytes).unwrap();
        let drawn = Pool { first: &one, second: Some(&one) }.draw(9, &mut Random::new(1));
        assert_eq!((0..9).filter(|i| drawn.has(*i)).count(), 4);
    }
}
