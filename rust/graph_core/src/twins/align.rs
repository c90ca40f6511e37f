//! Align: two functions side by side, token by token: how much of them agrees, where, and what is called what.

use rustc_hash::FxHashMap;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::tokens::{LITERAL, NAME, Token};

/// Equal tokens in a row that are fewer agree by chance: they count in part.
const TELLING_RUN: usize = 4;
const SHORT_RUN: f64 = 0.4;
/// A name that stands for another one, only once in both: it may be a renaming, and may be chance.
const ONCE: f64 = 0.55;
/// Names that do not stand for each other throughout.
const CONTRADICTED: f64 = 0.0;
const OTHER_LITERAL: f64 = 0.85;

/// A run of tokens that agree: index in either function, and length.
pub type Run = (usize, usize, usize);

#[derive(Debug, Clone, Default)]
pub struct Alignment {
    /// How much agrees, in 0..1.
    pub score: f64,
    /// In order.
    pub runs: Vec<Run>,
    /// Names that stand for each other throughout, by an index of either function, in order of their first place.
    pub renamed: Vec<(usize, usize)>,
    /// Pairs of literals that differ.
    pub literals: usize,
    /// All tokens are of the same shape.
    pub same_shape: bool,
    /// All tokens are the same.
    pub same: bool,
}

/// The functions side by side. `own` are the indices of their own names, which may differ.
pub fn align(a: &[Token], b: &[Token], own: (Option<usize>, Option<usize>)) -> Alignment {
    let shapes = |tokens: &[Token]| tokens.iter().map(|t| t.shape).collect::<Vec<_>>();
    let ops = capture_diff_slices(Algorithm::Myers, &shapes(a), &shapes(b));
    let runs: Vec<Run> = ops
        .iter()
        .filter_map(|op| match *op {
            DiffOp::Equal { old_index, new_index, len } => Some((old_index, new_index, len)),
            _ => None,
        })
        .collect();
    let names = Names::of(a, b, &runs);
    let mut alignment = Alignment {
        same_shape: a.len() == b.len() && runs.len() <= 1 && runs.iter().all(|r| r.2 == a.len()),
        ..Alignment::default()
    };
    alignment.same = alignment.same_shape;
    let mut agreeing = 0.0;
    for &(i, j, length) in &runs {
        let mut run = 0.0;
        for (x, y) in (i..i + length).zip(j..j + length) {
            let is_own = own.0 == Some(x) || own.1 == Some(y);
            let equal = a[x].text == b[y].text;
            alignment.same &= equal || is_own;
            run += match a[x].shape {
                _ if equal || is_own => 1.0,
                NAME => names.weight(a[x].text, b[y].text),
                LITERAL => {
                    alignment.literals += 1;
                    OTHER_LITERAL
                }
                _ => 1.0,
            };
            if a[x].shape == NAME && !equal && !is_own && names.is_first(a[x].text, b[y].text, x) {
                alignment.renamed.push((x, y));
            }
        }
        agreeing += if length < TELLING_RUN { SHORT_RUN * run } else { run };
    }
    let total = a.len() + b.len();
    alignment.score = if total == 0 { 0.0 } else { 2.0 * agreeing / total as f64 };
    alignment.runs = runs;
    alignment
}

/// Which names stand for each other: each the other's most frequent counterpart.
struct Names {
    /// Of a pair: how often, and where first.
    pairs: FxHashMap<(u64, u64), (u32, usize)>,
    best: [FxHashMap<u64, (u32, u64)>; 2],
}

impl Names {
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
                // Of equals the one with the lesser hash, so that the order does not matter.
                let slot: &mut (u32, u64) = best[side].entry(from).or_insert((count, to));
                if (count, std::cmp::Reverse(to)) > (slot.0, std::cmp::Reverse(slot.1)) {
                    *slot = (count, to);
                }
            }
        }
        Names { pairs, best }
    }

    fn stand_for_each_other(&self, x: u64, y: u64) -> bool {
        self.best[0].get(&x).is_some_and(|b| b.1 == y) && self.best[1].get(&y).is_some_and(|b| b.1 == x)
    }

    fn weight(&self, x: u64, y: u64) -> f64 {
        if !self.stand_for_each_other(x, y) {
            return CONTRADICTED;
        }
        if self.pairs[&(x, y)].0 > 1 { 1.0 } else { ONCE }
    }

    fn is_first(&self, x: u64, y: u64, at: usize) -> bool {
        self.stand_for_each_other(x, y) && self.pairs[&(x, y)].1 == at
    }
}
