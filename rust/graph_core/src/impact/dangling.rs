//! Dangling references: edges of base whose target is gone in head, while the code that contains the reference is
//! unchanged.

use super::call_check::mismatch;
use crate::answer::without_ordinal;
use crate::changes::Comparison;
use crate::graph::{Edge, EdgeKind, Graph, Node, NodeId, NodeKind};
use crate::languages::Language;

/// In hundredths. An edge with a lower confidence is a guess, and does not show that a reference has a new target.
const MIN_CERTAIN: u8 = 50;

/// Whether `edge` of base dangles in head: its holder, which is the definition that contains the reference, has the same
/// code in head and no edge to the target's counterpart or to another definition of that name. `edge.to` must be deleted
/// or have another id in head.
pub(super) fn dangles(base: &Graph, head: &Graph, comparison: &Comparison, edge: &Edge) -> bool {
    // A method that overrides nothing any more still works.
    if edge.from == edge.to || edge.kind == EdgeKind::Overrides {
        return false;
    }
    let Some(holder) = comparison.head_of(edge.from) else {
        return false;
    };
    let (old, new) = (base.node(edge.from), head.node(holder));
    let in_signature = matches!(edge.kind, EdgeKind::Extends | EdgeKind::Implements | EdgeKind::UsesType);
    // A value may be used in the default of a parameter.
    let in_signature =
        in_signature || matches!(edge.kind, EdgeKind::Reads | EdgeKind::Writes | EdgeKind::References);
    if old.body_hash != new.body_hash || (in_signature && old.signature_hash != new.signature_hash) {
        return false;
    }
    if edge.kind == EdgeKind::Imports && !still_imports(base, head, comparison, edge, holder) {
        return false;
    }
    let counterpart = comparison.head_of(edge.to);
    let name = without_ordinal(&base.node(edge.to).name);
    !head.outgoing(holder).any(|(_, e)| {
        e.kind == edge.kind
            && (e.confidence >= MIN_CERTAIN || e.confidence >= edge.confidence)
            && (Some(e.to) == counterpart
                || without_ordinal(&head.node(e.to).name) == name
                    && call_fits(base, edge, head.node(e.to))
                    && !is_only_declaration(base, comparison, edge, e.to)
                    && has_more_references(base, head, comparison, edge, e))
    })
}

/// Whether the holder refers to the target of `other` (of head) more often than in base, so that one of these references
/// may be that of `edge`.
pub(super) fn has_more_references(
    base: &Graph,
    head: &Graph,
    comparison: &Comparison,
    edge: &Edge,
    other: &Edge,
) -> bool {
    let count = |graph: &Graph, from: NodeId, to: NodeId| -> usize {
        let same = graph.outgoing(from).map(|(_, e)| e).filter(|e| e.kind == edge.kind && e.to == to);
        same.map(|e| graph.call_sites(e).len().max(1)).sum()
    };
    let before = comparison.base_of(other.to).map_or(0, |b| count(base, edge.from, b));
    count(head, other.from, other.to) > before
}

/// Whether the removed method implemented an interface method, and `other` of head is only the declaration of that, so
/// that no implementation is left.
fn is_only_declaration(base: &Graph, comparison: &Comparison, edge: &Edge, other: NodeId) -> bool {
    let language = Language::named(&base.file(base.node(edge.to).file).language);
    let overrides = |e: &Edge| e.kind == EdgeKind::Overrides && comparison.head_of(e.to) == Some(other);
    let holder = |id| base.incoming(id).find(|(_, e)| e.kind == EdgeKind::Contains).map(|(_, e)| e.from);
    let is_declared = |e: &Edge| holder(e.to).is_some_and(|h| base.node(h).kind == NodeKind::Interface);
    language.is_some_and(|l| !l.rules.members.inherited_from_interfaces)
        && base.outgoing(edge.to).any(|(_, e)| overrides(e) && is_declared(e))
}

/// Whether one of the calls of the edge matches `other`, so that it may be the callee now.
fn call_fits(base: &Graph, edge: &Edge, other: &Node) -> bool {
    let sites = base.call_sites(edge);
    sites.is_empty() || sites.iter().any(|site| mismatch(other, base.call_shape(site)).is_none())
}

/// Whether `holder` still imports the file that defined the symbol, or at that line a file that re-exported it; also true
/// if the file is gone too.
fn still_imports(base: &Graph, head: &Graph, comparison: &Comparison, edge: &Edge, holder: NodeId) -> bool {
    if base.node(edge.to).kind == NodeKind::File {
        return true;
    }
    match base.find(base.path(edge.to)).and_then(|file| comparison.head_of(file)) {
        Some(file) => {
            let is_same_import = |e: &Edge| e.to == file || e.line == edge.line;
            head.outgoing(holder).any(|(_, e)| e.kind == EdgeKind::Imports && is_same_import(e))
        }
        None => true,
    }
}
