//! Receivers: the object that code belongs to (`this`), implicit receivers, and the types that members written outside
//! of a type are for.

use smallvec::SmallVec;

use crate::facts::{DefinitionId, Expression, ExpressionId, Position, ScopeId, ScopeKind, Symbol};
use crate::graph::{NodeKind, Via, flag};
use crate::hashing::NameHash;
use crate::resolve::index::definitions::Def;
use crate::resolve::types::arguments::takes_receiver;
use crate::resolve::types::evaluator::Evaluator;
use crate::resolve::types::value::{Item, Items, Value, one, relabel};

impl Evaluator<'_> {
    /// Is the callee a member of an object, which takes the first parameter?
    pub fn is_bound(&self, callee: ExpressionId, position: Position) -> bool {
        let Expression::Member { object, .. } = self.facts.expression(callee) else { return false };
        let objects = self.value_of(object, position);
        objects.iter().any(|i| matches!(i.value, Value::Instance(_) | Value::Super(_)))
    }

    /// The types that a definition is written for outside of them.
    pub fn receiver_types(&self, id: DefinitionId) -> SmallVec<[Def; 1]> {
        let definition = self.facts.definition(id);
        let around = self.facts.scope(definition.scope).parent;
        let holder = self.facts.definition(definition.parent);
        let extension = if holder.receiver.is_known() { holder } else { definition };
        if self.is_own_variable(extension.receiver, extension.scope) {
            return SmallVec::new();
        }
        let items = self.type_of(definition.receiver, Position::new(around, definition.start));
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
    pub fn extended_type(&self, id: DefinitionId) -> Def {
        let own = Def { file: self.file, id };
        match self.facts.definition(id).receiver.0 {
            0 => self.index.partial_types.whole(own),
            _ => self.receiver_types(id).first().copied().unwrap_or(own),
        }
    }

    /// The type that code inside of a definition means by the type around: of a variable what bounds it.
    pub fn own_type(&self, id: DefinitionId) -> Def {
        let own = Def { file: self.file, id };
        let definition = self.facts.definition(id);
        if !definition.receiver.is_known() {
            return self.index.partial_types.whole(own);
        }
        let items = self.type_of(definition.receiver, Position::new(definition.scope, definition.start));
        let class = items.iter().find_map(|item| match item.value {
            Value::Instance(class) => Some(class),
            _ => None,
        });
        class.unwrap_or(own)
    }

    /// A member of the type around, without a receiver.
    pub(super) fn implicit_member(&self, scope: ScopeId, name: Symbol, reader: ScopeId) -> Items {
        let class = match self.implicit_receiver(scope) {
            Some(lent) => lent,
            None => Some(
                self.index.partial_types.whole(Def { file: self.file, id: self.facts.scope(scope).owner }),
            ),
        };
        let Some(class) = class else { return Items::new() };
        let item = Item { value: Value::Instance(class), via: Via::Receiver };
        let hash = self.facts.name_hash(name);
        let mut found = match self.language.rules.members.separate_class_methods {
            true => self.self_value(reader).into_iter().flat_map(|own| self.member(&own, hash)).collect(),
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
    pub fn implicit_receiver(&self, scope: ScopeId) -> Option<Option<Def>> {
        let inside = self.facts.scope(scope);
        let definition = self.facts.definition(inside.owner);
        if !definition.receiver.is_known()
            || definition.scope != scope
            || !definition.is_callable()
            || !self.language.rules.implicit_this
            || takes_receiver(definition)
        {
            return None;
        }
        let around = if definition.name.is_empty() { inside.parent } else { scope };
        let items = self.type_of(definition.receiver, Position::new(around, definition.start));
        Some(items.iter().find_map(|item| match item.value {
            Value::Instance(class) => Some(class),
            _ => None,
        }))
    }

    /// Is a member of an enumeration called, so that an object of it is made?
    pub fn constructs_member(&self, class: Def, callee: ExpressionId, position: Position) -> bool {
        if !self.language.rules.call_constructs || self.index.definition(class).kind != NodeKind::Enum {
            return false;
        }
        match self.facts.expression(callee) {
            Expression::Member { object, .. } => {
                let objects = self.value_of(object, position);
                objects.iter().any(|i| i.value == Value::Class(class))
            }
            Expression::Name(_) => {
                let name = self.language.rules.implied.call_method;
                name.is_empty() || self.inherited(class, NameHash::of(name), 0).is_none()
            }
            _ => false,
        }
    }
}

impl<'w> Evaluator<'w> {
    /// The object that a method belongs to.
    pub(super) fn self_value(&self, scope: ScopeId) -> Items {
        let Some(class) = self.enclosing_type(scope) else {
            return match self.language.rules.implicit_this {
                true => one(Value::builtin(), Via::Receiver),
                false => self.assigned_receiver(scope),
            };
        };
        let method = self.enclosing_method(scope);
        let apart = self.language.rules.members.separate_class_methods;
        let is_static = method.map_or(apart, |m| self.facts.definition(m).flags & flag::STATIC != 0);
        one(if is_static { Value::Class(class) } else { Value::Instance(class) }, Via::Receiver)
    }

    /// The object that the function around a scope was assigned into or is an entry of; a function that constructs.
    fn assigned_receiver(&self, scope: ScopeId) -> Items {
        let around = self.facts.nearest_named(self.facts.scope(scope).owner);
        let definition = self.facts.definition(around);
        if around.is_file() {
            return Items::new();
        }
        if definition.qualifier.is_empty() {
            return one(Value::Instance(Def { file: self.file, id: around }), Via::Flow);
        }
        let outside = self.facts.scope(definition.scope).parent;
        let mut found = self.dotted_name(self.facts.text(definition.qualifier), outside);
        found.retain(|i| matches!(i.value, Value::Object { .. }));
        relabel(&found, Via::Flow)
    }

    /// The type around a scope, or the one that the method around it was assigned into.
    pub fn enclosing_type(&self, scope: ScopeId) -> Option<Def> {
        let mut scope = scope;
        loop {
            let current = self.facts.scope(scope);
            if current.kind == ScopeKind::Class {
                return Some(self.own_type(current.owner));
            }
            if let Some(lent) = self.implicit_receiver(scope) {
                return lent;
            }
            let owner = self.facts.definition(current.owner);
            if !owner.qualifier.is_empty() && owner.scope == scope {
                for item in self.lookup(owner.qualifier, Position::new(ScopeId::FILE, u32::MAX)) {
                    if let Value::Class(class) | Value::Function(class) = item.value {
                        return Some(class);
                    }
                }
            }
            if scope.is_file() {
                return None;
            }
            scope = current.parent;
        }
    }

    /// The method whose code a scope is: the outermost function inside of the type.
    fn enclosing_method(&self, mut scope: ScopeId) -> Option<DefinitionId> {
        let mut method = None;
        while !scope.is_file() {
            let current = self.facts.scope(scope);
            match current.kind {
                ScopeKind::Class => return method,
                ScopeKind::Function => method = Some(current.owner),
                _ => {}
            }
            scope = current.parent;
        }
        method
    }
}
