//! Value uses: edges to the functions and classes that are used as values, and to the constants, variables, fields and
//! members of enumerations that code reads and writes.

use smallvec::SmallVec;

use crate::facts::{DefinitionId, Expression, ExpressionId, Facts, Reference, ReferenceKind};
use crate::graph::{EdgeKind, NodeKind, Via};
use crate::resolve::edges::outcome::{Outcome, ResolvedEdge, ResolvedReference};
use crate::resolve::edges::references::ReferenceResolver;
use crate::resolve::index::definitions::Def;
use crate::resolve::types::value::Value;

/// The values of a file by the code of their declarations, which belongs to them.
pub(super) struct ValueHolders {
    /// Start, end, value; sorted.
    spans: Vec<(u32, u32, DefinitionId)>,
}

impl ValueHolders {
    pub(super) fn of(facts: &Facts) -> Self {
        let values =
            facts.definitions.iter().zip(0..).filter(|(d, _)| d.kind.is_value() && !d.name.is_empty());
        let mut spans: Vec<_> = values.map(|(d, i)| (d.start, d.end, DefinitionId(i))).collect();
        spans.sort_unstable();
        ValueHolders { spans }
    }

    /// The named definition whose code contains a reference.
    pub(super) fn of_reference(&self, facts: &Facts, reference: &Reference) -> DefinitionId {
        let owner = facts.nearest_named(facts.scope(reference.scope).owner);
        if facts.definition(owner).is_callable() {
            return owner;
        }
        let behind = self.spans.partition_point(|(start, ..)| *start <= reference.at);
        let mut before = self.spans[..behind].iter().rev().take(2);
        let around =
            before.find(|(_, end, id)| reference.at <= *end && facts.definition(*id).parent == owner);
        around.map_or(owner, |(.., id)| *id)
    }
}

impl ReferenceResolver<'_, '_> {
    /// What a reference uses as a value; None if that is nothing of the repository.
    pub(super) fn value_use(&self, reference: &Reference) -> Option<ResolvedReference> {
        let has_values = self.language.rules.values;
        let (name, edges) = match (reference.kind, self.facts.expression(reference.expression)) {
            (ReferenceKind::Value, Expression::Name(name)) => {
                let mut edges = self.definitions_as_values(reference);
                edges.extend(self.edges_to_values(reference.expression, reference));
                (name, edges)
            }
            (ReferenceKind::Read, Expression::Member { name, .. }) if has_values => {
                let mut edges = self.edges_to_values(reference.expression, reference);
                if edges.is_empty() {
                    let hash = self.facts.name_hash(name);
                    edges = self.definitions_as_values(reference);
                    edges.retain(|edge| self.index.name_hash(edge.to) == hash);
                }
                (name, edges)
            }
            (ReferenceKind::Write | ReferenceKind::Type, Expression::Name(name))
            | (ReferenceKind::Write | ReferenceKind::Type, Expression::Member { name, .. }) => {
                (name, self.edges_to_values(reference.expression, reference))
            }
            // A constant that holds the function that is called.
            (_, Expression::Call { callee, .. } | Expression::New { class: callee, .. }) => {
                (self.name_of(callee), self.edges_to_values(callee, reference))
            }
            _ => return None,
        };
        if edges.is_empty() {
            return None;
        }
        let from = self.holders.of_reference(self.facts, reference);
        let outcome = Outcome::Edges(edges);
        Some(ResolvedReference { from, line: reference.line, name, outcome, shape: None })
    }

    /// The functions and classes that a name stands for where a value is expected.
    fn definitions_as_values(&self, reference: &Reference) -> SmallVec<[ResolvedEdge; 1]> {
        let mut found: SmallVec<[ResolvedEdge; 1]> = SmallVec::new();
        for item in self.types.value_of(reference.expression, reference.position()) {
            let (Value::Function(to) | Value::Class(to)) = item.value else { continue };
            if item.via == Via::Flow {
                continue; // a variable that holds it: it is named where the variable gets it
            }
            let definition = self.index.definition(to);
            if definition.is_callable() && self.language.rules.names.separate_functions {
                continue;
            }
            if definition.name.is_empty() || found.iter().any(|edge| edge.to == to) {
                continue;
            }
            let kind = match definition.kind {
                NodeKind::Interface | NodeKind::Type => EdgeKind::UsesType,
                _ => EdgeKind::References,
            };
            found.push(ResolvedEdge { to, kind, via: item.via, below: None });
        }
        found
    }

    /// The values that an expression names, as read, or written if the reference writes.
    fn edges_to_values(
        &self,
        expression: ExpressionId,
        reference: &Reference,
    ) -> SmallVec<[ResolvedEdge; 1]> {
        let kind = match reference.kind {
            ReferenceKind::Write => EdgeKind::Writes,
            _ => EdgeKind::Reads,
        };
        if !self.language.rules.values {
            return SmallVec::new();
        }
        let values = self.types.declared_values(expression, reference.position());
        let is_other = |to| !self.is_declared_at(to, reference.at);
        let edge = |(to, via)| {
            let is_value = self.index.definition(to).kind.is_value();
            let kind = if is_value { kind } else { EdgeKind::References };
            ResolvedEdge { to, kind, via, below: None }
        };
        values.into_iter().filter(|(to, _)| is_other(*to)).map(edge).collect()
    }

    /// Is the offset of this file in the declaration of the value?
    fn is_declared_at(&self, value: Def, at: u32) -> bool {
        let definition = self.index.definition(value);
        value.file == self.types.file && definition.start <= at && at <= definition.end
    }
}
