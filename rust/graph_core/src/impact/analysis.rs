//! What all parts of an impact analysis share: the two graphs, the nodes from which the changes are followed in each, and
//! the description of the changes.

use rustc_hash::{FxHashMap, FxHashSet};

use super::answer::{ChangeEntry, NotSeen, SameNameSites, UnresolvedSite};
use super::dangling::dangles;
use super::options::Options;
use super::traversal::Traversal;
use crate::answer::{Step, Symbol, bare_name, fraction, without_ordinal};
use crate::changes::{Change, ChangeKind, Comparison, DifferenceKind};
use crate::graph::{Edge, EdgeId, EdgeKind, Graph, Node, NodeId, NodeKind, flag};

/// One of the two graphs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Head,
    Base,
}

pub(super) struct Analysis<'g> {
    pub(super) base: &'g Graph,
    pub(super) head: &'g Graph,
    pub(super) comparison: &'g Comparison,
    pub(super) options: &'g Options,
    /// Definitions of head whose code or contract changed, with the index of the change. They are never listed as affected.
    pub(super) rewritten: FxHashMap<NodeId, u32>,
    /// The same, in the order of the changes.
    pub(super) head_sources: Vec<(NodeId, u32)>,
    /// Deleted definitions of base, with the index of the change.
    pub(super) base_sources: Vec<(NodeId, u32)>,
    /// Definitions of base that have another id in head, because they or their container were renamed or moved; and those
    /// that are no longer exported. With the index of the change.
    pub(super) displaced: Vec<(NodeId, u32)>,
}

impl<'g> Analysis<'g> {
    pub(super) fn new(
        base: &'g Graph,
        head: &'g Graph,
        comparison: &'g Comparison,
        options: &'g Options,
    ) -> Self {
        let numbered = || comparison.changes.iter().zip(0u32..);
        let head_sources: Vec<_> =
            numbered().filter(|(c, _)| c.rewritten).filter_map(|(c, i)| Some((c.head?, i))).collect();
        let base_sources = numbered()
            .filter(|(c, _)| c.kind == ChangeKind::Deleted)
            .filter_map(|(c, i)| Some((c.base?, i)))
            .collect();
        let is_hidden = |c: &Change| {
            c.contract
                .iter()
                .any(|d| d.what == DifferenceKind::Exported && d.after.as_deref() == Some("false"))
        };
        let displaced: Vec<_> = numbered()
            .filter(|(c, _)| c.score.is_some() || is_hidden(c))
            .filter_map(|(c, i)| Some((c.base?, i)))
            .collect();
        Analysis {
            base,
            head,
            comparison,
            options,
            rewritten: head_sources.iter().copied().collect(),
            head_sources,
            base_sources,
            displaced: with_members(base, comparison, &displaced),
        }
    }

    pub(super) fn change(&self, origin: u32) -> &Change {
        &self.comparison.changes[origin as usize]
    }

    /// The id of the changed symbol.
    pub(super) fn change_id(&self, origin: u32) -> String {
        let change = self.change(origin);
        match (change.head, change.base) {
            (Some(h), _) => self.head.id(h),
            (None, Some(b)) => self.base.id(b),
            (None, None) => String::new(),
        }
    }

    /// The edges of base of the wanted kinds that dangle because their target has another id in head.
    pub(super) fn dangling_seeds(&self, wanted: impl Fn(EdgeKind) -> bool) -> Vec<(EdgeId, u32)> {
        let mut seeds = Vec::new();
        for &(id, origin) in &self.displaced {
            for (edge_id, edge) in self.base.incoming(id) {
                if wanted(edge.kind) && self.dangles(edge) {
                    seeds.push((edge_id, origin));
                }
            }
        }
        seeds
    }

    /// The OVERRIDES edges of base to a method whose signature changed, if the overriding method does not override it any
    /// more in head.
    pub(super) fn lost_overrides(&self, follows: impl Fn(&Edge) -> bool) -> Vec<(EdgeId, u32)> {
        let mut lost = Vec::new();
        for (change, origin) in self.comparison.changes.iter().zip(0u32..) {
            let (Some(b), Some(h)) = (change.base, change.head) else { continue };
            if change.kind != ChangeKind::SignatureChanged {
                continue;
            }
            for (id, edge) in
                self.base.incoming(b).filter(|(_, e)| e.kind == EdgeKind::Overrides && follows(e))
            {
                let stays = |holder: NodeId| {
                    self.head.outgoing(holder).any(|(_, e)| e.kind == EdgeKind::Overrides && e.to == h)
                };
                if self.comparison.head_of(edge.from).is_some_and(|holder| !stays(holder)) {
                    lost.push((id, origin));
                }
            }
        }
        lost
    }

    /// The tests of each file and each class of head, without those that have none.
    pub(super) fn tests_by_container(&self) -> FxHashMap<NodeId, Vec<NodeId>> {
        let mut tests_of: FxHashMap<NodeId, Vec<NodeId>> = FxHashMap::default();
        let mut file = NodeId(0);
        for id in self.head.node_ids() {
            // The node of a file precedes those of its definitions.
            match self.head.node(id) {
                node if node.kind == NodeKind::File => file = id,
                node if node.is(flag::TEST) => {
                    tests_of.entry(file).or_default().push(id);
                    let around = self.head.incoming(id).filter(|(_, e)| e.kind == EdgeKind::Contains);
                    for (_, edge) in around.filter(|(_, e)| self.head.node(e.from).kind == NodeKind::Class) {
                        tests_of.entry(edge.from).or_default().push(id);
                    }
                }
                _ => {}
            }
        }
        let subclass_edges = self.head.edges.iter().filter(|e| e.kind == EdgeKind::Extends);
        for edge in subclass_edges {
            if let Some(tests) = tests_of.get(&edge.to).cloned() {
                tests_of.entry(edge.from).or_default().extend(tests);
            }
        }
        tests_of
    }

