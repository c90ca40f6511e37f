//! Members: the values of `object.name`, by the value of the object.

use crate::facts::{Expression, ExpressionId, ListId, Position, ScopeId};
use crate::graph::{FileId, NodeKind, Via, flag};
use crate::hashing::NameHash;
use crate::platform;
use crate::resolve::index::definitions::Def;
use crate::resolve::index::fingerprints::WHOLE_FILE;
use crate::resolve::types::evaluator::Evaluator;
use crate::resolve::types::value::{Item, Items, Value, extend, one, push, relabel, weaker};

/// How many nested spreads of object literals into each other are followed.
const MOST_SPREADS: usize = 6;

impl Evaluator<'_> {
    /// The values of the member of that name. Empty: the object is known and no such member of it is.
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
            // Where only indexing reaches the entries of a literal, its members are those of the platform's type.
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

    /// The values of an entry of an object literal and those that are assigned to it; `Unknown` if there are none.
    pub(super) fn object_entry(&self, item: &Item, name: NameHash) -> Items {
        let Value::Object { file, id, list, position } = item.value else { return Items::new() };
        let mut found = self.literal_entry(file, list, position, name);
        self.consult(file, name);
        if let Some(items) = self.tables.object(file, id, name) {
            extend(&mut found, relabel(items, Via::Flow));
        }
        if found.is_empty() { one(Value::Unknown, Via::Flow) } else { found }
    }

    /// The methods of a class that the language calls to construct an object, if the class defines them.
    pub fn constructing_methods(&self, class: Def, via: Via) -> Items {
        let mut found = Items::new();
        for name in self.language.rules.members.instantiating_methods {
            extend(&mut found, self.type_member(class, NameHash::of(name), via, 0, true));
        }
        found.retain(|i| matches!(i.value, Value::Function(_)));
        found
    }

    /// A member of a type (`of_class`) or of its objects, by the method-resolution order; `skip` as in
    /// `Hierarchy::order`.
    fn type_member(&self, class: Def, name: NameHash, via: Via, skip: usize, of_class: bool) -> Items {
        for owner in self.hierarchy.order(class, skip) {
            let found = self.defined_member(owner, name, via, of_class);
            if !found.is_empty() {
                return found;
            }
        }
        if of_class && self.language.rules.members.separate_class_methods {
            let found = self.member_mixed_into_class(class, name, via, skip);
            if !found.is_empty() {
                return found;
            }
        }
        for underlying in self.underlying_type(class, via) {
            let Value::Instance(base) = underlying.value else { continue };
            if of_class {
                let is_alias = !self.index.has_outside_members(class)
                    && self.index.definition(base).kind != NodeKind::Type;
                if is_alias {
                    return self.type_member(base, name, underlying.via, 0, true);
                }
            } else if let Some(items) = self.known_field(base, name) {
                return relabel(items, underlying.via);
            }
        }
        let universal = &platform::of(self.index.language(class.file)).universal_members;
        if self.index.definition(class).kind == NodeKind::Enum && of_class && !universal.contains(&name) {
            return one(Value::Instance(class), via);
        }
        if self.hierarchy.is_closed(class) && !universal.contains(&name) {
            one(Value::Unknown, via)
        } else {
            one(Value::outside(), via)
        }
    }

    /// A member that a type defines itself, by definitions or by values that are assigned to it.
    fn defined_member(&self, owner: Def, name: NameHash, via: Via, of_class: bool) -> Items {
        let mut found = Items::new();
        self.consult(owner.file, name);
        for member in self.index.members(owner, name) {
            self.consult(member.file, name);
            let definition = self.index.definition(*member);
            let is_static = definition.flags & flag::STATIC != 0;
            let separate = self.language.rules.members.separate_class_methods;
            if separate && definition.is_callable() && of_class != is_static {
                continue;
            }
            let is_read = definition.flags & flag::PROPERTY != 0 && (!of_class || is_static);
            if is_read {
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
        found
    }

    /// A member of the modules that are mixed into a class itself, not into its objects (`extend`).
    fn member_mixed_into_class(&self, class: Def, name: NameHash, via: Via, skip: usize) -> Items {
        let mut found = Items::new();
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
        found
    }

    /// An entry of an object that is spread into an object literal. The object may be the literal itself.
    fn spread_entry(&self, spread: ExpressionId, into: ListId, position: Position, name: NameHash) -> Items {
        let mut found = Items::new();
        let in_progress = self.literals_in_progress.borrow();
        if in_progress.len() >= MOST_SPREADS || in_progress.contains(&into) {
            return found;
        }
        drop(in_progress);
        self.literals_in_progress.borrow_mut().push(into);
        for item in self.value_of(spread, position) {
            let mut inner = self.member(&item, name);
            inner.retain(|i| !matches!(i.value, Value::Unknown | Value::External(_)));
            extend(&mut found, relabel(&inner, Via::Flow));
        }
        self.literals_in_progress.borrow_mut().pop();
        found
    }

    /// The values of an entry that is written in an object literal.
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
                Expression::Spread(spread) if file == self.file => {
                    extend(&mut found, self.spread_entry(spread, list, position, name));
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
