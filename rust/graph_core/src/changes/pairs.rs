//! Pairs: which node of base is which node of head, found top down by name and place.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

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
    /// Nodes of base whose file is in head as it was.
    same: Vec<bool>,
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
            same: vec![false; base.nodes.len()],
            scores: FxHashMap::default(),
            open: Vec::new(),
        };
        pairs.pair_same_files();
        let is_root = |tree: &Tree, id: NodeId| tree.parent(id).is_none();
        let base_roots = base.node_ids().filter(|b| pairs.head_of(*b).is_none());
        let base_roots: Vec<_> = base_roots.filter(|id| is_root(&pairs.base_tree, *id)).collect();
        let head_roots = head.node_ids().filter(|h| pairs.base_of(*h).is_none());
        let head_roots: Vec<_> = head_roots.filter(|id| is_root(&pairs.head_tree, *id)).collect();
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
        let ids = pairs.unpaired_head(|_| true).into_iter().map(|h| (full_name(head, h), h));
        let ids: FxHashMap<(&str, &str), NodeId> = ids.collect();
        for b in pairs.unpaired_base(|_| true) {
            if let Some(&h) = ids.get(&full_name(base, b))
                && family(base.node(b).kind) == family(head.node(h).kind)
            {
                pairs.pair(b, h);
            }
        }
        pairs.descend();
        pairs
    }

    /// What a file of the same path and content holds is the same, in the same order.
    fn pair_same_files(&mut self) {
        let (olds, news) = (ranges(self.base), ranges(self.head));
        let by_path = self.head.files.iter().zip(news).map(|(file, nodes)| (&*file.path, (file, nodes)));
        let by_path: FxHashMap<_, _> = by_path.collect();
        for (old, olds) in self.base.files.iter().zip(olds) {
            let Some((new, news)) = by_path.get(&*old.path) else { continue };
            let is_known = old.blob != [0; 20];
            if is_known && (old.blob, &old.language, olds.len()) == (new.blob, &new.language, news.len()) {
                for (b, h) in olds.zip(news.clone()) {
                    self.same[b] = true;
                    self.to_head[b] = Some(NodeId(h as u32));
                    self.to_base[h] = Some(NodeId(b as u32));
                }
            }
        }
        // A type may hold what stands in another file.
        let open = self.unpaired_base(|_| true).into_iter().filter_map(|b| {
            let around = self.base_tree.parent(b)?;
            Some((around, self.head_of(around)?))
        });
        let open: FxHashSet<_> = open.collect();
        self.open.extend(open);
    }

    /// Its file is in head as it was, and it with it.
    pub(super) fn is_same(&self, base: NodeId) -> bool {
        self.same[base.0 as usize]
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

/// The nodes of each file, which stand together in the order of files.
fn ranges(graph: &Graph) -> Vec<Range<usize>> {
    let ends = (0..graph.files.len() as u32).scan(0, |end, file| {
        *end += graph.nodes[*end..].iter().take_while(|n| n.file.0 <= file).count();
        Some(*end)
    });
    let mut start = 0;
    ends.map(|end| std::mem::replace(&mut start, end)..end).collect()
}

/// What an id is made of.
fn full_name(graph: &Graph, id: NodeId) -> (&str, &str) {
    (graph.path(id), &graph.node(id).qualified_name)
}

fn root_key(graph: &Graph, id: NodeId) -> (&str, Family, &str) {
    let node = graph.node(id);
    match family(node.kind) {
        Family::File => (graph.path(id), Family::File, ""),
        other => (graph.path(id), other, crate::answer::without_ordinal(&node.qualified_name)),
    }
}
