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

/// Draws up to `wanted` records of the pool that both groups make.
///
/// Each draw takes a record with the chance of its weight among those left: the distribution of sorting by
/// u^(1/weight), without its logarithms. Weight 0 is the last resort: such records are drawn, all alike, only
/// when no record of the pool has a weight.
///
/// Cost: O(records × wanted).
pub(crate) fn draw(groups: &[Group<'_>], wanted: u8, random: &mut Random) -> Drawn {
    let wanted = usize::from(wanted.max(1)).min(MAX);
    let mut drawn = Drawn { numbers: [0; MAX], len: 0 };
    let total: u64 = weights(groups).fold(0, |sum, (_, weight)| sum.saturating_add(weight));
    // Without any weight, all are alike.
    let alike = total == 0;
    let weight_of = |weight: u64| if alike { 1 } else { weight };
    let mut left = if alike { u64::try_from(weights(groups).count()).unwrap_or(0) } else { total };
    while drawn.len < wanted && left > 0 {
        let mut point = random.below(left);
        let found =
            weights(groups).filter(|(number, _)| !drawn.has(*number)).find(|(_, weight)| {
                let weight = weight_of(*weight);
                match point.checked_sub(weight) {
                    Some(rest) => {
                        point = rest;
                        false
                    }
                    None => true,
                }
            });
        let (Some((number, weight)), Some(slot)) = (found, drawn.numbers.get_mut(drawn.len)) else {
            break;
        };
        *slot = number;
        drawn.len = drawn.len.saturating_add(1);
        left = left.saturating_sub(weight_of(weight));
    }
    drawn
}

/// Number and weight of every record.
fn weights<'a>(groups: &'a [Group<'a>]) -> impl Iterator<Item = (u16, u64)> {
    let all = groups.iter().flat_map(|group| (0..group.count).map(|i| u64::from(group.weight(i))));
    (0u16..).zip(all)
}

/// The most that are drawn.
const MAX: usize = 32;

#[cfg(test)]
mod tests {
    use super::draw;
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
            let drawn = draw(&groups, 2, &mut random);
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
            let drawn = draw(&groups, 2, &mut random);
            assert!(drawn.has(1) && !drawn.has(0) && !drawn.has(2));
        }
        let bytes = group(&[0, 0, 0]);
        let groups = [Group::read(&bytes).unwrap()];
        let mut seen = [false; 3];
        for _ in 0..1000 {
            let drawn = draw(&groups, 1, &mut random);
            for i in 0..3 {
                seen[usize::from(i)] |= drawn.has(i);
            }
        }
        assert_eq!(seen, [true; 3]);
    }

    #[test]
    fn draws_no_more_than_there_are() {
        let bytes = group(&[4, 4]);
        let one = Group::read(&bytes).unwrap();
        let drawn = draw(&[one, one], 9, &mut Random::new(1));
        assert_eq!((0..9).filter(|i| drawn.has(*i)).count(), 4);
    }
}
