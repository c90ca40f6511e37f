//! Places: names that are modules by where they stand, and the types that members are written for outside of them.

use smallvec::SmallVec;

use super::calls::takes_object;
use super::eval::Evaluator;
use super::value::{Def, Item, Items, Value, extend, one};
use super::world::Target;
use crate::facts::{DefinitionId, Expression, ExpressionId, ScopeId, Symbol, hash};
use crate::graph::{NodeKind, Via};

/// How many imports in a row are followed.
const LONGEST_CHAIN: u32 = 16;

impl Evaluator<'_> {
    /// The module of a name that is bound nowhere.
    pub(super) fn located(&self, name: Symbol, scope: ScopeId, at: u32, of_type: bool) -> Items {
        if !self.language.rules.names.unbound_is_path {
            return Items::new();
        }
        let around = self.facts.scope(scope).owner;
        if !of_type {
            let mut types = self.look(name, scope, at, true);
            types.retain(|i| matches!(i.value, Value::Class(_)));
            if !types.is_empty() {
                return types; // a variable of the type around
            }
        }
        if let Some(known) = self.located.borrow().get(&(name, around)) {
            return known.clone();
        }
        let text = self.facts.text(name);
        if let Some((first, rest)) = text.split_once(self.language.rules.path_separator)
            && let Some(first) = self.facts.strings.symbol(hash(first.as_bytes())).filter(|s| !s.is_empty())
            && !self.facts.bindings_named(first).is_empty()
        {
            let mut items = self.look(first, scope, at, true);
            for part in rest.split(self.language.rules.path_separator) {
                let mut next = Items::new();
                for item in &items {
                    extend(&mut next, self.member(item, hash(part.as_bytes())));
                }
                items = next;
            }
            return items;
        }
        let path = match self.language.rules.imports.inline_modules {
            true => format!("{}{text}", self.facts.place(scope)),
            false => format!("{}#{text}", self.facts.text(self.facts.package)),
        };
        let found = match self.world.locate(self.file, &path) {
            Some(
                target @ (Target::Files(_) | Target::Within(..) | Target::Unit(_) | Target::Definitions(_)),
            ) => self.target_at(&target, Via::Import, 8),
            Some(target @ Target::External(_)) if self.world.is_known(&target) => {
                self.target(&target, Via::Import)
            }
            _ => Items::new(),
        };
        self.located.borrow_mut().insert((name, around), found.clone());
        found
    }

    /// The thing that an import path leads to, as a value.
    pub fn target(&self, target: &Target, via: Via) -> Items {
        self.target_at(target, via, 0)
    }

    pub(super) fn target_at(&self, target: &Target, via: Via, depth: u32) -> Items {
        match target {
            Target::Within(file, names) => self.within(*file, names, depth),
            Target::Files(files) if files.len() == 1 => one(Value::Module(files[0]), via),
            Target::Files(files) => match files.first() {
                Some(file) => one(Value::Unit(self.world.unit_of[*file as usize]), via),
                None => Items::new(),
            },
            Target::Unit(unit) => one(Value::Unit(*unit), via),
            Target::Definitions(defs) => {
                let mut found = Items::new();
                for def in defs {
                    self.consult(def.file, self.world.name_hash(*def));
                    extend(&mut found, self.defined(*def, via));
                }
                found
            }
            Target::Folder(folder) => one(Value::Folder(*folder), via),
            Target::External(package) => one(Value::External(*package), via),
        }
    }

    /// What a file has under names, one inside of the other.
    pub(super) fn within(&self, file: u32, names: &[u64], depth: u32) -> Items {
        let mut items = one(Value::Module(file), Via::Import);
        if depth > LONGEST_CHAIN {
            return Items::new();
        }
        for name in names {
            let mut next = Items::new();
            for item in items {
                match item.value {
                    Value::Module(file) => extend(&mut next, self.exported(file, *name, depth + 1)),
                    _ => extend(&mut next, self.member(&item, *name)),
                }
            }
            items = next;
        }
        items.retain(|i: &mut Item| i.value != Value::Unknown);
        items
    }

    /// The types that a definition is written for outside of them.
    pub(super) fn receiving(&self, id: DefinitionId) -> SmallVec<[Def; 1]> {
        let definition = self.facts.definition(id);
        let around = self.facts.scope(definition.scope).parent;
        let holder = self.facts.definition(definition.parent);
        let extension = if holder.receiver.is_known() { holder } else { definition };
        if self.is_own_variable(extension.receiver, extension.scope) {
            return SmallVec::new();
        }
        let items = self.eval_type(definition.receiver, around, definition.start);
        let classes = items.into_iter().filter_map(|item| match item.value {
            Value::Instance(class) => Some(class),
            _ => None,
        });
        classes.collect()
    }

    /// Is the type a variable that the definition itself declares?
    fn is_own_variable(&self, mut written: ExpressionId, scope: ScopeId) -> bool {
        loop {
            match self.facts.expression(written) {
                Expression::Index { object, .. } => written = object,
                Expression::Name(name) => return !self.facts.bindings_of(scope, name).is_empty(),
                _ => return false,
            }
        }
    }

    /// The type itself, or the one that its members are written for.
    pub(super) fn type_extended(&self, id: DefinitionId) -> Def {
        let own = Def { file: self.file, id };
        match self.facts.definition(id).receiver.0 {
            0 => self.world.parts.whole(own),
            _ => self.receiving(id).first().copied().unwrap_or(own),
        }
    }

    /// The type that code inside of a definition means by the type around: of a variable what bounds it.
    pub(super) fn type_meant(&self, id: DefinitionId) -> Def {
        let own = Def { file: self.file, id };
        let definition = self.facts.definition(id);
        if !definition.receiver.is_known() {
            return self.world.parts.whole(own);
        }
        let items = self.eval_type(definition.receiver, definition.scope, definition.start);
        let class = items.iter().find_map(|item| match item.value {
            Value::Instance(class) => Some(class),
            _ => None,
        });
        class.unwrap_or(own)
    }

    /// A member of the type around, without a receiver.
    pub(super) fn implicit_member(&self, scope: ScopeId, name: Symbol, reader: ScopeId) -> Items {
        let class = match self.lent(scope) {
            Some(lent) => lent,
            None => Some(self.world.parts.whole(Def { file: self.file, id: self.facts.scope(scope).owner })),
        };
        let Some(class) = class else { return Items::new() };
        let item = Item { value: Value::Instance(class), via: Via::Receiver };
        let hash = self.facts.strings.hash(name);
        let mut found = match self.language.rules.members.separate_class_methods {
            true => self.this(reader).into_iter().flat_map(|own| self.member(&own, hash)).collect(),
            false => Items::new(),
        };
        found.retain(|i: &mut Item| !matches!(i.value, Value::External(_) | Value::Unknown));
        if found.is_empty() {
            found = self.member(&item, hash);
            found.retain(|i| match i.value {
                Value::External(_) | Value::Unknown => false,
                Value::Function(_) => !self.language.rules.members.separate_class_methods,
                _ => true,
            });
        }
        found
    }

    /// The type of the object that a function has as its own without standing in its type: it is written for that
    /// type, or it is given to a method of the object. None within: nothing is known of the type.
    pub(super) fn lent(&self, scope: ScopeId) -> Option<Option<Def>> {
        let inside = self.facts.scope(scope);
        let definition = self.facts.definition(inside.owner);
        if !definition.receiver.is_known()
            || definition.scope != scope
            || !definition.is_callable()
            || !self.language.rules.implicit_this
            || takes_object(definition)
        {
            return None;
        }
        let around = if definition.name.is_empty() { inside.parent } else { scope };
        let items = self.eval_type(definition.receiver, around, definition.start);
        Some(items.iter().find_map(|item| match item.value {
            Value::Instance(class) => Some(class),
            _ => None,
        }))
    }

    /// Is a member of an enumeration called, so that an object of it is made?
    pub(super) fn constructs_member(
        &self,
        class: Def,
        callee: ExpressionId,
        scope: ScopeId,
        at: u32,
    ) -> bool {
        if !self.language.rules.call_constructs || self.world.definition(class).kind != NodeKind::Enum {
            return false;
        }
        match self.facts.expression(callee) {
            Expression::Member { object, .. } => {
                let objects = self.eval(object, scope, at);
                objects.iter().any(|i| i.value == Value::Class(class))
            }
            Expression::Name(_) => {
                let name = crate::facts::hash(b"__call__");
                self.inherited(class, name, 0).is_none()
            }
            _ => false,
        }
    }
}
