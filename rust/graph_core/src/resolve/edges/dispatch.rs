//! Dispatch: the type below which a virtual call may reach an override.

use smallvec::SmallVec;

use crate::facts::{Binding, Bound, Expression, ExpressionId, Position, ScopeId};
use crate::resolve::edges::references::ReferenceResolver;
use crate::resolve::index::definitions::Def;
use crate::resolve::types::value::Value;

/// How many names are followed from an object to where it is constructed.
const MOST_NAMES: u32 = 3;

impl ReferenceResolver<'_, '_> {
    /// The types of the object that the callee is a member of; none if the object is exactly of that type.
    pub(super) fn dispatch_receivers(&self, callee: ExpressionId, position: Position) -> SmallVec<[Def; 2]> {
        match self.facts.expression(callee) {
            Expression::Member { object, .. } => {
                let is_parameter = self.is_parameter(object, position.scope);
                let classes =
                    self.types.value_of(object, position).into_iter().filter_map(|i| match i.value {
                        Value::Instance(class) => Some(class),
                        Value::Class(class) if is_parameter => Some(class),
                        _ => None,
                    });
                let classes: SmallVec<[Def; 2]> = classes.collect();
                if classes.is_empty() || self.is_exact(object, position, 0) {
                    SmallVec::new()
                } else {
                    classes
                }
            }
            Expression::Name(_) if self.language.rules.implicit_this => {
                self.types.enclosing_type(position.scope).into_iter().collect()
            }
            _ => SmallVec::new(),
        }
    }

    /// The type below which a method may be overridden: the receiver that inherits the method, else the type that
    /// defines it. None without receivers.
    pub(super) fn below(&self, method: Def, receivers: &[Def]) -> Option<Def> {
        let last = receivers.last()?;
        let owner = Def { file: method.file, id: self.index.definition(method).parent };
        let owner = self.index.partial_types.whole(owner);
        let inherits = |class: &&Def| self.types.hierarchy.order(**class, 0).any(|above| above == owner);
        match receivers.iter().find(inherits) {
            Some(class) => Some(*class),
            // A method that is written outside of its type: its parent is not the type that has it.
            None if self.index.definition(method).receiver.is_known() => Some(*last),
            None => Some(owner),
        }
    }

    /// Is the object constructed in this code, so that its type is exactly the constructed one? `names` is the number
    /// of names that were followed to it.
    pub(super) fn is_exact(&self, object: ExpressionId, position: Position, names: u32) -> bool {
        match self.facts.expression(object) {
            Expression::New { .. } => true,
            Expression::Call { callee, .. } => {
                let callees = self.types.value_of(callee, position);
                self.language.rules.call_constructs
                    && !callees.is_empty()
                    && callees.iter().all(|i| matches!(i.value, Value::Class(_)))
                    && matches!(self.facts.expression(callee), Expression::Name(_))
                    && !self.is_variable(callee, position.scope)
            }
            Expression::Name(name) if names < MOST_NAMES => {
                let mut current = position.scope;
                loop {
                    let bindings = self.facts.bindings_of(current, name);
                    if !bindings.is_empty() {
                        return self.all_construct(bindings, names + 1);
                    }
                    if current.is_file() {
                        return false;
                    }
                    current = self.facts.scope(current).parent;
                }
            }
            _ => false,
        }
    }

    /// Do all bindings of a name in a scope bind constructed objects? Remembers the answer.
    fn all_construct(&self, bindings: &[Binding], names: u32) -> bool {
        let key = (bindings[0].scope, bindings[0].name, names);
        if let Some(known) = self.exact.borrow().get(&key) {
            return *known;
        }
        let found = bindings.iter().all(|binding| match binding.bound {
            Bound::Value { value, r#type } => {
                !r#type.is_known() && self.is_exact(value, binding.position(), names)
            }
            _ => false,
        });
        self.exact.borrow_mut().insert(key, found);
        found
    }

    /// Is it a parameter, so that a class in it may be a subclass, as in `cls.make()`?
    fn is_parameter(&self, object: ExpressionId, scope: ScopeId) -> bool {
        let Expression::Name(name) = self.facts.expression(object) else { return false };
        let mut current = scope;
        loop {
            let bindings = self.facts.bindings_of(current, name);
            if !bindings.is_empty() || current.is_file() {
                return !bindings.is_empty()
                    && bindings.iter().all(|b| matches!(b.bound, Bound::Parameter { .. }));
            }
            current = self.facts.scope(current).parent;
        }
    }

    /// Is the name a variable, so that a class in it may be another one, as in `cls()`?
    fn is_variable(&self, name: ExpressionId, scope: ScopeId) -> bool {
        let Expression::Name(name) = self.facts.expression(name) else { return true };
        let mut current = scope;
        loop {
            let bindings = self.facts.bindings_of(current, name);
            if !bindings.is_empty() {
                return !bindings.iter().all(|b| matches!(b.bound, Bound::Definition(_) | Bound::Import(_)));
            }
            if current.is_file() {
                return false;
            }
            current = self.facts.scope(current).parent;
        }
    }
}
