//! Call shapes: how calls pass their arguments. Each shape is stored once, call sites refer to it by number.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::facts::{Expression, Facts};
use crate::graph::{CallShape, CallSite};
use crate::resolve::edges::outcome::PassedArguments;

/// The shapes of one file's calls. Each is followed by the same shape of a call that writes another name than that of
/// its function: whether it does is known only when the graph is assembled.
#[derive(Default)]
pub(super) struct CallShapes {
    pub(super) all: Vec<CallShape>,
    numbers: FxHashMap<CallShape, u32>,
}

impl CallShapes {
    /// The number of a shape, which is added if it is new.
    pub(super) fn number(&mut self, shape: CallShape) -> u32 {
        if let Some(number) = self.numbers.get(&shape) {
            return *number;
        }
        let number = self.all.len() as u32;
        self.all.extend([shape.clone(), CallShape { aliased: true, ..shape.clone() }]);
        self.numbers.insert(shape, number);
        number
    }
}

/// The shape of a call; `sigil` precedes the names of parameters in the language.
pub(super) fn call_shape(facts: &Facts, sigil: &str, passed: PassedArguments) -> CallShape {
    let mut shape = CallShape { awaited: passed.awaited, ..CallShape::default() };
    for argument in facts.list(passed.arguments) {
        match facts.expression(argument) {
            Expression::Spread(_) => shape.has_spread = true,
            Expression::Entry { key, .. } => shape.keywords.push(format!("{sigil}{}", facts.text(key))),
            _ => shape.positional = shape.positional.saturating_add(1),
        }
    }
    shape.keywords.sort_unstable();
    shape
}

/// The call sites of all files and the shapes that they use, both sorted and without duplicates. Each file's sites come
/// with the file's shapes, which their `shape` numbers; files are in the order of their nodes.
pub(super) fn joined_sites(mut files: Vec<(Vec<CallSite>, &[CallShape])>) -> (Vec<CallSite>, Vec<CallShape>) {
    let used = |(sites, shapes): &(Vec<CallSite>, &[CallShape])| {
        let mut is_used = vec![false; shapes.len()];
        sites.iter().for_each(|site| is_used[site.shape as usize] = true);
        is_used
    };
    let used: Vec<Vec<bool>> = files.par_iter().map(used).collect();
    let pairs = files.iter().zip(&used).flat_map(|((_, shapes), used)| shapes.iter().zip(used));
    let mut all: Vec<&CallShape> = pairs.filter_map(|(shape, used)| used.then_some(shape)).collect();
    let mut numbers: FxHashMap<&CallShape, u32> = FxHashMap::default();
    // Most shapes are in many files: duplicates are removed before sorting.
    all.retain(|shape| numbers.insert(shape, 0).is_none());
    all.sort_unstable();
    numbers.extend(all.iter().enumerate().map(|(i, shape)| (*shape, i as u32)));
    files.par_iter_mut().for_each(|(sites, shapes)| {
        // Shapes that no site uses have no number.
        let number = |shape: &CallShape| numbers.get(shape).copied().unwrap_or(u32::MAX);
        let numbers: Vec<u32> = shapes.iter().map(number).collect();
        sites.iter_mut().for_each(|site| site.shape = numbers[site.shape as usize]);
        sites.sort_unstable();
        sites.dedup();
    });
    let mut sites = Vec::with_capacity(files.iter().map(|(sites, _)| sites.len()).sum());
    files.iter().for_each(|(of_file, _)| sites.extend_from_slice(of_file));
    (sites, all.into_iter().cloned().collect())
}
