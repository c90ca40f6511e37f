//! Dangling: a reference that stood in base, whose target is gone, and whose holder still looks the same in head.

use super::fit::misfit;
use crate::answer::without_ordinal;
use crate::changes::Comparison;
use crate::graph::{Edge, EdgeKind, Graph, Node, NodeId, NodeKind};
use crate::languages::Language;

/// Below, an edge is a guess and no proof that a reference found another target.
const PROOF: u8 = 50;

/// The holder of `edge` (of base) exists in head with the same code, and has no edge there to the target's
/// counterpart or to another definition of that name. `edge.to` must be deleted, or of another id in head.
pub(super) fn dangles(base: &Graph, head: &Graph, comparison: &Comparison, edge: &Edge) -> bool {
    // To override nothing any more breaks nobody who is told of here.
    if edge.from == edge.to || edge.kind == EdgeKind::Overrides {
        return false;
    }
    let Some(holder) = comparison.head_of(edge.from) else {
        return false;
    };
    let (old, new) = (base.node(edge.from), head.node(holder));
    let in_signature = matches!(edge.kind, EdgeKind::Extends | EdgeKind::Implements | EdgeKind::UsesType);
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
            && (e.confidence >= PROOF || e.confidence >= edge.confidence)
            && (Some(e.to) == counterpart
                || without_ordinal(&head.node(e.to).name) == name
                    && fits(base, edge, head.node(e.to))
                    && !only_promised(base, comparison, edge, e.to)
                    && more(base, head, comparison, edge, e))
    })
}

/// The holder refers to the target of `other` (of head) more often than it did in base: so one of these references
/// may be that of `edge`.
pub(super) fn more(base: &Graph, head: &Graph, comparison: &Comparison, edge: &Edge, other: &Edge) -> bool {
    let times = |graph: &Graph, from: NodeId, to: NodeId| -> usize {
        let same = graph.outgoing(from).map(|(_, e)| e).filter(|e| e.kind == edge.kind && e.to == to);
        same.map(|e| graph.sites(e).len().max(1)).sum()
    };
    let before = comparison.base_of(other.to).map_or(0, |b| times(base, edge.from, b));
    times(head, other.from, other.to) > before
}

/// The method that is gone did what an interface promises, and the promise is all that is left: `other` of head.
fn only_promised(base: &Graph, comparison: &Comparison, edge: &Edge, other: NodeId) -> bool {
    let language = Language::named(&base.file(base.node(edge.to).file).language);
    let overrides = |e: &Edge| e.kind == EdgeKind::Overrides && comparison.head_of(e.to) == Some(other);
    let holder = |id| base.incoming(id).find(|(_, e)| e.kind == EdgeKind::Contains).map(|(_, e)| e.from);
    let promised = |e: &Edge| holder(e.to).is_some_and(|h| base.node(h).kind == NodeKind::Interface);
    language.is_some_and(|l| !l.rules.members.inherited_from_interfaces)
        && base.outgoing(edge.to).any(|(_, e)| overrides(e) && promised(e))
}

/// One of the calls that write the edge fits another definition: so it may be the one that is meant now.
fn fits(base: &Graph, edge: &Edge, other: &Node) -> bool {
    let sites = base.sites(edge);
    sites.is_empty() || sites.iter().any(|site| misfit(other, base.form(site)).is_none())
}

/// An import of a symbol still stands if the file that held the symbol is still imported, or another that handed it
/// on, or if it is gone too.
fn still_imports(base: &Graph, head: &Graph, comparison: &Comparison, edge: &Edge, holder: NodeId) -> bool {
    if base.node(edge.to).kind == NodeKind::File {
        return true;
    }
    match base.find(base.path(edge.to)).and_then(|file| comparison.head_of(file)) {
        Some(file) => {
            let leads = |e: &Edge| e.to == file || e.line == edge.line;
            head.outgoing(holder).any(|(_, e)| e.kind == EdgeKind::Imports && leads(e))
        }
        None => true,
    }
}
