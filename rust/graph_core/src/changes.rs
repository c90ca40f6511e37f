//! Compares two graphs definition by definition: which node of one is which of the other, and what changed. Compares
//! hashes and contracts and reads no text.

mod containment;
mod contract;
mod matching;
mod moves;
mod similarity;

pub use contract::{Difference, DifferenceKind, differences};

use serde::Serialize;

use crate::graph::{EdgeKind, Graph, NodeId, NodeKind};
use containment::Containment;
use matching::Matching;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    Added,
    Deleted,
    /// The body differs.
    Modified,
    /// The signature or another part of the contract differs; the body may differ too.
    SignatureChanged,
    /// It has another name in the same container.
    Renamed,
    /// It is in another container or file, possibly under another name. A renamed file is moved.
    Moved,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub kind: ChangeKind,
    /// None if added.
    pub base: Option<NodeId>,
    /// None if deleted.
    pub head: Option<NodeId>,
    /// The similarity of the two in hundredths, if they were matched by it and not by name.
    pub score: Option<u8>,
    pub contract: Vec<Difference>,
    /// The code or the contract differs. False if it was only moved or renamed.
    pub rewritten: bool,
}

impl Change {
    /// One of the contract differences breaks users of the definition.
    pub fn is_breaking(&self) -> bool {
        self.contract.iter().any(|d| d.breaking)
    }
}

/// The result of comparing two graphs.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Sorted by path and position (in head; in base if deleted).
    pub changes: Vec<Change>,
    /// The counterpart in head of each node of base.
    pub to_head: Vec<Option<NodeId>>,
    /// The counterpart in base of each node of head.
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

/// The definitions that differ between base and head. A member that only moved with its container is not listed.
pub fn changed_definitions(base: &Graph, head: &Graph) -> Vec<Change> {
    compare(base, head).changes
}

/// Compares two graphs, in nearly linear time in the nodes: all matching is done by hash buckets.
pub fn compare(base: &Graph, head: &Graph) -> Comparison {
    let mut matching = Matching::by_name(base, head);
    moves::pair_moved(&mut matching);
    let mut changes = Vec::new();
    for b in base.node_ids() {
        match matching.head_of(b) {
            Some(_) if matching.is_in_unchanged_file(b) => {}
            Some(h) => changes.extend(change_of(&matching, b, h)),
            None if is_listed(base, &matching.base_containment, b) => {
                changes.push(one_sided(ChangeKind::Deleted, Some(b), None))
            }
            None => {}
        }
    }
    for h in head.node_ids() {
        if matching.base_of(h).is_none() && is_listed(head, &matching.head_containment, h) {
            changes.push(one_sided(ChangeKind::Added, None, Some(h)));
        }
    }
    changes.sort_by_cached_key(|change| sort_key(base, head, change));
    let (to_head, to_base) = matching.into_maps();
    Comparison { changes, to_head, to_base }
}

fn change_of(matching: &Matching, b: NodeId, h: NodeId) -> Option<Change> {
    let (old, new) = (matching.base.node(b), matching.head.node(h));
    let score = matching.score(b);
    let body = old.body_hash != new.body_hash;
    let contract = differences(old, new);
    // A constructor may have the name of its class: another class name alone does not change it.
    let signature =
        old.signature_hash != new.signature_hash && (old.name == new.name || !contract.is_empty());
    let rewritten = body || !contract.is_empty() || (score.is_none() && signature);
    let kind = if score.is_some() {
        if matching.have_same_container(b, h) { ChangeKind::Renamed } else { ChangeKind::Moved }
    } else if signature || !contract.is_empty() {
        ChangeKind::SignatureChanged
    } else if body {
        ChangeKind::Modified
    } else {
        return None;
    };
    let is_empty_file = old.kind == NodeKind::File
        && !matching.head_containment.has_children(h)
        && !is_listed(matching.head, &matching.head_containment, h);
    (!is_empty_file || rewritten).then_some(Change {
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

/// Whether an added or deleted node is listed as a change. A file is represented by its definitions: it is listed only if
/// it has none, or has module-level code that refers to something.
fn is_listed(graph: &Graph, containment: &Containment, id: NodeId) -> bool {
    let node = graph.node(id);
    if node.kind != NodeKind::File {
        return true;
    }
    let is_empty = node.body_hash == 0 || node.end_byte == node.start_byte;
    !is_empty && (!containment.has_children(id) || has_references(graph, id))
}

fn has_references(graph: &Graph, id: NodeId) -> bool {
    graph.outgoing(id).any(|(_, e)| !matches!(e.kind, EdgeKind::Contains | EdgeKind::Imports))
        || graph.external.binary_search_by_key(&id, |x| x.from).is_ok()
        || graph.unresolved.binary_search_by_key(&id, |x| x.from).is_ok()
}

type SortKey = (String, u32, u32, String, ChangeKind);

fn sort_key(base: &Graph, head: &Graph, change: &Change) -> SortKey {
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
