//! The matching of the nodes of base and head. Builds it top down by name and container; `moves` adds to it.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use super::containment::{Containment, Family, family, sibling_name};
use super::similarity::signature_similarity;
use crate::graph::{Graph, NodeId, NodeKind};

pub(super) struct Matching<'g> {
    pub(super) base: &'g Graph,
    pub(super) head: &'g Graph,
    pub(super) base_containment: Containment,
    pub(super) head_containment: Containment,
    to_head: Vec<Option<NodeId>>,
    to_base: Vec<Option<NodeId>>,
    /// Whether the file of each node of base is unchanged in head.
    unchanged: Vec<bool>,
    /// The similarity, in hundredths, of the pairs that were not found by name. By node of base.
    scores: FxHashMap<NodeId, u8>,
    /// Pairs whose children are not matched yet.
    queue: Vec<(NodeId, NodeId)>,
}

/// The nodes of one name in a container of base and in its counterpart in head, in source order.
type Group = (Vec<NodeId>, Vec<NodeId>);

/// What must be equal for two definitions of the same name to be matched; None matches nothing.
type Key = fn(&Graph, NodeId) -> Option<(u64, u64)>;

/// Definitions of one name are compared each with each if there are at most this many on each side.
const MAX_COMPARED: usize = 16;

impl<'g> Matching<'g> {
    /// Matches files by path, then their members by name, container by container.
    pub(super) fn by_name(base: &'g Graph, head: &'g Graph) -> Self {
        let mut matching = Matching {
            base,
            head,
            base_containment: Containment::of(base),
            head_containment: Containment::of(head),
            to_head: vec![None; base.nodes.len()],
            to_base: vec![None; head.nodes.len()],
            unchanged: vec![false; base.nodes.len()],
            scores: FxHashMap::default(),
            queue: Vec::new(),
        };
        matching.pair_unchanged_files();
        let is_root = |containment: &Containment, id: NodeId| containment.parent(id).is_none();
        let base_roots = base.node_ids().filter(|b| matching.head_of(*b).is_none());
        let base_roots: Vec<_> = base_roots.filter(|id| is_root(&matching.base_containment, *id)).collect();
        let head_roots = head.node_ids().filter(|h| matching.base_of(*h).is_none());
        let head_roots: Vec<_> = head_roots.filter(|id| is_root(&matching.head_containment, *id)).collect();
        let mut groups: FxHashMap<(&str, Family, &str), Group> = FxHashMap::default();
        for id in base_roots {
            groups.entry(root_key(base, id)).or_default().0.push(id);
        }
        for id in head_roots {
            groups.entry(root_key(head, id)).or_default().1.push(id);
        }
        for (olds, news) in groups.into_values() {
            matching.pair_duplicates(olds, news);
        }
        matching.match_members();
        // Nodes in a cycle of containers have no root: they are matched by id.
        let ids = matching.unpaired_head(|_| true).into_iter().map(|h| (path_and_name(head, h), h));
        let ids: FxHashMap<(&str, &str), NodeId> = ids.collect();
        for b in matching.unpaired_base(|_| true) {
            if let Some(&h) = ids.get(&path_and_name(base, b))
                && family(base.node(b).kind) == family(head.node(h).kind)
            {
                matching.pair(b, h);
            }
        }
        matching.match_members();
        matching
    }

    /// Files with the same path and content have the same nodes in the same order.
    fn pair_unchanged_files(&mut self) {
        let (olds, news) = (ranges(self.base), ranges(self.head));
        let by_path = self.head.files.iter().zip(news).map(|(file, nodes)| (&*file.path, (file, nodes)));
        let by_path: FxHashMap<_, _> = by_path.collect();
        for (old, olds) in self.base.files.iter().zip(olds) {
            let Some((new, news)) = by_path.get(&*old.path) else { continue };
            let is_known = old.blob != [0; 20];
            if is_known && (old.blob, &old.language, olds.len()) == (new.blob, &new.language, news.len()) {
                for (b, h) in olds.zip(news.clone()) {
                    self.unchanged[b] = true;
                    self.to_head[b] = Some(NodeId(h as u32));
                    self.to_base[h] = Some(NodeId(b as u32));
                }
            }
        }
        // A type may have members in another file.
        let open = self.unpaired_base(|_| true).into_iter().filter_map(|b| {
            let parent = self.base_containment.parent(b)?;
            Some((parent, self.head_of(parent)?))
        });
        let open: FxHashSet<_> = open.collect();
        self.queue.extend(open);
    }

