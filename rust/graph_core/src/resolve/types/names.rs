//! Names: the value of a name at a position. It is looked up in the enclosing scopes from inside out, then in the unit,
//! then by wildcard imports.

use crate::facts::{Binding, Bound, Position, ScopeId, ScopeKind, Symbol, visible_in};
use crate::graph::Via;
use crate::hashing::NameHash;
use crate::resolve::index::imports::ImportTarget;
use crate::resolve::types::evaluator::Evaluator;
use crate::resolve::types::reaching_bindings::reaches;
use crate::resolve::types::value::{Items, Value, extend, one};

/// How many bindings of a name are evaluated.
const MOST_BINDINGS: usize = 256;

/// How many re-exports count as followed already when a module is found by path.
const DEPTH_BY_PATH: u32 = 8;

impl Evaluator<'_> {
    /// The values of a name. `Unknown`: the name is bound to something unknown, so that it is not looked up further
    /// out.
    pub(super) fn lookup(&self, name: Symbol, position: Position) -> Items {
        let found = self.lookup_from(name, position, false);
        if found.is_empty() { self.module_by_path(name, position, false) } else { found }
    }

    /// The values of a name where a type is expected.
    pub(super) fn lookup_type(&self, name: Symbol, position: Position) -> Items {
        let found = self.lookup_from(name, position, true);
        if found.is_empty() { self.module_by_path(name, position, true) } else { found }
    }

    /// Looks a name up in the enclosing scopes and, if none binds it, outside of the file.
    fn lookup_from(&self, name: Symbol, position: Position, of_type: bool) -> Items {
        let all = self.facts.bindings_named(name);
        if all.is_empty() && !self.language.rules.implicit_this {
            return self.outside_file(name);
        }
        let mut current = position.scope;
        loop {
            let kind = self.facts.scope(current).kind;
            let is_visible = kind != ScopeKind::Class
                || current == position.scope
                || of_type
                || self.language.rules.implicit_this;
            if is_visible {
                let bindings = visible_in(all, current);
                let is_hidden = if of_type {
                    bindings.iter().all(|b| self.is_never_type(b))
                } else {
                    self.language.rules.block_scoped && self.is_declared_later(bindings, current, position)
                        || !self.any_applies(bindings, position.at, |b| self.narrows(b))
                        || kind == ScopeKind::Class && self.is_before_bindings(bindings, current, position)
                };
                let separate = kind == ScopeKind::Class && self.language.rules.members.separate_class_methods;
                let is_hidden = is_hidden || separate && bindings.iter().all(|b| self.is_method(b));
                if !bindings.is_empty() && !is_hidden {
                    let found = self.reaching_values(bindings, current, position);
                    return if found.is_empty() { one(Value::Unknown, Via::Scope) } else { found };
                }
                let has_implicit = self.language.rules.implicit_this;
                if has_implicit && (kind == ScopeKind::Class || self.implicit_receiver(current).is_some()) {
                    let mut found = self.implicit_member(current, name, position.scope);
                    found.retain(|i| !of_type || matches!(i.value, Value::Class(_)));
                    if !found.is_empty() {
                        return found;
                    }
                }
            }
            if current.is_file() {
                return self.outside_file(name);
            }
            current = self.facts.scope(current).parent;
        }
    }

    /// The values of a name that the file does not bind. Remembers them.
    fn outside_file(&self, name: Symbol) -> Items {
        if let Some(known) = self.outside_names.borrow().get(&name) {
            return known.clone();
        }
        let found = self.name_from_other_files(self.facts.name_hash(name));
        self.outside_names.borrow_mut().insert(name, found.clone());
        found
    }

    /// The values of the bindings of one scope that reach a reader. In the same function these are the latest binding
    /// before the reader and earlier ones, as long as the later ones are in branches that may not have run; in another
    /// function all of them.
    fn reaching_values(&self, bindings: &[Binding], scope: ScopeId, reader: Position) -> Items {
        let same_function = self.function_of(reader.scope) == self.function_of(scope);
        let mut found = Items::new();
        let in_type = self.facts.scope(scope).kind == ScopeKind::Class;
        if self.language.rules.overloads && (in_type || self.all_definitions(bindings)) {
            for binding in bindings.iter().take(MOST_BINDINGS) {
                extend(&mut found, self.binding_value(binding));
            }
            return found;
        }
        if let Some(declared) = self.declared_type(bindings, reader.at) {
            return declared;
        }
        let started = bindings.partition_point(|b| b.at <= reader.at);
        let later = if same_function && started > 0 { &[][..] } else { &bindings[started..] };
        let later = later.iter().rev().filter(|b| reaches(b, reader.at));
        for binding in later.chain(self.reaching(bindings, reader.at)).take(MOST_BINDINGS) {
            extend(&mut found, self.binding_value(binding));
            let is_certain = if same_function {
                self.encloses(binding.block, reader.scope)
            } else {
                binding.block == scope
            };
            let is_certain = is_certain || matches!(binding.bound, Bound::Narrowed { .. });
            if is_certain && !found.is_empty() && !self.merges(binding) {
                break;
            }
        }
        found
    }

    /// Are these bindings of a block or function that all begin after the reader, in the same function?
    fn is_declared_later(&self, bindings: &[Binding], scope: ScopeId, reader: Position) -> bool {
        matches!(self.facts.scope(scope).kind, ScopeKind::Block | ScopeKind::Function)
            && bindings
                .iter()
                .all(|b| b.at >= reader.at && b.block == b.scope && matches!(b.bound, Bound::Value { .. }))
            && self.function_of(reader.scope) == self.function_of(scope)
    }

    /// Are these bindings of a type whose code runs in order, and is the reader part of that code and before them?
    fn is_before_bindings(&self, bindings: &[Binding], scope: ScopeId, reader: Position) -> bool {
        self.language.rules.assignment_declares
            && bindings.first().is_some_and(|b| b.at > reader.at)
            && self.function_of(reader.scope) == scope
    }

    /// The innermost function, type or file that encloses a scope.
    fn function_of(&self, mut scope: ScopeId) -> ScopeId {
        while self.facts.scope(scope).kind == ScopeKind::Block {
            scope = self.facts.scope(scope).parent;
        }
        scope
    }

    /// Is the inner scope the outer one, or inside of it?
    fn encloses(&self, outer: ScopeId, mut inner: ScopeId) -> bool {
        while inner.0 > outer.0 {
            inner = self.facts.scope(inner).parent;
        }
        inner == outer
    }

    /// Does the binding bind a value, so that its name cannot stand for a type?
    fn is_never_type(&self, binding: &Binding) -> bool {
        match binding.bound {
            Bound::Parameter { .. } | Bound::Narrowed { .. } => true,
            Bound::Value { value, r#type } => !value.is_known() && r#type.is_known(),
            Bound::Definition(id) => {
                self.language.rules.implicit_this && self.facts.definition(id).is_callable()
            }
            Bound::Import(_) => false,
        }
    }

    fn is_method(&self, binding: &Binding) -> bool {
        matches!(binding.bound, Bound::Definition(id) if self.facts.definition(id).is_callable())
    }

    /// The module that a name refers to that is bound nowhere, where unbound names are paths of modules.
    fn module_by_path(&self, name: Symbol, position: Position, of_type: bool) -> Items {
        if !self.language.rules.names.unbound_is_path {
            return Items::new();
        }
        let owner = self.facts.scope(position.scope).owner;
        if !of_type {
            let mut types = self.lookup_from(name, position, true);
            types.retain(|i| matches!(i.value, Value::Class(_)));
            if !types.is_empty() {
                return types; // a constant of an enclosing type
            }
        }
        if let Some(known) = self.modules_by_path.borrow().get(&(name, owner)) {
            return known.clone();
        }
        let text = self.facts.text(name);
        if let Some((first, rest)) = text.split_once(self.language.rules.path_separator)
            && let Some(first) = self.facts.strings.symbol(NameHash::of(first)).filter(|s| !s.is_empty())
            && !self.facts.bindings_named(first).is_empty()
        {
            let mut items = self.lookup_from(first, position, true);
            for part in rest.split(self.language.rules.path_separator) {
                let mut next = Items::new();
                for item in &items {
                    extend(&mut next, self.member(item, NameHash::of(part)));
                }
                items = next;
            }
            return items;
        }
        let path = match self.language.rules.imports.inline_modules {
            true => format!("{}{text}", self.facts.modules_around(position.scope)),
            false => format!("{}#{text}", self.facts.text(self.facts.package)),
        };
        let found = match self.index.locate(self.file, &path) {
            Some(
                target @ (ImportTarget::Files(_)
                | ImportTarget::Within(..)
                | ImportTarget::Unit(_)
                | ImportTarget::Definitions(_)),
            ) => self.target_at(&target, Via::Import, DEPTH_BY_PATH),
            Some(target @ ImportTarget::External(_)) if self.index.is_imported_package(&target) => {
                self.target(&target, Via::Import)
            }
            _ => Items::new(),
        };
        self.modules_by_path.borrow_mut().insert((name, owner), found.clone());
        found
    }
}
