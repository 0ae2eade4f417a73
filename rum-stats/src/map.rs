//! From an assignment to a client map: prefixes to locations, locations to PoPs by weight.

use crate::Prefix;
use crate::assign::{Assignment, WHOLE};
use crate::compare::Median;
use crate::number::{index_u32, to_f32};
use crate::sketch::Sketch;
use alloc::vec;
use alloc::vec::Vec;

/// Clients in `prefix` are in `location`; the longest prefix wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MapEntry {
    /// The clients.
    pub prefix: Prefix,
    /// Their location, an id in [`ClientMap::shares`].
    pub location: u32,
}

/// A part of the traffic of a location goes to a PoP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Share {
    /// The location.
    pub location: u32,
    /// The PoP, by its column in the latency matrix.
    pub pop: u32,
    /// The part in 1/256; those of a location add up to 256.
    pub weight: u16,
}

/// A client map. Locations `0..pops` are "all to this PoP" and always there, used or not, so that one
/// can be drained; each split prefix has a location of its own after those.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientMap {
    /// By prefix, none twice.
    pub entries: Vec<MapEntry>,
    /// By location, largest weight first.
    pub shares: Vec<Share>,
}

/// What was measured between a prefix and a PoP.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a> {
    /// The clients.
    pub prefix: Prefix,
    /// The PoP, by its column in the latency matrix.
    pub pop: u16,
    /// Their round trips to it.
    pub sketch: &'a Sketch,
}

/// The latency matrix of [`crate::assign::Problem`] from what was measured: medians in milliseconds, a row
/// for each of `prefixes`, which are in rising order. Infinite where fewer than `min_samples` (at least
/// one) were taken. Cells of other prefixes or of PoPs past `pops` are passed over; of two cells for
/// the same place the last counts.
pub fn latency_matrix<'a>(
    prefixes: &[Prefix],
    pops: usize,
    cells: impl IntoIterator<Item = Cell<'a>>,
    min_samples: u64,
) -> Vec<f32> {
    let mut matrix = vec![f32::INFINITY; prefixes.len().saturating_mul(pops)];
    for cell in cells {
        let Ok(row) = prefixes.binary_search(&cell.prefix) else {
            continue;
        };
        let pop = usize::from(cell.pop);
        if pop >= pops || cell.sketch.count() < min_samples.max(1) {
            continue;
        }
        let place = row.saturating_mul(pops).saturating_add(pop);
        let median = Median::of(cell.sketch).map(|median| median.value).ok();
        let median = median.or_else(|| cell.sketch.quantile(0.5).map(|micros| f64::from(micros.0)));
        if let (Some(entry), Some(median)) = (matrix.get_mut(place), median) {
            *entry = to_f32(median / 1000.0);
        }
    }
    matrix
}

/// The map of an assignment, made as small as it gets without changing anyone's answer: siblings of equal
/// location become their parent, and an entry that says what its next shorter one says goes away.
///
/// `prefixes` are those of the assignment, in its order; what is longer is ignored. Prefixes that reach
/// no PoP get no entry.
///
/// ```
/// use rum_stats::{Prefix, assign::{Options, Problem, assign}, map};
///
/// let prefix = |text: &str| Prefix::new(text.parse().unwrap(), 25).unwrap();
/// let prefixes = [prefix("192.0.2.0"), prefix("192.0.2.128")];
/// let problem = Problem {
///     demand: &[1.0, 2.0],
///     latency: &[10.0, 50.0, 12.0, 40.0],
///     capacity: &[10.0, 10.0],
///     utilisation: 0.8,
/// };
/// let map = map::build(&prefixes, &assign(&problem, &Options::default()).unwrap());
/// assert_eq!(map.entries.len(), 1);
/// assert_eq!(map.entries[0].prefix.to_string(), "192.0.2.0/24");
/// ```
///
/// # Cost
/// O(n log n) for n prefixes.
pub fn build(prefixes: &[Prefix], assignment: &Assignment) -> ClientMap {
    let pops = index_u32(assignment.loads.len());
    let mut shares: Vec<Share> =
        (0..pops).map(|pop| Share { location: pop, pop, weight: WHOLE }).collect();
    let mut entries = Vec::with_capacity(prefixes.len().min(assignment.prefixes()));
    let mut next_location = pops;
    for (index, prefix) in prefixes.iter().enumerate() {
        let Some(pop) = assignment.main_pop(index) else {
            continue;
        };
        let location = if assignment.is_split(index) {
            let location = next_location;
            next_location = next_location.saturating_add(1);
            shares.extend(assignment.shares(index).map(|(pop, weight)| Share {
                location,
                pop: u32::from(pop),
                weight,
            }));
            location
        } else {
            u32::from(pop)
        };
        entries.push(MapEntry { prefix: *prefix, location });
    }
    ClientMap { entries: coarsen(entries), shares }
}

