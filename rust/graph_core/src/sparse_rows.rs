//! Compressed sparse rows: where the items of each row begin in a list that is sorted by row.

/// For each of `rows` rows the index of its first item, and at last the number of all items. `row_of_item` gives the
/// row of each item, in any order.
pub fn row_starts(rows: usize, row_of_item: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut starts = vec![0u32; rows + 1];
    row_of_item.for_each(|row| starts[row as usize + 1] += 1);
    (0..rows).for_each(|i| starts[i + 1] += starts[i]);
    starts
}
