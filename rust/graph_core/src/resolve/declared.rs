//! Declared names: where a written type counts over what is assigned, and definitions that share a name.

use super::eval::Evaluator;
use super::value::{Def, Item, Items, Value};
use crate::facts::{Binding, Bound, Expression, ExpressionId, ScopeId, Symbol};
use crate::graph::{NodeKind, Via};

/// How many calls a function may be wrapped in.
const MOST_WRAPPERS: usize = 4;

impl Evaluator<'_> {
    /// Is it a definition beside which others of its name hold: a module or a type without values?
    pub(super) fn merges(&self, binding: &Binding) -> bool {
        let Bound::Definition(id) = binding.bound else { return false };
        matches!(self.facts.definition(id).kind, NodeKind::Module | NodeKind::Interface | NodeKind::Type)
    }

    /// The one type that a name is declared with, where that counts whatever else is assigned to it.
    pub(super) fn declared(&self, bindings: &[Binding], at: u32) -> Option<Items> {
        if !self.language.rules.types.declared_types
            || bindings.len() < 2
            || self.checks(bindings, at).any(|b| self.proves(b))
        {
            return None;
        }
        let typed = self.first_typed(bindings)?;
        Some(self.of_binding(typed))
            .filter(|items| matches!(items[..], [Item { value: Value::Instance(_), .. }]))
    }

    /// Is a field declared with a type of the repository, so that it has that whatever is assigned to it?
    pub(super) fn is_declared(&self, scope: ScopeId, name: Symbol) -> bool {
        self.language.rules.types.declared_types
            && self.facts.bindings_of(scope, name).iter().any(|b| match b.bound {
                Bound::Value { r#type, .. } if r#type.is_known() => {
                    let declared = self.eval_type(r#type, b.block, b.at);
                    declared.iter().any(|i| matches!(i.value, Value::Instance(_)))
                }
                _ => false,
            })
    }

    /// What an expression stands for that is called. A name to which a call gives what is not known, or a function
    /// without a name, goes for the function that is written in the call and named after it.
    pub(super) fn callee(&self, callee: ExpressionId, scope: ScopeId, at: u32) -> Items {
        let items = self.eval(callee, scope, at);
        let is_vague = |item: &Item| match item.value {
            Value::External(_) | Value::Unknown => true,
            Value::Function(def) => self.world.definition(def).name.is_empty(),
            _ => false,
        };
        match self.facts.expression(callee) {
            Expression::Name(name) if items.iter().all(is_vague) => self.wrapped(name).unwrap_or(items),
            _ => items,
        }
    }

    fn wrapped(&self, name: Symbol) -> Option<Items> {
        let [Binding { scope: ScopeId::FILE, bound: Bound::Value { value, .. }, .. }] =
            self.facts.bindings_named(name)
        else {
            return None;
        };
        let mut value = *value;
        for _ in 0..MOST_WRAPPERS {
            let Expression::Call { arguments, .. } = self.facts.expression(value) else { return None };
            let mut inner = None;
            for argument in self.facts.list(arguments) {
                match self.facts.expression(argument) {
                    Expression::Definition(id) if self.facts.definition(id).name == name => {
                        return Some(self.defined(Def { file: self.file, id }, Via::Flow));
                    }
                    Expression::Call { .. } => inner = inner.or(Some(argument)),
                    _ => {}
                }
            }
            value = inner?;
        }
        None
    }
}
