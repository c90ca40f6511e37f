//! Receivers: the object of a method (`this`), implicit receivers, and the types of members that are written outside of
//! their type.

use smallvec::SmallVec;

use crate::facts::{DefinitionId, Expression, ExpressionId, Position, ScopeId, ScopeKind, Symbol};
use crate::graph::{NodeKind, Via, flag};
use crate::hashing::NameHash;
use crate::resolve::index::definitions::Def;
use crate::resolve::types::arguments::takes_receiver;
use crate::resolve::types::evaluator::Evaluator;
use crate::resolve::types::value::{Item, Items, Value, one, relabel};

impl Evaluator<'_> {
    /// Is the callee a member of an object, which a call passes as the first parameter?
    pub fn is_bound(&self, callee: ExpressionId, position: Position) -> bool {
        let Expression::Member { object, .. } = self.facts.expression(callee) else { return false };
        let objects = self.value_of(object, position);
        objects.iter().any(|i| matches!(i.value, Value::Instance(_) | Value::Super(_)))
    }

    /// The types of a definition that is written outside of its type.
    pub fn receiver_types(&self, id: DefinitionId) -> SmallVec<[Def; 1]> {
        let definition = self.facts.definition(id);
        let outside = self.facts.scope(definition.scope).parent;
        let parent = self.facts.definition(definition.parent);
        let extension = if parent.receiver.is_known() { parent } else { definition };
        if self.is_own_type_variable(extension.receiver, extension.scope) {
            return SmallVec::new();
        }
        let items = self.type_of(definition.receiver, Position::new(outside, definition.start));
        let classes = items.into_iter().filter_map(|item| match item.value {
            Value::Instance(class) => Some(class),
            _ => None,
        });
        classes.collect()
    }

    /// Is the written type a type variable that the definition itself declares?
    fn is_own_type_variable(&self, mut written: ExpressionId, scope: ScopeId) -> bool {
        loop {
            match self.facts.expression(written) {
                Expression::Index { object, .. } => written = object,
                Expression::Name(name) => return !self.facts.bindings_of(scope, name).is_empty(),
                _ => return false,
            }
        }
    }

    /// The type of which a definition is a part: the type that it extends, or the whole of a partial type.
    pub fn extended_type(&self, id: DefinitionId) -> Def {
        let def = Def { file: self.file, id };
        match self.facts.definition(id).receiver.is_known() {
            false => self.index.partial_types.whole(def),
            true => self.receiver_types(id).first().copied().unwrap_or(def),
        }
    }

    /// The type of the object inside of a definition: as `extended_type`, and for an extension of a type variable the
    /// bound of the variable.
    pub fn self_type(&self, id: DefinitionId) -> Def {
        let def = Def { file: self.file, id };
        let definition = self.facts.definition(id);
        if !definition.receiver.is_known() {
            return self.index.partial_types.whole(def);
        }
        let items = self.type_of(definition.receiver, Position::new(definition.scope, definition.start));
        let class = items.iter().find_map(|item| match item.value {
            Value::Instance(class) => Some(class),
            _ => None,
        });
        class.unwrap_or(def)
    }

    /// A member of the enclosing type that is named without an object.
    pub(super) fn implicit_member(&self, scope: ScopeId, name: Symbol, reader: ScopeId) -> Items {
        let class = match self.implicit_receiver(scope) {
            Some(receiver) => receiver,
            None => Some(
                self.index.partial_types.whole(Def { file: self.file, id: self.facts.scope(scope).owner }),
            ),
        };
        let Some(class) = class else { return Items::new() };
        let item = Item { value: Value::Instance(class), via: Via::Receiver };
        let hash = self.facts.name_hash(name);
        let mut found = match self.language.rules.members.separate_class_methods {
            true => {
                self.self_value(reader).into_iter().flat_map(|object| self.member(&object, hash)).collect()
            }
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

    /// The type of the implicit receiver of a function outside of any type: an extension function, or a function that
    /// is passed as an argument whose type has a receiver. None if the scope is not that of such a function; None
    /// within if the type is not known.
    pub fn implicit_receiver(&self, scope: ScopeId) -> Option<Option<Def>> {
        let current = self.facts.scope(scope);
        let definition = self.facts.definition(current.owner);
        if !definition.receiver.is_known()
            || definition.scope != scope
            || !definition.is_callable()
            || !self.language.rules.implicit_this
            || takes_receiver(definition)
        {
            return None;
        }
        let outside = if definition.name.is_empty() { current.parent } else { scope };
        let items = self.type_of(definition.receiver, Position::new(outside, definition.start));
        Some(items.iter().find_map(|item| match item.value {
            Value::Instance(class) => Some(class),
            _ => None,
        }))
    }

    /// Is the callee a member of the enum, so that calling it constructs an object of the enum?
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

    /// The object of the method that encloses a scope; in a static method the class.
    pub(super) fn self_value(&self, scope: ScopeId) -> Items {
        let Some(class) = self.enclosing_type(scope) else {
            return match self.language.rules.implicit_this {
                true => one(Value::builtin(), Via::Receiver),
                false => self.assigned_receiver(scope),
            };
        };
        let method = self.enclosing_method(scope);
        let separate = self.language.rules.members.separate_class_methods;
        let is_static = method.map_or(separate, |m| self.facts.definition(m).flags & flag::STATIC != 0);
        one(if is_static { Value::Class(class) } else { Value::Instance(class) }, Via::Receiver)
    }

    /// The object of a function outside of any type: the object that the function is assigned to as a member, or an
    /// object that the function constructs.
    fn assigned_receiver(&self, scope: ScopeId) -> Items {
        let function = self.facts.nearest_named(self.facts.scope(scope).owner);
        let definition = self.facts.definition(function);
        if function.is_file() {
            return Items::new();
        }
        if definition.qualifier.is_empty() {
            return one(Value::Instance(Def { file: self.file, id: function }), Via::Flow);
        }
        let outside = self.facts.scope(definition.scope).parent;
        let mut found = self.dotted_name(self.facts.text(definition.qualifier), outside);
        found.retain(|i| matches!(i.value, Value::Object { .. }));
        relabel(&found, Via::Flow)
    }

    /// The type that encloses a scope, the type of an implicit receiver, or the type to which the enclosing method is
    /// assigned.
    pub fn enclosing_type(&self, scope: ScopeId) -> Option<Def> {
        let mut scope = scope;
        loop {
            let current = self.facts.scope(scope);
            if current.kind == ScopeKind::Class {
                return Some(self.self_type(current.owner));
            }
            if let Some(receiver) = self.implicit_receiver(scope) {
                return receiver;
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

    /// The method that contains a scope: the outermost function inside of the type.
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
