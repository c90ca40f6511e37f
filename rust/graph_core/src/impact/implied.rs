//! Implied: what runs without being called by name. A method that nobody is seen to call may be run by whoever makes
//! an object of its type: by an operator, a statement, a framework, a base outside. A function or a class that is
//! named as a value may be run by whoever names it, or by what that gives it to. The code of a module is run by whoever
//! imports it.

use rustc_hash::FxHashMap;

use crate::answer::without_ordinal;
use crate::graph::{Edge, EdgeId, EdgeKind, Graph, Mention, Node, NodeId, NodeKind};
use crate::languages::Language;

/// Below this an edge is a guess. An implied step is as sure.
pub(super) const CONFIDENCE: u8 = 50;

pub(super) struct Implied<'g> {
    graph: &'g Graph,
    /// For each such method the edge of its type that holds it.
    holding: Vec<Option<EdgeId>>,
    /// What each definition names as a value.
    named: FxHashMap<NodeId, Vec<NodeId>>,
}

impl<'g> Implied<'g> {
    pub(super) fn of(graph: &'g Graph) -> Self {
        let holding = graph.node_ids().map(|id| holding(graph, id)).collect();
        let mut named: FxHashMap<NodeId, Vec<NodeId>> = FxHashMap::default();
        for mention in graph.mentions.iter().filter(|m| hands_on(graph, m)) {
            named.entry(mention.from).or_default().push(mention.to);
        }
        Implied { graph, holding, named }
    }

    /// By whom it is run: of such a method its type and the constructors of that, and who names it as a value, with
    /// the edge over which it is held.
    pub(super) fn makers(&self, id: NodeId) -> impl Iterator<Item = (NodeId, EdgeId)> + '_ {
        let makers = self.holding[id.0 as usize].into_iter().flat_map(|edge| {
            let class = self.graph.edge(edge).from;
            let made = self.held(class).filter(|n| self.graph.node(*n).kind == NodeKind::Constructor);
            std::iter::once(class).chain(made).map(move |maker| (maker, edge))
        });
        let mentions = self.graph.mentions_of(id).iter().filter(|m| hands_on(self.graph, m));
        let namers = mentions.filter_map(move |m| Some((m.from, container(self.graph, id)?)));
        makers.chain(namers)
    }

    /// Such methods of a type, or of the type of a constructor, and what it names as a value.
    pub(super) fn run_by(&self, maker: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let class = match self.graph.node(maker).kind {
            NodeKind::Constructor => holder(self.graph, maker).map(|id| self.graph.edge(id).from),
            NodeKind::Class => Some(maker),
            _ => None,
        };
        let held = class.into_iter().flat_map(|class| self.held(class));
        let named = self.named.get(&maker).into_iter().flatten().copied();
        held.filter(|n| self.holding[n.0 as usize].is_some()).chain(named)
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
    let implied = node.kind == NodeKind::Method
        && (is_unwritten(graph, node) || !graph.incoming(id).any(|(_, e)| calls(e)));
    holder(graph, id).filter(|_| implied)
}

fn is_unwritten(graph: &Graph, node: &Node) -> bool {
    let language = Language::named(&graph.file(node.file).language);
    language.is_some_and(|l| (l.rules.unwritten)(without_ordinal(&node.name)))
}

/// Is it code that names it, and not the table of a module, which all run who import that?
fn hands_on(graph: &Graph, mention: &Mention) -> bool {
    mention.confidence >= CONFIDENCE && graph.node(mention.from).kind != NodeKind::File
}

fn holder(graph: &Graph, id: NodeId) -> Option<EdgeId> {
    container(graph, id).filter(|edge| graph.node(graph.edge(*edge).from).kind == NodeKind::Class)
}

fn container(graph: &Graph, id: NodeId) -> Option<EdgeId> {
    graph.incoming(id).find(|(_, e)| e.kind == EdgeKind::Contains).map(|(id, _)| id)
}
