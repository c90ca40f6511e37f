//! Reaching definitions: the bindings of a name that apply at an offset of the file. Names with many bindings in a
//! scope are indexed, so that not each binding is looked at.

use std::rc::Rc;

use crate::facts::{Binding, Bound};
use crate::resolve::types::evaluator::Evaluator;

/// The number of bindings of a name in a scope from which on they are indexed.
const MANY: usize = 32;

/// An index of many bindings of one name in one scope.
pub(super) struct BindingIndex {
    /// For each binding one more than the index of the latest binding before it that still applies where it begins; 0
    /// if there is none. The bindings between the two apply nowhere after it.
    before: Vec<u32>,
    /// The same for the latest narrowing before it.
    narrowing_before: Vec<u32>,
    /// The first binding that is declared with a type.
    first_typed: Option<usize>,
    /// All bindings are narrowings.
    all_narrowings: bool,
    /// All bindings are definitions.
    all_definitions: bool,
}

impl Evaluator<'_> {
    /// The bindings of one name in one scope that begin at or before an offset and apply there, the latest first.
    pub(super) fn reaching<'b>(&self, bindings: &'b [Binding], at: u32) -> impl Iterator<Item = &'b Binding> {
        let many = (bindings.len() >= MANY).then(|| self.binding_index(bindings));
        let before = move |i: usize| match &many {
            Some(many) => many.before[i] as usize,
            None => i,
        };
        backwards(bindings, at, before)
    }

    /// Of these the narrowings: bindings by checks of the name's type.
    pub(super) fn narrowings<'b>(
        &self,
        bindings: &'b [Binding],
        at: u32,
    ) -> impl Iterator<Item = &'b Binding> {
        let many = (bindings.len() >= MANY).then(|| self.binding_index(bindings));
        let before = move |i: usize| match &many {
            Some(many) => many.narrowing_before[i] as usize,
            None => i,
        };
        backwards(bindings, at, before).filter(|b| is_narrowing(b))
    }

    /// The first binding that is declared with a type.
    pub(super) fn first_typed<'b>(&self, bindings: &'b [Binding]) -> Option<&'b Binding> {
        if bindings.len() >= MANY {
            return self.binding_index(bindings).first_typed.map(|i| &bindings[i]);
        }
        bindings.iter().find(|b| self.is_typed(b))
    }

    /// Does any binding apply at that offset? Bindings that begin after it do, except narrowings. `narrows` tells
    /// whether a narrowing proves a type.
    pub(super) fn any_applies(
        &self,
        bindings: &[Binding],
        at: u32,
        narrows: impl Fn(&Binding) -> bool,
    ) -> bool {
        if bindings.len() >= MANY {
            return !self.binding_index(bindings).all_narrowings
                || self.narrowings(bindings, at).any(narrows);
        }
        bindings.iter().any(|b| reaches(b, at) && narrows(b))
    }

    /// Are all bindings definitions?
    pub(super) fn all_definitions(&self, bindings: &[Binding]) -> bool {
        if bindings.len() >= MANY {
            return self.binding_index(bindings).all_definitions;
        }
        bindings.iter().all(is_definition)
    }

    fn binding_index(&self, bindings: &[Binding]) -> Rc<BindingIndex> {
        let key = (bindings[0].scope, bindings[0].name);
        if let Some(known) = self.binding_indices.borrow().get(&key) {
            return known.clone();
        }
        let many = Rc::new(BindingIndex {
            before: applying_before(bindings, |_| true),
            narrowing_before: applying_before(bindings, is_narrowing),
            first_typed: bindings.iter().position(|b| self.is_typed(b)),
            all_narrowings: bindings.iter().all(is_narrowing),
            all_definitions: bindings.iter().all(is_definition),
        });
        self.binding_indices.borrow_mut().insert(key, many.clone());
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

/// The bindings that apply at an offset, backwards from the latest that begins at or before it. `before` returns one
/// more than the index of the next binding to look at, or 0.
fn backwards(
    bindings: &[Binding],
    at: u32,
    before: impl Fn(usize) -> usize,
) -> impl Iterator<Item = &Binding> {
    let started = bindings.partition_point(|b| b.at <= at);
    let all = std::iter::successors(started.checked_sub(1), move |i| before(*i).checked_sub(1));
    all.map(|i| &bindings[i]).filter(move |b| reaches(b, at))
}

/// For each binding one more than the index of the latest earlier one that still applies where it begins, among those
/// that `is_included` accepts; 0 if there is none.
fn applying_before(bindings: &[Binding], is_included: impl Fn(&Binding) -> bool) -> Vec<u32> {
    let mut applying: Vec<usize> = Vec::new();
    let before = (0..bindings.len()).map(|i| {
        while applying.pop_if(|last| until(&bindings[*last]) <= bindings[i].at).is_some() {}
        let before = applying.last().map_or(0, |last| *last as u32 + 1);
        if is_included(&bindings[i]) {
            applying.push(i);
        }
        before
    });
    before.collect()
}

fn is_definition(binding: &Binding) -> bool {
    matches!(binding.bound, Bound::Definition(_))
}

fn is_narrowing(binding: &Binding) -> bool {
    matches!(binding.bound, Bound::Narrowed { .. })
}

/// Does the binding apply at that offset?
pub(super) fn reaches(binding: &Binding, at: u32) -> bool {
    !matches!(binding.bound, Bound::Narrowed { .. } if at < binding.at || at >= until(binding))
}

/// The offset up to which a binding applies.
fn until(binding: &Binding) -> u32 {
    match binding.bound {
        Bound::Narrowed { until, .. } => until,
        _ => u32::MAX,
    }
}
