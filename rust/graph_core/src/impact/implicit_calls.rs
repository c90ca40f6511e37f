//! Definitions that run without a call of their name. A method without known callers may be called by code that creates
//! an object of its type: through an operator, a statement, a framework or an external base class. A function or class
//! that is used as a value may be called by the code that uses it. Importing a module runs its code.

use crate::answer::without_ordinal;
use crate::graph::{Edge, EdgeId, EdgeKind, Graph, Node, NodeId, NodeKind};
use crate::languages::Language;

/// The confidence of an implicit call in hundredths. An edge with a lower one is a guess.
pub(super) const IMPLICIT_CONFIDENCE: u8 = 50;

pub(super) struct ImplicitCalls<'g> {
    graph: &'g Graph,
    /// The language of each file.
    languages: Vec<Option<&'static Language>>,
}

impl<'g> ImplicitCalls<'g> {
    pub(super) fn of(graph: &'g Graph) -> Self {
        let languages = graph.files.iter().map(|f| Language::named(&f.language)).collect();
        ImplicitCalls { graph, languages }
    }

    /// The implicit callers of `id`, each with the edge to `id` that shows it: for a method without known callers its type
    /// and the constructors of that, by the CONTAINS edge; and the code that uses `id` as a value, by its REFERENCES edge.
    pub(super) fn callers(&self, id: NodeId) -> impl Iterator<Item = (NodeId, EdgeId)> + '_ {
        let constructing = self.uncalled_member(id).into_iter().flat_map(|edge| {
            let class = self.graph.edge(edge).from;
            let constructors =
                self.members(class).filter(|n| self.graph.node(*n).kind == NodeKind::Constructor);
            std::iter::once(class).chain(constructors).map(move |caller| (caller, edge))
        });
        let references = self.graph.incoming(id).filter(|(_, edge)| may_call(self.graph, edge));
        constructing.chain(references.map(|(id, edge)| (edge.from, id)))
    }

    /// The CONTAINS edge from its type to a method without known callers.
    fn uncalled_member(&self, id: NodeId) -> Option<EdgeId> {
        let node = self.graph.node(id);
        // A call by another method of this name delegates to it, and is no sign of further callers.
        let calls = |edge: &Edge| {
            edge.kind == EdgeKind::Calls
                && edge.confidence >= IMPLICIT_CONFIDENCE
                && self.graph.node(edge.from).name != node.name
        };
        let is_implicit = node.kind == NodeKind::Method
            && (self.is_unwritten(node) || !self.graph.incoming(id).any(|(_, e)| calls(e)));
        if is_implicit { type_edge(self.graph, id) } else { None }
    }

    fn is_unwritten(&self, node: &Node) -> bool {
        let language = self.languages[node.file.0 as usize];
        language.is_some_and(|l| (l.rules.implied.is_called_implicitly)(without_ordinal(&node.name)))
    }

    fn members(&self, class: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.graph.outgoing(class).filter(|(_, e)| e.kind == EdgeKind::Contains).map(|(_, e)| e.to)
    }
}

/// The edge is an import that runs the code of a whole module.
pub(super) fn runs_module(graph: &Graph, edge: &Edge) -> bool {
    edge.kind == EdgeKind::Imports && graph.node(edge.to).kind == NodeKind::File
}

/// The definition is used as a value in the code of another one, and not in module-level code, which every import of the
/// module runs.
fn may_call(graph: &Graph, edge: &Edge) -> bool {
    edge.kind == EdgeKind::References
        && edge.confidence >= IMPLICIT_CONFIDENCE
        && graph.node(edge.from).kind != NodeKind::File
}

fn type_edge(graph: &Graph, id: NodeId) -> Option<EdgeId> {
    container_edge(graph, id).filter(|edge| graph.node(graph.edge(*edge).from).kind == NodeKind::Class)
}

fn container_edge(graph: &Graph, id: NodeId) -> Option<EdgeId> {
    graph.incoming(id).find(|(_, e)| e.kind == EdgeKind::Contains).map(|(id, _)| id)
}
