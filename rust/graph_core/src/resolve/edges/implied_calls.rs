//! Implied calls: calls that are not written: of iterators, of context managers and of the fixtures of tests.

use smallvec::SmallVec;

use crate::facts::{DefinitionId, ExpressionId, Reference, Symbol};
use crate::graph::{EdgeKind, Via};
use crate::hashing::NameHash;
use crate::resolve::edges::outcome::{Outcome, ResolvedEdge, ResolvedReference};
use crate::resolve::edges::references::ReferenceResolver;
use crate::resolve::types::value::Value;

impl ReferenceResolver<'_, '_> {
    /// The calls of the methods of these names on an object, which a statement implies; None if there are none.
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
                if let Some((_, found)) = self.types.inherited(class, NameHash::of(name), 0)
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
            shape: None,
        })
    }

    /// Adds the calls of the fixtures that provide the parameters of tests.
    pub(super) fn add_fixture_calls(&self, found: &mut Vec<ResolvedReference>) {
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
                        shape: None,
                    });
                }
            }
        }
    }
}
