//! Sorting of a handful of values. The library's sort holds a panic for orders that are none; this has no way to.

/// Sorts by insertion; what is equal keeps its order.
///
/// # Cost
/// O(n²), for n values that are few: stages of a filter, sources of a client, parts of an answer.
pub(crate) fn sort_by_key<T, K: Ord>(values: &mut [T], key: impl Fn(&T) -> K) {
    for end in 0..values.len() {
        let mut sorted = values.get_mut(..=end).unwrap_or_default();
        // The newcomer moves forward past all that are greater.
        while let [others @ .., newcomer] = sorted
            && let Some(before) = others.last_mut()
            && key(newcomer) < key(before)
        {
            core::mem::swap(before, newcomer);
            sorted = others;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    proptest! {
        #[test]
        fn agrees_with_the_librarys_stable_sort(values: Vec<(u8, u8)>) {
            let (mut ours, mut theirs) = (values.clone(), values);
            sort_by_key(&mut ours, |(key, _)| *key);
            theirs.sort_by_key(|(key, _)| *key);
            prop_assert_eq!(ours, theirs);
        }
    }
}
