//! Guards: functions that say of which type their first argument is if they give true.

use super::eval::Evaluator;
use super::value::{Item, Items, Value, extend, one, push};
use super::world::BUILTIN;
use crate::facts::{Binding, Bound, Definition, Expression, ExpressionId, ScopeId, hash};
use crate::graph::Via;

impl Evaluator<'_> {
    /// What a function gives whose return type says something of an argument; None: it does not.
    pub(super) fn proofs(&self, definition: &Definition) -> Option<Items> {
        let Expression::Entry { key, value } = self.facts.expression(definition.returns) else { return None };
        let builtin = || one(Value::External(hash(BUILTIN.as_bytes())), Via::Type);
        if definition.parameters.first().is_none_or(|first| first.name != key) {
            return Some(builtin());
        }
        let mut found = Items::new();
        for item in self.eval_type(value, definition.scope, definition.start) {
            if let Value::Instance(class) = item.value {
                push(&mut found, Item { value: Value::Proof(class), via: item.via });
            }
        }
        Some(if found.is_empty() { builtin() } else { found })
    }

    /// The types that a call of the callee proves its first argument to be of.
    pub(super) fn proven(&self, callee: ExpressionId, scope: ScopeId, at: u32) -> Items {
        let mut found = Items::new();
        if !self.language.rules.types.predicates {
            return found;
        }
        for item in self.eval(callee, scope, at) {
            let Value::Function(def) = item.value else { continue };
            self.consult(def.file, self.world.name_hash(def));
            let proofs = self.tables.returned(def).into_iter().flatten();
            let types = proofs.filter_map(|proof| match proof.value {
                Value::Proof(class) => Some(Item { value: Value::Instance(class), via: proof.via }),
                _ => None,
            });
            extend(&mut found, types.collect());
        }
        found
    }

    /// What may prove something: does it?
    pub(super) fn proves(&self, binding: &Binding) -> bool {
        !(self.is_guard(binding) && self.of_binding(binding).is_empty())
    }

    pub(super) fn is_guard(&self, binding: &Binding) -> bool {
        let Bound::Narrowed { r#type, .. } = binding.bound else { return false };
        let proves = |e: ExpressionId| matches!(self.facts.expression(e), Expression::Call { .. });
        match self.facts.expression(r#type) {
            Expression::Either(list) => self.facts.list(list).any(proves),
            _ => proves(r#type),
        }
    }
}
