//! Type uses: edges to the types of the repository that annotations, signatures and fields name.

use smallvec::SmallVec;

use crate::facts::{Bound, DefinitionId, Expression, ExpressionId, Position, Symbol};
use crate::graph::EdgeKind;
use crate::resolve::edges::outcome::{Outcome, ResolvedEdge, ResolvedReference};
use crate::resolve::edges::references::ReferenceResolver;
use crate::resolve::types::value::{Items, Value};

/// How many parts of one type expression are looked at.
const MOST_STEPS: u32 = 64;

impl ReferenceResolver<'_, '_> {
    /// The types of the repository that a type expression names. Without `with_names` only those that strings in it name.
    pub(super) fn type_edges(
        &self,
        expression: ExpressionId,
        position: Position,
        with_names: bool,
    ) -> SmallVec<[ResolvedEdge; 1]> {
        let mut edges: SmallVec<[ResolvedEdge; 1]> = SmallVec::new();
        let mut work: SmallVec<[ExpressionId; 8]> = SmallVec::new();
        work.push(expression);
        let mut steps = 0;
        while let Some(next) = work.pop() {
            steps += 1;
            if steps == MOST_STEPS {
                break;
            }
            match self.facts.expression(next) {
                Expression::Index { object, arguments } => {
                    work.push(object);
                    work.extend(self.facts.list(arguments));
                }
                Expression::Either(list) | Expression::Sequence(list) => work.extend(self.facts.list(list)),
                Expression::Array(inner)
                | Expression::Typed(inner)
                | Expression::TypeOf(inner)
                | Expression::Spread(inner) => work.push(inner),
                Expression::Name(_) | Expression::Member { .. } if with_names => {
                    add_types(&mut edges, &self.types.named_type(next, position), true);
                }
                Expression::Text(_) => add_types(&mut edges, &self.types.type_of(next, position), false),
                _ => {}
            }
        }
        edges
    }

    /// Adds the types that the signature of a definition names, and for a type those of its fields.
    pub(super) fn add_signature_types(&self, id: DefinitionId, found: &mut Vec<ResolvedReference>) {
        let definition = self.facts.definition(id);
        let from = self.facts.nearest_named(id);
        let mut add = |expression: ExpressionId, position: Position, line: u32| {
            // A name in a type has a reference of its own where the language says so.
            let edges = self.type_edges(expression, position, !self.language.names_types());
            if !edges.is_empty() {
                let outcome = Outcome::Edges(edges);
                found.push(ResolvedReference { from, line, name: Symbol::EMPTY, outcome, shape: None });
            }
        };
        for parameter in &definition.parameters {
            if parameter.r#type.is_known() {
                add(
                    parameter.r#type,
                    Position::new(definition.scope, definition.start),
                    definition.start_line,
                );
            }
        }
        if definition.returns.is_known() {
            add(definition.returns, Position::new(definition.scope, definition.start), definition.start_line);
        }
        if definition.is_type() {
            for binding in self.facts.bindings.iter().filter(|b| b.scope == definition.scope) {
                if let Bound::Value { r#type, .. } = binding.bound
                    && r#type.is_known()
                {
                    add(r#type, binding.position(), definition.start_line);
                }
            }
        }
    }
}

/// Adds an edge to each class among the values (`of_class`), else to the classes of objects and of what containers
/// hold.
fn add_types(edges: &mut SmallVec<[ResolvedEdge; 1]>, items: &Items, of_class: bool) {
    for item in items {
        let mut work: SmallVec<[&Value; 4]> = SmallVec::from_slice(&[&item.value]);
        while let Some(value) = work.pop() {
            let to = match value {
                Value::Class(class) if of_class => *class,
                Value::Instance(class) if !of_class => *class,
                Value::Container(inner) if !of_class => {
                    work.extend(inner.iter());
                    continue;
                }
                Value::Tuple(parts) if !of_class => {
                    work.extend(parts.iter().flat_map(|part| part.iter()));
                    continue;
                }
                Value::Table(parts) if !of_class => {
                    work.extend(parts.iter().flat_map(|part| part.iter()));
                    continue;
                }
                _ => continue,
            };
            if !edges.iter().any(|e| e.to == to) {
                edges.push(ResolvedEdge { to, kind: EdgeKind::UsesType, via: item.via, below: None });
            }
        }
    }
}
