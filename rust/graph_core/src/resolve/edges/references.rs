//! References: resolves every reference of a file to its outcome.

use std::cell::RefCell;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::facts::{
    DefinitionId, Expression, ExpressionId, Facts, Reference, ReferenceKind, ScopeId, ScopeKind, Symbol,
};
use crate::graph::{EdgeKind, Via};
use crate::hashing::NameHash;
use crate::languages::Language;
use crate::resolve::edges::awaited::AwaitedExpressions;
use crate::resolve::edges::call_shapes::{CallShapes, call_shape};
use crate::resolve::edges::entry_points::find_entry_points;
use crate::resolve::edges::outcome::{Outcome, ResolvedEdge, ResolvedFile, ResolvedReference};
use crate::resolve::edges::value_uses::ValueHolders;
use crate::resolve::index::Index;
use crate::resolve::types::evaluator::Evaluator;
use crate::resolve::types::value::{Item, Value};

/// Resolves the references of one file.
pub(super) struct ReferenceResolver<'e, 'w> {
    pub(super) types: &'e Evaluator<'w>,
    pub(super) index: &'w Index,
    pub(super) facts: &'w Facts,
    pub(super) language: &'static Language,
    pub(super) holders: ValueHolders,
    /// Results of `all_construct`, by scope, name and number of names that were followed.
    pub(super) exact: RefCell<FxHashMap<(ScopeId, Symbol, u32), bool>>,
}

/// The resolved references and the entry points of the evaluator's file. `is_property` tells whether the repository has
/// a property of that name.
pub fn resolve_file(types: &Evaluator<'_>, is_property: &dyn Fn(NameHash) -> bool) -> ResolvedFile {
    let (index, facts, language) = (types.index, types.facts, types.language);
    let holders = ValueHolders::of(facts);
    let resolver = ReferenceResolver { types, index, facts, language, holders, exact: RefCell::default() };
    resolver.resolve_file(is_property)
}

impl ReferenceResolver<'_, '_> {
    fn resolve_file(&self, is_property: &dyn Fn(NameHash) -> bool) -> ResolvedFile {
        let mut found = Vec::new();
        let awaited = AwaitedExpressions::of(self.facts, self.language.rules.calls.continuation_methods);
        let mut shapes = CallShapes::default();
        for reference in &self.facts.references {
            if let Some(mut resolved) = self.resolve_reference(reference, is_property) {
                if matches!(resolved.outcome, Outcome::Edges(_) | Outcome::Guess { .. }) {
                    let sigil = self.language.rules.names.sigil;
                    let passed = awaited.passed_arguments(self.facts, reference);
                    let shape = passed.map(|passed| call_shape(self.facts, sigil, passed));
                    resolved.shape = shape.map(|shape| shapes.number(shape));
                }
                found.push(resolved);
            }
        }
        // Values last, so that expressions are evaluated first where they are called.
        found.extend(self.facts.references.iter().filter_map(|reference| self.value_use(reference)));
        self.add_fixture_calls(&mut found);
        for (i, _) in self.facts.definitions.iter().enumerate() {
            self.add_signature_types(DefinitionId(i as u32), &mut found);
        }
        let entry_points = find_entry_points(self.types);
        ResolvedFile {
            references: found,
            shapes: shapes.all,
            entry_points,
            consulted: self.types.consulted_names(),
        }
    }