    /// The file of the node is unchanged in head, and so is the node.
    pub(super) fn is_in_unchanged_file(&self, base: NodeId) -> bool {
        self.unchanged[base.0 as usize]
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

    /// The containers of the two nodes are matched with each other.
    pub(super) fn have_same_container(&self, b: NodeId, h: NodeId) -> bool {
        match (self.base_containment.parent(b), self.head_containment.parent(h)) {
            (Some(old), Some(new)) => self.head_of(old) == Some(new),
            (None, None) => self.base.path(b) == self.head.path(h),
            _ => false,
        }
    }

    /// Matches two nodes by their similarity, and their members by name.
    pub(super) fn pair_with_score(&mut self, b: NodeId, h: NodeId, score: u8) {
        self.scores.insert(b, score);
        self.pair(b, h);
        self.match_members();
    }

    fn pair(&mut self, b: NodeId, h: NodeId) {
        self.to_head[b.0 as usize] = Some(h);
        self.to_base[h.0 as usize] = Some(b);
        self.queue.push((b, h));
    }

    fn match_members(&mut self) {
        while let Some((b, h)) = self.queue.pop() {
            let mut groups: FxHashMap<(Family, &str), Group> = FxHashMap::default();
            for &id in self.base_containment.children(b).iter().filter(|id| self.head_of(**id).is_none()) {
                let key = (family(self.base.node(id).kind), sibling_name(self.base, id));
                groups.entry(key).or_default().0.push(id);
            }
            if groups.is_empty() {
                continue;
            }
            for &id in self.head_containment.children(h).iter().filter(|id| self.base_of(**id).is_none()) {
                let key = (family(self.head.node(id).kind), sibling_name(self.head, id));
                groups.entry(key).or_default().1.push(id);
            }
            for (olds, news) in groups.into_values() {
                self.pair_duplicates(olds, news);
            }
        }
    }

    /// Matches definitions of one name: equal ones first, then those of equal signature, then of equal body, then of most
    /// similar signature, then by order. So an overload inserted above the others does not change them all.
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
            let mut unmatched: FxHashMap<(u64, u64), Vec<NodeId>> = FxHashMap::default();
            for &h in news.iter().rev() {
                if let Some(key) = key(self.head, h) {
                    unmatched.entry(key).or_default().push(h);
                }
            }
            for &b in &olds {
                let found = key(self.base, b).and_then(|key| unmatched.get_mut(&key)).and_then(Vec::pop);
                if let Some(h) = found {
                    self.pair(b, h);
                }
            }
            olds.retain(|b| self.to_head[b.0 as usize].is_none());
            news.retain(|h| self.to_base[h.0 as usize].is_none());
        }
        if olds.len().max(news.len()) <= MAX_COMPARED {
            self.pair_most_similar(&olds, &news);
        } else {
            for (b, h) in olds.into_iter().zip(news) {
                self.pair(b, h);
            }
        }
    }

    fn pair_most_similar(&mut self, olds: &[NodeId], news: &[NodeId]) {
        let mut ranked = Vec::with_capacity(olds.len() * news.len());
        for (i, &b) in olds.iter().enumerate() {
            for (j, &h) in news.iter().enumerate() {
                let similarity = signature_similarity(self.base.node(b), self.head.node(h));
                ranked.push((100 - similarity, i.abs_diff(j), i + j, b, h));
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

/// The index range of the nodes of each file. Nodes are sorted by file.
fn ranges(graph: &Graph) -> Vec<Range<usize>> {
    let ends = (0..graph.files.len() as u32).scan(0, |end, file| {
        *end += graph.nodes[*end..].iter().take_while(|n| n.file.0 <= file).count();
        Some(*end)
    });
    let mut start = 0;
    ends.map(|end| std::mem::replace(&mut start, end)..end).collect()
}

/// The two parts of a readable id.
fn path_and_name(graph: &Graph, id: NodeId) -> (&str, &str) {
    (graph.path(id), &graph.node(id).qualified_name)
}

fn root_key(graph: &Graph, id: NodeId) -> (&str, Family, &str) {
    let node = graph.node(id);
    match family(node.kind) {
        Family::File => (graph.path(id), Family::File, ""),
        other => (graph.path(id), other, crate::answer::without_ordinal(&node.qualified_name)),
    }
}
