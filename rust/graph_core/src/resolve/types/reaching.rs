//! Reaching bindings: of the bindings of one name those that apply at an offset. Where there are many, without a look at
//! each.

use std::rc::Rc;

use crate::facts::{Binding, Bound};
use crate::resolve::types::evaluator::Evaluator;

/// Of fewer bindings each is looked at.
const MANY: usize = 32;

/// What is asked of many bindings of one name in one scope.
pub struct BindingIndex {
    /// For each one more than the latest before it that still counts where it begins: what stands between the two
    /// counts nowhere behind. 0: there is none.
    before: Vec<u32>,
    /// The same of checks of what the name is.
    check_before: Vec<u32>,
    /// The first that is declared with a type.
    typed: Option<usize>,
    /// All are checks of what the name is.
    narrow: bool,
    /// All are definitions.
    defined: bool,
}

impl Evaluator<'_> {
    /// Of the bindings of one name in one scope those that begin at or before an offset and count there, the latest
    /// first.
    pub(super) fn reaching<'b>(&self, bindings: &'b [Binding], at: u32) -> impl Iterator<Item = &'b Binding> {
        let many = (bindings.len() >= MANY).then(|| self.binding_index(bindings));
        let before = move |i: usize| match &many {
            Some(many) => many.before[i] as usize,
            None => i,
        };
        backwards(bindings, at, before)
    }

    /// Those of them that are checks of what the name is.
    pub(super) fn narrowings<'b>(
        &self,
        bindings: &'b [Binding],
        at: u32,
    ) -> impl Iterator<Item = &'b Binding> {
        let many = (bindings.len() >= MANY).then(|| self.binding_index(bindings));
        let before = move |i: usize| match &many {
            Some(many) => many.check_before[i] as usize,
            None => i,
        };
        backwards(bindings, at, before).filter(|b| is_check(b))
    }

    /// The first that is declared with a type.
    pub(super) fn first_typed<'b>(&self, bindings: &'b [Binding]) -> Option<&'b Binding> {
        if bindings.len() >= MANY {
            return self.binding_index(bindings).typed.map(|i| &bindings[i]);
        }
        bindings.iter().find(|b| self.is_typed(b))
    }

    /// Does any apply at that offset, if only one that begins behind it? `narrows` says whether a check proves
    /// anything.
    pub(super) fn any_applies(
        &self,
        bindings: &[Binding],
        at: u32,
        narrows: impl Fn(&Binding) -> bool,
    ) -> bool {
        if bindings.len() >= MANY {
            return !self.binding_index(bindings).narrow || self.narrowings(bindings, at).any(narrows);
        }
        bindings.iter().any(|b| reaches(b, at) && narrows(b))
    }

    /// Are all definitions?
    pub(super) fn all_defined(&self, bindings: &[Binding]) -> bool {
        if bindings.len() >= MANY {
            return self.binding_index(bindings).defined;
        }
        bindings.iter().all(is_defined)
    }

    fn binding_index(&self, bindings: &[Binding]) -> Rc<BindingIndex> {
        let key = (bindings[0].scope, bindings[0].name);
        if let Some(known) = self.many.borrow().get(&key) {
            return known.clone();
        }
        let many = Rc::new(BindingIndex {
            before: open_before(bindings, |_| true),
            check_before: open_before(bindings, is_check),
            typed: bindings.iter().position(|b| self.is_typed(b)),
            narrow: bindings.iter().all(is_check),
            defined: bindings.iter().all(is_defined),
        });
        self.many.borrow_mut().insert(key, many.clone());
        many
    }

    fn is_typed(&self, binding: &Binding) -> bool {
        match binding.bound {
            Bound::Value { r#type, .. } => r#type.is_known(),
            Bound::Parameter { definition, index } => {
                let parameters = &self.facts.definition(definition).parameters;
                parameters.get(index as usize).is_some_and(|p| p.r#type.is_known())
            }
            _ => false,
        }
    }
}

/// From the latest that begins at or before an offset; `before` gives one more than the next one, or 0.
fn backwards(
    bindings: &[Binding],
    at: u32,
    before: impl Fn(usize) -> usize,
) -> impl Iterator<Item = &Binding> {
    let started = bindings.partition_point(|b| b.at <= at);
    let all = std::iter::successors(started.checked_sub(1), move |i| before(*i).checked_sub(1));
    all.map(|i| &bindings[i]).filter(move |b| reaches(b, at))
}

fn open_before(bindings: &[Binding], counts: impl Fn(&Binding) -> bool) -> Vec<u32> {
    let mut open: Vec<usize> = Vec::new();
    let before = (0..bindings.len()).map(|i| {
        while open.pop_if(|last| until(&bindings[*last]) <= bindings[i].at).is_some() {}
        let before = open.last().map_or(0, |last| *last as u32 + 1);
        if counts(&bindings[i]) {
            open.push(i);
        }
        before
    });
    before.collect()
}

fn is_defined(binding: &Binding) -> bool {
    matches!(binding.bound, Bound::Definition(_))
}

fn is_check(binding: &Binding) -> bool {
    matches!(binding.bound, Bound::Narrowed { .. })
}

/// Does the binding count at that offset?
pub(super) fn reaches(binding: &Binding, at: u32) -> bool {
    !matches!(binding.bound, Bound::Narrowed { .. } if at < binding.at || at >= until(binding))
}

fn until(binding: &Binding) -> u32 {
    match binding.bound {
        Bound::Narrowed { until, .. } => until,
        _ => u32::MAX,
    }
}