    /// The outcome of a reference; None if it adds nothing to the graph, as reading a plain variable.
    fn resolve_reference(
        &self,
        reference: &Reference,
        is_property: &dyn Fn(NameHash) -> bool,
    ) -> Option<ResolvedReference> {
        let from = self.holders.of_reference(self.facts, reference);
        let (name, outcome) = match (reference.kind, self.facts.expression(reference.expression)) {
            (ReferenceKind::Read | ReferenceKind::Write, Expression::Member { object, name }) => {
                let hash = self.facts.name_hash(name);
                if !is_property(hash) {
                    return None;
                }
                let edges = self.property_edges(object, hash, reference);
                if edges.is_empty() {
                    return None;
                }
                (name, Outcome::Edges(edges))
            }
            (ReferenceKind::Read | ReferenceKind::Write, Expression::Name(name)) => {
                let hash = self.facts.name_hash(name);
                let edge = if is_property(hash) { self.unqualified_property(name, reference) } else { None };
                (name, Outcome::Edges([edge?].into()))
            }
            (ReferenceKind::Type, _) => {
                let mut edges = self.type_edges(reference.expression, reference.position(), true);
                if self.language.names_types() {
                    // What a variable holds is named where the variable gets it.
                    edges.retain(|edge| edge.via != Via::Flow);
                }
                if edges.is_empty() {
                    return None;
                }
                (Symbol::EMPTY, Outcome::Edges(edges))
            }
            (ReferenceKind::ImplicitCall { awaited }, Expression::Each(object)) => {
                let names = self.language.rules.implied.iteration_methods[usize::from(awaited)];
                return self.implied_call(from, object, names, reference);
            }
            (ReferenceKind::ImplicitCall { awaited }, Expression::Enter(object)) => {
                let names = self.language.rules.implied.context_methods[usize::from(awaited)];
                return self.implied_call(from, object, names, reference);
            }
            (kind, Expression::Call { callee, arguments }) => {
                (self.name_of(callee), self.call(callee, arguments, reference, kind))
            }
            (kind, Expression::New { class, arguments }) => {
                (self.name_of(class), self.call(class, arguments, reference, kind))
            }
            _ => return None,
        };
        Some(ResolvedReference { from, line: reference.line, name, outcome, shape: None })
    }

    /// The properties that reading a member calls, or assigning to it.
    fn property_edges(
        &self,
        object: ExpressionId,
        name: NameHash,
        reference: &Reference,
    ) -> SmallVec<[ResolvedEdge; 1]> {
        let mut edges: SmallVec<[ResolvedEdge; 1]> = SmallVec::new();
        for item in self.types.value_of(object, reference.position()) {
            if let Some(to) = self.types.property(&item, name, reference.kind == ReferenceKind::Write)
                && !edges.iter().any(|e| e.to == to)
            {
                let below = match item.value {
                    Value::Instance(class) if !self.is_exact(object, reference.position(), 0) => Some(class),
                    _ => None,
                };
                edges.push(ResolvedEdge { to, kind: EdgeKind::Calls, via: item.via, below });
            }
        }
        edges
    }

    /// The property of an enclosing type that a name without an object stands for.
    fn unqualified_property(&self, name: Symbol, reference: &Reference) -> Option<ResolvedEdge> {
        let mut scope = reference.scope;
        loop {
            let current = self.facts.scope(scope);
            let class = match current.kind {
                ScopeKind::Class => Some(self.types.self_type(current.owner)),
                _ => self.types.implicit_receiver(scope).flatten(),
            };
            if let Some(class) = class {
                let object = Item { value: Value::Instance(class), via: Via::Receiver };
                let name = self.facts.name_hash(name);
                if self.types.inherited(class, name, 0).is_some() {
                    let to = self.types.property(&object, name, reference.kind == ReferenceKind::Write)?;
                    return Some(ResolvedEdge {
                        to,
                        kind: EdgeKind::Calls,
                        via: Via::Receiver,
                        below: Some(class),
                    });
                }
            }
            if scope.is_file() || !self.facts.bindings_of(scope, name).is_empty() {
                return None;
            }
            scope = current.parent;
        }
    }

    /// The last name of a callee.
    pub(super) fn name_of(&self, callee: ExpressionId) -> Symbol {
        match self.facts.expression(callee) {
            Expression::Name(name) | Expression::Member { name, .. } => name,
            Expression::Index { object, .. } => match self.facts.expression(object) {
                Expression::Name(name) | Expression::Member { name, .. } => name,
                _ => Symbol::EMPTY,
            },
            _ => Symbol::EMPTY,
        }
    }
}
