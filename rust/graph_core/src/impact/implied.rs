//! Implied: what runs without being called by name. A method that nobody is seen to call may be run by whoever makes
//! an object of its type: by an operator, a statement, a framework, a base outside. The code of a module is run by
//! whoever imports it.

use crate::graph::{Edge, EdgeId, EdgeKind, Graph, NodeId, NodeKind};

/// Below this an edge is a guess. An implied step is as sure.
pub(super) const CONFIDENCE: u8 = 50;

pub(super) struct Implied<'g> {
    graph: &'g Graph,
    /// For each such method the edge of its type that holds it.
    holding: Vec<Option<EdgeId>>,
}

impl<'g> Implied<'g> {
    pub(super) fn of(graph: &'g Graph) -> Self {
        let holding = graph.node_ids().map(|id| holding(graph, id)).collect();
        Implied { graph, holding }
    }

    /// By whom such a method is run: its type and the constructors of that, with the edge that says so.
    pub(super) fn makers(&self, method: NodeId) -> impl Iterator<Item = (NodeId, EdgeId)> + '_ {
        self.holding[method.0 as usize].into_iter().flat_map(|id| {
            let class = self.graph.edge(id).from;
            let made = self.held(class).filter(|n| self.graph.node(*n).kind == NodeKind::Constructor);
            std::iter::once(class).chain(made).map(move |maker| (maker, id))
        })
    }

    /// Such methods of a type, or of the type of a constructor.
    pub(super) fn run_by(&self, maker: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let class = match self.graph.node(maker).kind {
            NodeKind::Constructor => holder(self.graph, maker).map(|id| self.graph.edge(id).from),
            NodeKind::Class => Some(maker),
            _ => None,
        };
        let held = class.into_iter().flat_map(|class| self.held(class));
        held.filter(|n| self.holding[n.0 as usize].is_some())
    }

    fn held(&self, class: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.graph.outgoing(class).filter(|(_, e)| e.kind == EdgeKind::Contains).map(|(_, e)| e.to)
    }
}

/// An import that runs the code of a whole module.
pub(super) fn loads(graph: &Graph, edge: &Edge) -> bool {
    edge.kind == EdgeKind::Imports && graph.node(edge.to).kind == NodeKind::File
}

fn holding(graph: &Graph, id: NodeId) -> Option<EdgeId> {
    let node = graph.node(id);
    // What the method of a base does is done for it: a call of another of its name says nothing of others.
    let calls = |edge: &Edge| {
        edge.kind == EdgeKind::Calls
            && edge.confidence >= CONFIDENCE
            && graph.node(edge.from).name != node.name
    };
    let uncalled = node.kind == NodeKind::Method && !graph.incoming(id).any(|(_, e)| calls(e));
    holder(graph, id).filter(|_| uncalled)
}

fn holder(graph: &Graph, id: NodeId) -> Option<EdgeId> {
    let mut held = graph.incoming(id).filter(|(_, e)| e.kind == EdgeKind::Contains);
    held.find(|(_, e)| graph.node(e.from).kind == NodeKind::Class).map(|(id, _)| id)
}
