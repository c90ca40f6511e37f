//! Pairs: which node of base is which node of head, found top down by name and place.

use rustc_hash::FxHashMap;

use super::likeness::signature_likeness;
use super::tree::{Family, Tree, family, sibling_name};
use crate::graph::{Graph, NodeId, NodeKind};

pub(super) struct Pairs<'g> {
    pub(super) base: &'g Graph,
    pub(super) head: &'g Graph,
    pub(super) base_tree: Tree,
    pub(super) head_tree: Tree,
    to_head: Vec<Option<NodeId>>,
    to_base: Vec<Option<NodeId>>,
    /// Of pairs that were not found by place: how alike they are, in hundredths.
    scores: FxHashMap<NodeId, u8>,
    /// Pairs whose children are not paired yet.
    open: Vec<(NodeId, NodeId)>,
}

/// Nodes of the same name on both sides of one container, in source order.
type Group = (Vec<NodeId>, Vec<NodeId>);

/// What must be equal for two duplicates to be one.
type Key = fn(&Graph, NodeId) -> Option<(u64, u64)>;

/// Groups of duplicates up to this many on a side are compared each with each.
const SMALL: usize = 16;

impl<'g> Pairs<'g> {
    /// Files by path, then what they hold by name, container by container.
    pub(super) fn by_place(base: &'g Graph, head: &'g Graph) -> Self {
        let mut pairs = Pairs {
            base,
            head,
            base_tree: Tree::of(base),
            head_tree: Tree::of(head),
            to_head: vec![None; base.nodes.len()],
            to_base: vec![None; head.nodes.len()],
            scores: FxHashMap::default(),
            open: Vec::new(),
        };
        let base_roots: Vec<_> = base.node_ids().filter(|id| pairs.base_tree.parent(*id).is_none()).collect();
        let head_roots: Vec<_> = head.node_ids().filter(|id| pairs.head_tree.parent(*id).is_none()).collect();
        let mut groups: FxHashMap<(&str, Family, &str), Group> = FxHashMap::default();
        for id in base_roots {
            groups.entry(root_key(base, id)).or_default().0.push(id);
        }
        for id in head_roots {
            groups.entry(root_key(head, id)).or_default().1.push(id);
        }
        for (olds, news) in groups.into_values() {
            pairs.pair_duplicates(olds, news);
        }
        pairs.descend();
        // What hangs on no root is still found by its id.
        for b in base.node_ids().filter(|b| pairs.to_head[b.0 as usize].is_none()).collect::<Vec<_>>() {
            if let Some(h) = head.find(&base.id(b))
                && pairs.base_of(h).is_none()
                && family(base.node(b).kind) == family(head.node(h).kind)
            {
                pairs.pair(b, h);
            }
        }
        pairs.descend();
        pairs
    }

    pub(super) fn head_of(&self, base: NodeId) -> Option<NodeId> {
        self.to_head[base.0 as usize]
    }

    pub(super) fn base_of(&self, head: NodeId) -> Option<NodeId> {
        self.to_base[head.0 as usize]
    }

    pub(super) fn score(&self, base: NodeId) -> Option<u8> {
        self.scores.get(&base).copied()
    }

    pub(super) fn unpaired_base(&self, wanted: impl Fn(NodeKind) -> bool) -> Vec<NodeId> {
        self.base
            .node_ids()
            .filter(|b| self.head_of(*b).is_none() && wanted(self.base.node(*b).kind))
            .collect()
    }

    pub(super) fn unpaired_head(&self, wanted: impl Fn(NodeKind) -> bool) -> Vec<NodeId> {
        self.head
            .node_ids()
            .filter(|h| self.base_of(*h).is_none() && wanted(self.head.node(*h).kind))
            .collect()
    }

    pub(super) fn into_maps(self) -> (Vec<Option<NodeId>>, Vec<Option<NodeId>>) {
        (self.to_head, self.to_base)
    }

