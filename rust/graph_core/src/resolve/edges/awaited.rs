//! Awaited expressions: whether the result of a call is waited for, which says if it still fits a changed contract.

use rustc_hash::FxHashSet;

use crate::facts::{Bound, Expression, ExpressionId, Facts, Reference, ReferenceKind, Symbol};
use crate::resolve::edges::outcome::PassedArguments;

/// The expressions of a file that are awaited, or handed on to where they may be.
pub struct AwaitedExpressions {
    handed: FxHashSet<ExpressionId>,
    names: FxHashSet<Symbol>,
}

impl AwaitedExpressions {
    pub fn of(facts: &Facts, continuations: &[&str]) -> Self {
        let mut waiting = AwaitedExpressions { handed: FxHashSet::default(), names: FxHashSet::default() };
        for expression in &facts.expressions {
            match *expression {
                Expression::Await(inner) | Expression::Spread(inner) | Expression::Each(inner) => {
                    waiting.hand(facts, inner);
                }
                Expression::Enter(inner) | Expression::Entry { value: inner, .. } => {
                    waiting.hand(facts, inner);
                }
                Expression::Call { arguments, .. } | Expression::New { arguments, .. } => {
                    facts.list(arguments).for_each(|e| waiting.hand(facts, e));
                }
                Expression::Sequence(list) | Expression::Either(list) => {
                    facts.list(list).for_each(|e| waiting.hand(facts, e));
                }
                Expression::Member { object, name } if continuations.contains(&facts.text(name)) => {
                    waiting.hand(facts, object);
                }
                _ => {}
            }
        }
        for (returned, ..) in facts.definitions.iter().flat_map(|d| &d.returned) {
            waiting.hand(facts, *returned);
        }
        for member in &facts.members {
            waiting.handed.insert(member.value);
        }
        // What is given a name is waited for where the name is.
        for binding in &facts.bindings {
            if let Bound::Value { value, .. } = binding.bound
                && waiting.names.contains(&binding.name)
            {
                waiting.handed.insert(value);
            }
        }
        waiting
    }

    fn hand(&mut self, facts: &Facts, expression: ExpressionId) {
        self.handed.insert(expression);
        if let Expression::Name(name) = facts.expression(expression) {
            self.names.insert(name);
        }
    }

    /// What the call of a reference gives; none when it is no call that is written out.
    pub fn given(&self, facts: &Facts, reference: &Reference) -> Option<PassedArguments> {
        let arguments = match (reference.kind, facts.expression(reference.expression)) {
            (ReferenceKind::Call, Expression::Call { arguments, .. }) => arguments,
            (ReferenceKind::New, Expression::New { arguments, .. }) => arguments,
            _ => return None,
        };
        Some(PassedArguments { arguments, waited: self.handed.contains(&reference.expression) })
    }
}
