//! Returns: what calling each definition of a file gives.

use crate::facts::{Bound, Definition, DefinitionId, Expression, ExpressionId, Position, ScopeId};
use crate::graph::{NodeKind, ParameterKind, Via};
use crate::resolve::collect::Collector;
use crate::resolve::index::definitions::Def;
use crate::resolve::types::value::{Item, Items, MOST, Value, one, push, weaker};

impl Collector<'_, '_> {
    /// What a function gives whose return type says something of an argument; None: it does not.
    fn type_predicate(&self, definition: &Definition) -> Option<Items> {
        let Expression::Entry { key, value } = self.facts.expression(definition.returns) else { return None };
        let builtin = || one(Value::builtin(), Via::Type);
        if definition.parameters.first().is_none_or(|first| first.name != key) {
            return Some(builtin());
        }
        let mut found = Items::new();
        for item in self.types.type_of(value, Position::new(definition.scope, definition.start)) {
            if let Value::Instance(class) = item.value {
                push(&mut found, Item { value: Value::TypePredicate(class), via: item.via });
            }
        }
        Some(if found.is_empty() { builtin() } else { found })
    }

    pub(super) fn returned_by(&self, def: Def) -> Items {
        let definition = self.facts.definition(def.id);
        if let Some(proofs) = self.type_predicate(definition) {
            return proofs;
        }
        let mut declared =
            self.types.type_of(definition.returns, Position::new(definition.scope, definition.start));
        if self.names_self_type(definition.returns) {
            declared.iter_mut().for_each(relative_to_self);
        }
        if declared.iter().any(|i| !matches!(i.value, Value::External(_)))
            || definition.kind == NodeKind::Type
        {
            return declared;
        }
        let mut found = Items::new();
        let by_framework = self.types.is_fixture(def);
        for (value, scope, at) in definition.returned.iter().take(2 * MOST) {
            if !by_framework && let Some(index) = self.returned_parameter(def.id, *value, *scope) {
                push(&mut found, Item { value: Value::FromParameter(index), via: Via::Flow });
                continue;
            }
            for mut item in self.types.value_of(*value, Position::new(*scope, *at)) {
                if self.facts.expression(*value) == Expression::This {
                    relative_to_self(&mut item);
                }
                if item.value != Value::Unknown {
                    push(&mut found, Item { via: weaker(item.via, Via::Flow), value: item.value });
                }
            }
        }
        if found.is_empty() { declared } else { found }
    }

    /// Is the type that of the object itself, perhaps among others?
    fn names_self_type(&self, written: ExpressionId) -> bool {
        match self.facts.expression(written) {
            Expression::This => true,
            Expression::Either(list) => {
                self.facts.list(list).any(|part| self.facts.expression(part) == Expression::This)
            }
            _ => false,
        }
    }

    /// The parameter of a type that says little that an expression is, if the name is bound to nothing else.
    fn returned_parameter(&self, id: DefinitionId, value: ExpressionId, scope: ScopeId) -> Option<u32> {
        let Expression::Name(name) = self.facts.expression(value) else { return None };
        let definition = self.facts.definition(id);
        let mut within = scope;
        while within != definition.scope && within.0 > definition.scope.0 {
            if !self.facts.bindings_of(within, name).is_empty() {
                return None;
            }
            within = self.facts.scope(within).parent;
        }
        let [only] = self.facts.bindings_of(definition.scope, name) else { return None };
        let Bound::Parameter { definition: of, index } = only.bound else { return None };
        let parameter = definition.parameters.get(index as usize)?;
        let itself =
            index == 0 && self.language.rules.members.explicit_self && definition.kind != NodeKind::Function;
        let plain = !matches!(parameter.kind, ParameterKind::Rest | ParameterKind::KeywordRest);
        let declared =
            self.types.type_of(parameter.r#type, Position::new(definition.scope, definition.start));
        let open = declared.iter().all(|i| matches!(i.value, Value::Function(_) | Value::External(_)));
        (of == id && !itself && plain && open && !parameter.default.is_known()).then_some(index)
    }
}

/// An object of the type around a method is the one that it is called on.
fn relative_to_self(item: &mut Item) {
    if let Value::Instance(class) = item.value {
        item.value = Value::SelfType(class);
    }
}