/// Fewer entries that say the same: of each address that had an entry, the longest one that holds it names
/// the same location as before. Of a prefix given twice the last counts. Sorted by prefix.
pub fn coarsen(entries: Vec<MapEntry>) -> Vec<MapEntry> {
    drop_repeated(merge_siblings(entries))
}

/// From the longest prefixes to the shortest, two equal siblings become their parent. A parent that was
/// there is replaced: its halves covered it.
fn merge_siblings(entries: Vec<MapEntry>) -> Vec<MapEntry> {
    let mut levels: Vec<Vec<MapEntry>> = vec![Vec::new(); 129];
    for entry in entries {
        if let Some(level) = levels.get_mut(usize::from(entry.prefix.len())) {
            level.push(entry);
        }
    }
    let mut kept = Vec::new();
    let mut merged: Vec<MapEntry> = Vec::new();
    while let Some(mut level) = levels.pop() {
        level.append(&mut merged);
        // Stable, so that the last given, or the merged one, is last among equals.
        level.sort_by_key(|entry| entry.prefix);
        let unique = level.chunk_by(|a, b| a.prefix == b.prefix).filter_map(|equal| equal.last());
        let mut low: Option<MapEntry> = None;
        for entry in unique {
            match low.take() {
                Some(before)
                    if before.location == entry.location
                        && !before.prefix.is_upper()
                        && before.prefix.sibling() == Some(entry.prefix) =>
                {
                    match entry.prefix.parent() {
                        Some(prefix) => merged.push(MapEntry { prefix, location: entry.location }),
                        None => kept.extend([before, *entry]),
                    }
                }
                before => {
                    kept.extend(before);
                    low = Some(*entry);
                }
            }
        }
        kept.extend(low);
    }
    kept
}

/// Takes out entries that say what the next shorter one around them says.
fn drop_repeated(mut entries: Vec<MapEntry>) -> Vec<MapEntry> {
    entries.sort_unstable_by_key(|entry| entry.prefix);
    let mut around: Vec<MapEntry> = Vec::new();
    entries.retain(|entry| {
        while around.last().is_some_and(|outer| !outer.prefix.contains(&entry.prefix)) {
            around.pop();
        }
        let repeated = around.last().is_some_and(|outer| outer.location == entry.location);
        around.push(*entry);
        !repeated
    });
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Micros;
    use core::net::{IpAddr, Ipv4Addr};
    use proptest::prelude::*;

    /// The location of an address by the definition.
    fn look_up(entries: &[MapEntry], address: Prefix) -> Option<u32> {
        let holds = entries.iter().filter(|entry| entry.prefix.contains(&address));
        holds.max_by_key(|entry| entry.prefix.len()).map(|entry| entry.location)
    }

    fn small(bits: u8, len: u8) -> Prefix {
        Prefix::new(IpAddr::V4(Ipv4Addr::new(bits, 0, 0, 0)), len).unwrap()
    }

    proptest! {
        #[test]
        fn coarsening_changes_no_answer(raw in proptest::collection::vec((any::<u8>(), 0..=8_u8, 0..3_u32), 0..60)) {
            let mut entries: Vec<MapEntry> =
                raw.iter().map(|(bits, len, location)| MapEntry { prefix: small(*bits, *len), location: *location }).collect();
            entries.sort_by_key(|entry| entry.prefix);
            entries.dedup_by_key(|entry| entry.prefix);
            let coarse = coarsen(entries.clone());
            prop_assert!(coarse.len() <= entries.len());
            for bits in 0..=255 {
                let address = small(bits, 8);
                if let Some(location) = look_up(&entries, address) {
                    prop_assert_eq!(look_up(&coarse, address), Some(location));
                } else {
                    prop_assert_eq!(look_up(&coarse, address), None);
                }
            }
            prop_assert_eq!(coarsen(coarse.clone()), coarse);
        }
    }

    #[test]
    fn a_full_tree_becomes_one_entry() {
        let entries =
            (0..=255).map(|bits| MapEntry { prefix: small(bits, 8), location: 7 }).collect();
        assert_eq!(coarsen(entries), [MapEntry { prefix: small(0, 0), location: 7 }]);
    }

    #[test]
    fn matrix_takes_medians_and_minds_the_count() {
        let prefixes = [small(1, 8), small(2, 8)];
        let (mut many, mut few) = (Sketch::new(), Sketch::new());
        many.record_many(Micros::from_millis(20), 40);
        few.record_many(Micros::from_millis(5), 3);
        let cell = |prefix, pop, sketch| Cell { prefix, pop, sketch };
        let cells = [
            cell(prefixes[0], 0, &many),
            cell(prefixes[1], 1, &few),
            cell(small(3, 8), 0, &many),
            cell(prefixes[0], 9, &many),
        ];
        let matrix = latency_matrix(&prefixes, 2, cells, 30);
        assert!((matrix[0] - 20.0).abs() < 0.5);
        assert!(matrix[1..].iter().all(|ms| ms.is_infinite()));
        assert!(latency_matrix(&prefixes, 2, cells, 0)[3].is_finite());
    }
}
