//! Rows: where the things of each owner begin in a list that is ordered by owner (compressed sparse rows).

/// For each of `owners` where its things begin, and at last where all end; `of` are the owners of all things, in any
/// order.
pub fn starts(owners: usize, of: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut starts = vec![0u32; owners + 1];
    of.for_each(|owner| starts[owner as usize + 1] += 1);
    (0..owners).for_each(|i| starts[i + 1] += starts[i]);
    starts
}
