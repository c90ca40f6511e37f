//! References: every reference of a file and its outcome.

use std::cell::RefCell;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::facts::{DefinitionId, Expression, ExpressionId, Facts, Reference, ReferenceKind, ScopeId, ScopeKind, Symbol};
use crate::graph::{EdgeKind, Via};
use crate::languages::Language;
use crate::resolve::edges::awaited::AwaitedExpressions;
use crate::resolve::edges::call_forms::{Forms, call_form};
use crate::resolve::edges::entry_points::find_entry_points;
use crate::resolve::edges::outcome::{Outcome, ResolvedEdge, ResolvedFile, ResolvedReference};
use crate::resolve::index::Index;
use crate::resolve::types::evaluator::Evaluator;
use crate::resolve::types::value::{Item, Value};

/// Resolves the references of one file.
pub struct ReferenceResolver<'e, 'w> {
    pub types: &'e Evaluator<'w>,
    pub index: &'w Index,
    pub facts: &'w Facts,
    pub language: &'static Language,
    /// Is all that a name of a scope is bound to constructed, see `is_exact`?
    pub exact: RefCell<FxHashMap<(ScopeId, Symbol, u32), bool>>,
}

/// The outcomes of all references of the evaluator's file that are of interest.
pub fn resolve_file(types: &Evaluator<'_>, is_property: &dyn Fn(u64) -> bool) -> ResolvedFile {
    let (index, facts, language) = (types.index, types.facts, types.language);
    let resolver = ReferenceResolver { types, index, facts, language, exact: RefCell::default() };
    resolver.resolve_file(is_property)
}

impl ReferenceResolver<'_, '_> {
    /// All references of the file that are of interest, in source order.
    pub fn resolve_file(&self, is_property: &dyn Fn(u64) -> bool) -> ResolvedFile {
        let mut found = Vec::new();
        let waiting = AwaitedExpressions::of(self.facts, self.language.rules.calls.continuation_methods);
        let mut forms = Forms::default();
        // Mentions last: what an expression is is found once, where it is used.
        let is_mention = |r: &&Reference| r.kind == ReferenceKind::Mention;
        let references = self.facts.references.iter();
        for reference in references.clone().filter(|r| !is_mention(r)).chain(references.filter(is_mention)) {
            if let Some(mut resolved) = self.resolve_reference(reference, is_property) {
                if matches!(resolved.outcome, Outcome::Edges(_) | Outcome::Guess { .. }) {
                    let given = waiting.given(self.facts, reference);
                    let form =
                        given.map(|given| call_form(self.facts, self.language.rules.names.sigil, given));
                    resolved.form = form.map(|form| forms.number(form));
                }
                found.push(resolved);
            }
        }
        self.fixture_calls(&mut found);
        for (i, _) in self.facts.definitions.iter().enumerate() {
            self.signature_type_edges(DefinitionId(i as u32), &mut found);
        }
        let entry_points = find_entry_points(self.types);
        ResolvedFile {
            references: found,
            forms: forms.all,
            entry_points,
            consulted: self.types.consulted_names(),
        }
    }

    fn resolve_reference(
        &self,
        reference: &Reference,
        is_property: &dyn Fn(u64) -> bool,
    ) -> Option<ResolvedReference> {
        let from = self.facts.nearest_named(self.facts.scope(reference.scope).owner);
        let (name, outcome) = match (reference.kind, self.facts.expression(reference.expression)) {
            (ReferenceKind::Read | ReferenceKind::Write, Expression::Member { object, name }) => {
                let hash = self.facts.strings.hash(name);
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
                let hash = self.facts.strings.hash(name);
                let edge = if is_property(hash) { self.bare_property(name, reference) } else { None };
                (name, Outcome::Edges([edge?].into()))
            }
            (ReferenceKind::Mention, Expression::Name(name)) => {
                let mut found = SmallVec::new();
                for item in self.types.value_of(reference.expression, reference.position()) {
                    if let Value::Function(def) | Value::Class(def) = item.value
                        && !self.index.definition(def).name.is_empty()
                    {
                        found.push((def, item.via));
                    }
                }
                if found.is_empty() {
                    return None;
                }
                (name, Outcome::Mentions(found))
            }
            (ReferenceKind::Type, _) => {
                let edges = self.type_edges(reference.expression, reference.position());
                if edges.is_empty() {
                    return None;
                }
                (Symbol::EMPTY, Outcome::Edges(edges))
            }
            (ReferenceKind::ImplicitCall { awaited: waits }, Expression::Each(object)) => {
                let names = self.language.rules.implied.iteration_methods[usize::from(waits)];
                return self.implied_call(from, object, names, reference);
            }
            (ReferenceKind::ImplicitCall { awaited: waits }, Expression::Enter(object)) => {
                let names = self.language.rules.implied.context_methods[usize::from(waits)];
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
        Some(ResolvedReference { from, line: reference.line, name, outcome, form: None })
    }

    fn property_edges(
        &self,
        object: ExpressionId,
        name: u64,
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

    /// The property of the type around that a name alone stands for.
    fn bare_property(&self, name: Symbol, reference: &Reference) -> Option<ResolvedEdge> {
        let mut scope = reference.scope;
        loop {
            let current = self.facts.scope(scope);
            let class = match current.kind {
                ScopeKind::Class => Some(self.types.own_type(current.owner)),
                _ => self.types.implicit_receiver(scope).flatten(),
            };
            if let Some(class) = class {
                let object = Item { value: Value::Instance(class), via: Via::Receiver };
                let name = self.facts.strings.hash(name);
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
    fn name_of(&self, callee: ExpressionId) -> Symbol {
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
