//! Changes: what differs between two graphs, definition by definition. Hashes and contracts are compared, no text.

mod contract;
mod likeness;
mod moves;
mod pairs;
mod tree;

pub use contract::{Difference, What, differences};

use serde::Serialize;

use crate::graph::{EdgeKind, Graph, NodeId, NodeKind};
use pairs::Pairs;
use tree::Tree;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    Added,
    Deleted,
    /// The body is another one.
    Modified,
    /// The signature, or what else others rely on; the body may have changed too.
    SignatureChanged,
    /// Another name in the same container.
    Renamed,
    /// Another container or file, perhaps under another name. A renamed file is one.
    Moved,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub kind: ChangeKind,
    /// None when added.
    pub base: Option<NodeId>,
    /// None when deleted.
    pub head: Option<NodeId>,
    /// How alike the two are, in hundredths, when they were matched by fingerprint.
    pub score: Option<u8>,
    pub contract: Vec<Difference>,
    /// The code itself differs, or the contract: false for a mere move or renaming.
    pub rewritten: bool,
}

impl Change {
    /// One of the contract differences breaks those who rely on the definition.
    pub fn breaking(&self) -> bool {
        self.contract.iter().any(|d| d.breaking)
    }
}

/// Two graphs side by side: which node is which, and what changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Sorted by path and place (of head; of base when deleted).
    pub changes: Vec<Change>,
    /// For each node of base its counterpart in head.
    pub to_head: Vec<Option<NodeId>>,
    /// For each node of head its counterpart in base.
    pub to_base: Vec<Option<NodeId>>,
}

impl Comparison {
    pub fn head_of(&self, base: NodeId) -> Option<NodeId> {
        self.to_head[base.0 as usize]
    }

    pub fn base_of(&self, head: NodeId) -> Option<NodeId> {
        self.to_base[head.0 as usize]
    }
}

/// The definitions that differ from base to head. A member that only went along with its container is not listed.
pub fn changed_definitions(base: &Graph, head: &Graph) -> Vec<Change> {
    compare(base, head).changes
}

/// Which node is which, and what changed. Near linear in the nodes: all matching is by buckets.
pub fn compare(base: &Graph, head: &Graph) -> Comparison {
    let mut pairs = Pairs::by_place(base, head);
    moves::pair_moved(&mut pairs);
    let mut changes = Vec::new();
    for b in base.node_ids() {
        match pairs.head_of(b) {
            Some(_) if pairs.is_same(b) => {}
            Some(h) => changes.extend(change_of(&pairs, b, h)),
            None if is_listed(base, &pairs.base_tree, b) => {
                changes.push(one_sided(ChangeKind::Deleted, Some(b), None))
            }
            None => {}
        }
    }
    for h in head.node_ids() {
        if pairs.base_of(h).is_none() && is_listed(head, &pairs.head_tree, h) {
            changes.push(one_sided(ChangeKind::Added, None, Some(h)));
        }
    }
    changes.sort_by_cached_key(|change| place(base, head, change));
    let (to_head, to_base) = pairs.into_maps();
    Comparison { changes, to_head, to_base }
}

fn change_of(pairs: &Pairs, b: NodeId, h: NodeId) -> Option<Change> {
    let (old, new) = (pairs.base.node(b), pairs.head.node(h));
    let score = pairs.score(b);
    let body = old.body_hash != new.body_hash;
    let contract = differences(old, new);
    // A constructor may bear the name of its class: that name alone is no change of its own.
    let signature =
        old.signature_hash != new.signature_hash && (old.name == new.name || !contract.is_empty());
    let rewritten = body || !contract.is_empty() || (score.is_none() && signature);
    let kind = if score.is_some() {
        if pairs.same_container(b, h) { ChangeKind::Renamed } else { ChangeKind::Moved }
    } else if signature || !contract.is_empty() {
        ChangeKind::SignatureChanged
    } else if body {
        ChangeKind::Modified
    } else {
        return None;
    };
    let holds_nothing = old.kind == NodeKind::File
        && !pairs.head_tree.has_children(h)
        && !is_listed(pairs.head, &pairs.head_tree, h);
    (!holds_nothing || rewritten).then_some(Change {
        kind,
        base: Some(b),
        head: Some(h),
        score,
        contract,
        rewritten,
    })
}

fn one_sided(kind: ChangeKind, base: Option<NodeId>, head: Option<NodeId>) -> Change {
    Change { kind, base, head, score: None, contract: Vec::new(), rewritten: true }
}

/// A file that came or went is told by its definitions; by itself only if it has none, or code of its own that
/// refers to something.
fn is_listed(graph: &Graph, tree: &Tree, id: NodeId) -> bool {
    let node = graph.node(id);
    if node.kind != NodeKind::File {
        return true;
    }
    let is_empty = node.body_hash == 0 || node.end_byte == node.start_byte;
    !is_empty && (!tree.has_children(id) || refers(graph, id))
}

fn refers(graph: &Graph, id: NodeId) -> bool {
    graph.outgoing(id).any(|(_, e)| !matches!(e.kind, EdgeKind::Contains | EdgeKind::Imports))
        || graph.external.binary_search_by_key(&id, |x| x.from).is_ok()
        || graph.unresolved.binary_search_by_key(&id, |x| x.from).is_ok()
}

type Place = (String, u32, u32, String, ChangeKind);

fn place(base: &Graph, head: &Graph, change: &Change) -> Place {
    let (graph, id) = match (change.head, change.base) {
        (Some(h), _) => (head, h),
        (None, Some(b)) => (base, b),
        (None, None) => return (String::new(), 0, 0, String::new(), change.kind),
    };
    let node = graph.node(id);
    (graph.path(id).to_owned(), node.start_line, node.start_byte, graph.id(id), change.kind)
}

#[cfg(test)]
mod tests;
