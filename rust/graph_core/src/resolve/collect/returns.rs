//! Returns: what calling each definition of a file returns.

use crate::facts::{Bound, Definition, DefinitionId, Expression, ExpressionId, Position, ScopeId};
use crate::graph::{NodeKind, ParameterKind, Via};
use crate::resolve::collect::Collector;
use crate::resolve::index::definitions::Def;
use crate::resolve::types::value::{Item, Items, MOST, Value, one, push, weaker};

impl Collector<'_, '_> {
    /// What a call of a definition returns, by its declared return type, else by its return statements. For a type that
    /// is defined by another type: that type.
    pub(super) fn returned_by(&self, def: Def) -> Items {
        let definition = self.facts.definition(def.id);
        if let Some(predicate) = self.type_predicate(definition) {
            return predicate;
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
        let is_fixture = self.types.is_fixture(def);
        for (value, scope, at) in definition.returned.iter().take(2 * MOST) {
            if !is_fixture && let Some(index) = self.returned_parameter(def.id, *value, *scope) {
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

    /// What a function returns whose return type is a type predicate (`x is T`); None if it is none.
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

    /// Is the written type the type of the object itself, or a union with it?
    fn names_self_type(&self, written: ExpressionId) -> bool {
        match self.facts.expression(written) {
            Expression::This => true,
            Expression::Either(list) => {
                self.facts.list(list).any(|part| self.facts.expression(part) == Expression::This)
            }
            _ => false,
        }
    }

    /// The index of the parameter that an expression names, if the function returns it unchanged: the name is bound to
    /// nothing else and the parameter is declared with no type of the repository.
    fn returned_parameter(&self, id: DefinitionId, value: ExpressionId, scope: ScopeId) -> Option<u32> {
        let Expression::Name(name) = self.facts.expression(value) else { return None };
        let definition = self.facts.definition(id);
        let mut inner = scope;
        while inner != definition.scope && inner.0 > definition.scope.0 {
            if !self.facts.bindings_of(inner, name).is_empty() {
                return None;
            }
            inner = self.facts.scope(inner).parent;
        }
        let [only] = self.facts.bindings_of(definition.scope, name) else { return None };
        let Bound::Parameter { definition: of, index } = only.bound else { return None };
        let parameter = definition.parameters.get(index as usize)?;
        let is_self =
            index == 0 && self.language.rules.members.explicit_self && definition.kind != NodeKind::Function;
        let takes_one = !matches!(parameter.kind, ParameterKind::Rest | ParameterKind::KeywordRest);
        let declared =
            self.types.type_of(parameter.r#type, Position::new(definition.scope, definition.start));
        let is_open = declared.iter().all(|i| matches!(i.value, Value::Function(_) | Value::External(_)));
        (of == id && !is_self && takes_one && is_open && !parameter.default.is_known()).then_some(index)
    }
}

/// Replaces an object of the enclosing type by the object that the method is called on.
fn relative_to_self(item: &mut Item) {
    if let Value::Instance(class) = item.value {
        item.value = Value::SelfType(class);
    }
}
