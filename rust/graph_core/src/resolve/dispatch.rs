//! Dispatch: below which type an override may be meant by a call; calls that no code writes out.

use smallvec::SmallVec;

use super::calls::{Found, Outcome, Resolved};
use super::eval::Evaluator;
use super::value::{Def, Value};
use crate::facts::{Binding, Bound, DefinitionId, Expression, ExpressionId, Reference, ScopeId, Symbol};
use crate::graph::EdgeKind;
use crate::hashing::hash;

/// How many names an object is followed through to where it is constructed.
const MOST_NAMES: u32 = 3;

impl Evaluator<'_> {
    /// Is the callee a member of an object, which takes the first parameter?
    pub(super) fn is_bound(&self, callee: ExpressionId, scope: ScopeId, at: u32) -> bool {
        let Expression::Member { object, .. } = self.facts.expression(callee) else { return false };
        let objects = self.eval(object, scope, at);
        objects.iter().any(|i| matches!(i.value, Value::Instance(_) | Value::Super(_)))
    }

    /// The types of the object that the callee is a member of, if it may be of a type below.
    pub(super) fn receivers(&self, callee: ExpressionId, scope: ScopeId, at: u32) -> SmallVec<[Def; 2]> {
        match self.facts.expression(callee) {
            Expression::Member { object, .. } => {
                let given = self.is_given(object, scope);
                let classes = self.eval(object, scope, at).into_iter().filter_map(|i| match i.value {
                    Value::Instance(class) => Some(class),
                    Value::Class(class) if given => Some(class),
                    _ => None,
                });
                let classes: SmallVec<[Def; 2]> = classes.collect();
                if classes.is_empty() || self.is_exact(object, scope, at, 0) {
                    SmallVec::new()
                } else {
                    classes
                }
            }
            Expression::Name(_) if self.language.rules.implicit_this => {
                self.enclosing_type(scope).into_iter().collect()
            }
            _ => SmallVec::new(),
        }
    }

    /// The methods of these names that a statement calls on an object.
    pub(super) fn implied(
        &self,
        from: DefinitionId,
        object: ExpressionId,
        names: &[&str],
        reference: &Reference,
    ) -> Option<Resolved> {
        let (scope, at) = (reference.scope, reference.at);
        let mut edges: SmallVec<[Found; 1]> = SmallVec::new();
        for item in self.eval(object, scope, at) {
            let Value::Instance(class) = item.value else { continue };
            let below = Some(class).filter(|_| !self.is_exact(object, scope, at, 0));
            for name in names {
                if let Some((_, found)) = self.inherited(class, hash(name.as_bytes()), 0)
                    && self.world.definition(found[0]).is_callable()
                {
                    edges.push(Found { to: found[0], kind: EdgeKind::Calls, via: item.via, below });
                }
            }
        }
        let (line, name) = (reference.line, Symbol::EMPTY);
        (!edges.is_empty()).then(|| Resolved { from, line, name, outcome: Outcome::Edges(edges), form: None })
    }

    /// Of the receivers the one that has the method, else the type that defines it.
    pub(super) fn below(&self, method: Def, receivers: &[Def]) -> Option<Def> {
        let last = receivers.last()?;
        let owner = Def { file: method.file, id: self.world.definition(method).parent };
        let owner = self.world.parts.whole(owner);
        let has = |class: &&Def| self.hierarchy.order(**class, 0).any(|above| above == owner);
        match receivers.iter().find(has) {
            Some(class) => Some(*class),
            // It is written outside of its type, or the type around is not the one that has it.
            None if self.world.definition(method).receiver.is_known() => Some(*last),
            None => Some(owner),
        }
    }

    /// Is the object constructed here, so that it is of no type below?
    pub(super) fn is_exact(&self, object: ExpressionId, scope: ScopeId, at: u32, names: u32) -> bool {
        match self.facts.expression(object) {
            Expression::New { .. } => true,
            Expression::Call { callee, .. } => {
                let callees = self.eval(callee, scope, at);
                self.language.rules.call_constructs
                    && !callees.is_empty()
                    && callees.iter().all(|i| matches!(i.value, Value::Class(_)))
                    && matches!(self.facts.expression(callee), Expression::Name(_))
                    && !self.is_variable(callee, scope)
            }
            Expression::Name(name) if names < MOST_NAMES => {
                let mut current = scope;
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

    /// Asked once of all bindings of a name in a scope.
    fn all_construct(&self, bindings: &[Binding], names: u32) -> bool {
        let key = (bindings[0].scope, bindings[0].name, names);
        if let Some(known) = self.exact.borrow().get(&key) {
            return *known;
        }
        let found = bindings.iter().all(|binding| match binding.bound {
            Bound::Value { value, r#type } => {
                !r#type.is_known() && self.is_exact(value, binding.block, binding.at, names)
            }
            _ => false,
        });
        self.exact.borrow_mut().insert(key, found);
        found
    }

    /// Is it a parameter, so that a class in it may be one below, as in `cls.make()`?
    fn is_given(&self, object: ExpressionId, scope: ScopeId) -> bool {
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

    /// Does the name hold a class that may be another one: a parameter, as in `cls()`, or a value?
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
