//! Bindings: the value of a name by what it is bound to: a definition, an import, an assigned value, a parameter, or a
//! narrowing by a check.

use crate::facts::{Binding, Bound, DefinitionId, Expression, ExpressionId, Position, ScopeKind};
use crate::graph::{NodeKind, ParameterKind, Via, flag};
use crate::resolve::index::definitions::Def;
use crate::resolve::types::containers::rest_value;
use crate::resolve::types::evaluator::Evaluator;
use crate::resolve::types::value::{Item, Items, Value, extend, one, relabel, relabel_objects, weaker};

impl Evaluator<'_> {
    /// Is it a definition that may have the same name as another one without hiding it: a module or a type?
    pub(super) fn merges(&self, binding: &Binding) -> bool {
        let Bound::Definition(id) = binding.bound else { return false };
        matches!(self.facts.definition(id).kind, NodeKind::Module | NodeKind::Interface | NodeKind::Type)
    }

    /// The declared type of a name with several bindings, if declared types take precedence over assigned values and no
    /// narrowing applies.
    pub(super) fn declared_type(&self, bindings: &[Binding], at: u32) -> Option<Items> {
        if !self.language.rules.types.declared_types
            || bindings.len() < 2
            || self.narrowings(bindings, at).any(|b| self.narrows(b))
        {
            return None;
        }
        let declaration = self.first_typed(bindings)?;
        Some(self.binding_value(declaration))
            .filter(|items| matches!(items[..], [Item { value: Value::Instance(_), .. }]))
    }

    /// The types that a call of a type predicate proves for its first argument.
    pub(super) fn narrowed_by_call(&self, callee: ExpressionId, position: Position) -> Items {
        let mut found = Items::new();
        if !self.language.rules.types.predicates {
            return found;
        }
        for item in self.value_of(callee, position) {
            let Value::Function(def) = item.value else { continue };
            self.consult(def.file, self.index.name_hash(def));
            let predicates = self.tables.returned(def).into_iter().flatten();
            let types = predicates.filter_map(|item| match item.value {
                Value::TypePredicate(class) => Some(Item { value: Value::Instance(class), via: item.via }),
                _ => None,
            });
            extend(&mut found, types.collect());
        }
        found
    }

    /// Does a narrowing prove a type? A check by a call does only if the called function is a type predicate.
    pub(super) fn narrows(&self, binding: &Binding) -> bool {
        !(self.is_predicate_check(binding) && self.binding_value(binding).is_empty())
    }

    /// Is it a narrowing by a call?
    fn is_predicate_check(&self, binding: &Binding) -> bool {
        let Bound::Narrowed { r#type, .. } = binding.bound else { return false };
        let is_call = |e: ExpressionId| matches!(self.facts.expression(e), Expression::Call { .. });
        match self.facts.expression(r#type) {
            Expression::Either(list) => self.facts.list(list).any(is_call),
            _ => is_call(r#type),
        }
    }

    /// The value of what a name is bound to.
    pub(super) fn binding_value(&self, binding: &Binding) -> Items {
        match binding.bound {
            Bound::Definition(id) => {
                let def = Def { file: self.file, id };
                let is_property = self.facts.definition(id).flags & flag::PROPERTY != 0;
                match is_property && self.language.rules.names.unqualified_properties {
                    true => self.returned_value(def, Via::Receiver),
                    false => self.definition_value(def, Via::Scope),
                }
            }
            Bound::Import(index) => self.imported_value(index),
            Bound::Value { value, .. } if self.is_rebound_wrapper(binding, value) => Items::new(),
            Bound::Value { value, r#type } => {
                if r#type.is_known() {
                    let declared = self.type_of(r#type, binding.position());
                    let is_external = declared.iter().all(|i| matches!(i.value, Value::External(_)));
                    if !is_external {
                        return declared;
                    }
                    let mut inferred = self.assigned_value(binding, value);
                    if self.language.rules.types.declared_types && !declared.is_empty() {
                        relabel_objects(&mut inferred);
                    }
                    return if inferred.is_empty() { declared } else { inferred };
                }
                self.assigned_value(binding, value)
            }
            Bound::Parameter { definition, index } => self.parameter_value(definition, index),
            Bound::Narrowed { r#type, .. } => {
                let found = self.type_of(r#type, binding.position());
                let is_unknown = found.is_empty() && !self.is_predicate_check(binding);
                if is_unknown { one(Value::Unknown, Via::Type) } else { found }
            }
        }
    }

    /// Is it an assignment that wraps a definition of the same name, as in `f = wrap(f)`? Like a decorated definition
    /// the name still stands for the definition.
    pub(super) fn is_rebound_wrapper(&self, binding: &Binding, value: ExpressionId) -> bool {
        let mut value = value;
        for _ in 0..4 {
            let Expression::Call { arguments, .. } = self.facts.expression(value) else { return false };
            let Some(first) = self.facts.list(arguments).next() else { return false };
            if self.facts.expression(first) == Expression::Name(binding.name) {
                let all = self.facts.bindings_of(binding.scope, binding.name);
                return all.iter().any(|b| matches!(b.bound, Bound::Definition(_)));
            }
            value = first;
        }
        false
    }

    /// The value of an assignment; assigned functions and classes are known by flow.
    fn assigned_value(&self, binding: &Binding, value: ExpressionId) -> Items {
        let mut items = self.value_of(value, binding.position());
        if items.is_empty() {
            items = self.platform_name(value);
        }
        for item in &mut items {
            if matches!(item.value, Value::Function(_) | Value::Class(_)) {
                item.via = weaker(item.via, Via::Flow);
            }
        }
        items
    }

    /// The value of a parameter: the object itself, an object of its declared type, its default, or what callers pass.
    fn parameter_value(&self, id: DefinitionId, index: u32) -> Items {
        let definition = self.facts.definition(id);
        let Some(parameter) = definition.parameters.get(index as usize) else {
            return Items::new();
        };
        let outside = self.facts.scope(definition.scope).parent;
        if index == 0
            && self.language.rules.members.explicit_self
            && self.facts.scope(outside).kind == ScopeKind::Class
            && definition.flags & flag::STATIC == 0
        {
            let class = Def { file: self.file, id: self.facts.scope(outside).owner };

            let rules = &self.language.rules.members;
            let is_class_method = definition
                .decorators
                .iter()
                .any(|(_, text)| rules.class_method_decorators.contains(&self.facts.text(*text)))
                || rules.class_methods.contains(&self.facts.text(definition.name));
            let value = if is_class_method { Value::Class(class) } else { Value::Instance(class) };
            return one(value, Via::Receiver);
        }
        let at = definition.start;
        let mut found = self.type_of(parameter.r#type, Position::new(definition.scope, at));
        if self.language.rules.types.rest_declares_element {
            found = rest_value(found, parameter.kind);
        }
        // A function type tells what a call returns, not which function is called.
        let is_open = found.iter().all(|i| matches!(i.value, Value::Function(_) | Value::External(_)));
        if is_open {
            let def = Def { file: self.file, id };
            if let Some(passed) = self.tables.parameter(def, index) {
                extend(&mut found, relabel(passed, Via::Flow));
            }
        }
        if found.is_empty() && matches!(parameter.kind, ParameterKind::Rest | ParameterKind::KeywordRest) {
            return one(Value::builtin(), Via::Syntax);
        }
        if found.is_empty() {
            found = self.fixture_value(id, parameter.name);
        }
        if is_open && parameter.default.is_known() {
            let mut default =
                relabel(&self.value_of(parameter.default, Position::new(outside, at)), Via::Flow);
            let has_values = !found.is_empty();
            default.retain(|i| match i.value {
                Value::Function(_) => true,
                Value::External(_) => false,
                _ => !has_values,
            });
            extend(&mut found, default);
        }
        found
    }
}
