//! Fields: what names of a file's or a type's scope and members of objects hold, by what is assigned to them.

use crate::facts::{Bound, DefinitionId, Export, Expression, ExpressionId, Position, ScopeId, Symbol};
use crate::graph::{NodeKind, Via};
use crate::hashing::NameHash;
use crate::resolve::collect::Collector;
use crate::resolve::collect::contribution::ContributionBuilder;
use crate::resolve::index::definitions::{Def, holds_members};
use crate::resolve::types::value::{Items, Value, one, relabel_objects, weaker};

impl Collector<'_, '_> {
    /// Is a field declared with a type of the repository, so that it has that whatever is assigned to it?
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

    /// Names bound in the file's scope or in a type's.
    pub(super) fn collect_bound_values(&self, entries: &mut ContributionBuilder) {
        for binding in &self.facts.bindings {
            let Bound::Value { value, r#type } = binding.bound else {
                continue;
            };
            let scope = self.facts.scope(binding.scope);
            let of_file = binding.scope.is_file();
            let owner = self.facts.definition(scope.owner);
            let of_type = !of_file && owner.scope == binding.scope && holds_members(owner.kind);
            if !of_file && !of_type {
                continue;
            }
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
                continue;
            }
            if of_file && items.iter().all(|i| matches!(i.value, Value::External(_))) {
                let aliased = self.types.type_alias(value, binding.position());
                if !aliased.is_empty() {
                    items = aliased;
                }
            }
            items.retain(|i| i.value != Value::Unknown);
            weaken(&mut items);
            if of_type && !r#type.is_known() && self.is_enumerated(scope.owner) {
                let class = Def { file: self.file, id: scope.owner };
                items = one(Value::Instance(class), Via::Type);
            }
            if items.is_empty() {
                continue;
            }
            let name = self.facts.name_hash(binding.name);
            if of_file {
                entries.global(name, items);
            } else {
                let class = self.types.extended_type(scope.owner);
                let holder = if class.file == self.file { class.id } else { scope.owner };
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

    /// Is the type one whose fields are its objects because of its base?
    fn is_enumerated(&self, id: DefinitionId) -> bool {
        !self.language.rules.types.enum_bases.is_empty() && self.facts.definition(id).kind == NodeKind::Enum
    }

    /// Assignments to members: of the object itself, of a class or its prototype, of what the module exports.
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
            if self.is_exports(member.object) {
                entries.global(name, items);
                continue;
            }
            if let Expression::Name(module) = self.facts.expression(member.object)
                && self.is_whole_export(module, member.name)
            {
                entries.global(NameHash::of(self.language.rules.imports.whole_export), items);
                continue;
            }
            weaken(&mut items);
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

    /// Is `object.name` what a module exports as a whole?
    fn is_whole_export(&self, object: Symbol, name: Symbol) -> bool {
        let whole = self.language.rules.imports.whole_export.split_once('.');
        whole == Some((self.facts.text(object), self.facts.text(name)))
    }

    fn is_exports(&self, object: ExpressionId) -> bool {
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

/// Functions and classes that were assigned are known by flow.
fn weaken(items: &mut Items) {
    for item in items {
        if matches!(item.value, Value::Function(_) | Value::Class(_)) {
            item.via = weaker(item.via, Via::Flow);
        }
    }
}
