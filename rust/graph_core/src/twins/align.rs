//! Aligns the tokens of two functions: how much of them is equal, where, and which names were replaced by which.

use rustc_hash::FxHashMap;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::tokens::{LITERAL, NAME, Token};

/// Shorter runs of equal tokens are often coincidences, and count with `SHORT_RUN_WEIGHT`.
const MIN_RUN: usize = 4;
const SHORT_RUN_WEIGHT: f64 = 0.4;
/// The weight of a pair of different names that occurs only once, which may be a renaming or a coincidence.
const SINGLE_RENAMING_WEIGHT: f64 = 0.55;
/// The weight of a pair of names that do not correspond.
const OTHER_NAME_WEIGHT: f64 = 0.0;
/// The weight of a pair of different literals.
const OTHER_LITERAL_WEIGHT: f64 = 0.85;

/// A run of tokens of equal shapes: its index in each function, and its length.
pub type Run = (usize, usize, usize);

#[derive(Debug, Clone, Default)]
pub struct Alignment {
    /// The share of tokens that agree, weighted; in 0..1.
    pub score: f64,
    /// Sorted by position.
    pub runs: Vec<Run>,
    /// Pairs of different names that correspond, as indices of their first occurrences, sorted by position.
    pub renamed: Vec<(usize, usize)>,
    /// The number of pairs of different literals.
    pub literals: usize,
    /// All tokens have equal shapes.
    pub same_shape: bool,
    /// All tokens are equal.
    pub same: bool,
}

/// Aligns two functions. `own_names` are the indices of the functions' own names, which may differ.
pub fn align(a: &[Token], b: &[Token], own_names: (Option<usize>, Option<usize>)) -> Alignment {
    let shapes = |tokens: &[Token]| tokens.iter().map(|t| t.shape).collect::<Vec<_>>();
    let ops = capture_diff_slices(Algorithm::Myers, &shapes(a), &shapes(b));
    let runs: Vec<Run> = ops
        .iter()
        .filter_map(|op| match *op {
            DiffOp::Equal { old_index, new_index, len } => Some((old_index, new_index, len)),
            _ => None,
        })
        .collect();
    let names = NameMapping::of(a, b, &runs);
    let mut alignment = Alignment {
        same_shape: a.len() == b.len() && runs.len() <= 1 && runs.iter().all(|r| r.2 == a.len()),
        ..Alignment::default()
    };
    alignment.same = alignment.same_shape;
    let mut agreeing = 0.0;
    for &(i, j, length) in &runs {
        let mut run = 0.0;
        for (x, y) in (i..i + length).zip(j..j + length) {
            let is_own_name = own_names.0 == Some(x) || own_names.1 == Some(y);
            let equal = a[x].text == b[y].text;
            alignment.same &= equal || is_own_name;
            run += match a[x].shape {
                _ if equal || is_own_name => 1.0,
                NAME => names.weight(a[x].text, b[y].text),
                LITERAL => {
                    alignment.literals += 1;
                    OTHER_LITERAL_WEIGHT
                }
                _ => 1.0,
            };
            if a[x].shape == NAME && !equal && !is_own_name && names.is_first(a[x].text, b[y].text, x) {
                alignment.renamed.push((x, y));
            }
        }
        agreeing += if length < MIN_RUN { SHORT_RUN_WEIGHT * run } else { run };
    }
    let total = a.len() + b.len();
    alignment.score = if total == 0 { 0.0 } else { 2.0 * agreeing / total as f64 };
    alignment.runs = runs;
    alignment
}

/// Which names of the two functions correspond: each is the most frequent counterpart of the other.
struct NameMapping {
    /// The number of occurrences of each pair of names, and the index of the first.
    pairs: FxHashMap<(u64, u64), (u32, usize)>,
    best: [FxHashMap<u64, (u32, u64)>; 2],
}

impl NameMapping {
    fn of(a: &[Token], b: &[Token], runs: &[Run]) -> Self {
        let mut pairs: FxHashMap<(u64, u64), (u32, usize)> = FxHashMap::default();
        for &(i, j, length) in runs {
            for (x, y) in (i..i + length).zip(j..j + length) {
                if a[x].shape == NAME {
                    pairs.entry((a[x].text, b[y].text)).or_insert((0, x)).0 += 1;
                }
            }
        }
        let mut best = [FxHashMap::default(), FxHashMap::default()];
        for (&(x, y), &(count, _)) in &pairs {
            for (side, from, to) in [(0, x, y), (1, y, x)] {
                // On a tie the lesser hash wins, so that the result does not depend on the order.
                let slot: &mut (u32, u64) = best[side].entry(from).or_insert((count, to));
                if (count, std::cmp::Reverse(to)) > (slot.0, std::cmp::Reverse(slot.1)) {
                    *slot = (count, to);
                }
            }
        }
        NameMapping { pairs, best }
    }

    fn correspond(&self, x: u64, y: u64) -> bool {
        self.best[0].get(&x).is_some_and(|b| b.1 == y) && self.best[1].get(&y).is_some_and(|b| b.1 == x)
    }

    fn weight(&self, x: u64, y: u64) -> f64 {
        if !self.correspond(x, y) {
            return OTHER_NAME_WEIGHT;
        }
        if self.pairs[&(x, y)].0 > 1 { 1.0 } else { SINGLE_RENAMING_WEIGHT }
    }

    fn is_first(&self, x: u64, y: u64, at: usize) -> bool {
        self.correspond(x, y) && self.pairs[&(x, y)].1 == at
    }
}
