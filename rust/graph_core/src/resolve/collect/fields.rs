//! Fields: the values of names that are bound in the scope of the file or of a type, and of members of objects, by what
//! is assigned to them.

use crate::facts::{
    Binding, Bound, DefinitionId, Export, Expression, ExpressionId, Position, ScopeId, Symbol,
};
use crate::graph::{NodeKind, Via};
use crate::hashing::NameHash;
use crate::resolve::collect::Collector;
use crate::resolve::collect::contribution::ContributionBuilder;
use crate::resolve::index::definitions::{Def, holds_members};
use crate::resolve::types::value::{Items, Value, one, relabel_objects, weaker};

impl Collector<'_, '_> {
    /// Adds the values of names that are bound in the scope of the file or of a type, and of exports without a name of
    /// the file's scope.
    pub(super) fn collect_bound_values(&self, entries: &mut ContributionBuilder) {
        for binding in &self.facts.bindings {
            let Bound::Value { value, r#type } = binding.bound else { continue };
            let owner = self.facts.scope(binding.scope).owner;
            let in_file = binding.scope.is_file();
            let definition = self.facts.definition(owner);
            let in_type = !in_file && definition.scope == binding.scope && holds_members(definition.kind);
            if !in_file && !in_type {
                continue;
            }
            let Some(mut items) = self.bound_value(binding, value, r#type) else { continue };
            if in_type && !r#type.is_known() && self.is_enum(owner) {
                items = one(Value::Instance(Def { file: self.file, id: owner }), Via::Type);
            }
            if items.is_empty() {
                continue;
            }
            let name = self.facts.name_hash(binding.name);
            if in_file {
                entries.global(name, items);
            } else {
                let class = self.types.extended_type(owner);
                let holder = if class.file == self.file { class.id } else { owner };
                entries.field(holder, name, items);
            }
        }
        for export in &self.facts.exports {
            if let Export::Value { name, value } = *export {
                let items = self.types.value_of(value, Position::new(ScopeId::FILE, u32::MAX));
                entries.global(self.facts.name_hash(name), items);
            }
        }
    }

    /// The value of a binding by its declared type, its assigned value, or the type that it is an alias of. None if
    /// another binding of the name declares its type.
    fn bound_value(&self, binding: &Binding, value: ExpressionId, r#type: ExpressionId) -> Option<Items> {
        let mut items = self.types.type_of(r#type, binding.position());
        if items.iter().all(|i| matches!(i.value, Value::External(_))) {
            let mut inferred = self.types.value_of(value, binding.position());
            if !inferred.is_empty() {
                if self.language.rules.types.declared_types && !items.is_empty() {
                    relabel_objects(&mut inferred);
                }
                items = inferred;
            }
        }
        if !r#type.is_known() && self.is_declared(binding.scope, binding.name) {
            return None;
        }
        if binding.scope.is_file() && items.iter().all(|i| matches!(i.value, Value::External(_))) {
            let aliased = self.types.type_alias(value, binding.position());
            if !aliased.is_empty() {
                items = aliased;
            }
        }
        items.retain(|i| i.value != Value::Unknown);
        weaken_definitions(&mut items);
        Some(items)
    }

    /// Is a name of a scope declared with a type of the repository? Then assignments do not change its type.
    fn is_declared(&self, scope: ScopeId, name: Symbol) -> bool {
        self.language.rules.types.declared_types
            && self.facts.bindings_of(scope, name).iter().any(|b| match b.bound {
                Bound::Value { r#type, .. } if r#type.is_known() => {
                    let declared = self.types.type_of(r#type, b.position());
                    declared.iter().any(|i| matches!(i.value, Value::Instance(_)))
                }
                _ => false,
            })
    }

    /// Is the type an enum by its base, so that the values of its scope are its objects?
    fn is_enum(&self, id: DefinitionId) -> bool {
        !self.language.rules.types.enum_bases.is_empty() && self.facts.definition(id).kind == NodeKind::Enum
    }

    /// Adds the values that are assigned to members: of objects, of a class or its prototype, of the object that the
    /// module exports by.
    pub(super) fn collect_member_values(&self, entries: &mut ContributionBuilder) {
        for member in &self.facts.members {
            let name = self.facts.name_hash(member.name);
            let mut items = self.types.type_of(member.r#type, member.position());
            if items.is_empty() {
                items = self.types.value_of(member.value, member.position());
            }
            items.retain(|i| i.value != Value::Unknown);
            if items.is_empty() {
                continue;
            }
            if self.is_export_object(member.object) {
                entries.global(name, items);
                continue;
            }
            if let Expression::Name(module) = self.facts.expression(member.object)
                && self.is_whole_export(module, member.name)
            {
                entries.global(NameHash::of(self.language.rules.imports.whole_export), items);
                continue;
            }
            weaken_definitions(&mut items);
            let object = match self.facts.expression(member.object) {
                Expression::Member { object, name } if self.is_prototype(name) => object,
                _ => member.object,
            };
            for owner in self.types.value_of(object, member.position()) {
                match owner.value {
                    Value::Instance(def) | Value::Class(def) | Value::Function(def) => {
                        let Some(part) = self.index.partial_types.in_file(def, self.file) else {
                            continue;
                        };
                        if !self.is_declared(self.facts.definition(part.id).scope, member.name) {
                            entries.field(part.id, name, items.clone());
                        }
                    }
                    Value::Object { file, id, .. } if file == self.file => {
                        entries.object(id, name, items.clone());
                    }
                    _ => {}
                }
            }
        }
    }

    fn is_prototype(&self, name: Symbol) -> bool {
        let prototype = self.language.rules.members.prototype;
        !prototype.is_empty() && self.facts.text(name) == prototype
    }

    /// Is `object.name` the value of the module as a whole (`module.exports`)?
    fn is_whole_export(&self, object: Symbol, name: Symbol) -> bool {
        let whole = self.language.rules.imports.whole_export.split_once('.');
        whole == Some((self.facts.text(object), self.facts.text(name)))
    }

    /// Is it the object whose members are the exports of the module?
    fn is_export_object(&self, object: ExpressionId) -> bool {
        let rules = &self.language.rules;
        match self.facts.expression(object) {
            Expression::Name(name) => rules.imports.export_objects.contains(&self.facts.text(name)),
            Expression::Member { object, name } => {
                matches!(self.facts.expression(object), Expression::Name(of) if self.is_whole_export(of, name))
            }
            _ => false,
        }
    }
}

/// Functions and classes that are assigned are known by flow.
fn weaken_definitions(items: &mut Items) {
    for item in items {
        if matches!(item.value, Value::Function(_) | Value::Class(_)) {
            item.via = weaker(item.via, Via::Flow);
        }
    }
}
