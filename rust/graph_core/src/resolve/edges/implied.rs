//! Implied calls: calls that no code writes out: iteration, entering a context, fixtures of tests.

use smallvec::SmallVec;

use crate::facts::{DefinitionId, ExpressionId, Reference, Symbol};
use crate::graph::{EdgeKind, Via};
use crate::hashing::hash;
use crate::resolve::edges::outcome::{Outcome, ResolvedEdge, ResolvedReference};
use crate::resolve::edges::references::ReferenceResolver;
use crate::resolve::types::value::Value;

impl ReferenceResolver<'_, '_> {
    /// The methods of these names that a statement calls on an object.
    pub(super) fn implied_call(
        &self,
        from: DefinitionId,
        object: ExpressionId,
        names: &[&str],
        reference: &Reference,
    ) -> Option<ResolvedReference> {
        let position = reference.position();
        let mut edges: SmallVec<[ResolvedEdge; 1]> = SmallVec::new();
        for item in self.types.value_of(object, position) {
            let Value::Instance(class) = item.value else { continue };
            let below = Some(class).filter(|_| !self.is_exact(object, position, 0));
            for name in names {
                if let Some((_, found)) = self.types.inherited(class, hash(name.as_bytes()), 0)
                    && self.index.definition(found[0]).is_callable()
                {
                    edges.push(ResolvedEdge { to: found[0], kind: EdgeKind::Calls, via: item.via, below });
                }
            }
        }
        let (line, name) = (reference.line, Symbol::EMPTY);
        (!edges.is_empty()).then(|| ResolvedReference {
            from,
            line,
            name,
            outcome: Outcome::Edges(edges),
            form: None,
        })
    }

    /// The functions that are called for the sake of a test's parameters.
    pub(super) fn fixture_calls(&self, found: &mut Vec<ResolvedReference>) {
        if self.language.tests.fixture_decorators.is_empty() {
            return;
        }
        for (i, definition) in self.facts.definitions.iter().enumerate() {
            let id = DefinitionId(i as u32);
            for parameter in &definition.parameters {
                let edges: SmallVec<[ResolvedEdge; 1]> = self
                    .types
                    .fixture_functions(id, parameter.name)
                    .into_iter()
                    .map(|to| ResolvedEdge { to, kind: EdgeKind::Calls, via: Via::Flow, below: None })
                    .collect();
                if !edges.is_empty() {
                    let line = definition.start_line;
                    let outcome = Outcome::Edges(edges);
                    found.push(ResolvedReference {
                        from: id,
                        line,
                        name: parameter.name,
                        outcome,
                        form: None,
                    });
                }
            }
        }
    }
}
