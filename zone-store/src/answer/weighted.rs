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

/// Draws up to `wanted` records of the pool that a group, or two, make.
///
/// Each draw takes a record with the chance of its weight among those left: the distribution of sorting by
/// u^(1/weight), without its logarithms. Weight 0 is the last resort: such records are drawn, all alike, only
/// when no record of the pool has a weight.
///
/// Cost: O(records × wanted).
pub(crate) fn draw(
    first: &Group<'_>,
    second: Option<&Group<'_>>,
    wanted: u8,
    random: &mut Random,
) -> Drawn {
    let wanted = usize::from(wanted.max(1)).min(MAX);
    let mut drawn = Drawn { numbers: [0; MAX], len: 0 };
    let groups = [Some(first), second];
    let sum = |weight: fn(u32) -> u64| {
        let all = groups.iter().flatten().flat_map(|group| group.weights());
        all.fold(0u64, |sum, own| sum.saturating_add(weight(own)))
    };
    let total = sum(u64::from);
    // Without any weight, all are alike.
    let (weight, mut left): (fn(u32) -> u64, u64) =
        if total == 0 { (|_| 1, sum(|_| 1)) } else { (u64::from, total) };
    while drawn.len < wanted && left > 0 {
        let mut point = random.below(left);
        let mut found = None;
        let mut number = 0u16;
        for own in groups.iter().flatten().flat_map(|group| group.weights()) {
            if !drawn.has(number) {
                let own = weight(own);
                match point.checked_sub(own) {
                    Some(rest) => point = rest,
                    None => {
                        found = Some(own);
                        break;
                    }
                }
            }
            number = number.saturating_add(1);
        }
        let (Some(own), Some(slot)) = (found, drawn.numbers.get_mut(drawn.len)) else { break };
        *slot = number;
        drawn.len = drawn.len.saturating_add(1);
        left = left.saturating_sub(own);
    }
    drawn
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
            let drawn = draw(&groups[0], None, 2, &mut random);
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
            let drawn = draw(&groups[0], None, 2, &mut random);
            assert!(drawn.has(1) && !drawn.has(0) && !drawn.has(2));
        }
        let bytes = group(&[0, 0, 0]);
        let groups = [Group::read(&bytes).unwrap()];
        let mut seen = [false; 3];
        for _ in 0..1000 {
            let drawn = draw(&groups[0], None, 1, &mut random);
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
        let drawn = draw(&one, Some(&one), 9, &mut Random::new(1));
        assert_eq!((0..9).filter(|i| drawn.has(*i)).count(), 4);
    }
}
