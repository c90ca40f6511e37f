//! The graph builder: what all files share while the graph is built, and what one file adds to it.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::graph::{
    CallSite, Edge, EdgeKind, EntryPoint, External, Node, NodeId, NodeKind, Unresolved, Via, flag,
};
use crate::hashing::NameHash;
use crate::resolve::edges::nodes::NodeNumbers;
use crate::resolve::index::Index;
use crate::resolve::index::definitions::Def;
use crate::resolve::types::hierarchy::Hierarchy;

/// What all files share while the graph is built.
pub(super) struct GraphBuilder<'w> {
    pub(super) index: &'w Index,
    pub(super) hierarchy: &'w Hierarchy,
    pub(super) numbers: NodeNumbers<'w>,
    pub(super) nodes: &'w [Arc<Node>],
    pub(super) by_name: CallablesByName,
}

impl GraphBuilder<'_> {
    /// The node of a definition; of one without a name the node that its code belongs to.
    pub(super) fn node(&self, def: Def) -> NodeId {
        self.numbers.of(def)
    }
}

/// The confidence, in hundredths, that who uses a function as a value depends on it as a caller does.
const REFERENCE_CONFIDENCE: u8 = 80;

/// What one file adds to the graph.
#[derive(Default)]
pub(super) struct FilePart {
    pub(super) edges: Vec<Edge>,
    pub(super) external: Vec<External>,
    pub(super) unresolved: Vec<Unresolved>,
    /// Their shapes are numbered within the file.
    pub(super) sites: Vec<CallSite>,
    pub(super) entry_points: Vec<EntryPoint>,
    /// The overrides of a method in the types below a type, as far as they were looked up.
    pub(super) overrides: FxHashMap<(Def, Def), SmallVec<[NodeId; 4]>>,
}

impl FilePart {
    /// Sorts what the file adds. Files are in the order of their nodes, so all parts together are almost sorted.
    pub(super) fn sort(&mut self) {
        self.edges.sort_by_key(Edge::sort_key);
        self.external.sort_unstable();
        self.unresolved.sort_unstable();
    }

    pub(super) fn edge(&mut self, from: NodeId, to: NodeId, kind: EdgeKind, line: u32, via: Via) {
        let confidence = match kind {
            EdgeKind::References => via.confidence().min(REFERENCE_CONFIDENCE),
            _ => via.confidence(),
        };
        self.edges.push(Edge { from, to, kind, line, via, confidence });
    }
}

/// Callable definitions by language family, name, and whether they are members.
pub(super) type CallablesByName = FxHashMap<(&'static str, NameHash, bool), Vec<Def>>;

/// All callable definitions of the repository but tests.
pub(super) fn callables_by_name(index: &Index) -> CallablesByName {
    let mut names = CallablesByName::default();
    for (def, definition) in index.definitions() {
        if definition.is_callable() && !definition.name.is_empty() && definition.flags & flag::TEST == 0 {
            let family = index.language(def.file).family;
            let is_member = definition.kind != NodeKind::Function;
            names.entry((family, index.name_hash(def), is_member)).or_default().push(def);
        }
    }
    names
}
