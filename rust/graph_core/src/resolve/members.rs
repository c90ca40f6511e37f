//! Members: what `object.name` is, by what the object is.

use super::eval::{ALL, Evaluator};
use super::lookup::relabel;
use super::value::{Def, Item, Items, Value, extend, one, push, weaker};
use crate::facts::{Expression, ExpressionId, ListId, ScopeId, hash};
use crate::graph::{NodeKind, Via, flag};
use crate::platform;

/// How many object literals are looked through that are spread into each other.
const MOST_SPREADS: usize = 6;

impl Evaluator<'_> {
    /// What the member of that name is. Empty: the object is known and has no such member that is known.
    pub fn member(&self, item: &Item, name: u64) -> Items {
        let via = item.via;
        match &item.value {
            Value::Module(file) => {
                let found = self.exported(*file, name, 0);
                if found.is_empty() { one(Value::Unknown, via) } else { relabel(&found, via) }
            }
            Value::Unit(unit) => {
                let mut found = Items::new();
                self.world.units[*unit as usize].iter().for_each(|file| self.consult(*file, name));
                for def in self.world.nearest(self.file, self.world.in_unit(*unit, name)) {
                    extend(&mut found, self.defined(def, via));
                }
                if found.is_empty() {
                    for file in &self.world.units[*unit as usize] {
                        if let Some(items) = self.tables.global(*file, name) {
                            extend(&mut found, relabel(items, via));
                        }
                    }
                }
                found
            }
            Value::Folder(folder) => {
                let folder = &self.world.folders[*folder as usize];
                let Some(symbol) = self.facts.strings.symbol(name) else {
                    return Items::new();
                };
                match self.world.submodule(self.language, folder, self.facts.text(symbol)) {
                    Some(target) => self.target(&target, via),
                    None => Items::new(),
                }
            }
            Value::Class(class) => self.of_type(*class, name, via, 0, true),
            Value::Instance(class) => self.of_type(*class, name, via, 0, false),
            Value::Super(class) => {
                let found = self.of_type(*class, name, via, 1, false);
                if found.is_empty() && !self.hierarchy.is_closed(*class) {
                    return one(Value::External(hash(b"")), via);
                }
                found
            }
            // Where indexing reaches the entries, members are the platform's.
            Value::Object { .. } if !self.language.rules.members.literal_keys => {
                one(Value::External(hash(super::world::BUILTIN.as_bytes())), via)
            }
            Value::Object { .. } => self.entry(item, name),
            Value::External(package) => one(Value::External(*package), via),
            Value::Container(_) | Value::Tuple(_) | Value::Table(_) => {
                one(Value::External(hash(super::world::BUILTIN.as_bytes())), via)
            }
            Value::Function(def) => match self.known_field(*def, name) {
                Some(items) => relabel(items, via),
                None => one(Value::Unknown, via),
            },
            Value::Unknown | Value::Given(_) | Value::Itself(_) | Value::Proof(_) => one(Value::Unknown, via),
        }
    }

    /// An entry of an object literal, or what is assigned to it.
    pub(super) fn entry(&self, item: &Item, name: u64) -> Items {
        let Value::Object { file, id, list, scope, at } = item.value else { return Items::new() };
        let mut found = self.of_literal(file, list, scope, at, name);
        self.consult(file, name);
        if let Some(items) = self.tables.object(file, id, name) {
            extend(&mut found, relabel(items, Via::Flow));
        }
        if found.is_empty() { one(Value::Unknown, Via::Flow) } else { found }
    }

    /// Methods of a type itself that are written for what constructs an object elsewhere.
    pub(super) fn makers(&self, class: Def, via: Via) -> Items {
        let mut found = Items::new();
        for name in self.language.rules.members.instantiating_methods {
            extend(&mut found, self.of_type(class, hash(name.as_bytes()), via, 0, true));
        }
        found.retain(|i| matches!(i.value, Value::Function(_)));
        found
    }

    /// A member of a type or its objects, by the method-resolution order from `skip` on.
    fn of_type(&self, class: Def, name: u64, via: Via, skip: usize, of_class: bool) -> Items {
        let mut found = Items::new();
        let apart = self.language.rules.members.separate_class_methods;
        for owner in self.hierarchy.order(class, skip) {
            self.consult(owner.file, name);
            let members = self.world.members(owner, name);
            for member in members {
                self.consult(member.file, name);
                let definition = self.world.definition(*member);
                let of_other = of_class != (definition.flags & flag::STATIC != 0);
                if apart && definition.is_callable() && of_other {
                    continue;
                }
                let is_static = definition.flags & flag::STATIC != 0;
                let reads = definition.flags & flag::PROPERTY != 0 && (!of_class || is_static);
                if reads {
                    extend(&mut found, self.result(*member, via));
                } else {
                    extend(&mut found, self.defined(*member, via));
                }
            }
            for part in std::iter::once(owner).chain(self.world.parts.others(owner).iter().copied()) {
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
            let mixed = hash(crate::extract::MIXED_INTO_CLASS.as_bytes());
            for owner in self.hierarchy.order(class, skip) {
                for part in std::iter::once(owner).chain(self.world.parts.others(owner).iter().copied()) {
                    self.consult(part.file, mixed);
                    for item in self.tables.field(part, mixed).into_iter().flatten() {
                        let Value::Class(module) = item.value else { continue };
                        let mut members = self.of_type(module, name, via, 0, false);
                        members.retain(|i| !matches!(i.value, Value::Unknown | Value::External(_)));
                        extend(&mut found, members);
                    }
                }
            }
            if !found.is_empty() {
                return found;
            }
        }
        for whole in self.underlying(class, via) {
            if let Value::Instance(base) = whole.value
                && of_class
                && !self.world.has_members(class)
                && self.world.definition(base).kind != NodeKind::Type
            {
                return self.of_type(base, name, whole.via, 0, true); // another name of it
            }
            if let Value::Instance(base) = whole.value
                && !of_class
                && let Some(items) = self.known_field(base, name)
            {
                return relabel(items, whole.via);
            }
        }
        if self.world.definition(class).kind == NodeKind::Enum && of_class {
            return one(Value::Instance(class), via);
        }
        let universal = &platform::of(self.world.language(class.file)).universal_members;
        if self.hierarchy.is_closed(class) && !universal.contains(&name) {
            one(Value::Unknown, via)
        } else {
            one(Value::External(hash(b"")), via)
        }
    }

    fn known_field(&self, class: Def, name: u64) -> Option<&Items> {
        self.consult(class.file, name);
        self.tables.field(class, name)
    }

    /// The first type in the order, from `skip` on, that defines the name itself.
    pub fn inherited(&self, class: Def, name: u64, skip: usize) -> Option<(Def, &[Def])> {
        self.hierarchy.order(class, skip).find_map(|owner| {
            self.consult(owner.file, name);
            let found = self.world.members(owner, name);
            (!found.is_empty()).then_some((owner, found))
        })
    }

    /// The definition that reading a member calls, or assigning to it, if it is a property.
    pub fn property(&self, item: &Item, name: u64, assigned: bool) -> Option<Def> {
        let (class, skip, of_class) = match item.value {
            Value::Instance(class) => (class, 0, false),
            Value::Class(class) => (class, 0, true),
            Value::Super(class) => (class, 1, false),
            _ => return None,
        };
        let (_, members) = self.inherited(class, name, skip)?;
        let has_setter = assigned
            && members.iter().any(|m| {
                let definition = self.world.definition(*m);
                definition.flags & flag::PROPERTY != 0 && !definition.parameters.is_empty()
            });
        members.iter().copied().find(|m| {
            let definition = self.world.definition(*m);
            let rules = &self.world.language(m.file).rules;
            let takes = definition.parameters.len() > usize::from(rules.members.explicit_self);
            // One definition both gives and takes the value where a bare name may be a member, if none takes it.
            let fits = takes == assigned || rules.names.unqualified_properties && !takes && !has_setter;
            let of_class = !of_class || definition.flags & flag::STATIC != 0;
            definition.flags & flag::PROPERTY != 0 && of_class && fits
        })
    }

    /// An entry of what is spread into an object literal, which may be the literal itself.
    fn of_spread(&self, whole: ExpressionId, into: ListId, scope: ScopeId, at: u32, name: u64) -> Items {
        let mut found = Items::new();
        let open = self.literals.borrow();
        if open.len() >= MOST_SPREADS || open.contains(&into) {
            return found;
        }
        drop(open);
        self.literals.borrow_mut().push(into);
        for item in self.eval(whole, scope, at) {
            let mut inner = self.member(&item, name);
            inner.retain(|i| !matches!(i.value, Value::Unknown | Value::External(_)));
            extend(&mut found, relabel(&inner, Via::Flow));
        }
        self.literals.borrow_mut().pop();
        found
    }

    /// An entry of an object literal.
    pub(super) fn of_literal(&self, file: u32, list: ListId, scope: ScopeId, at: u32, name: u64) -> Items {
        let facts = self.world.facts(file);
        if file != self.file {
            self.consult(file, ALL);
        }
        let mut found = Items::new();
        for entry in facts.list(list) {
            let (key, value) = match facts.expression(entry) {
                Expression::Entry { key, value } => (key, value),
                Expression::Definition(id) => (facts.definition(id).name, entry),
                Expression::Name(name) => (name, entry),
                Expression::Spread(whole) if file == self.file => {
                    extend(&mut found, self.of_spread(whole, list, scope, at, name));
                    continue;
                }
                _ => continue,
            };
            if facts.strings.hash(key) != name {
                continue;
            }
            match facts.expression(value) {
                Expression::Definition(id) => extend(&mut found, self.defined(Def { file, id }, Via::Flow)),
                Expression::Name(local) if file != self.file => {
                    let other = self.peek(file);
                    for binding in facts.bindings_of(ScopeId::FILE, local).iter().rev() {
                        let items = other.global(binding, facts.strings.hash(local), 0);
                        extend(&mut found, relabel(&items, Via::Flow));
                    }
                    self.consulted.borrow_mut().extend(other.consulted.borrow().iter().copied());
                }
                Expression::Object(list) if file != self.file => {
                    push(
                        &mut found,
                        Item { value: Value::Object { file, id: value, list, scope, at }, via: Via::Flow },
                    );
                }
                _ if file == self.file => {
                    extend(&mut found, relabel(&self.eval(value, scope, at), Via::Flow))
                }
                _ => {}
            }
        }
        found
    }
}
