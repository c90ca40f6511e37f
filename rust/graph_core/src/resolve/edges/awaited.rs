//! Awaited expressions: whether the result of a call is awaited, which decides if the call still fits when its function
//! becomes asynchronous.

use rustc_hash::FxHashSet;

use crate::facts::{Bound, Expression, ExpressionId, Facts, Reference, ReferenceKind, Symbol};
use crate::resolve::edges::outcome::PassedArguments;

/// The expressions of a file that are awaited, or passed on to code that may await them.
pub(super) struct AwaitedExpressions {
    expressions: FxHashSet<ExpressionId>,
    /// The names among them: what is assigned to such a name is awaited as well.
    names: FxHashSet<Symbol>,
}

impl AwaitedExpressions {
    /// `continuations` are the methods that take the code that runs after an asynchronous call.
    pub(super) fn of(facts: &Facts, continuations: &[&str]) -> Self {
        let mut awaited =
            AwaitedExpressions { expressions: FxHashSet::default(), names: FxHashSet::default() };
        for expression in &facts.expressions {
            match *expression {
                Expression::Await(inner) | Expression::Spread(inner) | Expression::Each(inner) => {
                    awaited.add(facts, inner);
                }
                Expression::Enter(inner) | Expression::Entry { value: inner, .. } => {
                    awaited.add(facts, inner);
                }
                Expression::Call { arguments, .. } | Expression::New { arguments, .. } => {
                    facts.list(arguments).for_each(|e| awaited.add(facts, e));
                }
                Expression::Sequence(list) | Expression::Either(list) => {
                    facts.list(list).for_each(|e| awaited.add(facts, e));
                }
                Expression::Member { object, name } if continuations.contains(&facts.text(name)) => {
                    awaited.add(facts, object);
                }
                _ => {}
            }
        }
        for (returned, ..) in facts.definitions.iter().flat_map(|d| &d.returned) {
            awaited.add(facts, *returned);
        }
        for member in &facts.members {
            awaited.expressions.insert(member.value);
        }
        for binding in &facts.bindings {
            if let Bound::Value { value, .. } = binding.bound
                && awaited.names.contains(&binding.name)
            {
                awaited.expressions.insert(value);
            }
        }
        awaited
    }

    fn add(&mut self, facts: &Facts, expression: ExpressionId) {
        self.expressions.insert(expression);
        if let Expression::Name(name) = facts.expression(expression) {
            self.names.insert(name);
        }
    }

    /// The arguments of the call of a reference; None if the reference is no call with written arguments.
    pub(super) fn passed_arguments(&self, facts: &Facts, reference: &Reference) -> Option<PassedArguments> {
        let arguments = match (reference.kind, facts.expression(reference.expression)) {
            (ReferenceKind::Call, Expression::Call { arguments, .. }) => arguments,
            (ReferenceKind::New, Expression::New { arguments, .. }) => arguments,
            _ => return None,
        };
        Some(PassedArguments { arguments, awaited: self.expressions.contains(&reference.expression) })
    }
}