    pub(super) fn dangles(&self, edge: &Edge) -> bool {
        dangles(self.base, self.head, self.comparison, edge)
    }

    pub(super) fn traverse_head<F: Fn(&Edge) -> bool>(
        &'g self,
        sources: &'g [(NodeId, u32)],
        limit: u32,
        admit: F,
    ) -> Traversal<'g, F> {
        Traversal { graph: self.head, sources, seeds: &[], limit, admit, length: |_| 1, implicit_calls: None }
    }

    /// Does not enter definitions that are deleted or rewritten: those that depend on them are found in head.
    pub(super) fn traverse_base(
        &'g self,
        seeds: &'g [(EdgeId, u32)],
        limit: u32,
        admit: impl Fn(&Edge) -> bool + 'g,
    ) -> Traversal<'g, impl Fn(&Edge) -> bool + 'g> {
        let admit = move |edge: &Edge| {
            admit(edge)
                && self.comparison.head_of(edge.from).is_some_and(|h| !self.rewritten.contains_key(&h))
        };
        Traversal {
            graph: self.base,
            sources: &self.base_sources,
            seeds,
            limit,
            admit,
            length: |_| 1,
            implicit_calls: None,
        }
    }

    /// A step along an edge of base, with path and line in head if the code that contains it is unchanged.
    pub(super) fn step_of_base(&self, id: EdgeId) -> Step {
        let mut step = Step::of(self.base, id);
        let from = self.base.edge(id).from;
        if let Some(h) = self.comparison.head_of(from) {
            let (old, new) = (self.base.node(from), self.head.node(h));
            if old.body_hash == new.body_hash && old.kind != NodeKind::File {
                step.path = self.head.file(new.file).path.clone();
                step.line = (step.line + new.start_line).saturating_sub(old.start_line);
            }
        }
        step
    }

    pub(super) fn change_entries(&self, affected: &[usize]) -> Vec<ChangeEntry> {
        let mut unresolved_in: FxHashMap<NodeId, usize> = FxHashMap::default();
        for site in &self.head.unresolved {
            *unresolved_in.entry(site.from).or_default() += 1;
        }
        let mut entries = Vec::with_capacity(affected.len());
        for (change, affected) in self.comparison.changes.iter().zip(affected) {
            let old = change.base.map(|b| Symbol::of(self.base, b));
            let (symbol, previous) = match change.head {
                Some(h) => (Some(Symbol::of(self.head, h)), old),
                None => (old, None),
            };
            let Some(symbol) = symbol else { continue };
            entries.push(ChangeEntry {
                change: change.kind,
                symbol,
                previous,
                score: change.score.map(fraction),
                contract: change.contract.clone(),
                affected: *affected,
                unresolved: change.head.and_then(|h| unresolved_in.get(&h).copied()).unwrap_or(0),
            });
        }
        entries
    }

    /// The sum of the complexities of the rewritten functions, without tests.
    pub(super) fn complexity(&self) -> usize {
        let nodes = self.head_sources.iter().map(|(id, _)| self.head.node(*id));
        let counts = |node: &&Node| {
            matches!(node.kind, NodeKind::Function | NodeKind::Method | NodeKind::Constructor)
                && !node.is(flag::TEST)
        };
        nodes.filter(counts).map(|node| usize::from(node.complexity)).sum()
    }

    pub(super) fn not_seen(&self) -> NotSeen {
        let head = self.head;
        let changed: FxHashSet<NodeId> = self.comparison.changes.iter().filter_map(|c| c.head).collect();
        let unresolved = head
            .unresolved
            .iter()
            .filter(|site| changed.contains(&site.from))
            .map(|site| UnresolvedSite {
                from: head.id(site.from),
                name: site.name.to_string(),
                line: site.line,
                candidates: site.candidates.iter().map(|c| head.id(*c)).collect(),
            })
            .collect();
        NotSeen { skipped: head.skipped.clone(), unresolved, same_name_sites: self.same_name_sites() }
    }

    fn same_name_sites(&self) -> Vec<SameNameSites> {
        let mut sites: FxHashMap<&str, usize> = FxHashMap::default();
        for change in &self.comparison.changes {
            let (old, new) = (change.base.map(|b| self.base.node(b)), change.head.map(|h| self.head.node(h)));
            for node in old.into_iter().chain(new).filter(|n| n.kind != NodeKind::File) {
                sites.insert(without_ordinal(&node.name), 0);
            }
        }
        for site in &self.head.unresolved {
            if let Some(count) = sites.get_mut(bare_name(&site.name)) {
                *count += 1;
            }
        }
        let mut found: Vec<_> = sites
            .into_iter()
            .filter(|(_, sites)| *sites > 0)
            .map(|(name, sites)| SameNameSites { name: name.to_owned(), sites })
            .collect();
        found.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        found
    }
}

/// The displaced definitions and all their members that have a counterpart, each with the index of its change.
fn with_members(base: &Graph, comparison: &Comparison, displaced: &[(NodeId, u32)]) -> Vec<(NodeId, u32)> {
    let mut origins: FxHashMap<NodeId, u32> = displaced.iter().copied().collect();
    let mut queue = displaced.to_vec();
    while let Some((id, origin)) = queue.pop() {
        for (_, edge) in base.outgoing(id).filter(|(_, e)| e.kind == EdgeKind::Contains) {
            if comparison.head_of(edge.to).is_some() && !origins.contains_key(&edge.to) {
                origins.insert(edge.to, origin);
                queue.push((edge.to, origin));
            }
        }
    }
    let mut all: Vec<_> = origins.into_iter().collect();
    all.sort_unstable();
    all
}
