//! Looking names up: enclosing scopes first, then the unit, then wildcard imports; what modules export.

use super::containers::gathered;
use super::eval::{Evaluator, STARS};
use super::reaching::reaches;
use super::value::{Def, Item, Items, Value, extend, one, relabel_objects, weaker};
use super::world::{BUILTIN, Target};
use crate::facts::{
    Binding, Bound, DefinitionId, Export, Expression, Import, ScopeId, ScopeKind, Symbol, hash, seen_in,
};
use crate::graph::{NodeKind, ParameterKind, Via, flag};
use crate::languages::Exported;

/// How many bindings of a name are looked at for what it may be.
const MOST_BINDINGS: usize = 256;

/// How many re-exports in a row are followed.
const LONGEST_CHAIN: u32 = 16;

impl Evaluator<'_> {
    /// What a name means in `scope` at offset `at`. `Unknown` means bound, so that nothing further out counts.
    pub fn lookup(&self, name: Symbol, scope: ScopeId, at: u32) -> Items {
        let found = self.look(name, scope, at, false);
        if found.is_empty() { self.located(name, scope, at, false) } else { found }
    }

    /// What a name means where a type is wanted.
    pub fn lookup_type(&self, name: Symbol, scope: ScopeId, at: u32) -> Items {
        let found = self.look(name, scope, at, true);
        if found.is_empty() { self.located(name, scope, at, true) } else { found }
    }

    pub(super) fn look(&self, name: Symbol, scope: ScopeId, at: u32, of_type: bool) -> Items {
        let named = self.facts.bindings_named(name);
        if named.is_empty() && !self.language.rules.implicit_this {
            return self.outside(name);
        }
        let mut current = scope;
        loop {
            let kind = self.facts.scope(current).kind;
            let sees =
                kind != ScopeKind::Class || current == scope || of_type || self.language.rules.implicit_this;
            if sees {
                let bindings = seen_in(named, current);
                let hidden = if of_type {
                    bindings.iter().all(|b| self.is_no_type(b))
                } else {
                    self.language.rules.block_scoped && self.is_later(bindings, current, scope, at)
                        || !self.any_counts(bindings, at)
                        || kind == ScopeKind::Class && self.is_ahead(bindings, current, scope, at)
                };
                let apart = kind == ScopeKind::Class && self.language.rules.members.separate_class_methods;
                let hidden = hidden || apart && bindings.iter().all(|b| self.is_method(b));
                if !bindings.is_empty() && !hidden {
                    let found = self.bound(bindings, current, scope, at);
                    return if found.is_empty() { one(Value::Unknown, Via::Scope) } else { found };
                }
                let implicit = self.language.rules.implicit_this;
                if implicit && (kind == ScopeKind::Class || self.lent(current).is_some()) {
                    let mut found = self.implicit_member(current, name, scope);
                    found.retain(|i| !of_type || matches!(i.value, Value::Class(_)));
                    if !found.is_empty() {
                        return found;
                    }
                }
            }
            if current.is_file() {
                return self.outside(name);
            }
            current = self.facts.scope(current).parent;
        }
    }

    /// Names that other files give: the unit's, then wildcard imports'.
    fn outside(&self, name: Symbol) -> Items {
        if let Some(known) = self.outside.borrow().get(&name) {
            return known.clone();
        }
        let found = self.given_outside(self.facts.strings.hash(name));
        self.outside.borrow_mut().insert(name, found.clone());
        found
    }

    /// What the bindings of one scope give a reader at `at`: in the same function the latest before it, and
    /// those before that one as long as a branch may have passed it by; in another function all of them.
    fn bound(&self, bindings: &[Binding], scope: ScopeId, reader: ScopeId, at: u32) -> Items {
        let same = self.function_of(reader) == self.function_of(scope);
        let mut found = Items::new();
        let in_type = self.facts.scope(scope).kind == ScopeKind::Class;
        if self.language.rules.overloads && (in_type || self.all_defined(bindings)) {
            for binding in bindings.iter().take(MOST_BINDINGS) {
                extend(&mut found, self.of_binding(binding));
            }
            return found;
        }
        if let Some(declared) = self.declared(bindings, at) {
            return declared;
        }
        let started = bindings.partition_point(|b| b.at <= at);
        let behind = if same && started > 0 { &[][..] } else { &bindings[started..] };
        let behind = behind.iter().rev().filter(|b| reaches(b, at));
        for binding in behind.chain(self.reaching(bindings, at)).take(MOST_BINDINGS) {
            extend(&mut found, self.of_binding(binding));
            let certain = if same { self.encloses(binding.block, reader) } else { binding.block == scope };
            let certain = certain || matches!(binding.bound, Bound::Narrowed { .. });
            if certain && !found.is_empty() && !self.merges(binding) {
                break;
            }
        }
        found
    }

    /// Are these the bindings of a block that begin behind the reader, in the same function?
    fn is_later(&self, bindings: &[Binding], scope: ScopeId, reader: ScopeId, at: u32) -> bool {
        matches!(self.facts.scope(scope).kind, ScopeKind::Block | ScopeKind::Function)
            && bindings
                .iter()
                .all(|b| b.at >= at && b.block == b.scope && matches!(b.bound, Bound::Value { .. }))
            && self.function_of(reader) == self.function_of(scope)
    }

    /// Are these the bindings of a type whose code runs in order, and is the reader in that code before them?
    fn is_ahead(&self, bindings: &[Binding], scope: ScopeId, reader: ScopeId, at: u32) -> bool {
        self.language.rules.assignment_declares
            && bindings.first().is_some_and(|b| b.at > at)
            && self.function_of(reader) == scope
    }

    fn function_of(&self, mut scope: ScopeId) -> ScopeId {
        while self.facts.scope(scope).kind == ScopeKind::Block {
            scope = self.facts.scope(scope).parent;
        }
        scope
    }

    fn encloses(&self, outer: ScopeId, mut inner: ScopeId) -> bool {
        while inner.0 > outer.0 {
            inner = self.facts.scope(inner).parent;
        }
        inner == outer
    }

    pub(super) fn of_binding(&self, binding: &Binding) -> Items {
        match binding.bound {
            Bound::Definition(id) => {
                let def = Def { file: self.file, id };
                let is_property = self.facts.definition(id).flags & flag::PROPERTY != 0;
                match is_property && self.language.rules.names.unqualified_properties {
                    true => self.result(def, Via::Receiver),
                    false => self.defined(def, Via::Scope),
                }
            }
            Bound::Import(index) => self.imported(index),
            Bound::Value { value, .. } if self.is_wrapped(binding, value) => Items::new(),
            Bound::Value { value, r#type } => {
                if r#type.is_known() {
                    let declared = self.eval_type(r#type, binding.block, binding.at);
                    let vague = declared.iter().all(|i| matches!(i.value, Value::External(_)));
                    if !vague {
                        return declared;
                    }
                    let mut inferred = self.assigned(binding, value);
                    if self.language.rules.types.declared_types && !declared.is_empty() {
                        relabel_objects(&mut inferred);
                    }
                    return if inferred.is_empty() { declared } else { inferred };
                }
                self.assigned(binding, value)
            }
            Bound::Parameter { definition, index } => self.parameter(definition, index),
            Bound::Narrowed { r#type, .. } => {
                let found = self.eval_type(r#type, binding.block, binding.at);
                let open = found.is_empty() && !self.is_guard(binding);
                if open { one(Value::Unknown, Via::Type) } else { found }
            }
        }
    }

    /// Does the binding say what a value is, so that no type is meant by its name?
    fn is_no_type(&self, binding: &Binding) -> bool {
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

    /// Is it a definition that is assigned what a call makes of it, as in `f = wrap(f)`? Like one with a decorator
    /// it still goes for the definition.
    fn is_wrapped(&self, binding: &Binding, value: crate::facts::ExpressionId) -> bool {
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

    /// The value of an assignment; functions and classes that are passed along so are known by flow.
    fn assigned(&self, binding: &Binding, value: crate::facts::ExpressionId) -> Items {
        let mut items = self.eval(value, binding.block, binding.at);
        if items.is_empty() {
            items = self.of_platform(value);
        }
        for item in &mut items {
            if matches!(item.value, Value::Function(_) | Value::Class(_)) {
                item.via = weaker(item.via, Via::Flow);
            }
        }
        items
    }

    /// What a parameter holds: the object itself, its declared type, its default, or what callers pass.
    fn parameter(&self, id: DefinitionId, index: u32) -> Items {
        let definition = self.facts.definition(id);
        let Some(parameter) = definition.parameters.get(index as usize) else {
            return Items::new();
        };
        let around = self.facts.scope(definition.scope).parent;
        if index == 0
            && self.language.rules.members.explicit_self
            && self.facts.scope(around).kind == ScopeKind::Class
            && definition.flags & flag::STATIC == 0
        {
            let class = Def { file: self.file, id: self.facts.scope(around).owner };
            let of_class =
                definition.decorators.iter().any(|(_, text)| self.facts.text(*text) == "classmethod")
                    || self.facts.text(definition.name) == "__new__";
            let value = if of_class { Value::Class(class) } else { Value::Instance(class) };
            return one(value, Via::Receiver);
        }
        let at = definition.start;
        let mut found = self.eval_type(parameter.r#type, definition.scope, at);
        if self.language.rules.types.rest_declares_element {
            found = gathered(found, parameter.kind);
        }
        // A type of functions says what is returned, not what is called.
        let open = found.iter().all(|i| matches!(i.value, Value::Function(_) | Value::External(_)));
        if open {
            let def = Def { file: self.file, id };
            if let Some(passed) = self.tables.parameter(def, index) {
                extend(&mut found, relabel(passed, Via::Flow));
            }
        }
        if found.is_empty() && matches!(parameter.kind, ParameterKind::Rest | ParameterKind::KeywordRest) {
            return one(Value::External(hash(BUILTIN.as_bytes())), Via::Syntax);
        }
        if found.is_empty() {
            found = self.provided(id, parameter.name);
        }
        if open && parameter.default.is_known() {
            let mut default = relabel(&self.eval(parameter.default, around, at), Via::Flow);
            let typed = !found.is_empty();
            default.retain(|i| match i.value {
                Value::Function(_) => true,
                Value::External(_) => false,
                _ => !typed,
            });
            extend(&mut found, default);
        }
        found
    }

    /// What an import binds.
    fn imported(&self, index: u32) -> Items {
        let import = &self.facts.imports[index as usize];
        if !import.name.is_empty() {
            return self.of_import(import, index, 0);
        }
        let mut found = self.target(self.world.bound_target(self.file, index), Via::Import);
        if let Some(Value::Module(file)) = found.first().map(|i| i.value.clone()) {
            // A module may as a whole be a class or a function.
            let mut whole = self.exported(file, hash(b"module.exports"), 0);
            whole.retain(|i| matches!(i.value, Value::Class(_) | Value::Function(_)));
            extend(&mut found, relabel(&whole, Via::Import));
        }
        found
    }

    fn of_import(&self, import: &Import, index: u32, depth: u32) -> Items {
        let target = &self.world.imports[self.file as usize][index as usize];
        match self.facts.text(import.name) {
            "*" => self.target(target, Via::Import),
            _ => self.of_target(target, self.facts.strings.hash(import.name), depth),
        }
    }

    /// A name of the thing that an import path leads to.
    pub fn of_target(&self, target: &Target, name: u64, depth: u32) -> Items {
        let mut found = Items::new();
        for item in self.target_at(target, Via::Import, depth) {
            match &item.value {
                Value::Module(file) => extend(&mut found, self.exported(*file, name, depth)),
                _ => extend(&mut found, self.member(&item, name)),
            }
        }
        found
    }

    /// What a module gives under a name; `Unknown` when it has the name and no more is known.
    pub fn exported(&self, file: u32, name: u64, depth: u32) -> Items {
        if depth > LONGEST_CHAIN {
            return Items::new();
        }
        self.consult(file, name);
        self.consult(file, STARS);
        let unit = self.world.unit_of[file as usize];
        if self.world.units[unit as usize].len() > 1 {
            let item = Item { value: Value::Unit(unit), via: Via::Import };
            return self.member(&item, name);
        }
        let other = self.peek(file);
        let found = match self.world.language(file).rules.exported {
            Exported::Explicit => other.explicit_export(name, depth),
            _ => other.open_export(name, depth),
        };
        self.consulted.borrow_mut().extend(other.consulted.borrow().iter().copied());
        if !found.is_empty() {
            return found;
        }
        let sub = self.world.package_folder(file).and_then(|folder| {
            let text = self.facts.strings.symbol(name).map(|s| self.facts.text(s))?;
            self.world.submodule(self.world.language(file), folder, text)
        });
        sub.map_or_else(Items::new, |target| self.target(&target, Via::Import))
    }

    /// A module without export statements gives what its scope binds.
    fn open_export(&self, name: u64, depth: u32) -> Items {
        let mut found = Items::new();
        let Some(symbol) = self.facts.strings.symbol(name) else {
            return self.starred(name, depth);
        };
        for binding in self.facts.bindings_of(ScopeId::FILE, symbol).iter().rev() {
            extend(&mut found, self.global(binding, name, depth));
            if binding.block.is_file() && !found.is_empty() {
                break;
            }
        }
        if found.is_empty() { self.starred(name, depth) } else { found }
    }

    pub(super) fn global(&self, binding: &Binding, name: u64, depth: u32) -> Items {
        match binding.bound {
            Bound::Definition(id) => self.defined(Def { file: self.file, id }, Via::Import),
            Bound::Import(index) => {
                let import = &self.facts.imports[index as usize];
                if import.name.is_empty() {
                    self.target_at(self.world.bound_target(self.file, index), Via::Import, depth)
                } else {
                    self.of_import(import, index, depth + 1)
                }
            }
            Bound::Narrowed { .. } => Items::new(),
            Bound::Value { value, .. } if self.is_wrapped(binding, value) => Items::new(),
            _ => match self.tables.global(self.file, name) {
                Some(items) => items.clone(),
                None => one(Value::Unknown, Via::Import),
            },
        }
    }

    fn explicit_export(&self, name: u64, depth: u32) -> Items {
        let mut found = Items::new();
        let mut stars = Vec::new();
        for export in &self.facts.exports {
            match *export {
                Export::Local { name: outer, local } if self.facts.strings.hash(outer) == name => {
                    let local_hash = self.facts.strings.hash(local);
                    self.consult(self.file, local_hash);
                    for binding in self.facts.bindings_of(ScopeId::FILE, local).iter().rev() {
                        extend(&mut found, self.global(binding, local_hash, depth));
                    }
                }
                Export::Value { name: outer, .. } if self.facts.strings.hash(outer) == name => {
                    if let Some(items) = self.tables.global(self.file, name) {
                        extend(&mut found, relabel(items, Via::Import));
                    }
                }
                Export::From { name: outer, import } => {
                    let from = &self.facts.imports[import as usize];
                    if self.facts.text(outer) == "*" {
                        stars.push(import);
                    } else if self.facts.strings.hash(outer) == name {
                        let target = &self.world.imports[self.file as usize][import as usize];
                        if from.name.is_empty() {
                            extend(&mut found, self.target(target, Via::Import));
                        } else {
                            extend(&mut found, self.of_import(from, import, depth + 1));
                        }
                    }
                }
                _ => {}
            }
        }
        if found.is_empty() {
            // `exports.name = …` and members of what is assigned to `module.exports`.
            self.consult(self.file, hash(b"module.exports"));
            if let Some(items) = self.tables.global(self.file, name) {
                if self.facts.exports.is_empty() {
                    extend(&mut found, relabel(items, Via::Import));
                }
            } else if let Some(whole) = self.tables.global(self.file, hash(b"module.exports")) {
                if name == hash(b"default") {
                    extend(&mut found, relabel(whole, Via::Import));
                }
                for item in whole.clone() {
                    let mut members = self.member(&item, name);
                    if let Value::Object { .. } = item.value {
                        // An entry of what is exported is as sure as an export statement.
                        let known = |i: &&mut Item| matches!(i.value, Value::Function(_) | Value::Class(_));
                        members.iter_mut().filter(known).for_each(|i| i.via = Via::Import);
                    }
                    extend(&mut found, members);
                }
            }
        }
        if found.iter().all(|i| matches!(i.value, Value::Unknown | Value::External(_))) {
            let documented = self.documented(name, depth);
            if !documented.is_empty() {
                return documented;
            }
        }
        if found.is_empty() && name != hash(b"default") {
            for import in stars {
                let target = &self.world.imports[self.file as usize][import as usize];
                extend(&mut found, self.of_target(target, name, depth + 1));
            }
            found.retain(|i| !matches!(i.value, Value::External(_)));
        }
        found
    }

    /// A type that a comment declares or imports: others see it without an export.
    fn documented(&self, name: u64, depth: u32) -> Items {
        let symbol = self.facts.strings.symbol(name).filter(|_| self.language.doc_comments.is_some());
        let mut found = Items::new();
        for binding in symbol.map_or(&[][..], |name| self.facts.bindings_of(ScopeId::FILE, name)) {
            let is_type = match binding.bound {
                Bound::Definition(id) => {
                    let kind = self.facts.definition(id).kind;
                    matches!(kind, NodeKind::Type | NodeKind::Interface)
                }
                Bound::Import(_) => true,
                _ => false,
            };
            if is_type {
                extend(&mut found, self.global(binding, name, depth + 1));
            }
        }
        found
    }
}

/// The same values, no surer than `via`.
pub fn relabel(items: &Items, via: Via) -> Items {
    items.iter().map(|i| Item { value: i.value.clone(), via: weaker(i.via, via) }).collect()
}

/// Is it a type whose members are looked up?
pub fn holds_members(kind: NodeKind) -> bool {
    matches!(kind, NodeKind::Class | NodeKind::Interface | NodeKind::Enum | NodeKind::Type | NodeKind::Module)
}