    /// The two stand in containers that are each other's counterpart.
    pub(super) fn same_container(&self, b: NodeId, h: NodeId) -> bool {
        match (self.base_tree.parent(b), self.head_tree.parent(h)) {
            (Some(old), Some(new)) => self.head_of(old) == Some(new),
            (None, None) => self.base.path(b) == self.head.path(h),
            _ => false,
        }
    }

    /// Pairs two nodes by their fingerprints, and what they hold by name.
    pub(super) fn pair_by_score(&mut self, b: NodeId, h: NodeId, score: u8) {
        self.scores.insert(b, score);
        self.pair(b, h);
        self.descend();
    }

    fn pair(&mut self, b: NodeId, h: NodeId) {
        self.to_head[b.0 as usize] = Some(h);
        self.to_base[h.0 as usize] = Some(b);
        self.open.push((b, h));
    }

    fn descend(&mut self) {
        while let Some((b, h)) = self.open.pop() {
            let mut groups: FxHashMap<(Family, &str), Group> = FxHashMap::default();
            for &id in self.base_tree.children(b).iter().filter(|id| self.head_of(**id).is_none()) {
                let key = (family(self.base.node(id).kind), sibling_name(self.base, id));
                groups.entry(key).or_default().0.push(id);
            }
            if groups.is_empty() {
                continue;
            }
            for &id in self.head_tree.children(h).iter().filter(|id| self.base_of(**id).is_none()) {
                let key = (family(self.head.node(id).kind), sibling_name(self.head, id));
                groups.entry(key).or_default().1.push(id);
            }
            for (olds, news) in groups.into_values() {
                self.pair_duplicates(olds, news);
            }
        }
    }

    /// Definitions of one name: equal ones first, then the same signature, then the same body, then the most
    /// alike signature, then by order. So an overload put above the others does not change them all.
    fn pair_duplicates(&mut self, mut olds: Vec<NodeId>, mut news: Vec<NodeId>) {
        if olds.is_empty() || news.is_empty() {
            return;
        }
        if let ([b], [h]) = (olds.as_slice(), news.as_slice()) {
            return self.pair(*b, *h);
        }
        let keys: [Key; 3] = [
            |g, id| Some((g.node(id).body_hash, g.node(id).signature_hash)),
            |g, id| Some((g.node(id).signature_hash, 0)),
            |g, id| (g.node(id).body_hash != 0).then_some((g.node(id).body_hash, 0)),
        ];
        for key in keys {
            let mut waiting: FxHashMap<(u64, u64), Vec<NodeId>> = FxHashMap::default();
            for &h in news.iter().rev() {
                if let Some(key) = key(self.head, h) {
                    waiting.entry(key).or_default().push(h);
                }
            }
            for &b in &olds {
                let found = key(self.base, b).and_then(|key| waiting.get_mut(&key)).and_then(Vec::pop);
                if let Some(h) = found {
                    self.pair(b, h);
                }
            }
            olds.retain(|b| self.to_head[b.0 as usize].is_none());
            news.retain(|h| self.to_base[h.0 as usize].is_none());
        }
        if olds.len().max(news.len()) <= SMALL {
            self.pair_most_alike(&olds, &news);
        } else {
            for (b, h) in olds.into_iter().zip(news) {
                self.pair(b, h);
            }
        }
    }

    fn pair_most_alike(&mut self, olds: &[NodeId], news: &[NodeId]) {
        let mut ranked = Vec::with_capacity(olds.len() * news.len());
        for (i, &b) in olds.iter().enumerate() {
            for (j, &h) in news.iter().enumerate() {
                let alike = signature_likeness(self.base.node(b), self.head.node(h));
                ranked.push((100 - alike, i.abs_diff(j), i + j, b, h));
            }
        }
        ranked.sort_unstable();
        for (.., b, h) in ranked {
            if self.head_of(b).is_none() && self.base_of(h).is_none() {
                self.pair(b, h);
            }
        }
    }
}

fn root_key(graph: &Graph, id: NodeId) -> (&str, Family, &str) {
    let node = graph.node(id);
    match family(node.kind) {
        Family::File => (graph.path(id), Family::File, ""),
        other => (graph.path(id), other, crate::answer::without_ordinal(&node.qualified_name)),
    }
}
