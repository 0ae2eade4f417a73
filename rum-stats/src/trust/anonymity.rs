//! k-anonymity: no cell leaves the house that speaks of fewer than `k` clients.

use crate::prefix::Prefix;
use crate::sketch::Sketch;
use alloc::vec::Vec;

/// The samples of a prefix, and how many clients they come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The clients' prefix; no longer than /24 or /48 if the data are to leave.
    pub prefix: Prefix,
    /// Distinct clients.
    pub clients: u32,
    /// Their samples.
    pub sketch: Sketch,
}

/// Rolls cells with fewer than `k` clients up into the next shorter prefix, again and again until there
/// are enough, so that no sample is dropped. Two of one prefix are merged. What is still too small at the length `shortest`
/// (of the whole family: 0) is given back as the second list: it must stay at home.
///
/// The result is in order of prefix. Cells may lie inside others: the longer ones then hold only their own
/// samples.
///
/// Cost: O(n log n) for each bit of length that cells climb.
pub fn roll_up(mut cells: Vec<Cell>, k: u32, shortest: u8) -> (Vec<Cell>, Vec<Cell>) {
    // A cell is a kilobyte: it stays where it is, and its number climbs.
    let mut levels: Vec<Vec<(Prefix, usize)>> = (0..=128).map(|_| Vec::new()).collect();
    for (number, cell) in cells.iter().enumerate() {
        if let Some(level) = levels.get_mut(usize::from(cell.prefix.len())) {
            level.push((cell.prefix, number));
        }
    }
    let (mut kept, mut withheld) = (Vec::new(), Vec::new());
    let mut climbing: Vec<(Prefix, usize)> = Vec::new();
    while let Some(mut level) = levels.pop() {
        level.append(&mut climbing);
        level.sort_by_key(|(prefix, _)| *prefix);
        level.dedup_by(|(prefix, next), (before, first)| {
            let same = prefix == before;
            if same && let Ok([first, next]) = cells.get_disjoint_mut([*first, *next]) {
                first.clients = first.clients.saturating_add(next.clients);
                first.sketch.merge(&next.sketch);
            }
            same
        });
        for (prefix, number) in level {
            let Some(cell) = cells.get_mut(number) else { continue };
            cell.prefix = prefix;
            match prefix.parent().filter(|_| prefix.len() > shortest) {
                _ if cell.clients >= k => kept.push((prefix, number)),
                Some(parent) => climbing.push((parent, number)),
                None => withheld.push((prefix, number)),
            }
        }
    }
    kept.sort_by_key(|(prefix, _)| *prefix);
    let take = |numbers: Vec<(Prefix, usize)>| {
        numbers.into_iter().filter_map(|(_, number)| cells.get(number).cloned()).collect()
    };
    (take(kept), take(withheld))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Micros;
    use core::net::{IpAddr, Ipv4Addr};
    use proptest::prelude::*;

    fn cell(third: u8, clients: u32) -> Cell {
        let mut sketch = Sketch::new();
        sketch.record_many(Micros(9000), clients * 3);
        Cell {
            prefix: Prefix::new(IpAddr::V4(Ipv4Addr::new(10, 0, third, 0)), 24).unwrap(),
            clients,
            sketch,
        }
    }

    #[test]
    fn neighbours_share_a_cell() {
        let (kept, withheld) = roll_up(std::vec![cell(0, 3), cell(1, 2), cell(2, 9)], 5, 8);
        let prefixes: Vec<_> =
            kept.iter().map(|cell| (std::format!("{}", cell.prefix), cell.clients)).collect();
        assert_eq!(prefixes, [("10.0.0.0/23".into(), 5), ("10.0.2.0/24".into(), 9)]);
        assert!(withheld.is_empty());
        let (kept, withheld) = roll_up(std::vec![cell(7, 4)], 5, 16);
        assert_eq!((kept.len(), withheld.len(), withheld[0].prefix.len()), (0, 1, 16));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_is_small(raw in proptest::collection::vec((any::<u8>(), 0..8_u32), 0..40), k in 0..9_u32) {
            let cells: Vec<Cell> = raw.iter().map(|(third, clients)| cell(*third, *clients)).collect();
            let before: u64 = cells.iter().map(|cell| cell.sketch.count()).sum();
            let (kept, withheld) = roll_up(cells, k, 0);
            let after: u64 = kept.iter().chain(&withheld).map(|cell| cell.sketch.count()).sum();
            prop_assert_eq!(before, after);
            prop_assert!(kept.iter().all(|cell| cell.clients >= k));
            prop_assert!(withheld.iter().map(|cell| cell.clients).sum::<u32>() < k.max(1));
        }
    }
}
