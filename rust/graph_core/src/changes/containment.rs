//! The tree of definitions by CONTAINS edges, and the names that identify a definition among its siblings.

use crate::answer::without_ordinal;
use crate::graph::{EdgeKind, Graph, NodeId, NodeKind};
use crate::sparse_rows::row_starts;

/// A group of kinds. A definition whose kind changes within its family is still the same definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Family {
    File,
    Type,
    Callable,
    Value,
}

pub(super) fn family(kind: NodeKind) -> Family {
    match kind {
        NodeKind::File => Family::File,
        NodeKind::Module | NodeKind::Class | NodeKind::Interface | NodeKind::Enum | NodeKind::Type => {
            Family::Type
        }
        NodeKind::Function | NodeKind::Method | NodeKind::Constructor => Family::Callable,
        NodeKind::Value | NodeKind::Field | NodeKind::EnumMember => Family::Value,
    }
}

/// The name among siblings. It is empty for constructors, because in some languages they have the name of the class.
pub(super) fn sibling_name(graph: &Graph, id: NodeId) -> &str {
    let node = graph.node(id);
    match node.kind {
        NodeKind::Constructor => "",
        _ => without_ordinal(&node.name),
    }
}

pub(super) struct Containment {
    parent: Vec<Option<NodeId>>,
    starts: Vec<u32>,
    children: Vec<NodeId>,
}

impl Containment {
    pub(super) fn of(graph: &Graph) -> Self {
        let n = graph.nodes.len();
        let mut parent = vec![None; n];
        for edge in &graph.edges {
            if edge.kind == EdgeKind::Contains
                && edge.from != edge.to
                && graph.node(edge.to).kind != NodeKind::File
            {
                parent[edge.to.0 as usize].get_or_insert(edge.from);
            }
        }
        let starts = row_starts(n, parent.iter().flatten().map(|p: &NodeId| p.0));
        let mut next = starts.clone();
        let mut children = vec![NodeId(0); starts[n] as usize];
        for (child, p) in parent.iter().enumerate() {
            if let Some(p) = p {
                let slot = &mut next[p.0 as usize];
                children[*slot as usize] = NodeId(child as u32);
                *slot += 1;
            }
        }
        Containment { parent, starts, children }
    }

    pub(super) fn parent(&self, id: NodeId) -> Option<NodeId> {
        self.parent[id.0 as usize]
    }

    /// The members of `id`, in the order of the nodes.
    pub(super) fn children(&self, id: NodeId) -> &[NodeId] {
        &self.children[self.starts[id.0 as usize] as usize..self.starts[id.0 as usize + 1] as usize]
    }

    pub(super) fn has_children(&self, id: NodeId) -> bool {
        !self.children(id).is_empty()
    }

    /// The containers of `id`, nearest first; at most 64, because an invalid graph may have a cycle.
    pub(super) fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.parent(id), |p| self.parent(*p)).take(64)
    }
}
