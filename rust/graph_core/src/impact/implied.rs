//! Implied: what runs without being called by name. A method that nobody is seen to call may be run by whoever makes
//! an object of its type: by an operator, a statement, a framework, a base outside. A function or a class that is
//! named as a value may be run by whoever names it, or by what that gives it to. The code of a module is run by whoever
//! imports it.

use crate::answer::without_ordinal;
use crate::graph::{Edge, EdgeId, EdgeKind, Graph, Mention, Node, NodeId, NodeKind};
use crate::languages::Language;
use crate::rows::starts;

/// Below this an edge is a guess. An implied step is as sure.
pub(super) const CONFIDENCE: u8 = 50;

pub(super) struct Implied<'g> {
    graph: &'g Graph,
    /// Of each file.
    languages: Vec<Option<&'static Language>>,
    /// Where the mentions of each node begin, and where the last end.
    mentions: Vec<u32>,
}

impl<'g> Implied<'g> {
    pub(super) fn of(graph: &'g Graph) -> Self {
        let mentions = starts(graph.nodes.len(), graph.mentions.iter().map(|m| m.to.0));
        let languages = graph.files.iter().map(|f| Language::named(&f.language)).collect();
        Implied { graph, languages, mentions }
    }

    /// By whom it is run: of such a method its type and the constructors of that, and who names it as a value, with
    /// the edge over which it is held.
    pub(super) fn makers(&self, id: NodeId) -> impl Iterator<Item = (NodeId, EdgeId)> + '_ {
        let makers = self.holding(id).into_iter().flat_map(|edge| {
            let class = self.graph.edge(edge).from;
            let made = self.held(class).filter(|n| self.graph.node(*n).kind == NodeKind::Constructor);
            std::iter::once(class).chain(made).map(move |maker| (maker, edge))
        });
        let (first, end) = (self.mentions[id.0 as usize], self.mentions[id.0 as usize + 1]);
        let mentions = self.graph.mentions[first as usize..end as usize].iter();
        let mentions = mentions.filter(|m| hands_on(self.graph, m));
        let namers = mentions.filter_map(move |m| Some((m.from, container(self.graph, id)?)));
        makers.chain(namers)
    }

    /// Of a method that nobody is seen to call, the edge of its type that holds it.
    fn holding(&self, id: NodeId) -> Option<EdgeId> {
        let node = self.graph.node(id);
        // What the method of a base does is done for it: a call of another of its name says nothing of others.
        let calls = |edge: &Edge| {
            edge.kind == EdgeKind::Calls
                && edge.confidence >= CONFIDENCE
                && self.graph.node(edge.from).name != node.name
        };
        let implied = node.kind == NodeKind::Method
            && (self.is_unwritten(node) || !self.graph.incoming(id).any(|(_, e)| calls(e)));
        if implied { holder(self.graph, id) } else { None }
    }

    fn is_unwritten(&self, node: &Node) -> bool {
        let language = self.languages[node.file.0 as usize];
        language.is_some_and(|l| (l.rules.implied.is_called_implicitly)(without_ordinal(&node.name)))
    }

    fn held(&self, class: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.graph.outgoing(class).filter(|(_, e)| e.kind == EdgeKind::Contains).map(|(_, e)| e.to)
    }
}

/// An import that runs the code of a whole module.
pub(super) fn loads(graph: &Graph, edge: &Edge) -> bool {
    edge.kind == EdgeKind::Imports && graph.node(edge.to).kind == NodeKind::File
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
