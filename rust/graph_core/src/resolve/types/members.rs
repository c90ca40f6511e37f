//! Members: what `object.name` is, by what the object is.

use crate::facts::{Expression, ExpressionId, ListId, Position, ScopeId};
use crate::graph::{FileId, NodeKind, Via, flag};
use crate::hashing::NameHash;
use crate::platform;
use crate::resolve::index::definitions::Def;
use crate::resolve::index::fingerprints::WHOLE_FILE;
use crate::resolve::types::evaluator::Evaluator;
use crate::resolve::types::value::{Item, Items, Value, extend, one, push, relabel, weaker};

/// How many object literals are looked through that are spread into each other.
const MOST_SPREADS: usize = 6;

impl Evaluator<'_> {
    /// What the member of that name is. Empty: the object is known and has no such member that is known.
    pub fn member(&self, item: &Item, name: NameHash) -> Items {
        let via = item.via;
        match &item.value {
            Value::Module(file) => {
                let found = self.exported(*file, name, 0);
                if found.is_empty() { one(Value::Unknown, via) } else { relabel(&found, via) }
            }
            Value::Unit(unit) => {
                let mut found = Items::new();
                self.index.unit_files(*unit).iter().for_each(|file| self.consult(*file, name));
                for def in self.index.nearest(self.file, self.index.in_unit(*unit, name)) {
                    extend(&mut found, self.definition_value(def, via));
                }
                if found.is_empty() {
                    for file in self.index.unit_files(*unit) {
                        if let Some(items) = self.tables.global(*file, name) {
                            extend(&mut found, relabel(items, via));
                        }
                    }
                }
                found
            }
            Value::Folder(folder) => {
                let folder = self.index.folder(*folder);
                let Some(symbol) = self.facts.strings.symbol(name) else {
                    return Items::new();
                };
                match self.index.submodule(self.language, folder, self.facts.text(symbol)) {
                    Some(target) => self.target(&target, via),
                    None => Items::new(),
                }
            }
            Value::Class(class) => self.type_member(*class, name, via, 0, true),
            Value::Instance(class) => self.type_member(*class, name, via, 0, false),
            Value::Super(class) => {
                let found = self.type_member(*class, name, via, 1, false);
                if found.is_empty() && !self.hierarchy.is_closed(*class) {
                    return one(Value::outside(), via);
                }
                found
            }
            // Where indexing reaches the entries, members are the platform's.
            Value::Object { .. } if !self.language.rules.members.literal_keys => one(Value::builtin(), via),
            Value::Object { .. } => self.object_entry(item, name),
            Value::External(package) => one(Value::External(*package), via),
            Value::Container(_) | Value::Tuple(_) | Value::Table(_) => one(Value::builtin(), via),
            Value::Function(def) => match self.known_field(*def, name) {
                Some(items) => relabel(items, via),
                None => one(Value::Unknown, via),
            },
            Value::Unknown | Value::FromParameter(_) | Value::SelfType(_) | Value::TypePredicate(_) => {
                one(Value::Unknown, via)
            }
        }
    }

    /// An entry of an object literal, or what is assigned to it.
    pub(super) fn object_entry(&self, item: &Item, name: NameHash) -> Items {
        let Value::Object { file, id, list, position } = item.value else { return Items::new() };
        let mut found = self.literal_entry(file, list, position, name);
        self.consult(file, name);
        if let Some(items) = self.tables.object(file, id, name) {
            extend(&mut found, relabel(items, Via::Flow));
        }
        if found.is_empty() { one(Value::Unknown, Via::Flow) } else { found }
    }

    /// Methods of a type itself that are written for what constructs an object elsewhere.
    pub fn constructing_methods(&self, class: Def, via: Via) -> Items {
        let mut found = Items::new();
        for name in self.language.rules.members.instantiating_methods {
            extend(&mut found, self.type_member(class, NameHash::of(name), via, 0, true));
        }
        found.retain(|i| matches!(i.value, Value::Function(_)));
        found
    }

    /// A member of a type or its objects, by the method-resolution order from `skip` on.
    fn type_member(&self, class: Def, name: NameHash, via: Via, skip: usize, of_class: bool) -> Items {
        let mut found = Items::new();
        let apart = self.language.rules.members.separate_class_methods;
        for owner in self.hierarchy.order(class, skip) {
            self.consult(owner.file, name);
            let members = self.index.members(owner, name);
            for member in members {
                self.consult(member.file, name);
                let definition = self.index.definition(*member);
                let of_other = of_class != (definition.flags & flag::STATIC != 0);
                if apart && definition.is_callable() && of_other {
                    continue;
                }
                let is_static = definition.flags & flag::STATIC != 0;
                let reads = definition.flags & flag::PROPERTY != 0 && (!of_class || is_static);
                if reads {
                    extend(&mut found, self.returned_value(*member, via));
                } else {
                    extend(&mut found, self.definition_value(*member, via));
                }
            }
            for part in self.index.partial_types.parts(owner) {
                self.consult(part.file, name);
                for item in self.tables.field(part, name).into_iter().flatten() {
                    push(&mut found, Item { value: item.value.clone(), via: weaker(via, item.via) });
                }
            }
            if !found.is_empty() {
                return found;
            }
        }
        if apart && of_class {
            let mixed = NameHash::of(crate::extract::MIXED_INTO_CLASS);
            for owner in self.hierarchy.order(class, skip) {
                for part in self.index.partial_types.parts(owner) {
                    self.consult(part.file, mixed);
                    for item in self.tables.field(part, mixed).into_iter().flatten() {
                        let Value::Class(module) = item.value else { continue };
                        let mut members = self.type_member(module, name, via, 0, false);
                        members.retain(|i| !matches!(i.value, Value::Unknown | Value::External(_)));
                        extend(&mut found, members);
                    }
                }
            }
            if !found.is_empty() {
                return found;
            }
        }
        for whole in self.underlying_type(class, via) {
            if let Value::Instance(base) = whole.value
                && of_class
                && !self.index.has_outside_members(class)
                && self.index.definition(base).kind != NodeKind::Type
            {
                return self.type_member(base, name, whole.via, 0, true); // another name of it
            }
            if let Value::Instance(base) = whole.value
                && !of_class
                && let Some(items) = self.known_field(base, name)
            {
                return relabel(items, whole.via);
            }
        }
        if self.index.definition(class).kind == NodeKind::Enum && of_class {
            return one(Value::Instance(class), via);
        }
        let universal = &platform::of(self.index.language(class.file)).universal_members;
        if self.hierarchy.is_closed(class) && !universal.contains(&name) {
            one(Value::Unknown, via)
        } else {
            one(Value::outside(), via)
        }
    }

    /// An entry of what is spread into an object literal, which may be the literal itself.
    fn spread_entry(&self, whole: ExpressionId, into: ListId, position: Position, name: NameHash) -> Items {
        let mut found = Items::new();
        let open = self.literals.borrow();
        if open.len() >= MOST_SPREADS || open.contains(&into) {
            return found;
        }
        drop(open);
        self.literals.borrow_mut().push(into);
        for item in self.value_of(whole, position) {
            let mut inner = self.member(&item, name);
            inner.retain(|i| !matches!(i.value, Value::Unknown | Value::External(_)));
            extend(&mut found, relabel(&inner, Via::Flow));
        }
        self.literals.borrow_mut().pop();
        found
    }

    /// An entry of an object literal.
    pub(super) fn literal_entry(
        &self,
        file: FileId,
        list: ListId,
        position: Position,
        name: NameHash,
    ) -> Items {
        let facts = self.index.facts(file);
        if file != self.file {
            self.consult(file, WHOLE_FILE);
        }
        let mut found = Items::new();
        for entry in facts.list(list) {
            let (key, value) = match facts.expression(entry) {
                Expression::Entry { key, value } => (key, value),
                Expression::Definition(id) => (facts.definition(id).name, entry),
                Expression::Name(name) => (name, entry),
                Expression::Spread(whole) if file == self.file => {
                    extend(&mut found, self.spread_entry(whole, list, position, name));
                    continue;
                }
                _ => continue,
            };
            if facts.name_hash(key) != name {
                continue;
            }
            match facts.expression(value) {
                Expression::Definition(id) => {
                    extend(&mut found, self.definition_value(Def { file, id }, Via::Flow))
                }
                Expression::Name(local) if file != self.file => {
                    let other = self.peek(file);
                    for binding in facts.bindings_of(ScopeId::FILE, local).iter().rev() {
                        let items = other.global_value(binding, facts.name_hash(local), 0);
                        extend(&mut found, relabel(&items, Via::Flow));
                    }
                    self.consulted.borrow_mut().extend(other.consulted.borrow().iter().copied());
                }
                Expression::Object(list) if file != self.file => {
                    push(
                        &mut found,
                        Item { value: Value::Object { file, id: value, list, position }, via: Via::Flow },
                    );
                }
                _ if file == self.file => {
                    extend(&mut found, relabel(&self.value_of(value, position), Via::Flow))
                }
                _ => {}
            }
        }
        found
    }
}
