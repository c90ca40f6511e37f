//! Sites: the calls that code writes out, each with the form of its arguments, and each form once.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::calls::Given;
use crate::facts::{Expression, Facts};
use crate::graph::{CallShape, CallSite};

/// The forms of one file's calls; there are few that differ. Behind each comes the same for a call that writes another
/// name than its function's, which is known when the graph is made.
#[derive(Default)]
pub struct Forms {
    pub all: Vec<CallShape>,
    numbers: FxHashMap<CallShape, u32>,
}

impl Forms {
    pub fn number(&mut self, form: CallShape) -> u32 {
        if let Some(number) = self.numbers.get(&form) {
            return *number;
        }
        let number = self.all.len() as u32;
        self.all.extend([form.clone(), CallShape { aliased: true, ..form.clone() }]);
        self.numbers.insert(form, number);
        number
    }
}

/// How a call gives its arguments; `sigil` stands before the names of parameters.
pub fn form(facts: &Facts, sigil: &str, given: Given) -> CallShape {
    let mut form = CallShape { awaited: given.waited, ..CallShape::default() };
    for argument in facts.list(given.arguments) {
        match facts.expression(argument) {
            Expression::Spread(_) => form.has_spread = true,
            Expression::Entry { key, .. } => form.keywords.push(format!("{sigil}{}", facts.text(key))),
            _ => form.positional = form.positional.saturating_add(1),
        }
    }
    form.keywords.sort_unstable();
    form
}

/// The sites of all files and the forms that they have, both sorted, no two alike. Each file's sites come with its
/// forms, by whose number `CallSite::shape` is; files are in the order of their nodes.
pub fn joined(mut files: Vec<(Vec<CallSite>, &[CallShape])>) -> (Vec<CallSite>, Vec<CallShape>) {
    let used = |(sites, forms): &(Vec<CallSite>, &[CallShape])| {
        let mut is_used = vec![false; forms.len()];
        sites.iter().for_each(|site| is_used[site.shape as usize] = true);
        is_used
    };
    let used: Vec<Vec<bool>> = files.par_iter().map(used).collect();
    let pairs = files.iter().zip(&used).flat_map(|((_, forms), used)| forms.iter().zip(used));
    let mut all: Vec<&CallShape> = pairs.filter_map(|(form, used)| used.then_some(form)).collect();
    let mut numbers: FxHashMap<&CallShape, u32> = FxHashMap::default();
    // Most are of many files: what differs is found before it is sorted.
    all.retain(|form| numbers.insert(form, 0).is_none());
    all.sort_unstable();
    numbers.extend(all.iter().enumerate().map(|(i, form)| (*form, i as u32)));
    files.par_iter_mut().for_each(|(sites, forms)| {
        // A form that no site has gets the number of none.
        let number = |form: &CallShape| numbers.get(form).copied().unwrap_or(u32::MAX);
        let numbers: Vec<u32> = forms.iter().map(number).collect();
        sites.iter_mut().for_each(|site| site.shape = numbers[site.shape as usize]);
        sites.sort_unstable();
        sites.dedup();
    });
    let mut sites = Vec::with_capacity(files.iter().map(|(sites, _)| sites.len()).sum());
    files.iter().for_each(|(own, _)| sites.extend_from_slice(own));
    (sites, all.into_iter().cloned().collect())
}
